//! Taking key pairs off instances (spec tencent 2.6, 2.7, 2.9).
//!
//! The call is asynchronous: it only writes down what the coming looks at the instance will see. The first look still sees
//! the operation before, which is the race that the card describes.

use serde_json::{Map, Value};

use super::key_pairs::{VERSION, check_instance_ids, check_key_ids};
use super::state::{Instance, Operation as Latest, Region, Step};
use super::{Call, Effect, Operation, Quirk, Refusal, identifiers};

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[Operation {
    product: "cvm",
    version: VERSION,
    name: "DisassociateInstancesKeyPairs",
    effect: Effect::Change,
    parameters: &["InstanceIds", "KeyIds", "ForceStop"],
    items: &["InstanceIds", "KeyIds"],
    is_regional: true,
    run: disassociate_instances_key_pairs,
}];

fn disassociate_instances_key_pairs(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let instance_ids = call.parameters.required_strings("InstanceIds")?;
    let key_ids = call.parameters.required_strings("KeyIds")?;
    let is_forced = call.parameters.boolean("ForceStop")?;
    check_instance_ids(&instance_ids)?;
    check_key_ids(&key_ids)?;
    let region = call.region()?;
    check_existence(region, &instance_ids, &key_ids)?;

    let ctx = call.ctx;
    let refuses_unbound = ctx.has(Quirk::TencentUnboundKeyRefused);
    let fitness = |instance: &Instance| {
        refusal_of_instance(instance, is_forced)
            .or_else(|| unbound(instance, &key_ids).filter(|_| refuses_unbound))
    };
    let chosen: Vec<usize> = region
        .instances
        .iter()
        .enumerate()
        .filter(|(_, instance)| instance_ids.contains(&instance.id))
        .map(|(index, _)| index)
        .collect();
    let refusal = chosen
        .iter()
        .find_map(|index| fitness(&region.instances[*index]));
    if refusal.is_some() && !ctx.has(Quirk::TencentRefusedBatchPartlyDone) {
        // A call that meets work under way is also a look at it: a caller that retries without looking gets on, too.
        for index in chosen {
            if !call.region()?.instances[index].steps.is_empty() {
                call.region_mut()?.instances[index].look();
            }
        }
        return refusal.map_or_else(|| Ok(Map::new()), Err);
    }
    let request_id = if ctx.has(Quirk::TencentOperationIdUnrelated) {
        identifiers::uuid()
    } else {
        ctx.request_id.to_owned()
    };
    let fit: Vec<usize> = chosen
        .into_iter()
        .filter(|index| fitness(&region.instances[*index]).is_none())
        .collect();
    for (place, index) in fit.into_iter().enumerate() {
        let instance = &mut call.region_mut()?.instances[index];
        // Not all instances of a batch are done at once.
        let looks_operating = 1 + place % 2;
        instance.steps = steps(instance, &key_ids, &request_id, looks_operating);
    }
    refusal.map_or_else(|| Ok(Map::new()), Err)
}

/// `NotFound` messages list every missing id in one string (spec tencent 2.7).
fn check_existence(
    region: &Region,
    instance_ids: &[String],
    key_ids: &[String],
) -> Result<(), Refusal> {
    let list = |ids: Vec<&String>| {
        let quoted: Vec<String> = ids.iter().map(|id| format!("'{id}'")).collect();
        quoted.join(", ")
    };
    let missing: Vec<&String> = instance_ids
        .iter()
        .filter(|id| region.instance(id).is_none())
        .collect();
    if !missing.is_empty() {
        return Err(Refusal::new(
            "InvalidInstanceId.NotFound",
            format!(
                "The specified instance ID `[{}]` is not found.",
                list(missing)
            ),
        ));
    }
    let missing: Vec<&String> = key_ids
        .iter()
        .filter(|id| region.key_pair(id).is_none())
        .collect();
    if !missing.is_empty() {
        return Err(Refusal::new(
            "InvalidKeyPairId.NotFound",
            format!("The key pair ID `[{}]` does not exist.", list(missing)),
        ));
    }
    Ok(())
}

/// Why an instance cannot take part (spec tencent 2.7), if so.
fn refusal_of_instance(instance: &Instance, is_forced: bool) -> Option<Refusal> {
    let in_progress = "OperationDenied.InstanceOperationInProgress";
    let code = if instance.os_name.starts_with("Windows") {
        "UnsupportedOperation.InstanceOsWindows"
    } else if !instance.steps.is_empty() || instance.latest_operation.state == "OPERATING" {
        in_progress
    } else if instance.stop_charging_mode == "STOP_CHARGING" && instance.state == "STOPPED" {
        "UnsupportedOperation.StoppedModeStopCharging"
    } else {
        match instance.state.as_str() {
            "STOPPED" => return None,
            "RUNNING" if is_forced => return None,
            "RUNNING" => "UnsupportedOperation.InstanceStateRunning",
            "PENDING" => "UnsupportedOperation.InstanceStatePending",
            "STARTING" => "UnsupportedOperation.InstanceStateStarting",
            "STOPPING" => "UnsupportedOperation.InstanceStateStopping",
            "REBOOTING" => "UnsupportedOperation.InstanceStateRebooting",
            "ENTER_RESCUE_MODE" => "UnsupportedOperation.InstanceStateEnterRescueMode",
            "RESCUE_MODE" => "UnsupportedOperation.InstanceStateRescueMode",
            "BANNING" => "UnsupportedOperation.InstanceStateBanning",
            "FREEZING" => "UnsupportedOperation.InstanceStateFreezing",
            "SHUTDOWN" => "UnsupportedOperation.InstanceStateShutdown",
            "TERMINATING" => "UnsupportedOperation.InstanceStateTerminating",
            "LAUNCH_FAILED" => "InvalidInstance.NotSupported",
            // The states around rescue mode and live migration have no code in this operation's list.
            _ => in_progress,
        }
    };
    Some(Refusal::new(code, message(code, instance)))
}

fn message(code: &str, instance: &Instance) -> String {
    let id = &instance.id;
    match code {
        "UnsupportedOperation.InstanceStateRunning" => format!("The instance `{id}` is running."),
        "OperationDenied.InstanceOperationInProgress" => format!("Instance `{id}` is busy."),
        "UnsupportedOperation.InstanceOsWindows" => {
            format!("The instance `{id}` runs Windows, which has no key pairs.")
        }
        "UnsupportedOperation.StoppedModeStopCharging" => {
            format!("The instance `{id}` is stopped without charge.")
        }
        _ => format!("The instance `{id}` is in the state {}.", instance.state),
    }
}

/// CVM has no documented code for a key that is not bound; this one is the nearest.
fn unbound(instance: &Instance, key_ids: &[String]) -> Option<Refusal> {
    let id = key_ids.iter().find(|id| !instance.key_ids.contains(id))?;
    let message = format!(
        "The key pair `{id}` is not bound to the instance `{}`.",
        instance.id
    );
    Some(Refusal::new("InvalidParameterValue", message))
}

/// What the coming looks will see.
fn steps(
    instance: &Instance,
    key_ids: &[String],
    request_id: &str,
    looks_operating: usize,
) -> Vec<Step> {
    let latest = |state: &str| {
        Some(Latest {
            name: "DisassociateInstancesKeyPairs".to_owned(),
            state: state.to_owned(),
            request_id: request_id.to_owned(),
            error_message: String::new(),
        })
    };
    let power = |state: &str| Some(state.to_owned());
    let left: Vec<String> = instance
        .key_ids
        .iter()
        .filter(|id| !key_ids.contains(id))
        .cloned()
        .collect();
    let operating = Step {
        operation: latest("OPERATING"),
        ..Step::default()
    };
    let done = Step {
        operation: latest("SUCCESS"),
        key_ids: Some(left),
        ..Step::default()
    };
    let mut steps = vec![Step::default()];
    if instance.state == "RUNNING" {
        steps.push(Step {
            state: power("STOPPING"),
            ..operating.clone()
        });
        steps.push(Step {
            state: power("STOPPED"),
            ..operating
        });
        steps.push(Step {
            state: power("STARTING"),
            ..done
        });
        steps.push(Step {
            state: power("RUNNING"),
            ..Step::default()
        });
    } else {
        steps.extend(std::iter::repeat_n(operating, looks_operating));
        steps.push(done);
    }
    steps
}
