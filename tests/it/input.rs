//! Bad input gets a clear error, and nothing is sent.

use crate::fixture::World;

/// Runs each command against a served sandbox; all must end with that code, and the sandbox must
/// not have seen a single request.
fn nothing_is_sent(code: i32, commands: &[(&str, &[&str])]) {
    let world = World::served(&[]);
    for (says, command) in commands {
        let output = world.run(&[command, &["--error-format", "json"][..]].concat());
        assert_eq!(output.code, code, "{command:?}: {output:#?}");
        let error = output.error();
        let text = format!("{} {}", error["message"], error["hint"]);
        assert!(text.contains(says), "{command:?} says {text}, not '{says}'");
    }
    assert_eq!(world.requests(), Vec::<String>::new());
}

#[test]
fn ids_that_cannot_be_ids() {
    nothing_is_sent(
        2,
        &[
            (
                "2147483647",
                &["huawei", "codearts-key", "delete", "0", "--yes"],
            ),
            (
                "2147483647",
                &[
                    "huawei",
                    "codearts-key",
                    "delete",
                    "31001",
                    "laptop",
                    "--yes",
                ],
            ),
            (
                "2147483647",
                &["huawei", "codearts-key", "delete", "2147483648", "--yes"],
            ),
            (
                "2147483647",
                &["huawei", "codearts-key", "delete", "../31001", "--yes"],
            ),
            (
                "not-a-key-id",
                &["huawei", "kms-key", "cancel-deletion", "not-a-key-id"],
            ),
            (
                "0D0466B0",
                &[
                    "huawei",
                    "kms-key",
                    "cancel-deletion",
                    "0D0466B0-e727-4d9c-b35d-f84bb474a37f",
                ],
            ),
            (
                "/",
                &[
                    "huawei",
                    "cph-server",
                    "change-key-pair",
                    "a/b",
                    "--key-pair",
                    "x",
                    "--yes",
                ],
            ),
            (
                "..",
                &[
                    "huawei",
                    "cph-server",
                    "change-key-pair",
                    "..",
                    "--key-pair",
                    "x",
                    "--yes",
                ],
            ),
            (
                "ins-1/2",
                &[
                    "tencent",
                    "key-pair",
                    "detach",
                    "--key",
                    "skey-9p0o8i7u",
                    "--instance",
                    "ins-1/2",
                    "--yes",
                ],
            ),
            (
                "lhkp-abcdefgh",
                &[
                    "tencent",
                    "key-pair",
                    "detach",
                    "--key",
                    "lhkp-abcdefgh",
                    "--instance",
                    "ins-4t6y8u2i",
                    "--yes",
                ],
            ),
            (
                "cannot be the name",
                &["volcengine", "key-pair", "delete", "", "--yes"],
            ),
        ],
    );
}

#[test]
fn options_that_contradict_or_do_nothing() {
    let long_token = "t".repeat(65);
    nothing_is_sent(
        2,
        &[
            (
                "--sequence",
                &[
                    "huawei",
                    "kms-key",
                    "cancel-deletion",
                    "0d0466b0-e727-4d9c-b35d-f84bb474a37f",
                    "1f3b5d7c-2a4e-4c6f-8b0d-9e1a3c5e7f90",
                    "--sequence",
                    "919c82d4-8046-4722-9094-35c3c6524cff",
                ],
            ),
            (
                "two key pairs",
                &[
                    "huawei",
                    "cph-server",
                    "change-key-pair",
                    "a550ac820fd7768dd2468569ef985411=x",
                    "a550ac820fd7768dd2468569ef985411=y",
                    "--yes",
                ],
            ),
            (
                "--key-pair",
                &[
                    "huawei",
                    "cph-server",
                    "change-key-pair",
                    "a550ac820fd7768dd2468569ef985411=x",
                    "--key-pair",
                    "y",
                    "--yes",
                ],
            ),
            (
                "no key pair",
                &[
                    "huawei",
                    "cph-server",
                    "change-key-pair",
                    "a550ac820fd7768dd2468569ef985411",
                    "--yes",
                ],
            ),
            (
                "cannot be used with",
                &[
                    "huawei",
                    "codearts-key",
                    "delete",
                    "31001",
                    "--title",
                    "laptop",
                    "--yes",
                ],
            ),
            (
                "--client-token",
                &[
                    "volcengine",
                    "key-pair",
                    "delete",
                    "a",
                    "--client-token",
                    &long_token,
                    "--yes",
                ],
            ),
            (
                "--no-verify",
                &[
                    "tencent",
                    "key-pair",
                    "detach",
                    "--key",
                    "skey-9p0o8i7u",
                    "--instance",
                    "ins-4t6y8u2i",
                    "--no-verify",
                ],
            ),
            (
                "names is for lists",
                &[
                    "volcengine",
                    "key-pair",
                    "delete",
                    "a",
                    "--yes",
                    "-o",
                    "names",
                ],
            ),
            (
                "--query works on the JSON",
                &[
                    "volcengine",
                    "key-pair",
                    "delete",
                    "a",
                    "--yes",
                    "-o",
                    "csv",
                    "--query",
                    "items",
                ],
            ),
            (
                "no JMESPath",
                &[
                    "volcengine",
                    "key-pair",
                    "delete",
                    "a",
                    "--yes",
                    "--query",
                    "items[",
                ],
            ),
            (
                "no duration",
                &[
                    "volcengine",
                    "key-pair",
                    "delete",
                    "a",
                    "--yes",
                    "--timeout",
                    "5m",
                ],
            ),
            (
                "plain http",
                &[
                    "volcengine",
                    "key-pair",
                    "delete",
                    "a",
                    "--yes",
                    "--endpoint-url",
                    "http://ecs.example.com",
                ],
            ),
            (
                "no endpoint",
                &[
                    "volcengine",
                    "key-pair",
                    "delete",
                    "a",
                    "--yes",
                    "--endpoint-url",
                    "ecs.example.com",
                ],
            ),
            (
                "means nothing beside the sandbox",
                &[
                    "volcengine",
                    "key-pair",
                    "delete",
                    "a",
                    "--yes",
                    "--sandbox",
                    "-p",
                    "prod",
                ],
            ),
            (
                "no profile 'prod'",
                &[
                    "volcengine",
                    "key-pair",
                    "delete",
                    "a",
                    "--yes",
                    "-p",
                    "prod",
                ],
            ),
            (
                "cannot be a region",
                &[
                    "volcengine",
                    "key-pair",
                    "delete",
                    "a",
                    "--yes",
                    "-r",
                    "cn/beijing",
                ],
            ),
            (
                "unexpected argument",
                &["volcengine", "key-pair", "delete", "a", "--force"],
            ),
        ],
    );
}

#[test]
fn addresses_of_another_place_or_kind() {
    nothing_is_sent(
        2,
        &[
            (
                "this command works on a key-pair of volcengine",
                &[
                    "volcengine",
                    "key-pair",
                    "delete",
                    "tencent:env/ap-guangzhou/key-pair/skey-9p0o8i7u",
                    "--yes",
                ],
            ),
            (
                "this command works on a key-pair of volcengine",
                &[
                    "volcengine",
                    "key-pair",
                    "delete",
                    "volcengine:env/cn-beijing/instance/i-1",
                    "--yes",
                ],
            ),
            (
                "profile 'prod'",
                &[
                    "volcengine",
                    "key-pair",
                    "delete",
                    "volcengine:prod/cn-beijing/key-pair/a",
                    "--yes",
                ],
            ),
            (
                "-r says",
                &[
                    "volcengine",
                    "key-pair",
                    "delete",
                    "volcengine:env/cn-beijing/key-pair/a",
                    "-r",
                    "cn-shanghai",
                    "--yes",
                ],
            ),
            (
                "no address",
                &[
                    "volcengine",
                    "key-pair",
                    "delete",
                    "volcengine:env/cn-beijing/key-pair/",
                    "--yes",
                ],
            ),
            (
                "several regions",
                &[
                    "tencent",
                    "key-pair",
                    "detach",
                    "--key",
                    "tencent:env/ap-guangzhou/key-pair/skey-9p0o8i7u",
                    "--instance",
                    "tencent:env/ap-shanghai/instance/ins-4t6y8u2i",
                    "--yes",
                ],
            ),
        ],
    );
}

#[test]
fn standard_input_must_be_text_and_come_alone() {
    let world = World::served(&[]);
    let broken = world
        .run_with_input(
            &["volcengine", "key-pair", "delete", "-", "--yes"],
            b"good\nbad \xff\n",
        )
        .code(2);
    assert!(
        broken.stderr.contains("not UTF-8 in line 2"),
        "{}",
        broken.stderr
    );
    world
        .run_with_input(
            &["volcengine", "key-pair", "delete", "-", "a", "--yes"],
            b"b\n",
        )
        .code(2);
    let both = [
        "tencent",
        "key-pair",
        "detach",
        "--key",
        "-",
        "--instance",
        "-",
        "--yes",
    ];
    world.run_with_input(&both, b"skey-9p0o8i7u\n").code(2);
    let half = ["huawei", "codearts-key", "delete", "-", "--yes"];
    world.run_with_input(&half, b"31001\nlaptop\n").code(2);
    assert_eq!(world.requests(), Vec::<String>::new());
}

#[test]
fn repeated_ids_are_sent_once_and_said() {
    let world = World::sandboxed();
    let address = "volcengine:sandbox/cn-beijing/key-pair/ci-deploy";
    let output = world.run(&[
        "volcengine",
        "key-pair",
        "delete",
        "ci-deploy",
        "ci-deploy",
        address,
        "--yes",
        "-o",
        "json",
    ]);
    let output = output.code(0);
    let statuses = output.statuses();
    assert_eq!(statuses[0], "ci-deploy deleted");
    assert!(output.stderr.contains("done once"), "{}", output.stderr);
}

#[test]
fn no_region_is_never_guessed() {
    let world = World::served(&[]).without("VOLCENGINE_REGION");
    let output = world
        .run(&[
            "volcengine",
            "key-pair",
            "delete",
            "a",
            "--yes",
            "-o",
            "json",
        ])
        .code(2);
    assert_eq!(output.error()["code"], "NoRegion");
    assert_eq!(world.requests(), Vec::<String>::new());
}

#[test]
fn services_without_a_host_pattern_need_a_known_region() {
    let world = World::empty()
        .with("HUAWEICLOUD_SDK_AK", "AK")
        .with("HUAWEICLOUD_SDK_SK", "SK");
    for command in [
        &[
            "huawei",
            "codearts-key",
            "delete",
            "1",
            "--yes",
            "-r",
            "xx-nowhere-1",
            "-o",
            "json",
        ][..],
        &[
            "huawei",
            "cph-server",
            "change-key-pair",
            "a",
            "--key-pair",
            "b",
            "--yes",
            "-r",
            "xx-nowhere-1",
            "-o",
            "json",
        ],
    ] {
        let error = world.run(command).code(2).error();
        assert!(
            error.to_string().contains("cn-north-4"),
            "the list of regions: {error}"
        );
    }
}
