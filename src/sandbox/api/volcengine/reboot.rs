//! Restarts, which make a binding effective (spec volcengine 5.2).
//!
//! The call returns when it is accepted. The next look at the instance still sees it running, the one after that sees
//! it rebooting, and then it runs again.

use serde_json::Value;

use super::batch::{each_item, required_items};
use super::bind::{NO_INSTANCE, WRONG_STATUS};
use super::ecs::VERSION;
use super::{Call, Effect, Operation, Refusal};

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[Operation {
    service: "ecs",
    version: VERSION,
    name: "RebootInstances",
    effect: Effect::Change,
    items: &["InstanceIds"],
    has_item_errors: true,
    run: reboot_instances,
}];

/// `ForceStop` decides how the guest is stopped, which nothing here can tell apart. No task id is returned.
fn reboot_instances(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let ids = required_items(call, "InstanceIds")?;
    call.parameters.boolean("ForceStop")?;
    each_item(call, "InstanceId", ids, |call, id| {
        let Some(instance) = call.region()?.instance(id) else {
            return Ok(Some(NO_INSTANCE));
        };
        if instance.status != "RUNNING" || !instance.next_statuses.is_empty() {
            return Ok(Some(WRONG_STATUS));
        }
        if let Some(instance) = call.region_mut()?.instance_mut(id) {
            instance.next_statuses = ["REBOOTING", "RUNNING"].map(str::to_owned).to_vec();
        }
        Ok(None)
    })
}
