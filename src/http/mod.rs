//! Requests as bytes, and the way they travel.
//!
//! A [`Request`] holds the encoded path and query: these very bytes are signed and sent. Only
//! [`reqwest`] knows the HTTP library.

pub mod budget;
mod cause;
mod courier;
mod endpoint;
mod explain;
pub mod limit;
pub mod reqwest;
pub mod retry;
mod watch;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
pub use cause::{Cause, Certificate};
pub use courier::{Courier, NO_TIME_LEFT, Trace};
pub use endpoint::Endpoint;
pub use http::Method;
use percent_encoding::percent_decode_str;

use crate::secret::{self, Secret};

/// A boxed future, for traits that are used as objects.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A header as it will be sent.
#[derive(Clone, Debug)]
pub struct Header {
    /// The name, in lower case.
    pub name: &'static str,
    /// The value.
    pub value: HeaderValue,
}

/// A header's value; a secret one has no way into a log.
#[derive(Clone)]
pub enum HeaderValue {
    /// May be shown.
    Plain(String),
    /// Signatures and tokens: sent, never shown.
    Secret(String),
}

impl HeaderValue {
    /// The value as sent.
    pub fn expose(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Secret(text) => text,
        }
    }

    /// The value for people and logs.
    pub fn shown(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Secret(_) => "(redacted)",
        }
    }
}

impl fmt::Debug for HeaderValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.shown())
    }
}

/// One HTTP request, encoded and ready to sign and send.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Scheme, host and port.
    pub endpoint: Endpoint,
    /// The percent-encoded path, starting with `/`.
    pub path: String,
    /// The percent-encoded query without `?`; empty for none.
    pub query: String,
    /// Headers in the order in which they are sent; `host` is not among them.
    pub headers: Vec<Header>,
    /// The body; empty for none.
    pub body: Vec<u8>,
}

impl Request {
    /// Adds a header that may be shown.
    pub fn header(&mut self, name: &'static str, value: impl Into<String>) {
        let value = HeaderValue::Plain(value.into());
        self.headers.push(Header { name, value });
    }

    /// Adds a header that must never be shown.
    pub fn secret_header(&mut self, name: &'static str, value: impl Into<String>) {
        let value = HeaderValue::Secret(value.into());
        self.headers.push(Header { name, value });
    }

    /// The secrets in the body, longest first, and then those in the query.
    pub fn secrets(&self) -> Vec<Secret> {
        let body = serde_json::from_slice(&self.body).unwrap_or_default();
        let mut secrets = secret::values(&body);
        secrets.extend(self.form().split('&').filter_map(secret_of_pair));
        secrets.extend(self.query.split('&').filter_map(secret_of_pair));
        secrets
    }

    /// The URL for people and logs: parameters that are secrets are not shown.
    pub fn shown_url(&self) -> String {
        self.url_with(&without_secrets(&self.query))
    }

    /// The body, when it is a form; else nothing.
    fn form(&self) -> &str {
        let is_form = |header: &Header| {
            header.name == "content-type" && header.value.expose().ends_with("form-urlencoded")
        };
        if self.headers.iter().any(is_form) {
            std::str::from_utf8(&self.body).unwrap_or_default()
        } else {
            ""
        }
    }

    /// The body for people and plans, without secrets; `None` when there is none.
    pub fn shown_body(&self) -> Option<String> {
        if self.body.is_empty() {
            return None;
        }
        if let Ok(mut body) = serde_json::from_slice(&self.body)
            && !secret::redact(&mut body).is_empty()
        {
            return Some(body.to_string());
        }
        if !self.form().is_empty() {
            return Some(without_secrets(self.form()));
        }
        Some(String::from_utf8_lossy(&self.body).into_owned())
    }

    /// The URL, made of exactly the bytes that are signed.
    pub fn url(&self) -> String {
        self.url_with(&self.query)
    }

    fn url_with(&self, query: &str) -> String {
        let Self { endpoint, path, .. } = self;
        if query.is_empty() {
            format!("{endpoint}{path}")
        } else {
            format!("{endpoint}{path}?{query}")
        }
    }
}

/// Pairs of a query or a form, with what is no secret.
fn without_secrets(pairs: &str) -> String {
    let pair = |pair: &str| match (pair.split_once('='), secret_of_pair(pair)) {
        (Some((name, _)), Some(_)) => format!("{name}={}", secret::REDACTED),
        _ => pair.to_owned(),
    };
    let pairs: Vec<_> = pairs.split('&').map(pair).collect();
    pairs.join("&")
}

/// The value of a pair of a query, when it is a secret.
fn secret_of_pair(pair: &str) -> Option<Secret> {
    let (name, value) = pair.split_once('=')?;
    let plain = |text| percent_decode_str(text).decode_utf8_lossy();
    let value = plain(value);
    (secret::is_secret_name(&plain(name)) || secret::is_secret_text(&value))
        .then(|| Secret::new(value.into_owned()))
}

/// One HTTP answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: http::HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Reply {
    /// A header's text, when it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The first bytes of the body for an error text: one line, no control characters.
    pub fn excerpt(&self) -> String {
        let text = String::from_utf8_lossy(&self.body[..self.body.len().min(400)]);
        let line: String = text
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .chars()
            .filter(|c| !c.is_control())
            .take(160)
            .collect();
        if line.is_empty() {
            "an empty body".to_owned()
        } else {
            format!("\"{line}\"")
        }
    }
}

/// Why no answer came.
#[derive(Clone, Debug)]
pub struct TransportError {
    /// How far the request got.
    pub stage: Stage,
    /// What went wrong, as far as it can be told.
    pub cause: Cause,
    /// Host and port of the proxy on the way, without its login.
    pub proxy: Option<String>,
    /// Whether it went wrong between this machine and the proxy.
    pub at_proxy: bool,
    /// The reason in the words of the library; never holds a header or a query.
    pub reason: String,
}

impl TransportError {
    /// A failure of which only the stage and a text are known.
    pub fn new(stage: Stage, reason: impl Into<String>) -> Self {
        Self {
            stage,
            cause: Cause::Other,
            proxy: None,
            at_proxy: false,
            reason: reason.into(),
        }
    }
}

/// How far a request got before it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// No connection: the service never saw it.
    Connect,
    /// The connection broke later: the service may have acted on it.
    Exchange,
    /// The request could not be built; nothing was sent.
    Build,
}

/// What carries requests; the program has one, tests have their own.
pub trait Transport {
    /// Sends one request, once. Redirects are not followed and nothing is retried.
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, TransportError>>;

    /// Whether a request that was given up before it was answered may have been sent. `false` is a
    /// promise.
    fn may_have_sent(&self, _request: &Request) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{Endpoint, Method, Request, Secret};

    #[test]
    fn the_secrets_of_a_request_are_found_and_not_shown() {
        let request = Request {
            method: Method::POST,
            endpoint: Endpoint::vendor("example.com"),
            path: "/".to_owned(),
            query: "Action=A&LoginSettings.Password=p%40ss&Password".to_owned(),
            headers: Vec::new(),
            body: br#"{"keypair":{"name":"n","private_key":"k"}}"#.to_vec(),
        };
        let secrets = request.secrets();
        let exposed: Vec<_> = secrets.iter().map(Secret::expose).collect();
        assert_eq!(exposed, ["k", "p@ss"]);
        assert_eq!(
            request.shown_url(),
            "https://example.com/?Action=A&LoginSettings.Password=(redacted)&Password"
        );
        let body = request.shown_body().unwrap_or_default();
        assert_eq!(
            body,
            r#"{"keypair":{"name":"n","private_key":"(redacted)"}}"#
        );
        let mut form = Request {
            query: "Action=A".to_owned(),
            body: b"OIDCToken=ey.%2F&RoleTrn=trn".to_vec(),
            ..request
        };
        form.header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(form.secrets()[0].expose(), "ey./");
        let body = form.shown_body().unwrap_or_default();
        assert_eq!(body, "OIDCToken=(redacted)&RoleTrn=trn");
    }
}
