//! Deleting keys against answers written down in advance.

use super::Deletion;
use crate::cloud::change::Change as _;
use crate::cloud::huawei::testing::{LOST, Script, session, survey_and_send};
use crate::error::{Error, ErrorKind};
use crate::model::{Outcome, RepositoryKeys, Status};

const LIST: (u16, &str) = (
    200,
    r#"{"keys":[
        {"id":31001,"title":"laptop","key":"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH0wPUlYiYO21+OoJKbe7zNzHcAt+3aVQyLFFIM6L3iP dev@example.com"},
        {"id":31002,"title":"ci","key":null},
        {"id":31003,"title":"ci","key":"ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBDkFDCt77upvNzjmoHeLulNJOFThFOk+WBnAEw5BvtupPFKJYQolsWY3Hyp2y3u3MbTEl5uJAZRLnBlBSzvyLrg= ci@example.com"}],
      "total":3}"#,
);
const WITHOUT_LAPTOP: (u16, &str) = (200, r#"{"keys":[{"id":31002},{"id":31003}],"total":2}"#);
const DELETED: (u16, &str) = (204, "");
const NOT_THERE: (u16, &str) = (404, r#"{"error_code":"CH.000404","error_msg":"m"}"#);
const DENIED: (u16, &str) = (401, r#"{"error_code":"CH.080401","error_msg":"m"}"#);

fn ids(ids: &[u32]) -> RepositoryKeys {
    RepositoryKeys::Ids(ids.to_vec())
}

fn fingerprint(text: &str) -> RepositoryKeys {
    RepositoryKeys::Fingerprint(text.to_owned())
}

fn title(text: &str) -> RepositoryKeys {
    RepositoryKeys::Title(text.to_owned())
}

/// Surveyed, sent, proven.
async fn run(
    keys: RepositoryKeys,
    replies: &[(u16, &str)],
) -> Result<(Vec<Outcome>, Vec<String>), Error> {
    let script = Script::new(replies);
    let session = session(&script, None, None);
    let mut change = Deletion::new(&session.client, keys)?;
    let (mut outcomes, mut errors) = survey_and_send(&mut change).await?;
    if let Some(error) = errors.pop() {
        outcomes[0].fail(Status::Unverified, error);
    }
    let sent: Vec<usize> = (0..outcomes.len())
        .filter(|&item| !outcomes[item].verified)
        .collect();
    if !sent.is_empty() {
        change.prove(&sent, &mut outcomes).await?;
    }
    Ok((outcomes, script.lines()))
}

#[tokio::test]
async fn listed_keys_are_deleted_and_unlisted_ids_are_never_sent() {
    let replies = [LIST, DELETED, LIST, WITHOUT_LAPTOP];
    let (outcomes, lines) = run(ids(&[31001, 7]), &replies).await.expect("deleted");
    let found: Vec<_> = outcomes
        .iter()
        .map(|outcome| (outcome.status, outcome.verified))
        .collect();
    assert_eq!(found, [(Status::Deleted, true), (Status::Absent, true)]);
    assert_eq!(
        outcomes[0].address.to_string(),
        "huawei:env/cn-north-4/codearts-key/31001"
    );
    assert_eq!(
        lines,
        [
            "GET /v4/user/keys?limit=100&offset=0",
            "DELETE /v4/user/keys/31001",
            "GET /v4/user/keys?limit=100&offset=0",
            "GET /v4/user/keys?limit=100&offset=0",
        ],
        "no project is looked up, and a list that lags is read again"
    );
}

#[tokio::test]
async fn a_title_or_fingerprint_must_name_one_key() {
    for keys in [
        title("laptop"),
        fingerprint("SHA256:WcMvjRo1t0uDYNlfRPjt8l7Wy/1HbpLwTkulhpNc3hc"),
        fingerprint("WcMvjRo1t0uDYNlfRPjt8l7Wy/1HbpLwTkulhpNc3hc="),
        fingerprint("5d6b46a992c1c02da607b1b8f09841b5"),
        fingerprint("MD5:5d:6b:46:a9:92:c1:c0:2d:a6:07:b1:b8:f0:98:41:b5"),
        // Of the key in DER, as some clouds show it.
        fingerprint("0ed36321b09df434ee6d27b3455886c6"),
        fingerprint("4c4e88488d6cfcddf38b72b3ef2f0fa56da32269"),
    ] {
        let (outcomes, _) = run(keys, &[LIST, DELETED, WITHOUT_LAPTOP])
            .await
            .expect("deleted");
        assert_eq!(
            (outcomes[0].status, outcomes[0].address.id.as_str()),
            (Status::Deleted, "31001")
        );
    }
    let several = run(title("ci"), &[LIST]).await.expect_err("two");
    assert_eq!(several.exit_code(), 2);
    assert!(several.message.contains("31002") && several.message.contains("31003"));
    let none = run(title("Laptop"), &[LIST]).await.expect_err("none");
    assert_eq!(none.exit_code(), 5);
    let none = run(
        fingerprint("49:ef:73:2b:9b:7f:2e:0c:58:d3:e3:42:8e:28:04:3b"),
        &[LIST],
    )
    .await;
    let none = none.expect_err("none");
    assert!(
        none.hints.iter().any(|hint| hint.starts_with("1 of them")),
        "{:?}",
        none.hints
    );
    let sha1 = fingerprint("0000000000000000000000000000000000000000");
    let none = run(sha1, &[LIST]).await.expect_err("none");
    assert!(
        none.hints.iter().any(|hint| hint.contains("SHA-256")),
        "{:?}",
        none.hints
    );
    assert_eq!(
        run(title("laptop"), &[DENIED])
            .await
            .expect_err("denied")
            .exit_code(),
        4
    );
    assert_eq!(
        run(fingerprint("laptop"), &[])
            .await
            .expect_err("no fingerprint")
            .exit_code(),
        2
    );
    assert_eq!(run(ids(&[0]), &[]).await.expect_err("no id").exit_code(), 2);
}

#[tokio::test]
async fn the_question_can_say_which_key_it_is() {
    let script = Script::new(&[LIST]);
    let session = session(&script, None, None);
    let mut change = Deletion::new(&session.client, ids(&[31001])).expect("valid");
    let survey = change.survey().await.expect("a list");
    assert_eq!(
        survey.notes,
        ["31001 is \"laptop\" SHA256:WcMvjRo1t0uDYNlfRPjt8l7Wy/1HbpLwTkulhpNc3hc"]
    );
}

#[tokio::test]
async fn a_denied_list_stops_nothing_and_proves_nothing() {
    let script = Script::new(&[DENIED, DELETED]);
    let session = session(&script, None, None);
    let mut change = Deletion::new(&session.client, ids(&[31001])).expect("valid");
    let (mut outcomes, errors) = survey_and_send(&mut change).await.expect("sent");
    assert!(errors.is_empty());
    assert_eq!(
        (outcomes[0].status, outcomes[0].verified),
        (Status::Deleted, false)
    );
    let error = change.prove(&[0], &mut outcomes).await.expect_err("denied");
    assert_eq!(error.kind, ErrorKind::Permission);
}

#[tokio::test]
async fn what_is_gone_after_a_lost_answer_was_deleted_by_it() {
    let replies = [LIST, LOST, NOT_THERE, WITHOUT_LAPTOP];
    let (outcomes, _) = run(ids(&[31001]), &replies).await.expect("deleted");
    assert_eq!(
        (outcomes[0].status, outcomes[0].verified),
        (Status::Deleted, true)
    );

    let replies = [LIST, NOT_THERE, WITHOUT_LAPTOP];
    let (outcomes, _) = run(ids(&[31001]), &replies).await.expect("not there");
    assert_eq!(
        (outcomes[0].status, outcomes[0].verified),
        (Status::Absent, true)
    );

    let lost = |last| {
        [
            LIST, LOST, LOST, LOST, LOST, LOST, LOST, LIST, last, last, last,
        ]
    };
    let (outcomes, _) = run(ids(&[31001]), &lost(WITHOUT_LAPTOP)[..9])
        .await
        .expect("gone");
    assert_eq!(
        (outcomes[0].status, outcomes[0].verified),
        (Status::Deleted, true)
    );
    let (outcomes, _) = run(ids(&[31001]), &lost(LIST)).await.expect("still there");
    assert_eq!(
        (outcomes[0].status, outcomes[0].verified),
        (Status::Failed, true)
    );
}

#[tokio::test]
async fn a_key_that_stays_listed_is_not_called_deleted() {
    let replies = [LIST, DELETED, LIST, LIST, LIST, LIST];
    let (outcomes, _) = run(ids(&[31001]), &replies).await.expect("an answer");
    assert_eq!(
        (outcomes[0].status, outcomes[0].verified),
        (Status::Unverified, false)
    );
}

#[tokio::test]
async fn a_denied_delete_is_no_bad_key() {
    let script = Script::new(&[LIST, DENIED]);
    let session = session(&script, None, None);
    let mut change = Deletion::new(&session.client, ids(&[31001])).expect("valid");
    let (_, errors) = survey_and_send(&mut change).await.expect("a list");
    assert_eq!(errors[0].kind, ErrorKind::Permission);
}
