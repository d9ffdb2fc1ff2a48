//! Keys brought into other states against answers written down in advance.

use super::StateChange;
use super::verdict::{Judgement, compare, judge};
use crate::cloud::change::{Change as _, Survey};
use crate::cloud::huawei::kms::KeyState;
use crate::cloud::huawei::kms::keys::KeyDetails;
use crate::cloud::huawei::testing::{LOST, Script, session};
use crate::error::{Error, ErrorKind, Fate};
use crate::model::{CloudId, KeyStateChange, Outcome, Resource, Scope, Status};

const KEY: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";
const ENABLE: KeyStateChange = KeyStateChange::Enable;
const DISABLE: KeyStateChange = KeyStateChange::Disable;
const SCHEDULE: KeyStateChange = KeyStateChange::ScheduleDeletion { days: 7 };
const DONE: (u16, &str) = (200, r#"{"key_info":{"key_id":"another"}}"#);
const DELETING: (u16, &str) = (200, r#"{"key_id":"another","key_state":"4"}"#);
const DENIED: (u16, &str) = (
    403,
    r#"{"error":{"error_code":"KMS.0307","error_msg":"m"}}"#,
);

fn refusal(code: &str) -> (u16, String) {
    let body = format!(r#"{{"error":{{"error_code":"KMS.{code}","error_msg":"m"}}}}"#);
    (if code == "0207" { 404 } else { 400 }, body)
}

fn look(state: &str) -> (u16, String) {
    let body = format!(
        r#"{{"key_info":{{"key_id":"another","key_alias":"team/app","key_state":"{state}","scheduled_deletion_date":"1796169600000"}}}}"#
    );
    (200, body)
}

fn address() -> crate::model::Address {
    let scope = Scope {
        cloud: CloudId::Huawei,
        profile: "env".to_owned(),
        region: "cn-north-4".to_owned(),
    };
    scope.address(Resource::KmsKey, KEY)
}

/// What came of one key.
struct Run {
    outcome: Outcome,
    survey: Survey,
    warnings: Vec<String>,
    asked: Vec<String>,
    script: Script,
}

/// One key: surveyed, sent, proven, as `ops` does.
async fn run(wanted: KeyStateChange, replies: &[(u16, String)]) -> Run {
    let replies: Vec<(u16, &str)> = replies
        .iter()
        .map(|(code, text)| (*code, &**text))
        .collect();
    let script = Script::new(&replies);
    let session = session(&script, Some("p"), None);
    let mut change = StateChange::new(&session, vec![KEY.to_owned()], wanted).expect("valid");
    let mut survey = change.survey().await.expect("a survey");
    let mut outcomes = survey.outcomes.clone();
    let mut warnings = std::mem::take(&mut survey.warnings);
    if outcomes[0].status == Status::Skipped {
        if let Err(error) = change.send(&vec![0], &mut outcomes).await {
            let status = match error.fate {
                Fate::Unknown => Status::Unverified,
                Fate::NotDone => Status::of_error(error.kind),
            };
            outcomes[0].fail(status, error);
        }
        let status = outcomes[0].status;
        if status == Status::Unverified || !outcomes[0].verified && outcomes[0].error.is_none() {
            warnings.extend(change.prove(&[0], &mut outcomes).await.expect("a look"));
        }
    }
    let line = |line: String| line.replace("POST /v1.0/p/kms/", "");
    Run {
        outcome: outcomes.remove(0),
        survey,
        warnings,
        asked: script.lines().into_iter().map(line).collect(),
        script,
    }
}

fn owned(reply: (u16, &str)) -> (u16, String) {
    (reply.0, reply.1.to_owned())
}

/// The states before and after.
fn states(outcome: &Outcome) -> [Option<&str>; 2] {
    [&outcome.before, &outcome.after].map(|state| state.as_ref()?.state.as_deref())
}

#[test]
fn waiting_times_and_ids_are_checked_before_anything_is_sent() {
    let session = session(&Script::new(&[]), Some("p"), None);
    let new = |id: &str, days| {
        let wanted = KeyStateChange::ScheduleDeletion { days };
        StateChange::new(&session, vec![id.to_owned()], wanted).err()
    };
    for days in [7, 1096] {
        assert!(new(KEY, days).is_none(), "{days}");
    }
    for error in [new(KEY, 0), new(KEY, 6), new(KEY, 1097), new("KEY", 7)] {
        assert_eq!(error.expect("refused").exit_code(), 2);
    }
}

#[test]
fn a_look_decides_by_the_documented_states() {
    let verdicts = |wanted, flag: &str| {
        ["1", "2", "3", "4", "5", "7", "9"].map(|number| {
            let key = format!(r#"{{"key_state":"{number}","default_key_flag":"{flag}"}}"#);
            let key: KeyDetails = serde_json::from_str(&key).expect("a key");
            match judge(wanted, &KeyState::from(number), &key, &address()) {
                Judgement::Send => 's',
                Judgement::Unchanged => 'u',
                Judgement::Refused(error) => {
                    assert_eq!((error.kind, error.hints.len()), (ErrorKind::State, 1));
                    'r'
                }
            }
        })
    };
    //                                   1    2    3    4    5    7    9
    assert_eq!(verdicts(ENABLE, "0"), ['r', 'u', 's', 'r', 'r', 'r', 's']);
    assert_eq!(verdicts(DISABLE, "0"), ['r', 's', 'u', 'r', 'r', 'r', 's']);
    assert_eq!(verdicts(SCHEDULE, "0"), ['r', 's', 's', 'u', 's', 's', 's']);
    assert_eq!(verdicts(SCHEDULE, "1"), ['r', 'r', 'r', 'u', 'r', 'r', 'r']);
    assert_eq!(verdicts(ENABLE, "1"), verdicts(ENABLE, ""));
}

#[test]
fn the_way_out_of_a_scheduled_deletion_is_a_command() {
    for (wanted, command) in [
        (
            ENABLE,
            format!("cancel-deletion {KEY} -r cn-north-4 --enable"),
        ),
        (DISABLE, format!("cancel-deletion {KEY} -r cn-north-4")),
    ] {
        let key = KeyDetails::default();
        let judgement = judge(wanted, &KeyState::PendingDeletion, &key, &address());
        let Judgement::Refused(error) = judgement else {
            panic!("{judgement:?}")
        };
        assert!(error.hints[0].ends_with(&command), "{:?}", error.hints);
    }
}

#[tokio::test]
async fn a_deletion_is_scheduled_and_its_date_is_told() {
    let replies = [look("2"), owned(DELETING), look("4")];
    let run = run(SCHEDULE, &replies).await;
    assert_eq!(
        (run.outcome.status, run.outcome.verified),
        (Status::Scheduled, true)
    );
    assert_eq!(
        states(&run.outcome),
        [Some("enabled"), Some("pending-deletion")]
    );
    assert_eq!(
        run.asked,
        ["describe-key", "schedule-key-deletion", "describe-key"]
    );
    assert_eq!(run.outcome.name.as_deref(), Some("team/app"));
    let body = serde_json::json!({"key_id": KEY, "pending_days": "7"});
    assert_eq!(run.script.body(1), body);
    let [note, consequence] = run.survey.notes.as_slice() else {
        panic!("{:?}", run.survey.notes)
    };
    assert_eq!(note, &format!("{KEY} is team/app, enabled"));
    assert!(
        consequence.starts_with("after 7 days, about 20"),
        "{consequence}"
    );
    assert!(consequence.contains("lost for good"), "{consequence}");
    let [warning] = run.warnings.as_slice() else {
        panic!("{:?}", run.warnings)
    };
    assert!(warning.contains("2026-12-02T00:00:00Z"), "{warning}");
    assert!(warning.ends_with(&format!("cancel-deletion {KEY} -r cn-north-4")));
}

#[tokio::test]
async fn keys_are_enabled_and_disabled_and_a_read_that_lags_is_repeated() {
    let replies = [look("3"), owned(DONE), look("3"), look("2")];
    let enabled = run(ENABLE, &replies).await;
    assert_eq!(
        (enabled.outcome.status, enabled.outcome.verified),
        (Status::Enabled, true)
    );
    assert_eq!(
        states(&enabled.outcome),
        [Some("disabled"), Some("enabled")]
    );
    assert_eq!(enabled.asked[1], "enable-key");
    assert_eq!(enabled.survey.notes.len(), 1, "enabling has no price");

    let disabled = run(DISABLE, &[look("2"), owned(DONE), look("3")]).await;
    assert_eq!(
        (disabled.outcome.status, disabled.outcome.verified),
        (Status::Disabled, true)
    );
    assert_eq!(
        states(&disabled.outcome),
        [Some("enabled"), Some("disabled")]
    );
    assert_eq!(disabled.asked[1], "disable-key");
    assert!(disabled.warnings.is_empty());
}

#[tokio::test]
async fn what_is_so_already_is_not_sent() {
    for (wanted, state) in [(ENABLE, "2"), (DISABLE, "3"), (SCHEDULE, "4")] {
        let run = run(wanted, &[look(state)]).await;
        assert_eq!(
            (run.outcome.status, run.outcome.verified),
            (Status::Unchanged, true)
        );
        let says = run.warnings.iter().any(|text| text.contains("as before"));
        assert_eq!(says, wanted == SCHEDULE, "{:?}", run.warnings);
    }
}

#[tokio::test]
async fn a_key_that_is_not_there_is_not_found() {
    for code in ["0207", "0205"] {
        let run = run(SCHEDULE, &[refusal(code)]).await;
        assert_eq!(
            (run.outcome.status, run.outcome.verified),
            (Status::NotFound, true)
        );
    }
}

#[tokio::test]
async fn a_lost_answer_is_found_out_by_looking() {
    let replies = |second: Vec<(u16, String)>| {
        let mut all = vec![look("2"), owned(LOST)];
        all.extend(second);
        all
    };
    // The client asks again, because twice is the same as once.
    let done = run(SCHEDULE, &replies(vec![refusal("1402"), look("4")])).await;
    assert_eq!(
        (done.outcome.status, done.outcome.verified),
        (Status::Scheduled, true)
    );
    assert!(done.outcome.error.is_none());
    assert_eq!(done.warnings.len(), 1);

    let undone = [refusal("0308"), look("2"), look("2"), look("2"), look("2")];
    let undone = run(DISABLE, &replies(undone.to_vec())).await;
    assert_eq!(
        (undone.outcome.status, undone.outcome.verified),
        (Status::Failed, true)
    );
}

#[tokio::test]
async fn somebody_quicker_is_told_from_a_state_that_forbids_it() {
    for (wanted, first, code, state, status) in [
        (SCHEDULE, "2", "1402", "4", Status::Unchanged),
        (ENABLE, "3", "1201", "2", Status::Unchanged),
        (ENABLE, "3", "1201", "4", Status::Refused),
        (DISABLE, "2", "1301", "3", Status::Unchanged),
        (DISABLE, "2", "1301", "4", Status::Refused),
    ] {
        let run = run(wanted, &[look(first), refusal(code), look(state)]).await;
        assert_eq!(
            (run.outcome.status, run.outcome.verified),
            (status, true),
            "{code} {state}"
        );
        assert_eq!(run.outcome.error.is_some(), status == Status::Refused);
    }
    let run = run(ENABLE, &[look("3"), refusal("0210")]).await;
    assert_eq!(run.outcome.status, Status::Refused);
    let error = run.outcome.error.expect("a reason");
    assert!(
        error.hints[0].contains("cancel-deletion"),
        "{:?}",
        error.hints
    );
}

#[tokio::test]
async fn without_the_permission_to_look_it_is_sent_and_not_proven() {
    let script = Script::new(&[DENIED, DONE, DENIED]);
    let session = session(&script, Some("p"), None);
    let mut change = StateChange::new(&session, vec![KEY.to_owned()], DISABLE).expect("valid");
    let survey = change.survey().await.expect("a survey");
    assert!(survey.warnings[0].contains("kms:cmk:get"));
    let mut outcomes = survey.outcomes;
    change
        .send(&vec![0], &mut outcomes)
        .await
        .expect("an answer");
    assert_eq!(outcomes[0].status, Status::Disabled);
    let error = change.prove(&[0], &mut outcomes).await.expect_err("denied");
    assert!(error.hints.iter().any(|hint| hint.contains("kms:cmk:get")));
    assert!(!outcomes[0].verified);
}

#[test]
fn a_claim_that_the_key_contradicts_is_taken_back() {
    for (status, state, expected, verified) in [
        (Status::Scheduled, "4", Status::Scheduled, true),
        (Status::Scheduled, "2", Status::Unverified, false),
        (Status::Unchanged, "4", Status::Unchanged, true),
        (Status::Denied, "4", Status::Denied, false),
    ] {
        let mut outcome = Outcome::draft(address(), None);
        outcome.status = status;
        compare(&mut outcome, &KeyState::from(state), SCHEDULE);
        assert_eq!((outcome.status, outcome.verified), (expected, verified));
    }
    let mut outcome = Outcome::draft(address(), None);
    let lost = Error::new(ErrorKind::Network, "lost").fate(Fate::Unknown);
    outcome.fail(Status::Unverified, lost);
    compare(&mut outcome, &KeyState::Enabled, ENABLE);
    assert_eq!((outcome.status, outcome.verified), (Status::Enabled, true));
}

#[test]
fn only_enabling_needs_no_yes() {
    let session = session(&Script::new(&[]), Some("p"), None);
    for (wanted, asks) in [(ENABLE, false), (DISABLE, true), (SCHEDULE, true)] {
        let change = StateChange::new(&session, vec![KEY.to_owned()], wanted).expect("valid");
        assert_eq!(change.asks(), asks, "{}", change.purpose());
    }
}
