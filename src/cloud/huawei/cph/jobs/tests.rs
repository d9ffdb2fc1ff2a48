//! Jobs against answers written down in advance, with the ways in which unknown ids may be told.

use super::list;
use crate::cloud::huawei::testing::{Script, session};
use crate::error::{Error, ErrorKind};
use crate::model::{Facts, Listing, Task};

const RUNNING: &str = r#"{"job_id":"j1","begin_time":"2026-01-02T03:04:05Z","end_time":null,"status":1,"server_id":"s1","error_code":null,"error_msg":null}"#;
const FAILED: &str = r#"{"request_id":"r","job_id":"j2","begin_time":"2026-01-02T03:04:05Z","end_time":"2026-01-02T03:05:05Z","status":-1,"phone_id":"p1","error_code":"CPS.0003","error_msg":"Service internal error."}"#;
const EMPTY: &str = r#"{"request_id":"r","jobs":[]}"#;
const UNKNOWN: (u16, &str) = (
    404,
    r#"{"request_id":"r","error_code":"CPS.0011","error_msg":"m"}"#,
);
const MALFORMED: (u16, &str) = (
    400,
    r#"{"request_id":"r","error_code":"CPS.9999","error_msg":"m"}"#,
);

async fn jobs(ids: &[&str], replies: &[(u16, &str)]) -> (Result<Listing, Error>, Vec<String>) {
    let script = Script::new(replies);
    let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    let found = list(&session(&script, Some("p"), None), &ids).await;
    let line = |line: String| line.replace("GET /v1/p/cloud-phone/", "");
    (found, script.lines().into_iter().map(line).collect())
}

fn task(listing: &Listing, number: usize) -> &Task {
    match &listing.records[number].facts {
        Facts::Task(task) => task,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn jobs_of_requests_are_told_in_kpctls_words() {
    let page =
        format!(r#"{{"request_id":"r","jobs":[{RUNNING},{FAILED},{{"job_id":"j3","status":9}}]}}"#);
    let (found, asked) = jobs(&["a"], &[(200, &page)]).await;
    let found = found.expect("jobs");
    assert_eq!(asked, ["jobs?limit=100&offset=0&request_ids=a"]);
    let running = task(&found, 0);
    assert_eq!(
        (running.state.as_str(), running.machine.as_deref()),
        ("running", Some("s1"))
    );
    assert_eq!(
        (running.started_at.as_deref(), &running.ended_at),
        (Some("2026-01-02T03:04:05Z"), &None)
    );
    assert!(running.error_code.is_none());
    let failed = task(&found, 1);
    assert_eq!(
        (failed.state.as_str(), failed.machine.as_deref()),
        ("failed", Some("p1"))
    );
    assert_eq!(
        (
            failed.error_code.as_deref(),
            failed.error_message.as_deref()
        ),
        (Some("CPS.0003"), Some("Service internal error."))
    );
    assert_eq!(failed.ended_at.as_deref(), Some("2026-01-02T03:05:05Z"));
    assert_eq!(task(&found, 2).state, "9", "a number that nobody names");
    assert_eq!(found.records[1].raw["error_code"], "CPS.0003");
    assert!(found.records.iter().all(|record| record.address.is_none()));
}

#[tokio::test]
async fn all_pages_are_read() {
    let job = |n: u32| serde_json::json!({"job_id": format!("j{n}"), "status": 2});
    let page = |range: std::ops::Range<u32>| {
        serde_json::json!({"jobs": range.map(job).collect::<Vec<_>>()}).to_string()
    };
    let (first, second) = (page(0..100), page(100..130));
    let (found, asked) = jobs(&["a"], &[(200, &first), (200, &second)]).await;
    assert_eq!(found.expect("jobs").records.len(), 130);
    assert_eq!(asked[1], "jobs?limit=100&offset=100&request_ids=a");
}

#[tokio::test]
async fn the_id_of_a_job_is_understood_however_the_list_tells_that_it_is_no_request() {
    for reply in [(200, EMPTY), UNKNOWN, MALFORMED] {
        let (found, asked) = jobs(&["j2"], &[reply, (200, FAILED)]).await;
        let found = found.expect("a job");
        assert_eq!(
            (found.records.len(), found.records[0].id.as_str()),
            (1, "j2")
        );
        assert_eq!(asked[1], "jobs/j2");
    }
}

#[tokio::test]
async fn a_job_is_listed_once() {
    let page = format!(r#"{{"jobs":[{FAILED}]}}"#);
    let replies = [(200, page.as_str()), (200, EMPTY), (200, FAILED)];
    let (found, _) = jobs(&["a", "j2"], &replies).await;
    assert_eq!(found.expect("jobs").records.len(), 1);
}

#[tokio::test]
async fn an_id_that_nobody_knows_is_not_found_alone_and_a_warning_beside_others() {
    for reply in [(200, EMPTY), UNKNOWN] {
        for second in [UNKNOWN, MALFORMED] {
            let (found, _) = jobs(&["x"], &[reply, second]).await;
            let error = found.expect_err("unknown");
            assert_eq!((error.exit_code(), error.message.contains('x')), (5, true));
        }
    }
    let page = format!(r#"{{"jobs":[{RUNNING}]}}"#);
    let replies = [(200, page.as_str()), (200, EMPTY), UNKNOWN];
    let (found, _) = jobs(&["a", "typo"], &replies).await;
    let found = found.expect("jobs");
    assert_eq!((found.records.len(), found.warnings.len()), (1, 1));
    assert!(found.warnings[0].contains("typo"));
}

#[tokio::test]
async fn a_list_that_is_refused_for_another_reason_is_not_called_unknown() {
    let (found, _) = jobs(&["x"], &[MALFORMED, UNKNOWN]).await;
    let error = found.expect_err("refused");
    assert_eq!(
        (error.kind, error.code.as_deref()),
        (ErrorKind::Usage, Some("CPS.9999"))
    );
    for denied in [
        r#"{"error_code":"CPS.0001","error_msg":"m"}"#,
        r#"{"jobs":null}"#,
    ] {
        let status = if denied.contains("jobs") { 200 } else { 400 };
        let (found, asked) = jobs(&["x"], &[(status, denied)]).await;
        assert!(matches!(
            found.expect_err(denied).kind,
            ErrorKind::Permission | ErrorKind::Server
        ));
        assert_eq!(asked.len(), 1);
    }
    let (found, asked) = jobs(&["a", "b/c"], &[]).await;
    assert_eq!((found.expect_err("no id").exit_code(), asked.len()), (2, 0));
}
