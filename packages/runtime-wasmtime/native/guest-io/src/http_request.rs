use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use crate::{
    fault::GuestFault,
    http_message::{is_token, shown_name},
    http_request_headers::{DEFAULT_AUTHORITY, read_headers},
    json_members::{JsonMember, JsonMembers},
    json_scan::{JsonKind, JsonSyntaxError},
    json_string::{decode_json_string, inner, is_name, scalar_text},
    media_type::{BodyForm, MediaType},
    url_text::{push_component, push_path, push_query},
};

/// Longest path with query, in bytes; engines hold at most 65,534.
const TARGET_BYTES_MAX: usize = 60_000;

/// A request as an HTTP handler takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// In upper case; a token of HTTP.
    pub method: String,
    /// Begins with `/`; printable ASCII, percent-encoded.
    pub path_with_query: String,
    /// Host and port of the request's `host` header, or `localhost`.
    pub authority: String,
    /// Names in lower case, without `host` and what belongs to one connection.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, decoded.
    pub body: Vec<u8>,
}

/// Makes the request of a web action's arguments (`__ow_method`, `__ow_path`, `__ow_headers`,
/// `__ow_query`, `__ow_body`); arguments without `__ow_method` are posted to `/` as they are.
///
/// A raw web action (`__ow_query` is there) has the request as it was. Of others OpenWhisk has
/// merged query and body into the arguments, and what was what cannot be told:
/// - the body of a POST, PUT or PATCH of JSON or of a form, and without `__ow_body`, is made of all
///   further arguments, and the query is empty (a password in a form must not turn up in a query);
/// - otherwise the further strings, numbers and booleans are the query. Objects, arrays and `null`
///   have no place in it.
///
/// Arguments that begin with `__ow_` are OpenWhisk's own and in neither.
pub fn http_request(input: &[u8]) -> Result<HttpRequest, GuestFault> {
    let arguments = WebArguments::read(input)?;
    let Some(method) = arguments.method else {
        return Ok(posted(input));
    };
    let method = text_of(method, "__ow_method")?.to_ascii_uppercase();
    if !is_token(&method) {
        return Err(GuestFault::input(format!(
            "__ow_method \"{}\" is no method of HTTP.",
            shown_name(&method)
        )));
    }
    let (mut headers, authority) = read_headers(arguments.headers)?;
    let media_type = headers
        .iter()
        .find(|(name, _)| name == "content-type")
        .map(|(_, value)| MediaType::parse(&String::from_utf8_lossy(value)));
    let merged = merged_into(&arguments, &method, media_type.as_ref());
    let body = match merged {
        MergedInto::Json => further_as_json(input)?,
        MergedInto::Form => further_as_form(input)?.into_bytes(),
        _ => read_body(&arguments, media_type.as_ref())?,
    };
    if media_type.is_none()
        && arguments
            .body
            .is_some_and(|body| body.kind != JsonKind::String)
    {
        headers.push(("content-type".into(), b"application/json".to_vec()));
    }
    if !body.is_empty() {
        headers.push(content_length(&body));
    }
    let further = match merged {
        MergedInto::Query => Some(input),
        _ => None,
    };
    Ok(HttpRequest {
        path_with_query: read_target(&arguments, further)?,
        method,
        authority,
        headers,
        body,
    })
}

/// The arguments that OpenWhisk adds to a web action. `null` is as good as nothing, and the last
/// of equal names counts.
#[derive(Default)]
struct WebArguments<'a> {
    method: Option<JsonMember<'a>>,
    path: Option<JsonMember<'a>>,
    headers: Option<JsonMember<'a>>,
    query: Option<JsonMember<'a>>,
    body: Option<JsonMember<'a>>,
    is_base64: Option<JsonMember<'a>>,
}

impl<'a> WebArguments<'a> {
    fn read(input: &'a [u8]) -> Result<Self, GuestFault> {
        let mut arguments = Self::default();
        let Some(members) = JsonMembers::of(input).map_err(GuestFault::not_json)? else {
            return Ok(arguments);
        };
        for member in members {
            let member = member.map_err(GuestFault::not_json)?;
            let place = match member.name {
                name if is_name(name, "__ow_method") => &mut arguments.method,
                name if is_name(name, "__ow_path") => &mut arguments.path,
                name if is_name(name, "__ow_headers") => &mut arguments.headers,
                name if is_name(name, "__ow_query") => &mut arguments.query,
                name if is_name(name, "__ow_body") => &mut arguments.body,
                name if is_name(name, "__ow_isBase64") => &mut arguments.is_base64,
                _ => continue,
            };
            *place = Some(member).filter(|member| member.kind != JsonKind::Null);
        }
        Ok(arguments)
    }
}

/// Where OpenWhisk's merged arguments go.
#[derive(Clone, Copy)]
enum MergedInto {
    Json,
    Form,
    Query,
    Nothing,
}

fn merged_into(
    arguments: &WebArguments,
    method: &str,
    media_type: Option<&MediaType>,
) -> MergedInto {
    if arguments.query.is_some() {
        return MergedInto::Nothing;
    }
    if arguments.body.is_some() || !matches!(method, "POST" | "PUT" | "PATCH") {
        return MergedInto::Query;
    }
    match media_type {
        Some(media_type) if media_type.form() == BodyForm::Json => MergedInto::Json,
        Some(media_type) if media_type.is_form() => MergedInto::Form,
        _ => MergedInto::Query,
    }
}

fn posted(input: &[u8]) -> HttpRequest {
    let body = input.trim_ascii().to_vec();
    HttpRequest {
        method: "POST".into(),
        path_with_query: "/".into(),
        authority: DEFAULT_AUTHORITY.into(),
        headers: vec![
            ("content-type".into(), b"application/json".to_vec()),
            content_length(&body),
        ],
        body,
    }
}

fn content_length(body: &[u8]) -> (String, Vec<u8>) {
    ("content-length".into(), body.len().to_string().into_bytes())
}

fn read_target(arguments: &WebArguments, further: Option<&[u8]>) -> Result<String, GuestFault> {
    let mut target = String::from("/");
    if let Some(path) = arguments.path {
        let path = text_of(path, "__ow_path")?;
        push_path(&mut target, path.strip_prefix('/').unwrap_or(&path));
    }
    let mut query = String::new();
    if let Some(written) = arguments.query {
        let written = text_of(written, "__ow_query")?;
        push_query(&mut query, written.strip_prefix('?').unwrap_or(&written));
    }
    if let Some(input) = further {
        push_further(&mut query, input, TARGET_BYTES_MAX)?;
    }
    if !query.is_empty() {
        target.push('?');
        target.push_str(&query);
    }
    assert_target(&target, TARGET_BYTES_MAX)?;
    Ok(target)
}

fn assert_target(target: &str, bytes_max: usize) -> Result<(), GuestFault> {
    if target.len() > bytes_max {
        return Err(GuestFault::input(format!(
            "The path and query of the request are longer than {bytes_max} bytes. \
             Send long arguments in the body."
        )));
    }
    Ok(())
}

/// The arguments that are not OpenWhisk's own.
fn further_members(
    input: &[u8],
) -> Result<impl Iterator<Item = Result<JsonMember<'_>, JsonSyntaxError>>, GuestFault> {
    Ok(JsonMembers::of(input)
        .map_err(GuestFault::not_json)?
        .into_iter()
        .flatten()
        .filter(|member| match member {
            Ok(member) => !decode_json_string(member.name).starts_with("__ow_"),
            Err(_) => true,
        }))
}

/// Appends the scalars among the further arguments as `name=value`, encoded.
fn push_further(pairs: &mut String, input: &[u8], bytes_max: usize) -> Result<(), GuestFault> {
    for member in further_members(input)? {
        let member = member.map_err(GuestFault::not_json)?;
        let Some(value) = scalar_text(member.kind, member.value) else {
            continue;
        };
        if !pairs.is_empty() {
            pairs.push('&');
        }
        push_component(pairs, &decode_json_string(member.name));
        pairs.push('=');
        push_component(pairs, &value);
        assert_target(pairs, bytes_max)?;
    }
    Ok(())
}

fn further_as_form(input: &[u8]) -> Result<String, GuestFault> {
    let mut form = String::new();
    push_further(&mut form, input, usize::MAX)?;
    Ok(form)
}

fn further_as_json(input: &[u8]) -> Result<Vec<u8>, GuestFault> {
    let mut json = vec![b'{'];
    for member in further_members(input)? {
        let member = member.map_err(GuestFault::not_json)?;
        if json.len() > 1 {
            json.push(b',');
        }
        json.push(b'"');
        json.extend_from_slice(member.name);
        json.extend_from_slice(b"\":");
        json.extend_from_slice(member.value);
    }
    json.push(b'}');
    Ok(json)
}

/// The body as it was sent. Base64 stands for binary types and, in raw actions, for JSON. A request
/// without a type is decoded where it can be: OpenWhisk sends base64, a caller by hand sends text.
fn read_body(
    arguments: &WebArguments,
    media_type: Option<&MediaType>,
) -> Result<Vec<u8>, GuestFault> {
    let Some(body) = arguments.body else {
        return Ok(Vec::new());
    };
    if body.kind != JsonKind::String {
        return Ok(body.value.to_vec());
    }
    let text = decode_json_string(inner(body.value));
    let is_raw = arguments.query.is_some();
    match arguments.is_base64.map(|flag| flag.value) {
        Some(b"true") => return decode_base64(&text),
        Some(b"false") => return Ok(text.into_owned().into_bytes()),
        Some(_) => return Err(GuestFault::input("__ow_isBase64 is not true or false.")),
        None => {}
    }
    match media_type.map(|media_type| (media_type.form(), media_type.is_plain_json())) {
        // A JSON value that is no object was taken for the argument itself.
        Some((BodyForm::Json, _)) if !is_raw => Ok(body.value.to_vec()),
        Some((BodyForm::Json, false) | (BodyForm::Text, _)) => Ok(text.into_owned().into_bytes()),
        Some((BodyForm::Binary, _)) => decode_base64(&text),
        Some((BodyForm::Json, true)) | None => Ok(BASE64
            .decode(text.as_bytes())
            .unwrap_or_else(|_| text.into_owned().into_bytes())),
    }
}

fn decode_base64(text: &str) -> Result<Vec<u8>, GuestFault> {
    BASE64
        .decode(text)
        .map_err(|error| GuestFault::input(format!("__ow_body is not valid base64: {error}.")))
}

fn text_of<'a>(member: JsonMember<'a>, name: &str) -> Result<Cow<'a, str>, GuestFault> {
    if member.kind != JsonKind::String {
        return Err(GuestFault::input(format!("{name} is not a string.")));
    }
    Ok(decode_json_string(inner(member.value)))
}

#[cfg(test)]
#[path = "http_request_tests.rs"]
mod tests;
