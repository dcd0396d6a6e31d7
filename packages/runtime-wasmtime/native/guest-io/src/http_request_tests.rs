use super::*;
use crate::{fault::FaultCode, http_message::is_header_value};
use proptest::prelude::*;

fn request(input: &str) -> HttpRequest {
    http_request(input.as_bytes()).unwrap()
}

fn message(input: &str) -> String {
    let fault = http_request(input.as_bytes()).unwrap_err();
    assert_eq!(fault.code, FaultCode::GuestInput);
    fault.message
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> Vec<&'a str> {
    request
        .headers
        .iter()
        .filter(|(header, _)| header == name)
        .map(|(_, value)| std::str::from_utf8(value).unwrap())
        .collect()
}

/// A raw request of a type, and a body as OpenWhisk writes it.
fn raw_body(media_type: &str, body: &str) -> Result<Vec<u8>, GuestFault> {
    let input = format!(
        r#"{{"__ow_method":"post","__ow_query":"","__ow_headers":{{{media_type}}},"__ow_body":{body}}}"#
    );
    http_request(input.as_bytes()).map(|request| request.body)
}

#[test]
fn posts_arguments_that_are_no_web_actions() {
    for input in [
        r#" {"name":"Ada","big":18446744073709551615,"a":1.0} "#,
        "[1]",
        r#"{"__ow_path":"/x"}"#,
        r#"{"__ow_method":null}"#,
    ] {
        let request = request(input);
        assert_eq!(request.method, "POST");
        assert_eq!(request.path_with_query, "/");
        assert_eq!(request.authority, "localhost");
        assert_eq!(header(&request, "content-type"), ["application/json"]);
        let length = input.trim().len().to_string();
        assert_eq!(header(&request, "content-length"), [length.as_str()]);
        assert_eq!(request.body, input.trim().as_bytes());
    }
}

#[test]
fn makes_the_request_of_a_raw_web_action_as_it_was() {
    let request = request(
        r#"{"__ow_method":"put","__ow_path":"/a%20b/c","__ow_query":"x=1&y=%20","__ow_user":"guest",
            "__ow_headers":{"content-type":"text/plain","host":"example.org:8080","X-Ünused":"","accept":"*/*"},
            "__ow_body":"hé\n","default":"parameter"}"#
            .replace("X-Ünused", "X-Empty")
            .as_str(),
    );
    assert_eq!(request.method, "PUT");
    assert_eq!(request.path_with_query, "/a%20b/c?x=1&y=%20");
    assert_eq!(request.authority, "example.org:8080");
    assert_eq!(header(&request, "accept"), ["*/*"]);
    assert_eq!(header(&request, "x-empty"), [""]);
    assert_eq!(header(&request, "host"), [""; 0]);
    assert_eq!(header(&request, "content-length"), ["4"]);
    assert_eq!(request.body, "hé\n".as_bytes());
}

#[test]
fn begins_every_path_with_one_slash_of_its_own() {
    for (path, target) in [
        (r#""""#, "/"),
        ("null", "/"),
        (r#""/""#, "/"),
        (r#""a/b""#, "/a/b"),
        (r#""//evil.example/x""#, "//evil.example/x"),
        (r#""/a?b#c d""#, "/a%3Fb%23c%20d"),
        (r#""/\r\nHost: x""#, "/%0D%0AHost:%20x"),
        (r#""/\ud800é""#, "/%EF%BF%BD%C3%A9"),
    ] {
        let input = format!(r#"{{"__ow_method":"get","__ow_path":{path}}}"#);
        assert_eq!(request(&input).path_with_query, target);
    }
}

#[test]
fn takes_a_query_with_or_without_its_mark() {
    for (query, target) in [
        ("", "/"),
        ("a=1", "/?a=1"),
        ("?a=1", "/?a=1"),
        ("a b#c", "/?a%20b%23c"),
    ] {
        let input = format!(r#"{{"__ow_method":"get","__ow_query":"{query}"}}"#);
        assert_eq!(request(&input).path_with_query, target);
    }
}

#[test]
fn makes_a_query_of_merged_arguments() {
    let request = request(
        r#"{"__ow_method":"get","__ow_headers":{"content-type":"application/json"},"name":"A&B c",
            "n":18446744073709551615,"yes":true,"none":null,"object":{"a":1},"list":[1],
            "\u005f_ow_user":"guest","\u00e9":"x=y"}"#,
    );
    assert_eq!(
        request.path_with_query,
        "/?name=A%26B%20c&n=18446744073709551615&yes=true&%C3%A9=x%3Dy"
    );
    assert_eq!(request.body, b"");
    assert_eq!(header(&request, "content-length"), [""; 0]);
}

#[test]
fn makes_a_json_body_of_merged_arguments() {
    let request = request(
        r#"{"__ow_method":"post","__ow_headers":{"content-type":"application/json; charset=utf-8"},
            "big":18446744073709551615,"o":{"x":1.0},"pass\"word":"secret","__ow_path":""}"#,
    );
    assert_eq!(request.path_with_query, "/");
    assert_eq!(
        std::str::from_utf8(&request.body).unwrap(),
        r#"{"big":18446744073709551615,"o":{"x":1.0},"pass\"word":"secret"}"#
    );
}

#[test]
fn makes_a_form_of_merged_arguments() {
    let request = request(
        r#"{"__ow_method":"post","__ow_headers":{"content-type":"application/x-www-form-urlencoded"},
            "a":"1 2","b":"&"}"#,
    );
    assert_eq!(request.path_with_query, "/");
    assert_eq!(request.body, b"a=1%202&b=%26");
}

#[test]
fn makes_a_query_beside_a_body_that_was_not_merged() {
    let request = request(
        r#"{"__ow_method":"post","__ow_headers":{"content-type":"application/json"},
            "__ow_body":[1, 2.0],"a":"1"}"#,
    );
    assert_eq!(request.path_with_query, "/?a=1");
    assert_eq!(request.body, b"[1, 2.0]");
}

#[test]
fn keeps_a_json_string_json_where_openwhisk_parsed_it() {
    let request = request(
        r#"{"__ow_method":"post","__ow_headers":{"content-type":"application/json"},"__ow_body":"aGk="}"#,
    );
    assert_eq!(request.body, br#""aGk=""#);
}

#[test]
fn decodes_a_raw_body_by_its_type() {
    let typed = |name: &str| format!(r#""content-type":"{name}""#);
    for (media_type, body, expected) in [
        (typed("application/json"), r#""eyJhIjoxfQ==""#, r#"{"a":1}"#),
        // By hand, and not by OpenWhisk.
        (typed("application/json"), r#""{\"a\":1}""#, r#"{"a":1}"#),
        (typed("application/json"), r#"{"a": 1}"#, r#"{"a": 1}"#),
        (typed("application/problem+json"), r#""aGk=""#, "aGk="),
        (typed("text/plain"), r#""aGk=""#, "aGk="),
        (typed("image/png"), r#""aGk=""#, "hi"),
        (typed("image/svg+xml"), r#""""#, ""),
        (String::new(), r#""aGk=""#, "hi"),
        (String::new(), r#""no base64""#, "no base64"),
        (String::new(), "null", ""),
    ] {
        let decoded = raw_body(&media_type, body).unwrap();
        assert_eq!(decoded, expected.as_bytes(), "{media_type} {body}");
    }
    for body in [r#""x""#, r#""aGk""#, r#""a Gk=""#, r#""_-8=""#] {
        let fault = raw_body(&typed("image/png"), body).unwrap_err();
        assert!(fault.message.starts_with("__ow_body is not valid base64"));
    }
}

#[test]
fn obeys_the_flag_for_base64() {
    let with_flag = |flag: &str, body: &str| {
        format!(
            r#"{{"__ow_method":"post","__ow_headers":{{"content-type":"text/plain"}},"__ow_body":{body},"__ow_isBase64":{flag}}}"#
        )
    };
    assert_eq!(request(&with_flag("true", r#""aGk=""#)).body, b"hi");
    assert_eq!(request(&with_flag("false", r#""aGk=""#)).body, b"aGk=");
    assert!(message(&with_flag("true", r#""?""#)).starts_with("__ow_body is not valid base64"));
    assert_eq!(
        message(&with_flag("1", r#""aGk=""#)),
        "__ow_isBase64 is not true or false."
    );
}

#[test]
fn says_that_a_value_without_a_type_is_json() {
    let request = request(r#"{"__ow_method":"post","__ow_body":{"a":1}}"#);
    assert_eq!(header(&request, "content-type"), ["application/json"]);
    assert_eq!(request.body, br#"{"a":1}"#);
}

#[test]
fn drops_what_belongs_to_the_connection_and_keeps_what_repeats() {
    let request = request(
        r#"{"__ow_method":"get","__ow_headers":{"Connection":"X-Hop","x-hop":"1","TE":"trailers",
            "Transfer-Encoding":"chunked","content-length":"7","Upgrade":"h2c","x-many":["a","b",1],
            "x-number":5,"x-tab":"a\tb"}}"#,
    );
    let names: Vec<&str> = request
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(names, ["x-many", "x-many", "x-many", "x-number", "x-tab"]);
    assert_eq!(header(&request, "x-many"), ["a", "b", "1"]);
}

#[test]
fn refuses_hostile_headers() {
    let with = |header: &str| {
        message(&format!(
            r#"{{"__ow_method":"get","__ow_headers":{{{header}}}}}"#
        ))
    };
    let not_text =
        |name| format!("The value of header \"{name}\" in __ow_headers is not text of one line.");
    assert_eq!(with(r#""a":"x\r\ny: z""#), not_text("a"));
    assert_eq!(with(r#""a":"\u0000""#), not_text("a"));
    assert_eq!(with(r#""a":["b","c\n"]"#), not_text("a"));
    assert_eq!(with(r#""a":null"#), not_text("a"));
    assert_eq!(with(r#""a":{}"#), not_text("a"));
    assert_eq!(
        with(r#""a: b\r\n":"c""#),
        r#""a: b\r\n" in __ow_headers is no name of a header."#
    );
    assert!(with(r#""":"c""#).contains("no name"));
    assert!(with(r#"":authority":"c""#).contains("no name"));
}

#[test]
fn bounds_the_headers() {
    let many = r#""","#.repeat(1001);
    let input = format!(
        r#"{{"__ow_method":"get","__ow_headers":{{"a":[{}]}}}}"#,
        many.trim_end_matches(',')
    );
    assert!(message(&input).starts_with("__ow_headers holds more than 1000 headers"));
    let input = format!(
        r#"{{"__ow_method":"get","__ow_headers":{{"a":"{}"}}}}"#,
        "x".repeat(200_000)
    );
    assert!(message(&input).starts_with("__ow_headers holds more than"));
}

#[test]
fn takes_hosts_and_refuses_what_is_none() {
    let with = |host: &str| {
        http_request(
            format!(r#"{{"__ow_method":"get","__ow_headers":{{"host":{host}}}}}"#).as_bytes(),
        )
        .map(|request| request.authority)
    };
    for host in [
        "a.example",
        "127.0.0.1:80",
        "[::1]",
        "[2001:db8::1]:65535",
        "a_b",
    ] {
        assert_eq!(with(&format!("\"{host}\"")).unwrap(), host);
    }
    for host in [
        r#""""#,
        r#""a/b""#,
        r#""user@a""#,
        r#""a:b""#,
        r#""a:""#,
        r#""a:65536""#,
        r#""a:+1""#,
        r#""a b""#,
        r#""[::1""#,
        r#""[::1]x""#,
        r#""[x]""#,
        r#""a?b""#,
        r#""é""#,
        r#"["a","b"]"#,
        r#"":80""#,
    ] {
        assert!(
            with(host).unwrap_err().message.contains("\"host\""),
            "{host}"
        );
    }
}

#[test]
fn refuses_arguments_of_other_types() {
    for (input, expected) in [
        (r#"{"__ow_method":1}"#, "__ow_method is not a string."),
        (
            r#"{"__ow_method":"get\r\n"}"#,
            r#"__ow_method "GET\r\n" is no method of HTTP."#,
        ),
        (
            r#"{"__ow_method":"get","__ow_path":[]}"#,
            "__ow_path is not a string.",
        ),
        (
            r#"{"__ow_method":"get","__ow_query":{}}"#,
            "__ow_query is not a string.",
        ),
        (
            r#"{"__ow_method":"get","__ow_headers":[]}"#,
            "__ow_headers is not an object.",
        ),
        (
            r#"{"__ow_method":"get""#,
            "The input is no JSON: unexpected end of JSON input at byte 20.",
        ),
    ] {
        assert_eq!(message(input), expected);
    }
}

#[test]
fn refuses_a_query_that_no_engine_holds() {
    let long = "x".repeat(100_000);
    for input in [
        format!(r#"{{"__ow_method":"get","a":"{long}"}}"#),
        format!(r#"{{"__ow_method":"get","__ow_query":"{long}"}}"#),
        format!(r#"{{"__ow_method":"get","__ow_path":"{long}"}}"#),
    ] {
        assert_eq!(
            message(&input),
            "The path and query of the request are longer than 60000 bytes. \
             Send long arguments in the body."
        );
    }
}

#[test]
fn takes_the_last_of_equal_names() {
    assert_eq!(
        request(r#"{"__ow_method":"get","__ow_method":"head"}"#).method,
        "HEAD"
    );
}

fn json_string(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

proptest! {
    #[test]
    fn gives_only_what_http_allows(
        method in any::<String>(),
        path in any::<String>(),
        query in prop::option::of(any::<String>()),
        headers in prop::collection::vec((any::<String>(), any::<String>()), 0..4),
        body in any::<String>(),
        further in prop::collection::vec((any::<String>(), any::<String>()), 0..4),
    ) {
        let members = |list: &[(String, String)]| -> String {
            let written: Vec<String> = list
                .iter()
                .map(|(name, value)| format!("{}:{}", json_string(name), json_string(value)))
                .collect();
            written.join(",")
        };
        let mut input = format!(
            r#"{{"__ow_method":{},"__ow_path":{},"__ow_headers":{{{}}},"__ow_body":{}"#,
            json_string(&method), json_string(&path), members(&headers), json_string(&body),
        );
        if let Some(query) = query {
            input += &format!(r#","__ow_query":{}"#, json_string(&query));
        }
        if !further.is_empty() {
            input += &format!(",{}", members(&further));
        }
        input.push('}');
        if let Ok(request) = http_request(input.as_bytes()) {
            prop_assert!(is_token(&request.method));
            prop_assert!(request.path_with_query.starts_with('/'));
            prop_assert!(request.path_with_query.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#'));
            for (name, value) in &request.headers {
                prop_assert!(is_token(name) && is_header_value(value));
            }
        }
    }

    #[test]
    fn encodes_merged_arguments_so_that_they_can_be_read_back(
        pairs in prop::collection::vec(("[a-zé&= +]{1,8}", any::<String>()), 0..6),
    ) {
        let members: String = pairs
            .iter()
            .map(|(name, value)| format!(",{}:{}", json_string(name), json_string(value)))
            .collect();
        let target = request(&format!(r#"{{"__ow_method":"get"{members}}}"#)).path_with_query;
        let query = target.split_once('?').map_or("", |(_, query)| query);
        let read: Vec<(String, String)> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap())
            .map(|(name, value)| (percent_decoded(name), percent_decoded(value)))
            .collect();
        prop_assert_eq!(read, pairs);
    }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((plain, encoded)) = rest.split_once('%') {
        bytes.extend_from_slice(plain.as_bytes());
        bytes.push(u8::from_str_radix(&encoded[..2], 16).unwrap());
        rest = &encoded[2..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).unwrap()
}
