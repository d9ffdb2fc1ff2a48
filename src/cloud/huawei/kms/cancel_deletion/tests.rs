//! Calling off deletions against answers written down in advance.

use super::Cancellation;
use super::verdict::{compare, verdict};
use crate::cloud::change::Change as _;
use crate::cloud::huawei::kms::{KeyState, NOT_SCHEDULED};
use crate::cloud::huawei::testing::{LOST, Script, session, survey_and_send};
use crate::error::{Error, ErrorKind, Fate};
use crate::model::{Outcome, Status};

const KEY: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";
const DISABLED: (u16, &str) = (200, r#"{"key_id":"another","key_state":"3"}"#);
const NO_MATERIAL: (u16, &str) = (200, r#"{"key_id":"another","key_state":"5"}"#);
const ENABLED: (u16, &str) = (200, r#"{"key_info":{"key_id":"another","key_state":"2"}}"#);
const UNSCHEDULED: (u16, &str) = (
    400,
    r#"{"error":{"error_code":"KMS.1501","error_msg":"m"}}"#,
);
const NOT_DISABLED: (u16, &str) = (
    400,
    r#"{"error":{"error_code":"KMS.1201","error_msg":"m"}}"#,
);
const DENIED: (u16, &str) = (
    403,
    r#"{"error":{"error_code":"KMS.0307","error_msg":"m"}}"#,
);
const UNKNOWN: (u16, &str) = (
    404,
    r#"{"error":{"error_code":"KMS.0207","error_msg":"m"}}"#,
);
const BROKEN: (u16, &str) = (
    400,
    r#"{"error":{"error_code":"KMS.0101","error_msg":"m"}}"#,
);

fn look(state: &str) -> (u16, String) {
    (
        200,
        format!(r#"{{"key_info":{{"key_id":"another","key_state":"{state}"}}}}"#),
    )
}

/// One key, cancelled; with what became of it and what the service was asked.
async fn run(enable: bool, replies: &[(u16, &str)]) -> (Outcome, Option<Error>, Vec<String>) {
    let script = Script::new(replies);
    let session = session(&script, Some("p"), None);
    let mut change =
        Cancellation::new(&session, vec![KEY.to_owned()], None, enable).expect("valid");
    let (mut outcomes, mut errors) = survey_and_send(&mut change).await.expect("a survey");
    let asked = script
        .lines()
        .iter()
        .map(|line| line.replace("POST /v1.0/p/kms/", ""))
        .collect();
    (outcomes.remove(0), errors.pop(), asked)
}

fn after(outcome: &Outcome) -> Option<&str> {
    outcome.after.as_ref()?.state.as_deref()
}

#[test]
fn ids_are_checked_before_anything_is_sent() {
    let session = session(&Script::new(&[]), Some("p"), None);
    let new = |ids: &[&str], sequence: Option<&str>| {
        let ids = ids.iter().map(|id| (*id).to_owned()).collect();
        Cancellation::new(&session, ids, sequence.map(str::to_owned), false).err()
    };
    let serial = "919c82d4-8046-4722-9094-35c3c6524cff";
    assert!(new(&[KEY], Some(serial)).is_none());
    for error in [
        new(&[KEY, "x"], None),
        new(&[KEY], Some("short")),
        new(&[KEY], Some("919c82d4-8046-4722-9094-35c3c6524cf ")),
        new(&[KEY, "2e258389-bb1e-4568-a1d5-e1f50adf70ea"], Some(serial)),
    ] {
        assert_eq!(error.expect("refused").exit_code(), 2);
    }
}

#[test]
fn an_unclear_error_is_told_apart_by_the_state() {
    use Status::{Cancelled, Failed, Refused, Unchanged};
    let unscheduled = Error::new(ErrorKind::State, "m").code(NOT_SCHEDULED);
    let after_lost = unscheduled
        .clone()
        .with(|details| details.after_lost_answer = true);
    let lost = Error::new(ErrorKind::Network, "m").fate(Fate::Unknown);
    for (state, plain, again, unknown) in [
        ("1", Some(Refused), Some(Refused), None),
        ("2", Some(Unchanged), Some(Unchanged), Some(Unchanged)),
        ("3", Some(Unchanged), Some(Cancelled), Some(Cancelled)),
        ("4", Some(Refused), Some(Refused), Some(Failed)),
        ("5", Some(Unchanged), Some(Cancelled), Some(Cancelled)),
        ("7", Some(Refused), Some(Refused), None),
        ("9", Some(Refused), Some(Refused), None),
    ] {
        let state = KeyState::from(state);
        let found = (
            verdict(&unscheduled, &state),
            verdict(&after_lost, &state),
            verdict(&lost, &state),
        );
        assert_eq!(found, (plain, again, unknown), "{state}");
    }
}

#[tokio::test]
async fn a_scheduled_key_is_cancelled_and_left_as_the_service_leaves_it() {
    for (reply, state) in [
        (DISABLED, Some("disabled")),
        (NO_MATERIAL, Some("pending-import")),
        ((200, ""), None),
    ] {
        let (outcome, error, asked) = run(false, &[reply]).await;
        assert!(error.is_none() && outcome.error.is_none());
        assert_eq!(
            (outcome.status, outcome.verified),
            (Status::Cancelled, false)
        );
        assert_eq!(after(&outcome), state);
        let before = outcome.before.and_then(|before| before.state);
        assert_eq!(before.as_deref(), Some("pending-deletion"));
        assert_eq!(asked, ["cancel-key-deletion"]);
    }
}

#[tokio::test]
async fn enable_goes_on_where_the_key_can_be_enabled() {
    let (outcome, _, asked) = run(true, &[DISABLED, ENABLED]).await;
    assert_eq!(
        (outcome.status, after(&outcome)),
        (Status::Enabled, Some("enabled"))
    );
    assert_eq!(asked, ["cancel-key-deletion", "enable-key"]);

    let (outcome, _, asked) = run(true, &[NO_MATERIAL]).await;
    assert_eq!(outcome.status, Status::Cancelled);
    assert_eq!(outcome.error.expect("said").kind, ErrorKind::State);
    assert_eq!(asked.len(), 1);

    let (outcome, _, _) = run(true, &[DISABLED, DENIED]).await;
    assert_eq!(outcome.status, Status::Cancelled);
    assert_eq!(outcome.error.expect("said").kind, ErrorKind::Permission);

    let enabled = look("2");
    let (outcome, _, _) = run(true, &[DISABLED, NOT_DISABLED, (200, &enabled.1)]).await;
    assert_eq!(
        (outcome.status, outcome.verified),
        (Status::Enabled, true),
        "somebody was faster"
    );
}

#[tokio::test]
async fn a_key_that_is_not_scheduled_is_unchanged_and_a_broken_off_run_is_finished() {
    for (state, word) in [("2", "enabled"), ("3", "disabled"), ("5", "pending-import")] {
        let look = look(state);
        let (outcome, error, _) = run(false, &[UNSCHEDULED, (200, &look.1)]).await;
        assert!(error.is_none() && outcome.error.is_none() && outcome.before.is_none());
        assert_eq!(
            (outcome.status, outcome.verified),
            (Status::Unchanged, true)
        );
        assert_eq!(after(&outcome), Some(word));
    }
    let disabled = look("3");
    let (outcome, _, asked) = run(true, &[UNSCHEDULED, (200, &disabled.1), ENABLED]).await;
    assert_eq!((outcome.status, outcome.verified), (Status::Enabled, false));
    assert_eq!(asked, ["cancel-key-deletion", "describe-key", "enable-key"]);

    let enabled = look("2");
    let (outcome, _, asked) = run(true, &[UNSCHEDULED, (200, &enabled.1)]).await;
    assert_eq!((outcome.status, asked.len()), (Status::Unchanged, 2));

    let waiting = look("5");
    let (outcome, _, _) = run(true, &[UNSCHEDULED, (200, &waiting.1)]).await;
    assert_eq!(
        (outcome.status, outcome.error.map(|error| error.kind)),
        (Status::Unchanged, Some(ErrorKind::State))
    );
}

#[tokio::test]
async fn a_refusal_stays_one_and_a_denied_look_leaves_it_open() {
    for state in ["1", "4", "7"] {
        let look = look(state);
        let (outcome, _, _) = run(true, &[UNSCHEDULED, (200, &look.1)]).await;
        assert_eq!((outcome.status, outcome.verified), (Status::Refused, true));
        assert_eq!(
            outcome
                .error
                .and_then(|error| error.code.clone())
                .as_deref(),
            Some(NOT_SCHEDULED)
        );
    }
    let (outcome, error, _) = run(false, &[UNSCHEDULED, DENIED]).await;
    assert!(error.is_none());
    assert_eq!(outcome.status, Status::Unverified);
    let (_, error, _) = run(false, &[UNKNOWN]).await;
    assert_eq!(error.expect("not there").kind, ErrorKind::NotFound);
    let (_, error, _) = run(false, &[DENIED]).await;
    assert_eq!(error.expect("denied").kind, ErrorKind::Permission);
}

#[tokio::test]
async fn a_lost_answer_is_followed_by_a_second_try_and_a_look() {
    // The first try did it; the second is told that there is nothing to do.
    let disabled = look("3");
    let (outcome, _, _) = run(false, &[LOST, UNSCHEDULED, (200, &disabled.1)]).await;
    assert_eq!(
        (outcome.status, outcome.verified),
        (Status::Cancelled, true)
    );

    let all_lost = |last: (u16, &'static str)| [LOST, LOST, LOST, BROKEN, LOST, LOST, last];
    let (outcome, error, _) = run(false, &all_lost(DISABLED)).await;
    assert!(error.is_none());
    assert_eq!(
        (outcome.status, outcome.verified),
        (Status::Cancelled, true)
    );
    let pending = (200, r#"{"key_info":{"key_state":"4"}}"#);
    let (outcome, _, _) = run(false, &all_lost(pending)).await;
    assert_eq!((outcome.status, outcome.verified), (Status::Failed, true));
    assert_eq!(outcome.error.expect("kept").kind, ErrorKind::Network);
}

#[tokio::test]
async fn what_was_done_is_read_back() {
    let (pending, disabled) = (look("4"), look("3"));
    let script = Script::new(&[DISABLED, (200, &pending.1), (200, &disabled.1)]);
    let session = session(&script, Some("p"), None);
    let mut change = Cancellation::new(&session, vec![KEY.to_owned()], None, false).expect("valid");
    let (mut outcomes, _) = survey_and_send(&mut change).await.expect("a survey");
    change.prove(&[0], &mut outcomes).await.expect("read");
    assert_eq!(
        (outcomes[0].status, outcomes[0].verified),
        (Status::Cancelled, true)
    );
    assert_eq!(script.lines().len(), 3, "a read that lags is made again");

    let script = Script::new(&[DISABLED, DENIED]);
    let session = crate::cloud::huawei::testing::session(&script, Some("p"), None);
    let mut change = Cancellation::new(&session, vec![KEY.to_owned()], None, false).expect("valid");
    let (mut outcomes, _) = survey_and_send(&mut change).await.expect("a survey");
    let error = change.prove(&[0], &mut outcomes).await.expect_err("denied");
    assert_eq!(error.kind, ErrorKind::Permission);
}

#[tokio::test]
async fn a_proof_confirms_or_corrects() {
    use Status::{Cancelled, Enabled, Failed, Unchanged, Unverified};
    let script = Script::new(&[]);
    let session = session(&script, Some("p"), None);
    let mut change = Cancellation::new(&session, vec![KEY.to_owned()], None, false).expect("valid");
    let draft = change.survey().await.expect("drafts").outcomes.remove(0);
    let lost = Error::new(ErrorKind::Network, "m").fate(Fate::Unknown);
    for (status, error, state, enable, expected, verified, beside) in [
        (Cancelled, None, "3", false, Cancelled, true, false),
        (Cancelled, None, "5", false, Cancelled, true, false),
        (Cancelled, None, "2", false, Cancelled, true, false),
        (Cancelled, None, "4", false, Unverified, false, true),
        (Cancelled, None, "7", false, Unverified, false, true),
        (
            Cancelled,
            Some(lost.clone()),
            "2",
            true,
            Enabled,
            true,
            false,
        ),
        (
            Cancelled,
            Some(lost.clone()),
            "3",
            true,
            Cancelled,
            true,
            true,
        ),
        (Enabled, None, "2", true, Enabled, true, false),
        (Enabled, None, "3", true, Unverified, false, true),
        (Unchanged, None, "3", false, Unchanged, true, false),
        (
            Unverified,
            Some(lost.clone()),
            "3",
            false,
            Cancelled,
            true,
            false,
        ),
        (
            Unverified,
            Some(lost.clone()),
            "3",
            true,
            Cancelled,
            true,
            true,
        ),
        (
            Unverified,
            Some(lost.clone()),
            "4",
            false,
            Failed,
            true,
            true,
        ),
        (Unverified, Some(lost), "9", false, Unverified, false, true),
    ] {
        let mut outcome = draft.clone();
        (outcome.status, outcome.error) = (status, error);
        compare(&mut outcome, &KeyState::from(state), enable);
        let found = (outcome.status, outcome.verified, outcome.error.is_some());
        assert_eq!(
            found,
            (expected, verified, beside),
            "{status} {state} {enable}"
        );
    }
}
