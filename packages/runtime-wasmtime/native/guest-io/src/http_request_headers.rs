use crate::{
    fault::GuestFault,
    http_message::{
        HEADER_BYTES_MAX, HEADER_COUNT_MAX, HopHeaders, is_header_value, is_token, shown_name,
    },
    json_members::{JsonMember, JsonMembers, array_elements},
    json_scan::JsonKind,
    json_string::{decode_json_string, scalar_text},
};

/// Where a request goes that names no host.
pub(crate) const DEFAULT_AUTHORITY: &str = "localhost";

pub(crate) type Headers = Vec<(String, Vec<u8>)>;

/// The headers that a handler sees, and the authority that `host` names.
pub(crate) fn read_headers(written: Option<JsonMember>) -> Result<(Headers, String), GuestFault> {
    let mut headers = Headers::new();
    let mut header_bytes = 0;
    let mut push = |name: &str, kind: JsonKind, value: &[u8]| {
        let value = scalar_text(kind, value)
            .filter(|value| is_header_value(value.as_bytes()))
            .ok_or_else(|| {
                GuestFault::input(format!(
                    "The value of header \"{}\" in __ow_headers is not text of one line.",
                    shown_name(name)
                ))
            })?;
        header_bytes += name.len() + value.len();
        if headers.len() == HEADER_COUNT_MAX || header_bytes > HEADER_BYTES_MAX {
            return Err(GuestFault::input(format!(
                "__ow_headers holds more than {HEADER_COUNT_MAX} headers or {HEADER_BYTES_MAX} bytes."
            )));
        }
        headers.push((name.to_owned(), value.into_owned().into_bytes()));
        Ok(())
    };
    if let Some(written) = written {
        let members = JsonMembers::of(written.value)
            .map_err(GuestFault::not_json)?
            .ok_or_else(|| GuestFault::input("__ow_headers is not an object."))?;
        for member in members {
            let member = member.map_err(GuestFault::not_json)?;
            let name = decode_json_string(member.name).to_ascii_lowercase();
            if !is_token(&name) {
                return Err(GuestFault::input(format!(
                    "\"{}\" in __ow_headers is no name of a header.",
                    shown_name(&name)
                )));
            }
            if member.kind == JsonKind::Array {
                for element in array_elements(member.value) {
                    let element = element.map_err(GuestFault::not_json)?;
                    push(
                        &name,
                        element.kind,
                        &member.value[element.start..element.end],
                    )?;
                }
            } else {
                push(&name, member.kind, member.value)?;
            }
        }
    }
    let hop = HopHeaders::of(
        headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_slice())),
    );
    let authority = read_authority(&headers)?;
    headers.retain(|(name, _)| name != "host" && !hop.contain(name));
    Ok((headers, authority))
}

fn read_authority(headers: &Headers) -> Result<String, GuestFault> {
    let mut hosts = headers.iter().filter(|(name, _)| name == "host");
    let Some((_, host)) = hosts.next() else {
        return Ok(DEFAULT_AUTHORITY.into());
    };
    match String::from_utf8(host.clone()) {
        Ok(host) if hosts.next().is_none() && is_authority(&host) => Ok(host),
        _ => Err(GuestFault::input(
            "The header \"host\" in __ow_headers is not one host with an optional port.",
        )),
    }
}

/// A name, an IPv4 address or an IPv6 address in brackets, with an optional port; no user.
fn is_authority(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => {
            if address.parse::<std::net::Ipv6Addr>().is_err() {
                return false;
            }
            (
                None,
                port.strip_prefix(':').or(port.is_empty().then_some("0")),
            )
        }
        None => match text.split_once(':') {
            Some((host, port)) => (Some(host), Some(port)),
            None => (Some(text), Some("0")),
        },
    };
    let host_fits = host.is_none_or(|host| {
        (1..=255).contains(&host.len())
            && host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
    });
    // Not `parse` alone, which takes a sign.
    let port_fits = port.is_some_and(|port| {
        port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok()
    });
    host_fits && port_fits
}
