//! New, renamed and listed KMS keys (spec huawei 6). Their states are in `huawei`.

use serde_json::{Value, json};

use super::fixture::*;

const PENDING: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";
const ENABLED: &str = "3c7d9e1f-5a2b-4c4d-8e6f-8091a2b3c4d5";
const DISABLED: &str = "4d8e0f2a-6b3c-4d5e-9f70-91a2b3c4d5e6";
const DEFAULT: &str = "5e9f1a3b-7c4d-4e6f-8a81-a2b3c4d5e6f7";

fn kms(fixture: &Fixture, path: &str, body: &Value) -> Got {
    let path = format!("/v1.0/{{p}}/kms/{path}");
    fixture.huawei("POST", &path, &body.to_string())
}

#[test]
fn keys_are_made() {
    let fixture = Fixture::new();
    let body = json!({ "key_alias": "team/new", "key_description": "for tests", "sequence": "919c82d4-8046-4722-9094-35c3c6524cff" });
    let got = kms(&fixture, "create-key", &body);
    assert_eq!(got.status, 200, "{}", got.body);
    let id = got.body["key_info"]["key_id"].as_str().expect("id");
    assert_eq!(
        got.body["key_info"]["domain_id"],
        "d0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
    );
    let shown = kms(&fixture, "describe-key", &json!({ "key_id": id }));
    let shown = &shown.body["key_info"];
    assert_eq!(
        (
            &shown["key_spec"],
            &shown["key_usage"],
            &shown["key_state"],
            &shown["origin"]
        ),
        (
            &json!("AES_256"),
            &json!("ENCRYPT_DECRYPT"),
            &json!("2"),
            &json!("kms")
        )
    );
    let external = json!({ "key_alias": "team/external", "origin": "external" });
    let got = kms(&fixture, "create-key", &external);
    let shown = kms(
        &fixture,
        "describe-key",
        &json!({ "key_id": got.body["key_info"]["key_id"] }),
    );
    assert_eq!(shown.body["key_info"]["key_state"], "5");
    for (body, code) in [
        (json!({}), "KMS.0204"),
        (json!({ "key_alias": "" }), "KMS.1101"),
        (json!({ "key_alias": "a b" }), "KMS.1101"),
        (json!({ "key_alias": "x".repeat(256) }), "KMS.1101"),
        (json!({ "key_alias": "x/default" }), "KMS.1101"),
        (json!({ "key_alias": "team/app" }), "KMS.1104"),
        (
            json!({ "key_alias": "x", "key_description": "x".repeat(256) }),
            "KMS.1103",
        ),
        (json!({ "key_alias": "x", "key_spec": "ALL" }), "KMS.0308"),
        (
            json!({ "key_alias": "x", "key_usage": "SIGN_VERIFY" }),
            "KMS.0308",
        ),
        (json!({ "key_alias": "x", "origin": "moon" }), "KMS.0308"),
        (json!({ "key_alias": "x", "sequence": "1" }), "KMS.0206"),
    ] {
        let got = kms(&fixture, "create-key", &body);
        assert_eq!((got.status, got.code()), (400, code), "{body}");
    }
    for number in 0..13 {
        let body = json!({ "key_alias": format!("many/{number}"), "key_spec": "HMAC_256" });
        assert_eq!(kms(&fixture, "create-key", &body).status, 200);
    }
    let one_more = kms(&fixture, "create-key", &json!({ "key_alias": "x" }));
    assert_eq!(one_more.code(), "KMS.1105", "twenty, default keys aside");
}

#[test]
fn keys_are_renamed_and_described() {
    let fixture = Fixture::new();
    for (id, alias, status, code) in [
        (ENABLED, "team/safe", 200, ""),
        (ENABLED, "team/safe", 200, ""),
        (DISABLED, "team/safe", 400, "KMS.1104"),
        (DISABLED, "team/old", 200, ""),
        (PENDING, "x", 400, "KMS.0210"),
        (DEFAULT, "x", 400, "KMS.0211"),
        (ENABLED, "a?", 400, "KMS.1101"),
    ] {
        let body = json!({ "key_id": id, "key_alias": alias });
        let got = kms(&fixture, "update-key-alias", &body);
        assert_eq!((got.status, got.code()), (status, code), "{body}");
        if status == 200 {
            assert_eq!(got.body["key_info"], body);
        }
    }
    for (id, description, code) in [
        (ENABLED, json!(""), ""),
        (ENABLED, json!("x".repeat(255)), ""),
        (ENABLED, json!("x".repeat(256)), "KMS.1103"),
        (ENABLED, Value::Null, "KMS.0204"),
        (ENABLED, json!(1), "KMS.0308"),
        (PENDING, json!("x"), "KMS.0210"),
        (DEFAULT, json!("x"), "KMS.0211"),
    ] {
        let body = json!({ "key_id": id, "key_description": description });
        let got = kms(&fixture, "update-key-description", &body);
        assert_eq!(got.code(), code, "{body}");
    }
    let shown = kms(&fixture, "describe-key", &json!({ "key_id": ENABLED }));
    let shown = &shown.body["key_info"];
    assert_eq!(
        (&shown["key_alias"], shown["key_description"].as_str()),
        (&json!("team/safe"), Some("x".repeat(255).as_str()))
    );
}

#[test]
fn lists_filter_and_take_digits_only() {
    let fixture = Fixture::new();
    let total = |body: Value| kms(&fixture, "list-keys", &body).body["total"].clone();
    for (enterprise, expected) in [
        ("all", 6),
        ("0", 6),
        ("11111111-2222-3333-4444-555555555555", 0),
    ] {
        let body = json!({ "key_spec": "ALL", "enterprise_project_id": enterprise });
        assert_eq!(total(body), expected, "{enterprise}");
    }
    assert_eq!(total(json!({ "key_spec": "RSA_2048" })), 1);
    assert_eq!(
        total(json!({ "key_spec": "RSA_2048", "key_state": "2" })),
        0
    );
    for (body, code) in [
        (json!({ "enterprise_project_id": "mine" }), "KMS.0308"),
        (json!({ "limit": "+5" }), "KMS.1601"),
        (json!({ "marker": "-1" }), "KMS.1602"),
    ] {
        assert_eq!(kms(&fixture, "list-keys", &body).code(), code, "{body}");
    }
    let days = json!({ "key_id": ENABLED, "pending_days": "+7" });
    let got = kms(&fixture, "schedule-key-deletion", &days);
    assert_eq!(got.code(), "KMS.1401");
    for (days, code) in [("1097", "KMS.1401"), ("1096", "")] {
        let body = json!({ "key_id": ENABLED, "pending_days": days });
        let got = kms(&fixture, "schedule-key-deletion", &body);
        assert_eq!(got.code(), code, "{days}");
    }
}

#[test]
fn frozen_and_inactive_keys() {
    let fixture = Fixture::new();
    let set = |state: &str| {
        fixture.huawei_project(|project| state.clone_into(&mut project.kms_keys[3].state));
    };
    let key = json!({ "key_id": ENABLED });
    let schedule = json!({ "key_id": ENABLED, "pending_days": "7" });
    for (state, path, body, code) in [
        ("7", "enable-key", &key, "KMS.0320"),
        ("7", "disable-key", &key, "KMS.0320"),
        ("7", "cancel-key-deletion", &key, "KMS.1501"),
        ("1", "enable-key", &key, "KMS.1201"),
        ("1", "schedule-key-deletion", &schedule, "KMS.0308"),
        ("5", "disable-key", &key, "KMS.1301"),
        ("7", "schedule-key-deletion", &schedule, ""),
    ] {
        set(state);
        let got = kms(&fixture, path, body);
        assert_eq!(got.code(), code, "{path} from {state}: {}", got.body);
    }
}

#[test]
fn usage_counts_own_keys_only() {
    let fixture = Fixture::new();
    let get = |path: &str| fixture.huawei("GET", &format!("/v1.0/{{p}}/kms/{path}"), "");
    assert_eq!(used_keys(&fixture), (5, 5));
    let made = kms(&fixture, "create-key", &json!({ "key_alias": "team/new" }));
    assert_eq!(made.status, 200);
    assert_eq!(used_keys(&fixture), (6, 6));
    let resources = get("user-quotas").body["quotas"]["resources"].clone();
    assert_eq!(
        (&resources[0]["type"], &resources[0]["quota"]),
        (&json!("CMK"), &json!(20))
    );
    assert_eq!(resources[1]["type"], "grant_per_CMK");
}

/// How many keys there are, as each of the two calls tells it.
fn used_keys(fixture: &Fixture) -> (u64, u64) {
    let get = |path: &str| fixture.huawei("GET", &format!("/v1.0/{{p}}/kms/{path}"), "");
    let used = get("user-quotas").body["quotas"]["resources"][0]["used"].as_u64();
    let number = get("user-instances").body["instance_num"].as_u64();
    (number.expect("number"), used.expect("number"))
}
