//! Stopping and starting instances of CVM (spec tencent 2.9).

use serde_json::{Map, Value};

use super::batch::{self, Work, with_power};
use super::fitness::{self, Change};
use super::key_pairs::VERSION;
use super::product::Product;
use super::state::Step;
use super::{Call, Effect, Operation, Quirk, Refusal};

const STOP: &str = "StopInstances";
const START: &str = "StartInstances";

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        product: "cvm",
        version: VERSION,
        name: STOP,
        effect: Effect::Change,
        parameters: &["InstanceIds", "ForceStop", "StopType", "StoppedMode"],
        items: &["InstanceIds"],
        is_regional: true,
        run: stop_instances,
    },
    Operation {
        product: "cvm",
        version: VERSION,
        name: START,
        effect: Effect::Change,
        parameters: &["InstanceIds"],
        items: &["InstanceIds"],
        is_regional: true,
        run: start_instances,
    },
];

/// How an instance is told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StopType {
    /// By its operating system, which may not obey.
    Soft,
    /// By its operating system, then by force.
    SoftFirst,
    /// By force.
    Hard,
}

fn stop_instances(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let instance_ids = instance_ids(call)?;
    let stop_type = stop_type(call)?;
    let mode = match call.parameters.string("StoppedMode")? {
        None => "KEEP_CHARGING",
        Some(mode @ ("KEEP_CHARGING" | "STOP_CHARGING")) => mode,
        Some(other) => return Err(not_allowed("StoppedMode", other)),
    };
    let mode = mode.to_owned();
    let disobeys = call.ctx.has(Quirk::TencentSoftStopFails);
    batch::begin(
        call,
        Product::Cvm,
        STOP,
        &instance_ids,
        |instance| fitness::refusal(instance, Change::Stop, false),
        |_, work| stop_steps(work, stop_type, disobeys, &mode),
    )
}

fn start_instances(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let instance_ids = instance_ids(call)?;
    batch::begin(
        call,
        Product::Cvm,
        START,
        &instance_ids,
        |instance| fitness::refusal(instance, Change::Start, false),
        |_, work| {
            let mut steps = vec![with_power(work.operating(), "STARTING"); work.looks_operating];
            steps.push(Step {
                stop_charging_mode: Some("NOT_APPLICABLE".to_owned()),
                ..with_power(work.done(), "RUNNING")
            });
            steps
        },
    )
}

fn instance_ids(call: &Call<'_>) -> Result<Vec<String>, Refusal> {
    let ids = call.parameters.required_strings("InstanceIds")?;
    Product::Cvm.check_instance_ids(&ids)?;
    Product::Cvm.check_instances_exist(call.region()?, &ids)?;
    Ok(ids)
}

/// The older `ForceStop` excludes `StopType` (spec tencent 2.9).
fn stop_type(call: &Call<'_>) -> Result<StopType, Refusal> {
    let has_force = call.parameters.member("ForceStop").is_some();
    let is_forced = call.parameters.boolean("ForceStop")?;
    match call.parameters.string("StopType")? {
        Some(_) if has_force => Err(Refusal::invalid_parameter(
            "`StopType` and `ForceStop` cannot be specified at the same time.",
        )),
        None if is_forced => Ok(StopType::Hard),
        None | Some("SOFT") => Ok(StopType::Soft),
        Some("SOFT_FIRST") => Ok(StopType::SoftFirst),
        Some("HARD") => Ok(StopType::Hard),
        Some(other) => Err(not_allowed("StopType", other)),
    }
}

fn not_allowed(name: &str, value: &str) -> Refusal {
    Refusal::new(
        "InvalidParameterValue",
        format!("The value `{value}` of `{name}` is not supported."),
    )
}

/// An instance that does not obey its soft stop goes on running, unless force comes next.
fn stop_steps(work: &Work, stop_type: StopType, disobeys: bool, mode: &str) -> Vec<Step> {
    let stopping = with_power(work.operating(), "STOPPING");
    let mut steps = vec![stopping.clone(); work.looks_operating];
    if disobeys && stop_type == StopType::Soft {
        let message = "The instance did not shut down in time.";
        steps.push(with_power(work.failed(message), "RUNNING"));
        return steps;
    }
    if disobeys && stop_type == StopType::SoftFirst {
        steps.extend([stopping.clone(), stopping]);
    }
    steps.push(Step {
        stop_charging_mode: Some(mode.to_owned()),
        ..with_power(work.done(), "STOPPED")
    });
    steps
}
