//! Taking key pairs off instances (spec tencent 2.6, 2.7 and 2.9): the answer comes before the
//! work is done and one unfit instance refuses the whole request, so instances are looked at
//! before and after.

mod conclude;
mod fitness;
mod look;
mod survey;
#[cfg(test)]
mod tests;
mod verdict;
mod waves;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use look::Look;
use tokio::time::Instant;
use verdict::{Reply, SETTLE};
use waves::Errand;

use super::cvm::{Cvm, DisassociateInstancesKeyPairs};
use super::ids;
use super::look as read;
use super::wire::TencentWire;
use crate::cloud::change::{Batch, Change, Survey, Waiting};
use crate::cloud::client::{Client, Preview};
use crate::error::{Error, ErrorKind, Fate};
use crate::http::BoxFuture;
use crate::model::{CloudId, Outcome, Status};

/// How often a trace of a request is looked for whose answer was lost.
const LOOKS: u32 = 3;

/// Detaches key pairs from instances of one region. Each item is one key pair on one instance;
/// all items of the first instance come first.
pub(super) struct Detachment<'a> {
    client: &'a Client<TencentWire>,
    key_pairs: Vec<String>,
    instances: Vec<String>,
    force_stop: bool,
    /// What is odd about the ids.
    warnings: Vec<String>,
    /// Each instance as it was before; `None` while not looked at, or when there is none.
    before: Vec<Option<Before>>,
    /// The last request that each item was part of.
    contacts: HashMap<usize, Contact>,
}

/// What is remembered of an instance from before the change.
#[derive(Debug)]
struct Before {
    /// It was running, and is powered off for the change.
    cut: bool,
    /// The request id of its latest operation.
    request_id: Option<String>,
}

/// A request that covered an item.
#[derive(Clone, Debug)]
struct Contact {
    reply: Reply,
    at: Instant,
    /// When our own operation was first seen to have succeeded.
    succeeded_at: Option<Instant>,
}

impl Contact {
    fn now(reply: Reply) -> Self {
        Self {
            reply,
            at: Instant::now(),
            succeeded_at: None,
        }
    }
}

impl<'a> Detachment<'a> {
    pub(super) fn new(
        client: &'a Client<TencentWire>,
        key_pairs: Vec<String>,
        instances: Vec<String>,
        force_stop: bool,
    ) -> Result<Self, Error> {
        let mut warnings = Vec::new();
        for id in &key_pairs {
            warnings.extend(ids::check::<Cvm>(id, ids::Kind::KeyPair)?);
        }
        for id in &instances {
            warnings.extend(ids::check::<Cvm>(id, ids::Kind::Instance)?);
        }
        Ok(Self {
            client,
            before: instances.iter().map(|_| None).collect(),
            key_pairs,
            instances,
            force_stop,
            warnings,
            contacts: HashMap::new(),
        })
    }

    fn instance_of(&self, item: usize) -> usize {
        item / self.key_pairs.len()
    }

    fn key_pair_of(&self, item: usize) -> usize {
        item % self.key_pairs.len()
    }

    fn is_cut(&self, item: usize) -> bool {
        let before = self.before[self.instance_of(item)].as_ref();
        before.is_some_and(|before| before.cut)
    }

    /// Whether that long has passed, at the pace of the cloud.
    fn has_passed(&self, wait: Duration, since: Instant) -> bool {
        since.elapsed() >= self.client.courier().pace.get().of(wait)
    }

    fn request(&self, batch: &Batch) -> DisassociateInstancesKeyPairs {
        let instances = distinct(batch.iter().map(|&item| self.instance_of(item)));
        let key_pairs = distinct(batch.iter().map(|&item| self.key_pair_of(item)));
        DisassociateInstancesKeyPairs {
            instance_ids: instances.map(|at| self.instances[at].clone()).collect(),
            key_ids: key_pairs.map(|at| self.key_pairs[at].clone()).collect(),
            force_stop: batch.iter().any(|&item| self.is_cut(item)),
        }
    }

    /// Looks at the instances of these items again. What an instance does not say of its key
    /// pairs is asked of the key pairs, as far as they can be read.
    async fn look_again(&self, items: &[usize]) -> Result<Look, Error> {
        let instances = distinct(items.iter().map(|&item| self.instance_of(item)));
        let ids: Vec<String> = instances.map(|at| self.instances[at].clone()).collect();
        let instances = read::instances::<Cvm>(self.client, &ids).await?;
        let mut key_pairs = None;
        if instances.values().any(|found| found.key_ids().is_none()) {
            let wanted = distinct(items.iter().map(|&item| self.key_pair_of(item)));
            let ids: Vec<String> = wanted.map(|at| self.key_pairs[at].clone()).collect();
            key_pairs = match read::key_pairs::<Cvm>(self.client, &ids).await {
                Ok(found) => Some(look::by_id(found)),
                Err(error) if error.kind == ErrorKind::Permission => None,
                Err(error) => return Err(error),
            };
        }
        Ok(Look {
            instances,
            key_pairs,
        })
    }

    /// Looks once at items under way and judges each.
    async fn look_and_conclude(
        &mut self,
        items: &[usize],
        outcomes: &mut [Outcome],
    ) -> Result<(), Error> {
        let look = self.look_again(items).await?;
        for &item in items {
            self.conclude(item, &look, &mut outcomes[item], false);
        }
        Ok(())
    }

    /// Whether nobody knows if the request for an item arrived.
    fn is_lost(&self, item: usize) -> bool {
        let contact = self.contacts.get(&item);
        contact.is_none_or(|contact| matches!(contact.reply, Reply::Lost(_)))
    }

    /// Whether an instance may still show the time before the request for an item.
    fn is_fresh(&self, item: usize) -> bool {
        let contact = self.contacts.get(&item);
        contact.is_none_or(|contact| !self.has_passed(SETTLE, contact.at))
    }

    /// A refusal for one instance says nothing about what is bound: an instance that was destroyed
    /// a moment ago is refused too, and so may be a key pair that is off already (spec tencent
    /// 2.6 and 2.7). A look tells; a refusal for several instances is the caller's to sort out.
    async fn look_at_refusal(
        &mut self,
        batch: &Batch,
        outcomes: &mut [Outcome],
        error: Error,
    ) -> Result<(), Error> {
        let by_what_is_there = matches!(
            error.kind,
            ErrorKind::State | ErrorKind::NotFound | ErrorKind::Usage | ErrorKind::Conflict
        );
        if error.fate == Fate::Unknown || !by_what_is_there || !self.split(batch).is_empty() {
            return Err(error);
        }
        let Ok(look) = self.look_again(batch).await else {
            return Err(error);
        };
        for &item in batch {
            outcomes[item].fail(Status::of_error(error.kind), error.clone());
            self.conclude(item, &look, &mut outcomes[item], true);
        }
        Ok(())
    }

    fn located(&self, error: Error) -> Error {
        error.cloud(CloudId::Tencent).with(|details| {
            details.service = Some("cvm");
            details.region = Some(self.client.scope.region.clone());
        })
    }
}

impl Change for Detachment<'_> {
    fn purpose(&self) -> String {
        "detach key pairs from instances".to_owned()
    }

    fn asks(&self) -> bool {
        true
    }

    fn survey(&mut self) -> BoxFuture<'_, Result<Survey, Error>> {
        Box::pin(self.look_before())
    }

    fn waves(&self, ready: &[usize]) -> Vec<Vec<Batch>> {
        let mut sorted = ready.to_vec();
        sorted.sort_unstable();
        let same = |one: &usize, other: &usize| self.instance_of(*one) == self.instance_of(*other);
        let errands: Vec<Errand> = sorted
            .chunk_by(same)
            .map(|items| Errand {
                cut: self.is_cut(items[0]),
                keys: items.iter().map(|&item| self.key_pair_of(item)).collect(),
                items: items.to_vec(),
            })
            .collect();
        waves::waves(&errands)
    }

    fn preview<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<Vec<Preview>, Error>> {
        Box::pin(async { Ok(vec![self.client.preview(&self.request(batch)).await?]) })
    }

    fn send<'a>(
        &'a mut self,
        batch: &'a Batch,
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let result = self.client.call(&self.request(batch)).await;
            let contact = Contact::now(match &result {
                Ok(answer) => Reply::Accepted(answer.request_id.clone()),
                Err(error) if error.fate == Fate::Unknown => Reply::Lost(error.request_id.clone()),
                Err(_) => Reply::Refused,
            });
            for &item in batch {
                self.contacts.insert(item, contact.clone());
            }
            let answer = match result {
                Ok(answer) => answer,
                Err(error) => return self.look_at_refusal(batch, outcomes, error).await,
            };
            for &item in batch {
                let outcome = &mut outcomes[item];
                outcome.status = Status::Running;
                outcome.verified = false;
                outcome.error = None;
                outcome.request_id.clone_from(&answer.request_id);
            }
            Ok(())
        })
    }

    fn split(&self, batch: &Batch) -> Vec<Batch> {
        let same = |one: &usize, other: &usize| self.instance_of(*one) == self.instance_of(*other);
        let singles: Vec<Batch> = batch.chunk_by(same).map(<[usize]>::to_vec).collect();
        if singles.len() > 1 {
            singles
        } else {
            Vec::new()
        }
    }

    fn waiting(&self) -> Option<Waiting> {
        Some(Waiting {
            first: Duration::from_secs(2),
            longest: Duration::from_secs(10),
            limit: Duration::from_secs(600),
        })
    }

    fn poll<'a>(
        &'a mut self,
        open: &'a [usize],
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            self.look_and_conclude(open, outcomes).await?;
            // Items of a refused request are sent again if nothing was done about them, so the
            // look must not have seen the time before the request.
            let refused = |item: &usize| {
                let contact = self.contacts.get(item);
                contact.is_some_and(|contact| contact.reply == Reply::Refused)
                    && !outcomes[*item].verified
            };
            let refused: Vec<usize> = open.iter().copied().filter(refused).collect();
            if !refused.is_empty() && self.client.courier().pause(SETTLE).await {
                self.look_and_conclude(&refused, outcomes).await?;
            }
            Ok(())
        })
    }

    fn prove<'a>(
        &'a mut self,
        sent: &'a [usize],
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<Vec<String>, Error>> {
        Box::pin(async move {
            let doubtful = |item: &usize, outcomes: &[Outcome]| {
                let outcome = &outcomes[*item];
                !outcome.verified && !matches!(outcome.status, Status::Running | Status::Submitted)
            };
            let mut items = sent.to_vec();
            items.retain(|item| doubtful(item, outcomes));
            for look in 1..=LOOKS {
                if items.is_empty() {
                    break;
                }
                // A look soon after a lost answer would see the time before the request.
                let too_early =
                    |item: &usize| self.is_lost(*item) && (look > 1 || self.is_fresh(*item));
                if items.iter().any(too_early) && !self.client.courier().pause(SETTLE).await {
                    let warning = "there was no time left to look whether the instances changed";
                    return Ok(vec![warning.to_owned()]);
                }
                let seen = self.look_again(&items).await?;
                for &item in &items {
                    let last = look == LOOKS || !self.is_lost(item);
                    self.conclude(item, &seen, &mut outcomes[item], last);
                }
                items.retain(|item| self.is_lost(*item) && doubtful(item, outcomes));
            }
            Ok(Vec::new())
        })
    }
}

/// Each position once, in the order of its first use.
fn distinct(positions: impl Iterator<Item = usize>) -> impl Iterator<Item = usize> {
    let mut seen = HashSet::new();
    positions.filter(move |position| seen.insert(*position))
}
