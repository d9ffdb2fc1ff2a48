//! The machines that a revocation was about: which gave the key up, and where they can be reached.

use crate::cli::carry_out::Part;
use crate::cli::site::Site;
use crate::cloud::holders::holders;
use crate::model::{Address, ChangeRequest, Facts, ListRequest, Resource, Status};
use crate::ops::change::Report;

/// The machines that were to give the key up, and whether they were seen without it.
pub(super) fn machines(report: &Report) -> Vec<(Address, bool)> {
    let mut machines: Vec<(Address, bool)> = Vec::new();
    for outcome in &report.outcomes {
        let machine = match (&outcome.target, outcome.address.resource) {
            (Some(target), _) => target,
            (None, Resource::CphServer) => &outcome.address,
            _ => continue,
        };
        let is_off = outcome.verified
            && matches!(
                outcome.status,
                Status::Detached | Status::Unchanged | Status::Changed
            );
        match machines.iter_mut().find(|(known, _)| known == machine) {
            Some((_, all)) => *all &= is_off,
            None => machines.push((machine.clone(), is_off)),
        }
    }
    machines
}

/// Kinds of things that are keys.
pub(super) fn is_key(resource: Resource) -> bool {
    matches!(
        resource,
        Resource::KeyPair | Resource::LighthouseKeyPair | Resource::CodeartsKey
    )
}

/// Whether machines are restarted where the change counts from then on only; a restart that fails has a
/// warning of its own.
pub(super) fn restarts(steps: &[Vec<Part>]) -> bool {
    let mut parts = steps.iter().flatten();
    parts.any(
        |part| matches!(&part.request, ChangeRequest::DetachKeyPairs(binding) if binding.reboot),
    )
}

/// The machines that go by the key until they restart, as far as is known.
pub(super) fn waiting_for_restart(report: &Report) -> Vec<String> {
    let mut left = Vec::new();
    for outcome in &report.outcomes {
        let told = holders(outcome.address.scope.cloud, outcome.address.resource);
        let Some(machine) = &outcome.target else {
            continue;
        };
        let text = format!("{machine} goes by the key until it restarts, if it was on");
        if outcome.status == Status::Detached && told.counts_after_restart && !left.contains(&text)
        {
            left.push(text);
        }
    }
    left
}

/// Where the machines can be reached.
pub(super) async fn hosts_of(
    site: &Site<'_>,
    fleet: Option<&crate::cli::fleet::Fleet>,
    machines: Vec<(Address, bool)>,
) -> Vec<(Address, Option<String>)> {
    let mut hosts: Vec<(Address, Option<String>)> = machines
        .into_iter()
        .map(|(machine, _)| (machine, None))
        .collect();
    let mut scopes = Vec::new();
    for (machine, _) in &hosts {
        if !scopes.contains(&machine.scope) {
            scopes.push(machine.scope.clone());
        }
    }
    for scope in scopes {
        if site.courier().is_over() {
            break;
        }
        let provider = fleet.and_then(|fleet| fleet.provider(&scope));
        let Some(provider) = provider else { continue };
        let Ok(listing) = provider.list(ListRequest::Instances).await else {
            continue;
        };
        for record in listing.records {
            if let (Some(address), Facts::Instance(instance)) = (&record.address, &record.facts)
                && let Some((_, host)) = hosts.iter_mut().find(|(machine, _)| machine == address)
            {
                *host = instance.hosts.first().cloned();
            }
        }
    }
    hosts
}
