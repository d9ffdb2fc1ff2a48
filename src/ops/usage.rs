//! What holds each key of an inventory, from what instances, cloud phone servers and Git users say.

use std::collections::{HashMap, HashSet};

use crate::cloud::holders::holders;
use crate::model::{
    Address, CloudId, Facts, Inventory, Material, Place, Record, Resource, Scope, Sight, Usage,
};

/// Names a thing of an account. Where an id means the same in all regions there is no region in it: what
/// holds a pair in one region counts in all.
type Name = (CloudId, String, Option<String>, Resource, String);

/// Writes down what holds each key, as far as the inventory has what tells of it.
pub fn count(inventory: &mut Inventory) {
    let mut told: HashMap<Name, Vec<Address>> = HashMap::new();
    let mut regions: HashMap<Name, HashSet<String>> = HashMap::new();
    for holding in &inventory.holdings {
        let record = &holding.record;
        for (name, holder) in says(record) {
            told.entry(name).or_default().push(holder);
        }
        if record.is_ssh_key()
            && let Some(address) = &record.address
        {
            let region = address.scope.region.clone();
            regions.entry(name_of(address)).or_default().insert(region);
        }
    }
    let users: Vec<(Material, Address)> = inventory
        .holdings
        .iter()
        .filter_map(|holding| user_key(&holding.record))
        .collect();
    let seen: HashSet<&Place> = inventory
        .visits
        .iter()
        .filter(|visit| !matches!(visit.sight, Sight::Unseen(_)))
        .map(|visit| &visit.place)
        .collect();
    let listed: HashSet<&Address> = inventory
        .holdings
        .iter()
        .filter_map(|holding| holding.record.address.as_ref())
        .collect();
    let usages: Vec<Option<Usage>> = inventory
        .holdings
        .iter()
        .map(|holding| {
            let record = &holding.record;
            let address = record.address.as_ref().filter(|_| record.is_ssh_key())?;
            let name = name_of(address);
            let mut holders = told.get(&name).cloned().unwrap_or_default();
            let same = users
                .iter()
                .filter(|(key, user)| user != address && is_same(record.material(), key));
            holders.extend(same.map(|(_, user)| user.clone()));
            // A region that shows the pair of another one shows its machines, too, as if they were its own.
            let mut own: HashMap<Name, Address> = HashMap::new();
            for holder in &holders {
                let known = own.entry(name_of(holder));
                let known = known.or_insert_with(|| holder.clone());
                if listed.contains(holder) && !listed.contains(known) {
                    known.clone_from(holder);
                }
            }
            let mut once = HashSet::new();
            holders.retain(|holder| once.insert(name_of(holder)));
            for holder in &mut holders {
                if let Some(own) = own.remove(&name_of(holder)) {
                    *holder = own;
                }
            }
            let scopes = regions.get(&name).into_iter().flatten();
            let is_complete = scopes
                .map(|region| Scope {
                    region: region.clone(),
                    ..address.scope.clone()
                })
                .all(|scope| tells_all(record, &scope, address.resource, &seen));
            Some(Usage {
                holders,
                is_complete,
            })
        })
        .collect();
    for (holding, usage) in inventory.holdings.iter_mut().zip(usages) {
        holding.usage = usage;
    }
}

fn name_of(address: &Address) -> Name {
    let scope = &address.scope;
    let is_of_account = holders(scope.cloud, address.resource).ids_are_of_account;
    (
        scope.cloud,
        scope.profile.clone(),
        (!is_of_account).then(|| scope.region.clone()),
        address.resource,
        address.id.clone(),
    )
}

/// The keys that a thing says are held, each with the holder.
fn says(record: &Record) -> Vec<(Name, Address)> {
    let Some(own) = &record.address else {
        return Vec::new();
    };
    match &record.facts {
        Facts::KeyPair(pair) => {
            let holders = pair.bound_to.iter().flatten();
            holders
                .map(|holder| (name_of(own), holder.clone()))
                .collect()
        }
        Facts::Instance(instance) => {
            let pairs = instance.key_pairs.iter().flatten();
            pairs.map(|pair| (name_of(pair), own.clone())).collect()
        }
        Facts::CphServer(server) => {
            let pair = server.key_pair.iter().filter(|name| !name.is_empty());
            pair.map(|name| own.scope.address(Resource::KeyPair, name))
                .map(|pair| (name_of(&pair), own.clone()))
                .collect()
        }
        // The user whose key it is.
        Facts::CodeartsKey(_) => vec![(name_of(own), own.clone())],
        Facts::KmsKey(_) | Facts::Task(_) => Vec::new(),
    }
}

fn user_key(record: &Record) -> Option<(Material, Address)> {
    match &record.facts {
        Facts::CodeartsKey(key) => Some((key.material.clone(), record.address.clone()?)),
        _ => None,
    }
}

/// Whether a user's key is that of a pair.
fn is_same(pair: &Material, user: &Material) -> bool {
    match user {
        Material::Key(key) => pair.is(key) == Some(true),
        Material::Digest(_) | Material::Unknown => false,
    }
}

/// Whether all that can hold the key in that scope was seen.
fn tells_all(record: &Record, scope: &Scope, resource: Resource, seen: &HashSet<&Place>) -> bool {
    let holders = holders(scope.cloud, resource);
    let by_key = match &record.facts {
        Facts::KeyPair(pair) => !holders.by_key || pair.bound_to.is_some(),
        _ => true,
    };
    let lists = holders.lists.iter().map(|list| Place {
        scope: scope.clone(),
        resource: *list,
    });
    holders.is_all && by_key && lists.into_iter().all(|place| seen.contains(&place))
}

#[cfg(test)]
mod tests;
