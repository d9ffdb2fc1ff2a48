//! Credentials at work: at hand, or got and renewed when a request needs them.

use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::Temporary;
use crate::error::{Error, ErrorKind};
use crate::http::BoxFuture;
use crate::time::Clock;

/// Longest time before its end at which a credential is renewed.
const EARLIEST: TimeDelta = TimeDelta::minutes(5);
/// Part of its life after which a short-lived credential is renewed: the last tenth.
const LAST_PART: i32 = 10;
/// How long a passing failure counts for everybody who waited meanwhile.
const ECHO: Duration = Duration::from_secs(1);
/// How long a credential that could not be renewed early is used before another try.
const NEXT_TRY: Duration = Duration::from_secs(30);

/// What gets credentials from somewhere.
pub trait Supplier {
    /// Gets one. Called for one request at a time.
    fn supply(&self) -> BoxFuture<'_, Result<Temporary, Error>>;
}

/// The credentials of one login; clones share them.
#[derive(Clone)]
pub struct Keys(Rc<Inner>);

struct Inner {
    identity: Option<String>,
    clock: Clock,
    supplier: Option<Box<dyn Supplier>>,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    current: Option<Rc<Temporary>>,
    /// When the current one is to be renewed.
    renew_at: Option<DateTime<Utc>>,
    /// Not before this, after a renewal that failed while there was time left.
    not_before: Option<Instant>,
    failure: Option<(Instant, Error)>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Keys").finish_non_exhaustive()
    }
}

impl Keys {
    /// A credential that is there and is never renewed.
    pub fn ready(held: Temporary, identity: Option<String>) -> Self {
        Self(Rc::new(Inner {
            identity,
            clock: Clock::System,
            supplier: None,
            held: Mutex::new(Held {
                current: Some(Rc::new(held)),
                ..Held::default()
            }),
        }))
    }

    /// Credentials that are got when the first request needs one, and renewed before they end.
    pub fn supplied(supplier: Box<dyn Supplier>, identity: Option<String>, clock: Clock) -> Self {
        Self(Rc::new(Inner {
            identity,
            clock,
            supplier: Some(supplier),
            held: Mutex::default(),
        }))
    }

    /// Under what things of the account are kept; see [`super::Recipe::identity`].
    pub fn identity(&self) -> Option<&str> {
        self.0.identity.as_deref()
    }

    /// The credential to use now. However many requests wait for one, it is got once.
    pub async fn current(&self) -> Result<Rc<Temporary>, Error> {
        let mut held = self.0.held.lock().await;
        let now = self.0.clock.now();
        match (&held.current, &self.0.supplier) {
            (Some(current), None) => Ok(Rc::clone(current)),
            (Some(current), Some(supplier)) => {
                let early = held.renew_at.is_none_or(|at| now < at)
                    || held.not_before.is_some_and(|at| Instant::now() < at);
                let over = current.expires_at.is_some_and(|end| now >= end);
                if early && !over {
                    return Ok(Rc::clone(current));
                }
                let current = Rc::clone(current);
                match self.renew(&mut held, supplier.as_ref()).await {
                    Err(_) if !over => {
                        // It is good for a while yet.
                        held.not_before = Some(Instant::now() + NEXT_TRY);
                        Ok(current)
                    }
                    result => result,
                }
            }
            (None, Some(supplier)) => self.renew(&mut held, supplier.as_ref()).await,
            (None, None) => Err(Error::new(ErrorKind::Internal, "no credential is held")),
        }
    }

    /// Another credential in place of one that a service calls expired; `None` when there is no other.
    pub async fn instead_of(
        &self,
        refused: &Rc<Temporary>,
    ) -> Option<Result<Rc<Temporary>, Error>> {
        let supplier = self.0.supplier.as_deref()?;
        let mut held = self.0.held.lock().await;
        match &held.current {
            Some(current) if !Rc::ptr_eq(current, refused) => Some(Ok(Rc::clone(current))),
            _ => Some(self.renew(&mut held, supplier).await),
        }
    }

    async fn renew(
        &self,
        held: &mut Held,
        supplier: &dyn Supplier,
    ) -> Result<Rc<Temporary>, Error> {
        if let Some((at, error)) = &held.failure {
            // What is refused once is not asked again: some clouds lock an access key after a few tries.
            if at.elapsed() < ECHO || !error.kind.is_retryable() {
                return Err(error.clone());
            }
        }
        let now = self.0.clock.now();
        let result = match supplier.supply().await {
            Ok(fresh) if fresh.expires_at.is_some_and(|end| end <= now) => Err(Error::credentials(
                "the credential that was got is expired already",
            )
            .code("ExpiredCredentials")
            .hint("Check this machine's clock.")),
            result => result,
        };
        match result {
            Ok(fresh) => {
                let fresh = Rc::new(fresh);
                *held = Held {
                    renew_at: fresh
                        .expires_at
                        .map(|end| end - EARLIEST.min((end - now) / LAST_PART)),
                    current: Some(Rc::clone(&fresh)),
                    ..Held::default()
                };
                Ok(fresh)
            }
            Err(error) => {
                if error.kind != ErrorKind::Interrupted {
                    held.failure = Some((Instant::now(), error.clone()));
                }
                Err(error)
            }
        }
    }
}
