//! Every kind of change as a plan: nothing is sent before it is approved, exactly it after, and nothing when
//! it is applied again.

use serde_json::json;

use crate::fixture::{CANARY, World};
use crate::plan_file::{apply, changes, plan, read};

const KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys/rsa-2048-pem.pub");
const KMS_ENABLED: &str = "3c7d9e1f-5a2b-4c4d-8e6f-8091a2b3c4d5";
const KMS_DISABLED: &str = "4d8e0f2a-6b3c-4d5e-9f70-91a2b3c4d5e6";
const KMS_PENDING: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";
const PHONES: &str = "b661bd931fe8879ee3579670fa096522";
const EVERYWHERE: [&str; 4] = [
    "volcengine/cn-beijing",
    "tencent/ap-guangzhou/key-pair",
    "huawei/cn-north-4/key-pair",
    "huawei/cn-north-4/codearts-key",
];

/// A command of the demo fleet, the operations that it sends when it is applied, and what it says of its
/// items.
type Case = (
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
);

const CASES: &[Case] = &[
    (
        &[
            "volcengine",
            "key-pair",
            "delete",
            "ci-deploy",
            "backup-2024",
        ],
        &["DeleteKeyPairs"],
        &["ci-deploy deleted", "backup-2024 deleted"],
    ),
    (
        &[
            "volcengine",
            "key-pair",
            "attach",
            "--key",
            "ci-deploy",
            "--instance",
            "i-ycweb00001",
        ],
        &["AttachKeyPair"],
        &["ci-deploy@i-ycweb00001 attached"],
    ),
    (
        &[
            "volcengine",
            "key-pair",
            "detach",
            "--key",
            "prod-web",
            "--instance",
            "i-ycweb00001",
            "--reboot",
            "--max-stops",
            "1",
            "--allow-lockout",
        ],
        &["DetachKeyPair", "RebootInstances"],
        &["prod-web@i-ycweb00001 detached"],
    ),
    (
        &[
            "volcengine",
            "key-pair",
            "update",
            "ci-deploy",
            "--description",
            "builds",
        ],
        &["ModifyKeyPairAttribute"],
        &["ci-deploy changed"],
    ),
    (
        &["volcengine", "key-pair", "import", KEY, "--name", "planned"],
        &["ImportKeyPair"],
        &["planned imported"],
    ),
    (
        &["tencent", "key-pair", "delete", "skey-1a2b3c4d"],
        &["DeleteKeyPairs"],
        &["skey-1a2b3c4d deleted"],
    ),
    (
        &[
            "tencent",
            "key-pair",
            "detach",
            "--key",
            "skey-9p0o8i7u",
            "--instance",
            "ins-8k2j5h7g",
            "--max-stops",
            "1",
            "--stop",
            "soft",
            "--start",
        ],
        &[
            "StopInstances",
            "DisassociateInstancesKeyPairs",
            "StartInstances",
        ],
        &["skey-9p0o8i7u@ins-8k2j5h7g detached"],
    ),
    (
        &[
            "tencent",
            "key-pair",
            "attach",
            "--key",
            "skey-1a2b3c4d",
            "--instance",
            "ins-5r7e9w1q",
        ],
        &["AssociateInstancesKeyPairs"],
        &["skey-1a2b3c4d@ins-5r7e9w1q attached"],
    ),
    (
        &["tencent", "key-pair", "import", KEY, "--name", "planned"],
        &["ImportKeyPair"],
        &["skey-* imported"],
    ),
    (
        &[
            "tencent",
            "lighthouse-key-pair",
            "detach",
            "--key",
            "lhkp-1w6e3b8s",
            "--instance",
            "lhins-3b6n9m2q",
            "--allow-lockout",
        ],
        &["DisassociateInstancesKeyPairs"],
        &["lhkp-1w6e3b8s@lhins-3b6n9m2q detached"],
    ),
    (
        &["huawei", "key-pair", "delete", "KeyPair-dev_01"],
        &["DeleteKeypair"],
        &["KeyPair-dev_01 deleted"],
    ),
    (
        &[
            "huawei",
            "key-pair",
            "import",
            KEY,
            "--name",
            "KeyPair-planned",
        ],
        &["CreateKeypair"],
        &["KeyPair-planned imported"],
    ),
    (
        &[
            "huawei",
            "key-pair",
            "update",
            "KeyPair-dev_01",
            "--description",
            "gone soon",
        ],
        &["UpdateKeypairDescription"],
        &["KeyPair-dev_01 changed"],
    ),
    (
        &[
            "huawei",
            "kms-key",
            "schedule-deletion",
            KMS_ENABLED,
            "--days",
            "7",
        ],
        &["DeleteKey"],
        &["3c7d9e1f-5a2b-4c4d-8e6f-8091a2b3c4d5 scheduled"],
    ),
    (
        &[
            "huawei",
            "kms-key",
            "cancel-deletion",
            KMS_PENDING,
            "--enable",
        ],
        &["CancelKeyDeletion", "EnableKey"],
        &["0d0466b0-e727-4d9c-b35d-f84bb474a37f enabled"],
    ),
    (
        &["huawei", "kms-key", "enable", KMS_DISABLED],
        &["EnableKey"],
        &["4d8e0f2a-6b3c-4d5e-9f70-91a2b3c4d5e6 enabled"],
    ),
    (
        &["huawei", "kms-key", "disable", KMS_ENABLED],
        &["DisableKey"],
        &["3c7d9e1f-5a2b-4c4d-8e6f-8091a2b3c4d5 disabled"],
    ),
    (
        &[
            "huawei",
            "cph-server",
            "change-key-pair",
            PHONES,
            "--key-pair",
            "KeyPair-ops_2",
        ],
        &["UpdateKeypair"],
        &["b661bd931fe8879ee3579670fa096522 changed"],
    ),
    (
        &["huawei", "codearts-key", "add", KEY, "--title", "planned"],
        &["AddSshKey"],
        &["* imported"],
    ),
    (
        &["huawei", "codearts-key", "delete", "--title", "laptop"],
        &["DeleteSshKey"],
        &["31001 deleted"],
    ),
];

/// Whether a text is what a pattern with at most one `*` says.
fn fits(text: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => text == pattern,
        Some((begin, end)) => text.starts_with(begin) && text.ends_with(end),
    }
}

#[test]
fn a_plan_is_what_is_done_and_nothing_else_is() {
    for (command, operations, statuses) in CASES {
        let world = World::served(&[]);
        let digest = plan(&world, command, "p.json");
        // A plan is no run: nothing is on record.
        assert!(!world.path("state/journal").exists(), "{command:?}");
        let planned = read(&world, "p.json");
        let calls = planned["steps"][0][0]["calls"].as_array().expect("calls");
        assert_eq!(
            calls
                .iter()
                .map(|call| call["operation"].as_str())
                .collect::<Vec<_>>(),
            operations
                .iter()
                .map(|name| Some(*name))
                .collect::<Vec<_>>(),
            "{command:?}"
        );
        assert!(planned["accounts"][0]["account"].is_string(), "{planned}");
        let rehearsed = world
            .run(&["apply", "p.json", "--dry-run", "-o", "json"])
            .code(0);
        assert_eq!(rehearsed.json()["kind"], "Plan", "{command:?}");
        assert_eq!(changes(&world), Vec::<String>::new(), "{command:?}");

        let done = apply(&world, "p.json", &digest).code(0);
        let said = done.statuses();
        assert_eq!(said.len(), statuses.len(), "{command:?} {said:?}");
        for (text, pattern) in said.iter().zip(*statuses) {
            assert!(fits(text, pattern), "{text} is not {pattern}");
        }
        assert_eq!(changes(&world), *operations, "{command:?}");

        // Once more: whatever it says of what it finds, nothing is sent.
        let again = apply(&world, "p.json", &digest);
        assert!(matches!(again.code, 0 | 5), "{command:?} {again:#?}");
        assert_eq!(changes(&world), *operations, "{command:?} {again:#?}");
    }
}

#[test]
fn plans_over_many_places_are_one_plan() {
    let world = World::served(&[]);
    let mut command = vec!["import", KEY, "--name", "KeyPair_9"];
    for scope in EVERYWHERE {
        command.extend(["--on", scope]);
    }
    let digest = plan(&world, &command, "import.json");
    let planned = read(&world, "import.json");
    assert_eq!(planned["accounts"].as_array().map(Vec::len), Some(3));
    apply(&world, "import.json", &digest[..32]).code(0);
    assert_eq!(changes(&world).len(), 4);
    let found = world.run(&["find", KEY, "-o", "names"]).code(0);
    assert_eq!(found.stdout.lines().count(), 4, "{found:#?}");

    let output = world.run_with_input(
        &["delete", "-", "--plan", "delete.json", "-o", "json"],
        found.stdout.as_bytes(),
    );
    let digest = output.code(0).json()["digest"].clone();
    assert_eq!(changes(&world).len(), 4);
    let digest = digest.as_str().expect("a digest");
    let done = apply(&world, "delete.json", digest).code(0);
    assert_eq!(done.json()["summary"], json!({ "deleted": 4 }));
    assert_eq!(changes(&world).len(), 8);
    world.run(&["find", KEY]).code(5);
}

#[test]
fn a_file_that_is_there_is_never_overwritten() {
    let world = World::served(&[]);
    let command = ["volcengine", "key-pair", "delete", "ci-deploy", "--plan"];
    std::fs::write(world.path("p.json"), "mine").expect("written");
    std::os::unix::fs::symlink("nowhere", world.path("link")).expect("made");
    for name in ["p.json", "link", "no/such/folder/p.json"] {
        let output = world.run(&[&command[..], &[name]].concat()).code(2);
        assert!(output.stderr.contains(name), "{output:#?}");
    }
    let text = std::fs::read_to_string(world.path("p.json")).expect("there");
    assert_eq!(text, "mine");
    assert!(!world.path("nowhere").exists());
    for more in ["--yes", "--dry-run"] {
        world
            .run(&[&command[..], &["q.json", more]].concat())
            .code(2);
    }
    assert!(!world.path("q.json").exists());
}

#[test]
fn what_needs_a_secret_is_refused_and_leaves_no_file() {
    let world = World::served(&[]);
    let password = world.secret_file("password", CANARY);
    let key = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys/practice-rsa.pem");
    let server = "d76b2a11-1c1f-4f0e-9a51-0c6f2b7e1001";
    let ends = ["--key-pair", "KeyPair-dev_01", "--instance", server];
    let commands: [Vec<&str>; 4] = [
        [
            &["huawei", "key-pair", "attach"],
            &ends[..],
            &["--password-file", &password],
        ]
        .concat(),
        [
            &[
                "huawei",
                "key-pair",
                "detach",
                "--key-pair",
                "KeyPair-ops_2",
                "--instance",
            ],
            &[
                "5e1b8f66-4f4f-4c3e-ad84-3f9f5eae4004",
                "--send-private-key",
                key,
            ][..],
        ]
        .concat(),
        vec![
            "volcengine",
            "key-pair",
            "create",
            "new",
            "--private-key-file",
            "new.pem",
        ],
        vec![
            "tencent",
            "key-pair",
            "create",
            "new",
            "--generate",
            "--private-key-file",
            "new.pem",
        ],
    ];
    for command in commands {
        let output = world
            .run(&[&command[..], &["--plan", "p.json", "-o", "json"]].concat())
            .code(2);
        assert_eq!(output.error()["code"], "PlanNeedsSecret", "{command:?}");
        for name in ["p.json", "new.pem"] {
            assert!(!world.path(name).exists(), "{command:?} left {name}");
        }
    }
    assert_eq!(changes(&world), Vec::<String>::new());
}

#[test]
fn where_only_plans_are_wanted_nothing_is_changed() {
    let world = World::served(&[]);
    let delete = ["volcengine", "key-pair", "delete", "ci-deploy"];
    let digest = plan(&world, &delete, "p.json");
    let held = |value: &str, command: &[&str]| world.run_with("KPCTL_MUTATIONS", value, command);
    let changing: [&[&str]; 6] = [
        &[&delete[..], &["--yes"]].concat(),
        &["apply", "p.json", "--confirm", &digest],
        &["revoke", KEY, "--yes"],
        &["import", KEY, "--name", "held", "--on", EVERYWHERE[0]],
        &["volcengine", "key-pair", "import", KEY, "--name", "held"],
        &[
            "api",
            "tencent",
            "cvm",
            "DeleteKeyPairs",
            "KeyIds.0=skey-1a2b3c4d",
            "--yes",
        ],
    ];
    // What is revoked must be there.
    world
        .run(&["volcengine", "key-pair", "import", KEY, "--name", "there"])
        .code(0);
    let before = changes(&world);
    for command in changing {
        let output = held("plan-only", &[command, &["-o", "json"]].concat()).code(9);
        assert_eq!(output.error()["code"], "PlanOnly", "{command:?}");
        for value in ["", "plan_only", "PLAN-ONLY"] {
            held(value, command).code(2);
        }
    }
    let allowed: [&[&str]; 5] = [
        &[&delete[..], &["--plan", "q.json"]].concat(),
        &[&delete[..], &["--dry-run"]].concat(),
        &["apply", "p.json", "--dry-run"],
        &["volcengine", "key-pair", "list"],
        &["api", "tencent", "cvm", "DescribeKeyPairs"],
    ];
    for command in allowed {
        held("plan-only", command).code(0);
    }
    assert_eq!(changes(&world), before);
}

/// A whole fleet is not read for a change that cannot be made.
#[test]
fn what_is_refused_whatever_is_there_reads_nothing() {
    let world = World::served(&[]);
    std::fs::write(world.path("taken.json"), "mine").expect("a file");
    let before = world.requests();
    let wide: [&[&str]; 2] = [
        &["revoke", KEY],
        &["import", KEY, "--name", "wide", "--on", EVERYWHERE[0]],
    ];
    for command in wide {
        let held = [command, &["--yes"]].concat();
        world
            .run_with("KPCTL_MUTATIONS", "plan-only", &held)
            .code(9);
        world
            .run(&[command, &["--plan", "taken.json"]].concat())
            .code(2);
        assert_eq!(world.requests(), before, "{command:?}");
    }
    let kept = std::fs::read_to_string(world.path("taken.json")).expect("the file");
    assert_eq!(kept, "mine");
}
