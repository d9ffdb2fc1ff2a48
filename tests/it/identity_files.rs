//! The files of the vendors' own tools, with the sandbox's keys in them.

use kpctl::sandbox::credentials as fake;

use crate::fixture::{CANARY, World};
use crate::identity::{Cloud, HUAWEI, TENCENT, VOLCENGINE, count, keyless, list, run};

/// A file of `tests/vendor-files`, where it belongs in the home folder, and what stands in it instead.
struct Copy {
    file: &'static str,
    place: &'static str,
    instead: Vec<(&'static str, String)>,
}

fn put(world: &World, copy: &Copy) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vendor-files");
    let mut text = std::fs::read_to_string(format!("{folder}/{}", copy.file)).expect("a fixture");
    for (old, new) in &copy.instead {
        assert!(text.contains(old), "{} has no {old}", copy.file);
        text = text.replace(old, new);
    }
    world.secret_file(copy.place, &text);
}

fn all(pairs: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    pairs
        .iter()
        .map(|(old, new)| (*old, (*new).to_owned()))
        .collect()
}

fn ve(world: &World) -> Copy {
    let token = world.secret_file("oidc-token", fake::VOLCENGINE_OIDC_TOKEN);
    let mut instead = all(&[
        ("AKLTnot-real-prod", fake::VOLCENGINE_ACCESS_KEY),
        ("not-real-prod-secret-key", fake::VOLCENGINE_SECRET_KEY),
        (
            "AKTPnot-real-temporary",
            fake::VOLCENGINE_TEMPORARY_ACCESS_KEY,
        ),
        (
            "not-real-temporary-secret-key",
            fake::VOLCENGINE_TEMPORARY_SECRET_KEY,
        ),
        ("not-real-session-token", fake::VOLCENGINE_TEMPORARY_TOKEN),
        ("AKLTnot-real-role", fake::VOLCENGINE_ACCESS_KEY),
        ("not-real-role-secret-key", fake::VOLCENGINE_SECRET_KEY),
        ("\"2100000001\"", "\"2100000000\""),
        ("\"role-name\": \"ops\"", "\"role-name\": \"sandbox-role\""),
        ("\"role-name\": \"box\"", "\"role-name\": \"sandbox-role\""),
        ("trn:iam::2100000001:role/pod", fake::VOLCENGINE_ROLE_TRN),
        ("AKTPnot-real-sso", fake::VOLCENGINE_TEMPORARY_ACCESS_KEY),
        (
            "not-real-sso-secret-key",
            fake::VOLCENGINE_TEMPORARY_SECRET_KEY,
        ),
        ("not-real-sso-token", fake::VOLCENGINE_TEMPORARY_TOKEN),
    ]);
    instead.push(("/var/run/secrets/oidc/token", token));
    Copy {
        file: "ve/config.json",
        place: ".volcengine/config.json",
        instead,
    }
}

fn ve_login(instead: &[(&'static str, &str)]) -> Copy {
    let keys = [
        (
            "AKTPnot-real-console",
            fake::VOLCENGINE_TEMPORARY_ACCESS_KEY,
        ),
        (
            "not-real-console-secret-key",
            fake::VOLCENGINE_TEMPORARY_SECRET_KEY,
        ),
        ("not-real-console-token", fake::VOLCENGINE_TEMPORARY_TOKEN),
    ];
    Copy {
        file: "ve/login/cache/cc0c71357b7d4797cc93c43c2f71f4bb52c55a41.json",
        place: ".volcengine/login/cache/cc0c71357b7d4797cc93c43c2f71f4bb52c55a41.json",
        instead: all(&[&keys[..], instead].concat()),
    }
}

fn legacy() -> Copy {
    Copy {
        file: "volc/credentials",
        place: ".volc/credentials",
        instead: all(&[
            ("AKLTnot-real-legacy-ini", fake::VOLCENGINE_ACCESS_KEY),
            (
                "not-real-legacy-ini-secret-key",
                fake::VOLCENGINE_SECRET_KEY,
            ),
        ]),
    }
}

fn tccli(name: &str) -> Vec<Copy> {
    let temporary = |id, secret, token| {
        all(&[
            (id, fake::TENCENT_TEMPORARY_SECRET_ID),
            (secret, fake::TENCENT_TEMPORARY_SECRET_KEY),
            (token, fake::TENCENT_TEMPORARY_TOKEN),
        ])
    };
    let copy = |file, place, instead| Copy {
        file,
        place,
        instead,
    };
    match name {
        "default" => vec![
            copy(
                "tccli/default.credential",
                ".tccli/default.credential",
                all(&[
                    (
                        "AKIDnot-real00000000000000000000000001",
                        fake::TENCENT_SECRET_ID,
                    ),
                    ("not-real-tccli-secret-key", fake::TENCENT_SECRET_KEY),
                ]),
            ),
            copy(
                "tccli/default.configure",
                ".tccli/default.configure",
                Vec::new(),
            ),
        ],
        "ops" => {
            let mut keys = temporary(
                "AKIDnot-real00000000000000000000000002",
                "not-real-tccli-secret-key-2",
                "not-real-tccli-token",
            );
            keys.push((
                "qcs::cam::uin/100000000001:roleName/ops",
                fake::TENCENT_ROLE_ARN.to_owned(),
            ));
            vec![
                copy("tccli/ops.credential", ".tccli/ops.credential", keys),
                copy("tccli/ops.configure", ".tccli/ops.configure", Vec::new()),
            ]
        }
        "onbox" => vec![copy(
            "tccli/onbox.credential",
            ".tccli/onbox.credential",
            Vec::new(),
        )],
        "browser" => vec![copy(
            "tccli/browser.credential",
            ".tccli/browser.credential",
            temporary(
                "AKIDnot-real00000000000000000000000003",
                "not-real-oauth-secret-key",
                "not-real-oauth-token",
            ),
        )],
        _ => vec![copy(
            "tccli/company.credential",
            ".tccli/company.credential",
            temporary(
                "AKIDnot-real00000000000000000000000004",
                "not-real-sso-secret-key",
                "not-real-sso-token",
            ),
        )],
    }
}

fn tencent_sdk() -> Copy {
    Copy {
        file: "tencentcloud/credentials",
        place: ".tencentcloud/credentials",
        instead: all(&[
            (
                "AKIDnot-real-sdk0000000000000000000001",
                fake::TENCENT_SECRET_ID,
            ),
            ("not-real-sdk-secret-key", fake::TENCENT_SECRET_KEY),
        ]),
    }
}

const PROJECT: (&str, &str) = ("0123456789abcdef0123456789abcdef", fake::HUAWEI_PROJECT_ID);

fn huawei_sdk(world: &World) -> Copy {
    let iam = format!("http://127.0.0.1:{}", world.port());
    Copy {
        file: "huaweicloud/credentials",
        place: ".huaweicloud/credentials",
        instead: all(&[
            ("NOTREALHUAWEISDKAK01", fake::HUAWEI_TEMPORARY_ACCESS_KEY),
            (
                "not-real-huawei-sdk-secret-key",
                fake::HUAWEI_TEMPORARY_SECRET_KEY,
            ),
            ("not-real-huawei-sdk-token", fake::HUAWEI_TEMPORARY_TOKEN),
            ("https://iam.cn-north-4.myhuaweicloud.com", &iam),
            PROJECT,
        ]),
    }
}

fn koocli() -> Copy {
    Copy {
        file: "hcloud/config.json",
        place: ".hcloud/config.json",
        instead: all(&[
            ("NOTREALKOOCLIAK00001", fake::HUAWEI_ACCESS_KEY),
            ("not-real-koocli-secret-key", fake::HUAWEI_SECRET_KEY),
            ("NOTREALKOOCLIAK00002", fake::HUAWEI_TEMPORARY_ACCESS_KEY),
            (
                "not-real-koocli-sso-secret-key",
                fake::HUAWEI_TEMPORARY_SECRET_KEY,
            ),
            ("not-real-koocli-sso-token", fake::HUAWEI_TEMPORARY_TOKEN),
            ("NOTREALKOOCLIAK00003", fake::HUAWEI_ACCESS_KEY),
            ("not-real-koocli-agency-secret-key", fake::HUAWEI_SECRET_KEY),
            ("ExampleAccount", fake::HUAWEI_DOMAIN_NAME),
            ("ops-agency", fake::HUAWEI_AGENCY_NAME),
            PROJECT,
        ]),
    }
}

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
        tccli(name).iter().for_each(|copy| put(&world, copy));
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
        copies.iter().for_each(|copy| put(&world, copy));
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
        let word = match cloud.name {
            "volcengine" => "ve",
            "tencent" => "tccli",
            _ => "koocli",
        };
        let error = list(&world, &cloud, &["-p", word]).code(4).error();
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
