//! The one file that names the HTTP library.

use std::cell::OnceCell;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::redirect::Policy;

use super::cause::{self, Cause, Finding};
use super::watch::Watch;
use super::{BoxFuture, Endpoint, Reply, Request, Stage, Transport, TransportError};
use crate::error::Error;

/// Time to connect (product contract, section 6).
const CONNECT: Duration = Duration::from_secs(10);
/// Time to reach a metadata service: it is on the same wire, or this is no instance.
const CONNECT_LINK_LOCAL: Duration = Duration::from_secs(1);
/// Time without a byte before an exchange counts as broken.
const IDLE: Duration = Duration::from_secs(30);
/// Time for a whole exchange. A server that sends a byte now and then never lets [`IDLE`] pass; the
/// longest answer comes through a line of two megabits in that time.
const WHOLE: Duration = Duration::from_secs(300);
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
    plain_loopback: Client,
    loopback: Client,
    remote: Client,
    link_local: Client,
}

/// One kind of client, once it is built, and whether it ever had a connection.
#[derive(Debug, Default)]
struct Client {
    built: OnceCell<reqwest::Client>,
    watch: Watch,
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
            .ok_or_else(|| Error::usage("it holds no certificate in PEM form"))?;
        Ok(Self {
            authorities,
            ..Self::default()
        })
    }

    fn kind(&self, endpoint: &Endpoint) -> &Client {
        if endpoint.is_link_local() {
            &self.link_local
        } else if endpoint.is_plain_loopback() {
            &self.plain_loopback
        } else if endpoint.is_loopback() {
            &self.loopback
        } else {
            &self.remote
        }
    }

    fn client(&self, request: &Request) -> Result<&reqwest::Client, TransportError> {
        let endpoint = &request.endpoint;
        let Client { built: cell, watch } = self.kind(endpoint);
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let client = self.build(endpoint, watch).map_err(|error| {
            let mut failure = TransportError::new(Stage::Build, reason(&error));
            if !endpoint.is_plain_loopback() && is_empty_store(&error) {
                failure.cause = Cause::NoAuthorities;
            }
            failure
        })?;
        Ok(cell.get_or_init(|| client))
    }

    fn build(&self, endpoint: &Endpoint, watch: &Watch) -> Result<reqwest::Client, reqwest::Error> {
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
            .timeout(WHOLE)
            .connector_layer(watch.clone())
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
        let built = |reason: String| TransportError::new(Stage::Build, reason);
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
            .map_err(|error| explain(&error, &request.endpoint))?;
        let status = incoming.status().as_u16();
        if status == 407
            && let Some(proxy) = proxy_of(&request.endpoint)
        {
            // A tunnel says this as an error; on plain http the proxy itself answers.
            return Err(TransportError {
                cause: Cause::ProxyLogin,
                proxy: Some(proxy),
                ..TransportError::new(Stage::Connect, "proxy authorization required")
            });
        }
        let headers = incoming.headers().clone();
        let mut body = BytesMut::new();
        while let Some(chunk) = incoming
            .chunk()
            .await
            .map_err(|error| explain(&error, &request.endpoint))?
        {
            if body.len() + chunk.len() > LONGEST_BODY {
                return Err(TransportError::new(
                    Stage::Exchange,
                    format!("the answer is longer than {} MiB", LONGEST_BODY >> 20),
                ));
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

    fn may_have_sent(&self, request: &Request) -> bool {
        self.kind(&request.endpoint).watch.has_connected()
    }
}

fn explain(error: &reqwest::Error, endpoint: &Endpoint) -> TransportError {
    let stage = if error.is_connect() {
        Stage::Connect
    } else if error.is_builder() {
        Stage::Build
    } else {
        Stage::Exchange
    };
    let Finding {
        mut cause,
        at_proxy,
    } = cause::find(error);
    if error.is_dns() {
        cause = Cause::NameNotFound;
    } else if error.is_timeout() {
        cause = Cause::TimedOut;
    }
    let proxy = proxy_of(endpoint);
    // Plain http has no tunnel: connecting is connecting to the proxy.
    let at_proxy = proxy.is_some() && (at_proxy || !endpoint.is_secure());
    TransportError {
        stage,
        cause,
        at_proxy,
        proxy,
        reason: reason(error),
    }
}

/// Host and port of the proxy that the library takes for this endpoint; the login stays out.
fn proxy_of(endpoint: &Endpoint) -> Option<String> {
    if endpoint.is_loopback() {
        return None;
    }
    // The very code by which the library decides, on the same environment and system settings.
    let uri = format!("{endpoint}/").parse().ok()?;
    let proxy = Matcher::from_system().intercept(&uri)?;
    Some(proxy.uri().authority()?.to_string())
}

/// Whether the library found no authority at all on this machine.
fn is_empty_store(error: &reqwest::Error) -> bool {
    // The only error of this kind in the building of a client without a fault of its own.
    let mut next = std::error::Error::source(error);
    while let Some(error) = next {
        if matches!(
            error.downcast_ref::<rustls::Error>(),
            Some(rustls::Error::General(_))
        ) {
            return true;
        }
        next = error.source();
    }
    false
}

fn reason(error: &reqwest::Error) -> String {
    match cause::innermost(error) {
        Some(text) => {
            let text = text
                .strip_prefix("failed to lookup address information: ")
                .unwrap_or(&text);
            text.to_owned()
        }
        None if error.is_timeout() => "no answer in time".to_owned(),
        None => "the exchange failed".to_owned(),
    }
}
