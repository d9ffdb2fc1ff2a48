//! Plans that are not applied: edited, forged, too old, for somebody else, approved by nobody, or resting on
//! what has moved.

use serde_json::{Value, json};

use crate::fixture::World;
use crate::plan_file::{apply, changes, forge, plan};
use crate::terminal::Terminal;

const DELETE: [&str; 4] = ["volcengine", "key-pair", "delete", "ci-deploy"];
const KMS_KEY: &str = "3c7d9e1f-5a2b-4c4d-8e6f-8091a2b3c4d5";

/// The error of an apply that sends nothing.
#[track_caller]
fn refused(world: &World, digest: &str, code: i32, name: &str) -> Value {
    let before = changes(world);
    let error = apply(world, "p.json", digest).code(code).error();
    assert_eq!(error["code"], name, "{error}");
    assert_eq!(changes(world), before, "{name}");
    error
}

fn pairs(state: &mut Value) -> &mut Vec<Value> {
    let region = &mut state["volcengine"]["regions"]["cn-beijing"];
    region["key_pairs"].as_array_mut().expect("a list")
}

fn pair<'a>(state: &'a mut Value, name: &str) -> &'a mut Value {
    let mut pairs = pairs(state).iter_mut();
    pairs.find(|pair| pair["name"] == name).expect("there")
}

#[test]
fn a_plan_that_was_edited_is_none() {
    let world = World::served(&[]);
    let digest = plan(&world, &DELETE, "p.json");
    let whole = std::fs::read_to_string(world.path("p.json")).expect("readable");
    for (from, to) in [
        (
            "\"ids\": [\n            \"ci-deploy\"",
            "\"ids\": [\n            \"prod-web\"",
        ),
        ("\"expires_at\": \"20", "\"expires_at\": \"21"),
        ("\"max_stops\": 0", "\"max_stops\": 9"),
        ("\"notes\": [", "\"extra\": 1,\n  \"notes\": ["),
        ("\"wait\": true", "\"wait\": false,\n  \"wait\": true"),
    ] {
        let edited = whole.replacen(from, to, 1);
        assert_ne!(edited, whole, "{from}");
        std::fs::write(world.path("p.json"), edited).expect("written");
        refused(&world, &digest, 2, "BrokenPlan");
    }
    for broken in ["", "{}", "[1]", "null", "\u{feff}{}", "{\"kind\":\"Plan\"}"] {
        std::fs::write(world.path("p.json"), broken).expect("written");
        refused(&world, &digest, 2, "BrokenPlan");
    }
    std::fs::write(world.path("p.json"), [0xff, 0xfe, 0]).expect("written");
    apply(&world, "p.json", &digest).code(2);
    for file in ["nowhere.json", "."] {
        apply(&world, file, &digest).code(2);
    }
    assert_eq!(changes(&world), Vec::<String>::new());
}

#[test]
fn a_forged_plan_has_another_digest_and_must_say_what_is_known() {
    let world = World::served(&[]);
    let approved = plan(&world, &DELETE, "good.json");
    let forged = forge(&world, "good.json", "p.json", |plan| {
        plan["steps"][0][0]["request"]["ids"] = json!(["backup-2024"]);
    });
    refused(&world, &approved, 9, "NotConfirmed");
    // Whoever approves the forged one too: no fact in it is about what it does.
    refused(&world, &forged, 6, "PlanMoved");
    let edits: [fn(&mut Value); 6] = [
        |plan| plan["steps"][0][0]["request"]["force"] = true.into(),
        |plan| plan["steps"][0][0]["request"]["change"] = "format-disk".into(),
        |plan| plan["steps"][0][0]["more"] = 1.into(),
        |plan| plan["facts"][0]["more"] = 1.into(),
        |plan| plan["accepted"] = json!(["--everything"]),
        |plan| plan["steps"][0][0]["scope"] = "volcengine".into(),
    ];
    for edit in edits {
        let digest = forge(&world, "good.json", "p.json", edit);
        let output = apply(&world, "p.json", &digest).code(2);
        assert_eq!(output.stdout, "");
    }
    let digest = forge(&world, "good.json", "p.json", |plan| {
        plan["steps"][0][0]["service"] = "abacus".into();
    });
    apply(&world, "p.json", &digest).code(2);
    assert_eq!(changes(&world), Vec::<String>::new());
}

#[test]
fn a_plan_is_good_for_a_day() {
    let world = World::served(&[]);
    plan(&world, &DELETE, "good.json");
    let digest = forge(&world, "good.json", "p.json", |plan| {
        plan["expires_at"] = plan["made_at"].clone();
    });
    let error = refused(&world, &digest, 6, "PlanExpired");
    assert!(
        error["message"]
            .as_str()
            .expect("a text")
            .contains("good until")
    );
    world.run(&["apply", "p.json", "--dry-run"]).code(6);
}

#[test]
fn a_plan_is_for_its_account_its_endpoint_and_its_world() {
    let world = World::served(&[]);
    let digest = plan(&world, &DELETE, "p.json");
    let state = world.state();
    let mut other = state.clone();
    other["volcengine"]["account_id"] = 2_100_009_999_u64.into();
    world.set_state(&other);
    let error = refused(&world, &digest, 4, "PlanAccount");
    let text = error["message"].as_str().expect("a text");
    assert!(
        text.contains("2100009999") && text.contains("2100000"),
        "{text}"
    );
    world.set_state(&state);

    let elsewhere = World::served(&[]);
    std::fs::copy(world.path("p.json"), elsewhere.path("p.json")).expect("copied");
    refused(&elsewhere, &digest, 6, "PlanEndpoint");

    let sandboxed = World::sandboxed();
    std::fs::copy(world.path("p.json"), sandboxed.path("p.json")).expect("copied");
    let output = apply(&sandboxed, "p.json", &digest).code(2);
    assert!(output.stderr.contains("not for the sandbox"), "{output:#?}");
    let digest = plan(&sandboxed, &DELETE, "s.json");
    std::fs::copy(sandboxed.path("s.json"), world.path("s.json")).expect("copied");
    let output = apply(&world, "s.json", &digest).code(2);
    assert!(output.stderr.contains("--sandbox"), "{output:#?}");
    assert_eq!(changes(&world), Vec::<String>::new());
    apply(&sandboxed, "s.json", &digest).code(0);
}

#[test]
fn facts_that_moved_end_it() {
    let world = World::served(&[]);
    let state = world.state();
    let delete = plan(&world, &DELETE, "p.json");
    let mut moved = Vec::new();
    // Made again under its name, with another key.
    let mut other = state.clone();
    let key = pair(&mut other, "old-laptop")["public_key"].clone();
    pair(&mut other, "ci-deploy")["public_key"] = key;
    moved.push((other, "another key"));
    // Bound meanwhile.
    let mut other = state.clone();
    let machines = &mut other["volcengine"]["regions"]["cn-beijing"]["instances"];
    machines[4]["key_pair_name"] = "ci-deploy".into();
    moved.push((other, "instance/"));
    // Gone, and nobody has begun this plan.
    let mut other = state.clone();
    pairs(&mut other).retain(|pair| pair["name"] != "ci-deploy");
    moved.push((other, "is gone"));
    for (other, says) in moved {
        world.set_state(&other);
        let error = refused(&world, &delete, 6, "PlanMoved");
        assert!(error["hint"].to_string().contains(says), "{error}");
        world.run(&["apply", "p.json", "--dry-run"]).code(6);
    }
    world.set_state(&state);
    apply(&world, "p.json", &delete).code(0);
}

#[test]
fn states_and_machines_are_facts_too() {
    let world = World::served(&[]);
    let disable = ["huawei", "kms-key", "disable", KMS_KEY];
    let digest = plan(&world, &disable, "p.json");
    world
        .run(&[
            "huawei",
            "kms-key",
            "schedule-deletion",
            KMS_KEY,
            "--days",
            "7",
            "--yes",
        ])
        .code(0);
    let error = refused(&world, &digest, 6, "PlanMoved");
    assert!(error["hint"].to_string().contains("enabled"), "{error}");

    let attach = [
        "volcengine",
        "key-pair",
        "attach",
        "--key",
        "ci-deploy",
        "--instance",
        "i-ycweb00001",
    ];
    std::fs::remove_file(world.path("p.json")).expect("there");
    let digest = plan(&world, &attach, "p.json");
    world
        .run(&[
            "volcengine",
            "key-pair",
            "attach",
            "--key",
            "bastion",
            "--instance",
            "i-ycweb00001",
            "--yes",
        ])
        .code(0);
    let error = refused(&world, &digest, 6, "PlanMoved");
    assert!(error["hint"].to_string().contains("bastion"), "{error}");
}

#[test]
fn a_key_that_is_chosen_by_its_title_is_the_one_that_was_looked_at() {
    let world = World::served(&[]);
    let delete = ["huawei", "codearts-key", "delete", "--title", "laptop"];
    let digest = plan(&world, &delete, "p.json");
    let mut state = world.state();
    let keys = state["huawei"]["code_arts_keys"]
        .as_array_mut()
        .expect("a list");
    let laptop = keys.iter_mut().find(|key| key["title"] == "laptop");
    laptop.expect("there")["id"] = 39_999.into();
    world.set_state(&state);
    refused(&world, &digest, 6, "PlanMoved");
}

#[test]
fn nobody_but_the_digest_says_yes() {
    let world = World::served(&[]);
    let digest = plan(&world, &DELETE, "p.json");
    let other = "0".repeat(64);
    refused(&world, &other, 9, "NotConfirmed");
    for short in ["", " ", "yes", &digest[..31]] {
        apply(&world, "p.json", short).code(2);
    }
    let longer = format!("{digest}0");
    refused(&world, &longer, 9, "NotConfirmed");
    // Off a terminal nobody can be asked.
    let output = world.run(&["apply", "p.json", "-o", "json"]).code(9);
    assert_eq!(output.error()["code"], "NotConfirmed");
    assert!(
        !output.stderr.contains(&digest[..16]),
        "whoever approves has it from the plan"
    );
    world.run(&["apply", "p.json", "--yes"]).code(2);
    assert_eq!(changes(&world), Vec::<String>::new());
    apply(
        &world,
        "p.json",
        &format!(" {} ", digest[..32].to_uppercase()),
    )
    .code(0);
}

#[test]
fn on_a_terminal_a_person_is_asked() {
    let world = World::served(&[]);
    let digest = plan(&world, &DELETE, "p.json");
    for (answer, code) in [("n", 9), ("y", 0)] {
        let mut terminal = Terminal::run(&world, &["apply", "p.json"]);
        terminal.wait_for("[y/N]");
        terminal.types(&format!("{answer}\n"));
        let (ended, shown) = terminal.end();
        assert_eq!(ended, code, "{shown}");
        for text in [
            &digest,
            "ci-deploy",
            "cn-beijing",
            "account",
            "apply the plan",
        ] {
            assert!(shown.contains(text), "{text} is not in {shown}");
        }
        let sent = changes(&world);
        assert_eq!(sent.len(), usize::from(code == 0), "{sent:?}");
    }
}

#[test]
fn what_moves_while_a_person_thinks_counts() {
    let world = World::served(&[]);
    plan(&world, &DELETE, "p.json");
    let mut terminal = Terminal::run(&world, &["apply", "p.json"]);
    terminal.wait_for("[y/N]");
    let mut state = world.state();
    let key = pair(&mut state, "old-laptop")["public_key"].clone();
    pair(&mut state, "ci-deploy")["public_key"] = key;
    world.set_state(&state);
    terminal.types("y\n");
    let (code, shown) = terminal.end();
    assert_eq!(code, 6, "{shown}");
    assert!(shown.contains("another key"), "{shown}");
    assert_eq!(changes(&world), Vec::<String>::new());
}

#[test]
fn an_expected_account_and_one_place_are_heeded() {
    let world = World::served(&[]);
    let digest = plan(&world, &DELETE, "p.json");
    let command = ["apply", "p.json", "--confirm", &digest, "-o", "json"];
    let output = world.run_with("KPCTL_EXPECT_ACCOUNT_VOLCENGINE", "1", &command);
    assert_eq!(output.code(4).error()["code"], "UnexpectedAccount");
    for option in [["-r", "cn-shanghai"], ["-p", "other"]] {
        world.run(&[&command[..], &option].concat()).code(2);
    }
    assert_eq!(changes(&world), Vec::<String>::new());
}
