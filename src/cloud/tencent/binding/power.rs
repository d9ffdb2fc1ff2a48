//! What the change does to machines that are on: said before, and set right after.

use super::BindingChange;
use super::fitness::Plan;
use crate::cloud::change::{Danger, Risk, Survey};
use crate::cloud::tencent::product::Product;
use crate::cloud::tencent::shapes::Instance;
use crate::model::{Outcome, Power, Resource, ResultClass};

impl<P: Product> BindingChange<'_, P> {
    /// Names what happens to the power of a machine.
    pub(super) fn name_power(&self, instance: &Instance, plan: Plan, survey: &mut Survey) {
        let after = if self.start_again {
            "and started again after the change"
        } else {
            "and left off after the change, while its billing goes on"
        };
        let machine = self.client.scope.address(Resource::Instance, &instance.id);
        if !matches!(plan, Plan::Keep) {
            survey.stops.push(machine.clone());
        }
        let (risk, reason) = match (plan, self.power) {
            (Plan::Keep, _) => return,
            (Plan::Cut, _) if P::STARTS_AGAIN => (
                Risk::PowerCut,
                "it is running: it is powered off hard, and started again by the service"
                    .to_owned(),
            ),
            (Plan::Cut, _) => (
                Risk::PowerCut,
                "it is running: it is shut down by force, and nothing says that the service \
                 starts it again"
                    .to_owned(),
            ),
            (Plan::Stop, Power::StopHard) => (
                Risk::HardStop,
                format!("it is running: its power is cut before the change, {after}"),
            ),
            (Plan::Stop, _) => {
                survey.notes.push(format!(
                    "{}: it is running: it is shut down before the change, {after}",
                    instance.id
                ));
                return;
            }
        };
        survey.dangers.push(Danger {
            risk,
            machine,
            reason,
        });
    }

    /// Starts the machines again that this run stopped, if that was asked for, and says which ones
    /// are left off.
    pub(super) async fn leave_power(
        &mut self,
        ready: &[usize],
        outcomes: &mut [Outcome],
    ) -> Vec<String> {
        let mut warnings = self.machines_left_off(ready, outcomes);
        let machines: Vec<usize> = self.stops.keys().copied().collect();
        if machines.is_empty() {
            return warnings;
        }
        let names = self.ids_of(&machines).join(", ");
        if self.client.courier().stop.requested().is_some() {
            warnings.push(format!(
                "interrupted: these machines were told to stop for the change and are left so; \
                 start them again: {names}"
            ));
        } else if self.start_again {
            warnings.extend(self.start_machines(&machines, outcomes).await);
        } else {
            warnings.push(format!(
                "these machines were stopped for the change and are left so, while their billing \
                 goes on: {names}"
            ));
        }
        warnings
    }

    /// Machines that the service powered off and did not start again, where it never said that it
    /// would.
    fn machines_left_off(&self, ready: &[usize], outcomes: &[Outcome]) -> Vec<String> {
        let is_off = |item: &usize| {
            let power = outcomes[*item].after.as_ref();
            let power = power.and_then(|after| after.power.as_deref());
            self.is_cut(*item)
                && outcomes[*item].status.class() == ResultClass::Done
                && power.is_some_and(|power| power != "running")
        };
        let off: Vec<usize> = ready.iter().copied().filter(is_off).collect();
        if off.is_empty() {
            return Vec::new();
        }
        vec![format!(
            "these machines were running before the change and are not running after it; start \
             them: {}",
            self.instances_of(&off).join(", ")
        )]
    }
}
