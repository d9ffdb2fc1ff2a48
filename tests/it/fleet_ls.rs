//! `ls`: every key, what holds it, and what a list of some of them leaves out.

use serde_json::{Value, json};

use crate::fixture::World;
use crate::fleet_served::{addresses, counts, planned, served, sorted, texts};
use crate::fleet_world::{KEYS, Key, ed25519_line, keys, rsa_line};

/// Whether a Git user of CodeArts has the same key, who then holds it wherever it is.
fn has_user(key: &Key) -> bool {
    key.line == rsa_line() || key.line == ed25519_line()
}

/// Counted by hand from the plan: keys of clouds that tell all holders, and of which none does.
pub(crate) fn unused(key: &Key) -> bool {
    key.cloud != "huawei" && key.holders.is_empty() && !has_user(key)
}

fn ends_with_any(holders: &[String], id: &str) -> bool {
    holders
        .iter()
        .any(|holder| holder.ends_with(&format!("/{id}")))
}

#[test]
fn every_key_is_listed_once() {
    let world = served(&[]);
    let output = world.run(&["ls", "-o", "json"]).code(0);
    assert_eq!(addresses(&output), planned(|_| true));
    let document = output.json();
    assert_eq!(document["items"].as_array().map(Vec::len), Some(KEYS));
    for member in [
        "schema",
        "kind",
        "command",
        "complete",
        "searched",
        "not_enabled",
        "unseen",
    ] {
        assert!(document.get(member).is_some(), "{member}");
    }
    assert_eq!(document["kind"], "List");
    assert_eq!(document["command"], "ls");
    assert!(document["endpoint"].is_string(), "not the vendor's");
    for item in document["items"].as_array().expect("items") {
        for member in [
            "cloud", "profile", "region", "resource", "id", "name", "raw",
        ] {
            assert!(!item[member].is_null(), "{member}: {item}");
        }
        assert!(item.get("used_by").is_none());
    }
    // One list of regions of each service that has one, and no look-up of a thing by itself.
    let counts = counts(&world);
    assert_eq!(counts.get("DescribeRegions"), Some(&3), "{counts:?}");
    assert!(!counts.contains_key("ListKeypairDetail"), "{counts:?}");
    let summary = world.run(&["ls"]).code(0).stderr;
    assert!(
        summary.contains("400 keys in 12 regions of 3 accounts and 3 clouds"),
        "{summary}"
    );
}

#[test]
fn usage_is_what_the_plan_says_key_by_key() {
    let world = served(&[]);
    let document = world.run(&["ls", "--usage", "-o", "json"]).code(0).json();
    let items = document["items"].as_array().expect("items");
    assert_eq!(items.len(), KEYS);
    let plan = keys();
    for item in items {
        let own = |key: &&Key| item["address"] == key.address("env").as_str();
        let key = plan.iter().find(own).expect("planned");
        let holders = texts(&item["used_by"]);
        for id in &key.holders {
            assert!(ends_with_any(&holders, id), "{id}: {item}");
        }
        let is_user = key.resource == "codearts-key";
        let users = usize::from(has_user(key) || is_user);
        assert_eq!(holders.len(), key.holders.len() + users, "{item}");
        // KPS does not tell of its servers.
        let tells_all = key.cloud != "huawei" || is_user;
        assert_eq!(item["used_by_complete"], tells_all, "{item}");
    }
}

#[test]
fn unused_keys_are_those_of_the_plan_and_what_cannot_be_judged_is_counted() {
    let world = served(&[]);
    let output = world.run(&["ls", "--unused", "-o", "json"]).code(0);
    assert_eq!(addresses(&output), planned(unused));
    // All pairs of KPS: none is known to be unused, and those that phones hold are used.
    let document = output.json();
    let unclear = keys()
        .iter()
        .filter(|key| key.cloud == "huawei" && key.resource == "key-pair")
        .filter(|key| key.holders.is_empty() && !has_user(key))
        .count();
    let warnings = texts(&document["warnings"]);
    let told = format!("{unclear} keys are left out");
    assert!(
        warnings.iter().any(|text| text.starts_with(&told)),
        "{told}: {warnings:?}"
    );
    // The two conditions together.
    let output = world
        .run(&["ls", "--usage", "--unused", "-o", "json"])
        .code(0);
    assert_eq!(addresses(&output), planned(unused));
    for item in output.json()["items"].as_array().expect("items") {
        assert_eq!(item["used_by"], json!([]));
    }
    // Where instances cannot be seen, nothing is called unused.
    let world = served(&["--fault", "volcengine.DescribeInstances@*=denied"]);
    let output = world
        .run(&["ls", "--unused", "--on", "volcengine", "-o", "json"])
        .code(10);
    assert_eq!(addresses(&output), Vec::<String>::new());
}

#[test]
fn old_keys_are_those_that_were_made_before() {
    let world = served(&[]);
    let output = world
        .run(&["ls", "--older-than", "180d", "-o", "json"])
        .code(0);
    assert_eq!(addresses(&output), planned(Key::is_old));
    // Younger than 90 days, or years old: the plan has nothing between.
    let output = world
        .run(&["ls", "--older-than", "100d", "-o", "json"])
        .code(0);
    assert_eq!(addresses(&output), planned(Key::is_old));
    let both = [
        "ls",
        "--older-than",
        "180d",
        "--unused",
        "--name",
        "*prod*",
        "-o",
        "json",
    ];
    let output = world.run(&both).code(0);
    let expected = planned(|key| key.is_old() && unused(key) && key.name.contains("prod"));
    assert!(!expected.is_empty());
    assert_eq!(addresses(&output), expected);
    for wrong in ["180", "6m", "-1d", "d", "", "99999999999999999999d"] {
        let option = format!("--older-than={wrong}");
        world.run(&["ls", &option]).code(2);
    }
    // Longer than there has been time.
    let output = world.run(&["ls", "--older-than", "300000d", "-o", "json"]);
    assert!(matches!(output.code, 0 | 2), "{output:#?}");
}

#[test]
fn names_are_patterns() {
    let world = served(&[]);
    for (pattern, fits) in [
        (
            "web*",
            (|name: &str| name.starts_with("web")) as fn(&str) -> bool,
        ),
        ("?b-*", |name| name.get(1..3) == Some("b-")),
        ("deploy", |name| name == "deploy"),
        ("Alice 的笔记本", |name| name == "Alice 的笔记本"),
        ("nothing-like-it", |_| false),
    ] {
        let output = world.run(&["ls", "--name", pattern, "-o", "json"]).code(0);
        assert_eq!(
            addresses(&output),
            planned(|key| fits(&key.name)),
            "{pattern}"
        );
    }
    // Ids fit, too.
    let output = world
        .run(&["ls", "--name", "skey-0000012?", "-o", "names"])
        .code(0);
    assert_eq!(output.stdout.lines().count(), 10);
}

#[test]
fn formats_tell_the_same() {
    let world = served(&[]);
    for command in [&["ls", "--usage"][..], &["ls"]] {
        let run = |format: &str| {
            world
                .run(&[command, &["-o", format]].concat())
                .code(0)
                .stdout
        };
        let text = run("tsv");
        let tabs = |line: &str| line.matches('\t').count();
        let first = text.lines().next().map(tabs);
        assert!(text.lines().all(|line| Some(tabs(line)) == first));
        assert_eq!(text.lines().count(), KEYS);
        // With rows of another length the reader complains.
        let text = run("csv");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().expect("a header").clone();
        let rows: Vec<csv::StringRecord> =
            reader.records().map(|row| row.expect("a row")).collect();
        assert_eq!(rows.len(), KEYS);
        assert!(!rows.contains(&header), "once");
        assert_eq!(header.get(0), Some("address"));
    }
    let text = world.run(&["ls", "-o", "ndjson"]).code(0).stdout;
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(lines.len(), KEYS + 1);
    let ends = lines.iter().filter(|line| line["kind"] == "End").count();
    assert_eq!((ends, &lines[KEYS]["kind"]), (1, &json!("End")));
    assert_eq!(lines[KEYS]["complete"], true);
    assert!(lines[KEYS]["searched"].is_array());
    let query = "items[?region=='ap-tokyo'] | length(@)";
    let count = world.run(&["ls", "-o", "json", "--query", query]).code(0);
    assert_eq!(count.json(), json!(30));
    // A filter that leaves nothing is an empty list, not an error.
    for format in ["json", "ndjson", "csv", "tsv", "table", "names"] {
        world
            .run(&["ls", "--name", "no-such", "-o", format])
            .code(0);
    }
    world.run(&["ls", "-o", "sarif"]).code(2);
}

#[test]
fn a_list_works_on_the_embedded_cloud() {
    let world = World::sandboxed();
    let document = world.run(&["ls", "-o", "json"]).code(0).json();
    assert_eq!(document["sandbox"], true);
    let items = document["items"].as_array().expect("items");
    assert!(items.iter().all(|item| item["profile"] == "sandbox"));
    assert!(items.len() > 5);
}

/// Tencent Cloud's documents leave open whether a region shows the pairs of the others.
#[test]
fn pairs_that_every_region_shows_are_one_pair() {
    let world = served(&["--quirk", "tencent-pairs-of-account"]);
    let output = world
        .run(&["ls", "--usage", "-o", "json", "--on", "tencent/*/key-pair"])
        .code(0);
    let document = output.json();
    let plan = keys();
    for item in document["items"].as_array().expect("items") {
        let own = |key: &&Key| item["id"] == key.id.as_str();
        let key = plan.iter().find(own).expect("planned");
        let holders = texts(&item["used_by"]);
        assert_eq!(
            holders.len(),
            key.holders.len(),
            "held wherever it is shown: {item}"
        );
        for id in &key.holders {
            assert!(ends_with_any(&holders, id), "{id}: {item}");
        }
    }
    let output = world
        .run(&["ls", "--unused", "-o", "json", "--on", "tencent/*/key-pair"])
        .code(0);
    let unheld = planned(|key| {
        (key.cloud, key.resource) == ("tencent", "key-pair") && key.holders.is_empty()
    });
    let ids = |list: &[String]| {
        let mut ids = sorted(
            list.iter()
                .map(|one| one.rsplit('/').next().expect("an id").to_owned()),
        );
        ids.dedup();
        ids
    };
    assert_eq!(ids(&addresses(&output)), ids(&unheld));
}
