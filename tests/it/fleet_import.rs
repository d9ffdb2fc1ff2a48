//! `import` into many places: legal names, keys that are there already, names that are taken, and a second run.

use serde_json::{Value, json};

use crate::fixture::{Output, World};
use crate::fleet_served::{counts, served, sorted};
use crate::fleet_world::{ed25519_line, rsa_line};

/// A key that the fleet lacks, RSA: all clouds take those.
pub(crate) const OPS: &str = include_str!("../keys/rsa-2048-pem.pub");

fn import(world: &World, line: &str, arguments: &[&str]) -> Output {
    std::fs::write(world.path("key.pub"), line).expect("written");
    world.run(&[&["import", "key.pub", "-o", "json"], arguments].concat())
}

/// `address status` of each item, without the profile.
#[track_caller]
fn results(output: &Output) -> Vec<String> {
    let document = output.json();
    let items = document["items"].as_array().expect("items");
    sorted(items.iter().map(|item| {
        let text = |name: &str| item[name].as_str().expect(name).to_owned();
        format!("{} {}", text("address").replace(":env", ""), text("status"))
    }))
}

fn all(status: &str, results: &[String]) -> bool {
    let end = format!(" {status}");
    results.iter().all(|line| line.ends_with(&end))
}

/// How many requests were to add a key.
fn writes(world: &World) -> usize {
    let counts = counts(world);
    let adds = |name: &str| ["ImportKeyPair", "CreateKeypair", "AddSshKey"].contains(&name);
    let adding = counts.iter().filter(|(name, _)| adds(name));
    adding.map(|(_, count)| count).sum()
}

#[test]
fn a_key_goes_everywhere_under_legal_names_and_a_second_run_changes_nothing() {
    let world = served(&[]);
    let everywhere = ["--name", "ops 2026!", "--on", "*"];
    let text = {
        std::fs::write(world.path("key.pub"), OPS).expect("written");
        let dry = world.run(&[&["import", "key.pub", "--dry-run"], &everywhere[..]].concat());
        dry.code(0).stderr
    };
    for cloud in ["volcengine", "tencent"] {
        let told =
            |line: &str| line.contains(cloud) && line.contains("cannot be called 'ops 2026!'");
        assert!(text.lines().any(told), "{cloud}: {text}");
    }
    let before = world.state();
    let plan = import(&world, OPS, &[&everywhere[..], &["--dry-run"]].concat())
        .code(0)
        .json();
    assert_eq!(plan["kind"], "Plan");
    assert_eq!(plan["items"].as_array().map(Vec::len), Some(12));
    assert_eq!(world.state(), before);

    let output = import(&world, OPS, &everywhere).code(0);
    let done = results(&output);
    assert_eq!(done.len(), 12);
    assert!(all("imported", &done), "{done:#?}");
    let after = world.state();
    assert_ne!(after, before);
    let sent = writes(&world);
    assert!(sent >= 12, "{sent}");
    // One that is there under any name is left alone, also when another name is asked for.
    for name in ["ops 2026!", "something-else"] {
        let output = import(&world, OPS, &["--name", name, "--on", "*"]).code(0);
        let again = results(&output);
        assert_eq!(again.len(), 12);
        assert!(all("exists", &again), "{again:#?}");
        assert_eq!(world.state(), after, "{name}");
    }
    assert_eq!(writes(&world), sent, "nothing more was sent");
    // And it is found where it was put.
    let found = world
        .run(&["find", "key.pub", "-o", "names"])
        .code(0)
        .stdout;
    let addresses = |lines: Vec<String>| {
        sorted(
            lines
                .into_iter()
                .map(|line| line.split(' ').next().unwrap_or_default().to_owned()),
        )
    };
    let found = found.lines().map(|line| line.replace(":env", "")).collect();
    assert_eq!(addresses(found), addresses(done));
}

#[test]
fn kinds_other_than_key_pairs_are_named() {
    let world = served(&[]);
    let scopes =
        "tencent/ap-*/lighthouse-key-pair,huawei/cn-north-4/codearts-key,huawei/cn-north-4";
    let output = import(&world, OPS, &["--name", "ops", "--on", scopes]).code(0);
    let done = results(&output);
    assert!(all("imported", &done), "{done:?}");
    let of = |part: &str| done.iter().filter(|line| line.contains(part)).count();
    assert_eq!(of("/codearts-key/"), 1, "{done:?}");
    assert_eq!(of("huawei/cn-north-4/key-pair/"), 1, "{done:?}");
    assert!(of("/lighthouse-key-pair/") >= 2, "{done:?}");
    assert_eq!(of("tencent"), of("/lighthouse-key-pair/"));
    let again = import(&world, OPS, &["--name", "ops", "--on", scopes]).code(0);
    assert!(all("exists", &results(&again)));
}

#[test]
fn a_key_that_is_there_is_adopted_and_a_name_that_is_taken_is_a_conflict() {
    let world = served(&[]);
    // 'deploy' is the RSA key in two regions of Volcengine, and nobody's in the others.
    let output = import(
        &world,
        &rsa_line(),
        &["--name", "deploy", "--on", "volcengine"],
    )
    .code(0);
    assert_eq!(
        results(&output),
        [
            "volcengine/ap-southeast-1/key-pair/deploy imported",
            "volcengine/cn-beijing/key-pair/deploy exists",
            "volcengine/cn-guangzhou/key-pair/deploy imported",
            "volcengine/cn-shanghai/key-pair/deploy exists",
        ]
    );
    let before = world.state();
    // 'deploy' with another key: now taken in all four.
    let output = import(&world, OPS, &["--name", "deploy", "--on", "volcengine"]).code(6);
    assert!(all("conflict", &results(&output)), "{:?}", results(&output));
    assert_eq!(world.state(), before);
    for item in output.json()["items"].as_array().expect("items") {
        assert_eq!(item["error"]["kind"], "conflict", "{item}");
    }
    // Taken in one of two places.
    let scopes = "volcengine/cn-beijing,huawei/cn-north-4";
    let output = import(&world, OPS, &["--name", "deploy", "--on", scopes]).code(3);
    assert_eq!(
        results(&output),
        [
            "huawei/cn-north-4/key-pair/deploy imported",
            "volcengine/cn-beijing/key-pair/deploy conflict",
        ]
    );
}

/// Whether Tencent Cloud takes other keys than RSA is not certain, so that it is asked.
#[test]
fn a_sort_of_key_that_a_cloud_refuses_fails_there_only() {
    let world = served(&[]);
    // The fleet has an old one in Tokyo.
    let output = import(
        &world,
        &ed25519_line(),
        &["--name", "me", "--on", "tencent,huawei/cn-north-4"],
    )
    .code(3);
    let done = results(&output);
    let of = |status: &str| done.iter().filter(|line| line.ends_with(status)).count();
    assert_eq!(
        (of(" exists"), of(" failed"), done.len()),
        (2, 3, 5),
        "{done:?}"
    );
    for item in output.json()["items"].as_array().expect("items") {
        let is_failed = item["status"] == "failed";
        assert_eq!(is_failed, item["error"]["hint"].is_string(), "{item}");
    }
    let world = served(&["--quirk", "tencent-ed25519-accepted"]);
    let done = results(
        &import(
            &world,
            &ed25519_line(),
            &["--name", "me", "--on", "tencent"],
        )
        .code(0),
    );
    assert_eq!(
        done.iter()
            .filter(|line| line.ends_with(" imported"))
            .count(),
        3,
        "{done:?}"
    );
}

#[test]
fn what_could_not_be_looked_at_is_not_written_to() {
    let world = served(&["--fault", "huawei/cn-north-9.*@*=denied"]);
    let scopes = "huawei/cn-north-*,tencent/ap-*";
    let output = import(&world, OPS, &["--name", "ops", "--on", scopes]).code(3);
    let done = results(&output);
    let of = |part: &str| done.iter().find(|line| line.contains(part)).cloned();
    assert_eq!(
        of("cn-north-4").as_deref(),
        Some("huawei/cn-north-4/key-pair/ops imported")
    );
    assert_eq!(
        of("cn-north-9").as_deref(),
        Some("huawei/cn-north-9/key-pair/ops denied")
    );
    let sent = world.journal();
    let closed = sent
        .iter()
        .filter(|request| request["region"] == "cn-north-9");
    let operations: Vec<&Value> = closed.map(|request| &request["operation"]).collect();
    assert!(
        !operations.is_empty() && !operations.contains(&&json!("CreateKeypair")),
        "{operations:?}"
    );
}

/// What is to be written is known only when all was looked at.
#[test]
fn nothing_is_written_when_the_time_is_over_before_all_was_looked_at() {
    let world = served(&["--fault", "tencent/ap-tokyo.*@*=hang"]);
    let before = world.state();
    let output = import(
        &world,
        OPS,
        &["--name", "ops", "--on", "tencent", "--timeout", "3s"],
    );
    assert_eq!(output.code(7).error()["kind"], "timeout");
    assert_eq!(world.state(), before);
    assert_eq!(writes(&world), 0);
}

#[test]
fn regions_that_could_not_be_listed_make_it_unproven() {
    let world = served(&["--fault", "tencent.DescribeRegions@*=denied"]);
    let output = import(&world, OPS, &["--name", "ops", "--on", "tencent"]).code(10);
    let warnings = output.json()["warnings"].to_string();
    assert!(
        warnings.contains("regions that could not be listed"),
        "{warnings}"
    );
    let done = results(&output);
    assert_eq!(done.len(), 4);
    assert!(all("imported", &done), "{done:?}");
}

#[test]
fn pairs_that_every_region_shows_are_imported_once() {
    let world = served(&["--quirk", "tencent-pairs-of-account"]);
    let arguments = ["--name", "ops", "--on", "tencent"];
    let done = results(&import(&world, OPS, &arguments).code(0));
    assert_eq!(done.len(), 4, "{done:?}");
    let ok = |line: &String| line.ends_with(" imported") || line.ends_with(" exists");
    assert!(done.iter().all(ok), "{done:?}");
    let before = world.state();
    let again = results(&import(&world, OPS, &arguments).code(0));
    assert!(all("exists", &again), "{again:?}");
    assert_eq!(world.state(), before);
}
