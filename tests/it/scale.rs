//! More items than a request or a page takes: one table comes out.

use serde_json::json;

use crate::fixture::World;

#[test]
fn volcengine_deletes_230_pairs_of_one_region() {
    let world = World::served(&[]);
    let mut state = world.state();
    let pairs = state["volcengine"]["regions"]["cn-beijing"]["key_pairs"]
        .as_array_mut()
        .expect("pairs");
    let pattern = pairs[0].clone();
    for number in 0..230 {
        let mut pair = pattern.clone();
        pair["id"] = json!(format!("kp-many{number}"));
        pair["name"] = json!(format!("many-{number}"));
        pairs.push(pair);
    }
    world.set_state(&state);
    let names: Vec<String> = (0..230).map(|number| format!("many-{number}")).collect();
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
        .code(0);
    let document = output.json();
    assert_eq!(document["summary"], json!({"deleted": 230}));
    assert!(
        document["items"]
            .as_array()
            .expect("items")
            .iter()
            .all(|item| item["verified"] == true)
    );
    let left = world.state()["volcengine"]["regions"]["cn-beijing"]["key_pairs"]
        .as_array()
        .map(Vec::len);
    assert_eq!(left, Some(14));
}

#[test]
fn tencent_detaches_from_250_instances_in_three_requests() {
    let world = World::served(&[]);
    let mut state = world.state();
    let instances = state["tencent"]["regions"]["ap-guangzhou"]["instances"]
        .as_array_mut()
        .expect("instances");
    let pattern = instances[0].clone();
    let ids: Vec<String> = (0..250).map(|number| format!("ins-{number:08}")).collect();
    for id in &ids {
        let mut instance = pattern.clone();
        instance["id"] = json!(id);
        instances.push(instance);
    }
    world.set_state(&state);
    let detach = [
        "tencent",
        "key-pair",
        "detach",
        "--key",
        "skey-9p0o8i7u",
        "--instance",
        "-",
        "--yes",
        "-o",
        "json",
    ];
    let output = world
        .run_with_input(&detach, ids.join("\n").as_bytes())
        .code(0);
    assert_eq!(output.json()["summary"], json!({"detached": 250}));
    let sent = world
        .requests()
        .iter()
        .filter(|name| *name == "DisassociateInstancesKeyPairs")
        .count();
    assert_eq!(sent, 3);
}

#[test]
fn codearts_finds_a_key_behind_the_first_pages() {
    let world = World::served(&[]);
    let mut state = world.state();
    let keys = state["huawei"]["code_arts_keys"]
        .as_array_mut()
        .expect("keys");
    let pattern = keys[0].clone();
    for number in 0..230 {
        let mut key = pattern.clone();
        key["id"] = json!(50_000 + number);
        key["title"] = json!(format!("many-{number}"));
        keys.push(key);
    }
    world.set_state(&state);
    let delete = ["huawei", "codearts-key", "delete", "--yes", "-o", "json"];
    let output = world
        .run(&[&delete[..], &["50000", "50229"]].concat())
        .code(0);
    assert_eq!(output.statuses(), ["50000 deleted", "50229 deleted"]);
    let output = world
        .run(&[&delete[..], &["--title", "many-120"]].concat())
        .code(0);
    assert_eq!(output.statuses(), ["50120 deleted"]);
}
