//! What had the key when it was looked for may have another one when its turn comes: names are given anew.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::fixture::World;
use crate::fleet_served::served;
use crate::fleet_world::{ed25519_line, rsa_line};
use crate::plan_file::{apply, changes, plan};
use crate::revoke_fleet::{REVOKE, prepare};
use crate::terminal::Terminal;

const PAIR: &str = "volcengine:env/cn-beijing/key-pair/deploy";

/// A key that is nowhere.
const ABSENT: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHCMfx3tQURpnoHbOlB2FgkrRSOjPgA6KgBPgSLuGKyJ\n";

/// Somebody deletes the pair and imports another key under its name.
fn swap(world: &World) {
    let mut state = world.state();
    let pairs = state["volcengine"]["regions"]["cn-beijing"]["key_pairs"].as_array_mut();
    let mut pairs = pairs.expect("pairs").iter_mut();
    let pair = pairs.find(|pair| pair["name"] == "deploy").expect("there");
    pair["public_key"] = Value::from(ed25519_line());
    world.set_state(&state);
}

fn is_there(world: &World) -> bool {
    let listed = world.run(&["ls", "--on", "volcengine/cn-beijing", "-o", "names"]);
    listed.code(0).stdout.lines().any(|line| line == PAIR)
}

fn release(world: &World) {
    let mut state = world.state();
    let machines = state["volcengine"]["regions"]["cn-beijing"]["instances"].as_array_mut();
    for machine in machines.expect("instances") {
        machine["key_pair_name"] = Value::from("");
    }
    world.set_state(&state);
}

#[test]
fn a_pair_that_is_another_key_after_the_question_stays() {
    let world = served(&[]);
    release(&world);
    let key = world.secret_file("key.pub", &rsa_line());
    let command = ["revoke", &key, "--on", "volcengine/cn-beijing"];
    let mut terminal = Terminal::run(&world, &command);
    terminal.wait_for("[y/N]");
    swap(&world);
    let before = changes(&world);
    terminal.types("yes\n");
    let (code, shown) = terminal.end();
    assert_eq!(code, 6, "{shown}");
    assert!(shown.contains("AnotherKey"), "{shown}");
    assert_eq!(changes(&world), before);
    assert!(is_there(&world));
}

#[test]
fn a_pair_that_is_another_key_when_its_turn_comes_stays() {
    let world = served(&["--latency", "150ms"]);
    prepare(&world);
    let key = world.secret_file("key.pub", &rsa_line());
    let command = [&["revoke", &key, "--yes", "-o", "json"][..], &REVOKE].concat();
    let before = changes(&world).len();
    let child = world.command(&command).stdout(Stdio::piped()).spawn();
    let child = child.expect("kpctl starts");
    // Machines give the key up first; the records' turn comes seconds later.
    let began = Instant::now();
    while changes(&world).len() == before && began.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(20));
    }
    swap(&world);
    let output = child.wait_with_output().expect("it ends");
    let document: Value = serde_json::from_slice(&output.stdout).expect("a document");
    let items = document["items"].as_array().expect("items").iter();
    let mut records = items.filter(|item| item["address"] == PAIR && item["target"].is_null());
    let record = records.next().expect("an outcome");
    assert_eq!(record["status"], "refused", "{record}");
    assert_eq!(record["error"]["code"], "AnotherKey", "{record}");
    assert_eq!(output.status.code(), Some(3), "{document}");
    assert!(is_there(&world));
}

#[test]
fn a_plan_is_not_applied_to_another_key() {
    let world = served(&[]);
    release(&world);
    let key = world.secret_file("key.pub", &rsa_line());
    let command = ["revoke", &key, "--on", "volcengine/cn-beijing"];
    let digest = plan(&world, &command, "revoke.json");
    swap(&world);
    apply(&world, "revoke.json", &digest).code(6);
    assert!(is_there(&world));
}

#[test]
fn a_pair_of_the_whole_account_is_deleted_once() {
    let world = served(&["--quirk", "tencent-pairs-of-account"]);
    let key = world.secret_file("key.pub", &rsa_line());
    let command = [
        &["revoke", &key, "--on", "tencent", "--yes", "-o", "json"][..],
        &REVOKE[2..],
    ];
    let document = world.run(&command.concat()).code(0).json();
    let items = document["items"].as_array().expect("items").iter();
    let deleted = items.filter(|item| item["status"] == "deleted");
    let id = |item: &Value| item["id"].as_str().expect("an id").to_owned();
    let mut ids: Vec<String> = deleted.map(id).collect();
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert!(count > 1, "{document}");
    assert_eq!(ids.len(), count, "{document}");
    assert_eq!(document["receipt"]["level"], "detached");
}

/// A sub-project has pairs of its own, which the project of the region does not show.
#[test]
fn a_sub_project_that_is_not_read_is_no_proof_of_absence() {
    let world = served(&[]);
    let mut state = world.state();
    let projects = state["huawei"]["projects"].as_array_mut();
    let projects = projects.expect("projects");
    let mut team = projects[0].clone();
    let region = team["name"].as_str().expect("a name").to_owned();
    team["id"] = Value::from("5a4dbc0ffee05a4dbc0ffee05a4dbc1a");
    team["name"] = Value::from(format!("{region}_team"));
    projects.push(team);
    world.set_state(&state);
    let absent = world.secret_file("absent.pub", ABSENT);
    let found = world.run(&["find", &absent, "--on", "huawei", "-o", "json"]);
    let document = found.code(10).json();
    assert_eq!(document["complete"], false);
    let gaps = document["unseen"].to_string();
    assert!(
        gaps.contains("SubProjects") && gaps.contains("_team"),
        "{gaps}"
    );
    let revoked = world.run(&["revoke", &absent, "--on", "huawei", "--yes"]);
    assert!(revoked.code(10).stderr.contains("NotAllSearched"));
    // A region that is named is that of its project; keys of CodeArts are in none.
    for scope in [&*format!("huawei/{region}"), "huawei/*/codearts-key"] {
        world.run(&["find", &absent, "--on", scope]).code(5);
    }
}
