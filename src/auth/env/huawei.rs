//! Spec huawei 8: the SDK's variables and Terraform's.

use super::super::{Credential, Domain, Login, Password, Recipe, Role, Sealed, WebIdentity};
use super::{Family, Variable, Variables};
use crate::error::Error;
use crate::secret::Secret;

/// The SDK reads no region, so Terraform's variables serve all.
const REGION: [&str; 2] = ["HW_REGION_NAME", "OS_REGION_NAME"];
/// Of whoever has no family of keys.
pub(super) const PROJECT: [&str; 3] = [
    "HW_PROJECT_ID",
    "OS_PROJECT_ID",
    "HUAWEICLOUD_SDK_PROJECT_ID",
];

/// The SDK's names, then Terraform's two. Terraform has one name for the token of a temporary key.
pub(super) const FAMILIES: [Family; 3] = [
    Family {
        id: &["HUAWEICLOUD_SDK_AK"],
        secret: &["HUAWEICLOUD_SDK_SK"],
        token: &["HUAWEICLOUD_SDK_SECURITY_TOKEN"],
        region: &REGION,
        project: &["HUAWEICLOUD_SDK_PROJECT_ID"],
    },
    Family {
        id: &["HW_ACCESS_KEY"],
        secret: &["HW_SECRET_KEY"],
        token: &["HW_SECURITY_TOKEN"],
        region: &REGION,
        project: &["HW_PROJECT_ID", "OS_PROJECT_ID"],
    },
    Family {
        id: &["OS_ACCESS_KEY"],
        secret: &["OS_SECRET_KEY"],
        token: &["HW_SECURITY_TOKEN"],
        region: &REGION,
        project: &["HW_PROJECT_ID", "OS_PROJECT_ID"],
    },
];

const AGENCY: &str = "HW_ASSUME_ROLE_AGENCY_NAME";
/// Terraform's agency by federation.
const REFUSED: [&str; 3] = [
    "HW_ASSUME_ROLE_IDP_ID",
    "HW_ASSUME_ROLE_ID_TOKEN",
    "HW_ASSUME_ROLE_ID_TOKEN_FILE",
];
/// The agency of its first versions.
const DELEGATED: &str = "OS_AGENCY_NAME";

/// A user with a password.
struct User {
    name: &'static str,
    password: &'static str,
    domain_id: &'static [&'static str],
    domain_name: &'static [&'static str],
}

const USERS: [User; 2] = [
    User {
        name: "HW_USER_NAME",
        password: "HW_USER_PASSWORD",
        domain_id: &["HW_DOMAIN_ID"],
        domain_name: &["HW_DOMAIN_NAME"],
    },
    User {
        name: "OS_USERNAME",
        password: "OS_PASSWORD",
        domain_id: &["OS_DOMAIN_ID", "OS_USER_DOMAIN_ID"],
        domain_name: &["OS_DOMAIN_NAME", "OS_USER_DOMAIN_NAME"],
    },
];

/// The order is: key pairs, what can be renewed without a person, a token, a password. Terraform
/// takes a token before a key pair, and the SDK an identity provider; a key pair neither ends nor
/// has to be exchanged.
pub(super) fn login(variables: Variables<'_>) -> Result<Option<Login>, Error> {
    let agency = agency(variables)?;
    let sdk = variables
        .pair(&FAMILIES[0])?
        .map(|(keys, names)| place(variables, keys, &names, FAMILIES[0].project));
    let own = match sdk {
        Some(login) => Some(login),
        None if has_terraform_keys(variables) => None,
        None => match by_urn(variables)? {
            Some(login) => Some(login),
            None => by_provider(variables)?,
        },
    };
    if let Some(login) = own {
        // Terraform would take the agency on, and not with these.
        return match agency {
            None => Ok(Some(login)),
            Some(_) => Err(variables
                .broken(format!(
                    "{AGENCY} is set beside credentials that it does not belong to: {}",
                    login.source
                ))
                .hint(format!(
                    "Unset {AGENCY}, or set HW_ACCESS_KEY and HW_SECRET_KEY in place of the others."
                ))),
        };
    }
    let Some(base) = of_terraform(variables)? else {
        return match agency {
            None => Ok(None),
            Some(_) => Err(variables.half(AGENCY, FAMILIES[1].id[0])),
        };
    };
    Ok(Some(match agency {
        None => base,
        Some(role) => Login {
            recipe: Recipe::Role(Box::new(base.recipe), role),
            source: format!("{} with {AGENCY}", base.source),
            ..base
        },
    }))
}

/// The families of Terraform that may be read. Clouds built on the same software have the same
/// `OS_` variables: where `OS_AUTH_URL` is not Huawei's, they are another cloud's.
fn terraform(variables: Variables<'_>) -> &'static [Family] {
    if is_openstack_elsewhere(variables) {
        &FAMILIES[1..2]
    } else {
        &FAMILIES[1..]
    }
}

/// The login of a recipe, with the region and the project of those variables that are Huawei's.
pub(super) fn place(
    variables: Variables<'_>,
    recipe: Recipe,
    source: &[&str],
    project: &[&'static str],
) -> Login {
    let (region, project) = (ours(variables, &REGION), ours(variables, project));
    variables.login(recipe, source, &region, &project)
}

/// The region that the variables name.
pub(super) fn region(variables: Variables<'_>) -> Option<String> {
    variables.value(&ours(variables, &REGION))
}

/// Those of the variables that are Huawei's here.
fn ours(variables: Variables<'_>, names: &[&'static str]) -> Vec<&'static str> {
    let elsewhere = is_openstack_elsewhere(variables);
    let is_ours = |name: &&str| !(elsewhere && name.starts_with("OS_"));
    names.iter().copied().filter(is_ours).collect()
}

fn is_openstack_elsewhere(variables: Variables<'_>) -> bool {
    let Some(url) = variables.value(&["OS_AUTH_URL"]) else {
        return false;
    };
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    ![".myhuaweicloud.com", ".myhuaweicloud.eu"]
        .iter()
        .any(|end| host.to_ascii_lowercase().ends_with(end))
}

fn has_terraform_keys(variables: Variables<'_>) -> bool {
    terraform(variables).iter().any(|family| {
        variables.first(family.id).is_some() || variables.first(family.secret).is_some()
    })
}

fn of_terraform(variables: Variables<'_>) -> Result<Option<Login>, Error> {
    let families = terraform(variables);
    let login = |recipe, source: &[&str], project| {
        if families.len() > 1 {
            variables.refuse(&[DELEGATED])?;
        }
        Ok(Some(place(variables, recipe, source, project)))
    };
    for family in families {
        if let Some((keys, names)) = variables.pair(family)? {
            return login(keys, &names, family.project);
        }
    }
    let both = ["HW_AUTH_TOKEN", "OS_AUTH_TOKEN"];
    if let Some(token) = variables.first(&both[..families.len()]) {
        let secret = Secret::new(variables.clean(token)?.to_owned());
        let recipe = Recipe::fixed(Credential::Token(secret));
        return login(recipe, &[token.name], &PROJECT);
    }
    for user in &USERS[..families.len()] {
        if let Some((recipe, names)) = password(variables, user)? {
            return login(recipe, &names, &PROJECT);
        }
    }
    Ok(None)
}

fn password(
    variables: Variables<'_>,
    user: &User,
) -> Result<Option<(Recipe, [&'static str; 2])>, Error> {
    let names = [user.name, user.password];
    let (name, password) = match names.map(|name| variables.first(&[name])) {
        [None, None] => return Ok(None),
        [Some(name), Some(password)] => (name, password),
        [Some(name), None] => return Err(variables.half(name.name, user.password)),
        [None, Some(password)] => return Err(variables.half(password.name, user.name)),
    };
    let domain = domain(variables, user.domain_id, user.domain_name)
        .ok_or_else(|| variables.half(name.name, user.domain_name[0]))?;
    // A password may hold what a key may not.
    variables.text(password)?;
    let recipe = Recipe::Password(Password {
        user: variables.text(name)?.to_owned(),
        domain,
        password: Sealed::Given(Secret::new(password.value.to_owned())),
    });
    Ok(Some((recipe, names)))
}

fn domain(variables: Variables<'_>, id: &[&str], name: &[&str]) -> Option<Domain> {
    let id = variables.value(id).map(Domain::Id);
    id.or_else(|| variables.value(name).map(Domain::Name))
}

/// Terraform's agency around its own credentials.
fn agency(variables: Variables<'_>) -> Result<Option<Role>, Error> {
    let Some(agency) = variables.first(&[AGENCY]) else {
        return Ok(None);
    };
    variables.refuse(&REFUSED)?;
    let (id, name) = (["HW_ASSUME_ROLE_DOMAIN_ID"], ["HW_ASSUME_ROLE_DOMAIN_NAME"]);
    let domain =
        domain(variables, &id, &name).ok_or_else(|| variables.half(agency.name, name[0]))?;
    Ok(Some(Role {
        name: variables.text(agency)?.to_owned(),
        domain: Some(domain),
        duration: variables.duration("HW_ASSUME_ROLE_DURATION")?,
        ..Role::default()
    }))
}

/// The newest SDK's federation: a provider and an agency, both by URN.
fn by_urn(variables: Variables<'_>) -> Result<Option<Login>, Error> {
    let (provider_name, agency_name, file_name) = (
        "HUAWEICLOUD_OIDC_PROVIDER_URN",
        "HUAWEICLOUD_OIDC_AGENCY_URN",
        "HUAWEICLOUD_OIDC_TOKEN_FILE",
    );
    let provider = variables.first(&[provider_name]);
    let agency = variables.first(&[agency_name]);
    let given = variables.first(&["HUAWEICLOUD_OIDC_ID_TOKEN"]);
    let token = variables.sealed(given, variables.first(&[file_name]))?;
    let present = provider
        .or(agency)
        .map(|variable: Variable<'_>| variable.name);
    let Some(present) = present.or(token.as_ref().map(|(_, name)| *name)) else {
        return Ok(None);
    };
    let provider = provider.ok_or_else(|| variables.half(present, provider_name))?;
    let agency = agency.ok_or_else(|| variables.half(present, agency_name))?;
    let (token, token_name) = token.ok_or_else(|| variables.half(present, file_name))?;
    // It narrows what the role may do; without it the role would be wider than asked for.
    variables.refuse(&["HUAWEICLOUD_OIDC_POLICY_IDS"])?;
    let recipe = Recipe::WebIdentity(WebIdentity {
        role: Some(Role {
            name: variables.clean(agency)?.to_owned(),
            session_name: variables.value(&["HUAWEICLOUD_OIDC_SESSION_NAME"]),
            duration: variables.duration("HUAWEICLOUD_OIDC_DURATION_SECONDS")?,
            policy: variables.value(&["HUAWEICLOUD_OIDC_POLICY"]),
            ..Role::default()
        }),
        provider: Some(variables.clean(provider)?.to_owned()),
        token,
    });
    let source = [provider_name, agency_name, token_name];
    Ok(Some(place(variables, recipe, &source, FAMILIES[0].project)))
}

/// The SDK's older federation, which leads to a user of the provider's own and no agency.
fn by_provider(variables: Variables<'_>) -> Result<Option<Login>, Error> {
    let names = ["HUAWEICLOUD_SDK_IDP_ID", "HUAWEICLOUD_SDK_ID_TOKEN_FILE"];
    let [provider, file] = names.map(|name| variables.first(&[name]));
    let token = variables.sealed(None, file)?;
    let (provider, token) = match (provider, token) {
        (None, None) => return Ok(None),
        (Some(provider), Some((token, _))) => (provider, token),
        (Some(provider), None) => return Err(variables.half(provider.name, names[1])),
        (None, Some((_, file))) => return Err(variables.half(file, names[0])),
    };
    let recipe = Recipe::WebIdentity(WebIdentity {
        role: None,
        provider: Some(variables.text(provider)?.to_owned()),
        token,
    });
    Ok(Some(place(variables, recipe, &names, FAMILIES[0].project)))
}
