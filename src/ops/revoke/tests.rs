use serde_json::Value;

use super::{Revocation, Ways, plan};
use crate::error::ErrorKind;
use crate::model::{
    Address, Binding, ChangeRequest, CloudId, CodeartsKey, Facts, Holding, Inventory, KeyPair,
    Power, Record, RepositoryKeys, Resource, Scope, Usage,
};
use crate::ops::find::Match;
use crate::sshkey::Form;

fn scope(cloud: CloudId, region: &str) -> Scope {
    Scope {
        cloud,
        profile: "env".to_owned(),
        region: region.to_owned(),
    }
}

fn pair(scope: &Scope, resource: Resource, id: &str, holders: Vec<Address>) -> Holding {
    let facts = if resource == Resource::CodeartsKey {
        Facts::CodeartsKey(CodeartsKey::default())
    } else {
        Facts::KeyPair(KeyPair::default())
    };
    Holding {
        record: Record {
            address: Some(scope.address(resource, id)),
            scope: scope.clone(),
            id: id.to_owned(),
            facts,
            raw: Value::Null,
        },
        usage: Some(Usage {
            holders,
            is_complete: scope.cloud != CloudId::Huawei || resource == Resource::CodeartsKey,
        }),
    }
}

fn ways() -> Ways {
    Ways {
        replace_with: None,
        power: Power::Untouched,
        start_again: false,
        reboot: false,
    }
}

fn ids(list: &[String]) -> Vec<&str> {
    list.iter().map(String::as_str).collect()
}

#[test]
fn machines_give_the_key_up_before_its_records_go() {
    let beijing = scope(CloudId::Volcengine, "cn-beijing");
    let tokyo = scope(CloudId::Tencent, "ap-tokyo");
    let holdings = vec![
        pair(
            &beijing,
            Resource::KeyPair,
            "web",
            vec![machine(&beijing, "i-2"), machine(&beijing, "i-1")],
        ),
        pair(&beijing, Resource::KeyPair, "old", Vec::new()),
        pair(
            &tokyo,
            Resource::KeyPair,
            "skey-1",
            vec![machine(&tokyo, "ins-1")],
        ),
        pair(
            &tokyo,
            Resource::KeyPair,
            "skey-2",
            vec![machine(&tokyo, "ins-1")],
        ),
        pair(
            &tokyo,
            Resource::LighthouseKeyPair,
            "lhkp-1",
            vec![machine(&tokyo, "lhins-1")],
        ),
    ];
    let inventory = Inventory {
        holdings,
        ..Inventory::default()
    };
    let hits: Vec<_> = inventory
        .holdings
        .iter()
        .map(|holding| (holding, Match::Digest(Form::Md5)))
        .collect();
    let revocation = plan(&inventory, &hits, &ways()).expect("a plan");
    let detached: Vec<_> = revocation
        .detach
        .iter()
        .map(|wanted| match &wanted.request {
            ChangeRequest::DetachKeyPairs(binding) => {
                (ids(&binding.key_pairs), ids(&binding.instances))
            }
            other => panic!("{other:?}"),
        })
        .collect();
    // Two pairs on one machine go together.
    assert_eq!(
        detached,
        [
            (vec!["skey-1", "skey-2"], vec!["ins-1"]),
            (vec!["lhkp-1"], vec!["lhins-1"]),
            (vec!["web"], vec!["i-1", "i-2"]),
        ]
    );
    let deleted: Vec<_> = revocation
        .delete
        .iter()
        .map(|wanted| match &wanted.request {
            ChangeRequest::DeleteKeyPairs {
                resource, ids: of, ..
            } => (*resource, ids(of)),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        deleted,
        [
            (Resource::KeyPair, vec!["web", "old"]),
            (Resource::KeyPair, vec!["skey-1", "skey-2"]),
            (Resource::LighthouseKeyPair, vec!["lhkp-1"]),
        ]
    );
    assert_eq!(revocation.notes.len(), 5);
    assert!(revocation.left.is_empty(), "{:?}", revocation.left);
}

#[test]
fn a_cloud_phone_server_wants_another_pair_that_is_there() {
    let place = scope(CloudId::Huawei, "cn-north-4");
    let server = place.address(Resource::CphServer, "s-1");
    let inventory = Inventory {
        holdings: vec![
            pair(&place, Resource::KeyPair, "phone", vec![server]),
            pair(&place, Resource::KeyPair, "next", Vec::new()),
            pair(&place, Resource::CodeartsKey, "31001", Vec::new()),
        ],
        ..Inventory::default()
    };
    let hits = [
        (&inventory.holdings[0], Match::Exact),
        (&inventory.holdings[2], Match::Exact),
    ];
    let with = |name: Option<&str>| Ways {
        replace_with: name.map(str::to_owned),
        ..ways()
    };
    let refused = |name| {
        plan(&inventory, &hits, &with(name))
            .expect_err("refused")
            .kind
    };
    assert_eq!(refused(None), ErrorKind::Consent);
    assert_eq!(refused(Some("phone")), ErrorKind::Usage);
    assert_eq!(refused(Some("nothing")), ErrorKind::NotFound);
    let revocation = plan(&inventory, &hits, &with(Some("next"))).expect("a plan");
    assert!(matches!(
        &revocation.detach[0].request,
        ChangeRequest::ReplaceServerKeyPairs { assignments }
            if *assignments == [("s-1".to_owned(), "next".to_owned())]
    ));
    assert!(matches!(
        &revocation.delete[1].request,
        ChangeRequest::DeleteRepositoryKeys(RepositoryKeys::Ids(ids)) if *ids == [31001]
    ));
    // KPS does not tell which servers hold a pair.
    assert_eq!(revocation.left.len(), 1);
    assert!(revocation.left[0].contains("detach --key-pair phone"));
}

fn machine(scope: &Scope, id: &str) -> Address {
    scope.address(Resource::Instance, id)
}

/// The pairs and machines of each request, and how the machines are treated.
fn detached(revocation: &Revocation) -> Vec<(Vec<&str>, Vec<&str>, &Binding)> {
    revocation
        .detach
        .iter()
        .map(|wanted| match &wanted.request {
            ChangeRequest::DetachKeyPairs(binding) => {
                (ids(&binding.key_pairs), ids(&binding.instances), binding)
            }
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn a_machine_is_in_one_request_however_many_pairs_it_gives_up() {
    let tokyo = scope(CloudId::Tencent, "ap-tokyo");
    let (one, two) = (machine(&tokyo, "ins-1"), machine(&tokyo, "ins-2"));
    let inventory = Inventory {
        holdings: vec![
            pair(&tokyo, Resource::KeyPair, "skey-1", vec![one.clone(), two]),
            pair(&tokyo, Resource::KeyPair, "skey-2", vec![one]),
        ],
        ..Inventory::default()
    };
    let hits = inventory.holdings.iter();
    let hits: Vec<_> = hits.map(|holding| (holding, Match::Exact)).collect();
    let revocation = plan(&inventory, &hits, &ways()).expect("a plan");
    let requests = detached(&revocation);
    let shown: Vec<_> = requests.iter().map(|(pairs, on, _)| (pairs, on)).collect();
    assert_eq!(
        shown,
        [
            (&vec!["skey-1"], &vec!["ins-2"]),
            (&vec!["skey-1", "skey-2"], &vec!["ins-1"]),
        ]
    );
}

#[test]
fn a_machine_is_treated_as_its_kind_needs_it() {
    let tokyo = scope(CloudId::Tencent, "ap-tokyo");
    let beijing = scope(CloudId::Volcengine, "cn-beijing");
    let inventory = Inventory {
        holdings: vec![
            pair(
                &tokyo,
                Resource::KeyPair,
                "skey-1",
                vec![machine(&tokyo, "ins-1")],
            ),
            pair(
                &tokyo,
                Resource::LighthouseKeyPair,
                "lhkp-1",
                vec![machine(&tokyo, "lhins-1")],
            ),
            pair(
                &beijing,
                Resource::KeyPair,
                "web",
                vec![machine(&beijing, "i-1")],
            ),
        ],
        ..Inventory::default()
    };
    let hits = inventory.holdings.iter();
    let hits: Vec<_> = hits.map(|holding| (holding, Match::Exact)).collect();
    for (power, start_again) in [
        (Power::StopSoftly, true),
        (Power::StopHard, true),
        (Power::Cut, false),
        (Power::Untouched, false),
    ] {
        let wanted = Ways {
            power,
            start_again,
            reboot: true,
            ..ways()
        };
        let revocation = plan(&inventory, &hits, &wanted).expect("a plan");
        let ways: Vec<_> = detached(&revocation)
            .iter()
            .map(|(pairs, _, binding)| {
                (
                    pairs[0].to_owned(),
                    binding.power,
                    binding.start_again,
                    binding.reboot,
                )
            })
            .collect();
        assert_eq!(
            ways,
            [
                ("skey-1".to_owned(), power, start_again, false),
                // It is changed while it is on.
                ("lhkp-1".to_owned(), Power::Untouched, false, false),
                ("web".to_owned(), power, start_again, true),
            ]
        );
    }
}
