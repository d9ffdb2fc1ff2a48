//! Binding key pairs to instances of CVM, and taking them off (spec tencent 2.5 to 2.7).

use serde_json::{Map, Value};

use super::batch::{self, Work, with_power};
use super::fitness::{self, Change};
use super::key_pairs::VERSION;
use super::product::{MOST_IDS, Product};
use super::state::{Instance, Step};
use super::{Call, Effect, Operation, Quirk, Refusal};

const ASSOCIATE: &str = "AssociateInstancesKeyPairs";
const DISASSOCIATE: &str = "DisassociateInstancesKeyPairs";

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        product: "cvm",
        version: VERSION,
        name: ASSOCIATE,
        effect: Effect::Change,
        parameters: &["InstanceIds", "KeyIds", "ForceStop"],
        items: &["InstanceIds", "KeyIds"],
        is_regional: true,
        run: associate_instances_key_pairs,
    },
    Operation {
        product: "cvm",
        version: VERSION,
        name: DISASSOCIATE,
        effect: Effect::Change,
        parameters: &["InstanceIds", "KeyIds", "ForceStop"],
        items: &["InstanceIds", "KeyIds"],
        is_regional: true,
        run: disassociate_instances_key_pairs,
    },
];

/// For how many deletions a pair lingers under the quirk.
const LINGERS: u32 = 2;

/// What both operations ask.
struct Request {
    instance_ids: Vec<String>,
    key_ids: Vec<String>,
    is_forced: bool,
}

impl Request {
    fn of(call: &Call<'_>) -> Result<Self, Refusal> {
        let parameters = &call.parameters;
        let request = Self {
            instance_ids: parameters.required_strings("InstanceIds")?,
            key_ids: parameters.required_strings("KeyIds")?,
            is_forced: parameters.boolean("ForceStop")?,
        };
        Product::Cvm.check_instance_ids(&request.instance_ids)?;
        Product::Cvm.check_key_ids(&request.key_ids, MOST_IDS)?;
        let region = call.region()?;
        Product::Cvm.check_instances_exist(region, &request.instance_ids)?;
        Product::Cvm.check_keys_exist(&call.reach(Product::Cvm)?, &request.key_ids)?;
        Ok(request)
    }
}

/// The pairs that were bound before stop working (spec tencent 2.5).
fn associate_instances_key_pairs(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let request = Request::of(call)?;
    let mut key_ids = request.key_ids;
    let mut seen = Vec::new();
    key_ids.retain(|id| {
        let is_new = !seen.contains(id);
        seen.push(id.clone());
        is_new
    });
    batch::begin(
        call,
        Product::Cvm,
        ASSOCIATE,
        &request.instance_ids,
        |instance| fitness::refusal(instance, Change::Associate, request.is_forced),
        |instance, work| steps(instance, key_ids.clone(), work),
    )
}

fn disassociate_instances_key_pairs(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let request = Request::of(call)?;
    let refuses_unbound = call.ctx.has(Quirk::TencentUnboundKeyRefused);
    let outcome = batch::begin(
        call,
        Product::Cvm,
        DISASSOCIATE,
        &request.instance_ids,
        |instance| {
            fitness::refusal(instance, Change::Disassociate, request.is_forced)
                .or_else(|| unbound(instance, &request.key_ids).filter(|_| refuses_unbound))
        },
        |instance, work| {
            let mut left = instance.key_ids.clone();
            left.retain(|id| !request.key_ids.contains(id));
            steps(instance, left, work)
        },
    )?;
    if call.ctx.has(Quirk::TencentInUseLingers) {
        let regions = call.reach_mut(Product::Cvm)?.into_iter();
        let pairs = regions.flat_map(|region| &mut region.key_pairs);
        for pair in pairs.filter(|pair| request.key_ids.contains(&pair.id)) {
            pair.lingers = LINGERS;
        }
    }
    Ok(outcome)
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

/// A running instance loses its power, and is started again when its keys are changed.
fn steps(instance: &Instance, key_ids: Vec<String>, work: &Work) -> Vec<Step> {
    let done = Step {
        key_ids: Some(key_ids),
        ..work.done()
    };
    if instance.state == "RUNNING" {
        return vec![
            with_power(work.operating(), "STOPPING"),
            with_power(work.operating(), "STOPPED"),
            with_power(done, "STARTING"),
            with_power(Step::default(), "RUNNING"),
        ];
    }
    let mut steps = vec![work.operating(); work.looks_operating];
    steps.push(done);
    steps
}
