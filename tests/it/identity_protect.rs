//! What a rule of the config file keeps is refused: alone and beside others, rehearsed and meant.

use crate::fixture::World;
use crate::identity::write_config;

/// A change that a rule keeps from happening.
struct Case {
    rule: &'static str,
    command: &'static [&'static str],
    /// What is refused, as `id status` or `id@target status`.
    refused: &'static str,
    /// The operation that must not be sent.
    operation: &'static str,
}

const KMS_KEY: &str = "3c7d9e1f-5a2b-4c4d-8e6f-8091a2b3c4d5";
const CPH_SERVER: &str = "b661bd931fe8879ee3579670fa096522";

const CASES: [Case; 12] = [
    Case {
        rule: "names = [\"backup-*\"]",
        command: &["volcengine", "key-pair", "delete", "backup-2024"],
        refused: "backup-2024 refused",
        operation: "DeleteKeyPairs",
    },
    // Volcengine shows no public key, only its MD5.
    Case {
        rule: "fingerprints = [\"MD5:c8:e2:42:2d:4d:9c:f8:5f:46:1e:91:d8:94:2f:97:6e\"]",
        command: &["volcengine", "key-pair", "delete", "ci-deploy"],
        refused: "ci-deploy refused",
        operation: "DeleteKeyPairs",
    },
    Case {
        rule: "fingerprints = [\"SHA256:WcMvjRo1t0uDYNlfRPjt8l7Wy/1HbpLwTkulhpNc3hc\"]",
        command: &["volcengine", "key-pair", "delete", "build-agent-1"],
        refused: "build-agent-1 refused",
        operation: "DeleteKeyPairs",
    },
    Case {
        rule: "tags = [\"env=prod\"]",
        command: &[
            "volcengine",
            "key-pair",
            "detach",
            "--allow-lockout",
            "--key-pair",
            "prod-web",
            "--instance",
            "i-ycweb00001",
        ],
        refused: "prod-web@i-ycweb00001 refused",
        operation: "DetachKeyPair",
    },
    Case {
        rule: "tags = [\"env\"]",
        command: &[
            "volcengine",
            "key-pair",
            "update",
            "prod-web",
            "--description",
            "x",
        ],
        refused: "prod-web refused",
        operation: "ModifyKeyPairAttribute",
    },
    Case {
        rule: "names = [\"prod-web\"]",
        command: &[
            "volcengine",
            "key-pair",
            "attach",
            "--key-pair",
            "ci-deploy",
            "--instance",
            "i-ycweb00001",
        ],
        refused: "ci-deploy@i-ycweb00001 refused",
        operation: "AttachKeyPair",
    },
    Case {
        rule: "fingerprints = [\"SHA256:fkHVqI+W8K44EG7+LoAnBJaoTQHsHZPlPJVYKTpUpSk\"]",
        command: &[
            "tencent",
            "key-pair",
            "detach",
            "--key",
            "skey-9p0o8i7u",
            "--instance",
            "ins-4t6y8u2i",
        ],
        refused: "skey-9p0o8i7u@ins-4t6y8u2i refused",
        operation: "DisassociateInstancesKeyPairs",
    },
    Case {
        rule: "names = [\"spare\"]",
        command: &["tencent", "key-pair", "delete", "skey-1a2b3c4d"],
        refused: "skey-1a2b3c4d refused",
        operation: "DeleteKeyPairs",
    },
    Case {
        rule: "names = [\"team/ba*\"]",
        command: &[
            "huawei",
            "kms-key",
            "schedule-deletion",
            KMS_KEY,
            "--days",
            "7",
        ],
        refused: "3c7d9e1f-5a2b-4c4d-8e6f-8091a2b3c4d5 refused",
        operation: "DeleteKey",
    },
    Case {
        rule: "fingerprints = [\"SHA256:WcMvjRo1t0uDYNlfRPjt8l7Wy/1HbpLwTkulhpNc3hc\"]",
        command: &["huawei", "codearts-key", "delete", "31001"],
        refused: "31001 refused",
        operation: "DeleteSshKey",
    },
    Case {
        rule: "names = [\"KeyPair-ops_1\"]",
        command: &[
            "huawei",
            "cph-server",
            "change-key-pair",
            CPH_SERVER,
            "--key-pair",
            "KeyPair-ops_2",
        ],
        refused: "b661bd931fe8879ee3579670fa096522 refused",
        operation: "UpdateKeypair",
    },
    Case {
        rule: "names = [\"nothing\", \"KeyPair-dev*\"]",
        command: &["huawei", "key-pair", "delete", "KeyPair-dev_01"],
        refused: "KeyPair-dev_01 refused",
        operation: "DeleteKeypair",
    },
];

fn rule(text: &str) -> String {
    format!("[[protect]]\n{text}\nreason = \"the way in\"\n")
}

fn run(world: &World, command: &[&str], more: &[&str]) -> crate::fixture::Output {
    world.run(&[command, &["-v", "-o", "json"], more].concat())
}

#[test]
fn each_change_that_takes_something_away_is_refused() {
    for case in CASES {
        let world = World::served(&[]);
        write_config(&world, &rule(case.rule));
        // A rehearsal that shows a refusal is no failure.
        for (more, code) in [(&["--yes"][..], 6), (&["--dry-run"], 0), (&[], 6)] {
            let output = run(&world, case.command, more);
            assert_eq!(output.code, code, "{:?} {output:#?}", case.command);
            assert_eq!(output.statuses(), [case.refused], "{:?}", case.command);
            let document = output.json();
            assert!(
                code == 6 || document["calls"] == serde_json::json!([]),
                "{document}"
            );
            let error = &document["items"][0]["error"];
            assert_eq!(error["code"], "Protected", "{document}");
            assert!(
                error["message"]
                    .as_str()
                    .is_some_and(|text| text.contains("the way in")),
                "{error}"
            );
        }
        let sent = world.requests();
        assert!(!sent.iter().any(|name| name == case.operation), "{sent:?}");
        // Without the rule it is done, so nothing else stood in the way.
        write_config(&world, &rule("names = [\"something-else\"]"));
        let output = run(&world, case.command, &["--yes"]);
        assert_eq!(output.code, 0, "{:?} {output:#?}", case.command);
        let sent = world.requests();
        assert!(sent.iter().any(|name| name == case.operation), "{sent:?}");
    }
}

#[test]
fn what_no_rule_keeps_is_changed_beside_what_one_keeps() {
    for (rule_text, command, statuses, operation) in [
        (
            "names = [\"backup-*\"]",
            &[
                "volcengine",
                "key-pair",
                "delete",
                "backup-2024",
                "old-laptop",
            ][..],
            ["backup-2024 refused", "old-laptop deleted"],
            "DeleteKeyPairs",
        ),
        (
            "names = [\"laptop\"]",
            &["huawei", "codearts-key", "delete", "31001", "31002"],
            ["31001 refused", "31002 deleted"],
            "DeleteSshKey",
        ),
    ] {
        let world = World::served(&[]);
        write_config(&world, &rule(rule_text));
        let output = run(&world, command, &["--dry-run"]);
        assert!(output.stdout.contains("Protected"), "{output:#?}");
        let output = run(&world, command, &["--yes"]).code(3);
        assert_eq!(output.statuses(), statuses);
        let journal = world.journal();
        let changes: Vec<_> = journal
            .iter()
            .filter(|entry| entry["operation"] == operation)
            .collect();
        assert_eq!(changes.len(), 1);
        let kept = statuses[0].split(' ').next().expect("an id");
        assert!(
            !changes[0]["items"].to_string().contains(kept),
            "{changes:?}"
        );
    }
}

#[test]
fn rules_are_read_beside_the_credentials_of_the_environment() {
    // A file that cannot be read may hold rules: nothing is changed.
    let world = World::served(&[]);
    write_config(&world, "[[protect]]\nnmes = [\"a\"]\n");
    let delete = ["volcengine", "key-pair", "delete", "old-laptop"];
    let output = run(&world, &delete, &["--yes"]);
    assert_eq!(output.code, 2, "{output:#?}");
    assert!(!world.requests().iter().any(|name| name == "DeleteKeyPairs"));
}

/// KPS shows no bindings: what the server would lose is not known.
#[test]
fn a_server_that_may_hold_a_protected_pair_gets_no_other() {
    let world = World::served(&[]);
    let password = world.path("pw");
    std::fs::write(&password, "Sandbox-2026").expect("written");
    let attach = [
        "huawei",
        "key-pair",
        "attach",
        "--key-pair",
        "KeyPair-dev_01",
        "--instance",
        "3c9a7e55-3e3f-4b2e-9c73-2e8f4d9e3003",
        "--password-file",
        password.to_str().expect("plain"),
    ];
    write_config(&world, &rule("names = [\"KeyPair-ops_*\"]"));
    let output = run(&world, &attach, &["--yes"]).code(6);
    assert_eq!(output.json()["items"][0]["error"]["code"], "Protected");
    assert!(
        !world
            .requests()
            .iter()
            .any(|name| name.contains("Associate"))
    );
    // The pair that it is given may be protected, and so may one that is nowhere.
    write_config(&world, &rule("names = [\"KeyPair-dev_01\", \"nowhere\"]"));
    run(&world, &attach, &["--yes"]).code(0);
}

/// The sandbox's `bastion` on Volcengine by its other handle, which calls take as well as the name.
#[test]
fn the_id_of_a_pair_is_kept_as_its_name_is() {
    let world = World::served(&[]);
    let shown = ["volcengine", "key-pair", "show", "bastion", "-o", "json"];
    let document = world.run(&shown).code(0).json();
    let id = document["items"][0]["raw"]["KeyPairId"].as_str();
    let id = id.expect("an id").to_owned();
    write_config(&world, &rule("names = [\"bastion\"]"));
    let handle = format!("KeyPairId={id}");
    for words in [
        &["DetachKeyPair", "InstanceIds.1=i-ycbastion01"][..],
        &["ModifyKeyPairAttribute", "Description=x"],
    ] {
        let call = [&["api", "volcengine", "ecs"], words, &[&handle, "--yes"]].concat();
        let output = world.run(&call).code(6);
        assert!(output.stderr.contains("Protected"), "{output:#?}");
        assert!(!world.requests().iter().any(|name| name == words[0]));
    }
    // A rule that names the id keeps the pair, too.
    write_config(&world, &rule(&format!("names = [\"{id}\"]")));
    let delete = ["volcengine", "key-pair", "delete", "bastion"];
    run(&world, &delete, &["--yes"]).code(6);
}

/// Another host of Huawei Cloud deletes the same key pairs.
#[test]
fn a_pair_is_kept_from_the_older_calls_of_ecs() {
    let world = World::served(&[]);
    write_config(&world, &rule("names = [\"KeyPair-ops_*\"]"));
    let path = "/v2.1/{project_id}/os-keypairs/KeyPair-ops_1";
    let output = world
        .run(&["api", "huawei", "ecs", "DELETE", path, "--yes"])
        .code(6);
    assert!(output.stderr.contains("Protected"), "{output:#?}");
}
