use std::time::Duration;

use super::{all_or_nothing, broken, credential, env, federated, good, key_id, login, role};
use crate::auth::{Credential, Sealed};
use crate::model::CloudId;

const CLOUD: CloudId = CloudId::Tencent;
const KEYS: [(&str, &str); 2] = [
    ("TENCENTCLOUD_SECRET_ID", "AKIDnot-real"),
    ("TENCENTCLOUD_SECRET_KEY", "not-real"),
];
const CLI: (&str, &str) = ("TENCENTCLOUD_ROLE_ARN", "qcs::cam::uin/1:roleName/ops");
const TERRAFORM: (&str, &str) = (
    "TENCENTCLOUD_ASSUME_ROLE_ARN",
    "qcs::cam::uin/1:roleName/ops",
);
const TOKEN_FILE: (&str, &str) = (
    "TENCENTCLOUD_ASSUME_ROLE_WEB_IDENTITY_TOKEN_FILE",
    "/run/token",
);

#[test]
fn either_name_of_the_session_token_counts() {
    for name in ["TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN"] {
        let login = good(CLOUD, &[&KEYS[..], &[(name, "not-real-token")]].concat());
        assert!(matches!(
            credential(&login),
            Credential::AccessKey { session_token: Some(token), .. } if token.expose() == "not-real-token"
        ));
    }
}

#[test]
fn both_tools_roles_go_around_the_keys() {
    let cli = [CLI, ("TENCENTCLOUD_ROLE_SESSION_NAME", "me")];
    let login = good(CLOUD, &[&KEYS[..], &cli].concat());
    assert_eq!(role(&login).1.session_name.as_deref(), Some("me"));
    let terraform = [
        TERRAFORM,
        ("TENCENTCLOUD_ASSUME_ROLE_SESSION_NAME", "ci"),
        ("TENCENTCLOUD_ASSUME_ROLE_SESSION_DURATION", "3600"),
        ("TENCENTCLOUD_ASSUME_ROLE_EXTERNAL_ID", "friend"),
    ];
    let login = good(CLOUD, &[&KEYS[..], &terraform].concat());
    let (base, taken) = role(&login);
    assert!(base.identity().is_some());
    assert_eq!(taken.duration, Some(Duration::from_secs(3600)));
    assert_eq!(taken.external_id.as_deref(), Some("friend"));
    let login = good(CLOUD, &[&KEYS[..], &cli, &terraform].concat());
    assert_eq!(role(&login).1.session_name.as_deref(), Some("ci"));

    let other = [CLI, (TERRAFORM.0, "qcs::cam::uin/1:roleName/other")];
    broken(CLOUD, &[&KEYS[..], &other].concat());
    for lonely in [CLI, TERRAFORM] {
        assert!(
            broken(CLOUD, &[lonely])
                .message
                .contains("TENCENTCLOUD_SECRET_ID")
        );
        broken(CLOUD, &[&KEYS[..], &[(lonely.0, "")]].concat());
    }
}

#[test]
fn what_cannot_be_done_for_a_role_is_refused_and_not_passed_over() {
    for name in [
        "TENCENTCLOUD_ASSUME_ROLE_SERIAL_NUMBER",
        "TENCENTCLOUD_ASSUME_ROLE_TOKEN_CODE",
        "TENCENTCLOUD_ASSUME_ROLE_SAML_ASSERTION",
        "TENCENTCLOUD_ASSUME_ROLE_PRINCIPAL_ARN",
        "TENCENTCLOUD_ASSUME_ROLE_SOURCE_IDENTITY",
    ] {
        let refused = (name, "not-real");
        for arn in [CLI, TERRAFORM] {
            let error = broken(CLOUD, &[&KEYS[..], &[arn, refused]].concat());
            assert!(error.message.starts_with(name), "{error}");
        }
        // Without a role it says nothing.
        assert!(key_id(CLOUD, &[&KEYS[..], &[refused]].concat()).is_some());
    }
    let in_a_file = ("TENCENTCLOUD_ASSUME_ROLE_ARNN_FILE", "/not-real");
    broken(CLOUD, &[&KEYS[..], &[in_a_file]].concat());
}

#[test]
fn a_token_takes_the_place_of_keys_for_a_role() {
    let with = [TERRAFORM, TOKEN_FILE];
    for pairs in [&with[..], &[&KEYS[..], &with].concat()] {
        let login = good(CLOUD, pairs);
        let identity = federated(&login);
        assert_eq!(identity.provider.as_deref(), Some("OIDC"));
        assert!(matches!(identity.token, Sealed::File(_)));
        assert_eq!(identity.role.as_ref().expect("a role").name, TERRAFORM.1);
    }
    let given = [
        ("TENCENTCLOUD_ASSUME_ROLE_WEB_IDENTITY_TOKEN", "not-real"),
        ("TENCENTCLOUD_ASSUME_ROLE_PROVIDER_ID", "ci"),
    ];
    let login = good(CLOUD, &[&with[..], &given].concat());
    assert_eq!(federated(&login).provider.as_deref(), Some("ci"));
    assert!(matches!(federated(&login).token, Sealed::Given(_)));
    assert!(broken(CLOUD, &[TOKEN_FILE]).message.contains(TERRAFORM.0));
    assert!(key_id(CLOUD, &[&KEYS[..], &[TOKEN_FILE]].concat()).is_some());
    // tccli's role knows no token.
    broken(CLOUD, &[CLI, TOKEN_FILE]);
}

#[test]
fn a_pod_has_all_four_or_is_none() {
    let pod = [
        ("TKE_ROLE_ARN", "qcs::cam::uin/1:roleName/pod"),
        ("TKE_PROVIDER_ID", "cls-example"),
        ("TKE_WEB_IDENTITY_TOKEN_FILE", "/run/token"),
        ("TKE_REGION", "ap-guangzhou"),
    ];
    all_or_nothing(CLOUD, &pod);
    let login_of_pod = good(CLOUD, &pod);
    assert_eq!(
        federated(&login_of_pod).provider.as_deref(),
        Some("cls-example")
    );
    assert_eq!(login_of_pod.region, None);
    assert!(matches!(login(CLOUD, &env(&pod[3..])), Ok(None)));
    assert!(key_id(CLOUD, &[&KEYS[..], &pod[..1]].concat()).is_some());
}
