use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use serde_json::Value;

use super::{Snapshot, parse, text};
use crate::error::{Error, ErrorKind};
use crate::model::{
    CloudId, CodeartsKey, CphServer, Facts, Holding, Instance, Inventory, KeyPair, KmsKey,
    Material, Place, Record, Resource, Scope, Sight, Usage, Visibility, Visit,
};

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH0wPUlYiYO21+OoJKbe7zNzHcAt+3aVQyLFFIM6L3iP a b";

fn scope(cloud: CloudId, region: &str) -> Scope {
    Scope {
        cloud,
        profile: "prod".to_owned(),
        region: region.to_owned(),
    }
}

fn thing(scope: &Scope, resource: Resource, id: &str, facts: Facts) -> Holding {
    Holding {
        record: Record {
            address: Some(scope.address(resource, id)),
            scope: scope.clone(),
            id: id.to_owned(),
            facts,
            raw: Value::Null,
        },
        usage: None,
    }
}

fn everything() -> Snapshot {
    let (volcengine, tencent) = (
        scope(CloudId::Volcengine, "cn-beijing"),
        scope(CloudId::Tencent, "ap-tokyo"),
    );
    let huawei = scope(CloudId::Huawei, "cn-north-4");
    let nowhere = scope(CloudId::Huawei, "*");
    let place = |scope: &Scope, resource| Place {
        scope: scope.clone(),
        resource,
    };
    let error = Error::new(ErrorKind::Permission, "not allowed").code("AccessDenied");
    let md5 = "MD5:c8:e2:42:2d:4d:9c:f8:5f:46:1e:91:d8:94:2f:97:6e";
    let mut used = thing(
        &volcengine,
        Resource::KeyPair,
        "web 1/名",
        Facts::KeyPair(KeyPair {
            name: "web 1/名".to_owned(),
            material: Material::read(None, Some(md5)),
            created_at: Some("2022-03-07T09:00:00+08:00".to_owned()),
            description: Some(String::new()),
            tags: Some(vec![("team".to_owned(), "infra".to_owned())]),
            other_id: Some("kp-1".to_owned()),
            ..KeyPair::default()
        }),
    );
    used.usage = Some(Usage {
        holders: vec![volcengine.address(Resource::Instance, "i-1")],
        is_complete: true,
    });
    let holdings = vec![
        used,
        thing(
            &tencent,
            Resource::LighthouseKeyPair,
            "lhkp-1",
            Facts::KeyPair(KeyPair {
                name: "x".to_owned(),
                material: Material::read(Some(KEY), None),
                bound_to: Some(Vec::new()),
                visibility: Some(Visibility::Account),
                private_key_stored: Some(true),
                ..KeyPair::default()
            }),
        ),
        thing(
            &volcengine,
            Resource::Instance,
            "i-1",
            Facts::Instance(Instance {
                name: "web".to_owned(),
                state: Some("running".to_owned()),
                os: None,
                key_pairs: Some(vec![volcengine.address(Resource::KeyPair, "web-1")]),
                hosts: vec!["203.0.113.9".to_owned()],
            }),
        ),
        thing(
            &huawei,
            Resource::KmsKey,
            "0d04",
            Facts::KmsKey(KmsKey {
                alias: "db".to_owned(),
                state: Some("pending-deletion".to_owned()),
                deletion_at: Some(1_800_000_000_000),
                is_default: Some(false),
                ..KmsKey::default()
            }),
        ),
        thing(
            &huawei,
            Resource::CphServer,
            "s",
            Facts::CphServer(CphServer {
                key_pair: Some("phone".to_owned()),
                ..CphServer::default()
            }),
        ),
        thing(
            &huawei,
            Resource::CodeartsKey,
            "7",
            Facts::CodeartsKey(CodeartsKey {
                title: "laptop".to_owned(),
                material: Material::read(Some(KEY), None),
                created_at: Some("2025".to_owned()),
            }),
        ),
    ];
    let visit = |place, sight| Visit { place, sight };
    let accounts = [((CloudId::Tencent, "prod".to_owned()), "100".to_owned())];
    Snapshot {
        inventory: Inventory {
            taken_at: chrono::DateTime::from_timestamp(1_790_000_000, 0),
            visits: vec![
                visit(place(&volcengine, Resource::KeyPair), Sight::Seen),
                visit(
                    place(&tencent, Resource::LighthouseKeyPair),
                    Sight::NotEnabled("no".to_owned()),
                ),
                visit(place(&nowhere, Resource::KeyPair), Sight::Unseen(error)),
            ],
            holdings,
            accounts: accounts.into_iter().collect(),
            warnings: vec!["careful".to_owned()],
        },
        sandbox: true,
        endpoint: Some("http://127.0.0.1:1".to_owned()),
    }
}

#[test]
fn what_is_written_is_read_back() {
    let written = text(&everything());
    let read = parse(&written, "now.json").expect("reads");
    assert_eq!(text(&read), written);
    let inventory = &read.inventory;
    assert!(!inventory.is_complete());
    assert_eq!(inventory.holdings.len(), 6);
    assert_eq!(inventory.holdings[0].record.other_id(), Some("kp-1"));
    let usage = inventory.holdings[0].usage.as_ref().expect("kept");
    assert_eq!(usage.holders.len(), 1);
    let (place, error) = inventory.unseen().next().expect("one");
    assert_eq!(place.to_string(), "huawei:prod/*/key-pair");
    assert_eq!(error.kind, ErrorKind::Permission);
    assert_eq!(inventory.account_of(&scope(CloudId::Tencent, "x")), "100");
}

#[test]
fn what_cannot_be_used_is_said_with_its_place() {
    let whole = text(&everything());
    for (broken, says) in [
        (String::new(), "it breaks off"),
        (whole[..whole.len() / 2].to_owned(), "it breaks off"),
        ("[]".to_owned(), "lacks"),
        ("{\"schema\":\"kpctl/v1\"}".to_owned(), "lacks"),
        ("no json".to_owned(), "no JSON"),
        (whole.replace("\"Snapshot\"", "\"List\""), "kind 'List'"),
        (whole.replace("kpctl/v1", "kpctl/v2"), "'kpctl/v2'"),
        (
            whole.replace("\"state\":\"seen\"", "\"state\":\"?\""),
            "place 1",
        ),
        (
            whole.replace("ssh-ed25519 AAAA", "ssh-ed25519 !!"),
            "item 2",
        ),
        (whole.replace("MD5:c8", "MD5:c"), "item 1"),
        (whole.replace("key-pair/web%20", "keypair/web%20"), "item 1"),
        (
            whole.replace("\"user\"", "1").replace("\"account\"}", "7}"),
            "lacks",
        ),
    ] {
        if broken == whole {
            continue;
        }
        match parse(&broken, "now.json") {
            Err(error) => {
                assert_eq!(error.exit_code(), 2);
                assert!(error.message.contains("'now.json'"), "{error}");
                assert!(error.message.contains(says), "{error} is not about {says}");
            }
            Ok(_) => panic!("{says} was read"),
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_a_snapshot_or_none(text in any::<String>()) {
        prop_assert!(parse(&text, "x").is_err());
    }

    #[test]
    fn names_survive(name in any::<String>(), id in ".{1,20}") {
        let place = scope(CloudId::Volcengine, "cn-beijing");
        let facts = KeyPair { name: name.clone(), ..KeyPair::default() };
        let inventory = Inventory {
            holdings: vec![thing(&place, Resource::KeyPair, &id, Facts::KeyPair(facts))],
            ..Inventory::default()
        };
        let read = parse(&text(&Snapshot { inventory, ..Snapshot::default() }), "x").expect("reads");
        let record = &read.inventory.holdings[0].record;
        prop_assert_eq!(record.name(), name);
        prop_assert_eq!(&record.id, &id);
    }
}
