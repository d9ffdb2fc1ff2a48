//! What the tests over many places share: the seeded fleet, served, and short looks into documents.

use std::collections::BTreeMap;

use kpctl::sandbox::credentials as fake;
use serde_json::Value;

use crate::fixture::{Output, World};
use crate::fleet_world::{fleet, keys};

/// The fleet in a sandbox of its own, with credentials of all clouds in the environment.
pub(crate) fn served(arguments: &[&str]) -> World {
    let world = World::served(arguments).without("HUAWEICLOUD_SDK_PROJECT_ID");
    world.set_state(&fleet());
    world
}

/// The addresses of all items, in order of the alphabet.
#[track_caller]
pub(crate) fn addresses(output: &Output) -> Vec<String> {
    let document = output.json();
    let items = document["items"].as_array().expect("items");
    let address = |item: &Value| item["address"].as_str().expect("an address").to_owned();
    sorted(items.iter().map(address))
}

/// The addresses of the whole plan that fit.
pub(crate) fn planned(fits: impl Fn(&crate::fleet_world::Key) -> bool) -> Vec<String> {
    let keys = keys();
    let fitting = keys.iter().filter(|key| fits(key));
    sorted(fitting.map(|key| key.address("env")))
}

pub(crate) fn sorted(items: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut items: Vec<String> = items.into_iter().collect();
    items.sort();
    items
}

/// The scopes of `unseen`, `not_enabled` or `undecided`, each with the kind of its error.
#[track_caller]
pub(crate) fn unseen(document: &Value) -> Vec<(String, String)> {
    let list = document["unseen"].as_array().expect("unseen");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let pairs = list
        .iter()
        .map(|one| (text(&one["scope"]), text(&one["error"]["kind"])));
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort();
    pairs
}

/// The texts of a list of strings.
#[track_caller]
pub(crate) fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().expect("a list").iter();
    list.map(|text| text.as_str().expect("a text").to_owned())
        .collect()
}

/// How many requests of each operation the sandbox has seen.
pub(crate) fn counts(world: &World) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for name in world.requests() {
        *counts.entry(name).or_default() += 1;
    }
    counts
}

/// A profile of the config file with the sandbox's own keys, and these lines of its own.
pub(crate) fn own_profile(name: &str, cloud: &str, lines: &str) -> String {
    let (id, secret) = match cloud {
        "volcengine" => (fake::VOLCENGINE_ACCESS_KEY, fake::VOLCENGINE_SECRET_KEY),
        "tencent" => (fake::TENCENT_SECRET_ID, fake::TENCENT_SECRET_KEY),
        _ => (fake::HUAWEI_ACCESS_KEY, fake::HUAWEI_SECRET_KEY),
    };
    format!(
        "[profiles.{name}]\ncloud = \"{cloud}\"\n{lines}\n[profiles.{name}.credentials]\nsource = \"keys\"\n\
         access-key-id = \"{id}\"\nsecret-access-key = \"{secret}\"\n"
    )
}
