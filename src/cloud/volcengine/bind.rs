//! Binding a key pair to instances and taking it off (spec volcengine 4.5, 4.6 and 5.2): an
//! instance holds one pair, each has its own result inside an HTTP 200, and nothing counts before
//! a restart.

mod restart;
mod survey;
#[cfg(test)]
mod tests;
mod verdict;

use std::collections::{HashMap, HashSet};

use super::ecs::{Handle, KeyPair};
use super::instances::{
    AttachKeyPair, DetachKeyPair, Instance, MOST_INSTANCES, RebootInstances, Results,
};
use super::wire::VolcengineWire;
use super::{look, names};
use crate::cloud::change::{Batch, Change, Others, Survey};
use crate::cloud::client::{Answer, Client, Preview};
use crate::error::{Error, ErrorKind, Fate};
use crate::http::BoxFuture;
use crate::model::{Binding, CloudId, Outcome, Status};
use crate::random;

/// What is done to a binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Attach,
    Detach,
}

impl Direction {
    fn operation(self) -> &'static str {
        match self {
            Self::Attach => "AttachKeyPair",
            Self::Detach => "DetachKeyPair",
        }
    }

    /// The status of an item that it succeeded for.
    fn goal(self) -> Status {
        match self {
            Self::Attach => Status::Attached,
            Self::Detach => Status::Detached,
        }
    }
}

/// Attaches a key pair to instances of one region, or detaches some. Each item is one key pair on
/// one instance; all items of the first instance come first.
pub(super) struct Rebinding<'a> {
    client: &'a Client<VolcengineWire>,
    direction: Direction,
    pairs: Vec<Pair>,
    instances: Vec<String>,
    /// Machines that are on are restarted after the change.
    reboot: bool,
    /// Instances as last seen, by id.
    seen: HashMap<String, Instance>,
    /// Items that the service calls done.
    accepted: HashSet<usize>,
}

/// A key pair as asked for, and what a look found.
struct Pair {
    typed: String,
    /// What is known of it; as typed while nobody has looked.
    known: KeyPair,
    handle: Handle,
    /// Whether it is there; `None` when nobody could look.
    exists: Option<bool>,
}

impl Pair {
    fn of_text(text: String) -> Self {
        let handle = Handle::of_text(&text);
        let mut known = KeyPair::default();
        match handle.clone() {
            Handle::KeyPairId(id) => known.id = id,
            Handle::KeyPairName(name) => known.name = name,
        }
        Self {
            typed: text,
            known,
            handle,
            exists: None,
        }
    }

    /// What it is called in outcomes: its name where that is known.
    fn name(&self) -> &str {
        if self.known.name.is_empty() {
            &self.typed
        } else {
            &self.known.name
        }
    }
}

impl<'a> Rebinding<'a> {
    /// Checks what is asked for; nothing is sent.
    pub(super) fn new(
        client: &'a Client<VolcengineWire>,
        direction: Direction,
        binding: Binding,
    ) -> Result<Self, Error> {
        if direction == Direction::Attach && binding.key_pairs.len() != 1 {
            return Err(Error::usage(
                "an instance of Volcengine holds one key pair, so name exactly one",
            )
            .hint("The pair that an instance holds is replaced."));
        }
        binding
            .key_pairs
            .iter()
            .try_for_each(|text| names::check(text))?;
        if let Some(id) = binding.instances.iter().find(|id| !names::can_be_name(id)) {
            let shown = id.chars().take(80).collect::<String>();
            return Err(Error::usage(format!(
                "'{}' cannot be the id of an instance",
                shown.escape_debug()
            )));
        }
        Ok(Self {
            client,
            direction,
            pairs: binding.key_pairs.into_iter().map(Pair::of_text).collect(),
            instances: binding.instances,
            reboot: binding.reboot,
            seen: HashMap::new(),
            accepted: HashSet::new(),
        })
    }

    fn instance_of(&self, item: usize) -> &String {
        &self.instances[item / self.pairs.len()]
    }

    fn pair_of(&self, item: usize) -> &Pair {
        &self.pairs[item % self.pairs.len()]
    }

    fn last_seen(&self, item: usize) -> Option<&Instance> {
        self.seen.get(self.instance_of(item))
    }

    /// Looks at the instances of these items.
    async fn look(&mut self, items: &[usize]) -> Result<(), Error> {
        let ids = self.distinct(items);
        let mut found = look::instances(self.client, &ids).await?;
        for id in ids {
            match found.remove(&id) {
                Some(instance) => self.seen.insert(id, instance),
                None => self.seen.remove(&id),
            };
        }
        Ok(())
    }

    /// The instances of these items, each once.
    fn distinct(&self, items: &[usize]) -> Vec<String> {
        let mut told = HashSet::new();
        let ids = items.iter().map(|&item| self.instance_of(item));
        ids.filter(|id| told.insert(*id)).cloned().collect()
    }

    /// Those of these instances that are on, as last seen.
    fn running(&self, items: &[usize]) -> Vec<String> {
        let mut ids = self.distinct(items);
        ids.retain(|id| self.seen.get(id).is_some_and(is_running));
        ids
    }

    async fn call(&self, batch: &Batch) -> Result<Answer<Results>, Error> {
        match self.direction {
            Direction::Attach => self.client.call(&self.attach(batch)?).await,
            Direction::Detach => self.client.call(&self.detach(batch)?).await,
        }
    }

    fn attach(&self, batch: &Batch) -> Result<AttachKeyPair, Error> {
        Ok(AttachKeyPair {
            key_pair: self.pair_of(batch[0]).handle.clone(),
            instance_ids: self.distinct(batch),
            client_token: random::token()?,
        })
    }

    fn detach(&self, batch: &Batch) -> Result<DetachKeyPair, Error> {
        Ok(DetachKeyPair {
            key_pair: self.pair_of(batch[0]).handle.clone(),
            instance_ids: self.distinct(batch),
            client_token: random::token()?,
        })
    }

    fn located(&self, error: Error, operation: &'static str, request_id: Option<&str>) -> Error {
        error.cloud(CloudId::Volcengine).with(|details| {
            details.service = Some("ecs");
            details.operation = Some(operation);
            details.region = Some(self.client.scope.region.clone());
            details.request_id = request_id.map(str::to_owned);
        })
    }

    /// Writes down what an answer says of one item.
    fn record(&mut self, item: usize, outcome: &mut Outcome, result: Result<(), Error>) {
        match result {
            Ok(()) => {
                outcome.error = None;
                outcome.status = self.direction.goal();
                self.accepted.insert(item);
            }
            // A look tells what became of it.
            Err(error) if error.fate == Fate::Unknown => outcome.fail(Status::Unverified, error),
            Err(error) => outcome.fail(Status::of_error(error.kind), error),
        }
    }
}

impl Change for Rebinding<'_> {
    fn purpose(&self) -> String {
        let what = match self.direction {
            Direction::Attach => "attach a key pair to instances",
            Direction::Detach => "detach key pairs from instances",
        };
        if self.reboot {
            format!("{what} and restart those that are running")
        } else {
            what.to_owned()
        }
    }

    fn asks(&self) -> bool {
        true
    }

    fn others(&self) -> Others {
        match self.direction {
            Direction::Attach => Others::Dropped,
            Direction::Detach => Others::Kept,
        }
    }

    fn survey(&mut self) -> BoxFuture<'_, Result<Survey, Error>> {
        Box::pin(self.look_before())
    }

    fn waves(&self, ready: &[usize]) -> Vec<Vec<Batch>> {
        let mut batches = Vec::new();
        for pair in 0..self.pairs.len() {
            let is_its = |item: &usize| item % self.pairs.len() == pair;
            let items: Vec<usize> = ready.iter().copied().filter(is_its).collect();
            batches.extend(items.chunks(MOST_INSTANCES).map(<[usize]>::to_vec));
        }
        vec![batches]
    }

    fn preview<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<Vec<Preview>, Error>> {
        Box::pin(async {
            let mut previews = vec![match self.direction {
                Direction::Attach => self.client.preview(&self.attach(batch)?).await?,
                Direction::Detach => self.client.preview(&self.detach(batch)?).await?,
            }];
            let running = self.running(batch);
            if self.reboot && !running.is_empty() {
                let restart = RebootInstances {
                    instance_ids: running,
                    client_token: random::token()?,
                };
                previews.push(self.client.preview(&restart).await?);
            }
            Ok(previews)
        })
    }

    fn send<'a>(
        &'a mut self,
        batch: &'a Batch,
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let answer = self.call(batch).await?;
            let request_id = answer.request_id.as_deref();
            let results = results(answer.value);
            for &item in batch {
                outcomes[item].request_id = request_id.map(str::to_owned);
                let result = result_of(&results, self.instance_of(item)).map_err(|error| {
                    let error = self.located(error, self.direction.operation(), request_id);
                    // It may speak of what a try did whose answer was lost.
                    if answer.after_lost_answer {
                        error.fate(Fate::Unknown)
                    } else {
                        error
                    }
                });
                self.record(item, &mut outcomes[item], result);
            }
            Ok(())
        })
    }

    fn prove<'a>(
        &'a mut self,
        sent: &'a [usize],
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<Vec<String>, Error>> {
        Box::pin(self.look_after(sent, outcomes))
    }

    fn finish<'a>(
        &'a mut self,
        ready: &'a [usize],
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Vec<String>> {
        Box::pin(self.restart(ready, outcomes))
    }
}

/// What an answer says of each instance that it mentions: done, or why not.
fn results(answer: Results) -> HashMap<String, Result<(), Error>> {
    let details = answer.operation_details.into_iter();
    details
        .map(|item| {
            let error = item.error.map(|error| error.explain(None));
            (item.instance_id, error.map_or(Ok(()), Err))
        })
        .collect()
}

/// What an answer says of one instance.
fn result_of(results: &HashMap<String, Result<(), Error>>, id: &str) -> Result<(), Error> {
    results.get(id).cloned().unwrap_or_else(|| {
        let silent = "the answer does not mention this instance";
        Err(Error::new(ErrorKind::Server, silent).fate(Fate::Unknown))
    })
}

fn is_running(instance: &Instance) -> bool {
    instance.status.eq_ignore_ascii_case("RUNNING")
}
