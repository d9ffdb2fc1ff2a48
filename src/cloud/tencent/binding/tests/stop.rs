//! Stopping machines first, and starting them again.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::{Value, json};

use super::{KEY, MACHINE, OTHER, OURS, SECOND, binding, cloud, instance, wait};
use crate::cloud::change::{Change, Risk};
use crate::cloud::tencent::binding::BindingChange;
use crate::cloud::tencent::cvm::Cvm;
use crate::cloud::tencent::testing::{Rig, carry_out, refusal, statuses};
use crate::model::{Binding, Power, Status};

/// What a stop does to a machine.
type Effect = fn(&mut Value);

fn wish(power: Power, start_again: bool) -> Binding {
    let mut wanted = binding(&[KEY], &[MACHINE, SECOND]);
    wanted.power = power;
    wanted.start_again = start_again;
    wanted
}

fn machines() -> Rc<RefCell<Vec<Value>>> {
    Rc::new(RefCell::new(vec![
        instance(MACHINE, "STOPPED", &[KEY, OTHER]),
        instance(SECOND, "RUNNING", &[KEY, OTHER]),
    ]))
}

fn detach(rig: &Rig, wanted: Binding) -> BindingChange<'_, Cvm> {
    BindingChange::detach(&rig.client, wanted).expect("possible")
}

fn actions(rig: &Rig) -> Vec<String> {
    let asked = rig.asked.borrow();
    let changes = asked
        .iter()
        .filter(|(action, _)| !action.starts_with("Describe"));
    changes.map(|(action, _)| action.clone()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_machine_is_shut_down_changed_and_started_again() {
    for (power, word) in [(Power::StopSoftly, "SOFT"), (Power::StopHard, "HARD")] {
        let world = machines();
        let rig = Rig::new(cloud(&world, false));
        let (survey, outcomes) = carry_out(&mut detach(&rig, wish(power, true))).await;
        assert_eq!(statuses(&outcomes), [Status::Detached; 2]);
        assert!(outcomes.iter().all(|outcome| outcome.error.is_none()));
        // Only the one that was on; both go in one request, without force.
        assert_eq!(
            rig.asked_for("StopInstances"),
            [json!({"InstanceIds": [SECOND], "StopType": word, "StoppedMode": "KEEP_CHARGING"})]
        );
        assert_eq!(
            rig.asked_for(OURS),
            [json!({"InstanceIds": [MACHINE, SECOND], "KeyIds": [KEY], "ForceStop": false})]
        );
        assert_eq!(
            rig.asked_for("StartInstances"),
            [json!({"InstanceIds": [SECOND]})]
        );
        assert_eq!(actions(&rig), ["StopInstances", OURS, "StartInstances"]);
        assert_eq!(world.borrow()[1]["InstanceState"], "RUNNING");
        let power_after = outcomes[1]
            .after
            .as_ref()
            .and_then(|after| after.power.as_deref());
        assert_eq!(power_after, Some("running"));
        let is_cut = survey
            .dangers
            .iter()
            .any(|danger| danger.risk == Risk::HardStop);
        assert_eq!(is_cut, power == Power::StopHard);
        let is_noted = survey.notes.iter().any(|note| note.starts_with(SECOND));
        assert_eq!(is_noted, power == Power::StopSoftly);
        assert!(survey.warnings.is_empty(), "{:?}", survey.warnings);
    }
}

#[tokio::test(start_paused = true)]
async fn a_rehearsal_shows_every_request_and_sends_none() {
    let rig = Rig::new(cloud(&machines(), false));
    let mut change = detach(&rig, wish(Power::StopSoftly, true));
    change.survey().await.expect("a look");
    let waves = change.waves(&[0, 1]);
    assert_eq!(waves, [vec![vec![0, 1]]]);
    let plan = change.preview(&waves[0][0]).await.expect("a plan");
    let names: Vec<_> = plan.iter().map(|preview| preview.operation).collect();
    assert_eq!(names, ["StopInstances", OURS, "StartInstances"]);
    assert!(actions(&rig).is_empty());
}

#[tokio::test(start_paused = true)]
async fn machines_that_are_left_off_are_named() {
    let rig = Rig::new(cloud(&machines(), false));
    let (survey, _) = carry_out(&mut detach(&rig, wish(Power::StopSoftly, false))).await;
    assert_eq!(survey.warnings.len(), 1);
    assert!(
        survey.warnings[0].ends_with(&format!("goes on: {SECOND}")),
        "{:?}",
        survey.warnings
    );
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_does_not_shut_down_is_not_changed() {
    let failing = |machine: &mut Value| {
        machine["LatestOperation"] = json!("StopInstances");
        machine["LatestOperationState"] = json!("FAILED");
        machine["LatestOperationRequestId"] = json!("r-StopInstances");
        machine["LatestOperationErrorMsg"] = json!("guest is deaf");
    };
    let deaf = |_: &mut Value| {};
    let endless = |machine: &mut Value| machine["InstanceState"] = json!("STOPPING");
    let cases: [(Effect, &str); 3] = [
        (failing, "guest is deaf"),
        (deaf, "nothing shows"),
        (endless, "not off in time"),
    ];
    for (effect, reason) in cases {
        let world = machines();
        let (inner, shared) = (cloud(&world, false), Rc::clone(&world));
        let rig = Rig::new(move |action, body| {
            if action == "StopInstances" {
                effect(&mut shared.borrow_mut()[1]);
                return json!({"RequestId": "r-StopInstances"});
            }
            inner(action, body)
        });
        let (_, outcomes) = carry_out(&mut detach(&rig, wish(Power::StopSoftly, false))).await;
        // The other one was off already.
        assert_eq!(
            statuses(&outcomes),
            [Status::Detached, Status::Failed],
            "{reason}"
        );
        let error = outcomes[1].error.as_ref().expect("a reason");
        assert!(error.message.contains(reason), "{error}");
        assert!(!error.hints.is_empty());
        assert_eq!(
            rig.asked_for(OURS),
            [json!({"InstanceIds": [MACHINE], "KeyIds": [KEY], "ForceStop": false})]
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_stop_is_looked_at() {
    // Somebody else was faster, or the service will not do it.
    for is_off in [true, false] {
        let world = machines();
        let (inner, shared) = (cloud(&world, false), Rc::clone(&world));
        let rig = Rig::new(move |action, body| {
            if action == "StopInstances" {
                if is_off {
                    shared.borrow_mut()[1]["InstanceState"] = json!("STOPPED");
                }
                return refusal("UnsupportedOperation.InstanceStateStopped");
            }
            inner(action, body)
        });
        let (survey, outcomes) = carry_out(&mut detach(&rig, wish(Power::StopSoftly, true))).await;
        let second = if is_off {
            Status::Detached
        } else {
            Status::Refused
        };
        assert_eq!(statuses(&outcomes), [Status::Detached, second]);
        // Whoever stopped it may start it.
        assert!(rig.asked_for("StartInstances").is_empty());
        assert!(survey.warnings.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn what_failed_is_started_again_too_and_a_start_that_fails_is_told_of() {
    let world = machines();
    let inner = cloud(&world, false);
    let rig = Rig::new(move |action, body| match action {
        OURS => refusal("InvalidInstance.NotSupported"),
        _ => inner(action, body),
    });
    let mut wanted = wish(Power::StopSoftly, true);
    wanted.instances = vec![SECOND.to_owned()];
    let (_, outcomes) = carry_out(&mut detach(&rig, wanted.clone())).await;
    assert_eq!(statuses(&outcomes), [Status::Refused]);
    assert_eq!(world.borrow()[1]["InstanceState"], "RUNNING");

    let world = machines();
    let inner = cloud(&world, false);
    let rig = Rig::new(move |action, body| match action {
        "StartInstances" => refusal("ResourceInsufficient.CloudDiskSoldOut"),
        _ => inner(action, body),
    });
    let (survey, outcomes) = carry_out(&mut detach(&rig, wanted)).await;
    assert_eq!(statuses(&outcomes), [Status::Detached]);
    let error = outcomes[0].error.as_ref().expect("the later step failed");
    assert_eq!(
        error.code.as_deref(),
        Some("ResourceInsufficient.CloudDiskSoldOut")
    );
    assert!(
        survey
            .warnings
            .iter()
            .any(|warning| warning.starts_with(SECOND))
    );
}

#[tokio::test(start_paused = true)]
async fn a_start_waits_for_the_change_to_end() {
    let world = machines();
    let shared = Rc::clone(&world);
    let inner = cloud(&world, false);
    let rig = Rig::new(move |action, body| {
        if action == "StartInstances" && shared.borrow()[1]["LatestOperationState"] == "OPERATING" {
            return refusal("OperationDenied.InstanceOperationInProgress");
        }
        inner(action, body)
    });
    let mut wanted = wish(Power::StopSoftly, true);
    wanted.instances = vec![SECOND.to_owned()];
    let mut change = detach(&rig, wanted);
    let mut outcomes = change.survey().await.expect("a look").outcomes;
    change.prepare(&[0], &mut outcomes).await.expect("it stops");
    change
        .send(&vec![0], &mut outcomes)
        .await
        .expect("taken on");
    // Nobody waits for the change itself.
    world.borrow_mut()[1]["LatestOperationState"] = json!("OPERATING");
    let later = async {
        wait(30).await;
        world.borrow_mut()[1]["LatestOperationState"] = json!("SUCCESS");
    };
    let (warnings, ()) = tokio::join!(change.finish(&[0], &mut outcomes), later);
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!(world.borrow()[1]["InstanceState"], "RUNNING");
    assert_eq!(rig.asked_for("StartInstances").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_bound_meanwhile_is_not_dropped() {
    let world = machines();
    let (inner, shared) = (cloud(&world, false), Rc::clone(&world));
    let rig = Rig::new(move |action, body| {
        let answer = inner(action, body);
        if action == "StopInstances" {
            shared.borrow_mut()[1]["LoginSettings"]["KeyIds"] = json!([OTHER, "skey-dddddddd"]);
        }
        answer
    });
    world.borrow_mut()[1]["LoginSettings"]["KeyIds"] = json!([OTHER]);
    let mut wanted = wish(Power::StopSoftly, true);
    wanted.instances = vec![SECOND.to_owned()];
    let mut change = BindingChange::<Cvm>::attach(&rig.client, wanted).expect("possible");
    let (_, outcomes) = carry_out(&mut change).await;
    assert_eq!(statuses(&outcomes), [Status::Refused]);
    assert_eq!(actions(&rig), ["StopInstances", "StartInstances"]);
}

#[tokio::test(start_paused = true)]
async fn an_interruption_says_which_machines_were_told_to_stop() {
    let rig = Rig::new(cloud(&machines(), false));
    let mut change = detach(&rig, wish(Power::StopSoftly, true));
    let mut outcomes = change.survey().await.expect("a look").outcomes;
    let stop = rig.client.courier().stop.clone();
    let later = async {
        wait(1).await;
        stop.request(130);
    };
    let (prepared, ()) = tokio::join!(change.prepare(&[0, 1], &mut outcomes), later);
    prepared.expect("no fault");
    assert_eq!(statuses(&outcomes), [Status::Skipped; 2]);
    let warnings = change.finish(&[0, 1], &mut outcomes).await;
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].ends_with(SECOND) && warnings[0].starts_with("interrupted"));
    assert_eq!(actions(&rig), ["StopInstances"]);
}
