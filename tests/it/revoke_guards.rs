//! What keeps a key where it is: limits, rules, servers that always want a pair, and machines that do not
//! give it up.

use serde_json::{Value, json};

use crate::fixture::World;
use crate::fleet_served::{own_profile, served, texts};
use crate::fleet_world::rsa_line;
use crate::identity::write_config;
use crate::plan_file::{apply, changes, plan};
use crate::revoke_fleet::{REVOKE, prepare};

fn key_of(world: &World) -> String {
    world.secret_file("key.pub", &rsa_line())
}

/// A revocation that sends nothing.
#[track_caller]
fn refused(world: &World, options: &[&str], code: i32, name: &str) -> Value {
    let before = changes(world);
    let key = key_of(world);
    for way in [&["--yes"][..], &["--plan", "never.json"]] {
        let command = [&["revoke", &key, "-o", "json"][..], way, options].concat();
        let error = world.run(&command).code(code).error();
        assert_eq!(error["code"], name, "{error}");
        assert_eq!(changes(world), before);
        assert!(!world.path("never.json").exists());
    }
    let command = [&["revoke", &key, "-o", "json", "--yes"][..], options].concat();
    world.run(&command).error()
}

#[test]
fn no_more_is_changed_or_stopped_than_was_allowed() {
    let world = served(&[]);
    prepare(&world);
    let most = |changes: &str, stops: &'static str| {
        let mut options: Vec<String> = REVOKE.map(str::to_owned).to_vec();
        options[7] = stops.to_owned();
        options.extend(["--max-changes".to_owned(), changes.to_owned()]);
        options
    };
    for (options, says) in [
        (most("18", "4"), "--max-changes 19"),
        (most("0", "4"), "--max-changes 19"),
        (most("19", "3"), "--max-stops 4"),
    ] {
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let error = refused(&world, &options, 9, "OverLimit");
        assert!(error["hint"].to_string().contains(says), "{error}");
    }
    // Without a word about it no machine is stopped.
    let silent = &REVOKE[..6];
    let error = refused(&world, silent, 9, "OverLimit");
    assert!(
        error["message"].to_string().contains("0 are allowed"),
        "{error}"
    );
    let cut = [
        "--replace-with",
        "phones",
        "--allow-lockout",
        "--force-stop",
    ];
    let error = refused(&world, &cut, 9, "OverLimit");
    assert!(
        error["hint"].to_string().contains("--max-stops 4"),
        "{error}"
    );
    // Restarts count, too.
    let reboot = [silent, &["--reboot", "--max-stops", "7"]].concat();
    let error = refused(&world, &reboot, 9, "OverLimit");
    assert!(
        error["hint"].to_string().contains("--max-stops 8"),
        "{error}"
    );
    let key = key_of(&world);
    let all = [
        &["revoke", &key, "--yes", "-o", "json"][..],
        silent,
        &["--reboot", "--max-stops", "8"],
    ]
    .concat();
    let receipt = &world.run(&all).code(0).json()["receipt"];
    assert!(
        !texts(&receipt["left"])
            .join(" ")
            .contains("until it restarts"),
        "{receipt}"
    );
}

#[test]
fn limits_are_part_of_a_plan_and_of_every_change() {
    let world = World::served(&[]);
    let two = [
        "volcengine",
        "key-pair",
        "delete",
        "ci-deploy",
        "backup-2024",
    ];
    let error = world
        .run(&[&two[..], &["--yes", "--max-changes", "1", "-o", "json"]].concat())
        .code(9)
        .error();
    assert_eq!(error["code"], "OverLimit");
    assert_eq!(changes(&world), Vec::<String>::new());
    let digest = plan(
        &world,
        &[&two[..], &["--max-changes", "2"]].concat(),
        "p.json",
    );
    apply(&world, "p.json", &digest).code(0);
}

#[test]
fn severe_consequences_want_their_flags() {
    let world = served(&[]);
    prepare(&world);
    let options = ["--replace-with", "phones"];
    let error = refused(&world, &options, 9, "ConsentMissing");
    let text = error["hint"].to_string();
    for machine in ["lhins-04000000", "i-00000000", "i-01000001"] {
        assert!(
            text.contains(machine) && text.contains("--allow-lockout"),
            "{text}"
        );
    }
    let key = key_of(&world);
    let unasked = world
        .run(&[&["revoke", &key, "-o", "json"][..], &REVOKE].concat())
        .code(9);
    assert!(unasked.error()["hint"].to_string().contains("--yes"));
}

#[test]
fn a_server_of_cloud_phones_wants_a_pair_that_its_region_knows() {
    let world = served(&[]);
    let with = |name: &'static str| vec!["--replace-with", name, "--allow-lockout"];
    let error = refused(&world, &["--allow-lockout"], 9, "ReplacementMissing");
    assert!(error["hint"].to_string().contains("cph-server/"), "{error}");
    let key = key_of(&world);
    for (name, code) in [
        ("no-such-pair", 5),
        ("KeyPair-jenkins", 2),
        ("KeyPair-practice", 5),
    ] {
        let command = [&["revoke", &key, "--yes"][..], &with(name)].concat();
        let output = world.run(&command).code(code);
        assert!(output.stderr.contains(name), "{output:#?}");
    }
    assert_eq!(changes(&world), Vec::<String>::new());
}

#[test]
fn a_record_stays_while_a_machine_holds_it() {
    let world = served(&[
        "--fault",
        "huawei/cn-north-4.UpdateKeypair@*=denied",
        "--fault",
        "tencent/ap-tokyo.DisassociateInstancesKeyPairs@*=denied",
        "--fault",
        "volcengine/cn-beijing.DetachKeyPair@*=denied",
    ]);
    prepare(&world);
    let key = key_of(&world);
    let output = world
        .run(&[&["revoke", &key, "--yes", "-o", "json"][..], &REVOKE].concat())
        .code(3);
    let document = output.json();
    let items = document["items"].as_array().expect("items");
    let kept: Vec<&Value> = items
        .iter()
        .filter(|item| item["error"]["code"] == "StillHeld")
        .collect();
    let mut addresses: Vec<&str> = kept
        .iter()
        .filter_map(|item| item["address"].as_str())
        .collect();
    addresses.sort_unstable();
    assert_eq!(
        addresses,
        [
            "huawei:env/cn-north-4/key-pair/KeyPair-jenkins",
            "tencent:env/ap-tokyo/key-pair/skey-00000184",
            "volcengine:env/cn-beijing/key-pair/deploy",
        ]
    );
    for item in kept {
        assert_eq!(item["status"], "in-use");
        assert!(
            item["held_by"]
                .as_array()
                .is_some_and(|list| !list.is_empty()),
            "{item}"
        );
    }
    let receipt = &document["receipt"];
    assert_eq!(receipt["level"], "none");
    assert_eq!(texts(&receipt["found_again"]).len(), 3);
    // What could be done was.
    let state = world.state().to_string();
    assert!(!state.contains("skey-00000120") && state.contains("skey-00000184"));
}

#[test]
fn a_rule_keeps_a_pair_and_the_rest_goes() {
    let world = served(&[]);
    prepare(&world);
    write_config(
        &world,
        "[[protect]]\nnames = [\"old_ci\"]\nreason = \"the build needs it\"\n",
    );
    let key = key_of(&world);
    let output = world
        .run(&[&["revoke", &key, "--yes", "-o", "json"][..], &REVOKE].concat())
        .code(3);
    let document = output.json();
    assert_eq!(
        texts(&document["receipt"]["found_again"]),
        ["tencent:env/ap-tokyo/key-pair/skey-00000184"]
    );
    let refused = document["items"].as_array().expect("items").iter();
    let refused: Vec<_> = refused
        .filter(|item| item["error"]["code"] == "Protected")
        .collect();
    assert_eq!(refused.len(), 3, "two machines and the record: {document}");
}

#[test]
fn two_profiles_of_one_account_are_no_failure() {
    let world = served(&[]);
    write_config(
        &world,
        &[
            own_profile("a", "volcengine", ""),
            own_profile("b", "volcengine", ""),
        ]
        .concat(),
    );
    let key = key_of(&world);
    let command = [
        "revoke",
        &key,
        "--yes",
        "--allow-lockout",
        "-o",
        "json",
        "--on",
        "volcengine:a/cn-beijing",
        "--on",
        "volcengine:b/cn-beijing",
    ];
    let output = world.run(&command).code(0);
    let document = output.json();
    assert_eq!(document["receipt"]["found_again"], json!([]));
    assert_eq!(document["receipt"]["level"], "detached", "{document}");
}

#[test]
fn what_is_no_key_or_nowhere_is_told_apart() {
    let world = served(&[]);
    let other = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys/ecdsa-256-pem.pub");
    let output = world.run(&["revoke", other, "--yes", "-o", "json"]).code(5);
    assert_eq!(output.error()["code"], "NowhereFound");
    for wrong in ["no-such-file.pub", "SHA256:short", ""] {
        world.run(&["revoke", wrong, "--yes"]).code(2);
    }
    for options in [
        &["--start"][..],
        &["--force-stop", "--stop", "soft"],
        &["-r", "cn-beijing"],
    ] {
        world
            .run(&[&["revoke", other, "--yes"][..], options].concat())
            .code(2);
    }
    assert_eq!(changes(&world), Vec::<String>::new());
}

#[test]
fn the_last_of_two_pairs_with_one_key_is_a_lock_out_too() {
    let world = served(&[]);
    let key = key_of(&world);
    let mut state = world.state();
    let region = &mut state["tencent"]["regions"]["ap-guangzhou"];
    let pairs = region["key_pairs"].as_array_mut().expect("a list");
    // The same key once more, under another id.
    let mut second = pairs[0].clone();
    assert_eq!(second["id"], "skey-00000120");
    second["id"] = "skey-00009999".into();
    second["name"] = "second".into();
    let other = pairs[1]["id"].clone();
    pairs.push(second);
    for machine in region["instances"].as_array_mut().expect("a list") {
        let held = match machine["id"].as_str() {
            Some("ins-04000000") => json!(["skey-00000120", "skey-00009999"]),
            Some("ins-04000001") => json!(["skey-00000120", other]),
            _ => continue,
        };
        machine["key_ids"] = held;
        machine["state"] = "STOPPED".into();
    }
    world.set_state(&state);
    let command = [
        "revoke",
        &key,
        "--yes",
        "--on",
        "tencent/ap-guangzhou/key-pair",
        "-o",
        "json",
    ];
    let error = world.run(&command).code(9).error();
    let text = error["hint"].to_string();
    assert!(text.contains("ins-04000000: no key pair is left"), "{text}");
    assert!(!text.contains("ins-04000001: no"), "{text}");
    let done = world
        .run(&[&command[..], &["--allow-lockout"]].concat())
        .code(0);
    assert_eq!(
        done.json()["summary"],
        json!({ "detached": 3, "deleted": 2 })
    );
    // One request for each set of pairs, and one for the records.
    assert_eq!(changes(&world).len(), 3);
}
