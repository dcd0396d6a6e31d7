use std::{borrow::Cow, collections::HashMap};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use crate::{
    fault::GuestFault,
    http_message::{HopHeaders, is_header_value, is_token, shown_name},
    json_scan::{JSON_DEPTH_MAX, JsonKind, scan_json_within},
    json_string::push_json_string,
    media_type::{BodyForm, MediaType, from_latin1},
    result::{Answer, assert_size},
};

/// Makes a web action's result of a response: `{"statusCode": n, "headers": {..}, "body": ..}`, so
/// that OpenWhisk's controller sends what the handler sent.
///
/// - A header that is repeated becomes an array. Those of one connection, and `content-length`,
///   are dropped.
/// - A body of JSON is inserted as it was written; of text it is a string, of anything else base64.
///   JSON strings and `null` are base64 as well: the controller would send the string's characters
///   without their quotes, and nothing for `null`. It decodes base64 of a JSON type.
/// - A body without a type is a string, which the controller calls `text/html`, or base64 with the
///   type `application/octet-stream` where it is no UTF-8.
///
/// A status of 400 and more is a result like any other, since OpenWhisk passes it on.
pub fn http_response(
    status: u16,
    headers: &[(String, Vec<u8>)],
    body: &[u8],
    limit: usize,
) -> Result<Answer, GuestFault> {
    // Before anything is copied: the result is longer than its body.
    assert_size(body.len(), limit)?;
    let headers = group_headers(headers)?;
    let media_type = headers
        .iter()
        .find(|(name, _)| name == "content-type")
        .and_then(|(_, values)| values.first());
    let body = BodyText::of(body, media_type.map(AsRef::as_ref))?;
    assert_size(body.length(), limit)?;
    let mut json = Vec::with_capacity(body.length() + 256);
    json.extend_from_slice(format!("{{\"statusCode\":{status},\"headers\":{{").as_bytes());
    push_headers(&mut json, &headers);
    if body.needs_type {
        if !headers.is_empty() {
            json.push(b',');
        }
        json.extend_from_slice(b"\"content-type\":\"application/octet-stream\"");
    }
    json.extend_from_slice(b"},\"body\":");
    body.push_to(&mut json);
    json.push(b'}');
    assert_size(json.len(), limit)?;
    Ok(Answer::ok(json))
}

type GroupedHeaders<'a> = Vec<(String, Vec<Cow<'a, str>>)>;

/// Headers in the order of their first appearance, the values of equal names together.
fn group_headers(headers: &[(String, Vec<u8>)]) -> Result<GroupedHeaders<'_>, GuestFault> {
    let names: Vec<String> = headers
        .iter()
        .map(|(name, _)| name.to_ascii_lowercase())
        .collect();
    let values = headers.iter().map(|(_, value)| value.as_slice());
    let hop = HopHeaders::of(names.iter().map(String::as_str).zip(values.clone()));
    let mut grouped = GroupedHeaders::new();
    let mut places = HashMap::new();
    for (name, value) in names.iter().zip(values) {
        if !is_token(name) || !is_header_value(value) {
            return Err(GuestFault::invalid(
                format!(
                    "The response's header \"{}\" has a name or value that HTTP does not allow.",
                    shown_name(name)
                ),
                value,
            ));
        }
        if hop.contain(name) {
            continue;
        }
        let value = match std::str::from_utf8(value) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => from_latin1(value),
        };
        let place = *places.entry(name.as_str()).or_insert(grouped.len());
        match grouped.get_mut(place) {
            // A message has one type; the controller takes no list of them.
            Some(_) if name == "content-type" => {}
            Some((_, values)) => values.push(value),
            None => grouped.push((name.clone(), vec![value])),
        }
    }
    Ok(grouped)
}

fn push_headers(json: &mut Vec<u8>, headers: &GroupedHeaders) {
    for (index, (name, values)) in headers.iter().enumerate() {
        if index > 0 {
            json.push(b',');
        }
        push_json_string(json, name);
        json.push(b':');
        match values.as_slice() {
            [value] => push_json_string(json, value),
            values => {
                for (index, value) in values.iter().enumerate() {
                    json.push(if index == 0 { b'[' } else { b',' });
                    push_json_string(json, value);
                }
                json.push(b']');
            }
        }
    }
}

/// A body on its way into JSON.
struct BodyText<'a> {
    form: WrittenBody<'a>,
    /// It is base64 for want of a type that would say so.
    needs_type: bool,
}

enum WrittenBody<'a> {
    Unparsed(&'a [u8]),
    Text(Cow<'a, str>),
    Base64(&'a [u8]),
}

impl<'a> BodyText<'a> {
    fn of(body: &'a [u8], media_type: Option<&str>) -> Result<Self, GuestFault> {
        let typed = |form| BodyText {
            form,
            needs_type: false,
        };
        if body.is_empty() {
            return Ok(typed(WrittenBody::Text(Cow::Borrowed(""))));
        }
        let Some(written) = media_type else {
            return Ok(match std::str::from_utf8(body) {
                Ok(text) => typed(WrittenBody::Text(Cow::Borrowed(text))),
                Err(_) => BodyText {
                    form: WrittenBody::Base64(body),
                    needs_type: true,
                },
            });
        };
        let media_type = MediaType::parse(written);
        Ok(typed(match media_type.form() {
            BodyForm::Json => json_body(body),
            BodyForm::Binary => WrittenBody::Base64(body),
            BodyForm::Text => WrittenBody::Text(media_type.decode(body).ok_or_else(|| {
                GuestFault::invalid(
                    format!(
                        "The response's body is not the text that its content-type \"{}\" says. \
                         Send UTF-8, or a binary type.",
                        shown_name(written)
                    ),
                    body,
                )
            })?),
        }))
    }

    /// Its length in JSON, at least.
    fn length(&self) -> usize {
        match &self.form {
            WrittenBody::Unparsed(bytes) => bytes.len(),
            WrittenBody::Text(text) => text.len(),
            WrittenBody::Base64(bytes) => bytes.len().div_ceil(3) * 4,
        }
    }

    fn push_to(&self, json: &mut Vec<u8>) {
        match &self.form {
            WrittenBody::Unparsed(bytes) => json.extend_from_slice(bytes),
            WrittenBody::Text(text) => push_json_string(json, text),
            WrittenBody::Base64(bytes) => {
                json.push(b'"');
                json.extend_from_slice(BASE64.encode(bytes).as_bytes());
                json.push(b'"');
            }
        }
    }
}

/// What is no JSON in spite of its type is base64 too, which the controller decodes.
fn json_body(body: &[u8]) -> WrittenBody<'_> {
    // One level less than the result may have, which is around it.
    match scan_json_within(body, JSON_DEPTH_MAX - 1) {
        Ok(span) if !matches!(span.kind, JsonKind::String | JsonKind::Null) => {
            WrittenBody::Unparsed(&body[span.start..span.end])
        }
        _ => WrittenBody::Base64(body),
    }
}

#[cfg(test)]
#[path = "http_response_tests.rs"]
mod tests;
