//! Spec volcengine 7.1.

use super::super::{Login, Recipe, Role, WebIdentity};
use super::{Family, Variables};
use crate::error::Error;

/// The name of the role of the instance that this runs on.
pub(super) const ROLE_NAME: &str = "VOLCENGINE_ECS_METADATA";

/// Current names, then those of the older SDKs.
pub(super) const FAMILIES: [Family; 3] = [
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
pub(super) const REGION: &[&str] = &["VOLCENGINE_REGION"];
const ROLE: &str = "VOLCENGINE_ASSUME_ROLE_TRN";

/// An identity provider's token for a role, by two tools.
struct Federation {
    role: &'static str,
    given: &'static [&'static str],
    file: &'static [&'static str],
    session_name: &'static str,
    duration: Option<&'static str>,
    policy: &'static [&'static str],
    /// The host that makes the exchange.
    sts: &'static [&'static str],
}

/// The SDKs' variables, then Terraform's.
const FEDERATIONS: [Federation; 2] = [
    Federation {
        role: "VOLCENGINE_OIDC_ROLE_TRN",
        given: &[],
        file: &["VOLCENGINE_OIDC_TOKEN_FILE"],
        session_name: "VOLCENGINE_OIDC_ROLE_SESSION_NAME",
        duration: None,
        policy: &["VOLCENGINE_OIDC_ROLE_POLICY"],
        sts: &["VOLCENGINE_OIDC_STS_ENDPOINT"],
    },
    Federation {
        role: "VOLCENGINE_ASSUME_ROLE_WITH_OIDC_TRN",
        given: &["VOLCENGINE_ASSUME_ROLE_WITH_OIDC_TOKEN"],
        file: &[],
        session_name: "VOLCENGINE_ASSUME_ROLE_WITH_OIDC_SESSION_NAME",
        duration: Some("VOLCENGINE_ASSUME_ROLE_WITH_OIDC_DURATION_SECONDS"),
        policy: &[],
        sts: &[],
    },
];

/// Whether the SDKs are told to leave the metadata service alone.
pub(super) fn is_metadata_disabled(variables: Variables<'_>) -> Result<bool, Error> {
    variables.switch("VOLCENGINE_ECS_METADATA_DISABLED")
}

pub(super) fn login(variables: Variables<'_>) -> Result<Option<Login>, Error> {
    // The CLI's, which then asks its profiles only.
    if variables.switch("VOLCENGINE_DISABLE_DEFAULT_CREDENTIALS")? {
        return Ok(None);
    }
    // Terraform's, which reads one family of keys. The SDKs do not know it: whoever sets it for
    // this shell wants the role.
    let role = variables.first(&[ROLE]);
    for (number, family) in FAMILIES.iter().enumerate() {
        let Some((keys, names)) = variables.pair(family)? else {
            continue;
        };
        let Some(role) = role else {
            return Ok(Some(variables.login(keys, &names, family.region, &[])));
        };
        if number > 0 {
            break;
        }
        let [id, secret] = names;
        let source = [id, secret, role.name];
        let role = Role {
            name: variables.clean(role)?.to_owned(),
            session_name: variables.value(&["VOLCENGINE_ASSUME_ROLE_SESSION_NAME"]),
            duration: variables.duration("VOLCENGINE_ASSUME_ROLE_DURATION_SECONDS")?,
            ..Role::default()
        };
        let recipe = Recipe::Role(Box::new(keys), role);
        return Ok(Some(variables.login(recipe, &source, REGION, &[])));
    }
    if let Some(role) = role {
        return Err(variables.half(role.name, FAMILIES[0].id[0]));
    }
    // A key pair beats a token, here as in the SDKs' chain (spec volcengine 7.2).
    for federation in &FEDERATIONS {
        if let Some(login) = federated(variables, federation)? {
            return Ok(Some(login));
        }
    }
    Ok(None)
}

fn federated(variables: Variables<'_>, federation: &Federation) -> Result<Option<Login>, Error> {
    let role = variables.first(&[federation.role]);
    let (given, file) = (
        variables.first(federation.given),
        variables.first(federation.file),
    );
    let (role, (token, token_name)) = match (role, variables.sealed(given, file)?) {
        (None, None) => return Ok(None),
        (Some(role), Some(token)) => (role, token),
        (Some(role), None) => {
            let missing = federation.given.iter().chain(federation.file).next();
            return Err(variables.half(role.name, missing.unwrap_or(&"")));
        }
        (None, Some((_, name))) => return Err(variables.half(name, federation.role)),
    };
    let duration = match federation.duration {
        Some(name) => variables.duration(name)?,
        None => None,
    };
    let source = [role.name, token_name];
    let recipe = Recipe::WebIdentity(WebIdentity {
        role: Some(Role {
            name: variables.clean(role)?.to_owned(),
            session_name: variables.value(&[federation.session_name]),
            duration,
            policy: variables.value(federation.policy),
            ..Role::default()
        }),
        provider: None,
        token,
    });
    let login = variables.login(recipe, &source, REGION, &[]);
    let sts = variables.value(federation.sts);
    Ok(Some(Login {
        endpoints: login.endpoints.with_service("sts", sts.as_deref()),
        ..login
    }))
}
