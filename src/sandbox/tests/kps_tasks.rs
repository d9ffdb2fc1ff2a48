//! Tasks of KPS: looks, ends, the lists of running and failed ones (spec huawei 7).

use serde_json::{Value, json};

use super::fixture::*;

const STOPPED_FREE: &str = "d76b2a11-1c1f-4f0e-9a51-0c6f2b7e1001";
const RUNNING_FREE: &str = "3c9a7e55-3e3f-4b2e-9c73-2e8f4d9e3003";
const LEFT_OVER: &str = "aee8d2fe-5484-4753-9177-5a38dc15546c";

/// A task that succeeds on a stopped server and fails on a running one.
fn begin(fixture: &Fixture, server_id: &str) -> String {
    let body = json!({ "keypair_name": "KeyPair-dev_01", "server": { "id": server_id } });
    let got = fixture.kps("POST", "keypairs/associate", &body);
    assert_eq!(got.status, 200, "{}", got.body);
    got.body["task_id"].as_str().expect("id").to_owned()
}

fn look(fixture: &Fixture, id: &str) -> Got {
    fixture.kps("GET", &format!("tasks/{id}"), &Value::Null)
}

fn ids(fixture: &Fixture, path: &str) -> Vec<String> {
    let got = fixture.kps("GET", path, &Value::Null);
    let tasks = got.body["tasks"].as_array().expect(path).clone();
    tasks
        .iter()
        .map(|task| task["task_id"].as_str().expect("id").to_owned())
        .collect()
}

#[test]
fn a_task_ends_at_the_third_look() {
    let fixture = Fixture::new();
    let id = begin(&fixture, STOPPED_FREE);
    let bound = || fixture.huawei_project(|project| project.ecs_servers[0].key_pair_name.clone());
    for (status, key_pair) in [
        ("READY_RESET", ""),
        ("RUNNING_RESET", ""),
        ("SUCCESS_RESET", "KeyPair-dev_01"),
        ("SUCCESS_RESET", "KeyPair-dev_01"),
    ] {
        let got = look(&fixture, &id);
        assert_eq!(
            got.body,
            json!({ "server_id": STOPPED_FREE, "task_id": id, "task_status": status })
        );
        assert_eq!(bound(), key_pair, "{status}");
    }
    let unknown = look(&fixture, "nothing");
    assert_eq!((unknown.status, unknown.code()), (400, "KPS.0001"));
}

#[test]
fn running_tasks_are_listed_while_they_run() {
    let fixture = Fixture::new();
    let one = begin(&fixture, STOPPED_FREE);
    let two = begin(&fixture, RUNNING_FREE);
    look(&fixture, &one);
    look(&fixture, &one);
    let list = fixture.kps("GET", "running-tasks", &Value::Null);
    assert_eq!(list.body["total"], 2);
    let task = &list.body["tasks"][0];
    assert_eq!(
        (
            &task["operate_type"],
            &task["server_name"],
            &task["keypair_name"],
            task["task_time"].as_str().expect("text").len()
        ),
        (
            &json!("RUNNING_RESET"),
            &json!("ecs-stopped-free"),
            &json!("KeyPair-dev_01"),
            13
        )
    );
    assert!(task.get("task_error_msg").is_none());
    assert_eq!(
        ids(&fixture, "running-tasks?limit=1&offset=1"),
        [two.as_str()]
    );
    assert_eq!(
        ids(&fixture, "running-tasks"),
        [one.as_str(), two.as_str()],
        "lists take no step"
    );
    look(&fixture, &one);
    assert_eq!(ids(&fixture, "running-tasks"), [two.as_str()]);
    for query in ["limit=0", "limit=x", "offset=-1"] {
        let got = fixture.kps("GET", &format!("running-tasks?{query}"), &Value::Null);
        assert_eq!((got.status, got.code()), (400, "KPS.0002"), "{query}");
    }
}

#[test]
fn failed_tasks_stay_until_they_are_deleted() {
    let fixture = Fixture::new();
    let id = begin(&fixture, RUNNING_FREE);
    assert_eq!(ids(&fixture, "failed-tasks"), [LEFT_OVER]);
    for _ in 0..3 {
        look(&fixture, &id);
    }
    assert_eq!(look(&fixture, &id).body["task_status"], "FAILED_RESET");
    let list = fixture.kps("GET", "failed-tasks?offset=1", &Value::Null);
    assert_eq!(list.body["total"], 2);
    let task = &list.body["tasks"][0];
    assert_eq!(
        (
            &task["task_id"],
            &task["operate_type"],
            &task["task_error_code"],
            &task["task_error_msg"]
        ),
        (
            &json!(id),
            &json!("FAILED_RESET"),
            &Value::Null,
            &json!("Update public key error")
        )
    );

    let delete = |path: &str| fixture.kps("DELETE", path, &Value::Null);
    let gone = delete(&format!("failed-tasks/{LEFT_OVER}"));
    assert_eq!((gone.status, gone.answer.reply.body.len()), (200, 0));
    let again = delete(&format!("failed-tasks/{LEFT_OVER}"));
    assert_eq!((again.status, again.code()), (400, "KPS.0005"));
    assert_eq!(look(&fixture, LEFT_OVER).code(), "KPS.0001");

    let running = begin(&fixture, STOPPED_FREE);
    let refused = delete(&format!("failed-tasks/{running}"));
    assert_eq!(refused.code(), "KPS.0005", "it has not failed");
    assert_eq!(delete("failed-tasks").status, 200);
    assert!(ids(&fixture, "failed-tasks").is_empty());
    assert_eq!(ids(&fixture, "running-tasks"), [running]);
}

#[test]
fn finished_tasks_may_be_forgotten() {
    let fixture = Fixture::with(&[], &["kps-tasks-forgotten"]);
    let good = begin(&fixture, STOPPED_FREE);
    let bad = begin(&fixture, RUNNING_FREE);
    for id in [&good, &bad] {
        let seen: Vec<u16> = (0..4).map(|_| look(&fixture, id).status).collect();
        assert_eq!(seen, [200, 200, 400, 400]);
        assert_eq!(look(&fixture, id).code(), "KPS.0001");
    }
    assert_eq!(ids(&fixture, "failed-tasks"), [LEFT_OVER, bad.as_str()]);
    let bound = fixture.huawei_project(|project| project.ecs_servers[0].key_pair_name.clone());
    assert_eq!(bound, "KeyPair-dev_01");
}
