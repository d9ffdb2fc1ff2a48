//! Spec tencent 5.1.

use std::path::PathBuf;

use super::super::{Login, Recipe, Role, Sealed, WebIdentity};
use super::{Family, Variable, Variables};
use crate::error::Error;

/// The name of the role of the instance that this runs on.
pub(super) const ROLE_NAME: &str = "TENCENTCLOUD_CAM_ROLE_NAME";

/// One tool writes TOKEN, another `SECURITY_TOKEN`; both mean the same.
pub(super) const FAMILY: Family = Family {
    id: &["TENCENTCLOUD_SECRET_ID"],
    secret: &["TENCENTCLOUD_SECRET_KEY"],
    token: &["TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN"],
    region: &["TENCENTCLOUD_REGION"],
    project: &[],
};
/// tccli's.
const CLI_ROLE: &str = "TENCENTCLOUD_ROLE_ARN";
/// Terraform's and Packer's.
const ROLE: &str = "TENCENTCLOUD_ASSUME_ROLE_ARN";
const TOKEN: &str = "TENCENTCLOUD_ASSUME_ROLE_WEB_IDENTITY_TOKEN";
const TOKEN_FILE: &str = "TENCENTCLOUD_ASSUME_ROLE_WEB_IDENTITY_TOKEN_FILE";
/// Terraform's ways to a role that take a second factor, an assertion or more.
const REFUSED: [&str; 5] = [
    "TENCENTCLOUD_ASSUME_ROLE_SERIAL_NUMBER",
    "TENCENTCLOUD_ASSUME_ROLE_TOKEN_CODE",
    "TENCENTCLOUD_ASSUME_ROLE_SAML_ASSERTION",
    "TENCENTCLOUD_ASSUME_ROLE_PRINCIPAL_ARN",
    "TENCENTCLOUD_ASSUME_ROLE_SOURCE_IDENTITY",
];
/// Spelt with two N.
const ROLE_IN_A_FILE: &str = "TENCENTCLOUD_ASSUME_ROLE_ARNN_FILE";
/// What the pods of a cluster are given. All four are there, or it is no pod.
const POD: [&str; 4] = [
    "TKE_ROLE_ARN",
    "TKE_PROVIDER_ID",
    "TKE_WEB_IDENTITY_TOKEN_FILE",
    "TKE_REGION",
];
/// Terraform's default.
const PROVIDER: &str = "OIDC";

pub(super) fn login(variables: Variables<'_>) -> Result<Option<Login>, Error> {
    let role = role(variables)?;
    let token = variables.sealed(variables.first(&[TOKEN]), variables.first(&[TOKEN_FILE]))?;
    match (role, token) {
        // With a token Terraform needs no keys for the role, and the role is the same either way.
        (Some((arn, role)), Some((token, token_name))) if arn.name == ROLE => {
            let provider = variables.value(&["TENCENTCLOUD_ASSUME_ROLE_PROVIDER_ID"]);
            let recipe = Recipe::WebIdentity(WebIdentity {
                role: Some(role),
                provider: Some(provider.unwrap_or_else(|| PROVIDER.to_owned())),
                token,
            });
            Ok(Some(variables.login(
                recipe,
                &[ROLE, token_name],
                FAMILY.region,
                &[],
            )))
        }
        (Some((arn, role)), _) => {
            let Some((keys, [id, secret])) = variables.pair(&FAMILY)? else {
                return Err(variables.half(arn.name, FAMILY.id[0]));
            };
            let source = [id, secret, arn.name];
            let recipe = Recipe::Role(Box::new(keys), role);
            Ok(Some(variables.login(recipe, &source, FAMILY.region, &[])))
        }
        // A second factor of the user's own (TENCENTCLOUD_MFA_CERTIFICATION_*) leads to the same
        // account, so that it may be passed over.
        (None, token) => {
            if let Some((keys, names)) = variables.pair(&FAMILY)? {
                return Ok(Some(variables.login(keys, &names, FAMILY.region, &[])));
            }
            match token {
                Some((_, name)) => Err(variables.half(name, ROLE)),
                None => pod(variables),
            }
        }
    }
}

/// The role to take on. Either tool reads one of the two names and knows nothing of the other.
fn role(variables: Variables<'_>) -> Result<Option<(Variable<'_>, Role)>, Error> {
    variables.refuse(&[ROLE_IN_A_FILE])?;
    let (cli, terraform) = (variables.first(&[CLI_ROLE]), variables.first(&[ROLE]));
    if let (Some(cli), Some(terraform)) = (cli, terraform)
        && variables.clean(cli)? != variables.clean(terraform)?
    {
        return Err(variables
            .broken(format!("{CLI_ROLE} and {ROLE} name two roles"))
            .hint("Unset one of them."));
    }
    let Some(arn) = terraform.or(cli) else {
        return Ok(None);
    };
    variables.refuse(&REFUSED)?;
    let name = variables.clean(arn)?.to_owned();
    // tccli passes a role without a session name over; here the name is made up when it is missing.
    let role = if arn.name == ROLE {
        Role {
            name,
            session_name: variables.value(&["TENCENTCLOUD_ASSUME_ROLE_SESSION_NAME"]),
            duration: variables.duration("TENCENTCLOUD_ASSUME_ROLE_SESSION_DURATION")?,
            external_id: variables.value(&["TENCENTCLOUD_ASSUME_ROLE_EXTERNAL_ID"]),
            ..Role::default()
        }
    } else {
        Role {
            name,
            session_name: variables.value(&["TENCENTCLOUD_ROLE_SESSION_NAME"]),
            ..Role::default()
        }
    };
    Ok(Some((arn, role)))
}

fn pod(variables: Variables<'_>) -> Result<Option<Login>, Error> {
    let [role, provider, file, region] = POD.map(|name| variables.first(&[name]));
    // The region alone may be there for others to read.
    let Some(present) = role.or(provider).or(file) else {
        return Ok(None);
    };
    let there =
        |variable: Option<_>, name| variable.ok_or_else(|| variables.half(present.name, name));
    let [role_name, provider_name, file_name, region_name] = POD;
    let (role, provider) = (there(role, role_name)?, there(provider, provider_name)?);
    let file = there(file, file_name)?;
    // It says where the cluster is, which need not be where the key pairs are: there is no silent
    // default for that.
    variables.clean(there(region, region_name)?)?;
    let recipe = Recipe::WebIdentity(WebIdentity {
        role: Some(Role {
            name: variables.clean(role)?.to_owned(),
            ..Role::default()
        }),
        provider: Some(variables.clean(provider)?.to_owned()),
        token: Sealed::File(PathBuf::from(variables.text(file)?)),
    });
    let source = [role.name, provider.name, file.name];
    Ok(Some(variables.login(recipe, &source, FAMILY.region, &[])))
}
