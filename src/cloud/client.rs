//! One loop makes every call: encode, limit, sign, send, decode, retry.

use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroU32;
use std::rc::Rc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio::sync::{Mutex, OnceCell};

use super::Connection;
use super::operation::{Callable, Effect, Facts, Repeat};
use super::reply;
use crate::auth::{Credential, Keys, Login};
use crate::error::{Error, ErrorKind, Fate};
use crate::http::limit::Limits;
use crate::http::retry::Retry;
use crate::http::{BoxFuture, Courier, Endpoint, Reply, Request};
use crate::journal::{Answer as Answered, Problem, Sent};
use crate::model::{CloudId, Scope};
use crate::random;
use crate::secret::{self, Secret};
use crate::sign::escape::unescape;
use crate::sign::sha256_hex;

/// What a cloud's wire is like. Implemented once per cloud, for a type without values.
pub trait Wire: Sized + 'static {
    /// The cloud.
    const CLOUD: CloudId;

    /// The parameter that holds an idempotency token, where the cloud has them.
    const TOKEN: Option<&'static str> = None;

    /// The host of a service in a region.
    fn endpoint(service: &'static str, region: &str) -> Result<Endpoint, Error>;

    /// The published rate of an operation in requests a second, where there is one.
    fn rate(_service: &'static str, _operation: &'static str) -> Option<NonZeroU32> {
        None
    }

    /// The project that a call wants in path and header; looked up when it is not known.
    fn project_id(
        _client: &Client<Self>,
        _facts: Facts,
    ) -> BoxFuture<'_, Result<Option<String>, Error>> {
        Box::pin(async { Ok(None) })
    }

    /// The request without its signature.
    fn encode<O: Callable<Cloud = Self>>(operation: &O, call: &Call) -> Result<Request, Error>;

    /// Signs the request: the last thing before it goes, anew for every try.
    fn sign(request: &mut Request, call: &Call, credential: &Credential, now: DateTime<Utc>);

    /// Whether a refusal of the credential only says that its time is over.
    fn is_expired(error: &Error) -> bool;

    /// The answer's own part, or the error that it holds, whatever the HTTP status says.
    fn decode(reply: &Reply) -> Result<Decoded, Error>;

    /// The same for a call that kpctl does not know: only what can be nothing else is an error.
    fn decode_unknown(reply: &Reply) -> Result<Decoded, Error> {
        Self::decode(reply)
    }
}

/// One call on its way.
#[derive(Clone, Debug)]
pub struct Call {
    /// The service.
    pub service: &'static str,
    /// The operation.
    pub operation: &'static str,
    /// The API version.
    pub version: &'static str,
    /// The region.
    pub region: String,
    /// The project, where the cloud has them.
    pub project_id: Option<String>,
    /// Where it goes.
    pub endpoint: Endpoint,
}

/// A decoded answer.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// The part that the operation's response type describes.
    pub value: Value,
    /// The body of an answer that is a file; only calls that take files get any.
    pub file: Option<Bytes>,
    /// The id that the vendor's support asks for.
    pub request_id: Option<String>,
}

/// An operation's answer.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    /// What it says.
    pub value: T,
    /// The id that the vendor's support asks for.
    pub request_id: Option<String>,
    /// An earlier try of this call was sent and its answer lost.
    pub after_lost_answer: bool,
}

/// What a call would send, for `--dry-run`. The request is signed; its secrets cannot be shown.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The operation.
    pub operation: &'static str,
    /// The service.
    pub service: &'static str,
    /// The request.
    pub request: Request,
}

/// A request on its way, without its signature.
struct Task<'a> {
    call: &'a Call,
    request: Request,
    takes_files: bool,
    decode: fn(&Reply) -> Result<Decoded, Error>,
    /// It does no harm when it is carried out twice.
    repeatable: bool,
    /// It changes nothing, and nobody wants a record of it.
    is_read: bool,
}

/// What is known of an access key so far. All clients of one login share it.
#[derive(Clone, Debug, Default)]
pub struct KeyGate(Rc<Mutex<Gate>>);

#[derive(Debug, Default)]
enum Gate {
    /// No answer yet: requests go one at a time.
    #[default]
    Unproven,
    /// A service took it.
    Proven,
    /// A service refused it: nothing more is sent with it.
    Refused(Error),
}

/// The service that says who the caller is. It is not in every region of every site, so its word on
/// a key that has worked elsewhere does not count.
const IDENTITY: &str = "sts";

/// Shortest secret of a body that is looked for in error texts; shorter ones would be found in words.
const SHORTEST_SECRET: usize = 6;

/// Where a cloud's endpoints come from, before the vendor's own table.
pub type Overrides = Rc<dyn Fn(&'static str) -> Result<Option<Endpoint>, Error>>;

/// Calls operations of one cloud, for one account, in one region.
pub struct Client<W: Wire> {
    /// Where it works.
    pub scope: Scope,
    /// Who it works for.
    pub login: Login,
    /// Its credentials.
    pub keys: Keys,
    courier: Rc<Courier>,
    overrides: Overrides,
    limits: Limits,
    gate: KeyGate,
    project: OnceCell<String>,
    wire: std::marker::PhantomData<W>,
}

impl<W: Wire> fmt::Debug for Client<W> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

impl<W: Wire> Client<W> {
    /// A client; nothing is sent or built yet.
    pub fn new(connection: Connection) -> Self {
        let Connection {
            scope,
            login,
            keys,
            courier,
            overrides,
            gate,
            cache_folder: _,
        } = connection;
        Self {
            scope,
            login,
            keys,
            courier,
            overrides,
            limits: Limits::default(),
            gate,
            project: OnceCell::new(),
            wire: std::marker::PhantomData,
        }
    }

    /// The conditions under which calls are made.
    pub fn courier(&self) -> &Courier {
        &self.courier
    }

    /// Where the project id is kept once it is known.
    pub fn project(&self) -> &OnceCell<String> {
        &self.project
    }

    /// Where requests of a service go.
    pub fn endpoint(&self, service: &'static str) -> Result<Endpoint, Error> {
        match (self.overrides)(service)? {
            Some(endpoint) => Ok(endpoint),
            None => W::endpoint(service, &self.scope.region),
        }
    }

    /// Calls an operation. Reads, and changes that do no harm when repeated, are tried again after
    /// any passing failure; other changes only when the service says that nothing happened.
    pub async fn call<O: Callable<Cloud = W>>(
        &self,
        operation: &O,
    ) -> Result<Answer<O::Response>, Error> {
        let facts = operation.facts();
        if facts.effect != Effect::Read && !self.courier.may_change.get() {
            // Whatever led here: looks and rehearsals change nothing.
            return Err(Error::new(
                ErrorKind::Internal,
                format!("{} was about to be sent before consent", facts.operation),
            ));
        }
        let call = self.prepare(facts).await?;
        let request = W::encode(operation, &call)?;
        let task = Task {
            call: &call,
            request,
            takes_files: operation.takes_files(),
            decode: if operation.is_known() {
                W::decode
            } else {
                W::decode_unknown
            },
            repeatable: facts.effect == Effect::Read || facts.repeat != Repeat::AfterLook,
            is_read: facts.effect == Effect::Read,
        };
        let (decoded, after_lost_answer) = self.perform(task).await?;
        read(operation, decoded, after_lost_answer).map_err(|error| locate(error, W::CLOUD, &call))
    }

    /// Sends a request until it is answered or nothing is to be hoped for; whether an answer was
    /// lost on the way. It knows nothing of the operation's types, so that the program holds it once
    /// for each cloud and not once for each operation.
    fn perform<'a>(&'a self, task: Task<'a>) -> BoxFuture<'a, Result<(Decoded, bool), Error>> {
        Box::pin(async move {
            let journal = self.courier.journal.borrow().clone();
            let Some(journal) = journal.filter(|_| !task.is_read) else {
                return self.repeat(task).await;
            };
            // Signals are watched from the first wait on (lib.rs): a change that is on record must not be
            // ended by one as if nothing had begun.
            tokio::task::yield_now().await;
            // On the disk before the request leaves.
            let number = journal.sending(self.sent(&task))?;
            let result = self.repeat(task).await;
            journal.answered(
                number,
                match &result {
                    Ok((decoded, _)) => Answered {
                        request_id: decoded.request_id.clone(),
                        error: None,
                    },
                    Err(error) => Answered {
                        request_id: error.request_id.clone(),
                        error: Some(Problem::from(error)),
                    },
                },
            );
            result
        })
    }

    /// What the journal is told of a request.
    fn sent(&self, task: &Task<'_>) -> Sent {
        let call = task.call;
        let (digest, token) = self.digest(call, &task.request);
        Sent {
            cloud: W::CLOUD.name().to_owned(),
            profile: self.scope.profile.clone(),
            region: call.region.clone(),
            service: call.service.to_owned(),
            operation: call.operation.to_owned(),
            digest,
            token,
        }
    }

    /// A digest of what a request asks for, where, and for whom; and the idempotency token in its query,
    /// which is no part of it.
    fn digest(&self, call: &Call, request: &Request) -> (String, Option<String>) {
        let is_token = |pair: &&str| {
            pair.split_once('=')
                .is_some_and(|(name, _)| Some(name) == W::TOKEN)
        };
        let (tokens, rest): (Vec<&str>, Vec<&str>) = request.query.split('&').partition(is_token);
        let value = tokens.first().and_then(|pair| pair.split_once('='));
        let value = value.map(|(_, value)| String::from_utf8_lossy(&unescape(value)).into_owned());
        let asked = [
            &self.scope.profile,
            &call.region,
            call.operation,
            request.method.as_str(),
            &request.endpoint.to_string(),
            &request.path,
            &rest.join("&"),
        ];
        let mut text = asked.join("\n").into_bytes();
        text.push(b'\n');
        text.extend_from_slice(&request.body);
        (sha256_hex(&text), value.filter(|value| !value.is_empty()))
    }

    /// An idempotency token for an operation that was made without one: that of the same request, when
    /// an earlier run sent it lately and was cut off before the answer, else a new one.
    pub async fn token<O: Callable<Cloud = W>>(&self, operation: &O) -> Result<String, Error> {
        let journal = self.courier.journal.borrow().clone();
        if let Some(journal) = journal {
            let call = self.prepare(operation.facts()).await?;
            let request = W::encode(operation, &call)?;
            let (digest, _) = self.digest(&call, &request);
            if let Some(token) = journal.unanswered_token(&digest) {
                return Ok(token);
            }
        }
        random::token()
    }

    fn repeat<'a>(&'a self, task: Task<'a>) -> BoxFuture<'a, Result<(Decoded, bool), Error>> {
        Box::pin(async move {
            let call = task.call;
            let mut retry = Retry::default();
            let mut after_lost_answer = false;
            loop {
                let rate = W::rate(call.service, call.operation);
                self.limits.admit(call.service, call.operation, rate).await;
                let error = match self.attempt(&task).await {
                    Ok(decoded) => return Ok((decoded, after_lost_answer)),
                    Err(error) => locate(error, W::CLOUD, call)
                        .with(|details| details.after_lost_answer = after_lost_answer),
                };
                let lost_before = after_lost_answer;
                after_lost_answer |= error.fate == Fate::Unknown;
                let wait = retry.next(&error, task.repeatable, random::chance());
                let goes_on = match wait {
                    Some(wait) => self.courier.pause(wait).await,
                    None => false,
                };
                if !goes_on {
                    // However clear this last answer is, an earlier try may have been carried out.
                    return Err(if lost_before {
                        error.fate(Fate::Unknown)
                    } else {
                        error
                    });
                }
            }
        })
    }

    /// What [`Self::call`] would send.
    pub async fn preview<O: Callable<Cloud = W>>(&self, operation: &O) -> Result<Preview, Error> {
        let call = self.prepare(operation.facts()).await?;
        let mut request = W::encode(operation, &call)?;
        let held = self.keys.current().await?;
        W::sign(
            &mut request,
            &call,
            &held.credential,
            self.courier.clock.now(),
        );
        Ok(Preview {
            operation: call.operation,
            service: call.service,
            request,
        })
    }

    fn prepare(&self, facts: Facts) -> BoxFuture<'_, Result<Call, Error>> {
        Box::pin(async move {
            Ok(Call {
                service: facts.service,
                operation: facts.operation,
                version: facts.version,
                region: self.scope.region.clone(),
                project_id: W::project_id(self, facts).await?,
                endpoint: self.endpoint(facts.service)?,
            })
        })
    }

    /// One try. The first request of an access key goes alone, and none goes after a refusal of
    /// the key itself: a cloud may lock it (spec huawei 1, point 9).
    async fn attempt(&self, task: &Task<'_>) -> Result<Decoded, Error> {
        let call = task.call;
        let mut gate = self.gate.0.lock().await;
        match &*gate {
            Gate::Refused(error) => return Err(error.clone()),
            Gate::Proven => drop(gate),
            Gate::Unproven => {
                let result = self.exchange(task).await;
                match &result {
                    Err(error) if error.kind == ErrorKind::Credentials => {
                        *gate = Gate::Refused(locate(error.clone(), W::CLOUD, call));
                    }
                    // A proxy, a gateway or nobody answered: that says nothing of the key.
                    Err(error) if error.http_status.is_none() || error.kind.is_retryable() => {}
                    _ => *gate = Gate::Proven,
                }
                return result;
            }
        }
        let result = self.exchange(task).await;
        match result {
            Err(error) if error.kind == ErrorKind::Credentials && call.service == IDENTITY => {
                Err(error.with(|details| details.kind = ErrorKind::Permission))
            }
            Err(error) if error.kind == ErrorKind::Credentials => {
                *self.gate.0.lock().await = Gate::Refused(locate(error.clone(), W::CLOUD, call));
                Err(error)
            }
            result => result,
        }
    }

    /// Sends with the credential of the moment, and once more with a new one when the service calls
    /// that one expired: nothing was done then.
    async fn exchange(&self, task: &Task<'_>) -> Result<Decoded, Error> {
        let held = self.keys.current().await?;
        let result = self.exchange_with(&held.credential, task).await;
        if let Err(error) = &result
            && error.kind == ErrorKind::Credentials
            && W::is_expired(error)
            && let Some(renewed) = self.keys.instead_of(&held).await
        {
            return self.exchange_with(&renewed?.credential, task).await;
        }
        result
    }

    async fn exchange_with(
        &self,
        credential: &Credential,
        task: &Task<'_>,
    ) -> Result<Decoded, Error> {
        // Signed anew, from the same bytes.
        let mut request = task.request.clone();
        W::sign(
            &mut request,
            task.call,
            credential,
            self.courier.clock.now(),
        );
        let reply = self.courier.deliver(&request).await?;
        if task.takes_files && reply::is_file(&reply) {
            return Ok(Decoded {
                value: Value::Null,
                request_id: reply.header("x-request-id").map(str::to_owned),
                file: Some(reply.body),
            });
        }
        (task.decode)(&reply).map_err(|error| {
            let skew = clock_skew(&reply, self.courier.clock.now());
            let error = without_secrets(error, &reply, (&request, credential), task.decode);
            error.with(|details| {
                details.http_status = Some(reply.status);
                details.retry_after = retry_after(&reply);
                if let (ErrorKind::Credentials, Some(hint)) = (details.kind, skew) {
                    details.hints.push(hint);
                }
            })
        })
    }
}

/// Gateways and services quote what they were sent, headers and passwords included.
/// What kpctl says itself is left alone: a short secret may be a word of it.
fn without_secrets(
    error: Error,
    reply: &Reply,
    (request, credential): (&Request, &Credential),
    decode: impl Fn(&Reply) -> Result<Decoded, Error>,
) -> Error {
    let sent = request.secrets();
    let mut secrets = credential.secrets();
    let long_enough = |secret: &&Secret| secret.expose().len() >= SHORTEST_SECRET;
    secrets.extend(sent.iter().filter(long_enough));
    // An excerpt that ends inside a secret would show its beginning, so the same error is made of
    // an answer without secrets where that is possible.
    let body = String::from_utf8_lossy(&reply.body);
    let quiet = redacted(&body, &secrets);
    let mut error = error;
    if quiet != body {
        let again = decode(&Reply {
            body: quiet.into_owned().into(),
            ..reply.clone()
        });
        if let Err(same) = again
            && (same.kind, &same.code) == (error.kind, &error.code)
        {
            let request_id = error.request_id.clone();
            error = same.with(|details| details.request_id = request_id);
        }
    }
    error.with(|details| {
        for text in details.quotes.iter_mut().chain([&mut details.message]) {
            *text = redacted(text, &secrets).into_owned();
        }
        details.hints.append(&mut details.quotes);
    })
}

fn redacted<'a>(text: &'a str, secrets: &[&Secret]) -> Cow<'a, str> {
    // An answer may be long, and hardly ever quotes a secret: it is copied only where it does.
    secrets.iter().fold(Cow::from(text), |text, secret| {
        if text.contains(secret.expose()) {
            text.replace(secret.expose(), secret::REDACTED).into()
        } else {
            text
        }
    })
}

fn read<O: Callable>(
    operation: &O,
    decoded: Decoded,
    after_lost_answer: bool,
) -> Result<Answer<O::Response>, Error> {
    let request_id = decoded.request_id.clone();
    match operation.read(decoded) {
        Ok(value) => Ok(Answer {
            value,
            request_id,
            after_lost_answer,
        }),
        // The service did answer with success, so whatever it was asked for may be done.
        Err(error) => Err(Error::new(
            ErrorKind::Server,
            format!("the answer does not have the documented form: {error}"),
        )
        .fate(Fate::Unknown)
        .with(|details| details.request_id = request_id)),
    }
}

fn locate(error: Error, cloud: CloudId, call: &Call) -> Error {
    error.with(|details| {
        details.cloud.get_or_insert(cloud);
        details.service.get_or_insert(call.service);
        details.operation.get_or_insert(call.operation);
        details.region.get_or_insert_with(|| call.region.clone());
    })
}

/// `Retry-After` in seconds; the date form is not used by these services.
fn retry_after(reply: &Reply) -> Option<std::time::Duration> {
    let seconds = reply.header("retry-after")?.trim().parse().ok()?;
    Some(std::time::Duration::from_secs(seconds))
}

/// A hint when the server's clock and this machine's differ enough to make signatures fail.
fn clock_skew(reply: &Reply, now: DateTime<Utc>) -> Option<String> {
    let server = DateTime::parse_from_rfc2822(reply.header("date")?).ok()?;
    let seconds = (now - server.to_utc()).num_seconds();
    let direction = if seconds < 0 { "behind" } else { "ahead of" };
    (seconds.abs() > 60).then(|| {
        let (local, server) = (now.format("%H:%M:%SZ"), server.to_utc().format("%H:%M:%SZ"));
        let seconds = seconds.abs();
        format!("This machine's clock ({local}) is {seconds} s {direction} the server's ({server}); set it right.")
    })
}
