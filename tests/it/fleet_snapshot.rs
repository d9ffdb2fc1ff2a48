//! `snapshot`, and `--offline`: the same answers without the clouds.

use serde_json::{Value, json};

use crate::fixture::{Output, World};
use crate::fleet_served::{addresses, planned, served, sorted, texts, unseen};
use crate::fleet_world::{KEYS, PENDING_KMS_KEYS, rsa_line, rsa_places};

fn taken(world: &World, code: i32) -> String {
    let output = world.run(&["snapshot"]).code(code);
    std::fs::write(world.path("now.json"), &output.stdout).expect("written");
    output.stdout
}

/// A world that knows no cloud, with the snapshot.
fn offline(text: &str) -> World {
    let world = World::empty();
    std::fs::write(world.path("now.json"), text).expect("written");
    world
}

#[test]
fn offline_answers_are_those_of_the_clouds() {
    let world = served(&[]);
    let text = taken(&world, 0);
    let document: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(document["kind"], "Snapshot");
    assert_eq!(document["complete"], true);
    let items = document["items"].as_array().expect("items");
    let keys = items.iter().filter(|item| {
        let resource = item["resource"].as_str().unwrap_or_default();
        ["key-pair", "lighthouse-key-pair", "codearts-key"].contains(&resource)
    });
    assert_eq!(keys.count(), KEYS);
    assert!(
        !text.contains("\"raw\""),
        "the vendors' own objects are left out"
    );
    let requests = world.requests().len();

    let alone = offline(&text);
    let rsa = rsa_line();
    for command in [
        &["ls", "-o", "names"][..],
        &["ls", "--unused", "-o", "names"],
        &["ls", "--older-than", "180d", "-o", "names"],
        &[
            "ls",
            "--usage",
            "-o",
            "json",
            "--query",
            "items[].[address, name, tags, used_by, used_by_complete]",
        ],
        &[
            "find",
            &rsa,
            "-o",
            "json",
            "--query",
            "items[].[address, match, match_form]",
        ],
        &["find", &rsa, "-o", "json", "--query", "key"],
        &["audit", "-o", "tsv"],
    ] {
        let live = world.run(command);
        let lines = |output: &Output| sorted(output.stdout.lines().map(str::to_owned));
        let kept = alone.run(&[command, &["--offline", "now.json"]].concat());
        assert_eq!(kept.code, live.code, "{command:?} {}", kept.stderr);
        assert_eq!(lines(&kept), lines(&live), "{command:?}");
        assert!(kept.stderr.contains("the clouds were not asked") || command.contains(&"json"));
    }
    assert!(world.requests().len() > requests);
    let found = alone
        .run(&["find", &rsa, "--offline", "now.json", "-o", "json"])
        .code(0);
    assert_eq!(addresses(&found), sorted(rsa_places("env")));
    let document = found.json();
    assert!(
        document["endpoint"].is_string(),
        "an endpoint that is not the vendor's stays known"
    );
}

#[test]
fn every_read_verb_takes_a_snapshot() {
    let world = served(&[]);
    let alone = offline(&taken(&world, 0));
    let with =
        |command: &[&str]| alone.run(&[command, &["--offline", "now.json", "-o", "json"]].concat());
    for (command, count) in [
        (&["volcengine", "key-pair", "list"][..], 120),
        (&["volcengine", "key-pair", "list", "-r", "cn-beijing"], 48),
        (&["tencent", "key-pair", "list"], 96),
        (
            &["tencent", "lighthouse-key-pair", "list", "-r", "ap-tokyo"],
            10,
        ),
        (&["huawei", "key-pair", "list"], 148),
        (&["huawei", "codearts-key", "list"], 12),
        (&["huawei", "kms-key", "list"], 12),
    ] {
        let document = with(command).code(0).json();
        assert_eq!(
            document["items"].as_array().map(Vec::len),
            Some(count),
            "{command:?}"
        );
    }
    for list in [
        &["volcengine", "instance", "list"][..],
        &["tencent", "instance", "list"],
        &["huawei", "cph-server", "list"],
    ] {
        let document = with(list).code(0).json();
        assert!(
            document["items"]
                .as_array()
                .is_some_and(|items| items.len() > 3),
            "{list:?}"
        );
    }
    let shown = with(&[
        "volcengine",
        "key-pair",
        "show",
        "volcengine:env/cn-beijing/key-pair/deploy",
    ]);
    assert_eq!(shown.code(0).json()["items"][0]["id"], "deploy");
    with(&["volcengine", "key-pair", "show", "no-such"]).code(5);
    // Two regions have one of that name.
    with(&["volcengine", "key-pair", "show", "deploy"]).code(2);
    let pending = with(&["huawei", "kms-key", "pending"]).code(0).json();
    let items = pending["items"].as_array().expect("items");
    let told = sorted(
        items
            .iter()
            .map(|item| item["address"].as_str().expect("one").to_owned()),
    );
    assert_eq!(
        told,
        sorted(PENDING_KMS_KEYS.map(|address| format!("huawei:env/{address}")))
    );
}

#[test]
fn scopes_choose_from_a_snapshot() {
    let world = served(&[]);
    let alone = offline(&taken(&world, 0));
    let ls = |scope: &str| alone.run(&["ls", "--offline", "now.json", "-o", "json", "--on", scope]);
    for (scope, fits) in [
        (
            "tencent",
            (|key| key.cloud == "tencent") as fn(&crate::fleet_world::Key) -> bool,
        ),
        ("*:env/cn-north-*", |key| key.region.starts_with("cn-north")),
        ("huawei/*/codearts-key", |key| {
            key.resource == "codearts-key"
        }),
        ("t*/ap-tokyo/*key-pair", |key| key.region == "ap-tokyo"),
        ("env", |_| true),
    ] {
        assert_eq!(addresses(&ls(scope).code(0)), planned(fits), "{scope}");
    }
    for scope in [
        "tencent:other",
        "tencent/eu-moscow",
        "nowhere",
        "aws",
        "volcengine/*/codearts-key",
        "x//",
    ] {
        ls(scope).code(2);
    }
}

#[test]
fn what_a_snapshot_lacks_stays_unseen() {
    let world = served(&[
        "--fault",
        "huawei/cn-north-9.*@*=denied",
        "--fault",
        "tencent/ap-tokyo.*@*=region-disabled",
    ]);
    let text = taken(&world, 10);
    let alone = offline(&text);
    let ls =
        |more: &[&str]| alone.run(&[&["ls", "--offline", "now.json", "-o", "json"], more].concat());
    let output = ls(&[]).code(10);
    let document = output.json();
    assert_eq!(document["complete"], false);
    assert_eq!(
        unseen(&document)
            .iter()
            .filter(|(scope, _)| scope == "huawei:env/cn-north-9/key-pair")
            .count(),
        1
    );
    let not_enabled = document["not_enabled"].to_string();
    assert!(
        not_enabled.contains("tencent:env/ap-tokyo"),
        "{not_enabled}"
    );
    let is_seen = |key: &crate::fleet_world::Key| !["cn-north-9", "ap-tokyo"].contains(&key.region);
    assert_eq!(addresses(&output), planned(is_seen));
    // Not asked for: then it does not matter.
    ls(&["--on", "volcengine"]).code(0);
    alone
        .run(&["find", &rsa_line(), "--offline", "now.json"])
        .code(10);
    alone.run(&["audit", "--offline", "now.json"]).code(10);
    alone
        .run(&["huawei", "key-pair", "list", "--offline", "now.json"])
        .code(10);
}

#[test]
fn a_broken_snapshot_and_options_of_requests_are_refused() {
    let world = served(&[]);
    let text = taken(&world, 0);
    let requests = world.requests().len();
    let cut: String = text.chars().take(text.len() / 2).collect();
    for (name, broken) in [
        ("half", cut),
        ("empty", String::new()),
        (
            "list",
            "{\"schema\":\"kpctl/v1\",\"kind\":\"List\",\"items\":[]}".to_owned(),
        ),
        ("form", text.replacen("kpctl/v1", "kpctl/v9", 1)),
        ("key", text.replacen("ssh-rsa AAAA", "ssh-rsa ????", 1)),
        ("state", text.replacen("\"seen\"", "\"guessed\"", 1)),
        ("null", "null".to_owned()),
    ] {
        std::fs::write(world.path(name), broken).expect("written");
        for command in [
            &["ls"][..],
            &["find", &rsa_line()],
            &["audit"],
            &["tencent", "key-pair", "list"],
        ] {
            let output = world.run(&[command, &["--offline", name, "-o", "json"]].concat());
            let error = output.code(2).error();
            let message = error["message"].as_str().expect("a message");
            assert!(message.contains(name), "{message}");
        }
    }
    let binary = world.path("binary");
    std::fs::write(&binary, [0, 159, 146, 150]).expect("written");
    for file in ["binary", "no-such-file", "."] {
        world.run(&["ls", "--offline", file]).code(2);
    }
    for option in [
        &["--sandbox"][..],
        &["--timeout", "3s"],
        &["-p", "env"],
        &["-r", "ap-tokyo"],
    ] {
        world
            .run(&[&["ls", "--offline", "now.json"], option].concat())
            .code(2);
    }
    for format in ["csv", "names", "ndjson", "table", "sarif"] {
        world.run(&["snapshot", "-o", format]).code(2);
    }
    world.run(&["snapshot", "--query", "items"]).code(2);
    assert_eq!(world.requests().len(), requests);
}

#[test]
fn two_snapshots_of_one_state_differ_in_their_time_only() {
    let world = served(&[]);
    let (one, other) = (taken(&world, 0), taken(&world, 0));
    let changed = one
        .lines()
        .zip(other.lines())
        .filter(|(one, other)| one != other);
    assert!(changed.count() <= 1, "the head alone has the time");
    assert_eq!(one.lines().count(), other.lines().count());
    // No private half, although KPS keeps some.
    assert!(!one.contains("PRIVATE KEY"));
    let document: Value = serde_json::from_str(&one).expect("JSON");
    assert_eq!(document["warnings"], json!([]));
    assert_eq!(
        document["accounts"].as_array().map(Vec::len),
        Some(3),
        "{}",
        document["accounts"]
    );
    let stored = document["items"].as_array().expect("items").iter();
    let stored = stored
        .filter(|item| item["private_key_stored"] == true)
        .count();
    assert!(stored > 0);
    let places = document["places"].as_array().expect("places");
    assert!(
        places
            .iter()
            .all(|place| place["state"] == "seen" || place["state"] == "not-enabled")
    );
    assert!(texts(&document["warnings"]).is_empty());
}
