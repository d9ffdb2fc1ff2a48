//! Stopping machines before the change: the careful way beside a forced stop (spec tencent 2.9).
//! Only CVM takes part; Lighthouse refuses these options.

use std::collections::HashMap;

use tokio::time::Instant;

use super::fitness::Plan;
use super::verdict::{PATIENCE, SETTLE};
use super::{BindingChange, Goal, WAITING, distinct, look};
use crate::cloud::change::Batch;
use crate::cloud::client::Preview;
use crate::cloud::tencent::cvm::StopInstances;
use crate::cloud::tencent::product::Product;
use crate::cloud::tencent::shapes::Instance;
use crate::error::{Error, ErrorKind, Fate};
use crate::model::{Outcome, Power, Status};

const STOP: &str = "StopInstances";

/// A machine that was told to stop.
#[derive(Clone, Debug)]
pub(super) struct Stop {
    /// The id of the request; `None` when its answer was lost.
    request_id: Option<String>,
    /// Why it was lost.
    lost: Option<Error>,
    at: Instant,
}

/// What a look says about a machine that was told to stop.
enum Progress {
    /// It is off, and nothing goes on there.
    Stopped,
    /// It is still on its way.
    Waiting,
    /// It is on, and stays on.
    Running(String),
    /// It is on, and nothing happens there.
    Untouched,
}

impl<P: Product> BindingChange<'_, P> {
    /// Stops the machines that are on, each batch with one request, and waits until they are off.
    /// Items whose machine does not get there are decided.
    pub(super) async fn stop_machines(
        &mut self,
        ready: &[usize],
        outcomes: &mut [Outcome],
    ) -> Result<(), Error> {
        use crate::cloud::change::Change as _;
        for batch in self.waves(ready).into_iter().next().unwrap_or_default() {
            if self.client.courier().stop.requested().is_some() {
                break;
            }
            let machines = self.machines_to_stop(&batch);
            if !machines.is_empty() {
                self.stop(machines, outcomes).await?;
            }
        }
        self.await_stops(outcomes).await;
        Ok(())
    }

    /// The request that [`Self::stop_machines`] would make for a batch.
    pub(super) async fn foresee_stop(&self, batch: &Batch) -> Result<Option<Preview>, Error> {
        let machines = self.machines_first_in(batch);
        if machines.is_empty() {
            return Ok(None);
        }
        self.client
            .preview(&self.stop_request(&machines))
            .await
            .map(Some)
    }

    /// The machines of a batch that are to be stopped, unless an earlier batch stops them.
    pub(super) fn machines_first_in(&self, batch: &Batch) -> Vec<usize> {
        let mut machines = self.machines_to_stop(batch);
        machines.retain(|&at| {
            let first = self.before[at].as_ref().and_then(|before| before.first);
            first.is_none_or(|first| batch.contains(&first))
        });
        machines
    }

    fn machines_to_stop(&self, batch: &Batch) -> Vec<usize> {
        let stops = |at: &usize| {
            let before = self.before[*at].as_ref();
            before.is_some_and(|before| before.plan == Plan::Stop)
        };
        distinct(batch.iter().map(|&item| self.instance_of(item)))
            .filter(stops)
            .collect()
    }

    fn stop_request(&self, machines: &[usize]) -> StopInstances {
        StopInstances {
            instance_ids: self.ids_of(machines),
            stop_type: if self.power == Power::StopHard {
                "HARD"
            } else {
                "SOFT"
            },
            stopped_mode: "KEEP_CHARGING",
        }
    }

    pub(super) fn ids_of(&self, machines: &[usize]) -> Vec<String> {
        let id = |at: &usize| self.instances[*at].clone();
        machines.iter().map(id).collect()
    }

    async fn stop(&mut self, machines: Vec<usize>, outcomes: &mut [Outcome]) -> Result<(), Error> {
        let mut groups = vec![machines];
        while let Some(group) = groups.pop() {
            let (request_id, lost) = match self.client.call(&self.stop_request(&group)).await {
                Ok(answer) => (answer.request_id, None),
                Err(error) if error.kind == ErrorKind::Credentials => return Err(error),
                Err(error) if error.fate == Fate::Unknown => (None, Some(error)),
                Err(_) if group.len() > 1 => {
                    // One that cannot be stopped refuses the request for all.
                    groups.extend(group.into_iter().map(|at| vec![at]));
                    continue;
                }
                Err(error) => {
                    self.look_at_refused_stop(group[0], error, outcomes).await;
                    continue;
                }
            };
            for at in group {
                let stop = Stop {
                    request_id: request_id.clone(),
                    lost: lost.clone(),
                    at: Instant::now(),
                };
                self.stops.insert(at, stop);
            }
        }
        Ok(())
    }

    /// A machine that somebody else has stopped meanwhile needs no stop.
    async fn look_at_refused_stop(&mut self, at: usize, error: Error, outcomes: &mut [Outcome]) {
        let seen = look::twice::<P>(self.client, &self.ids_of(&[at])).await;
        let instance = seen
            .ok()
            .and_then(|mut seen| seen.remove(&self.instances[at]));
        match instance {
            Some(instance) if instance.state == "STOPPED" && !instance.is_operating() => {
                self.settle_stop(at, &instance, outcomes);
            }
            _ => {
                let status = Status::of_error(error.kind);
                self.decide_machine(at, status, &error.hint(self.other_way()), outcomes);
            }
        }
    }

    /// Looks until every machine that was told to stop is off, or will not be.
    async fn await_stops(&mut self, outcomes: &mut [Outcome]) {
        let mut pending: Vec<usize> = self.stops.keys().copied().collect();
        let limit = Instant::now() + self.client.courier().pace.get().of(WAITING.limit);
        let mut wait = WAITING.first;
        while !pending.is_empty() {
            let goes_on = Instant::now() < limit && self.client.courier().pause(wait).await;
            if self.client.courier().stop.requested().is_some() {
                return;
            }
            if !goes_on {
                let error = Error::new(ErrorKind::Timeout, "the machine was not off in time").hint(
                    "Its key pairs were not changed. Run the same command again when it is off.",
                );
                for at in pending {
                    self.decide_machine(at, Status::Failed, &error, outcomes);
                }
                return;
            }
            match look::twice::<P>(self.client, &self.ids_of(&pending)).await {
                Ok(seen) => pending.retain(|&at| !self.judge_stop(at, &seen, outcomes)),
                Err(error) => {
                    for at in pending {
                        let status = Status::of_error(error.kind);
                        self.decide_machine(at, status, &error, outcomes);
                    }
                    return;
                }
            }
            wait = (wait * 3 / 2).min(WAITING.longest);
        }
    }

    /// Judges one machine; whether that is the end of the waiting for it.
    fn judge_stop(
        &mut self,
        at: usize,
        seen: &HashMap<String, Instance>,
        outcomes: &mut [Outcome],
    ) -> bool {
        let Some(instance) = seen.get(&self.instances[at]) else {
            self.stops.remove(&at);
            let error = self.missing_instance(&self.instances[at]);
            self.decide_machine(at, Status::NotFound, &error, outcomes);
            return true;
        };
        match self.stop_progress(at, instance) {
            Progress::Waiting => false,
            Progress::Stopped => {
                self.settle_stop(at, instance, outcomes);
                true
            }
            Progress::Running(reason) => {
                self.stops.remove(&at);
                let error = Error::new(ErrorKind::State, reason).hint(self.other_way());
                self.decide_machine(at, Status::Failed, &error, outcomes);
                true
            }
            Progress::Untouched => {
                let lost = self.stops.remove(&at).and_then(|stop| stop.lost);
                // A request that may never have arrived says nothing about the machine.
                let error = lost.unwrap_or_else(|| {
                    let message = "nothing shows that the machine shuts down";
                    Error::new(ErrorKind::State, message).hint(self.other_way())
                });
                self.decide_machine(at, Status::Failed, &error, outcomes);
                true
            }
        }
    }

    fn stop_progress(&self, at: usize, instance: &Instance) -> Progress {
        let Some(stop) = self.stops.get(&at) else {
            return Progress::Stopped;
        };
        let settled = self.has_passed(SETTLE, stop.at);
        let latest = instance.latest_operation_request_id.as_deref();
        let before = self.before[at].as_ref();
        let is_new = latest.is_some() && latest != before.and_then(|b| b.latest.as_deref());
        let is_ours = latest.is_some() && latest == stop.request_id.as_deref()
            || is_new && settled && instance.latest_operation.as_deref() == Some(STOP);
        match (
            instance.state.as_str(),
            instance.latest_operation_state.as_deref(),
        ) {
            (_, Some("OPERATING")) => Progress::Waiting,
            ("STOPPED", _) => Progress::Stopped,
            ("RUNNING", Some("FAILED")) if is_ours => {
                let reason = instance.latest_operation_error_msg.as_deref();
                let reason = reason.filter(|text| !matches!(*text, "" | "None"));
                let reason = reason.unwrap_or("no reason is given");
                Progress::Running(format!("the machine could not be shut down: {reason}"))
            }
            ("RUNNING", Some("SUCCESS")) if is_ours && settled => {
                Progress::Running("the machine is on again after it was shut down".to_owned())
            }
            ("RUNNING", _) if self.has_passed(PATIENCE, stop.at) => Progress::Untouched,
            _ => Progress::Waiting,
        }
    }

    /// A machine is off. What is bound to it may have changed in the meantime, and what is sent for
    /// it was put together before.
    fn settle_stop(&mut self, at: usize, instance: &Instance, outcomes: &mut [Outcome]) {
        let Some(before) = self.before[at].as_mut() else {
            return;
        };
        before
            .latest
            .clone_from(&instance.latest_operation_request_id);
        before
            .latest_now
            .clone_from(&instance.latest_operation_request_id);
        let now = instance.key_ids();
        if self.goal == (Goal::Attach { replace: false }) && before.bound.as_deref() != now {
            let message = "other key pairs were bound to it or taken off while it shut down";
            let error = Error::new(ErrorKind::State, message)
                .code("BoundPairsChanged")
                .hint("Nothing was changed by this command. Run it again.");
            self.decide_machine(at, Status::Refused, &error, outcomes);
        }
    }

    /// Decides the items of a machine that is not sent after all.
    fn decide_machine(&self, at: usize, status: Status, error: &Error, outcomes: &mut [Outcome]) {
        let items = self.items_of(at, outcomes).iter_mut();
        for outcome in items.filter(|item| item.status == Status::Skipped) {
            outcome.fail(status, self.located(error.clone()));
        }
    }

    /// What else a user can do about a machine that does not stop.
    fn other_way(&self) -> &'static str {
        if self.power == Power::StopSoftly {
            "Its system may not listen to a soft shutdown: --stop hard or --force-stop cut the power."
        } else {
            "Look at the instance in the console."
        }
    }
}
