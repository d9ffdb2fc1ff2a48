//! How a credential is come by, as data. Sources write recipes; whoever knows the cloud's services
//! carries them out.

use std::path::PathBuf;
use std::time::Duration;

use super::{Credential, Temporary};
use crate::secret::Secret;

/// A way to a credential.
#[derive(Clone, Debug)]
pub enum Recipe {
    /// It is there.
    Ready(Temporary),
    /// Take on a role with the credential that the other recipe gives.
    Role(Box<Recipe>, Role),
    /// Exchange the token of an identity provider.
    WebIdentity(WebIdentity),
    /// Ask the metadata service of the instance that this runs on.
    InstanceRole {
        /// The role's name; without one, the first that the service names.
        role: Option<String>,
    },
    /// Run a program that prints it.
    Process(Process),
    /// Exchange a user's password for a token.
    Password(Password),
}

/// A role to take on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Role {
    /// The whole name (TRN, ARN or URN), or the bare name of an agency when there is a `domain`.
    pub name: String,
    /// The account that an agency belongs to.
    pub domain: Option<Domain>,
    /// What the session is called in the account's records.
    pub session_name: Option<String>,
    /// How long the credential is to live.
    pub duration: Option<Duration>,
    /// What the role's owner asks of strangers.
    pub external_id: Option<String>,
    /// A policy, as JSON, that narrows the role.
    pub policy: Option<String>,
}

/// An account, by id or by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Domain {
    /// Its id.
    Id(String),
    /// Its name.
    Name(String),
}

/// A token of an identity provider, and what to get for it.
#[derive(Clone, Debug)]
pub struct WebIdentity {
    /// The role to take on; a cloud may have federations without one.
    pub role: Option<Role>,
    /// What the cloud calls the provider.
    pub provider: Option<String>,
    /// The token.
    pub token: Sealed,
}

/// A secret, or where it is read anew each time.
#[derive(Clone, Debug)]
pub enum Sealed {
    /// At hand.
    Given(Secret),
    /// In a file, which others replace while this program runs.
    File(PathBuf),
    /// A person knows it.
    Ask,
}

/// A program that prints credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// The program and its arguments; no shell reads them.
    pub command: Vec<String>,
    /// How long it may take.
    pub timeout: Duration,
}

/// A user with a password.
#[derive(Clone, Debug)]
pub struct Password {
    /// The user's name.
    pub user: String,
    /// The account that the user belongs to.
    pub domain: Domain,
    /// The password.
    pub password: Sealed,
}

impl Recipe {
    /// A credential without an end.
    pub fn fixed(credential: Credential) -> Self {
        Self::Ready(Temporary {
            credential,
            expires_at: None,
        })
    }

    /// What stays the same when the credential is renewed: things that belong to an account are kept
    /// under it. `None` when the same recipe may lead to several accounts.
    pub fn identity(&self) -> Option<String> {
        match self {
            Self::Ready(held) => match &held.credential {
                Credential::AccessKey { id, .. } => Some(id.clone()),
                Credential::Token(_) | Credential::Anonymous => None,
            },
            Self::Role(base, role) => Some(format!("{} {}", base.identity()?, role.name)),
            Self::WebIdentity(WebIdentity { role, provider, .. }) => {
                let role = role.as_ref()?;
                let provider = provider.as_deref().unwrap_or_default();
                Some(format!("{provider} {}", role.name))
            }
            Self::Password(Password { user, domain, .. }) => match domain {
                Domain::Id(domain) | Domain::Name(domain) => Some(format!("{user}@{domain}")),
            },
            Self::InstanceRole { .. } | Self::Process(_) => None,
        }
    }
}
