//! Rules of Tencent Cloud (spec tencent 2, 3).

mod associate;
mod disassociate;
mod key_pairs;
mod lighthouse;
mod lighthouse_bindings;
mod power;
mod reach;
mod settings;

use serde_json::{Value, json};

use super::super::clock;
use super::super::credentials::*;
use super::super::request::Request;
use super::super::state::tencent::Region;
use super::fixture::*;

/// State, keys, latest operation, its state and its request id, as one look sees them.
pub(super) fn look(fixture: &Fixture, id: &str) -> (String, Vec<String>, String, String, String) {
    let got = fixture.cvm("DescribeInstances", &json!({ "InstanceIds": [id] }));
    let instance = &got.body["Response"]["InstanceSet"][0];
    let text = |name: &str| instance[name].as_str().unwrap_or_default().to_owned();
    let keys = instance["LoginSettings"]["KeyIds"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let keys = keys
        .iter()
        .map(|key| key.as_str().expect("key").to_owned())
        .collect();
    (
        text("InstanceState"),
        keys,
        text("LatestOperation"),
        text("LatestOperationState"),
        text("LatestOperationRequestId"),
    )
}

/// What so many looks see: power, operation, its state, number of keys.
fn watch(fixture: &Fixture, id: &str, looks: usize) -> Vec<String> {
    (0..looks)
        .map(|_| look(fixture, id))
        .map(|(state, keys, name, operation, _)| {
            format!("{state} {name} {operation} {}", keys.len())
        })
        .collect()
}

/// A POST to any product in any region.
fn post(fixture: &Fixture, (product, region): (&str, &str), action: &str, body: &Value) -> Got {
    let version = match product {
        "lighthouse" => "2020-03-24",
        _ => "2017-03-12",
    };
    let mut request = Request {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        body: body.to_string().into(),
        ..Request::default()
    };
    let added = [
        ("content-type", "application/json"),
        ("x-tc-region", region),
    ];
    headers(&mut request, &added);
    let key = (TENCENT_SECRET_ID, TENCENT_SECRET_KEY);
    let now = clock::now();
    fixture.send(&sign_tencent(request, key, product, (action, version), now))
}

/// A POST to Lighthouse in ap-guangzhou.
fn lighthouse(fixture: &Fixture, action: &str, body: &Value) -> Got {
    post(fixture, ("lighthouse", TENCENT_REGION), action, body)
}

/// Changes what is in ap-guangzhou.
fn change(fixture: &Fixture, work: impl FnOnce(&mut Region)) {
    let work = |tracked: &mut super::super::state::Tracked| {
        let regions = &mut tracked.tencent.regions;
        work(regions.get_mut(TENCENT_REGION).expect("region"));
    };
    fixture.sandbox.with_state(work).expect("state");
}

/// The pairs that a product lists by these ids.
fn pairs(fixture: &Fixture, place: (&str, &str), ids: &[&str]) -> Vec<Value> {
    let got = post(
        fixture,
        place,
        "DescribeKeyPairs",
        &json!({ "KeyIds": ids }),
    );
    let set = got.body["Response"]["KeyPairSet"].as_array();
    set.unwrap_or_else(|| panic!("{}", got.body)).clone()
}

#[test]
fn products_share_names_of_operations_and_nothing_else() {
    let fixture = Fixture::new();
    let count = |product| {
        let got = post(
            &fixture,
            (product, TENCENT_REGION),
            "DescribeKeyPairs",
            &json!({}),
        );
        got.body["Response"]["TotalCount"].as_u64().expect("count")
    };
    assert_eq!((count("cvm"), count("lighthouse")), (24, 3));
    let ids = json!({ "KeyIds": ["skey-9p0o8i7u"] });
    let code = "InvalidParameterValue.KeyPairIdMalformed";
    assert_eq!(lighthouse(&fixture, "DeleteKeyPairs", &ids).code(), code);
    let ids = json!({ "KeyIds": ["lhkp-1w6e3b8s"] });
    let code = "InvalidKeyPairId.Malformed";
    assert_eq!(fixture.cvm("DeleteKeyPairs", &ids).code(), code);
    for action in ["ModifyKeyPairAttribute", "StopInstances"] {
        let got = lighthouse(&fixture, action, &json!({}));
        assert_eq!(got.code(), "InvalidAction", "{action}");
    }
}

#[test]
fn each_product_is_busy_in_its_own_way() {
    let rules = ["tencent.DeleteKeyPairs@*=busy"];
    let fixture = Fixture::with(&rules, &[]);
    let cvm = fixture.cvm("DeleteKeyPairs", &json!({}));
    assert_eq!(cvm.code(), "MutexOperation.TaskRunning");
    let other = lighthouse(&fixture, "DeleteKeyPairs", &json!({}));
    assert_eq!(
        other.code(),
        "UnsupportedOperation.LatestOperationUnfinished"
    );
    let fixture = Fixture::with(&["tencent.DescribeKeyPairs@*=internal"], &[]);
    let other = lighthouse(&fixture, "DescribeKeyPairs", &json!({}));
    assert_eq!(other.code(), "InternalError");
}
