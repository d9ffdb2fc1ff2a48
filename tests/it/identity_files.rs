//! The files of the vendors' own tools, with the sandbox's keys in them.

use kpctl::sandbox::credentials as fake;

use crate::fixture::{CANARY, World};
use crate::identity::{Cloud, HUAWEI, TENCENT, VOLCENGINE, count, keyless, list, run};
use crate::identity_copies::{
    Copy, PROJECT, all, huawei_sdk, koocli, legacy, put, tccli, tencent_sdk, ve, ve_login,
};

/// Environment keys and regions that a named profile must not look at.
fn with_garbage(mut world: World) -> World {
    for name in [
        "VOLCENGINE_ACCESS_KEY",
        "VOLCENGINE_SECRET_KEY",
        "TENCENTCLOUD_SECRET_ID",
        "TENCENTCLOUD_SECRET_KEY",
        "HUAWEICLOUD_SDK_AK",
        "HUAWEICLOUD_SDK_SK",
        "HUAWEICLOUD_SDK_PROJECT_ID",
    ] {
        world = world.with(name, CANARY);
    }
    for name in ["VOLCENGINE_REGION", "TENCENTCLOUD_REGION", "HW_REGION_NAME"] {
        world = world.with(name, "no-such-place-9");
    }
    world
}

/// Lists with a profile; the address names the other one, and the requests begin like this.
#[track_caller]
fn works(world: &World, cloud: &Cloud, profile: &str, address: &str, first: &str) {
    let before = world.requests().len();
    // Where the file has a region nobody needs to say one.
    let with_region = [
        "ve",
        "ve.prod",
        "tccli",
        "tccli.ops",
        "koocli",
        "koocli.company",
    ];
    let region = ["-r", cloud.region];
    let region = if with_region.contains(&profile) {
        &[][..]
    } else {
        &region[..]
    };
    let output = run(
        world,
        cloud,
        &[&cloud.list, &["-p", profile][..], region].concat(),
    );
    assert_eq!(output.code, 0, "{profile}: {output:#?}");
    let wanted = format!("{}:{address}/", cloud.name);
    let items = output.json()["items"].to_string();
    assert!(items.contains(&wanted), "{profile}: no {wanted}");
    assert_eq!(world.requests()[before], first, "{profile}");
}

#[test]
fn profiles_of_ve() {
    let world = keyless(&[]);
    put(&world, &ve(&world));
    put(&world, &ve_login(&[]));
    let world = with_garbage(world);
    for (profile, address, first) in [
        ("ve", "ve.prod", "DescribeKeyPairs"),
        ("ve.prod", "ve.prod", "DescribeKeyPairs"),
        ("ve.temporary", "ve.temporary", "DescribeKeyPairs"),
        ("ve.role", "ve.role", "AssumeRole"),
        ("ve.pod", "ve.pod", "AssumeRoleWithOIDC"),
        ("ve.onbox", "ve.onbox", "MetadataToken"),
        ("ve.company", "ve.company", "DescribeKeyPairs"),
        ("ve.console", "ve.console", "DescribeKeyPairs"),
    ] {
        works(&world, &VOLCENGINE, profile, address, first);
    }
    // What a list under the short word prints can be pasted beside it, and another's cannot.
    let show = |address: &str| world.run(&["volcengine", "key-pair", "show", address, "-p", "ve"]);
    show("volcengine:ve.prod/cn-beijing/key-pair/old-laptop").code(0);
    show("volcengine:ve.temporary/cn-beijing/key-pair/old-laptop").code(2);
    let error = list(&world, &VOLCENGINE, &["-p", "ve.nobody"])
        .code(4)
        .error();
    assert!(
        error["hint"]
            .as_str()
            .is_some_and(|hint| hint.contains("'temporary'")),
        "{error}"
    );
}

#[test]
fn logins_of_ve_that_are_over_name_the_command() {
    let world = keyless(&[]);
    let mut copy = ve(&world);
    copy.instead.extend(all(&[("1900000000", "1500000000")]));
    put(&world, &copy);
    put(&world, &ve_login(&[("2030-03-17", "2020-03-17")]));
    for (profile, command) in [("ve.company", "ve sso login"), ("ve.console", "ve login")] {
        let error = list(&world, &VOLCENGINE, &["-p", profile]).code(4).error();
        assert_eq!(error["code"], "ExpiredCredentials", "{error}");
        assert_eq!(error["hint"], format!("Run '{command}' again."));
    }
    let path = ve_login(&[]).place;
    std::fs::remove_file(world.path(path)).expect("was there");
    let error = list(&world, &VOLCENGINE, &["-p", "ve.console"])
        .code(4)
        .error();
    assert_eq!(error["hint"], "Run 've login' again.");
    assert_eq!(world.requests(), Vec::<String>::new());
}

#[test]
fn profiles_of_tccli() {
    let world = keyless(&[]);
    for name in ["default", "ops", "onbox", "browser", "company"] {
        for copy in &tccli(name) {
            put(&world, copy);
        }
    }
    let world = with_garbage(world);
    for (profile, address, first) in [
        ("tccli", "tccli.default", "DescribeKeyPairs"),
        ("tccli.onbox", "tccli.onbox", "MetadataRoleName"),
        ("tccli.browser", "tccli.browser", "DescribeKeyPairs"),
        ("tccli.company", "tccli.company", "DescribeKeyPairs"),
    ] {
        works(&world, &TENCENT, profile, address, first);
    }
    let output = run(&world, &TENCENT, &["key-pair", "list", "-p", "tccli.ops"]).code(0);
    assert!(
        output.json()["items"]
            .to_string()
            .contains("tencent:tccli.ops/ap-shanghai/")
    );
    assert_eq!(count(&world, "AssumeRole"), 1);
    for (name, command) in [
        ("browser", "tccli auth login"),
        ("company", "tccli sso login"),
    ] {
        let mut copy = tccli(name).remove(0);
        copy.instead.extend(all(&[("1900000000", "1500000000")]));
        put(&world, &copy);
        let profile = format!("tccli.{name}");
        let error = list(&world, &TENCENT, &["-p", &profile]).code(4).error();
        assert_eq!(error["hint"], format!("Run '{command}' again."), "{error}");
    }
}

#[test]
fn files_of_the_sdks() {
    let world = keyless(&[]);
    put(&world, &legacy());
    put(&world, &tencent_sdk());
    put(&world, &huawei_sdk(&world));
    let world = with_garbage(world);
    for (cloud, word) in [
        (&VOLCENGINE, "volcengine-legacy"),
        (&TENCENT, "tencent-sdk"),
        (&HUAWEI, "huawei-sdk"),
    ] {
        works(&world, cloud, word, word, cloud.operation);
    }
    let token = world.secret_file("id-token", fake::HUAWEI_OIDC_TOKEN);
    let federated = Copy {
        file: "huaweicloud/federated",
        place: ".huaweicloud/credentials",
        instead: all(&[
            ("example-idp", fake::HUAWEI_IDP_ID),
            ("/var/run/secrets/id-token", &token),
            PROJECT,
        ]),
    };
    put(&world, &federated);
    works(
        &world,
        &HUAWEI,
        "huawei-sdk",
        "huawei-sdk",
        "CreateTokenWithIdToken",
    );
}

#[test]
fn profiles_of_koocli() {
    let world = keyless(&[]);
    put(&world, &koocli());
    let world = with_garbage(world);
    for (profile, address, first) in [
        ("koocli", "koocli.default", "ListKeys"),
        ("koocli.onbox", "koocli.onbox", "MetadataToken"),
        ("koocli.company", "koocli.company", "KeystoneListProjects"),
        (
            "koocli.other-account",
            "koocli.other-account",
            "CreateTemporaryAccessKeyByAgency",
        ),
    ] {
        works(&world, &HUAWEI, profile, address, first);
    }
    list(&world, &HUAWEI, &["-p", "koocli.empty"]).code(4);

    let encrypted = Copy {
        file: "hcloud/encrypted.json",
        place: ".hcloud/config.json",
        instead: Vec::new(),
    };
    put(&world, &encrypted);
    let before = world.requests().len();
    let error = list(&world, &HUAWEI, &["-p", "koocli"]).code(4).error();
    assert!(
        error["hint"]
            .as_str()
            .is_some_and(|hint| hint.contains("--cli-auth-encrypt=false")),
        "{error}"
    );
    assert_eq!(world.requests().len(), before);
    works(
        &world,
        &HUAWEI,
        "koocli.onbox",
        "koocli.onbox",
        "MetadataToken",
    );
}

/// The first file of each cloud, and what the address says of it.
fn first_files(world: &World) -> [(Cloud, Vec<Copy>, &'static str); 3] {
    [
        (VOLCENGINE, vec![ve(world)], "ve.prod"),
        (TENCENT, tccli("default"), "tccli.default"),
        (HUAWEI, vec![koocli()], "koocli.default"),
    ]
}

#[test]
fn without_a_profile_they_are_used_when_nothing_comes_before() {
    let world = keyless(&[]);
    for (cloud, copies, address) in first_files(&world) {
        for copy in &copies {
            put(&world, copy);
        }
        let output = run(&world, &cloud, &cloud.list).code(0);
        let items = output.json()["items"].to_string();
        assert!(
            items.contains(&format!("{}:{address}/", cloud.name)),
            "{items}"
        );
    }
    // The region of the environment does for a file that has none.
    let world = keyless(&[]).with("VOLCENGINE_REGION", "cn-shanghai");
    put(&world, &legacy());
    let output = run(&world, &VOLCENGINE, &VOLCENGINE.list).code(0);
    let items = output.json()["items"].to_string();
    assert!(
        items.contains("volcengine:volcengine-legacy/cn-shanghai/"),
        "{items}"
    );
}

#[test]
fn with_keys_in_the_environment_they_are_not_opened() {
    let world = World::served(&[]);
    for (cloud, copies, _) in first_files(&world) {
        world.secret_file(copies[0].place, "{ broken");
        list(&world, &cloud, &[]).code(0);
        // The same file, when it is asked for.
        let tool = match cloud.name {
            "volcengine" => "ve",
            "tencent" => "tccli",
            _ => "koocli",
        };
        let error = list(&world, &cloud, &["-p", tool]).code(4).error();
        assert_eq!(error["code"], "BrokenCredentials", "{error}");
        assert!(
            error["message"]
                .as_str()
                .is_some_and(|text| text.contains(copies[0].place)),
            "{error}"
        );
    }
    let world = keyless(&[]);
    for (cloud, copies, _) in first_files(&world) {
        world.secret_file(copies[0].place, "{ broken");
        // The next file would be another account.
        put(&world, &legacy());
        put(&world, &tencent_sdk());
        put(&world, &huawei_sdk(&world));
        list(&world, &cloud, &[]).code(4);
    }
    assert_eq!(world.requests(), Vec::<String>::new());
}

#[test]
fn one_that_is_not_there_is_said_with_its_place() {
    let world = with_garbage(keyless(&[]));
    for (cloud, word, place) in [
        (&VOLCENGINE, "ve", ".volcengine/config.json"),
        (&VOLCENGINE, "volcengine-legacy", ".volc/credentials"),
        (&TENCENT, "tccli", ".tccli/default.credential"),
        (&TENCENT, "tencent-sdk", ".tencentcloud/credentials"),
        (&HUAWEI, "koocli", ".hcloud/config.json"),
        (&HUAWEI, "huawei-sdk", ".huaweicloud/credentials"),
    ] {
        let error = list(&world, cloud, &["-p", word]).code(4).error();
        assert_eq!(error["code"], "NoCredentials", "{error}");
        assert!(
            error["hint"]
                .as_str()
                .is_some_and(|hint| hint.contains(place)),
            "{error}"
        );
    }
    assert_eq!(world.requests(), Vec::<String>::new());
}
