//! A plan that is cut off is finished by the same command, and nothing is done twice.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::fixture::{Output, World};
use crate::fleet_served::{served, sorted};
use crate::fleet_world::{rsa_line, rsa_places};
use crate::plan_file::{apply, changes, plan};
use crate::revoke_fleet::{REVOKE, prepare, restore};

/// How often each item was deleted, by what the sandbox answered.
fn deletions(world: &World) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for request in world.journal() {
        let operation = request["operation"].as_str().unwrap_or_default();
        if operation.starts_with("Delete") && request["code"].is_null() {
            let items = request["items"].as_array().expect("items");
            assert!(!items.is_empty(), "{request}");
            for item in items {
                let place = format!("{} {} {item}", request["cloud"], request["region"]);
                *counts.entry(place).or_default() += 1;
            }
        }
    }
    counts
}

/// Runs a command until it ends with 0: a machine that is about to stop is waited for by running it again,
/// as its own line says. The last output, and all warnings.
#[track_caller]
fn finish(world: &World, command: &[&str]) -> (Output, String) {
    let mut warnings = String::new();
    for _ in 0..40 {
        let output = world.run(&[command, &["-o", "json"]].concat());
        warnings.push_str(&output.json()["warnings"].to_string());
        if output.code == 0 {
            return (output, warnings);
        }
        let may_go_on = output.stdout.contains("Run the same command again");
        assert!(may_go_on, "{output:#?}");
        std::thread::sleep(Duration::from_millis(250));
    }
    panic!("it does not end: {warnings}");
}

#[test]
fn a_revocation_that_is_killed_is_finished_and_nothing_is_done_twice() {
    for kill_after in [1, 4, 8, 11, 14] {
        let world = served(&["--latency", "15ms"]);
        prepare(&world);
        let key = world.secret_file("key.pub", &rsa_line());
        let digest = plan(&world, &[&["revoke", &key][..], &REVOKE].concat(), "p.json");
        let before = changes(&world).len();
        let mut process = world
            .command(&["apply", "p.json", "--confirm", &digest])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        while changes(&world).len() < before + kill_after {
            assert!(
                process.try_wait().expect("a child").is_none(),
                "it ended early"
            );
            std::thread::sleep(Duration::from_millis(2));
        }
        process.kill().expect("killed");
        process.wait().expect("dead");
        let (output, warnings) = finish(&world, &["apply", "p.json", "--confirm", &digest]);
        let document = output.json();
        for item in document["items"].as_array().expect("items") {
            assert_eq!(
                (&item["result"], &item["verified"]),
                (&"done".into(), &true.into()),
                "{item}"
            );
        }
        let deletions = deletions(&world);
        assert_eq!(deletions.len(), 8, "{deletions:?}");
        for (what, count) in deletions {
            assert_eq!(count, 1, "{kill_after}: {what}");
        }
        world.run(&["find", &key]).code(5);
        // A machine that the killed run stopped and nobody starts is named.
        let state = world.state();
        for region in ["ap-guangzhou", "ap-tokyo"] {
            let machines = state["tencent"]["regions"][region]["instances"].as_array();
            for machine in machines.expect("a list") {
                let id = machine["id"].as_str().expect("an id");
                let is_on = machine["state"] == "RUNNING";
                assert!(
                    is_on || warnings.contains(id),
                    "{kill_after}: {id} {}",
                    machine["state"]
                );
            }
        }
        let sent = changes(&world);
        apply(&world, "p.json", &digest).code(0);
        assert_eq!(
            changes(&world),
            sent,
            "{kill_after}: the third time nothing is sent"
        );
    }
}

#[test]
fn without_a_record_a_plan_that_was_begun_has_moved() {
    let world = World::served(&[]).with("KPCTL_JOURNAL", "off");
    let delete = ["volcengine", "key-pair", "delete", "ci-deploy"];
    let digest = plan(&world, &delete, "p.json");
    apply(&world, "p.json", &digest).code(0);
    let sent = changes(&world);
    let error = apply(&world, "p.json", &digest).code(6).error();
    assert_eq!(error["code"], "PlanMoved");
    assert_eq!(changes(&world), sent);
}

#[test]
fn an_interrupted_apply_says_what_was_done_and_is_finished_later() {
    let world = served(&["--latency", "60ms"]);
    prepare(&world);
    let key = world.secret_file("key.pub", &rsa_line());
    let digest = plan(&world, &[&["revoke", &key][..], &REVOKE].concat(), "p.json");
    let before = changes(&world).len();
    let process = world
        .command(&["apply", "p.json", "--confirm", &digest, "-o", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    while changes(&world).len() < before + 4 {
        std::thread::sleep(Duration::from_millis(2));
    }
    kill_process(Pid::from_child(&process), Signal::INT).expect("sent");
    let done = process.wait_with_output().expect("ends");
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(130), "{said}");
    let document: Value = serde_json::from_slice(&done.stdout).expect("a document");
    assert_eq!(document["receipt"]["level"], "none");
    assert_ne!(document["receipt"]["unseen"], serde_json::json!([]));
    assert!(
        document["summary"]["skipped"].as_u64() > Some(0),
        "{document}"
    );
    finish(&world, &["apply", "p.json", "--confirm", &digest]);
    world.run(&["find", &key]).code(5);
}

#[test]
fn time_that_is_over_leaves_a_receipt() {
    let world = served(&["--latency", "100ms"]);
    prepare(&world);
    let key = world.secret_file("key.pub", &rsa_line());
    let command = [
        &["revoke", &key, "--yes", "--timeout", "4s", "-o", "json"][..],
        &REVOKE,
    ]
    .concat();
    let output = world.run(&command);
    assert!(matches!(output.code, 3 | 7), "{output:#?}");
    if !output.stdout.is_empty() {
        assert_eq!(output.json()["receipt"]["level"], "none", "{output:#?}");
    }
    // The same command again finishes it.
    finish(&world, &[&["revoke", &key, "--yes"][..], &REVOKE].concat());
    world.run(&["find", &key]).code(5);
}

#[test]
fn two_at_once_do_no_harm() {
    let world = served(&["--latency", "10ms"]);
    prepare(&world);
    let key = world.secret_file("key.pub", &rsa_line());
    let command = [&["revoke", &key][..], &REVOKE].concat();
    let digest = plan(&world, &command, "p.json");
    let all = || {
        let list = world.run(&["ls", "-o", "names"]).code(0).stdout;
        list.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let before = all();
    let start = || {
        world
            .command(&["apply", "p.json", "--confirm", &digest, "-o", "json"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts")
    };
    let mut both = [start(), start()];
    for process in &mut both {
        process.wait().expect("ends");
    }
    finish(&world, &["apply", "p.json", "--confirm", &digest]);
    world.run(&["find", &key]).code(5);
    // Nothing else is gone.
    let mut left = all();
    left.extend(rsa_places("env"));
    assert_eq!(sorted(left), sorted(before));
}

#[test]
fn what_was_given_back_is_not_taken_away_by_the_same_plan() {
    let world = served(&[]);
    prepare(&world);
    let key = world.secret_file("key.pub", &rsa_line());
    let digest = plan(&world, &[&["revoke", &key][..], &REVOKE].concat(), "p.json");
    apply(&world, "p.json", &digest).code(0);
    apply(&world, "p.json", &digest).code(0);
    let runs = world.run(&["log", "-o", "json"]).code(0).json();
    let runs = runs["items"].as_array().expect("runs").iter();
    let applied = runs
        .filter(|run| run["command"] == format!("apply {digest}"))
        .map(|run| run["run"].as_str().expect("a name").to_owned());
    let first = applied.into_iter().next().expect("one");
    restore(&world, &first);
    let before = changes(&world);
    let error = apply(&world, "p.json", &digest).code(6).error();
    assert_eq!(error["code"], "PlanApplied", "{error}");
    assert_eq!(changes(&world), before, "nothing is sent");
}

#[test]
fn a_refusal_tells_nobody_the_digest() {
    let world = World::sandboxed();
    let delete = ["volcengine", "key-pair", "delete", "old-laptop"];
    let digest = plan(&world, &delete, "p.json");
    let wrong = "0".repeat(64);
    for arguments in [
        &["apply", "p.json"][..],
        &["apply", "p.json", "--confirm", &wrong],
        &["apply", "p.json", "--confirm", &wrong[..32]],
    ] {
        let output = world.run(arguments).code(9);
        assert!(!output.stderr.contains(&digest[..16]), "{output:#?}");
    }
}
