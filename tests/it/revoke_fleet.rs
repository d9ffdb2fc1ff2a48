//! A key is taken away from a whole fleet, and given back.

use std::process::Command;

use serde_json::{Value, json};

use crate::fixture::{Output, World};
use crate::fleet_served::{addresses, served, sorted, texts};
use crate::fleet_world::{rsa_line, rsa_places};
use crate::plan_file::{apply, changes, plan, plan_ending_with, read};

/// What it takes to take the RSA key away: phones get another pair, machines are stopped and started again.
pub(crate) const REVOKE: [&str; 8] = [
    "--replace-with",
    "phones",
    "--allow-lockout",
    "--stop",
    "soft",
    "--start",
    "--max-stops",
    "4",
];

/// The pair that cloud phone servers get instead.
pub(crate) fn prepare(world: &World) {
    let key = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys/rsa-2048-pem.pub");
    let import = [
        "import",
        key,
        "--name",
        "phones",
        "--on",
        "huawei/cn-north-4",
        "--on",
    ];
    world
        .run(&[&import[..], &["huawei/ap-southeast-1"]].concat())
        .code(0);
}

/// Where a key is and what holds it there, without the ids that clouds give anew.
fn places(output: &Output) -> Vec<String> {
    let document = output.json();
    let items = document["items"].as_array().expect("items").iter();
    let place = |item: &Value| {
        let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
        let held = &item["held_by"];
        format!(
            "{} {} {} {} {held}",
            text("cloud"),
            text("region"),
            text("resource"),
            text("name")
        )
    };
    sorted(items.map(place))
}

/// Runs a script as a person would, with kpctl in the path.
pub(crate) fn shell(world: &World, script: &str) {
    let command = world.command(&[]);
    let binary = std::path::Path::new(command.get_program());
    let folder = binary.parent().expect("a folder").display();
    let mut shell = Command::new("sh");
    shell.env_clear();
    for (name, value) in command.get_envs() {
        shell.env(name, value.expect("all are set"));
    }
    shell
        .args(["-e", "-c", script])
        .env("PATH", format!("{folder}:/usr/bin:/bin"))
        .current_dir(command.get_current_dir().expect("a folder"));
    let output = shell.output().expect("a shell");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{script}");
}

/// The name of the last run of a command.
pub(crate) fn last_run(world: &World, command: &str) -> String {
    let output = world
        .run(&["log", "--command", command, "-o", "json"])
        .code(0);
    let document = output.json();
    let runs = document["items"].as_array().expect("runs");
    runs.last().expect("one")["run"]
        .as_str()
        .expect("a name")
        .to_owned()
}

/// Runs the restoring commands of a run, as printed.
pub(crate) fn restore(world: &World, run: &str) -> String {
    let script = world.run(&["log", run, "--restore"]).code(0).stdout;
    shell(world, &script);
    script
}

#[test]
fn a_key_is_planned_away_taken_away_and_given_back() {
    let world = served(&[]);
    prepare(&world);
    let key = world.secret_file("key.pub", &rsa_line());
    let find = ["find", key.as_str(), "--usage", "-o", "json"];
    let before = world.run(&find).code(0);
    assert_eq!(addresses(&before), sorted(rsa_places("env")));

    let reason = ["--reason", "ticket 4711"];
    let digest = plan(
        &world,
        &[&["revoke", &key][..], &REVOKE, &reason].concat(),
        "p.json",
    );
    let planned = read(&world, "p.json");
    assert_eq!(planned["reason"], "ticket 4711");
    assert_eq!(planned["accounts"].as_array().map(Vec::len), Some(3));
    assert_eq!(planned["steps"].as_array().map(Vec::len), Some(2));
    let notes = planned["notes"].to_string();
    // Each machine that stops, and each that is left without a key.
    for machine in [
        "ins-04000000",
        "ins-04000001",
        "ins-06000000",
        "ins-06000001",
    ] {
        assert!(
            notes.contains(&format!("{machine}: it is running: it is shut down")),
            "{notes}"
        );
    }
    for machine in [
        "lhins-04000000",
        "i-00000000",
        "i-00000001",
        "i-01000000",
        "i-01000001",
    ] {
        assert!(
            notes.contains(&format!("/{machine}: no key pair is left")),
            "{notes}"
        );
    }

    let done = apply(&world, "p.json", &digest).code(0).json();
    assert_eq!(
        done["summary"],
        json!({ "detached": 9, "changed": 2, "deleted": 8 })
    );
    let receipt = &done["receipt"];
    // KPS does not tell of its servers, so that nothing more than this is proven.
    assert_eq!(receipt["level"], "record-gone");
    assert_eq!(
        (&receipt["unseen"], &receipt["found_again"]),
        (&json!([]), &json!([]))
    );
    assert_eq!(texts(&receipt["machines"]).len(), 11);
    assert!(texts(&receipt["searched"]).contains(&"huawei:env/cn-north-4/codearts-key".to_owned()));
    let left = texts(&receipt["left"]).join("\n");
    for says in [
        "authorized_keys",
        "ask them",
        "KPS does not tell",
        "i-00000000 goes by the key until",
    ] {
        assert!(left.contains(says), "{says} is not in {left}");
    }
    let gone = world.run(&["find", &key, "-o", "json"]).code(5);
    assert_eq!(gone.json()["complete"], true);
    assert_eq!(addresses(&gone), Vec::<String>::new());

    let sent = changes(&world);
    let again = apply(&world, "p.json", &digest).code(0).json();
    assert_eq!(again["summary"], json!({ "unchanged": 11, "absent": 8 }));
    assert_eq!(changes(&world), sent);
    let nowhere = world
        .run(&[&["revoke", &key, "-o", "json"][..], &REVOKE].concat())
        .code(5);
    assert_eq!(nowhere.error()["code"], "NowhereFound");

    // The run that did it is the first one.
    let runs = world
        .run(&["log", "--command", "apply", "-o", "json"])
        .code(0)
        .json();
    let run = runs["items"][0]["run"].as_str().expect("a name").to_owned();
    let script = restore(&world, &run);
    assert_eq!(
        script.lines().filter(|line| line.contains("kpctl")).count(),
        19,
        "{script}"
    );
    assert_eq!(places(&world.run(&find).code(0)), places(&before));
}

#[test]
fn a_run_without_a_plan_does_the_same_and_says_so_in_words() {
    let world = served(&[]);
    prepare(&world);
    let key = world.secret_file("key.pub", &rsa_line());
    let revoke = [&["revoke", &key, "--yes"][..], &REVOKE].concat();
    let rehearsed = world
        .run(&[&["revoke", &key, "--dry-run"][..], &REVOKE].concat())
        .code(0);
    assert_eq!(
        rehearsed.stdout.matches("planned").count(),
        19,
        "{rehearsed:#?}"
    );
    let done = world.run(&revoke).code(0);
    for says in [
        "record-gone",
        "left: hosts that trust the key",
        "left: KPS does not tell",
    ] {
        assert!(done.stderr.contains(says), "{says} is not in {done:#?}");
    }
    let run = last_run(&world, "revoke");
    restore(&world, &run);
    let found = world.run(&["find", &key, "-o", "names"]).code(0);
    assert_eq!(found.stdout.lines().count(), 8);
}

#[test]
fn a_region_that_cannot_be_read_is_named_and_all_else_is_done() {
    let world = served(&["--fault", "volcengine/cn-shanghai.*@*=denied"]);
    prepare(&world);
    let key = world.secret_file("key.pub", &rsa_line());
    let output = world
        .run(&[&["revoke", &key, "--yes", "-o", "json"][..], &REVOKE].concat())
        .code(10);
    let document = output.json();
    assert_eq!(
        document["summary"],
        json!({ "detached": 7, "changed": 2, "deleted": 7 })
    );
    let receipt = &document["receipt"];
    assert_eq!(receipt["level"], "none");
    assert_eq!(receipt["found_again"], json!([]));
    let unseen = receipt["unseen"].to_string();
    assert!(
        unseen.contains("volcengine:env/cn-shanghai/key-pair"),
        "{unseen}"
    );
    assert_eq!(
        world.state()["volcengine"]["regions"]["cn-shanghai"]["key_pairs"][0]["name"],
        "deploy"
    );
    // Nothing is found any more, and that is not proof.
    let again = world
        .run(&[&["revoke", &key, "--yes", "-o", "json"][..], &REVOKE].concat())
        .code(10);
    let error = again.error();
    assert_eq!(error["code"], "NotAllSearched");
    assert!(error["hint"].to_string().contains("cn-shanghai"), "{error}");
}

#[test]
fn a_plan_says_what_was_not_searched_and_is_applied_all_the_same() {
    // The first read of the region in each command of two fails.
    let world = served(&[
        "--fault",
        "volcengine/cn-shanghai.DescribeKeyPairs@1=denied",
    ]);
    prepare(&world);
    let key = world.secret_file("key.pub", &rsa_line());
    let command = [&["revoke", &key][..], &REVOKE].concat();
    let digest = plan_ending_with(&world, &command, "p.json", 10);
    let planned = read(&world, "p.json");
    let unseen = planned["revoked"]["unseen"].to_string();
    assert!(unseen.contains("cn-shanghai/key-pair"), "{unseen}");
    assert!(planned["notes"].to_string().contains("not searched"));
    // By now the region can be read, and the key is still there.
    let receipt = &apply(&world, "p.json", &digest).code(10).json()["receipt"];
    assert_eq!(receipt["unseen"], json!([]), "{receipt}");
    let still = texts(&receipt["found_again"]);
    assert_eq!(still, ["volcengine:env/cn-shanghai/key-pair/deploy"]);
    assert_eq!(receipt["level"], "none");
}

#[test]
fn an_item_that_fails_beside_a_region_that_cannot_be_read_is_partial() {
    let world = served(&[
        "--fault",
        "volcengine/cn-shanghai.*@*=denied",
        "--fault",
        "tencent/ap-tokyo.DeleteKeyPairs@*=denied",
    ]);
    prepare(&world);
    let key = world.secret_file("key.pub", &rsa_line());
    let output = world
        .run(&[&["revoke", &key, "--yes", "-o", "json"][..], &REVOKE].concat())
        .code(3);
    let receipt = &output.json()["receipt"];
    assert_eq!(receipt["level"], "none");
    assert_eq!(
        texts(&receipt["found_again"]),
        ["tencent:env/ap-tokyo/key-pair/skey-00000184"]
    );
    assert!(receipt["unseen"].to_string().contains("cn-shanghai"));
}
