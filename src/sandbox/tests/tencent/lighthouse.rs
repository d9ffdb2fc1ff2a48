//! Key pairs and instances of Lighthouse (spec tencent 3).

use rsa::pkcs1::DecodeRsaPrivateKey as _;
use serde_json::{Value, json};

use super::super::super::credentials::TENCENT_REGION;
use super::super::super::seed::public_keys;
use super::super::super::state::tencent::KeyPair;
use super::super::fixture::*;
use super::{change, lighthouse, pairs};

const HERE: (&str, &str) = ("lighthouse", TENCENT_REGION);
const WEB: &str = "lhkp-1w6e3b8s";
const TEMPLATE: &str = "lhkp-9t4m6p1l";

fn import(fixture: &Fixture, name: &str, public_key: &str) -> Got {
    let body = json!({ "KeyName": name, "PublicKey": public_key });
    lighthouse(fixture, "ImportKeyPair", &body)
}

fn delete(fixture: &Fixture, ids: &[&str]) -> Got {
    lighthouse(fixture, "DeleteKeyPairs", &json!({ "KeyIds": ids }))
}

/// So many pairs that nothing refers to.
fn fill(fixture: &Fixture, count: usize) -> Vec<String> {
    let ids: Vec<String> = (0..count)
        .map(|number| format!("lhkp-{number:08}"))
        .collect();
    change(fixture, |region| {
        let fillers = ids.iter().map(|id| KeyPair {
            id: id.clone(),
            name: id.replace('-', "_"),
            ..KeyPair::default()
        });
        region.lighthouse.key_pairs.extend(fillers);
    });
    ids
}

#[test]
fn a_pair_is_made_listed_and_deleted() {
    let fixture = Fixture::new();
    let tags = json!([{ "Key": "team", "Value": "web" }]);
    let body = json!({ "KeyName": "fresh", "Tags": tags });
    let made = lighthouse(&fixture, "CreateKeyPair", &body);
    let pair = &made.body["Response"]["KeyPair"];
    let id = pair["KeyId"].as_str().expect("id");
    assert!(id.starts_with("lhkp-"), "{id}");
    let pem = pair["PrivateKey"].as_str().expect("private key");
    assert!(rsa::PrivateKey::from_pkcs1_pem(pem).is_ok());
    let listed = pairs(&fixture, HERE, &[id]).remove(0);
    assert_eq!(listed["PublicKey"], pair["PublicKey"]);
    assert_eq!(listed["PrivateKey"], Value::Null);
    assert_eq!(listed["Tags"], tags);
    assert_eq!(listed.get("ProjectId"), None);
    assert_eq!(delete(&fixture, &[id]).code(), "");
    assert_eq!(pairs(&fixture, HERE, &[id]).len(), 0);
}

#[test]
fn an_imported_key_shows_the_id_for_its_comment() {
    let fixture = Fixture::new();
    // A key of CVM is none of Lighthouse's.
    let got = import(&fixture, "ci_runner", public_keys::CI);
    let id = got.body["Response"]["KeyId"].as_str().expect("id");
    let line = public_keys::CI.replace("ci@example.com", id);
    assert_eq!(pairs(&fixture, HERE, &[id])[0]["PublicKey"], line);
}

#[test]
fn what_comes_in_is_refused_with_codes_of_its_own() {
    let fixture = Fixture::new();
    let key = public_keys::invented("a key");
    let long = "a".repeat(26);
    for (name, public_key, code) in [
        ("", key.as_str(), "InvalidKeyPairNameEmpty"),
        (&long, &key, "InvalidKeyPairNameTooLong"),
        ("a-b", &key, "InvalidKeyPairNameIncludeIllegalChar"),
        ("web", &key, "DuplicateParameterValue"),
        ("a", "nonsense", "KeyPairPublicKeyMalformed"),
        ("a", public_keys::DEV, "KeyPairPublicKeyMalformed"),
        (
            "a",
            &public_keys::invented(&format!("tencent/{WEB}")),
            "KeyPairPublicKeyDuplicated",
        ),
    ] {
        let expected = format!("InvalidParameterValue.{code}");
        assert_eq!(import(&fixture, name, public_key).code(), expected);
    }
    let tags = vec![json!({ "Key": "a", "Value": "b" }); 11];
    for (body, code) in [
        (json!({ "KeyName": "a" }), "MissingParameter"),
        (json!({ "PublicKey": key }), "MissingParameter"),
        (
            json!({ "KeyName": "a", "PublicKey": key, "ProjectId": 0 }),
            "UnknownParameter",
        ),
        (
            json!({ "KeyName": "a", "PublicKey": key, "Tags": tags }),
            "InvalidParameterValue.LimitExceeded",
        ),
    ] {
        let got = lighthouse(&fixture, "ImportKeyPair", &body);
        assert_eq!(got.code(), code, "{body}");
    }
    let open = Fixture::with(&[], &["tencent-ed25519-accepted"]);
    assert_eq!(import(&open, "a", public_keys::DEV).code(), "");
    fill(&fixture, 97);
    let code = "LimitExceeded.KeyPairLimitExceeded";
    assert_eq!(import(&fixture, "a", &key).code(), code);
}

#[test]
fn ten_pairs_are_deleted_at_a_time() {
    let fixture = Fixture::new();
    let ids = fill(&fixture, 11);
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let code = "InvalidParameterValue.LimitExceeded";
    assert_eq!(delete(&fixture, &ids).code(), code);
    assert_eq!(delete(&fixture, &ids[..10]).code(), "");
    assert_eq!(pairs(&fixture, HERE, &ids).len(), 1);
}

#[test]
fn one_bad_pair_refuses_the_whole_deletion() {
    let fixture = Fixture::new();
    let ids = fill(&fixture, 1);
    let free = ids[0].as_str();
    for (other, code) in [
        (WEB, "ResourceInUse.KeyPairInUse"),
        (TEMPLATE, "UnsupportedOperation.KeyPairBindToBlueprints"),
        ("lhkp-zzzzzzzz", "ResourceNotFound.KeyIdNotFound"),
        ("skey-9p0o8i7u", "InvalidParameterValue.KeyPairIdMalformed"),
        (free, "InvalidParameterValue.Duplicated"),
    ] {
        assert_eq!(delete(&fixture, &[free, other]).code(), code);
        assert_eq!(pairs(&fixture, HERE, &[free]).len(), 1, "{code}");
    }
}

#[test]
fn pairs_are_listed_by_id_filter_and_page() {
    let fixture = Fixture::new();
    fill(&fixture, 30);
    let ask = |body: Value| lighthouse(&fixture, "DescribeKeyPairs", &body);
    for (filter, count) in [
        (json!({ "Name": "key-id", "Values": [WEB, TEMPLATE] }), 2),
        (json!({ "Name": "key-name", "Values": ["lhkp_0"] }), 30),
        (json!({ "Name": "tag:team", "Values": ["web"] }), 0),
    ] {
        let got = ask(json!({ "Filters": [filter] }));
        assert_eq!(got.body["Response"]["TotalCount"], count, "{filter}");
    }
    for (page, count) in [(json!({}), 20), (json!({ "Offset": 20, "Limit": 100 }), 13)] {
        let got = ask(page);
        assert_eq!(got.body["Response"]["TotalCount"], 33);
        let set = got.body["Response"]["KeyPairSet"].as_array();
        assert_eq!(set.map(Vec::len), Some(count));
    }
    for (body, code) in [
        (
            json!({ "KeyIds": [WEB], "Filters": [] }),
            "InvalidParameter.ParameterConflict",
        ),
        (
            json!({ "Filters": [{ "Name": "project-id", "Values": ["0"] }] }),
            "InvalidParameter.InvalidFilter",
        ),
        (
            json!({ "Filters": [{ "Name": "key-id", "Values": ["a", "b", "c", "d", "e", "f"] }] }),
            "InvalidParameterValue.LimitExceeded",
        ),
        (
            json!({ "KeyIds": [WEB, WEB] }),
            "InvalidParameterValue.Duplicated",
        ),
        (json!({ "Offset": -1 }), "InvalidParameterValue.Negative"),
        (json!({ "Limit": 101 }), "InvalidParameterValue.OutOfRange"),
    ] {
        assert_eq!(ask(body.clone()).code(), code, "{body}");
    }
}

#[test]
fn a_private_key_may_be_the_word_null() {
    let fixture = Fixture::with(&[], &["lighthouse-private-key-null-text"]);
    assert_eq!(pairs(&fixture, HERE, &[WEB])[0]["PrivateKey"], "null");
}

#[test]
fn instances_tell_their_keys_and_their_system() {
    let fixture = Fixture::new();
    let all = lighthouse(&fixture, "DescribeInstances", &json!({}));
    let set = all.body["Response"]["InstanceSet"].as_array().expect("set");
    let rows: Vec<String> = set
        .iter()
        .map(|row| {
            let text = |name: &str| row[name].as_str().expect(name);
            let keys = &row["LoginSettings"]["KeyIds"];
            format!(
                "{} {} {} {keys}",
                text("InstanceId"),
                text("InstanceState"),
                text("PlatformType")
            )
        })
        .collect();
    let expected = [
        r#"lhins-3b6n9m2q STOPPED LINUX_UNIX ["lhkp-1w6e3b8s"]"#,
        r#"lhins-7v4c1x8z RUNNING LINUX_UNIX ["lhkp-5f2c7o4p"]"#,
        "lhins-2d5k8t1w RUNNING WINDOWS null",
    ];
    assert_eq!(rows, expected);
    for (filter, count) in [
        (
            json!({ "Name": "instance-state", "Values": ["RUNNING"] }),
            2,
        ),
        (
            json!({ "Name": "instance-name", "Values": vec!["blog"; 100] }),
            1,
        ),
    ] {
        let body = json!({ "Filters": [filter] });
        let got = lighthouse(&fixture, "DescribeInstances", &body);
        assert_eq!(got.body["Response"]["TotalCount"], count);
    }
    let many = json!({ "Filters": [{ "Name": "zone", "Values": vec!["x"; 101] }] });
    let got = lighthouse(&fixture, "DescribeInstances", &many);
    assert_eq!(got.code(), "InvalidParameterValue.LimitExceeded");
    let unknown = json!({ "InstanceIds": ["lhins-zzzzzzzz"] });
    let got = lighthouse(&fixture, "DescribeInstances", &unknown);
    assert_eq!(got.body["Response"]["TotalCount"], 0);
}
