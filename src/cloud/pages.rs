//! Lists come in pages; kpctl always reads all of them.

use std::collections::HashSet;

use super::client::Client;
use super::operation::Callable;
use crate::error::{Error, ErrorKind};

/// How often a list is read from its beginning when it changes meanwhile.
pub const READINGS: u32 = 4;

/// An operation that answers in pages.
pub trait Paged: Callable {
    /// What a page holds.
    type Item;

    /// Takes the items out of a page and turns the request into that for the next one; `false`
    /// when there is none.
    fn advance(&mut self, page: Self::Response, items: &mut Vec<Self::Item>) -> bool;

    /// Whether entries were seen to have moved from page to page while they were read, because others
    /// change the list: then the operation has made itself the request for the first page again.
    fn moved(&mut self) -> bool {
        false
    }

    /// What tells this request from that for another page.
    fn place(&self) -> Result<String, Error> {
        serde_json::to_string(self)
            .map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))
    }
}

/// Reads all pages. A request that comes up twice means that the service's marker repeats, or that
/// less came than was announced: an error, because the list would never be complete.
pub async fn all<O: Paged>(
    client: &Client<O::Cloud>,
    mut operation: O,
) -> Result<Vec<O::Item>, Error> {
    let mut items = Vec::new();
    let mut asked = HashSet::new();
    let mut readings = 1;
    loop {
        let page = client.call(&operation).await?.value;
        let more = operation.advance(page, &mut items);
        if operation.moved() {
            readings += 1;
            if readings > READINGS {
                return Err(Error::new(
                    ErrorKind::Server,
                    "others change the list while it is read, so that it cannot be called complete",
                )
                .hint("Run it again when they have come to their end.")
                .cloud(client.scope.cloud)
                .with(|details| details.operation = Some(operation.facts().operation)));
            }
            items.clear();
            asked.clear();
            continue;
        }
        if !more {
            return Ok(items);
        }
        if !asked.insert(operation.place()?) {
            return Err(Error::new(
                ErrorKind::Server,
                "the list repeats itself or is shorter than announced, so that it cannot be called complete",
            )
            .cloud(client.scope.cloud)
            .with(|details| details.operation = Some(operation.facts().operation)));
        }
    }
}
