//! `auth status`, `auth import`, `config explain` and `doctor` through the binary.

use kpctl::sandbox::credentials as fake;
use serde_json::Value;

use crate::fixture::{Output, World};

/// Cloud and one field of each item.
fn column(output: &Output, name: &str) -> Vec<(String, Value)> {
    let document = output.json();
    let items = document["items"].as_array().expect("items").iter();
    items
        .map(|item| {
            let cloud = item["cloud"].as_str().unwrap_or_default().to_owned();
            (cloud, item[name].clone())
        })
        .collect()
}

fn all(value: &str) -> Vec<(String, Value)> {
    ["volcengine", "tencent", "huawei"]
        .map(|cloud| (cloud.to_owned(), value.into()))
        .to_vec()
}

/// The finding of a check.
fn finding(output: &Output, cloud: &str, check: &str) -> (String, String) {
    let document = output.json();
    let items = document["items"].as_array().expect("items").iter();
    let mut fitting = items.filter(|item| item["cloud"] == cloud && item["check"] == check);
    let item = fitting
        .next()
        .unwrap_or_else(|| panic!("no {check} of {cloud} in {output:#?}"));
    let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
    (
        text("level"),
        format!("{} {}", text("finding"), text("fix")),
    )
}

#[test]
fn status_tells_whose_credentials_are_used_and_shows_no_secret() {
    let world = World::served(&[]);
    let output = world.run(&["auth", "status", "-o", "json"]).code(0);
    assert_eq!(column(&output, "status"), all("good"));
    assert_eq!(column(&output, "profile"), all("env"));
    let accounts = column(&output, "account");
    assert_eq!(accounts[0].1, "2100000000");
    assert_eq!(accounts[1].1, "100000000001");
    assert_eq!(column(&output, "key_id")[0].1, "AKLT****Real");
    assert_eq!(world.requests(), ["GetCallerIdentity"; 3]);
}

#[test]
fn status_tells_refused_from_broken_from_absent() {
    let world = World::served(&[])
        .with("VOLCENGINE_SECRET_KEY", "wrong-not-real")
        .with("TENCENTCLOUD_SECRET_KEY", "")
        .without("HUAWEICLOUD_SDK_AK")
        .without("HUAWEICLOUD_SDK_SK");
    let output = world.run(&["auth", "status", "-o", "json"]).code(4);
    let statuses: Vec<_> = column(&output, "status")
        .into_iter()
        .map(|(_, status)| status)
        .collect();
    assert_eq!(statuses, ["refused", "broken", "none"]);
    assert_eq!(
        world.requests(),
        ["GetCallerIdentity"],
        "nothing is sent with what is broken"
    );
    let alone = world
        .run(&["auth", "status", "huawei", "-o", "json"])
        .code(4);
    assert_eq!(column(&alone, "status")[0].1, "none");
}

#[test]
fn status_says_that_nobody_tells_or_that_it_is_another_account() {
    let world = World::served(&["--fault", "tencent.GetCallerIdentity@*=denied"]);
    let output = world
        .run(&["auth", "status", "tencent", "-o", "json"])
        .code(10);
    assert_eq!(column(&output, "status")[0].1, "account-unknown");
    let world = World::served(&[]).with("KPCTL_EXPECT_ACCOUNT_TENCENT", "1");
    let output = world
        .run(&["auth", "status", "tencent", "-o", "json"])
        .code(4);
    assert_eq!(column(&output, "status")[0].1, "wrong-account");
    let world = World::served(&[]).with("KPCTL_ENDPOINT_URL_TENCENT", "http://127.0.0.1:1");
    let output = world.run(&["auth", "status", "tencent", "--timeout", "2s", "-o", "json"]);
    assert_eq!(column(&output, "status")[0].1, "unreached");
    assert_eq!(output.code, 7);
}

#[test]
fn an_imported_profile_points_at_its_source_and_holds_no_secret() {
    let world = World::served(&[]);
    let import = [
        "auth",
        "import",
        "--from",
        "environment",
        "--cloud",
        "tencent",
        "--name",
        "ci",
        "--default",
    ];
    world.run(&import).code(0);
    let text = std::fs::read_to_string(world.path(".config/kpctl/config.toml")).expect("written");
    assert!(
        text.contains("source = \"environment\"") && text.contains("ap-guangzhou"),
        "{text}"
    );
    assert!(!text.contains(fake::TENCENT_SECRET_ID), "{text}");
    let output = world
        .run(&["auth", "status", "tencent", "-p", "ci", "-o", "json"])
        .code(0);
    assert_eq!(column(&output, "profile")[0].1, "ci");
    // Twice is a mistake, and nothing changes.
    world.run(&import).code(2);
    let after = std::fs::read_to_string(world.path(".config/kpctl/config.toml")).expect("there");
    assert_eq!(text, after);
    for (wrong, says) in [
        (
            &["auth", "import", "--from", "nowhere", "--name", "x"][..],
            "is no source",
        ),
        (
            &["auth", "import", "--from", "environment", "--name", "x"],
            "--cloud",
        ),
        (
            &["auth", "import", "--from", "ve", "--name", "x"],
            "no credentials",
        ),
        (
            &[
                "auth",
                "import",
                "--from",
                "ve",
                "--source-profile",
                "a",
                "--name",
                "x",
            ],
            "no profile 'a'",
        ),
        (
            &[
                "auth", "import", "--from", "tccli", "--cloud", "huawei", "--name", "x",
            ],
            "is of tencent",
        ),
        (
            &[
                "auth",
                "import",
                "--from",
                "environment",
                "--cloud",
                "huawei",
                "--name",
                "ve.x",
            ],
            "ve.x",
        ),
    ] {
        let output = world.run(wrong);
        assert!(matches!(output.code, 2 | 4), "{output:#?}");
        assert!(output.stderr.contains(says), "{output:#?}");
    }
}

#[test]
fn explain_names_the_source_of_every_value_and_sends_nothing() {
    let world = World::served(&[]);
    let output = world
        .run(&[
            "config",
            "explain",
            "huawei",
            "-r",
            "cn-east-3",
            "-o",
            "json",
        ])
        .code(0);
    let document = output.json();
    let of = |setting: &str| {
        let items = document["items"].as_array().expect("items").iter();
        let mut rows = items.filter(|item| item["setting"] == setting);
        rows.next()
            .cloned()
            .unwrap_or_else(|| panic!("no {setting} in {document:#}"))
    };
    assert_eq!(
        (&of("region")["value"], &of("region")["source"]),
        (&"cn-east-3".into(), &"-r".into())
    );
    assert_eq!(of("endpoint-kms")["source"], "KPCTL_ENDPOINT_URL");
    assert_eq!(of("profile")["value"], "env");
    assert_eq!(of("source")["value"], "used");
    assert_eq!(world.requests(), Vec::<String>::new());
    // What is broken is shown where it is.
    let broken = world
        .with("HUAWEICLOUD_SDK_SK", "")
        .run(&["config", "explain", "huawei"]);
    assert!(
        broken
            .stdout
            .contains("HUAWEICLOUD_SDK_SK is set but empty"),
        "{broken:#?}"
    );
    assert_eq!(broken.code, 4);
}

#[test]
fn the_doctor_finds_nothing_where_nothing_is_wrong() {
    let world = World::served(&[]);
    let output = world.run(&["doctor", "-o", "json"]).code(0);
    assert_eq!(output.json()["kind"], "Findings");
    assert!(
        column(&output, "level")
            .iter()
            .all(|(_, level)| level == "ok"),
        "{output:#?}"
    );
    let state = world.state();
    assert_eq!(world.run(&["doctor", "huawei"]).code(0).code, 0);
    assert_eq!(world.state(), state, "looking changes nothing");
}

#[test]
fn the_doctor_names_the_fix_of_each_problem() {
    let world = World::served(&["--fault", "huawei.ListKeys@*=denied"]);
    let output = world.run(&["doctor", "huawei", "-o", "json"]).code(4);
    let (level, text) = finding(&output, "huawei", "read-kms-key");
    assert_eq!(level, "problem");
    assert!(text.contains("docs/permissions.md"), "{text}");
    assert_eq!(finding(&output, "huawei", "read-key-pair").0, "ok");

    let dead = World::served(&[]).with("KPCTL_ENDPOINT_URL_VOLCENGINE", "http://127.0.0.1:1");
    let output = dead.run(&["doctor", "volcengine", "--timeout", "3s", "-o", "json"]);
    let (level, text) = finding(&output, "volcengine", "credentials");
    assert_eq!(level, "problem");
    assert!(
        text.contains("refuses connections") || text.contains("--timeout"),
        "{text}"
    );
    assert_eq!(output.code, 7);

    let broken = World::served(&[]).with("VOLCENGINE_SECRET_KEY", " x ");
    let output = broken.run(&["doctor", "volcengine", "-o", "json"]).code(4);
    assert!(
        finding(&output, "volcengine", "credentials")
            .1
            .contains("VOLCENGINE_SECRET_KEY")
    );

    let nobody = World::empty().run(&["doctor", "-o", "json"]).code(4);
    assert!(nobody.stdout.contains("no cloud has any"), "{nobody:#?}");
}

#[test]
fn the_doctor_compares_clocks() {
    // The greeting asks for no operation, and every answer carries the server's time.
    let world = World::served(&["--fault", "huawei.*@*=skew"]);
    let output = world.run(&["doctor", "huawei", "-o", "json"]);
    let (level, text) = finding(&output, "huawei", "clock");
    assert_eq!((level.as_str(), output.code), ("problem", 4));
    assert!(text.contains("s behind the cloud's"), "{text}");
}

/// An expectation that is not looked at would be met by every account.
#[test]
fn an_expectation_that_names_no_cloud_is_refused() {
    for name in [
        "KPCTL_EXPECT_ACCOUNT",
        "KPCTL_EXPECT_ACCOUNT_VOLC",
        "KPCTL_EXPECT_ACCOUNT_TENCENT_",
    ] {
        let world = World::served(&[]).with(name, "1");
        let output = world
            .run(&["volcengine", "key-pair", "delete", "old-laptop", "--yes"])
            .code(2);
        assert!(output.stderr.contains(name), "{output:#?}");
        assert_eq!(world.requests(), Vec::<String>::new());
    }
}
