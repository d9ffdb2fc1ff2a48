//! The signers against golden requests, stage by stage, and what must hold for any request.
//!
//! The golden requests were captured from the vendors' own clients. Each signer is fed exactly the
//! headers that the client signed, in the letter case and the order in which they were sent.

use std::fs;
use std::path::Path;

use chrono::{DateTime, Utc};
use kpctl::cloud::{huawei, tencent, volcengine};
use kpctl::sign::escape::escape;
use kpctl::sign::{AccessKey, SigningInput, Stages};
use proptest::prelude::*;
use serde_json::Value;

/// How many cases of each file are reproduced.
const REPRODUCED: [(&str, usize); 4] = [
    ("huawei-codearts-cph.json", 53),
    ("huawei.json", 86),
    ("tencent.json", 64),
    ("volcengine.json", 52),
];

const DERIVED_KEY: &str = "V11-HMAC-SHA256: an opt-in that no service of this program needs";
const OLD_SIGNATURE: &str =
    "HmacSHA1 or HmacSHA256: the scheme before TC3; it puts key id and signature into the address";

/// The cases that no signer here is meant to reproduce, and why.
const LEFT_OUT: [(&str, &str, &str); 9] = [
    (
        "huawei.json",
        "derived-kms-cancel-key-deletion",
        DERIVED_KEY,
    ),
    ("huawei.json", "derived-kps-show-nasty-sts", DERIVED_KEY),
    ("tencent.json", "v1_sha256_get_seed_sample", OLD_SIGNATURE),
    ("tencent.json", "v1_sha1_get_seed_sample", OLD_SIGNATURE),
    (
        "tencent.json",
        "v1_sha256_get_token_12_ids_force",
        OLD_SIGNATURE,
    ),
    ("tencent.json", "v1_sha256_get_chinese_nasty", OLD_SIGNATURE),
    ("tencent.json", "v1_sha1_post_form", OLD_SIGNATURE),
    (
        "tencent.json",
        "documentation_v1_sha1_example",
        OLD_SIGNATURE,
    ),
    ("tencent.json", "go_v1_get_filters", OLD_SIGNATURE),
];

#[test]
#[expect(clippy::print_stdout, reason = "the counts are worth seeing")]
fn golden_requests_are_reproduced() {
    let mut reproduced = Vec::new();
    let mut left_out = Vec::new();
    for (file, document) in documents() {
        let mut count = 0;
        for case in cases(&document) {
            let name = text(case, "/name");
            match expected_signing(case) {
                Some(expected) => {
                    compare(&file, name, &sign(case), expected);
                    count += 1;
                }
                None => left_out.push((file.clone(), name.to_owned())),
            }
        }
        println!("{file}: {count} reproduced");
        reproduced.push((file, count));
    }
    assert_eq!(
        reproduced,
        REPRODUCED.map(|(file, count)| (file.to_owned(), count))
    );
    left_out.sort();
    let mut announced = LEFT_OUT.map(|(file, name, _)| (file.to_owned(), name.to_owned()));
    announced.sort();
    assert_eq!(left_out, announced);
}

fn compare(file: &str, name: &str, stages: &Stages, expected: &Value) {
    for (stage, ours) in [
        ("canonical_request", &stages.canonical_request),
        ("string_to_sign", &stages.string_to_sign),
        ("signature", &stages.signature),
        ("authorization", &stages.authorization),
    ] {
        let theirs = text(expected, &format!("/{stage}"));
        assert_eq!(ours, theirs, "{file}: {name}: {stage}");
    }
}

/// Signs the request of a case as its client did.
fn sign(case: &Value) -> Stages {
    let signed_names = text(case, "/signing/authorization")
        .split_once("SignedHeaders=")
        .and_then(|(_, rest)| rest.split_once(','))
        .map_or("", |(names, _)| names);
    let all_headers = case.pointer("/request/headers").and_then(Value::as_object);
    let headers: Vec<(&str, &str)> = all_headers
        .expect("a case has headers")
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().expect("a header is a text")))
        .filter(|(name, _)| {
            let mut names = signed_names.split(';');
            names.any(|signed| signed.eq_ignore_ascii_case(name))
        })
        .collect();
    let unsigned_payload = case.pointer("/request/headers/X-TC-Content-SHA256");
    let body = match unsigned_payload {
        Some(value) => {
            assert_eq!(value, tencent::sign::UNSIGNED_PAYLOAD);
            tencent::sign::UNSIGNED_PAYLOAD
        }
        None => text(case, "/request/body"),
    };
    let input = SigningInput {
        method: text(case, "/request/method"),
        path: text(case, "/request/path"),
        query: text(case, "/request/query"),
        headers: &headers,
        body: body.as_bytes(),
    };
    let key = AccessKey {
        id: text(case, "/credentials/access_key"),
        secret: text(case, "/credentials/secret_key"),
    };
    let (region, service) = (text(case, "/region"), text(case, "/service"));
    let time = DateTime::parse_from_rfc3339(text(case, "/time"))
        .expect("the time of a case is well-formed")
        .to_utc();
    match text(case, "/signing/authorization").split(' ').next() {
        Some("HMAC-SHA256") => volcengine::sign::sign(&input, &key, region, service, time),
        Some("TC3-HMAC-SHA256") => tencent::sign::sign(&input, &key, service, time),
        Some("SDK-HMAC-SHA256") => huawei::sign::sign(&input, &key, time),
        other => panic!("{other:?} is not a scheme"),
    }
}

/// What the client signed, unless it did so by a scheme that is not ours.
fn expected_signing(case: &Value) -> Option<&Value> {
    let signing = &case["signing"];
    let authorization = signing["authorization"].as_str()?;
    (!authorization.starts_with("V11-HMAC-SHA256 ")).then_some(signing)
}

/// The documents in `tests/vectors`, by file name.
fn documents() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut documents: Vec<_> = fs::read_dir(folder)
        .expect("the folder of vectors is there")
        .map(|entry| {
            let entry = entry.expect("the folder of vectors can be listed");
            let bytes = fs::read(entry.path()).expect("a file of vectors can be read");
            let document = serde_json::from_slice(&bytes).expect("a file of vectors is JSON");
            (entry.file_name().to_string_lossy().into_owned(), document)
        })
        .collect();
    documents.sort_by(|(left, _), (right, _)| left.cmp(right));
    documents
}

/// All cases of a document: `cases`, and beside them `derived_cases` and `reference_cases`.
fn cases(document: &Value) -> impl Iterator<Item = &Value> {
    document
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(section, _)| section.ends_with("cases"))
        .filter_map(|(_, cases)| cases.as_array())
        .flatten()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("there is no text at {pointer}"))
}

type Scheme = fn(&SigningInput<'_>, &AccessKey<'_>, DateTime<Utc>) -> Stages;

const SCHEMES: [Scheme; 3] = [
    |input, key, time| volcengine::sign::sign(input, key, "cn-beijing", "ecs", time),
    |input, key, time| tencent::sign::sign(input, key, "cvm", time),
    huawei::sign::sign,
];

const KEY: AccessKey<'_> = AccessKey {
    id: "AKexample",
    secret: "not-a-secret",
};

/// Pairs with distinct names, and the same pairs in another order.
fn two_orders(name: &'static str) -> impl Strategy<Value = [Vec<(String, String)>; 2]> {
    proptest::collection::btree_map(name, any::<String>(), 0..12)
        .prop_map(|pairs| pairs.into_iter().collect::<Vec<_>>())
        .prop_flat_map(|pairs| {
            [
                Just(pairs.clone()).boxed(),
                Just(pairs).prop_shuffle().boxed(),
            ]
        })
}

fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect()
}

fn query(pairs: &[(String, String)]) -> String {
    let pairs = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", escape(name), escape(value)));
    pairs.collect::<Vec<_>>().join("&")
}

proptest! {
    #[test]
    fn the_order_of_headers_does_not_matter([first, second] in two_orders("[a-z_-]{1,12}")) {
        for scheme in SCHEMES {
            let [first, second] = [&first, &second].map(|headers| {
                let headers = borrowed(headers);
                let input = SigningInput {
                    method: "GET",
                    path: "/",
                    query: "",
                    headers: &headers,
                    body: b"",
                };
                scheme(&input, &KEY, DateTime::UNIX_EPOCH).authorization
            });
            prop_assert_eq!(first, second);
        }
    }

    /// Tencent Cloud is not among them: there a query counts as it was sent.
    #[test]
    fn the_order_of_a_query_does_not_matter([first, second] in two_orders("\\PC{0,8}")) {
        for scheme in [SCHEMES[0], SCHEMES[2]] {
            let [first, second] = [&first, &second].map(|pairs| {
                let query = query(pairs);
                let input = SigningInput {
                    method: "GET",
                    path: "/",
                    query: &query,
                    headers: &[("host", "h")],
                    body: b"",
                };
                scheme(&input, &KEY, DateTime::UNIX_EPOCH).canonical_request
            });
            prop_assert_eq!(first, second);
        }
    }

    #[test]
    fn any_request_can_be_signed(
        [method, path, query, id, secret] in any::<[String; 5]>(),
        headers in proptest::collection::vec(any::<(String, String)>(), 0..8),
        body: Vec<u8>,
        seconds in DateTime::<Utc>::MIN_UTC.timestamp()..=DateTime::<Utc>::MAX_UTC.timestamp(),
    ) {
        let headers = borrowed(&headers);
        let input = SigningInput {
            method: &method,
            path: &path,
            query: &query,
            headers: &headers,
            body: &body,
        };
        let key = AccessKey { id: &id, secret: &secret };
        let time = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        for scheme in SCHEMES {
            prop_assert_eq!(scheme(&input, &key, time).signature.len(), 64);
        }
    }
}
