//! Key pairs and instances in kpctl's words (product contract, section 4).

use serde_json::Value;

use super::ecs::KeyPair;
use super::instances::Instance;
use crate::cloud::reply::Listed;
use crate::model::{self, Facts, ItemState, Material, Record, Resource, Scope};

/// A key pair; its handle is its name, because deletions take nothing else.
pub(super) fn key_pair(scope: &Scope, listed: Listed<KeyPair>) -> Record {
    let pair = listed.known;
    let tags = |tags: Vec<super::ecs::Tag>| tags.into_iter().map(|tag| (tag.key, tag.value));
    Record {
        scope: scope.clone(),
        address: Some(scope.address(Resource::KeyPair, &pair.name)),
        id: pair.name.clone(),
        facts: Facts::KeyPair(model::KeyPair {
            name: pair.name,
            material: Material::read(None, pair.finger_print.as_deref()),
            created_at: pair.created_at.filter(|text| !text.is_empty()),
            description: pair.description,
            tags: pair.tags.map(|list| tags(list).collect()),
            // Lists do not show what holds a pair (spec volcengine 4.3).
            bound_to: None,
            visibility: None,
            private_key_stored: None,
            other_id: Some(pair.id).filter(|id| !id.is_empty()),
        }),
        raw: listed.raw,
    }
}

/// An instance.
pub(super) fn instance(scope: &Scope, listed: Listed<Instance>) -> Record {
    let instance = listed.known;
    let bound = instance.bound();
    let key_pairs = (!bound.is_empty()).then(|| scope.address(Resource::KeyPair, bound));
    let is_told = |text: &String| !text.is_empty();
    Record {
        scope: scope.clone(),
        address: Some(scope.address(Resource::Instance, &instance.id)),
        id: instance.id.clone(),
        facts: Facts::Instance(model::Instance {
            state: instance.power(),
            key_pairs: Some(key_pairs.into_iter().collect()),
            name: instance.name,
            hosts: hosts(&listed.raw),
            os: instance
                .os_name
                .filter(is_told)
                .or(instance.os_type.filter(is_told)),
        }),
        raw: listed.raw,
    }
}

/// Where an instance can be reached: its elastic address (spec volcengine 5.1), then those of its network
/// cards, whose names are unverified, so that none is needed.
fn hosts(raw: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let elastic = text(&raw["EipAddress"]["IpAddress"]);
    let cards = raw["NetworkInterfaces"].as_array().into_iter().flatten();
    let private = cards.filter_map(|card| text(&card["PrimaryIpAddress"]));
    let all = elastic.into_iter().chain(private);
    all.filter(|host| !host.is_empty()).collect()
}

/// What outcomes show of an instance. No key pair bound is an empty text; `None` is not known.
pub(super) fn item_state(instance: &Instance) -> ItemState {
    ItemState {
        state: None,
        key_pair: Some(instance.bound().to_owned()),
        power: instance.power(),
    }
}
