//! What becomes of new keys when answers are lost, services refuse, and places cannot be written to.

use crate::fixture::World;

/// The only item of a change, by its status and the code of its error.
#[track_caller]
fn outcome(output: &crate::fixture::Output) -> (String, String) {
    let item = output.json()["items"][0].clone();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    (text(&item["status"]), text(&item["error"]["code"]))
}

const CREATES: [(&str, &str, &str, &str); 4] = [
    ("volcengine", "key-pair", "ImportKeyPair", "CreateKeyPair"),
    ("tencent", "key-pair", "ImportKeyPair", "CreateKeyPair"),
    (
        "tencent",
        "lighthouse-key-pair",
        "ImportKeyPair",
        "CreateKeyPair",
    ),
    ("huawei", "key-pair", "CreateKeypair", "CreateKeypair"),
];

fn create(world: &World, cloud: &str, resource: &str, way: &str) -> crate::fixture::Output {
    let words = [
        cloud,
        resource,
        "create",
        "new_1",
        "--private-key-file",
        "new.pem",
        way,
        "-o",
        "json",
    ];
    world.run(&words)
}

#[test]
fn a_lost_answer_is_found_by_looking_and_the_private_key_stays() {
    for (cloud, resource, import, _) in CREATES {
        let world = World::served(&["--fault", &format!("{cloud}.{import}@1=reset-after")]);
        let created = create(&world, cloud, resource, "--generate").code(0);
        assert_eq!(outcome(&created), ("created".to_owned(), String::new()));
        assert!(world.path("new.pem").exists() && world.path("new.pem.pub").exists());
    }
}

#[test]
fn a_private_key_that_was_lost_with_its_answer_is_said_to_be_lost() {
    for (cloud, resource, _, make) in CREATES {
        let world = World::served(&["--fault", &format!("{cloud}.{make}@1=reset-after")]);
        let created = create(&world, cloud, resource, "--cloud-generated").code(3);
        let expected = ("created".to_owned(), "PrivateKeyLost".to_owned());
        assert_eq!(outcome(&created), expected, "{created:#?}");
        let hint = created.json()["items"][0]["error"]["hint"].clone();
        let hint = hint.as_str().expect("a hint").to_owned();
        let (_, command) = hint.split_once(": kpctl ").expect("a command");
        // No file pretends to hold a key.
        assert!(!world.path("new.pem").exists());
        // The command that is offered is one that works.
        let words: Vec<&str> = command.split(' ').chain(["--yes", "-o", "json"]).collect();
        assert_eq!(
            outcome(&world.run(&words).code(0)).0,
            "deleted",
            "{command}"
        );
    }
}

#[test]
fn a_refused_pair_leaves_no_files_and_a_doubtful_one_does() {
    for (cloud, resource, import, _) in CREATES {
        let world = World::served(&["--fault", &format!("{cloud}.{import}@*=denied")]);
        let refused = create(&world, cloud, resource, "--generate").code(4);
        assert_eq!(outcome(&refused).0, "denied");
        assert!(!world.path("new.pem").exists() && !world.path("new.pem.pub").exists());

        // Nobody knows whether it arrived, so the only copy of the private key is kept.
        let world = World::served(&["--fault", &format!("{cloud}.{import}@*=reset-before")]);
        let lost = create(&world, cloud, resource, "--generate").code(7);
        assert_eq!(outcome(&lost).0, "failed");
        assert!(world.path("new.pem").exists());
    }
}

#[test]
fn a_place_that_cannot_be_written_to_costs_nothing() {
    let world = World::served(&[]);
    for way in ["--generate", "--cloud-generated"] {
        for place in ["no-such-folder/new.pem", ".", ""] {
            let words = [
                "volcengine",
                "key-pair",
                "create",
                "new-1",
                "--private-key-file",
                place,
                way,
            ];
            world.run(&words).code(2);
        }
    }
    std::os::unix::fs::symlink(world.path("target"), world.path("link")).expect("a link");
    let words = [
        "volcengine",
        "key-pair",
        "create",
        "new-1",
        "--private-key-file",
        "link",
        "--cloud-generated",
    ];
    world.run(&words).code(2);
    assert!(!world.path("target").exists());
    assert!(world.requests().is_empty());
}

#[test]
fn a_rehearsal_makes_no_file_and_no_pair() {
    let world = World::served(&[]);
    for way in ["--generate", "--cloud-generated"] {
        let words = [
            "tencent",
            "key-pair",
            "create",
            "new_1",
            "--private-key-file",
            "new.pem",
            way,
            "--dry-run",
            "-o",
            "json",
        ];
        let plan = world.run(&words).code(0).json();
        assert_eq!(
            (
                plan["kind"].as_str(),
                plan["calls"].as_array().map(Vec::len)
            ),
            (Some("Plan"), Some(1))
        );
    }
    assert!(!world.path("new.pem").exists());
    assert!(
        !world
            .requests()
            .iter()
            .any(|name| name.contains("ImportKeyPair") || name.contains("CreateKeyPair"))
    );
}

#[test]
fn names_and_keys_that_a_cloud_forbids_are_told_before_anything_is_sent() {
    let world = World::served(&[]);
    let key = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/keys/rsa-2048-pem.pub");
    for (cloud, resource, name, rule) in [
        ("tencent", "key-pair", "web-1", "25"),
        ("tencent", "key-pair", "a_name_with_26_characters_", "25"),
        ("tencent", "lighthouse-key-pair", "web 1", "25"),
        ("huawei", "key-pair", "web 1", "letters"),
        ("huawei", "key-pair", "..", "letters"),
        ("volcengine", "key-pair", "", "name"),
    ] {
        let words = [cloud, resource, "import", key, "--name", name, "-o", "json"];
        let error = world.run(&words).code(2).error();
        assert!(error.to_string().contains(rule), "{error}");
    }
    let long = format!(
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH0wPUlYiYO21+OoJKbe7zNzHcAt+3aVQyLFFIM6L3iP {}",
        "c".repeat(1_000)
    );
    let words = [
        "huawei",
        "codearts-key",
        "add",
        "-",
        "--title",
        "long",
        "-o",
        "json",
    ];
    let refused = world.run_with_input(&words, long.as_bytes()).code(2);
    assert!(
        refused.error()["message"]
            .as_str()
            .is_some_and(|text| text.contains("1000"))
    );
    assert!(world.requests().is_empty());
}

#[test]
fn who_gives_up_while_a_pair_is_made_is_left_no_empty_file() {
    let world = World::served(&[]);
    let words = [
        "volcengine",
        "key-pair",
        "create",
        "given-up",
        "--type",
        "rsa-4096",
    ];
    let place = ["--private-key-file", "given-up.pem"];
    let mut child = world
        .command(&[&words[..], &place].concat())
        .spawn()
        .expect("kpctl starts");
    std::thread::sleep(std::time::Duration::from_millis(30));
    child.kill().expect("a signal");
    child.wait().expect("an end");
    for name in ["given-up.pem", "given-up.pem.pub"] {
        let size = std::fs::metadata(world.path(name)).map(|file| file.len());
        assert!(!matches!(size, Ok(0)), "{name} is empty");
    }
}
