//! Binding: what comes along, what is replaced, what is read back.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::{Value, json};

use super::{KEY, MACHINE, OTHER, SECOND, binding, cloud, instance};
use crate::cloud::change::{Change, Risk};
use crate::cloud::tencent::binding::BindingChange;
use crate::cloud::tencent::cvm::Cvm;
use crate::cloud::tencent::testing::{Rig, carry_out, refusal, statuses};
use crate::error::ErrorKind;
use crate::model::{Binding, Outcome, Power, Status};

const ATTACH: &str = "AssociateInstancesKeyPairs";
const BEFORE: &str = "skey-cccccccc";

fn rig(machines: &[Value]) -> (Rig, Rc<RefCell<Vec<Value>>>) {
    let world = Rc::new(RefCell::new(machines.to_vec()));
    (Rig::new(cloud(&world, false)), world)
}

fn attach(rig: &Rig, binding: Binding) -> BindingChange<'_, Cvm> {
    BindingChange::attach(&rig.client, binding).expect("the ids are possible")
}

fn key_pair(outcome: &Outcome) -> (Option<&str>, Option<&str>) {
    let shown = |state: &'static str| match state {
        "before" => outcome.before.as_ref(),
        _ => outcome.after.as_ref(),
    };
    let of = |state| shown(state).and_then(|state| state.key_pair.as_deref());
    (of("before"), of("after"))
}

#[tokio::test(start_paused = true)]
async fn what_is_bound_comes_along_and_different_unions_go_apart() {
    let (rig, world) = rig(&[
        instance(MACHINE, "STOPPED", &[BEFORE]),
        instance(SECOND, "STOPPED", &[]),
        instance("ins-33333333", "STOPPED", &[BEFORE]),
        instance("ins-44444444", "STOPPED", &[KEY]),
    ]);
    let machines = [
        MACHINE,
        SECOND,
        "ins-33333333",
        "ins-44444444",
        "ins-55555555",
    ];
    let mut change = attach(&rig, binding(&[KEY], &machines));
    let (survey, outcomes) = carry_out(&mut change).await;
    assert_eq!(
        statuses(&outcomes),
        [
            Status::Attached,
            Status::Attached,
            Status::Attached,
            Status::Unchanged,
            Status::NotFound
        ]
    );
    assert!(outcomes.iter().all(|outcome| outcome.verified));
    assert_eq!(
        rig.asked_for(ATTACH),
        [
            json!({"InstanceIds": [MACHINE, "ins-33333333"], "KeyIds": [BEFORE, KEY], "ForceStop": false}),
            json!({"InstanceIds": [SECOND], "KeyIds": [KEY], "ForceStop": false}),
        ]
    );
    assert_eq!(
        world.borrow()[0]["LoginSettings"]["KeyIds"],
        json!([BEFORE, KEY])
    );
    assert_eq!(
        key_pair(&outcomes[0]),
        (Some(BEFORE), Some(format!("{BEFORE},{KEY}").as_str()))
    );
    // The way in stays what it is, so nothing severe happens, but passwords stop working.
    assert!(survey.dangers.is_empty());
    assert!(
        survey
            .notes
            .iter()
            .any(|note| note.contains("password login is switched off"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_replacement_names_what_stops_working_and_ends_when_nothing_else_is_on() {
    let (rig, world) = rig(&[
        instance(MACHINE, "STOPPED", &[BEFORE, KEY]),
        instance(SECOND, "STOPPED", &[KEY]),
    ]);
    let mut wanted = binding(&[KEY], &[MACHINE, SECOND]);
    wanted.replace = true;
    let (survey, outcomes) = carry_out(&mut attach(&rig, wanted)).await;
    // It was on both, but only the second was exactly as wanted.
    assert_eq!(statuses(&outcomes), [Status::Attached, Status::Unchanged]);
    assert_eq!(world.borrow()[0]["LoginSettings"]["KeyIds"], json!([KEY]));
    assert_eq!(key_pair(&outcomes[0]).1, Some(KEY));
    let note = format!("{MACHINE}: these key pairs are replaced and stop working: {BEFORE}");
    assert!(survey.notes.contains(&note), "{:?}", survey.notes);
    assert_eq!(rig.asked_for(ATTACH).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_typo_never_replaces_and_never_looks_like_success() {
    for replace in [false, true] {
        let (rig, _) = rig(&[instance(MACHINE, "STOPPED", &[OTHER])]);
        let mut wanted = binding(&[KEY, "skey-99999999"], &[MACHINE]);
        wanted.replace = replace;
        let (_, outcomes) = carry_out(&mut attach(&rig, wanted)).await;
        let first = if replace {
            Status::Refused
        } else {
            Status::Attached
        };
        assert_eq!(statuses(&outcomes), [first, Status::NotFound]);
        let sent = if replace {
            Vec::new()
        } else {
            vec![json!({"InstanceIds": [MACHINE], "KeyIds": [OTHER, KEY], "ForceStop": false})]
        };
        assert_eq!(rig.asked_for(ATTACH), sent);
    }
}

#[tokio::test(start_paused = true)]
async fn what_nobody_can_see_is_not_dropped_in_silence() {
    let mut silent = instance(MACHINE, "STOPPED", &[]);
    silent["LoginSettings"] = Value::Null;
    let (rig, _) = rig(&[silent]);
    let (_, outcomes) = carry_out(&mut attach(&rig, binding(&[KEY], &[MACHINE]))).await;
    assert_eq!(statuses(&outcomes), [Status::Refused]);
    let error = outcomes[0].error.as_ref().expect("a reason");
    assert_eq!(error.code.as_deref(), Some("BoundPairsUnknown"));
    assert!(rig.asked_for(ATTACH).is_empty());
    // Said to be replaced, it is sent, and a note says what is at stake.
    let mut wanted = binding(&[KEY], &[MACHINE]);
    wanted.replace = true;
    let survey = attach(&rig, wanted).survey().await.expect("a look");
    assert_eq!(statuses(&survey.outcomes), [Status::Skipped]);
    assert!(
        survey
            .notes
            .iter()
            .any(|note| note.contains("nobody can see"))
    );
}

#[tokio::test(start_paused = true)]
async fn more_than_a_request_takes_is_refused_before_it_is_sent() {
    let many: Vec<String> = (0..100).map(|n| format!("skey-{n:08}")).collect();
    let bound: Vec<&str> = many.iter().map(String::as_str).collect();
    let (rig, _) = rig(&[instance(MACHINE, "STOPPED", &bound)]);
    let (_, outcomes) = carry_out(&mut attach(&rig, binding(&[KEY], &[MACHINE]))).await;
    assert_eq!(statuses(&outcomes), [Status::Refused]);
    assert!(rig.asked_for(ATTACH).is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_power_is_cut_only_of_those_that_were_named() {
    let (rig, world) = rig(&[
        instance(MACHINE, "STOPPED", &[]),
        instance(SECOND, "RUNNING", &[]),
    ]);
    let mut wanted = binding(&[KEY], &[MACHINE, SECOND]);
    wanted.power = Power::Cut;
    let mut change = attach(&rig, wanted);
    let (survey, outcomes) = carry_out(&mut change).await;
    assert_eq!(statuses(&outcomes), [Status::Attached; 2]);
    let dangers: Vec<_> = survey
        .dangers
        .iter()
        .map(|d| (d.risk, d.machine.id.as_str()))
        .collect();
    assert_eq!(dangers, [(Risk::PowerCut, SECOND)]);
    let forced: Vec<_> = rig
        .asked_for(ATTACH)
        .iter()
        .map(|body| body["ForceStop"].clone())
        .collect();
    assert_eq!(forced, [json!(false), json!(true)]);
    assert_eq!(world.borrow()[1]["InstanceState"], "RUNNING");
}

#[tokio::test(start_paused = true)]
async fn a_pair_that_was_bound_and_got_lost_is_told_of() {
    let world = Rc::new(RefCell::new(vec![instance(MACHINE, "STOPPED", &[OTHER])]));
    let (inner, shared) = (cloud(&world, false), Rc::clone(&world));
    let rig = Rig::new(move |action, body| {
        let answer = inner(action, body);
        if action == ATTACH {
            shared.borrow_mut()[0]["LoginSettings"]["KeyIds"] = json!([KEY]);
        }
        answer
    });
    let start = tokio::time::Instant::now();
    let (_, outcomes) = carry_out(&mut attach(&rig, binding(&[KEY], &[MACHINE]))).await;
    // The list may only be late, so it was given time.
    assert!(start.elapsed().as_secs() >= 10);
    assert_eq!(statuses(&outcomes), [Status::Attached]);
    let error = outcomes[0].error.as_ref().expect("it is told");
    assert_eq!(error.code.as_deref(), Some("KeyPairDropped"));
    assert!(error.message.contains(OTHER));
}

#[tokio::test(start_paused = true)]
async fn success_without_the_pair_and_a_refusal_are_failures() {
    let world = Rc::new(RefCell::new(vec![instance(MACHINE, "STOPPED", &[])]));
    let (inner, shared) = (cloud(&world, false), Rc::clone(&world));
    let rig = Rig::new(move |action, body| {
        let answer = inner(action, body);
        if action == ATTACH {
            shared.borrow_mut()[0]["LoginSettings"]["KeyIds"] = json!([]);
        }
        answer
    });
    let (_, outcomes) = carry_out(&mut attach(&rig, binding(&[KEY], &[MACHINE]))).await;
    assert_eq!(statuses(&outcomes), [Status::Failed]);
    assert!(outcomes[0].verified);

    let inner = cloud(&world, false);
    let rig = Rig::new(move |action, body| match action {
        ATTACH => refusal("InvalidParameterValue.KeyPairNotSupported"),
        _ => inner(action, body),
    });
    let (_, outcomes) = carry_out(&mut attach(&rig, binding(&[KEY], &[MACHINE]))).await;
    assert_eq!(statuses(&outcomes), [Status::Refused]);
    assert!(outcomes[0].verified);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_found_out_and_a_machine_that_vanished_is_not_found() {
    for vanishes in [false, true] {
        let world = Rc::new(RefCell::new(vec![instance(MACHINE, "STOPPED", &[])]));
        let (inner, shared) = (cloud(&world, false), Rc::clone(&world));
        let rig = Rig::new(move |action, body| {
            let answer = inner(action, body);
            if action != ATTACH {
                return answer;
            }
            if vanishes {
                shared.borrow_mut().clear();
            }
            Value::Null
        });
        let (_, outcomes) = carry_out(&mut attach(&rig, binding(&[KEY], &[MACHINE]))).await;
        let status = if vanishes {
            Status::NotFound
        } else {
            Status::Attached
        };
        assert_eq!(statuses(&outcomes), [status]);
        assert!(outcomes[0].verified);
        assert_eq!(rig.asked_for(ATTACH).len(), 1);
    }
}

#[test]
fn options_that_would_do_nothing_are_refused() {
    let (rig, _) = rig(&[]);
    let refuse = |detach: bool, change: fn(&mut Binding)| {
        let mut wanted = binding(&[KEY], &[MACHINE]);
        change(&mut wanted);
        let made = if detach {
            BindingChange::<Cvm>::detach(&rig.client, wanted)
        } else {
            BindingChange::<Cvm>::attach(&rig.client, wanted)
        };
        assert!(
            made.err()
                .is_some_and(|error| error.kind == ErrorKind::Usage)
        );
    };
    refuse(true, |wanted| wanted.replace = true);
    refuse(false, |wanted| wanted.start_again = true);
    refuse(false, |wanted| wanted.reboot = true);
    refuse(false, |wanted| wanted.disable_password = true);
    refuse(false, |wanted| wanted.port = Some(22));
    refuse(false, |wanted| wanted.user = Some("root".to_owned()));
    refuse(false, |wanted| wanted.key_pairs.clear());
    assert!(rig.asked.borrow().is_empty());
}
