//! Just enough JSON for small guests: the text of one member of an object, found without building a
//! tree. The host has checked that the arguments are JSON, so nothing is validated twice.
#![allow(dead_code)]

/// The text of the member's value, as it stands in the object.
pub fn member<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    let bytes = object.as_bytes();
    let mut at = skip_space(bytes, 0);
    if bytes.get(at) != Some(&b'{') {
        return None;
    }
    at = skip_space(bytes, at + 1);
    let mut found = None;
    while bytes.get(at) == Some(&b'"') {
        let key_end = skip_string(bytes, at);
        let value_start = skip_space(bytes, skip_space(bytes, key_end) + 1);
        let value_end = skip_value(bytes, value_start);
        // The last of several equal keys wins, as it does in JavaScript.
        if text(&object[at..key_end]).as_deref() == Some(name) {
            found = Some(&object[value_start..value_end]);
        }
        at = skip_space(bytes, value_end);
        if bytes.get(at) == Some(&b',') {
            at = skip_space(bytes, at + 1);
        }
    }
    found
}

/// What a JSON string stands for; `None` when the value is none, or holds half a surrogate pair.
pub fn text(value: &str) -> Option<String> {
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    let mut units = Vec::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(character) = rest.next() {
        let meant = match character {
            '\\' => match rest.next()? {
                'u' => {
                    units.push(u16::from_str_radix(rest.as_str().get(..4)?, 16).ok()?);
                    rest = rest.as_str()[4..].chars();
                    continue;
                }
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'b' => '\u{8}',
                'f' => '\u{c}',
                other => other,
            },
            other => other,
        };
        units.extend_from_slice(meant.encode_utf16(&mut [0; 2]));
    }
    String::from_utf16(&units).ok()
}

/// The JSON string that stands for a text.
pub fn quote(text: &str) -> String {
    let mut json = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            control if control < ' ' => json.push_str(&format!("\\u{:04x}", control as u32)),
            other => json.push(other),
        }
    }
    json.push('"');
    json
}

fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).map_or(false, |byte| *byte <= b' ') {
        at += 1;
    }
    at
}

/// From the opening quote to behind the closing one.
fn skip_string(bytes: &[u8], mut at: usize) -> usize {
    at += 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn skip_value(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = skip_string(bytes, at);
                if depth == 0 {
                    return at;
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            // A closing bracket at depth 0 ends the object around a number or literal.
            b'}' | b']' if depth == 0 => return at,
            b'}' | b']' if depth == 1 => return at + 1,
            b'}' | b']' => depth -= 1,
            b',' if depth == 0 => return at,
            space if depth == 0 && *space <= b' ' => return at,
            _ => {}
        }
        at += 1;
    }
    at
}
