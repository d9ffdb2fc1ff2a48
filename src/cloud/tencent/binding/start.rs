//! Starting the machines again that were stopped for the change (spec tencent 2.9).

use std::collections::{BTreeMap, HashMap};

use tokio::time::Instant;

use super::verdict::PATIENCE;
use super::{BindingChange, WAITING, look};
use crate::cloud::change::Batch;
use crate::cloud::client::Preview;
use crate::cloud::tencent::common::MOST_IDS;
use crate::cloud::tencent::cvm::StartInstances;
use crate::cloud::tencent::product::Product;
use crate::cloud::tencent::shapes::Instance;
use crate::error::{Error, ErrorKind, Fate};
use crate::model::Outcome;

/// A machine that was told to start.
#[derive(Clone, Debug)]
struct Start {
    /// The id of the request; `None` when its answer was lost.
    request_id: Option<String>,
    at: Instant,
}

/// The machines that are to be on again.
struct Starts {
    /// Those that are not yet; `None` before they were told to.
    pending: BTreeMap<usize, Option<Start>>,
    /// Those that nobody waits for any more.
    failed: Vec<(usize, Error)>,
}

impl Starts {
    fn fail(&mut self, at: usize, error: Error) {
        self.pending.remove(&at);
        self.failed.push((at, error));
    }

    fn fail_all(&mut self, error: &Error) {
        let pending = std::mem::take(&mut self.pending);
        let all = pending.into_keys().map(|at| (at, error.clone()));
        self.failed.extend(all);
    }
}

/// What a look says about a machine that is to be on again.
enum Progress {
    /// It is.
    On,
    /// It is off and idle.
    Idle,
    /// Something goes on there.
    Waiting,
    /// It will not be.
    Failed(String),
}

impl<P: Product> BindingChange<'_, P> {
    /// The request that [`Self::leave_power`] would make for a batch.
    pub(super) async fn foresee_start(&self, batch: &Batch) -> Result<Option<Preview>, Error> {
        let machines = self.machines_first_in(batch);
        if machines.is_empty() || !self.start_again {
            return Ok(None);
        }
        let request = StartInstances {
            instance_ids: self.ids_of(&machines),
        };
        self.client.preview(&request).await.map(Some)
    }

    /// Starts machines and waits until they are on; answers with warnings. One that still works on
    /// the change is waited for first.
    pub(super) async fn start_machines(
        &mut self,
        machines: &[usize],
        outcomes: &mut [Outcome],
    ) -> Vec<String> {
        let mut starts = Starts {
            pending: machines.iter().map(|&at| (at, None)).collect(),
            failed: Vec::new(),
        };
        let limit = Instant::now() + self.client.courier().pace.get().of(WAITING.limit);
        let mut wait = WAITING.first;
        loop {
            let pending: Vec<usize> = starts.pending.keys().copied().collect();
            match look::twice::<P>(self.client, &self.ids_of(&pending)).await {
                Ok(seen) => {
                    let idle = self.sort(&seen, &mut starts, outcomes);
                    self.start(&idle, &mut starts).await;
                }
                Err(error) => starts.fail_all(&error),
            }
            if starts.pending.is_empty() {
                break;
            }
            if Instant::now() >= limit || !self.client.courier().pause(wait).await {
                let message = "the machine was not on when the waiting ended";
                starts.fail_all(&Error::new(ErrorKind::Timeout, message));
                break;
            }
            wait = (wait * 3 / 2).min(WAITING.longest);
        }
        let mut warnings = Vec::new();
        for (at, error) in starts.failed {
            let id = &self.instances[at];
            warnings.push(format!(
                "{id} was stopped for the change and is not known to be on again: {error}"
            ));
            let hint = "The machine was stopped for the change: start it in the console.";
            let error = self.located(error).hint(hint);
            for outcome in self.items_of(at, outcomes) {
                outcome.error.get_or_insert_with(|| error.clone());
            }
        }
        warnings
    }

    /// Takes out what is on again, gone, or lost; answers with the machines that can be started.
    fn sort(
        &self,
        seen: &HashMap<String, Instance>,
        starts: &mut Starts,
        outcomes: &mut [Outcome],
    ) -> Vec<usize> {
        let mut idle = Vec::new();
        for (at, start) in starts.pending.clone() {
            let Some(instance) = seen.get(&self.instances[at]) else {
                // It is gone, and so is what was wanted of it.
                starts.pending.remove(&at);
                continue;
            };
            match self.start_progress(start.as_ref(), instance) {
                Progress::On => {
                    starts.pending.remove(&at);
                    for outcome in self.items_of(at, outcomes) {
                        if let Some(after) = &mut outcome.after {
                            after.power = Some("running".to_owned());
                        }
                    }
                }
                Progress::Idle => idle.push(at),
                Progress::Waiting => {}
                Progress::Failed(reason) => starts.fail(at, Error::new(ErrorKind::Server, reason)),
            }
        }
        idle
    }

    fn start_progress(&self, start: Option<&Start>, instance: &Instance) -> Progress {
        let latest = instance.latest_operation_request_id.as_deref();
        let state = instance.latest_operation_state.as_deref();
        match (instance.state.as_str(), start) {
            _ if instance.is_operating() => Progress::Waiting,
            ("RUNNING", _) => Progress::On,
            ("STOPPED", None) => Progress::Idle,
            ("STOPPED", Some(start)) => {
                let is_ours = latest.is_some() && latest == start.request_id.as_deref();
                if is_ours && state == Some("FAILED") {
                    let reason = instance.latest_operation_error_msg.as_deref();
                    let reason = reason.filter(|text| !matches!(*text, "" | "None"));
                    let reason = reason.unwrap_or("no reason is given");
                    Progress::Failed(format!("the machine could not be started: {reason}"))
                } else if self.has_passed(PATIENCE, start.at) {
                    Progress::Failed("nothing shows that the machine starts".to_owned())
                } else {
                    Progress::Waiting
                }
            }
            _ => Progress::Waiting,
        }
    }

    async fn start(&self, machines: &[usize], starts: &mut Starts) {
        let mut groups: Vec<Vec<usize>> =
            machines.chunks(MOST_IDS).map(<[usize]>::to_vec).collect();
        while let Some(group) = groups.pop() {
            let request = StartInstances {
                instance_ids: self.ids_of(&group),
            };
            let request_id = match self.client.call(&request).await {
                Ok(answer) => answer.request_id,
                Err(error) if error.fate == Fate::Unknown => None,
                Err(_) if group.len() > 1 => {
                    // One that cannot be started refuses the request for all.
                    groups.extend(group.into_iter().map(|at| vec![at]));
                    continue;
                }
                // The next look comes soon.
                Err(error) if error.kind == ErrorKind::Busy => continue,
                Err(error) => {
                    starts.fail(group[0], error);
                    continue;
                }
            };
            for at in group {
                let start = Start {
                    request_id: request_id.clone(),
                    at: Instant::now(),
                };
                starts.pending.insert(at, Some(start));
            }
        }
    }
}
