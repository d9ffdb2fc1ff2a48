//! A change that is about one key touches nothing else: names are given anew, and what was that key when it
//! was looked for may be another one when its turn comes.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::find::{Sought, find};
use crate::cloud::change::Survey;
use crate::cloud::{Provider, inventory_lists};
use crate::error::{Error, ErrorKind};
use crate::model::{
    Address, ChangeRequest, Holding, Inventory, Outcome, RepositoryKeys, Resource, Status,
};

/// Refuses the items that are another key now, among those that a look left to be sent.
pub async fn keep_others(
    provider: &dyn Provider,
    sought: &Sought,
    survey: &mut Survey,
) -> Result<(), Error> {
    let mut known: HashMap<Resource, HashSet<String>> = HashMap::new();
    for outcome in &mut survey.outcomes {
        if outcome.status != Status::Skipped {
            continue;
        }
        let Some((resource, id)) = pair_of(outcome) else {
            continue;
        };
        if let Entry::Vacant(room) = known.entry(resource) {
            room.insert(others(provider, resource, sought).await?);
        }
        if known.get(&resource).is_some_and(|ids| ids.contains(&id)) {
            let pair = provider.scope().address(resource, &id);
            outcome.fail(Status::Refused, another(&pair));
            outcome.verified = true;
        }
    }
    survey.forget_spared();
    Ok(())
}

/// Looks once more whether everything that the request takes away is that key; else nothing is sent.
pub async fn check(
    provider: &dyn Provider,
    sought: &Sought,
    request: &ChangeRequest,
) -> Result<(), Error> {
    let (resource, ids) = match request {
        ChangeRequest::DeleteKeyPairs { resource, ids, .. } => (*resource, ids.clone()),
        ChangeRequest::DetachKeyPairs(binding) => (binding.resource, binding.key_pairs.clone()),
        ChangeRequest::DeleteRepositoryKeys(RepositoryKeys::Ids(ids)) => (
            Resource::CodeartsKey,
            ids.iter().map(u32::to_string).collect(),
        ),
        _ => return Ok(()),
    };
    let others = others(provider, resource, sought).await?;
    match ids.iter().find(|id| others.contains(*id)) {
        Some(id) => Err(another(&provider.scope().address(resource, id))),
        None => Ok(()),
    }
}

/// The pair that an item takes away: itself, or what its server holds.
fn pair_of(outcome: &Outcome) -> Option<(Resource, String)> {
    let address = &outcome.address;
    match address.resource {
        Resource::KeyPair | Resource::LighthouseKeyPair | Resource::CodeartsKey => {
            Some((address.resource, address.id.clone()))
        }
        Resource::CphServer => {
            let held = outcome.before.as_ref()?.key_pair.clone()?;
            Some((Resource::KeyPair, held))
        }
        _ => None,
    }
}

/// What is there of that kind and is not the key, by every id that it has.
async fn others(
    provider: &dyn Provider,
    resource: Resource,
    sought: &Sought,
) -> Result<HashSet<String>, Error> {
    let mut lists = inventory_lists(provider.scope().cloud).into_iter();
    let Some((.., request)) = lists.find(|(kind, ..)| *kind == resource) else {
        return Ok(HashSet::new());
    };
    let records = provider.list(request).await?.records;
    let holding = |record| Holding {
        record,
        usage: None,
    };
    let inventory = Inventory {
        holdings: records.into_iter().map(holding).collect(),
        ..Inventory::default()
    };
    let found = find(&inventory, sought);
    let is_it = |holding: &Holding| {
        found
            .hits
            .iter()
            .any(|(hit, _)| std::ptr::eq(*hit, holding))
    };
    let mut ids = HashSet::new();
    for holding in inventory.keys().filter(|holding| !is_it(holding)) {
        let record = &holding.record;
        ids.insert(record.id.clone());
        ids.extend(record.other_id().map(str::to_owned));
    }
    Ok(ids)
}

fn another(pair: &Address) -> Error {
    Error::new(
        ErrorKind::State,
        format!("{pair} is another key now: nothing was done to it"),
    )
    .code("AnotherKey")
    .hint("Run the same command again: it looks for the key anew.")
    .cloud(pair.scope.cloud)
}
