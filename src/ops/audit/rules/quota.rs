//! `quota`: how much is left of what a cloud allows.

use std::collections::{BTreeMap, BTreeSet};

use super::Case;
use crate::model::{Place, Resource, Scope, Sight};
use crate::ops::audit::report::{Draft, Report, Subject};
use crate::ops::audit::rule::Rule;
use crate::ops::audit::thing::Account;

const RULE: Rule = Rule::Quota;

/// How many things of a kind an account can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// So many.
    pub most: u32,
    /// In each region, rather than in all of them together.
    pub per_region: bool,
}

/// What counts together.
type Key = (Account, Resource, Option<String>);

/// What is known of it.
#[derive(Default)]
struct Group {
    /// The things, by their places in the case.
    things: BTreeSet<usize>,
    /// Part of it could not be read.
    has_gap: bool,
    /// What it is called, once for each profile.
    shown: BTreeSet<String>,
}

pub(super) fn judge(case: &Case<'_>, report: &mut Report) {
    for (key, group) in groups(case) {
        let (account, resource, _) = &key;
        let Some(limit) = (case.limits)(account.cloud, *resource) else {
            let why = format!("no limit of {resource}s is known");
            report.place_not_judged(RULE, account.cloud, why);
            continue;
        };
        let (count, most) = (group.things.len(), u64::from(limit.most));
        let is_near = count as u64 * 100 > most * u64::from(case.policy.quota_above);
        if is_near {
            report.judged(RULE);
            report
                .drafts
                .push(draft(&key, &group, limit, case.policy.quota_above));
        } else if group.has_gap {
            report.place_not_judged(RULE, account.cloud, "it could not be read to its end");
        } else {
            report.judged(RULE);
        }
    }
}

fn draft(key: &Key, group: &Group, limit: Limit, above: u32) -> Draft {
    let (account, resource, region) = key;
    let count = group.things.len();
    let least = if group.has_gap { "at least " } else { "" };
    let whose = match region {
        Some(region) => format!("{} in {region}", account.shown()),
        None => account.shown(),
    };
    let most = limit.most;
    Draft {
        rule: RULE,
        subjects: vec![Subject {
            address: None,
            shown: group.shown.iter().cloned().collect(),
        }],
        message: format!("{whose} has {least}{count} of {most} {resource}s, more than {above} %"),
        fix: None,
        stable: format!(
            "{}\n{}\n{resource}\n{}",
            account.cloud,
            account.name,
            region.as_deref().unwrap_or("*")
        ),
    }
}

fn groups(case: &Case<'_>) -> BTreeMap<Key, Group> {
    let mut groups: BTreeMap<Key, Group> = BTreeMap::new();
    let mut group_of = |scope: &Scope, resource: Resource, change: &mut dyn FnMut(&mut Group)| {
        let account = Account::of(case.inventory, scope);
        let limit = (case.limits)(scope.cloud, resource);
        let is_per_region = limit.is_some_and(|limit| limit.per_region);
        let region = is_per_region.then(|| scope.region.clone());
        let place = Place {
            scope: Scope {
                region: region.clone().unwrap_or_else(|| "*".to_owned()),
                ..scope.clone()
            },
            resource,
        };
        let group = groups.entry((account, resource, region)).or_default();
        group.shown.insert(place.to_string());
        change(group);
    };
    for visit in &case.inventory.visits {
        let Place { scope, resource } = &visit.place;
        let is_gap = match visit.sight {
            Sight::NotEnabled(_) => continue,
            Sight::Seen => false,
            Sight::Unseen(_) => true,
        };
        if !is_counted(*resource) {
            continue;
        }
        group_of(scope, *resource, &mut |group| group.has_gap |= is_gap);
    }
    for (at, thing) in case.things.iter().enumerate() {
        for address in &thing.addresses {
            group_of(&address.scope, address.resource, &mut |group| {
                group.things.insert(at);
            });
        }
    }
    groups
}

/// Whether it is a key, of whatever sort.
fn is_counted(resource: Resource) -> bool {
    match resource {
        Resource::KeyPair
        | Resource::LighthouseKeyPair
        | Resource::KmsKey
        | Resource::CodeartsKey => true,
        Resource::Instance | Resource::CphServer | Resource::Task => false,
    }
}
