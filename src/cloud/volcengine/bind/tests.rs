//! Binding against a made-up service: what is sent, and what is concluded from the looks.

mod restart;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Value, json};

use crate::cloud::Provider;
use crate::cloud::change::{Change, Risk};
use crate::cloud::volcengine::testing::{Asked, Course, Rig, page, refusal};
use crate::error::ErrorKind;
use crate::model::Status::{
    Attached, Busy, Denied, Detached, Failed, NotFound, Refused, Unchanged, Unverified,
};
use crate::model::{Binding, ChangeRequest, Resource};

/// A machine of the made-up service.
#[derive(Clone)]
struct Machine {
    bound: &'static str,
    status: &'static str,
    os: &'static str,
}

const RUNNING: Machine = Machine {
    bound: "",
    status: "RUNNING",
    os: "Linux",
};

type Fleet = Rc<RefCell<BTreeMap<&'static str, Machine>>>;

fn fleet(machines: &[(&'static str, Machine)]) -> Fleet {
    Rc::new(RefCell::new(machines.iter().cloned().collect()))
}

/// Pairs web (kp-1) and old (kp-2); each binding works at once.
fn answer(fleet: &Fleet, asked: &Asked) -> Value {
    let ids = asked.list("InstanceIds");
    let mut machines = fleet.borrow_mut();
    match asked.action.as_str() {
        "DescribeInstances" => {
            let shown = |(id, machine): (&&str, &Machine)| {
                let pair = pair_id(machine.bound);
                json!({"InstanceId": id, "KeyPairName": machine.bound, "KeyPairId": pair,
                       "Status": machine.status, "OsType": machine.os})
            };
            let wanted = machines
                .iter()
                .filter(|(id, _)| ids.contains(&(**id).to_owned()));
            page("Instances", &wanted.map(shown).collect::<Vec<_>>())
        }
        "DescribeKeyPairs" => {
            let wanted = [asked.list("KeyPairNames"), asked.list("KeyPairIds")].concat();
            let pairs =
                ["web", "old"].map(|name| json!({"KeyPairName": name, "KeyPairId": pair_id(name)}));
            let is_wanted = |pair: &&Value| {
                wanted
                    .iter()
                    .any(|text| pair["KeyPairName"] == **text || pair["KeyPairId"] == **text)
            };
            page(
                "KeyPairs",
                &pairs.iter().filter(is_wanted).cloned().collect::<Vec<_>>(),
            )
        }
        "AttachKeyPair" | "DetachKeyPair" => {
            let bound = match (asked.action.as_str(), asked.get("KeyPairId")) {
                ("AttachKeyPair", "kp-1") => "web",
                ("AttachKeyPair", "kp-2") => "old",
                _ => "",
            };
            for (id, machine) in machines.iter_mut() {
                if ids.contains(&(*id).to_owned()) {
                    machine.bound = bound;
                }
            }
            done(&ids)
        }
        other => panic!("nobody asks for {other}"),
    }
}

fn pair_id(name: &str) -> &'static str {
    match name {
        "web" => "kp-1",
        "old" => "kp-2",
        _ => "",
    }
}

fn done(ids: &[String]) -> Value {
    let items: Vec<Value> = ids
        .iter()
        .map(|id| json!({"InstanceId": id, "Error": null}))
        .collect();
    json!({"OperationDetails": items})
}

fn request(key_pairs: &[&str], instances: &[&str]) -> Binding {
    let owned = |ids: &[&str]| ids.iter().map(|&id| id.to_owned()).collect();
    Binding::new(Resource::KeyPair, owned(key_pairs), owned(instances))
}

fn attach<'r>(rig: &'r Rig, key_pairs: &[&str], instances: &[&str]) -> Box<dyn Change + 'r> {
    let request = ChangeRequest::AttachKeyPairs(request(key_pairs, instances));
    rig.cloud.change(request).expect("a change")
}

fn detach<'r>(rig: &'r Rig, key_pairs: &[&str], instances: &[&str]) -> Box<dyn Change + 'r> {
    let request = ChangeRequest::DetachKeyPairs(request(key_pairs, instances));
    rig.cloud.change(request).expect("a change")
}

async fn run(mut change: Box<dyn Change + '_>) -> Course {
    Course::run(change.as_mut()).await.expect("a survey")
}

/// Every kind of machine, with `web` on some.
fn all_kinds() -> Fleet {
    fleet(&[
        ("i-free", RUNNING),
        (
            "i-old",
            Machine {
                bound: "old",
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
        (
            "i-off",
            Machine {
                bound: "web",
                status: "STOPPED",
                ..RUNNING
            },
        ),
        (
            "i-moves",
            Machine {
                status: "STARTING",
                bound: "web",
                ..RUNNING
            },
        ),
        (
            "i-broken",
            Machine {
                status: "ERROR",
                ..RUNNING
            },
        ),
        (
            "i-win",
            Machine {
                os: "Windows",
                ..RUNNING
            },
        ),
    ])
}

const ALL: [&str; 8] = [
    "i-free", "i-old", "i-web", "i-off", "i-moves", "i-broken", "i-win", "i-ghost",
];

#[tokio::test(start_paused = true)]
async fn attaching_sends_what_a_look_leaves_and_is_read_back() {
    let fleet = all_kinds();
    let rig = Rig::new(move |asked| answer(&fleet, asked));
    let course = run(attach(&rig, &["web"], &ALL)).await;
    assert_eq!(
        course.statuses(),
        [
            (Attached, true),
            (Attached, true),
            (Unchanged, true),
            (Unchanged, true),
            (Unchanged, true),
            (Refused, true),
            (Refused, true),
            (NotFound, true),
        ]
    );
    let sent = rig.asked("AttachKeyPair");
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].list("InstanceIds"), ["i-free", "i-old"]);
    assert_eq!(
        (sent[0].get("KeyPairId"), sent[0].has("KeyPairName")),
        ("kp-1", false)
    );
    assert_eq!(sent[0].get("ClientToken").len(), 32);
    let old = &course.outcomes[1];
    let key = |state: &Option<crate::model::ItemState>| {
        let state = state.clone().expect("a state");
        (
            state.key_pair.expect("a key pair"),
            state.power.expect("a power state"),
        )
    };
    assert_eq!(key(&old.before), ("old".to_owned(), "running".to_owned()));
    assert_eq!(key(&old.after), ("web".to_owned(), "running".to_owned()));
    assert_eq!(old.request_id.as_deref(), Some("r-AttachKeyPair"));
    let notes = course.survey.notes.join("\n");
    for word in [
        "i-old holds old: web replaces it",
        "takes no passwords",
        "--reboot",
    ] {
        assert!(notes.contains(word), "{word} in {notes}");
    }
    assert!(!notes.contains("i-free"), "{notes}");
    assert!(course.survey.dangers.is_empty());
    assert!(rig.asked("RebootInstances").is_empty());
}

#[tokio::test(start_paused = true)]
async fn detaching_names_the_lockout_and_leaves_other_pairs_alone() {
    let fleet = all_kinds();
    let rig = Rig::new(move |asked| answer(&fleet, asked));
    let course = run(detach(&rig, &["web", "nothing"], &ALL)).await;
    let statuses: Vec<_> = course.statuses().into_iter().step_by(2).collect();
    assert_eq!(
        statuses,
        [
            (Unchanged, true),
            (Unchanged, true),
            (Detached, true),
            (Detached, true),
            (Busy, true),
            (Unchanged, true),
            (Unchanged, true),
            (NotFound, true),
        ]
    );
    let unknown: Vec<_> = course.statuses().into_iter().skip(1).step_by(2).collect();
    assert_eq!(unknown, [(NotFound, true); 8]);
    assert_eq!(
        rig.asked("DetachKeyPair")[0].list("InstanceIds"),
        ["i-web", "i-off"]
    );
    let dangers = &course.survey.dangers;
    assert!(dangers.iter().all(|danger| danger.risk == Risk::Lockout));
    let machines: Vec<&str> = dangers
        .iter()
        .map(|danger| danger.machine.id.as_str())
        .collect();
    assert_eq!(machines, ["i-web", "i-off"]);
    let other = course.outcomes[2].before.clone().expect("a state");
    assert_eq!(other.key_pair.as_deref(), Some("old"));
}

#[tokio::test(start_paused = true)]
async fn several_pairs_go_in_one_request_each() {
    let fleet = all_kinds();
    let rig = Rig::new(move |asked| answer(&fleet, asked));
    let course = run(detach(&rig, &["web", "kp-2"], &["i-old", "i-web"])).await;
    assert_eq!(
        course.statuses(),
        [
            (Unchanged, true),
            (Detached, true),
            (Detached, true),
            (Unchanged, true)
        ]
    );
    let sent: Vec<_> = rig
        .asked("DetachKeyPair")
        .iter()
        .map(|asked| (asked.get("KeyPairId").to_owned(), asked.list("InstanceIds")))
        .collect();
    assert_eq!(
        sent,
        [
            ("kp-1".to_owned(), vec!["i-web".to_owned()]),
            ("kp-2".to_owned(), vec!["i-old".to_owned()]),
        ]
    );
    assert_eq!(course.outcomes[1].address.id, "old");
    assert!(
        course
            .survey
            .notes
            .iter()
            .any(|note| note.contains("kp-2 is the key pair named old"))
    );
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_meant_is_refused_before_anything_is_sent() {
    let fleet = all_kinds();
    let rig = Rig::new(move |asked| answer(&fleet, asked));
    for (key_pairs, instances) in [
        (vec!["web", "old"], vec!["i-web"]),
        (vec!["we\nb"], vec!["i-web"]),
        (vec!["web"], vec![" i-web"]),
    ] {
        let asked = ChangeRequest::AttachKeyPairs(request(&key_pairs, &instances));
        let error = rig.cloud.change(asked).err().expect("refused");
        assert_eq!(error.kind, ErrorKind::Usage);
    }
    let error = detach(&rig, &["web", "kp-1"], &["i-web"])
        .survey()
        .await
        .expect_err("twice");
    assert_eq!(
        (error.kind, error.message.as_str()),
        (ErrorKind::Usage, "web and kp-1 are the same key pair")
    );
    let mut light = request(&["web"], &["i-web"]);
    light.resource = Resource::LighthouseKeyPair;
    assert!(
        rig.cloud
            .change(ChangeRequest::AttachKeyPairs(light))
            .is_err()
    );
}

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
