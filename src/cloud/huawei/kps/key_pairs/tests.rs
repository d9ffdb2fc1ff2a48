//! Key pairs of KPS over answers written down in advance.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::json;

use super::KeyPairs;
use crate::cloud::huawei::testing::{LOST, Script, prove, session, survey_and_send};
use crate::error::ErrorKind;
use crate::model::{
    Amendment, Facts, Keeper, Material, NewKeyPair, Protection, Record, Status, Visibility,
};
use crate::secret::Secret;
use crate::sshkey::PublicKey;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH0wPUlYiYO21+OoJKbe7zNzHcAt+3aVQyLFFIM6L3iP dev@example.com";
const OTHER: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBDkFDCt77upvNzjmoHeLulNJOFThFOk+WBnAEw5BvtupPFKJYQolsWY3Hyp2y3u3MbTEl5uJAZRLnBlBSzvyLrg= ci@example.com";
const GONE: (u16, &str) = (
    400,
    r#"{"error_code":"KPS.4016","error_msg":"The key pair is not exist"}"#,
);
const REFUSED: (u16, &str) = (400, r#"{"error_code":"KPS.0002","error_msg":"参数错误"}"#);
const DENIED: (u16, &str) = (403, r#"{"error_code":"KPS.9003","error_msg":"no"}"#);
const IMPORTED: (u16, &str) = (
    200,
    r#"{"keypair":{"name":"web","type":"ssh","fingerprint":"f"}}"#,
);

/// A pair as the service shows it.
fn shown(name: &str, key: &str) -> String {
    json!({"keypair": {"name": name, "scope": "domain", "public_key": format!("{key}\n"),
        "fingerprint": "49:ef:73:2b:9b:7f:2e:0c:58:d3:e3:42:8e:28:04:3b", "is_key_protection": true,
        "description": null, "create_time": 1_523_342_130_000_i64, "frozen_state": "0"}})
    .to_string()
}

fn new_pair(name: &str, key: Option<&str>) -> NewKeyPair {
    NewKeyPair {
        name: name.to_owned(),
        public_key: key.map(|text| PublicKey::parse(text).expect(text)),
        ..NewKeyPair::default()
    }
}

fn names(records: &[Record]) -> Vec<&str> {
    records.iter().map(|record| record.id.as_str()).collect()
}

#[tokio::test]
async fn a_list_is_read_to_its_end_and_told_in_plain_words() {
    let first = json!({"keypairs": [
        {"keypair": {"name": "a", "scope": "user", "public_key": "ssh-rsa !!! Generated-by-Nova\n",
            "fingerprint": "49:ef:73:2b:9b:7f:2e:0c:58:d3:e3:42:8e:28:04:3b",
            "is_key_protection": "false", "private_key": "canary"}}],
        "page_info": {"next_marker": "a"}});
    let second = json!({"keypairs": [{"keypair": {"name": "b",
        "public_key": format!("{} Generated-by-Nova\n", KEY.replace(" dev@example.com", ""))}}],
        "page_info": {"next_marker": "a", "previous_marker": null, "current_count": 1}});
    let script = Script::new(&[(200, &first.to_string()), (200, &second.to_string())]);
    let session = session(&script, Some("p"), None);
    let pairs = KeyPairs { session: &session };
    let records = pairs.list().await.expect("a list").records;
    assert_eq!(names(&records), ["a", "b"]);
    assert_eq!(
        script.lines(),
        [
            "GET /v3/p/keypairs?limit=50",
            "GET /v3/p/keypairs?limit=50&marker=a"
        ]
    );
    let Facts::KeyPair(pair) = &records[0].facts else {
        panic!("not a key pair");
    };
    assert!(matches!(pair.material, Material::Digest(_)));
    assert_eq!(pair.visibility, Some(Visibility::User));
    assert_eq!(pair.private_key_stored, Some(false));
    assert_eq!((&pair.description, &pair.created_at), (&None, &None));
    assert!(pair.bound_to.is_none());
    assert!(records[0].raw.get("private_key").is_none());
    let Material::Key(key) = records[1].material() else {
        panic!("no key");
    };
    assert_eq!(key.comment(), "", "the service's own comment");
    assert!(
        records[1].raw["public_key"]
            .as_str()
            .expect("text")
            .ends_with("Nova\n")
    );
}

#[tokio::test]
async fn one_pair_is_shown_and_a_missing_one_is_not_found() {
    let script = Script::new(&[(200, &shown("web", KEY)), GONE, (404, "")]);
    let session = session(&script, Some("p"), None);
    let pairs = KeyPairs { session: &session };
    let records = pairs.show("web").await.expect("a pair").records;
    let Facts::KeyPair(pair) = &records[0].facts else {
        panic!("not a key pair");
    };
    assert_eq!(pair.created_at.as_deref(), Some("2018-04-10T06:35:30Z"));
    assert_eq!(pair.description.as_deref(), Some(""));
    assert_eq!(pair.visibility, Some(Visibility::Account));
    assert_eq!(pair.private_key_stored, Some(true));
    for _ in 0..2 {
        let error = pairs.show("typo").await.expect_err("not there");
        assert_eq!(error.exit_code(), 5);
        assert!(
            error
                .hints
                .iter()
                .any(|hint| hint.contains("another IAM user"))
        );
    }
    for name in ["", ".", "..", "a/b", "{x}", "a\n"] {
        assert_eq!(pairs.show(name).await.expect_err(name).exit_code(), 2);
    }
    assert_eq!(
        script.lines().len(),
        3,
        "nothing is sent for what is no name"
    );
}

#[tokio::test]
async fn an_import_is_sent_and_read_back_and_then_described() {
    let there = shown("web", KEY);
    let script = Script::new(&[GONE, IMPORTED, (200, ""), (200, &there)]);
    let session = session(&script, Some("p"), None);
    let mut pair = new_pair("web", Some(KEY));
    pair.visibility = Some(Visibility::Account);
    pair.description = Some("of the web".to_owned());
    let mut change = KeyPairs { session: &session }
        .add(vec![pair])
        .expect("a change");
    let (mut outcomes, errors) = survey_and_send(&mut change).await.expect("sent");
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(outcomes[0].status, Status::Imported);
    prove(&mut change, &mut outcomes).await.expect("proven");
    assert!(outcomes[0].verified && outcomes[0].error.is_none());
    assert_eq!(
        script.body(1),
        json!({"keypair": {"name": "web", "type": "ssh", "scope": "domain", "public_key": KEY}})
    );
    assert_eq!(
        script.body(2),
        json!({"keypair": {"description": "of the web"}})
    );
    assert!(script.lines()[2].starts_with("PUT /v3/p/keypairs/web"));
}

#[tokio::test]
async fn a_description_that_is_refused_stands_beside_the_import() {
    let script = Script::new(&[GONE, IMPORTED, DENIED]);
    let session = session(&script, Some("p"), None);
    let mut pair = new_pair("web", Some(KEY));
    pair.description = Some("text".to_owned());
    let mut change = KeyPairs { session: &session }
        .add(vec![pair])
        .expect("a change");
    let (outcomes, _) = survey_and_send(&mut change).await.expect("sent");
    assert_eq!(outcomes[0].status, Status::Imported);
    let error = outcomes[0].error.as_ref().expect("an error");
    assert!(
        error
            .hints
            .iter()
            .any(|hint| hint.contains("key-pair update web"))
    );
}

#[tokio::test]
async fn what_is_there_already_decides_before_and_after_a_refusal() {
    let (same, other) = (shown("web", KEY), shown("web", OTHER));
    for (replies, expected, requests) in [
        (vec![(200, same.as_str())], Status::Exists, 1),
        (vec![(200, other.as_str())], Status::Conflict, 1),
        // Made by somebody between the look and the call; the code says nothing of it.
        (vec![GONE, REFUSED, (200, same.as_str())], Status::Exists, 3),
        (
            vec![GONE, (409, ""), (200, same.as_str())],
            Status::Exists,
            3,
        ),
    ] {
        let script = Script::new(&replies);
        let session = session(&script, Some("p"), None);
        let pair = new_pair("web", Some(KEY));
        let mut change = KeyPairs { session: &session }
            .add(vec![pair])
            .expect("a change");
        let (outcomes, errors) = survey_and_send(&mut change).await.expect("looked");
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(outcomes[0].status, expected);
        assert!(outcomes[0].verified);
        assert_eq!(script.lines().len(), requests);
    }
    for (after, kind) in [
        ((200, other.as_str()), ErrorKind::Conflict),
        (GONE, ErrorKind::Usage),
    ] {
        let script = Script::new(&[GONE, REFUSED, after]);
        let session = session(&script, Some("p"), None);
        let pair = new_pair("web", Some(KEY));
        let mut change = KeyPairs { session: &session }
            .add(vec![pair])
            .expect("a change");
        let (_, errors) = survey_and_send(&mut change).await.expect("looked");
        assert_eq!(errors[0].kind, kind);
        assert_eq!(
            errors[0].code.as_deref(),
            Some("KPS.0002"),
            "the service's own word"
        );
    }
}

#[tokio::test]
async fn a_pair_that_the_cloud_makes_brings_its_private_key_once() {
    let kept: Rc<RefCell<Option<Secret>>> = Rc::default();
    let made = json!({"keypair": {"name": "web", "private_key": "canary-key\n"}}).to_string();
    let script = Script::new(&[GONE, (200, &made), (200, &shown("web", KEY))]);
    let session = session(&script, Some("p"), None);
    let place = Rc::clone(&kept);
    let mut pair = new_pair("web", None);
    pair.protection = Some(Protection::KmsKey("mine".to_owned()));
    pair.keeper = Some(Keeper::new("file".to_owned(), move |secret| {
        *place.borrow_mut() = Some(secret.clone());
        Ok(())
    }));
    let mut change = KeyPairs { session: &session }
        .add(vec![pair])
        .expect("a change");
    let (mut outcomes, errors) = survey_and_send(&mut change).await.expect("sent");
    assert!(errors.is_empty(), "{errors:?}");
    prove(&mut change, &mut outcomes).await.expect("proven");
    assert_eq!(outcomes[0].status, Status::Created);
    assert!(outcomes[0].verified);
    assert!(!format!("{outcomes:?}").contains("canary"));
    let kept = kept.borrow();
    assert_eq!(kept.as_ref().expect("kept").expose(), "canary-key\n");
    assert_eq!(
        script.body(1)["keypair"]["key_protection"],
        json!({"encryption": {"type": "kms", "kms_key_name": "mine"}})
    );
}

#[tokio::test]
async fn a_lost_answer_is_found_out_by_looking() {
    let there = shown("web", KEY);
    for (replies, expected, code) in [
        (
            vec![GONE, LOST, (200, there.as_str())],
            Status::Created,
            Some("PrivateKeyLost"),
        ),
        (
            vec![GONE, LOST, GONE, GONE, GONE, GONE],
            Status::Failed,
            None,
        ),
    ] {
        let script = Script::new(&replies);
        let session = session(&script, Some("p"), None);
        let mut pair = new_pair("web", None);
        pair.keeper = Some(Keeper::new("file".to_owned(), |_| Ok(())));
        let mut change = KeyPairs { session: &session }
            .add(vec![pair])
            .expect("a change");
        let (mut outcomes, errors) = survey_and_send(&mut change).await.expect("looked");
        outcomes[0].fail(Status::Unverified, errors[0].clone());
        prove(&mut change, &mut outcomes).await.expect("proven");
        assert_eq!(outcomes[0].status, expected);
        if let Some(code) = code {
            let error = outcomes[0].error.as_ref().expect("an error");
            assert_eq!(error.code.as_deref(), Some(code));
        }
    }
}

#[test]
fn names_and_wishes_that_kps_cannot_take_are_refused_before_anything_is_sent() {
    let script = Script::new(&[]);
    let session = session(&script, Some("p"), None);
    let pairs = KeyPairs { session: &session };
    let long = "a".repeat(256);
    for name in ["", "..", "a b", "a/b", "密钥", "a.b", long.as_str()] {
        let error = pairs
            .add(vec![new_pair(name, Some(KEY))])
            .err()
            .expect(name);
        assert_eq!(error.exit_code(), 2, "{name}");
    }
    let mut stored = new_pair("a", Some(KEY));
    stored.protection = Some(Protection::Default);
    let error = pairs.add(vec![stored]).err().expect("no private key");
    assert!(error.message.contains("KPS.0002"));
    let mut tagged = new_pair("a", Some(KEY));
    tagged.tags = vec![("k".to_owned(), "v".to_owned())];
    assert!(pairs.add(vec![tagged]).is_err());
    let mut placed = new_pair("a", Some(KEY));
    placed.project = Some("7".to_owned());
    assert!(pairs.add(vec![placed]).is_err());
    let amendment = |name: Option<&str>, text: Option<&str>| Amendment {
        name: name.map(str::to_owned),
        description: text.map(str::to_owned),
    };
    assert!(
        pairs
            .update("a".to_owned(), amendment(Some("b"), Some("t")))
            .is_err()
    );
    assert!(pairs.update("a".to_owned(), amendment(None, None)).is_err());
    assert!(pairs.delete(vec!["a/b".to_owned()]).is_err());
}

#[tokio::test]
async fn odd_names_and_keys_are_warned_about() {
    let script = Script::new(&[GONE, GONE]);
    let session = session(&script, Some("p"), None);
    let long = "a".repeat(65);
    let mut blob = b"\0\0\0\x07ssh-rsa\0\0\0\x03\x01\0\x01\0\0\0\x81\0".to_vec();
    blob.extend([0xc5; 128]);
    let short = {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(blob);
        format!("ssh-rsa {text}")
    };
    let pairs = vec![new_pair(&long, Some(KEY)), new_pair("b", Some(&short))];
    let mut change = KeyPairs { session: &session }.add(pairs).expect("a change");
    let survey = crate::cloud::change::Change::survey(&mut change)
        .await
        .expect("a look");
    assert!(survey.warnings[0].contains("64"), "{:?}", survey.warnings);
    assert!(survey.warnings[1].contains("1024"), "{:?}", survey.warnings);
}

#[tokio::test]
async fn a_deletion_is_looked_for_before_and_proven_after() {
    let there = shown("web", KEY);
    let script = Script::new(&[(200, &there), GONE, (204, ""), (404, "")]);
    let session = session(&script, Some("p"), None);
    let names = vec!["web".to_owned(), "typo".to_owned()];
    let mut change = KeyPairs { session: &session }
        .delete(names)
        .expect("a change");
    let (mut outcomes, errors) = survey_and_send(&mut change).await.expect("sent");
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(outcomes[1].status, Status::Absent);
    prove(&mut change, &mut outcomes).await.expect("proven");
    assert_eq!(outcomes[0].status, Status::Deleted);
    assert!(outcomes[0].verified);
    assert_eq!(script.lines()[2], "DELETE /v3/p/keypairs/web");
}

#[tokio::test]
async fn for_many_the_list_is_read_and_what_it_does_not_show_is_looked_at() {
    let shown_pairs: Vec<_> = (0..10)
        .map(|number| json!({"keypair": {"name": format!("k{number}")}}))
        .collect();
    let list = json!({"keypairs": shown_pairs}).to_string();
    let script = Script::new(&[(200, &list), (200, &shown("k10", KEY))]);
    let session = session(&script, Some("p"), None);
    let names = (0..11).map(|number| format!("k{number}")).collect();
    let mut change = KeyPairs { session: &session }
        .delete(names)
        .expect("a change");
    let survey = crate::cloud::change::Change::survey(&mut change)
        .await
        .expect("a look");
    assert!(
        survey
            .outcomes
            .iter()
            .all(|outcome| outcome.status == Status::Skipped)
    );
    assert!(
        survey
            .notes
            .iter()
            .any(|note| note.contains("go on trusting"))
    );
    assert_eq!(script.lines()[1], "GET /v3/p/keypairs/k10");
}

#[tokio::test]
async fn a_description_is_changed_and_seen_and_a_typo_is_not_found() {
    let with = |text: &str| {
        json!({"keypair": {"name": "web", "public_key": KEY, "description": text}}).to_string()
    };
    let script = Script::new(&[(200, &with("old")), (200, ""), (200, &with("new")), GONE]);
    let session = session(&script, Some("p"), None);
    let amendment = Amendment {
        name: None,
        description: Some("new".to_owned()),
    };
    let pairs = KeyPairs { session: &session };
    let mut change = pairs
        .update("web".to_owned(), amendment.clone())
        .expect("a change");
    let (mut outcomes, _) = survey_and_send(&mut change).await.expect("sent");
    prove(&mut change, &mut outcomes).await.expect("proven");
    assert_eq!(outcomes[0].status, Status::Changed);
    assert!(outcomes[0].verified);
    let mut change = pairs
        .update("typo".to_owned(), amendment)
        .expect("a change");
    let (outcomes, _) = survey_and_send(&mut change).await.expect("looked");
    assert_eq!(outcomes[0].status, Status::NotFound);
    let error = outcomes[0].error.as_ref().expect("an error");
    assert!(
        error
            .hints
            .iter()
            .any(|hint| hint.contains("another IAM user"))
    );
}

#[tokio::test]
async fn pairs_are_handed_out_page_by_page_up_to_an_error() {
    let page = |names: &[&str], next: &str| {
        let pair = |name: &&str| json!({"keypair": {"name": name, "scope": "user"}});
        let pairs: Vec<_> = names.iter().map(pair).collect();
        json!({"keypairs": pairs, "page_info": {"next_marker": next}}).to_string()
    };
    let (first, second) = (page(&["a", "b"], "b"), page(&["b", "c"], "c"));
    let script = Script::new(&[(200, &first), (200, &second), DENIED]);
    let session = session(&script, Some("p"), None);
    let parts = RefCell::new(Vec::new());
    let take = |records: Vec<Record>| {
        let names: Vec<String> = records.into_iter().map(|record| record.id).collect();
        parts.borrow_mut().push(names);
    };
    let pairs = KeyPairs { session: &session };
    let error = pairs.each(&take).await.expect_err("denied");
    assert_eq!(error.kind, ErrorKind::Permission);
    assert_eq!(parts.into_inner(), [vec!["a", "b"], vec!["c"]]);
}
