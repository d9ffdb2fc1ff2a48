//! The config file: profiles, groups, and what is protected. `docs/config.md` describes it.
//!
//! A mistake in it ends every command that reads it and names the line: half of a file could mean
//! another account. What an error says never quotes a value that could be a secret.

mod credentials;
mod edit;
mod key;
mod parse;
mod show;
mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use edit::{NewValue, set, unset};
pub use key::{KeyPath, Kind};
pub use show::{get, to_toml};

use super::{Env, env as variables, paths};
use crate::error::Error;
use crate::model::{CloudId, ProtectRule};
use crate::secret::Secret;
use crate::toml::Source;

/// All that the file says.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The file, there or not.
    pub path: PathBuf,
    /// The profile of a cloud when neither an option nor a variable names one.
    pub default: BTreeMap<CloudId, String>,
    /// The profiles by name.
    pub profiles: BTreeMap<String, Profile>,
    /// Profiles that are named together.
    pub groups: BTreeMap<String, Vec<String>>,
    /// What must never be deleted or detached.
    pub protect: Vec<ProtectRule>,
}

/// A named account and how to work with it.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The cloud.
    pub cloud: CloudId,
    /// The region to work in.
    pub region: Option<String>,
    /// The regions of work in many; empty when the file names none.
    pub regions: Vec<String>,
    /// The endpoint of all services, as it stands in the file.
    pub endpoint: Option<String>,
    /// Endpoints of single services, by the service's name.
    pub endpoints: BTreeMap<String, String>,
    /// Another site of the vendor, or a partner's cloud.
    pub domain: Option<String>,
    /// The Huawei project.
    pub project_id: Option<String>,
    /// The account that the credentials must belong to.
    pub expect_account: Option<String>,
    /// Where the credentials come from.
    pub credentials: CredentialSource,
    /// Where the profile begins in the file, counted from 1.
    pub line: usize,
}

/// Where credentials come from, as the file says it. Paths may start with `~/`, which
/// [`paths::of_person`] resolves.
#[derive(Clone, Debug, Default)]
pub enum CredentialSource {
    /// Nothing is said: the files of the vendor's own programs.
    #[default]
    Unsaid,
    /// They stand in the file.
    Keys {
        /// The public half.
        access_key_id: String,
        /// The secret half.
        secret_access_key: Secret,
        /// The token of a temporary key.
        session_token: Option<Secret>,
    },
    /// The vendor's environment variables and nothing else.
    Environment,
    /// A file of another program.
    Vendor {
        /// Whose file.
        file: VendorFile,
        /// The profile in it; without one, its own default.
        profile: Option<String>,
    },
    /// A program that prints them.
    Process {
        /// The program and its arguments.
        command: Vec<String>,
        /// How long it may take.
        timeout: Duration,
    },
    /// A role that another credential takes on.
    Role(RoleSource),
    /// A token of an identity provider.
    Oidc {
        /// The role to take on.
        role: Option<String>,
        /// What the cloud calls the provider.
        provider: Option<String>,
        /// The file of the token.
        token_file: PathBuf,
        /// What the session is called.
        session_name: Option<String>,
        /// How long the credential is to live.
        duration: Option<Duration>,
    },
    /// The metadata service of the instance that this runs on.
    InstanceRole {
        /// The role; without one, the first that the service names.
        role: Option<String>,
    },
    /// A user's password.
    Password {
        /// The user.
        user: String,
        /// The account of the user.
        domain: Domain,
        /// The file of the password; without one, a person is asked.
        password_file: Option<PathBuf>,
    },
    /// A token that was got elsewhere.
    Token {
        /// The file of the token.
        token_file: PathBuf,
    },
}

/// A role to take on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleSource {
    /// The role, or the agency.
    pub role: String,
    /// What the session is called.
    pub session_name: Option<String>,
    /// How long the credential is to live.
    pub duration: Option<Duration>,
    /// What the role's owner asks of strangers.
    pub external_id: Option<String>,
    /// A policy, as JSON, that narrows the role.
    pub policy: Option<String>,
    /// The account of an agency.
    pub agency_domain: Option<Domain>,
    /// The profile whose credentials take the role on; without one, the files of the vendor's own
    /// programs.
    pub from: Option<String>,
}

/// An account, by id or by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Domain {
    /// Its id.
    Id(String),
    /// Its name.
    Name(String),
}

/// Files of other programs that hold credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum VendorFile {
    /// Of the CLI of Volcengine.
    Ve,
    /// Of the SDKs of Volcengine, in the old form.
    VolcengineLegacy,
    /// Of the CLI of Tencent Cloud.
    Tccli,
    /// Of the SDKs of Tencent Cloud.
    TencentSdk,
    /// Of the SDKs of Huawei Cloud.
    HuaweiSdk,
    /// Of the CLI of Huawei Cloud.
    Koocli,
}

impl VendorFile {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Ve,
        Self::VolcengineLegacy,
        Self::Tccli,
        Self::TencentSdk,
        Self::HuaweiSdk,
        Self::Koocli,
    ];

    /// The word in the config file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ve => "ve",
            Self::VolcengineLegacy => "volcengine-legacy",
            Self::Tccli => "tccli",
            Self::TencentSdk => "tencent-sdk",
            Self::HuaweiSdk => "huawei-sdk",
            Self::Koocli => "koocli",
        }
    }

    /// Whose it is.
    pub fn cloud(self) -> CloudId {
        match self {
            Self::Ve | Self::VolcengineLegacy => CloudId::Volcengine,
            Self::Tccli | Self::TencentSdk => CloudId::Tencent,
            Self::HuaweiSdk | Self::Koocli => CloudId::Huawei,
        }
    }
}

impl Config {
    /// Reads the file that the environment names; without one everything is empty.
    pub fn read(env: &Env) -> Result<Self, Error> {
        match paths::config(env) {
            // A typo there must not end in the credentials of another source.
            Ok(path) if env.filled(variables::CONFIG).is_some() && !path.exists() => {
                Err(Error::usage(format!(
                    "{} names '{}', which is not there",
                    variables::CONFIG,
                    path.display()
                ))
                .hint(format!("Correct {}, or unset it.", variables::CONFIG)))
            }
            Ok(path) => Self::read_file(&path),
            // Who has no home folder has no config file.
            Err(_) => Ok(Self::default()),
        }
    }

    /// Reads that file.
    pub fn read_file(path: &Path) -> Result<Self, Error> {
        let Some(stored) = store::load(path)? else {
            return Ok(Self {
                path: path.to_owned(),
                ..Self::default()
            });
        };
        let config = Self::parse(&stored.text, path)?;
        stored.refuse_open_secrets(path, &config)?;
        Ok(config)
    }

    /// Reads the text of such a file; errors name the path.
    pub fn parse(text: &str, path: &Path) -> Result<Self, Error> {
        let source = Source::new(text, format!("'{}'", path.display()));
        let mut config = parse::config(&source)?;
        path.clone_into(&mut config.path);
        Ok(config)
    }

    /// Whether the file holds a secret, so that nobody else may read it.
    pub fn has_secrets(&self) -> bool {
        let mut sources = self.profiles.values().map(|profile| &profile.credentials);
        sources.any(|source| matches!(source, CredentialSource::Keys { .. }))
    }
}
