//! Taking a key away everywhere: from what was found to what is done, in an order that the clouds accept.
//! Machines give the key up first, then its records go.

use std::collections::BTreeMap;

use super::find::Match;
use crate::cloud::holders::holders;
use crate::error::{Error, ErrorKind};
use crate::model::{
    Address, Binding, ChangeRequest, Facts, Holding, Inventory, Power, RepositoryKeys, Resource,
    Scope,
};

/// How machines may be treated.
#[derive(Clone, Debug)]
pub struct Ways {
    /// The key pair that servers of cloud phones get instead, by name: such a server always has one.
    pub replace_with: Option<String>,
    /// What may be done to a machine that is on, where a change needs it off.
    pub power: Power,
    /// Machines that were stopped for the change are started after it.
    pub start_again: bool,
    /// Machines are restarted after the change, where it counts from then on only.
    pub reboot: bool,
}

/// A change in one scope.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Where.
    pub scope: Scope,
    /// The kind of thing that it is about: its service makes the change.
    pub resource: Resource,
    /// The change.
    pub request: ChangeRequest,
}

/// What is done, and what is left to people.
#[derive(Clone, Debug, Default)]
pub struct Revocation {
    /// Machines give the key up.
    pub detach: Vec<Wanted>,
    /// Its records go.
    pub delete: Vec<Wanted>,
    /// What no change of these does.
    pub left: Vec<String>,
    /// What the user should know before saying yes.
    pub notes: Vec<String>,
}

/// Decides what is done about each place of a key.
pub fn plan(
    inventory: &Inventory,
    hits: &[(&Holding, Match)],
    ways: &Ways,
) -> Result<Revocation, Error> {
    let mut revocation = Revocation::default();
    let mut machines = Machines::default();
    let mut servers: Vec<(Address, String)> = Vec::new();
    let mut records: Vec<(Scope, Resource, Vec<String>)> = Vec::new();
    for (holding, by) in hits {
        let Some(address) = &holding.record.address else {
            continue;
        };
        let none = Vec::new();
        let held_by = holding.usage.as_ref().map_or(&none, |usage| &usage.holders);
        for holder in held_by {
            match holder.resource {
                Resource::Instance => machines.give_up(holder, address),
                Resource::CphServer => servers.push((holder.clone(), address.id.clone())),
                // A user's key is a place of its own.
                _ => {}
            }
        }
        let scope = one_place(address, held_by, hits);
        let known = records
            .iter_mut()
            .find(|(other, kind, _)| *other == scope && *kind == address.resource);
        match known {
            Some((.., ids)) if ids.contains(&address.id) => {}
            Some((.., ids)) => ids.push(address.id.clone()),
            None => records.push((scope, address.resource, vec![address.id.clone()])),
        }
        if *by != Match::Exact {
            revocation.notes.push(format!(
                "{address} is recognised by its fingerprint: the cloud does not show the key itself"
            ));
        }
        revocation.left.extend(left(holding, address));
    }
    revocation.detach = machines.detach(ways);
    revocation
        .detach
        .extend(replacements(inventory, hits, &servers, ways)?);
    for (scope, resource, ids) in records {
        let request = if resource == Resource::CodeartsKey {
            let ids = ids.iter().filter_map(|id| id.parse().ok()).collect();
            ChangeRequest::DeleteRepositoryKeys(RepositoryKeys::Ids(ids))
        } else {
            ChangeRequest::DeleteKeyPairs {
                resource,
                ids,
                client_token: None,
            }
        };
        revocation.delete.push(Wanted {
            scope,
            resource,
            request,
        });
    }
    Ok(revocation)
}

/// Where a record is deleted. One that several regions show is one record, and goes once: where a machine
/// holds it, else in the first of them.
fn one_place(address: &Address, held_by: &[Address], hits: &[(&Holding, Match)]) -> Scope {
    if !holders(address.scope.cloud, address.resource).ids_are_of_account {
        return address.scope.clone();
    }
    let is_of_account = |scope: &Scope| {
        scope.cloud == address.scope.cloud && scope.profile == address.scope.profile
    };
    let places = || {
        let shown = hits
            .iter()
            .filter_map(|(hit, _)| hit.record.address.as_ref());
        shown.filter(|other| {
            is_of_account(&other.scope)
                && other.resource == address.resource
                && other.id == address.id
        })
    };
    let is_held = |place: &&Address| held_by.iter().any(|holder| holder.scope == place.scope);
    let first = places().find(is_held).or_else(|| places().next());
    first.unwrap_or(address).scope.clone()
}

/// Pairs that machines of one scope are to give up, by the kind of pair.
type Held = (Scope, Resource, BTreeMap<String, Vec<String>>);

/// What each machine is to give up. A machine is in one request only: it is stopped once then, and whoever
/// looks at the request sees whether anything is left on the machine.
#[derive(Default)]
struct Machines(BTreeMap<(String, Resource), Held>);

impl Machines {
    fn give_up(&mut self, machine: &Address, pair: &Address) {
        let (.., held) = self
            .0
            .entry((machine.scope.to_string(), pair.resource))
            .or_insert_with(|| (machine.scope.clone(), pair.resource, BTreeMap::new()));
        let pairs = held.entry(machine.id.clone()).or_default();
        if !pairs.contains(&pair.id) {
            pairs.push(pair.id.clone());
        }
    }

    /// Machines that give up the same pairs share a request.
    fn detach(self, ways: &Ways) -> Vec<Wanted> {
        let mut wanted = Vec::new();
        for (scope, resource, held) in self.0.into_values() {
            let mut requests: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
            for (machine, pairs) in held {
                requests.entry(pairs).or_default().push(machine);
            }
            for (pairs, machines) in requests {
                let binding = binding(&scope, resource, (pairs, machines), ways);
                wanted.push(Wanted {
                    scope: scope.clone(),
                    resource,
                    request: ChangeRequest::DetachKeyPairs(binding),
                });
            }
        }
        wanted
    }
}

/// What a kind of machine does not need is not done to it, nor asked of its cloud.
fn binding(
    scope: &Scope,
    resource: Resource,
    (pairs, machines): (Vec<String>, Vec<String>),
    ways: &Ways,
) -> Binding {
    let changes_while_on = resource == Resource::LighthouseKeyPair;
    let stops = !changes_while_on && matches!(ways.power, Power::StopSoftly | Power::StopHard);
    Binding {
        power: if changes_while_on {
            Power::Untouched
        } else {
            ways.power
        },
        start_again: ways.start_again && stops,
        reboot: ways.reboot && holders(scope.cloud, resource).counts_after_restart,
        ..Binding::new(resource, pairs, machines)
    }
}

/// Gives servers of cloud phones another pair. One that is not there, or is the key itself, is refused
/// before anything is sent.
fn replacements(
    inventory: &Inventory,
    hits: &[(&Holding, Match)],
    servers: &[(Address, String)],
    ways: &Ways,
) -> Result<Vec<Wanted>, Error> {
    if servers.is_empty() {
        return Ok(Vec::new());
    }
    let Some(replacement) = &ways.replace_with else {
        let names: Vec<String> = servers
            .iter()
            .map(|(server, _)| server.to_string())
            .collect();
        return Err(Error::new(
            ErrorKind::Consent,
            "cloud phone servers hold the key, and such a server always has one: nothing was changed",
        )
        .code("ReplacementMissing")
        .hint(format!(
            "Name the key pair that they get instead, with --replace-with NAME: {}.",
            names.join(", ")
        )));
    };
    let mut scopes: Vec<(Scope, Vec<(String, String)>)> = Vec::new();
    for (server, pair) in servers {
        if pair == replacement {
            return Err(same_key(replacement));
        }
        let pair = (server.id.clone(), replacement.clone());
        match scopes.iter_mut().find(|(scope, _)| *scope == server.scope) {
            Some((_, assignments)) => {
                if !assignments.contains(&pair) {
                    assignments.push(pair);
                }
            }
            None => scopes.push((server.scope.clone(), vec![pair])),
        }
    }
    let mut wanted = Vec::new();
    for (scope, assignments) in scopes {
        let there = scope.address(Resource::KeyPair, replacement);
        let is_it = |holding: &&Holding| holding.record.address.as_ref() == Some(&there);
        if hits.iter().any(|(hit, _)| is_it(hit)) {
            return Err(same_key(replacement));
        }
        if !inventory.holdings.iter().any(|holding| is_it(&holding)) {
            return Err(Error::new(
                ErrorKind::NotFound,
                format!(
                    "there is no key pair {there} to replace the key with: nothing was changed"
                ),
            )
            .hint("Import it there first: kpctl import FILE.pub --name NAME --on SCOPE."));
        }
        wanted.push(Wanted {
            scope,
            resource: Resource::CphServer,
            request: ChangeRequest::ReplaceServerKeyPairs { assignments },
        });
    }
    Ok(wanted)
}

fn same_key(replacement: &str) -> Error {
    Error::usage(format!(
        "'{replacement}' is the key that is to be taken away, so that it cannot replace itself"
    ))
    .hint("Name another key pair with --replace-with.")
}

/// What a deletion of the record does not do.
fn left(holding: &Holding, address: &Address) -> Vec<String> {
    let mut left = Vec::new();
    let told = holders(address.scope.cloud, address.resource);
    if !told.is_all {
        left.push(format!(
            "{address}: the cloud does not tell which servers hold it, and they go on trusting it; to take it off one: \
             kpctl {} {} detach --key-pair {} --instance ID -r {}, with the credential that it asks for",
            address.scope.cloud, address.resource, address.id, address.scope.region
        ));
    } else if holding
        .usage
        .as_ref()
        .is_none_or(|usage| !usage.is_complete)
    {
        left.push(format!(
            "{address}: what holds it could not be seen, and goes on trusting it"
        ));
    }
    if let Facts::KeyPair(pair) = &holding.record.facts
        && pair.private_key_stored == Some(true)
    {
        left.push(format!(
            "{address}: the private half that the cloud keeps goes with it, for good"
        ));
    }
    left
}

#[cfg(test)]
mod tests;
