//! Whose keys are read: clouds without credentials, broken profiles, one profile for all, endpoints.

use serde_json::{Value, json};

use crate::fixture::World;
use crate::fleet_import::OPS;
use crate::fleet_scopes::{ls, of, two_accounts};
use crate::fleet_served::{addresses, own_profile, served, texts, unseen};
use crate::fleet_world::rsa_line;

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

/// CodeArts Repo is in some regions only: who names another one does not mean it.
#[test]
fn a_region_that_is_named_is_asked_for_what_it_has() {
    let world = served(&[]);
    let output = ls(&world, &["huawei/cn-north-9"]).code(0);
    let searched = texts(&output.json()["searched"]);
    assert_eq!(searched, ["huawei:env/cn-north-9/key-pair"]);
    let all = ls(&world, &["huawei/cn-north-9/*"]).code(0);
    assert_eq!(texts(&all.json()["searched"]), searched);
    // Nobody knows its host there: an endpoint reaches it, and without one it is a mistake.
    let output = ls(&world, &["huawei/cn-north-9/codearts-key"]).code(0);
    assert_eq!(addresses(&output).len(), 12);
    let world = world.without("KPCTL_ENDPOINT_URL");
    let error = ls(&world, &["huawei/cn-north-9/codearts-key"])
        .code(2)
        .error();
    let text = error.to_string();
    assert!(
        text.contains("CodeArts") && text.contains("cn-north-4"),
        "{text}"
    );
}

#[test]
fn a_profile_that_a_variable_names_is_the_only_one() {
    let (world, other) = two_accounts("");
    let output = world
        .run_with("KPCTL_PROFILE", "prod-narrow", &["ls", "-o", "json"])
        .code(0);
    let here = |key: &crate::fleet_world::Key| {
        key.cloud == "tencent" && ["ap-guangzhou", "ap-tokyo"].contains(&key.region)
    };
    assert_eq!(addresses(&output), of("prod-narrow", here));
    world.run_with("KPCTL_PROFILE", "nobody", &["ls"]).code(2);
    world
        .run_with("KPCTL_PROFILE", "prod-narrow", &["ls", "--on", "huawei"])
        .code(2);
    assert_eq!(other.requests(), Vec::<String>::new());
}

#[test]
fn another_account_than_the_expected_one_is_not_changed() {
    let (world, _other) = two_accounts("");
    let at = format!(
        "endpoint = \"http://127.0.0.1:{}\"\nexpect-account = \"1\"",
        world.port()
    );
    let wrong = own_profile("wrong", "tencent", &at);
    let file = world.path(".config/kpctl/config.toml");
    let config = std::fs::read_to_string(&file).expect("there");
    crate::identity::write_config(&world, &(config + &wrong));
    std::fs::write(world.path("k.pub"), OPS).expect("written");
    let before = world.state();
    let import = [
        "import",
        "k.pub",
        "--name",
        "ops",
        "--on",
        "prod-tc,tencent:wrong",
        "-o",
        "json",
    ];
    let error = world.run(&import).code(4).error();
    assert_eq!(error["code"], "UnexpectedAccount");
    let one = "tencent:prod-tc/ap-tokyo/key-pair/skey-00000186";
    let other = "tencent:wrong/ap-tokyo/key-pair/skey-00000187";
    let delete = ["delete", one, other, "--yes", "-o", "json"];
    assert_eq!(
        world.run(&delete).code(4).error()["code"],
        "UnexpectedAccount"
    );
    assert_eq!(world.state(), before, "not in the good account, either");
}
