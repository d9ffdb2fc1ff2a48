//! The role of the instance that this runs on: only when `KPCTL_INSTANCE_ROLE=1` or a profile says so,
//! because on any other machine asking for it costs time, and elsewhere than at home it may give
//! somebody else's account.

use super::{INSTANCE_PROFILE, Login, Recipe};
use crate::config::{Env, env};
use crate::error::Error;
use crate::model::CloudId;

/// The role, when the environment says that it is meant.
pub(super) fn login(cloud: CloudId, env: &Env) -> Result<Option<Login>, Error> {
    if !env.switch(env::INSTANCE_ROLE)? || is_off(cloud, env) {
        return Ok(None);
    }
    Ok(Some(Login {
        source: format!("the instance's role ({})", env::INSTANCE_ROLE),
        ..named(cloud, env)
    }))
}

/// The role, for whoever named it.
pub(super) fn named(cloud: CloudId, env: &Env) -> Login {
    // Names that the vendors' tools read (spec volcengine 7.1, tencent 5.1).
    let variable = match cloud {
        CloudId::Volcengine => Some("VOLCENGINE_ECS_METADATA"),
        CloudId::Tencent => Some("TENCENTCLOUD_CAM_ROLE_NAME"),
        CloudId::Huawei => None,
    };
    let role = variable.and_then(|name| env.filled(name));
    Login {
        profile: INSTANCE_PROFILE.to_owned(),
        recipe: Recipe::InstanceRole {
            role: role.map(|name| name.trim().to_owned()),
        },
        source: "the instance's role".to_owned(),
        ..Login::unnamed()
    }
}

/// Whether the vendor's own switch forbids it (spec volcengine 7.1).
fn is_off(cloud: CloudId, env: &Env) -> bool {
    let switch = env.filled("VOLCENGINE_ECS_METADATA_DISABLED");
    cloud == CloudId::Volcengine
        && switch.is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
}

#[cfg(test)]
mod tests {
    use super::login;
    use crate::auth::Recipe;
    use crate::config::Env;
    use crate::model::CloudId;

    /// The role's name; empty when it is looked for.
    fn role(cloud: CloudId, pairs: &[(&str, &str)]) -> Option<String> {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let env: Env = pairs.iter().map(pair).collect();
        match login(cloud, &env).expect("readable")?.recipe {
            Recipe::InstanceRole { role } => Some(role.unwrap_or_default()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn it_is_asked_for_only_when_somebody_says_so() {
        let on = ("KPCTL_INSTANCE_ROLE", "1");
        let name = ("VOLCENGINE_ECS_METADATA", "ops");
        assert_eq!(role(CloudId::Volcengine, &[name]), None);
        let looked_for = Some(String::new());
        assert_eq!(role(CloudId::Volcengine, &[on]), looked_for);
        assert_eq!(
            role(CloudId::Volcengine, &[on, name]),
            Some("ops".to_owned())
        );
        assert_eq!(role(CloudId::Huawei, &[on, name]), looked_for);
        let off = ("VOLCENGINE_ECS_METADATA_DISABLED", "true");
        assert_eq!(role(CloudId::Volcengine, &[on, off]), None);
        assert_eq!(role(CloudId::Tencent, &[on, off]), looked_for);
        let env: Env = [("KPCTL_INSTANCE_ROLE".to_owned(), "maybe".to_owned())]
            .into_iter()
            .collect();
        assert!(login(CloudId::Tencent, &env).is_err());
    }
}
