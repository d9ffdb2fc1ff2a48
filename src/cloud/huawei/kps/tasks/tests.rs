//! Tasks of KPS over answers written down in advance.

use serde_json::json;

use super::{Clearance, FailedRecords, Progress, Tasks, parse};
use crate::cloud::change::Change;
use crate::cloud::huawei::testing::{LOST, Script, prove, session, survey_and_send};
use crate::model::{Facts, Record, Status, Task};

const UNKNOWN: (u16, &str) = (400, r#"{"error_code":"KPS.0001","error_msg":"m"}"#);
const DENIED: (u16, &str) = (403, r#"{"error_code":"KPS.9003","error_msg":"no"}"#);
const EMPTY: &str = r#"{"total":0,"tasks":[]}"#;

fn failed(ids: &[&str]) -> String {
    let task = |id: &&str| {
        json!({"task_id": id, "operate_type": "FAILED_RESET", "task_time": "1523342130000",
            "task_error_code": null, "task_error_msg": "Update public key error",
            "server_name": "Test", "server_id": "c9aa", "keypair_name": "web"})
    };
    let tasks: Vec<_> = ids.iter().map(task).collect();
    json!({"total": tasks.len(), "tasks": tasks}).to_string()
}

fn facts(record: &Record) -> &Task {
    match &record.facts {
        Facts::Task(task) => task,
        _ => panic!("not a task"),
    }
}

#[test]
fn words_are_told_apart_by_their_beginning() {
    for (word, expected) in [
        ("READY_RESET", (Some(Progress::Open), "RESET")),
        ("RUNNING_UNBIND", (Some(Progress::Open), "UNBIND")),
        ("SUCCESS_REPLACE", (Some(Progress::Done), "REPLACE")),
        (
            "FAILED_SOMETHING_NEW",
            (Some(Progress::Failed), "SOMETHING_NEW"),
        ),
        ("SUCCESS", (Some(Progress::Done), "")),
        ("failed_bind", (Some(Progress::Failed), "bind")),
        ("RESET", (None, "RESET")),
        ("", (None, "")),
    ] {
        assert_eq!(parse(word), expected, "{word}");
    }
}

#[tokio::test]
async fn failed_and_running_tasks_are_listed() {
    let running = json!({"total": "1", "tasks": [{"task_id": "t", "operate_type": "BIND",
        "task_time": 1_523_342_130_000_i64, "server_id": "s"}]});
    let script = Script::new(&[(200, &failed(&["f"])), (200, &running.to_string())]);
    let session = session(&script, Some("p"), None);
    let tasks = Tasks { session: &session };
    let records = tasks.list_failed().await.expect("a list").records;
    let task = facts(&records[0]);
    assert_eq!(
        (records[0].id.as_str(), task.state.as_str()),
        ("f", "failed")
    );
    assert_eq!(task.operation.as_deref(), Some("RESET"));
    assert_eq!(task.machine.as_deref(), Some("c9aa"));
    assert_eq!(task.started_at.as_deref(), Some("2018-04-10T06:35:30Z"));
    assert_eq!(
        task.error_message.as_deref(),
        Some("Update public key error")
    );
    assert_eq!(records[0].raw["server_name"], "Test");
    let records = tasks.list_running().await.expect("a list").records;
    let task = facts(&records[0]);
    assert_eq!(
        (task.state.as_str(), task.operation.as_deref()),
        ("running", Some("BIND"))
    );
    assert_eq!(task.key_pair, None);
    assert_eq!(
        script.lines(),
        ["GET /v3/p/failed-tasks", "GET /v3/p/running-tasks"]
    );
}

#[tokio::test]
async fn tasks_are_shown_one_by_one_and_unknown_ones_are_told() {
    let status = |word: &str| json!({"task_id": "x", "task_status": word}).to_string();
    let script = Script::new(&[
        (200, &status("SUCCESS_RESET")),
        (200, &status("FAILED_RESET")),
        UNKNOWN,
        (200, &failed(&["b"])),
        UNKNOWN,
        (404, ""),
    ]);
    let session = session(&script, Some("p"), None);
    let tasks = Tasks { session: &session };
    let ids = ["a", "b", "c"].map(str::to_owned);
    let listing = tasks.show(&ids).await.expect("a list");
    let words: Vec<_> = listing.records.iter().filter_map(Record::state).collect();
    assert_eq!(words, ["done", "failed", "unknown"]);
    assert_eq!(
        facts(&listing.records[1]).error_message.as_deref(),
        Some("Update public key error")
    );
    assert_eq!(listing.warnings.len(), 1);
    let error = tasks.show(&ids[..2]).await.expect_err("none known");
    assert_eq!(error.exit_code(), 5);
    let error = tasks.show(&["../x".to_owned()]).await.expect_err("no id");
    assert_eq!(error.exit_code(), 2);
}

#[tokio::test]
async fn all_records_are_forgotten_and_each_has_its_outcome() {
    let script = Script::new(&[(200, &failed(&["a", "b"])), (200, ""), (200, EMPTY)]);
    let session = session(&script, Some("p"), None);
    let mut change = Clearance::new(Tasks { session: &session });
    let (mut outcomes, errors) = survey_and_send(&mut change).await.expect("sent");
    assert!(errors.is_empty(), "{errors:?}");
    prove(&mut change, &mut outcomes).await.expect("proven");
    let is_deleted =
        |outcome: &crate::model::Outcome| outcome.verified && outcome.status == Status::Deleted;
    assert!(outcomes.len() == 2 && outcomes.iter().all(is_deleted));
    assert!(outcomes[0].address.to_string().ends_with("/task/a"));
    assert_eq!(script.lines()[1], "DELETE /v3/p/failed-tasks");

    let script = Script::new(&[(200, EMPTY)]);
    let session = crate::cloud::huawei::testing::session(&script, Some("p"), None);
    let mut change = Clearance::new(Tasks { session: &session });
    let (outcomes, _) = survey_and_send(&mut change).await.expect("looked");
    assert!(outcomes.is_empty());

    let script = Script::new(&[DENIED]);
    let session = crate::cloud::huawei::testing::session(&script, Some("p"), None);
    let mut change = Clearance::new(Tasks { session: &session });
    assert!(change.survey().await.is_err(), "nobody knows what would go");
}

#[tokio::test]
async fn records_by_id_are_forgotten_or_absent() {
    let script = Script::new(&[(200, &failed(&["a"])), LOST, (200, ""), (200, EMPTY)]);
    let session = session(&script, Some("p"), None);
    let ids = vec!["a".to_owned(), "typo".to_owned()];
    let tasks = Tasks { session: &session };
    let mut change = FailedRecords::forget(tasks, ids).expect("a change");
    let (mut outcomes, errors) = survey_and_send(&mut change).await.expect("sent");
    assert!(errors.is_empty(), "{errors:?}");
    prove(&mut change, &mut outcomes).await.expect("proven");
    assert_eq!(outcomes[0].status, Status::Deleted);
    assert_eq!(outcomes[1].status, Status::Absent);
    assert_eq!(script.lines()[1], "DELETE /v3/p/failed-tasks/a");
    assert!(FailedRecords::forget(tasks, vec!["a/b".to_owned()]).is_err());
}
