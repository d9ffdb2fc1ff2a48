//! From a look to an outcome: one item, what was sent for it, and what is seen now.

use tokio::time;

use super::attach;
use super::look::{self, Look};
use super::verdict::{self, PATIENCE, Reply, SETTLE, Sight, Verdict};
use super::{BindingChange, Contact, Goal};
use crate::cloud::tencent::product::Product;
use crate::cloud::tencent::shapes::Instance;
use crate::error::{Error, ErrorKind};
use crate::model::{ItemState, Outcome, Status};

impl<P: Product> BindingChange<'_, P> {
    /// Judges one item by a look and writes down what follows. `last`: nobody looks again.
    pub(super) fn conclude(&mut self, item: usize, look: &Look, outcome: &mut Outcome, last: bool) {
        let at = self.instance_of(item);
        let key_pair = &self.key_pairs[self.key_pair_of(item)];
        let instance = look.instances.get(&self.instances[at]);
        // An item without a contact is one whose request never came to its end.
        let mut contact = self.contacts.remove(&item).unwrap_or_else(|| {
            let before = self.before[at].as_ref();
            Contact::now(
                Reply::Lost(None),
                before.and_then(|before| before.latest.clone()),
            )
        });
        if let (Some(before), Some(found)) = (self.before[at].as_mut(), instance) {
            before
                .latest_now
                .clone_from(&found.latest_operation_request_id);
        }
        let operation = self.goal.operation();
        let origin = contact.before.clone();
        let origin = origin.as_deref();
        let succeeded = |found| verdict::has_succeeded(found, &contact.reply, operation, origin);
        if instance.is_some_and(succeeded) {
            contact.succeeded_at.get_or_insert_with(time::Instant::now);
        }
        let bound = instance.and_then(|found| look.is_bound(found, key_pair));
        let is_cut = self.is_cut(item);
        let sight = Sight {
            instance,
            reached: instance.is_some_and(|found| self.is_reached(at, found, bound)),
            operation,
            cut: is_cut && P::STARTS_AGAIN,
            before: origin,
            reply: &contact.reply,
            settled: self.has_passed(SETTLE, contact.at),
            settled_after_success: contact
                .succeeded_at
                .is_some_and(|at| self.has_passed(SETTLE, at)),
        };
        outcome.after = Some(instance.map_or_else(gone, look::item_state));
        let on = !is_cut || instance.is_some_and(Instance::is_running);
        let patient = self.has_passed(PATIENCE, contact.at);
        match (verdict::judge(&sight), &contact.reply) {
            (Verdict::Vanished, _) if self.goal == Goal::Detach => {
                outcome.error = None;
                outcome.seen(Status::Detached);
            }
            (Verdict::Vanished, _) => {
                outcome.fail(Status::NotFound, self.missing_instance(&self.instances[at]));
                outcome.verified = true;
            }
            (Verdict::Reached, _) => {
                let since = *contact.reached_at.get_or_insert_with(time::Instant::now);
                let dropped = instance.and_then(|found| self.dropped(at, found));
                // What else was bound may be listed late, and nothing says that the machine stays
                // off for good.
                let lags = dropped.is_some() && !self.has_passed(SETTLE, since);
                let may_start = !on && !self.has_passed(PATIENCE, since);
                if (lags || may_start) && !last {
                    outcome.status = Status::Running;
                    outcome.verified = false;
                } else {
                    outcome.error = dropped;
                    outcome.seen(self.goal.status());
                }
            }
            (Verdict::ReachedInSpite(reason), _) => {
                outcome.error = Some(self.failure(reason, on));
                outcome.seen(self.goal.status());
            }
            (Verdict::Working, reply) => {
                let found =
                    instance.filter(|found| verdict::looks_like_ours(found, operation, origin));
                match (reply, found) {
                    (Reply::Accepted(_), _) => outcome.error = None,
                    // It arrived in spite of a lost answer, or was carried out in spite of a
                    // refusal: from now on that operation counts.
                    (Reply::Lost(_) | Reply::Refused, Some(found)) => {
                        contact.reply = Reply::Lost(found.latest_operation_request_id.clone());
                        outcome.error = None;
                    }
                    (Reply::Lost(_), None) => {}
                    (Reply::Refused, None) => {
                        contact.reply = Reply::Lost(None);
                        outcome.error = None;
                    }
                }
                outcome.status = Status::Running;
                outcome.verified = false;
            }
            // The refusal stands, and the key pair is where it was.
            (_, Reply::Refused) if last && !sight.reached => {
                let error = outcome.error.as_ref();
                let is_there = error.is_some_and(attach::is_duplicate) && bound == Some(true);
                if let (true, Some(error)) = (is_there, self.left_over(at, instance)) {
                    outcome.fail(Status::Failed, error);
                }
                match outcome.status {
                    Status::Unverified => outcome.seen(Status::Failed),
                    _ => outcome.verified = bound.is_some(),
                }
            }
            (_, Reply::Refused) => {}
            (Verdict::Missed, _) => self.miss(at, instance, bound, outcome),
            (Verdict::Failed(reason), _) => {
                outcome.fail(Status::Failed, self.failure(reason, on));
                outcome.verified = true;
            }
            (Verdict::Open | Verdict::NoTrace, Reply::Accepted(_)) => {
                // Whatever an earlier look ran into, this one could see.
                outcome.error = None;
                outcome.status = Status::Running;
            }
            // The answer was lost, and the request with it.
            (Verdict::NoTrace, Reply::Lost(_)) if last || patient => {
                let error = outcome.error.take().unwrap_or_else(|| {
                    let reason = "the answer to the request was lost";
                    self.located(Error::new(ErrorKind::Network, reason))
                });
                let hint = "Nothing shows that the request arrived: run the same command again.";
                outcome.error = Some(error.hint(hint));
                outcome.seen(Status::Failed);
            }
            (Verdict::Open | Verdict::NoTrace, Reply::Lost(_)) => {}
        }
        self.contacts.insert(item, contact);
    }

    /// Whether a key pair is where it is to be.
    fn is_reached(&self, at: usize, instance: &Instance, bound: Option<bool>) -> bool {
        match self.goal {
            // Before the change it was known what is bound, or nothing was sent. An instance that
            // has stopped to say so has none left.
            Goal::Detach => !bound.unwrap_or(false),
            Goal::Attach { .. } => bound == Some(true) && self.others(at, instance).is_empty(),
        }
    }

    /// The operation is over and well by the service's own word, and yet not all is as it is to be.
    fn miss(
        &self,
        at: usize,
        instance: Option<&Instance>,
        bound: Option<bool>,
        outcome: &mut Outcome,
    ) {
        let what = match (self.goal, bound) {
            (Goal::Detach, _) => "the key pair is still bound",
            (_, Some(_)) => "the key pair is not bound",
            (_, None) => "nobody can see whether the key pair is bound",
        };
        if let (Some(true), Some(error)) = (bound, self.left_over(at, instance)) {
            // The pair was put there, and the others have to be taken off.
            let before = self.before[at].as_ref();
            let before = before.and_then(|before| before.bound.as_ref());
            let was_bound = before.is_some_and(|ids| ids.contains(&outcome.address.id));
            outcome.error = Some(error);
            outcome.seen(if was_bound {
                Status::Failed
            } else {
                Status::Attached
            });
            return;
        }
        let error = self.failure(format!("the service reports success, but {what}"), true);
        let is_known = self.goal == Goal::Detach || bound.is_some();
        let status = if is_known {
            Status::Failed
        } else {
            Status::Unverified
        };
        outcome.fail(status, error);
        outcome.verified = is_known;
    }

    /// The error for an operation that went wrong after it was accepted.
    fn failure(&self, reason: String, on: bool) -> Error {
        let hint = if on {
            "Look at the instance in the console, then run the same command again."
        } else {
            "The instance was powered off for this and is not running: start it."
        };
        self.located(Error::new(ErrorKind::Server, reason).hint(hint))
            .with(|details| details.operation = Some(self.goal.operation()))
    }
}

/// The instance does not exist any more.
fn gone() -> ItemState {
    ItemState {
        state: Some("gone".to_owned()),
        ..ItemState::default()
    }
}
