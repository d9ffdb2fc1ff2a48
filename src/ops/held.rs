//! What keeps a record from being deleted: a machine that still holds it.

use crate::cloud::holders::holders;
use crate::error::{Error, ErrorKind};
use crate::model::{Address, Outcome, Resource, ResultClass, Status};

/// Whether both are one record. Where an id means the same in all regions, it does not matter which one
/// shows it.
fn is_same(one: &Address, other: &Address) -> bool {
    let (scope, others) = (&one.scope, &other.scope);
    let same_region =
        scope.region == others.region || holders(scope.cloud, one.resource).ids_are_of_account;
    same_region
        && (scope.cloud, &scope.profile) == (others.cloud, &others.profile)
        && (one.resource, &one.id) == (other.resource, &other.id)
}

/// A record stays where a machine that was to give it up has not: some clouds would delete it all the same,
/// and then nobody could see any more what the machine trusts.
pub(super) fn keep_what_is_held(outcome: &mut Outcome, before: &[Outcome]) {
    let record = &outcome.address;
    if outcome.status != Status::Skipped || outcome.target.is_some() {
        return;
    }
    let holds = |earlier: &&Outcome| match (&earlier.target, earlier.address.resource) {
        (Some(_), _) => is_same(&earlier.address, record),
        (None, Resource::CphServer) => {
            let pair = earlier
                .before
                .as_ref()
                .and_then(|state| state.key_pair.as_ref());
            record.resource == Resource::KeyPair
                && earlier.address.scope == record.scope
                && pair == Some(&record.id)
        }
        _ => false,
    };
    let held_by: Vec<Address> = before
        .iter()
        .filter(holds)
        .filter(|earlier| earlier.status.class() != ResultClass::Done)
        .map(|earlier| earlier.target.as_ref().unwrap_or(&earlier.address).clone())
        .collect();
    if held_by.is_empty() {
        return;
    }
    let error = Error::new(
        ErrorKind::State,
        "not sent: a machine that was to give it up has not",
    )
    .code("StillHeld")
    .hint("Mend what the machine's own line says, and run the same command again.")
    .cloud(record.scope.cloud);
    outcome.fail(Status::InUse, error);
    outcome.held_by = Some(held_by);
}
