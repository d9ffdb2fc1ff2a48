//! Which instance has which key pair (spec volcengine 4.5, 4.6).

use serde_json::Value;

use super::batch::{ItemError, each_item, required_items};
use super::ecs::{NOT_FOUND, VERSION, asked_key_pair};
use super::state::Region;
use super::{Call, Effect, Operation, Quirk, Refusal};

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        service: "ecs",
        version: VERSION,
        name: "AttachKeyPair",
        effect: Effect::Change,
        items: &["InstanceIds", "KeyPairName", "KeyPairId"],
        has_item_errors: true,
        run: attach_key_pair,
    },
    Operation {
        service: "ecs",
        version: VERSION,
        name: "DetachKeyPair",
        effect: Effect::Change,
        items: &["InstanceIds", "KeyPairName", "KeyPairId"],
        has_item_errors: true,
        run: detach_key_pair,
    },
];

const NO_ID: ItemError = (
    "MissingParameter.InstanceId",
    "The required parameter InstanceId is not supplied.",
);
/// The only code of these tables that is certain; the others are guesses.
pub(crate) const NO_INSTANCE: ItemError = (
    "InvalidInstance.NotFound",
    "The specified instance does not exist.",
);
const NOT_LINUX: ItemError = (
    "InvalidInstance.OsTypeNotSupported",
    "The operating system of the specified instance does not support key pairs.",
);
const NO_PLUGIN: ItemError = (
    "InvalidInstance.PluginNotInstalled",
    "The specified instance lacks the password plug-in.",
);
/// Of an instance in a state that does not fit.
pub(crate) const WRONG_STATUS: ItemError = (
    "InvalidInstanceStatus",
    "The status of the specified instance does not support the operation.",
);
const NOT_BOUND: ItemError = (
    "InvalidKeyPair.NotAttached",
    "The specified KeyPair is not attached to the specified instance.",
);

/// A new binding replaces the one before.
fn attach_key_pair(call: &mut Call<'_>) -> Result<Value, Refusal> {
    bind(call, |_, _| true, str::to_owned)
}

/// A pair that is not bound is not missed, unless [`Quirk::VolcengineUnboundDetachRefused`] says otherwise.
fn detach_key_pair(call: &mut Call<'_>) -> Result<Value, Refusal> {
    bind(call, |bound, pair| bound == pair, |_| String::new())
}

/// Lets every instance that `applies` to, given the bound and the asked pair, have what `becomes` of the asked pair.
fn bind(
    call: &mut Call<'_>,
    applies: fn(&str, &str) -> bool,
    becomes: fn(&str) -> String,
) -> Result<Value, Refusal> {
    let ids = required_items(call, "InstanceIds")?;
    let pair = asked_key_pair(call)?.map(|pair| pair.name.clone());
    if pair.is_none() && !call.ctx.has(Quirk::VolcengineMissingPairPerItem) {
        return Err(Refusal::bad_request(NOT_FOUND.0, NOT_FOUND.1));
    }
    let refuses_unbound = call.ctx.has(Quirk::VolcengineUnboundDetachRefused);
    each_item(call, "InstanceId", ids, |call, id| {
        let Some(pair) = &pair else {
            return Ok(Some(NOT_FOUND));
        };
        if let Some(error) = refusal_of_instance(call.region()?, id) {
            return Ok(Some(error));
        }
        let bound = call.region()?.instance(id);
        if !bound.is_some_and(|instance| applies(&instance.key_pair_name, pair)) {
            return Ok(refuses_unbound.then_some(NOT_BOUND));
        }
        let becomes = becomes(pair);
        if bound.is_some_and(|instance| instance.key_pair_name == becomes) {
            return Ok(None); // bound already
        }
        if let Some(instance) = call.region_mut()?.instance_mut(id) {
            instance.key_pair_name = becomes;
            instance.restart_pending = true;
        }
        Ok(None)
    })
}

/// Linux only, with the plug-in, running or stopped.
fn refusal_of_instance(region: &Region, id: &str) -> Option<ItemError> {
    if id.is_empty() {
        return Some(NO_ID);
    }
    let Some(instance) = region.instance(id) else {
        return Some(NO_INSTANCE);
    };
    if instance.os_type == "Windows" {
        Some(NOT_LINUX)
    } else if instance.lacks_password_plugin {
        Some(NO_PLUGIN)
    } else if !matches!(instance.status.as_str(), "RUNNING" | "STOPPED") {
        Some(WRONG_STATUS)
    } else {
        None
    }
}
