//! The order of sources (product contract, section 6). Absent leads to the next; present but broken
//! ends the command.

use super::{ENV_PROFILE, INSTANCE_PROFILE, Login, SANDBOX_PROFILE, World, env, files, profile};
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
        // Whoever names a profile does not mean what happens to stand there; this is for those who do not.
        login.region = env::region(cloud, world.env);
    }
    Ok(login)
}

/// A source of credentials that is asked when no profile is named.
struct Source<'a> {
    /// What it is, for people.
    name: String,
    look: Box<dyn Fn() -> Result<Option<Login>, Error> + 'a>,
}

/// The sources of a cloud in their order.
fn sources<'a>(
    cloud: CloudId,
    world: &'a World<'a>,
    profiles: &'a dyn Profiles,
) -> Vec<Source<'a>> {
    let source = |name: &str, look: Box<dyn Fn() -> Result<Option<Login>, Error> + 'a>| Source {
        name: name.to_owned(),
        look,
    };
    let mut sources = vec![
        source(
            "environment variables",
            Box::new(move || env::login(cloud, world.env)),
        ),
        source(
            "the config file's default profile",
            Box::new(move || {
                let config = profiles.config()?;
                let name = config.default.get(&cloud);
                name.map(|name| of_config(cloud, name, world, config))
                    .transpose()
            }),
        ),
    ];
    for file in files::of(cloud) {
        let place = (file.place)(world).map(|place| format!(" ({})", place.display()));
        let name = format!("{}{}", file.tool, place.unwrap_or_default());
        sources.push(source(&name, Box::new(move || (file.login)(world, None))));
    }
    sources.push(source(
        "the instance's role",
        Box::new(move || env::instance_role(cloud, world.env)),
    ));
    sources
}

fn first_login(cloud: CloudId, world: &World<'_>, profiles: &dyn Profiles) -> Result<Login, Error> {
    for source in sources(cloud, world, profiles) {
        if let Some(login) = (source.look)()? {
            return Ok(login);
        }
    }
    Err(none(cloud)
        .hint(format!("Set {}.", env::wanted(cloud)))
        .hint("Or name a profile with -p; docs/credentials.md tells all sources.")
        .hint("Or try it without an account: add --sandbox."))
}

/// What came of asking a source.
#[derive(Debug)]
pub enum Step {
    /// It has none.
    Absent,
    /// Its credentials are used.
    Used,
    /// One before it has some, so nobody looks.
    NotAsked,
    /// It is there and cannot be used, which ends every command.
    Broken(Error),
}

/// Every source that is asked when no profile is named, and what comes of it.
pub fn trail(cloud: CloudId, world: &World<'_>, profiles: &dyn Profiles) -> Vec<(String, Step)> {
    let mut is_over = false;
    let mut trail = Vec::new();
    for source in sources(cloud, world, profiles) {
        let step = if is_over {
            Step::NotAsked
        } else {
            match (source.look)() {
                Ok(None) => Step::Absent,
                Ok(Some(_)) => Step::Used,
                Err(error) => Step::Broken(error),
            }
        };
        is_over |= !matches!(step, Step::Absent);
        trail.push((source.name, step));
    }
    trail
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
            return Ok(env::named_instance_role(cloud, world.env));
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
