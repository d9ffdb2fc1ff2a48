//! `audit`: each rule has something that it finds and something that it lets pass, and what cannot be judged is said.

use serde_json::{Value, json};

use crate::fixture::{Output, World};
use crate::fleet_served::{planned, served, sorted, texts};
use crate::fleet_world::{Key, PENDING_KMS_KEYS, ed25519_line, keys, rsa_line};

/// A policy of one rule, with these options.
pub(crate) fn only(rule: &str, options: &str) -> String {
    let all = [
        "weak-key",
        "old-key",
        "unused-key",
        "shared-between-accounts",
        "same-name-different-keys",
        "different-names-one-key",
        "no-owner",
        "private-half-stored",
        "kms-pending-deletion",
        "quota",
    ];
    let mut policy = "fail-level = \"note\"\n".to_owned();
    for other in all.iter().filter(|other| **other != rule) {
        policy.extend(["[rules.", other, "]\nlevel = \"off\"\n"]);
    }
    policy + &format!("[rules.{rule}]\nlevel = \"warning\"\n{options}\n")
}

/// What a snapshot of the fleet has.
pub(crate) fn inventory() -> Value {
    let world = served(&[]);
    world.run(&["snapshot"]).code(0).json()
}

/// Judges what is left of an inventory.
pub(crate) fn judge(inventory: &Value, policy: &str, stays: impl Fn(&Value) -> bool) -> Output {
    let world = World::empty();
    let mut document = inventory.clone();
    let items = document["items"].as_array_mut().expect("items");
    items.retain(|item| stays(item));
    std::fs::write(world.path("now.json"), document.to_string()).expect("written");
    std::fs::write(world.path("policy.toml"), policy).expect("written");
    world.run(&[
        "audit",
        "--offline",
        "now.json",
        "--policy",
        "policy.toml",
        "-o",
        "json",
    ])
}

#[track_caller]
pub(crate) fn findings(output: &Output) -> Vec<Value> {
    let document = output.json();
    assert_eq!(document["kind"], "Findings");
    document["items"].as_array().expect("items").clone()
}

fn addresses(findings: &[Value]) -> Vec<String> {
    let address = |finding: &Value| finding["address"].as_str().expect("an address").to_owned();
    sorted(findings.iter().map(address))
}

/// All addresses that a finding is about.
fn about(finding: &Value) -> Vec<String> {
    let own = finding["address"].as_str().map(str::to_owned);
    let mut all = sorted(texts(&finding["related"]).into_iter().chain(own));
    all.dedup();
    all
}

#[test]
fn each_rule_finds_what_the_plan_says_and_passes_what_is_well() {
    let inventory = inventory();
    let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
    let shared_ones = planned(|key| key.line == rsa_line() || key.line == ed25519_line());
    let is_shared = |item: &Value| shared_ones.contains(&text(item, "address"));
    let has_user = |key: &Key| key.line == rsa_line() || key.line == ed25519_line();

    let found = |rule: &str, options: &str| {
        let output = judge(&inventory, &only(rule, options), |_| true).code(8);
        let findings = findings(&output);
        assert!(
            findings.iter().all(|finding| finding["rule"] == rule),
            "{rule}"
        );
        findings
    };
    let passes = |rule: &str, options: &str, stays: &dyn Fn(&Value) -> bool| {
        let output = judge(&inventory, &only(rule, options), stays);
        assert_eq!(
            (findings(&output).as_slice(), output.code),
            (&[][..], 0),
            "{rule}"
        );
        let judged = &output.json()["judged"][rule]["judged"];
        assert!(
            judged.as_u64().is_some_and(|count| count > 0),
            "{rule} judged {judged}"
        );
    };

    let weak = found("weak-key", "");
    assert_eq!(weak.len(), 11, "one in each place that shows keys");
    assert!(
        weak.iter()
            .all(|finding| !text(finding, "address").starts_with("volcengine"))
    );
    passes("weak-key", "", &|item| item["bits"] != 1024);
    passes("weak-key", "min-rsa-bits = 1024", &|_| true);

    assert_eq!(addresses(&found("old-key", "")), planned(Key::is_old));
    passes("old-key", "", &|item| {
        text(item, "created_at").as_str() > "2024"
    });
    passes("old-key", "max-age = \"9000d\"", &|_| true);

    let unused = |key: &Key| key.cloud != "huawei" && key.holders.is_empty() && !has_user(key);
    assert_eq!(addresses(&found("unused-key", "")), planned(unused));
    passes("unused-key", "", &|item| item["used_by"] != json!([]));

    let shared = found("shared-between-accounts", "");
    assert_eq!(shared.len(), 2);
    for finding in &shared {
        let about = about(finding);
        let one = |line: String| planned(|key| key.line == line);
        assert!(
            about == one(rsa_line()) || about == one(ed25519_line()),
            "{finding}"
        );
    }
    passes("shared-between-accounts", "", &|item| !is_shared(item));

    let same = found("same-name-different-keys", "");
    let told: Vec<String> = sorted(same.iter().flat_map(about));
    let plan = keys();
    let is_ambiguous = |key: &Key| {
        plan.iter()
            .any(|other| other.name == key.name && other.line != key.line)
    };
    let own = |address: &String| plan.iter().find(|key| key.address("env") == *address);
    assert!(!told.is_empty());
    assert!(told.iter().filter_map(own).all(is_ambiguous), "{told:?}");
    passes("same-name-different-keys", "", &|item| {
        item["cloud"] == "tencent"
    });

    let several = found("different-names-one-key", "");
    assert_eq!(several.len(), 2);
    passes("different-names-one-key", "", &|item| !is_shared(item));

    let no_owner = found("no-owner", "");
    assert_eq!(
        addresses(&no_owner),
        planned(|key| key.cloud != "huawei" && key.tags.is_empty())
    );
    passes("no-owner", "", &|item| {
        item["tags"]
            .as_object()
            .is_some_and(|tags| !tags.is_empty())
    });
    found("no-owner", "tags = [\"owner\"]");

    let stored = found("private-half-stored", "");
    assert_eq!(addresses(&stored), planned(|key| key.stored_half.is_some()));
    passes("private-half-stored", "", &|item| {
        item["private_key_stored"] != true
    });

    let pending = found("kms-pending-deletion", "");
    assert_eq!(
        addresses(&pending),
        [format!("huawei:env/{}", PENDING_KMS_KEYS[0])]
    );
    assert_eq!(found("kms-pending-deletion", "within = \"60d\"").len(), 2);
    passes("kms-pending-deletion", "within = \"1d\"", &|_| true);

    // 96 of 100 in Tencent Cloud.
    let quota = found("quota", "");
    assert_eq!(quota.len(), 1);
    assert!(
        text(&quota[0], "message").contains("96 of 100"),
        "{}",
        quota[0]
    );
    assert_eq!(quota[0]["subject"], "tencent:env/*/key-pair");
    passes("quota", "above = 96", &|_| true);
    passes("quota", "", &|item| text(item, "region") != "ap-guangzhou");
}

#[test]
fn an_audit_of_the_clouds_is_whole_and_in_every_format() {
    let world = served(&[]);
    let document = world.run(&["audit", "-o", "json"]).code(8).json();
    assert_eq!(document["complete"], true);
    let items = document["items"].as_array().expect("items");
    for item in items {
        for member in [
            "level",
            "rule",
            "subject",
            "message",
            "related",
            "fingerprint",
        ] {
            assert!(!item[member].is_null(), "{member}: {item}");
        }
    }
    let judged = document["judged"].as_object().expect("judged");
    assert_eq!(judged.len(), 10);
    let log = world.run(&["audit", "-o", "sarif"]).code(8).json();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["results"].as_array().map(Vec::len), Some(items.len()));
    assert_eq!(
        run["tool"]["driver"]["rules"].as_array().map(Vec::len),
        Some(10)
    );
    let text = world.run(&["audit", "-o", "table"]).code(8);
    assert!(text.stdout.lines().count() >= items.len());
    assert!(
        text.stderr.contains(&format!("{} findings", items.len())),
        "{}",
        text.stderr
    );
    // The same again, but for what changes with time.
    let again = world.run(&["audit", "-o", "json"]).code(8).json();
    let prints = |document: &Value| {
        let items = document["items"].as_array().expect("items").iter();
        sorted(items.map(|item| item["fingerprint"].as_str().expect("one").to_owned()))
    };
    assert_eq!(prints(&again), prints(&document));
    let mut distinct = prints(&document);
    distinct.dedup();
    assert_eq!(distinct.len(), items.len(), "each finding has its own");
    let query = world
        .run(&["audit", "-o", "json", "--query", "length(items)"])
        .code(8)
        .json();
    assert_eq!(query, json!(items.len()));
    world.run(&["audit", "-o", "names"]).code(2);
    world.run(&["audit", "-o", "sarif", "--query", "x"]).code(2);
}

#[test]
fn what_was_not_read_makes_the_answer_unproven_in_every_format() {
    let world = served(&["--fault", "huawei/cn-north-9.*@*=denied"]);
    let document = world.run(&["audit", "-o", "json"]).code(10).json();
    assert_eq!(document["complete"], false);
    assert!(!document["items"].as_array().expect("items").is_empty());
    let log = world.run(&["audit", "-o", "sarif"]).code(10).json();
    let notes = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(notes.contains("huawei:env/cn-north-9/key-pair"), "{notes}");
    // Where the holders cannot be seen, nothing is called unused.
    let world = served(&["--fault", "volcengine.DescribeInstances@*=denied"]);
    let document = world
        .run(&["audit", "-o", "json", "--on", "volcengine"])
        .code(10)
        .json();
    let unused = |item: &&Value| item["rule"] == "unused-key";
    assert_eq!(
        document["items"]
            .as_array()
            .expect("items")
            .iter()
            .filter(unused)
            .count(),
        0
    );
    assert!(document["judged"]["unused-key"]["not_judged"].as_u64() >= Some(120));
}
