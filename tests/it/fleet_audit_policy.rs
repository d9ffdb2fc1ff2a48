//! `audit`: what a policy decides, the mistakes that it may have, and pairs that every region shows.

use serde_json::Value;

use crate::fleet_audit::{findings, inventory, judge, only};
use crate::fleet_served::{planned, served};

#[test]
fn levels_and_waivers_decide_on_the_exit_code() {
    let inventory = inventory();
    let everything = |_: &Value| true;
    let policy = only("quota", "");
    judge(&inventory, &policy, everything).code(8);
    judge(
        &inventory,
        &policy.replace("fail-level = \"note\"", "fail-level = \"error\""),
        everything,
    )
    .code(0);
    let waiver = |expires: &str| {
        format!(
            "{policy}[[waivers]]\nrule = \"quota\"\naddress = \"tencent:*/key-pair\"\nreason = \"asked for more\"\n\
             expires = \"{expires}\"\n"
        )
    };
    let output = judge(&inventory, &waiver("2999-01-31"), everything).code(0);
    let accepted = &findings(&output)[0]["waived"];
    assert_eq!(accepted["reason"], "asked for more");
    let output = judge(&inventory, &waiver("2020-01-31"), everything).code(8);
    assert_eq!(findings(&output)[0]["waived"], Value::Null);
    assert!(output.json()["warnings"].to_string().contains("waiver"));
}

#[test]
fn pairs_that_every_region_shows_count_once() {
    let world = served(&["--quirk", "tencent-pairs-of-account"]);
    std::fs::write(world.path("policy.toml"), only("quota", "")).expect("written");
    let audit = |policy: &str| {
        std::fs::write(world.path("policy.toml"), policy).expect("written");
        let output = world.run(&[
            "audit",
            "--on",
            "tencent",
            "--policy",
            "policy.toml",
            "-o",
            "json",
        ]);
        findings(&output)
    };
    let quota = audit(&only("quota", ""));
    let message = quota[0]["message"].as_str().expect("a message");
    assert!(message.contains("96 of 100"), "{message}");
    assert_eq!(
        audit(&only("same-name-different-keys", "")),
        Vec::<Value>::new()
    );
    assert_eq!(
        audit(&only("shared-between-accounts", "")),
        Vec::<Value>::new()
    );
    let unused = audit(&only("unused-key", ""));
    let expected = planned(|key| key.cloud == "tencent" && key.holders.is_empty());
    assert_eq!(unused.len(), expected.len());
}

#[test]
fn a_policy_with_a_mistake_is_refused_and_nothing_is_sent() {
    let world = served(&[]);
    for (policy, line) in [
        ("[rules.weak-keys]\nlevel = \"error\"\n", Some(1)),
        ("[rules.weak-key]\nmin-rsa-bit = 2048\n", Some(2)),
        ("[rules.weak-key]\nmin-rsa-bits = \"many\"\n", Some(2)),
        ("[rules.weak-key]\nlevel = \"bad\"\n", Some(2)),
        ("[rules.old-key]\nmax-age = \"6m\"\n", Some(2)),
        ("[rules.quota]\nabove = 100\n", Some(2)),
        ("fail-level = \"never\"\n", Some(1)),
        ("fail-levels = \"note\"\n", Some(1)),
        (
            "[[waivers]]\nrule = \"quota\"\naddress = \"*\"\nexpires = \"2030-01-01\"\n",
            None,
        ),
        (
            "[[waivers]]\nrule = \"quota\"\naddress = \"*\"\nreason = \"x\"\n",
            None,
        ),
        (
            "[[waivers]]\nrule = \"none\"\naddress = \"*\"\nreason = \"x\"\nexpires = \"2030-01-01\"\n",
            Some(2),
        ),
        (
            "[[waivers]]\nrule = \"quota\"\naddress = \"*\"\nreason = \"x\"\nexpires = \"soon\"\n",
            Some(5),
        ),
        ("not toml", None),
        ("= 1", None),
    ] {
        std::fs::write(world.path("policy.toml"), policy).expect("written");
        let output = world.run(&["audit", "--policy", "policy.toml", "-o", "json"]);
        let error = output.code(2).error();
        let message = error["message"].as_str().expect("a message");
        assert!(message.contains("policy.toml"), "{policy}: {message}");
        if let Some(line) = line {
            assert!(
                message.contains(&format!("line {line}")),
                "{policy}: {message}"
            );
        }
    }
    std::fs::write(world.path("binary"), [0xff, 0xfe, 0]).expect("written");
    std::fs::write(world.path("large"), vec![b'#'; 2 << 20]).expect("written");
    for file in ["binary", "large", "missing", "."] {
        world.run(&["audit", "--policy", file]).code(2);
    }
    assert_eq!(world.requests(), Vec::<String>::new());
    // Nothing in it leaves all as it is.
    std::fs::write(world.path("policy.toml"), "").expect("written");
    world
        .run(&["audit", "--policy", "policy.toml", "--on", "tencent"])
        .code(8);
}
