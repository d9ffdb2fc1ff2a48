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

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::collections::VecDeque;
    use std::rc::Rc;
    use std::time::Duration;

    use chrono::{DateTime, TimeDelta, Utc};

    use super::{Keys, Supplier};
    use crate::auth::{Credential, Temporary};
    use crate::error::{Error, ErrorKind};
    use crate::http::BoxFuture;
    use crate::time::Clock;

    /// Gives what the test prepared, after a while.
    #[derive(Clone, Default)]
    struct Script {
        calls: Rc<Cell<u32>>,
        answers: Rc<RefCell<VecDeque<Result<Temporary, Error>>>>,
    }

    impl Supplier for Script {
        fn supply(&self) -> BoxFuture<'_, Result<Temporary, Error>> {
            self.calls.set(self.calls.get() + 1);
            let answer = self.answers.borrow_mut().pop_front().expect("an answer");
            Box::pin(async move {
                tokio::time::sleep(Duration::from_millis(40)).await;
                answer
            })
        }
    }

    fn now() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
    }

    fn key(id: &str, minutes_left: i64) -> Temporary {
        Temporary {
            credential: Credential::AccessKey {
                id: id.to_owned(),
                secret: crate::secret::Secret::new("s".to_owned()),
                session_token: None,
            },
            expires_at: Some(now() + TimeDelta::minutes(minutes_left)),
        }
    }

    fn script(answers: impl IntoIterator<Item = Result<Temporary, Error>>) -> Script {
        let script = Script::default();
        script.answers.borrow_mut().extend(answers);
        script
    }

    /// Keys at a moment `minutes` after the start, with what was held before.
    fn keys(script: &Script, minutes: i64) -> Keys {
        let clock = Clock::Fixed(now() + TimeDelta::minutes(minutes));
        Keys::supplied(Box::new(script.clone()), None, clock)
    }

    fn id(held: &Temporary) -> &str {
        match &held.credential {
            Credential::AccessKey { id, .. } => id,
            _ => "",
        }
    }

    async fn fifty(keys: &Keys) -> Vec<Result<Rc<Temporary>, Error>> {
        let local = tokio::task::LocalSet::new();
        let mut handles = Vec::new();
        for _ in 0..50 {
            let keys = keys.clone();
            handles.push(local.spawn_local(async move { keys.current().await }));
        }
        local.await;
        let mut results = Vec::new();
        for handle in handles {
            results.push(handle.await.expect("no panic"));
        }
        results
    }

    #[tokio::test(start_paused = true)]
    async fn fifty_requests_at_once_get_one_credential_once() {
        let script = script([Ok(key("A", 60))]);
        let keys = keys(&script, 0);
        let results = fifty(&keys).await;
        assert!(results.iter().flatten().all(|held| id(held) == "A"));
        assert_eq!((results.len(), script.calls.get()), (50, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn near_its_end_it_is_renewed_once() {
        // Of ten minutes the last one.
        for (minutes, renewed) in [(8, false), (9, true), (11, true)] {
            let script = script([Ok(key("A", 10)), Ok(key("B", 60))]);
            let early = keys(&script, 0);
            early.current().await.expect("A");
            // The same keys, later.
            let late = keys(&script, minutes);
            let held = std::mem::take(&mut *early.0.held.lock().await);
            *late.0.held.lock().await = held;
            let results = fifty(&late).await;
            let wanted = if renewed { "B" } else { "A" };
            assert!(results.iter().flatten().all(|held| id(held) == wanted));
            assert_eq!(
                (results.iter().flatten().count(), script.calls.get()),
                (50, if renewed { 2 } else { 1 }),
                "{minutes}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_be_renewed_early_is_used_to_its_end_and_no_longer() {
        let failure = || Err(Error::new(ErrorKind::Network, "gone"));
        let script = script([Ok(key("A", 10)), failure(), failure()]);
        let early = keys(&script, 0);
        early.current().await.expect("A");
        let late = keys(&script, 9);
        let held = std::mem::take(&mut *early.0.held.lock().await);
        *late.0.held.lock().await = held;
        let results = fifty(&late).await;
        assert!(results.iter().flatten().all(|held| id(held) == "A"));
        assert_eq!(
            (results.iter().flatten().count(), script.calls.get()),
            (50, 2)
        );

        let over = keys(&script, 11);
        let held = std::mem::take(&mut *late.0.held.lock().await);
        *over.0.held.lock().await = held;
        tokio::time::advance(Duration::from_secs(60)).await;
        let results = fifty(&over).await;
        assert!(results.iter().all(Result::is_err));
        assert_eq!(script.calls.get(), 3, "fifty waited for one failure");
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_is_final_and_a_credential_that_is_over_already_is_one() {
        let script = script([Err(Error::credentials("no such role"))]);
        let refused = keys(&script, 0);
        for _ in 0..3 {
            refused.current().await.expect_err("refused");
            tokio::time::advance(Duration::from_secs(60)).await;
        }
        assert_eq!(script.calls.get(), 1);

        let script = self::script([Ok(key("A", -1))]);
        let error = keys(&script, 0).current().await.expect_err("over");
        assert_eq!(error.code.as_deref(), Some("ExpiredCredentials"));
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_a_service_calls_expired_is_replaced_once_for_all() {
        let script = script([Ok(key("A", 60)), Ok(key("B", 60))]);
        let keys = keys(&script, 0);
        let first = keys.current().await.expect("A");
        let one = keys.instead_of(&first).await.expect("can").expect("B");
        let other = keys.instead_of(&first).await.expect("can").expect("B");
        assert_eq!((id(&one), id(&other), script.calls.get()), ("B", "B", 2));
        let fixed = Keys::ready(key("A", 60), None);
        let held = fixed.current().await.expect("A");
        assert!(fixed.instead_of(&held).await.is_none());
    }
}
