//! Credentials that end while a command works are renewed, as often as that takes and not more often.

use std::process::Stdio;
use std::rc::Rc;
use std::time::Duration;

use kpctl::auth::{Credential, Login, Recipe, Role};
use kpctl::cloud::client::KeyGate;
use kpctl::cloud::supply::{self, Ground};
use kpctl::cloud::{Connection, Provider, connect};
use kpctl::http::reqwest::Reqwest;
use kpctl::http::{Courier, Endpoint};
use kpctl::model::{CloudId, ListRequest, Resource, Scope};
use kpctl::sandbox::credentials as fake;
use kpctl::secret::Secret;
use serde_json::{Value, json};

use crate::fixture::{WRONG_TOKEN, World};
use crate::identity::{CLOUDS, Cloud, VOLCENGINE, count, list, profile, run, write_config};

/// A served sandbox and a profile `ops` whose keys come for a token of an identity provider.
fn federated(cloud: &Cloud, arguments: &[&str]) -> World {
    let world = crate::identity::keyless(arguments);
    let file = format!("token-file = \"{}\"", world.path("token").display());
    let (token, role, provider) = match cloud.name {
        "volcengine" => (fake::VOLCENGINE_OIDC_TOKEN, fake::VOLCENGINE_ROLE_TRN, ""),
        "tencent" => (
            fake::TENCENT_OIDC_TOKEN,
            fake::TENCENT_ROLE_ARN,
            fake::TENCENT_PROVIDER_ID,
        ),
        _ => (
            fake::HUAWEI_OIDC_TOKEN,
            fake::HUAWEI_AGENCY_URN,
            fake::HUAWEI_PROVIDER_URN,
        ),
    };
    world.secret_file("token", token);
    let role = format!("role = \"{role}\"");
    let provider = match provider {
        "" => String::new(),
        provider => format!("provider = \"{provider}\""),
    };
    write_config(
        &world,
        &profile("ops", cloud, "oidc", &[&file, &role, &provider]),
    );
    world
}

/// How often a credential was handed out.
fn handed_out(world: &World) -> usize {
    [
        "AssumeRoleWithOIDC",
        "AssumeRoleWithWebIdentity",
        "AssumeAgencyWithOIDC",
    ]
    .into_iter()
    .map(|operation| count(world, operation))
    .sum()
}

#[test]
fn a_long_command_outlives_its_credentials() {
    let world = federated(
        &VOLCENGINE,
        &["--credential-lifetime", "2s", "--latency", "400ms"],
    );
    let mut state = world.state();
    let pairs = state["volcengine"]["regions"]["cn-beijing"]["key_pairs"]
        .as_array_mut()
        .expect("pairs");
    let pattern = pairs[0].clone();
    for number in 0..5000 {
        let mut pair = pattern.clone();
        pair["id"] = json!(format!("kp-many{number}"));
        pair["name"] = json!(format!("many-{number}"));
        pairs.push(pair);
    }
    world.set_state(&state);
    let output = list(&world, &VOLCENGINE, &["-p", "ops"]).code(0);
    assert_eq!(output.json()["items"].as_array().map(Vec::len), Some(5014));
    let journal = world.journal();
    // In the two seconds of each there is time for five answers at most.
    let pages = count(&world, VOLCENGINE.operation);
    let needed = pages.div_ceil(5);
    assert!(
        pages >= 11 && handed_out(&world) >= needed,
        "{:?}",
        world.requests()
    );
    for pair in world.requests().windows(2) {
        assert_ne!(
            pair,
            ["AssumeRoleWithOIDC", "AssumeRoleWithOIDC"],
            "one would have done"
        );
    }
    assert!(
        journal.iter().all(|entry| entry["status"] == 200),
        "no credential was used after its end: {journal:#?}"
    );
}

#[test]
fn a_change_that_is_waited_for_outlives_its_credentials() {
    let world = federated(
        &CLOUDS[2],
        &["--credential-lifetime", "2s", "--latency", "600ms"],
    );
    let change = [
        "cph-server",
        "change-key-pair",
        "b661bd931fe8879ee3579670fa096522",
        "a550ac820fd7768dd2468569ef985411",
        "--key-pair",
        "KeyPair-ops_2",
        "--yes",
        "-p",
        "ops",
    ];
    let output = run(&world, &CLOUDS[2], &change).code(0);
    let server = "b661bd931fe8879ee3579670fa096522";
    assert!(
        output.statuses().contains(&format!("{server} changed")),
        "{output:#?}"
    );
    assert!(handed_out(&world) >= 2, "{:?}", world.requests());
    assert_eq!(count(&world, "UpdateKeypair"), 1);
    let journal = world.journal();
    assert!(
        journal.iter().all(|entry| entry["code"].is_null()),
        "{journal:#?}"
    );
}

#[test]
fn every_kind_is_got_again_when_a_service_calls_it_expired() {
    let user = format!("user = \"{}\"", fake::HUAWEI_IAM_USER);
    let domain = format!("domain-name = \"{}\"", fake::HUAWEI_DOMAIN_NAME);
    let provider = format!("provider = \"{}\"", fake::HUAWEI_IDP_ID);
    for (number, operation) in [
        (0, "MetadataCredentials"),
        (1, "MetadataCredentials"),
        (2, "MetadataCredentials"),
        (2, "KeystoneCreateUserTokenByPassword"),
        (2, "CreateTemporaryAccessKeyByToken"),
    ] {
        let cloud = &CLOUDS[number];
        let fault = format!("{}.{}@1=expired-token", cloud.name, cloud.operation);
        let world = crate::identity::keyless(&["--fault", &fault]);
        let file = |key: &str, name: &str| format!("{key} = \"{}\"", world.path(name).display());
        world.secret_file("password", fake::HUAWEI_IAM_PASSWORD);
        world.secret_file("token", fake::HUAWEI_OIDC_TOKEN);
        let (source, lines) = match operation {
            "MetadataCredentials" => ("instance-role", Vec::new()),
            "CreateTemporaryAccessKeyByToken" => {
                ("oidc", vec![file("token-file", "token"), provider.clone()])
            }
            _ => (
                "password",
                vec![
                    file("password-file", "password"),
                    user.clone(),
                    domain.clone(),
                ],
            ),
        };
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        write_config(&world, &profile("ops", cloud, source, &lines));
        list(&world, cloud, &["-p", "ops"]).code(0);
        assert_eq!(count(&world, operation), 2, "{:?}", world.requests());
    }
}

#[test]
fn one_that_is_called_expired_too_early_is_replaced_once() {
    for cloud in CLOUDS {
        let first = format!("{}.{}@1=expired-token", cloud.name, cloud.operation);
        let world = federated(&cloud, &["--fault", &first]);
        list(&world, &cloud, &["-p", "ops"]).code(0);
        assert_eq!(handed_out(&world), 2, "{:?}", world.requests());

        // It is over again at once: that is no matter of time.
        let always = first.replace("@1", "@*");
        let world = federated(&cloud, &["--fault", &always]);
        let error = list(&world, &cloud, &["-p", "ops"]).code(4).error();
        assert!(error["hint"].is_string(), "{error}");
        assert_eq!(count(&world, cloud.operation), 2);
        assert_eq!(handed_out(&world), 2);

        let world = World::served(&["--fault", &first]);
        let error = list(&world, &cloud, &[]).code(4).error();
        assert!(
            error["hint"].is_string(),
            "fixed keys cannot be renewed: {error}"
        );
        assert_eq!(count(&world, cloud.operation), 1);
    }
}

#[test]
fn the_token_is_read_anew_for_each_renewal() {
    for cloud in CLOUDS {
        let expired = format!("{}.{}@1=expired-token", cloud.name, cloud.operation);
        let world = federated(&cloud, &["--latency", "700ms", "--fault", &expired]);
        let scope = ["-r", cloud.region, "-p", "ops", "-v", "-o", "json"];
        let mut command = world.command(&[&[cloud.name], &cloud.list[..], &scope].concat());
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let running = command.spawn().expect("kpctl starts");
        // The good token has been used; before the service calls its credential expired, it is
        // replaced.
        while handed_out(&world) == 0 {
            std::thread::sleep(Duration::from_millis(10));
        }
        world.secret_file("token", WRONG_TOKEN);
        let done = running.wait_with_output().expect("kpctl ends");
        let text = String::from_utf8(done.stderr).expect("UTF-8");
        assert_eq!(done.status.code(), Some(4), "{text}");
        assert!(
            !text.contains(WRONG_TOKEN) && !text.contains("oidc-token"),
            "{text}"
        );
        let says = ["cannot take on the role", "cannot log in through"];
        assert!(says.iter().any(|says| text.contains(says)), "{text}");
        let journal = world.journal();
        assert_eq!((handed_out(&world), count(&world, cloud.operation)), (2, 1));
        assert_eq!(
            journal[0]["status"].as_u64().map(|status| status / 100),
            Some(2)
        );
        assert_ne!(
            journal.last().map(|entry| &entry["code"]),
            Some(&Value::Null)
        );
    }
}

/// A provider with the keys of a role that the sandbox's own key takes on.
fn provider(world: &World) -> Box<dyn Provider> {
    let url = format!("http://127.0.0.1:{}", world.port());
    let endpoint = Endpoint::parse(&url, false).expect("an address");
    let base = Recipe::fixed(Credential::AccessKey {
        id: fake::VOLCENGINE_ACCESS_KEY.to_owned(),
        secret: Secret::new(fake::VOLCENGINE_SECRET_KEY.to_owned()),
        session_token: None,
    });
    let role = Role {
        name: fake::VOLCENGINE_ROLE_TRN.to_owned(),
        ..Role::default()
    };
    let ground = Ground {
        cloud: CloudId::Volcengine,
        region: fake::VOLCENGINE_REGION.to_owned(),
        courier: Rc::new(Courier::new(Box::new(Reqwest::default()))),
        overrides: Rc::new(move |_| Ok(Some(endpoint.clone()))),
        ask: kpctl::auth::nobody(),
    };
    let recipe = Recipe::Role(Box::new(base), role);
    connect(Connection {
        scope: Scope {
            cloud: CloudId::Volcengine,
            profile: "ops".to_owned(),
            region: ground.region.clone(),
        },
        login: Login {
            recipe: recipe.clone(),
            ..Login::unnamed()
        },
        keys: supply::keys(&recipe, &ground).expect("a supplier"),
        courier: Rc::clone(&ground.courier),
        overrides: Rc::clone(&ground.overrides),
        gate: KeyGate::default(),
        cache_folder: None,
    })
}

#[test]
fn fifty_requests_at_the_moment_of_expiry_renew_once() {
    let lifetime = Duration::from_secs(4);
    let world = World::served(&["--credential-lifetime", "4s"]);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let lists = async |provider: &Rc<dyn Provider>| {
        let local = tokio::task::LocalSet::new();
        let handles: Vec<_> = (0..50)
            .map(|_| {
                let provider = Rc::clone(provider);
                local.spawn_local(async move {
                    let listing = provider
                        .list(ListRequest::KeyPairs(Resource::KeyPair))
                        .await;
                    listing.map(|listing| listing.records.len())
                })
            })
            .collect();
        local.await;
        for handle in handles {
            let length = handle.await.expect("no panic");
            assert_eq!(length.expect("a list"), 14);
        }
    };
    runtime.block_on(async {
        let provider: Rc<dyn Provider> = Rc::from(provider(&world));
        lists(&provider).await;
        assert_eq!(count(&world, "AssumeRole"), 1, "fifty wait for the first");
        tokio::time::sleep(lifetime).await;
        lists(&provider).await;
    });
    assert_eq!(count(&world, "AssumeRole"), 2);
    assert_eq!(count(&world, "DescribeKeyPairs"), 100, "none was refused");
}
