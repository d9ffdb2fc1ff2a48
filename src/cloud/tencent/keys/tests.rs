//! The key pairs of both products against a made-up service.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::{Value, json};

use super::Keys;
use crate::cloud::additions::Additions;
use crate::cloud::amendments::Amending;
use crate::cloud::change::Change;
use crate::cloud::removals::Removals;
use crate::cloud::tencent::cvm::Cvm;
use crate::cloud::tencent::lighthouse::Lighthouse;
use crate::cloud::tencent::product::Product;
use crate::cloud::tencent::records;
use crate::cloud::tencent::testing::{Rig, carry_out, instance_page, key_page, refusal, statuses};
use crate::error::{Error, ErrorKind};
use crate::model::{Amendment, Facts, Keeper, NewKeyPair, Outcome, Status};
use crate::sshkey::PublicKey;

const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH0wPUlYiYO21+OoJKbe7zNzHcAt+3aVQyLFFIM6L3iP dev@example.com";
const RSA: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAgCx dev@example.com";

fn key(text: &str) -> PublicKey {
    PublicKey::parse(text).expect("a key")
}

fn import(name: &str, text: &str) -> NewKeyPair {
    NewKeyPair {
        name: name.to_owned(),
        public_key: Some(key(text)),
        ..NewKeyPair::default()
    }
}

/// A pair as lists show it: the comment of its key is its id.
fn pair(id: &str, name: &str, text: &str, bound: &[&str]) -> Value {
    json!({
        "KeyId": id, "KeyName": name, "ProjectId": 0, "Description": "",
        "PublicKey": key(text).with_comment(id).line(), "AssociatedInstanceIds": bound,
        "CreatedTime": "2026-02-11T07:30:05Z", "Tags": [{"Key": "团队", "Value": "基础设施"}],
    })
}

/// A service that keeps what it is given, of either product.
fn service(
    world: &Rc<RefCell<Vec<Value>>>,
    instances: &[&str],
) -> impl Fn(&str, &Value) -> Value + 'static {
    let world = Rc::clone(world);
    let instances: Vec<_> = instances
        .iter()
        .map(|id| json!({"InstanceId": id}))
        .collect();
    move |action, body| match action {
        "DescribeKeyPairs" => key_page(&world.borrow(), body),
        "DescribeInstances" => instance_page(&instances, body),
        "ImportKeyPair" => {
            let (name, text) = (body["KeyName"].as_str(), body["PublicKey"].as_str());
            let new = pair(
                "skey-new00001",
                name.expect("a name"),
                text.expect("a key"),
                &[],
            );
            world.borrow_mut().push(new);
            json!({"KeyId": "skey-new00001", "RequestId": "r-import"})
        }
        "CreateKeyPair" => {
            let name = body["KeyName"].as_str().expect("a name");
            world
                .borrow_mut()
                .push(pair("skey-new00001", name, RSA, &[]));
            json!({"KeyPair": {"KeyId": "skey-new00001", "KeyName": name,
                   "PrivateKey": "canary"}, "RequestId": "r-create"})
        }
        "ModifyKeyPairAttribute" => {
            let mut world = world.borrow_mut();
            let found = world.iter_mut().find(|pair| pair["KeyId"] == body["KeyId"]);
            let found = found.expect("the pair is there");
            for (from, to) in [("KeyName", "KeyName"), ("Description", "Description")] {
                if let Some(value) = body.get(from) {
                    found[to] = value.clone();
                }
            }
            json!({"RequestId": "r-modify"})
        }
        "DeleteKeyPairs" => {
            let ids = body["KeyIds"].as_array().expect("ids");
            let mut world = world.borrow_mut();
            let named = |pair: &&Value| ids.contains(&pair["KeyId"]);
            if world.iter().filter(named).count() < ids.len() {
                return refusal("InvalidKeyPairId.NotFound");
            }
            let in_use = |pair: &Value| pair["AssociatedInstanceIds"] != json!([]);
            if world.iter().filter(named).any(in_use) {
                return refusal("InvalidParameterValue.KeyPairNotSupported");
            }
            world.retain(|pair| !named(&pair));
            json!({"RequestId": "r-delete"})
        }
        _ => panic!("{action} is not expected"),
    }
}

async fn add<P: Product>(rig: &Rig, pairs: Vec<NewKeyPair>) -> Vec<Outcome> {
    let mut change = Additions::new(Keys::<P>::new(&rig.client), pairs).expect("possible");
    carry_out(&mut change).await.1
}

async fn delete<P: Product>(rig: &Rig, ids: &[&str]) -> Vec<Outcome> {
    let ids = ids.iter().map(|&id| id.to_owned()).collect();
    let mut change = Removals::new(Keys::<P>::new(&rig.client), ids).expect("possible");
    carry_out(&mut change).await.1
}

fn world(pairs: &[Value]) -> Rc<RefCell<Vec<Value>>> {
    Rc::new(RefCell::new(pairs.to_vec()))
}

#[tokio::test(start_paused = true)]
async fn lists_are_complete_and_each_pair_stands_there_once() {
    let mut pairs: Vec<_> = (0..230)
        .map(|n| {
            pair(
                &format!("skey-{n:08}"),
                &format!("k{n}"),
                RSA,
                &["ins-gone0000"],
            )
        })
        .collect();
    // A page that shifted shows a pair again.
    pairs[150] = pairs[149].clone();
    let rig = Rig::new(service(&world(&pairs), &[]));
    let records = records::key_pairs::<Cvm>(&rig.client)
        .await
        .expect("a list");
    assert_eq!(records.len(), 229);
    assert_eq!(rig.asked_for("DescribeKeyPairs").len(), 3);
    let Facts::KeyPair(facts) = &records[0].facts else {
        panic!("a key pair");
    };
    assert_eq!(facts.material.is(&key(RSA)), Some(true));
    assert_eq!(facts.created_at.as_deref(), Some("2026-02-11T07:30:05Z"));
    assert_eq!(facts.tags.as_ref().map(Vec::len), Some(1));
    let bound = facts.bound_to.as_ref().expect("it says so");
    assert_eq!(
        bound[0].to_string(),
        "tencent:env/ap-guangzhou/instance/ins-gone0000"
    );
    let listing = records::show::<Cvm>(&rig.client, "skey-00000007")
        .await
        .expect("it is there");
    assert_eq!(listing.records[0].name(), "k7");
    assert_eq!(listing.records[0].raw["KeyName"], "k7");
    let missing = records::show::<Cvm>(&rig.client, "skey-99999999").await;
    assert_eq!(missing.expect_err("no such pair").kind, ErrorKind::NotFound);
    assert!(
        records::show::<Cvm>(&rig.client, "lhkp-99999999")
            .await
            .is_err()
    );
}

#[tokio::test(start_paused = true)]
async fn instances_say_what_is_bound_or_that_nobody_knows() {
    let rig = Rig::new(|_, body| {
        let all = [
            json!({"InstanceId": "ins-11111111", "InstanceName": "web", "InstanceState": "RUNNING",
                   "OsName": "TencentOS Server 4", "LoginSettings": {"KeyIds": ["skey-aaaaaaaa"]}}),
            json!({"InstanceId": "ins-22222222", "InstanceState": "STOPPED"}),
            json!({"InstanceId": "ins-33333333", "LoginSettings": {"KeyIds": null}}),
        ];
        instance_page(&all, body)
    });
    let records = records::instances(&rig.client).await.expect("a list");
    let bound: Vec<_> = records
        .iter()
        .map(|record| match &record.facts {
            Facts::Instance(instance) => {
                let ids = instance.key_pairs.as_ref();
                ids.map(|ids| ids.iter().map(|pair| pair.id.clone()).collect::<Vec<_>>())
            }
            _ => panic!("an instance"),
        })
        .collect();
    assert_eq!(
        bound,
        [Some(vec!["skey-aaaaaaaa".to_owned()]), None, Some(vec![])]
    );
    assert_eq!(records[0].state(), Some("running"));
    assert_eq!(records[2].state(), None);
}

#[tokio::test(start_paused = true)]
async fn an_import_is_recognised_whatever_became_of_its_comment() {
    let world = world(&[]);
    let rig = Rig::new(service(&world, &[]));
    let mut new = import("web_1", RSA);
    new.description = Some("rotated by CI".to_owned());
    new.tags = vec![("env".to_owned(), "prod".to_owned())];
    new.project = Some("12".to_owned());
    let outcomes = add::<Cvm>(&rig, vec![new.clone()]).await;
    assert_eq!(statuses(&outcomes), [Status::Imported]);
    assert!(outcomes[0].verified && outcomes[0].error.is_none());
    assert_eq!(outcomes[0].address.id, "skey-new00001");
    assert_eq!(
        rig.asked_for("ImportKeyPair"),
        [
            json!({"KeyName": "web_1", "ProjectId": 12, "PublicKey": RSA, "TagSpecification":
            [{"ResourceType": "keypair", "Tags": [{"Key": "env", "Value": "prod"}]}]})
        ]
    );
    assert_eq!(
        rig.asked_for("ModifyKeyPairAttribute"),
        [json!({"KeyId": "skey-new00001", "Description": "rotated by CI"})]
    );
    // Again, under its own name and under another one; and another key under its name.
    for (name, text, status) in [
        ("web_1", RSA, Status::Exists),
        ("web_2", RSA, Status::Exists),
        ("web_1", ED25519, Status::Conflict),
    ] {
        let outcomes = add::<Cvm>(&rig, vec![import(name, text)]).await;
        assert_eq!(statuses(&outcomes), [status], "{name}");
        assert!(outcomes[0].verified);
    }
    assert_eq!(rig.asked_for("ImportKeyPair").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_description_that_could_not_be_set_stands_beside_the_success() {
    let world = world(&[]);
    let inner = service(&world, &[]);
    let rig = Rig::new(move |action, body| match action {
        "ModifyKeyPairAttribute" => refusal("UnauthorizedOperation"),
        _ => inner(action, body),
    });
    let mut new = import("web_1", RSA);
    new.description = Some("d".to_owned());
    let outcomes = add::<Cvm>(&rig, vec![new]).await;
    assert_eq!(statuses(&outcomes), [Status::Imported]);
    let error = outcomes[0].error.as_ref().expect("the later step failed");
    assert_eq!(error.kind, ErrorKind::Permission);
    assert!(
        error
            .hints
            .iter()
            .any(|hint| hint.contains("update skey-new00001"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_private_key_is_kept_before_anything_else_is_sent() {
    for keeps in [true, false] {
        let world = world(&[]);
        let rig = Rig::new(service(&world, &[]));
        let asked = Rc::clone(&rig.asked);
        let keeper = Keeper::new("key.pem".to_owned(), move |secret| {
            assert_eq!(secret.expose(), "canary");
            let asked = asked.borrow();
            assert_eq!(asked.last().expect("a call").0, "CreateKeyPair");
            if keeps {
                Ok(())
            } else {
                Err(Error::new(ErrorKind::Internal, "the disk is full"))
            }
        });
        let new = NewKeyPair {
            name: "web_1".to_owned(),
            description: Some("d".to_owned()),
            keeper: Some(keeper),
            ..NewKeyPair::default()
        };
        let outcomes = add::<Cvm>(&rig, vec![new]).await;
        assert_eq!(statuses(&outcomes), [Status::Created]);
        assert_eq!(outcomes[0].private_key_file.is_some(), keeps);
        assert_eq!(outcomes[0].error.is_none(), keeps);
        assert_eq!(
            rig.asked_for("ModifyKeyPairAttribute").len(),
            usize::from(keeps)
        );
        assert!(!format!("{outcomes:?}").contains("canary"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_an_import_is_found_out_by_looking() {
    let world = world(&[]);
    let inner = service(&world, &[]);
    let rig = Rig::new(move |action, body| {
        let answer = inner(action, body);
        if action == "ImportKeyPair" {
            Value::Null
        } else {
            answer
        }
    });
    let mut new = import("web_1", RSA);
    new.description = Some("d".to_owned());
    let outcomes = add::<Cvm>(&rig, vec![new]).await;
    assert_eq!(statuses(&outcomes), [Status::Imported]);
    assert!(outcomes[0].verified && outcomes[0].error.is_none());
    assert_eq!(rig.asked_for("ImportKeyPair").len(), 1);
    assert_eq!(world.borrow()[0]["Description"], "d");
}

#[tokio::test(start_paused = true)]
async fn lighthouse_has_tags_but_neither_project_nor_description() {
    let world = world(&[]);
    let rig = Rig::new(service(&world, &[]));
    let mut new = import("lh_1", RSA);
    new.tags = vec![("env".to_owned(), "prod".to_owned())];
    assert_eq!(
        statuses(&add::<Lighthouse>(&rig, vec![new]).await),
        [Status::Imported]
    );
    assert_eq!(
        rig.asked_for("ImportKeyPair"),
        [json!({"KeyName": "lh_1", "PublicKey": RSA, "Tags": [{"Key": "env", "Value": "prod"}]})]
    );
    let refuse = |change: fn(&mut NewKeyPair)| {
        let mut new = import("lh_1", RSA);
        change(&mut new);
        let keys = Keys::<Lighthouse>::new(&rig.client);
        let error = Additions::new(keys, vec![new]).err().expect("refused");
        assert_eq!((error.kind, error.hints.len()), (ErrorKind::Usage, 1));
    };
    refuse(|new| new.description = Some("d".to_owned()));
    refuse(|new| new.project = Some("0".to_owned()));
    refuse(|new| new.tags = vec![(String::new(), String::new()); 11]);
    refuse(|new| new.name = "lh-1".to_owned());
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_not_rsa_is_warned_about_and_sent() {
    let rig = Rig::new(service(&world(&[]), &[]));
    let keys = Keys::<Cvm>::new(&rig.client);
    let mut change = Additions::new(keys, vec![import("web_1", ED25519)]).expect("possible");
    let (survey, outcomes) = carry_out(&mut change).await;
    assert_eq!(survey.warnings.len(), 1);
    assert!(survey.warnings[0].contains("RSA"), "{:?}", survey.warnings);
    assert_eq!(statuses(&outcomes), [Status::Imported]);
}

#[tokio::test(start_paused = true)]
async fn a_bound_pair_is_refused_with_the_command_that_frees_it() {
    let world = world(&[
        pair("skey-aaaaaaaa", "a", RSA, &["ins-11111111", "ins-gone0000"]),
        pair("skey-bbbbbbbb", "b", RSA, &[]),
    ]);
    let rig = Rig::new(service(&world, &["ins-11111111"]));
    let outcomes = delete::<Cvm>(&rig, &["skey-aaaaaaaa", "skey-bbbbbbbb", "skey-cccccccc"]).await;
    assert_eq!(
        statuses(&outcomes),
        [Status::InUse, Status::Deleted, Status::Absent]
    );
    assert!(outcomes.iter().all(|outcome| outcome.verified));
    assert_eq!(outcomes[0].held_by.as_ref().map(Vec::len), Some(2));
    let hints = &outcomes[0].error.as_ref().expect("refused").hints;
    let command = "kpctl tencent key-pair detach --key-pair skey-aaaaaaaa --instance ins-11111111 -r ap-guangzhou";
    assert!(
        hints.iter().any(|hint| hint.ends_with(command)),
        "{hints:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn in_use_with_nothing_bound_is_tried_again_before_it_is_an_image() {
    // Free after the third try, or never: bound to nothing, or to an instance that is gone.
    for (tries, bound) in [
        (3, &[][..]),
        (usize::MAX, &[]),
        (usize::MAX, &["ins-gone0000"]),
    ] {
        let world = world(&[pair("skey-aaaaaaaa", "a", RSA, bound)]);
        let inner = service(&world, &[]);
        let calls = Rc::new(RefCell::new(0));
        let counter = Rc::clone(&calls);
        let rig = Rig::new(move |action, body| {
            if action == "DeleteKeyPairs" {
                *counter.borrow_mut() += 1;
                if *counter.borrow() < tries {
                    return refusal("InvalidParameterValue.KeyPairNotSupported");
                }
            }
            inner(action, body)
        });
        let start = tokio::time::Instant::now();
        let outcomes = delete::<Cvm>(&rig, &["skey-aaaaaaaa"]).await;
        assert!(start.elapsed().as_secs() < 30);
        if tries == 3 {
            assert_eq!(statuses(&outcomes), [Status::Deleted]);
            assert_eq!(*calls.borrow(), 3);
            continue;
        }
        assert_eq!(statuses(&outcomes), [Status::InUse]);
        assert_eq!(*calls.borrow(), 5);
        let hints = &outcomes[0].error.as_ref().expect("refused").hints;
        assert!(
            hints
                .iter()
                .any(|hint| hint.contains("a custom image refers")),
            "{hints:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_blueprint_is_named_at_once_and_lighthouse_takes_ten_at_a_time() {
    let ids: Vec<String> = (0..23).map(|n| format!("lhkp-{n:08}")).collect();
    let names: Vec<&str> = ids.iter().map(String::as_str).collect();
    let pairs: Vec<_> = names.iter().map(|id| pair(id, "n", RSA, &[])).collect();
    let rig = Rig::new(service(&world(&pairs), &[]));
    let outcomes = delete::<Lighthouse>(&rig, &names).await;
    assert!(
        statuses(&outcomes)
            .iter()
            .all(|status| *status == Status::Deleted)
    );
    let calls = rig.asked_for("DeleteKeyPairs");
    let sizes: Vec<_> = calls
        .iter()
        .map(|body| body["KeyIds"].as_array().map(Vec::len))
        .collect();
    assert_eq!(sizes, [Some(10), Some(10), Some(3)]);

    let world = world(&pairs[..1]);
    let inner = service(&world, &[]);
    let rig = Rig::new(move |action, body| match action {
        "DeleteKeyPairs" => refusal("UnsupportedOperation.KeyPairBindToBlueprints"),
        _ => inner(action, body),
    });
    let outcomes = delete::<Lighthouse>(&rig, &names[..1]).await;
    assert_eq!(statuses(&outcomes), [Status::InUse]);
    assert_eq!(rig.asked_for("DeleteKeyPairs").len(), 1);
    let hints = &outcomes[0].error.as_ref().expect("refused").hints;
    assert!(
        hints
            .iter()
            .any(|hint| hint.contains("so a blueprint refers")),
        "{hints:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_update_is_read_back() {
    let world = world(&[pair("skey-aaaaaaaa", "a", RSA, &[])]);
    let rig = Rig::new(service(&world, &[]));
    let update = |name: Option<&str>, description: Option<&str>| {
        let amendment = Amendment {
            name: name.map(str::to_owned),
            description: description.map(str::to_owned),
        };
        let keys = Keys::<Cvm>::new(&rig.client);
        Amending::new(keys, "skey-aaaaaaaa".to_owned(), amendment)
    };
    let mut change = update(Some("b"), Some("d"));
    let (_, outcomes) = carry_out(&mut change).await;
    assert_eq!(statuses(&outcomes), [Status::Changed]);
    assert!(outcomes[0].verified);
    let mut again = update(Some("b"), None);
    let survey = again.survey().await.expect("a look");
    assert_eq!(statuses(&survey.outcomes), [Status::Unchanged]);
    assert_eq!(
        rig.asked_for("ModifyKeyPairAttribute"),
        [json!({"KeyId": "skey-aaaaaaaa", "KeyName": "b", "Description": "d"})]
    );
    for (name, description) in [(Some("b-1"), None), (None, Some("k".repeat(61)))] {
        let amendment = Amendment {
            name: name.map(str::to_owned),
            description,
        };
        assert!(super::check_amendment("skey-aaaaaaaa", &amendment).is_err());
    }
}
