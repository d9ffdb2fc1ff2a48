//! Others are at work on the same things: two commands at once, lists that change while they are read,
//! and many items of which some fail.

use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::fixture::World;

const KEY: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/keys/rsa-3072-openssh.pub"
);

/// Clones the first of a list that many times.
fn multiply(list: &mut Value, count: usize, number: impl Fn(usize, &mut Value)) {
    let list = list.as_array_mut().expect("a list");
    let pattern = list[0].clone();
    for at in 0..count {
        let mut clone = pattern.clone();
        number(at, &mut clone);
        list.push(clone);
    }
}

fn names_with(list: &Value, start: &str) -> Vec<String> {
    let names = list.as_array().expect("a list").iter();
    let names = names.filter_map(|one| one["name"].as_str().map(str::to_owned));
    names.filter(|name| name.starts_with(start)).collect()
}

fn start(world: &World, command: &[&str]) -> Child {
    let mut command = world.command(command);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("kpctl starts")
}

/// Exit code and document.
fn end(process: Child) -> (i32, Value) {
    let done = process.wait_with_output().expect("kpctl ends");
    let document = serde_json::from_slice(&done.stdout)
        .unwrap_or_else(|_| panic!("no document: {}", String::from_utf8_lossy(&done.stderr)));
    (done.status.code().unwrap_or(-1), document)
}

#[test]
fn two_commands_delete_the_same_pairs_and_both_tell_the_truth() {
    let world = World::served(&["--latency", "5ms"]);
    let mut state = world.state();
    multiply(
        &mut state["volcengine"]["regions"]["cn-beijing"]["key_pairs"],
        220,
        |at, pair| {
            pair["name"] = json!(format!("both-{at}"));
            pair["id"] = json!(format!("kp-both{at:05}"));
        },
    );
    world.set_state(&state);
    let names: Vec<String> = (0..220).map(|at| format!("both-{at}")).collect();
    let mut command = vec!["volcengine", "key-pair", "delete", "--yes", "-o", "json"];
    command.extend(names.iter().map(String::as_str));
    let (one, other) = (start(&world, &command), start(&world, &command));
    let (one, other) = (end(one), end(other));
    assert_eq!((one.0, other.0), (0, 0), "{} {}", one.1, other.1);
    for at in 0..220 {
        let statuses = [&one.1, &other.1].map(|document| document["items"][at]["status"].clone());
        let done = |status: &Value| *status == "deleted" || *status == "absent";
        assert!(statuses.iter().all(done), "{statuses:?}");
    }
    let state = world.state();
    let left = &state["volcengine"]["regions"]["cn-beijing"]["key_pairs"];
    assert_eq!(names_with(left, "both-"), Vec::<String>::new());
    // Two records, none mixed up with the other.
    let log = world.run(&["log", "-o", "json"]).code(0).json();
    assert_eq!(log["items"].as_array().map(Vec::len), Some(2));
}

#[test]
fn two_commands_import_the_same_key_and_one_pair_is_there() {
    for (cloud, places) in [
        ("volcengine", "/volcengine/regions/cn-beijing/key_pairs"),
        ("tencent", "/tencent/regions/ap-guangzhou/key_pairs"),
    ] {
        let world = World::served(&["--latency", "30ms"]);
        let name = "same_key".replace('_', if cloud == "volcengine" { "-" } else { "_" });
        let import = [
            cloud, "key-pair", "import", KEY, "--name", &name, "-o", "json",
        ];
        let (one, other) = (start(&world, &import), start(&world, &import));
        let (one, other) = (end(one), end(other));
        assert_eq!((one.0, other.0), (0, 0), "{} {}", one.1, other.1);
        let mut statuses =
            [&one.1, &other.1].map(|document| document["items"][0]["status"].to_string());
        statuses.sort();
        assert!(
            statuses.contains(&"\"imported\"".to_owned()),
            "{statuses:?}"
        );
        let state = world.state();
        let pairs = state.pointer(places).expect("pairs");
        assert_eq!(names_with(pairs, &name).len(), 1, "{cloud} {statuses:?}");
    }
}

/// What was there all the time is in the list, or the list says that it is not whole.
#[test]
fn a_list_that_changes_while_it_is_read_is_never_a_shorter_one() {
    for (cloud, operation, place) in [
        (
            "volcengine",
            "DescribeKeyPairs",
            "/volcengine/regions/cn-beijing/key_pairs",
        ),
        (
            "tencent",
            "DescribeKeyPairs",
            "/tencent/regions/ap-guangzhou/key_pairs",
        ),
        ("huawei", "ListKeypairs", "/huawei/projects/0/key_pairs"),
    ] {
        let world = World::served(&["--latency", "60ms"]);
        let mut full = world.state();
        let list = full
            .pointer_mut(place)
            .unwrap_or_else(|| panic!("no {place}"));
        multiply(list, 1_100, |at, pair| {
            pair["name"] = json!(format!("page-{at:04}"));
            // Numbers on huawei, texts elsewhere.
            pair["id"] = match pair["id"].as_u64() {
                Some(_) => json!(900_000 + at),
                None => json!(format!("kp-page{at:04}")),
            };
        });
        world.set_state(&full);
        let mut fewer = full.clone();
        let pairs = fewer
            .pointer_mut(place)
            .and_then(Value::as_array_mut)
            .expect("a list");
        let goes = |pair: &Value| {
            let name = pair["name"].as_str().unwrap_or_default();
            name.starts_with("page-000") || name.starts_with("page-109")
        };
        pairs.retain(|pair| !goes(pair));
        let stays: Vec<String> = names_with(&json!(pairs), "page-");
        let process = start(&world, &[cloud, "key-pair", "list", "-o", "json"]);
        while !world.requests().iter().any(|name| name == operation) {
            std::thread::sleep(Duration::from_millis(2));
        }
        world.set_state(&fewer);
        let done = process.wait_with_output().expect("kpctl ends");
        if done.status.success() {
            let document: Value = serde_json::from_slice(&done.stdout).expect("a document");
            let seen = names_with(&document["items"], "page-");
            let missing: Vec<_> = stays.iter().filter(|name| !seen.contains(name)).collect();
            assert!(missing.is_empty(), "{cloud} leaves out {missing:?}");
        } else {
            assert_eq!(String::from_utf8_lossy(&done.stdout), "", "{cloud}");
        }
    }
}

/// A thousand items: some are held, some are throttled on the way, some are not there.
#[test]
fn each_of_a_thousand_items_has_its_own_true_outcome() {
    let world = World::served(&["--fault", "volcengine.DeleteKeyPairs@2-4=throttled-item"]);
    let mut state = world.state();
    let region = &mut state["volcengine"]["regions"]["cn-beijing"];
    // Every third is held and every seventh is missing, in an order of no meaning.
    let is_held = |at: usize| (at * 37 + 11).is_multiple_of(3);
    let is_missing = |at: usize| (at * 53 + 5).is_multiple_of(7);
    multiply(&mut region["key_pairs"], 1_000, |at, pair| {
        pair["name"] = json!(format!("mass-{at}"));
        pair["id"] = json!(format!("kp-mass{at:05}"));
    });
    let pairs = region["key_pairs"].as_array_mut().expect("a list");
    pairs.retain(|pair| {
        let number = pair["name"]
            .as_str()
            .and_then(|name| name.strip_prefix("mass-"));
        number
            .and_then(|number| number.parse().ok())
            .is_none_or(|at| !is_missing(at))
    });
    multiply(&mut region["instances"], 1_000, |at, instance| {
        instance["id"] = json!(format!("i-mass{at:06}"));
        let held = if is_held(at) && !is_missing(at) {
            json!(format!("mass-{at}"))
        } else {
            json!("")
        };
        instance["key_pair_name"] = held;
    });
    world.set_state(&state);
    let names: Vec<String> = (0..1_000).map(|at| format!("mass-{at}")).collect();
    let delete = [
        "volcengine",
        "key-pair",
        "delete",
        "-",
        "--yes",
        "-o",
        "json",
    ];
    let output = world
        .run_with_input(&delete, names.join("\n").as_bytes())
        .code(3);
    let document = output.json();
    let after = world.state();
    let left = names_with(
        &after["volcengine"]["regions"]["cn-beijing"]["key_pairs"],
        "mass-",
    );
    for (at, item) in document["items"]
        .as_array()
        .expect("items")
        .iter()
        .enumerate()
    {
        let name = format!("mass-{at}");
        assert_eq!(item["id"], name.as_str());
        let wanted = match (is_missing(at), is_held(at)) {
            (true, _) => "absent",
            (false, true) => "in-use",
            (false, false) => "deleted",
        };
        assert_eq!(item["status"], wanted, "{item}");
        assert_eq!(left.contains(&name), wanted == "in-use", "{item}");
    }
}
