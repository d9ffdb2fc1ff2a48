//! The vendors' documents leave questions open. The outcomes must be right under every plausible
//! answer, so each command is run against each.

use crate::fixture::World;

const MISSING_KEY: &str = "ffffffff-ffff-4fff-8fff-ffffffffffff";
const TEAM_APP: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";
const SERVER_1: &str = "a550ac820fd7768dd2468569ef985411";
const SERVER_2: &str = "b661bd931fe8879ee3579670fa096522";
const UNKNOWN_SERVER: &str = "ffffffffffffffffffffffffffffffff";

fn with_quirk(quirk: &str) -> World {
    World::served(&["--quirk", quirk])
}

#[test]
fn volcengine_outcomes_do_not_depend_on_open_questions() {
    for quirk in [
        "volcengine-details-reordered",
        "volcengine-details-null-omitted",
        "volcengine-unknown-names-refused",
        "volcengine-delete-eventual",
        "volcengine-instance-filter-fuzzy",
    ] {
        let world = with_quirk(quirk);
        let output = world.run(&[
            "volcengine",
            "key-pair",
            "delete",
            "ci-deploy",
            "prod-web",
            "ghost",
            "--yes",
            "-o",
            "json",
        ]);
        assert_eq!(
            output.statuses(),
            ["ci-deploy deleted", "prod-web in-use", "ghost absent"],
            "{quirk}"
        );
        assert_eq!(output.code, 3, "{quirk}");
        let document = output.json();
        for item in document["items"].as_array().expect("items") {
            assert_eq!(item["verified"], true, "{quirk}: {item}");
        }
        assert_eq!(
            document["items"][1]["held_by"].as_array().map(Vec::len),
            Some(2),
            "{quirk}"
        );
    }
}

#[test]
fn tencent_outcomes_do_not_depend_on_open_questions() {
    let detach = |world: &World, arguments: &[&str]| {
        world.run(
            &[
                &["tencent", "key-pair", "detach", "--yes", "-o", "json"],
                arguments,
            ]
            .concat(),
        )
    };
    // Unbound pairs are never asked for, so it does not matter what the service says to them.
    let world = with_quirk("tencent-unbound-key-refused");
    let output = detach(
        &world,
        &[
            "--key",
            "skey-9p0o8i7u",
            "skey-1a2b3c4d",
            "--instance",
            "ins-4t6y8u2i",
            "ins-5r7e9w1q",
        ],
    );
    assert_eq!(
        output.statuses(),
        [
            "skey-9p0o8i7u@ins-4t6y8u2i detached",
            "skey-1a2b3c4d@ins-4t6y8u2i unchanged",
            "skey-9p0o8i7u@ins-5r7e9w1q unchanged",
            "skey-1a2b3c4d@ins-5r7e9w1q unchanged",
        ]
    );
}

#[test]
fn tencent_does_not_need_the_id_of_the_operation() {
    let world = with_quirk("tencent-operation-id-unrelated");
    let output = world
        .run(&[
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
        ])
        .code(0);
    assert_eq!(output.statuses(), ["skey-9p0o8i7u@ins-4t6y8u2i detached"]);
}

#[test]
fn codearts_outcomes_do_not_depend_on_open_questions() {
    for quirk in [
        "codearts-unknown-id-400",
        "codearts-unknown-id-403",
        "codearts-unknown-id-204",
    ] {
        let world = with_quirk(quirk);
        let output = world
            .run(&[
                "huawei",
                "codearts-key",
                "delete",
                "31001",
                "99999",
                "--yes",
                "-o",
                "json",
            ])
            .code(0);
        assert_eq!(
            output.statuses(),
            ["31001 deleted", "99999 absent"],
            "{quirk}"
        );
    }
}

#[test]
fn kms_outcomes_do_not_depend_on_open_questions() {
    for quirk in [
        "kms-missing-key-400",
        "kms-cancel-echoes-other-id",
        "kms-cancel-refused-flat",
    ] {
        let world = with_quirk(quirk);
        let cancel = |ids: &[&str]| {
            world
                .run(&[&["huawei", "kms-key", "cancel-deletion", "-o", "json"], ids].concat())
                .statuses()
        };
        assert_eq!(
            cancel(&[TEAM_APP, MISSING_KEY]),
            [
                format!("{TEAM_APP} cancelled"),
                format!("{MISSING_KEY} not-found")
            ],
            "{quirk}"
        );
        assert_eq!(
            cancel(&[TEAM_APP]),
            [format!("{TEAM_APP} unchanged")],
            "{quirk}"
        );
    }
}

#[test]
fn cph_outcomes_do_not_depend_on_open_questions() {
    let change = |world: &World, servers: &[&str]| {
        let base = [
            "huawei",
            "cph-server",
            "change-key-pair",
            "--key-pair",
            "KeyPair-ops_2",
            "--yes",
            "-o",
            "json",
        ];
        world.run(&[&base, servers].concat())
    };
    let world = with_quirk("cph-jobs-reordered");
    let output = change(&world, &[SERVER_1, SERVER_2, UNKNOWN_SERVER]).code(3);
    assert_eq!(
        output.statuses(),
        [
            format!("{SERVER_1} changed"),
            format!("{SERVER_2} changed"),
            format!("{UNKNOWN_SERVER} not-found")
        ]
    );

    let world = with_quirk("cph-unknown-server-refuses-call");
    let output = change(&world, &[SERVER_1, UNKNOWN_SERVER]).code(3);
    assert_eq!(
        output.statuses(),
        [
            format!("{SERVER_1} changed"),
            format!("{UNKNOWN_SERVER} not-found")
        ]
    );
}

#[test]
fn a_forgotten_cph_job_is_proven_only_by_a_name_that_changed() {
    let world = with_quirk("cph-jobs-forgotten");
    let change = |name: &str| {
        world.run(&[
            "huawei",
            "cph-server",
            "change-key-pair",
            SERVER_1,
            "--key-pair",
            name,
            "--yes",
            "-o",
            "json",
        ])
    };
    assert_eq!(
        change("KeyPair-ops_2").code(0).statuses(),
        [format!("{SERVER_1} changed")]
    );
    // The same name again proves nothing.
    assert_eq!(
        change("KeyPair-ops_2").code(10).statuses(),
        [format!("{SERVER_1} unverified")]
    );
}
