//! The rules, a file each. A rule that cannot judge a thing says so; it never calls it good.

mod different_names_one_key;
mod kms_pending_deletion;
mod no_owner;
mod old_key;
mod private_half_stored;
mod quota;
mod same_name_different_keys;
mod shared_between_accounts;
mod unused_key;
mod weak_key;

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};

pub use self::quota::Limit;
use super::policy::Policy;
use super::report::Report;
use super::rule::Rule;
use super::thing::Thing;
use crate::model::{CloudId, Inventory, Resource};
use crate::time::parse_instant;

/// How many things of a kind an account of a cloud can have, as far as documents tell.
pub type Limits<'a> = dyn Fn(CloudId, Resource) -> Option<Limit> + 'a;

/// All that a rule may look at.
pub(super) struct Case<'a> {
    pub(super) inventory: &'a Inventory,
    pub(super) things: Vec<Thing<'a>>,
    pub(super) policy: &'a Policy,
    pub(super) limits: &'a Limits<'a>,
    pub(super) now: DateTime<Utc>,
}

impl<'a> Case<'a> {
    /// The keys of SSH.
    fn keys(&self) -> impl Iterator<Item = &Thing<'a>> {
        let is_key = |thing: &&Thing<'_>| thing.record.is_ssh_key();
        self.things.iter().filter(is_key)
    }

    /// The keys by which key they are; only those of which that is known.
    fn by_identity(&self) -> BTreeMap<&str, Vec<&Thing<'a>>> {
        let mut groups: BTreeMap<&str, Vec<&Thing<'a>>> = BTreeMap::new();
        for thing in self.keys() {
            if let Some(identity) = &thing.identity {
                groups.entry(&identity.shown).or_default().push(thing);
            }
        }
        groups
    }
}

/// Judges by that rule.
pub(super) fn judge(rule: Rule, case: &Case<'_>, report: &mut Report) {
    match rule {
        Rule::WeakKey => weak_key::judge(case, report),
        Rule::OldKey => old_key::judge(case, report),
        Rule::UnusedKey => unused_key::judge(case, report),
        Rule::SharedBetweenAccounts => shared_between_accounts::judge(case, report),
        Rule::SameNameDifferentKeys => same_name_different_keys::judge(case, report),
        Rule::DifferentNamesOneKey => different_names_one_key::judge(case, report),
        Rule::NoOwner => no_owner::judge(case, report),
        Rule::PrivateHalfStored => private_half_stored::judge(case, report),
        Rule::KmsPendingDeletion => kms_pending_deletion::judge(case, report),
        Rule::Quota => quota::judge(case, report),
    }
}

/// Why nobody knows which key it is; `None` when that is known.
fn why_unknown(thing: &Thing<'_>) -> Option<&'static str> {
    match &thing.identity {
        None => Some("the cloud does not show the key"),
        Some(identity) if identity.key.is_none() => {
            Some("the cloud shows a digest of the key only")
        }
        Some(_) => None,
    }
}

/// Why nobody can tell it from one of the others. Where a key and a digest cannot be compared, that is
/// said of the digest, once.
fn why_unclear<'a>(
    thing: &Thing<'a>,
    mut others: impl Iterator<Item = &'a Thing<'a>>,
) -> Option<&'static str> {
    let why = why_unknown(thing)?;
    let is_unclear =
        |other: &Thing<'_>| !std::ptr::eq(other, thing) && other.differs(thing).is_none();
    others.any(is_unclear).then_some(why)
}

/// How long ago it was made, or why nobody can tell.
fn age(thing: &Thing<'_>, now: DateTime<Utc>) -> Result<(DateTime<Utc>, Duration), &'static str> {
    let text = thing.record.created_at();
    let text = text.ok_or("the cloud does not tell when it was made")?;
    let made = parse_instant(text).ok_or("the date when it was made cannot be read")?;
    // Clocks differ; what is younger than now is new.
    Ok((made, (now - made).to_std().unwrap_or_default()))
}

/// A duration in its largest whole unit.
fn spoken(span: Duration) -> String {
    let seconds = span.as_secs();
    let (number, unit) = match seconds {
        86_400.. => (seconds / 86_400, "day"),
        3_600.. => (seconds / 3_600, "hour"),
        60.. => (seconds / 60, "minute"),
        _ => (seconds, "second"),
    };
    let end = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{end}")
}

/// Words as a list for people: `a, b and c`.
fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// What a message adds where it rests on a digest.
fn by_digest(things: &[&Thing<'_>]) -> &'static str {
    let is_digest = |thing: &&Thing<'_>| {
        let identity = thing.identity.as_ref();
        identity.is_some_and(|identity| identity.digest.is_some())
    };
    if things.iter().any(is_digest) {
        ", as far as a digest tells"
    } else {
        ""
    }
}
