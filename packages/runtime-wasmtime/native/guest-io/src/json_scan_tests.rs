use super::*;
use crate::json_members::{JsonMember, JsonMembers, array_elements};
use proptest::prelude::*;
use serde::de::IgnoredAny;

/// Whether serde_json takes the bytes for JSON: the oracle of these tests. Told to ignore what it
/// reads it judges the grammar alone, as we do: no number is too large, no surrogate too lonely.
fn is_json(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok() && serde_json::from_slice::<IgnoredAny>(bytes).is_ok()
}

fn members(bytes: &[u8]) -> Result<Option<Vec<JsonMember<'_>>>, JsonSyntaxError> {
    JsonMembers::of(bytes)?.map(Iterator::collect).transpose()
}

fn message(bytes: &[u8]) -> String {
    scan_json(bytes).unwrap_err().to_string()
}

#[test]
fn accepts_what_json_allows() {
    for text in [
        "-0",
        "1e400",
        "1.0",
        "1E-7",
        "18446744073709551615",
        r#""\ud800""#,
        r#"{"a":1,"a":2}"#,
        " [ 1 , 2 ] ",
        "\r\n\t{ \"\" : { } , \"b\":[ ] }\n",
        "\"\u{7f}\u{2028}\"",
        "true",
        "null",
    ] {
        let span = scan_json(text.as_bytes()).unwrap();
        assert_eq!(&text[span.start..span.end], text.trim());
    }
}

#[test]
fn says_what_a_value_is() {
    for (text, kind) in [
        (" {}", JsonKind::Object),
        ("[]", JsonKind::Array),
        ("\"\"", JsonKind::String),
        ("-1", JsonKind::Number),
        ("false", JsonKind::Boolean),
        ("null", JsonKind::Null),
    ] {
        assert_eq!(scan_json(text.as_bytes()).unwrap().kind, kind);
    }
}

#[test]
fn refuses_what_is_no_json() {
    for text in [
        "",
        " ",
        "01",
        "-",
        "-01",
        "1.",
        ".5",
        "+1",
        "1e",
        "1e+",
        "nul",
        "nulll",
        "'a'",
        r#"{"a"}"#,
        "[1,]",
        r#"{"a":1,}"#,
        "{,}",
        "[,]",
        "\"\t\"",
        r#""\x""#,
        r#""\u12g4""#,
        r#""\u12"#,
        "\"",
        "\"\\",
        "1 2",
        "{]",
        "[}",
        "[1}",
        r#"{"a":1]"#,
        "\u{feff}1",
        "\u{a0}1",
        "NaN",
        "tru",
    ] {
        assert!(scan_json(text.as_bytes()).is_err(), "{text}");
        assert!(members(text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn says_what_is_wrong_and_where() {
    assert_eq!(message(b""), "unexpected end of JSON input at byte 0");
    assert_eq!(message(b"[1,]"), "unexpected ']' in JSON at byte 3");
    assert_eq!(
        message(b"\"a\x01\""),
        "unexpected byte 0x1 in JSON at byte 2"
    );
    assert_eq!(message(b"[1] x"), "unexpected 'x' in JSON at byte 4");
    assert_eq!(message(b"\"\xff\""), "invalid UTF-8 at byte 1");
    assert_eq!(
        message(&[b'['; 1_000_000]),
        "JSON nested too deeply at byte 10000"
    );
}

#[test]
fn refuses_bytes_that_are_no_utf_8() {
    // A surrogate, an overlong form, a cut character, beyond the last character.
    let damaged: [&[u8]; 4] = [
        b"\"\xed\xa0\x80\"",
        b"\"\xc0\xaf\"",
        b"\"\xe2\x9d\"",
        b"\"\xf4\x90\x80\x80\"",
    ];
    for bytes in damaged {
        assert_eq!(message(bytes), "invalid UTF-8 at byte 1");
    }
}

#[test]
fn finds_what_ends_a_string_at_every_place() {
    for length in 0..230 {
        let plain = "é".repeat(length / 2) + &"x".repeat(length % 2);
        let text = format!("\"{plain}\"");
        assert_eq!(scan_json(text.as_bytes()).unwrap().end, length + 2);
        for byte in 0..0x20u8 {
            let text = format!("\"{plain}{}{plain}\"", char::from(byte));
            assert_eq!(scan_json(text.as_bytes()).unwrap_err().offset, length + 1);
        }
        let text = format!("\"{plain}\\\"{plain}\"");
        assert_eq!(scan_json(text.as_bytes()).unwrap().end, 2 * length + 4);
        let text = format!("\"{plain}\\x{plain}\"");
        assert_eq!(scan_json(text.as_bytes()).unwrap_err().offset, length + 2);
    }
}

#[test]
fn bounds_nesting_instead_of_the_stack() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(scan_json(nested(JSON_DEPTH_MAX).as_bytes()).is_ok());
    assert!(scan_json(nested(JSON_DEPTH_MAX + 1).as_bytes()).is_err());
    let objects = "{\"a\":".repeat(JSON_DEPTH_MAX) + "1" + &"}".repeat(JSON_DEPTH_MAX);
    assert!(scan_json(objects.as_bytes()).is_ok());
    assert!(scan_json_within(nested(5).as_bytes(), 5).is_ok());
    assert!(scan_json_within(nested(5).as_bytes(), 4).is_err());
}

#[test]
fn knows_each_container_of_a_deep_nesting() {
    // Kinds in an order that does not repeat at 64; each wrong end must be seen.
    let kinds: Vec<bool> = (0..1000u32).map(|at| at * at % 7 < 3).collect();
    let open: String = kinds
        .iter()
        .map(|&object| if object { "{\"k\":" } else { "[1," })
        .collect();
    let close: Vec<u8> = kinds
        .iter()
        .rev()
        .map(|&object| if object { b'}' } else { b']' })
        .collect();
    let text = [open.as_bytes(), b"0", &close].concat();
    assert!(scan_json(&text).is_ok());
    for at in open.len() + 1..text.len() {
        let mut damaged = text.clone();
        damaged[at] ^= b'}' ^ b']';
        assert_eq!(scan_json(&damaged).unwrap_err().offset, at);
    }
}

/// JSON texts of every shape, with white space and escapes as a guest may write them.
fn json_text() -> impl Strategy<Value = String> {
    let space = "[ \n\r\t]{0,2}";
    let string = r#""([a-z❄é{}\[\],:]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4}){0,24}""#;
    let number = "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,5})?([eE][+-]?[0-9]{1,4})?";
    let leaf = prop_oneof![string, number, "true|false|null"];
    leaf.prop_recursive(4, 24, 4, move |value| {
        let spaced = (space, value, space).prop_map(|(a, value, b)| a + &value + &b);
        let member = (space, string, space, spaced.clone())
            .prop_map(|(a, name, b, value)| a + &name + &b + ":" + &value);
        prop_oneof![
            prop::collection::vec(spaced, 1..5)
                .prop_map(|values| format!("[{}]", values.join(","))),
            prop::collection::vec(member, 1..5).prop_map(|list| format!("{{{}}}", list.join(","))),
            space.prop_map(|space| format!("[{space}]")),
            space.prop_map(|space| format!("{{{space}}}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn accepts_every_generated_text(text in json_text()) {
        prop_assert!(is_json(text.as_bytes()), "the generator is wrong");
        prop_assert_eq!(scan_json(text.as_bytes()).map(|span| (span.start, span.end)), Ok((0, text.len())));
    }

    #[test]
    fn agrees_with_serde_on_damaged_texts(
        text in json_text(),
        position in any::<prop::sample::Index>(),
        removed in 0usize..2,
        piece in prop::sample::select(vec![
            "", "\"", "{", "}", "[", "]", ",", ":", "\\", "0", "-", ".", "e", "\u{1}", "tru", " ", "\u{b}", "u",
        ]),
    ) {
        let mut bytes = text.into_bytes();
        let at = position.index(bytes.len() + 1);
        let end = (at + removed).min(bytes.len());
        bytes.splice(at..end, piece.bytes());
        prop_assert_eq!(scan_json(&bytes).is_ok(), is_json(&bytes));
        prop_assert_eq!(members(&bytes).is_ok(), is_json(&bytes));
    }

    #[test]
    fn agrees_with_serde_on_any_bytes(
        bytes in any::<Vec<u8>>(),
        text in r#"[\[\]{}":,0-9eE+\-.\\truefalsn \n]{0,12}"#,
    ) {
        prop_assert_eq!(scan_json(&bytes).is_ok(), is_json(&bytes));
        prop_assert_eq!(scan_json(text.as_bytes()).is_ok(), is_json(text.as_bytes()));
    }

    #[test]
    fn cuts_elements_where_serde_does(values in prop::collection::vec(json_text(), 0..5)) {
        let array = format!("[ {} ]", values.join(" , "));
        let cut: Vec<&str> = array_elements(array.as_bytes())
            .map(|span| span.map(|span| &array[span.start..span.end]))
            .collect::<Result<_, _>>()
            .unwrap();
        prop_assert_eq!(cut, values);
    }
}
