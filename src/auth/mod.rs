//! Who the program works for: credentials, where they came from, and the order of sources.
//!
//! A source that is absent leads to the next; one that is present but broken ends the command and
//! is named. A typo must never end in another account.

mod chain;
mod check;
mod env;
mod files;
mod keys;
pub mod process;
mod profile;
mod recipe;
mod world;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::rc::Rc;

pub use chain::{Profiles, Step, login, trail};
use chrono::{DateTime, Utc};
pub use keys::{Keys, Supplier};
pub use recipe::{Domain, Password, Process, Recipe, Role, Sealed, WebIdentity};
pub use world::World;

use crate::error::Error;
use crate::http::{BoxFuture, Endpoint};
use crate::model::CloudId;
use crate::secret::{Secret, masked};

/// The reserved profile of credentials from environment variables.
pub const ENV_PROFILE: &str = "env";
/// The reserved profile of the role of the instance that this runs on.
pub const INSTANCE_PROFILE: &str = "instance-role";
/// The reserved profile of the embedded cloud.
pub const SANDBOX_PROFILE: &str = "sandbox";

/// The secret that a file of the user's holds.
pub fn secret_file(cloud: CloudId, path: &Path) -> Result<Secret, Error> {
    files::secret(cloud, path)
}

/// Asks a person for a secret that is not shown; the text says which.
pub type Asker = Rc<dyn Fn(String) -> BoxFuture<'static, Result<Secret, Error>>>;

/// An asker where there is nobody to be asked.
pub fn nobody() -> Asker {
    Rc::new(|_| {
        Box::pin(async {
            Err(
                Error::credentials("a password is wanted, and nobody can be asked")
                    .code("BrokenCredentials")
                    .hint("Name a file that holds it: password-file in the profile."),
            )
        })
    })
}

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
    /// The endpoints that the source names, as they stand there.
    pub endpoints: Endpoints,
    /// The account that the credentials must belong to.
    pub expect_account: Option<String>,
}

/// Where a login's requests go instead of to the vendor's hosts.
#[derive(Clone, Debug, Default)]
pub struct Endpoints {
    /// For all services.
    pub all: Option<String>,
    /// For one service, by the name that `KPCTL_ENDPOINT_URL_<CLOUD>_<SERVICE>` has, in lower case.
    pub services: BTreeMap<String, String>,
    /// Another site of the vendor or a partner's cloud: the domain that all hosts are under.
    pub domain: Option<String>,
    /// Whether the variables that the vendor's own tools read for endpoints count, too.
    pub by_vendor_variables: bool,
}

impl Endpoints {
    /// The vendor's own: whoever keeps credentials where its tools do may set its endpoints there.
    pub fn vendors() -> Self {
        Self {
            by_vendor_variables: true,
            ..Self::default()
        }
    }

    /// A service's own, as a host or a whole address.
    #[must_use]
    pub fn with_service(mut self, service: &str, place: Option<&str>) -> Self {
        let place = place.map(str::trim).filter(|place| !place.is_empty());
        if let Some(place) = place {
            self.services
                .insert(service.to_owned(), Endpoint::address_of(place));
        }
        self
    }

    /// One for all services, as a host or a whole address; the vendor's usual host is none.
    #[must_use]
    pub fn with_all(mut self, place: Option<&str>, usual: &str) -> Self {
        let place = place.map(str::trim);
        let own = place.filter(|place| !place.is_empty() && *place != usual);
        self.all = own.map(Endpoint::address_of);
        self
    }
}

impl Login {
    /// Of calls that nobody's profile stands behind.
    pub fn unnamed() -> Self {
        Self {
            profile: String::new(),
            recipe: Recipe::fixed(Credential::Anonymous),
            source: String::new(),
            region: None,
            project_id: None,
            endpoints: Endpoints::default(),
            expect_account: None,
        }
    }
}

/// The files of other programs that hold credentials: the word that profiles of it begin with, whose
/// it is, and the profiles in it.
pub fn file_profiles(
    source: &str,
    world: &World<'_>,
) -> Result<Option<(CloudId, Vec<String>)>, Error> {
    let Some((file, None)) = files::named(source) else {
        return Ok(None);
    };
    Ok(Some((file.cloud, (file.profiles)(world)?)))
}
