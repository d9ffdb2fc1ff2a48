//! Lighthouse: online or offline, adding or replacing, and machines that may stay off.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::{Value, json};

use super::{binding, cloud, instance};
use crate::cloud::change::Risk;
use crate::cloud::tencent::binding::BindingChange;
use crate::cloud::tencent::lighthouse::Lighthouse;
use crate::cloud::tencent::testing::{Rig, carry_out, key_page, refusal, statuses};
use crate::error::ErrorKind;
use crate::model::{Binding, Power, Resource, Status};

const KEY: &str = "lhkp-aaaaaaaa";
const OTHER: &str = "lhkp-bbbbbbbb";
const MACHINE: &str = "lhins-11111111";
const ATTACH: &str = "AssociateInstancesKeyPairs";
const DETACH: &str = "DisassociateInstancesKeyPairs";

fn world(state: &str, keys: &[&str]) -> Rc<RefCell<Vec<Value>>> {
    Rc::new(RefCell::new(vec![instance(MACHINE, state, keys)]))
}

/// A cloud of Lighthouse that replaces or adds, and may refuse what is bound already or not.
fn service(
    world: &Rc<RefCell<Vec<Value>>>,
    adds: bool,
    is_strict: bool,
) -> impl Fn(&str, &Value) -> Value + 'static {
    let (inner, world) = (cloud(world, adds), Rc::clone(world));
    move |action, body| {
        if action == "DescribeKeyPairs" {
            return key_page(&[json!({"KeyId": KEY}), json!({"KeyId": OTHER})], body);
        }
        let bound = world.borrow()[0]["LoginSettings"]["KeyIds"].clone();
        let is_bound = |id: &Value| bound.as_array().is_some_and(|ids| ids.contains(id));
        let keys = body["KeyIds"].as_array().cloned().unwrap_or_default();
        match action {
            ATTACH if is_strict && keys.iter().any(is_bound) => {
                refusal("UnsupportedOperation.KeyPairBindDuplicate")
            }
            DETACH if is_strict && !keys.iter().all(is_bound) => {
                refusal("UnsupportedOperation.KeyPairNotBoundToInstance")
            }
            _ => inner(action, body),
        }
    }
}

fn wish(keys: &[&str]) -> Binding {
    Binding {
        resource: Resource::LighthouseKeyPair,
        ..binding(keys, &[MACHINE])
    }
}

fn attach(rig: &Rig, wanted: Binding) -> BindingChange<'_, Lighthouse> {
    BindingChange::attach(&rig.client, wanted).expect("possible")
}

fn detach(rig: &Rig, wanted: Binding) -> BindingChange<'_, Lighthouse> {
    BindingChange::detach(&rig.client, wanted).expect("possible")
}

#[tokio::test(start_paused = true)]
async fn machines_stay_on_and_the_type_is_always_sent() {
    for state in ["RUNNING", "STOPPED"] {
        let rig = Rig::new(service(&world(state, &[]), true, true));
        let mut wanted = wish(&[KEY]);
        wanted.user = Some("ubuntu".to_owned());
        let (survey, outcomes) = carry_out(&mut attach(&rig, wanted)).await;
        assert_eq!(statuses(&outcomes), [Status::Attached]);
        assert_eq!(outcomes[0].address.resource, Resource::LighthouseKeyPair);
        assert!(survey.dangers.is_empty());
        assert_eq!(
            rig.asked_for(ATTACH),
            [
                json!({"KeyIds": [KEY], "InstanceIds": [MACHINE], "AssociateType": "ONLINE",
                    "Username": "ubuntu"})
            ]
        );
        let (survey, outcomes) = carry_out(&mut detach(&rig, wish(&[KEY]))).await;
        assert_eq!(statuses(&outcomes), [Status::Detached]);
        assert_eq!(survey.dangers.len(), 1);
        assert_eq!(survey.dangers[0].risk, Risk::Lockout);
        assert_eq!(
            rig.asked_for(DETACH),
            [json!({"KeyIds": [KEY], "InstanceIds": [MACHINE], "DisassociateType": "ONLINE"})]
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_bound_stays_whether_the_service_replaces_or_adds() {
    for (adds, is_strict, requests) in [(false, false, 1), (true, false, 1), (true, true, 2)] {
        let world = world("RUNNING", &[OTHER]);
        let rig = Rig::new(service(&world, adds, is_strict));
        let (_, outcomes) = carry_out(&mut attach(&rig, wish(&[KEY]))).await;
        assert_eq!(
            statuses(&outcomes),
            [Status::Attached],
            "{adds} {is_strict}"
        );
        assert!(outcomes[0].verified && outcomes[0].error.is_none());
        let sent = rig.asked_for(ATTACH);
        assert_eq!(sent.len(), requests);
        assert_eq!(sent[0]["KeyIds"], json!([OTHER, KEY]));
        assert_eq!(
            world.borrow()[0]["LoginSettings"]["KeyIds"],
            json!([OTHER, KEY])
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_replacement_ends_with_nothing_else_on_whatever_the_service_does() {
    for (adds, is_strict, bound) in [
        (false, false, &[OTHER][..]),
        (true, true, &[OTHER]),
        (true, false, &[OTHER, KEY]),
        (true, true, &[OTHER, KEY]),
    ] {
        let world = world("RUNNING", bound);
        let rig = Rig::new(service(&world, adds, is_strict));
        let mut wanted = wish(&[KEY]);
        wanted.replace = true;
        let (_, outcomes) = carry_out(&mut attach(&rig, wanted)).await;
        assert_eq!(
            statuses(&outcomes),
            [Status::Attached],
            "{adds} {is_strict}"
        );
        assert!(outcomes[0].verified && outcomes[0].error.is_none());
        assert_eq!(world.borrow()[0]["LoginSettings"]["KeyIds"], json!([KEY]));
        let after = outcomes[0].after.clone().expect("it was seen");
        assert_eq!(after.key_pair.as_deref(), Some(KEY));
        let rest =
            json!({"KeyIds": [OTHER], "InstanceIds": [MACHINE], "DisassociateType": "ONLINE"});
        let taken_off = rig.asked_for(DETACH);
        assert_eq!(taken_off, if adds { vec![rest] } else { vec![] });
    }
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_taken_off_is_named_and_no_power_is_cut_for_it() {
    let command = format!("detach --key-pair {OTHER} --instance {MACHINE} -r ap-guangzhou");
    for (power, bound, status) in [
        (Power::Untouched, &[OTHER][..], Status::Attached),
        (Power::Cut, &[OTHER], Status::Attached),
        (Power::Cut, &[OTHER, KEY], Status::Failed),
    ] {
        let inner = service(&world("RUNNING", bound), true, true);
        let rig = Rig::new(move |action, body| match action {
            DETACH => refusal("UnauthorizedOperation.NoPermission"),
            _ => inner(action, body),
        });
        let mut wanted = wish(&[KEY]);
        wanted.replace = true;
        wanted.power = power;
        let (survey, outcomes) = carry_out(&mut attach(&rig, wanted)).await;
        assert_eq!(statuses(&outcomes), [status]);
        let error = outcomes[0].error.as_ref().expect("others are there");
        assert_eq!(error.code.as_deref(), Some("NotReplaced"));
        assert!(error.hints[0].ends_with(&command), "{:?}", error.hints);
        let tries = usize::from(power == Power::Untouched);
        assert_eq!(rig.asked_for(DETACH).len(), tries);
        assert_eq!(survey.warnings.len(), tries);
    }
}

#[tokio::test(start_paused = true)]
async fn offline_cuts_the_power_and_tells_whether_it_came_back() {
    for stays_off in [false, true] {
        let world = world("RUNNING", &[KEY, OTHER]);
        let (inner, shared) = (service(&world, true, true), Rc::clone(&world));
        let rig = Rig::new(move |action, body| {
            let answer = inner(action, body);
            if action == DETACH && stays_off {
                shared.borrow_mut()[0]["InstanceState"] = json!("STOPPED");
            }
            answer
        });
        let mut wanted = wish(&[KEY]);
        wanted.power = Power::Cut;
        let start = tokio::time::Instant::now();
        let (survey, outcomes) = carry_out(&mut detach(&rig, wanted)).await;
        assert_eq!(statuses(&outcomes), [Status::Detached]);
        assert_eq!(survey.dangers.len(), 1);
        assert_eq!(survey.dangers[0].risk, Risk::PowerCut);
        assert_eq!(start.elapsed().as_secs() >= 60, stays_off);
        assert_eq!(survey.warnings.len(), usize::from(stays_off));
        let power = outcomes[0]
            .after
            .as_ref()
            .and_then(|after| after.power.clone());
        assert_eq!(
            power.as_deref(),
            Some(if stays_off { "stopped" } else { "running" })
        );
        assert_eq!(rig.asked_for(DETACH)[0]["DisassociateType"], "OFFLINE");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pair_that_is_on_or_off_already_is_the_goal() {
    // Somebody else did it between the look and the request.
    let world = world("RUNNING", &[KEY, OTHER]);
    let (inner, shared) = (service(&world, true, true), Rc::clone(&world));
    let rig = Rig::new(move |action, body| {
        if action == DETACH {
            shared.borrow_mut()[0]["LoginSettings"]["KeyIds"] = json!([OTHER]);
        }
        inner(action, body)
    });
    let (_, outcomes) = carry_out(&mut detach(&rig, wish(&[KEY]))).await;
    assert_eq!(statuses(&outcomes), [Status::Detached]);
    assert!(outcomes[0].error.is_none());
}

#[test]
fn what_lighthouse_does_not_know_is_refused() {
    let rig = Rig::new(|_, _| Value::Null);
    let refuse = |change: fn(&mut Binding)| {
        let mut wanted = wish(&[KEY]);
        change(&mut wanted);
        let error = BindingChange::<Lighthouse>::attach(&rig.client, wanted).err();
        assert!(error.is_some_and(|error| error.kind == ErrorKind::Usage));
    };
    refuse(|wanted| wanted.power = Power::StopSoftly);
    refuse(|wanted| wanted.power = Power::StopHard);
    refuse(|wanted| {
        wanted.power = Power::Cut;
        wanted.user = Some("root".to_owned());
    });
    refuse(|wanted| wanted.key_pairs = vec!["skey-aaaaaaaa".to_owned()]);
    refuse(|wanted| wanted.instances = vec!["ins-11111111".to_owned()]);
}
