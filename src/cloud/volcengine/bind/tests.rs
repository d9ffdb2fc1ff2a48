//! Binding against a made-up service: what is sent, and what is concluded from the looks.

mod answers;
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
