mod huawei;
mod tencent;
mod volcengine;

use super::{instance_role, login};
use crate::auth::{Credential, Login, Recipe, Role, WebIdentity};
use crate::config::Env;
use crate::error::Error;
use crate::model::CloudId;

fn env(pairs: &[(&str, &str)]) -> Env {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn credential(login: &Login) -> Credential {
    match &login.recipe {
        Recipe::Ready(held) => held.credential.clone(),
        other => panic!("not at hand: {other:?}"),
    }
}

fn good(cloud: CloudId, pairs: &[(&str, &str)]) -> Login {
    login(cloud, &env(pairs)).expect("good").expect("present")
}

/// The error, which must name no value: every made-up one holds `not-real`.
fn broken(cloud: CloudId, pairs: &[(&str, &str)]) -> Error {
    let error = login(cloud, &env(pairs)).expect_err("broken");
    let shown = format!("{error:?} {error}");
    assert!(!shown.contains("not-real"), "{shown}");
    assert_eq!(error.code.as_deref(), Some("BrokenCredentials"), "{error}");
    error
}

/// Every one of them alone is missing something, and so is each set without one of them.
fn all_or_nothing(cloud: CloudId, pairs: &[(&str, &str)]) {
    good(cloud, pairs);
    for (number, (name, _)) in pairs.iter().enumerate() {
        let mut without = pairs.to_vec();
        without.remove(number);
        let error = broken(cloud, &without);
        assert!(error.message.contains(name), "{name}: {error}");
        let mut empty = pairs.to_vec();
        empty[number].1 = "";
        let error = broken(cloud, &empty);
        assert!(error.message.contains(name), "{name}: {error}");
    }
}

fn role(login: &Login) -> (&Recipe, &Role) {
    match &login.recipe {
        Recipe::Role(base, role) => (base, role),
        other => panic!("no role: {other:?}"),
    }
}

fn federated(login: &Login) -> &WebIdentity {
    match &login.recipe {
        Recipe::WebIdentity(identity) => identity,
        other => panic!("no federation: {other:?}"),
    }
}

fn key_id(cloud: CloudId, pairs: &[(&str, &str)]) -> Option<String> {
    match credential(&login(cloud, &env(pairs)).ok()??) {
        Credential::AccessKey { id, .. } => Some(id),
        _ => Some("token".to_owned()),
    }
}

#[test]
fn families_are_read_in_order_and_never_mixed() {
    let volcengine = CloudId::Volcengine;
    let older = [("VOLC_ACCESSKEY", "old"), ("VOLC_SECRETKEY", "s")];
    assert_eq!(key_id(volcengine, &older).as_deref(), Some("old"));
    let both = [
        &older[..],
        &[
            ("VOLCENGINE_ACCESS_KEY", "new"),
            ("VOLCENGINE_SECRET_KEY", "s"),
        ],
    ]
    .concat();
    assert_eq!(key_id(volcengine, &both).as_deref(), Some("new"));
    let mixed = [&older[..1], &[("VOLCENGINE_SECRET_KEY", "s")]].concat();
    assert!(login(volcengine, &env(&mixed)).is_err());
    let half_of_the_first = [&older[..], &[("VOLCENGINE_ACCESS_KEY", "new")]].concat();
    assert!(login(volcengine, &env(&half_of_the_first)).is_err());
}

#[test]
fn absent_is_none_and_broken_is_an_error() {
    assert!(matches!(login(CloudId::Tencent, &env(&[])), Ok(None)));
    for (id, secret) in [
        ("", "s"),
        ("a", ""),
        (" a", "s"),
        ("a", "s\n"),
        ("a", "密"),
        ("a", "AB****CD"),
    ] {
        let pairs = [
            ("TENCENTCLOUD_SECRET_ID", id),
            ("TENCENTCLOUD_SECRET_KEY", secret),
        ];
        let error = login(CloudId::Tencent, &env(&pairs)).expect_err("broken");
        assert_eq!(error.exit_code(), 4);
        assert!(error.message.contains("TENCENTCLOUD_SECRET_"), "{error}");
        assert!(
            !error.message.contains("CD"),
            "the value stays out of the text"
        );
    }
}

#[test]
fn a_key_pair_beats_a_token_and_an_empty_session_token_is_none() {
    let token = [("HW_AUTH_TOKEN", "t")];
    assert_eq!(key_id(CloudId::Huawei, &token).as_deref(), Some("token"));
    let both = [
        &token[..],
        &[
            ("HW_ACCESS_KEY", "a"),
            ("HW_SECRET_KEY", "s"),
            ("HW_SECURITY_TOKEN", ""),
        ],
    ]
    .concat();
    let login = login(CloudId::Huawei, &env(&both))
        .expect("good")
        .expect("present");
    assert!(matches!(
        credential(&login),
        Credential::AccessKey {
            session_token: None,
            ..
        }
    ));
}

#[test]
fn a_server_is_asked_for_its_role_only_when_told_to() {
    let named = [
        ("VOLCENGINE_ECS_METADATA", "box"),
        ("TENCENTCLOUD_CAM_ROLE_NAME", "box"),
        ("VOLCENGINE_REGION", "cn-beijing"),
    ];
    let told = [&named[..], &[("KPCTL_INSTANCE_ROLE", "1")]].concat();
    for cloud in CloudId::ALL {
        assert!(matches!(instance_role(cloud, &env(&named)), Ok(None)));
        let login = instance_role(cloud, &env(&told))
            .expect("good")
            .expect("present");
        assert_eq!(login.profile, "instance-role");
        assert_eq!(
            login.source,
            "the role of this instance (KPCTL_INSTANCE_ROLE)"
        );
        let Recipe::InstanceRole { role } = login.recipe else {
            panic!("another recipe");
        };
        assert_eq!(role.is_some(), cloud != CloudId::Huawei);
    }
    let disabled = [&told[..], &[("VOLCENGINE_ECS_METADATA_DISABLED", "True")]].concat();
    assert!(matches!(
        instance_role(CloudId::Volcengine, &env(&disabled)),
        Ok(None)
    ));
    assert!(matches!(
        instance_role(CloudId::Tencent, &env(&disabled)),
        Ok(Some(_))
    ));
    assert!(instance_role(CloudId::Huawei, &env(&[("KPCTL_INSTANCE_ROLE", "x")])).is_err());
}

#[test]
fn a_key_id_of_another_cloud_is_refused() {
    for (cloud, id, secret, value) in [
        (
            CloudId::Volcengine,
            "VOLCENGINE_ACCESS_KEY",
            "VOLCENGINE_SECRET_KEY",
            "AKIDnot-real",
        ),
        (
            CloudId::Tencent,
            "TENCENTCLOUD_SECRET_ID",
            "TENCENTCLOUD_SECRET_KEY",
            "AKLTnot-real",
        ),
        (
            CloudId::Huawei,
            "HW_ACCESS_KEY",
            "HW_SECRET_KEY",
            "AKTPnot-real",
        ),
    ] {
        let error = broken(cloud, &[(id, value), (secret, "not-real")]);
        assert!(error.message.starts_with(id), "{error}");
    }
}
