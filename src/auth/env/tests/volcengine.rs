use std::time::Duration;

use super::{all_or_nothing, broken, env, federated, good, key_id, role};
use crate::auth::Sealed;
use crate::model::CloudId;

const CLOUD: CloudId = CloudId::Volcengine;
const KEYS: [(&str, &str); 2] = [
    ("VOLCENGINE_ACCESS_KEY", "AKLTnot-real"),
    ("VOLCENGINE_SECRET_KEY", "not-real"),
];
const TRN: (&str, &str) = ("VOLCENGINE_ASSUME_ROLE_TRN", "trn:iam::1:role/ops");

#[test]
fn a_role_goes_around_the_current_names_only() {
    let more = [
        ("VOLCENGINE_ASSUME_ROLE_SESSION_NAME", "me"),
        ("VOLCENGINE_ASSUME_ROLE_DURATION_SECONDS", "900"),
        ("VOLCENGINE_REGION", "cn-beijing"),
    ];
    let login = good(CLOUD, &[&KEYS[..], &[TRN], &more].concat());
    let (_, taken) = role(&login);
    assert_eq!(taken.name, TRN.1);
    assert_eq!(taken.session_name.as_deref(), Some("me"));
    assert_eq!(taken.duration, Some(Duration::from_secs(900)));
    assert_eq!(login.region.as_deref(), Some("cn-beijing"));
    assert!(login.source.contains(TRN.0), "{}", login.source);

    let older = [
        ("VOLC_ACCESSKEY", "AKLTnot-real"),
        ("VOLC_SECRETKEY", "not-real"),
    ];
    for without in [&[TRN][..], &[&older[..], &[TRN]].concat()] {
        let error = broken(CLOUD, without);
        assert_eq!(
            error.message,
            "VOLCENGINE_ASSUME_ROLE_TRN is set but VOLCENGINE_ACCESS_KEY is not"
        );
    }
    broken(CLOUD, &[&KEYS[..], &[(TRN.0, "")]].concat());
    let odd = [("VOLCENGINE_ASSUME_ROLE_DURATION_SECONDS", "not-real")];
    broken(CLOUD, &[&KEYS[..], &[TRN], &odd].concat());
}

#[test]
fn federations_come_after_keys() {
    let sdk = [
        ("VOLCENGINE_OIDC_ROLE_TRN", "trn:iam::1:role/pod"),
        ("VOLCENGINE_OIDC_TOKEN_FILE", "/run/token file"),
    ];
    all_or_nothing(CLOUD, &sdk);
    let more = [
        ("VOLCENGINE_OIDC_ROLE_POLICY", "{}"),
        ("VOLCENGINE_OIDC_ROLE_SESSION_NAME", "me"),
    ];
    let login = good(CLOUD, &[&sdk[..], &more].concat());
    let taken = federated(&login).role.as_ref().expect("a role");
    assert_eq!(
        (taken.policy.as_deref(), taken.session_name.as_deref()),
        (Some("{}"), Some("me"))
    );
    assert!(matches!(&federated(&login).token, Sealed::File(path) if path.ends_with("token file")));

    let terraform = [
        ("VOLCENGINE_ASSUME_ROLE_WITH_OIDC_TRN", "trn:iam::1:role/ci"),
        ("VOLCENGINE_ASSUME_ROLE_WITH_OIDC_TOKEN", "not-real"),
    ];
    all_or_nothing(CLOUD, &terraform);
    let more = [("VOLCENGINE_ASSUME_ROLE_WITH_OIDC_DURATION_SECONDS", "0")];
    let login = good(CLOUD, &[&terraform[..], &more].concat());
    assert!(matches!(federated(&login).token, Sealed::Given(_)));
    let taken = federated(&login).role.as_ref().expect("a role");
    assert_eq!(
        (taken.name.as_str(), taken.duration),
        ("trn:iam::1:role/ci", None)
    );

    let all = [&KEYS[..], &sdk, &terraform].concat();
    assert_eq!(key_id(CLOUD, &all).as_deref(), Some("AKLTnot-real"));
    let two = good(CLOUD, &[&sdk[..], &terraform].concat());
    assert!(matches!(federated(&two).token, Sealed::File(_)));
}

#[test]
fn the_environment_can_be_told_not_to_count() {
    let name = "VOLCENGINE_DISABLE_DEFAULT_CREDENTIALS";
    let with = |value| [&KEYS[..], &[(name, value)]].concat();
    assert!(matches!(super::login(CLOUD, &env(&with("True"))), Ok(None)));
    assert!(key_id(CLOUD, &with("false")).is_some());
    assert!(super::login(CLOUD, &env(&with("perhaps"))).is_err());
}
