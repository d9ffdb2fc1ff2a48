//! Throttled, busy, denied, lost: the message, the exit code, and nothing said that is not known.
//! The whole matrix of faults and operations has its own place; here is what a user meets first.

use crate::fixture::{Output, World};

const TEAM_APP: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";
const SERVER_1: &str = "a550ac820fd7768dd2468569ef985411";

const DELETE: &[&str] = &[
    "volcengine",
    "key-pair",
    "delete",
    "ci-deploy",
    "--yes",
    "-o",
    "json",
];
const DETACH: &[&str] = &[
    "tencent",
    "key-pair",
    "detach",
    "--key",
    "skey-9p0o8i7u",
    "--instance",
    "ins-4t6y8u2i",
    "--yes",
    "-o",
    "json",
];
const CODEARTS: &[&str] = &[
    "huawei",
    "codearts-key",
    "delete",
    "31001",
    "--yes",
    "-o",
    "json",
];
const CANCEL: &[&str] = &[
    "huawei",
    "kms-key",
    "cancel-deletion",
    TEAM_APP,
    "-o",
    "json",
];
const CHANGE: &[&str] = &[
    "huawei",
    "cph-server",
    "change-key-pair",
    SERVER_1,
    "--key-pair",
    "KeyPair-ops_2",
    "--yes",
    "-o",
    "json",
];

/// The five commands, the operation that changes, and the status of success.
const FIVE: [(&[&str], &str, &str); 5] = [
    (DELETE, "volcengine.DeleteKeyPairs", "deleted"),
    (DETACH, "tencent.DisassociateInstancesKeyPairs", "detached"),
    (CODEARTS, "huawei.DeleteSshKey", "deleted"),
    (CANCEL, "huawei.CancelKeyDeletion", "cancelled"),
    (CHANGE, "huawei.UpdateKeypair", "changed"),
];

fn fault(rule: &str) -> World {
    World::served(&["--fault", rule])
}

fn status(output: &Output) -> String {
    output.json()["items"][0]["status"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn throttled_once_is_tried_again() {
    for (command, operation, success) in FIVE {
        let output = fault(&format!("{operation}@1=throttled"))
            .run(command)
            .code(0);
        assert_eq!(status(&output), success, "{operation}");
    }
}

#[test]
fn throttled_for_good_is_worth_running_again() {
    for (command, operation, _) in FIVE {
        let world = fault(&format!("{operation}@*=throttled"));
        let output = world
            .run(&[command, &["--timeout", "2s"][..]].concat())
            .code(7);
        assert_eq!(status(&output), "throttled", "{operation}");
        let error = output.json()["items"][0]["error"].clone();
        assert_eq!(error["kind"], "throttled", "{operation}");
    }
}

#[test]
fn a_throttled_item_goes_again_alone() {
    let world = fault("volcengine.DeleteKeyPairs@1=throttled-item");
    let output = world
        .run(&[
            "volcengine",
            "key-pair",
            "delete",
            "ci-deploy",
            "old-laptop",
            "--yes",
            "-o",
            "json",
        ])
        .code(0);
    assert_eq!(
        output.statuses(),
        ["ci-deploy deleted", "old-laptop deleted"]
    );
    let deletions = world
        .requests()
        .iter()
        .filter(|name| *name == "DeleteKeyPairs")
        .count();
    assert_eq!(deletions, 2);
}

#[test]
fn denied_changes_exit_4_and_denied_reads_only_lower_the_claim() {
    for (command, operation, _) in FIVE {
        let output = fault(&format!("{operation}@*=denied")).run(command).code(4);
        assert_eq!(status(&output), "denied", "{operation}");
        assert_eq!(
            output.json()["items"][0]["error"]["kind"],
            "permission",
            "{operation}"
        );
    }
    for (command, read, success) in [
        (DELETE, "volcengine.DescribeKeyPairs", "deleted"),
        (CODEARTS, "huawei.ListUserKeys", "deleted"),
        (CANCEL, "huawei.ListKeyDetail", "cancelled"),
        (CHANGE, "huawei.ShowCloudPhoneServerDetail", "changed"),
    ] {
        let world = fault(&format!("{read}@*=denied"));
        let output = world.run(command);
        if command == CHANGE {
            // The end of the job is the evidence; the name read back only adds to it.
            assert!(matches!(output.code, 0 | 10), "{output:#?}");
        } else {
            assert_eq!(status(&output), "unverified", "{read}: {output:#?}");
            assert_eq!(output.code, 10, "{read}");
        }
        assert!(
            !output.json()["warnings"]
                .as_array()
                .expect("warnings")
                .is_empty(),
            "{read}"
        );
        if matches!(command, DELETE | CANCEL) {
            let output = fault(&format!("{read}@*=denied"))
                .run(&[command, &["--no-verify"][..]].concat())
                .code(0);
            assert_eq!(status(&output), "submitted", "{read}, not {success}");
        }
    }
    // Consent rests on this look, so it is never skipped.
    let world = fault("tencent.DescribeInstances@*=denied");
    let error = world.run(DETACH).code(4).error();
    assert_eq!(error["kind"], "permission");
    assert!(
        !world
            .requests()
            .iter()
            .any(|name| name == "DisassociateInstancesKeyPairs")
    );
}

#[test]
fn a_lost_answer_is_cleared_up_by_a_look() {
    for (command, operation, success) in FIVE {
        // The effect happened, the answer was lost: done is reported as done.
        let world = fault(&format!("{operation}@1=reset-after"));
        let output = world.run(command);
        let seen = status(&output);
        if command == CHANGE {
            // A name that changed from another one is evidence, a job is not known.
            assert!(
                ["changed", "unverified", "running"].contains(&seen.as_str()),
                "{output:#?}"
            );
        } else {
            assert_eq!(seen, success, "{operation}: {output:#?}");
            assert_eq!(output.code, 0, "{operation}");
        }
        let sent = world
            .requests()
            .iter()
            .filter(|name| operation.ends_with(name.as_str()))
            .count();
        let repeatable = matches!(command, DELETE | CODEARTS | CANCEL);
        assert!(sent == 1 || repeatable, "{operation} was sent {sent} times");
    }
}

#[test]
fn no_answer_and_no_effect_is_never_reported_as_done() {
    for (command, operation, success) in FIVE {
        for kind in [
            "reset-before",
            "500",
            "502-html",
            "empty",
            "truncated",
            "broken-json",
        ] {
            let world = fault(&format!("{operation}@*={kind}"));
            let output = world.run(&[command, &["--timeout", "5s"][..]].concat());
            let seen = status(&output);
            let effect = matches!(kind, "empty" | "truncated" | "broken-json");
            // Gone is seen; whether this run did it cannot be told when nobody looked before.
            if seen == success || (seen == "absent" && command == DELETE) {
                // Only a look that saw the effect may say so.
                assert!(effect, "{operation} {kind}: {output:#?}");
                assert_eq!(
                    output.json()["items"][0]["verified"],
                    true,
                    "{operation} {kind}: {output:#?}"
                );
            } else {
                assert_ne!(output.code, 0, "{operation} {kind}: {output:#?}");
                assert!(
                    ["failed", "unverified", "running", "unchanged"].contains(&seen.as_str()),
                    "{operation} {kind}: {output:#?}"
                );
            }
        }
    }
}

#[test]
fn redirects_are_not_followed() {
    for (command, operation, _) in FIVE {
        let output = fault(&format!("{operation}@*=redirect"))
            .run(&[command, &["--timeout", "3s"][..]].concat());
        assert_ne!(output.code, 0, "{operation}: {output:#?}");
        assert!(
            output.stdout.contains("redirect"),
            "{operation}: {output:#?}"
        );
    }
}

#[test]
fn a_total_time_is_kept() {
    let world = fault("volcengine.DeleteKeyPairs@*=slow:60000");
    let output = world
        .run(&[DELETE, &["--timeout", "500ms"][..]].concat())
        .code(7);
    assert_eq!(status(&output), "running");
    // Before anything was sent there is nothing to report on.
    let world = fault("tencent.DescribeInstances@*=slow:60000");
    let error = world
        .run(&[DETACH, &["--timeout", "500ms"][..]].concat())
        .code(7)
        .error();
    assert_eq!(error["kind"], "timeout");
}

#[test]
fn nobody_there_is_a_network_error_that_names_the_place() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("binds")
        .local_addr()
        .expect("bound")
        .port();
    let world = World::served(&[]).with("KPCTL_ENDPOINT_URL", &format!("http://127.0.0.1:{port}"));
    let output = world
        .run(&[DETACH, &["--timeout", "2s"][..]].concat())
        .code(7);
    let error = output.error();
    assert_eq!(error["kind"], "network");
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|text| text.contains(&port.to_string())),
        "{error}"
    );
}

#[test]
fn a_closed_pipe_neither_stops_a_change_nor_alters_its_code() {
    let world = World::served(&[]);
    let mut command = world.command(DELETE);
    let mut process = command
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("kpctl starts");
    drop(process.stdout.take());
    assert_eq!(process.wait().expect("kpctl ends").code(), Some(0));
    let output = world.run(DELETE).code(0);
    assert_eq!(status(&output), "absent");
}

#[test]
fn a_signal_ends_the_waiting_with_a_readable_result() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        end_the_waiting(signal, code);
    }
}

fn end_the_waiting(signal: &str, code: i32) {
    let world = fault("tencent.DescribeInstances@2-900=slow:400");
    let process = world
        .command(DETACH)
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("kpctl starts");
    // Wait until the change was sent, then interrupt.
    while !world
        .requests()
        .iter()
        .any(|name| name == "DisassociateInstancesKeyPairs")
    {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let killed = std::process::Command::new("kill")
        .args([signal, &process.id().to_string()])
        .status();
    assert!(killed.expect("kill runs").success());
    let done = process.wait_with_output().expect("kpctl ends");
    assert_eq!(done.status.code(), Some(code));
    let document: serde_json::Value = serde_json::from_slice(&done.stdout).expect("a document");
    assert_eq!(document["items"][0]["status"], "running");
}
