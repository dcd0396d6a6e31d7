use std::borrow::Cow;

use crate::json_scan::{JsonKind, skip_plain};

/// Undoes the escapes of a JSON string that was scanned before; `inner` is what stands between its
/// quotes. A lone surrogate, which UTF-8 cannot hold, becomes U+FFFD, as JavaScript encodes it.
pub fn decode_json_string(inner: &[u8]) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'\\', inner) else {
        return String::from_utf8_lossy(inner);
    };
    let mut text = Vec::with_capacity(inner.len());
    text.extend_from_slice(&inner[..first]);
    let mut rest = &inner[first..];
    while let [b'\\', escape, tail @ ..] = rest {
        rest = tail;
        match escape {
            b'u' => rest = push_code_point(&mut text, tail),
            b'b' => text.push(0x08),
            b'f' => text.push(0x0c),
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            // `"`, `\` and `/` stand for themselves.
            other => text.push(*other),
        }
        let plain = memchr::memchr(b'\\', rest).unwrap_or(rest.len());
        text.extend_from_slice(&rest[..plain]);
        rest = &rest[plain..];
    }
    match String::from_utf8(text) {
        Ok(text) => Cow::Owned(text),
        Err(error) => Cow::Owned(String::from_utf8_lossy(error.as_bytes()).into_owned()),
    }
}

/// Takes the four digits behind `\u`, and the second half of a pair; gives what follows.
fn push_code_point<'a>(text: &mut Vec<u8>, digits: &'a [u8]) -> &'a [u8] {
    let (unit, mut rest) = code_unit(digits);
    let mut point = char::from_u32(unit);
    if let (0xd800..0xdc00, [b'\\', b'u', tail @ ..]) = (unit, rest) {
        let (low, behind) = code_unit(tail);
        if let 0xdc00..0xe000 = low {
            point = char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
            rest = behind;
        }
    }
    let point = point.unwrap_or(char::REPLACEMENT_CHARACTER);
    text.extend_from_slice(point.encode_utf8(&mut [0; 4]).as_bytes());
    rest
}

fn code_unit(digits: &[u8]) -> (u32, &[u8]) {
    let (digits, rest) = digits.split_at(digits.len().min(4));
    let unit = digits.iter().fold(0, |unit, &digit| {
        unit << 4 | char::from(digit).to_digit(16).unwrap_or(0)
    });
    (unit, rest)
}

/// Whether a member's name as it was written is `name`, which is plain ASCII.
pub(crate) fn is_name(written: &[u8], name: &str) -> bool {
    // No character takes more than the six bytes of `\u0041`: longer names are not even decoded.
    written == name.as_bytes()
        || (written.len() > name.len()
            && written.len() <= 6 * name.len()
            && written.contains(&b'\\')
            && decode_json_string(written) == name)
}

/// The text of a string, number or boolean.
pub(crate) fn scalar_text(kind: JsonKind, value: &[u8]) -> Option<Cow<'_, str>> {
    match kind {
        JsonKind::String => Some(decode_json_string(inner(value))),
        JsonKind::Number | JsonKind::Boolean => Some(String::from_utf8_lossy(value)),
        JsonKind::Object | JsonKind::Array | JsonKind::Null => None,
    }
}

/// What stands between the quotes of a string.
pub(crate) fn inner(string: &[u8]) -> &[u8] {
    string
        .get(1..string.len().saturating_sub(1))
        .unwrap_or_default()
}

/// Appends a text as a JSON string, with no escape that is not needed.
pub fn push_json_string(json: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    json.reserve(bytes.len() + 2);
    json.push(b'"');
    let mut at = 0;
    loop {
        let plain = skip_plain(bytes, at);
        json.extend_from_slice(&bytes[at..plain]);
        let Some(&byte) = bytes.get(plain) else { break };
        match byte {
            b'"' | b'\\' => json.extend_from_slice(&[b'\\', byte]),
            b'\n' => json.extend_from_slice(b"\\n"),
            b'\r' => json.extend_from_slice(b"\\r"),
            b'\t' => json.extend_from_slice(b"\\t"),
            0x08 => json.extend_from_slice(b"\\b"),
            0x0c => json.extend_from_slice(b"\\f"),
            _ => {
                let digits = b"0123456789abcdef";
                json.extend_from_slice(b"\\u00");
                json.push(digits[usize::from(byte >> 4)]);
                json.push(digits[usize::from(byte & 15)]);
            }
        }
        at = plain + 1;
    }
    json.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn undoes_every_escape() {
        let inner = br#"a\"\\\/\b\f\n\r\t\u0041\u00e9\u2744z"#;
        assert_eq!(
            decode_json_string(inner),
            "a\"\\/\u{8}\u{c}\n\r\tA\u{e9}\u{2744}z"
        );
    }

    #[test]
    fn joins_pairs_and_replaces_lone_surrogates() {
        assert_eq!(decode_json_string(br"\ud83d\ude00"), "\u{1f600}");
        assert_eq!(decode_json_string(br"\ud83dx"), "\u{fffd}x");
        assert_eq!(decode_json_string(br"\ude00"), "\u{fffd}");
        assert_eq!(
            decode_json_string(br"\ud83d\ud83d\ude00"),
            "\u{fffd}\u{1f600}"
        );
        assert_eq!(decode_json_string(br"\ud83d\u0041"), "\u{fffd}A");
        assert_eq!(decode_json_string(br"\ud83d"), "\u{fffd}");
    }

    #[test]
    fn knows_a_name_however_it_is_written() {
        assert!(is_name(b"Err", "Err"));
        assert!(is_name(br"\u0045rr", "Err"));
        assert!(is_name(br"\u0045\u0072\u0072", "Err"));
        assert!(!is_name(br"\u0045rrr", "Err"));
        assert!(!is_name(b"err", "Err"));
        assert!(!is_name(b"", "Err"));
        assert!(!is_name(br"\\\\\", "Err"));
    }

    proptest! {
        #[test]
        fn writes_what_serde_writes(text in any::<String>()) {
            let mut json = Vec::new();
            push_json_string(&mut json, &text);
            prop_assert_eq!(json, serde_json::to_vec(&text).unwrap());
        }

        #[test]
        fn reads_what_it_wrote(text in any::<String>()) {
            let mut json = Vec::new();
            push_json_string(&mut json, &text);
            prop_assert_eq!(decode_json_string(&json[1..json.len() - 1]), text);
        }

        #[test]
        fn survives_what_no_scan_has_seen(bytes in any::<Vec<u8>>(), text in r#"[\\ud89c-f0-9"]*"#) {
            decode_json_string(&bytes);
            decode_json_string(text.as_bytes());
        }
    }
}
