//! The look after the change: whether the instances hold what they are to hold.

use std::time::Duration;

use super::{Direction, Rebinding};
use crate::cloud::deletion::LOOKS;
use crate::cloud::volcengine::records::item_state;
use crate::error::{Error, ErrorKind};
use crate::model::{Outcome, Status};

impl Rebinding<'_> {
    pub(super) async fn look_after(
        &mut self,
        sent: &[usize],
        outcomes: &mut [Outcome],
    ) -> Result<Vec<String>, Error> {
        let mut left = sent.to_vec();
        for look in 1..=LOOKS {
            self.look(&left).await?;
            left.retain(|&item| self.is_reached(item) == Some(false));
            // Nothing is documented about how soon instances show what they hold.
            let wait = Duration::from_secs(u64::from(look));
            if left.is_empty() || look == LOOKS || !self.client.courier().pause(wait).await {
                break;
            }
        }
        for &item in sent {
            self.judge(item, &mut outcomes[item]);
        }
        Ok(Vec::new())
    }

    /// Whether an instance, as last seen, holds what it is to hold; `None` when nobody can tell.
    fn is_reached(&self, item: usize) -> Option<bool> {
        let holds = self.last_seen(item)?.holds(&self.pair_of(item).known)?;
        Some(holds == (self.direction == Direction::Attach))
    }

    /// Confirms or corrects one outcome by what was last seen.
    pub(super) fn judge(&self, item: usize, outcome: &mut Outcome) {
        let doubt = |why: &str| Error::new(ErrorKind::Server, why);
        let doubt = match (self.last_seen(item), self.is_reached(item)) {
            (None, _) => doubt("the instance is not listed any more"),
            (Some(_), Some(true)) => {
                outcome.error = None;
                outcome.seen(self.direction.goal());
                outcome.after = self.last_seen(item).map(item_state);
                return;
            }
            (Some(_), Some(false)) if !self.accepted.contains(&item) => {
                // The request whose answer was lost, or that failed, did not arrive.
                outcome.seen(Status::Failed);
                outcome.after = self.last_seen(item).map(item_state);
                return;
            }
            (Some(_), Some(false)) => doubt(&format!(
                "the service calls it {}, but the instance does not show it",
                self.direction.goal()
            ))
            .hint("It may show only after the restart, or late: look again with instance list."),
            (Some(_), None) => doubt("nobody can tell whether the instance holds this key pair")
                .hint("Look at its key pair with instance list."),
        };
        outcome.after = self.last_seen(item).map(item_state);
        let error = outcome
            .error
            .take()
            .unwrap_or_else(|| self.located(doubt, self.direction.operation(), None));
        outcome.fail(Status::Unverified, error);
    }
}
