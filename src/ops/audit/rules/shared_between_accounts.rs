//! `shared-between-accounts`: one key in several accounts, of one cloud or of several.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, by_digest, listed, why_unclear};
use crate::model::CloudId;
use crate::ops::audit::report::{Draft, Report};
use crate::ops::audit::rule::Rule;
use crate::ops::audit::thing::{Account, Thing};

const RULE: Rule = Rule::SharedBetweenAccounts;

pub(super) fn judge(case: &Case<'_>, report: &mut Report) {
    for (shown, things) in case.by_identity() {
        let accounts: BTreeSet<&Account> = things.iter().map(|thing| &thing.account).collect();
        if certain(&accounts) > 1 {
            let names: Vec<String> = accounts.iter().map(|account| account.shown()).collect();
            let digest = by_digest(&things);
            report.drafts.push(Draft {
                rule: RULE,
                subjects: things.iter().map(|thing| thing.subject()).collect(),
                message: format!("{} trust one key, {shown}{digest}", listed(&names)),
                fix: None,
                stable: shown.to_owned(),
            });
            for _ in things {
                report.judged(RULE);
            }
            continue;
        }
        for thing in things {
            if accounts.len() > 1 {
                let why = "their profiles have the same key, and may belong to one account";
                report.not_judged(RULE, thing, why);
            } else {
                alone(case, thing, report);
            }
        }
    }
    for thing in case.keys().filter(|thing| thing.identity.is_none()) {
        alone(case, thing, report);
    }
}

/// A key that was seen in one account only. Only keys of other accounts can make that wrong.
fn alone(case: &Case<'_>, thing: &Thing<'_>, report: &mut Report) {
    let elsewhere = case.keys().filter(|other| other.account != thing.account);
    match why_unclear(thing, elsewhere) {
        Some(why) => report.not_judged(RULE, thing, why),
        None => report.judged(RULE),
    }
}

/// How many accounts these are at least: two profiles of a cloud may belong to one.
fn certain(accounts: &BTreeSet<&Account>) -> usize {
    let mut ids: BTreeMap<CloudId, usize> = BTreeMap::new();
    for account in accounts {
        *ids.entry(account.cloud).or_default() += usize::from(account.is_id);
    }
    ids.values().map(|count| (*count).max(1)).sum()
}
