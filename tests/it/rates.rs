//! Rates at a sandbox that enforces them, and what a cloud that refuses everything costs.

use serde_json::json;

use crate::fixture::{Output, World};

/// Key pairs that Lighthouse deletes with one request.
const A_REQUEST: usize = 10;

/// Deletes that many key pairs of Lighthouse, which a sandbox with these options has.
fn delete(arguments: &[&str], requests: usize) -> (World, Output) {
    let world = World::served(arguments);
    let mut state = world.state();
    let pairs = state["tencent"]["regions"]["ap-guangzhou"]["lighthouse"]["key_pairs"]
        .as_array_mut()
        .expect("pairs");
    let pattern = pairs[0].clone();
    let ids: Vec<_> = (0..requests * A_REQUEST)
        .map(|number| format!("lhkp-{number:08}"))
        .collect();
    for id in &ids {
        let mut pair = pattern.clone();
        pair["id"] = json!(id);
        pair["name"] = json!(id.replace('-', "_"));
        pairs.push(pair);
    }
    world.set_state(&state);
    let delete = "tencent lighthouse-key-pair delete - --yes -o json";
    let delete: Vec<_> = delete.split(' ').collect();
    let output = world.run_with_input(&delete, ids.join("\n").as_bytes());
    (world, output)
}

fn deletions(world: &World) -> usize {
    let names = world.requests().into_iter();
    names.filter(|name| name == "DeleteKeyPairs").count()
}

#[test]
fn however_the_vendor_counts_nothing_is_refused_for_its_rate() {
    for windows in ["fixed", "sliding"] {
        let (world, output) = delete(&["--rates", windows], 25);
        let output = output.code(0);
        assert_eq!(output.json()["summary"], json!({"deleted": 250}));
        assert_eq!(deletions(&world), 25);
        let is_refused = |request: &serde_json::Value| !request["code"].is_null();
        assert!(!world.journal().iter().any(is_refused), "{windows}");
    }
}

#[test]
fn a_cloud_that_refuses_everything_is_not_asked_six_times_for_each_request() {
    let refused = "tencent.DeleteKeyPairs@*=throttled";
    let (world, output) = delete(&["--fault", refused], 25);
    let output = output.code(7);
    assert_eq!(output.json()["summary"], json!({"throttled": 250}));
    // Once each, and the hundred retries of a command; a few more for the looks that succeeded.
    let asked = deletions(&world);
    assert!((125..130).contains(&asked), "{asked}");
    let last = output.json()["items"][249]["error"].to_string();
    assert!(last.contains("used up its retries"), "{last}");
}
