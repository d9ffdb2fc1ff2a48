//! One request, from recognition to answer.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use chrono::TimeDelta;

use super::api::Context;
use super::cloud::Cloud;
use super::faults::{Fault, Kind};
use super::issued::Issued;
use super::journal::{Entry, Journal};
use super::quirks::Quirk;
use super::rates::Rates;
use super::reply::{Delivery, Reply};
use super::request::Request;
use super::state::Tracked;
use super::store::Store;
use super::target::Target;
use super::{Log, Options, SandboxError, clock, control, verify};

/// How the sandbox names itself, so that a client can tell that nothing takes time here.
const SERVER: &str = "kpctl-sandbox";
/// How it names itself where rates are enforced: a client that hurries, because nothing takes time here, would run into
/// them.
const SERVER_IN_REAL_TIME: &str = "kpctl-sandbox-in-real-time";
/// How far the server's clock is ahead under [`Kind::Skew`]: out of the window of every cloud.
const SKEW: TimeDelta = TimeDelta::hours(1);

/// What a server holds on to between requests.
pub(crate) struct Sandbox {
    store: Mutex<Store>,
    journal: Mutex<Journal>,
    issued: Issued,
    faults: Vec<Fault>,
    rates: Rates,
    quirks: Vec<Quirk>,
    latency: Duration,
    log: Option<Log>,
}

/// What goes back to the client, and how.
pub(crate) struct Answer {
    /// The answer itself.
    pub(crate) reply: Reply,
    /// What becomes of it on the way.
    pub(crate) delivery: Delivery,
    /// How long it takes.
    pub(crate) delay: Duration,
}

impl Sandbox {
    /// Opens the state and takes over the rules.
    pub(crate) fn open(options: Options) -> Result<Self, SandboxError> {
        Ok(Self {
            store: Mutex::new(Store::open(options.state_file.as_deref())?),
            journal: Mutex::new(Journal::default()),
            issued: Issued::new(options.credential_lifetime),
            faults: options.faults,
            rates: Rates::new(options.rates),
            quirks: options.quirks,
            latency: options.latency,
            log: options.log,
        })
    }

    /// What was asked so far.
    pub(crate) fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works on the newest state while nobody else can.
    pub(crate) fn with_state<T>(
        &self,
        work: impl FnOnce(&mut Tracked) -> T,
    ) -> Result<T, SandboxError> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        store.transaction(work)
    }

    /// Answers a request.
    pub(crate) fn answer(&self, request: &Request) -> Answer {
        if request.path.starts_with(control::PREFIX) {
            return Answer {
                reply: control::answer(self, request)
                    .with_header("date", clock::http(clock::now()))
                    .with_header("server", self.name()),
                delivery: Delivery::Whole,
                delay: Duration::ZERO,
            };
        }
        let target = Target::of(request);
        let (cloud, operation) = (target.cloud(), target.operation(request));
        let region = self.region(&target, request);
        let counts = self.journal().count(cloud, region.as_deref(), &operation);
        let fault = self
            .faults
            .iter()
            .find_map(|fault| fault.applies(cloud, region.as_deref(), &operation, counts))
            .or_else(|| {
                let is_too_fast = self.rates.refuse(&target, request);
                is_too_fast.then_some(Kind::Throttled)
            });
        let fault = self.with_ended_credentials(request, fault);
        let now = match fault {
            Some(Kind::Skew) => clock::now() + SKEW,
            _ => clock::now(),
        };
        let request_id = target.request_id(now);
        let signer = verify::claimed_access_key(request)
            .and_then(|access_key| self.issued.find_keys(cloud, access_key));
        let ctx = Context {
            now,
            request_id: &request_id,
            quirks: &self.quirks,
            issued: &self.issued,
            signer: signer.as_ref(),
            throttle_item: fault == Some(Kind::ThrottledItem),
        };
        let (reply, explanation) = match fault.and_then(in_between) {
            Some(reply) => (reply, None),
            None => self
                .with_state(|state| target.serve(request, &ctx, fault, state))
                .unwrap_or_else(|problem| {
                    (
                        Reply::html(500, "Sandbox State Not Usable"),
                        Some(problem.to_string()),
                    )
                }),
        };
        let (reply, delivery) = damage(reply, fault);
        self.write_log(cloud, &operation, &reply, explanation.as_deref());
        self.journal().add(Entry {
            cloud: cloud.name(),
            region,
            effect: target.effect().name(),
            status: delivery.arrives().then_some(reply.status),
            code: reply.code.clone(),
            items: target.items(request),
            operation,
        });
        Answer {
            reply: reply
                .with_header("date", clock::http(now))
                .with_header("server", self.name()),
            delivery,
            delay: self.latency
                + match fault {
                    Some(Kind::Slow(delay)) => delay,
                    _ => Duration::ZERO,
                },
        }
    }

    /// The region that a request is for. With Huawei Cloud it takes the state to tell whose project is whose.
    fn region(&self, target: &Target, request: &Request) -> Option<String> {
        match target {
            Target::Huawei(target) => {
                // A state that is not usable is reported when the request is served.
                self.with_state(|state| target.region(request, state))
                    .ok()?
            }
            other => other.region(request),
        }
    }

    /// How it names itself.
    fn name(&self) -> &'static str {
        if self.rates.are_enforced() {
            SERVER_IN_REAL_TIME
        } else {
            SERVER
        }
    }

    /// Under [`Kind::Expires`] a credential ends; one that ended so is no good for anything, whatever else was to happen.
    fn with_ended_credentials(&self, request: &Request, fault: Option<Kind>) -> Option<Kind> {
        let Some(credential) = verify::claimed_credential(request) else {
            // What comes without one cannot lose it.
            return fault.filter(|kind| *kind != Kind::Expires);
        };
        if fault == Some(Kind::Expires) {
            self.issued.end_early(credential);
        }
        if self.issued.has_ended_early(credential) {
            return Some(Kind::ExpiredToken);
        }
        fault
    }

    /// One line for every refusal.
    fn write_log(&self, cloud: Cloud, operation: &str, reply: &Reply, explanation: Option<&str>) {
        let Some(log) = &self.log else { return };
        if reply.code.is_none() && explanation.is_none() {
            return;
        }
        let code = reply.code.as_deref().unwrap_or("-");
        let operation = if operation.is_empty() { "-" } else { operation };
        let mut line = format!("{cloud} {operation} refused: {code}, HTTP {}", reply.status);
        if let Some(explanation) = explanation {
            line.push_str("; ");
            line.push_str(explanation);
        }
        log.write(&line.replace(['\r', '\n'], " "));
    }
}

/// What something between client and cloud answers; the cloud never sees the request.
fn in_between(kind: Kind) -> Option<Reply> {
    match kind {
        Kind::Html412 => Some(Reply::html(412, "Precondition Failed")),
        Kind::Html502 => Some(Reply::html(502, "Bad Gateway")),
        Kind::Status503 => {
            Some(Reply::html(503, "Service Unavailable").with_header("retry-after", "1"))
        }
        Kind::Redirect => Some(Reply::empty(302).with_header("location", "http://127.0.0.1:1/")),
        Kind::ResetBefore | Kind::Hang => Some(Reply::empty(502)), // it does not get out
        _ => None,
    }
}

/// What becomes of an answer on the way.
fn damage(mut reply: Reply, fault: Option<Kind>) -> (Reply, Delivery) {
    let needs_body = matches!(
        fault,
        Some(Kind::Truncated | Kind::BrokenJson | Kind::Dribble | Kind::Endless)
    );
    if needs_body && reply.body.is_empty() {
        reply.status = 200; // a 204 has nothing to cut or to draw out
        reply.body = Bytes::from_static(b"{\"status\":\"success\"}");
    }
    let delivery = match fault {
        Some(Kind::ResetBefore | Kind::ResetAfter) => Delivery::Closed,
        Some(Kind::Hang) => Delivery::Withheld,
        Some(Kind::Truncated) => Delivery::Cut,
        Some(Kind::Dribble) => Delivery::Dribbled,
        Some(Kind::Endless) => Delivery::Endless,
        Some(Kind::BrokenJson) => {
            reply.body = reply.body.slice(..reply.body.len() / 2);
            Delivery::Whole
        }
        Some(Kind::Empty) => {
            reply.body = Bytes::new();
            Delivery::Whole
        }
        _ => Delivery::Whole,
    };
    (reply, delivery)
}
