//! One loop makes every call: encode, limit, sign, send, decode, retry.

mod gate;
mod quotes;
mod record;

use std::fmt;
use std::rc::Rc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio::sync::OnceCell;

pub use gate::KeyGate;
use quotes::without_secrets;

use super::Connection;
use super::operation::{Callable, Effect, Facts, Repeat};
use super::raw::{self, ItemErrors};
use super::reply;
use crate::auth::{Credential, Keys, Login};
use crate::error::{Error, ErrorKind, Fate};
use crate::http::limit::{self, Place, Rate, Ticket};
use crate::http::retry::Retry;
use crate::http::{BoxFuture, Courier, Endpoint, Reply, Request};
use crate::model::{CloudId, Scope};
use crate::random;

/// What a cloud's wire is like. Implemented once per cloud, for a type without values.
pub trait Wire: Sized + 'static {
    /// The cloud.
    const CLOUD: CloudId;

    /// The parameter that holds an idempotency token, where the cloud has them.
    const TOKEN: Option<&'static str> = None;

    /// The host of a service in a region.
    fn endpoint(service: &'static str, region: &str) -> Result<Endpoint, Error>;

    /// Where successes tell of single items that were refused.
    const ITEM_ERRORS: &'static [ItemErrors] = &[];

    /// The published rate of an operation, where there is one.
    fn rate(_service: &'static str, _operation: &'static str) -> Option<Rate> {
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

/// The service that says who the caller is. It is not in every region of every site, so its word on
/// a key that has worked elsewhere does not count.
const IDENTITY: &str = "sts";

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
    /// Whose requests are counted together, as far as that is known.
    account: String,
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
        let account = match keys.identity() {
            Some(identity) => format!("{} {identity}", W::CLOUD),
            None => format!("{} profile {}", W::CLOUD, scope.profile),
        };
        Self {
            scope,
            login,
            keys,
            courier,
            overrides,
            account,
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
    fn repeat<'a>(&'a self, task: Task<'a>) -> BoxFuture<'a, Result<(Decoded, bool), Error>> {
        Box::pin(async move {
            let call = task.call;
            let place = Place {
                account: self.account.clone(),
                region: call.region.clone(),
                service: call.service,
                operation: call.operation,
            };
            let rate = W::rate(call.service, call.operation);
            let mut retry = Retry::default();
            let mut after_lost_answer = false;
            loop {
                let admitted = self.courier.admit(&place, rate).await;
                let result = match &admitted {
                    Ok(ticket) => {
                        let result = self.attempt(&task).await;
                        learn::<W>(ticket, &result);
                        result
                    }
                    Err(error) => Err(error.clone()),
                };
                let error = match result {
                    Ok(decoded) => {
                        self.courier.budget.answered();
                        return Ok((decoded, after_lost_answer));
                    }
                    Err(error) => locate(error, W::CLOUD, call)
                        .with(|details| details.after_lost_answer = after_lost_answer),
                };
                // However clear the last answer is, an earlier try may have been carried out.
                let lost_before = after_lost_answer;
                let end = |error: Error| {
                    Err(if lost_before {
                        error.fate(Fate::Unknown)
                    } else {
                        error
                    })
                };
                if admitted.is_err() {
                    return end(error);
                }
                drop(admitted);
                after_lost_answer |= error.fate == Fate::Unknown;
                let chance = random::chance();
                let goes_on = self
                    .courier
                    .before_retry(&mut retry, error, task.repeatable, chance);
                if let Err(error) = goes_on.await {
                    return end(error);
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

    /// One try, when the key's gate lets it go.
    async fn attempt(&self, task: &Task<'_>) -> Result<Decoded, Error> {
        let call = task.call;
        let refusal = |error: Error| locate(error, W::CLOUD, call);
        let trial = self.gate.enter().await?;
        let result = self.exchange(task).await;
        if let Some(trial) = trial {
            trial.settle(&result, refusal);
            return result;
        }
        match result {
            Err(error) if error.kind == ErrorKind::Credentials && call.service == IDENTITY => {
                Err(error.with(|details| details.kind = ErrorKind::Permission))
            }
            Err(error) if error.kind == ErrorKind::Credentials => {
                self.gate.refuse(refusal(error.clone()));
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
            let skew = reply::clock_skew(&reply, self.courier.clock.now());
            let error = without_secrets(error, &reply, (&request, credential), task.decode);
            error.with(|details| {
                details.http_status = Some(reply.status);
                details.retry_after = reply::retry_after(&reply, self.courier.clock.now());
                if let (ErrorKind::Credentials, Some(hint)) = (details.kind, skew) {
                    details.hints.push(hint);
                }
            })
        })
    }
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

/// What an answer says of the rate of requests, whole or for one item inside it.
fn learn<W: Wire>(ticket: &Ticket, result: &Result<Decoded, Error>) {
    match result {
        Ok(decoded) => {
            let refused = raw::refused(W::ITEM_ERRORS, &decoded.value);
            if refused.is_some_and(|items| items.kinds.contains(&ErrorKind::Throttled)) {
                ticket.throttled(None, None);
            } else {
                ticket.succeeded();
            }
        }
        Err(error) if error.kind == ErrorKind::Throttled => {
            ticket.throttled(error.retry_after, limit::limit_in(&error.message));
        }
        Err(_) => {}
    }
}
