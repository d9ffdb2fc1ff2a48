//! `delete` of addresses of several clouds, as `ls -o names` prints them.

use crate::fleet_ls::unused;
use crate::fleet_served::{addresses, planned, served, sorted};
use crate::fleet_world::KEYS;

#[test]
fn names_feed_delete() {
    let world = served(&[]);
    let chosen = ["ls", "--unused", "--name", "*test*", "-o", "names"];
    let names = world.run(&chosen).code(0).stdout;
    let expected = planned(|key| unused(key) && key.name.contains("test"));
    let clouds = |cloud: &str| expected.iter().any(|name| name.starts_with(cloud));
    assert!(clouds("volcengine") && clouds("tencent"), "{expected:?}");
    assert_eq!(sorted(names.lines().map(str::to_owned)), expected);
    let before = world.state();
    let delete = |more: &[&str]| {
        let arguments = [&["delete", "-", "-o", "json"], more].concat();
        world.run_with_input(&arguments, names.as_bytes())
    };
    // From standard input nobody can be asked.
    delete(&[]).code(9);
    let plan = delete(&["--dry-run"]).code(0).json();
    assert_eq!(plan["kind"], "Plan");
    assert_eq!(plan["items"].as_array().map(Vec::len), Some(expected.len()));
    assert_eq!(world.state(), before);
    let output = delete(&["--yes"]).code(0);
    assert_eq!(addresses(&output), expected);
    let statuses = output.statuses();
    assert!(
        statuses.iter().all(|line| line.ends_with(" deleted")),
        "{statuses:?}"
    );
    assert_eq!(world.run(&chosen).code(0).stdout, "");
    let left = world.run(&["ls", "-o", "json"]).code(0);
    assert_eq!(addresses(&left).len(), KEYS - expected.len());
    // Again: they are not there, and that is what was wanted.
    let statuses = delete(&["--yes"]).code(0).statuses();
    assert!(
        statuses.iter().all(|line| line.ends_with(" absent")),
        "{statuses:?}"
    );
    // Keys that something holds are refused by their clouds, and CodeArts' go.
    let held =
        planned(|key| key.cloud != "huawei" && !key.holders.is_empty() && key.name == "deploy");
    let mixed = [
        &held[..],
        &["huawei:env/cn-north-4/codearts-key/31001".to_owned()],
    ]
    .concat();
    let mut arguments: Vec<&str> = vec!["delete", "--yes", "-o", "json"];
    arguments.extend(mixed.iter().map(String::as_str));
    let output = world.run(&arguments).code(3);
    let statuses = output.statuses();
    assert!(
        statuses.contains(&"31001 deleted".to_owned()),
        "{statuses:?}"
    );
    assert!(
        statuses.contains(&"deploy in-use".to_owned()),
        "{statuses:?}"
    );
}

/// Tencent Cloud's documents leave open whether a region shows the pairs of the others.
#[test]
fn each_address_of_a_pair_that_every_region_shows_is_done() {
    let world = served(&["--quirk", "tencent-pairs-of-account"]);
    // Each address of a pair is deleted, whichever comes first.
    let all = world.run(&[
        "ls",
        "--on",
        "tencent/*/key-pair",
        "--name",
        "skey-00000122",
        "-o",
        "names",
    ]);
    let all = all.code(0).stdout;
    assert_eq!(all.lines().count(), 4, "one for each region: {all}");
    let output = world.run_with_input(&["delete", "-", "--yes", "-o", "json"], all.as_bytes());
    let output = output.code(0);
    for line in output.statuses() {
        assert!(
            line.ends_with(" deleted") || line.ends_with(" absent"),
            "{line}"
        );
    }
}

#[test]
fn what_is_no_address_of_a_key_is_refused_and_nothing_is_sent() {
    let world = served(&[]);
    for address in [
        "web-1",
        "",
        "tencent:env/ap-tokyo/key-pair",
        "tencent:env/ap-tokyo/key-pair/",
        "tencent:env/*/key-pair/skey-1",
        "tencent:*/ap-tokyo/key-pair/skey-1",
        "tencent:env/ap-tokyo/instance/ins-1",
        "huawei:env/cn-north-4/kms-key/0d0466b0-e727-4d9c-b35d-f84bb474a37f",
        "volcengine:env/cn-beijing/lighthouse-key-pair/x",
        "huawei:env/cn-north-4/codearts-key/title",
        "aws:env/cn-beijing/key-pair/web-1",
        "volcengine:env/cn-beijing/key-pair/%zz",
    ] {
        let output = world.run(&["delete", address, "--yes", "-o", "json"]);
        assert_eq!(output.code(2).error()["kind"], "usage", "{address}");
        // One among good ones is no better.
        let lines = format!("volcengine:env/cn-beijing/key-pair/deploy\n{address}x /\n");
        world
            .run_with_input(&["delete", "-", "--yes"], lines.as_bytes())
            .code(2);
    }
    world.run(&["delete", "--yes"]).code(2);
    let region = [
        "delete",
        "volcengine:env/cn-beijing/key-pair/x",
        "-r",
        "cn-shanghai",
        "--yes",
    ];
    world.run(&region).code(2);
    assert_eq!(world.requests(), Vec::<String>::new());
    // Nothing to do is done.
    world.run_with_input(&["delete", "-", "--yes"], b"").code(0);
    world
        .run_with_input(&["delete", "-", "--yes"], b"\n\n")
        .code(0);
    assert_eq!(world.requests(), Vec::<String>::new());
}
