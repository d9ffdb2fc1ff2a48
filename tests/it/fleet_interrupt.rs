//! A signal ends the reading of many places at once, and what was read is shown.

#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::fleet_served::{planned, served, unseen};
use crate::fleet_world::KEYS;

#[test]
fn an_interrupt_ends_a_hanging_list_at_once_and_keeps_what_was_read() {
    use rustix::process::{Pid, Signal, kill_process};
    let world = served(&["--fault", "tencent/ap-tokyo.*@*=hang"]);
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut child = world
            .command(&["ls", "-o", "ndjson"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let expected = planned(|key| (key.cloud, key.region) != ("tencent", "ap-tokyo"));
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        let mut line = String::new();
        for _ in 0..expected.len() {
            stdout.read_line(&mut line).expect("a line");
        }
        kill_process(Pid::from_child(&child), signal).expect("sent");
        let began = Instant::now();
        let status = child.wait().expect("ends");
        assert!(began.elapsed() < Duration::from_secs(5));
        assert_eq!(status.code(), Some(code));
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).expect("read");
        let end: Value = serde_json::from_str(rest.trim()).expect("the end alone");
        assert_eq!(end["kind"], "End");
        assert_eq!(end["complete"], false);
        assert_eq!(unseen(&end).len(), 2, "{end}");
        assert_eq!(line.lines().count(), expected.len());
    }
}

#[test]
fn a_document_of_an_interrupted_list_has_what_was_read() {
    use rustix::process::{Pid, Signal, kill_process};
    let world = served(&["--fault", "tencent/ap-tokyo.*@*=hang"]);
    let child = world
        .command(&["ls", "-o", "json", "--usage"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    // All that answer have answered.
    let mut before = 0;
    loop {
        std::thread::sleep(Duration::from_millis(700));
        let now = world.requests().len();
        if now == before && now > 20 {
            break;
        }
        before = now;
    }
    kill_process(Pid::from_child(&child), Signal::INT).expect("sent");
    let done = child.wait_with_output().expect("ends");
    assert_eq!(done.status.code(), Some(130));
    let document: Value = serde_json::from_slice(&done.stdout).expect("a document");
    assert_eq!(document["complete"], false);
    let count = document["items"].as_array().map(Vec::len);
    assert_eq!(count, Some(KEYS - 30), "all but those of Tokyo");
}

/// After the lists an audit asks whose accounts these are.
#[test]
fn an_audit_ends_while_it_asks_for_accounts() {
    use rustix::process::{Pid, Signal, kill_process};
    let world = served(&["--fault", "volcengine.GetCallerIdentity@*=hang"]);
    let child = world
        .command(&["audit", "--on", "volcengine", "-o", "json"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    while !world.requests().contains(&"GetCallerIdentity".to_owned()) {
        std::thread::sleep(Duration::from_millis(20));
    }
    kill_process(Pid::from_child(&child), Signal::INT).expect("sent");
    let began = Instant::now();
    let done = child.wait_with_output().expect("ends");
    assert!(began.elapsed() < Duration::from_secs(5));
    assert_eq!(done.status.code(), Some(130));
    let document: Value = serde_json::from_slice(&done.stdout).expect("a document");
    assert_eq!(document["kind"], "Findings");
}
