//! The record of changes: there before a request is sent, whole after any end, and without secrets.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::fixture::World;

const DELETE: [&str; 7] = [
    "volcengine",
    "key-pair",
    "delete",
    "old-laptop",
    "--yes",
    "-o",
    "json",
];

fn files(world: &World) -> Vec<PathBuf> {
    let folder = fs::read_dir(world.path("state/journal"));
    let entries = folder.into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

fn lines(world: &World) -> Vec<Value> {
    let files = files(world);
    let texts = files
        .iter()
        .map(|file| fs::read_to_string(file).expect("readable"));
    let text: String = texts.collect();
    text.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

fn runs(world: &World, more: &[&str]) -> Vec<Value> {
    let output = world.run(&[&["log", "-o", "json"], more].concat()).code(0);
    output.json()["items"].as_array().expect("items").clone()
}

#[test]
fn a_change_is_on_record_from_its_beginning_to_its_end() {
    let world = World::served(&[]);
    world.run(&DELETE).code(0);
    let lines = lines(&world);
    let events: Vec<_> = lines
        .iter()
        .filter_map(|line| line["event"].as_str())
        .collect();
    assert_eq!(events, ["begin", "send", "answer", "end"]);
    assert_eq!(lines[1]["operation"], "DeleteKeyPairs");
    assert_eq!(lines[3]["items"][0]["status"], "deleted");
    let runs = runs(&world, &[]);
    assert_eq!(
        (&runs[0]["command"], &runs[0]["exit_code"]),
        (&"volcengine key-pair delete".into(), &0.into())
    );
    let name = runs[0]["run"].as_str().expect("a name");
    let full = world.run(&["log", &name[..6]]).code(0);
    assert!(
        full.stdout.contains("old-laptop") && full.stdout.contains("DeleteKeyPairs"),
        "{full:#?}"
    );
    world.run(&["log", "no-such-run"]).code(5);
}

#[test]
fn what_changes_nothing_leaves_nothing() {
    let world = World::served(&[]);
    world.run(&["volcengine", "key-pair", "list"]).code(0);
    world.run(&[&DELETE[..], &["--dry-run"]].concat()).code(0);
    world
        .run(&["volcengine", "key-pair", "delete", "old-laptop"])
        .code(9);
    assert_eq!(lines(&world), Vec::<Value>::new());
    assert_eq!(runs(&world, &[]), Vec::<Value>::new());
}

#[test]
fn a_folder_that_cannot_be_written_ends_a_change_before_anything_is_sent() {
    let world = World::served(&[]);
    fs::create_dir_all(world.path("state")).expect("made");
    fs::write(world.path("state/journal"), "in the way").expect("written");
    let output = world.run(&DELETE).code(2);
    let text = output.error()["hint"].to_string();
    assert!(
        text.contains("KPCTL_STATE_DIR") && text.contains("KPCTL_JOURNAL=off"),
        "{text}"
    );
    assert!(!world.requests().contains(&"DeleteKeyPairs".to_owned()));
    world.run(&["volcengine", "key-pair", "list"]).code(0);
    let off = world.with("KPCTL_JOURNAL", "off");
    off.run(&DELETE).code(0);
    off.with("KPCTL_JOURNAL", "maybe").run(&DELETE).code(2);
}

#[test]
fn the_sandbox_and_raw_calls_have_their_records() {
    let world = World::sandboxed();
    world.run(&DELETE).code(0);
    assert!(world.path("state/sandbox/journal").is_dir() && !world.path("state/journal").exists());
    assert_eq!(runs(&world, &["--item", "old-laptop"]).len(), 1);
    assert_eq!(runs(&world, &["--item", "nobody"]).len(), 0);
    let call = [
        "api",
        "tencent",
        "cvm",
        "DeleteKeyPairs",
        "KeyIds.0=skey-1a2b3c4d",
        "--yes",
    ];
    world.run(&call).code(0);
    let runs = runs(&world, &["--command", "api"]);
    assert_eq!((runs.len(), &runs[0]["calls"]), (1, &1.into()));
}

#[test]
fn an_answer_that_was_lost_is_not_said_to_have_come() {
    let world = World::served(&["--fault", "huawei.DisableKey@*=reset-after"]);
    let key = "3c7d9e1f-5a2b-4c4d-8e6f-8091a2b3c4d5";
    world.run(&[
        "huawei",
        "kms-key",
        "disable",
        key,
        "--yes",
        "--timeout",
        "5s",
    ]);
    let answer = lines(&world)
        .into_iter()
        .find(|line| line["event"] == "answer");
    let answer = answer.expect("an answer");
    assert_eq!(answer["error"]["maybe_done"], true, "{answer}");
}

/// Kills runs at many moments; each time the same command finishes the work and tells the truth.
#[cfg(unix)]
#[test]
fn a_run_that_is_killed_is_finished_by_the_same_command() {
    let world = World::served(&["--latency", "2ms"]);
    let fleet = world.state();
    let pairs = fleet["volcengine"]["regions"]["cn-beijing"]["key_pairs"]
        .as_array()
        .expect("a list")
        .clone();
    let names: Vec<String> = (0..250).map(|number| format!("kill-{number}")).collect();
    let mut full = fleet.clone();
    let sample = pairs
        .iter()
        .find(|pair| pair["name"] == "old-laptop")
        .expect("there")
        .clone();
    let list = full["volcengine"]["regions"]["cn-beijing"]["key_pairs"]
        .as_array_mut()
        .expect("a list");
    for (number, name) in names.iter().enumerate() {
        let mut pair = sample.clone();
        pair["name"] = name.clone().into();
        pair["id"] = format!("kp-kill{number:05}").into();
        list.push(pair);
    }
    let left = || {
        let state = world.state();
        let pairs = state["volcengine"]["regions"]["cn-beijing"]["key_pairs"]
            .as_array()
            .expect("a list")
            .clone();
        let names = pairs
            .into_iter()
            .filter_map(|pair| pair["name"].as_str().map(str::to_owned));
        names
            .filter(|name| name.starts_with("kill-"))
            .collect::<Vec<_>>()
    };
    let mut command = vec!["volcengine", "key-pair", "delete", "--yes", "-o", "json"];
    command.extend(names.iter().map(String::as_str));
    for moment in 0..12 {
        world.set_state(&full);
        let mut process = world
            .command(&command)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        std::thread::sleep(Duration::from_millis(4 * moment + 10));
        process.kill().expect("killed");
        process.wait().expect("dead");
        let there = left();
        let output = world.run(&command).code(0);
        for item in output.json()["items"].as_array().expect("items") {
            let (id, status) = (item["id"].as_str().expect("an id"), &item["status"]);
            let was_there = there.iter().any(|name| name == id);
            // Deleted by the first run is deleted, when its token was sent again.
            assert!(
                status == "deleted" || (status == "absent" && !was_there),
                "{item}"
            );
            assert_eq!(item["verified"], true, "{item}");
        }
        assert_eq!(left(), Vec::<String>::new());
        // Each line but one that was cut off can be read.
        assert!(world.run(&["log", "--unfinished"]).code == 0);
    }
    let ended = runs(&world, &[])
        .iter()
        .filter(|run| run["state"] == "ended")
        .count();
    assert!(ended >= 12, "{ended}");
}

/// A signal once, and twice: both leave a record that says what became of each item.
#[cfg(unix)]
#[test]
fn an_interrupted_run_says_what_became_of_its_items() {
    use rustix::process::{Pid, Signal, kill_process};
    for twice in [false, true] {
        let world = World::served(&["--latency", "400ms"]);
        let mut process = world
            .command(&[
                "volcengine",
                "key-pair",
                "delete",
                "old-laptop",
                "backup-2024",
                "--yes",
                "-o",
                "json",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        let pid = Pid::from_child(&process);
        while !lines(&world).iter().any(|line| line["event"] == "send") {
            std::thread::sleep(Duration::from_millis(5));
            assert!(
                process.try_wait().expect("a child").is_none(),
                "it ended early"
            );
        }
        kill_process(pid, Signal::INT).expect("sent");
        if twice {
            std::thread::sleep(Duration::from_millis(20));
            kill_process(pid, Signal::INT).expect("sent");
        }
        let done = process.wait_with_output().expect("ends");
        assert_eq!(done.status.code(), Some(130));
        let document: Value = serde_json::from_slice(&done.stdout).expect("a document");
        let end = lines(&world)
            .into_iter()
            .find(|line| line["event"] == "end")
            .expect("an end");
        assert_eq!(end["exit_code"], 130);
        let status = |list: &Value| list[0]["status"].clone();
        assert_eq!(
            status(&end["items"]),
            status(&document["items"]),
            "{document}"
        );
        // The answer under way is waited for once, and not after a second signal.
        let wanted: &[&str] = if twice {
            &["running", "unverified"]
        } else {
            &["deleted", "unverified"]
        };
        assert!(
            wanted.iter().any(|one| status(&end["items"]) == *one),
            "{end}"
        );
    }
}
