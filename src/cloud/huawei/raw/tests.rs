use serde_json::{Value, json};

use super::super::codearts::DeleteSshKey;
use super::super::kms::{CancelKeyDeletion, ListKeyDetail};
use super::super::session::Session;
use super::super::testing::{LOST, Script, session};
use super::{encoded, fits, prepare, private_keys};
use crate::cloud::raw::testing::{assert_same, client, request};
use crate::cloud::raw::{PrivateKeys, RawAnswer, RawCall, RawRequest};
use crate::error::{Error, Fate};
use crate::http::Method;

const KEY: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";

fn call(service: &'static str, method: &str, path: &str, words: &[&str]) -> RawRequest {
    request(service, method, Some(path), words)
}

fn with_body(mut request: RawRequest, body: Value) -> RawRequest {
    request.body = Some(body);
    request
}

async fn send(session: &Session, request: RawRequest) -> Result<Value, Error> {
    let answer = prepare(session, request).expect("a call").send().await?;
    match answer.value {
        RawAnswer::Object(value) => Ok(value),
        RawAnswer::File(bytes) => panic!("a file of {} bytes", bytes.len()),
    }
}

#[tokio::test]
async fn a_raw_call_is_the_typed_one() {
    let session = Session::new(client("cn-north-4"), None);
    let client = &session.client;
    let describe = call("kms", "POST", "/v1.0/{project_id}/kms/describe-key", &[]);
    let raw = prepare(&session, with_body(describe, json!({"key_id": KEY}))).expect("raw");
    let key_id = KEY.to_owned();
    assert_same(client, &ListKeyDetail { key_id }, &raw).await;
    assert!(raw.nature().is_read);

    let cancel = call(
        "kms",
        "post",
        "/v1.0/{project_id}/kms/cancel-key-deletion",
        &[],
    );
    let raw = prepare(&session, with_body(cancel, json!({"key_id": KEY}))).expect("raw");
    let (key_id, sequence) = (KEY.to_owned(), None);
    assert_same(client, &CancelKeyDeletion { key_id, sequence }, &raw).await;
    assert!(!raw.nature().is_read);

    let delete = call("codearts", "DELETE", "/v4/user/keys/7", &[]);
    let raw = prepare(&session, delete).expect("raw");
    assert_same(client, &DeleteSshKey { key_id: 7 }, &raw).await;
    assert!(!raw.nature().is_read);
}

#[tokio::test]
async fn the_project_is_looked_up_only_for_a_path_that_wants_it() {
    let found = r#"{"projects":[{"id":"p1","name":"cn-north-4"}]}"#;
    let script = Script::new(&[(200, found), (200, "{}"), (200, "{}")]);
    let session = session(&script, None, None);
    let wants = call(
        "ecs",
        "GET",
        "/v1/{project_id}/cloudservers",
        &["b=2", "a=x y"],
    );
    send(&session, wants).await.expect("an answer");
    let names = call("ecs", "GET", "/v1/p9/cloudservers", &[]);
    send(&session, names).await.expect("an answer");
    assert_eq!(
        script.lines(),
        [
            "GET /v3/projects?name=cn-north-4",
            "GET /v1/p1/cloudservers?a=x%20y&b=2",
            "GET /v1/p9/cloudservers"
        ]
    );
}

#[tokio::test]
async fn a_lost_read_goes_again_and_a_lost_change_does_not() {
    let script = Script::new(&[LOST, (200, r#"{"keys":[]}"#)]);
    let client = session(&script, Some("p1"), None);
    let list = call("codearts", "GET", "/v4/user/keys", &[]);
    send(&client, list).await.expect("an answer");

    let script = Script::new(&[LOST]);
    let client = session(&script, Some("p1"), None);
    let delete = call("codearts", "DELETE", "/v4/user/keys/7", &[]);
    let error = send(&client, delete).await.expect_err("lost");
    assert_eq!((error.exit_code(), error.fate), (7, Fate::Unknown));
    assert_eq!(error.operation, Some("DELETE /v4/user/keys/7"));
    assert!(
        error
            .hints
            .iter()
            .any(|hint| hint.contains("may have been"))
    );
}

#[tokio::test]
async fn what_a_vendor_quotes_of_a_secret_is_not_shown() {
    let quote = r#"{"error_code":"KPS.0002","error_msg":"bad private_key canary-key"}"#;
    let script = Script::new(&[(400, quote)]);
    let session = session(&script, Some("p1"), None);
    let import = call(
        "kms",
        "POST",
        "/v3/{project_id}/keypairs/private-key/import",
        &[],
    );
    let body = json!({"keypair": {"key_protection": {"private_key": "canary-key"}}});
    let error = send(&session, with_body(import, body))
        .await
        .expect_err("refused");
    assert!(!format!("{error:?}").contains("canary-key"), "{error:?}");
    assert!(error.message.contains("(redacted)"), "{error}");
}

#[tokio::test]
async fn an_excerpt_does_not_end_inside_a_secret() {
    let page = format!("{}canary-key", "-".repeat(154));
    let script = Script::new(&[(403, page.as_str())]);
    let session = session(&script, Some("p1"), None);
    let call = call("ecs", "POST", "/v1/{project_id}/cloudservers", &[]);
    let body = json!({"server": {"adminPass": "canary-key"}});
    let error = send(&session, with_body(call, body))
        .await
        .expect_err("refused");
    assert!(!error.message.contains("canary"), "{error}");
}

#[tokio::test]
async fn what_kpctl_says_itself_is_not_taken_for_a_secret() {
    let quote = r#"{"error_code":"APIGW.0301","error_msg":"no service",
        "details":[{"error_code":"A.2","error_msg":"service"}]}"#;
    let refusal = async |secret: &str| {
        let script = Script::new(&[(401, quote)]);
        let session = session(&script, Some("p1"), None);
        let call = call("ecs", "POST", "/v1/{project_id}/cloudservers", &[]);
        let body = json!({"server": {"adminPass": secret}});
        send(&session, with_body(call, body))
            .await
            .expect_err("refused")
    };
    let plain = refusal("canary-key").await;
    let own = plain.hints[0].clone();
    let word = own
        .split(' ')
        .find(|word| word.len() > 6)
        .expect("a long word");
    assert_eq!(refusal(word).await.hints[0], own);

    let quoted = refusal("service").await;
    assert_eq!(quoted.message, "no (redacted)");
    assert!(quoted.hints[1].ends_with("A.2 (redacted)"), "{quoted:?}");
}

/// The answer, and for what was refused inside it the number, the number of all, and the exit code.
async fn judged(request: RawRequest, answer: &str) -> Result<Option<(usize, usize, u8)>, Error> {
    let script = Script::new(&[(200, answer)]);
    let session = session(&script, Some("p1"), None);
    let call = prepare(&session, request).expect("a call");
    let RawAnswer::Object(value) = call.send().await?.value else {
        panic!("a file");
    };
    assert_eq!(value, serde_json::from_str::<Value>(answer).expect(answer));
    let refused = call.refused(&value);
    Ok(refused.map(|items| (items.kinds.len(), items.of, items.exit_code())))
}

#[tokio::test]
async fn items_refused_inside_a_success_are_counted() {
    let change = || call("kms", "POST", "/v3/{project_id}/keypairs/any", &[]);
    let good = r#"{"server_id":"1","task_id":"t","status":"SUCCESS","error_code":""}"#;
    let missing = r#"{"server_id":"2","status":"Failed","error_code":"KPS.4016","error_msg":"m"}"#;
    let denied = r#"{"server_id":"3","error_code":"CPS.0001","error_msg":"m"}"#;
    let list = |name: &str, items: &[&str]| format!(r#"{{"{name}":[{}]}}"#, items.join(","));
    let whole = |status: &str| format!(r#"{{"task_id":"t","status":"{status}","error_msg":null}}"#);
    for (answer, expected) in [
        (list("tasks", &[good]), None),
        (list("tasks", &[good, missing]), Some((1, 2, 3))),
        (list("tasks", &[missing, missing]), Some((2, 2, 5))),
        (list("jobs", &[missing, denied]), Some((2, 2, 1))),
        (list("jobs", &[denied]), Some((1, 1, 4))),
        (
            list("failed_keypairs", &[r#"{"failed_reason":"m"}"#]),
            Some((1, 1, 1)),
        ),
        (list("others", &[missing]), None),
        (whole("SUCCESS"), None),
        (whole("FAILED"), Some((1, 1, 1))),
        (missing.to_owned(), Some((1, 1, 5))),
    ] {
        let judged = judged(change(), &answer).await.expect(&answer);
        assert_eq!(judged, expected, "{answer}");
    }
    // What a read tells of went wrong before; what is only an error is one.
    let read = || call("kms", "GET", "/v3/{project_id}/tasks/t", &[]);
    for answer in [&list("tasks", &[missing]), missing, &whole("FAILED")] {
        assert_eq!(judged(read(), answer).await.expect(answer), None);
    }
    let bare = r#"{"error_code":"KPS.4016","error_msg":"m"}"#;
    assert_eq!(
        judged(change(), bare)
            .await
            .expect_err("refused")
            .exit_code(),
        5
    );
}

#[tokio::test]
async fn all_pages_are_one_list_or_an_error() {
    let list = || {
        let mut list = call("kms", "POST", "/v1.0/{project_id}/kms/list-keys", &[]);
        list.all_pages = true;
        list
    };
    let page = |keys: &str, rest: &str| (200, format!(r#"{{"key_details":[{keys}]{rest}}}"#));
    let run = async |pages: &[(u16, String)]| {
        let pages: Vec<_> = pages
            .iter()
            .map(|(code, text)| (*code, text.as_str()))
            .collect();
        let script = Script::new(&pages);
        let session = session(&script, Some("p1"), None);
        let answer = send(&session, list()).await;
        (answer, script)
    };
    let more = r#","next_marker":"1","truncated":"true""#;
    let end = r#","next_marker":"","truncated":"false""#;
    let (answer, script) = run(&[page("1", more), page("2", end)]).await;
    assert_eq!(answer.expect("whole"), json!({"key_details": [1, 2]}));
    assert_eq!(
        (script.body(0), script.body(1)),
        (json!({}), json!({"marker": "1"}))
    );

    let (answer, _) = run(&[page("1", more), page("2", more), page("2", more)]).await;
    assert_eq!(answer.expect_err("it repeats").exit_code(), 7);
    let (answer, _) = run(&[page("1", more), (200, "{}".to_owned())]).await;
    assert!(answer.expect_err("no list").message.contains("key_details"));
    let (answer, _) = run(&[page("1", more), (403, "{}".to_owned())]).await;
    assert_eq!(answer.expect_err("denied").exit_code(), 4);
}

#[test]
fn what_cannot_be_sent_is_a_usage_error() {
    let session = Session::new(client("cn-north-4"), None);
    let refused = |request: RawRequest| {
        let error = prepare(&session, request).expect_err("refused");
        assert_eq!(error.exit_code(), 2, "{error}");
        error
    };
    refused(request("kms", "GET", None, &[]));
    refused(call("kms", "LIST", "/v3/p/keypairs", &[]));
    refused(call("kms", "GET", "/v3/p/keypairs", &["limit:=1"]));
    refused(with_body(
        call("kms", "GET", "/v3/p/keypairs", &[]),
        json!({}),
    ));
    let mut version = call("kms", "GET", "/v3/p/keypairs", &[]);
    version.version = Some("v3".to_owned());
    refused(version);
    let mut paged = call("kms", "GET", "/v3/p/keypairs/x", &[]);
    paged.all_pages = true;
    let error = refused(paged);
    assert!(error.hints[0].contains("cph GET /v1/{project_id}/cloud-phone/servers"));
}

#[test]
fn paths_are_encoded_once_and_strictly() {
    for (given, sent) in [
        ("/v4/user/keys", "/v4/user/keys"),
        ("/v3/{project_id}/keypairs", "/v3/{project_id}/keypairs"),
        ("/v3/p/keypairs/a b", "/v3/p/keypairs/a%20b"),
        ("/v3/p/keypairs/a%20b", "/v3/p/keypairs/a%20b"),
        ("/v3/p/keypairs/%e5%af%86", "/v3/p/keypairs/%E5%AF%86"),
        ("/v3/p/keypairs/密", "/v3/p/keypairs/%E5%AF%86"),
        ("/v3/p/keypairs/a+*:b", "/v3/p/keypairs/a%2B%2A%3Ab"),
    ] {
        assert_eq!(encoded(given).expect(given), sent);
    }
}

#[test]
fn what_can_mean_another_path_is_refused() {
    for path in [
        "",
        "/",
        "v3/keypairs",
        "//v3/keypairs",
        "/v3//keypairs",
        "/v3/keypairs/",
        "/v3/./x",
        "/v3/../x",
        "/v3/%2e%2E/x",
        "/v3/a%2Fb",
        "/v3/{name}/x",
        "/v3/%7Bproject_id%7D/x",
        "/v3/x{project_id}",
        "/v3/x?limit=1",
        "/v3/x#y",
    ] {
        let error = encoded(path).expect_err(path);
        assert_eq!(error.exit_code(), 2, "{path}");
    }
}

#[test]
fn forms_match_segment_by_segment() {
    assert!(fits("/v3/*/keypairs", "/v3/{project_id}/keypairs"));
    assert!(!fits("/v3/*/keypairs", "/v3/p/keypairs/x"));
    assert!(!fits("/v3/*/keypairs", "/v3/keypairs"));
}

#[test]
fn a_private_key_is_expected_where_no_public_one_is_given() {
    let of = |path, body| private_keys(&Method::POST, path, &body);
    let own = json!({"keypair": {"name": "n", "public_key": "ssh-ed25519 A"}});
    let made = json!({"keypair": {"name": "n"}});
    assert_eq!(of("/v3/p/keypairs", made.clone()), PrivateKeys::One);
    assert_eq!(of("/v2.1/p/os-keypairs", made.clone()), PrivateKeys::One);
    assert_eq!(of("/v3/p/keypairs", own.clone()), PrivateKeys::None);
    assert_eq!(
        of("/v3/p/keypairs/batch-import", json!([own, made])),
        PrivateKeys::Several
    );
    assert_eq!(
        of("/v3/p/keypairs/batch-import", json!([own])),
        PrivateKeys::None
    );
    assert_eq!(
        private_keys(&Method::GET, "/v3/p/keypairs", &made),
        PrivateKeys::None
    );
}
