//! Lists are complete: all pages, whatever a page holds.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::fixture::World;

/// Copies the first thing of a list until that many new ones are in it; each gets its number.
fn multiply(list: &mut Value, count: usize, number: impl Fn(usize, &mut Value)) {
    let list = list.as_array_mut().expect("a list");
    let pattern = list[0].clone();
    for at in 0..count {
        let mut copy = pattern.clone();
        number(at, &mut copy);
        list.push(copy);
    }
}

/// How many things a list shows, all of them different.
#[track_caller]
fn count(world: &World, arguments: &[&str]) -> usize {
    let document = world
        .run(&[arguments, &["-o", "json"]].concat())
        .code(0)
        .json();
    assert_eq!(document["complete"], true);
    let items = document["items"].as_array().expect("items");
    let ids: HashSet<&str> = items
        .iter()
        .filter_map(|item| item["id"].as_str())
        .collect();
    assert_eq!(ids.len(), items.len(), "each thing once");
    items.len()
}

#[test]
fn key_pairs_of_two_regions_are_all_there() {
    let world = World::served(&[]);
    let mut state = world.state();
    let volcengine = &mut state["volcengine"]["regions"];
    for (region, more) in [("cn-beijing", 216), ("cn-shanghai", 43)] {
        multiply(&mut volcengine[region]["key_pairs"], more, |at, pair| {
            pair["id"] = json!(format!("kp-many{at}"));
            pair["name"] = json!(format!("many-{at}"));
        });
    }
    let tencent = &mut state["tencent"]["regions"];
    for (region, more) in [("ap-guangzhou", 206), ("ap-shanghai", 42)] {
        multiply(&mut tencent[region]["key_pairs"], more, |at, pair| {
            pair["id"] = json!(format!("skey-m{at:07}"));
            pair["name"] = json!(format!("many_{at}"));
        });
    }
    let lighthouse = &mut tencent["ap-guangzhou"]["lighthouse"]["key_pairs"];
    multiply(lighthouse, 227, |at, pair| {
        pair["id"] = json!(format!("lhkp-m{at:07}"));
        pair["name"] = json!(format!("many_{at}"));
    });
    multiply(
        &mut state["huawei"]["projects"][0]["key_pairs"],
        227,
        |at, pair| {
            pair["name"] = json!(format!("many-{at}"));
        },
    );
    world.set_state(&state);
    for (arguments, expected) in [
        (["volcengine", "key-pair", "list", "-r", "cn-beijing"], 230),
        (["volcengine", "key-pair", "list", "-r", "cn-shanghai"], 45),
        (["tencent", "key-pair", "list", "-r", "ap-guangzhou"], 230),
        (["tencent", "key-pair", "list", "-r", "ap-shanghai"], 45),
        (
            [
                "tencent",
                "lighthouse-key-pair",
                "list",
                "-r",
                "ap-guangzhou",
            ],
            230,
        ),
        (["huawei", "key-pair", "list", "-r", "cn-north-4"], 230),
    ] {
        assert_eq!(count(&world, &arguments), expected, "{arguments:?}");
    }
    // All forms of output have the same things.
    let list = ["tencent", "key-pair", "list"];
    for format in ["tsv", "names", "ndjson", "csv"] {
        let output = world.run(&[&list[..], &["-o", format]].concat()).code(0);
        let extra = usize::from(matches!(format, "ndjson" | "csv"));
        assert_eq!(output.stdout.lines().count(), 230 + extra, "{format}");
    }
}

#[test]
fn instances_and_servers_are_all_there() {
    let world = World::served(&[]);
    let mut state = world.state();
    multiply(
        &mut state["volcengine"]["regions"]["cn-beijing"]["instances"],
        244,
        |at, instance| instance["id"] = json!(format!("i-many{at}")),
    );
    multiply(
        &mut state["tencent"]["regions"]["ap-guangzhou"]["instances"],
        244,
        |at, instance| instance["id"] = json!(format!("ins-m{at:07}")),
    );
    multiply(
        &mut state["huawei"]["projects"][0]["servers"],
        247,
        |at, server| server["id"] = json!(format!("{at:032x}")),
    );
    world.set_state(&state);
    for arguments in [
        ["volcengine", "instance", "list"],
        ["tencent", "instance", "list"],
        ["huawei", "cph-server", "list"],
    ] {
        assert_eq!(count(&world, &arguments), 250, "{arguments:?}");
    }
}

#[test]
fn codearts_keys_and_encryption_keys_of_every_algorithm_are_all_there() {
    let world = World::served(&[]);
    let mut state = world.state();
    multiply(&mut state["huawei"]["code_arts_keys"], 116, |at, key| {
        key["id"] = json!(50_000 + at);
    });
    multiply(
        &mut state["huawei"]["projects"][0]["kms_keys"],
        244,
        |at, key| {
            key["id"] = json!(format!("{at:08}-2a4e-4c6f-8b0d-9e1a3c5e7f90"));
            key["spec"] = json!(["AES_256", "RSA_2048", "EC_P256", "SM2"][at % 4]);
        },
    );
    world.set_state(&state);
    assert_eq!(count(&world, &["huawei", "codearts-key", "list"]), 120);
    assert_eq!(count(&world, &["huawei", "kms-key", "list"]), 250);
    let pages = world.requests();
    let pages = pages.iter().filter(|name| *name == "ListKeys").count();
    assert_eq!(pages, 3);
}

#[test]
fn a_list_that_breaks_off_is_an_error_and_no_shorter_list() {
    for (fault, arguments, pattern) in [
        (
            "tencent.DescribeKeyPairs@2=denied",
            ["tencent", "key-pair", "list"],
            "/tencent/regions/ap-guangzhou/key_pairs",
        ),
        (
            "huawei.ListKeypairs@2=denied",
            ["huawei", "key-pair", "list"],
            "/huawei/projects/0/key_pairs",
        ),
    ] {
        let world = World::served(&["--fault", fault]);
        let mut state = world.state();
        let list = state.pointer_mut(pattern).expect("a list");
        multiply(list, 230, |at, pair| {
            pair["id"] = json!(at);
            pair["name"] = json!(format!("many{at}"));
        });
        if fault.starts_with("tencent") {
            for (at, pair) in list.as_array_mut().expect("a list").iter_mut().enumerate() {
                pair["id"] = json!(format!("skey-m{at:07}"));
            }
        }
        world.set_state(&state);
        let broken = world
            .run(&[&arguments[..], &["-o", "json"]].concat())
            .code(4);
        assert_eq!(broken.error()["kind"], "permission", "{fault}");
    }
}

#[test]
fn filters_and_formats_of_lists() {
    let world = World::sandboxed();
    let names = |arguments: &[&str]| {
        let output = world.run(&[arguments, &["-o", "names"]].concat()).code(0);
        output.stdout.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        names(&["volcengine", "key-pair", "list", "--name", "build-agent-?"]).len(),
        8
    );
    assert_eq!(
        names(&["volcengine", "instance", "list", "--key-pair", "prod-web"]),
        [
            "volcengine:sandbox/cn-beijing/instance/i-ycweb00001",
            "volcengine:sandbox/cn-beijing/instance/i-ycweb00002"
        ]
    );
    assert_eq!(
        names(&["huawei", "kms-key", "list", "--state", "disabled"]).len(),
        1
    );
    assert!(names(&["huawei", "cph-server", "list", "--name", "none*"]).is_empty());
    // What a list prints is what every command takes.
    let pairs = names(&["volcengine", "key-pair", "list", "--name", "build-agent-*"]);
    let delete = [
        "volcengine",
        "key-pair",
        "delete",
        "-",
        "--yes",
        "-o",
        "json",
    ];
    let deleted = world.run_with_input(&delete, pairs.join("\n").as_bytes());
    assert_eq!(deleted.code(0).json()["summary"], json!({"deleted": 8}));
    // An empty list is a success in every format.
    for format in ["table", "tsv", "csv", "names"] {
        let list = [
            "volcengine",
            "key-pair",
            "list",
            "--name",
            "none",
            "-o",
            format,
        ];
        assert_eq!(world.run(&list).code(0).stdout, "", "{format}");
    }
}
