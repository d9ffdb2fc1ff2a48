//! The change against a made-up service: what is sent, and what is concluded from the looks.

mod after;
mod attach;
mod lighthouse;
mod stop;

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::{Value, json};

use super::BindingChange;
use crate::cloud::change::{Change, Risk, Survey};
use crate::cloud::tencent::cvm::Cvm;
use crate::cloud::tencent::testing::{Rig, instance_page, key_page, refusal, statuses};
use crate::error::{Error, ErrorKind};
use crate::model::Status::{self, NotFound, Refused, Skipped, Unchanged};
use crate::model::{Binding, Power, Resource};

impl Rig {
    fn detach(
        &self,
        key_pairs: &[&str],
        instances: &[&str],
        force_stop: bool,
    ) -> BindingChange<'_, Cvm> {
        let mut binding = binding(key_pairs, instances);
        if force_stop {
            binding.power = Power::Cut;
        }
        BindingChange::detach(&self.client, binding).expect("the ids are possible")
    }

    fn changes(&self) -> Vec<Value> {
        self.asked_for(OURS)
    }
}

fn binding(key_pairs: &[&str], instances: &[&str]) -> Binding {
    let owned = |ids: &[&str]| ids.iter().map(|&id| id.to_owned()).collect();
    Binding::new(Resource::KeyPair, owned(key_pairs), owned(instances))
}

const OURS: &str = "DisassociateInstancesKeyPairs";
const KEY: &str = "skey-aaaaaaaa";
const OTHER: &str = "skey-bbbbbbbb";
const MACHINE: &str = "ins-11111111";
const SECOND: &str = "ins-22222222";

fn instance(id: &str, state: &str, keys: &[&str]) -> Value {
    json!({
        "InstanceId": id, "InstanceState": state, "OsName": "TencentOS Server 4",
        "LoginSettings": {"KeyIds": keys}, "StopChargingMode": "KEEP_CHARGING",
        "LatestOperation": "StopInstances", "LatestOperationState": "SUCCESS",
        "LatestOperationRequestId": "r-before", "LatestOperationErrorMsg": "",
    })
}

fn with_operation(mut instance: Value, state: &str, request_id: &str) -> Value {
    instance["LatestOperation"] = json!(OURS);
    instance["LatestOperationState"] = json!(state);
    instance["LatestOperationRequestId"] = json!(request_id);
    instance
}

fn key_list(ids: &[&str], body: &Value) -> Value {
    let all: Vec<_> = ids
        .iter()
        .map(|id| json!({"KeyId": id, "KeyName": "n"}))
        .collect();
    key_page(&all, body)
}

/// A service whose instances are what the cell holds, and that takes every change.
fn service(world: &Rc<RefCell<Vec<Value>>>) -> impl Fn(&str, &Value) -> Value + 'static {
    let world = Rc::clone(world);
    move |action, body| match action {
        "DescribeInstances" => instance_page(&world.borrow(), body),
        "DescribeKeyPairs" => key_list(&[KEY, OTHER], body),
        _ => json!({"RequestId": "r-change"}),
    }
}

/// A cloud in which changes happen at once. `adds`: what is bound stays when more is.
fn cloud(world: &Rc<RefCell<Vec<Value>>>, adds: bool) -> impl Fn(&str, &Value) -> Value + 'static {
    let (inner, world) = (service(world), Rc::clone(world));
    move |action, body| {
        if action.starts_with("Describe") {
            return inner(action, body);
        }
        let ids = body["InstanceIds"].as_array().expect("ids");
        let is_named = |machine: &&mut Value| ids.contains(&machine["InstanceId"]);
        for machine in world.borrow_mut().iter_mut().filter(is_named) {
            let is_running = machine["InstanceState"] == "RUNNING";
            match action {
                "StopInstances" => machine["InstanceState"] = json!("STOPPED"),
                "StartInstances" => machine["InstanceState"] = json!("RUNNING"),
                _ if is_running && body["ForceStop"] == json!(false) => {
                    return refusal("UnsupportedOperation.InstanceStateRunning");
                }
                _ => {
                    let keys = body["KeyIds"].as_array().expect("keys");
                    let bound = &mut machine["LoginSettings"]["KeyIds"];
                    let old = bound.as_array().cloned().unwrap_or_default();
                    let kept = old.into_iter().filter(|id| !keys.contains(id));
                    let new: Vec<Value> = match action {
                        OURS => kept.collect(),
                        _ if adds => kept.chain(keys.iter().cloned()).collect(),
                        _ => keys.clone(),
                    };
                    *bound = json!(new);
                }
            }
            machine["LatestOperation"] = json!(action);
            machine["LatestOperationState"] = json!("SUCCESS");
            machine["LatestOperationRequestId"] = json!(format!("r-{action}"));
        }
        json!({"RequestId": format!("r-{action}")})
    }
}

async fn surveyed(change: &mut BindingChange<'_, Cvm>) -> Survey {
    change.survey().await.expect("everything can be read")
}

async fn wait(seconds: u64) {
    tokio::time::sleep(std::time::Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn the_look_before_decides_what_it_can() {
    let world = Rc::new(RefCell::new(vec![
        instance(MACHINE, "STOPPED", &[KEY, OTHER]),
        instance(SECOND, "RUNNING", &[KEY]),
    ]));
    let rig = Rig::new(service(&world));
    let unknown = "skey-cccccccc";
    let mut change = rig.detach(
        &[KEY, OTHER, unknown],
        &[MACHINE, SECOND, "ins-33333333"],
        false,
    );
    let survey = surveyed(&mut change).await;
    assert_eq!(
        statuses(&survey.outcomes),
        [
            Skipped, Skipped, NotFound, Refused, Unchanged, NotFound, NotFound, NotFound, NotFound
        ]
    );
    assert!(survey.outcomes[2..].iter().all(|outcome| outcome.verified));
    let place = survey.outcomes[3].target.as_ref().map(ToString::to_string);
    assert_eq!(
        place.as_deref(),
        Some("tencent:env/ap-guangzhou/instance/ins-22222222")
    );
    let before = survey.outcomes[3].before.clone().expect("it was seen");
    assert_eq!(before.power.as_deref(), Some("running"));
    assert_eq!(before.key_pair.as_deref(), Some(KEY));
    let codes: Vec<_> = [2, 3, 6]
        .map(|item| {
            survey.outcomes[item]
                .error
                .as_ref()
                .and_then(|error| error.code.clone())
        })
        .into_iter()
        .flatten()
        .collect();
    assert_eq!(
        codes,
        [
            "InvalidKeyPairId.NotFound",
            "UnsupportedOperation.InstanceStateRunning",
            "InvalidInstanceId.NotFound"
        ]
    );
    // Both keys of the first machine go, so nothing is left on it.
    assert_eq!(survey.dangers.len(), 1);
    assert_eq!(survey.dangers[0].risk, Risk::Lockout);
    assert_eq!(survey.dangers[0].machine.id, MACHINE);
    assert_eq!(change.waves(&[0, 1]), [vec![vec![0, 1]]]);
    assert!(rig.changes().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_service_that_refuses_missing_ids_is_asked_until_they_stand_alone() {
    let existing = [instance(SECOND, "STOPPED", &[KEY])];
    let rig = Rig::new(move |action, body| {
        let unknown = |id: &&Value| **id != json!(SECOND) && **id != json!(KEY);
        let ids = if action == "DescribeInstances" {
            &body["InstanceIds"]
        } else {
            &body["KeyIds"]
        };
        match (ids.as_array().expect("ids").iter().find(unknown), action) {
            (Some(_), "DescribeInstances") => refusal("InvalidInstanceId.NotFound"),
            (Some(_), _) => refusal("InvalidKeyPairId.NotFound"),
            (None, "DescribeInstances") => instance_page(&existing, body),
            (None, _) => key_list(&[KEY], body),
        }
    });
    let mut change = rig.detach(&[KEY, OTHER], &[MACHINE, SECOND, "ins-33333333"], false);
    let survey = surveyed(&mut change).await;
    assert_eq!(
        statuses(&survey.outcomes),
        [NotFound, NotFound, Skipped, NotFound, NotFound, NotFound]
    );
}

#[tokio::test(start_paused = true)]
async fn what_consent_rests_on_must_be_readable_and_the_rest_is_warned_about() {
    let denied = |what: &'static str, silent: bool| {
        Rig::new(move |action, body| {
            let mut machine = instance(MACHINE, "STOPPED", &[KEY]);
            if silent {
                machine["LoginSettings"] = Value::Null;
            }
            match action {
                _ if action == what => refusal("UnauthorizedOperation"),
                "DescribeInstances" => instance_page(&[machine], body),
                _ => key_list(&[KEY, OTHER], body),
            }
        })
    };
    let rig = denied("DescribeInstances", false);
    let error = rig
        .detach(&[KEY], &[MACHINE], false)
        .survey()
        .await
        .expect_err("denied");
    assert_eq!(error.kind, ErrorKind::Permission);

    let rig = denied("DescribeKeyPairs", true);
    let error = rig
        .detach(&[KEY], &[MACHINE], false)
        .survey()
        .await
        .expect_err("denied");
    assert_eq!(error.kind, ErrorKind::Permission);

    let rig = denied("DescribeKeyPairs", false);
    let survey = surveyed(&mut rig.detach(&[KEY, OTHER], &[MACHINE], false)).await;
    assert_eq!(
        statuses(&survey.outcomes),
        [Status::Skipped, Status::Unchanged]
    );
    assert!(!survey.outcomes[1].verified);
    assert_eq!(survey.warnings.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_says_nothing_of_its_keys_is_known_by_the_keys() {
    let bound = Rc::new(RefCell::new(true));
    let world = Rc::clone(&bound);
    let rig = Rig::new(move |action, body| {
        let mut machine = instance(MACHINE, "STOPPED", &[]);
        machine["LoginSettings"] = Value::Null;
        let holders: Vec<_> = world.borrow().then_some(MACHINE).into_iter().collect();
        match action {
            "DescribeInstances" => instance_page(&[machine], body),
            "DescribeKeyPairs" => {
                let keys = [
                    json!({"KeyId": KEY, "AssociatedInstanceIds": holders}),
                    json!({"KeyId": OTHER, "AssociatedInstanceIds": null}),
                ];
                key_page(&keys, body)
            }
            _ => json!({}),
        }
    });
    let mut change = rig.detach(&[KEY, OTHER], &[MACHINE], false);
    let mut survey = surveyed(&mut change).await;
    assert_eq!(
        statuses(&survey.outcomes),
        [Status::Skipped, Status::Unchanged]
    );
    // What else is on it cannot be seen, so the severe flag is asked for.
    assert_eq!(survey.dangers.len(), 1);
    change
        .send(&vec![0], &mut survey.outcomes)
        .await
        .expect("taken on");
    wait(10).await;
    change
        .poll(&[0], &mut survey.outcomes)
        .await
        .expect("a look");
    assert_eq!(survey.outcomes[0].status, Status::Running);
    *bound.borrow_mut() = false;
    change
        .poll(&[0], &mut survey.outcomes)
        .await
        .expect("a look");
    assert_eq!(survey.outcomes[0].status, Status::Detached);
}

#[tokio::test(start_paused = true)]
async fn large_sets_are_read_in_hundreds() {
    let ids: Vec<String> = (0..250).map(|n| format!("ins-{n:08}")).collect();
    let all: Vec<Value> = ids
        .iter()
        .map(|id| instance(id, "STOPPED", &[KEY, OTHER]))
        .collect();
    let rig = Rig::new(service(&Rc::new(RefCell::new(all))));
    let names: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut change = rig.detach(&[KEY], &names, false);
    let survey = surveyed(&mut change).await;
    let ready: Vec<usize> = (0..250).collect();
    assert!(
        survey
            .outcomes
            .iter()
            .all(|outcome| outcome.status == Status::Skipped)
    );
    let waves = change.waves(&ready);
    let sizes: Vec<Vec<usize>> = waves
        .iter()
        .map(|w| w.iter().map(Vec::len).collect())
        .collect();
    assert_eq!(sizes, [[100, 100, 50]]);
    for (_, body) in rig.asked.borrow().iter() {
        assert_eq!(body["Limit"], json!(100));
    }
    let plan = change.preview(&waves[0][2]).await.expect("a preview");
    assert_eq!(plan[0].operation, OURS);
    assert!(rig.changes().is_empty());
}

#[test]
fn impossible_ids_are_refused_before_anything_is_sent() {
    let rig = Rig::new(|_, _| Value::Null);
    let new = |key: &str, machine: &str| -> Option<Error> {
        BindingChange::<Cvm>::detach(&rig.client, binding(&[key], &[machine])).err()
    };
    assert!(new(KEY, MACHINE).is_none());
    assert!(new(MACHINE, KEY).is_some_and(|error| error.kind == ErrorKind::Usage));
    assert!(new("", MACHINE).is_some());
    assert!(rig.asked.borrow().is_empty());
}
