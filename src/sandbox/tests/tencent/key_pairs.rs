//! Making, importing and deleting key pairs of CVM (spec tencent 2.1, 2.2, 2.4).

use rsa::pkcs1::DecodeRsaPrivateKey as _;
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};

use super::super::super::credentials::TENCENT_REGION;
use super::super::super::fingerprint;
use super::super::super::seed::public_keys;
use super::super::super::state::tencent::KeyPair;
use super::super::fixture::*;
use super::{change, pairs, post};

const HERE: (&str, &str) = ("cvm", TENCENT_REGION);
const SHANGHAI: (&str, &str) = ("cvm", "ap-shanghai");

fn import(fixture: &Fixture, name: &str, public_key: &str) -> Got {
    let body = json!({ "KeyName": name, "ProjectId": 0, "PublicKey": public_key });
    fixture.cvm("ImportKeyPair", &body)
}

fn delete(fixture: &Fixture, ids: &[&str]) -> Got {
    fixture.cvm("DeleteKeyPairs", &json!({ "KeyIds": ids }))
}

/// Fills the account up to so many pairs.
fn fill(fixture: &Fixture, count: usize) {
    change(fixture, |region| {
        for number in region.key_pairs.len()..count - 3 {
            region.key_pairs.push(KeyPair {
                id: format!("skey-{number:08}"),
                name: format!("filler_{number}"),
                ..KeyPair::default()
            });
        }
    });
}

#[test]
fn a_made_pair_hands_its_private_half_out_once() {
    let fixture = Fixture::new();
    let tags = json!([{ "ResourceType": "keypair", "Tags": [{ "Key": "team", "Value": "web" }] }]);
    let body = json!({ "KeyName": "made_here", "ProjectId": 1_100_001, "TagSpecification": tags });
    let got = fixture.cvm("CreateKeyPair", &body);
    let pair = &got.body["Response"]["KeyPair"];
    let id = pair["KeyId"].as_str().expect("id");
    let pem = pair["PrivateKey"].as_str().expect("private key");
    assert!(pem.starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
    assert!(pem.ends_with("-----END RSA PRIVATE KEY-----\n"));
    let private_key = rsa::PrivateKey::from_pkcs1_pem(pem).expect("PKCS#1");
    let public_key = pair["PublicKey"].as_str().expect("public key");
    let (kind, blob) = fingerprint::parse(public_key).expect("OpenSSH");
    assert_eq!((kind.as_str(), blob.len()), ("ssh-rsa", 279));
    assert!(blob.ends_with(&private_key.n_bytes()));

    let listed = pairs(&fixture, HERE, &[id]).remove(0);
    assert_eq!(
        listed["PublicKey"],
        format!("{} {id}", public_key.rsplit_once(' ').expect("words").0)
    );
    assert_eq!(listed["ProjectId"], 1_100_001);
    assert_eq!(listed["Tags"], json!([{ "Key": "team", "Value": "web" }]));
    assert_eq!(listed["AssociatedInstanceIds"], json!([]));
    assert_eq!(listed.get("PrivateKey"), None);
    let kept = fixture
        .sandbox
        .with_state(|state| state.to_value())
        .expect("state");
    let entry = fixture.sandbox.journal().entries[0].clone();
    assert_eq!(
        (entry.effect, entry.items),
        ("change", vec!["made_here".to_owned()])
    );
    for text in [kept.to_string(), fixture.log().join("\n")] {
        assert!(!text.contains("PRIVATE KEY"), "the private half is kept");
    }
}

#[test]
fn an_imported_key_loses_its_comment() {
    let fixture = Fixture::new();
    let line = format!("{}\r\n", public_keys::invented("of somebody"));
    let got = import(&fixture, "laptop_2", &line);
    let id = got.body["Response"]["KeyId"].as_str().expect("id");
    assert_eq!(got.body["Response"].as_object().expect("members").len(), 2);
    let listed = pairs(&fixture, HERE, &[id]).remove(0);
    let blob = line.split(' ').nth(1).expect("blob");
    assert_eq!(listed["PublicKey"], format!("ssh-rsa {blob} {id}"));
    assert_eq!(listed["KeyName"], "laptop_2");
    assert_eq!(pairs(&fixture, SHANGHAI, &[id]).len(), 0, "per region");
}

#[test]
fn names_have_rules_for_both_ways_in() {
    let fixture = Fixture::new();
    let long = "a".repeat(26);
    let key = public_keys::invented("a key");
    for (name, code) in [
        ("", "InvalidKeyPairNameEmpty"),
        (long.as_str(), "InvalidKeyPairNameTooLong"),
        ("a-b", "InvalidKeyPairNameIncludeIllegalChar"),
        ("钥匙", "InvalidKeyPairNameIncludeIllegalChar"),
        ("bastion", "InvalidKeyPairName.Duplicate"),
        ("dr_site", "InvalidKeyPairName.Duplicate"), // of another region
    ] {
        assert_eq!(import(&fixture, name, &key).code(), code, "{name}");
        let body = json!({ "KeyName": name, "ProjectId": 0 });
        assert_eq!(fixture.cvm("CreateKeyPair", &body).code(), code, "{name}");
    }
    assert_eq!(import(&fixture, &long[..25], &key).code(), "");
}

#[test]
fn what_comes_in_is_checked() {
    let fixture = Fixture::new();
    let key = public_keys::invented("a key");
    let tagged = |tags: Value| json!({ "KeyName": "a", "ProjectId": 0, "PublicKey": key, "TagSpecification": tags });
    for (body, code) in [
        (
            json!({ "ProjectId": 0, "PublicKey": key }),
            "MissingParameter",
        ),
        (
            json!({ "KeyName": "a", "PublicKey": key }),
            "MissingParameter",
        ),
        (
            json!({ "KeyName": "a", "ProjectId": 0 }),
            "MissingParameter",
        ),
        (
            json!({ "KeyName": "a", "ProjectId": 7, "PublicKey": key }),
            "InvalidProjectId.NotFound",
        ),
        (
            json!({ "KeyName": "a", "ProjectId": "0", "PublicKey": key }),
            "InvalidParameter",
        ),
        (
            tagged(json!([{ "ResourceType": "instance", "Tags": [] }])),
            "InvalidParameterValue",
        ),
        (
            tagged(json!([{ "ResourceType": "keypair" }])),
            "MissingParameter",
        ),
        (
            tagged(json!([{ "ResourceType": "keypair", "Tags": [{ "Key": "a" }] }])),
            "MissingParameter",
        ),
        (tagged(json!("keypair")), "InvalidParameter"),
        (
            json!({ "KeyName": "a", "ProjectId": 0, "PublicKey": key, "Description": "" }),
            "UnknownParameter",
        ),
    ] {
        assert_eq!(fixture.cvm("ImportKeyPair", &body).code(), code, "{body}");
    }
    assert_eq!(import(&fixture, "a", &key).code(), "");
}

#[test]
fn only_one_rsa_public_key_at_a_time() {
    let fixture = Fixture::new();
    let key = public_keys::invented("a key");
    let (kind, blob) = key.split_once(' ').expect("words");
    let cut = format!("{kind} {}", &blob[..200]);
    let longer = format!("{kind} {}", "AAAAB3NzaC1yc2EAAAADAQABAAAAAQEAAAAA"); // bytes after the modulus
    let two = format!("{key}\n{key}");
    let private = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n";
    for text in [
        "",
        "nonsense",
        public_keys::DEV,
        &cut,
        &longer,
        &two,
        private,
    ] {
        let got = import(&fixture, "a", text);
        assert_eq!(got.code(), "InvalidPublicKey.Malformed", "{text}");
    }
    // The comment does not make it another key.
    let known = public_keys::CI.replace("ci@example.com", "other");
    assert_eq!(
        import(&fixture, "a", &known).code(),
        "InvalidPublicKey.Duplicate"
    );
    let open = Fixture::with(&[], &["tencent-ed25519-accepted"]);
    let got = import(&open, "a", public_keys::DEV);
    let id = got.body["Response"]["KeyId"].as_str().expect("id");
    let line = pairs(&open, HERE, &[id])[0]["PublicKey"].to_string();
    assert!(line.starts_with("\"ssh-ed25519 AAAA"), "{line}");
    assert_eq!(
        import(&open, "b", "ssh-dss AAAAB3NzaC1kc3M=").code(),
        "InvalidPublicKey.Malformed"
    );
}

#[test]
fn an_account_has_100_pairs_in_all_regions_together() {
    let fixture = Fixture::new();
    fill(&fixture, 99);
    assert_eq!(
        import(&fixture, "last", &public_keys::invented("last")).code(),
        ""
    );
    let code = "InvalidKeyPair.LimitExceeded";
    assert_eq!(
        import(&fixture, "more", &public_keys::invented("more")).code(),
        code
    );
    let body = json!({ "KeyName": "more", "ProjectId": 0 });
    assert_eq!(
        post(&fixture, SHANGHAI, "CreateKeyPair", &body).code(),
        code
    );
    assert_eq!(delete(&fixture, &["skey-1a2b3c4d"]).code(), "");
    assert_eq!(
        import(&fixture, "more", &public_keys::invented("more")).code(),
        ""
    );
}

#[test]
fn a_free_pair_is_deleted_for_good() {
    let fixture = Fixture::new();
    let twice = ["skey-1a2b3c4d", "skey-6l5k4j3h", "skey-1a2b3c4d"];
    assert_eq!(delete(&fixture, &twice).code(), "", "repeats do no harm");
    assert_eq!(pairs(&fixture, HERE, &twice).len(), 0);
    let again = delete(&fixture, &twice);
    assert_eq!(again.code(), "InvalidKeyPairId.NotFound");
}

#[test]
fn one_bad_pair_refuses_the_whole_deletion() {
    let fixture = Fixture::new();
    let free = "skey-1a2b3c4d";
    for (other, code) in [
        ("skey-zzzzzzzz", "InvalidKeyPairId.NotFound"),
        ("skey-5s4h3a2n", "InvalidKeyPairId.NotFound"), // of another region
        ("skey-1", "InvalidKeyPairId.Malformed"),
        ("lhkp-1w6e3b8s", "InvalidKeyPairId.Malformed"),
        ("skey-9p0o8i7u", "InvalidParameterValue.KeyPairNotSupported"),
    ] {
        assert_eq!(delete(&fixture, &[free, other]).code(), code, "{other}");
        assert_eq!(pairs(&fixture, HERE, &[free]).len(), 1, "{other}");
    }
    let many: Vec<String> = (0..101).map(|number| format!("skey-{number:08}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(
        delete(&fixture, &many).code(),
        "InvalidParameterValue.LimitExceeded"
    );
    assert_eq!(delete(&fixture, &[]).code(), "MissingParameter");
    let partly = Fixture::with(&[], &["tencent-refused-delete-partly-done"]);
    let code = "InvalidParameterValue.KeyPairNotSupported";
    assert_eq!(delete(&partly, &[free, "skey-9p0o8i7u"]).code(), code);
    assert_eq!(pairs(&partly, HERE, &[free, "skey-9p0o8i7u"]).len(), 1);
}

#[test]
fn an_image_holds_its_pair_for_ever() {
    let fixture = Fixture::new();
    let listed = pairs(&fixture, SHANGHAI, &["skey-2g7l4d9n"]).remove(0);
    assert_eq!(listed["AssociatedInstanceIds"], json!([]));
    for _ in 0..4 {
        let body = json!({ "KeyIds": ["skey-2g7l4d9n"] });
        let got = post(&fixture, SHANGHAI, "DeleteKeyPairs", &body);
        assert_eq!(got.code(), "InvalidParameterValue.KeyPairNotSupported");
    }
}

#[test]
fn a_pair_is_in_use_until_the_work_is_done_and_maybe_longer() {
    let instance = "ins-5r7e9w1q";
    let key = "skey-3x8v1n6t";
    for (quirk, refusals) in [(&[][..], 0), (&["tencent-in-use-lingers"][..], 2)] {
        let fixture = Fixture::with(&[], quirk);
        change(&fixture, |region| {
            region.instances.retain(|row| row.id == instance);
        });
        let body = json!({ "InstanceIds": [instance], "KeyIds": [key] });
        let got = fixture.cvm("DisassociateInstancesKeyPairs", &body);
        assert_eq!(got.code(), "");
        let code = "InvalidParameterValue.KeyPairNotSupported";
        assert_eq!(delete(&fixture, &[key]).code(), code, "bound still");
        super::watch(&fixture, instance, 3);
        let listed = pairs(&fixture, HERE, &[key]).remove(0);
        assert_eq!(listed["AssociatedInstanceIds"], json!([]));
        let mut seen = 0;
        while delete(&fixture, &[key]).code() == code {
            seen += 1;
        }
        assert_eq!(seen, refusals, "{quirk:?}");
        assert_eq!(pairs(&fixture, HERE, &[key]).len(), 0);
    }
}
