//! Every kind of fault, for every cloud.

use serde_json::{Value, json};

use super::super::reply::Delivery;
use super::super::request::Request;
use super::fixture::*;

/// What a fault rule makes of one read of each cloud: status and code.
fn each(kind: &str) -> [(u16, String); 3] {
    let rules = [
        format!("volcengine.DescribeKeyPairs@1={kind}"),
        format!("tencent.DescribeKeyPairs@1={kind}"),
        format!("huawei.ListKeys@1={kind}"),
    ];
    let fixture = Fixture::with(&rules.each_ref().map(String::as_str), &[]);
    let call = || {
        [
            fixture.ecs("DescribeKeyPairs", ""),
            fixture.cvm("DescribeKeyPairs", &json!({})),
            fixture.huawei("POST", "/v1.0/{p}/kms/list-keys", "{}"),
        ]
    };
    let first = call().map(|got| (got.status, got.code().to_owned()));
    for got in call() {
        assert_eq!(
            (got.status, got.code()),
            (200, ""),
            "the second request is fine"
        );
    }
    first
}

#[test]
fn vendors_refuse_in_their_own_ways() {
    for (kind, expected) in [
        (
            "throttled",
            [
                (429, "FlowLimitExceeded"),
                (200, "RequestLimitExceeded"),
                (429, "APIGW.0308"),
            ],
        ),
        (
            "busy",
            [
                (412, "IdempotentProcessing"),
                (200, "MutexOperation.TaskRunning"),
                (503, "KMS.0104"),
            ],
        ),
        (
            "denied",
            [
                (403, "AccessDenied"),
                (200, "UnauthorizedOperation"),
                (403, "KMS.0307"),
            ],
        ),
        (
            "expired-token",
            [
                (401, "InvalidSecretToken"),
                (200, "AuthFailure.TokenFailure"),
                (401, "APIGW.0301"),
            ],
        ),
        (
            "internal",
            [
                (500, "InternalError"),
                (200, "InternalServerError"),
                (500, "KMS.0101"),
            ],
        ),
        (
            "500",
            [
                (500, "InternalError"),
                (500, "InternalError"),
                (500, "KMS.0101"),
            ],
        ),
        ("412", [(412, ""), (412, ""), (412, "")]),
        ("502-html", [(502, ""), (502, ""), (502, "")]),
        ("503", [(503, ""), (503, ""), (503, "")]),
        ("redirect", [(302, ""), (302, ""), (302, "")]),
        (
            "skew",
            [
                (403, "InvalidTimestamp"),
                (200, "AuthFailure.SignatureExpire"),
                (401, "APIGW.0301"),
            ],
        ),
    ] {
        assert_eq!(
            each(kind),
            expected.map(|(status, code)| (status, code.to_owned())),
            "{kind}"
        );
    }
}

#[test]
fn denied_depends_on_the_service() {
    let faults = ["huawei.*@1=denied"];
    let fixture = Fixture::with(&faults, &[]);
    for (method, path, status, code) in [
        ("GET", "/v3/projects", 403, "IAM.0002"),
        ("GET", "/v3/{p}/keypairs", 403, "KPS.9003"),
        ("GET", "/v1/{p}/cloud-phone/servers", 403, "CPS.0001"),
        ("GET", "/v4/user/keys", 401, "CH.080401"),
    ] {
        let got = fixture.huawei(method, path, "");
        assert_eq!((got.status, got.code()), (status, code), "{path}");
        assert_eq!(
            fixture.huawei(method, path, "").status,
            200,
            "every operation has its own count"
        );
    }
}

#[test]
fn single_items_are_throttled() {
    let fixture = Fixture::with(
        &[
            "volcengine.DeleteKeyPairs@1=throttled-item",
            "huawei.UpdateKeypair@1=throttled-item",
        ],
        &[],
    );
    let got = fixture.ecs(
        "DeleteKeyPairs",
        "KeyPairNames.1=ci-deploy&KeyPairNames.2=old-laptop",
    );
    let details = &got.body["Result"]["OperationDetails"];
    assert_eq!(
        (&details[0]["Error"]["Code"], &details[1]["Error"]),
        (&json!("FlowLimitExceeded"), &Value::Null)
    );
    let left = fixture.ecs(
        "DescribeKeyPairs",
        "KeyPairNames.1=ci-deploy&KeyPairNames.2=old-laptop",
    );
    assert_eq!(
        left.body["Result"]["KeyPairs"]
            .as_array()
            .expect("pairs")
            .len(),
        1
    );
    let body = json!({ "servers": [{ "server_id": "a550ac820fd7768dd2468569ef985411", "keypair_name": "KeyPair-ops_2" }] });
    let got = fixture.huawei(
        "PUT",
        "/v1/{p}/cloud-phone/servers/open-access",
        &body.to_string(),
    );
    assert_eq!(
        (got.status, &got.body["jobs"][0]["error_code"]),
        (200, &json!("CPS.1027"))
    );
}

#[test]
fn damage_comes_after_the_effect_and_resets_may_come_before() {
    for (kind, delivery, is_done) in [
        ("reset-before", Delivery::Closed, false),
        ("reset-after", Delivery::Closed, true),
        ("truncated", Delivery::Cut, true),
        ("broken-json", Delivery::Whole, true),
        ("empty", Delivery::Whole, true),
        ("redirect", Delivery::Whole, false),
        ("502-html", Delivery::Whole, false),
        ("throttled", Delivery::Whole, false),
        ("412", Delivery::Whole, false),
        ("slow:1", Delivery::Whole, true),
        ("dribble", Delivery::Dribbled, true),
        ("endless", Delivery::Endless, true),
    ] {
        let rules = [
            format!("volcengine.DeleteKeyPairs@1={kind}"),
            format!("huawei.DeleteSshKey@1={kind}"),
        ];
        let fixture = Fixture::with(&rules.each_ref().map(String::as_str), &[]);
        let got = fixture.ecs("DeleteKeyPairs", "KeyPairNames.1=ci-deploy");
        assert_eq!(got.answer.delivery, delivery, "{kind}");
        let left = fixture.ecs("DescribeKeyPairs", "KeyPairNames.1=ci-deploy");
        assert_eq!(
            left.body["Result"]["KeyPairs"]
                .as_array()
                .expect("pairs")
                .is_empty(),
            is_done,
            "{kind}"
        );
        if kind == "broken-json" {
            assert!(got.body.is_null() && !got.answer.reply.body.is_empty());
        }
        let entry = fixture.sandbox.journal().entries[0].clone();
        assert_eq!(
            entry.status.is_none(),
            delivery == Delivery::Closed,
            "{kind}"
        );
        assert_eq!(entry.items, ["ci-deploy"]);

        fixture.huawei("DELETE", "/v4/user/keys/31001", "");
        assert_eq!(
            fixture.huawei("GET", "/v4/user/keys?query=laptop", "").body["total"],
            i32::from(!is_done),
            "{kind}"
        );
    }
}

#[test]
fn a_skewed_server_shows_it_in_its_date() {
    let fixture = Fixture::with(&["huawei.ListUserKeys@1=skew"], &[]);
    let date = |got: &Got| {
        let headers = &got.answer.reply.headers;
        let (_, value) = headers
            .iter()
            .find(|(name, _)| *name == "date")
            .expect("Date");
        chrono::DateTime::parse_from_rfc2822(value)
            .expect("date")
            .timestamp()
    };
    let skewed = date(&fixture.huawei("GET", "/v4/user/keys", ""));
    let right = date(&fixture.huawei("GET", "/v4/user/keys", ""));
    assert!(
        (3590..3610).contains(&(skewed - right)),
        "{}",
        skewed - right
    );
}

#[test]
fn a_credential_that_expires_is_over_for_every_operation() {
    let fixture = Fixture::with(&["volcengine.DescribeKeyPairs@2=expires"], &[]);
    let pairs = || fixture.ecs("DescribeKeyPairs", "");
    assert_eq!(pairs().status, 200);
    for _ in 0..2 {
        let got = pairs();
        assert_eq!((got.status, got.code()), (401, "InvalidSecretToken"));
    }
    let got = fixture.ecs("DeleteKeyPairs", "KeyPairNames.1=ci-deploy");
    assert_eq!((got.status, got.code()), (401, "InvalidSecretToken"));
    // The keys of the other clouds are others.
    assert_eq!(fixture.cvm("DescribeKeyPairs", &json!({})).status, 200);
}

#[test]
fn what_has_no_credential_cannot_lose_it() {
    let fixture = Fixture::with(&["volcengine.MetadataToken@*=expires"], &[]);
    let mut request = Request {
        method: "PUT".to_owned(),
        path: "/latest/api/token".to_owned(),
        ..Request::default()
    };
    headers(
        &mut request,
        &[("x-volc-ecs-metadata-token-ttl-seconds", "60")],
    );
    assert_eq!(fixture.send(&request).status, 200);
}
