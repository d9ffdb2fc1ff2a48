//! Credentials from the variables that the vendors' own tools read.
//!
//! What a tool would make of a variable is either done or refused: a role, a second factor or an
//! assertion that is passed over would leave the command with another account than the tool's.

mod huawei;
mod tencent;
mod volcengine;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::Duration;

use super::check::{broken, clean, clean_key_id};
use super::{Credential, ENV_PROFILE, Endpoints, INSTANCE_PROFILE, Login, Recipe, Sealed};
use crate::config::Env;
use crate::config::env::INSTANCE_ROLE;
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

/// A variable that is set, perhaps to the empty text.
#[derive(Clone, Copy)]
struct Variable<'a> {
    name: &'static str,
    value: &'a str,
}

/// The environment, read for one cloud.
#[derive(Clone, Copy)]
struct Variables<'a> {
    cloud: CloudId,
    env: &'a Env,
}

/// The variables to tell a user about who has none.
pub(super) fn wanted(cloud: CloudId) -> String {
    let family = match cloud {
        CloudId::Volcengine => &volcengine::FAMILIES[0],
        CloudId::Tencent => &tencent::FAMILY,
        CloudId::Huawei => &huawei::FAMILIES[0],
    };
    format!("{} and {}", family.id[0], family.secret[0])
}

/// The credentials in the environment; `None` when no variable of any family is set.
pub(super) fn login(cloud: CloudId, env: &Env) -> Result<Option<Login>, Error> {
    let variables = Variables { cloud, env };
    match cloud {
        CloudId::Volcengine => volcengine::login(variables),
        CloudId::Tencent => tencent::login(variables),
        CloudId::Huawei => huawei::login(variables),
    }
}

/// The role of the server that this runs on, when `KPCTL_INSTANCE_ROLE` says so: elsewhere the
/// question would go to whoever answers at that address.
pub(super) fn instance_role(cloud: CloudId, env: &Env) -> Result<Option<Login>, Error> {
    if !env.switch(INSTANCE_ROLE)? {
        return Ok(None);
    }
    let variables = Variables { cloud, env };
    let named = |name, region| {
        let role = variables.value(&[name]);
        variables.login(Recipe::InstanceRole { role }, &[], region, &[])
    };
    let login = match cloud {
        CloudId::Volcengine if volcengine::is_metadata_disabled(variables)? => return Ok(None),
        CloudId::Volcengine => named(volcengine::ROLE_NAME, volcengine::REGION),
        CloudId::Tencent => named(tencent::ROLE_NAME, tencent::FAMILY.region),
        // A server has one agency there, and nobody names it.
        CloudId::Huawei => {
            let recipe = Recipe::InstanceRole { role: None };
            huawei::place(variables, recipe, &[], &huawei::PROJECT)
        }
    };
    Ok(Some(Login {
        profile: INSTANCE_PROFILE.to_owned(),
        source: format!("the role of this instance ({INSTANCE_ROLE})"),
        ..login
    }))
}

/// The region of the environment, for sources that name none.
pub(super) fn region(cloud: CloudId, env: &Env) -> Option<String> {
    let variables = Variables { cloud, env };
    match cloud {
        CloudId::Volcengine => variables.value(volcengine::REGION),
        CloudId::Tencent => variables.value(tencent::FAMILY.region),
        CloudId::Huawei => huawei::region(variables),
    }
}

/// The same for whoever named it: nothing else has to say so, and of the environment only the role's
/// name counts.
pub(super) fn named_instance_role(cloud: CloudId, env: &Env) -> Login {
    let variables = Variables { cloud, env };
    let role = match cloud {
        CloudId::Volcengine => variables.value(&[volcengine::ROLE_NAME]),
        CloudId::Tencent => variables.value(&[tencent::ROLE_NAME]),
        CloudId::Huawei => None,
    };
    Login {
        profile: INSTANCE_PROFILE.to_owned(),
        recipe: Recipe::InstanceRole { role },
        source: "the role of this instance".to_owned(),
        ..Login::unnamed()
    }
}

impl<'a> Variables<'a> {
    /// The first that is set.
    fn first(self, names: &[&'static str]) -> Option<Variable<'a>> {
        names.iter().find_map(|name| {
            let value = self.env.get(name)?;
            Some(Variable { name, value })
        })
    }

    /// The first that is set to something, for what no account hangs on.
    fn value(self, names: &[&str]) -> Option<String> {
        names
            .iter()
            .find_map(|name| self.env.filled(name))
            .map(|value| value.trim().to_owned())
    }

    /// The value of one that may hold blanks, such as a path or a name.
    fn text(self, variable: Variable<'a>) -> Result<&'a str, Error> {
        let value = variable.value.trim();
        if value.is_empty() {
            clean(self.cloud, variable.name, "")?;
        }
        Ok(value)
    }

    /// The value of one that may not.
    fn clean(self, variable: Variable<'a>) -> Result<&'a str, Error> {
        clean(self.cloud, variable.name, variable.value)
    }

    /// Seconds; none and 0 leave it to the service.
    fn duration(self, name: &'static str) -> Result<Option<Duration>, Error> {
        let Some(value) = self.env.filled(name) else {
            return Ok(None);
        };
        let seconds: u64 = value.trim().parse().map_err(|_| {
            self.broken(format!("{name} is no number of seconds"))
                .hint(format!("Write {name} as a whole number, such as 3600."))
        })?;
        Ok((seconds > 0).then(|| Duration::from_secs(seconds)))
    }

    /// A switch of a vendor's, which writes `true` in any case.
    fn switch(self, name: &str) -> Result<bool, Error> {
        let value = self.env.get(name).unwrap_or_default();
        match value.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => Ok(true),
            "" | "false" | "0" => Ok(false),
            _ => Err(Error::usage(format!("{name} is neither true nor false"))),
        }
    }

    /// The token of an identity provider, from either variable. The one at hand comes first, as in
    /// the SDK that documents both (spec huawei 8).
    fn sealed(
        self,
        given: Option<Variable<'a>>,
        file: Option<Variable<'a>>,
    ) -> Result<Option<(Sealed, &'static str)>, Error> {
        Ok(match (given, file) {
            (Some(given), _) => {
                let token = Secret::new(self.clean(given)?.to_owned());
                Some((Sealed::Given(token), given.name))
            }
            (None, Some(file)) => {
                let path = PathBuf::from(self.text(file)?);
                Some((Sealed::File(path), file.name))
            }
            (None, None) => None,
        })
    }

    /// The key pair of a family, and the variables that it stands in.
    fn pair(self, family: &Family) -> Result<Option<(Recipe, [&'static str; 2])>, Error> {
        let (id, secret) = match (self.first(family.id), self.first(family.secret)) {
            (None, None) => return Ok(None),
            (Some(id), Some(secret)) => (id, secret),
            (Some(id), None) => return Err(self.half(id.name, family.secret[0])),
            (None, Some(secret)) => return Err(self.half(secret.name, family.id[0])),
        };
        // Only the token may be empty: scripts pass it on whether they have one or not.
        let token = family
            .token
            .iter()
            .find_map(|name| Some((*name, self.env.get(name).filter(|value| !value.is_empty())?)))
            .map(|(name, value)| clean(self.cloud, name, value))
            .transpose()?;
        let recipe = Recipe::fixed(Credential::AccessKey {
            id: clean_key_id(self.cloud, id.name, id.value)?.to_owned(),
            secret: Secret::new(self.clean(secret)?.to_owned()),
            session_token: token.map(|token| Secret::new(token.to_owned())),
        });
        Ok(Some((recipe, [id.name, secret.name])))
    }

    fn login(self, recipe: Recipe, source: &[&str], region: &[&str], project: &[&str]) -> Login {
        Login {
            profile: ENV_PROFILE.to_owned(),
            recipe,
            source: format!("environment ({})", source.join(", ")),
            region: self.value(region),
            project_id: self.value(project),
            endpoints: Endpoints::vendors(),
            expect_account: None,
        }
    }

    fn half(self, present: &str, missing: &str) -> Error {
        self.broken(format!("{present} is set but {missing} is not"))
            .hint(format!("Set {missing} too, or unset {present}."))
    }

    /// What kpctl cannot do for a role, and may not leave out.
    fn refuse(self, names: &[&'static str]) -> Result<(), Error> {
        match names.iter().find(|name| self.env.filled(name).is_some()) {
            None => Ok(()),
            Some(name) => Err(self
                .broken(format!("{name} is set, and kpctl takes on no role that way"))
                .hint(format!(
                    "Unset {name}, or get the role's credentials with the vendor's tool and set those."
                ))),
        }
    }

    fn broken(self, why: String) -> Error {
        broken(self.cloud, why)
    }
}
