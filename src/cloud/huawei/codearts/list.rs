//! A user's keys in CodeArts Repo as lists show them (spec huawei-codearts-cph 3.2).

use super::{ListUserKeys, SshKey};
use crate::cloud::client::Client;
use crate::cloud::huawei::wire::HuaweiWire;
use crate::cloud::reply::Listed;
use crate::cloud::{not_found, pages};
use crate::error::Error;
use crate::model::{Facts, Listing, Record, Resource};

/// All keys of the calling user.
pub(in crate::cloud::huawei) async fn list(client: &Client<HuaweiWire>) -> Result<Listing, Error> {
    Ok(records(client).await?.into())
}

/// One key of the calling user. The service has no call for that: it is looked for in the list.
pub(in crate::cloud::huawei) async fn show(
    client: &Client<HuaweiWire>,
    id: &str,
) -> Result<Listing, Error> {
    let mut keys = records(client).await?.into_iter();
    match keys.find(|key| key.id == id) {
        Some(key) => Ok(vec![key].into()),
        None => Err(not_found(&client.scope, Resource::CodeartsKey, id)),
    }
}

/// All keys of the calling user. One without an id cannot be named, and the reader of pages drops it.
pub(in crate::cloud::huawei) async fn records(
    client: &Client<HuaweiWire>,
) -> Result<Vec<Record>, Error> {
    let keys = pages::all(client, ListUserKeys::default()).await?;
    Ok(keys
        .into_iter()
        .filter_map(|key| record(client, key))
        .collect())
}

/// The same, page by page.
pub(in crate::cloud::huawei) async fn each(
    client: &Client<HuaweiWire>,
    take: &dyn Fn(Vec<Record>),
) -> Result<(), Error> {
    let hand_out = |keys: Vec<Listed<SshKey>>| {
        let keys = keys.into_iter();
        take(keys.filter_map(|key| record(client, key)).collect());
        Ok(())
    };
    // The list itself drops what comes twice.
    pages::each(client, ListUserKeys::default(), |_, _| true, hand_out).await
}

fn record(client: &Client<HuaweiWire>, key: Listed<SshKey>) -> Option<Record> {
    let id = key.known.id_text()?.to_owned();
    Some(Record {
        scope: client.scope.clone(),
        address: Some(client.scope.address(Resource::CodeartsKey, &id)),
        facts: Facts::CodeartsKey(key.known.facts()),
        id,
        raw: key.raw,
    })
}

#[cfg(test)]
mod tests;
