//! The one file that names the HTTP library.

use std::cell::OnceCell;
use std::error::Error as _;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::redirect::Policy;

use super::{BoxFuture, Endpoint, Reply, Request, Stage, Transport, TransportError};
use crate::error::Error;

/// Time to connect (product contract, section 6).
const CONNECT: Duration = Duration::from_secs(10);
/// Time to reach a metadata service: it is on the same wire, or this is no instance.
const CONNECT_LINK_LOCAL: Duration = Duration::from_secs(1);
/// Time without a byte before an exchange counts as broken.
const IDLE: Duration = Duration::from_secs(30);
/// No list of any of these services comes near this; a longer answer is cut off.
const LONGEST_BODY: usize = 64 << 20;

/// The HTTP library behind the [`Transport`] trait, with every habit of its own switched off:
/// it must send what was signed, once, to where it was signed for.
///
/// A client costs time to build, most of it for the certificate store, so each kind is built when
/// the first request needs it: commands that send nothing pay nothing, and plain http on this
/// machine needs no certificates.
#[derive(Debug, Default)]
pub struct Reqwest {
    authorities: Vec<reqwest::Certificate>,
    plain_loopback: OnceCell<reqwest::Client>,
    loopback: OnceCell<reqwest::Client>,
    remote: OnceCell<reqwest::Client>,
    link_local: OnceCell<reqwest::Client>,
}

/// Whether the library sends requests to this very host, and not to what it takes it for.
pub(super) fn keeps(endpoint: &Endpoint) -> bool {
    let text = format!("{endpoint}/");
    reqwest::Url::parse(&text).is_ok_and(|url| url.as_str() == text)
}

impl Reqwest {
    /// A transport that also trusts the authorities of this PEM bundle.
    pub fn with_authorities(pem: &[u8]) -> Result<Self, Error> {
        let authorities = reqwest::Certificate::from_pem_bundle(pem)
            .ok()
            .filter(|list| !list.is_empty())
            .ok_or_else(|| Error::usage("the CA bundle holds no certificate in PEM form"))?;
        Ok(Self {
            authorities,
            ..Self::default()
        })
    }

    fn client(&self, request: &Request) -> Result<&reqwest::Client, TransportError> {
        let endpoint = &request.endpoint;
        let cell = if endpoint.is_link_local() {
            &self.link_local
        } else if endpoint.is_plain_loopback() {
            &self.plain_loopback
        } else if endpoint.is_loopback() {
            &self.loopback
        } else {
            &self.remote
        };
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let client = self.build(endpoint).map_err(|error| TransportError {
            stage: Stage::Build,
            timed_out: false,
            reason: reason(&error),
        })?;
        Ok(cell.get_or_init(|| client))
    }

    fn build(&self, endpoint: &Endpoint) -> Result<reqwest::Client, reqwest::Error> {
        // The provider must be named once per process; a second naming is refused and harmless.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder()
            .user_agent(concat!("kpctl/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(if endpoint.is_link_local() {
                CONNECT_LINK_LOCAL
            } else {
                CONNECT
            })
            .read_timeout(IDLE)
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false);
        // A proxy is never asked to reach this machine, nor to hand out its role's credentials.
        let builder = if endpoint.is_loopback() || endpoint.is_link_local() {
            builder.no_proxy()
        } else {
            builder
        };
        let builder = if endpoint.is_plain_loopback() || endpoint.is_link_local() {
            builder.tls_certs_only([])
        } else {
            builder
                .tls_version_min(reqwest::tls::Version::TLS_1_2)
                .tls_certs_merge(self.authorities.iter().cloned())
        };
        builder.build()
    }

    async fn exchange(&self, request: &Request) -> Result<Reply, TransportError> {
        let built = |reason: String| TransportError {
            stage: Stage::Build,
            timed_out: false,
            reason,
        };
        let text = request.url();
        let url = reqwest::Url::parse(&text).map_err(|error| built(error.to_string()))?;
        if url.as_str() != text {
            // A rewritten path or query would not match its signature.
            return Err(built(
                "the URL would not be sent as it is signed".to_owned(),
            ));
        }
        let mut outgoing = reqwest::Request::new(request.method.clone(), url);
        for header in &request.headers {
            let mut value = HeaderValue::from_str(header.value.expose())
                .map_err(|_| built(format!("header {} cannot be sent", header.name)))?;
            value.set_sensitive(matches!(header.value, super::HeaderValue::Secret(_)));
            outgoing
                .headers_mut()
                .append(HeaderName::from_static(header.name), value);
        }
        if !request.body.is_empty() {
            *outgoing.body_mut() = Some(request.body.clone().into());
        }
        let client = self.client(request)?;
        let mut incoming = client
            .execute(outgoing)
            .await
            .map_err(|error| explain(&error))?;
        let status = incoming.status().as_u16();
        let headers = incoming.headers().clone();
        let mut body = BytesMut::new();
        while let Some(chunk) = incoming.chunk().await.map_err(|error| explain(&error))? {
            if body.len() + chunk.len() > LONGEST_BODY {
                return Err(TransportError {
                    stage: Stage::Exchange,
                    timed_out: false,
                    reason: format!("the answer is longer than {} MiB", LONGEST_BODY >> 20),
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply {
            status,
            headers,
            body: Bytes::from(body),
        })
    }
}

impl Transport for Reqwest {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, TransportError>> {
        Box::pin(self.exchange(request))
    }
}

fn explain(error: &reqwest::Error) -> TransportError {
    let stage = if error.is_connect() {
        Stage::Connect
    } else if error.is_builder() {
        Stage::Build
    } else {
        Stage::Exchange
    };
    TransportError {
        stage,
        timed_out: error.is_timeout(),
        reason: reason(error),
    }
}

/// The innermost reason, which is the one that says something; the outer ones repeat the URL,
/// whose query is not for logs.
fn reason(error: &reqwest::Error) -> String {
    let mut innermost: Option<&dyn std::error::Error> = error.source();
    while let Some(next) = innermost.and_then(std::error::Error::source) {
        innermost = Some(next);
    }
    match innermost {
        Some(source) => source.to_string(),
        None if error.is_timeout() => "no answer in time".to_owned(),
        None => "the exchange failed".to_owned(),
    }
}
