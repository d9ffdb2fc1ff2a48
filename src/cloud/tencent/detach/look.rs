//! What one look saw, and which key pairs it says are bound to which instances.

use std::collections::HashMap;

use crate::cloud::reply::Listed;
use crate::cloud::tencent::shapes::{Instance, KeyPair};
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

/// Key pairs by their ids.
pub(super) fn by_id(pairs: Vec<Listed<KeyPair>>) -> HashMap<String, KeyPair> {
    let with_id = |pair: Listed<KeyPair>| (pair.known.id.clone(), pair.known);
    pairs.into_iter().map(with_id).collect()
}
