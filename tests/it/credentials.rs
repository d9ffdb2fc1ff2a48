//! Missing, empty and half credentials end the command before anything is sent.

use crate::fixture::{CANARY, World};

const DELETE: [&str; 7] = [
    "volcengine",
    "key-pair",
    "delete",
    "a",
    "--yes",
    "-o",
    "json",
];
const DETACH: [&str; 10] = [
    "tencent",
    "key-pair",
    "detach",
    "--key",
    "skey-9p0o8i7u",
    "--instance",
    "ins-4t6y8u2i",
    "--yes",
    "-o",
    "json",
];
const CANCEL: [&str; 6] = [
    "huawei",
    "kms-key",
    "cancel-deletion",
    "0d0466b0-e727-4d9c-b35d-f84bb474a37f",
    "-o",
    "json",
];

const VARIABLES: [(&[&str], &str, &str, &str); 3] = [
    (
        &DELETE,
        "VOLCENGINE_ACCESS_KEY",
        "VOLCENGINE_SECRET_KEY",
        "VOLCENGINE_REGION",
    ),
    (
        &DETACH,
        "TENCENTCLOUD_SECRET_ID",
        "TENCENTCLOUD_SECRET_KEY",
        "TENCENTCLOUD_REGION",
    ),
    (
        &CANCEL,
        "HUAWEICLOUD_SDK_AK",
        "HUAWEICLOUD_SDK_SK",
        "HW_REGION_NAME",
    ),
];

#[test]
fn none_half_empty_and_broken() {
    for (command, id, secret, _) in VARIABLES {
        let served = || World::served(&[]);
        let cases = [
            (
                served().without(id).without(secret),
                format!("Set {id} and {secret}"),
            ),
            (
                served().without(secret),
                format!("{id} is set but {secret} is not"),
            ),
            (
                served().without(id),
                format!("{secret} is set but {id} is not"),
            ),
            (
                served().with(secret, ""),
                format!("{secret} is set but empty"),
            ),
            (served().with(id, ""), format!("{id} is set but empty")),
            (
                served().with(secret, &format!(" {CANARY}")),
                format!("{secret} holds a blank"),
            ),
        ];
        for (world, says) in cases {
            let error = world.run(command).code(4).error();
            assert_eq!(error["kind"], "credentials");
            let text = format!("{} {}", error["message"], error["hint"]);
            assert!(text.contains(&says), "{text} does not say '{says}'");
            assert_eq!(world.requests(), Vec::<String>::new());
        }
    }
}

#[test]
fn a_wrong_secret_is_used_once_and_named() {
    for (command, _, secret, _) in VARIABLES {
        let world = World::served(&[]).with(secret, CANARY);
        let output = world.run(command).code(4);
        let text = format!("{}{}", output.stdout, output.stderr);
        assert!(
            text.contains("secret key is probably wrong") || text.contains("Secret"),
            "{text}"
        );
        assert_eq!(world.requests().len(), 1, "{:?}", world.requests());
    }
}

#[test]
fn a_skewed_clock_is_said_with_both_times() {
    for (command, operation) in [
        (&DELETE[..], "volcengine.DeleteKeyPairs"),
        (&DETACH[..], "tencent.DescribeInstances"),
        (&CANCEL[..], "huawei.CancelKeyDeletion"),
    ] {
        let world = World::served(&["--fault", &format!("{operation}@*=skew")]);
        let output = world.run(command).code(4);
        let text = format!("{}{}", output.stdout, output.stderr).to_lowercase();
        assert!(text.contains("clock"), "{text}");
    }
}

#[test]
fn temporary_credentials_send_their_token_and_hide_it() {
    use kpctl::sandbox::credentials as fake;
    let world = World::served(&[])
        .with(
            "VOLCENGINE_ACCESS_KEY",
            fake::VOLCENGINE_TEMPORARY_ACCESS_KEY,
        )
        .with(
            "VOLCENGINE_SECRET_KEY",
            fake::VOLCENGINE_TEMPORARY_SECRET_KEY,
        )
        .with("VOLCENGINE_SESSION_TOKEN", fake::VOLCENGINE_TEMPORARY_TOKEN);
    let output = world
        .run(&["volcengine", "key-pair", "delete", "ghost", "--yes", "-v"])
        .code(0);
    assert!(
        output.stderr.contains("x-security-token: (redacted)"),
        "{}",
        output.stderr
    );
    assert!(!output.stderr.contains(fake::VOLCENGINE_TEMPORARY_TOKEN));
    let output = world.without("VOLCENGINE_SESSION_TOKEN").run(&[
        "volcengine",
        "key-pair",
        "delete",
        "ghost",
        "--yes",
    ]);
    assert_eq!(output.code, 4);
}

#[test]
fn a_huawei_token_does_instead_of_a_key() {
    use kpctl::sandbox::credentials as fake;
    let world = World::served(&[])
        .without("HUAWEICLOUD_SDK_AK")
        .without("HUAWEICLOUD_SDK_SK");
    let world = world.with("HW_AUTH_TOKEN", fake::HUAWEI_AUTH_TOKEN);
    let output = world.run(&CANCEL).code(0);
    assert!(!format!("{}{}", output.stdout, output.stderr).contains(fake::HUAWEI_AUTH_TOKEN));
    world.with("HW_AUTH_TOKEN", "wrong").run(&CANCEL).code(4);
}

#[test]
fn another_account_than_expected_stops_the_command() {
    for (command, cloud) in [
        (&DELETE[..], "VOLCENGINE"),
        (&DETACH[..], "TENCENT"),
        (&CANCEL[..], "HUAWEI"),
    ] {
        let world = World::served(&[]).with(&format!("KPCTL_EXPECT_ACCOUNT_{cloud}"), "1");
        let error = world.run(command).code(4).error();
        assert_eq!(error["code"], "UnexpectedAccount");
        assert_eq!(world.requests().len(), 1);
        let account = error["message"].as_str().expect("a message").to_owned();
        let account = account
            .split("account ")
            .nth(1)
            .and_then(|rest| rest.split(',').next())
            .expect("an account");
        let world = world.with(&format!("KPCTL_EXPECT_ACCOUNT_{cloud}"), account);
        assert_ne!(world.run(command).code, 4);
    }
}

#[test]
fn the_huawei_project_is_given_or_looked_up_and_never_empty() {
    let world = World::served(&[]).without("HUAWEICLOUD_SDK_PROJECT_ID");
    world.run(&CANCEL).code(0);
    assert_eq!(world.requests()[0], "KeystoneListProjects");
    world.run(&CANCEL).code(0);
    let lookups = world
        .requests()
        .iter()
        .filter(|name| *name == "KeystoneListProjects")
        .count();
    assert_eq!(lookups, 1, "the second run knows it");

    let none = World::served(&[])
        .without("HUAWEICLOUD_SDK_PROJECT_ID")
        .with("HW_REGION_NAME", "cn-east-3");
    let output = none.run(&CANCEL);
    assert_ne!(output.code, 0);
    assert!(
        output.stderr.contains("HUAWEICLOUD_SDK_PROJECT_ID"),
        "{}",
        output.stderr
    );
    assert_eq!(none.requests(), ["KeystoneListProjects"]);

    for wrong in ["{project_id}", "a/b", ".."] {
        let world = World::served(&[]).with("HUAWEICLOUD_SDK_PROJECT_ID", wrong);
        let output = world.run(&CANCEL);
        assert!(matches!(output.code, 2 | 4), "{output:#?}");
        assert_eq!(world.requests(), Vec::<String>::new());
    }
}
