//! Requests against what the official SDKs sent, and answers of every sort.

use serde_json::Value;

use super::{HuaweiWire, canonical_query, check_path};
use crate::auth::Credential;
use crate::cloud::client::{Call, Wire};
use crate::cloud::huawei::codearts::{AddSshKey, DeleteSshKey, KeyPage, ListUserKeys};
use crate::cloud::huawei::cph::{
    Assignment, ListCloudPhoneServers, ListJobs, ShowCloudPhoneServerDetail, ShowJob, UpdateKeypair,
};
use crate::cloud::huawei::iam::KeystoneListProjects;
use crate::cloud::huawei::kms::keys::{self, ListKeys};
use crate::cloud::huawei::kms::{
    CancelKeyDeletion, DeleteKey, DisableKey, EnableKey, ListKeyDetail,
};
use crate::cloud::huawei::sts::GetCallerIdentity;
use crate::cloud::operation::Operation;
use crate::cloud::pages::Paged as _;
use crate::error::{ErrorKind, Fate};
use crate::http::{Reply, Request};
use crate::secret::Secret;
use crate::time::Clock;

const VECTORS: [&str; 2] = [
    include_str!("../../../../tests/vectors/huawei.json"),
    include_str!("../../../../tests/vectors/huawei-codearts-cph.json"),
];

pub(super) fn case(name: &str) -> Value {
    let documents = VECTORS.map(|text| serde_json::from_str::<Value>(text).expect("vectors"));
    let cases = documents
        .iter()
        .filter_map(|document| document["cases"].as_array())
        .flatten();
    cases
        .into_iter()
        .find(|case| case["name"] == name)
        .expect(name)
        .clone()
}

fn call<O: Operation<Cloud = HuaweiWire>>(region: &str, project_id: Option<&str>) -> Call {
    Call {
        service: O::SERVICE,
        operation: O::NAME,
        version: O::VERSION,
        region: region.to_owned(),
        project_id: project_id.map(str::to_owned),
        endpoint: HuaweiWire::endpoint(O::SERVICE, region).expect(region),
    }
}

/// The request must be the SDK's, up to the spaces in its JSON.
pub(super) fn agrees<O: Operation<Cloud = HuaweiWire>>(name: &str, operation: &O) {
    agrees_with(&case(name), operation);
}

fn agrees_with<O: Operation<Cloud = HuaweiWire>>(case: &Value, operation: &O) {
    let name = case["name"].as_str().expect("a name");
    let project = case["project_id"]
        .as_str()
        .filter(|_| !matches!(O::SERVICE, "iam" | "sts"));
    let call = call::<O>(case["region"].as_str().expect("a region"), project);
    let request = HuaweiWire::encode(operation, &call).expect(name);
    let expected = &case["request"];
    assert_eq!(expected["method"], request.method.as_str(), "{name}");
    assert_eq!(expected["host"], request.endpoint.authority(), "{name}");
    assert_eq!(expected["path"], request.path, "{name}");
    assert_eq!(expected["query"], request.query, "{name}");
    let parse = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap_or(Value::Null);
    let body = expected["body"].as_str().expect("a body");
    assert_eq!(parse(body.as_bytes()), parse(&request.body), "{name}");
    assert_eq!(body.is_empty(), request.body.is_empty(), "{name}");
    let header = |wanted: &str| {
        let mut found = request
            .headers
            .iter()
            .filter(|header| header.name == wanted);
        found.next().map(|header| header.value.expose().to_owned())
    };
    assert_eq!(header("x-project-id").as_deref(), project, "{name}");
    if !request.body.is_empty() {
        let sdk = expected["headers"]["Content-Type"]
            .as_str()
            .map(str::to_owned);
        assert_eq!(header("content-type"), sdk, "{name}");
    }
}

#[test]
fn requests_are_those_of_the_official_sdks() {
    let key_id = || "0d0466b0-e727-4d9c-b35d-f84bb474a37f".to_owned();
    let other = || "2e258389-bb1e-4568-a1d5-e1f50adf70ea".to_owned();
    agrees(
        "kms-cancel-key-deletion",
        &CancelKeyDeletion {
            key_id: key_id(),
            sequence: None,
        },
    );
    let sequence = Some("919c82d4-8046-4722-9094-35c3c6524cff".to_owned());
    agrees(
        "kms-cancel-key-deletion-sequence-sts",
        &CancelKeyDeletion {
            key_id: other(),
            sequence,
        },
    );
    agrees("kms-enable-key", &EnableKey { key_id: key_id() });
    agrees("kms-describe-key", &ListKeyDetail { key_id: other() });
    agrees("kms-eu-site", &ListKeyDetail { key_id: key_id() });
    agrees(
        "iam-auto-project-lookup",
        &KeystoneListProjects {
            name: "cn-north-4".to_owned(),
        },
    );
    agrees("sts-caller-identity", &GetCallerIdentity {});
    agrees(
        "codeartsrepo-v4-delete-key-smallest-id",
        &DeleteSshKey { key_id: 1 },
    );
    agrees(
        "codeartsrepo-v4-delete-key-largest-id",
        &DeleteSshKey {
            key_id: 2_147_483_647,
        },
    );
    let mut list = ListUserKeys::default();
    let keys: Vec<_> = (0..100).map(|id| serde_json::json!({"id": id})).collect();
    let page: KeyPage = serde_json::from_value(serde_json::json!({"keys": keys})).expect("a page");
    assert!(list.advance(page, &mut Vec::new()));
    agrees("codeartsrepo-v4-list-keys-later-page-max-limit", &list);

    let assignment = |server: &str, name: &str| Assignment {
        server_id: server.to_owned(),
        keypair_name: name.to_owned(),
    };
    agrees(
        "cph-change-keypair-2-servers-different-names-security-token",
        &UpdateKeypair {
            servers: vec![
                assignment("933645862928c2bb3814b289ecc36444", "alpha"),
                assignment("063f2b46762b29c9d21181b2fe1c639b", "beta-2"),
            ],
        },
    );
    agrees(
        "cph-show-job",
        &ShowJob {
            job_id: "ac15a52e59f363d653442a598ffab484".to_owned(),
        },
    );
    let server_id = "a550ac820fd7768dd2468569ef985411".to_owned();
    agrees("cph-show-server", &ShowCloudPhoneServerDetail { server_id });
    let requests = [
        "d22ff9b9413e0aaef9d57913578d99a0",
        "cc0a6e193ab86ab82ae18a31c364f1f8",
        "518a361418db792dd4755ae56114b2d9",
    ]
    .map(str::to_owned);
    agrees("cph-list-jobs-by-3-request-ids", &ListJobs::of(&requests));
}

#[test]
fn requests_about_the_life_of_keys_are_those_of_the_official_sdks() {
    let key_id = || "0d0466b0-e727-4d9c-b35d-f84bb474a37f".to_owned();
    agrees("kms-disable-key", &DisableKey { key_id: key_id() });
    agrees(
        "kms-schedule-key-deletion-min",
        &DeleteKey {
            key_id: key_id(),
            pending_days: "7".to_owned(),
        },
    );
    // The SDK was also given a filter and another page size.
    let mut filtered = case("kms-list-keys-filter");
    let sent = r#"{"limit":"100","marker":"10","key_spec":"ALL"}"#;
    filtered["request"]["body"] = sent.into();
    let mut list = ListKeys::default();
    let page = r#"{"key_details":[],"truncated":"true","next_marker":"10"}"#;
    let page: keys::KeyPage = serde_json::from_str(page).expect("a page");
    assert!(list.advance(page, &mut Vec::new()));
    agrees_with(&filtered, &list);

    for name in [
        "codeartsrepo-v4-add-key-ed25519",
        "codeartsrepo-v4-add-key-ecdsa-no-project-header",
        "codeartsrepo-v4-add-key-rsa2048-unicode-title",
        "codeartsrepo-v4-add-key-security-token",
    ] {
        let input = &case(name)["input"]["body"];
        let text = |member: &str| input[member].as_str().expect(member).to_owned();
        let (title, key) = (text("title"), text("key"));
        agrees(name, &AddSshKey { title, key });
    }
    let mut servers = ListCloudPhoneServers::default();
    let ids: Vec<_> = (0..100)
        .map(|id| serde_json::json!({"server_id": id}))
        .collect();
    let page = serde_json::json!({"count": 150, "servers": ids});
    let page = serde_json::from_value(page).expect("a page");
    assert!(servers.advance(page, &mut Vec::new()));
    agrees("cph-list-servers-page", &servers);
}

fn signed(credential: &Credential) -> Request {
    let operation = ListCloudPhoneServers::default();
    let call = call::<ListCloudPhoneServers>("cn-north-4", Some("p1"));
    let mut request = HuaweiWire::encode(&operation, &call).expect("a request");
    HuaweiWire::sign(&mut request, &call, credential, Clock::System.now());
    request
}

#[test]
fn everything_that_is_set_is_signed_and_a_token_goes_instead_of_a_signature() {
    let key = |session_token| Credential::AccessKey {
        id: "AK".to_owned(),
        secret: Secret::new("SK".to_owned()),
        session_token,
    };
    let request = signed(&key(Some(Secret::new("canary".to_owned()))));
    let authorization = request.headers.last().expect("a header");
    assert_eq!(authorization.name, "authorization");
    let start = "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-project-id;x-sdk-date;x-security-token, Signature=";
    assert!(
        authorization.value.expose().starts_with(start),
        "{}",
        authorization.value.expose()
    );
    assert!(!format!("{request:?}").contains("canary"));

    let request = signed(&Credential::Token(Secret::new("canary".to_owned())));
    let names: Vec<_> = request.headers.iter().map(|header| header.name).collect();
    assert_eq!(names, ["x-project-id", "x-auth-token"]);
    assert!(!format!("{request:?}").contains("canary"));
}

#[test]
fn paths_that_would_be_read_differently_are_never_sent() {
    assert!(check_path("/v1.0/p1/kms/describe-key").is_ok());
    assert!(check_path("/v3/%E5%AF%86").is_ok());
    for path in [
        "",
        "/",
        "v3/projects",
        "/v1//cloud-phone",
        "/v1/p/",
        "/v1/./jobs",
        "/v1/%2e%2E/jobs",
        "/v1/p/jobs/a%2Fb",
        "/v1/%7Bproject_id%7D/jobs",
        "/v1/{project_id}/jobs",
    ] {
        let error = check_path(path).expect_err(path);
        assert_eq!(error.kind, ErrorKind::Internal, "{path}");
    }
}

#[test]
fn a_query_is_sorted_and_strictly_escaped() {
    let pairs = vec![
        ("b".into(), "2".to_owned()),
        ("a".into(), "x y*,/~".to_owned()),
        ("b".into(), "1".to_owned()),
    ];
    assert_eq!(canonical_query(pairs), "a=x%20y%2A%2C%2F~&b=1&b=2");
    assert_eq!(canonical_query(Vec::new()), "");
}

fn reply(status: u16, headers: &[(&'static str, &str)], body: &str) -> Reply {
    let mut map = http::HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, value.parse().expect("a header value"));
    }
    Reply {
        status,
        headers: map,
        body: body.to_owned().into(),
    }
}

#[test]
fn a_success_may_be_empty_and_names_its_request_in_the_header_or_in_the_body() {
    let id = [("x-request-id", "r1")];
    for (headers, body, value, request_id) in [
        (&id[..], "", serde_json::json!({}), Some("r1")),
        (&[], " \n", serde_json::json!({}), None),
        (
            &id,
            r#"{"request_id":"r2"}"#,
            serde_json::json!({"request_id": "r2"}),
            Some("r1"),
        ),
        (
            &[],
            r#"{"request_id":"r2"}"#,
            serde_json::json!({"request_id": "r2"}),
            Some("r2"),
        ),
        (
            &[("x-iam-trace-id", "r3")],
            "[]",
            serde_json::json!([]),
            Some("r3"),
        ),
    ] {
        let decoded = HuaweiWire::decode(&reply(204, headers, body)).expect(body);
        assert_eq!(
            (decoded.value, decoded.request_id.as_deref()),
            (value, request_id),
            "{body}"
        );
    }
}

#[test]
fn every_refusal_is_an_error_with_its_kind() {
    for (status, body, kind, code) in [
        (
            400,
            r#"{"error":{"error_code":"KMS.1501","error_msg":"m"}}"#,
            ErrorKind::State,
            "KMS.1501",
        ),
        (
            401,
            r#"{"error_code":"CH.080401","error_msg":"m"}"#,
            ErrorKind::Permission,
            "CH.080401",
        ),
        (
            401,
            r#"{"error":{"code":401,"message":"m"}}"#,
            ErrorKind::Credentials,
            "401",
        ),
        (
            404,
            r#"{"itemNotFound":{"message":"m","code":404}}"#,
            ErrorKind::NotFound,
            "404",
        ),
        (
            200,
            r#"{"status":"FAILED","error_code":"KPS.4016"}"#,
            ErrorKind::NotFound,
            "KPS.4016",
        ),
        (404, "", ErrorKind::NotFound, ""),
        (401, "<html>", ErrorKind::Credentials, ""),
        (502, "<html>Bad Gateway</html>", ErrorKind::Server, ""),
        (504, "", ErrorKind::Server, ""),
        (200, "<html>", ErrorKind::Server, ""),
        (200, r#"{"key_id":"#, ErrorKind::Server, ""),
        (302, "", ErrorKind::Network, ""),
        (500, "{}", ErrorKind::Server, ""),
    ] {
        let error = HuaweiWire::decode(&reply(status, &[("x-request-id", "r1")], body));
        let error = error.expect_err(body);
        let details = (error.kind, error.code.as_deref().unwrap_or_default());
        assert_eq!(details, (kind, code), "{status} {body}");
        assert_eq!(error.request_id.as_deref(), Some("r1"), "{status} {body}");
        assert_eq!(
            error.fate == Fate::Unknown,
            kind == ErrorKind::Server,
            "{status} {body}"
        );
    }
}
