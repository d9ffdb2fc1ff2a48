//! Recipes at work: from how a credential is come by to one that requests can use.

mod metadata;
#[cfg(test)]
mod tests;

use std::rc::Rc;
use std::time::Duration;

pub(in crate::cloud) use metadata::{metadata_refused, metadata_request};

use super::client::{Client, KeyGate, Overrides, Wire};
use super::{Connection, huawei, tencent, volcengine};
use crate::auth::{
    Asker, Credential, Keys, Login, Process, Recipe, Role, Sealed, Supplier, Temporary, process,
    secret_file,
};
use crate::error::{Error, ErrorKind, Fate};
use crate::http::{BoxFuture, Courier};
use crate::model::{CloudId, Scope};
use crate::secret::Secret;
use crate::time::parse_instant;

/// How long a credential is asked for when nobody says: an hour is more than any command takes.
const LIFE: Duration = Duration::from_secs(3_600);
/// What a session is called in the account's records when nobody says.
const SESSION: &str = "kpctl";

/// Where and how credentials are got.
#[derive(Clone)]
pub struct Ground {
    /// The cloud.
    pub cloud: CloudId,
    /// The region whose services are asked.
    pub region: String,
    /// What carries the requests.
    pub courier: Rc<Courier>,
    /// Endpoints that the user named.
    pub overrides: Overrides,
    /// Who can be asked for what only a person knows.
    pub ask: Asker,
}

impl Ground {
    /// A client of the services that credentials are got from.
    pub(in crate::cloud) fn client<W: Wire>(&self, keys: Keys) -> Client<W> {
        Client::new(Connection {
            scope: Scope {
                cloud: self.cloud,
                profile: String::new(),
                region: self.region.clone(),
            },
            login: Login::unnamed(),
            keys,
            courier: Rc::clone(&self.courier),
            overrides: Rc::clone(&self.overrides),
            gate: KeyGate::default(),
            cache_folder: None,
        })
    }

    /// A client whose calls are not signed.
    pub(in crate::cloud) fn anonymous<W: Wire>(&self) -> Client<W> {
        let nothing = Temporary {
            credential: Credential::Anonymous,
            expires_at: None,
        };
        self.client(Keys::ready(nothing, None))
    }

    /// Reads a secret where it is kept; what only a person knows is asked for with that question.
    pub(in crate::cloud) async fn unseal(
        &self,
        sealed: &Sealed,
        question: &str,
    ) -> Result<Secret, Error> {
        match sealed {
            Sealed::Given(secret) => Ok(secret.clone()),
            Sealed::File(file) => secret_file(self.cloud, file),
            Sealed::Ask => {
                let answer = (self.ask)(question.to_owned());
                self.courier.while_asking(answer).await
            }
        }
    }
}

/// Puts a recipe to work. Nothing is sent before a request needs the credential.
pub fn keys(recipe: &Recipe, ground: &Ground) -> Result<Keys, Error> {
    let identity = recipe.identity();
    let supplier: Box<dyn Supplier> = match recipe {
        Recipe::Ready(held) => return Ok(Keys::ready(held.clone(), identity)),
        Recipe::Process(process) => Box::new(Program {
            process: process.clone(),
            ground: ground.clone(),
        }),
        other => match ground.cloud {
            CloudId::Volcengine => volcengine::credentials::supplier(other, ground)?,
            CloudId::Tencent => tencent::credentials::supplier(other, ground)?,
            CloudId::Huawei => huawei::credentials::supplier(other, ground)?,
        },
    };
    Ok(Keys::supplied(supplier, identity, ground.courier.clock))
}

/// A program that prints credentials.
struct Program {
    process: Process,
    ground: Ground,
}

impl Supplier for Program {
    fn supply(&self) -> BoxFuture<'_, Result<Temporary, Error>> {
        let answer = process::run(self.ground.cloud, &self.process);
        Box::pin(self.ground.courier.while_asking(answer))
    }
}

/// A recipe that the cloud knows nothing of.
pub(in crate::cloud) fn unknown(cloud: CloudId, what: &str) -> Error {
    Error::credentials(format!("{cloud} has no credentials by {what}"))
        .code("BrokenCredentials")
        .hint("Correct the profile, or unset the variables that ask for it.")
        .cloud(cloud)
}

/// A part of a role that the cloud's call has no place for. It is never passed over: the role would be
/// wider than asked for, or not the one that is meant.
pub(in crate::cloud) fn without(
    cloud: CloudId,
    call: &str,
    parts: &[(&str, &Option<String>)],
) -> Result<(), Error> {
    match parts.iter().find(|(_, value)| value.is_some()) {
        None => Ok(()),
        Some((part, _)) => Err(Error::credentials(format!(
            "{call} of {cloud} takes no {part}, and the role names one"
        ))
        .code("BrokenCredentials")
        .hint(format!(
            "Take the {part} out, or take the role on in another way."
        ))
        .cloud(cloud)),
    }
}

/// The role's session name as all clouds take it.
pub(in crate::cloud) fn session_name(role: &Role) -> String {
    role.session_name
        .clone()
        .unwrap_or_else(|| SESSION.to_owned())
}

/// The wanted life of a credential in seconds.
pub(in crate::cloud) fn life(role: &Role) -> u64 {
    role.duration.unwrap_or(LIFE).as_secs()
}

/// The parts of an access key, as services hand them out.
#[derive(Default)]
pub(in crate::cloud) struct Parts {
    /// The public half.
    pub(in crate::cloud) id: Option<String>,
    /// The secret half.
    pub(in crate::cloud) secret: Option<String>,
    /// The token.
    pub(in crate::cloud) token: Option<String>,
    /// The end, as it is written.
    pub(in crate::cloud) end: Option<String>,
}

impl Parts {
    /// The credential: without its token it could not be used. An end that cannot be read is none:
    /// the credential is used until a service calls it expired.
    pub(in crate::cloud) fn join(self, cloud: CloudId) -> Result<Temporary, Error> {
        let filled = |part: Option<String>| part.filter(|part| !part.is_empty());
        let (Some(id), Some(secret), Some(token)) =
            (filled(self.id), filled(self.secret), filled(self.token))
        else {
            return Err(
                Error::new(ErrorKind::Server, "the answer holds no whole credential").cloud(cloud),
            );
        };
        let is_plain = |part: &String| part.bytes().all(|byte| byte.is_ascii_graphic());
        if ![&id, &secret, &token].into_iter().all(is_plain) {
            return Err(Error::credentials(
                "the credential that was got has letters that no header can carry",
            )
            .code("BrokenCredentials")
            .cloud(cloud));
        }
        Ok(Temporary {
            credential: Credential::AccessKey {
                id,
                secret: Secret::new(secret),
                session_token: Some(Secret::new(token)),
            },
            expires_at: self.end.as_deref().and_then(parse_instant),
        })
    }
}

/// What a refusal to hand out a credential means for whoever needs it. Nothing was done in any case.
pub(in crate::cloud) fn not_got(error: Error, what: &str) -> Error {
    error.fate(Fate::NotDone).with(|details| {
        details.message = format!("cannot {what}: {}", details.message);
        if matches!(
            details.kind,
            ErrorKind::Usage | ErrorKind::NotFound | ErrorKind::State | ErrorKind::Conflict
        ) {
            details.kind = ErrorKind::Credentials;
        }
    })
}
