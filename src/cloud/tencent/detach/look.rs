//! Reads instances and key pairs by id, and says which are bound to which.

use std::collections::HashMap;

use crate::cloud::client::Client;
use crate::cloud::pages::{self, Paged};
use crate::cloud::tencent::cvm::{
    DescribeInstances, DescribeKeyPairs, Instance, KeyPair, MOST_IDS,
};
use crate::cloud::tencent::wire::TencentWire;
use crate::error::{Error, ErrorKind};
use crate::model::ItemState;

/// What a look found.
#[derive(Debug, Default)]
pub(super) struct Look {
    /// The instances that exist, by id.
    pub(super) instances: HashMap<String, Instance>,
    /// The key pairs that exist, by id; `None` when they could not be read or were not asked for.
    pub(super) key_pairs: Option<HashMap<String, KeyPair>>,
}

impl Look {
    /// Whether a key pair is on an instance. The instance itself says so; where it keeps silent,
    /// the key pair does, though its list may lag behind (spec tencent 2.8). `None`: neither.
    pub(super) fn is_bound(&self, instance: &Instance, key_pair: &str) -> Option<bool> {
        if let Some(ids) = instance.key_ids() {
            return Some(ids.iter().any(|id| id == key_pair));
        }
        let pair = self.key_pairs.as_ref()?.get(key_pair);
        Some(pair.is_some_and(|pair| {
            let mut holders = pair.associated_instance_ids.iter();
            holders.any(|id| *id == instance.id)
        }))
    }
}

/// What outcomes show of an instance. No key pair bound is an empty text; `None` is not known.
pub(super) fn item_state(instance: &Instance) -> ItemState {
    let power = instance.state.to_ascii_lowercase();
    ItemState {
        state: None,
        key_pair: instance.key_ids().map(|ids| ids.join(",")),
        power: (!power.is_empty()).then_some(power),
    }
}

/// The instances that exist among these.
pub(super) async fn instances(
    client: &Client<TencentWire>,
    ids: &[String],
) -> Result<HashMap<String, Instance>, Error> {
    let found = by_ids(client, ids, DescribeInstances::with_ids).await?;
    if found.iter().any(|instance| instance.id.is_empty()) {
        // What it is about cannot be told, and an instance that is not told of counts as gone.
        return Err(Error::new(
            ErrorKind::Server,
            "the answer holds an instance without an id",
        ));
    }
    let with_id = |instance: Instance| (instance.id.clone(), instance);
    Ok(found.into_iter().map(with_id).collect())
}

/// The key pairs that exist among these.
pub(super) async fn key_pairs(
    client: &Client<TencentWire>,
    ids: &[String],
) -> Result<HashMap<String, KeyPair>, Error> {
    let found = by_ids(client, ids, DescribeKeyPairs::with_ids).await?;
    let with_id = |pair: KeyPair| (pair.key_id.clone(), pair);
    Ok(found.into_iter().map(with_id).collect())
}

/// Reads a list in as many requests as the limit on ids asks for. Missing ids are said to be left
/// out of the answer (spec tencent 2.3 and 2.9); should one get the request refused instead, the
/// ids are halved until it stands alone.
async fn by_ids<O: Paged<Cloud = TencentWire>>(
    client: &Client<TencentWire>,
    ids: &[String],
    request: impl Fn(&[String]) -> O,
) -> Result<Vec<O::Item>, Error> {
    let mut pending: Vec<&[String]> = ids.chunks(MOST_IDS).rev().collect();
    let mut items = Vec::new();
    while let Some(chunk) = pending.pop() {
        match pages::all(client, request(chunk)).await {
            Ok(found) => items.extend(found),
            Err(error) if error.kind == ErrorKind::NotFound => {
                if chunk.len() > 1 {
                    let (left, right) = chunk.split_at(chunk.len() / 2);
                    pending.extend([right, left]);
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(items)
}
