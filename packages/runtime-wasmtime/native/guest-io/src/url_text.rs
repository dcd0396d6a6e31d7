/// Appends a path, which arrives percent-encoded. What a path cannot hold is encoded and not
/// refused: it then has no meaning but its own.
pub(crate) fn push_path(target: &mut String, path: &str) {
    push_encoded(target, path, |byte| is_path_byte(byte) || byte == b'/');
}

/// Appends a query string, which arrives percent-encoded.
pub(crate) fn push_query(target: &mut String, query: &str) {
    push_encoded(target, query, |byte| {
        is_path_byte(byte) || matches!(byte, b'/' | b'?')
    });
}

/// Appends a name or value, of which nothing is encoded yet. Space becomes `%20`, which readers of
/// queries and of forms understand alike.
pub(crate) fn push_component(target: &mut String, text: &str) {
    push_encoded(target, text, is_unreserved);
}

fn push_encoded(target: &mut String, text: &str, keep: impl Fn(u8) -> bool) {
    target.reserve(text.len());
    for byte in text.bytes() {
        if keep(byte) {
            target.push(char::from(byte));
        } else {
            let digits = b"0123456789ABCDEF";
            target.push('%');
            target.push(char::from(digits[usize::from(byte >> 4)]));
            target.push(char::from(digits[usize::from(byte & 15)]));
        }
    }
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// RFC 3986's `pchar`, with the sign of what is encoded already.
fn is_path_byte(byte: u8) -> bool {
    is_unreserved(byte) || b"!$&'()*+,;=:@%".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_is_encoded_and_encodes_what_no_target_holds() {
        let mut target = String::new();
        push_path(&mut target, "/a%20b/é ?#\r\n\0");
        target.push('?');
        push_query(&mut target, "a=1&b=%41?/+ #é");
        assert_eq!(
            target,
            "/a%20b/%C3%A9%20%3F%23%0D%0A%00?a=1&b=%41?/+%20%23%C3%A9"
        );
    }

    #[test]
    fn encodes_every_sign_of_a_component() {
        let mut target = String::new();
        push_component(&mut target, "a b&c=d+%/?~é");
        assert_eq!(target, "a%20b%26c%3Dd%2B%25%2F%3F~%C3%A9");
    }
}
