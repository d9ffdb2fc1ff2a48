//! Changing key pairs against answers written down in advance.

use super::Replacement;
use super::checks::{check, oddities};
use crate::cloud::change::Change as _;
use crate::cloud::huawei::testing::{LOST, Script, session, survey_and_send};
use crate::error::{Error, ErrorKind};
use crate::model::{Outcome, Status};

const ONE: &str = "a550ac820fd7768dd2468569ef985411";
const TWO: &str = "b661bd931fe8879ee3579670fa096522";
const SERVERS: (u16, &str) = (
    200,
    r#"{"count":1,"servers":[{"server_id":"a550ac820fd7768dd2468569ef985411","keypair_name":"old","status":5}]}"#,
);
const TAKEN: (u16, &str) = (
    200,
    r#"{"request_id":"r1","jobs":[{"server_id":"a550ac820fd7768dd2468569ef985411","job_id":"j1"}]}"#,
);
const JOB_DONE: (u16, &str) = (
    200,
    r#"{"jobs":[{"job_id":"j0","status":-1},{"job_id":"j1","status":2}]}"#,
);
const JOB_OPEN: (u16, &str) = (200, r#"{"jobs":[{"job_id":"j1","status":1}]}"#);
const NO_JOBS: (u16, &str) = (200, r#"{"jobs":[]}"#);
const NO_JOB: (u16, &str) = (
    404,
    r#"{"error_code":"CPS.0011","error_msg":"job not found"}"#,
);
const NEW_PAIR: (u16, &str) = (200, r#"{"keypair_name":"new","status":5}"#);
const OLD_PAIR: (u16, &str) = (200, r#"{"keypair_name":"old","status":5}"#);
const DENIED: (u16, &str) = (400, r#"{"error_code":"CPS.0001","error_msg":"m"}"#);

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(id, name)| ((*id).to_owned(), (*name).to_owned()))
        .collect()
}

/// One server: surveyed, sent, looked at so many times, proven.
async fn run(polls: usize, prove: bool, replies: &[(u16, &str)]) -> (Outcome, Vec<String>, Script) {
    let script = Script::new(replies);
    let session = session(&script, Some("p"), None);
    let mut change = Replacement::new(&session, pairs(&[(ONE, "new")])).expect("valid");
    let (mut outcomes, mut errors) = survey_and_send(&mut change).await.expect("a survey");
    if let Some(error) = errors.pop() {
        outcomes[0].fail(Status::Unverified, error);
    }
    for _ in 0..polls {
        change.poll(&[0], &mut outcomes).await.expect("a look");
    }
    let mut warnings = Vec::new();
    if prove {
        warnings = change.prove(&[0], &mut outcomes).await.expect("a proof");
    }
    (outcomes.remove(0), warnings, script)
}

#[test]
fn what_cannot_be_meant_is_refused_and_what_is_odd_is_said() {
    assert!(check(pairs(&[(ONE, "new"), (TWO, "other")])).is_ok());
    let repeated = check(pairs(&[(ONE, "new"), (ONE, "new")])).expect("the same twice");
    assert_eq!(repeated.len(), 1);
    for wrong in [
        [("", "new")],
        [("a/b", "new")],
        [("..", "new")],
        [("a b", "new")],
        [("a\nb", "new")],
        [(ONE, "")],
        [(ONE, "a\u{7}b")],
        [(
            ONE,
            "12345678901234567890123456789012345678901234567890123456789012345",
        )],
    ] {
        assert_eq!(
            check(pairs(&wrong)).expect_err("refused").exit_code(),
            2,
            "{wrong:?}"
        );
    }
    let two_names = check(pairs(&[(ONE, "new"), (ONE, "other")])).expect_err("refused");
    assert!(two_names.message.contains("new") && two_names.message.contains("other"));

    assert!(oddities(&pairs(&[(ONE, "KeyPair-dev_01")])).is_empty());
    let dashed = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";
    assert_eq!(
        oddities(&pairs(&[(dashed, "密钥"), (ONE, "密钥")])).len(),
        2
    );
}

#[tokio::test]
async fn a_change_is_followed_to_the_end_of_its_job_and_read_back() {
    let replies = [SERVERS, TAKEN, JOB_OPEN, JOB_DONE, OLD_PAIR, NEW_PAIR];
    let (outcome, warnings, script) = run(2, true, &replies).await;
    assert_eq!((outcome.status, outcome.verified), (Status::Changed, true));
    assert_eq!(outcome.job_id.as_deref(), Some("j1"));
    let pair = |state: Option<crate::model::ItemState>| state.and_then(|state| state.key_pair);
    assert_eq!(pair(outcome.before).as_deref(), Some("old"));
    assert_eq!(pair(outcome.after).as_deref(), Some("new"));
    assert!(warnings.is_empty());
    assert_eq!(
        script.lines(),
        [
            "GET /v1/p/cloud-phone/servers?limit=100&offset=0",
            "PUT /v1/p/cloud-phone/servers/open-access",
            "GET /v1/p/cloud-phone/jobs?limit=100&offset=0&request_ids=r1",
            "GET /v1/p/cloud-phone/jobs?limit=100&offset=0&request_ids=r1",
            "GET /v1/p/cloud-phone/servers/a550ac820fd7768dd2468569ef985411",
            "GET /v1/p/cloud-phone/servers/a550ac820fd7768dd2468569ef985411",
        ]
    );
    let expected = serde_json::json!({"servers": [{"server_id": ONE, "keypair_name": "new"}]});
    assert_eq!(script.body(1), expected);
}

#[tokio::test]
async fn a_job_that_is_not_listed_is_asked_for_and_one_that_vanished_proves_nothing() {
    let one = (200, r#"{"job_id":"j1","status":2}"#);
    let (outcome, _, _) = run(1, false, &[SERVERS, TAKEN, NO_JOBS, one]).await;
    assert_eq!(outcome.status, Status::Changed);
    let (outcome, _, _) = run(1, false, &[SERVERS, TAKEN, DENIED, one]).await;
    assert_eq!(
        outcome.status,
        Status::Changed,
        "the list is denied, the job is not"
    );

    let gone = [NO_JOBS, NO_JOB, NO_JOBS, NO_JOB];
    let replies = [&[SERVERS, TAKEN][..], &gone].concat();
    let (outcome, _, _) = run(2, false, &replies).await;
    assert_eq!(outcome.status, Status::Running, "it may not be listed yet");
    let replies = [&[SERVERS, TAKEN][..], &gone, &[NO_JOBS, NO_JOB]].concat();
    let (outcome, _, _) = run(3, false, &replies).await;
    assert_eq!(outcome.status, Status::Unverified);
    let (outcome, _, _) = run(3, true, &[&replies[..], &[NEW_PAIR]].concat()).await;
    assert_eq!(
        outcome.status,
        Status::Changed,
        "the name was another one before"
    );
}

#[tokio::test]
async fn a_failed_job_is_a_failure_and_an_unknown_state_is_not_the_end() {
    let failed = (
        200,
        r#"{"jobs":[{"job_id":"j1","status":-1,"error_code":"CPS.0003","error_msg":"m"}]}"#,
    );
    let (outcome, _, _) = run(1, false, &[SERVERS, TAKEN, failed]).await;
    assert_eq!((outcome.status, outcome.verified), (Status::Failed, true));
    let error = outcome.error.expect("a reason");
    assert_eq!(
        (error.code.as_deref(), error.operation),
        (Some("CPS.0003"), Some("UpdateKeypair"))
    );
    let strange = (200, r#"{"jobs":[{"job_id":"j1","status":3}]}"#);
    let (outcome, _, _) = run(1, false, &[SERVERS, TAKEN, strange]).await;
    assert_eq!(outcome.status, Status::Running);
}

#[tokio::test]
async fn each_server_has_its_own_answer_in_any_order() {
    let answer = (
        200,
        r#"{"request_id":"r1","jobs":[{"server_id":"b661bd931fe8879ee3579670fa096522","error_code":"CPS.0016","error_msg":"m"},{"server_id":"a550ac820fd7768dd2468569ef985411","job_id":"j1"}]}"#,
    );
    let script = Script::new(&[DENIED, answer]);
    let session = session(&script, Some("p"), None);
    let servers = pairs(&[(ONE, "new"), (TWO, "new"), ("c", "new")]);
    let mut change = Replacement::new(&session, servers).expect("valid");
    let survey = change.survey().await.expect("a denied list stops nothing");
    assert!(
        survey
            .warnings
            .iter()
            .any(|warning| warning.contains("cph:servers:list"))
    );
    assert!(
        survey
            .outcomes
            .iter()
            .all(|outcome| outcome.status == Status::Skipped)
    );
    let mut outcomes = survey.outcomes;
    change
        .send(&vec![0, 1, 2], &mut outcomes)
        .await
        .expect("an answer");
    let statuses: Vec<_> = outcomes.iter().map(|outcome| outcome.status).collect();
    assert_eq!(
        statuses,
        [Status::Running, Status::NotFound, Status::Unverified]
    );
    assert_eq!(change.split(&vec![0, 1, 2]), [[0], [1], [2]]);
    assert!(change.split(&vec![0]).is_empty());
}

#[tokio::test]
async fn after_a_lost_answer_only_a_changed_name_is_proof() {
    let lost = |after: (u16, &'static str)| [SERVERS, LOST, after, after, after, after];
    let (outcome, _, _) = run(1, true, &lost(NEW_PAIR)).await;
    assert_eq!((outcome.status, outcome.verified), (Status::Changed, true));
    let (outcome, _, _) = run(1, true, &lost(OLD_PAIR)).await;
    assert_eq!(outcome.status, Status::Unverified);
    let same = (
        200,
        r#"{"count":1,"servers":[{"server_id":"a550ac820fd7768dd2468569ef985411","keypair_name":"new"}]}"#,
    );
    let (outcome, _, script) = run(1, true, &[same, LOST, NEW_PAIR]).await;
    assert_eq!(
        outcome.status,
        Status::Unverified,
        "equal names prove nothing"
    );
    assert_eq!(
        script.lines().len(),
        3,
        "the change is sent once, and not polled without a job"
    );
}

#[tokio::test]
async fn a_denied_look_leaves_the_jobs_word_and_another_name_does_not() {
    let (outcome, warnings, _) = run(1, true, &[SERVERS, TAKEN, JOB_DONE, DENIED]).await;
    assert_eq!((outcome.status, outcome.verified), (Status::Changed, true));
    assert_eq!(warnings.len(), 1);
    let replies = [
        SERVERS, TAKEN, JOB_DONE, OLD_PAIR, OLD_PAIR, OLD_PAIR, OLD_PAIR,
    ];
    let (outcome, _, _) = run(1, true, &replies).await;
    assert_eq!(
        (outcome.status, outcome.verified),
        (Status::Unverified, false)
    );
    assert!(outcome.error.is_some());
}

#[tokio::test]
async fn a_bad_key_ends_it_before_anybody_is_asked() {
    let refused = (
        401,
        r#"{"error_code":"APIGW.0301","error_msg":"verify aksk signature fail"}"#,
    );
    let script = Script::new(&[refused]);
    let session = session(&script, Some("p"), None);
    let mut change = Replacement::new(&session, pairs(&[(ONE, "new")])).expect("valid");
    let error: Error = change.survey().await.expect_err("a bad key");
    assert_eq!(error.kind, ErrorKind::Credentials);
}

#[tokio::test]
async fn many_servers_go_in_chunks_of_fifty() {
    let script = Script::new(&[]);
    let session = session(&script, Some("p"), None);
    let many: Vec<_> = (0..120)
        .map(|n| (format!("s{n}"), "new".to_owned()))
        .collect();
    let change = Replacement::new(&session, many).expect("valid");
    let waves = change.waves(&(0..120).collect::<Vec<_>>());
    assert_eq!(waves.len(), 1);
    assert_eq!(
        waves[0].iter().map(Vec::len).collect::<Vec<_>>(),
        [50, 50, 20]
    );
    assert_eq!(
        change.purpose(),
        "change the key pair of cloud phone servers to new"
    );
}
