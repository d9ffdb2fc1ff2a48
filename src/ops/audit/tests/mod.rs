//! Inventories made by hand: for every rule one that it finds something in, and one that it does not.

mod groups;
mod policies;
mod properties;
mod quota;
mod rules;
mod unclear;
mod waivers;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};

use super::{Audit, Judged, Level, Limit, Policy, Rule, audit};
use crate::error::{Error, ErrorKind};
use crate::model::{
    Address, CloudId, CodeartsKey, Facts, Holding, Inventory, KeyPair, KmsKey, Material, Place,
    Record, Resource, Scope, Sight, Usage, Visit,
};
use crate::sshkey::PublicKey;

const ED25519: &str = include_str!("../../../../tests/keys/ed25519-openssh.pub");
const OTHER: &str = include_str!("../../../../tests/keys/stray-ed25519.pub");
const RSA_2048: &str = include_str!("../../../../tests/keys/rsa-2048-pem.pub");
const DSS: &str = "ssh-dss AAAAB3NzaC1kc3MAAAABAQAAAAEDAAAAAQUAAAABBw==";
const UNKNOWN_TYPE: &str = "ssh-new AAAAB3NzaC1uZXc=";

fn now() -> DateTime<Utc> {
    "2026-11-26T12:00:00Z".parse().expect("an instant")
}

fn key(line: &str) -> Material {
    Material::Key(PublicKey::parse(line).expect("a key"))
}

/// What Volcengine shows of that key.
fn digest(line: &str) -> Material {
    Material::Digest(PublicKey::parse(line).expect("a key").md5())
}

/// An RSA key of so many bits; nobody has its private half.
fn rsa(bits: usize) -> String {
    let mut blob = Vec::new();
    let modulus = [&[0_u8][..], &vec![0xff; bits / 8]].concat();
    for field in [&b"ssh-rsa"[..], &[1, 0, 1], &modulus] {
        blob.extend(u32::try_from(field.len()).expect("short").to_be_bytes());
        blob.extend(field);
    }
    format!("ssh-rsa {}", STANDARD.encode(blob))
}

fn record(address: &str, facts: Facts) -> Record {
    let address: Address = address.parse().expect("an address");
    Record {
        scope: address.scope.clone(),
        id: address.id.clone(),
        address: Some(address),
        facts,
        raw: serde_json::Value::Null,
    }
}

/// A key pair that every rule is content with, and what is different about this one. Its name is the
/// last part of its address.
fn pair(address: &str, material: Material, change: impl FnOnce(&mut KeyPair)) -> Holding {
    let mut pair = KeyPair {
        name: address.rsplit('/').next().expect("a part").to_owned(),
        material,
        created_at: Some("2026-11-01T00:00:00Z".to_owned()),
        tags: Some(vec![("owner".to_owned(), "ann".to_owned())]),
        private_key_stored: Some(false),
        ..KeyPair::default()
    };
    change(&mut pair);
    let holder = "volcengine:prod/cn-beijing/instance/i-1"
        .parse()
        .expect("an address");
    Holding {
        record: record(address, Facts::KeyPair(pair)),
        usage: Some(Usage {
            holders: vec![holder],
            is_complete: true,
        }),
    }
}

fn good(address: &str, line: &str) -> Holding {
    pair(address, key(line), |_| {})
}

fn codearts(address: &str, title: &str, line: &str) -> Holding {
    let facts = CodeartsKey {
        title: title.to_owned(),
        material: key(line),
        created_at: Some("2026-11-01T00:00:00Z".to_owned()),
    };
    Holding {
        record: record(address, Facts::CodeartsKey(facts)),
        usage: None,
    }
}

fn kms(address: &str, state: Option<&str>, deletion_at: Option<&str>) -> Holding {
    let instant = |text: &str| text.parse::<DateTime<Utc>>().expect("an instant");
    let facts = KmsKey {
        alias: "orders".to_owned(),
        state: state.map(str::to_owned),
        deletion_at: deletion_at.map(|text| instant(text).timestamp_millis()),
        ..KmsKey::default()
    };
    Holding {
        record: record(address, Facts::KmsKey(facts)),
        usage: None,
    }
}

fn inventory(holdings: Vec<Holding>) -> Inventory {
    Inventory {
        holdings,
        ..Inventory::default()
    }
}

/// The place, and that it was read or was not.
fn visit(cloud: CloudId, region: &str, is_seen: bool) -> Visit {
    let scope = Scope {
        cloud,
        profile: "prod".to_owned(),
        region: region.to_owned(),
    };
    Visit {
        place: Place {
            scope,
            resource: Resource::KeyPair,
        },
        sight: if is_seen {
            Sight::Seen
        } else {
            Sight::Unseen(Error::new(ErrorKind::Network, "no connection"))
        },
    }
}

/// The limits of the tests: five in a region of Volcengine, five in an account of Tencent Cloud.
fn limits(cloud: CloudId, resource: Resource) -> Option<Limit> {
    let limit = |per_region| Limit {
        most: 5,
        per_region,
    };
    match (cloud, resource) {
        (CloudId::Volcengine, Resource::KeyPair) => Some(limit(true)),
        (CloudId::Tencent, Resource::KeyPair) => Some(limit(false)),
        _ => None,
    }
}

/// A policy with this rule only, and its options.
fn only(rule: Rule, options: &str) -> Policy {
    let text = format!("[rules.{rule}]\n{options}\n");
    let mut policy = Policy::parse(&text, "the test").expect("a policy");
    policy.levels.retain(|other, _| *other == rule);
    policy
}

fn judge(rule: Rule, options: &str, inventory: &Inventory) -> Audit {
    audit(inventory, &only(rule, options), &limits, now())
}

/// What the rule finds: address and message.
fn found(rule: Rule, options: &str, holdings: Vec<Holding>) -> Vec<String> {
    let audit = judge(rule, options, &inventory(holdings));
    assert_eq!(audit.warnings, Vec::<String>::new(), "all can be judged");
    shown(&audit)
}

fn shown(audit: &Audit) -> Vec<String> {
    let each = audit.findings.iter();
    each.map(|finding| format!("{}: {}", finding.subject, finding.message))
        .collect()
}

#[test]
fn the_default_policy_is_content_with_a_good_fleet() {
    let inventory = inventory(vec![
        good("volcengine:prod/cn-beijing/key-pair/a", ED25519),
        good("tencent:prod/ap-guangzhou/key-pair/b", OTHER),
    ]);
    let audit = audit(&inventory, &Policy::default(), &limits, now());
    assert_eq!(shown(&audit), Vec::<String>::new());
    assert_eq!(audit.warnings, Vec::<String>::new());
    assert_eq!(audit.judged.len(), Rule::ALL.len());
    assert!(!audit.fails(&Policy::default()));
}

#[test]
fn the_gravest_come_first_and_decide() {
    let inventory = inventory(vec![pair(
        "volcengine:prod/cn-beijing/key-pair/a",
        key(&rsa(1_024)),
        |pair| {
            pair.tags = Some(Vec::new());
        },
    )]);
    let mut policy = Policy::default();
    let audit = audit(&inventory, &policy, &limits, now());
    let levels: Vec<Level> = audit.findings.iter().map(|finding| finding.level).collect();
    assert_eq!(levels, [Level::Error, Level::Note]);
    assert!(audit.fails(&policy));
    policy.levels.remove(&Rule::WeakKey);
    let audit = super::audit(&inventory, &policy, &limits, now());
    assert!(!audit.fails(&policy), "a note is lighter than a warning");
    policy.fail_level = Level::Note;
    assert!(audit.fails(&policy));
}
