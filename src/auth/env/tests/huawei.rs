use std::time::Duration;

use super::{all_or_nothing, broken, env, federated, good, key_id, login, role};
use crate::auth::{Domain, Recipe, Sealed};
use crate::model::CloudId;

const CLOUD: CloudId = CloudId::Huawei;
const SDK: [(&str, &str); 2] = [
    ("HUAWEICLOUD_SDK_AK", "SDKNOTREAL"),
    ("HUAWEICLOUD_SDK_SK", "not-real"),
];
const HW: [(&str, &str); 2] = [
    ("HW_ACCESS_KEY", "HWNOTREAL"),
    ("HW_SECRET_KEY", "not-real"),
];
const OS: [(&str, &str); 2] = [
    ("OS_ACCESS_KEY", "OSNOTREAL"),
    ("OS_SECRET_KEY", "not-real"),
];
const AGENCY: [(&str, &str); 2] = [
    ("HW_ASSUME_ROLE_AGENCY_NAME", "ops agency"),
    ("HW_ASSUME_ROLE_DOMAIN_NAME", "Example Account"),
];
const USER: [(&str, &str); 3] = [
    ("HW_USER_NAME", "ops-user"),
    ("HW_USER_PASSWORD", "not-real password"),
    ("HW_DOMAIN_NAME", "ExampleAccount"),
];
const IDP: [(&str, &str); 2] = [
    ("HUAWEICLOUD_SDK_IDP_ID", "idp"),
    ("HUAWEICLOUD_SDK_ID_TOKEN_FILE", "/run/token"),
];
const URN: [(&str, &str); 3] = [
    ("HUAWEICLOUD_OIDC_PROVIDER_URN", "iam::1:oidc-provider:x"),
    ("HUAWEICLOUD_OIDC_AGENCY_URN", "iam::1:agency:ops"),
    ("HUAWEICLOUD_OIDC_TOKEN_FILE", "/run/token"),
];

#[test]
fn families_are_tried_in_order() {
    let all = [&OS[..], &HW, &SDK].concat();
    for (number, id) in [(6, "SDKNOTREAL"), (4, "HWNOTREAL"), (2, "OSNOTREAL")] {
        assert_eq!(key_id(CLOUD, &all[..number]).as_deref(), Some(id));
    }
    broken(CLOUD, &[OS[0], HW[1]]);
    broken(CLOUD, &OS[..1]);
    let more = [("OS_REGION_NAME", "cn-north-4"), ("OS_PROJECT_ID", "p")];
    let login = good(CLOUD, &[&OS[..], &more].concat());
    assert_eq!(login.region.as_deref(), Some("cn-north-4"));
    assert_eq!(login.project_id.as_deref(), Some("p"));
}

#[test]
fn the_variables_of_another_openstack_do_not_count() {
    let token = [("OS_AUTH_TOKEN", "not-real")];
    let user = [
        ("OS_USERNAME", "u"),
        ("OS_PASSWORD", "not-real"),
        ("OS_USER_DOMAIN_NAME", "d"),
    ];
    for mine in [&OS[..], &token, &user] {
        let with = |url| [mine, &[("OS_AUTH_URL", url)]].concat();
        good(CLOUD, mine);
        good(CLOUD, &with("https://iam.cn-north-4.myhuaweicloud.com/v3"));
        good(CLOUD, &with("iam.eu-west-101.myhuaweicloud.eu:443"));
        for url in [
            "https://keystone.example:5000/v3",
            "https://x.example/.myhuaweicloud.com",
        ] {
            assert!(matches!(login(CLOUD, &env(&with(url))), Ok(None)), "{url}");
            let region = [("OS_REGION_NAME", "RegionOne"), ("OS_PROJECT_ID", "theirs")];
            let beside = [&with(url)[..], &HW, &region].concat();
            assert_eq!(key_id(CLOUD, &beside).as_deref(), Some("HWNOTREAL"));
            let beside = good(CLOUD, &beside);
            assert_eq!((beside.region, beside.project_id), (None, None));
        }
    }
}

#[test]
fn an_agency_goes_around_what_terraform_reads() {
    let token = [("HW_AUTH_TOKEN", "not-real")];
    for base in [&HW[..], &OS, &token, &USER] {
        let login = good(
            CLOUD,
            &[base, &AGENCY, &[("HW_ASSUME_ROLE_DURATION", "900")]].concat(),
        );
        let (_, agency) = role(&login);
        assert_eq!(agency.name, "ops agency");
        assert_eq!(
            agency.domain,
            Some(Domain::Name("Example Account".to_owned()))
        );
        assert_eq!(agency.duration, Some(Duration::from_secs(900)));
        assert!(login.source.ends_with("with HW_ASSUME_ROLE_AGENCY_NAME"));
    }
    let by_id = [&HW[..], &AGENCY, &[("HW_ASSUME_ROLE_DOMAIN_ID", "d1")]].concat();
    assert_eq!(
        role(&good(CLOUD, &by_id)).1.domain,
        Some(Domain::Id("d1".to_owned()))
    );

    broken(CLOUD, &AGENCY);
    broken(CLOUD, &[&HW[..], &AGENCY[..1]].concat());
    broken(
        CLOUD,
        &[&HW[..], &[(AGENCY[0].0, "")], &AGENCY[1..]].concat(),
    );
    for not_its_own in [&SDK[..], &IDP, &URN] {
        let error = broken(CLOUD, &[not_its_own, &AGENCY].concat());
        assert!(error.message.contains(not_its_own[0].0), "{error}");
    }
    for name in [
        "HW_ASSUME_ROLE_IDP_ID",
        "HW_ASSUME_ROLE_ID_TOKEN",
        "HW_ASSUME_ROLE_ID_TOKEN_FILE",
    ] {
        broken(CLOUD, &[&HW[..], &AGENCY, &[(name, "not-real")]].concat());
    }
    broken(
        CLOUD,
        &[&HW[..], &[("OS_AGENCY_NAME", "not-real")]].concat(),
    );
}

#[test]
fn federations_come_between_keys_and_tokens() {
    all_or_nothing(CLOUD, &IDP);
    let login = good(CLOUD, &IDP);
    assert!(federated(&login).role.is_none());
    assert_eq!(federated(&login).provider.as_deref(), Some("idp"));

    all_or_nothing(CLOUD, &URN);
    let more = [
        ("HUAWEICLOUD_OIDC_SESSION_NAME", "me"),
        ("HUAWEICLOUD_OIDC_DURATION_SECONDS", "3600"),
        ("HUAWEICLOUD_OIDC_POLICY", "{}"),
        ("HUAWEICLOUD_OIDC_ID_TOKEN", "not-real"),
        ("HUAWEICLOUD_SDK_PROJECT_ID", "p"),
    ];
    let login = good(CLOUD, &[&URN[..], &more, &IDP].concat());
    let agency = federated(&login).role.as_ref().expect("a role");
    assert_eq!(agency.name, "iam::1:agency:ops");
    assert_eq!(agency.policy.as_deref(), Some("{}"));
    assert_eq!(login.project_id.as_deref(), Some("p"));
    assert!(matches!(federated(&login).token, Sealed::Given(_)));
    broken(
        CLOUD,
        &[&URN[..], &[("HUAWEICLOUD_OIDC_POLICY_IDS", "not-real")]].concat(),
    );

    for keys in [&SDK[..], &HW, &OS] {
        assert!(key_id(CLOUD, &[keys, &URN, &IDP].concat()).is_some());
    }
    let token = [("HW_AUTH_TOKEN", "not-real")];
    federated(&good(CLOUD, &[&token[..], &IDP].concat()));
}

#[test]
fn a_token_comes_before_a_password_and_both_tools_names_count() {
    for name in ["HW_AUTH_TOKEN", "OS_AUTH_TOKEN"] {
        let token = [(name, "not-real"), ("HW_PROJECT_ID", "p")];
        let login = good(CLOUD, &[&USER[..], &token].concat());
        assert!(login.source.contains(name), "{}", login.source);
        assert_eq!(login.project_id.as_deref(), Some("p"));
        broken(CLOUD, &[(name, "")]);
    }
    let os = [
        ("OS_USERNAME", "ops-user"),
        ("OS_PASSWORD", "not-real password"),
        ("OS_DOMAIN_ID", "ExampleAccount"),
    ];
    for user in [&USER[..], &os] {
        match good(CLOUD, user).recipe {
            Recipe::Password(held) => {
                assert_eq!(held.user, "ops-user");
                assert!(
                    matches!(held.password, Sealed::Given(secret) if secret.expose() == "not-real password")
                );
                assert!(
                    matches!(held.domain, Domain::Name(name) | Domain::Id(name) if name == "ExampleAccount")
                );
            }
            other => panic!("{other:?}"),
        }
        for missing in 0..3 {
            let mut without = user.to_vec();
            without.remove(missing);
            broken(CLOUD, &without);
        }
        let mut empty = user.to_vec();
        empty[1].1 = "";
        broken(CLOUD, &empty);
    }
    assert!(matches!(login(CLOUD, &env(&USER[2..])), Ok(None)));
}
