//! What is known of an access key. Its first request goes alone, and none goes after a refusal of the key
//! itself: a cloud may lock it (spec huawei 1, point 9).

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::error::{Error, ErrorKind};

/// How long the other requests wait for the answer to the first. After that one more may try the key:
/// where many places are read, one that does not answer must not hold back all others.
const PATIENCE: Duration = Duration::from_secs(3);
/// How many requests may try a key at the same time, far enough from the five wrong ones after which
/// Huawei Cloud locks it.
const AT_ONCE: u32 = 3;

/// What is known of an access key so far. All clients of one login share it.
#[derive(Clone, Debug, Default)]
pub struct KeyGate(Rc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: RefCell<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    known: Known,
    /// Requests on their way that try the key.
    trying: u32,
    /// When the last of them was let go.
    since: Option<Instant>,
}

#[derive(Debug, Default)]
enum Known {
    /// No answer yet.
    #[default]
    Nothing,
    /// A service took it.
    Good,
    /// A service refused it: nothing more is sent with it.
    Refused(Error),
}

/// A request that tries the key. It is over when this is dropped.
#[derive(Debug)]
pub(super) struct Trial(KeyGate);

impl KeyGate {
    /// Lets a request go: at once with a key that is good, as a trial with one that is not known to be.
    /// An error is the refusal of the key.
    pub(super) async fn enter(&self) -> Result<Option<Trial>, Error> {
        loop {
            let changed = self.0.changed.notified();
            let more_at = {
                let mut state = self.0.state.borrow_mut();
                match &state.known {
                    Known::Good => return Ok(None),
                    Known::Refused(error) => return Err(error.clone()),
                    Known::Nothing => {}
                }
                let now = Instant::now();
                let more_at = state.since.map_or(now, |since| since + PATIENCE);
                if state.trying == 0 || (state.trying < AT_ONCE && now >= more_at) {
                    state.trying += 1;
                    state.since = Some(now);
                    return Ok(Some(Trial(self.clone())));
                }
                (state.trying < AT_ONCE).then_some(more_at)
            };
            match more_at {
                Some(at) => tokio::select! {
                    () = changed => {}
                    () = tokio::time::sleep_until(at) => {}
                },
                None => changed.await,
            }
        }
    }

    /// A service refused the key.
    pub(super) fn refuse(&self, error: Error) {
        self.0.state.borrow_mut().known = Known::Refused(error);
        self.0.changed.notify_waiters();
    }
}

impl Trial {
    /// What the answer says of the key. `refusal` is the error that later requests get.
    pub(super) fn settle<T>(self, result: &Result<T, Error>, refusal: impl FnOnce(Error) -> Error) {
        match result {
            Err(error) if error.kind == ErrorKind::Credentials => {
                self.0.refuse(refusal(error.clone()));
            }
            // A proxy, a gateway or nobody answered: that says nothing of the key.
            Err(error) if error.http_status.is_none() || error.kind.is_retryable() => {}
            _ => {
                let mut state = self.0.0.state.borrow_mut();
                // A refusal that came meanwhile stays.
                if matches!(state.known, Known::Nothing) {
                    state.known = Known::Good;
                }
            }
        }
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        self.0.0.state.borrow_mut().trying -= 1;
        self.0.0.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::KeyGate;
    use crate::error::{Error, ErrorKind};

    const MOMENT: Duration = Duration::from_millis(10);

    fn answered(kind: ErrorKind) -> Result<(), Error> {
        Err(Error::new(kind, "x").with(|details| details.http_status = Some(403)))
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_request_goes_alone_and_opens_the_gate() {
        let gate = KeyGate::default();
        let first = gate.enter().await.expect("goes").expect("a trial");
        assert!(timeout(MOMENT, gate.enter()).await.is_err(), "it waits");
        first.settle(&answered(ErrorKind::Permission), |error| error);
        assert!(gate.enter().await.expect("goes").is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_refusal_nothing_goes() {
        let gate = KeyGate::default();
        let first = gate.enter().await.expect("goes").expect("a trial");
        let waiting = gate.enter();
        let (refused, ()) = tokio::join!(waiting, async {
            first.settle(&answered(ErrorKind::Credentials), |error| {
                error.code("Refused")
            });
        });
        let error = refused.expect_err("refused");
        assert_eq!(error.code.as_deref(), Some("Refused"));
        assert!(gate.enter().await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn no_answer_proves_nothing_and_the_next_goes_alone() {
        let gate = KeyGate::default();
        let first = gate.enter().await.expect("goes").expect("a trial");
        let lost: Result<(), Error> = Err(Error::new(ErrorKind::Network, "x"));
        first.settle(&lost, |error| error);
        let second = gate.enter().await.expect("goes").expect("a trial");
        assert!(timeout(MOMENT, gate.enter()).await.is_err());
        drop(second);
        assert!(gate.enter().await.expect("goes").is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_answer_holds_the_others_back_for_a_moment_only() {
        let gate = KeyGate::default();
        let begin = tokio::time::Instant::now();
        let _first = gate.enter().await.expect("goes").expect("a trial");
        let second = gate.enter().await.expect("goes").expect("a trial");
        let _third = gate.enter().await.expect("goes").expect("a trial");
        assert_eq!(begin.elapsed().as_secs(), 6);
        let long = Duration::from_secs(600);
        assert!(timeout(long, gate.enter()).await.is_err(), "three at most");
        second.settle(&Ok(()), |error| error);
        assert!(gate.enter().await.expect("goes").is_none());
    }
}
