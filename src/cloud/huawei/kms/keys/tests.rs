//! Keys as they come, and lists against answers written down in advance.

use serde_json::{Value, json};

use super::{KeyDetails, list, show};
use crate::cloud::huawei::testing::{Script, session};
use crate::error::{Error, ErrorKind};
use crate::model::{Facts, KmsKey, Record};

const KEY: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";

/// The list of these answers, and the bodies that were sent for it.
async fn listed(replies: &[(u16, &str)]) -> (Result<Vec<Record>, Error>, Vec<Value>) {
    let script = Script::new(replies);
    let found = list(&session(&script, Some("p"), None)).await;
    let bodies = (0..script.lines().len()).map(|n| script.body(n)).collect();
    (found.map(|listing| listing.records), bodies)
}

fn page(ids: &[&str], more: &Value) -> (u16, String) {
    let details: Vec<Value> = ids
        .iter()
        .map(|id| json!({"key_id": id, "key_state": "2"}))
        .collect();
    let mut page = json!({"keys": ids, "key_details": details});
    let members = more.as_object().expect("members").clone();
    page.as_object_mut().expect("a page").extend(members);
    (200, page.to_string())
}

/// Asks for the list with these pages as answers.
async fn pages(pages: &[(u16, String)]) -> (Result<Vec<String>, Error>, Vec<Value>) {
    let replies: Vec<(u16, &str)> = pages.iter().map(|(code, text)| (*code, &**text)).collect();
    let (found, bodies) = listed(&replies).await;
    let ids = found.map(|records| records.into_iter().map(|record| record.id).collect());
    (ids, bodies)
}

fn facts(record: &Record) -> &KmsKey {
    match &record.facts {
        Facts::KmsKey(key) => key,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_key_is_told_in_kpctls_words_with_the_vendors_object_beside() {
    let sample = r#"{"keys":["0d0466b0-e727-4d9c-b35d-f84bb474a37f"],"key_details":[{"key_id":"0d0466b0-e727-4d9c-b35d-f84bb474a37f","domain_id":"d",
        "key_alias":"team/app","realm":"cn-north-4","creation_date":"1772672523000","scheduled_deletion_date":"1773277323000","key_spec":"RSA_4096",
        "key_state":"4","default_key_flag":"0","keystore_id":"0"}],"next_marker":"","truncated":"false","total":1}"#;
    let (records, bodies) = listed(&[(200, sample)]).await;
    let records = records.expect("a list");
    assert_eq!(bodies, [json!({"limit": "100", "key_spec": "ALL"})]);
    let key = facts(&records[0]);
    assert_eq!(
        (
            key.alias.as_str(),
            key.state.as_deref(),
            key.spec.as_deref()
        ),
        ("team/app", Some("pending-deletion"), Some("RSA_4096"))
    );
    assert_eq!(
        (key.deletion_at, key.created_at, key.is_default),
        (
            Some(1_773_277_323_000),
            Some(1_772_672_523_000),
            Some(false)
        )
    );
    let address = records[0].address.as_ref().expect("an address").to_string();
    assert_eq!(address, format!("huawei:env/cn-north-4/kms-key/{KEY}"));
    assert_eq!(records[0].raw["keystore_id"], "0");
}

#[test]
fn dates_are_read_in_either_unit_and_only_of_deletions_to_come() {
    let dates = |state: &str, date: Value| {
        let key =
            json!({"key_state": state, "creation_date": date, "scheduled_deletion_date": date});
        let key: KeyDetails = serde_json::from_value(key).expect("a key");
        (key.facts().created_at, key.deletion_at())
    };
    let instant = Some(1_773_277_323_000);
    assert_eq!(dates("4", json!("1773277323000")), (instant, instant));
    assert_eq!(dates("4", json!("1773277323")), (instant, instant));
    assert_eq!(dates("4", json!(1_773_277_323_000_i64)), (instant, instant));
    assert_eq!(dates("3", json!("1773277323000")), (instant, None));
    for nothing in [json!(""), json!(null), json!("0"), json!("soon")] {
        assert_eq!(dates("4", nothing), (None, None));
    }
}

#[test]
fn what_is_not_told_stays_unknown() {
    let key = |text| {
        serde_json::from_str::<KeyDetails>(text)
            .expect(text)
            .facts()
    };
    let nothing = key(r#"{"key_state":"","key_spec":null,"default_key_flag":"7"}"#);
    assert_eq!(
        (nothing.state, nothing.spec, nothing.is_default),
        (None, None, None)
    );
    let default = key(r#"{"key_state":7,"default_key_flag":"1"}"#);
    assert_eq!(
        (default.state.as_deref(), default.is_default),
        (Some("frozen"), Some(true))
    );
}

#[tokio::test]
async fn all_pages_are_read_whatever_form_the_words_have() {
    for (yes, no) in [
        (json!("true"), json!("false")),
        (json!(true), json!(false)),
        (json!(null), json!(null)),
    ] {
        let (ids, bodies) = pages(&[
            page(
                &["a", "b"],
                &json!({"truncated": yes, "next_marker": "2", "total": "5"}),
            ),
            page(
                &["b", "c"],
                &json!({"truncated": yes, "next_marker": "4", "total": 5}),
            ),
            page(
                &["d", "e"],
                &json!({"truncated": no, "next_marker": "", "total": 5}),
            ),
        ])
        .await;
        assert_eq!(ids.expect("a list"), ["a", "b", "c", "d", "e"]);
        let markers: Vec<&Value> = bodies.iter().map(|body| &body["marker"]).collect();
        assert_eq!(markers, [&Value::Null, &json!("2"), &json!("4")]);
    }
}

#[tokio::test]
async fn the_last_page_may_still_name_a_marker() {
    let last = page(&["a"], &json!({"truncated": "false", "next_marker": "1"}));
    let (ids, bodies) = pages(&[last]).await;
    assert_eq!((ids.expect("a list").len(), bodies.len()), (1, 1));
}

#[tokio::test]
async fn a_marker_that_repeats_ends_a_list_that_is_whole_and_breaks_any_other() {
    let again = |total: u64| {
        page(
            &["a"],
            &json!({"truncated": "true", "next_marker": "1", "total": total}),
        )
    };
    let (ids, bodies) = pages(&[again(1), again(1)]).await;
    assert_eq!((ids.expect("a list").len(), bodies.len()), (1, 2));
    let (ids, _) = pages(&[again(3), again(3)]).await;
    assert_eq!(ids.expect_err("never whole").kind, ErrorKind::Server);
}

#[tokio::test]
async fn an_id_without_details_is_looked_at_and_what_is_gone_meanwhile_is_left_out() {
    let page = r#"{"keys":["a","b"],"key_details":[],"truncated":"false"}"#;
    let gone = r#"{"error":{"error_code":"KMS.0207","error_msg":"m"}}"#;
    let look = r#"{"key_info":{"key_id":"a","key_state":"2","key_alias":"mine"}}"#;
    let (records, bodies) = listed(&[(200, page), (200, look), (404, gone)]).await;
    let records = records.expect("a list");
    assert_eq!((records.len(), records[0].name()), (1, "mine"));
    assert_eq!(
        bodies[1..],
        [json!({"key_id": "a"}), json!({"key_id": "b"})]
    );
}

#[tokio::test]
async fn an_answer_without_a_list_is_no_empty_list() {
    for text in [
        "{}",
        r#"{"keys":[]}"#,
        r#"{"key_details":null}"#,
        r#"{"key_details":[{"key_state":"2"}],"truncated":"false"}"#,
    ] {
        let (found, _) = listed(&[(200, text)]).await;
        assert_eq!(found.expect_err(text).kind, ErrorKind::Server, "{text}");
    }
    let (found, _) = listed(&[(200, r#"{"keys":[],"key_details":[],"total":0}"#)]).await;
    assert!(found.expect("a list").is_empty());
}

#[tokio::test]
async fn one_key_is_shown_under_the_id_that_was_asked_for() {
    for text in [
        r#"{"key_info":{"key_id":"another","key_state":"4","scheduled_deletion_date":""}}"#,
        r#"{"key_id":"another","key_state":"4","scheduled_deletion_date":""}"#,
    ] {
        let script = Script::new(&[(200, text)]);
        let listing = show(&session(&script, Some("p"), None), KEY)
            .await
            .expect(text);
        let [record] = listing.records.as_slice() else {
            panic!("{listing:?}")
        };
        assert_eq!(record.id, KEY);
        let key = facts(record);
        assert_eq!(
            (key.state.as_deref(), key.deletion_at),
            (Some("pending-deletion"), None)
        );
        assert_eq!(record.raw["key_state"], "4");
        assert_eq!(script.lines(), ["POST /v1.0/p/kms/describe-key"]);
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_what_cannot_be_an_id_is_not_asked_for() {
    for (status, code) in [(404, "KMS.0207"), (400, "KMS.0205")] {
        let body = format!(r#"{{"error":{{"error_code":"{code}","error_msg":"m"}}}}"#);
        let script = Script::new(&[(status, &body)]);
        let error = show(&session(&script, Some("p"), None), KEY).await;
        assert_eq!(error.expect_err(code).exit_code(), 5);
    }
    let script = Script::new(&[]);
    let error = show(&session(&script, Some("p"), None), "KEY").await;
    assert_eq!(error.expect_err("no id").exit_code(), 2);
    let script = Script::new(&[(200, "{}")]);
    let error = show(&session(&script, Some("p"), None), KEY).await;
    assert_eq!(error.expect_err("says nothing").kind, ErrorKind::Server);
}

#[tokio::test]
async fn an_empty_list_names_a_project_that_may_be_of_another_region() {
    let empty = (200, r#"{"keys":[],"key_details":[],"total":0}"#);
    for (project, region, warns) in [
        (Some("p"), None, true),
        (Some("p"), Some("cn-north-4"), false),
        (None, None, false),
    ] {
        let found = (200, r#"{"projects":[{"id":"p1","name":"cn-north-4"}]}"#);
        let replies = if project.is_some() {
            vec![empty]
        } else {
            vec![found, empty]
        };
        let mut session = session(&Script::new(&replies), project, None);
        session.client.login.region = region.map(str::to_owned);
        let listing = list(&session).await.expect("a list");
        assert_eq!(listing.warnings.len(), usize::from(warns), "{project:?}");
    }
}
