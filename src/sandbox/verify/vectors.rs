//! The requests that the vendors' own SDKs sent, replayed: each must be let in, and each with one byte changed must not.

use std::path::PathBuf;

use serde_json::Value;

use super::super::request::Request;
use super::{Denial, Key, Stage, huawei, tencent, volcengine};

fn cases(file: &str, list: &str) -> Vec<Value> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors")).join(file);
    let text =
        std::fs::read(&path).unwrap_or_else(|problem| panic!("{}: {problem}", path.display()));
    let document: Value = serde_json::from_slice(&text).expect("JSON");
    document[list].as_array().expect("cases").clone()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn request(case: &Value) -> Request {
    let sent = &case["request"];
    let headers = sent["headers"].as_object().expect("headers");
    Request {
        method: text(&sent["method"]),
        path: text(&sent["path"]),
        query: text(&sent["query"]),
        headers: headers
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), text(value)))
            .collect(),
        body: text(&sent["body"]).into(),
        has_whole_url: false,
    }
}

type Check<S, R> =
    fn(&Request, &[Key<'_>], Option<chrono::DateTime<chrono::Utc>>) -> Result<S, Denial<R>>;

/// Replays what is signed with `algorithm`; tells how many.
fn replay<S, R>(cases: &[Value], algorithm: &str, check: Check<S, R>) -> usize {
    let mut replayed = 0;
    for case in cases {
        let request = request(case);
        if !request
            .header("authorization")
            .is_some_and(|header| header.starts_with(algorithm))
        {
            continue;
        }
        replayed += 1;
        let name = text(&case["name"]);
        let credentials = &case["credentials"];
        let key = Key {
            id: credentials["access_key"].as_str().expect("access key"),
            secret: credentials["secret_key"].as_str().expect("secret key"),
            token: credentials["session_token"].as_str(),
        };
        let checked = check(&request, std::slice::from_ref(&key), None);
        if let Err(denial) = checked {
            panic!(
                "{name}: {}\nexpected: {}",
                denial.explanation(),
                text(&case["signing"]["canonical_request"])
            );
        }

        let wrong_secret = Key {
            secret: "another",
            ..key.clone()
        };
        let denial = check(&request, &[wrong_secret], None)
            .err()
            .expect("wrong secret");
        assert_eq!(denial.stage, Stage::Signature, "{name}");
        assert_eq!(
            denial.canonical_request.as_deref(),
            case["signing"]["canonical_request"].as_str(),
            "{name}"
        );

        let unknown = Key {
            id: "another",
            ..key.clone()
        };
        assert_eq!(
            check(&request, &[unknown], None)
                .err()
                .expect("unknown")
                .stage,
            Stage::Credential,
            "{name}"
        );

        let other_method = Request {
            method: "PATCHED".to_owned(),
            ..request.clone()
        };
        assert!(
            check(&other_method, std::slice::from_ref(&key), None).is_err(),
            "{name}: method"
        );
        let without_token = Key {
            token: Some("another"),
            ..key.clone()
        };
        assert!(
            check(&request, &[without_token], None).is_err(),
            "{name}: token"
        );
        let signs_payload = !case.to_string().contains("UNSIGNED-PAYLOAD");
        let other_body = Request {
            body: format!("{} ", text(&case["request"]["body"])).into(),
            ..request.clone()
        };
        assert_eq!(
            check(&other_body, &[key], None).is_err(),
            signs_payload,
            "{name}: body"
        );
    }
    replayed
}

#[test]
fn volcengine_lets_in_what_its_sdks_send() {
    let cases = cases("volcengine.json", "cases");
    assert_eq!(
        replay(&cases, volcengine::ALGORITHM, volcengine::check),
        cases.len()
    );
}

#[test]
fn tencent_lets_in_what_its_sdks_send() {
    let cases = cases("tencent.json", "cases");
    let replayed = replay(&cases, tencent::ALGORITHM, tencent::check);
    let old = cases
        .iter()
        .filter(|case| tencent::carries_old_signature(&request(case)))
        .count();
    assert_eq!((replayed + old, old > 0), (cases.len(), true));
}

#[test]
fn huawei_lets_in_what_its_sdks_send() {
    for (file, list) in [
        ("huawei.json", "cases"),
        ("huawei.json", "reference_cases"),
        ("huawei-codearts-cph.json", "cases"),
    ] {
        let cases = cases(file, list);
        assert_eq!(
            replay(&cases, huawei::ALGORITHM, huawei::check),
            cases.len(),
            "{file}"
        );
    }
}
