//! Private keys that KPS keeps (spec huawei 7, `key_protection`).

use serde_json::{Value, json};

use super::super::request::Request;
use super::super::seed::public_keys;
use super::fixture::*;

const PRIVATE: &str = include_str!("../../../tests/keys/practice-rsa.pem");
const STRAY: &str = include_str!("../../../tests/keys/stray-ed25519-openssh.pem");
const PENDING_KMS_KEY: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";
const KMS_KEY: &str = "3c7d9e1f-5a2b-4c4d-8e6f-8091a2b3c4d5";

fn protection(private_key: &str, encryption: &Value) -> Value {
    json!({ "private_key": private_key, "encryption": encryption })
}

fn store(fixture: &Fixture, name: &str, key_protection: &Value) -> Got {
    let body = json!({ "keypair": { "name": name, "key_protection": key_protection } });
    fixture.kps("POST", "keypairs/private-key/import", &body)
}

fn export(fixture: &Fixture, name: &str) -> Got {
    let body = json!({ "keypair": { "name": name } });
    fixture.kps("POST", "keypairs/private-key/export", &body)
}

#[test]
fn protection_takes_both_halves_or_none() {
    let fixture = Fixture::new();
    let by_default = json!({ "type": "default" });
    let by_kms = |members: Value| {
        let mut encryption = members;
        encryption["type"] = "kms".into();
        encryption
    };
    let good = protection(PRIVATE, &by_default);
    let imported = |key_protection: &Value| json!({ "name": "kept", "public_key": public_keys::PRACTICE, "key_protection": key_protection });
    for (wish, code) in [
        // Issue 7049 of the Terraform provider: a public key and protection, but nothing to protect.
        (imported(&json!({ "encryption": by_default })), "KPS.0002"),
        (imported(&json!({ "private_key": PRIVATE })), "KPS.0002"),
        (imported(&protection("no key", &by_default)), "KPS.0002"),
        (imported(&protection(STRAY, &by_default)), "KPS.6011"),
        (
            imported(&protection(PRIVATE, &json!({ "type": "aes" }))),
            "KPS.0002",
        ),
        (
            imported(&protection(PRIVATE, &by_kms(json!({})))),
            "KPS.0002",
        ),
        (
            imported(&protection(
                PRIVATE,
                &by_kms(json!({ "kms_key_name": "ghost" })),
            )),
            "KPS.6008",
        ),
        (
            imported(&protection(
                PRIVATE,
                &by_kms(json!({ "kms_key_id": PENDING_KMS_KEY })),
            )),
            "KPS.6008",
        ),
        (
            imported(&protection(
                PRIVATE,
                &by_kms(json!({ "kms_key_name": "team/signing" })),
            )),
            "KPS.6008",
        ),
        (
            json!({ "name": "kept", "key_protection": good }),
            "KPS.0002",
        ),
        (imported(&json!("yes")), "KPS.0002"),
    ] {
        let got = fixture.kps("POST", "keypairs", &json!({ "keypair": wish }));
        assert_eq!((got.status, got.code()), (400, code), "{wish}");
    }
    for (name, encryption, key_id) in [
        ("kept", by_default.clone(), Value::Null),
        (
            "kept-2",
            by_kms(json!({ "kms_key_id": KMS_KEY })),
            json!(KMS_KEY),
        ),
        (
            "kept-3",
            by_kms(json!({ "kms_key_name": "team/backup" })),
            json!(KMS_KEY),
        ),
        (
            "kept-4",
            by_kms(json!({ "kms_key_name": "kps/default" })),
            json!("kps/default"),
        ),
    ] {
        let mut wish = imported(&protection(PRIVATE, &encryption));
        wish["name"] = name.into();
        let got = fixture.kps("POST", "keypairs", &json!({ "keypair": wish }));
        assert_eq!(got.status, 200, "{name}: {}", got.body);
        assert!(got.body["keypair"].get("private_key").is_none());
        let shown = fixture.kps("GET", &format!("keypairs/{name}"), &Value::Null);
        assert_eq!(
            (
                &shown.body["keypair"]["is_key_protection"],
                &shown.body["keypair"]["key_id"]
            ),
            (&json!(true), &key_id)
        );
        let exported = export(&fixture, name);
        assert_eq!(
            exported.body,
            json!({ "keypair": { "name": name, "private_key": PRIVATE } })
        );
    }
}

#[test]
fn a_created_pair_may_be_kept_too() {
    let fixture = Fixture::new();
    let wish = json!({ "name": "both", "key_protection": { "encryption": { "type": "default" } } });
    let got = fixture.kps("POST", "keypairs", &json!({ "keypair": wish }));
    let private_key = &got.body["keypair"]["private_key"];
    assert!(private_key.is_string(), "{}", got.status);
    assert_eq!(
        &export(&fixture, "both").body["keypair"]["private_key"],
        private_key
    );
    let gone = fixture.kps("DELETE", "keypairs/both", &Value::Null);
    assert_eq!(gone.status, 204);
    assert_eq!(export(&fixture, "both").code(), "KPS.4016", "gone with it");
}

#[test]
fn private_keys_are_stored_exported_and_cleared() {
    let fixture = Fixture::new();
    let good = protection(PRIVATE, &json!({ "type": "default" }));
    for (name, key_protection, code) in [
        ("ghost", &good, "KPS.4016"),
        ("KeyPair-ops_1", &good, "KPS.6011"),
        (
            "KeyPair-ops_2",
            &json!({ "encryption": { "type": "default" } }),
            "KPS.0002",
        ),
        ("KeyPair-ops_2", &Value::Null, "KPS.0002"),
    ] {
        let got = store(&fixture, name, key_protection);
        assert_eq!((got.status, got.code()), (400, code), "{name}");
    }
    let foreign = json!({ "keypair": { "name": "KeyPair-ops_2", "user_id": "someone", "key_protection": good } });
    let refused = fixture.kps("POST", "keypairs/private-key/import", &foreign);
    assert_eq!(refused.code(), "KPS.0006");

    let nothing = export(&fixture, "KeyPair-ops_2");
    assert_eq!((nothing.status, nothing.code()), (400, "KPS.6005"));
    let clear = || fixture.kps("DELETE", "keypairs/KeyPair-ops_2/private-key", &Value::Null);
    assert_eq!((clear().status, clear().code()), (404, "KPS.6005"));

    let stored = store(&fixture, "KeyPair-ops_2", &good);
    assert_eq!(stored.status, 200);
    assert_eq!(stored.body["keypair"]["name"], "KeyPair-ops_2");
    let exported = export(&fixture, "KeyPair-ops_2");
    assert_eq!(exported.body["keypair"]["private_key"], PRIVATE);
    let cleared = clear();
    assert_eq!((cleared.status, cleared.answer.reply.body.len()), (200, 0));
    assert_eq!(export(&fixture, "KeyPair-ops_2").code(), "KPS.6005");
    assert_eq!(export(&fixture, "ghost").code(), "KPS.4016");
    let ghost = fixture.kps("DELETE", "keypairs/ghost/private-key", &Value::Null);
    assert_eq!(ghost.code(), "KPS.4016");
}

#[test]
fn the_state_is_shown_without_them() {
    let fixture = Fixture::new();
    store(
        &fixture,
        "KeyPair-ops_2",
        &protection(PRIVATE, &json!({ "type": "default" })),
    );
    let control = |method: &str, body: String| {
        fixture.send(&Request {
            method: method.to_owned(),
            path: "/_sandbox/state".to_owned(),
            body: body.into(),
            ..Request::default()
        })
    };
    let shown = control("GET", String::new()).body.to_string();
    assert!(!shown.contains("BEGIN RSA"));
    let journal = json!(fixture.sandbox.journal().entries).to_string();
    let debug = fixture.huawei_project(|project| format!("{project:?}"));
    for text in [&journal, &debug] {
        assert!(!text.contains("BEGIN RSA"));
    }
    let posted = control("POST", shown);
    assert_eq!(posted.status, 200);
    let exported = export(&fixture, "KeyPair-ops_2");
    assert_eq!(
        exported.body["keypair"]["private_key"], PRIVATE,
        "posting what was shown loses nothing"
    );
}

#[test]
fn a_stored_private_key_is_answered_with_name_and_owner_only() {
    let fixture = Fixture::new();
    let wish = protection(PRIVATE, &json!({ "type": "default" }));
    let stored = store(&fixture, "KeyPair-ops_2", &wish);
    let owner = fixture
        .kps("GET", "keypairs/KeyPair-ops_2", &Value::Null)
        .body["keypair"]["user_id"]
        .clone();
    assert!(owner.as_str().is_some_and(|id| !id.is_empty()));
    assert_eq!(
        stored.body,
        json!({ "keypair": { "name": "KeyPair-ops_2", "user_id": owner } })
    );
}
