//! Credentials that a cloud hands out for others: roles, agencies, tokens of identity providers,
//! passwords.

use kpctl::sandbox::credentials as fake;

use crate::fixture::{CANARY, WRONG_PASSWORD, WRONG_TOKEN, World};
use crate::identity::{
    Cloud, HUAWEI, TENCENT, VOLCENGINE, configured, count, keyless, list, profile, write_config,
};

/// A profile `base` with the sandbox's own keys.
fn base(cloud: &Cloud) -> String {
    let (id, secret) = match cloud.name {
        "volcengine" => (fake::VOLCENGINE_ACCESS_KEY, fake::VOLCENGINE_SECRET_KEY),
        "tencent" => (fake::TENCENT_SECRET_ID, fake::TENCENT_SECRET_KEY),
        _ => (fake::HUAWEI_ACCESS_KEY, fake::HUAWEI_SECRET_KEY),
    };
    let id = format!("access-key-id = \"{id}\"");
    let secret = format!("secret-access-key = \"{secret}\"");
    profile("base", cloud, "keys", &[&id, &secret])
}

fn role(cloud: &Cloud, role: &str, lines: &[&str]) -> String {
    let role = format!("role = \"{role}\"");
    let lines = [&[&role, "from = \"base\""], lines].concat();
    base(cloud) + &profile("ops", cloud, "role", &lines)
}

#[test]
fn a_role_is_taken_on_with_another_profiles_keys() {
    let domain = |key: &str, value: &str| format!("{key} = \"{value}\"");
    let by_name = domain("agency-domain-name", fake::HUAWEI_DOMAIN_NAME);
    let by_id = domain("agency-domain-id", fake::HUAWEI_DOMAIN_ID);
    for (cloud, name, line, operation) in [
        (&VOLCENGINE, fake::VOLCENGINE_ROLE_TRN, "", "AssumeRole"),
        (&TENCENT, fake::TENCENT_ROLE_ARN, "", "AssumeRole"),
        (&HUAWEI, fake::HUAWEI_AGENCY_URN, "", "AssumeAgency"),
        (
            &HUAWEI,
            fake::HUAWEI_AGENCY_NAME,
            &by_name,
            "CreateTemporaryAccessKeyByAgency",
        ),
        (
            &HUAWEI,
            fake::HUAWEI_AGENCY_NAME,
            &by_id,
            "CreateTemporaryAccessKeyByAgency",
        ),
    ] {
        let world = configured(&[], &role(cloud, name, &[line, "duration = \"30min\""]));
        let output = list(&world, cloud, &["-p", "ops"]).code(0);
        let address = output.json()["items"][0]["address"].to_string();
        assert!(
            address.contains(&format!("{}:ops/", cloud.name)),
            "{address}"
        );
        assert_eq!(count(&world, operation), 1, "{:?}", world.requests());
        assert_eq!(world.requests()[0], operation);

        write_config(&world, &role(cloud, &format!("{name}-other"), &[line]));
        let error = list(&world, cloud, &["-p", "ops"]).code(4).error();
        let text = error["message"].as_str().expect("a message");
        assert!(text.contains("cannot take on the"), "{error}");
        assert!(text.contains(&format!("{name}-other")), "{error}");
        assert_eq!(count(&world, operation), 2, "a refusal is final");
    }
}

#[test]
fn what_narrows_a_role_is_sent_or_refused() {
    let policy = "policy = '{\"Statement\":[]}'";
    let external = "external-id = \"x\"";
    let by_name = format!("agency-domain-name = \"{}\"", fake::HUAWEI_DOMAIN_NAME);
    for (cloud, name, lines) in [
        (&VOLCENGINE, fake::VOLCENGINE_ROLE_TRN, &[external][..]),
        (&HUAWEI, fake::HUAWEI_AGENCY_NAME, &[&by_name, policy]),
        (&HUAWEI, fake::HUAWEI_AGENCY_NAME, &[&by_name, external]),
    ] {
        let world = configured(&[], &role(cloud, name, lines));
        let error = list(&world, cloud, &["-p", "ops"]).code(4).error();
        let text = error["message"].as_str().expect("a message");
        assert!(text.contains("takes no"), "{text}");
        assert_eq!(world.requests(), Vec::<String>::new());
    }
    for (cloud, name, lines) in [
        (&VOLCENGINE, fake::VOLCENGINE_ROLE_TRN, &[policy][..]),
        (&TENCENT, fake::TENCENT_ROLE_ARN, &[policy, external]),
        (&HUAWEI, fake::HUAWEI_AGENCY_URN, &[policy, external]),
    ] {
        let world = configured(&[], &role(cloud, name, lines));
        list(&world, cloud, &["-p", "ops"]).code(0);
    }
}

#[test]
fn roles_lead_to_roles_and_wrong_keys_to_an_end() {
    let chained = role(&VOLCENGINE, fake::VOLCENGINE_ROLE_TRN, &[])
        + &profile(
            "twice",
            &VOLCENGINE,
            "role",
            &[
                &format!("role = \"{}\"", fake::VOLCENGINE_ROLE_TRN),
                "from = \"ops\"",
            ],
        );
    let world = configured(&[], &chained);
    list(&world, &VOLCENGINE, &["-p", "twice"]).code(0);
    assert_eq!(count(&world, "AssumeRole"), 2);

    let wrong = chained.replace(fake::VOLCENGINE_SECRET_KEY, CANARY);
    write_config(&world, &wrong);
    let error = list(&world, &VOLCENGINE, &["-p", "twice"]).code(4).error();
    assert_eq!(error["operation"], "AssumeRole", "{error}");
    assert_eq!(count(&world, "AssumeRole"), 3, "a wrong key is used once");
}

/// The lines of a profile for the token of an identity provider.
fn oidc(cloud: &Cloud, world: &World) -> String {
    let file = format!("token-file = \"{}\"", world.path("token").display());
    let (role, provider) = match cloud.name {
        "volcengine" => (fake::VOLCENGINE_ROLE_TRN, None),
        "tencent" => (fake::TENCENT_ROLE_ARN, Some(fake::TENCENT_PROVIDER_ID)),
        _ => (fake::HUAWEI_AGENCY_URN, Some(fake::HUAWEI_PROVIDER_URN)),
    };
    let role = format!("role = \"{role}\"");
    let provider = provider.map(|provider| format!("provider = \"{provider}\""));
    profile(
        "pod",
        cloud,
        "oidc",
        &[&file, &role, provider.as_deref().unwrap_or_default()],
    )
}

const FEDERATED: [(&Cloud, &str, &str); 3] = [
    (
        &VOLCENGINE,
        fake::VOLCENGINE_OIDC_TOKEN,
        "AssumeRoleWithOIDC",
    ),
    (
        &TENCENT,
        fake::TENCENT_OIDC_TOKEN,
        "AssumeRoleWithWebIdentity",
    ),
    (&HUAWEI, fake::HUAWEI_OIDC_TOKEN, "AssumeAgencyWithOIDC"),
];

#[test]
fn a_token_of_an_identity_provider_gives_a_role() {
    for (cloud, token, operation) in FEDERATED {
        let world = keyless(&[]);
        write_config(&world, &oidc(cloud, &world));
        let error = list(&world, cloud, &["-p", "pod"]).code(4).error();
        assert!(
            error["message"]
                .as_str()
                .is_some_and(|text| text.contains("/token")),
            "{error}"
        );
        world.secret_file("token", " \n");
        list(&world, cloud, &["-p", "pod"]).code(4);
        assert_eq!(world.requests(), Vec::<String>::new());

        world.secret_file("token", &format!("{token}\n"));
        list(&world, cloud, &["-p", "pod"]).code(0);
        assert_eq!(count(&world, operation), 1);

        world.secret_file("token", WRONG_TOKEN);
        let error = list(&world, cloud, &["-p", "pod"]).code(4).error();
        assert_eq!(error["operation"], operation, "{error}");
        assert_eq!(count(&world, operation), 2, "a refusal is final");
    }
}

#[test]
fn huaweis_older_federation_wants_no_role() {
    let world = keyless(&[]);
    let file = format!("token-file = \"{}\"", world.path("token").display());
    let provider = format!("provider = \"{}\"", fake::HUAWEI_IDP_ID);
    write_config(
        &world,
        &profile("pod", &HUAWEI, "oidc", &[&file, &provider]),
    );
    world.secret_file("token", fake::HUAWEI_OIDC_TOKEN);
    list(&world, &HUAWEI, &["-p", "pod"]).code(0);
    assert_eq!(
        world.requests()[..2],
        ["CreateTokenWithIdToken", "CreateTemporaryAccessKeyByToken"]
    );
    world.secret_file("token", WRONG_TOKEN);
    let error = list(&world, &HUAWEI, &["-p", "pod"]).code(4).error();
    let text = error["message"].as_str().expect("a message");
    assert!(text.contains(fake::HUAWEI_IDP_ID), "{text}");
    assert_eq!(count(&world, "CreateTokenWithIdToken"), 2);
}

fn with_password(world: &World, domain: &str) -> String {
    let file = format!("password-file = \"{}\"", world.path("password").display());
    let user = format!("user = \"{}\"", fake::HUAWEI_IAM_USER);
    profile("person", &HUAWEI, "password", &[&file, &user, domain])
}

#[test]
fn a_password_gives_a_token_and_a_wrong_one_is_tried_once() {
    let world = keyless(&[]);
    let by_name = format!("domain-name = \"{}\"", fake::HUAWEI_DOMAIN_NAME);
    world.secret_file("password", &format!("{}\n", fake::HUAWEI_IAM_PASSWORD));
    write_config(&world, &with_password(&world, &by_name));
    list(&world, &HUAWEI, &["-p", "person"]).code(0);
    assert_eq!(count(&world, "KeystoneCreateUserTokenByPassword"), 1);
    for quirk in [&[][..], &["--quirk", "iam-wrong-password-flat"]] {
        let world = keyless(quirk);
        write_config(&world, &with_password(&world, &by_name));
        world.secret_file("password", WRONG_PASSWORD);
        let error = list(&world, &HUAWEI, &["-p", "person"]).code(4).error();
        let text = error["message"].as_str().expect("a message");
        assert!(text.contains("cannot log in as sandbox"), "{text}");
        assert_eq!(world.requests(), ["KeystoneCreateUserTokenByPassword"]);
    }
}

#[test]
fn nobody_is_asked_for_a_password_off_a_terminal() {
    let lines = [
        &format!("user = \"{}\"", fake::HUAWEI_IAM_USER)[..],
        &format!("domain-name = \"{}\"", fake::HUAWEI_DOMAIN_NAME),
    ];
    let config = profile("person", &HUAWEI, "password", &lines)
        + &profile(
            "ops",
            &HUAWEI,
            "role",
            &[
                &format!("role = \"{}\"", fake::HUAWEI_AGENCY_URN),
                "from = \"person\"",
            ],
        );
    let world = configured(&[], &config);
    for name in ["person", "ops"] {
        let error = list(&world, &HUAWEI, &["-p", name]).code(4).error();
        assert!(
            error["hint"]
                .as_str()
                .is_some_and(|hint| hint.contains("password-file")),
            "{name}: {error}"
        );
    }
    assert_eq!(world.requests(), Vec::<String>::new());
}

#[test]
fn a_token_of_one_region_is_not_used_in_another() {
    let world = keyless(&[]);
    let by_name = format!("domain-name = \"{}\"", fake::HUAWEI_DOMAIN_NAME);
    write_config(&world, &with_password(&world, &by_name));
    let two = |world: &World| {
        world.run(&[
            "huawei",
            "kms-key",
            "cancel-deletion",
            "huawei:person/cn-north-4/kms-key/0d0466b0-e727-4d9c-b35d-f84bb474a37f",
            "huawei:person/cn-east-3/kms-key/0d0466b0-e727-4d9c-b35d-f84bb474a37f",
            "-v",
            "-o",
            "json",
        ])
    };
    world.secret_file("password", fake::HUAWEI_IAM_PASSWORD);
    let output = two(&world);
    let passwords = world.journal();
    let passwords: Vec<_> = passwords
        .iter()
        .filter(|entry| entry["operation"] == "KeystoneCreateUserTokenByPassword")
        .collect();
    assert_eq!(passwords.len(), 2, "{output:#?} {passwords:#?}");

    world.secret_file("password", WRONG_PASSWORD);
    two(&world).code(4);
    assert_eq!(
        count(&world, "KeystoneCreateUserTokenByPassword"),
        3,
        "a wrong password is not tried in the next region"
    );
}

#[test]
fn a_token_from_a_file_or_from_the_environment() {
    let world = keyless(&[]);
    let file = format!("token-file = \"{}\"", world.path("token").display());
    let project = format!(
        "project-id = \"{}\"\n[profiles.held.credentials]",
        fake::HUAWEI_PROJECT_ID
    );
    let held = profile("held", &HUAWEI, "token", &[&file]);
    write_config(
        &world,
        &held.replace("[profiles.held.credentials]", &project),
    );
    world.secret_file("token", &format!("{}\n", fake::HUAWEI_AUTH_TOKEN));
    list(&world, &HUAWEI, &["-p", "held"]).code(0);
    world.secret_file("token", WRONG_TOKEN);
    list(&world, &HUAWEI, &["-p", "held"]).code(4);
    std::fs::remove_file(world.path("token")).expect("was there");
    let error = list(&world, &HUAWEI, &["-p", "held"]).code(4).error();
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|text| text.contains("/token")),
        "{error}"
    );

    let world = keyless(&[])
        .with("HW_AUTH_TOKEN", fake::HUAWEI_AUTH_TOKEN)
        .with("HW_PROJECT_ID", fake::HUAWEI_PROJECT_ID);
    list(&world, &HUAWEI, &[]).code(0);
    let world = world.with("HW_AUTH_TOKEN", WRONG_TOKEN);
    list(&world, &HUAWEI, &[]).code(4);
}

/// A pipe that nobody writes to would be waited for without end, and without any way to stop.
#[test]
fn a_secrets_file_that_is_none_is_refused_at_once() {
    let world = keyless(&[]);
    // Not in the world's folder, all of which is read at its end.
    let folder = tempfile::TempDir::new().expect("a folder");
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo").success());
    for place in [pipe.to_str().expect("plain"), "/dev/zero"] {
        let token = format!("token-file = \"{place}\"");
        let password = format!("password-file = \"{place}\"");
        for (cloud, source, lines) in [
            (&HUAWEI, "token", &[&*token][..]),
            (
                &TENCENT,
                "oidc",
                &[&token, "role = \"r\"", "provider = \"p\""],
            ),
            (
                &HUAWEI,
                "password",
                &[&password, "user = \"u\"", "domain-name = \"d\""],
            ),
        ] {
            write_config(&world, &profile("ops", cloud, source, lines));
            let output = list(&world, cloud, &["-p", "ops"]).code(4);
            assert!(output.stderr.contains("not a plain file"), "{output:#?}");
        }
    }
}
