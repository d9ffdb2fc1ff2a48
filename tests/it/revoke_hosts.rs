//! The last proof: hosts are asked by a program of the user's, which gets no shell and no credentials.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::fixture::World;
use crate::fleet_served::texts;
use crate::plan_file::{apply, changes, plan};

/// The key of `prod-web` in the demo fleet, and what it takes to take it away.
fn served() -> (World, Vec<String>) {
    let world = World::served(&[]);
    let state = world.state();
    let pairs = state["volcengine"]["regions"]["cn-beijing"]["key_pairs"].as_array();
    let mut pairs = pairs.expect("a list").iter();
    let pair = pairs
        .find(|pair| pair["name"] == "prod-web")
        .expect("there");
    let key = world.secret_file("key.pub", pair["public_key"].as_str().expect("a line"));
    let command = [
        "revoke",
        &key,
        "--on",
        "volcengine/cn-beijing",
        "--allow-lockout",
    ];
    let command = command.map(str::to_owned).to_vec();
    (world, command)
}

fn script(world: &World, lines: &str) -> String {
    let path = world.path("probe");
    std::fs::write(&path, format!("#!/bin/sh\n{lines}\n")).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).expect("set");
    path.display().to_string()
}

#[track_caller]
fn revoked(world: &World, command: &[String], program: &str, code: i32) -> Value {
    let mut words: Vec<&str> = command.iter().map(String::as_str).collect();
    words.extend(["--yes", "-o", "json", "--verify-cmd", program]);
    world.run(&words).code(code).json()["receipt"].clone()
}

#[test]
fn hosts_that_refuse_the_key_are_the_last_proof() {
    let (world, command) = served();
    let probe = script(
        &world,
        "env | sort > \"$0.env.$KPCTL_HOST\"; echo garbage; head -c 100000 /dev/urandom >&2; exit 0",
    );
    let world = world.with("AUDIT_TOKEN", "mine");
    let receipt = revoked(&world, &command, &probe, 0);
    assert_eq!(receipt["level"], "host-proven", "{receipt}");
    let hosts = receipt["hosts"].as_array().expect("hosts");
    assert_eq!(hosts.len(), 2);
    for host in hosts {
        assert_eq!(
            (&host["result"], &host["exit_code"]),
            (&"refused".into(), &0.into())
        );
        let name = format!("probe.env.{}", host["host"].as_str().expect("a host"));
        let seen = std::fs::read_to_string(world.path(&name)).expect("it ran");
        let address = host["address"].as_str().expect("an address");
        assert!(
            seen.contains(&format!("KPCTL_ADDRESS={address}\n")),
            "{seen}"
        );
        // It gets what is the user's, and nothing that is for kpctl or the vendors' tools.
        assert!(seen.contains("AUDIT_TOKEN=mine"), "{seen}");
        for private in [
            "VOLCENGINE",
            "TENCENTCLOUD",
            "HUAWEICLOUD",
            "HW_",
            "KPCTL_ENDPOINT",
            "KPCTL_STATE",
        ] {
            assert!(!seen.contains(private), "{private} is in {seen}");
        }
    }
}

#[test]
fn a_host_that_lets_the_key_in_is_named() {
    let (world, command) = served();
    let state = world.state();
    for (lines, result, code) in [
        ("exit 1", "not-proven", json!(1)),
        ("kill -9 $$", "not-proven", Value::Null),
        ("test \"$KPCTL_HOST\" = nobody", "not-proven", json!(1)),
    ] {
        world.set_state(&state);
        let probe = script(&world, lines);
        let receipt = revoked(&world, &command, &probe, 10);
        assert_eq!(receipt["level"], "detached", "{receipt}");
        for host in receipt["hosts"].as_array().expect("hosts") {
            assert_eq!(
                (&host["result"], &host["exit_code"]),
                (&result.into(), &code)
            );
        }
    }
}

#[test]
fn what_a_cloud_calls_a_host_is_read_by_no_shell() {
    let (world, command) = served();
    let mut state = world.state();
    let machines = state["volcengine"]["regions"]["cn-beijing"]["instances"].as_array_mut();
    let odd = "203.0.113.1; touch owned; $(touch owned) `touch owned`";
    for machine in machines.expect("a list") {
        if machine["key_pair_name"] == "prod-web" {
            machine["public_ip"] = odd.into();
        }
    }
    world.set_state(&state);
    let probe = script(&world, "printf '%s' \"$KPCTL_HOST\" > \"$0.host\"");
    let receipt = revoked(&world, &command, &probe, 0);
    assert!(!world.path("owned").exists());
    let seen = std::fs::read_to_string(world.path("probe.host"));
    // Either it is no host at all, or it is one word.
    if receipt["hosts"][0]["result"] == "refused" {
        assert_eq!(seen.expect("it ran"), odd);
    } else {
        assert_eq!(receipt["hosts"][0]["result"], "no-host");
    }
}

#[test]
fn a_program_that_cannot_run_ends_it_before_anything_is_asked() {
    let (world, command) = served();
    let plain = world.secret_file("plain", "exit 0\n");
    let folder = world.path("").display().to_string();
    for wrong in [
        "",
        "/no/such/program",
        &plain,
        &folder,
        "ssh -o BatchMode=yes {host}/x",
    ] {
        let mut words: Vec<&str> = command.iter().map(String::as_str).collect();
        words.extend(["--yes", "--verify-cmd", wrong]);
        world.run(&words).code(2);
    }
    assert_eq!(world.requests(), Vec::<String>::new());
    // A name without a folder is looked for when its turn comes, and proves nothing where it is not found.
    let receipt = revoked(&world, &command, "no-such-program-anywhere", 10);
    assert_eq!(receipt["hosts"][0]["result"], "not-started", "{receipt}");
    assert_eq!(receipt["level"], "detached");
}

#[test]
fn a_plan_takes_its_program_along_and_looks_for_it_first() {
    let (world, command) = served();
    let probe = script(&world, "exit 0");
    let mut words: Vec<&str> = command.iter().map(String::as_str).collect();
    words.extend(["--verify-cmd", &probe]);
    let digest = plan(&world, &words, "p.json");
    let moved = world.path("elsewhere");
    std::fs::rename(&probe, &moved).expect("moved");
    apply(&world, "p.json", &digest).code(2);
    assert_eq!(changes(&world), Vec::<String>::new());
    std::fs::rename(&moved, &probe).expect("moved");
    let receipt = &apply(&world, "p.json", &digest).code(0).json()["receipt"];
    assert_eq!(receipt["level"], "host-proven");
    assert_eq!(texts(&receipt["machines"]).len(), 2);
}

#[test]
fn a_signal_ends_the_asking_and_the_receipt_says_so() {
    let (world, command) = served();
    let probe = script(&world, "echo $$ > \"$0.began\"; sleep 600; true");
    let mut words: Vec<&str> = command.iter().map(String::as_str).collect();
    words.extend(["--yes", "-o", "json", "--verify-cmd", &probe]);
    let process = world
        .command(&words)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts");
    while !world.path("probe.began").exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    kill_process(Pid::from_child(&process), Signal::INT).expect("sent");
    let done = process.wait_with_output().expect("ends");
    assert_eq!(done.status.code(), Some(130));
    let document: Value = serde_json::from_slice(&done.stdout).expect("a document");
    assert_eq!(document["summary"], json!({ "detached": 2, "deleted": 1 }));
    let receipt = &document["receipt"];
    assert_eq!(receipt["level"], "detached");
    assert_eq!(receipt["hosts"][0]["result"], "interrupted", "{receipt}");
}

#[test]
fn the_time_of_a_command_is_the_time_of_its_program_too() {
    let (world, command) = served();
    let probe = script(&world, "sleep 600");
    let mut words: Vec<&str> = command.iter().map(String::as_str).collect();
    words.extend([
        "--yes",
        "-o",
        "json",
        "--timeout",
        "4s",
        "--verify-cmd",
        &probe,
    ]);
    let began = Instant::now();
    let output = world.run(&words).code(10);
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
    let receipt = &output.json()["receipt"];
    assert_eq!(receipt["hosts"][0]["result"], "timed-out", "{receipt}");
}
