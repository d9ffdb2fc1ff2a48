//! How much all retries of a command together may cost.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::Instant;

use crate::error::ErrorKind;
use crate::time::Pace;

/// Retries that a command has from the start.
const RETRIES: u32 = 100;
/// Answered requests that earn one more.
const ANSWERS_A_RETRY: u32 = 10;
/// How long a command may wait before retries in all; half of the time that it runs, if that is more.
const WAITS: Duration = Duration::from_secs(20 * 60);

/// What is left to retry with. A cloud that fails would otherwise be asked six times for each of ten
/// thousand items.
#[derive(Debug)]
pub struct Budget {
    started: Instant,
    retries: Cell<u32>,
    answers: Cell<u32>,
    waited: Cell<Duration>,
}

impl Budget {
    /// The budget of a command that starts now.
    pub fn new() -> Self {
        Self {
            started: Instant::now(),
            retries: Cell::new(0),
            answers: Cell::new(0),
            waited: Cell::new(Duration::ZERO),
        }
    }

    /// A request was answered with success.
    pub fn answered(&self) {
        self.answers.set(self.answers.get().saturating_add(1));
    }

    /// Takes a retry after that wait out of the budget, when it is still in there. A service that says
    /// *not now* costs time only: nothing is wrong with it.
    pub(super) fn take(&self, kind: ErrorKind, wait: Duration, pace: Pace) -> bool {
        let waited = self.waited.get() + pace.of(wait);
        if waited > pace.of(WAITS).max(self.started.elapsed() / 2) {
            return false;
        }
        if kind != ErrorKind::Busy {
            if self.retries.get() >= RETRIES + self.answers.get() / ANSWERS_A_RETRY {
                return false;
            }
            self.retries.set(self.retries.get() + 1);
        }
        self.waited.set(waited);
        true
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Budget;
    use crate::error::ErrorKind;
    use crate::time::Pace;

    const SECOND: Duration = Duration::from_secs(1);

    fn taken(budget: &Budget, kind: ErrorKind, wait: Duration) -> usize {
        let mut taken = 0;
        while taken < 10_000 && budget.take(kind, wait, Pace::CLOUD) {
            taken += 1;
        }
        taken
    }

    #[tokio::test(start_paused = true)]
    async fn a_hundred_retries_and_a_tenth_of_what_succeeds() {
        let budget = Budget::new();
        assert_eq!(taken(&budget, ErrorKind::Throttled, SECOND), 100);
        for _ in 0..25 {
            budget.answered();
        }
        assert_eq!(taken(&budget, ErrorKind::Network, SECOND), 2);
        // Whom a busy machine makes wait, it makes wait.
        assert!(budget.take(ErrorKind::Busy, SECOND, Pace::CLOUD));
    }

    #[tokio::test(start_paused = true)]
    async fn waits_end_after_twenty_minutes_or_half_of_the_time() {
        let budget = Budget::new();
        assert_eq!(taken(&budget, ErrorKind::Busy, 60 * SECOND), 20);
        tokio::time::advance(Duration::from_secs(3_600)).await;
        assert_eq!(taken(&budget, ErrorKind::Busy, 60 * SECOND), 10);
        // What takes no time there is counted as such.
        let quick = Budget::new();
        for _ in 0..20 {
            assert!(quick.take(ErrorKind::Busy, 60 * SECOND, Pace::SANDBOX));
        }
        assert!(!quick.take(ErrorKind::Busy, 60 * SECOND, Pace::SANDBOX));
    }
}
