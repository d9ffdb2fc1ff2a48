//! What clouds do to a reader of many places: they slow down, break pages, and hold names of every kind.

use serde_json::{Value, json};

use crate::fixture::World;
use crate::fleet_served::{addresses, planned, served, sorted, unseen};
use crate::fleet_world::{KEYS, fleet, rsa_line, rsa_places};

#[test]
fn published_rates_are_kept_and_all_is_read() {
    for windows in ["fixed", "sliding"] {
        let world = served(&["--rates", windows]);
        for command in [
            &["ls", "--usage"][..],
            &["ls", "--older-than", "1d"],
            &["snapshot"],
        ] {
            let before = world.requests().len();
            let output = world.run(&[command, &["-o", "json"]].concat()).code(0);
            assert_eq!(output.json()["complete"], true);
            let sent = world.journal().split_off(before);
            let throttled = sent
                .iter()
                .filter(|request| request["status"] == 429)
                .count();
            assert_eq!(throttled, 0, "{windows} {command:?}");
        }
    }
}

#[test]
fn what_passes_is_tried_again_and_what_stays_is_a_gap() {
    for kind in [
        "throttled",
        "500",
        "503",
        "502-html",
        "reset-before",
        "reset-after",
        "truncated",
        "broken-json",
        "internal",
    ] {
        // The second page of it, once.
        let once = format!("huawei/cn-north-4.ListKeypairs@2={kind}");
        let ever = format!("tencent/ap-shanghai.*@*={kind}");
        let world = served(&["--fault", &once, "--fault", &ever]);
        let output = world.run(&["ls", "-o", "json"]).code(10);
        let document = output.json();
        let gaps = unseen(&document);
        let scopes: Vec<&str> = gaps.iter().map(|(scope, _)| scope.as_str()).collect();
        assert!(
            scopes
                .iter()
                .all(|scope| scope.starts_with("tencent:env/ap-shanghai/")),
            "{kind}: {gaps:?}"
        );
        assert!(!scopes.is_empty(), "{kind}");
        let seen = planned(|key| key.region != "ap-shanghai");
        assert_eq!(addresses(&output), seen, "{kind}");
        assert_eq!(document["complete"], false, "{kind}");
    }
}

#[test]
fn a_page_that_never_comes_leaves_what_came_before_and_says_so() {
    let world = served(&["--fault", "huawei/cn-north-4.ListKeypairs@2-99=denied"]);
    let output = world.run(&["ls", "-o", "json"]).code(10);
    let gap = (
        "huawei:env/cn-north-4/key-pair".to_owned(),
        "permission".to_owned(),
    );
    assert_eq!(unseen(&output.json()), [gap]);
    let is_here =
        |key: &crate::fleet_world::Key| (key.region, key.resource) == ("cn-north-4", "key-pair");
    let others = planned(|key| !is_here(key));
    let (all, listed) = (planned(|_| true), addresses(&output));
    assert!(
        others.len() < listed.len() && listed.len() < all.len(),
        "one page of it"
    );
    assert!(others.iter().all(|one| listed.contains(one)));
    assert!(listed.iter().all(|one| all.contains(one)));
}

/// Names as clouds may hold them, whatever their documents say.
const NAMES: [&str; 9] = [
    "with blank",
    "a/b",
    "%41",
    "ü-é-笔记本",
    "tab\there",
    "new\nline",
    "turn\u{202e}ed",
    "quote\"d, comma",
    "-y",
];

/// The fleet with pairs of these names in Beijing.
fn odd() -> Value {
    let mut state = fleet();
    let pairs = &mut state["volcengine"]["regions"]["cn-beijing"]["key_pairs"];
    let pairs = pairs.as_array_mut().expect("pairs");
    let pattern = pairs.last().expect("one").clone();
    for (number, name) in NAMES.into_iter().enumerate() {
        let mut pair = pattern.clone();
        pair["id"] = json!(format!("kp-odd{number:04}"));
        pair["name"] = json!(name);
        pairs.push(pair);
    }
    state
}

#[test]
fn names_of_every_kind_come_out_in_one_piece_and_go_back_in() {
    let world = World::served(&[]).without("HUAWEICLOUD_SDK_PROJECT_ID");
    world.set_state(&odd());
    let document = world.run(&["ls", "-o", "json"]).code(0).json();
    let items = document["items"].as_array().expect("items");
    assert_eq!(items.len(), KEYS + NAMES.len());
    for name in NAMES {
        let own = items.iter().filter(|item| item["name"] == name).count();
        assert_eq!(own, 1, "{name:?}");
    }
    for format in ["names", "tsv", "table"] {
        let text = world.run(&["ls", "-o", format]).code(0).stdout;
        let header = usize::from(format == "table");
        assert_eq!(
            text.lines().count(),
            KEYS + NAMES.len() + header,
            "{format}"
        );
        assert!(
            !text.contains('\u{202e}') || format == "tsv",
            "{format} turns nothing around"
        );
    }
    let odd: Vec<String> = items
        .iter()
        .filter(|item| NAMES.iter().any(|name| item["name"] == *name))
        .map(|item| item["address"].as_str().expect("an address").to_owned())
        .collect();
    // A snapshot keeps them.
    let text = world.run(&["snapshot"]).code(0).stdout;
    std::fs::write(world.path("now.json"), text).expect("written");
    let kept = world
        .run(&["ls", "--offline", "now.json", "-o", "names"])
        .code(0)
        .stdout;
    for address in &odd {
        assert!(kept.lines().any(|line| line == address), "{address}");
    }
    world
        .run(&["audit", "--offline", "now.json", "-o", "sarif"])
        .code(8)
        .json();
    // And they can be deleted by what was printed.
    // None can have control characters: there delete says so.
    let (odd, hidden): (Vec<String>, Vec<String>) = odd
        .into_iter()
        .partition(|address| !["%09", "%0A"].iter().any(|hidden| address.contains(hidden)));
    assert_eq!(hidden.len(), 2);
    for address in &hidden {
        world.run(&["delete", address, "--yes"]).code(2);
    }
    let lines = odd.join("\n");
    let output = world.run_with_input(&["delete", "-", "--yes", "-o", "json"], lines.as_bytes());
    let output = output.code(0);
    let statuses = output.statuses();
    assert!(
        statuses.iter().all(|line| line.ends_with(" deleted")),
        "{statuses:?}"
    );
    assert_eq!(addresses(&output), sorted(odd));
    let found = world.run(&["find", &rsa_line(), "-o", "json"]).code(0);
    assert_eq!(addresses(&found), sorted(rsa_places("env")));
}
