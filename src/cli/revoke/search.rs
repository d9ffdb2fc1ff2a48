//! Where the key is, what holds it, and where nobody could look.

use std::collections::HashMap;

use futures_util::future::join_all;

use crate::cli::Run;
use crate::cli::fleet::{Fleet, KEYS, Where};
use crate::cli::site::Site;
use crate::cloud::holders::holders;
use crate::error::{Error, ErrorKind};
use crate::model::{Address, Holding, Inventory, ListRequest, Place, Resource, Scope};
use crate::ops::find::Found;
use crate::ops::usage;

/// Reads all keys of the scopes, and what holds them.
pub(super) async fn look(
    run: &Run<'_>,
    site: &Site<'_>,
    place: &Where,
) -> Result<(Fleet, Inventory), Error> {
    let mut fleet = Fleet::find(run, site, place, &KEYS, &KEYS).await?;
    fleet.also(|place: &Place| {
        let mut lists = holders(place.scope.cloud, place.resource).lists.to_vec();
        // A server's new pair must be there, whatever the scopes are about.
        if lists.contains(&Resource::CphServer) {
            lists.push(Resource::KeyPair);
        }
        lists
    });
    let mut inventory = fleet.inventory(run, site).await?;
    add_machines(&fleet, &mut inventory).await;
    usage::count(&mut inventory);
    Ok((fleet, inventory))
}

/// Where regions show each other's pairs, and their machines as if they were their own, only lists of
/// instances tell in which region a machine is. One that cannot be read leaves that open, and a change of
/// the machine says so.
async fn add_machines(fleet: &Fleet, inventory: &mut Inventory) {
    let mut seen: HashMap<(&str, &str), &Scope> = HashMap::new();
    let mut scopes: Vec<Scope> = Vec::new();
    for holding in inventory.keys() {
        let Some(Address {
            scope,
            resource: Resource::KeyPair,
            id,
        }) = &holding.record.address
        else {
            continue;
        };
        if !holders(scope.cloud, Resource::KeyPair).ids_are_of_account {
            continue;
        }
        let first = *seen.entry((&scope.profile, id)).or_insert(scope);
        for scope in [first, scope] {
            if first.region != holding.record.scope.region && !scopes.contains(scope) {
                scopes.push(scope.clone());
            }
        }
    }
    let lists = scopes.iter().filter_map(|scope| {
        let provider = fleet.provider(scope)?;
        Some(provider.list(ListRequest::Instances))
    });
    for listing in join_all(lists).await.into_iter().flatten() {
        let holding = |record| Holding {
            record,
            usage: None,
        };
        inventory
            .holdings
            .extend(listing.records.into_iter().map(holding));
    }
}

/// The places where the key may be for all that could be seen, and why.
pub(super) fn gaps(inventory: &Inventory, found: &Found<'_>) -> Vec<(String, String)> {
    let unseen = inventory
        .unseen()
        .map(|(place, error)| (place.to_string(), error.to_string()));
    let undecided = found.undecided.iter().map(|undecided| {
        let why = format!("{} keys: {}", undecided.count, undecided.reason);
        (undecided.place.to_string(), why)
    });
    unseen.chain(undecided).collect()
}

pub(super) fn nowhere(gaps: &[(String, String)]) -> Error {
    if gaps.is_empty() {
        return Error::new(
            ErrorKind::NotFound,
            "the key was found nowhere: nothing to revoke",
        )
        .code("NowhereFound");
    }
    let error = Error::new(
        ErrorKind::Unproven,
        format!(
            "the key was found nowhere, but {} places could not be searched",
            gaps.len()
        ),
    )
    .code("NotAllSearched");
    let shown = gaps.iter().take(5);
    shown.fold(error, |error, (place, why)| {
        error.hint(format!("{place}: {why}"))
    })
}
