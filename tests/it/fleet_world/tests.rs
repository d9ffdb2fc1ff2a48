//! That the fleet is what it says, before anything is tested with it.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Value, json};
use ssh_key::{PrivateKey, PublicKey};

use super::*;
use crate::fixture::World;

fn distinct<T: Ord>(items: impl Iterator<Item = T>) -> usize {
    items.collect::<BTreeSet<T>>().len()
}

#[test]
fn there_are_400_keys_in_twelve_regions_and_two_of_them_in_eight_places_each() {
    let keys = keys();
    assert_eq!(keys.len(), KEYS);
    assert_eq!(distinct(keys.iter().map(|key| (key.cloud, key.region))), 12);
    for (cloud, region) in REGIONS {
        let is_here = |key: &Key| (key.cloud, key.region) == (cloud, region);
        assert!(keys.iter().any(is_here), "{cloud} {region}");
    }
    assert_eq!(distinct(keys.iter().map(|key| key.address("x"))), KEYS);
    for (line, places) in [
        (rsa_line(), rsa_places("env")),
        (ed25519_line(), ed25519_places("env")),
    ] {
        let same = || keys.iter().filter(|key| key.line == line);
        assert_eq!(distinct(places.iter()), 8);
        assert_eq!(distinct(same().map(|key| &key.name)), 5);
        assert_eq!(distinct(same().map(|key| key.cloud)), 3);
    }
    assert!(rsa_places("env").contains(&"volcengine:env/cn-beijing/key-pair/deploy".to_owned()));
    // All others are in one place each.
    assert_eq!(distinct(keys.iter().map(|key| &key.line)), KEYS - 7 - 7);
}

#[test]
fn the_material_is_real() {
    let mut weak = 0;
    for key in keys() {
        let public = PublicKey::from_openssh(&key.line).expect(&key.line);
        let bits = public.key_data().rsa().map(|rsa| rsa.n.as_positive_bytes());
        let bits = bits.flatten().map_or(256, |modulus| modulus.len() * 8);
        assert!([256, 1024, 2048, 3072].contains(&bits), "{bits}");
        weak += usize::from(bits == 1024);
    }
    assert_eq!(weak, PLACES.len(), "one in each place");
    for (line, private_key) in [
        (rsa_line(), rsa_private_key()),
        (ed25519_line(), ed25519_private_key()),
    ] {
        let private_key = PrivateKey::from_openssh(private_key).expect("a private key");
        let public = PublicKey::from_openssh(&line).expect("a public key");
        assert_eq!(private_key.public_key().key_data(), public.key_data());
    }
}

#[test]
fn it_has_old_and_new_tagged_and_used_ones() {
    let keys = keys();
    let count = |is: fn(&Key) -> bool| keys.iter().filter(|key| is(key)).count();
    assert_eq!(count(Key::is_old), 266);
    let young = now() - TimeDelta::days(90);
    assert!(keys.iter().all(|key| key.is_old() || key.created > young));
    assert_eq!(count(|key| !key.tags.is_empty()), 120);
    assert_eq!(count(|key| key.stored_half.is_some()), 6);
    assert_eq!(used_and_unused("volcengine", "key-pair"), (41, 79));
    assert_eq!(used_and_unused("tencent", "key-pair"), (24, 72));
    assert_eq!(used_and_unused("tencent", "lighthouse-key-pair"), (5, 19));
    assert_eq!(used_and_unused("huawei", "key-pair"), (9, 139));
    assert_eq!(used_and_unused("huawei", "codearts-key"), (0, 12));
}

/// Everything in the first is in the second, too. A name that the sandbox does not know would be lost without a word.
fn check_kept(sent: &Value, kept: &Value, path: &str) {
    match sent {
        Value::Object(members) => {
            for (name, value) in members {
                let path = format!("{path}/{name}");
                // The state is shown without private keys.
                if name == "private_key" {
                    assert_eq!(kept[name], "", "{path}");
                } else {
                    check_kept(value, &kept[name], &path);
                }
            }
        }
        Value::Array(items) => {
            assert_eq!(kept.as_array().map(Vec::len), Some(items.len()), "{path}");
            for (index, item) in items.iter().enumerate() {
                check_kept(item, &kept[index], &format!("{path}/{index}"));
            }
        }
        _ => assert_eq!(sent, kept, "{path}"),
    }
}

#[test]
fn the_sandbox_takes_it_from_a_file_and_over_the_wire() {
    let fleet = fleet();
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("fleet.json");
    std::fs::write(&file, fleet.to_string()).expect("writes");
    let written = std::fs::metadata(&file).expect("a file").modified().ok();
    let world = World::served(&["--state", file.to_str().expect("UTF-8")]);
    check_kept(&fleet, &world.state(), "");
    let world_too = World::served(&[]);
    world_too.set_state(&fleet);
    assert_eq!(world_too.state(), world.state());
    // Reads leave the file alone.
    world.run(&["volcengine", "key-pair", "list"]).code(0);
    let now = std::fs::metadata(&file).expect("a file").modified().ok();
    assert_eq!(written, now);
}

#[test]
fn kpctl_prints_these_very_addresses() {
    let world = World::served(&[]).without("HUAWEICLOUD_SDK_PROJECT_ID");
    world.set_state(&fleet());
    let keys = keys();
    for ((cloud, region, resource), count) in PLACES {
        let list = [cloud, resource, "list", "--region", region, "-o", "json"];
        let document = world.run(&list).code(0).json();
        let items = document["items"].as_array().expect("items");
        assert_eq!(items.len(), count, "{cloud} {region} {resource}");
        let of = |item: &Value| {
            let address = item["address"].as_str().expect("an address").to_owned();
            let bound = item["bound_to"].as_array().map_or(0, Vec::len);
            let tags = item["tags"].as_object().map_or(0, serde_json::Map::len);
            (address, bound, tags)
        };
        let printed: HashSet<_> = items.iter().map(of).collect();
        let expected: HashSet<_> = keys
            .iter()
            .filter(|key| key.is((cloud, region, resource)))
            .map(|key| {
                // The lists of the others do not show it.
                let shown = if cloud == "tencent" {
                    key.holders.len()
                } else {
                    0
                };
                (key.address("env"), shown, key.tags.len())
            })
            .collect();
        assert_eq!(printed, expected, "{cloud} {region} {resource}");
    }
}

#[test]
fn the_rest_of_it_is_there_too() {
    let world = World::served(&[]).without("HUAWEICLOUD_SDK_PROJECT_ID");
    world.set_state(&fleet());
    for address in PENDING_KMS_KEYS {
        let (region, rest) = address.split_once('/').expect("a region");
        let list = [
            "huawei", "kms-key", "list", "--region", region, "-o", "json",
        ];
        let document = world.run(&list).code(0).json();
        let pending: Vec<&Value> = document["items"]
            .as_array()
            .expect("items")
            .iter()
            .filter(|key| !key["deletion_at"].is_null())
            .map(|key| &key["address"])
            .collect();
        assert_eq!(pending, [&json!(format!("huawei:env/{region}/{rest}"))]);
    }
    let list = [
        "huawei",
        "cph-server",
        "list",
        "--region",
        "cn-north-9",
        "-o",
        "json",
    ];
    let servers = world.run(&list).code(0).json();
    let bound: Vec<&Value> = servers["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|server| &server["key_pair"])
        .collect();
    let held = keys()
        .into_iter()
        .filter(|key| key.is(("huawei", "cn-north-9", "key-pair")) && !key.holders.is_empty());
    assert_eq!(bound.len(), held.count());
}
