//! Where requests go: scheme, host and port, checked once.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use crate::error::Error;

/// A base address without a path. The host is kept as it is signed and sent: lower case, and
/// without the port that the scheme implies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    secure: bool,
    /// Reached without any proxy, and quickly or not at all.
    link_local: bool,
    authority: String,
}

impl Endpoint {
    /// A vendor's host, over https.
    pub fn vendor(host: impl Into<String>) -> Self {
        Self {
            secure: true,
            link_local: false,
            authority: host.into(),
        }
    }

    /// The metadata service of the instance that this runs on: plain http, on the same wire or
    /// nowhere.
    pub fn link_local(host: impl Into<String>) -> Self {
        Self {
            secure: false,
            link_local: true,
            authority: host.into(),
        }
    }

    /// A host of another site or of a partner, over https: the vendor's first part under a domain
    /// that the user names.
    pub fn in_domain(first_part: &str, domain: &str) -> Result<Self, Error> {
        Ok(Self::vendor(format!(
            "{first_part}.{}",
            check_domain(domain)?
        )))
    }

    /// Reads an override: `https://HOST[:PORT]`, or `http://` for a loopback host only, unless
    /// `insecure` says that the user accepts an unprotected connection.
    pub fn parse(text: &str, insecure: bool) -> Result<Self, Error> {
        // A password that somebody put there stays out of the message.
        let shown = if text.contains('@') { "the text" } else { text };
        let complain = |why: &str| {
            Error::usage(format!("'{shown}' is no endpoint: {why}"))
                .hint("Write https://HOST or https://HOST:PORT, without path or query.")
        };
        let (secure, rest) = if let Some(rest) = text.strip_prefix("https://") {
            (true, rest)
        } else if let Some(rest) = text.strip_prefix("http://") {
            (false, rest)
        } else {
            return Err(complain("it must start with https:// or http://"));
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest).to_ascii_lowercase();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':' | '[' | ']');
        if authority.is_empty() || !authority.chars().all(plain) {
            return Err(complain(
                "after the scheme comes a host name and perhaps a port",
            ));
        }
        let (host, port) = split_port(&authority).ok_or_else(|| complain("the port is wrong"))?;
        let bracketed = host
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        let is_host = match bracketed {
            Some(address) => address.parse::<Ipv6Addr>().is_ok(),
            None => !host.is_empty() && !host.contains([':', '[', ']']),
        };
        if !is_host {
            return Err(complain("the host is missing or is none"));
        }
        let implied = if secure { 443 } else { 80 };
        let authority = match port {
            Some(port) if port != implied => format!("{host}:{port}"),
            _ => host.to_owned(),
        };
        let endpoint = Self {
            secure,
            link_local: false,
            authority,
        };
        if !super::reqwest::keeps(&endpoint) {
            // What is signed would not be what is sent.
            return Err(complain(
                "the host has another usual form, like 127.0.0.1 for 127.1",
            ));
        }
        if !secure && !insecure && !endpoint.is_loopback() {
            return Err(complain("plain http would show everything on the way")
                .hint("Use https, or --insecure-endpoint if the network is yours alone."));
        }
        Ok(endpoint)
    }

    /// An address from what the vendors' tools write: a host, or an address already.
    pub fn address_of(place: &str) -> String {
        if place.contains("://") {
            place.to_owned()
        } else {
            format!("https://{place}")
        }
    }

    /// The host, with the port when it is not the one that the scheme implies: the `Host` header.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Whether it is https.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// Whether it is plain http on this machine: no certificates, no proxy.
    pub fn is_plain_loopback(&self) -> bool {
        !self.secure && self.is_loopback()
    }

    /// Whether it is a metadata service.
    pub fn is_link_local(&self) -> bool {
        self.link_local
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        let host = split_port(&self.authority).map_or("", |(host, _)| host);
        host == "localhost"
            || host
                .trim_matches(['[', ']'])
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(formatter, "{scheme}://{}", self.authority)
    }
}

/// The domain in lower case: at least two names of letters, digits and hyphens, and no address.
fn check_domain(text: &str) -> Result<String, Error> {
    let domain = text.to_ascii_lowercase();
    let names: Vec<_> = domain.split('.').collect();
    let is_name = |name: &&str| {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        (1..=63).contains(&name.len())
            && name.bytes().all(plain)
            && !name.starts_with('-')
            && !name.ends_with('-')
    };
    let is_number = |name: &&str| name.bytes().all(|b| b.is_ascii_digit());
    let fits = names.len() > 1
        && domain.len() <= 200
        && names.iter().all(is_name)
        && !names.last().is_some_and(is_number);
    if fits {
        Ok(domain)
    } else {
        Err(
            Error::usage(format!("'{}' is no domain of a cloud", text.escape_debug()))
                .hint("Write the domain alone, as in myhuaweicloud.eu: no scheme, port or path."),
        )
    }
}

/// Host and port; `None` when the port is no port.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let after_bracket = authority.rfind(']').map_or(0, |at| at + 1);
    match authority[after_bracket..].find(':') {
        None => Some((authority, None)),
        Some(at) => {
            let (host, port) = authority.split_at(after_bracket + at);
            Some((
                host,
                Some(port[1..].parse().ok().filter(|port| *port != 0)?),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Endpoint;

    #[test]
    fn endpoints_are_normalised() {
        let cases = [
            ("https://ecs.example.com", "https://ecs.example.com"),
            ("https://ECS.example.com/", "https://ecs.example.com"),
            ("https://ecs.example.com:443", "https://ecs.example.com"),
            (
                "https://ecs.example.com:8443",
                "https://ecs.example.com:8443",
            ),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
            ("http://127.9.9.9:8080", "http://127.9.9.9:8080"),
            ("http://localhost:1", "http://localhost:1"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ];
        for (text, expected) in cases {
            let endpoint = Endpoint::parse(text, false).map(|endpoint| endpoint.to_string());
            assert_eq!(endpoint.ok().as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_endpoint_or_is_unprotected_is_refused() {
        for text in [
            "",
            "ecs.example.com",
            "ftp://ecs.example.com",
            "https://",
            "https://:443",
            "https://host:0",
            "https://host:99999",
            "https://host/path",
            "https://host?query",
            "https://user@host",
            "http://[127.0.0.1]:1",
            "http://]127.0.0.1[:80",
            "https://[:::]",
            "https://127.1",
            "https://2130706433",
            "https://0x7f.1",
            "https://127.0.0.01",
            "https://1.2.3.4.5",
            "https://[0:0:0:0:0:0:0:1]",
            "https://xn--a",
            "https://ho st",
            "http://ecs.example.com",
            "http://127.0.0.1.example.com",
            "http://10.0.0.1",
            "http://localhost.example.com",
        ] {
            assert!(Endpoint::parse(text, false).is_err(), "{text}");
        }
        assert!(Endpoint::parse("http://10.0.0.1", true).is_ok());
    }

    #[test]
    fn a_domain_is_plain_names_with_a_dot() {
        let host = |domain| Endpoint::in_domain("kms.eu-de", domain);
        for (domain, expected) in [
            ("otc.t-systems.com", "https://kms.eu-de.otc.t-systems.com"),
            ("MyHuaweiCloud.eu", "https://kms.eu-de.myhuaweicloud.eu"),
        ] {
            let endpoint = host(domain).map(|endpoint| endpoint.to_string());
            assert_eq!(endpoint.ok().as_deref(), Some(expected));
        }
        for domain in [
            "",
            ".",
            "com",
            ".com",
            "a..com",
            "example.com.",
            "-a.com",
            "a-.com",
            "https://a.com",
            "a.com:443",
            "a.com/path",
            "a.com?q",
            "user@a.com",
            "127.0.0.1",
            "a b.com",
            "a.com\n",
            "*.com",
            "a_b.com",
            "\u{430}.com",
        ] {
            let error = host(domain).expect_err(domain);
            assert_eq!(error.exit_code(), 2, "{domain}");
        }
    }
}
