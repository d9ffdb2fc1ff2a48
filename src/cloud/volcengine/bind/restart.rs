//! Restarting instances so that a binding counts (spec volcengine 5.2): the answer comes before the
//! restart and names no task, so that only the state of an instance tells.

use std::time::Duration;

use tokio::time::Instant;

use super::{Rebinding, is_running, result_of, results};
use crate::cloud::volcengine::instances::{MOST_INSTANCES, RebootInstances};
use crate::cloud::volcengine::look;
use crate::cloud::volcengine::records::item_state;
use crate::error::{Error, ErrorKind, Fate};
use crate::http::retry::Retry;
use crate::model::{Outcome, Status};
use crate::random;

/// How often instances are looked at while they restart; often enough to see them down.
const EVERY: Duration = Duration::from_secs(3);
/// After this long, an instance that was running at every look has restarted between two looks, or
/// does not restart at all.
pub(super) const SURELY_OVER: Duration = Duration::from_secs(60);
/// How long restarts are waited for.
pub(super) const LONGEST: Duration = Duration::from_secs(600);

/// An instance that is to restart.
struct Machine {
    id: String,
    stage: Stage,
}

/// How far a restart has come.
enum Stage {
    /// Nothing was sent.
    Waiting,
    /// The service would not.
    Refused(Error),
    /// It was asked for then; the error is there when the answer was lost.
    Asked(Instant, Option<Error>),
    /// It was seen not running.
    Down,
    /// It runs again.
    Back,
    /// It was running at every look; the error is there when the answer was lost.
    Unobserved(Option<Error>),
}

impl Rebinding<'_> {
    pub(super) async fn restart(
        &mut self,
        ready: &[usize],
        outcomes: &mut [Outcome],
    ) -> Vec<String> {
        if !self.reboot {
            return Vec::new();
        }
        let goal = self.direction.goal();
        let took = |item: &usize| self.accepted.contains(item) || outcomes[*item].status == goal;
        let items: Vec<usize> = ready.iter().copied().filter(took).collect();
        let machine = |id| Machine {
            id,
            stage: Stage::Waiting,
        };
        let mut machines: Vec<Machine> = self.running(&items).into_iter().map(machine).collect();
        for chunk in machines.chunks_mut(MOST_INSTANCES) {
            if !self.client.courier().pause(Duration::ZERO).await {
                break;
            }
            self.reboot(chunk).await;
        }
        let mut warnings = Vec::new();
        warnings.extend(self.wait(&mut machines).await);
        for item in items {
            let id = self.instance_of(item);
            if let Some(machine) = machines.iter().find(|machine| machine.id == *id) {
                self.conclude(item, machine, &mut outcomes[item]);
            }
        }
        let told = [
            (
                "not restarted, so that the change does not count there yet",
                list(&machines, |stage| {
                    matches!(stage, Stage::Waiting | Stage::Refused(_))
                }),
            ),
            (
                "not seen running again after the restart",
                list(&machines, |stage| {
                    matches!(stage, Stage::Asked(..) | Stage::Down)
                }),
            ),
            (
                "running at every look, so that nobody saw the restart",
                list(&machines, |stage| matches!(stage, Stage::Unobserved(_))),
            ),
        ];
        let told = told.into_iter().filter(|(_, ids)| !ids.is_empty());
        warnings.extend(told.map(|(what, ids)| format!("{what}: {}", ids.join(", "))));
        warnings
    }

    /// Asks for the restart of up to 100 instances; those that are throttled are asked for again.
    async fn reboot(&self, machines: &mut [Machine]) {
        let mut retry = Retry::default();
        loop {
            let mut asked: Vec<&mut Machine> = machines
                .iter_mut()
                .filter(|machine| match &machine.stage {
                    Stage::Waiting => true,
                    Stage::Refused(error) => error.kind == ErrorKind::Throttled,
                    _ => false,
                })
                .collect();
            // A request that was throttled as a whole was sent again often enough by then.
            if !self.ask(&mut asked).await {
                return;
            }
            let throttled = asked.iter().find_map(|machine| match &machine.stage {
                Stage::Refused(error) if error.kind == ErrorKind::Throttled => Some(error.clone()),
                _ => None,
            });
            let Some(error) = throttled else { return };
            let chance = random::chance();
            let courier = self.client.courier();
            let goes_on = courier.before_retry(&mut retry, error, false, chance);
            if goes_on.await.is_err() {
                return;
            }
        }
    }

    /// Sends one request; whether it was answered machine by machine.
    async fn ask(&self, machines: &mut [&mut Machine]) -> bool {
        let request = random::token().map(|client_token| RebootInstances {
            instance_ids: machines.iter().map(|machine| machine.id.clone()).collect(),
            client_token,
        });
        let answer = match request {
            Ok(request) => self.client.call(&request).await,
            Err(error) => Err(error),
        };
        let now = Instant::now();
        let stage = |error: Error| match error.fate {
            Fate::NotDone => Stage::Refused(error),
            Fate::Unknown => Stage::Asked(now, Some(error)),
        };
        match answer {
            Ok(answer) => {
                let request_id = answer.request_id.as_deref();
                let results = results(answer.value);
                for machine in machines {
                    machine.stage = match result_of(&results, &machine.id) {
                        Ok(()) => Stage::Asked(now, None),
                        Err(error) => stage(self.located(error, "RebootInstances", request_id)),
                    };
                }
                true
            }
            Err(error) => {
                for machine in machines {
                    machine.stage = stage(error.clone());
                }
                false
            }
        }
    }

    /// Looks until all that were asked to restart run again. An instance still counts as running
    /// for a while after the answer, so it is back only once it was seen down, or after a time
    /// that no restart takes to begin.
    async fn wait(&mut self, machines: &mut [Machine]) -> Option<String> {
        let pace = |wait| self.client.courier().pace.get().of(wait);
        let limit = Instant::now() + pace(LONGEST);
        loop {
            let pending = list(machines, |stage| {
                matches!(stage, Stage::Asked(..) | Stage::Down)
            });
            if pending.is_empty()
                || Instant::now() >= limit
                || !self.client.courier().pause(EVERY).await
            {
                return None;
            }
            let found = match look::instances(self.client, &pending).await {
                Ok(found) => found,
                Err(error) => {
                    return Some(format!("cannot see how the restarts go on: {error}"));
                }
            };
            for machine in machines.iter_mut() {
                if pending.contains(&machine.id) {
                    let runs = found.get(&machine.id).is_some_and(is_running);
                    let over = self.client.courier().pace.get().of(SURELY_OVER);
                    machine.look(runs, over);
                }
            }
            self.seen.extend(found);
        }
    }

    /// Writes down how a restart ended, beside what became of the binding.
    fn conclude(&self, item: usize, machine: &Machine, outcome: &mut Outcome) {
        if matches!(machine.stage, Stage::Back) && outcome.status == Status::Unverified {
            // What an instance holds may show only now.
            outcome.error = None;
            self.judge(item, outcome);
        } else if let (Some(after), Some(seen)) = (&mut outcome.after, self.last_seen(item)) {
            after.power = item_state(seen).power;
        }
        let error = match &machine.stage {
            Stage::Back | Stage::Unobserved(None) => return,
            Stage::Refused(error)
            | Stage::Asked(_, Some(error))
            | Stage::Unobserved(Some(error)) => error.clone(),
            Stage::Waiting => self.ended("the instance was not restarted"),
            Stage::Asked(_, None) | Stage::Down => {
                self.ended("the instance was not seen running again after its restart")
            }
        };
        let error = error.hint(format!(
            "See its state with: kpctl volcengine instance list -r {region}; restart it with: kpctl api volcengine ecs RebootInstances InstanceIds.1={id} -r {region}",
            region = self.client.scope.region,
            id = machine.id,
        ));
        outcome.error.get_or_insert(error);
    }

    /// The error for what the end of the command left undone.
    fn ended(&self, what: &str) -> Error {
        let kind = match self.client.courier().stop.requested() {
            Some(_) => ErrorKind::Interrupted,
            None => ErrorKind::Timeout,
        };
        self.located(Error::new(kind, what), "RebootInstances", None)
    }
}

impl Machine {
    /// Goes by one look at an instance that was asked to restart. `over`: the time after which the
    /// restart cannot be still to come.
    fn look(&mut self, runs: bool, over: Duration) {
        self.stage = match std::mem::replace(&mut self.stage, Stage::Down) {
            Stage::Down if runs => Stage::Back,
            Stage::Asked(at, lost) if runs && at.elapsed() >= over => Stage::Unobserved(lost),
            Stage::Asked(at, lost) if runs => Stage::Asked(at, lost),
            _ => Stage::Down,
        };
    }
}

/// The instances at these stages.
fn list(machines: &[Machine], wanted: impl Fn(&Stage) -> bool) -> Vec<String> {
    let machines = machines.iter().filter(|machine| wanted(&machine.stage));
    machines.map(|machine| machine.id.clone()).collect()
}
