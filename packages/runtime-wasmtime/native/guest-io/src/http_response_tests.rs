use super::*;
use crate::{fault::FaultCode, json_scan::scan_json};
use proptest::prelude::*;

fn headers(list: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
    list.iter()
        .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
        .collect()
}

fn respond(status: u16, list: &[(&str, &str)], body: &[u8]) -> String {
    let answer = http_response(status, &headers(list), body, 1_000_000).unwrap();
    assert!(!answer.is_error);
    String::from_utf8(answer.json).unwrap()
}

/// What the body is in JSON, for a type.
fn body_of(media_type: &str, body: &[u8]) -> String {
    let json = respond(200, &[("content-type", media_type)], body);
    let (_, body) = json.split_once(r#""body":"#).unwrap();
    body.strip_suffix('}').unwrap().to_owned()
}

#[test]
fn carries_status_headers_and_body() {
    assert_eq!(
        respond(
            201,
            &[("Content-Type", "text/plain"), ("X-One", "a\"b")],
            "schön\n".as_bytes()
        ),
        r#"{"statusCode":201,"headers":{"content-type":"text/plain","x-one":"a\"b"},"body":"schön\n"}"#
    );
}

#[test]
fn passes_an_error_status_on_as_a_result() {
    assert_eq!(
        respond(500, &[], b""),
        r#"{"statusCode":500,"headers":{},"body":""}"#
    );
}

#[test]
fn makes_arrays_of_repeated_headers() {
    assert_eq!(
        respond(
            200,
            &[
                ("set-cookie", "a=1"),
                ("x", "y"),
                ("Set-Cookie", "b=2"),
                ("set-cookie", "c=3")
            ],
            b""
        ),
        r#"{"statusCode":200,"headers":{"set-cookie":["a=1","b=2","c=3"],"x":"y"},"body":""}"#
    );
}

#[test]
fn drops_what_belongs_to_the_connection() {
    let list = [
        ("Connection", "close, x-hop"),
        ("x-hop", "1"),
        ("transfer-encoding", "chunked"),
        ("content-length", "2"),
        ("x-kept", "1"),
    ];
    assert_eq!(
        respond(200, &list, b"hi"),
        r#"{"statusCode":200,"headers":{"x-kept":"1"},"body":"hi"}"#
    );
}

#[test]
fn inserts_json_as_it_was_written() {
    for text in [
        r#"{"big":18446744073709551615,"a":1.0,"a":2}"#,
        "[ 1, 2 ]",
        "42",
        "true",
        r#"{"s":"\ud800"}"#,
    ] {
        let spaced = format!(" {text}\n");
        assert_eq!(body_of("application/json", spaced.as_bytes()), text);
        assert_eq!(body_of("application/problem+json", text.as_bytes()), text);
    }
}

#[test]
fn hides_in_base64_what_the_controller_would_change() {
    for (text, base64) in [
        (r#""text""#, r#""InRleHQi""#),
        ("null", r#""bnVsbA==""#),
        ("{broken", r#""e2Jyb2tlbg==""#),
    ] {
        assert_eq!(body_of("application/json", text.as_bytes()), base64);
    }
    assert_eq!(body_of("application/json", b"\xff"), r#""/w==""#);
}

#[test]
fn stays_within_the_depth_that_a_result_may_have() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let fits = respond(
        200,
        &[("content-type", "application/json")],
        nested(JSON_DEPTH_MAX - 1).as_bytes(),
    );
    assert!(scan_json(fits.as_bytes()).is_ok());
    assert!(body_of("application/json", nested(JSON_DEPTH_MAX).as_bytes()).starts_with('"'));
}

#[test]
fn carries_text_as_text_and_anything_else_as_base64() {
    assert_eq!(body_of("text/html", b"<p>"), r#""<p>""#);
    assert_eq!(
        body_of("text/html; charset=iso-8859-1", b"sch\xf6n"),
        r#""schön""#
    );
    assert_eq!(body_of("image/png", b"\x89PNG"), r#""iVBORw==""#);
    assert_eq!(body_of("image/svg+xml", b"<svg/>"), r#""PHN2Zy8+""#);
}

#[test]
fn names_a_type_only_where_base64_needs_one() {
    assert_eq!(
        respond(200, &[], b"hi"),
        r#"{"statusCode":200,"headers":{},"body":"hi"}"#
    );
    assert_eq!(
        respond(200, &[], b"\xff"),
        r#"{"statusCode":200,"headers":{"content-type":"application/octet-stream"},"body":"/w=="}"#
    );
    assert_eq!(
        respond(200, &[("x", "y")], b"\xff"),
        r#"{"statusCode":200,"headers":{"x":"y","content-type":"application/octet-stream"},"body":"/w=="}"#
    );
}

#[test]
fn takes_one_type() {
    assert_eq!(
        respond(
            200,
            &[
                ("content-type", "text/plain"),
                ("content-type", "image/png")
            ],
            b"hi"
        ),
        r#"{"statusCode":200,"headers":{"content-type":"text/plain"},"body":"hi"}"#
    );
}

#[test]
fn reads_header_bytes_that_are_no_utf_8_as_latin_1() {
    let list = vec![("x".to_owned(), b"sch\xf6n".to_vec())];
    let json = http_response(200, &list, b"", 1000).unwrap().json;
    assert!(String::from_utf8(json).unwrap().contains(r#""x":"schön""#));
}

#[test]
fn refuses_text_that_is_none_and_shows_it() {
    let list = headers(&[("content-type", "text/plain")]);
    let fault = http_response(200, &list, b"sch\xf6n", 1000).unwrap_err();
    assert_eq!(fault.code, FaultCode::ResultInvalid);
    assert_eq!(
        fault.message,
        "The response's body is not the text that its content-type \"text/plain\" says. \
         Send UTF-8, or a binary type."
    );
    assert_eq!(fault.shown.unwrap(), b"sch\xf6n\n");
}

#[test]
fn refuses_headers_that_http_does_not_allow() {
    for (name, value) in [("a b", "x"), ("", "x"), ("a", "x\r\ny: z"), ("a", "\0")] {
        let fault = http_response(200, &headers(&[(name, value)]), b"", 1000).unwrap_err();
        assert_eq!(fault.code, FaultCode::ResultInvalid);
    }
}

#[test]
fn refuses_a_result_beyond_the_limit() {
    let json = respond(200, &[], b"hi");
    assert!(http_response(200, &[], b"hi", json.len()).is_ok());
    let fault = http_response(200, &[], b"hi", json.len() - 1).unwrap_err();
    assert_eq!(fault.code, FaultCode::ResultTooLarge);
    assert!(fault.message.contains(&format!("{} bytes", json.len())));
    let fault = http_response(200, &[], &[0; 1001], 1000).unwrap_err();
    assert_eq!(fault.code, FaultCode::ResultTooLarge);
}

proptest! {
    #[test]
    fn gives_one_json_object_for_every_response(
        status in 100u16..1000,
        list in prop::collection::vec((any::<String>(), any::<Vec<u8>>()), 0..4),
        media_type in prop::option::of(prop::sample::select(vec![
            "application/json", "text/plain", "image/png", "text/html; charset=latin1",
        ])),
        body in prop_oneof![any::<Vec<u8>>(), any::<String>().prop_map(String::into_bytes)],
    ) {
        let mut list = list;
        if let Some(media_type) = media_type {
            list.push(("content-type".into(), media_type.into()));
        }
        if let Ok(answer) = http_response(status, &list, &body, 1_000_000) {
            let value: serde_json::Value = serde_json::from_slice(&answer.json).unwrap();
            prop_assert_eq!(&value["statusCode"], status);
            prop_assert!(value["headers"].is_object());
            prop_assert!(value.get("body").is_some());
        }
    }

    #[test]
    fn loses_no_byte_of_a_binary_body(body in any::<Vec<u8>>()) {
        prop_assume!(!body.is_empty());
        let text = body_of("application/octet-stream", &body);
        prop_assert_eq!(BASE64.decode(text.trim_matches('"')).unwrap(), body);
    }
}
