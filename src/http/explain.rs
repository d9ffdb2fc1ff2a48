//! What to tell people about a connection that failed: one sentence and the next step.

use chrono::{DateTime, Utc};

use super::cause::{Cause, Certificate};
use super::{Request, Stage, TransportError};
use crate::error::{Error, ErrorKind, Fate};

/// The error of the whole program for a failure of the transport. `now` is this machine's time,
/// which is the first suspect when a certificate is too old or too new.
pub(super) fn network_error(
    error: &TransportError,
    request: &Request,
    now: DateTime<Utc>,
) -> Error {
    let host = request.endpoint.authority();
    let reason = &error.reason;
    match error.stage {
        Stage::Build if error.cause == Cause::NoAuthorities => Error::new(
            ErrorKind::Network,
            format!("cannot connect to {host}: no certificate authority is known here"),
        )
        .hint(
            "Install the system's package of certificate authorities, or name a file of them in \
             SSL_CERT_FILE.",
        )
        .with(|details| details.lasting = true),
        Stage::Build => Error::new(
            ErrorKind::Internal,
            format!("the request cannot be sent: {reason}"),
        ),
        Stage::Connect => {
            let (message, hint) = connecting(error, request, now);
            Error::new(
                ErrorKind::Network,
                format!("cannot connect to {host}: {message}"),
            )
            .hint(hint)
            .with(|details| details.lasting = error.cause.is_lasting())
        }
        Stage::Exchange if error.cause == Cause::TimedOut => Error::new(
            ErrorKind::Timeout,
            format!("no answer from {host}: {reason}"),
        )
        .fate(Fate::Unknown),
        Stage::Exchange => Error::new(
            ErrorKind::Network,
            format!("the connection to {host} broke: {reason}"),
        )
        .fate(Fate::Unknown),
    }
}

/// The sentence after `cannot connect to HOST:`, and the hint.
fn connecting(error: &TransportError, request: &Request, now: DateTime<Utc>) -> (String, String) {
    let proxy = error.proxy.as_deref();
    // What fails on the way to a proxy is the proxy's fault, and nothing is known of the host.
    let (it, its) = match proxy {
        Some(proxy) if error.at_proxy => (
            format!("the proxy {proxy}"),
            format!("the proxy {proxy} has a certificate that"),
        ),
        _ => ("it".to_owned(), "its certificate".to_owned()),
    };
    let through = match proxy {
        Some(proxy) => format!(" through the proxy {proxy}"),
        None => String::new(),
    };
    let reason = &error.reason;
    let message = match &error.cause {
        Cause::NameNotFound if error.at_proxy => {
            format!("{it} has a name without an address ({reason})")
        }
        Cause::NameNotFound => format!("no address is known for this name ({reason})"),
        Cause::Refused => format!("{it} refuses connections"),
        Cause::Unreachable => format!("there is no way to {} ({reason})", whom(&it)),
        Cause::TimedOut => format!("no connection{through} in time"),
        Cause::Closed => format!("{it} closed the connection before it was ready"),
        Cause::Certificate(fault) => certificate(fault, &its, reason),
        Cause::OldTls => format!("{it} speaks no TLS of version 1.2 or newer"),
        Cause::NotTls => format!("{it} does not speak TLS on this port"),
        Cause::Handshake => format!("{it} refused the TLS handshake ({reason})"),
        Cause::ProxyLogin => format!("the proxy {} wants a login", proxy.unwrap_or_default()),
        Cause::ProxyRefusal => {
            format!(
                "the proxy {} refuses to connect to it",
                proxy.unwrap_or_default()
            )
        }
        Cause::NoAuthorities | Cause::Other => reason.clone(),
    };
    (message, hint(error, request, now))
}

fn whom(it: &str) -> &str {
    if it == "it" { "its address" } else { it }
}

fn certificate(fault: &Certificate, its: &str, reason: &str) -> String {
    let day = |time: &DateTime<Utc>| time.format("%Y-%m-%d %H:%M UTC").to_string();
    match fault {
        Certificate::UnknownIssuer => {
            format!("{its} is from an authority that is not trusted here")
        }
        Certificate::WrongName(names) if names.is_empty() => {
            format!("{its} is for another name")
        }
        Certificate::WrongName(names) => {
            let shown: Vec<_> = names.iter().take(3).map(String::as_str).collect();
            let more = if names.len() > 3 { ", ..." } else { "" };
            format!("{its} is for {}{more}", shown.join(", "))
        }
        Certificate::Expired(Some(time)) => format!("{its} expired on {}", day(time)),
        Certificate::Expired(None) => format!("{its} has expired"),
        Certificate::NotYetValid(Some(time)) => {
            format!("{its} is not valid before {}", day(time))
        }
        Certificate::NotYetValid(None) => format!("{its} is not valid yet"),
        Certificate::Unfit => format!("{its} cannot be accepted ({reason})"),
    }
}

fn hint(error: &TransportError, request: &Request, now: DateTime<Utc>) -> String {
    let name = name_of(request.endpoint.authority());
    let variable = if request.endpoint.is_secure() {
        "HTTPS_PROXY"
    } else {
        "HTTP_PROXY"
    };
    let check_proxy =
        || format!("Check {variable}, or list {name} in NO_PROXY to go without the proxy.");
    let clock = now.format("%Y-%m-%d %H:%M UTC");
    match &error.cause {
        Cause::Certificate(Certificate::UnknownIssuer) => {
            "If the authority is your own or your company's, name its file with --ca-bundle or \
             SSL_CERT_FILE; if not, somebody may listen in between."
                .to_owned()
        }
        Cause::NotTls | Cause::Certificate(Certificate::WrongName(_)) if error.at_proxy => {
            check_proxy()
        }
        Cause::Certificate(Certificate::WrongName(_)) => {
            "Check --endpoint-url and the region; something else may answer in the host's place."
                .to_owned()
        }
        Cause::Certificate(Certificate::Expired(_)) => format!(
            "This machine's clock says {clock}: if that is right, the server needs a new \
             certificate; if not, set the clock."
        ),
        Cause::Certificate(Certificate::NotYetValid(_)) => {
            format!("This machine's clock says {clock}: if that is wrong, set the clock.")
        }
        Cause::OldTls | Cause::Handshake | Cause::Certificate(Certificate::Unfit) => {
            "kpctl speaks TLS 1.2 and 1.3 only: the server, or the proxy that opens TLS before \
             it, must be brought up to date."
                .to_owned()
        }
        Cause::NotTls => "Check the scheme and the port of --endpoint-url.".to_owned(),
        Cause::ProxyLogin => format!(
            "Write the login into the address of the proxy, as in \
             {variable}=http://USER:PASSWORD@HOST:PORT; letters such as @ are written as %40."
        ),
        Cause::ProxyRefusal => {
            format!("Have the proxy allow {name}, or list it in NO_PROXY to go without the proxy.")
        }
        _ if error.at_proxy => check_proxy(),
        Cause::NameNotFound => {
            "Check the network and its name servers, and the region (-r) or --endpoint-url."
                .to_owned()
        }
        _ => "Check the network, the proxy (HTTPS_PROXY, NO_PROXY), and the region (-r) or \
             --endpoint-url."
            .to_owned(),
    }
}

/// The host without its port: that is how it stands in `NO_PROXY`.
fn name_of(host: &str) -> &str {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    name.trim_matches(['[', ']'])
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::network_error;
    use crate::error::{Error, ErrorKind, Fate};
    use crate::http::{Cause, Certificate, Endpoint, Method, Request, Stage, TransportError};

    fn explained(change: impl FnOnce(&mut TransportError)) -> Error {
        let mut error = TransportError::new(Stage::Connect, "the reason");
        change(&mut error);
        let request = Request {
            method: Method::GET,
            endpoint: Endpoint::vendor("kms.example.com:8443"),
            path: "/".to_owned(),
            query: "secret=1".to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        network_error(&error, &request, DateTime::UNIX_EPOCH)
    }

    #[test]
    fn who_is_at_fault_is_named() {
        let start = "cannot connect to kms.example.com:8443: ";
        for (cause, alone, at_proxy) in [
            (
                Cause::Unreachable,
                "there is no way to its address (the reason)",
                "there is no way to the proxy p:1 (the reason)",
            ),
            (
                Cause::TimedOut,
                "no connection in time",
                "no connection through the proxy p:1 in time",
            ),
            (
                Cause::Certificate(Certificate::Expired(None)),
                "its certificate has expired",
                "the proxy p:1 has a certificate that has expired",
            ),
            (Cause::Other, "the reason", "the reason"),
        ] {
            let error = explained(|error| error.cause = cause.clone());
            assert_eq!(error.message, format!("{start}{alone}"));
            let error = explained(|error| {
                error.cause = cause;
                error.proxy = Some("p:1".to_owned());
                error.at_proxy = true;
            });
            assert_eq!(error.message, format!("{start}{at_proxy}"));
            assert_eq!(
                (error.kind, error.fate),
                (ErrorKind::Network, Fate::NotDone)
            );
        }
    }

    #[test]
    fn a_list_of_proxy_exceptions_has_no_ports() {
        let error = explained(|error| {
            error.cause = Cause::Refused;
            error.proxy = Some("p:1".to_owned());
            error.at_proxy = true;
        });
        let hint =
            "Check HTTPS_PROXY, or list kms.example.com in NO_PROXY to go without the proxy.";
        assert_eq!(error.hints, [hint]);
        assert_eq!(super::name_of("[::1]:443"), "::1");
        assert_eq!(super::name_of("[::1]"), "::1");
    }

    #[test]
    fn what_broke_later_may_have_been_done() {
        for (cause, kind) in [
            (Cause::TimedOut, ErrorKind::Timeout),
            (Cause::Closed, ErrorKind::Network),
        ] {
            let error = explained(|error| {
                error.stage = Stage::Exchange;
                error.cause = cause;
            });
            assert_eq!((error.kind, error.fate), (kind, Fate::Unknown));
            assert!(error.is_retryable());
        }
    }
}
