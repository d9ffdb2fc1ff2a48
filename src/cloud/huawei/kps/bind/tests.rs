//! Bindings of KPS against answers written down in advance.

use serde_json::{Value, json};

use super::{Direction, Rebinding};
use crate::cloud::change::{Change as _, Risk};
use crate::cloud::huawei::kps::{
    AssociateKeypair, Auth, BatchAssociateKeypair, DisassociateKeypair, Server,
};
use crate::cloud::huawei::session::Session;
use crate::cloud::huawei::testing::{LOST, Script, prove, session, survey_and_send};
use crate::error::{Error, ErrorKind};
use crate::model::{Access, Binding, Outcome, Resource, Status};
use crate::secret::Secret;
use crate::time::Clock;

const PAIR: (u16, &str) = (200, r#"{"keypair":{"name":"web","scope":"user"}}"#);
const NO_PAIR: (u16, &str) = (
    400,
    r#"{"error_code":"KPS.4016","error_msg":"The key pair is not exist"}"#,
);
const TAKEN: (u16, &str) = (200, r#"{"task_id":"t1"}"#);
const FORGOTTEN: (u16, &str) = (400, r#"{"error_code":"KPS.0001","error_msg":"m"}"#);
const NONE: (u16, &str) = (200, r#"{"total":0,"tasks":[]}"#);
const DENIED: (u16, &str) = (403, r#"{"error_code":"KPS.9003","error_msg":"no"}"#);

fn binding(servers: &[&str], access: Option<Access>) -> Binding {
    Binding {
        access,
        ..Binding::new(
            Resource::KeyPair,
            vec!["web".to_owned()],
            servers.iter().map(|id| (*id).to_owned()).collect(),
        )
    }
}

fn password() -> Access {
    Access::Password(Secret::new("canary".to_owned()))
}

fn status(word: &str) -> String {
    json!({"server_id": "s1", "task_id": "t1", "task_status": word}).to_string()
}

/// A list with one task of a server, begun after what a test sends.
fn task(id: &str, server: &str, word: &str) -> String {
    task_of("web", 10_000, id, server, word)
}

/// Begun so many milliseconds from now.
fn task_of(key_pair: &str, begun: i64, id: &str, server: &str, word: &str) -> String {
    let time = Clock::System.now().timestamp_millis() + begun;
    json!({"total": 1, "tasks": [{"task_id": id, "operate_type": word, "task_time": time,
        "server_id": server, "keypair_name": key_pair, "task_error_msg": "Connect failed"}]})
    .to_string()
}

/// Surveyed, sent, followed so often, proven.
async fn run(
    direction: Direction,
    servers: &[&str],
    access: Option<Access>,
    polls: usize,
    replies: &[(u16, &str)],
) -> (Vec<Outcome>, Script) {
    let script = Script::new(replies);
    let session = session(&script, Some("p"), None);
    let mut change = Rebinding::new(&session, direction, binding(servers, access)).expect("valid");
    let (mut outcomes, errors) = survey_and_send(&mut change).await.expect("a survey");
    for error in errors {
        for outcome in &mut outcomes {
            outcome.fail(Status::Unverified, error.clone());
        }
    }
    for _ in 0..polls {
        let running = |item: &usize| outcomes[*item].status == Status::Running;
        let open: Vec<usize> = (0..outcomes.len()).filter(running).collect();
        change.poll(&open, &mut outcomes).await.expect("a look");
    }
    prove(&mut change, &mut outcomes).await.expect("a proof");
    (outcomes, script)
}

#[tokio::test]
async fn a_task_is_followed_to_its_end() {
    let (ready, running, done) = (
        status("READY_RESET"),
        status("RUNNING_RESET"),
        status("SUCCESS_RESET"),
    );
    let replies = [PAIR, TAKEN, (200, &*ready), (200, &*running), (200, &*done)];
    let (outcomes, script) = run(Direction::Attach, &["s1"], None, 3, &replies).await;
    assert_eq!(
        (outcomes[0].status, outcomes[0].verified),
        (Status::Attached, true)
    );
    assert_eq!(outcomes[0].job_id.as_deref(), Some("t1"));
    assert_eq!(
        script.lines()[1..3],
        ["POST /v3/p/keypairs/associate", "GET /v3/p/tasks/t1"]
    );
    assert_eq!(
        script.body(1),
        json!({"keypair_name": "web", "server": {"id": "s1"}})
    );
}

#[tokio::test]
async fn a_word_that_no_document_names_is_no_end() {
    let odd = status("PAUSED_RESET");
    let (outcomes, _) = run(
        Direction::Attach,
        &["s1"],
        None,
        1,
        &[PAIR, TAKEN, (200, &odd)],
    )
    .await;
    assert_eq!(outcomes[0].status, Status::Running);
}

#[tokio::test]
async fn a_failed_task_is_explained_and_an_unknown_one_proves_nothing() {
    let (failed, list) = (status("FAILED_BIND"), task("t1", "s1", "FAILED_BIND"));
    let replies = [PAIR, TAKEN, (200, &*failed), (200, &*list)];
    let (outcomes, _) = run(Direction::Attach, &["s1"], Some(password()), 1, &replies).await;
    let error = outcomes[0].error.as_ref().expect("an error");
    assert_eq!(
        (outcomes[0].status, error.message.as_str()),
        (Status::Failed, "Connect failed")
    );

    // The reason is a help only.
    let replies = [PAIR, TAKEN, (200, &*failed), DENIED];
    let (outcomes, _) = run(Direction::Attach, &["s1"], None, 1, &replies).await;
    assert_eq!(
        (outcomes[0].status, outcomes[0].verified),
        (Status::Failed, true)
    );

    let replies = [PAIR, TAKEN, FORGOTTEN];
    let (outcomes, _) = run(Direction::Attach, &["s1"], None, 1, &replies).await;
    assert_eq!(
        (outcomes[0].status, outcomes[0].verified),
        (Status::Unverified, false)
    );
}

#[tokio::test]
async fn a_lost_answer_is_looked_for_among_the_tasks() {
    let running = task("t9", "s1", "RUNNING_RESET");
    let replies = [PAIR, LOST, (200, &*running), NONE];
    let (outcomes, _) = run(Direction::Attach, &["s1"], None, 0, &replies).await;
    assert_eq!(
        (outcomes[0].status, outcomes[0].job_id.as_deref()),
        (Status::Running, Some("t9"))
    );

    let failed = task("t9", "s1", "FAILED_RESET");
    let replies = [PAIR, LOST, NONE, (200, &*failed)];
    let (outcomes, _) = run(Direction::Attach, &["s1"], None, 0, &replies).await;
    assert_eq!(
        (outcomes[0].status, outcomes[0].verified),
        (Status::Failed, true)
    );

    // It may be that of an earlier try.
    let earlier = task_of("web", -30_000, "t9", "s1", "FAILED_RESET");
    let replies = [PAIR, LOST, NONE, (200, &*earlier)];
    let (outcomes, _) = run(Direction::Attach, &["s1"], None, 0, &replies).await;
    assert_eq!(outcomes[0].status, Status::Unverified);

    // Of another server, pair or direction, long before, or nothing at all: nobody knows.
    let lists = [
        &task("t9", "s2", "RUNNING_RESET"),
        &task_of("other", 10_000, "t9", "s1", "RUNNING_RESET"),
        &task("t9", "s1", "RUNNING_UNBIND"),
        &task_of("web", -300_000, "t9", "s1", "RUNNING_RESET"),
        NONE.1,
    ];
    for list in lists {
        let replies = [PAIR, LOST, (200, list), NONE];
        let (outcomes, script) = run(Direction::Attach, &["s1"], None, 0, &replies).await;
        assert_eq!(outcomes[0].status, Status::Unverified, "{list}");
        assert_eq!(script.lines().len(), 4, "never sent twice");
    }
}

#[tokio::test]
async fn several_servers_with_a_login_go_in_one_request_and_each_has_its_result() {
    let answer = json!({"tasks": [
        {"server_id": "s2", "status": "Failed", "error_code": "KPS.0002", "error_msg": "bound"},
        {"server_id": "s1", "task_id": "t1", "status": "SUCCESS"}]})
    .to_string();
    let done = status("SUCCESS_BIND");
    let servers = ["s1", "s2", "s3"];
    let replies = [PAIR, (200, &*answer), (200, &*done), NONE, NONE];
    let (outcomes, script) = run(Direction::Attach, &servers, Some(password()), 1, &replies).await;
    let statuses: Vec<_> = outcomes.iter().map(|outcome| outcome.status).collect();
    assert_eq!(
        statuses,
        [Status::Attached, Status::Failed, Status::Unverified]
    );
    assert_eq!(script.lines()[1], "POST /v3/p/keypairs/batch-associate");
    assert_eq!(script.body(1)["batch_keypairs"][2]["server"]["id"], "s3");

    let script = Script::new(&[]);
    let session = session(&script, Some("p"), None);
    let ids: Vec<String> = (0..23).map(|number| format!("s{number}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let sizes = |direction, access| {
        let change = Rebinding::new(&session, direction, binding(&ids, access)).expect("valid");
        let waves = change.waves(&(0..23).collect::<Vec<_>>());
        waves.concat().iter().map(Vec::len).collect::<Vec<_>>()
    };
    assert_eq!(sizes(Direction::Attach, Some(password())), [10, 10, 3]);
    assert_eq!(sizes(Direction::Attach, None).len(), 23);
    // Such servers have a pair already, and the batch is for those that have none.
    let key = include_str!("../../../../../tests/keys/practice-rsa.pem");
    let key = Access::PrivateKey(Secret::new(key.to_owned()));
    assert_eq!(sizes(Direction::Attach, Some(key)).len(), 23);
    assert_eq!(sizes(Direction::Detach, Some(password())).len(), 23);
}

#[tokio::test]
async fn what_was_really_taken_off_is_said() {
    let mut other: Value = serde_json::from_str(&task("t1", "s1", "RUNNING_UNBIND")).expect("JSON");
    other["tasks"][0]["keypair_name"] = json!("other");
    let (list, done) = (other.to_string(), status("SUCCESS_UNBIND"));
    let accepted = (202, r#"{"task_id":"t1"}"#);
    let replies = [PAIR, accepted, (200, &*list), (200, &*done)];
    let (outcomes, _) = run(Direction::Detach, &["s1"], None, 1, &replies).await;
    let error = outcomes[0].error.as_ref().expect("an error");
    assert_eq!(outcomes[0].status, Status::Detached);
    assert!(error.message.contains("other"), "{error}");

    // Without that list the task alone counts.
    let replies = [PAIR, accepted, DENIED, (200, &*done)];
    let (outcomes, _) = run(Direction::Detach, &["s1"], None, 1, &replies).await;
    assert!(outcomes[0].error.is_none() && outcomes[0].verified);
}

#[tokio::test]
async fn an_unknown_pair_sends_nothing_and_dangers_are_named() {
    let (outcomes, script) = run(Direction::Detach, &["s1"], None, 0, &[NO_PAIR]).await;
    assert_eq!(
        (outcomes[0].status, script.lines().len()),
        (Status::NotFound, 1)
    );

    let key = Secret::new(include_str!("../../../../../tests/keys/practice-rsa.pem").to_owned());
    for (direction, access, risks) in [
        (Direction::Attach, None, vec![]),
        (Direction::Detach, None, vec![Risk::Lockout]),
        (
            Direction::Detach,
            Some(Access::PrivateKey(key)),
            vec![Risk::Lockout, Risk::PrivateKeySent],
        ),
    ] {
        let script = Script::new(&[PAIR]);
        let session = session(&script, Some("p"), None);
        let mut change =
            Rebinding::new(&session, direction, binding(&["s1"], access)).expect("valid");
        let survey = change.survey().await.expect("a survey");
        let found: Vec<Risk> = survey.dangers.iter().map(|danger| danger.risk).collect();
        assert_eq!(found, risks);
    }

    // What a detachment takes off rests on the pair being known; an attachment names it.
    let script = Script::new(&[DENIED]);
    let session = session(&script, Some("p"), None);
    let detach = Rebinding::new(&session, Direction::Detach, binding(&["s1"], None));
    assert!(detach.expect("valid").survey().await.is_err());
    let script = Script::new(&[DENIED]);
    let session = crate::cloud::huawei::testing::session(&script, Some("p"), None);
    let attach = Rebinding::new(&session, Direction::Attach, binding(&["s1"], None));
    let survey = attach.expect("valid").survey().await.expect("goes on");
    assert_eq!(survey.warnings.len(), 2, "{:?}", survey.warnings);
}

#[tokio::test]
async fn no_secret_is_shown() {
    let script = Script::new(&[]);
    let session = session(&script, Some("p"), None);
    let change = Rebinding::new(
        &session,
        Direction::Attach,
        binding(&["s1", "s2"], Some(password())),
    );
    let change = change.expect("valid");
    for batch in [vec![0], vec![0, 1]] {
        let previews = change.preview(&batch).await.expect("a preview");
        let body = previews[0].request.shown_body().expect("a body");
        assert!(!body.contains("canary") && body.contains("s1"), "{body}");
        let sent = String::from_utf8(previews[0].request.body.clone()).expect("text");
        assert!(sent.contains("canary"));
    }
    assert!(!format!("{:?}", change.association(0)).contains("canary"));
}

fn refused(session: &Session, binding: Binding) -> Error {
    let result = Rebinding::new(session, Direction::Attach, binding);
    result.err().expect("refused")
}

#[test]
fn what_cannot_be_asked_for_is_refused_before_anything_is_sent() {
    let script = Script::new(&[]);
    let session = session(&script, Some("p"), None);
    let mut two = binding(&["s1"], None);
    two.key_pairs.push("db".to_owned());
    let mut port = binding(&["s1"], None);
    port.port = Some(2222);
    let locked = include_str!("../../../../../tests/keys/rsa-3072-openssh-locked");
    let locked = Access::PrivateKey(Secret::new(locked.to_owned()));
    for wrong in [
        two,
        port,
        binding(&["s1"], Some(locked)),
        binding(&["a/b"], None),
        binding(&[""], None),
    ] {
        let error = refused(&session, wrong);
        assert_eq!((error.kind, error.exit_code()), (ErrorKind::Usage, 2));
    }
    assert!(script.lines().is_empty());
}

/// The operations against golden requests of the vendor's own client.
#[tokio::test]
async fn requests_are_those_of_the_official_client() {
    let document: Value =
        serde_json::from_str(include_str!("../../../../../tests/vectors/huawei.json"))
            .expect("JSON");
    let mut compared = 0;
    for case in document["cases"].as_array().expect("cases") {
        let body = &case["input"];
        let server = |body: &Value| {
            let text = |value: &Value| value.as_str().map(str::to_owned);
            Server {
                id: text(&body["id"]).unwrap_or_default(),
                auth: text(&body["auth"]["key"]).map(|key| Auth {
                    kind: if body["auth"]["type"] == "password" {
                        "password"
                    } else {
                        "keypair"
                    },
                    key: Secret::new(key),
                }),
                disable_password: body["disable_password"] == true,
                port: body["port"].as_u64().and_then(|port| port.try_into().ok()),
            }
        };
        let association = |body: &Value| AssociateKeypair {
            keypair_name: body["keypair_name"].as_str().unwrap_or_default().to_owned(),
            server: server(&body["server"]),
        };
        let script = Script::new(&[]);
        let project = case["project_id"].as_str();
        let session = session(&script, project, None);
        let preview = match case["operation"].as_str() {
            Some("AssociateKeypair") => session.preview(&association(body)).await,
            Some("BatchAssociateKeypair") => {
                let items = body["batch_keypairs"].as_array().expect("items");
                let batch_keypairs = items.iter().map(association).collect();
                session
                    .preview(&BatchAssociateKeypair { batch_keypairs })
                    .await
            }
            Some("DisassociateKeypair") => {
                let server = server(&body["server"]);
                session.preview(&DisassociateKeypair { server }).await
            }
            _ => continue,
        };
        let request = preview.expect("a request").request;
        let golden = &case["request"];
        assert_eq!(golden["method"], request.method.as_str());
        assert_eq!(golden["path"], request.path.as_str());
        let sent: Value = serde_json::from_slice(&request.body).expect("JSON");
        let golden: Value =
            serde_json::from_str(golden["body"].as_str().expect("a body")).expect("JSON");
        assert_eq!(sent, golden, "{}", case["name"]);
        compared += 1;
    }
    assert_eq!(compared, 4);
}
