//! From scopes as people write them to the accounts that are meant, and what of each.

use std::rc::Rc;

use crate::auth::{self, ENV_PROFILE, Login, Profiles, SANDBOX_PROFILE};
use crate::cli::site::Site;
use crate::error::Error;
use crate::model::{CloudId, Name, Resource, ScopePattern, Whose};

/// The first words of profiles in other programs' files.
const FILES: [&str; 6] = [
    "ve",
    "volcengine-legacy",
    "tccli",
    "tencent-sdk",
    "koocli",
    "huawei-sdk",
];

/// A login, and what is to be read with it.
pub(super) struct Account {
    pub(super) cloud: CloudId,
    pub(super) login: Rc<Login>,
    pub(super) wishes: Vec<Wish>,
}

/// Regions and kinds of thing.
#[derive(Clone)]
pub(super) struct Wish {
    /// The regions; `None` is every region.
    pub(super) region: Option<Name>,
    /// The kinds; `None` leaves it to the command.
    pub(super) resources: Option<Vec<Resource>>,
    /// The scope as it was written, for errors.
    pub(super) text: String,
}

/// An account that was meant and cannot be worked with.
pub(super) struct Broken {
    pub(super) cloud: CloudId,
    pub(super) profile: String,
    pub(super) error: Error,
}

/// The accounts that scopes mean, in the order of clouds and profiles. A profile that fits a pattern and
/// is broken is part of the answer; one that was named ends the command.
pub(super) fn find(
    site: &Site<'_>,
    scopes: &[ScopePattern],
) -> Result<(Vec<Account>, Vec<Broken>), Error> {
    let mut accounts: Vec<Account> = Vec::new();
    let mut broken = Vec::new();
    for scope in scopes {
        let wish = Wish {
            region: scope.region.clone(),
            resources: scope.resources.clone(),
            text: scope.to_string(),
        };
        let mut add = |cloud: CloudId, login: Rc<Login>| {
            let known = accounts
                .iter_mut()
                .find(|account| account.cloud == cloud && account.login.profile == login.profile);
            match known {
                Some(account) => account.wishes.push(wish.clone()),
                None => accounts.push(Account {
                    cloud,
                    login,
                    wishes: vec![wish.clone()],
                }),
            }
        };
        match &scope.whose {
            Whose::Named(name) => {
                for (cloud, profile) in members(site, name)? {
                    add(cloud, login(site, cloud, &profile)?);
                }
            }
            Whose::Clouds {
                clouds,
                is_wild,
                profile: None,
            } => {
                for (cloud, login) in usual(site, clouds, *is_wild)? {
                    add(cloud, login);
                }
            }
            Whose::Clouds {
                clouds,
                profile: Some(Name::Exact(name)),
                ..
            } => {
                for cloud in fitting(site, clouds, name)? {
                    check_sandbox(site, name)?;
                    add(cloud, login(site, cloud, name)?);
                }
            }
            Whose::Clouds {
                clouds,
                profile: Some(pattern),
                ..
            } => {
                let names = names(site, clouds, pattern)?;
                if names.is_empty() {
                    return Err(Error::usage(format!("no profile fits '{scope}'"))
                        .hint("kpctl auth status --all tells which profiles there are."));
                }
                for (cloud, profile) in names {
                    match login(site, cloud, &profile) {
                        Ok(login) => add(cloud, login),
                        Err(error) => broken.push(Broken {
                            cloud,
                            profile,
                            error,
                        }),
                    }
                }
            }
        }
    }
    accounts.sort_by(|one, other| {
        (one.cloud, &one.login.profile).cmp(&(other.cloud, &other.login.profile))
    });
    Ok((accounts, broken))
}

/// The login of that profile. The sandbox has one for each cloud, and addresses call it by its name.
fn login(site: &Site<'_>, cloud: CloudId, profile: &str) -> Result<Rc<Login>, Error> {
    site.login_of(cloud, (!site.is_sandbox()).then_some(profile))
}

/// The profiles of a group, or the one profile of that name.
fn members(site: &Site<'_>, name: &str) -> Result<Vec<(CloudId, String)>, Error> {
    let unknown = || {
        Error::usage(format!(
            "'{name}' is no cloud, no group and no profile of the config file"
        ))
        .hint(
            "Clouds are volcengine, tencent and huawei; kpctl config get groups shows the groups.",
        )
    };
    if site.is_sandbox() {
        if name != SANDBOX_PROFILE {
            return Err(unknown());
        }
        return Ok(CloudId::ALL.map(|cloud| (cloud, name.to_owned())).into());
    }
    let config = site.config()?;
    let one = [name.to_owned()];
    let names = match config.groups.get(name) {
        Some(names) => names.as_slice(),
        None => &one,
    };
    let cloud_of = |name: &String| {
        let profile = config.profiles.get(name).ok_or_else(unknown)?;
        Ok((profile.cloud, name.clone()))
    };
    names.iter().map(cloud_of).collect()
}

/// The login of each cloud that a command without `-p` works with.
fn usual(
    site: &Site<'_>,
    clouds: &[CloudId],
    is_wild: bool,
) -> Result<Vec<(CloudId, Rc<Login>)>, Error> {
    // A profile that a variable names is of one cloud, and the others have nothing to say about it.
    let only = match site.named_profile() {
        Some((name, _)) if !site.is_sandbox() => clouds_of(site, name)?,
        _ => None,
    };
    let mut found = Vec::new();
    for cloud in clouds {
        if is_wild && only.as_ref().is_some_and(|only| !only.contains(cloud)) {
            continue;
        }
        match site.login_of(*cloud, None) {
            Ok(login) => found.push((*cloud, login)),
            // Where all clouds are meant, those that the user does not have are not.
            Err(error) if is_wild && error.code.as_deref() == Some("NoCredentials") => {}
            Err(error) => return Err(error),
        }
    }
    if found.is_empty() {
        // The hints of one cloud speak of -p, which means one place.
        return Err(Error::credentials("no cloud has credentials")
            .code("NoCredentials")
            .hint("kpctl auth status tells where they are looked for; docs/credentials.md has an example of each.")
            .hint("Or try it without an account: add --sandbox."));
    }
    Ok(found)
}

/// The clouds that a profile can be of; `None` where its name does not tell.
fn clouds_of(site: &Site<'_>, name: &str) -> Result<Option<Vec<CloudId>>, Error> {
    if let Some(profile) = site.config()?.profiles.get(name) {
        return Ok(Some(vec![profile.cloud]));
    }
    let word = name.split_once('.').map_or(name, |(word, _)| word);
    if FILES.contains(&word)
        && let Some((cloud, _)) = auth::file_profiles(word, &site.world())?
    {
        return Ok(Some(vec![cloud]));
    }
    Ok(None)
}

/// The clouds of a pattern that have the profile: where all clouds are meant, a profile is of one.
fn fitting(site: &Site<'_>, clouds: &[CloudId], name: &str) -> Result<Vec<CloudId>, Error> {
    if clouds.len() < 2 || site.is_sandbox() {
        return Ok(clouds.to_vec());
    }
    let own = clouds_of(site, name)?;
    let fits = |cloud: &&CloudId| match &own {
        Some(own) => own.contains(cloud),
        // The environment's, or an unknown one: every cloud tells for itself.
        None => site.login_of(**cloud, Some(name)).is_ok(),
    };
    let found: Vec<CloudId> = clouds.iter().filter(fits).copied().collect();
    if found.is_empty() {
        return Err(Error::usage(format!("no cloud has a profile '{name}'"))
            .hint("kpctl auth status --all tells which profiles there are."));
    }
    Ok(found)
}

fn check_sandbox(site: &Site<'_>, name: &str) -> Result<(), Error> {
    if site.is_sandbox() && name != SANDBOX_PROFILE {
        return Err(Error::usage(format!(
            "the sandbox has one profile, '{SANDBOX_PROFILE}', and not '{name}'"
        )));
    }
    Ok(())
}

/// All profiles whose names fit: of the config file, of the environment, of other programs' files.
fn names(
    site: &Site<'_>,
    clouds: &[CloudId],
    pattern: &Name,
) -> Result<Vec<(CloudId, String)>, Error> {
    let mut all = Vec::new();
    if site.is_sandbox() {
        all.extend(CloudId::ALL.map(|cloud| (cloud, SANDBOX_PROFILE.to_owned())));
    } else {
        for (name, profile) in &site.config()?.profiles {
            all.push((profile.cloud, name.clone()));
        }
        for cloud in CloudId::ALL {
            let login = site.login_of(cloud, Some(ENV_PROFILE));
            if !matches!(&login, Err(error) if error.code.as_deref() == Some("NoCredentials")) {
                all.push((cloud, ENV_PROFILE.to_owned()));
            }
        }
        for word in FILES {
            // A file that cannot be read has no names; a command that means it says what is wrong.
            if let Ok(Some((cloud, inner))) = auth::file_profiles(word, &site.world()) {
                all.extend(inner.iter().map(|name| (cloud, format!("{word}.{name}"))));
            }
        }
    }
    all.retain(|(cloud, name)| clouds.contains(cloud) && pattern.fits(name));
    Ok(all)
}
