//! Lists come in pages; kpctl always reads all of them.

use super::client::Client;
use super::operation::Callable;
use super::seen::Seen;
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

/// What the reading of a list comes to, step by step.
enum Step<T> {
    /// The items of one more page.
    Page(Vec<T>),
    /// The list moved: it begins anew, and what it holds comes again.
    Anew,
}

/// Reads all pages into memory.
pub async fn all<O: Paged>(client: &Client<O::Cloud>, operation: O) -> Result<Vec<O::Item>, Error> {
    let mut items = Vec::new();
    let take = |step| {
        match step {
            Step::Page(page) => items.extend(page),
            Step::Anew => items.clear(),
        }
        Ok(())
    };
    read(client, operation, take).await?;
    Ok(items)
}

/// Reads all pages and hands them out one by one. Whatever happens to the list meanwhile, nothing is handed
/// out twice: `is_new` tells what came already. Of a list that is read anew, what has gone since it was
/// handed out stays handed out. An error means that it was not all.
pub(super) async fn each<O: Paged>(
    client: &Client<O::Cloud>,
    operation: O,
    is_new: impl Fn(&O::Item, &mut Seen) -> bool,
    mut take: impl FnMut(Vec<O::Item>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut seen = Seen::default();
    let hand_out = |step| {
        let Step::Page(mut page) = step else {
            return Ok(());
        };
        page.retain(|item| is_new(item, &mut seen));
        if page.is_empty() {
            return Ok(());
        }
        take(page)
    };
    read(client, operation, hand_out).await
}

/// Reads all pages. A request that comes up twice means that the service's marker repeats, or that
/// less came than was announced: an error, because the list would never be complete.
async fn read<O: Paged>(
    client: &Client<O::Cloud>,
    mut operation: O,
    mut take: impl FnMut(Step<O::Item>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut asked = Seen::default();
    let mut readings = 1;
    loop {
        let page = client.call(&operation).await?.value;
        let mut items = Vec::new();
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
            asked.clear();
            take(Step::Anew)?;
            continue;
        }
        take(Step::Page(items))?;
        if !more {
            return Ok(());
        }
        if !asked.insert(&operation.place()?) {
            return Err(Error::new(
                ErrorKind::Server,
                "the list repeats itself or is shorter than announced, so that it cannot be called complete",
            )
            .cloud(client.scope.cloud)
            .with(|details| details.operation = Some(operation.facts().operation)));
        }
    }
}
