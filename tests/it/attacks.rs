//! What an adversary found, kept so that it stays mended.

use std::process::Stdio;

use crate::fixture::{CANARY, World};

const TEAM_APP: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";
const SERVER_1: &str = "a550ac820fd7768dd2468569ef985411";

fn served(faults: &[&str]) -> World {
    let arguments: Vec<&str> = faults.iter().flat_map(|rule| ["--fault", *rule]).collect();
    World::served(&arguments)
}

#[test]
fn an_empty_answer_to_a_list_is_not_an_empty_list() {
    let codearts = [
        "huawei",
        "codearts-key",
        "delete",
        "31001",
        "--yes",
        "-o",
        "json",
    ];
    let world = served(&["huawei.ListUserKeys@*=empty"]);
    world.run(&codearts).code(7);
    assert!(!world.requests().iter().any(|name| name == "DeleteSshKey"));

    let world = served(&[
        "huawei.DeleteSshKey@*=500",
        "huawei.ListUserKeys@2-99=empty",
    ]);
    let output = world.run(&codearts);
    assert_eq!(output.statuses(), ["31001 unverified"]);
    assert_eq!(output.code, 10);

    let world = served(&[
        "volcengine.DeleteKeyPairs@*=500",
        "volcengine.DescribeKeyPairs@*=empty",
    ]);
    let output = world.run(&[
        "volcengine",
        "key-pair",
        "delete",
        "ci-deploy",
        "--yes",
        "-o",
        "json",
    ]);
    assert_eq!(
        (output.statuses(), output.code),
        (vec!["ci-deploy unverified".to_owned()], 10)
    );
}

#[test]
fn a_lost_answer_is_looked_into_whatever_the_repeat_says() {
    for repeat in ["denied", "throttled", "redirect", "expired-token"] {
        let again = |operation: &str| format!("{operation}@2-99={repeat}");
        let world = served(&[
            "volcengine.DeleteKeyPairs@1=reset-after",
            &again("volcengine.DeleteKeyPairs"),
        ]);
        let output = world.run(&[
            "volcengine",
            "key-pair",
            "delete",
            "ci-deploy",
            "--yes",
            "-o",
            "json",
        ]);
        let status = output.statuses();
        // A refused key sees nothing more; else the look shows that it is gone.
        let honest = if repeat == "expired-token" {
            "ci-deploy unverified"
        } else {
            "ci-deploy absent"
        };
        assert_eq!(status, [honest], "{repeat}");

        let world = served(&[
            "huawei.DeleteSshKey@1=reset-after",
            &again("huawei.DeleteSshKey"),
        ]);
        let output = world.run(&[
            "huawei",
            "codearts-key",
            "delete",
            "31001",
            "--yes",
            "-o",
            "json",
        ]);
        let honest = if repeat == "expired-token" {
            "31001 unverified"
        } else {
            "31001 deleted"
        };
        assert_eq!(output.statuses(), [honest], "{repeat}");

        let world = served(&[
            "huawei.CancelKeyDeletion@1=reset-after",
            &again("huawei.CancelKeyDeletion"),
        ]);
        let output = world.run(&[
            "huawei",
            "kms-key",
            "cancel-deletion",
            TEAM_APP,
            "-o",
            "json",
        ]);
        let honest = if repeat == "expired-token" {
            "unverified"
        } else {
            "cancelled"
        };
        assert_eq!(
            output.statuses(),
            [format!("{TEAM_APP} {honest}")],
            "{repeat}"
        );
    }
}

#[test]
fn a_query_that_fails_does_not_hide_what_was_done() {
    let world = World::sandboxed();
    let query = ["--query", "length(complete)"];
    let output = world.run(
        &[
            &["volcengine", "key-pair", "delete", "ci-deploy", "--yes"],
            &query[..],
        ]
        .concat(),
    );
    assert_eq!(output.code, 0);
    assert_eq!(output.statuses(), ["ci-deploy deleted"]);
    assert!(
        output.stderr.contains("--query failed"),
        "{}",
        output.stderr
    );
}

#[test]
fn one_thing_is_one_item_by_id_and_by_address() {
    let world = World::served(&[]);
    let address = "volcengine:env/cn-beijing/key-pair/staging";
    let output = world.run(&[
        "volcengine",
        "key-pair",
        "delete",
        "staging",
        address,
        "--yes",
        "-o",
        "json",
    ]);
    assert_eq!(output.statuses(), ["staging in-use"]);
    let address = "huawei:env/cn-north-4/codearts-key/31001";
    let output = world.run(&[
        "huawei",
        "codearts-key",
        "delete",
        "31001",
        address,
        "--yes",
        "-o",
        "json",
    ]);
    assert_eq!(output.statuses(), ["31001 deleted"]);
    let address = "tencent:env/ap-guangzhou/instance/ins-8k2j5h7g";
    let detach = [
        "tencent",
        "key-pair",
        "detach",
        "--key",
        "skey-9p0o8i7u",
        "--force-stop",
        "--yes",
        "-o",
        "json",
    ];
    let output = world.run(&[&detach[..], &["--instance", "ins-8k2j5h7g", address]].concat());
    assert_eq!(output.statuses(), ["skey-9p0o8i7u@ins-8k2j5h7g detached"]);
    let cuts = world
        .requests()
        .iter()
        .filter(|name| *name == "DisassociateInstancesKeyPairs")
        .count();
    assert_eq!(cuts, 1, "the power is cut once");
}

#[test]
fn the_region_of_an_address_holds_with_a_name_behind_it() {
    let world = World::sandboxed();
    let change = |server: &str| {
        world.run(&[
            "huawei",
            "cph-server",
            "change-key-pair",
            server,
            "--dry-run",
            "-o",
            "json",
        ])
    };
    // The sandbox has no project there, which shows where the request was going.
    let output = change(&format!(
        "huawei:sandbox/cn-east-3/cph-server/{SERVER_1}=KeyPair-ops_2"
    ));
    assert_eq!(output.code, 2, "{output:#?}");
    assert!(output.stderr.contains("cn-east-3"), "{}", output.stderr);
    let output = change(&format!(
        "huawei:other/cn-north-4/cph-server/{SERVER_1}=KeyPair-ops_2"
    ))
    .code(2);
    assert!(
        output.stderr.contains("profile 'other'"),
        "{}",
        output.stderr
    );
}

#[test]
fn what_looks_like_an_address_is_never_taken_for_a_name() {
    let world = World::served(&[]);
    for text in [
        "Volcengine:env/cn-beijing/key-pair/x",
        "aws:env/cn-beijing/key-pair/x",
        " volcengine:env/cn-beijing/key-pair/x",
        "volcengine:x",
        "volcengine:env/cn-beijing/key-pair/%zz",
        " old-laptop",
        &"n".repeat(10_000),
    ] {
        world
            .run(&["volcengine", "key-pair", "delete", text, "--yes"])
            .code(2);
    }
    assert_eq!(world.requests(), Vec::<String>::new());
    let with_mark = "\u{feff}old-laptop\n".as_bytes();
    let output = world.run_with_input(
        &[
            "volcengine",
            "key-pair",
            "delete",
            "-",
            "--yes",
            "-o",
            "json",
        ],
        with_mark,
    );
    assert_eq!(output.statuses(), ["old-laptop deleted"]);
    // Inside the list nobody sees it, and what it names would count as gone.
    for id in ["\u{feff}ci-deploy", "ci\u{200b}-deploy"] {
        let delete = ["volcengine", "key-pair", "delete"];
        world.run(&[&delete[..], &[id, "--yes"]].concat()).code(2);
        let lines = format!("old-laptop\n{id}\n");
        let refused =
            world.run_with_input(&[&delete[..], &["-", "--yes"]].concat(), lines.as_bytes());
        assert!(refused.code(2).stderr.contains("U+"));
    }
}

#[test]
fn guards_and_messages_do_not_fail_open() {
    let delete = [
        "volcengine",
        "key-pair",
        "delete",
        "ci-deploy",
        "--yes",
        "-o",
        "json",
    ];
    for empty in ["", " "] {
        let world = World::served(&[]).with("KPCTL_EXPECT_ACCOUNT_VOLCENGINE", empty);
        world.run(&delete).code(4);
        assert_eq!(world.requests(), Vec::<String>::new());
    }
    let world = World::served(&[]);
    let url = format!("https://user:{CANARY}@example.com");
    world
        .run(&[&delete[..], &["--endpoint-url", &url]].concat())
        .code(2);
    for (name, proxy) in [
        ("HTTPS_PROXY", "socks5://user:SECRET@proxy:1080"),
        ("https_proxy", "http://user:SECRET@proxy:99999"),
        ("HTTP_PROXY", "user:SECRET@proxy:port"),
        ("http_proxy", "http://user:SECRET@"),
        ("ALL_PROXY", "ftp://user:SECRET@proxy"),
    ] {
        let proxy = proxy.replace("SECRET", CANARY);
        let broken = World::served(&[]).with(name, &proxy);
        let refused = broken.run(&delete).code(2);
        assert!(refused.stderr.contains(name), "{refused:#?}");
        assert_eq!(broken.requests(), Vec::<String>::new());
    }
    for useless in [
        &["--endpoint-url", "http://127.0.0.1:1"][..],
        &["--sandbox"],
        &["--no-input"],
        &["-v"],
    ] {
        world.run(&[&["sandbox", "env"], useless].concat()).code(2);
    }
    for url in ["https://127.1", "https://0x7f.1"] {
        let refused = world.run(&[&delete[..], &["--endpoint-url", url]].concat());
        assert!(
            refused.code(2).error()["message"]
                .as_str()
                .is_some_and(|text| text.contains(url))
        );
    }
    // `*` stands for all regions, and a change is made in one.
    world.run(&[&delete[..], &["-r", "*"]].concat()).code(2);
    assert_eq!(world.requests(), Vec::<String>::new());
}

#[test]
fn a_dry_run_names_the_dangers() {
    let world = World::sandboxed();
    let detach = [
        "tencent",
        "key-pair",
        "detach",
        "--key",
        "skey-9p0o8i7u",
        "--instance",
        "ins-8k2j5h7g",
    ];
    let output = world
        .run(&[&detach[..], &["--force-stop", "--dry-run", "-o", "json"]].concat())
        .code(0);
    let warnings = output.json()["warnings"].to_string();
    assert!(
        warnings.contains("ins-8k2j5h7g") && warnings.contains("--force-stop"),
        "{warnings}"
    );
}

#[test]
fn a_second_interrupt_ends_the_waiting_and_still_shows_the_result() {
    let world = served(&["volcengine.DeleteKeyPairs@*=slow:30000"]);
    let process = world
        .command(&[
            "volcengine",
            "key-pair",
            "delete",
            "ci-deploy",
            "--yes",
            "-o",
            "json",
            "-v",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("kpctl starts");
    // The sandbox makes the change at once and holds back the answer.
    let is_there = || {
        let pairs = &world.state()["volcengine"]["regions"]["cn-beijing"]["key_pairs"];
        pairs
            .as_array()
            .expect("pairs")
            .iter()
            .any(|pair| pair["name"] == "ci-deploy")
    };
    while is_there() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    for _ in 0..2 {
        let killed = std::process::Command::new("kill")
            .args(["-INT", &process.id().to_string()])
            .status();
        assert!(killed.expect("kill runs").success());
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    let done = process.wait_with_output().expect("kpctl ends");
    assert_eq!(done.status.code(), Some(130));
    let document: serde_json::Value = serde_json::from_slice(&done.stdout).expect("a document");
    assert_eq!(document["items"][0]["status"], "running");
}
