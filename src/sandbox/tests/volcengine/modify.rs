//! Changes of a pair's description (spec volcengine 4.7).

use serde_json::json;

use super::super::fixture::*;
use super::{described, pair_id, refused};

#[test]
fn a_description_can_be_changed() {
    let fixture = Fixture::new();
    let old = described(&fixture, "ci-deploy");
    let id = pair_id(&fixture, "ci-deploy");
    let modify = |query: &str| fixture.ecs("ModifyKeyPairAttribute", query);
    let got = modify("KeyPairName=ci-deploy&Description=new%20text");
    assert_eq!(got.body["Result"], json!({ "KeyPairName": "ci-deploy" }));
    let new = described(&fixture, "ci-deploy");
    assert_eq!(new["Description"], "new text");
    assert_eq!(new["CreatedAt"], old["CreatedAt"]);
    assert!(new["UpdatedAt"].as_str() > old["UpdatedAt"].as_str());

    let got = modify(&format!("KeyPairName=bastion&KeyPairId={id}&Description="));
    assert_eq!(
        got.body["Result"],
        json!({ "KeyPairName": "ci-deploy" }),
        "the id wins"
    );
    assert_eq!(described(&fixture, "ci-deploy")["Description"], "");
    assert_eq!(described(&fixture, "bastion")["Description"], "way in");

    for (query, code) in [
        ("Description=a", "MissingParameter.KeyPairNameAndKeyPairId"),
        (
            "KeyPairName=&KeyPairId=&Description=a",
            "MissingParameter.KeyPairNameAndKeyPairId",
        ),
        ("KeyPairName=ci-deploy", "MissingParameter.Description"),
        (
            "KeyPairName=ci-deploy&Description=%21",
            "InvalidKeyPairDescription.Malformed",
        ),
        ("KeyPairName=ghost&Description=a", "InvalidKeyPair.NotFound"),
        (
            "KeyPairName=ci-deploy&KeyPairId=kp-none&Description=a",
            "InvalidKeyPair.NotFound",
        ),
    ] {
        assert_eq!(refused(&modify(query)), (400, code), "{query}");
    }
    let once = "KeyPairName=bastion&Description=a&ClientToken=m1";
    assert_eq!(modify(once).body["Result"], modify(once).body["Result"]);
    assert_eq!(
        modify("KeyPairName=bastion&Description=b&ClientToken=m1").code(),
        "IdempotentParameterMismatch"
    );
}
