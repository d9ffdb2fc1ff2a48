//! One loop makes every call: encode, limit, sign, send, decode, retry.

use std::fmt;
use std::num::NonZeroU32;
use std::rc::Rc;

use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio::sync::{Mutex, OnceCell};

use super::operation::{Effect, Operation, Repeat};
use crate::auth::{Credential, Login};
use crate::error::{Error, ErrorKind, Fate};
use crate::http::limit::Limits;
use crate::http::retry::Retry;
use crate::http::{BoxFuture, Courier, Endpoint, Reply, Request};
use crate::model::{CloudId, Scope};
use crate::random;

/// What a cloud's wire is like. Implemented once per cloud, for a type without values.
pub trait Wire: Sized + 'static {
    /// The cloud.
    const CLOUD: CloudId;

    /// The host of a service in a region.
    fn endpoint(service: &'static str, region: &str) -> Result<Endpoint, Error>;

    /// The published rate of an operation in requests a second, where there is one.
    fn rate(_service: &'static str, _operation: &'static str) -> Option<NonZeroU32> {
        None
    }

    /// The project that a service wants in path and header; looked up when it is not known.
    fn project_id<'a>(
        _client: &'a Client<Self>,
        _service: &'static str,
    ) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(async { Ok(None) })
    }

    /// The request without its signature.
    fn encode<O: Operation<Cloud = Self>>(operation: &O, call: &Call) -> Result<Request, Error>;

    /// Signs the request: the last thing before it goes, anew for every try.
    fn sign(request: &mut Request, call: &Call, credential: &Credential, now: DateTime<Utc>);

    /// The answer's own part, or the error that it holds, whatever the HTTP status says.
    fn decode(reply: &Reply) -> Result<Decoded, Error>;
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

/// What is known of the access key so far.
#[derive(Debug)]
enum Gate {
    /// No answer yet: requests go one at a time.
    Unproven,
    /// The service took it.
    Proven,
    /// The service refused it: nothing more is sent with it.
    Refused(Error),
}

/// Where a cloud's endpoints come from, before the vendor's own table.
pub type Overrides = Rc<dyn Fn(&'static str) -> Result<Option<Endpoint>, Error>>;

/// Calls operations of one cloud, for one account, in one region.
pub struct Client<W: Wire> {
    /// Where it works.
    pub scope: Scope,
    /// Who it works for.
    pub login: Login,
    courier: Rc<Courier>,
    overrides: Overrides,
    limits: Limits,
    gate: Mutex<Gate>,
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
    pub fn new(scope: Scope, login: Login, courier: Rc<Courier>, overrides: Overrides) -> Self {
        Self {
            scope,
            login,
            courier,
            overrides,
            limits: Limits::default(),
            gate: Mutex::new(Gate::Unproven),
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
    pub async fn call<O: Operation<Cloud = W>>(
        &self,
        operation: &O,
    ) -> Result<Answer<O::Response>, Error> {
        let call = self.prepare::<O>().await?;
        let repeatable = O::EFFECT == Effect::Read || O::REPEAT != Repeat::AfterLook;
        let mut retry = Retry::default();
        let mut after_lost_answer = false;
        loop {
            self.limits
                .admit(O::SERVICE, O::NAME, W::rate(O::SERVICE, O::NAME))
                .await;
            let error = match self.attempt(operation, &call).await {
                Ok(decoded) => {
                    return read(decoded, after_lost_answer)
                        .map_err(|error| locate(error, W::CLOUD, &call));
                }
                Err(error) => locate(error, W::CLOUD, &call)
                    .with(|details| details.after_lost_answer = after_lost_answer),
            };
            after_lost_answer |= error.fate == Fate::Unknown;
            let Some(wait) = retry.next(&error, repeatable, random::chance()) else {
                return Err(error);
            };
            if !self.courier.pause(wait).await {
                return Err(error);
            }
        }
    }

    /// What [`Self::call`] would send.
    pub async fn preview<O: Operation<Cloud = W>>(&self, operation: &O) -> Result<Preview, Error> {
        let call = self.prepare::<O>().await?;
        let mut request = W::encode(operation, &call)?;
        W::sign(
            &mut request,
            &call,
            &self.login.credential,
            self.courier.clock.now(),
        );
        Ok(Preview {
            operation: O::NAME,
            service: O::SERVICE,
            request,
        })
    }

    async fn prepare<O: Operation<Cloud = W>>(&self) -> Result<Call, Error> {
        Ok(Call {
            service: O::SERVICE,
            operation: O::NAME,
            version: O::VERSION,
            region: self.scope.region.clone(),
            project_id: W::project_id(self, O::SERVICE).await?,
            endpoint: self.endpoint(O::SERVICE)?,
        })
    }

    /// One try. The first request of an access key goes alone, and none goes after a refusal of
    /// the key itself: a cloud may lock it (spec huawei 1, point 9).
    async fn attempt<O: Operation<Cloud = W>>(
        &self,
        operation: &O,
        call: &Call,
    ) -> Result<Decoded, Error> {
        let mut request = W::encode(operation, call)?;
        let mut gate = self.gate.lock().await;
        match &*gate {
            Gate::Refused(error) => return Err(error.clone()),
            Gate::Proven => drop(gate),
            Gate::Unproven => {
                let result = self.exchange(&mut request, call).await;
                match &result {
                    Err(error) if error.kind == ErrorKind::Credentials => {
                        *gate = Gate::Refused(error.clone());
                    }
                    Err(error) if error.http_status.is_none() => {}
                    _ => *gate = Gate::Proven,
                }
                return result;
            }
        }
        let result = self.exchange(&mut request, call).await;
        if let Err(error) = &result
            && error.kind == ErrorKind::Credentials
        {
            *self.gate.lock().await = Gate::Refused(error.clone());
        }
        result
    }

    async fn exchange(&self, request: &mut Request, call: &Call) -> Result<Decoded, Error> {
        W::sign(
            request,
            call,
            &self.login.credential,
            self.courier.clock.now(),
        );
        let reply = self.courier.deliver(request).await?;
        W::decode(&reply).map_err(|error| {
            let skew = clock_skew(&reply, self.courier.clock.now());
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

fn read<T: serde::de::DeserializeOwned>(
    decoded: Decoded,
    after_lost_answer: bool,
) -> Result<Answer<T>, Error> {
    let Decoded { value, request_id } = decoded;
    match serde_json::from_value(value) {
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
