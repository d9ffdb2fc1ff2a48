//! Credentials from the variables that the vendors' own tools read.

use super::check::clean;
use super::{Credential, ENV_PROFILE, Endpoints, Login, Recipe};
use crate::config::Env;
use crate::error::Error;
use crate::model::CloudId;
use crate::secret::Secret;

/// Variables that belong together; families are never mixed.
struct Family {
    id: &'static [&'static str],
    secret: &'static [&'static str],
    token: &'static [&'static str],
    region: &'static [&'static str],
    project: &'static [&'static str],
}

/// Spec volcengine 7.1: current names, then those of the older SDKs.
const VOLCENGINE: [Family; 3] = [
    Family {
        id: &["VOLCENGINE_ACCESS_KEY"],
        secret: &["VOLCENGINE_SECRET_KEY"],
        token: &["VOLCENGINE_SESSION_TOKEN"],
        region: &["VOLCENGINE_REGION"],
        project: &[],
    },
    Family {
        id: &["VOLCSTACK_ACCESS_KEY_ID", "VOLCSTACK_ACCESS_KEY"],
        secret: &["VOLCSTACK_SECRET_ACCESS_KEY", "VOLCSTACK_SECRET_KEY"],
        token: &["VOLCSTACK_SESSION_TOKEN"],
        region: &["VOLCSTACK_REGION", "VOLCENGINE_REGION"],
        project: &[],
    },
    Family {
        id: &["VOLC_ACCESSKEY"],
        secret: &["VOLC_SECRETKEY"],
        token: &[],
        region: &["VOLCENGINE_REGION"],
        project: &[],
    },
];

/// Spec tencent 5.1: one tool writes TOKEN, another SECURITY_TOKEN; both mean the same.
const TENCENT: [Family; 1] = [Family {
    id: &["TENCENTCLOUD_SECRET_ID"],
    secret: &["TENCENTCLOUD_SECRET_KEY"],
    token: &["TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN"],
    region: &["TENCENTCLOUD_REGION"],
    project: &[],
}];

/// Spec huawei 8: the SDK's names, then Terraform's. The SDK reads no region, so Terraform's
/// variable serves both.
const HUAWEI: [Family; 2] = [
    Family {
        id: &["HUAWEICLOUD_SDK_AK"],
        secret: &["HUAWEICLOUD_SDK_SK"],
        token: &["HUAWEICLOUD_SDK_SECURITY_TOKEN"],
        region: &["HW_REGION_NAME"],
        project: &["HUAWEICLOUD_SDK_PROJECT_ID"],
    },
    Family {
        id: &["HW_ACCESS_KEY"],
        secret: &["HW_SECRET_KEY"],
        token: &["HW_SECURITY_TOKEN"],
        region: &["HW_REGION_NAME"],
        project: &["HW_PROJECT_ID"],
    },
];

const HUAWEI_TOKEN: &str = "HW_AUTH_TOKEN";

fn families(cloud: CloudId) -> &'static [Family] {
    match cloud {
        CloudId::Volcengine => &VOLCENGINE,
        CloudId::Tencent => &TENCENT,
        CloudId::Huawei => &HUAWEI,
    }
}

/// The variables to tell a user about who has none.
pub(super) fn wanted(cloud: CloudId) -> String {
    let family = &families(cloud)[0];
    format!("{} and {}", family.id[0], family.secret[0])
}

/// The credentials in the environment; `None` when no variable of any family is set.
pub(super) fn login(cloud: CloudId, env: &Env) -> Result<Option<Login>, Error> {
    for family in families(cloud) {
        let id = first(env, family.id);
        let secret = first(env, family.secret);
        let (id, secret) = match (id, secret) {
            (None, None) => continue,
            (Some(id), Some(secret)) => (id, secret),
            (Some((name, _)), None) => return Err(half(cloud, name, family.secret[0])),
            (None, Some((name, _))) => return Err(half(cloud, name, family.id[0])),
        };
        let source = format!("environment ({}, {})", id.0, secret.0);
        // Only the token may be empty: scripts pass it on whether they have one or not.
        let token = family
            .token
            .iter()
            .find_map(|name| Some((*name, env.get(name).filter(|value| !value.is_empty())?)))
            .map(|(name, value)| clean(cloud, name, value))
            .transpose()?;
        return Ok(Some(Login {
            profile: ENV_PROFILE.to_owned(),
            recipe: Recipe::fixed(Credential::AccessKey {
                id: clean(cloud, id.0, id.1)?.to_owned(),
                secret: Secret::new(clean(cloud, secret.0, secret.1)?.to_owned()),
                session_token: token.map(|token| Secret::new(token.to_owned())),
            }),
            source,
            region: value(env, family.region),
            project_id: value(env, family.project),
            endpoints: Endpoints::vendors(),
            expect_account: None,
        }));
    }
    if cloud != CloudId::Huawei {
        return Ok(None);
    }
    let Some(token) = env.get(HUAWEI_TOKEN) else {
        return Ok(None);
    };
    Ok(Some(Login {
        profile: ENV_PROFILE.to_owned(),
        recipe: Recipe::fixed(Credential::Token(Secret::new(
            clean(cloud, HUAWEI_TOKEN, token)?.to_owned(),
        ))),
        source: format!("environment ({HUAWEI_TOKEN})"),
        region: value(env, HUAWEI[0].region),
        project_id: value(env, &["HW_PROJECT_ID", "HUAWEICLOUD_SDK_PROJECT_ID"]),
        endpoints: Endpoints::vendors(),
        expect_account: None,
    }))
}

fn first<'a>(env: &'a Env, names: &[&'static str]) -> Option<(&'static str, &'a str)> {
    names
        .iter()
        .find_map(|name| env.get(name).map(|value| (*name, value)))
}

fn value(env: &Env, names: &[&str]) -> Option<String> {
    names
        .iter()
        .find_map(|name| env.filled(name))
        .map(|value| value.trim().to_owned())
}

fn half(cloud: CloudId, present: &str, missing: &str) -> Error {
    Error::credentials(format!("{present} is set but {missing} is not"))
        .code("BrokenCredentials")
        .hint(format!("Set {missing} too, or unset {present}."))
        .cloud(cloud)
}

#[cfg(test)]
mod tests {
    use super::login;
    use crate::auth::{Credential, Login, Recipe};
    use crate::config::Env;
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
}
