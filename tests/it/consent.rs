//! Nothing is changed without a yes, and off a terminal nobody can say it.

use crate::fixture::World;

#[test]
fn without_yes_and_without_a_terminal_nothing_is_changed() {
    let world = World::served(&[]);
    let commands: [&[&str]; 4] = [
        &["volcengine", "key-pair", "delete", "ci-deploy"],
        &[
            "tencent",
            "key-pair",
            "detach",
            "--key",
            "skey-9p0o8i7u",
            "--instance",
            "ins-4t6y8u2i",
        ],
        &["huawei", "codearts-key", "delete", "31001"],
        &[
            "huawei",
            "cph-server",
            "change-key-pair",
            "a550ac820fd7768dd2468569ef985411",
            "--key-pair",
            "KeyPair-ops_2",
        ],
    ];
    for command in commands {
        let output = world.run(&[command, &["-o", "json"][..]].concat()).code(9);
        let error = output.error();
        assert_eq!(error["kind"], "usage");
        assert_eq!(error["code"], "ConsentMissing");
        assert!(
            error["hint"]
                .as_str()
                .is_some_and(|hint| hint.contains("--yes")),
            "{error}"
        );
    }
    let changes = [
        "DeleteKeyPairs",
        "DisassociateInstancesKeyPairs",
        "DeleteSshKey",
        "UpdateKeypair",
    ];
    let seen = world.requests();
    assert!(
        !seen.iter().any(|name| changes.contains(&name.as_str())),
        "{seen:?}"
    );
}

#[test]
fn power_cuts_and_lock_outs_want_their_own_flags_all_in_one_message() {
    let world = World::served(&[]);
    let detach = |arguments: &[&str]| {
        world.run(&[&["tencent", "key-pair", "detach", "-o", "json"], arguments].concat())
    };
    // The last key of a stopped instance.
    let last = ["--key", "skey-3x8v1n6t", "--instance", "ins-5r7e9w1q"];
    let error = detach(&last).code(9).error();
    let hint = error["hint"].as_str().expect("a hint");
    assert!(
        hint.contains("--yes and --allow-lockout") && hint.contains("ins-5r7e9w1q"),
        "{hint}"
    );
    detach(&[&last[..], &["--yes"]].concat()).code(9);

    // A power cut is allowed by its flag, but not without --yes; the machine is named.
    let running = [
        "--key",
        "skey-9p0o8i7u",
        "--instance",
        "ins-8k2j5h7g",
        "--force-stop",
    ];
    let error = detach(&running).code(9).error();
    assert!(
        error["hint"]
            .as_str()
            .is_some_and(|hint| hint.contains("ins-8k2j5h7g")),
        "{error}"
    );
    // So is a hard stop, which is named by its own flag.
    let stopping = [&running[..4], &["--stop", "hard"]].concat();
    let error = detach(&stopping).code(9).error();
    let hint = error["hint"].as_str().expect("a hint");
    assert!(
        hint.contains("--stop hard") && !hint.contains("--force-stop"),
        "{hint}"
    );
    assert!(
        !world
            .requests()
            .iter()
            .any(|name| name == "DisassociateInstancesKeyPairs")
    );

    let output = detach(&[&last[..], &["--yes", "--allow-lockout"]].concat()).code(0);
    assert_eq!(output.statuses(), ["skey-3x8v1n6t@ins-5r7e9w1q detached"]);
}

#[test]
fn what_the_look_refuses_comes_before_consent() {
    let world = World::sandboxed();
    // All items are refused by their state: exit 6, and no question about --yes.
    let output = world
        .run(&[
            "tencent",
            "key-pair",
            "detach",
            "--key",
            "skey-9p0o8i7u",
            "--instance",
            "ins-8k2j5h7g",
            "-o",
            "json",
        ])
        .code(6);
    assert_eq!(output.statuses(), ["skey-9p0o8i7u@ins-8k2j5h7g refused"]);
    // Nothing to do needs no consent either.
    world
        .run(&[
            "tencent",
            "key-pair",
            "detach",
            "--key",
            "skey-1a2b3c4d",
            "--instance",
            "ins-4t6y8u2i",
        ])
        .code(0);
    world
        .run(&["huawei", "codearts-key", "delete", "99999"])
        .code(0);
}

#[test]
fn ids_from_standard_input_leave_nobody_to_ask() {
    let world = World::sandboxed();
    world
        .run_with_input(&["volcengine", "key-pair", "delete", "-"], b"ci-deploy\n")
        .code(9);
    world
        .run_with_input(
            &["volcengine", "key-pair", "delete", "-", "--yes"],
            b"ci-deploy\n",
        )
        .code(0);
}
