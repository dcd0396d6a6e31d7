use crate::json_scan::{
    JSON_DEPTH_MAX, JsonKind, JsonSpan, JsonSyntaxError, Scanned, assert_end, assert_utf8, kind_at,
    scan_colon, scan_name, scan_value, skip_whitespace, unexpected,
};

/// A member of an object. Both texts are slices of the object's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonMember<'a> {
    /// Its name as it was written, without the quotes, escapes undone by `decode_json_string`.
    pub name: &'a [u8],
    /// What its value is.
    pub kind: JsonKind,
    /// Its value as it was written.
    pub value: &'a [u8],
}

/// Walks the members of an object in the order written, duplicates included, without parsing any of
/// them. It ends after the first error; only a walk to the end has checked the whole text.
#[derive(Debug)]
pub struct JsonMembers<'a> {
    bytes: &'a [u8],
    at: usize,
    state: MembersState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MembersState {
    First,
    Next,
    Done,
}

impl<'a> JsonMembers<'a> {
    /// `None` when the bytes are valid JSON but no object.
    pub fn of(bytes: &'a [u8]) -> Result<Option<Self>, JsonSyntaxError> {
        assert_utf8(bytes)?;
        let at = skip_whitespace(bytes, 0);
        if bytes.get(at) != Some(&b'{') {
            assert_end(bytes, scan_value(bytes, at, JSON_DEPTH_MAX)?)?;
            return Ok(None);
        }
        Ok(Some(Self {
            bytes,
            at: at + 1,
            state: MembersState::First,
        }))
    }

    fn step(&mut self) -> Scanned<Option<JsonMember<'a>>> {
        let bytes = self.bytes;
        let mut at = skip_whitespace(bytes, self.at);
        match (self.state, bytes.get(at)) {
            (_, Some(b'}')) => {
                assert_end(bytes, at + 1)?;
                self.state = MembersState::Done;
                return Ok(None);
            }
            (MembersState::Next, Some(b',')) => at = skip_whitespace(bytes, at + 1),
            (MembersState::Next, _) => return Err(unexpected(bytes, at)),
            (MembersState::First | MembersState::Done, _) => {}
        }
        let name_end = scan_name(bytes, at)?;
        let start = scan_colon(bytes, name_end)?;
        let end = scan_value(bytes, start, JSON_DEPTH_MAX)?;
        let name = &bytes[at + 1..name_end - 1];
        self.at = end;
        self.state = MembersState::Next;
        Ok(Some(JsonMember {
            name,
            kind: kind_at(bytes, start),
            value: &bytes[start..end],
        }))
    }
}

impl<'a> Iterator for JsonMembers<'a> {
    type Item = Result<JsonMember<'a>, JsonSyntaxError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.state == MembersState::Done {
            return None;
        }
        let step = self.step().transpose();
        if matches!(step, Some(Err(_))) {
            self.state = MembersState::Done;
        }
        step
    }
}

/// The elements of an array that was scanned before: their spans within `array`.
pub(crate) fn array_elements(array: &[u8]) -> impl Iterator<Item = Scanned<JsonSpan>> {
    let mut at = skip_whitespace(array, 1);
    let mut done = array.get(at) == Some(&b']');
    std::iter::from_fn(move || {
        if done {
            return None;
        }
        let start = at;
        let element = scan_value(array, start, JSON_DEPTH_MAX).map(|end| JsonSpan {
            kind: kind_at(array, start),
            start,
            end,
        });
        match element {
            Ok(JsonSpan { end, .. }) => {
                at = skip_whitespace(array, end);
                done = array.get(at) != Some(&b',');
                at = skip_whitespace(array, at + 1);
            }
            Err(_) => done = true,
        }
        Some(element)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(bytes: &[u8]) -> Result<Option<Vec<JsonMember<'_>>>, JsonSyntaxError> {
        JsonMembers::of(bytes)?.map(Iterator::collect).transpose()
    }

    #[test]
    fn cuts_members_without_touching_their_text() {
        let text = r#"{"big": 18446744073709551615 , "x\u0041": {"b":1.0,"b":2}, "s":"❄"}"#;
        let cut: Vec<(&str, JsonKind, &str)> = members(text.as_bytes())
            .unwrap()
            .unwrap()
            .iter()
            .map(|member| {
                let text = |bytes| std::str::from_utf8(bytes).unwrap();
                (text(member.name), member.kind, text(member.value))
            })
            .collect();
        assert_eq!(
            cut,
            [
                ("big", JsonKind::Number, "18446744073709551615"),
                (r"x\u0041", JsonKind::Object, r#"{"b":1.0,"b":2}"#),
                ("s", JsonKind::String, r#""❄""#),
            ]
        );
    }

    #[test]
    fn gives_no_members_of_an_empty_object_and_nothing_of_other_values() {
        assert_eq!(members(b" { } "), Ok(Some(vec![])));
        assert_eq!(members(b"[1]"), Ok(None));
    }

    #[test]
    fn ends_after_the_first_error() {
        let mut walk = JsonMembers::of(b"{\"a\":1 \"b\":2}").unwrap().unwrap();
        assert!(walk.next().unwrap().is_ok());
        assert!(walk.next().unwrap().is_err());
        assert_eq!(walk.next(), None);
    }
}
