//! Rules of Huawei Cloud (spec huawei 6 and 7, huawei-codearts-cph 3).

use serde_json::{Value, json};

use super::super::seed::public_keys;
use super::fixture::*;

const PENDING: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";
const IMPORTED: &str = "2b6c8d0e-4f1a-4b3c-9d5e-7f8091a2b3c4";
const ENABLED: &str = "3c7d9e1f-5a2b-4c4d-8e6f-8091a2b3c4d5";
const DISABLED: &str = "4d8e0f2a-6b3c-4d5e-9f70-91a2b3c4d5e6";
const DEFAULT: &str = "5e9f1a3b-7c4d-4e6f-8a81-a2b3c4d5e6f7";
const UNKNOWN: &str = "ffffffff-0000-4000-8000-zzzzzzzzzzzz";

fn kms(fixture: &Fixture, path: &str, body: &Value) -> Got {
    fixture.huawei(
        "POST",
        &format!("/v1.0/{{p}}/kms/{path}"),
        &body.to_string(),
    )
}

#[test]
fn kms_states_follow_the_rules() {
    let fixture = Fixture::new();
    for (path, id, status, expected) in [
        ("cancel-key-deletion", PENDING, 200, "3"),
        ("cancel-key-deletion", PENDING, 400, "KMS.1501"),
        ("cancel-key-deletion", IMPORTED, 200, "5"),
        ("cancel-key-deletion", UNKNOWN, 404, "KMS.0207"),
        ("cancel-key-deletion", "UPPER", 400, "KMS.0205"),
        ("enable-key", PENDING, 200, "2"),
        ("enable-key", PENDING, 400, "KMS.1201"),
        ("enable-key", IMPORTED, 400, "KMS.1201"),
        ("disable-key", ENABLED, 200, "3"),
        ("disable-key", ENABLED, 400, "KMS.1301"),
        (
            "enable-key",
            "1f3b5d7c-2a4e-4c6f-8b0d-9e1a3c5e7f90",
            400,
            "KMS.0210",
        ),
        ("disable-key", DEFAULT, 400, "KMS.0211"),
    ] {
        let got = kms(&fixture, path, &json!({ "key_id": id }));
        assert_eq!(got.status, status, "{path} {id}: {}", got.body);
        let seen = [
            &got.body["key_state"],
            &got.body["key_info"]["key_state"],
            &got.body["error"]["error_code"],
        ];
        assert!(
            seen.contains(&&json!(expected)),
            "{path} {id}: {}",
            got.body
        );
    }
    for (id, days, expected) in [
        (DISABLED, json!("7"), "4"),
        (DISABLED, json!("7"), "KMS.1402"),
        (ENABLED, json!("6"), "KMS.1401"),
        (ENABLED, json!(7), "KMS.0308"),
        (ENABLED, Value::Null, "KMS.0204"),
        (DEFAULT, json!("7"), "KMS.0211"),
    ] {
        let got = kms(
            &fixture,
            "schedule-key-deletion",
            &json!({ "key_id": id, "pending_days": days }),
        );
        let seen = [&got.body["key_state"], &got.body["error"]["error_code"]];
        assert!(seen.contains(&&json!(expected)), "{}", got.body);
    }
    let detail = kms(&fixture, "describe-key", &json!({ "key_id": DISABLED }));
    let detail = &detail.body["key_info"];
    assert_eq!(
        detail["scheduled_deletion_date"]
            .as_str()
            .expect("text")
            .len(),
        13,
        "milliseconds: {detail}"
    );
    let bad_sequence = kms(
        &fixture,
        "describe-key",
        &json!({ "key_id": DISABLED, "sequence": "1" }),
    );
    assert_eq!(bad_sequence.code(), "KMS.0206");
    assert_eq!(
        fixture
            .huawei("POST", "/v1.0/{p}/kms/describe-key", "{")
            .code(),
        "KMS.0202"
    );
}

#[test]
fn kms_lists_in_strings() {
    let fixture = Fixture::new();
    let page = kms(&fixture, "list-keys", &json!({ "limit": "2" }));
    assert_eq!(
        (
            &page.body["truncated"],
            &page.body["next_marker"],
            &page.body["total"]
        ),
        (&json!("true"), &json!("2"), &json!(5))
    );
    let last = kms(
        &fixture,
        "list-keys",
        &json!({ "limit": "3", "marker": "2" }),
    );
    assert_eq!(
        (&last.body["truncated"], &last.body["next_marker"]),
        (&json!("false"), &json!(""))
    );
    assert_eq!(last.body["keys"].as_array().expect("keys").len(), 3);
    assert_eq!(
        kms(&fixture, "list-keys", &json!({ "key_spec": "ALL" })).body["total"],
        6
    );
    assert_eq!(
        fixture.huawei("POST", "/v1.0/{p}/kms/list-keys", "").body["total"],
        5,
        "AES_256 only"
    );
    assert_eq!(
        kms(&fixture, "list-keys", &json!({ "key_state": "4" })).body["total"],
        3
    );
    for (body, code) in [
        (json!({ "key_state": "7" }), "KMS.0308"),
        (json!({ "limit": 5 }), "KMS.0308"),
        (json!({ "limit": "0" }), "KMS.1601"),
        (json!({ "marker": "x" }), "KMS.1602"),
        (json!({ "key_spec": "DES" }), "KMS.0308"),
    ] {
        assert_eq!(kms(&fixture, "list-keys", &body).code(), code, "{body}");
    }
}

#[test]
fn the_project_must_be_one_of_the_account() {
    let fixture = Fixture::new();
    let other = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
    for (method, path, status, code) in [
        (
            "POST",
            format!("/v1.0/{other}/kms/list-keys"),
            403,
            "KMS.0321",
        ),
        ("GET", format!("/v3/{other}/keypairs"), 403, "KPS.9003"),
        (
            "GET",
            format!("/v1/{other}/cloud-phone/servers"),
            403,
            "CPS.0001",
        ),
        (
            "POST",
            "/v1.0/%7Bproject_id%7D/kms/list-keys".to_owned(),
            403,
            "KMS.0321",
        ),
        (
            "GET",
            "/v1.0/{p}/kms/list-keys".to_owned(),
            404,
            "APIGW.0101",
        ),
    ] {
        let got = fixture.huawei(method, &path, "");
        assert_eq!((got.status, got.code()), (status, code), "{path}");
    }
}

#[test]
fn kms_quirks() {
    let fixture = Fixture::with(
        &[],
        &[
            "kms-missing-key-400",
            "kms-cancel-echoes-other-id",
            "kms-cancel-refused-flat",
        ],
    );
    assert_eq!(
        kms(&fixture, "describe-key", &json!({ "key_id": UNKNOWN })).code(),
        "KMS.0205"
    );
    let cancelled = kms(
        &fixture,
        "cancel-key-deletion",
        &json!({ "key_id": PENDING }),
    );
    assert_ne!(cancelled.body["key_id"], PENDING);
    let refused = kms(
        &fixture,
        "cancel-key-deletion",
        &json!({ "key_id": PENDING }),
    );
    assert_eq!(refused.body["error_code"], "KMS.1501");
}

#[test]
fn kps_lists_by_marker() {
    let fixture = Fixture::new();
    let first = fixture.huawei("GET", "/v3/{p}/keypairs?limit=2", "");
    assert_eq!(
        first.body["page_info"],
        json!({ "next_marker": "KeyPair-ops_2", "previous_marker": null, "current_count": 2 })
    );
    let second = fixture.huawei("GET", "/v3/{p}/keypairs?limit=2&marker=KeyPair-ops_2", "");
    assert_eq!(
        second.body["keypairs"][0]["keypair"]["name"],
        "KeyPair-dev_01"
    );
    assert_eq!(second.body["page_info"]["next_marker"], Value::Null);
    let detail = fixture.huawei("GET", "/v3/{p}/keypairs/KeyPair-dev_01", "");
    assert_eq!(
        detail.body["keypair"]["fingerprint"],
        "de:fa:2b:2b:54:62:30:8b:12:b6:96:0e:0a:49:d4:00"
    );
    let missing = fixture.huawei("GET", "/v3/{p}/keypairs/ghost", "");
    assert_eq!(
        (missing.status, &missing.body),
        (
            400,
            &json!({ "error_code": "KPS.4016", "error_msg": "The key pair is not exist" })
        )
    );
}

#[test]
fn code_arts_keys() {
    let fixture = Fixture::new();
    let list = fixture.huawei("GET", "/v4/user/keys", "");
    assert_eq!(
        (&list.body["total"], &list.body["keys"][1]["title"]),
        (&json!(4), &json!("构建机"))
    );
    let page = fixture.huawei("GET", "/v4/user/keys?limit=1&offset=2", "");
    assert_eq!(
        (
            page.body["keys"].as_array().expect("keys").len(),
            &page.body["keys"][0]["id"]
        ),
        (1, &json!(31002))
    );
    assert_eq!(
        fixture
            .huawei("GET", "/v4/user/keys?query=%E6%9E%84", "")
            .body["total"],
        1
    );
    assert_eq!(
        fixture.huawei("GET", "/v4/user/keys?limit=101", "").code(),
        "CH.010001"
    );

    let gone = fixture.huawei("DELETE", "/v4/user/keys/31001", "");
    assert_eq!((gone.status, gone.answer.reply.body.len()), (204, 0));
    let again = fixture.huawei("DELETE", "/v4/user/keys/31001", "");
    assert_eq!(
        (again.status, &again.body),
        (
            404,
            &json!({ "error": { "code": "CH.000404", "message": "No such resource" }, "status": "failed" })
        )
    );
    assert_eq!(
        fixture.huawei("DELETE", "/v4/user/keys/abc", "").code(),
        "CH.010001"
    );

    let key = list.body["keys"][0]["key"].as_str().expect("key");
    let added = fixture.huawei(
        "POST",
        "/v4/user/keys",
        &json!({ "title": "new", "key": key }).to_string(),
    );
    assert_eq!(added.status, 201, "{}", added.body);
    let duplicate =
        json!({ "title": "other", "key": key.replace("dev@example.com", "another comment") });
    let refused = fixture.huawei("POST", "/v4/user/keys", &duplicate.to_string());
    assert_eq!((refused.status, refused.code()), (409, "CH.080002"));
    for body in [
        json!({ "title": "x" }),
        json!({ "title": "", "key": key }),
        json!({ "title": "x".repeat(1001), "key": key }),
        json!({ "title": "x", "key": "ssh-rsa" }),
    ] {
        assert_eq!(
            fixture
                .huawei("POST", "/v4/user/keys", &body.to_string())
                .code(),
            "CH.010001",
            "{body}"
        );
    }
    let colleague = json!({ "title": "x", "key": public_keys::COLLEAGUE }).to_string();
    let taken = fixture.huawei("POST", "/v4/user/keys", &colleague);
    assert_eq!((taken.status, taken.code()), (409, "CH.080002"));
    let list = fixture.huawei("GET", "/v4/user/keys", "").body.to_string();
    assert!(!list.contains("colleague"), "in no list: {list}");
    let foreign = fixture.huawei("DELETE", "/v4/user/keys/1208114007", "");
    assert_eq!(foreign.code(), "CH.000404");
    let taken =
        Fixture::with(&[], &["codearts-duplicate-400"]).huawei("POST", "/v4/user/keys", &colleague);
    assert_eq!((taken.status, taken.code()), (400, "CH.080002"));
    let longest = format!(
        "{} {}",
        key.replace("dev@example.com", "").trim(),
        "x".repeat(1000)
    );
    for (length, code) in [(1001, "CH.010001"), (1000, "CH.080002")] {
        let body = json!({ "title": "x".repeat(1000), "key": longest[..length] });
        let got = fixture.huawei("POST", "/v4/user/keys", &body.to_string());
        assert_eq!(got.code(), code, "{length} characters");
    }
    for (quirk, status) in [
        ("codearts-unknown-id-400", 400),
        ("codearts-unknown-id-403", 403),
        ("codearts-unknown-id-204", 204),
    ] {
        assert_eq!(
            Fixture::with(&[], &[quirk])
                .huawei("DELETE", "/v4/user/keys/5", "")
                .status,
            status
        );
    }
}
