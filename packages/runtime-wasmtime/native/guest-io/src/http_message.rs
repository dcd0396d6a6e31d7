/// Most headers of one message, and most bytes of all of them: more than any server takes, and less
/// than the header maps of engines hold.
pub(crate) const HEADER_COUNT_MAX: usize = 1_000;
pub(crate) const HEADER_BYTES_MAX: usize = 128 * 1024;

/// Headers that speak of one connection and not of the message (RFC 9110, section 7.6.1), and those
/// that whoever sends a message has to compute anew.
const CONNECTION_HEADERS: [&str; 12] = [
    "connection",
    "content-length",
    "expect",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Which headers end here: the connection's own, and those that `connection` names.
pub(crate) struct HopHeaders {
    named: Vec<String>,
}

impl HopHeaders {
    /// `headers` have lower-case names.
    pub(crate) fn of<'a, 'b>(headers: impl Iterator<Item = (&'a str, &'b [u8])>) -> Self {
        let named = headers
            .filter(|(name, _)| *name == "connection")
            .flat_map(|(_, value)| {
                String::from_utf8_lossy(value)
                    .split(',')
                    .map(|name| name.trim().to_ascii_lowercase())
                    // What decides how a body is read must not be lost by a trick.
                    .filter(|name| !name.is_empty() && name != "content-type")
                    .take(HEADER_COUNT_MAX)
                    .collect::<Vec<_>>()
            })
            .collect::<std::collections::BTreeSet<_>>();
        Self {
            named: named.into_iter().collect(),
        }
    }

    pub(crate) fn contain(&self, name: &str) -> bool {
        CONNECTION_HEADERS.contains(&name)
            || self
                .named
                .binary_search_by(|named| named.as_str().cmp(name))
                .is_ok()
    }
}

/// Whether the text is a token of HTTP: a method or the name of a header.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Whether the bytes may stand in a header: no line ends, no NUL, no other control character.
pub(crate) fn is_header_value(value: &[u8]) -> bool {
    value
        .iter()
        .all(|&byte| byte == b'\t' || (byte >= 0x20 && byte != 0x7f))
}

/// A name as it is shown in a message: not longer than a line, no control characters.
pub(crate) fn shown_name(name: &str) -> String {
    name.chars().take(64).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_what_belongs_to_one_connection() {
        let headers: [(&str, &[u8]); 2] = [
            ("connection", b"close, X-Hop ,content-type"),
            ("connection", b"x-other"),
        ];
        let hop = HopHeaders::of(headers.into_iter());
        for name in ["connection", "upgrade", "x-hop", "x-other", "close", "te"] {
            assert!(hop.contain(name), "{name}");
        }
        for name in ["content-type", "x-kept", "cookie"] {
            assert!(!hop.contain(name), "{name}");
        }
    }

    #[test]
    fn knows_tokens_and_values() {
        assert!(is_token("X-Header_1"));
        for text in ["", "a b", "a:b", ":path", "a\r\n", "é", "a\0"] {
            assert!(!is_token(text), "{text:?}");
        }
        assert!(is_header_value("a \t é".as_bytes()));
        for value in ["a\r\nb", "\0", "\u{7f}", "a\n"] {
            assert!(!is_header_value(value.as_bytes()), "{value:?}");
        }
    }

    #[test]
    fn shows_a_name_in_one_short_line() {
        assert_eq!(shown_name("a\r\n"), "a\\r\\n");
        assert_eq!(shown_name(&"x".repeat(1000)).len(), 64);
    }
}
