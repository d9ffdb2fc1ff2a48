//! What a run took away is given back by the lines that the record prints; what cannot be is said.

use crate::fixture::World;
use crate::revoke_fleet::{last_run, restore, shell};

const KMS_KEY: &str = "3c7d9e1f-5a2b-4c4d-8e6f-8091a2b3c4d5";
const PHONES: &str = "b661bd931fe8879ee3579670fa096522";

/// Changes of the demo fleet that can be undone, and the list that shows it.
const CASES: &[(&[&str], &[&str], &str)] = &[
    (
        &["tencent", "key-pair", "delete", "skey-1a2b3c4d"],
        &["tencent", "key-pair", "list"],
        "[].[name, fingerprint_sha256]",
    ),
    (
        &[
            "tencent",
            "key-pair",
            "detach",
            "--key",
            "skey-3x8v1n6t",
            "--instance",
            "ins-4t6y8u2i",
        ],
        &["tencent", "instance", "list"],
        "[].[id, state, key_pairs]",
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
        &["tencent", "instance", "list"],
        "[].[id, state, key_pairs]",
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
        &["volcengine", "instance", "list"],
        "[].[id, state, key_pairs]",
    ),
    (
        &[
            "volcengine",
            "key-pair",
            "detach",
            "--key",
            "prod-web",
            "--instance",
            "i-ycweb00002",
            "--allow-lockout",
        ],
        &["volcengine", "instance", "list"],
        "[].[id, state, key_pairs]",
    ),
    (
        &[
            "huawei",
            "kms-key",
            "schedule-deletion",
            KMS_KEY,
            "--days",
            "7",
        ],
        &["huawei", "kms-key", "list"],
        "[].[id, state]",
    ),
    (
        &["huawei", "kms-key", "disable", KMS_KEY],
        &["huawei", "kms-key", "list"],
        "[].[id, state]",
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
        &["huawei", "cph-server", "list"],
        "[].[id, key_pair]",
    ),
    (
        &["huawei", "key-pair", "delete", "KeyPair-dev_01"],
        &["huawei", "key-pair", "list"],
        "[].[name, fingerprint_sha256]",
    ),
    (
        &["huawei", "codearts-key", "delete", "31001"],
        &["huawei", "codearts-key", "list"],
        "[].[title, fingerprint_sha256]",
    ),
];

#[test]
fn what_was_taken_away_is_given_back() {
    for (command, list, query) in CASES {
        let world = World::served(&[]);
        let seen = || {
            let query = format!("items{query}");
            let output = world
                .run(&[list, &["-o", "json", "--query", &query][..]].concat())
                .code(0);
            let rows = output.json();
            let mut rows: Vec<String> = rows
                .as_array()
                .expect("rows")
                .iter()
                .map(ToString::to_string)
                .collect();
            rows.sort();
            rows
        };
        let before = seen();
        world.run(&[command, &["--yes"][..]].concat()).code(0);
        assert_ne!(seen(), before, "{command:?}");
        restore(&world, &last_run(&world, &command[..3].join(" ")));
        assert_eq!(seen(), before, "{command:?}");
    }
}

#[test]
fn what_cannot_be_given_back_is_a_comment_and_the_rest_runs() {
    let world = World::served(&[]);
    // The cloud shows no key, and nobody said which it is.
    world
        .run(&["volcengine", "key-pair", "delete", "ci-deploy", "--yes"])
        .code(0);
    let run = last_run(&world, "volcengine key-pair delete");
    let script = restore(&world, &run);
    assert!(
        script.starts_with(
            "# volcengine:env/cn-beijing/key-pair/ci-deploy: the key itself is not on record"
        ),
        "{script}"
    );
    assert_eq!(script.lines().count(), 1, "{script}");
    let document = world.run(&["log", &run, "-o", "json"]).code(0).json();
    let item = &document["items"][0];
    assert!(
        item["restore"].is_null() && item["cannot_restore"].is_string(),
        "{item}"
    );
    world.run(&["log", &run, "--restore", "-o", "json"]).code(2);
    world.run(&["log", "--restore"]).code(2);
    world.run(&["log", "nothing", "--restore"]).code(5);
}

#[test]
fn names_that_a_shell_would_read_stay_names() {
    let world = World::served(&[]);
    let title = "laptop'; touch owned; echo '$(touch owned) `touch owned`";
    let mut state = world.state();
    let keys = state["huawei"]["code_arts_keys"]
        .as_array_mut()
        .expect("a list");
    let key = keys
        .iter_mut()
        .find(|key| key["title"] == "laptop")
        .expect("there");
    key["title"] = title.into();
    world.set_state(&state);
    world
        .run(&["huawei", "codearts-key", "delete", "31001", "--yes"])
        .code(0);
    restore(&world, &last_run(&world, "codearts-key delete"));
    assert!(!world.path("owned").exists());
    let list = world
        .run(&["huawei", "codearts-key", "list", "-o", "json"])
        .code(0)
        .json();
    let items = list["items"].as_array().expect("items");
    assert!(items.iter().any(|item| item["title"] == title), "{list}");
}

#[test]
fn lines_of_the_embedded_cloud_go_back_to_it() {
    let world = World::empty();
    let delete = [
        "--sandbox",
        "tencent",
        "key-pair",
        "delete",
        "skey-1a2b3c4d",
        "--yes",
    ];
    world.run(&delete).code(0);
    let runs = world
        .run(&["--sandbox", "log", "-o", "json"])
        .code(0)
        .json();
    let run = runs["items"][0]["run"].as_str().expect("a name").to_owned();
    world.run(&["log", &run]).code(5);
    let script = world
        .run(&["--sandbox", "log", &run, "--restore"])
        .code(0)
        .stdout;
    shell(&world, &script);
    let named = [
        "--sandbox",
        "tencent",
        "key-pair",
        "list",
        "--name",
        "spare",
        "-o",
        "names",
    ];
    assert_eq!(world.run(&named).code(0).stdout.lines().count(), 1);
}
