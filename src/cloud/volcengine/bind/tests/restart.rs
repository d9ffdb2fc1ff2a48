//! The restart after a change of bindings.

use super::*;
use crate::cloud::volcengine::bind::restart::{LONGEST, SURELY_OVER};
use tokio::time::Instant;

fn restarting<'r>(rig: &'r Rig, instances: &[&str]) -> Box<dyn Change + 'r> {
    let mut binding = request(&["web"], instances);
    binding.reboot = true;
    let request = ChangeRequest::AttachKeyPairs(binding);
    rig.cloud.change(request).expect("a change")
}

/// How the made-up service restarts machines: what it shows at each look after the request.
fn rig(
    fleet: Fleet,
    shows: &'static [&'static str],
    results: impl Fn(&[String]) -> Value + 'static,
) -> Rig {
    let looks = Rc::new(RefCell::new(None::<usize>));
    Rig::new(move |asked| {
        if asked.action == "RebootInstances" {
            *looks.borrow_mut() = Some(0);
            return results(&asked.list("InstanceIds"));
        }
        if asked.action == "DescribeInstances"
            && let Some(look) = looks.borrow_mut().as_mut()
        {
            let status = shows[(*look).min(shows.len() - 1)];
            *look += 1;
            for machine in fleet.borrow_mut().values_mut() {
                machine.status = status;
            }
        }
        answer(&fleet, asked)
    })
}

#[tokio::test(start_paused = true)]
async fn those_that_run_are_restarted_and_awaited() {
    let fleet = fleet(&[
        ("i-1", RUNNING),
        (
            "i-off",
            Machine {
                status: "STOPPED",
                ..RUNNING
            },
        ),
        (
            "i-web",
            Machine {
                bound: "web",
                ..RUNNING
            },
        ),
    ]);
    let rig = rig(
        fleet,
        &["RUNNING", "REBOOTING", "REBOOTING", "RUNNING"],
        done,
    );
    let mut change = restarting(&rig, &["i-1", "i-off", "i-web"]);
    let course = Course::run(change.as_mut()).await.expect("a survey");
    assert_eq!(
        course.statuses(),
        [(Attached, true), (Attached, true), (Unchanged, true)]
    );
    assert!(
        course
            .outcomes
            .iter()
            .all(|outcome| outcome.error.is_none())
    );
    assert_eq!(course.warnings, [""; 0]);
    let sent = rig.asked("RebootInstances");
    assert_eq!(
        (sent.len(), sent[0].list("InstanceIds")),
        (1, vec!["i-1".to_owned()])
    );
    assert!(!sent[0].has("ForceStop"));
    // A look before, one after, and one for each state shown.
    assert_eq!(rig.asked("DescribeInstances").len(), 2 + 4);
    let notes = course.survey.notes.join("\n");
    assert!(notes.contains("instance/i-1 is restarted"), "{notes}");
    assert!(notes.contains("instance/i-off is not running"), "{notes}");
    assert!(
        !notes.contains("i-web") && !notes.contains("--reboot"),
        "{notes}"
    );
    assert!(course.survey.warnings[0].contains("i-web holds web already"));
}

#[tokio::test(start_paused = true)]
async fn running_all_the_time_is_no_proof_of_a_restart() {
    let rig = rig(fleet(&[("i-1", RUNNING)]), &["RUNNING"], done);
    let start = Instant::now();
    let course = run(restarting(&rig, &["i-1"])).await;
    assert_eq!(course.statuses(), [(Attached, true)]);
    assert!(course.outcomes[0].error.is_none());
    assert!(start.elapsed() >= SURELY_OVER && start.elapsed() < LONGEST);
    assert!(
        course.warnings[0].contains("nobody saw the restart: i-1"),
        "{:?}",
        course.warnings
    );
}

#[tokio::test(start_paused = true)]
async fn one_that_stays_down_is_said_beside_the_success() {
    let rig = rig(fleet(&[("i-1", RUNNING)]), &["STOPPING", "STOPPED"], done);
    let course = run(restarting(&rig, &["i-1"])).await;
    assert_eq!(course.statuses(), [(Attached, true)]);
    let outcome = &course.outcomes[0];
    assert_eq!(
        outcome.error.as_ref().map(|error| error.kind),
        Some(ErrorKind::Timeout)
    );
    assert_eq!(
        outcome
            .after
            .as_ref()
            .and_then(|state| state.power.as_deref()),
        Some("stopped")
    );
    assert!(
        course.warnings[0].contains("not seen running again"),
        "{:?}",
        course.warnings
    );
}

#[tokio::test(start_paused = true)]
async fn a_restart_that_is_refused_leaves_the_binding_done() {
    let tries = Rc::new(RefCell::new(0));
    let rig = rig(
        fleet(&[("i-1", RUNNING), ("i-2", RUNNING), ("i-3", RUNNING)]),
        &["STOPPING", "RUNNING"],
        move |ids| {
            *tries.borrow_mut() += 1;
            let result = |id: &String| match (id.as_str(), *tries.borrow()) {
                ("i-2", _) => {
                    json!({"InstanceId": id, "Error": {"Code": "AccessDenied", "Message": "no"}})
                }
                // Throttled once, and asked for again alone.
                ("i-3", 1) => {
                    json!({"InstanceId": id, "Error": {"Code": "FlowLimitExceeded", "Message": "slow"}})
                }
                _ => json!({"InstanceId": id, "Error": null}),
            };
            json!({"OperationDetails": ids.iter().map(result).collect::<Vec<_>>()})
        },
    );
    let course = run(restarting(&rig, &["i-1", "i-2", "i-3"])).await;
    assert_eq!(course.statuses(), [(Attached, true); 3]);
    let kinds: Vec<_> = course
        .outcomes
        .iter()
        .map(|outcome| outcome.error.as_ref().map(|error| error.kind))
        .collect();
    assert_eq!(kinds, [None, Some(ErrorKind::Permission), None]);
    assert!(
        course.warnings[0]
            .contains("not restarted, so that the change does not count there yet: i-2")
    );
    let sent: Vec<_> = rig
        .asked("RebootInstances")
        .iter()
        .map(|asked| asked.list("InstanceIds").len())
        .collect();
    assert_eq!(sent, [3, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_restart_is_never_asked_for_twice_when_the_answer_is_lost() {
    let shows: [(&'static [&'static str], bool); 2] =
        [(&["STOPPING", "RUNNING"], true), (&["RUNNING"], false)];
    for (shows, seen) in shows {
        let rig = rig(fleet(&[("i-1", RUNNING)]), shows, |_| Value::Null);
        let course = run(restarting(&rig, &["i-1"])).await;
        assert_eq!(rig.asked("RebootInstances").len(), 1);
        assert_eq!(course.statuses(), [(Attached, true)]);
        assert_eq!(course.outcomes[0].error.is_none(), seen);
        assert_eq!(course.warnings.is_empty(), seen);
    }
}

/// What counts from the restart on may be shown from then on only.
#[tokio::test(start_paused = true)]
async fn a_binding_that_shows_after_the_restart_is_proven_then() {
    let state = Rc::new(RefCell::new((0, false)));
    let shared = Rc::clone(&state);
    let rig = Rig::new(move |asked| {
        let mut state = shared.borrow_mut();
        match asked.action.as_str() {
            "AttachKeyPair" => done(&asked.list("InstanceIds")),
            "RebootInstances" => {
                state.1 = true;
                done(&asked.list("InstanceIds"))
            }
            "DescribeInstances" => {
                let looks = if state.1 {
                    state.0 += 1;
                    state.0
                } else {
                    0
                };
                let (status, bound) = match looks {
                    0 => ("RUNNING", ""),
                    1 => ("STOPPING", ""),
                    _ => ("RUNNING", "web"),
                };
                answer(
                    &fleet(&[(
                        "i-1",
                        Machine {
                            bound,
                            status,
                            os: "Linux",
                        },
                    )]),
                    asked,
                )
            }
            _ => answer(&fleet(&[]), asked),
        }
    });
    let course = run(restarting(&rig, &["i-1"])).await;
    assert_eq!(course.statuses(), [(Attached, true)]);
    assert!(course.outcomes[0].error.is_none());
    assert!(course.warnings.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_stop_leaves_the_rest_and_names_it() {
    let stopped = Rc::new(RefCell::new(None::<Rc<crate::http::Courier>>));
    let shared = Rc::clone(&stopped);
    let fleet = fleet(&[("i-1", RUNNING)]);
    let rig = Rig::new(move |asked| {
        if asked.action == "AttachKeyPair" {
            shared
                .borrow()
                .as_ref()
                .expect("a courier")
                .stop
                .request(130);
        }
        answer(&fleet, asked)
    });
    *stopped.borrow_mut() = Some(Rc::clone(&rig.courier));
    let course = run(restarting(&rig, &["i-1"])).await;
    assert_eq!(course.statuses(), [(Attached, true)]);
    assert!(rig.asked("RebootInstances").is_empty());
    let error = course.outcomes[0].error.clone().expect("an error");
    assert_eq!(error.kind, ErrorKind::Interrupted);
    assert!(
        error.hints[0].contains("InstanceIds.1=i-1 -r cn-beijing"),
        "{:?}",
        error.hints
    );
    assert!(course.warnings[0].contains("not restarted"));
}

#[tokio::test(start_paused = true)]
async fn a_rehearsal_shows_the_restart_too() {
    let fleet = fleet(&[
        ("i-1", RUNNING),
        (
            "i-off",
            Machine {
                status: "STOPPED",
                ..RUNNING
            },
        ),
    ]);
    let rig = Rig::new(move |asked| answer(&fleet, asked));
    let mut change = restarting(&rig, &["i-1", "i-off"]);
    change.survey().await.expect("a survey");
    let previews = change.preview(&vec![0, 1]).await.expect("previews");
    let operations: Vec<_> = previews.iter().map(|preview| preview.operation).collect();
    assert_eq!(operations, ["AttachKeyPair", "RebootInstances"]);
    assert!(previews[1].request.query.contains("InstanceIds.1=i-1&"));
    assert!(!previews[1].request.query.contains("i-off"));
}
