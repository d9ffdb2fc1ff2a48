//! Which profile a command works with, and what a profile brings along.

use kpctl::sandbox::credentials as fake;

use crate::fixture::World;
use crate::identity::{CLOUDS, Cloud, HUAWEI, VOLCENGINE, configured, keyless, list, profile, run};

/// A profile with the sandbox's own keys, and these lines of its own.
fn own(name: &str, cloud: &Cloud, lines: &str) -> String {
    let (id, secret) = match cloud.name {
        "volcengine" => (fake::VOLCENGINE_ACCESS_KEY, fake::VOLCENGINE_SECRET_KEY),
        "tencent" => (fake::TENCENT_SECRET_ID, fake::TENCENT_SECRET_KEY),
        _ => (fake::HUAWEI_ACCESS_KEY, fake::HUAWEI_SECRET_KEY),
    };
    let id = format!("access-key-id = \"{id}\"");
    let secret = format!("secret-access-key = \"{secret}\"");
    let head = format!("[profiles.{name}.credentials]");
    profile(name, cloud, "keys", &[&id, &secret]).replace(&head, &format!("{lines}\n{head}"))
}

#[test]
fn a_name_that_fits_nothing_is_a_mistake_of_use() {
    let config = own("prod", &VOLCENGINE, "") + &own("prod-hw", &HUAWEI, "");
    let world = configured(&[], &config).with("KPCTL_PROFILE", "prod-hw");
    let error = list(&world, &VOLCENGINE, &[]).code(2).error();
    assert_eq!(
        error["message"],
        "the profile 'prod-hw' is of huawei, not of volcengine"
    );
    list(&world, &HUAWEI, &[]).code(0);
    list(&world, &VOLCENGINE, &["-p", "prod"]).code(0);
    let before = world.requests().len();
    for word in ["tccli", "koocli.x"] {
        list(&world, &VOLCENGINE, &["-p", word]).code(2);
    }
    let error = list(&world, &VOLCENGINE, &["-p", "prdo"]).code(2).error();
    let text = error["hint"].as_str().expect("a hint");
    assert!(text.contains("has prod."), "{text}");
    list(&world, &VOLCENGINE, &["-p", "sandbox"]).code(2);
    let error = list(&world, &VOLCENGINE, &["-p", "env"]).code(4).error();
    assert_eq!(error["code"], "NoCredentials");
    assert_eq!(world.requests().len(), before);
}

#[test]
fn the_default_of_a_cloud_comes_after_the_environment() {
    for cloud in CLOUDS {
        let default = format!("[default]\n{} = \"usual\"\n", cloud.name);
        let config = default + &own("usual", &cloud, "");
        let world = configured(&[], &config);
        let address = |output: crate::fixture::Output| {
            let document = output.code(0).json();
            document["items"][0]["address"]
                .as_str()
                .expect("an address")
                .to_owned()
        };
        let told = address(run(&world, &cloud, &cloud.list));
        assert!(
            told.starts_with(&format!("{}:usual/", cloud.name)),
            "{told}"
        );
        let served = World::served(&[]);
        served.secret_file(".config/kpctl/config.toml", &config);
        let told = address(list(&served, &cloud, &[]));
        assert!(told.starts_with(&format!("{}:env/", cloud.name)), "{told}");
        let told = address(list(&served, &cloud, &["-p", "usual"]));
        assert!(
            told.starts_with(&format!("{}:usual/", cloud.name)),
            "{told}"
        );
    }
}

#[test]
fn an_address_names_its_profile() {
    let world = configured(&[], &own("prod", &VOLCENGINE, ""));
    let address = "volcengine:prod/cn-shanghai/key-pair/ci-deploy";
    let delete = ["key-pair", "delete", address, "--yes"];
    for option in [&["-p", "env"][..], &["-r", "cn-beijing"]] {
        let error = run(&world, &VOLCENGINE, &[&delete[..], option].concat())
            .code(2)
            .error();
        assert!(
            error["message"]
                .as_str()
                .is_some_and(|text| text.contains("the address is"))
        );
    }
    run(
        &world,
        &VOLCENGINE,
        &[
            "key-pair",
            "delete",
            &address.replace("prod", "prdo"),
            "--yes",
        ],
    )
    .code(2);
    assert_eq!(world.requests(), Vec::<String>::new());
    // Neither the environment's keys nor KPCTL_PROFILE stand against it.
    let world = world
        .with("VOLCENGINE_ACCESS_KEY", "AKLTgarbage")
        .with("VOLCENGINE_SECRET_KEY", "garbage")
        .with("KPCTL_PROFILE", "other");
    let output = run(&world, &VOLCENGINE, &delete).code(0);
    let item = &output.json()["items"][0];
    assert_eq!(item["address"], address);
    let pairs = &world.state()["volcengine"]["regions"]["cn-shanghai"]["key_pairs"];
    assert!(!pairs.to_string().contains("ci-deploy"));
}

#[test]
fn another_account_than_the_profile_expects_ends_the_command() {
    for (cloud, account, delete, operation) in [
        (
            &CLOUDS[0],
            "2100000000",
            &["key-pair", "delete", "old-laptop"][..],
            "DeleteKeyPairs",
        ),
        (
            &CLOUDS[1],
            "100000000001",
            &["key-pair", "delete", "skey-1a2b3c4d"],
            "DeleteKeyPairs",
        ),
        (
            &CLOUDS[2],
            fake::HUAWEI_DOMAIN_ID,
            &["codearts-key", "delete", "31001"],
            "DeleteSshKey",
        ),
    ] {
        let of = |name: &str, account: &str| {
            own(name, cloud, &format!("expect-account = \"{account}\""))
        };
        let world = configured(&[], &(of("right", account) + &of("wrong", "1")));
        let error = run(&world, cloud, &[delete, &["--yes", "-p", "wrong"]].concat())
            .code(4)
            .error();
        assert_eq!(error["code"], "UnexpectedAccount", "{error}");
        let text = error["message"].as_str().expect("a message");
        assert!(text.contains(account), "{text}");
        assert_eq!(world.requests().len(), 1, "{:?}", world.requests());
        run(&world, cloud, &[delete, &["--yes", "-p", "right"]].concat()).code(0);
        assert!(world.requests().iter().any(|name| name == operation));
    }
}

#[test]
fn endpoints_of_a_profile_are_used_and_named() {
    let world = keyless(&[]).without("KPCTL_ENDPOINT_URL");
    let here = format!("http://127.0.0.1:{}", world.port());
    let dead = "http://127.0.0.1:1";
    for (cloud, service) in CLOUDS.iter().zip(["ecs", "cvm", "kms"]) {
        let all = own("all", cloud, &format!("endpoint = \"{here}\""));
        let one = own(
            "one",
            cloud,
            &format!(
                "endpoint = \"{dead}\"\nendpoints = {{ {service} = \"{here}\", iam = \"{here}\" }}"
            ),
        );
        world.secret_file(".config/kpctl/config.toml", &(all + &one));
        for name in ["all", "one"] {
            let output = list(&world, cloud, &["-p", name]).code(0);
            assert_eq!(output.json()["endpoint"], here, "{name} {}", cloud.name);
        }
    }
    let config = own("site", &HUAWEI, "domain = \"sites.example.com\"");
    world.secret_file(".config/kpctl/config.toml", &config);
    let dry = [
        "kms-key",
        "schedule-deletion",
        "3c7d9e1f-5a2b-4c4d-8e6f-8091a2b3c4d5",
    ];
    let options = ["--days", "7", "--dry-run", "-p", "site", "--timeout", "1s"];
    let output = run(&world, &HUAWEI, &[&dry[..], &options].concat());
    assert!(
        output.stderr.contains("cn-north-4.sites.example.com"),
        "{output:#?}"
    );
}

#[test]
fn the_word_of_a_file_and_its_profile_in_an_address_agree() {
    let world = keyless(&[]);
    let text = format!(
        "{{\"current\": \"prod\", \"profiles\": {{\"prod\": {{\"name\": \"prod\", \"mode\": \"ak\", \"access-key\": \"{}\", \"secret-key\": \"{}\"}}}}}}",
        fake::VOLCENGINE_ACCESS_KEY,
        fake::VOLCENGINE_SECRET_KEY
    );
    world.secret_file(".volcengine/config.json", &text);
    let address = "volcengine:ve.prod/cn-beijing/key-pair/old-laptop";
    let delete = ["key-pair", "delete", address, "--yes"];
    run(
        &world,
        &VOLCENGINE,
        &[&delete[..], &["-p", "ve.prod"]].concat(),
    )
    .code(0);
}
