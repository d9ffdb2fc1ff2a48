//! The order of sources (product contract, section 6). Absent leads to the next; present but broken
//! ends the command.

use super::{
    ENV_PROFILE, INSTANCE_PROFILE, Login, SANDBOX_PROFILE, World, env, files, instance, profile,
};
use crate::config::Env;
use crate::config::file::Config;
use crate::error::Error;
use crate::model::CloudId;

/// Where profiles are read from. The config file is read when it is first asked for: whoever has
/// credentials in the environment pays nothing for it.
pub trait Profiles {
    /// The config file.
    fn config(&self) -> Result<&Config, Error>;
}

/// Finds the credentials of a cloud: of the named profile, or of the first source that has any.
pub fn login(
    cloud: CloudId,
    named: Option<&str>,
    world: &World<'_>,
    profiles: &dyn Profiles,
) -> Result<Login, Error> {
    if let Some(name) = named {
        return named_login(cloud, name, world, profiles);
    }
    let mut login = first_login(cloud, world, profiles)?;
    if login.region.is_none() {
        login.region = region(cloud, world.env);
    }
    Ok(login)
}

/// The region of the environment, for sources that name none. Whoever names a profile does not mean
/// what happens to stand there.
fn region(cloud: CloudId, env: &Env) -> Option<String> {
    let variable = match cloud {
        CloudId::Volcengine => "VOLCENGINE_REGION",
        CloudId::Tencent => "TENCENTCLOUD_REGION",
        CloudId::Huawei => "HW_REGION_NAME",
    };
    env.filled(variable).map(|name| name.trim().to_owned())
}

fn first_login(cloud: CloudId, world: &World<'_>, profiles: &dyn Profiles) -> Result<Login, Error> {
    if let Some(login) = env::login(cloud, world.env)? {
        return Ok(login);
    }
    let config = profiles.config()?;
    if let Some(name) = config.default.get(&cloud) {
        return of_config(cloud, name, world, config);
    }
    for source in files::of(cloud) {
        if let Some(login) = (source.login)(world, None)? {
            return Ok(login);
        }
    }
    if let Some(login) = instance::login(cloud, world.env)? {
        return Ok(login);
    }
    Err(none(cloud)
        .hint(format!("Set {}.", env::wanted(cloud)))
        .hint("Or name a profile with -p; docs/credentials.md tells all sources.")
        .hint("Or try it without an account: add --sandbox."))
}

fn named_login(
    cloud: CloudId,
    name: &str,
    world: &World<'_>,
    profiles: &dyn Profiles,
) -> Result<Login, Error> {
    match name {
        ENV_PROFILE => {
            return env::login(cloud, world.env)?
                .ok_or_else(|| none(cloud).hint(format!("Set {}.", env::wanted(cloud))));
        }
        SANDBOX_PROFILE => {
            return Err(
                Error::usage("the profile 'sandbox' is reserved for the embedded cloud")
                    .hint("Use --sandbox instead of a profile."),
            );
        }
        INSTANCE_PROFILE => {
            // Named, so nothing else has to say so.
            return Ok(instance::named(cloud, world.env));
        }
        _ => {}
    }
    if let Some((source, inner)) = files::named(name) {
        if source.cloud != cloud {
            return Err(other_cloud(name, source.cloud, cloud));
        }
        return (source.login)(world, inner)?.ok_or_else(|| {
            let place = (source.place)(world).map(|place| place.display().to_string());
            none(cloud).hint(format!(
                "{} has no file, or an empty one: {}.",
                source.tool,
                place.unwrap_or_else(|| "there is no home folder".to_owned())
            ))
        });
    }
    of_config(cloud, name, world, profiles.config()?)
}

fn of_config(
    cloud: CloudId,
    name: &str,
    world: &World<'_>,
    config: &Config,
) -> Result<Login, Error> {
    let Some(found) = config.profiles.get(name) else {
        let fitting = config.profiles.iter();
        let fitting: Vec<_> = fitting
            .filter(|(_, profile)| profile.cloud == cloud)
            .map(|(name, _)| name.as_str())
            .collect();
        let there = if fitting.is_empty() {
            format!("{} has none for {cloud}.", config.path.display())
        } else {
            format!("{} has {}.", config.path.display(), fitting.join(", "))
        };
        return Err(Error::usage(format!("there is no profile '{name}'"))
            .hint(there)
            .hint("Without -p and KPCTL_PROFILE the environment's credentials come first; 'env' names them."));
    };
    if found.cloud != cloud {
        return Err(other_cloud(name, found.cloud, cloud));
    }
    profile::login(world, config, name, found)
}

fn none(cloud: CloudId) -> Error {
    Error::credentials(format!("no credentials for {cloud}"))
        .code("NoCredentials")
        .cloud(cloud)
}

fn other_cloud(name: &str, own: CloudId, asked: CloudId) -> Error {
    Error::usage(format!("the profile '{name}' is of {own}, not of {asked}"))
        .hint("Name a profile of that cloud, or leave -p and KPCTL_PROFILE out.")
}
