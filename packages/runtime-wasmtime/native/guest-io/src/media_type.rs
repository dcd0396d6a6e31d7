use std::borrow::Cow;

/// How a web action's body of a media type is carried in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyForm {
    /// `application/json` and `*+json`.
    Json,
    /// As a string.
    Text,
    /// As a string of base64.
    Binary,
}

/// A `content-type`, as far as it decides how a body is carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MediaType {
    /// Type and subtype in lower case, without parameters.
    essence: String,
    /// The character set that is named, in lower case.
    charset: Option<String>,
}

/// Types besides `text/*` that OpenWhisk's controller carries as text. Everything else is binary,
/// `image/svg+xml` too.
const TEXT_TYPES: [&str; 12] = [
    "application/atom+xml",
    "application/javascript",
    "application/problem+xml",
    "application/rss+xml",
    "application/soap+xml",
    "application/vnd.google-earth.kml+xml",
    "application/x-javascript",
    "application/x-www-form-urlencoded",
    "application/xhtml+xml",
    "application/xml",
    "application/xml-dtd",
    "application/ecmascript",
];

impl MediaType {
    pub(crate) fn parse(text: &str) -> Self {
        let mut parts = text.split(';');
        let essence = parts.next().unwrap_or("").trim().to_ascii_lowercase();
        let charset = parts
            .filter_map(|part| part.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
            .map(|(_, value)| value.trim().trim_matches('"').to_ascii_lowercase());
        Self { essence, charset }
    }

    pub(crate) fn form(&self) -> BodyForm {
        let essence = self.essence.as_str();
        if essence == "application/json" || essence.ends_with("+json") {
            BodyForm::Json
        } else if essence.starts_with("text/") || TEXT_TYPES.contains(&essence) {
            BodyForm::Text
        } else {
            BodyForm::Binary
        }
    }

    /// The one JSON type whose raw body comes as base64.
    pub(crate) fn is_plain_json(&self) -> bool {
        self.essence == "application/json"
    }

    pub(crate) fn is_form(&self) -> bool {
        self.essence == "application/x-www-form-urlencoded"
    }

    /// Decodes a text of this type; `None` where it is not what its type says, or in a character
    /// set that we do not know and not plain ASCII.
    ///
    /// The controller encodes the text again, in the same character set.
    pub(crate) fn decode<'a>(&self, bytes: &'a [u8]) -> Option<Cow<'a, str>> {
        match self.charset.as_deref() {
            Some("iso-8859-1" | "latin1") => Some(from_latin1(bytes)),
            None | Some("utf-8" | "utf8") => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            // No NUL: UTF-16 has one in every other byte.
            Some(_) if bytes.is_ascii() && !bytes.contains(&0) => Some(from_latin1(bytes)),
            Some(_) => None,
        }
    }
}

/// ISO 8859-1, whose bytes are Unicode's first 256 characters.
pub(crate) fn from_latin1(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => Cow::Borrowed(text),
        _ => Cow::Owned(bytes.iter().copied().map(char::from).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_forms_of_bodies_apart() {
        for (text, form) in [
            ("application/json", BodyForm::Json),
            ("Application/JSON; charset=utf-8", BodyForm::Json),
            ("application/problem+json", BodyForm::Json),
            ("text/html", BodyForm::Text),
            ("text/csv;header=present", BodyForm::Text),
            ("application/xml", BodyForm::Text),
            ("application/x-www-form-urlencoded", BodyForm::Text),
            ("image/svg+xml", BodyForm::Binary),
            ("application/octet-stream", BodyForm::Binary),
            ("multipart/form-data; boundary=x", BodyForm::Binary),
            ("", BodyForm::Binary),
        ] {
            assert_eq!(MediaType::parse(text).form(), form, "{text}");
        }
    }

    #[test]
    fn decodes_a_text_in_its_character_set() {
        let decode = |text: &str, bytes: &'static [u8]| MediaType::parse(text).decode(bytes);
        assert_eq!(decode("text/plain", "é".as_bytes()), Some("é".into()));
        assert_eq!(decode("text/plain", b"\xe9"), None);
        assert_eq!(
            decode("text/plain; Charset=\"ISO-8859-1\"", b"\xe9"),
            Some("é".into())
        );
        assert_eq!(
            decode("text/plain; a=b; charset=windows-1252", b"e"),
            Some("e".into())
        );
        assert_eq!(decode("text/plain; charset=windows-1252", b"\xe9"), None);
        assert_eq!(decode("text/plain; charset=utf-16", b"a\0"), None);
    }
}
