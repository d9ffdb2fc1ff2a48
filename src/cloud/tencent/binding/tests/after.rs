//! Sending, looking again, and what becomes of lost and refused requests.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::{Value, json};

use super::{
    KEY, MACHINE, OTHER, OURS, Rig, SECOND, instance, refusal, service, statuses, surveyed, wait,
    with_operation,
};
use crate::cloud::change::{Change, Risk};
use crate::error::{ErrorKind, Fate};
use crate::model::Status;

#[tokio::test(start_paused = true)]
async fn running_machines_are_named_and_get_a_request_of_their_own() {
    let world = Rc::new(RefCell::new(vec![
        instance(MACHINE, "STOPPED", &[KEY, OTHER]),
        instance(SECOND, "RUNNING", &[KEY, OTHER]),
    ]));
    let rig = Rig::new(service(&world));
    let mut change = rig.detach(&[KEY], &[MACHINE, SECOND], true);
    let mut survey = surveyed(&mut change).await;
    let dangers: Vec<_> = survey
        .dangers
        .iter()
        .map(|d| (d.risk, d.machine.id.as_str()))
        .collect();
    assert_eq!(dangers, [(Risk::PowerCut, SECOND)]);
    let waves = change.waves(&[0, 1]);
    assert_eq!(waves, [vec![vec![0], vec![1]]]);
    for batch in waves.iter().flatten() {
        change
            .send(batch, &mut survey.outcomes)
            .await
            .expect("taken on");
    }
    assert_eq!(
        rig.changes(),
        [
            json!({"InstanceIds": [MACHINE], "KeyIds": [KEY], "ForceStop": false}),
            json!({"InstanceIds": [SECOND], "KeyIds": [KEY], "ForceStop": true}),
        ]
    );
    // Off at once, but the machine has to come back.
    *world.borrow_mut() = vec![
        with_operation(
            instance(MACHINE, "STOPPED", &[OTHER]),
            "SUCCESS",
            "r-change",
        ),
        with_operation(
            instance(SECOND, "STARTING", &[OTHER]),
            "SUCCESS",
            "r-change",
        ),
    ];
    change
        .poll(&[0, 1], &mut survey.outcomes)
        .await
        .expect("a look");
    assert_eq!(
        statuses(&survey.outcomes),
        [Status::Detached, Status::Running]
    );
    world.borrow_mut()[1]["InstanceState"] = json!("RUNNING");
    change
        .poll(&[1], &mut survey.outcomes)
        .await
        .expect("a look");
    assert_eq!(statuses(&survey.outcomes), [Status::Detached; 2]);
    let after = survey.outcomes[1].after.clone().expect("it was seen");
    assert_eq!(
        (after.power.as_deref(), after.key_pair.as_deref()),
        (Some("running"), Some(OTHER))
    );
    assert_eq!(survey.outcomes[1].request_id.as_deref(), Some("r-change"));
}

#[tokio::test(start_paused = true)]
async fn without_our_request_id_time_and_the_state_decide() {
    let world = Rc::new(RefCell::new(vec![instance(MACHINE, "STOPPED", &[KEY])]));
    let rig = Rig::new(service(&world));
    let mut change = rig.detach(&[KEY], &[MACHINE], false);
    let mut outcomes = surveyed(&mut change).await.outcomes;
    change
        .send(&vec![0], &mut outcomes)
        .await
        .expect("taken on");
    *world.borrow_mut() = vec![instance(MACHINE, "STOPPED", &[])];
    change.poll(&[0], &mut outcomes).await.expect("a look");
    assert_eq!(statuses(&outcomes), [Status::Running]);
    wait(10).await;
    change.poll(&[0], &mut outcomes).await.expect("a look");
    assert_eq!(statuses(&outcomes), [Status::Detached]);
    assert!(outcomes[0].verified);
}

#[tokio::test(start_paused = true)]
async fn success_with_the_key_still_there_is_believed_for_ten_seconds() {
    let world = Rc::new(RefCell::new(vec![instance(MACHINE, "STOPPED", &[KEY])]));
    let rig = Rig::new(service(&world));
    let mut change = rig.detach(&[KEY], &[MACHINE], false);
    let mut outcomes = surveyed(&mut change).await.outcomes;
    change
        .send(&vec![0], &mut outcomes)
        .await
        .expect("taken on");
    wait(60).await;
    let done = with_operation(instance(MACHINE, "STOPPED", &[KEY]), "SUCCESS", "r-change");
    *world.borrow_mut() = vec![done];
    change.poll(&[0], &mut outcomes).await.expect("a look");
    assert_eq!(statuses(&outcomes), [Status::Running]);
    wait(10).await;
    change.poll(&[0], &mut outcomes).await.expect("a look");
    assert_eq!(statuses(&outcomes), [Status::Failed]);
    assert!(outcomes[0].verified && outcomes[0].error.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_settled_by_a_later_look_and_never_by_a_repeat() {
    for (after, status) in [
        (instance(MACHINE, "STOPPED", &[]), Status::Detached),
        (instance(MACHINE, "STOPPED", &[KEY]), Status::Failed),
        (
            with_operation(instance(MACHINE, "STOPPED", &[KEY]), "OPERATING", "r-x"),
            Status::Running,
        ),
    ] {
        let world = Rc::new(RefCell::new(vec![instance(MACHINE, "STOPPED", &[KEY])]));
        let inner = service(&world);
        let rig = Rig::new(move |action, body| {
            if action == OURS {
                Value::Null
            } else {
                inner(action, body)
            }
        });
        let mut change = rig.detach(&[KEY], &[MACHINE], false);
        let mut outcomes = surveyed(&mut change).await.outcomes;
        let error = change
            .send(&vec![0], &mut outcomes)
            .await
            .expect_err("no answer");
        assert_eq!(
            (error.kind, error.fate),
            (ErrorKind::Network, Fate::Unknown)
        );
        outcomes[0].fail(Status::Unverified, error);
        *world.borrow_mut() = vec![after];
        let start = tokio::time::Instant::now();
        change.prove(&[0], &mut outcomes).await.expect("a look");
        assert!(start.elapsed().as_secs() >= 10);
        assert_eq!(statuses(&outcomes), [status]);
        assert_eq!(outcomes[0].verified, status != Status::Running);
        assert_eq!(outcomes[0].error.is_none(), status != Status::Failed);
        assert_eq!(rig.changes().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_refused_batch_a_look_tells_what_was_done_all_the_same() {
    let world = Rc::new(RefCell::new(vec![
        instance(MACHINE, "STOPPED", &[KEY]),
        instance(SECOND, "STOPPED", &[KEY]),
    ]));
    let inner = service(&world);
    let rig = Rig::new(move |action, body| {
        if action == OURS {
            refusal("UnsupportedOperation.InstanceStateRunning")
        } else {
            inner(action, body)
        }
    });
    let mut change = rig.detach(&[KEY], &[MACHINE, SECOND], false);
    let mut outcomes = surveyed(&mut change).await.outcomes;
    let batch = vec![0, 1];
    let error = change
        .send(&batch, &mut outcomes)
        .await
        .expect_err("refused");
    assert_eq!((error.kind, error.fate), (ErrorKind::State, Fate::NotDone));
    assert_eq!(change.split(&batch), [vec![0], vec![1]]);
    for outcome in &mut outcomes {
        outcome.fail(Status::Unverified, error.clone());
    }
    let second = with_operation(instance(SECOND, "STOPPED", &[KEY]), "OPERATING", "r-job");
    *world.borrow_mut() = vec![instance(MACHINE, "RUNNING", &[KEY]), second];
    change.poll(&batch, &mut outcomes).await.expect("a look");
    assert_eq!(statuses(&outcomes), [Status::Unverified, Status::Running]);
    // The operation that was seen is followed to its end.
    world.borrow_mut()[1] = with_operation(instance(SECOND, "STOPPED", &[KEY]), "FAILED", "r-job");
    change.poll(&[1], &mut outcomes).await.expect("a look");
    assert_eq!(outcomes[1].status, Status::Failed);
    // The other goes by itself, is refused again, and the refusal is checked.
    change
        .send(&vec![0], &mut outcomes)
        .await
        .expect("looked at");
    assert_eq!(outcomes[0].status, Status::Refused);
    assert!(outcomes[0].verified);
    assert_eq!(outcomes[0].request_id.as_deref(), Some("r-refused"));
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_was_destroyed_meanwhile_has_no_keys() {
    let world = Rc::new(RefCell::new(vec![instance(MACHINE, "STOPPED", &[KEY])]));
    let inner = service(&world);
    let rig = Rig::new(move |action, body| {
        if action == OURS {
            refusal("InvalidInstanceId.NotFound")
        } else {
            inner(action, body)
        }
    });
    let mut change = rig.detach(&[KEY], &[MACHINE], false);
    let mut outcomes = surveyed(&mut change).await.outcomes;
    world.borrow_mut().clear();
    change
        .send(&vec![0], &mut outcomes)
        .await
        .expect("looked at");
    assert_eq!(statuses(&outcomes), [Status::Detached]);
    assert!(outcomes[0].error.is_none());
    let after = outcomes[0].after.clone().expect("it was looked for");
    assert_eq!((after.state.as_deref(), after.power), (Some("gone"), None));
}

/// A service that takes one step with each look, and answers changes as it is told.
fn stepping(steps: Vec<Vec<Value>>, answer: Value) -> Rig {
    let looks = RefCell::new(0);
    Rig::new(move |action, body| match action {
        "DescribeInstances" => {
            let look = looks.replace_with(|look| *look + 1);
            super::instance_page(&steps[look.min(steps.len() - 1)], body)
        }
        "DescribeKeyPairs" => super::key_list(&[KEY, OTHER], body),
        _ => answer.clone(),
    })
}

#[tokio::test(start_paused = true)]
async fn a_refused_batch_is_looked_at_twice_before_anything_goes_again() {
    let idle = |id| instance(id, "STOPPED", &[KEY]);
    let working = with_operation(idle(SECOND), "OPERATING", "r-job");
    let before = vec![idle(MACHINE), idle(SECOND)];
    let steps = vec![before.clone(), before, vec![idle(MACHINE), working]];
    let rig = stepping(steps, refusal("InvalidInstance.NotSupported"));
    let mut change = rig.detach(&[KEY], &[MACHINE, SECOND], false);
    let mut outcomes = surveyed(&mut change).await.outcomes;
    let batch = vec![0, 1];
    let error = change
        .send(&batch, &mut outcomes)
        .await
        .expect_err("refused");
    for outcome in &mut outcomes {
        outcome.fail(Status::Unverified, error.clone());
    }
    change.poll(&batch, &mut outcomes).await.expect("two looks");
    assert_eq!(statuses(&outcomes), [Status::Unverified, Status::Running]);
}

#[tokio::test(start_paused = true)]
async fn the_trace_of_a_lost_request_may_come_late() {
    let idle = instance(MACHINE, "STOPPED", &[KEY]);
    let off = with_operation(instance(MACHINE, "STOPPED", &[]), "SUCCESS", "r-job");
    let steps = vec![vec![idle.clone()], vec![idle], vec![off]];
    let rig = stepping(steps, Value::Null);
    let mut change = rig.detach(&[KEY], &[MACHINE], false);
    let mut outcomes = surveyed(&mut change).await.outcomes;
    let error = change
        .send(&vec![0], &mut outcomes)
        .await
        .expect_err("no answer");
    outcomes[0].fail(Status::Unverified, error);
    change.prove(&[0], &mut outcomes).await.expect("two looks");
    assert_eq!(statuses(&outcomes), [Status::Detached]);
    assert!(outcomes[0].verified && outcomes[0].error.is_none());
}

#[tokio::test(start_paused = true)]
async fn each_machine_that_is_powered_off_has_a_request_to_itself() {
    let world = [MACHINE, SECOND].map(|id| instance(id, "RUNNING", &[KEY, OTHER]));
    let rig = Rig::new(service(&Rc::new(RefCell::new(world.to_vec()))));
    let mut change = rig.detach(&[KEY], &[MACHINE, SECOND], true);
    let survey = surveyed(&mut change).await;
    assert_eq!(survey.dangers.len(), 2);
    assert_eq!(change.waves(&[0, 1]), [vec![vec![0], vec![1]]]);
    assert!(change.split(&vec![0]).is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_one_look_does_not_list_is_asked_for_again() {
    let there = vec![instance(MACHINE, "STOPPED", &[KEY])];
    for (second, status) in [(there.clone(), Status::Running), (vec![], Status::Detached)] {
        let rig = stepping(
            vec![there.clone(), vec![], second],
            json!({"RequestId": "r-change"}),
        );
        let mut change = rig.detach(&[KEY], &[MACHINE], false);
        let mut outcomes = surveyed(&mut change).await.outcomes;
        change
            .send(&vec![0], &mut outcomes)
            .await
            .expect("taken on");
        change.poll(&[0], &mut outcomes).await.expect("two looks");
        assert_eq!(statuses(&outcomes), [status]);
        assert_eq!(rig.asked_for("DescribeInstances").len(), 3);
    }
}
