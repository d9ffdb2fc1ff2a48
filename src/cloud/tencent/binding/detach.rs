//! What only taking off has to mind (spec tencent 2.6): who can still log in after it.

use super::fitness::{self, Fitness, Plan};
use super::look::{self, Look};
use super::survey::is_ready;
use super::{Before, BindingChange};
use crate::cloud::change::{Danger, Risk, Survey};
use crate::cloud::tencent::product::Product;
use crate::cloud::tencent::shapes::Instance;
use crate::model::{Resource, Status};

impl<P: Product> BindingChange<'_, P> {
    /// Decides what a look can decide about one instance that key pairs are taken off.
    pub(super) fn decide_detach(
        &mut self,
        at: usize,
        instance: &Instance,
        look: &Look,
        survey: &mut Survey,
    ) {
        let width = self.key_pairs.len();
        let outcomes = &mut survey.outcomes[at * width..(at + 1) * width];
        let fitness = fitness::judge::<P>(instance, self.power);
        for (outcome, key_pair) in outcomes.iter_mut().zip(&self.key_pairs) {
            outcome.before = Some(look::item_state(instance));
            let bound = look.is_bound(instance, key_pair).unwrap_or(false);
            let known = look
                .key_pairs
                .as_ref()
                .map(|pairs| pairs.contains_key(key_pair));
            match (bound, known, &fitness) {
                (true, _, Fitness::Fit(_)) => {}
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
        let leaving: Vec<String> = outcomes
            .iter()
            .filter(|outcome| is_ready(outcome))
            .map(|outcome| outcome.address.id.clone())
            .collect();
        let plan = match fitness {
            Fitness::Fit(plan) => plan,
            Fitness::Unfit(_) => Plan::Keep,
        };
        let first = outcomes.iter().position(is_ready);
        self.before[at] = Some(Before {
            plan,
            latest: instance.latest_operation_request_id.clone(),
            latest_now: instance.latest_operation_request_id.clone(),
            bound: instance.key_ids().map(<[String]>::to_vec),
            wanted: Vec::new(),
            first: first.map(|offset| at * width + offset),
        });
        if first.is_some() {
            self.name_power(instance, plan, survey);
            survey.dangers.extend(self.lockout(instance, &leaving));
        }
    }

    fn lockout(&self, instance: &Instance, leaving: &[String]) -> Option<Danger> {
        let reason = match instance.key_ids() {
            Some(ids) if ids.iter().any(|id| !leaving.contains(id)) => return None,
            Some(_) => {
                "no key pair is left on it: SSH works only if a password was set before; \
                 ResetInstancesPassword is the way back"
            }
            None => {
                "nobody can see whether another key pair is left on it: if none is, SSH works only \
                 if a password was set before; ResetInstancesPassword is the way back"
            }
        };
        Some(Danger {
            risk: Risk::Lockout,
            machine: self.client.scope.address(Resource::Instance, &instance.id),
            reason: reason.to_owned(),
        })
    }
}
