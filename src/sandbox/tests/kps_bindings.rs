//! Pairs on servers: associate, in batches, disassociate (spec huawei 7, "Associate semantics").

use serde_json::{Value, json};

use super::super::seed::public_keys;
use super::fixture::*;

const STOPPED_FREE: &str = "d76b2a11-1c1f-4f0e-9a51-0c6f2b7e1001";
const STOPPED_BOUND: &str = "1f45c0de-2d2f-4a1e-8b62-1d7f3c8e2002";
const RUNNING_FREE: &str = "3c9a7e55-3e3f-4b2e-9c73-2e8f4d9e3003";
const RUNNING_BOUND: &str = "5e1b8f66-4f4f-4c3e-ad84-3f9f5eae4004";
const CLOSED: &str = "c9aa197b-a6b6-4c33-b3a6-fa0b4ec50006";
const PASSWORD: &str = "Sandbox-2026";
const PRIVATE: &str = include_str!("../../../tests/keys/practice-rsa.pem");
const PKCS8: &str = include_str!("../../../tests/keys/practice-rsa-pkcs8.pem");
const STRAY: &str = include_str!("../../../tests/keys/stray-ed25519-openssh.pem");
const STRAY_PUBLIC: &str = include_str!("../../../tests/keys/stray-ed25519.pub");

fn password(text: &str) -> Value {
    json!({ "type": "password", "key": text })
}

fn key_pair(pem: &str) -> Value {
    json!({ "type": "keypair", "key": pem })
}

/// A server as requests name it.
fn server(id: &str, auth: &Value) -> Value {
    match auth {
        Value::Null => json!({ "id": id }),
        auth => json!({ "id": id, "auth": auth }),
    }
}

fn associate(fixture: &Fixture, name: &str, server: &Value) -> Got {
    let body = json!({ "keypair_name": name, "server": server });
    fixture.kps("POST", "keypairs/associate", &body)
}

fn disassociate(fixture: &Fixture, server: &Value) -> Got {
    let body = json!({ "server": server });
    fixture.kps("POST", "keypairs/disassociate", &body)
}

/// The status at the end of the task that an answer names, and why it failed.
fn end(fixture: &Fixture, begun: &Value) -> (String, Value) {
    let id = begun["task_id"].as_str().expect("task id");
    let look = || fixture.kps("GET", &format!("tasks/{id}"), &Value::Null);
    look();
    look();
    let status = look().body["task_status"]
        .as_str()
        .expect("text")
        .to_owned();
    let failed = fixture.kps("GET", "failed-tasks", &Value::Null);
    let failed = failed.body["tasks"].as_array().expect("tasks").clone();
    let own = failed.iter().find(|task| task["task_id"] == id).cloned();
    let reason = own.map_or(Value::Null, |task| task["task_error_msg"].clone());
    (status, reason)
}

/// Name of the bound pair, authorized key, whether the password works.
fn binding(fixture: &Fixture, id: &str) -> (String, String, bool) {
    fixture.huawei_project(|project| {
        let server = project.ecs_servers.iter().find(|server| server.id == id);
        let server = server.expect(id);
        let name = server.key_pair_name.clone();
        (name, server.authorized_key.clone(), server.password_login)
    })
}

#[test]
fn every_way_to_succeed() {
    let fixture = Fixture::new();
    for (id, auth, status) in [
        (STOPPED_FREE, Value::Null, "SUCCESS_RESET"),
        (STOPPED_BOUND, Value::Null, "SUCCESS_RESET"),
        (RUNNING_FREE, password(PASSWORD), "SUCCESS_BIND"),
        (RUNNING_BOUND, key_pair(PRIVATE), "SUCCESS_REPLACE"),
    ] {
        let begun = associate(&fixture, "KeyPair-dev_01", &server(id, &auth));
        assert_eq!(begun.status, 200, "{}", begun.body);
        assert_eq!(end(&fixture, &begun.body), (status.to_owned(), Value::Null));
        let (name, authorized_key, _) = binding(&fixture, id);
        assert_eq!(
            (name.as_str(), authorized_key.as_str()),
            ("KeyPair-dev_01", public_keys::LAPTOP)
        );
    }
    assert!(binding(&fixture, RUNNING_FREE).2, "login stays as it was");
    let entry = &fixture.sandbox.journal().entries[0];
    assert_eq!(entry.items, [STOPPED_FREE]);
}

#[test]
fn an_ed25519_key_proves_itself_by_its_public_half() {
    let fixture = Fixture::new();
    let stray = json!({ "keypair": { "name": "stray", "public_key": STRAY_PUBLIC } });
    assert_eq!(fixture.kps("POST", "keypairs", &stray).status, 200);
    for (name, auth) in [
        ("stray", key_pair(PKCS8)),
        ("KeyPair-ops_2", key_pair(STRAY)),
    ] {
        let begun = associate(&fixture, name, &server(RUNNING_BOUND, &auth));
        assert_eq!(end(&fixture, &begun.body).0, "SUCCESS_REPLACE", "{name}");
    }
}

#[test]
fn every_way_to_fail() {
    let fixture = Fixture::new();
    let wrong_port = json!({ "id": RUNNING_FREE, "auth": password(PASSWORD), "port": 2222 });
    for (server, status, reason) in [
        (
            server(RUNNING_FREE, &Value::Null),
            "FAILED_RESET",
            "Update public key error",
        ),
        (
            server(RUNNING_FREE, &password("wrong")),
            "FAILED_BIND",
            "Password authentication failed",
        ),
        (
            server(RUNNING_BOUND, &password(PASSWORD)),
            "FAILED_REPLACE",
            "Password authentication failed",
        ),
        (
            server(RUNNING_BOUND, &key_pair(STRAY)),
            "FAILED_REPLACE",
            "Key pair verification failed",
        ),
        (
            server(RUNNING_FREE, &key_pair(PRIVATE)),
            "FAILED_BIND",
            "Key pair verification failed",
        ),
        (
            server(RUNNING_BOUND, &key_pair("no key")),
            "FAILED_REPLACE",
            "Key pair verification failed",
        ),
        (
            server(STOPPED_FREE, &password(PASSWORD)),
            "FAILED_BIND",
            "The server is not running",
        ),
        (
            server(CLOSED, &password(PASSWORD)),
            "FAILED_BIND",
            "Connect to server failed",
        ),
        (wrong_port, "FAILED_BIND", "Connect to server failed"),
    ] {
        let id = server["id"].as_str().expect("id").to_owned();
        let before = binding(&fixture, &id);
        let begun = associate(&fixture, "KeyPair-dev_01", &server);
        let expected = (status.to_owned(), json!(reason));
        assert_eq!(end(&fixture, &begun.body), expected, "{id}");
        assert_eq!(binding(&fixture, &id), before, "nothing happened");
    }
    for system in ["Windows Server 2022", "openEuler 22.03", "Kylin V10"] {
        fixture.huawei_project(|project| system.clone_into(&mut project.ecs_servers[0].os));
        let begun = associate(
            &fixture,
            "KeyPair-dev_01",
            &server(STOPPED_FREE, &Value::Null),
        );
        assert_eq!(end(&fixture, &begun.body).0, "FAILED_RESET", "{system}");
    }
    let long = format!("{} {}", STRAY_PUBLIC.trim(), "x".repeat(1024));
    let pair = json!({ "keypair": { "name": "long", "public_key": long } });
    assert_eq!(fixture.kps("POST", "keypairs", &pair).status, 200);
    let begun = associate(&fixture, "long", &server(STOPPED_BOUND, &Value::Null));
    assert_eq!(
        end(&fixture, &begun.body),
        (
            "FAILED_RESET".to_owned(),
            json!("The public key is too long")
        )
    );
}

#[test]
fn a_deleted_pair_still_opens_its_servers() {
    let fixture = Fixture::new();
    fixture.kps("DELETE", "keypairs/KeyPair-ops_2", &Value::Null);
    let begun = associate(
        &fixture,
        "KeyPair-dev_01",
        &server(RUNNING_BOUND, &key_pair(PRIVATE)),
    );
    assert_eq!(end(&fixture, &begun.body).0, "SUCCESS_REPLACE");
}

#[test]
fn the_password_may_be_turned_off() {
    let fixture = Fixture::new();
    let wish = json!({ "id": RUNNING_FREE, "auth": password(PASSWORD), "disable_password": true, "port": 22 });
    let begun = associate(&fixture, "KeyPair-ops_2", &wish);
    assert_eq!(end(&fixture, &begun.body).0, "SUCCESS_BIND");
    assert!(!binding(&fixture, RUNNING_FREE).2);
    let begun = disassociate(&fixture, &server(RUNNING_FREE, &password(PASSWORD)));
    assert_eq!(
        end(&fixture, &begun.body),
        (
            "FAILED_UNBIND".to_owned(),
            json!("Password authentication failed")
        )
    );
}

#[test]
fn bodies_that_make_no_sense() {
    let fixture = Fixture::new();
    for server in [
        Value::Null,
        json!({}),
        json!({ "id": STOPPED_FREE, "auth": {} }),
        json!({ "id": STOPPED_FREE, "auth": { "type": "token", "key": "x" } }),
        json!({ "id": STOPPED_FREE, "auth": { "type": "password" } }),
        json!({ "id": STOPPED_FREE, "auth": "x" }),
        json!({ "id": STOPPED_FREE, "port": 0 }),
        json!({ "id": STOPPED_FREE, "port": 65536 }),
        json!({ "id": STOPPED_FREE, "disable_password": "yes" }),
        json!({ "id": "nowhere" }),
    ] {
        let got = associate(&fixture, "KeyPair-dev_01", &server);
        assert_eq!((got.status, got.code()), (400, "KPS.0002"), "{server}");
        let got = disassociate(&fixture, &server);
        assert_eq!((got.status, got.code()), (400, "KPS.0002"), "{server}");
    }
    let good = server(STOPPED_FREE, &Value::Null);
    assert_eq!(associate(&fixture, "ghost", &good).code(), "KPS.4016");
    let nameless = json!({ "server": good });
    let got = fixture.kps("POST", "keypairs/associate", &nameless);
    assert_eq!(got.code(), "KPS.0002");
    assert_eq!(fixture.huawei_project(|project| project.tasks.len()), 1);
}

#[test]
fn pairs_are_taken_away() {
    let fixture = Fixture::new();
    for (id, auth, status) in [
        (STOPPED_BOUND, Value::Null, "SUCCESS_UNBIND"),
        (RUNNING_BOUND, key_pair(PRIVATE), "SUCCESS_UNBIND"),
    ] {
        let begun = disassociate(&fixture, &server(id, &auth));
        assert_eq!(begun.status, 202);
        assert_eq!(end(&fixture, &begun.body), (status.to_owned(), Value::Null));
        let (name, authorized_key, _) = binding(&fixture, id);
        assert_eq!((name.as_str(), authorized_key.as_str()), ("", ""));
        let again = disassociate(&fixture, &server(id, &auth));
        assert_eq!((again.status, again.code()), (400, "KPS.0002"));
    }
    let fixture = Fixture::new();
    for auth in [Value::Null, key_pair(STRAY)] {
        let begun = disassociate(&fixture, &server(RUNNING_BOUND, &auth));
        assert_eq!(begun.status, 202);
        assert_eq!(end(&fixture, &begun.body).0, "FAILED_UNBIND");
    }
    assert_eq!(binding(&fixture, RUNNING_BOUND).0, "KeyPair-ops_2");
}

#[test]
fn batches_bind_one_pair_to_running_free_servers() {
    let fixture = Fixture::new();
    let item = |name: &str, id: &str, auth: Value| json!({ "keypair_name": name, "server": server(id, &auth) });
    let send = |items: &[Value]| {
        let body = json!({ "batch_keypairs": items });
        fixture.kps("POST", "keypairs/batch-associate", &body)
    };
    let name = "KeyPair-dev_01";
    let good = item(name, RUNNING_FREE, password(PASSWORD));
    let got = send(&[
        good.clone(),
        item(name, RUNNING_BOUND, key_pair(PRIVATE)),
        item(name, STOPPED_FREE, password(PASSWORD)),
        item(name, "nowhere", password(PASSWORD)),
        item(name, CLOSED, password(PASSWORD)),
        good.clone(),
    ]);
    let tasks = got.body["tasks"].as_array().expect("tasks");
    let statuses: Vec<&str> = tasks
        .iter()
        .map(|task| task["status"].as_str().expect("status"))
        .collect();
    assert_eq!(
        statuses,
        ["SUCCESS", "Failed", "Failed", "Failed", "SUCCESS", "Failed"]
    );
    assert_eq!(
        tasks[3],
        json!({ "server_id": "nowhere", "status": "Failed", "error_code": "KPS.0002", "error_msg": "The server does not exist" })
    );
    for (index, status) in [(0, "SUCCESS_BIND"), (4, "FAILED_BIND")] {
        assert_eq!(
            end(&fixture, &tasks[index]).0,
            status,
            "SUCCESS means begun"
        );
    }
    assert_eq!(binding(&fixture, RUNNING_FREE).0, name);
    assert_eq!(fixture.sandbox.journal().entries[0].items.len(), 6);
}

#[test]
fn batches_have_limits() {
    let fixture = Fixture::with(&["huawei.BatchAssociateKeypair@1=throttled-item"], &[]);
    let item = |name: &str| json!({ "keypair_name": name, "server": server(RUNNING_FREE, &password(PASSWORD)) });
    let send = |items: &Value| {
        let body = json!({ "batch_keypairs": items });
        fixture.kps("POST", "keypairs/batch-associate", &body)
    };
    let throttled = send(&json!([item("KeyPair-dev_01")]));
    assert_eq!(
        (throttled.status, &throttled.body["tasks"][0]["error_code"]),
        (200, &json!("APIGW.0308"))
    );
    for items in [
        json!([]),
        json!("x"),
        json!(vec![item("KeyPair-dev_01"); 11]),
        json!([item("KeyPair-dev_01"), item("KeyPair-ops_2")]),
        json!([{ "server": { "id": RUNNING_FREE } }]),
    ] {
        let got = send(&items);
        assert_eq!((got.status, got.code()), (400, "KPS.0002"), "{items}");
    }
    assert_eq!(send(&json!([item("ghost")])).code(), "KPS.4016");
    assert_eq!(fixture.huawei_project(|project| project.tasks.len()), 1);
    let ten = send(&json!(vec![item("KeyPair-dev_01"); 10]));
    assert_eq!(ten.body["tasks"].as_array().expect("tasks").len(), 10);
}

#[test]
fn refusals_at_once() {
    let fixture = Fixture::with(&[], &["kps-running-without-auth-400"]);
    let bare = server(RUNNING_BOUND, &Value::Null);
    for got in [
        associate(&fixture, "KeyPair-dev_01", &bare),
        disassociate(&fixture, &bare),
    ] {
        assert_eq!((got.status, got.code()), (400, "KPS.0002"));
    }
    let fixture = Fixture::with(&[], &["kps-running-without-auth-400", "kps-refused-in-2xx"]);
    for (got, status) in [
        (associate(&fixture, "KeyPair-dev_01", &bare), 200),
        (disassociate(&fixture, &bare), 202),
    ] {
        assert_eq!(
            (got.status, &got.body["status"], &got.body["error_code"]),
            (status, &json!("FAILED"), &json!("KPS.0002"))
        );
        assert_eq!(
            (&got.body["server_id"], got.body.get("task_id")),
            (&json!(RUNNING_BOUND), None)
        );
    }
    assert_eq!(fixture.huawei_project(|project| project.tasks.len()), 1);
}
