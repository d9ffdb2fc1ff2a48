//! The look before the change: what exists, what is bound, what can be sent, what is dangerous.

use super::fitness::{self, Fitness};
use super::look::{self, Look};
use super::{Before, Detachment};
use crate::cloud::change::{Danger, Risk, Survey};
use crate::cloud::tencent::cvm::Cvm;
use crate::cloud::tencent::look as read;
use crate::cloud::tencent::shapes::Instance;
use crate::error::{Error, ErrorKind};
use crate::model::{Outcome, Resource, Status};

impl Detachment<'_> {
    pub(super) async fn look_before(&mut self) -> Result<Survey, Error> {
        let (instances, key_pairs) = tokio::join!(
            read::instances::<Cvm>(self.client, &self.instances),
            read::key_pairs::<Cvm>(self.client, &self.key_pairs)
        );
        let mut survey = Survey {
            outcomes: self.drafts(),
            warnings: self.warnings.clone(),
            ..Survey::default()
        };
        let instances = instances?;
        let key_pairs = match key_pairs {
            Ok(found) => Some(look::by_id(found)),
            Err(error) if error.kind == ErrorKind::Permission => {
                // Consent rests on what is bound; only the key pairs can tell here.
                if instances.values().any(|found| found.key_ids().is_none()) {
                    return Err(error);
                }
                survey.warnings.push(format!(
                    "key pairs cannot be listed, so one that is not bound may not exist at all: {error}"
                ));
                None
            }
            Err(error) => return Err(error),
        };
        let look = Look {
            instances,
            key_pairs,
        };
        for at in 0..self.instances.len() {
            self.decide(at, &look, &mut survey);
        }
        if survey.outcomes.iter().any(is_ready) {
            survey.notes.push(
                "without the key pair, an instance takes a password that was set earlier again"
                    .to_owned(),
            );
        }
        Ok(survey)
    }

    fn drafts(&self) -> Vec<Outcome> {
        let scope = &self.client.scope;
        let mut drafts = Vec::with_capacity(self.instances.len() * self.key_pairs.len());
        for instance in &self.instances {
            for key_pair in &self.key_pairs {
                drafts.push(Outcome::draft(
                    scope.address(Resource::KeyPair, key_pair),
                    Some(scope.address(Resource::Instance, instance)),
                ));
            }
        }
        drafts
    }

    /// Decides what a look can decide about one instance, and names the dangers of the rest.
    fn decide(&mut self, at: usize, look: &Look, survey: &mut Survey) {
        let width = self.key_pairs.len();
        let outcomes = &mut survey.outcomes[at * width..(at + 1) * width];
        let Some(instance) = look.instances.get(&self.instances[at]) else {
            for outcome in outcomes {
                outcome.seen(Status::NotFound);
                outcome.error = Some(self.missing_instance(&self.instances[at]));
            }
            return;
        };
        let fitness = fitness::judge(instance, self.force_stop);
        self.before[at] = Some(Before {
            cut: matches!(fitness, Fitness::Fit { cut: true }),
            request_id: instance.latest_operation_request_id.clone(),
        });
        for (outcome, key_pair) in outcomes.iter_mut().zip(&self.key_pairs) {
            outcome.before = Some(look::item_state(instance));
            let bound = look.is_bound(instance, key_pair).unwrap_or(false);
            let known = look
                .key_pairs
                .as_ref()
                .map(|pairs| pairs.contains_key(key_pair));
            match (bound, known, &fitness) {
                (true, _, Fitness::Fit { .. }) => {}
                (true, _, Fitness::Unfit(error)) => {
                    outcome.seen(Fitness::status(error));
                    outcome.error = Some(self.located(error.clone()));
                }
                (false, Some(true), _) => outcome.seen(Status::Unchanged),
                (false, Some(false), _) => {
                    outcome.seen(Status::NotFound);
                    outcome.error = Some(self.missing_key_pair(key_pair));
                }
                // It is not bound; a warning says that nobody could see whether it exists.
                (false, None, _) => outcome.status = Status::Unchanged,
            }
        }
        let leaving: Vec<&str> = outcomes
            .iter()
            .filter(|outcome| is_ready(outcome))
            .map(|outcome| outcome.address.id.as_str())
            .collect();
        if !leaving.is_empty() {
            let cut = matches!(fitness, Fitness::Fit { cut: true });
            survey.dangers.extend(self.dangers(instance, &leaving, cut));
        }
    }

    fn dangers(&self, instance: &Instance, leaving: &[&str], cut: bool) -> Vec<Danger> {
        let scope = &self.client.scope;
        let danger = |risk, reason: &str| Danger {
            risk,
            machine: scope.address(Resource::Instance, &instance.id),
            reason: reason.to_owned(),
        };
        let mut dangers = Vec::new();
        if cut {
            dangers.push(danger(
                Risk::PowerCut,
                "it is running: it is powered off hard, and started again by the service",
            ));
        }
        match instance.key_ids() {
            Some(ids) if ids.iter().any(|id| !leaving.contains(&id.as_str())) => {}
            Some(_) => dangers.push(danger(
                Risk::Lockout,
                "no key pair is left on it: SSH works only if a password was set before; \
                 ResetInstancesPassword is the way back",
            )),
            None => dangers.push(danger(
                Risk::Lockout,
                "nobody can see whether another key pair is left on it: if none is, SSH works only \
                 if a password was set before; ResetInstancesPassword is the way back",
            )),
        }
        dangers
    }

    fn missing_instance(&self, id: &str) -> Error {
        self.missing(
            "InvalidInstanceId.NotFound",
            format!("there is no instance {id} here"),
        )
        .hint(
            "Check the id, the account and the region (-r): instances are only seen in their own.",
        )
    }

    fn missing_key_pair(&self, id: &str) -> Error {
        self.missing(
            "InvalidKeyPairId.NotFound",
            format!("there is no key pair {id} here"),
        )
        .hint("Check the id, the account and the region (-r).")
    }

    fn missing(&self, code: &str, message: String) -> Error {
        self.located(Error::new(ErrorKind::NotFound, message).code(code))
    }
}

/// Not decided by the look, so to be sent.
fn is_ready(outcome: &Outcome) -> bool {
    outcome.status == Status::Skipped
}
