//! When a request may go again, and after how long.

use std::time::Duration;

use crate::error::{Error, ErrorKind, Fate};

/// How often a call is tried in all when the service is throttling, failing or out of reach.
const ATTEMPTS: u32 = 6;
/// The wait that the first retry is drawn from; each further one is drawn from twice as much.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The shortest wait: at once, the same hiccup would cost the next try, too.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);
/// The longest time that a service may ask to wait. It is never asked earlier than it says; when it
/// says more, it is not asked again.
pub(super) const LONGEST_ASKED: Duration = Duration::from_secs(300);
/// How long to go on while the service says that another operation is under way
/// (spec tencent 2.7: busy means nothing was done; try every few seconds up to a deadline).
const BUSY_FOR: Duration = Duration::from_secs(600);

/// Keeps count of the tries of one call.
#[derive(Debug, Default)]
pub struct Retry {
    tries: u32,
    busy_tries: u32,
    busy_for: Duration,
}

impl Retry {
    /// The wait before the next try, or `None` to give up.
    ///
    /// `repeatable`: the request does no harm when it is carried out twice. `chance` is a random
    /// number from 0 to 1: full jitter, so that many jobs do not come back all at once.
    /// [`super::Courier::before_retry`] keeps the budget of the command beside it.
    pub fn next(&mut self, error: &Error, repeatable: bool, chance: f64) -> Option<Duration> {
        if error.fate == Fate::Unknown && !repeatable {
            return None;
        }
        if error.lasting {
            return None;
        }
        match error.kind {
            ErrorKind::Busy => {
                self.busy_tries += 1;
                let wait =
                    Duration::from_secs(2) + Duration::from_secs(u64::from(self.busy_tries.min(6)));
                self.busy_for += wait;
                (self.busy_for <= BUSY_FOR).then_some(wait)
            }
            ErrorKind::Throttled | ErrorKind::Network | ErrorKind::Server | ErrorKind::Timeout => {
                self.tries += 1;
                if self.tries >= ATTEMPTS {
                    return None;
                }
                if let Some(asked) = error.retry_after {
                    return (asked <= LONGEST_ASKED).then_some(asked);
                }
                let ceiling = FIRST_WAIT * 2_u32.pow(self.tries - 1);
                Some(ceiling.mul_f64(chance).max(SHORTEST_WAIT))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Retry;
    use crate::error::{Error, ErrorKind, Fate};

    fn error(kind: ErrorKind, fate: Fate) -> Error {
        Error::new(kind, "x").fate(fate)
    }

    #[test]
    fn a_change_that_may_have_happened_is_never_repeated_blindly() {
        for kind in [ErrorKind::Network, ErrorKind::Server, ErrorKind::Timeout] {
            assert_eq!(
                Retry::default().next(&error(kind, Fate::Unknown), false, 0.5),
                None
            );
            assert!(
                Retry::default()
                    .next(&error(kind, Fate::Unknown), true, 0.5)
                    .is_some()
            );
            assert!(
                Retry::default()
                    .next(&error(kind, Fate::NotDone), false, 0.5)
                    .is_some()
            );
        }
    }

    #[test]
    fn what_a_repeat_cannot_mend_is_not_repeated() {
        for kind in [
            ErrorKind::Usage,
            ErrorKind::Credentials,
            ErrorKind::Permission,
            ErrorKind::NotFound,
            ErrorKind::State,
            ErrorKind::Quota,
            ErrorKind::Conflict,
            ErrorKind::Internal,
        ] {
            assert_eq!(
                Retry::default().next(&error(kind, Fate::NotDone), true, 0.5),
                None
            );
        }
        let certificate =
            error(ErrorKind::Network, Fate::NotDone).with(|details| details.lasting = true);
        assert_eq!(Retry::default().next(&certificate, true, 0.5), None);
    }

    #[test]
    fn waits_grow_stay_bounded_and_end() {
        let throttled = error(ErrorKind::Throttled, Fate::NotDone);
        let mut retry = Retry::default();
        let mut waits = Vec::new();
        while let Some(wait) = retry.next(&throttled, false, 1.0) {
            waits.push(wait.as_secs());
        }
        assert_eq!(waits, [1, 2, 4, 8, 16]);
        // The whole range is drawn from, but for nothing at all.
        let drawn = |chance| Retry::default().next(&throttled, false, chance);
        assert_eq!(drawn(0.5), Some(Duration::from_millis(500)));
        assert_eq!(drawn(0.0), Some(Duration::from_millis(100)));

        let mut retry = Retry::default();
        let busy = error(ErrorKind::Busy, Fate::NotDone);
        let mut all = Duration::ZERO;
        while let Some(wait) = retry.next(&busy, false, 0.0) {
            assert!(wait <= Duration::from_secs(8));
            all += wait;
        }
        assert!(all > Duration::from_secs(580) && all <= Duration::from_secs(600));
    }

    #[test]
    fn the_service_may_say_how_long_within_bounds() {
        let asked = |seconds| {
            error(ErrorKind::Throttled, Fate::NotDone)
                .with(|details| details.retry_after = Some(Duration::from_secs(seconds)))
        };
        assert_eq!(
            Retry::default().next(&asked(3), false, 0.9),
            Some(Duration::from_secs(3))
        );
        assert_eq!(
            Retry::default().next(&asked(300), false, 0.9),
            Some(Duration::from_secs(300))
        );
        assert_eq!(Retry::default().next(&asked(301), false, 0.9), None);
    }
}
