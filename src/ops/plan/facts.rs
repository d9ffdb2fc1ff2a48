//! What a plan rests on: which key each thing is, what holds it, in which state it is. Read again before
//! anything is sent, and compared.

use std::collections::BTreeMap;

use futures_util::future::join_all;

use crate::cloud::holders::holders;
use crate::cloud::{Provider, inventory_lists};
use crate::error::Error;
use crate::model::{
    Address, ChangeRequest, Facts, Holding, Inventory, Place, Power, Record, RepositoryKeys,
    Resource, Sight, Visit,
};
use crate::ops::usage;

/// What is known of one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fact {
    /// The thing.
    pub address: String,
    /// Whether it is there.
    pub is_there: bool,
    /// Which key it is: the fingerprint that its cloud shows; `None` where it shows none.
    pub key: Option<String>,
    /// What holds it, as far as its cloud tells; for a machine, what it holds.
    pub holds: Option<Vec<String>>,
    /// The state that it is in, where a change depends on it.
    pub state: Option<String>,
}

/// Reads what a change rests on.
pub async fn facts(provider: &dyn Provider, request: &ChangeRequest) -> Result<Vec<Fact>, Error> {
    let wanted = things(request);
    let cloud = provider.scope().cloud;
    let mut kinds: Vec<Resource> = Vec::new();
    for (resource, _) in &wanted {
        let beside = holders(cloud, *resource).lists;
        let is_key = matches!(
            resource,
            Resource::KeyPair | Resource::LighthouseKeyPair | Resource::CodeartsKey
        );
        let beside = if is_key { beside } else { &[] };
        for kind in std::iter::once(resource).chain(beside) {
            if !kinds.contains(kind) {
                kinds.push(*kind);
            }
        }
    }
    let lists = inventory_lists(cloud);
    let of_kind = |kind: &Resource| lists.iter().find(|(resource, ..)| resource == kind);
    let reads = kinds.iter().filter_map(|kind| {
        let (resource, _, list) = of_kind(kind)?;
        Some(async move { (*resource, provider.list(list.clone()).await) })
    });
    let mut inventory = Inventory::default();
    for (resource, listing) in join_all(reads).await {
        let scope = provider.scope().clone();
        let is_wanted = wanted.iter().any(|(kind, _)| *kind == resource);
        let sight = match listing {
            Ok(listing) => {
                let holding = |record| Holding {
                    record,
                    usage: None,
                };
                let records = listing.records.into_iter();
                inventory.holdings.extend(records.map(holding));
                Sight::Seen
            }
            // A plan rests on what it names; what only tells of holders may be out of sight.
            Err(error) if is_wanted => return Err(error),
            Err(error) => Sight::Unseen(error),
        };
        inventory.visits.push(Visit {
            place: Place { scope, resource },
            sight,
        });
    }
    usage::count(&mut inventory);
    // Where a thing is only given to machines, it does not matter what else holds it.
    let is_given = matches!(
        request,
        ChangeRequest::AttachKeyPairs(_) | ChangeRequest::ReplaceServerKeyPairs { .. }
    );
    let minds_power = match request {
        ChangeRequest::AttachKeyPairs(binding) | ChangeRequest::DetachKeyPairs(binding) => {
            binding.power != Power::Untouched || binding.reboot
        }
        _ => false,
    };
    let fact = |(resource, id): &(Resource, String)| {
        of_kind(resource)?;
        let address = provider.scope().address(*resource, id);
        let mut fact = fact(&inventory, &address);
        if is_given && matches!(resource, Resource::KeyPair | Resource::LighthouseKeyPair) {
            fact.holds = None;
        }
        if *resource == Resource::Instance && !minds_power {
            fact.state = None;
        }
        Some(fact)
    };
    Ok(wanted.iter().filter_map(fact).collect())
}

fn fact(inventory: &Inventory, address: &Address) -> Fact {
    let is_it = |record: &Record| {
        let own = record.address.as_ref();
        own.is_some_and(|own| own.resource == address.resource)
            && (record.id == address.id || record.other_id() == Some(&address.id))
    };
    let mut holdings = inventory.holdings.iter();
    let Some(holding) = holdings.find(|holding| is_it(&holding.record)) else {
        return Fact {
            address: address.to_string(),
            ..Fact::default()
        };
    };
    let record = &holding.record;
    let digests = record.material().fingerprints();
    let list = |addresses: &[Address]| {
        let mut texts: Vec<String> = addresses.iter().map(Address::to_string).collect();
        texts.sort();
        texts
    };
    let (holds, state) = match &record.facts {
        Facts::Instance(instance) => (
            instance.key_pairs.as_deref().map(list),
            instance.state.clone(),
        ),
        Facts::CphServer(server) => (server.key_pair.clone().map(|pair| vec![pair]), None),
        Facts::KmsKey(key) => (None, key.state.clone()),
        Facts::KeyPair(_) | Facts::CodeartsKey(_) | Facts::Task(_) => {
            let usage = holding.usage.as_ref();
            (usage.map(|usage| list(&usage.holders)), None)
        }
    };
    Fact {
        address: address.to_string(),
        is_there: true,
        key: digests
            .sha256
            .or(digests.md5)
            .map(|digest| digest.to_string()),
        holds,
        state,
    }
}

/// The things that a change names.
fn things(request: &ChangeRequest) -> Vec<(Resource, String)> {
    let all = |resource: Resource, ids: &[String]| -> Vec<(Resource, String)> {
        ids.iter().map(|id| (resource, id.clone())).collect()
    };
    match request {
        ChangeRequest::DeleteKeyPairs { resource, ids, .. } => all(*resource, ids),
        ChangeRequest::UpdateKeyPair { resource, id, .. } => vec![(*resource, id.clone())],
        ChangeRequest::AttachKeyPairs(binding) | ChangeRequest::DetachKeyPairs(binding) => {
            let mut things = all(binding.resource, &binding.key_pairs);
            // Machines of the light-weight service are in no list of instances.
            if binding.resource == Resource::KeyPair {
                things.extend(all(Resource::Instance, &binding.instances));
            }
            things
        }
        ChangeRequest::DeleteRepositoryKeys(RepositoryKeys::Ids(ids)) => {
            let ids: Vec<String> = ids.iter().map(u32::to_string).collect();
            all(Resource::CodeartsKey, &ids)
        }
        ChangeRequest::AddKeyPairs { .. }
        | ChangeRequest::AddRepositoryKeys(_)
        | ChangeRequest::DeleteRepositoryKeys(_)
        | ChangeRequest::ClearFailedTasks(_) => Vec::new(),
        ChangeRequest::CancelKeyDeletion { ids, .. }
        | ChangeRequest::ChangeKeyState { ids, .. } => all(Resource::KmsKey, ids),
        ChangeRequest::ReplaceServerKeyPairs { assignments } => {
            let mut things = Vec::new();
            for (server, pair) in assignments {
                things.push((Resource::CphServer, server.clone()));
                things.push((Resource::KeyPair, pair.clone()));
            }
            things
        }
    }
}

/// What is not as it was when a plan was made. `resumes`: the plan was begun before, so that what it does
/// may be done in part: a thing may be gone, and be held by less.
pub fn moved(before: &[Fact], now: &[Fact], resumes: bool) -> Vec<String> {
    let now: BTreeMap<&str, &Fact> = now.iter().map(|fact| (&*fact.address, fact)).collect();
    let mut moved = Vec::new();
    for then in before {
        let Some(now) = now.get(&*then.address) else {
            moved.push(format!("{} was not looked at", then.address));
            continue;
        };
        if let Some(how) = difference(then, now, resumes) {
            moved.push(format!("{}: {how}", then.address));
        }
    }
    moved
}

fn difference(then: &Fact, now: &Fact, resumes: bool) -> Option<String> {
    let or_none = |list: &[String]| {
        if list.is_empty() {
            "nothing".to_owned()
        } else {
            list.join(", ")
        }
    };
    match (then.is_there, now.is_there) {
        (false, true) => return Some("it was not there, and is there now".to_owned()),
        (true, false) if resumes => return None,
        (true, false) => return Some("it was there, and is gone".to_owned()),
        _ => {}
    }
    if then.key != now.key {
        return Some("it is another key now".to_owned());
    }
    if resumes {
        let is_more = match (&then.holds, &now.holds) {
            (Some(then), Some(now)) => now.iter().any(|one| !then.contains(one)),
            _ => false,
        };
        // A machine that has got its new pair holds another.
        let is_machine =
            then.address.contains("/instance/") || then.address.contains("/cph-server/");
        return (is_more && !is_machine).then(|| "more hold it than before".to_owned());
    }
    if then.holds != now.holds {
        let (before, after) = (
            then.holds.as_deref().unwrap_or_default(),
            now.holds.as_deref().unwrap_or_default(),
        );
        return Some(format!(
            "with it was {}, and is {} now",
            or_none(before),
            or_none(after)
        ));
    }
    if then.state != now.state {
        let word = |state: &Option<String>| state.clone().unwrap_or_else(|| "unknown".to_owned());
        return Some(format!(
            "it was {}, and is {} now",
            word(&then.state),
            word(&now.state)
        ));
    }
    None
}
