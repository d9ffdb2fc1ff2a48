//! What one look saw, and which key pairs it says are bound to which instances.

use std::collections::HashMap;
use std::time::Duration;

use crate::cloud::client::Client;
use crate::cloud::reply::Listed;
use crate::cloud::tencent::look;
use crate::cloud::tencent::product::Product;
use crate::cloud::tencent::shapes::{Instance, KeyPair};
use crate::cloud::tencent::wire::TencentWire;
use crate::error::{Error, ErrorKind};
use crate::model::ItemState;

/// The wait before an instance that was not listed is asked for once more.
const SECOND_LOOK: Duration = Duration::from_secs(2);

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
            let mut holders = pair.associated_instance_ids.iter().flatten();
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

/// The key pairs that exist among these, by id.
pub(super) async fn key_pairs<P: Product>(
    client: &Client<TencentWire>,
    ids: &[String],
) -> Result<HashMap<String, KeyPair>, Error> {
    let found = look::key_pairs::<P>(client, ids).await?;
    let with_id = |pair: Listed<KeyPair>| (pair.known.id.clone(), pair.known);
    Ok(found.into_iter().map(with_id).collect())
}

/// The instances that exist among these. One that was there before the change and is not listed now
/// is asked for again before it counts as gone: lists may lag or shift.
pub(super) async fn twice<P: Product>(
    client: &Client<TencentWire>,
    ids: &[String],
) -> Result<HashMap<String, Instance>, Error> {
    let mut instances = look::instances::<P>(client, ids).await?;
    let missing: Vec<String> = ids
        .iter()
        .filter(|id| !instances.contains_key(*id))
        .cloned()
        .collect();
    if !missing.is_empty() {
        if !client.courier().pause(SECOND_LOOK).await {
            let message = "an instance is not listed, and there was no time left to ask again";
            return Err(Error::new(ErrorKind::Timeout, message));
        }
        instances.extend(look::instances::<P>(client, &missing).await?);
    }
    Ok(instances)
}
