//! The metadata service of an instance: at the cloud's own address, on the same wire, or nowhere.

use std::time::Duration;

use super::Ground;
use crate::error::{Error, ErrorKind};
use crate::http::{Endpoint, Method, Reply, Request};
use crate::model::CloudId;

/// How long a metadata service may take for one answer. It is on the same wire, so that a slow one is
/// none (spec volcengine 7.5, tencent 5.4, huawei 4.3).
const METADATA_ANSWER: Duration = Duration::from_secs(3);
/// How often it is asked.
const METADATA_TRIES: u32 = 3;
/// Between two tries.
const METADATA_PAUSE: Duration = Duration::from_millis(500);

impl Ground {
    /// The metadata service: the cloud's own address, or one on this machine that the user named.
    pub(in crate::cloud) fn metadata(&self, address: &'static str) -> Result<Endpoint, Error> {
        match (self.overrides)("metadata")? {
            None => Ok(Endpoint::link_local(address)),
            Some(endpoint) if endpoint.is_loopback() => Ok(endpoint),
            Some(_) => Err(Error::usage(
                "a metadata service of your own may only be on this machine",
            )
            .hint(format!(
                "Without an endpoint of your own, {address} is asked."
            ))
            .cloud(self.cloud)),
        }
    }

    /// Asks a metadata service: an answer within its short time, whatever it says, or an error that
    /// says what none means.
    pub(in crate::cloud) async fn ask_metadata(&self, request: &Request) -> Result<Reply, Error> {
        let place = request.endpoint.authority();
        let mut tries = 0;
        loop {
            tries += 1;
            let answer = self.courier.deliver(request);
            let result = match tokio::time::timeout(METADATA_ANSWER, answer).await {
                Ok(result) => result,
                Err(_) => Err(Error::new(
                    ErrorKind::Timeout,
                    format!("no answer within {} s", METADATA_ANSWER.as_secs()),
                )),
            };
            let passing = match result {
                Ok(reply) if reply.status < 500 => return Ok(reply),
                Err(error) if error.kind == ErrorKind::Interrupted => return Err(error),
                passing => passing,
            };
            self.courier.go_on()?;
            if tries < METADATA_TRIES && self.courier.pause(METADATA_PAUSE).await {
                continue;
            }
            return passing.map_err(|error| {
                Error::credentials(format!(
                    "the metadata service at {place} cannot be used: {}",
                    error.message
                ))
                .code("NoMetadata")
                .hint("Is this an instance of the cloud? Elsewhere, name other credentials than an instance role.")
                .cloud(self.cloud)
            });
        }
    }
}

/// A request to a metadata service.
pub(in crate::cloud) fn metadata_request(
    method: Method,
    endpoint: &Endpoint,
    path: &str,
    query: &str,
) -> Request {
    Request {
        method,
        endpoint: endpoint.clone(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
    }
}

/// An answer of a metadata service that cannot be used.
pub(in crate::cloud) fn metadata_refused(cloud: CloudId, reply: &Reply, what: &str) -> Error {
    let answer = match reply.status {
        // The answer is there, and what is wanted is not in it.
        200 => String::new(),
        status => format!(" (HTTP {status})"),
    };
    Error::credentials(format!("the metadata service gives no {what}{answer}"))
        .code("NoInstanceRole")
        .hint("Give the instance a role in the console, or name other credentials.")
        .cloud(cloud)
}
