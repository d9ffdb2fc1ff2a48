//! Which places scopes mean: profiles, groups, regions, patterns of all of them, and what none of them means.

use serde_json::{Value, json};

use crate::fixture::World;
use crate::fleet_served::{addresses, counts, own_profile, served, sorted, texts, unseen};
use crate::fleet_world::{keys, rsa_line};
use crate::identity::write_config;

/// Two accounts: the fleet, and another sandbox with a few keys. Profiles of the config file lead to them, and
/// nothing in the environment does.
fn two_accounts(more: &str) -> (World, World) {
    let own = served(&[]);
    let other = World::served(&[]);
    let at = |world: &World| format!("endpoint = \"http://127.0.0.1:{}\"", world.port());
    let two = "regions = [\"ap-guangzhou\", \"ap-tokyo\"]";
    let config = [
        own_profile("prod-tc", "tencent", &at(&own)),
        own_profile("prod-narrow", "tencent", &format!("{}\n{two}", at(&own))),
        own_profile("dev-tc", "tencent", &at(&other)),
        own_profile("prod-volc", "volcengine", &at(&own)),
        own_profile("prod-hw", "huawei", &at(&own)),
        "[groups]\nprod = [\"prod-tc\", \"prod-volc\", \"prod-hw\"]\nboth = [\"prod-tc\", \"dev-tc\"]\n".to_owned(),
        more.to_owned(),
    ];
    let world = [
        "KPCTL_ENDPOINT_URL",
        "VOLCENGINE_ACCESS_KEY",
        "VOLCENGINE_SECRET_KEY",
        "VOLCENGINE_REGION",
        "TENCENTCLOUD_SECRET_ID",
        "TENCENTCLOUD_SECRET_KEY",
        "TENCENTCLOUD_REGION",
        "HUAWEICLOUD_SDK_AK",
        "HUAWEICLOUD_SDK_SK",
        "HW_REGION_NAME",
    ]
    .into_iter()
    .fold(own, World::without);
    write_config(&world, &config.concat());
    (world, other)
}

fn ls(world: &World, scopes: &[&str]) -> crate::fixture::Output {
    let mut arguments = vec!["ls", "-o", "json"];
    for scope in scopes {
        arguments.extend(["--on", scope]);
    }
    world.run(&arguments)
}

/// The addresses of the plan's keys that fit, for a profile.
fn of(profile: &str, fits: impl Fn(&crate::fleet_world::Key) -> bool) -> Vec<String> {
    let keys = keys();
    let fitting = keys.iter().filter(|key| fits(key));
    sorted(fitting.map(|key| key.address(profile)))
}

#[test]
fn groups_and_patterns_reach_several_accounts() {
    let (world, other) = two_accounts("");
    let tencent = of("prod-tc", |key| key.cloud == "tencent");
    let output = ls(&world, &["prod"]).code(0);
    let all = [
        tencent.clone(),
        of("prod-volc", |key| key.cloud == "volcengine"),
        of("prod-hw", |key| key.cloud == "huawei"),
    ];
    assert_eq!(addresses(&output), sorted(all.concat()));
    assert_eq!(
        counts(&other).len(),
        0,
        "the other account has nothing to do with it"
    );

    let output = ls(&world, &["both"]).code(0);
    let told = addresses(&output);
    let own = |profile: &str| {
        let start = format!("tencent:{profile}/");
        let own = told.iter().filter(|one| one.starts_with(&start));
        own.cloned().collect::<Vec<_>>()
    };
    assert_eq!(own("prod-tc"), tencent);
    assert!(!own("dev-tc").is_empty());
    assert_eq!(own("prod-tc").len() + own("dev-tc").len(), told.len());
    // Both endpoints are the user's own, and both are told.
    let endpoint = output.json()["endpoint"].clone();
    let endpoint = endpoint.as_str().expect("told");
    for world in [&world, &other] {
        assert!(endpoint.contains(&world.port().to_string()), "{endpoint}");
    }

    let told = addresses(&ls(&world, &["*:*"]).code(0));
    for profile in ["prod-tc", "prod-narrow", "dev-tc", "prod-volc", "prod-hw"] {
        assert!(
            told.iter().any(|one| one.contains(&format!(":{profile}/"))),
            "{profile}"
        );
    }
    let told = addresses(&ls(&world, &["tencent:prod-*/ap-*"]).code(0));
    let fits =
        |key: &crate::fleet_world::Key| key.cloud == "tencent" && key.region.starts_with("ap-");
    let narrow = of("prod-narrow", |key| {
        fits(key) && key.region != "ap-shanghai"
    });
    assert_eq!(told, sorted([of("prod-tc", fits), narrow].concat()));
    let told = addresses(&ls(&world, &["h*:*/cn-north-?/codearts-key"]).code(0));
    assert_eq!(told, of("prod-hw", |key| key.resource == "codearts-key"));
    // find, too: the same key of two profiles of one account is told twice, since both were asked for.
    let find = [
        "find",
        &rsa_line(),
        "--on",
        "tencent:prod-*/ap-tokyo",
        "-o",
        "json",
    ];
    assert_eq!(addresses(&world.run(&find).code(0)).len(), 2);
}

#[test]
fn regions_of_a_profile_are_all_that_it_has() {
    let (world, _other) = two_accounts("");
    let output = ls(&world, &["prod-narrow"]).code(0);
    let here = |key: &crate::fleet_world::Key| {
        key.cloud == "tencent" && ["ap-guangzhou", "ap-tokyo"].contains(&key.region)
    };
    assert_eq!(addresses(&output), of("prod-narrow", here));
    let counts = counts(&world);
    assert!(!counts.contains_key("DescribeRegions"), "{counts:?}");
    // Named exactly, another one is read all the same; a pattern means those of the profile.
    let output = ls(&world, &["tencent:prod-narrow/ap-shanghai/key-pair"]).code(0);
    let shanghai = of("prod-narrow", |key| key.region == "ap-shanghai");
    assert_eq!(addresses(&output), shanghai);
    ls(&world, &["tencent:prod-narrow/na-*"]).code(2);
}

#[test]
fn a_place_that_is_named_twice_is_read_once() {
    let (world, _other) = two_accounts("");
    let lists = |world: &World| counts(world).get("DescribeKeyPairs").copied().unwrap_or(0);
    let once = ls(&world, &["volcengine:prod-volc/cn-guangzhou"]).code(0);
    let single = lists(&world);
    let scopes = [
        "volcengine:prod-volc/cn-guangzhou",
        "volc:prod-*/cn-guang*,prod-volc/cn-guangzhou",
        "volcengine:prod-volc/cn-guangzhou/key-pair",
    ];
    let output = ls(&world, &scopes).code(0);
    assert_eq!(addresses(&output), addresses(&once));
    assert_eq!(lists(&world), 2 * single);
    assert_eq!(texts(&output.json()["searched"]).len(), 1);
}

#[test]
fn a_broken_profile_among_others_is_a_gap_and_alone_an_error() {
    // The program's files that it names have no such profile.
    let broken = "[profiles.broken]\ncloud = \"tencent\"\nregion = \"ap-tokyo\"\n[profiles.broken.credentials]\n\
                  source = \"tccli\"\nprofile = \"nobody\"\n";
    let (world, other) = two_accounts(broken);
    let before = world.requests().len();
    let output = ls(&world, &["tencent:broken"]);
    assert!(matches!(output.code, 2 | 4), "{output:#?}");
    assert_eq!(world.requests().len() + other.requests().len(), before);
    let output = ls(&world, &["tencent:*"]).code(10);
    let gaps = unseen(&output.json());
    assert!(
        gaps.iter().any(|(scope, _)| scope.contains(":broken/")),
        "{gaps:?}"
    );
    let told = addresses(&output);
    let tencent = of("prod-tc", |key| key.cloud == "tencent");
    assert!(tencent.iter().all(|one| told.contains(one)));
}

#[test]
fn all_that_is_no_scope_is_refused_and_nothing_is_sent() {
    let (world, other) = two_accounts("");
    std::fs::write(world.path("k.pub"), rsa_line()).expect("written");
    for scope in [
        "nowhere",
        "aws",
        "aws:prod",
        "tencent:nobody",
        "tencent:nobody*",
        "x*:*",
        "*x",
        "",
        " ",
        "tencent:",
        ":prod-tc",
        "tencent//key-pair",
        "tencent:prod-tc/",
        "tencent:prod-tc/ap-tokyo/",
        "tencent:prod-tc/ap-tokyo/key-pair/skey-1",
        "tencent:prod-tc/ap-tokyo/sofa",
        "tencent:prod-tc/ap-tokyo/kms-key",
        "volcengine:prod-tc",
        "prod-volc:x",
        "tencent:prod tc",
        "tencent:prod-narrow/eu-*",
        "тencent",
    ] {
        for command in [
            &["ls"][..],
            &["find", "k.pub"],
            &["import", "k.pub", "--name", "n", "--yes"],
        ] {
            let output = world.run(&[command, &["--on", scope, "-o", "json"]].concat());
            let error = output.code(2).error();
            assert_eq!(error["kind"], "usage", "{scope}");
            let tells = error["hint"].is_string()
                || error["message"]
                    .as_str()
                    .is_some_and(|text| text.contains(": "));
            assert!(tells, "{scope}: {error}");
        }
    }
    for arguments in [
        &["ls", "-p", "prod-tc"][..],
        &["ls", "-r", "ap-tokyo"],
        &["find", "k.pub", "-r", "ap-tokyo"],
        &["snapshot", "-p", "prod-tc"],
        &["audit", "-r", "ap-tokyo"],
    ] {
        world.run(arguments).code(2);
    }
    assert_eq!(world.requests().len() + other.requests().len(), 0);
}

/// Such a pattern is known to mean nothing once the list of regions is there; then nothing more is sent.
#[test]
fn a_pattern_that_no_region_fits_is_refused_before_any_key_is_read() {
    let world = served(&[]);
    for scope in ["tencent/moon-*", "*/moon-*", "huawei/moon-?/key-pair"] {
        let error = ls(&world, &[scope]).code(2).error();
        let message = error["message"].as_str().expect("a message");
        assert!(message.contains(scope), "{message}");
    }
    let counts = counts(&world);
    let of_regions = ["DescribeRegions", "KeystoneListProjects"];
    let others = counts
        .keys()
        .filter(|name| !of_regions.contains(&name.as_str()));
    assert_eq!(others.collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn without_credentials_of_any_cloud_it_is_an_error_and_with_some_those_are_read() {
    let world = World::empty();
    for command in [
        &["ls"][..],
        &["snapshot"],
        &["audit"],
        &["find", &rsa_line()],
    ] {
        let output = world.run(&[command, &["--error-format", "json"]].concat());
        assert_eq!(output.code(4).error()["code"], "NoCredentials");
    }
    let world = served(&[])
        .without("TENCENTCLOUD_SECRET_ID")
        .without("TENCENTCLOUD_SECRET_KEY");
    let output = ls(&world, &[]).code(0);
    assert_eq!(addresses(&output), of("env", |key| key.cloud != "tencent"));
    // One that is named is wanted.
    ls(&world, &["tencent"]).code(4);
    ls(&world, &["volcengine", "tencent"]).code(4);
    // Present and broken is not absent.
    let world = world.with("TENCENTCLOUD_SECRET_ID", "AKIDhalf");
    ls(&world, &[]).code(4);
}

#[test]
fn an_endpoint_is_one_of_one_cloud() {
    let world = served(&[]).without("KPCTL_ENDPOINT_URL");
    let url = format!("http://127.0.0.1:{}", world.port());
    let at = |scopes: &[&str]| {
        let mut arguments = vec!["ls", "-o", "json", "--endpoint-url", &url];
        for scope in scopes {
            arguments.extend(["--on", scope]);
        }
        world.run(&arguments)
    };
    at(&[]).code(2);
    at(&["tencent", "huawei"]).code(2);
    assert_eq!(world.requests().len(), 0);
    let output = at(&["tencent"]).code(0);
    assert_eq!(addresses(&output), of("env", |key| key.cloud == "tencent"));
    assert_eq!(output.json()["endpoint"], json!(url));
    let document: Value = output.json();
    assert_eq!(document["unseen"], json!([]));
}
