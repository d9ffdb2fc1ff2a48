//! Binding key pairs to instances of Lighthouse, and taking them off (spec tencent 3).
//!
//! A pair comes beside those that are bound already: the codes for a pair that is bound, or is not, leave no room for the
//! replacement that CVM does.

use serde_json::{Map, Value};

use super::super::batch::{self, Work, with_power};
use super::super::product::MOST_IDS;
use super::super::state::{Instance, Step};
use super::{Call, Effect, Lighthouse, Operation, Quirk, Refusal, VERSION};

const ASSOCIATE: &str = "AssociateInstancesKeyPairs";
const DISASSOCIATE: &str = "DisassociateInstancesKeyPairs";

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        product: "lighthouse",
        version: VERSION,
        name: ASSOCIATE,
        effect: Effect::Change,
        parameters: &["KeyIds", "InstanceIds", "AssociateType", "Username"],
        items: &["InstanceIds", "KeyIds"],
        is_regional: true,
        run: associate_instances_key_pairs,
    },
    Operation {
        product: "lighthouse",
        version: VERSION,
        name: DISASSOCIATE,
        effect: Effect::Change,
        parameters: &["KeyIds", "InstanceIds", "DisassociateType", "Username"],
        items: &["InstanceIds", "KeyIds"],
        is_regional: true,
        run: disassociate_instances_key_pairs,
    },
];

/// What both operations ask.
struct Request {
    instance_ids: Vec<String>,
    key_ids: Vec<String>,
    /// Without a stop.
    is_online: bool,
    username: Option<String>,
}

impl Request {
    /// The default of the type is not stated (spec tencent 3): it is taken to be the one that stops.
    fn of(call: &Call<'_>, type_name: &str) -> Result<Self, Refusal> {
        let parameters = &call.parameters;
        let username = parameters.string("Username")?.map(str::to_owned);
        let is_online = match parameters.string(type_name)? {
            Some("ONLINE") => true,
            None | Some("OFFLINE") => false,
            Some(other) => {
                return Err(Refusal::new(
                    "InvalidParameterValue.OutOfRange",
                    format!("The value `{other}` of `{type_name}` must be ONLINE or OFFLINE."),
                ));
            }
        };
        let request = Self {
            instance_ids: parameters.required_strings("InstanceIds")?,
            key_ids: parameters.required_strings("KeyIds")?,
            is_online,
            username,
        };
        if !is_online && request.username.is_some() {
            return Err(Refusal::new(
                "InvalidParameter.ParameterConflict",
                "`Username` cannot be specified when the type is OFFLINE.",
            ));
        }
        Lighthouse.check_instance_ids(&request.instance_ids)?;
        Lighthouse.check_key_ids(&request.key_ids, MOST_IDS)?;
        let region = call.region()?;
        Lighthouse.check_instances_exist(region, &request.instance_ids)?;
        Lighthouse.check_keys_exist(&[region], &request.key_ids)?;
        Ok(request)
    }
}

fn associate_instances_key_pairs(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let request = Request::of(call, "AssociateType")?;
    let power = Power::of(call, &request);
    batch::begin(
        call,
        Lighthouse,
        ASSOCIATE,
        &request.instance_ids,
        |instance| {
            windows(instance)
                .or_else(|| power.refusal(instance))
                .or_else(|| {
                    let bound = request
                        .key_ids
                        .iter()
                        .find(|id| instance.key_ids.contains(id));
                    let code = "UnsupportedOperation.KeyPairBindDuplicate";
                    bound.map(|id| about_pair(code, id, "is bound already to", instance))
                })
        },
        |instance, work| {
            for id in &request.key_ids {
                match &request.username {
                    Some(user) => instance.key_users.insert(id.clone(), user.clone()),
                    None => instance.key_users.remove(id),
                };
            }
            let all = [&instance.key_ids[..], &request.key_ids[..]].concat();
            power.steps(instance, all, work)
        },
    )
}

fn disassociate_instances_key_pairs(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let request = Request::of(call, "DisassociateType")?;
    let power = Power::of(call, &request);
    batch::begin(
        call,
        Lighthouse,
        DISASSOCIATE,
        &request.instance_ids,
        |instance| {
            power
                .refusal(instance)
                .or_else(|| unbound(instance, &request.key_ids))
                .or_else(|| other_user(instance, &request))
        },
        |instance, work| {
            let mut left = instance.key_ids.clone();
            left.retain(|id| !request.key_ids.contains(id));
            instance.key_users.retain(|id, _| left.contains(id));
            power.steps(instance, left, work)
        },
    )
}

fn windows(instance: &Instance) -> Option<Refusal> {
    instance.is_windows().then(|| {
        let id = &instance.id;
        Refusal::new(
            "UnsupportedOperation.WindowsNotSupportKeyPair",
            format!("The instance `{id}` runs Windows, which has no key pairs."),
        )
    })
}

fn unbound(instance: &Instance, key_ids: &[String]) -> Option<Refusal> {
    let id = key_ids.iter().find(|id| !instance.key_ids.contains(id))?;
    let code = "UnsupportedOperation.KeyPairNotBoundToInstance";
    Some(about_pair(code, id, "is not bound to", instance))
}

/// A pair that was bound for a user is not taken from another one.
fn other_user(instance: &Instance, request: &Request) -> Option<Refusal> {
    let user = request.username.as_ref()?;
    let id = request
        .key_ids
        .iter()
        .find(|id| instance.user_of(id) != user)?;
    let code = "UnsupportedOperation.KeyPairUnbindUsernameMismatch";
    Some(about_pair(
        code,
        id,
        "is bound for another user of",
        instance,
    ))
}

fn about_pair(code: &str, key_id: &str, relation: &str, instance: &Instance) -> Refusal {
    let id = &instance.id;
    let message = format!("The key pair `{key_id}` {relation} the instance `{id}`.");
    Refusal::new(code, message)
}

/// What becomes of an instance's power.
struct Power {
    is_online: bool,
    online_needs_running: bool,
    offline_restarts: bool,
}

impl Power {
    fn of(call: &Call<'_>, request: &Request) -> Self {
        Self {
            is_online: request.is_online,
            online_needs_running: call.ctx.has(Quirk::LighthouseOnlineNeedsRunning),
            offline_restarts: call.ctx.has(Quirk::LighthouseOfflineRestarts),
        }
    }

    /// Why the keys of an instance cannot be changed now, if so.
    fn refusal(&self, instance: &Instance) -> Option<Refusal> {
        let id = &instance.id;
        let state = instance.state.as_str();
        if instance.latest_operation.state == "OPERATING" {
            return Some(Refusal::new(
                "UnsupportedOperation.LatestOperationUnfinished",
                format!("The latest operation of the instance `{id}` has not finished."),
            ));
        }
        if instance.is_busy() {
            return Some(Refusal::new(
                "OperationDenied.InstanceOperationInProgress",
                format!("The instance `{id}` is busy."),
            ));
        }
        let code = match state {
            "RUNNING" => return None,
            "STOPPED" if !(self.is_online && self.online_needs_running) => return None,
            "PENDING" => "OperationDenied.InstanceCreating",
            _ => "UnsupportedOperation.InvalidInstanceState",
        };
        let message = format!("The instance `{id}` is in the state {state}.");
        Some(Refusal::new(code, message))
    }

    /// OFFLINE shuts a running instance down by force; whether it is started again is not said (spec tencent 3).
    fn steps(&self, instance: &Instance, key_ids: Vec<String>, work: &Work) -> Vec<Step> {
        let done = Step {
            key_ids: Some(key_ids),
            ..work.done()
        };
        if self.is_online || instance.state != "RUNNING" {
            let mut steps = vec![work.operating(); work.looks_operating];
            steps.push(done);
            return steps;
        }
        let mut steps = vec![
            with_power(work.operating(), "STOPPING"),
            with_power(work.operating(), "STOPPED"),
        ];
        if self.offline_restarts {
            steps.push(with_power(done, "STARTING"));
            steps.push(with_power(Step::default(), "RUNNING"));
        } else {
            steps.push(done);
        }
        steps
    }
}
