//! Who the program works for: credentials, where they came from, and the order of sources.
//!
//! A source that is absent leads to the next; one that is present but broken ends the command and
//! is named. A typo must never end in another account.

mod check;
mod env;
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "the chain of sources is to ask them")
)]
mod files;
mod keys;
mod recipe;
mod world;

use std::fmt;

use chrono::{DateTime, Utc};
pub use keys::{Keys, Supplier};
pub use recipe::{Domain, Password, Process, Recipe, Role, Sealed, WebIdentity};
pub use world::World;

use crate::config::Env;
use crate::error::Error;
use crate::model::CloudId;
use crate::secret::{Secret, masked};

/// The reserved profile of credentials from environment variables.
pub const ENV_PROFILE: &str = "env";
/// The reserved profile of the role of the server that this runs on.
pub const INSTANCE_ROLE_PROFILE: &str = "instance-role";
/// The reserved profile of the embedded cloud.
pub const SANDBOX_PROFILE: &str = "sandbox";

/// What a request is signed with.
#[derive(Clone, Debug)]
pub enum Credential {
    /// An access key pair.
    AccessKey {
        /// The public half.
        id: String,
        /// The secret half.
        secret: Secret,
        /// The token of a temporary key.
        session_token: Option<Secret>,
    },
    /// A token that goes into a header as it is.
    Token(Secret),
    /// Nothing: for the calls that credentials are got from.
    Anonymous,
}

/// A credential and its end.
#[derive(Clone, Debug)]
pub struct Temporary {
    /// The credential.
    pub credential: Credential,
    /// When it ends; `None` for one that does not, or whose end nobody tells.
    pub expires_at: Option<DateTime<Utc>>,
}

impl Credential {
    /// What of it must never be shown.
    pub fn secrets(&self) -> Vec<&Secret> {
        match self {
            Self::AccessKey {
                secret,
                session_token,
                ..
            } => std::iter::once(secret).chain(session_token).collect(),
            Self::Token(token) => vec![token],
            Self::Anonymous => Vec::new(),
        }
    }
}

impl fmt::Display for Credential {
    /// For consent questions and status: never the secret.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AccessKey { id, .. } => write!(formatter, "key {}", masked(id)),
            Self::Token(_) => formatter.write_str("a token"),
            Self::Anonymous => formatter.write_str("no credential"),
        }
    }
}

/// Credentials and the defaults that come with them.
#[derive(Clone, Debug)]
pub struct Login {
    /// The profile, as in addresses.
    pub profile: String,
    /// How the credentials are come by.
    pub recipe: Recipe,
    /// Where that was said, for people: a file, variables, a profile.
    pub source: String,
    /// The region that the source names.
    pub region: Option<String>,
    /// The project that the source names.
    pub project_id: Option<String>,
    /// The endpoint that the source names for all services, as it stands there.
    pub endpoint: Option<String>,
    /// The account that the credentials must belong to.
    pub expect_account: Option<String>,
}

/// Finds the credentials of a cloud: the named profile, or the first source that has any.
pub fn login(cloud: CloudId, profile: Option<&str>, env: &Env) -> Result<Login, Error> {
    match profile {
        None | Some(ENV_PROFILE) => env::login(cloud, env)?.ok_or_else(|| {
            Error::credentials(format!("no credentials for {cloud}"))
                .code("NoCredentials")
                .hint(format!("Set {}.", env::wanted(cloud)))
                .hint("Or try it without an account: add --sandbox.")
                .cloud(cloud)
        }),
        Some(SANDBOX_PROFILE) => Err(Error::usage(
            "the profile 'sandbox' is reserved for the embedded cloud",
        )
        .hint("Use --sandbox instead of a profile.")),
        Some(name) => Err(Error::usage(format!("there is no profile '{name}'")).hint(
            "Credentials come from the environment: leave -p and KPCTL_PROFILE out, or name 'env'.",
        )),
    }
}
