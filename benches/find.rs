//! A key among a hundred thousand (design goal S10: at most 5 ms once they were fetched).

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use kpctl::model::{
    CloudId, Facts, Holding, Inventory, KeyPair, Material, Record, Resource, Scope,
};
use kpctl::ops::find::{Sought, find};
use kpctl::sshkey::{Form, PublicKey};
use serde_json::Value;

const KEYS: u32 = 100_000;

/// An Ed25519 key with that number in it.
fn key(number: u32) -> PublicKey {
    use base64::Engine as _;

    let mut blob = Vec::from(*b"\0\0\0\x0bssh-ed25519\0\0\0\x20");
    blob.extend(number.to_be_bytes().repeat(8));
    let text = base64::engine::general_purpose::STANDARD.encode(blob);
    PublicKey::parse(&format!("ssh-ed25519 {text}")).expect("a key")
}

/// Nine in ten show the key itself, the others an MD5.
fn inventory() -> Inventory {
    let scope = |cloud| Scope {
        cloud,
        profile: "env".to_owned(),
        region: "r-1".to_owned(),
    };
    let holding = |number: u32| {
        let (cloud, material) = if number.is_multiple_of(10) {
            let digest = Material::Digest(key(number).md5());
            (CloudId::Volcengine, digest)
        } else {
            (CloudId::Tencent, Material::Key(key(number)))
        };
        let (scope, id) = (scope(cloud), format!("pair-{number}"));
        Holding {
            record: Record {
                address: Some(scope.address(Resource::KeyPair, &*id)),
                scope,
                id,
                facts: Facts::KeyPair(KeyPair {
                    material,
                    ..KeyPair::default()
                }),
                raw: Value::Null,
            },
            usage: None,
        }
    };
    Inventory {
        holdings: (0..KEYS).map(holding).collect(),
        ..Inventory::default()
    }
}

fn benches(criterion: &mut Criterion) {
    let inventory = inventory();
    let wanted = key(KEYS - 1);
    let spki = wanted.fingerprint(Form::Md5Spki).expect("has one");
    let mut group = criterion.benchmark_group("find in 100000 keys");
    group.sample_size(20);
    for (name, sought) in [
        ("by key", Sought::Key(wanted.clone())),
        ("by sha256", Sought::Digest(wanted.sha256())),
        ("by md5", Sought::Digest(wanted.md5())),
        ("by md5 of the DER", Sought::Digest(spki)),
        ("not there", Sought::Key(key(KEYS + 1))),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| find(black_box(&inventory), black_box(&sought)).hits.len());
        });
    }
    group.finish();
}

criterion_group!(find_benches, benches);
criterion_main!(find_benches);
