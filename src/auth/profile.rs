//! Credentials as a profile of the config file says.

use super::check::{broken, clean, clean_key_id};
use super::{
    Credential, Domain, Login, Password, Process, Recipe, Role, Sealed, WebIdentity, World, env,
    files,
};
use crate::config::file::{self, Config, CredentialSource, Profile, RoleSource, VendorFile};
use crate::config::paths;
use crate::error::Error;
use crate::model::CloudId;
use crate::secret::Secret;

/// The login of a profile.
pub(super) fn login(
    world: &World<'_>,
    config: &Config,
    name: &str,
    profile: &Profile,
) -> Result<Login, Error> {
    let reader = Reader {
        world,
        config,
        cloud: profile.cloud,
        name,
    };
    let mut login = reader.login(&profile.credentials)?;
    login.source = format!(
        "the profile '{name}' ({}), {}",
        config.path.display(),
        login.source
    );
    name.clone_into(&mut login.profile);
    if profile.region.is_some() {
        // A project is of one region.
        if profile.region != login.region {
            login.project_id = None;
        }
        login.region.clone_from(&profile.region);
    }
    if profile.project_id.is_some() {
        login.project_id.clone_from(&profile.project_id);
    }
    login.expect_account.clone_from(&profile.expect_account);
    let endpoints = &mut login.endpoints;
    if profile.endpoint.is_some() {
        endpoints.all.clone_from(&profile.endpoint);
        endpoints.services.clear();
    }
    let services = profile.endpoints.iter();
    let services = services.map(|(service, url)| (service.clone(), url.clone()));
    endpoints.services.extend(services);
    if profile.domain.is_some() {
        endpoints.domain.clone_from(&profile.domain);
    }
    Ok(login)
}

struct Reader<'a> {
    world: &'a World<'a>,
    config: &'a Config,
    cloud: CloudId,
    name: &'a str,
}

impl Reader<'_> {
    fn login(&self, source: &CredentialSource) -> Result<Login, Error> {
        let bare = |recipe, source: &str| Login {
            recipe,
            source: source.to_owned(),
            ..Login::unnamed()
        };
        Ok(match source {
            CredentialSource::Unsaid => self.of_any_file()?,
            CredentialSource::Environment => {
                env::login(self.cloud, self.world.env)?.ok_or_else(|| {
                    self.missing("the environment holds none", &env::wanted(self.cloud))
                })?
            }
            CredentialSource::Vendor { file, profile } => {
                self.of_file(*file, profile.as_deref())?
            }
            CredentialSource::Keys {
                access_key_id,
                secret_access_key,
                session_token,
            } => {
                let recipe = self.keys(access_key_id, secret_access_key, session_token.as_ref())?;
                bare(recipe, "its own keys")
            }
            CredentialSource::Process { command, timeout } => {
                let process = Process {
                    command: command.clone(),
                    timeout: *timeout,
                };
                let program = command.first().map_or("", String::as_str);
                bare(Recipe::Process(process), &format!("the program {program}"))
            }
            CredentialSource::Role(source) => self.role(source)?,
            CredentialSource::Oidc {
                role,
                provider,
                token_file,
                session_name,
                duration,
            } => {
                let role = role.as_ref().map(|name| Role {
                    name: name.clone(),
                    session_name: session_name.clone(),
                    duration: *duration,
                    ..Role::default()
                });
                let recipe = Recipe::WebIdentity(WebIdentity {
                    role,
                    provider: provider.clone(),
                    token: Sealed::File(paths::of_person(token_file, self.world.home)?),
                });
                bare(recipe, &format!("the token in {}", token_file.display()))
            }
            CredentialSource::InstanceRole { role } => {
                let recipe = Recipe::InstanceRole { role: role.clone() };
                bare(recipe, "the instance's role")
            }
            CredentialSource::Password {
                user,
                domain,
                password_file,
            } => {
                let password = match password_file {
                    Some(file) => Sealed::File(paths::of_person(file, self.world.home)?),
                    None => Sealed::Ask,
                };
                let recipe = Recipe::Password(Password {
                    user: user.clone(),
                    domain: of(domain),
                    password,
                });
                bare(recipe, &format!("the password of {user}"))
            }
            CredentialSource::Token { token_file } => {
                let path = paths::of_person(token_file, self.world.home)?;
                let shown = token_file.display();
                let text = files::secret(self.cloud, &path).map_err(|error| {
                    error.hint(format!("The profile '{}' names it.", self.name))
                })?;
                let token = clean(self.cloud, &shown.to_string(), text.expose())?;
                let recipe = Recipe::fixed(Credential::Token(Secret::new(token.to_owned())));
                bare(recipe, &format!("the token in {shown}"))
            }
        })
    }

    fn keys(&self, id: &str, secret: &Secret, token: Option<&Secret>) -> Result<Recipe, Error> {
        let place = |key: &str| format!("{key} of the profile '{}'", self.name);
        let cleaned = |key: &str, secret: &Secret| {
            clean(self.cloud, &place(key), secret.expose()).map(|text| Secret::new(text.to_owned()))
        };
        Ok(Recipe::fixed(Credential::AccessKey {
            id: clean_key_id(self.cloud, &place("access-key-id"), id)?.to_owned(),
            secret: cleaned("secret-access-key", secret)?,
            session_token: token
                .filter(|token| !token.expose().is_empty())
                .map(|token| cleaned("session-token", token))
                .transpose()?,
        }))
    }

    fn role(&self, source: &RoleSource) -> Result<Login, Error> {
        let base = match &source.from {
            // The file has been checked: the profile is there, of this cloud, and no circle begins here.
            Some(name) => match self.config.profiles.get(name) {
                Some(profile) => login(self.world, self.config, name, profile)?,
                None => {
                    return Err(self.missing(&format!("there is no profile '{name}'"), ""));
                }
            },
            None => self.of_any_file()?,
        };
        let role = Role {
            name: source.role.clone(),
            domain: source.agency_domain.as_ref().map(of),
            session_name: source.session_name.clone(),
            duration: source.duration,
            external_id: source.external_id.clone(),
            policy: source.policy.clone(),
        };
        Ok(Login {
            source: format!("the role {} with {}", role.name, base.source),
            recipe: Recipe::Role(Box::new(base.recipe), role),
            // The role may be of another account, which has projects of its own.
            project_id: None,
            ..base
        })
    }

    /// The first of the vendor's own files. The environment does not count: whoever names a profile
    /// does not mean what happens to stand there.
    fn of_any_file(&self) -> Result<Login, Error> {
        for source in files::of(self.cloud) {
            if let Some(login) = (source.login)(self.world, None)? {
                return Ok(login);
            }
        }
        Err(self.missing(
            "it names no source, and the vendor's tools have left no file",
            "credentials.source in the profile",
        ))
    }

    fn of_file(&self, file: VendorFile, profile: Option<&str>) -> Result<Login, Error> {
        let found = files::of(self.cloud).find(|source| source.word == file.name());
        let login = match found {
            Some(source) => (source.login)(self.world, profile)?,
            None => None,
        };
        login.ok_or_else(|| {
            let why = match profile {
                Some(profile) => format!("{} has no profile '{profile}'", file.name()),
                None => format!("the file of {} is not there or empty", file.name()),
            };
            self.missing(&why, "")
        })
    }

    fn missing(&self, why: &str, wanted: &str) -> Error {
        let error = broken(
            self.cloud,
            format!("the profile '{}' gives no credentials: {why}", self.name),
        );
        if wanted.is_empty() {
            error
        } else {
            error.hint(format!("Set {wanted}."))
        }
    }
}

fn of(domain: &file::Domain) -> Domain {
    match domain {
        file::Domain::Id(id) => Domain::Id(id.clone()),
        file::Domain::Name(name) => Domain::Name(name.clone()),
    }
}
