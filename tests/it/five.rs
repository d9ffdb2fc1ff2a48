//! The five operations through the whole stack, on the embedded cloud.

use serde_json::json;

use crate::fixture::World;

const TEAM_APP: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";
const IMPORTED: &str = "2b6c8d0e-4f1a-4b3c-9d5e-7f8091a2b3c4";
const ENABLED: &str = "3c7d9e1f-5a2b-4c4d-8e6f-8091a2b3c4d5";
const DISABLED: &str = "4d8e0f2a-6b3c-4d5e-9f70-91a2b3c4d5e6";
const SERVER_1: &str = "a550ac820fd7768dd2468569ef985411";
const SERVER_2: &str = "b661bd931fe8879ee3579670fa096522";
const FROZEN: &str = "c772ce042af9980ff4680781ab1a7633";

#[test]
fn volcengine_tells_free_from_in_use_from_absent() {
    let world = World::sandboxed();
    let delete = [
        "volcengine",
        "key-pair",
        "delete",
        "ci-deploy",
        "prod-web",
        "ghost",
        "--yes",
        "-o",
        "json",
    ];
    let first = world.run(&delete).code(3);
    assert_eq!(
        first.statuses(),
        ["ci-deploy deleted", "prod-web in-use", "ghost absent"]
    );
    let document = first.json();
    assert_eq!(document["sandbox"], true);
    assert_eq!(document["command"], "volcengine key-pair delete");
    assert_eq!(document["complete"], true);
    assert_eq!(
        document["summary"],
        json!({"deleted": 1, "in-use": 1, "absent": 1})
    );
    let in_use = &document["items"][1];
    assert_eq!(
        in_use["address"],
        "volcengine:sandbox/cn-beijing/key-pair/prod-web"
    );
    assert_eq!(in_use["verified"], true);
    assert_eq!(in_use["error"]["code"], "InvalidKeyPair.InUse");
    assert_eq!(
        in_use["held_by"],
        json!([
            "volcengine:sandbox/cn-beijing/instance/i-ycweb00001",
            "volcengine:sandbox/cn-beijing/instance/i-ycweb00002"
        ])
    );
    assert!(
        in_use["request_id"]
            .as_str()
            .is_some_and(|id| id.len() > 14)
    );

    let second = world.run(&delete).code(3);
    assert_eq!(
        second.statuses(),
        ["ci-deploy absent", "prod-web in-use", "ghost absent"]
    );
}

#[test]
fn volcengine_ids_are_resolved_and_never_called_absent() {
    let world = World::served(&[]);
    let pairs = world.state()["volcengine"].to_string();
    let id = pairs
        .split('"')
        .find(|text| text.starts_with("kp-"))
        .expect("an id")
        .to_owned();
    let output = world.run(&[
        "volcengine",
        "key-pair",
        "delete",
        &id,
        "kp-nosuchpair",
        "--yes",
        "-o",
        "json",
    ]);
    let statuses = output.statuses();
    assert!(!statuses[0].contains("absent"), "{statuses:?}");
    assert!(
        !statuses[0].starts_with("kp-"),
        "the name is shown: {statuses:?}"
    );
    assert_eq!(statuses[1], "kp-nosuchpair absent");
}

#[test]
fn volcengine_splits_at_a_hundred_and_works_in_the_regions_of_addresses() {
    let world = World::served(&[]);
    let names: Vec<String> = (0..230).map(|number| format!("none-{number}")).collect();
    let input = names.join("\n");
    let delete = [
        "volcengine",
        "key-pair",
        "delete",
        "-",
        "--yes",
        "-o",
        "json",
    ];
    let output = world.run_with_input(&delete, input.as_bytes()).code(0);
    assert_eq!(output.json()["summary"], json!({"absent": 230}));
    let deletions = world
        .requests()
        .iter()
        .filter(|name| *name == "DeleteKeyPairs")
        .count();
    assert_eq!(deletions, 3);

    let here = "volcengine:env/cn-beijing/key-pair/ci-deploy";
    let there = "volcengine:env/cn-shanghai/key-pair/ci-deploy";
    let output = world
        .run(&[
            "volcengine",
            "key-pair",
            "delete",
            here,
            there,
            "--yes",
            "-o",
            "json",
        ])
        .code(0);
    assert_eq!(
        output.statuses(),
        ["ci-deploy deleted", "ci-deploy deleted"]
    );
    assert_eq!(output.json()["items"][1]["address"], there);
}

#[test]
fn an_empty_list_is_a_success_and_no_list_is_not() {
    let world = World::sandboxed();
    let output = world
        .run(&["volcengine", "key-pair", "delete", "-", "-o", "json"])
        .code(0);
    assert_eq!(output.json()["items"], json!([]));
    world.run(&["volcengine", "key-pair", "delete"]).code(2);
}

#[test]
fn tencent_detaches_waits_and_says_what_is_unfit() {
    let world = World::sandboxed();
    let detach = |arguments: &[&str]| {
        let base = ["tencent", "key-pair", "detach", "--yes", "-o", "json"];
        world.run(&[&base, arguments].concat())
    };
    let output = detach(&[
        "--key",
        "skey-9p0o8i7u",
        "--instance",
        "ins-4t6y8u2i",
        "ins-8k2j5h7g",
        "ins-2w4n6d8s",
        "ins-6m8c2x4z",
        "ins-0s1t2o3p",
        "ins-zzzzzzzz",
    ])
    .code(3);
    assert_eq!(
        output.statuses(),
        [
            "skey-9p0o8i7u@ins-4t6y8u2i detached",
            "skey-9p0o8i7u@ins-8k2j5h7g refused",
            "skey-9p0o8i7u@ins-2w4n6d8s unchanged",
            "skey-9p0o8i7u@ins-6m8c2x4z refused",
            "skey-9p0o8i7u@ins-0s1t2o3p refused",
            "skey-9p0o8i7u@ins-zzzzzzzz not-found",
        ]
    );
    let items = output.json()["items"].clone();
    assert_eq!(items[0]["verified"], true);
    assert_eq!(
        items[0]["target"],
        "tencent:sandbox/ap-guangzhou/instance/ins-4t6y8u2i"
    );
    assert_eq!(
        items[1]["error"]["code"],
        "UnsupportedOperation.InstanceStateRunning"
    );

    let again = detach(&["--key", "skey-9p0o8i7u", "--instance", "ins-4t6y8u2i"]).code(0);
    assert_eq!(again.statuses(), ["skey-9p0o8i7u@ins-4t6y8u2i unchanged"]);
    let typo = detach(&["--key", "skey-00000000", "--instance", "ins-4t6y8u2i"]).code(5);
    assert_eq!(typo.statuses(), ["skey-00000000@ins-4t6y8u2i not-found"]);
}

#[test]
fn tencent_force_stop_ends_with_the_instance_running_again() {
    let world = World::sandboxed();
    let output = world
        .run(&[
            "tencent",
            "key-pair",
            "detach",
            "--key",
            "skey-9p0o8i7u",
            "--instance",
            "ins-8k2j5h7g",
            "--force-stop",
            "--yes",
            "-o",
            "json",
        ])
        .code(0);
    let item = &output.json()["items"][0];
    assert_eq!(item["status"], "detached");
    assert_eq!(item["before"]["power"], "running");
    assert_eq!(item["after"]["power"], "running");
}

#[test]
fn tencent_no_wait_is_submitted_and_enough() {
    let world = World::sandboxed();
    let output = world
        .run(&[
            "tencent",
            "key-pair",
            "detach",
            "--key",
            "skey-9p0o8i7u",
            "--instance",
            "ins-4t6y8u2i",
            "--no-wait",
            "--yes",
            "-o",
            "json",
        ])
        .code(0);
    assert_eq!(output.statuses(), ["skey-9p0o8i7u@ins-4t6y8u2i submitted"]);
}

#[test]
fn codearts_deletes_by_id_title_and_fingerprint() {
    let world = World::sandboxed();
    let delete = |arguments: &[&str]| {
        let base = ["huawei", "codearts-key", "delete", "--yes", "-o", "json"];
        world.run(&[&base, arguments].concat())
    };
    let output = delete(&["31001", "99999"]).code(0);
    assert_eq!(output.statuses(), ["31001 deleted", "99999 absent"]);
    assert_eq!(output.json()["items"][0]["verified"], true);

    let several = delete(&["--title", "ci"]).code(2);
    let error = several.error();
    let message = format!("{} {}", error["message"], error["hint"]);
    assert!(
        message.contains("31002") && message.contains("31003"),
        "{message}"
    );

    let output = delete(&[
        "--fingerprint",
        "SHA256:xgJroPeeNiGMKY8ulUPeXU/0UQmk7AFyk0uPmLxdUKA",
    ])
    .code(0);
    assert_eq!(output.statuses(), ["2112483901 deleted"]);
    delete(&["--title", "laptop"]).code(5);
}

#[test]
fn kms_cancels_says_the_state_and_enables_on_request() {
    let world = World::sandboxed();
    let cancel = |arguments: &[&str]| {
        let base = ["huawei", "kms-key", "cancel-deletion", "-o", "json"];
        world.run(&[&base, arguments].concat())
    };
    let output = cancel(&[TEAM_APP]).code(0);
    let item = &output.json()["items"][0];
    assert_eq!(
        (&item["status"], &item["after"]["state"]),
        (&json!("cancelled"), &json!("disabled"))
    );
    assert_eq!(item["verified"], true);
    assert!(
        output.stderr.contains("bill"),
        "the billing note: {}",
        output.stderr
    );

    let again = cancel(&[TEAM_APP]).code(0);
    assert_eq!(again.statuses(), [format!("{TEAM_APP} unchanged")]);
    let enabled = cancel(&[TEAM_APP, "--enable"]).code(0);
    assert_eq!(enabled.statuses(), [format!("{TEAM_APP} enabled")]);

    let missing = "ffffffff-ffff-4fff-8fff-ffffffffffff";
    let output = cancel(&[IMPORTED, ENABLED, DISABLED, missing, "--enable"]).code(3);
    assert_eq!(
        output.statuses(),
        [
            format!("{IMPORTED} cancelled"),
            format!("{ENABLED} unchanged"),
            format!("{DISABLED} enabled"),
            format!("{missing} not-found"),
        ]
    );
    let imported = &output.json()["items"][0];
    assert_eq!(imported["after"]["state"], "pending-import");
    assert_eq!(imported["error"]["kind"], "state");
}

#[test]
fn cph_changes_many_servers_and_follows_their_jobs() {
    let world = World::sandboxed();
    let change = |arguments: &[&str]| {
        let base = [
            "huawei",
            "cph-server",
            "change-key-pair",
            "--yes",
            "-o",
            "json",
        ];
        world.run(&[&base, arguments].concat())
    };
    let unknown = "ffffffffffffffffffffffffffffffff";
    let output = change(&[
        SERVER_1,
        SERVER_2,
        FROZEN,
        unknown,
        "--key-pair",
        "KeyPair-ops_2",
    ])
    .code(3);
    assert_eq!(
        output.statuses(),
        [
            format!("{SERVER_1} changed"),
            format!("{SERVER_2} changed"),
            format!("{FROZEN} refused"),
            format!("{unknown} not-found"),
        ]
    );
    let first = &output.json()["items"][0];
    assert_eq!(first["before"]["key_pair"], "KeyPair-ops_1");
    assert_eq!(first["after"]["key_pair"], "KeyPair-ops_2");
    assert!(first["job_id"].is_string());

    // A pair that was made anew under its name has another key, so equal names are sent, too.
    let again = change(&[&format!("{SERVER_1}=KeyPair-ops_2")]).code(0);
    assert_eq!(again.statuses(), [format!("{SERVER_1} changed")]);

    let no_such_pair = change(&[SERVER_1, "--key-pair", "no-such-pair"]).code(7);
    assert_eq!(no_such_pair.statuses(), [format!("{SERVER_1} failed")]);
    let error = no_such_pair.json()["items"][0]["error"].clone();
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|text| !text.is_empty())
    );
}

#[test]
fn a_dry_run_shows_the_exact_request_and_changes_nothing() {
    let world = World::served(&[]);
    let output = world
        .run(&[
            "volcengine",
            "key-pair",
            "delete",
            "ci-deploy",
            "--dry-run",
            "-o",
            "json",
        ])
        .code(0);
    let plan = output.json();
    assert_eq!(plan["kind"], "Plan");
    assert_eq!(plan["items"][0]["status"], "planned");
    let request = &plan["calls"][0]["request"];
    assert_eq!(request["method"], "GET");
    let url = request["url"].as_str().expect("a URL");
    assert!(
        url.contains("Action=DeleteKeyPairs") && url.contains("KeyPairNames.1=ci-deploy"),
        "{url}"
    );
    assert_eq!(request["headers"]["authorization"], "(redacted)");

    let detach = [
        "tencent",
        "key-pair",
        "detach",
        "--key",
        "skey-9p0o8i7u",
        "--instance",
        "ins-4t6y8u2i",
    ];
    let plan = world
        .run(&[&detach[..], &["--dry-run", "-o", "json"]].concat())
        .code(0)
        .json();
    let body = plan["calls"][0]["request"]["body"]
        .as_str()
        .expect("a body");
    assert!(
        body.contains("skey-9p0o8i7u") && body.contains("ins-4t6y8u2i"),
        "{body}"
    );
    for change in ["DeleteKeyPairs", "DisassociateInstancesKeyPairs"] {
        assert!(!world.requests().iter().any(|name| name == change));
    }
}

#[test]
fn formats_carry_the_same_results() {
    let world = World::sandboxed();
    let run = |format: &[&str]| {
        let base = [
            "volcengine",
            "key-pair",
            "delete",
            "prod-web",
            "ghost",
            "--yes",
        ];
        world.run(&[&base, format].concat()).code(3).stdout
    };
    let tsv = run(&[]);
    let rows: Vec<Vec<&str>> = tsv.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(
        rows[0][..4],
        [
            "volcengine:sandbox/cn-beijing/key-pair/prod-web",
            "in-use",
            "failed",
            "true"
        ]
    );
    assert_eq!(
        rows[1][..4],
        [
            "volcengine:sandbox/cn-beijing/key-pair/ghost",
            "absent",
            "done",
            "true"
        ]
    );
    let csv = run(&["-o", "csv"]);
    assert!(
        csv.starts_with("address,status,result,verified,target,request_id,code,message\n"),
        "{csv}"
    );
    let table = run(&["-o=table"]);
    assert!(
        table.contains("STATUS") && table.contains("held by i-ycweb00001, i-ycweb00002"),
        "{table}"
    );
    let ndjson = run(&["--output", "ndjson"]);
    let kinds: Vec<_> = ndjson
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"))
        .collect();
    assert_eq!(kinds.len(), 3);
    assert_eq!(kinds[2]["kind"], "End");
    let query = run(&["--query", "items[?result=='done'].id"]);
    assert_eq!(query, "[\n  \"ghost\"\n]\n");
}
