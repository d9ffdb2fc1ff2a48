//! `auth import`.

use clap::Args;

use super::super::Run;
use crate::auth::{self, ENV_PROFILE, World};
use crate::config::file::{self, Config, KeyPath, NewValue};
use crate::config::paths;
use crate::error::Error;
use crate::model::CloudId;
use crate::secret::Secret;

// What the profile points at.
#[derive(Args, Debug)]
pub(in crate::cli) struct Import {
    /// Where the credentials are: environment, ve, volcengine-legacy, tccli, tencent-sdk, huawei-sdk, koocli
    #[arg(long, value_name = "SOURCE")]
    from: String,

    /// The profile inside that file (default: the one that its tool would take)
    #[arg(long = "source-profile", value_name = "NAME")]
    inner: Option<String>,

    /// What the new profile is called
    #[arg(long, value_name = "NAME")]
    name: String,

    /// The cloud, where the source is the environment
    #[arg(long, value_name = "CLOUD")]
    cloud: Option<CloudId>,

    /// Make it the cloud's default profile
    #[arg(long)]
    default: bool,
}

impl Import {
    pub(super) fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let context = run.context;
        if run.global.sandbox || run.global.profile.is_some() {
            return Err(
                Error::usage("--sandbox and --profile mean nothing to auth import")
                    .hint("The profile inside the other tool's file is --source-profile."),
            );
        }
        let path = paths::config(&context.env)?;
        let config = Config::read_file(&path)?;
        if config.profiles.contains_key(&self.name) {
            return Err(
                Error::usage(format!("there is a profile '{}' already", self.name)).hint(format!(
                    "Choose another --name, or remove it: kpctl config unset profiles.{}",
                    self.name
                )),
            );
        }
        let home = paths::home(&context.env);
        let world = World {
            env: &context.env,
            home: home.as_deref(),
            now: context.clock.now(),
        };
        let (cloud, source, named) = self.source(&world)?;
        // What cannot be used now is said now, and nothing is written.
        let nothing = NoProfiles(Config::default());
        let login = auth::login(cloud, Some(&named), &world, &nothing)?;
        let region = run.global.region.clone().or_else(|| login.region.clone());
        let key = |part: &str| format!("profiles.\"{}\".{part}", self.name);
        let mut pairs = vec![
            (key("cloud"), cloud.name().to_owned()),
            (key("credentials.source"), source),
        ];
        pairs.extend(region.map(|region| (key("region"), region)));
        pairs.extend(
            self.inner
                .clone()
                .map(|inner| (key("credentials.profile"), inner)),
        );
        if self.default {
            pairs.push((format!("default.{cloud}"), self.name.clone()));
        }
        let mut changes = Vec::new();
        for (key, value) in pairs {
            let key: KeyPath = key.parse()?;
            let value = NewValue::read(&key, Secret::new(value))?;
            changes.push((key, value));
        }
        file::set(&path, &changes)?;
        let io = &context.io;
        io.say(&format!(
            "wrote the profile '{}' to {}; it reads {}",
            self.name,
            path.display(),
            login.source
        ));
        io.hint(&format!(
            "See whose it is: kpctl auth status -p {}",
            self.name
        ));
        Ok(0)
    }

    /// The cloud, the source's word in the config file, and the profile that reads it.
    fn source(&self, world: &World<'_>) -> Result<(CloudId, String, String), Error> {
        if self.from == "environment" {
            let cloud = self.cloud.ok_or_else(|| {
                Error::usage("the environment may hold credentials of several clouds")
                    .hint("Name one with --cloud.")
            })?;
            if self.inner.is_some() {
                return Err(Error::usage("the environment has no profiles")
                    .hint("Leave --source-profile out."));
            }
            return Ok((cloud, self.from.clone(), ENV_PROFILE.to_owned()));
        }
        let Some((cloud, names)) = auth::file_profiles(&self.from, world)? else {
            return Err(Error::usage(format!("'{}' is no source", self.from)).hint(
                "Sources are environment, ve, volcengine-legacy, tccli, tencent-sdk, huawei-sdk and koocli.",
            ));
        };
        if self.cloud.is_some_and(|named| named != cloud) {
            return Err(
                Error::usage(format!("{} is of {cloud}", self.from)).hint("Leave --cloud out.")
            );
        }
        let profile = match &self.inner {
            Some(inner) if !names.contains(inner) => {
                return Err(
                    Error::usage(format!("{} has no profile '{inner}'", self.from))
                        .hint(format!("It has: {}.", names.join(", "))),
                );
            }
            Some(inner) => format!("{}.{inner}", self.from),
            None => self.from.clone(),
        };
        Ok((cloud, self.from.clone(), profile))
    }
}

/// The other tool's own files are looked at, not our own.
struct NoProfiles(Config);

impl auth::Profiles for NoProfiles {
    fn config(&self) -> Result<&Config, Error> {
        Ok(&self.0)
    }
}
