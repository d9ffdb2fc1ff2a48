//! Binding key pairs to instances and taking them off (spec tencent 2.5 to 2.7, 2.9 and 3), one
//! machinery for both directions and both products: the answer comes before the work is done and
//! one unfit instance refuses the whole request, so instances are looked at before and after.

mod attach;
mod conclude;
mod detach;
mod fitness;
mod goal;
mod look;
mod power;
mod replace;
mod request;
mod start;
mod stop;
mod survey;
#[cfg(test)]
mod tests;
mod verdict;
mod waves;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::marker::PhantomData;
use std::time::Duration;

use fitness::Plan;
use goal::Goal;
use stop::Stop;
use tokio::time::Instant;
use verdict::{Reply, SETTLE};
use waves::Errand;

use super::ids;
use super::product::Product;
use super::wire::TencentWire;
use crate::cloud::change::{Batch, Change, Others, Survey, Waiting};
use crate::cloud::client::{Client, Preview};
use crate::error::Error;
use crate::http::BoxFuture;
use crate::model::{Binding, CloudId, Outcome, Power, Status};

/// How often a trace of a request is looked for whose answer was lost.
const LOOKS: u32 = 3;
/// How to wait for an operation on an instance.
const WAITING: Waiting = Waiting {
    first: Duration::from_secs(2),
    longest: Duration::from_secs(10),
    limit: Duration::from_secs(600),
};

/// Changes which key pairs are on which instances of one region. Each item is one key pair on one
/// instance; all items of the first instance come first.
pub(super) struct BindingChange<'a, P> {
    client: &'a Client<TencentWire>,
    goal: Goal,
    key_pairs: Vec<String>,
    instances: Vec<String>,
    power: Power,
    start_again: bool,
    user: Option<String>,
    /// What is odd about the ids.
    warnings: Vec<String>,
    /// Each instance as it was before; `None` while not looked at, or when there is none.
    before: Vec<Option<Before>>,
    /// The last request that each item was part of.
    contacts: HashMap<usize, Contact>,
    /// The machines that were told to stop for this, by their position.
    stops: BTreeMap<usize, Stop>,
    product: PhantomData<P>,
}

/// What is remembered of an instance from before the change.
#[derive(Debug)]
struct Before {
    /// What is done to its power.
    plan: Plan,
    /// The request id of its latest operation.
    latest: Option<String>,
    /// The same, as it was seen last.
    latest_now: Option<String>,
    /// The key pairs that were bound; `None` when nobody could see.
    bound: Option<Vec<String>>,
    /// The key pairs that are sent for it, when they are attached: those that it is to have.
    wanted: Vec<String>,
    /// The first item that the look left to be sent.
    first: Option<usize>,
}

/// A request that covered an item.
#[derive(Clone, Debug)]
struct Contact {
    reply: Reply,
    at: Instant,
    /// The request id of the instance's latest operation before that.
    before: Option<String>,
    /// When our own operation was first seen to have succeeded.
    succeeded_at: Option<Instant>,
    /// When the goal was first seen to be reached.
    reached_at: Option<Instant>,
}

impl Contact {
    fn now(reply: Reply, before: Option<String>) -> Self {
        Self {
            reply,
            at: Instant::now(),
            before,
            succeeded_at: None,
            reached_at: None,
        }
    }
}

impl<'a, P: Product> BindingChange<'a, P> {
    /// Prepares to bind key pairs; nothing is sent.
    pub(super) fn attach(client: &'a Client<TencentWire>, binding: Binding) -> Result<Self, Error> {
        let replace = binding.replace;
        Self::new(client, binding, Goal::Attach { replace })
    }

    /// Prepares to take key pairs off; nothing is sent.
    pub(super) fn detach(client: &'a Client<TencentWire>, binding: Binding) -> Result<Self, Error> {
        Self::new(client, binding, Goal::Detach)
    }

    fn new(client: &'a Client<TencentWire>, binding: Binding, goal: Goal) -> Result<Self, Error> {
        goal::check::<P>(&binding, goal)?;
        let mut warnings = Vec::new();
        for id in &binding.key_pairs {
            warnings.extend(ids::check::<P>(id, ids::Kind::KeyPair)?);
        }
        for id in &binding.instances {
            warnings.extend(ids::check::<P>(id, ids::Kind::Instance)?);
        }
        Ok(Self {
            client,
            goal,
            before: binding.instances.iter().map(|_| None).collect(),
            key_pairs: binding.key_pairs,
            instances: binding.instances,
            power: binding.power,
            start_again: binding.start_again,
            user: binding.user,
            warnings,
            contacts: HashMap::new(),
            stops: BTreeMap::new(),
            product: PhantomData,
        })
    }

    fn instance_of(&self, item: usize) -> usize {
        item / self.key_pairs.len()
    }

    fn key_pair_of(&self, item: usize) -> usize {
        item % self.key_pairs.len()
    }

    /// The outcomes of an instance.
    fn items_of<'o>(&self, at: usize, outcomes: &'o mut [Outcome]) -> &'o mut [Outcome] {
        let width = self.key_pairs.len();
        &mut outcomes[at * width..(at + 1) * width]
    }

    fn before_of(&self, item: usize) -> Option<&Before> {
        self.before[self.instance_of(item)].as_ref()
    }

    fn is_cut(&self, item: usize) -> bool {
        self.before_of(item)
            .is_some_and(|before| before.plan == Plan::Cut)
    }

    /// Whether that long has passed, at the pace of the cloud.
    fn has_passed(&self, wait: Duration, since: Instant) -> bool {
        since.elapsed() >= self.client.courier().pace.get().of(wait)
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

    fn located(&self, error: Error) -> Error {
        error.cloud(CloudId::Tencent).with(|details| {
            details.service = Some(P::SERVICE);
            details.region = Some(self.client.scope.region.clone());
        })
    }
}

impl<P: Product> Change for BindingChange<'_, P> {
    fn purpose(&self) -> String {
        self.goal.purpose().to_owned()
    }

    fn asks(&self) -> bool {
        true
    }

    fn others(&self) -> Others {
        match self.goal {
            Goal::Attach { replace: true } => Others::Dropped,
            _ => Others::Kept,
        }
    }

    fn survey(&mut self) -> BoxFuture<'_, Result<Survey, Error>> {
        Box::pin(self.look_before())
    }

    fn prepare<'a>(
        &'a mut self,
        ready: &'a [usize],
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(self.stop_machines(ready, outcomes))
    }

    fn waves(&self, ready: &[usize]) -> Vec<Vec<Batch>> {
        let mut sorted = ready.to_vec();
        sorted.sort_unstable();
        let same = |one: &usize, other: &usize| self.instance_of(*one) == self.instance_of(*other);
        let errands: Vec<Errand> = sorted
            .chunk_by(same)
            .map(|items| Errand {
                cut: self.is_cut(items[0]),
                keys: self.keys_to_send(&items.to_vec()),
                items: items.to_vec(),
            })
            .collect();
        waves::waves(&errands)
    }

    fn preview<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<Vec<Preview>, Error>> {
        Box::pin(async {
            let mut previews: Vec<Preview> = self.foresee_stop(batch).await?.into_iter().collect();
            previews.push(self.foresee(batch).await?);
            previews.extend(self.foresee_start(batch).await?);
            Ok(previews)
        })
    }

    fn send<'a>(
        &'a mut self,
        batch: &'a Batch,
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let mut result = self.ask(batch, self.keys_to_send(batch)).await;
            if let Err(error) = &result
                && let Some(fewer) = self.without_duplicates(batch, error)
            {
                result = self.ask(batch, fewer).await;
            }
            self.note_contact(batch, &result);
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
        Some(WAITING)
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

    fn finish<'a>(
        &'a mut self,
        ready: &'a [usize],
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Vec<String>> {
        Box::pin(async move {
            let mut warnings = self.complete_replacement(ready, outcomes).await;
            warnings.extend(self.leave_power(ready, outcomes).await);
            warnings
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
