//! Renaming and describing key pairs of CVM, and finding them (spec tencent 2.3, 2.8).

use serde_json::{Value, json};

use super::super::super::credentials::TENCENT_REGION;
use super::super::fixture::*;
use super::{change, pairs};

const SPARE: &str = "skey-1a2b3c4d";

fn modify(fixture: &Fixture, body: &Value) -> Got {
    fixture.cvm("ModifyKeyPairAttribute", body)
}

/// Name and description.
fn shown(fixture: &Fixture) -> (String, String) {
    let pair = pairs(fixture, ("cvm", TENCENT_REGION), &[SPARE]).remove(0);
    let text = |name: &str| pair[name].as_str().expect(name).to_owned();
    (text("KeyName"), text("Description"))
}

#[test]
fn a_pair_gets_another_name_and_a_description() {
    let fixture = Fixture::new();
    let words = "备用".repeat(30); // 60 characters, 180 bytes
    let body = json!({ "KeyId": SPARE, "KeyName": "reserve", "Description": words });
    assert_eq!(modify(&fixture, &body).code(), "");
    assert_eq!(shown(&fixture), ("reserve".to_owned(), words.clone()));
    let entry = fixture.sandbox.journal().entries[0].clone();
    assert_eq!(entry.items, [SPARE]);
    // Its own name is no other pair's.
    let body = json!({ "KeyId": SPARE, "KeyName": "reserve" });
    assert_eq!(modify(&fixture, &body).code(), "");
    assert_eq!(shown(&fixture), ("reserve".to_owned(), words));
}

#[test]
fn an_empty_description_clears_or_does_not() {
    for (quirk, left) in [
        (&[][..], ""),
        (&["tencent-empty-description-ignored"][..], "for later"),
    ] {
        let fixture = Fixture::with(&[], quirk);
        for text in ["for later", ""] {
            let body = json!({ "KeyId": SPARE, "Description": text });
            assert_eq!(modify(&fixture, &body).code(), "");
        }
        assert_eq!(shown(&fixture), ("spare".to_owned(), left.to_owned()));
    }
}

#[test]
fn changes_of_pairs_are_checked() {
    let fixture = Fixture::new();
    for (body, code) in [
        (json!({ "KeyName": "a" }), "MissingParameter"),
        (json!({ "KeyId": SPARE }), "MissingParameter"),
        (
            json!({ "KeyId": SPARE, "KeyName": null }),
            "MissingParameter",
        ),
        (
            json!({ "KeyId": "kp-1", "KeyName": "a" }),
            "InvalidKeyPairId.Malformed",
        ),
        (
            json!({ "KeyId": "skey-zzzzzzzz", "KeyName": "a" }),
            "InvalidKeyPairId.NotFound",
        ),
        (
            json!({ "KeyId": SPARE, "KeyName": "" }),
            "InvalidParameterValue",
        ),
        (
            json!({ "KeyId": SPARE, "KeyName": "a-b" }),
            "InvalidParameterValue",
        ),
        (
            json!({ "KeyId": SPARE, "KeyName": "bastion" }),
            "InvalidKeyPairName.Duplicate",
        ),
        (
            json!({ "KeyId": SPARE, "Description": "x".repeat(61) }),
            "InvalidParameterValue",
        ),
        (
            json!({ "KeyId": SPARE, "Description": 1 }),
            "InvalidParameter",
        ),
    ] {
        assert_eq!(modify(&fixture, &body).code(), code, "{body}");
    }
    assert_eq!(shown(&fixture), ("spare".to_owned(), String::new()));
}

/// How many pairs a filter finds, and the code.
fn found(fixture: &Fixture, name: &str, values: &[&str]) -> (u64, String) {
    let body = json!({ "Filters": [{ "Name": name, "Values": values }] });
    let got = fixture.cvm("DescribeKeyPairs", &body);
    let count = got.body["Response"]["TotalCount"].as_u64();
    (count.unwrap_or_default(), got.code().to_owned())
}

#[test]
fn pairs_are_found_by_every_documented_filter() {
    let fixture = Fixture::new();
    change(&fixture, |region| {
        region.key_pairs[3].project_id = 1_100_001;
    });
    for (name, values, count) in [
        ("key-name", &["bastion", "spare"][..], 2),
        ("key-name", &["agent"], 0),
        ("project-id", &["1100001"], 1),
        ("project-id", &["0"], 23),
        ("tag-key", &["团队"], 1),
        ("tag-value", &["基础设施"], 1),
        ("tag:团队", &["基础设施", "x"], 1),
        ("tag:team", &["基础设施"], 0),
    ] {
        let expected = (count, String::new());
        assert_eq!(found(&fixture, name, values), expected, "{name}");
    }
    let six = found(&fixture, "key-name", &["a", "b", "c", "d", "e", "f"]);
    assert_eq!(six.1, "InvalidFilterValue.LimitExceeded");
    let eleven = vec![json!({ "Name": "key-name", "Values": ["a"] }); 11];
    let got = fixture.cvm("DescribeKeyPairs", &json!({ "Filters": eleven }));
    assert_eq!(got.code(), "InvalidParameterValue.LimitExceeded");
    let fuzzy = Fixture::with(&[], &["tencent-key-name-filter-fuzzy"]);
    assert_eq!(found(&fuzzy, "key-name", &["agent"]).0, 19);
}

#[test]
fn more_ids_than_a_page_need_a_limit() {
    let fixture = Fixture::new();
    let all = fixture.cvm("DescribeKeyPairs", &json!({ "Limit": 100 }));
    let set = all.body["Response"]["KeyPairSet"].as_array().expect("set");
    let ids: Vec<&Value> = set.iter().map(|pair| &pair["KeyId"]).collect();
    for (limit, count) in [(None, 20), (Some(24), 24)] {
        let body = json!({ "KeyIds": ids, "Limit": limit });
        let got = fixture.cvm("DescribeKeyPairs", &body);
        assert_eq!(got.body["Response"]["TotalCount"], 24);
        let set = got.body["Response"]["KeyPairSet"].as_array();
        assert_eq!(set.map(Vec::len), Some(count));
    }
}

#[test]
fn an_instance_has_a_host_name_and_a_uuid_to_be_found_by() {
    let fixture = Fixture::new();
    let look = |body: &Value| {
        let got = fixture.cvm("DescribeInstances", body);
        got.body["Response"]["InstanceSet"].clone()
    };
    let all = look(&json!({}));
    let [first, second] = [&all[0], &all[1]];
    assert!(
        first["HostName"]
            .as_str()
            .is_some_and(|name| !name.is_empty())
    );
    let uuid = first["Uuid"].as_str().expect("uuid");
    assert_eq!(uuid.len(), 36);
    assert_ne!(first["Uuid"], second["Uuid"]);
    let found = look(&json!({ "Filters": [{ "Name": "uuid", "Values": [uuid] }] }));
    assert_eq!(found.as_array().map(Vec::len), Some(1));
    assert_eq!(found[0]["InstanceId"], first["InstanceId"]);
}
