use serde_json::Value;

use super::count;
use crate::error::{Error, ErrorKind};
use crate::model::{
    Address, CloudId, CodeartsKey, CphServer, Facts, Holding, Instance, Inventory, KeyPair,
    Material, Place, Record, Resource, Scope, Sight, Visit,
};

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH0wPUlYiYO21+OoJKbe7zNzHcAt+3aVQyLFFIM6L3iP";

fn scope(cloud: CloudId, region: &str) -> Scope {
    Scope {
        cloud,
        profile: "env".to_owned(),
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

fn pair(scope: &Scope, id: &str, bound_to: Option<Vec<Address>>) -> Holding {
    let facts = KeyPair {
        bound_to,
        ..KeyPair::default()
    };
    thing(scope, Resource::KeyPair, id, Facts::KeyPair(facts))
}

fn seen(scope: &Scope, resource: Resource) -> Visit {
    Visit {
        place: Place {
            scope: scope.clone(),
            resource,
        },
        sight: Sight::Seen,
    }
}

fn unseen(scope: &Scope, resource: Resource) -> Visit {
    Visit {
        sight: Sight::Unseen(Error::new(ErrorKind::Permission, "denied")),
        ..seen(scope, resource)
    }
}

fn counted(holdings: Vec<Holding>, visits: Vec<Visit>) -> Vec<(String, usize, bool)> {
    let mut inventory = Inventory {
        visits,
        holdings,
        ..Inventory::default()
    };
    count(&mut inventory);
    inventory
        .keys()
        .map(|holding| {
            let usage = holding.usage.as_ref().expect("counted");
            let holders = usage.holders.len();
            (holding.record.id.clone(), holders, usage.is_complete)
        })
        .collect()
}

#[test]
fn instances_tell_what_they_hold_where_pairs_do_not() {
    let beijing = scope(CloudId::Volcengine, "cn-beijing");
    let shanghai = scope(CloudId::Volcengine, "cn-shanghai");
    let instance = |id: &str, pair: &str| {
        let facts = Instance {
            key_pairs: Some(vec![beijing.address(Resource::KeyPair, pair)]),
            ..Instance::default()
        };
        thing(&beijing, Resource::Instance, id, Facts::Instance(facts))
    };
    let found = counted(
        vec![
            pair(&beijing, "web", None),
            pair(&beijing, "old", None),
            // The same name in another region is another pair.
            pair(&shanghai, "web", None),
            pair(&shanghai, "db", None),
            instance("i-1", "web"),
            instance("i-2", "web"),
        ],
        vec![
            seen(&beijing, Resource::Instance),
            unseen(&shanghai, Resource::Instance),
        ],
    );
    assert_eq!(
        found,
        [
            ("web".to_owned(), 2, true),
            ("old".to_owned(), 0, true),
            ("web".to_owned(), 0, false),
            ("db".to_owned(), 0, false)
        ]
    );
}

#[test]
fn a_pair_that_is_shown_in_all_regions_is_held_by_what_holds_it_in_any() {
    let one = scope(CloudId::Tencent, "ap-guangzhou");
    let two = scope(CloudId::Tencent, "ap-tokyo");
    let holder = one.address(Resource::Instance, "ins-1");
    let found = counted(
        vec![
            pair(&one, "skey-1", Some(vec![holder])),
            pair(&two, "skey-1", Some(Vec::new())),
            // As a region shows it that takes the machine of another one for its own.
            pair(
                &two,
                "skey-4",
                Some(vec![two.address(Resource::Instance, "ins-4")]),
            ),
            pair(
                &one,
                "skey-4",
                Some(vec![one.address(Resource::Instance, "ins-4")]),
            ),
            pair(&two, "skey-2", Some(Vec::new())),
            pair(&two, "skey-3", None),
        ],
        Vec::new(),
    );
    assert_eq!(
        found,
        [
            ("skey-1".to_owned(), 1, true),
            ("skey-1".to_owned(), 1, true),
            ("skey-4".to_owned(), 1, true),
            ("skey-4".to_owned(), 1, true),
            ("skey-2".to_owned(), 0, true),
            ("skey-3".to_owned(), 0, false)
        ]
    );
}

#[test]
fn servers_and_git_users_count_and_what_nobody_tells_stays_open() {
    let place = scope(CloudId::Huawei, "cn-north-4");
    let server = CphServer {
        key_pair: Some("phone".to_owned()),
        ..CphServer::default()
    };
    let key = || Material::read(Some(KEY), None);
    let git = CodeartsKey {
        material: key(),
        ..CodeartsKey::default()
    };
    let known = KeyPair {
        material: key(),
        ..KeyPair::default()
    };
    let found = counted(
        vec![
            pair(&place, "phone", None),
            thing(&place, Resource::KeyPair, "laptop", Facts::KeyPair(known)),
            thing(&place, Resource::CodeartsKey, "7", Facts::CodeartsKey(git)),
            thing(&place, Resource::CphServer, "s-1", Facts::CphServer(server)),
        ],
        vec![seen(&place, Resource::CphServer)],
    );
    assert_eq!(
        found,
        [
            ("phone".to_owned(), 1, false),
            ("laptop".to_owned(), 1, false),
            ("7".to_owned(), 1, true)
        ]
    );
}
