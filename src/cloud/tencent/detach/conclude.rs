//! From a look to an outcome: one item, what was sent for it, and what is seen now.

use tokio::time;

use super::look::{self, Look};
use super::verdict::{self, PATIENCE, Reply, SETTLE, Sight, Verdict};
use super::{Contact, Detachment};
use crate::cloud::tencent::cvm::DISASSOCIATE;
use crate::cloud::tencent::shapes::Instance;
use crate::error::{Error, ErrorKind};
use crate::model::{ItemState, Outcome, Status};

impl Detachment<'_> {
    /// Judges one item by a look and writes down what follows. `last`: nobody looks again.
    pub(super) fn conclude(&mut self, item: usize, look: &Look, outcome: &mut Outcome, last: bool) {
        let id = &self.instances[self.instance_of(item)];
        let key_pair = &self.key_pairs[self.key_pair_of(item)];
        let instance = look.instances.get(id);
        // An item without a contact is one whose request never came to its end.
        let mut contact = self
            .contacts
            .remove(&item)
            .unwrap_or_else(|| Contact::now(Reply::Lost(None)));
        if instance.is_some_and(|found| verdict::has_succeeded(found, &contact.reply)) {
            contact.succeeded_at.get_or_insert_with(time::Instant::now);
        }
        let before = self.before[self.instance_of(item)].as_ref();
        let sight = Sight {
            instance,
            // Before the change it was known what is bound, or nothing was sent. An instance that
            // has stopped to say so has none left.
            bound: instance.is_some_and(|found| look.is_bound(found, key_pair).unwrap_or(false)),
            cut: self.is_cut(item),
            before: before.and_then(|before| before.request_id.as_deref()),
            reply: &contact.reply,
            settled: self.has_passed(SETTLE, contact.at),
            settled_after_success: contact
                .succeeded_at
                .is_some_and(|at| self.has_passed(SETTLE, at)),
        };
        outcome.after = Some(instance.map_or_else(gone, look::item_state));
        let on = !sight.cut || instance.is_some_and(Instance::is_running);
        let patient = self.has_passed(PATIENCE, contact.at);
        match (verdict::judge(&sight), &contact.reply) {
            (Verdict::Vanished | Verdict::Detached, _) => {
                outcome.error = None;
                outcome.seen(Status::Detached);
            }
            (Verdict::DetachedInSpite(reason), _) => {
                outcome.error = Some(self.failure(reason, on));
                outcome.seen(Status::Detached);
            }
            (Verdict::Working, reply) => {
                let found = instance.filter(|found| verdict::looks_like_ours(found, sight.before));
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
            (_, Reply::Refused) if last && sight.bound => match outcome.status {
                Status::Unverified => outcome.seen(Status::Failed),
                _ => outcome.verified = true,
            },
            (_, Reply::Refused) => {}
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

    /// The error for an operation that went wrong after it was accepted.
    fn failure(&self, reason: String, on: bool) -> Error {
        let hint = if on {
            "Look at the instance in the console, then run the same command again."
        } else {
            "The instance was powered off for this and is not running: start it."
        };
        self.located(Error::new(ErrorKind::Server, reason).hint(hint))
            .with(|details| details.operation = Some(DISASSOCIATE))
    }
}

/// The instance does not exist any more.
fn gone() -> ItemState {
    ItemState {
        state: Some("gone".to_owned()),
        ..ItemState::default()
    }
}
