//! What is made of answers, refusals and silence.

use super::*;

/// What is answered for one item becomes its outcome, however the answer is written.
#[tokio::test(start_paused = true)]
async fn each_item_has_its_own_result() {
    let machines = ["i-1", "i-2", "i-3", "i-4", "i-5"].map(|id| (id, RUNNING));
    let fleet = fleet(&machines);
    let rig = Rig::new(move |asked| match asked.action.as_str() {
        "AttachKeyPair" => {
            fleet.borrow_mut().insert(
                "i-4",
                Machine {
                    bound: "web",
                    ..RUNNING
                },
            );
            json!({"OperationDetails": [
                {"InstanceId": "i-3", "Error": {"Code": "AccessDenied", "Message": null}},
                {"InstanceId": "i-2", "Error": {"Code": "InvalidInstanceStatus", "Message": "m"}},
                {"InstanceId": "i-1"},
            ]})
        }
        _ => answer(&fleet, asked),
    });
    let course = run(attach(&rig, &["web"], &["i-1", "i-2", "i-3", "i-4", "i-5"])).await;
    assert_eq!(
        course.statuses(),
        [
            // Called done, but the instance never shows it.
            (Unverified, false),
            (Refused, false),
            (Denied, false),
            // Not mentioned, and decided by the look.
            (Attached, true),
            (Failed, true),
        ]
    );
    let error = course.outcomes[1].error.clone().expect("an error");
    assert_eq!(error.operation, Some("AttachKeyPair"));
    assert_eq!(error.request_id.as_deref(), Some("r-AttachKeyPair"));
    assert_eq!(rig.asked("DescribeInstances").len(), 1 + 4);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_lost_is_decided_by_a_look() {
    for (arrives, expected) in [(true, Detached), (false, Failed)] {
        let fleet = fleet(&[(
            "i-1",
            Machine {
                bound: "web",
                ..RUNNING
            },
        )]);
        let rig = Rig::new(move |asked| match asked.action.as_str() {
            "DetachKeyPair" => {
                if arrives {
                    answer(&fleet, asked);
                }
                Value::Null
            }
            _ => answer(&fleet, asked),
        });
        let course = run(detach(&rig, &["web"], &["i-1"])).await;
        assert_eq!(course.statuses(), [(expected, true)]);
        assert_eq!(course.outcomes[0].error.is_some(), expected == Failed);
        // It carries a token, so it is tried again; always the same one.
        let sent = rig.asked("DetachKeyPair");
        assert!(sent.len() > 1);
        assert!(
            sent.iter()
                .all(|asked| asked.get("ClientToken") == sent[0].get("ClientToken"))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_a_lost_answer_is_looked_into() {
    let fleet = fleet(&[(
        "i-1",
        Machine {
            bound: "web",
            ..RUNNING
        },
    )]);
    let tries = Rc::new(RefCell::new(0));
    let rig = Rig::new(move |asked| match asked.action.as_str() {
        "DetachKeyPair" => {
            answer(&fleet, asked);
            *tries.borrow_mut() += 1;
            if *tries.borrow() == 1 {
                return Value::Null;
            }
            let error = refusal("InvalidKeyPair.NotBound");
            json!({"OperationDetails": [{"InstanceId": "i-1", "Error": error["Error"]}]})
        }
        _ => answer(&fleet, asked),
    });
    let course = run(detach(&rig, &["web"], &["i-1"])).await;
    assert_eq!(course.statuses(), [(Detached, true)]);
    assert!(course.outcomes[0].error.is_none());
}

#[tokio::test(start_paused = true)]
async fn without_a_look_at_key_pairs_what_was_typed_is_sent() {
    let fleet = fleet(&[
        (
            "i-1",
            Machine {
                bound: "web",
                ..RUNNING
            },
        ),
        ("i-2", RUNNING),
    ]);
    let rig = Rig::new(move |asked| match asked.action.as_str() {
        "DescribeKeyPairs" => refusal("AccessDenied"),
        _ => answer(&fleet, asked),
    });
    let course = run(detach(&rig, &["web", "kp-9"], &["i-1", "i-2"])).await;
    assert_eq!(
        course.statuses(),
        [
            (Detached, true),
            (Unchanged, false),
            (Unchanged, false),
            (Unchanged, false)
        ]
    );
    let sent = rig.asked("DetachKeyPair");
    assert_eq!((sent.len(), sent[0].get("KeyPairName")), (1, "web"));
    assert!(course.survey.warnings[0].contains("key pairs cannot be seen"));
}

#[tokio::test(start_paused = true)]
async fn without_a_look_at_instances_nothing_is_sent() {
    let fleet = all_kinds();
    let rig = Rig::new(move |asked| match asked.action.as_str() {
        "DescribeInstances" => refusal("AccessDenied"),
        _ => answer(&fleet, asked),
    });
    let error = attach(&rig, &["web"], &["i-1"])
        .survey()
        .await
        .expect_err("denied");
    assert_eq!(error.kind, ErrorKind::Permission);
}

/// Whether unknown ids are left out or get the request refused is not documented.
#[tokio::test(start_paused = true)]
async fn one_unknown_instance_does_not_hide_the_others() {
    for code in ["InvalidInstance.NotFound", "InvalidInstanceId.Malformed"] {
        let fleet = all_kinds();
        let rig = Rig::new(move |asked| {
            if asked.list("InstanceIds").contains(&"i-ghost".to_owned()) {
                return refusal(code);
            }
            answer(&fleet, asked)
        });
        let course = run(attach(&rig, &["web"], &["i-free", "i-ghost", "i-old"])).await;
        assert_eq!(
            course.statuses(),
            [(Attached, true), (NotFound, true), (Attached, true)]
        );
    }
    let rig = Rig::new(|_| refusal("InvalidParameter"));
    let error = attach(&rig, &["web"], &["i-1"])
        .survey()
        .await
        .expect_err("refused");
    assert_eq!(error.kind, ErrorKind::Usage);
}

#[tokio::test(start_paused = true)]
async fn a_hundred_instances_go_in_one_request() {
    let rig = Rig::new(|_| Value::Null);
    let ids: Vec<String> = (0..250).map(|n| format!("i-{n}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let change = attach(&rig, &["web"], &ids);
    let ready: Vec<usize> = (0..250).collect();
    let sizes: Vec<usize> = change.waves(&ready).concat().iter().map(Vec::len).collect();
    assert_eq!(sizes, [100, 100, 50]);
}
