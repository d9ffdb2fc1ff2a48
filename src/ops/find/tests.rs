use serde_json::Value;

use super::{Found, Match, Sought, find};
use crate::model::{
    CloudId, Facts, Holding, Inventory, KeyPair, Material, Record, Resource, Scope,
};
use crate::sshkey::{Fingerprint, Form, PublicKey};

const RSA: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQCrEJo8sYJRtvL3mjQ9MNH0ZQzYRPe0VYyoGzTnwCkVEpJ0gPyaGDA8Dn4mO9oXlI1lYwAJdvMSyQG5yLbVMuTeB8qAGvQ1RGsAX4SIjXqV9mTBcRhvMtkmZvEUe2rU5cBLbmnKYTXd9BXZL2YsbbSYCGUlbFJmJj3NoMDYhNgqYQ==";
const ED25519: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH0wPUlYiYO21+OoJKbe7zNzHcAt+3aVQyLFFIM6L3iP";
const OTHER: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGvkQ9pAvqTg9UCpdC7uEDAVR3g3WF7mq6gx4LruXmjx";

fn key(text: &str) -> PublicKey {
    PublicKey::parse(text).expect("a key")
}

fn pair(cloud: CloudId, id: &str, material: Material) -> Holding {
    let scope = Scope {
        cloud,
        profile: "env".to_owned(),
        region: "r-1".to_owned(),
    };
    Holding {
        record: Record {
            address: Some(scope.address(Resource::KeyPair, id)),
            scope,
            id: id.to_owned(),
            facts: Facts::KeyPair(KeyPair {
                material,
                ..KeyPair::default()
            }),
            raw: Value::Null,
        },
        usage: None,
    }
}

fn fleet(rsa_form: Form) -> Inventory {
    let digest = |text: &str, form| {
        let fingerprint = key(text).fingerprint(form).expect("has one");
        Material::Digest(fingerprint)
    };
    let shown = |text: &str| Material::Key(key(text));
    Inventory {
        holdings: vec![
            pair(CloudId::Volcengine, "v-rsa", digest(RSA, rsa_form)),
            pair(CloudId::Volcengine, "v-ed", digest(ED25519, Form::Md5)),
            pair(CloudId::Volcengine, "v-other", digest(OTHER, Form::Md5)),
            pair(CloudId::Tencent, "t-rsa", shown(RSA)),
            pair(CloudId::Huawei, "h-ed", shown(ED25519)),
            pair(CloudId::Huawei, "h-other", shown(OTHER)),
        ],
        ..Inventory::default()
    }
}

fn ids(found: &Found<'_>) -> Vec<(String, Match)> {
    let hits = found.hits.iter();
    hits.map(|(holding, by)| (holding.record.id.clone(), *by))
        .collect()
}

#[test]
fn the_key_is_learned_and_found_where_only_a_digest_is_shown() {
    for form in [Form::Md5, Form::Md5Spki, Form::Md5Pkcs1] {
        let inventory = fleet(form);
        let expected = [
            ("v-rsa".to_owned(), Match::Digest(form)),
            ("t-rsa".to_owned(), Match::Exact),
        ];
        let given = [
            Sought::Key(key(RSA)),
            Sought::Digest(key(RSA).sha256()),
            Sought::Digest(key(RSA).md5()),
            Sought::Digest(key(RSA).fingerprint(Form::Sha1Spki).expect("has one")),
        ];
        for sought in given {
            let found = find(&inventory, &sought);
            assert_eq!(ids(&found), expected, "{form} {sought:?}");
            assert!(found.undecided.is_empty(), "{found:?}");
            // Two on Volcengine are not the key as far as their digests tell.
            assert_eq!(found.warnings.len(), 1);
            assert!(found.warnings[0].starts_with("2 keys are not"), "{found:?}");
        }
    }
}

#[test]
fn a_fingerprint_that_nobody_shows_the_key_of_leaves_doubts() {
    let mut inventory = fleet(Form::Md5);
    inventory.holdings.truncate(3);
    let found = find(&inventory, &Sought::Digest(key(ED25519).sha256()));
    assert!(found.hits.is_empty() && found.key.is_none());
    assert_eq!(found.undecided.len(), 1);
    assert_eq!(found.undecided[0].count, 3);

    let found = find(&inventory, &Sought::Digest(key(ED25519).md5()));
    assert_eq!(ids(&found), [("v-ed".to_owned(), Match::Same)]);
    assert!(found.undecided.is_empty());
    assert_eq!(found.warnings.len(), 1);
}

#[test]
fn what_shows_nothing_is_never_called_another_key() {
    let inventory = Inventory {
        holdings: vec![pair(CloudId::Huawei, "x509", Material::Unknown)],
        ..Inventory::default()
    };
    for sought in [
        Sought::Key(key(RSA)),
        Sought::Digest(Fingerprint::Md5([1; 16])),
    ] {
        let found = find(&inventory, &sought);
        assert!(found.hits.is_empty());
        assert_eq!(found.undecided.len(), 1);
    }
}

/// A pair that the cloud made may be known by a digest of its private half: no public key has that.
#[test]
fn a_digest_that_may_be_of_the_private_half_says_nothing() {
    let shown = Material::Digest(Fingerprint::Sha1([7; 20]));
    let inventory = Inventory {
        holdings: vec![pair(CloudId::Volcengine, "made", shown)],
        ..Inventory::default()
    };
    let found = find(&inventory, &Sought::Key(key(RSA)));
    assert!(found.hits.is_empty() && found.warnings.is_empty());
    assert_eq!(found.undecided.len(), 1);
}
