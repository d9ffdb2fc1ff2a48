//! Adding keys against answers written down in advance.

use super::additions;
use crate::cloud::change::Change as _;
use crate::cloud::huawei::testing::{LOST, Script, session};
use crate::error::{Error, Fate};
use crate::model::{NewKeyPair, Outcome, Status};
use crate::sshkey::PublicKey;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH0wPUlYiYO21+OoJKbe7zNzHcAt+3aVQyLFFIM6L3iP dev@example.com";
const EMPTY: (u16, &str) = (200, r#"{"keys":[],"total":0}"#);
/// Under another title: those are not unique, and neither do they count.
const LISTED: (u16, &str) = (
    200,
    r#"{"keys":[{"id":31000,"title":"laptop","key":null},{"id":31001,"title":"old laptop","key":"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH0wPUlYiYO21+OoJKbe7zNzHcAt+3aVQyLFFIM6L3iP x"}],"total":2}"#,
);
const ADDED: (u16, &str) = (
    201,
    r#"{"id":31001,"title":"laptop","key":"ssh-ed25519 AAAA","created_at":"2025-03-04T13:06:07.000+08:00"}"#,
);
const DENIED: (u16, &str) = (401, r#"{"error_code":"CH.080401","error_msg":"m"}"#);

fn pair(title: &str, key: &str) -> NewKeyPair {
    NewKeyPair {
        name: title.to_owned(),
        public_key: Some(PublicKey::parse(key).expect(key)),
        ..NewKeyPair::default()
    }
}

/// One key: surveyed, sent, and proven where that is due.
async fn run(replies: &[(u16, &str)]) -> (Outcome, Vec<String>, Script) {
    let script = Script::new(replies);
    let session = session(&script, None, None);
    let mut change = additions(&session.client, vec![pair("laptop", KEY)]).expect("valid");
    assert!(!change.asks());
    let survey = change.survey().await.expect("a survey");
    let mut outcomes = survey.outcomes;
    if outcomes[0].status == Status::Skipped {
        if let Err(error) = change.send(&vec![0], &mut outcomes).await {
            let status = match error.fate {
                Fate::Unknown => Status::Unverified,
                Fate::NotDone => Status::of_error(error.kind),
            };
            outcomes[0].fail(status, error);
        }
        let status = outcomes[0].status;
        if matches!(status, Status::Imported | Status::Unverified) {
            change.prove(&[0], &mut outcomes).await.expect("a look");
        }
    }
    (outcomes.remove(0), survey.warnings, script)
}

#[tokio::test]
async fn a_key_is_added_and_seen_in_the_list() {
    let (outcome, _, script) = run(&[EMPTY, ADDED, LISTED]).await;
    assert_eq!((outcome.status, outcome.verified), (Status::Imported, true));
    assert_eq!(
        outcome.address.to_string(),
        "huawei:env/cn-north-4/codearts-key/31001"
    );
    assert_eq!(
        outcome.fingerprint.as_deref(),
        Some("SHA256:WcMvjRo1t0uDYNlfRPjt8l7Wy/1HbpLwTkulhpNc3hc")
    );
    assert_eq!(
        script.lines(),
        [
            "GET /v4/user/keys?limit=100&offset=0",
            "POST /v4/user/keys",
            "GET /v4/user/keys?limit=100&offset=0"
        ]
    );
    let body = serde_json::json!({"title": "laptop", "key": KEY});
    assert_eq!(script.body(1), body);
}

#[tokio::test]
async fn the_same_key_is_there_under_any_title() {
    let (outcome, _, script) = run(&[LISTED]).await;
    assert_eq!((outcome.status, outcome.verified), (Status::Exists, true));
    assert_eq!(outcome.name.as_deref(), Some("old laptop"));
    assert_eq!(script.lines().len(), 1);
}

#[tokio::test]
async fn a_key_of_another_user_is_a_conflict_by_status_or_by_words_and_never_by_code_alone() {
    for (status, body, expected) in [
        (
            409,
            r#"{"error":{"code":"CH.080002","message":"m"},"status":"failed"}"#,
            Status::Conflict,
        ),
        (409, "{}", Status::Conflict),
        (
            400,
            r#"{"error":{"code":"CH.080002","message":"The key already exists. Generate a new one."},"status":"failed"}"#,
            Status::Conflict,
        ),
        (
            400,
            r#"{"error_code":"CH.080002","error_msg":"SSH密钥已存在"}"#,
            Status::Conflict,
        ),
        (
            400,
            r#"{"error_code":"CH.010001","error_msg":"key is exist"}"#,
            Status::Conflict,
        ),
        (
            400,
            r#"{"error":{"code":"CH.080002","message":"The title is not allowed."},"status":"failed"}"#,
            Status::Failed,
        ),
        (
            400,
            r#"{"error_code":"CH.080002","error_msg":"the user does not exist"}"#,
            Status::Failed,
        ),
    ] {
        let conflicts = expected == Status::Conflict;
        let (outcome, ..) = run(&[EMPTY, (status, body), EMPTY]).await;
        assert_eq!(outcome.status, expected, "{body}");
        let error = outcome.error.expect("a reason");
        let says = |hint: &String| hint.contains("another user has it");
        assert_eq!(error.hints.iter().any(says), conflicts, "{body}");
    }
}

#[tokio::test]
async fn a_lost_answer_is_found_out_by_looking_and_nothing_is_sent_twice() {
    let (outcome, _, script) = run(&[EMPTY, LOST, LISTED]).await;
    assert_eq!((outcome.status, outcome.verified), (Status::Imported, true));
    assert!(outcome.error.is_none());
    let posts = script
        .lines()
        .iter()
        .filter(|line| line.starts_with("POST"))
        .count();
    assert_eq!(posts, 1);
}

#[tokio::test]
async fn without_the_permission_to_list_it_is_sent_all_the_same() {
    let script = Script::new(&[DENIED, ADDED, DENIED]);
    let session = session(&script, None, None);
    let mut change = additions(&session.client, vec![pair("laptop", KEY)]).expect("valid");
    let survey = change.survey().await.expect("a survey");
    assert_eq!(survey.warnings.len(), 1);
    let mut outcomes = survey.outcomes;
    change
        .send(&vec![0], &mut outcomes)
        .await
        .expect("an answer");
    assert_eq!(outcomes[0].status, Status::Imported);
    assert!(change.prove(&[0], &mut outcomes).await.is_err());
    assert!(!outcomes[0].verified);
}

#[test]
fn what_the_service_cannot_take_is_never_sent() {
    let session = session(&Script::new(&[]), None, None);
    let check = |pair: NewKeyPair| -> Result<(), Error> {
        additions(&session.client, vec![pair]).map(|_| ())
    };
    let bare = KEY.trim_end_matches(" dev@example.com");
    let with_comment = |length: usize| format!("{bare} {}", "c".repeat(length));
    let room = 1000 - bare.len() - 1;
    assert!(check(pair(&"题".repeat(1000), &with_comment(room))).is_ok());
    for (title, key, hint) in [
        (String::new(), KEY.to_owned(), None),
        ("t".repeat(1001), KEY.to_owned(), None),
        (
            "t".to_owned(),
            with_comment(room + 1),
            Some(format!("Shorten its comment to {room} characters.")),
        ),
    ] {
        let error = check(pair(&title, &key)).expect_err("too long");
        assert_eq!(error.exit_code(), 2);
        assert_eq!(error.hints.first(), hint.as_ref());
    }
    // An RSA key of 8192 bits: its type, its exponent, and a modulus of 1025 bytes.
    let field = |bytes: &[u8]| {
        let length = u32::try_from(bytes.len()).expect("short");
        [&length.to_be_bytes(), bytes].concat()
    };
    let modulus = [&[0, 0x80][..], &[7; 1023]].concat();
    let blob = [field(b"ssh-rsa"), field(&[1, 0, 1]), field(&modulus)].concat();
    let long = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, blob);
    let error = check(pair("t", &format!("ssh-rsa {long}"))).expect_err("too long");
    assert!(error.message.contains("1404"), "{error}");
    assert!(error.hints[0].contains("4096 bits"), "{:?}", error.hints);

    let none = NewKeyPair {
        name: "t".to_owned(),
        ..NewKeyPair::default()
    };
    assert_eq!(check(none).expect_err("no key").exit_code(), 2);
}

#[tokio::test]
async fn a_type_that_is_not_documented_is_tried_with_a_warning() {
    let field = |text: &[u8]| [&[0, 0, 0, u8::try_from(text.len()).expect("short")], text].concat();
    let kind = b"sk-ssh-ed25519@openssh.com";
    let blob = [field(kind), field(&[1; 32]), field(b"ssh:")].concat();
    let blob = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, blob);
    let key = format!("sk-ssh-ed25519@openssh.com {blob}");
    let session = session(&Script::new(&[EMPTY]), None, None);
    let mut change = additions(&session.client, vec![pair("t", &key)]).expect("valid");
    let survey = change.survey().await.expect("a survey");
    assert!(survey.warnings[0].contains("sk-ssh-ed25519"));
    assert_eq!(survey.outcomes[0].status, Status::Skipped);
}
