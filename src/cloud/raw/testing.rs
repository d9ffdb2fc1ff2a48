//! A client that sends nothing, to compare raw calls with typed ones.

use std::rc::Rc;

use chrono::DateTime;

use super::{RawCall, RawRequest};
use crate::cloud::client::{Client, Wire};
use crate::cloud::operation::Callable;
use crate::cloud::testing::{access_key, connection, keys};
use crate::http::{BoxFuture, Courier, Reply, Request, Transport, TransportError};
use crate::time::Clock;

struct Nowhere;

impl Transport for Nowhere {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, TransportError>> {
        panic!("{} was sent", request.url())
    }
}

/// A client in a region, whose clock stands still.
pub(in crate::cloud) fn client<W: Wire>(region: &str) -> Client<W> {
    let mut courier = Courier::new(Box::new(Nowhere));
    courier.clock = Clock::Fixed(DateTime::UNIX_EPOCH);
    let mut connection = connection(W::CLOUD, region, Rc::new(courier));
    connection.login.project_id = Some("p1".to_owned());
    connection.keys = keys(access_key(Some("T")));
    Client::new(connection)
}

/// A request as typed on a command line.
pub(in crate::cloud) fn request(
    service: &'static str,
    operation: &str,
    path: Option<&str>,
    words: &[&str],
) -> RawRequest {
    RawRequest {
        service,
        operation: operation.to_owned(),
        path: path.map(str::to_owned),
        version: None,
        parameters: words.iter().map(|word| word.parse().expect(word)).collect(),
        body: None,
        all_pages: false,
    }
}

/// Fails unless both would send the same bytes, signature included.
pub(in crate::cloud) async fn assert_same<O: Callable>(
    client: &Client<O::Cloud>,
    typed: &O,
    raw: &dyn RawCall,
) {
    let typed = client.preview(typed).await.expect("typed").request;
    let raw = raw.preview().await.expect("raw").request;
    let headers = |request: &Request| -> Vec<_> {
        let pair = |header: &crate::http::Header| (header.name, header.value.expose().to_owned());
        request.headers.iter().map(pair).collect()
    };
    assert_eq!(raw.method, typed.method);
    assert_eq!(raw.url(), typed.url());
    assert_eq!(
        String::from_utf8_lossy(&raw.body),
        String::from_utf8_lossy(&typed.body)
    );
    assert_eq!(headers(&raw), headers(&typed));
}
