//! A user's keys against answers written down in advance.

use super::{each, list, show};
use crate::cloud::huawei::testing::{Script, session};
use crate::model::{Facts, Material, Record};

const KEYS: &str = r#"{"keys":[
    {"id":31001,"title":"laptop","key":"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH0wPUlYiYO21+OoJKbe7zNzHcAt+3aVQyLFFIM6L3iP dev@example.com","created_at":"2025-03-04T13:06:07.000+08:00"},
    {"id":31002,"title":7,"key":null,"created_at":null}],"total":2}"#;

fn created_at(record: &Record) -> Option<&str> {
    match &record.facts {
        Facts::CodeartsKey(key) => key.created_at.as_deref(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn keys_are_listed_without_a_project() {
    let script = Script::new(&[(200, KEYS)]);
    let session = session(&script, None, None);
    let records = list(&session.client).await.expect("a list").records;
    assert_eq!(script.lines(), ["GET /v4/user/keys?limit=100&offset=0"]);
    let names: Vec<_> = records
        .iter()
        .map(|record| (record.id.as_str(), record.name()))
        .collect();
    assert_eq!(names, [("31001", "laptop"), ("31002", "7")]);
    let digest = records[0].material().fingerprints().sha256.expect("a key");
    assert_eq!(
        digest.to_string(),
        "SHA256:WcMvjRo1t0uDYNlfRPjt8l7Wy/1HbpLwTkulhpNc3hc"
    );
    assert_eq!(
        created_at(&records[0]),
        Some("2025-03-04T13:06:07.000+08:00")
    );
    assert!(matches!(records[1].material(), Material::Unknown));
    assert_eq!(created_at(&records[1]), None);
    assert_eq!(records[0].raw["id"], 31001);
}

#[tokio::test]
async fn one_key_is_looked_for_in_the_list() {
    let script = Script::new(&[(200, KEYS), (200, KEYS)]);
    let session = session(&script, None, None);
    let found = show(&session.client, "31002").await.expect("a key");
    assert_eq!((found.records.len(), found.records[0].name()), (1, "7"));
    let error = show(&session.client, "laptop").await;
    assert_eq!(error.expect_err("no id").exit_code(), 5);
}

#[tokio::test]
async fn keys_are_handed_out_page_by_page() {
    let page = |ids: std::ops::Range<u32>| {
        let keys: Vec<_> = ids
            .map(|id| serde_json::json!({"id": id, "title": "t"}))
            .collect();
        serde_json::json!({"keys": keys, "total": 101}).to_string()
    };
    let (first, second) = (page(0..100), page(99..101));
    let script = Script::new(&[(200, &first), (200, &second)]);
    let session = session(&script, None, None);
    let parts = std::cell::RefCell::new(Vec::new());
    let take = |records: Vec<Record>| parts.borrow_mut().push(records.len());
    each(&session.client, &take).await.expect("all");
    assert_eq!(parts.into_inner(), [100, 1]);
}
