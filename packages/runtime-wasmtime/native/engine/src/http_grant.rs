//! Outgoing HTTP, to the hosts that the operator names.

use http::Uri;

/// Hosts that a guest may reach.
#[derive(Clone, Debug, Default)]
pub struct HttpGrant {
    hosts: Vec<Pattern>,
}

#[derive(Clone, Debug)]
struct Pattern {
    /// Lower case; `None`: any.
    host: Option<String>,
    /// `None`: any.
    port: Option<u16>,
}

impl HttpGrant {
    /// Reads names or `*`, optionally with a port; an IPv6 address stands in brackets.
    pub fn new(hosts: &[String]) -> HttpGrant {
        let hosts = hosts.iter().map(|text| Pattern::parse(text)).collect();
        HttpGrant { hosts }
    }

    /// Whether a request to this address may leave.
    pub fn allows(&self, uri: &Uri) -> bool {
        let Some(host) = uri.host() else { return false };
        let host = host.to_ascii_lowercase();
        let port = uri.port_u16().unwrap_or(match uri.scheme_str() {
            Some("http") => 80,
            _ => 443,
        });
        self.hosts.iter().any(|pattern| {
            pattern.host.as_ref().is_none_or(|allowed| *allowed == host)
                && pattern.port.is_none_or(|allowed| allowed == port)
        })
    }
}

impl Pattern {
    fn parse(text: &str) -> Pattern {
        let (host, port) = match text.rsplit_once(':') {
            // A colon within brackets or one of several belongs to an IPv6 address.
            Some((host, port))
                if !port.contains(']') && (host.starts_with('[') || !host.contains(':')) =>
            {
                match port.parse() {
                    Ok(port) => (host, Some(port)),
                    Err(_) => (text, None),
                }
            }
            _ => (text, None),
        };
        Pattern {
            host: (host != "*").then(|| host.to_ascii_lowercase()),
            port,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::HttpGrant;

    fn allows(hosts: &[&str], uri: &str) -> bool {
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        HttpGrant::new(&hosts).allows(&uri.parse().expect("a test's address"))
    }

    #[test]
    fn grants_what_is_named() {
        assert!(allows(&["example.org"], "https://example.org/x"));
        assert!(allows(&["Example.org"], "http://EXAMPLE.ORG:8080/"));
        assert!(!allows(&["example.org"], "https://sub.example.org/"));
        assert!(!allows(&["example.org"], "https://example.org.evil.test/"));
        assert!(!allows(&[], "https://example.org/"));
    }

    #[test]
    fn takes_ports_by_the_scheme() {
        assert!(allows(&["example.org:443"], "https://example.org/"));
        assert!(allows(&["example.org:80"], "http://example.org/"));
        assert!(!allows(&["example.org:80"], "https://example.org/"));
        assert!(!allows(&["example.org:8080"], "http://example.org/"));
        assert!(allows(&["*:8080"], "http://127.0.0.1:8080/"));
    }

    #[test]
    fn knows_addresses_in_brackets() {
        assert!(allows(&["[::1]:81"], "http://[::1]:81/"));
        assert!(!allows(&["[::1]:81"], "http://[::1]:82/"));
        assert!(allows(&["[::1]"], "http://[::1]:82/"));
        assert!(allows(&["*"], "http://[::1]:82/"));
    }

    #[test]
    fn is_not_fooled_by_user_names() {
        assert!(!allows(&["example.org"], "http://example.org@evil.test/"));
        assert!(allows(&["example.org"], "http://evil.test@example.org/"));
    }
}
