//! What the tests of plans share: making one, applying it, and forging one.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::fixture::{Output, World};

/// Runs a command with `--plan NAME`; the digest that it says. The file is for its owner alone.
#[track_caller]
pub(crate) fn plan(world: &World, command: &[&str], name: &str) -> String {
    plan_ending_with(world, command, name, 0)
}

/// The same for a command that ends with this code and has written the plan.
#[track_caller]
pub(crate) fn plan_ending_with(world: &World, command: &[&str], name: &str, code: i32) -> String {
    let before = changes(world);
    let output = world
        .run(&[command, &["--plan", name, "-o", "json"]].concat())
        .code(code);
    assert_eq!(changes(world), before, "a plan changes nothing");
    let document = output.json();
    assert_eq!(
        (&document["kind"], &document["file"]),
        (&"Plan".into(), &name.into())
    );
    let digest = document["digest"].as_str().expect("a digest").to_owned();
    let file = world.path(name);
    let mode = std::fs::metadata(&file).expect("written").permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    assert_eq!(read(world, name)["digest"], digest.as_str());
    digest
}

/// Applies a plan whose digest is approved.
pub(crate) fn apply(world: &World, name: &str, digest: &str) -> Output {
    world.run(&["apply", name, "--confirm", digest, "-o", "json"])
}

pub(crate) fn read(world: &World, name: &str) -> Value {
    let text = std::fs::read_to_string(world.path(name)).expect("readable");
    serde_json::from_str(&text).expect("JSON")
}

/// Writes another plan, made of this one, whose digest is right: as somebody does who knows the form.
pub(crate) fn forge(world: &World, from: &str, to: &str, edit: impl FnOnce(&mut Value)) -> String {
    let mut plan = read(world, from);
    plan.as_object_mut().expect("members").remove("digest");
    edit(&mut plan);
    let digest = hex::encode(Sha256::digest(plan.to_string()));
    plan["digest"] = digest.clone().into();
    std::fs::write(world.path(to), format!("{plan:#}\n")).expect("written");
    digest
}

/// The requests that a served sandbox has seen and that change something; none of an embedded one.
pub(crate) fn changes(world: &World) -> Vec<String> {
    if !world.is_served() {
        return Vec::new();
    }
    let mut requests = world.journal();
    requests.retain(|request| request["effect"] == "change");
    let name = |request: &Value| request["operation"].as_str().unwrap_or_default().to_owned();
    requests.iter().map(name).collect()
}
