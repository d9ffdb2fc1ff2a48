//! The files of `tests/vendor-files`, put where the vendors' tools look for them.

use kpctl::sandbox::credentials as fake;

use crate::fixture::World;

/// A file of `tests/vendor-files`, where it belongs in the home folder, and what stands in it instead.
pub(crate) struct Copy {
    pub(crate) file: &'static str,
    pub(crate) place: &'static str,
    pub(crate) instead: Vec<(&'static str, String)>,
}

pub(crate) fn put(world: &World, copy: &Copy) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vendor-files");
    let mut text = std::fs::read_to_string(format!("{folder}/{}", copy.file)).expect("a fixture");
    for (old, new) in &copy.instead {
        assert!(text.contains(old), "{} has no {old}", copy.file);
        text = text.replace(old, new);
    }
    world.secret_file(copy.place, &text);
}

pub(crate) fn all(pairs: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    pairs
        .iter()
        .map(|(old, new)| (*old, (*new).to_owned()))
        .collect()
}

pub(crate) fn ve(world: &World) -> Copy {
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

pub(crate) fn ve_login(instead: &[(&'static str, &str)]) -> Copy {
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

pub(crate) fn legacy() -> Copy {
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

pub(crate) fn tccli(name: &str) -> Vec<Copy> {
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

pub(crate) fn tencent_sdk() -> Copy {
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

pub(crate) const PROJECT: (&str, &str) =
    ("0123456789abcdef0123456789abcdef", fake::HUAWEI_PROJECT_ID);

pub(crate) fn huawei_sdk(world: &World) -> Copy {
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

pub(crate) fn koocli() -> Copy {
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
