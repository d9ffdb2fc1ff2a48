//! Why a connection failed: read from the types of the errors, because their texts are the
//! libraries' own and change.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::time::Duration;

use chrono::{DateTime, Utc};
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, InvalidMessage, PeerIncompatible};

/// Why no answer came, as far as it can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The host's name has no address here.
    NameNotFound,
    /// Nothing listens there.
    Refused,
    /// There is no way to that address.
    Unreachable,
    /// It took too long.
    TimedOut,
    /// The other side closed the connection.
    Closed,
    /// The certificate does not prove that it is the right server.
    Certificate(Certificate),
    /// The server speaks no version of TLS that is safe.
    OldTls,
    /// What listens there does not speak TLS.
    NotTls,
    /// The two sides found nothing in common; the server's word for it.
    Handshake,
    /// The proxy wants a login, or another one.
    ProxyLogin,
    /// The proxy does not connect to that host.
    ProxyRefusal,
    /// This machine has no authorities to check certificates with.
    NoAuthorities,
    /// Anything else; the reason says it.
    Other,
}

/// What is wrong with a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// Its authority is not trusted here.
    UnknownIssuer,
    /// It is for these names, as far as they are known, and not for the host.
    WrongName(Vec<String>),
    /// It was good until then.
    Expired(Option<DateTime<Utc>>),
    /// It will be good from then on.
    NotYetValid(Option<DateTime<Utc>>),
    /// Anything else; the reason says it.
    Unfit,
}

impl Cause {
    /// Whether the same attempt will fail in the same way a minute later.
    pub fn is_lasting(&self) -> bool {
        match self {
            Self::Certificate(_)
            | Self::OldTls
            | Self::NotTls
            | Self::Handshake
            | Self::ProxyLogin
            | Self::NoAuthorities => true,
            // The library does not say whether the proxy forbids it or could not do it just now.
            Self::ProxyRefusal
            | Self::NameNotFound
            | Self::Refused
            | Self::Unreachable
            | Self::TimedOut
            | Self::Closed
            | Self::Other => false,
        }
    }
}

/// A cause, and whether it lies between this machine and the proxy.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) cause: Cause,
    pub(super) at_proxy: bool,
}

/// Looks through an error and what is below it.
pub(super) fn find(error: &(dyn Error + 'static)) -> Finding {
    let mut finding = Finding {
        cause: Cause::Other,
        at_proxy: false,
    };
    let mut next = Some(error);
    while let Some(error) = next {
        // The library keeps the type of this error to itself, so its text must do.
        if let Some(fault) = error.to_string().strip_prefix("tunnel error: ") {
            finding.at_proxy = true;
            if let Some(cause) = of_tunnel(fault) {
                finding.cause = cause;
                return finding;
            }
        }
        if let Some(cause) = of_one(error) {
            finding.cause = cause;
            return finding;
        }
        next = below(error);
    }
    finding
}

/// The error below. An I/O error that wraps another one does not name it as its source, but the
/// source of that one.
fn below<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let wrapped = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref);
    match wrapped {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

/// The innermost text, which is the one that says something; the outer ones repeat the URL, whose
/// query is not for logs.
pub(super) fn innermost(error: &(dyn Error + 'static)) -> Option<String> {
    let mut last = below(error)?;
    while let Some(next) = below(last) {
        last = next;
    }
    Some(last.to_string())
}

/// What a proxy did that was asked for a tunnel; for the rest the error below tells more.
fn of_tunnel(fault: &str) -> Option<Cause> {
    Some(match fault {
        "proxy authorization required" => Cause::ProxyLogin,
        "unsuccessful" => Cause::ProxyRefusal,
        "unexpected end of file" => Cause::Closed,
        _ => return None,
    })
}

fn of_one(error: &(dyn Error + 'static)) -> Option<Cause> {
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return of_tls(error);
    }
    match error.downcast_ref::<io::Error>()?.kind() {
        ErrorKind::ConnectionRefused => Some(Cause::Refused),
        ErrorKind::NetworkUnreachable
        | ErrorKind::HostUnreachable
        | ErrorKind::NetworkDown
        | ErrorKind::AddrNotAvailable => Some(Cause::Unreachable),
        ErrorKind::TimedOut => Some(Cause::TimedOut),
        ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::UnexpectedEof => Some(Cause::Closed),
        _ => None,
    }
}

fn of_tls(error: &rustls::Error) -> Option<Cause> {
    Some(match error {
        rustls::Error::InvalidCertificate(error) => Cause::Certificate(of_certificate(error)),
        rustls::Error::NoCertificatesPresented => Cause::Certificate(Certificate::Unfit),
        rustls::Error::AlertReceived(AlertDescription::ProtocolVersion)
        | rustls::Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => Cause::OldTls,
        rustls::Error::InvalidMessage(
            InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
        ) => Cause::NotTls,
        rustls::Error::AlertReceived(_) | rustls::Error::PeerIncompatible(_) => Cause::Handshake,
        _ => return None,
    })
}

fn of_certificate(error: &CertificateError) -> Certificate {
    match error {
        CertificateError::UnknownIssuer => Certificate::UnknownIssuer,
        CertificateError::NotValidForName => Certificate::WrongName(Vec::new()),
        CertificateError::NotValidForNameContext { presented, .. } => {
            Certificate::WrongName(presented.iter().map(|name| plain_name(name)).collect())
        }
        CertificateError::Expired => Certificate::Expired(None),
        CertificateError::ExpiredContext { not_after, .. } => {
            Certificate::Expired(time(*not_after))
        }
        CertificateError::NotValidYet => Certificate::NotYetValid(None),
        CertificateError::NotValidYetContext { not_before, .. } => {
            Certificate::NotYetValid(time(*not_before))
        }
        _ => Certificate::Unfit,
    }
}

/// `DnsName("a.example")` is how the library writes a name. The server chose it, so nothing that
/// could move the cursor of a terminal stays in it.
fn plain_name(text: &str) -> String {
    let name = text
        .split_once('(')
        .and_then(|(_, rest)| rest.strip_suffix(')'))
        .unwrap_or(text);
    name.trim_matches('"')
        .chars()
        .filter(char::is_ascii_graphic)
        .take(100)
        .collect()
}

fn time(time: UnixTime) -> Option<DateTime<Utc>> {
    Some(DateTime::from(
        std::time::SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(time.as_secs()))?,
    ))
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::{Cause, Certificate, Finding, find, innermost};

    #[derive(Debug)]
    struct Wrapped(&'static str, io::Error);

    impl std::fmt::Display for Wrapped {
        fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str(self.0)
        }
    }

    impl std::error::Error for Wrapped {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.1)
        }
    }

    fn cause(error: io::Error) -> Cause {
        find(&Wrapped("outer", error)).cause
    }

    #[test]
    fn a_cause_is_found_however_deep_it_lies() {
        let tls = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        let twice = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, tls));
        assert_eq!(
            innermost(&twice).as_deref(),
            Some("invalid peer certificate: UnknownIssuer")
        );
        assert_eq!(cause(twice), Cause::Certificate(Certificate::UnknownIssuer));
        assert_eq!(
            cause(io::ErrorKind::ConnectionRefused.into()),
            Cause::Refused
        );
        for kind in [
            io::ErrorKind::NetworkUnreachable,
            io::ErrorKind::HostUnreachable,
        ] {
            assert_eq!(cause(kind.into()), Cause::Unreachable);
        }
        let alert = rustls::Error::AlertReceived(rustls::AlertDescription::ProtocolVersion);
        assert_eq!(cause(io::Error::other(alert)), Cause::OldTls);
        assert_eq!(cause(io::Error::other("x")), Cause::Other);
    }

    #[test]
    fn what_happens_before_the_tunnel_is_told_from_what_happens_in_it() {
        let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
        let before = Wrapped(
            "tunnel error: failed to create underlying connection",
            refused(),
        );
        for (error, cause, at_proxy) in [
            (before, Cause::Refused, true),
            (
                Wrapped("tunnel error: proxy authorization required", refused()),
                Cause::ProxyLogin,
                true,
            ),
            (
                Wrapped("tunnel error: unexpected end of file", refused()),
                Cause::Closed,
                true,
            ),
            (Wrapped("outer", refused()), Cause::Refused, false),
        ] {
            assert_eq!(find(&error), Finding { cause, at_proxy });
        }
    }

    #[test]
    fn names_that_a_server_presents_cannot_write_on_the_terminal() {
        assert_eq!(super::plain_name("DnsName(\"a.example\")"), "a.example");
        assert_eq!(super::plain_name("a\u{1b}[2Jb"), "a[2Jb");
    }
}
