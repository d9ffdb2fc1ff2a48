//! Recipes at work: from how a credential is come by to one that requests can use.

use std::rc::Rc;
use std::time::Duration;

use super::client::{Client, KeyGate, Overrides, Wire};
use super::{Connection, huawei, tencent, volcengine};
use crate::auth::{
    Credential, Keys, Login, Process, Recipe, Role, Sealed, Supplier, Temporary, process,
};
use crate::error::{Error, ErrorKind, Fate};
use crate::http::{BoxFuture, Courier, Endpoint, Method, Reply, Request};
use crate::model::{CloudId, Scope};
use crate::secret::Secret;
use crate::time::parse_instant;

/// How long a metadata service may take for one answer. It is on the same wire, so that a slow one is
/// none (spec volcengine 7.5, tencent 5.4, huawei 4.3).
const METADATA_ANSWER: Duration = Duration::from_secs(3);
/// How often it is asked.
const METADATA_TRIES: u32 = 3;
/// Between two tries.
const METADATA_PAUSE: Duration = Duration::from_millis(500);
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

    /// The metadata service: the cloud's own address, or one on this machine that the user named.
    pub(in crate::cloud) fn metadata(&self, address: &'static str) -> Result<Endpoint, Error> {
        match (self.overrides)("metadata")? {
            None => Ok(Endpoint::link_local(address)),
            Some(endpoint) if endpoint.is_loopback() => Ok(endpoint),
            Some(_) => Err(Error::usage(
                "a metadata service of your own may only be on this machine",
            )
            .hint(format!(
                "Without an endpoint of your own, {address} is asked."
            ))
            .cloud(self.cloud)),
        }
    }

    /// Asks a metadata service: an answer within its short time, whatever it says, or an error that
    /// says what none means.
    pub(in crate::cloud) async fn ask_metadata(&self, request: &Request) -> Result<Reply, Error> {
        let place = request.endpoint.authority();
        let mut tries = 0;
        loop {
            tries += 1;
            let answer = self.courier.deliver(request);
            let result = match tokio::time::timeout(METADATA_ANSWER, answer).await {
                Ok(result) => result,
                Err(_) => Err(Error::new(
                    ErrorKind::Timeout,
                    format!("no answer within {} s", METADATA_ANSWER.as_secs()),
                )),
            };
            let passing = match result {
                Ok(reply) if reply.status < 500 => return Ok(reply),
                Err(error) if error.kind == ErrorKind::Interrupted => return Err(error),
                passing => passing,
            };
            self.courier.go_on()?;
            if tries < METADATA_TRIES && self.courier.pause(METADATA_PAUSE).await {
                continue;
            }
            return passing.map_err(|error| {
                Error::credentials(format!(
                    "the metadata service at {place} cannot be used: {}",
                    error.message
                ))
                .code("NoMetadata")
                .hint("Is this an instance of the cloud? Elsewhere, name other credentials than an instance role.")
                .cloud(self.cloud)
            });
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

/// The role, when its call has a place for all that narrows it and opens it: left out unsaid, a policy
/// would give more than was asked for.
pub(in crate::cloud) fn with_all_of(
    cloud: CloudId,
    role: &Role,
    takes: &[RolePart],
) -> Result<Role, Error> {
    let parts = [
        (RolePart::Policy, role.policy.is_some(), "policy"),
        (
            RolePart::ExternalId,
            role.external_id.is_some(),
            "external id",
        ),
    ];
    let homeless = |(part, given, _): &&(RolePart, bool, _)| *given && !takes.contains(part);
    match parts.iter().find(homeless) {
        None => Ok(role.clone()),
        Some((.., what)) => Err(Error::credentials(format!(
            "{cloud} takes no {what} with this way to the role {}",
            role.name
        ))
        .code("BrokenCredentials")
        .hint("Leave it out, or choose another source in the profile.")
        .cloud(cloud)),
    }
}

/// What not every call for a role has a place for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::cloud) enum RolePart {
    /// A policy that narrows the role.
    Policy,
    /// What the role's owner asks of strangers.
    ExternalId,
}

/// A request to a metadata service.
pub(in crate::cloud) fn metadata_request(
    method: Method,
    endpoint: &Endpoint,
    path: &str,
    query: &str,
) -> Request {
    Request {
        method,
        endpoint: endpoint.clone(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
    }
}

/// An answer of a metadata service that cannot be used.
pub(in crate::cloud) fn metadata_refused(cloud: CloudId, reply: &Reply, what: &str) -> Error {
    let answer = match reply.status {
        // The answer is there, and what is wanted is not in it.
        200 => String::new(),
        status => format!(" (HTTP {status})"),
    };
    Error::credentials(format!("the metadata service gives no {what}{answer}"))
        .code("NoInstanceRole")
        .hint("Give the instance a role in the console, or name other credentials.")
        .cloud(cloud)
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

/// Reads a secret where it is kept.
pub(in crate::cloud) fn unseal(cloud: CloudId, sealed: &Sealed) -> Result<Secret, Error> {
    let broken = |why: String| {
        Error::credentials(why)
            .code("BrokenCredentials")
            .cloud(cloud)
    };
    match sealed {
        Sealed::Given(secret) => Ok(secret.clone()),
        Sealed::File(file) => {
            let shown = file.display();
            let text = std::fs::read_to_string(file)
                .map_err(|error| broken(format!("cannot read {shown}: {error}")))?;
            let text = text.trim();
            if text.is_empty() {
                return Err(broken(format!("{shown} is empty")));
            }
            Ok(Secret::new(text.to_owned()))
        }
        Sealed::Ask => Err(broken("nobody was asked for the password".to_owned())),
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
