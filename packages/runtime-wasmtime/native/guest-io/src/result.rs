use crate::{
    fault::GuestFault,
    json_members::JsonMembers,
    json_scan::{JsonKind, scan_json},
    json_string::{is_name, push_json_string},
};

/// What OpenWhisk's own runtimes say; the wire carries this text as it is.
const NOT_A_DICTIONARY: &str = "The action did not return a dictionary or array.";

/// What a guest answered. An error that the guest returns is a value: OpenWhisk calls it an
/// application error, and keeps the container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whether it is an application error.
    pub is_error: bool,
    /// One JSON value as the guest wrote it, without white space around it.
    pub json: Vec<u8>,
}

impl Answer {
    pub(crate) fn ok(json: Vec<u8>) -> Self {
        Self {
            is_error: false,
            json,
        }
    }

    fn error(json: Vec<u8>) -> Self {
        Self {
            is_error: true,
            json,
        }
    }
}

/// Checks plain JSON that a guest returned: one object or array of at most `limit` bytes. Nothing at
/// all (or white space) means a guest that finished normally and returned nothing, which is `{}`.
/// The answer is cut in place.
pub fn plain_result(mut bytes: Vec<u8>, limit: usize) -> Result<Answer, GuestFault> {
    match plain_span(&bytes, limit)? {
        None => Ok(Answer::ok(b"{}".to_vec())),
        Some((start, end)) => {
            bytes.truncate(end);
            if start > 0 {
                bytes.drain(..start);
            }
            Ok(Answer::ok(bytes))
        }
    }
}

/// Like `plain_result`, for bytes that are only lent: copies the answer once.
pub fn plain_result_of(bytes: &[u8], limit: usize) -> Result<Answer, GuestFault> {
    let json = match plain_span(bytes, limit)? {
        None => b"{}",
        Some((start, end)) => &bytes[start..end],
    };
    Ok(Answer::ok(json.to_vec()))
}

/// Reads the first buffer form's result, `{"Ok": x}` or `{"Err": e}`, and copies the value out
/// unparsed. `x` must be an object or array; `e` may be any JSON.
pub fn tagged_result_of(bytes: &[u8], limit: usize) -> Result<Answer, GuestFault> {
    assert_size(bytes.len(), limit)?;
    tagged_value(bytes).ok_or_else(|| GuestFault::invalid(NOT_A_DICTIONARY, bytes))
}

/// Makes the application error of an error text: any JSON, as it was written. A text that is no
/// JSON becomes a JSON string, since that is what languages' error messages are.
pub fn error_answer(text: String, limit: usize) -> Result<Answer, GuestFault> {
    let json = match scan_json(text.as_bytes()) {
        Ok(span) => {
            let mut bytes = text.into_bytes();
            bytes.truncate(span.end);
            bytes.drain(..span.start);
            bytes
        }
        Err(_) => {
            let mut json = Vec::new();
            push_json_string(&mut json, &text);
            json
        }
    };
    if json.len() > limit {
        return Err(GuestFault::too_large(format!(
            "The action returned an error of {} bytes; the limit is {limit}.",
            json.len()
        )));
    }
    Ok(Answer::error(json))
}

/// Where the answer stands; `None` for nothing at all.
fn plain_span(bytes: &[u8], limit: usize) -> Result<Option<(usize, usize)>, GuestFault> {
    if is_blank(bytes) {
        return Ok(None);
    }
    assert_size(bytes.len(), limit)?;
    match scan_json(bytes) {
        Ok(span) if matches!(span.kind, JsonKind::Object | JsonKind::Array) => {
            Ok(Some((span.start, span.end)))
        }
        _ => Err(GuestFault::invalid(NOT_A_DICTIONARY, bytes)),
    }
}

/// `None` for whatever is wrong: the developer sees the text itself.
fn tagged_value(bytes: &[u8]) -> Option<Answer> {
    let mut members = JsonMembers::of(bytes).ok()??;
    let member = members.next()?.ok()?;
    // One is right, two are wrong. Asking for the second checks the end of the text, too.
    if members.next().is_some() {
        return None;
    }
    if is_name(member.name, "Err") {
        return Some(Answer::error(member.value.to_vec()));
    }
    let fits = matches!(member.kind, JsonKind::Object | JsonKind::Array);
    (fits && is_name(member.name, "Ok")).then(|| Answer::ok(member.value.to_vec()))
}

pub(crate) fn assert_size(length: usize, limit: usize) -> Result<(), GuestFault> {
    if length > limit {
        return Err(GuestFault::too_large(format!(
            "The action returned {length} bytes; the limit is {limit}. \
             Return less, or ask the operator to raise the result limit."
        )));
    }
    Ok(())
}

fn is_blank(bytes: &[u8]) -> bool {
    bytes
        .iter()
        .all(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::FaultCode;

    fn ok(json: &str) -> Answer {
        Answer::ok(json.as_bytes().to_vec())
    }

    #[test]
    fn cuts_the_value_out_of_a_tagged_result() {
        for (text, is_error, json) in [
            (
                r#"{"Ok": {"random":18446744073709551615, "x":1.0}}"#,
                false,
                r#"{"random":18446744073709551615, "x":1.0}"#,
            ),
            (r#" {"Ok":[]} "#, false, "[]"),
            (r#"{"\u004fk":{}}"#, false, "{}"),
            (r#"{"Err":{"error":"no"}}"#, true, r#"{"error":"no"}"#),
            (r#"{"Err":"text"}"#, true, r#""text""#),
            (r#"{"Err":"\ud800"}"#, true, r#""\ud800""#),
            (r#"{"Err":null}"#, true, "null"),
        ] {
            let answer = tagged_result_of(text.as_bytes(), 1000).unwrap();
            assert_eq!(answer.is_error, is_error, "{text}");
            assert_eq!(String::from_utf8(answer.json).unwrap(), json);
        }
    }

    #[test]
    fn refuses_what_is_no_tagged_result_and_shows_it() {
        for text in [
            r#"{"Ok":1}"#,
            r#"{"Other":{}}"#,
            "{}",
            "[]",
            r#"{"Ok":{}"#,
            r#"{"Ok":{}}x"#,
            r#"{"Ok":{},}"#,
            "",
            " ",
            r#"{"Ok":{},"Err":1}"#,
            r#"{"Ok":{},"Ok":{}}"#,
        ] {
            let fault = tagged_result_of(text.as_bytes(), 1000).unwrap_err();
            assert_eq!(fault.code, FaultCode::ResultInvalid, "{text}");
            assert_eq!(fault.message, NOT_A_DICTIONARY);
            assert_eq!(fault.shown.unwrap(), format!("{text}\n").into_bytes());
        }
    }

    #[test]
    fn passes_objects_and_arrays_unchanged() {
        for (text, json) in [
            (r#" {"a":1,"a":2} "#, r#"{"a":1,"a":2}"#),
            (r#"["a"]"#, r#"["a"]"#),
            (r#"{"s":"\ud800"}"#, r#"{"s":"\ud800"}"#),
        ] {
            assert_eq!(
                plain_result(text.as_bytes().to_vec(), 100).unwrap(),
                ok(json)
            );
            assert_eq!(plain_result_of(text.as_bytes(), 100).unwrap(), ok(json));
        }
    }

    #[test]
    fn cuts_the_answer_where_it_lies() {
        let mut bytes = Vec::with_capacity(64);
        bytes.extend_from_slice(b"{\"a\":1} ");
        let pointer = bytes.as_ptr();
        assert_eq!(plain_result(bytes, 100).unwrap().json.as_ptr(), pointer);
    }

    #[test]
    fn takes_silence_for_an_empty_object_whatever_its_length() {
        for text in ["", " \r\n\t"] {
            assert_eq!(plain_result(text.as_bytes().to_vec(), 0).unwrap(), ok("{}"));
            assert_eq!(plain_result_of(text.as_bytes(), 0).unwrap(), ok("{}"));
        }
    }

    #[test]
    fn refuses_a_result_above_the_limit_by_its_own_code() {
        assert!(plain_result_of(b"[12]", 4).is_ok());
        let fault = plain_result_of(b"[123]", 4).unwrap_err();
        assert_eq!(fault.code, FaultCode::ResultTooLarge);
        assert_eq!(
            fault.message,
            "The action returned 5 bytes; the limit is 4. \
             Return less, or ask the operator to raise the result limit."
        );
        assert_eq!(fault.shown, None);
        let fault = tagged_result_of(br#"{"Ok":{}}"#, 8).unwrap_err();
        assert_eq!(fault.code, FaultCode::ResultTooLarge);
    }

    #[test]
    fn refuses_other_values_and_broken_texts() {
        let texts: [&[u8]; 8] = [
            b"null",
            b"true",
            b"3",
            b"\"s\"",
            b"x",
            b"{} {}",
            b"{\"a\"",
            b"{\"a\":\"\xff\"}",
        ];
        for text in texts {
            let fault = plain_result(text.to_vec(), 1000).unwrap_err();
            assert_eq!(fault.code, FaultCode::ResultInvalid);
            assert_eq!(fault.message, NOT_A_DICTIONARY);
        }
    }

    #[test]
    fn shows_only_the_beginning_of_a_long_bad_result() {
        let fault = plain_result(vec![b'x'; 100_000], 1_000_000).unwrap_err();
        let shown = fault.shown.unwrap();
        assert_eq!(shown.len(), 16 * 1024 + 1);
        assert_eq!(shown.last(), Some(&b'\n'));
    }

    #[test]
    fn makes_json_of_an_error_text() {
        for (text, json) in [
            (r#"{"a":1.0,"a":2}"#, r#"{"a":1.0,"a":2}"#),
            (" \"text\"\n", r#""text""#),
            ("42", "42"),
            ("not found", r#""not found""#),
            ("", r#""""#),
            (r#"{"cut"#, r#""{\"cut""#),
            ("schön \"so\"", r#""schön \"so\"""#),
        ] {
            let answer = error_answer(text.to_owned(), 100).unwrap();
            assert!(answer.is_error);
            assert_eq!(String::from_utf8(answer.json).unwrap(), json);
        }
    }

    #[test]
    fn refuses_an_error_beyond_the_limit() {
        let fault = error_answer("x".repeat(200), 100).unwrap_err();
        assert_eq!(fault.code, FaultCode::ResultTooLarge);
        assert_eq!(
            fault.message,
            "The action returned an error of 202 bytes; the limit is 100."
        );
    }
}
