//! `different-names-one-key`: one key that goes by several names.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, by_digest, listed, why_unclear};
use crate::ops::audit::report::{Draft, Report};
use crate::ops::audit::rule::Rule;
use crate::ops::audit::thing::Thing;

const RULE: Rule = Rule::DifferentNamesOneKey;

pub(super) fn judge(case: &Case<'_>, report: &mut Report) {
    for (shown, things) in case.by_identity() {
        // By what they have in common, one of the names as it is written.
        let mut names: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for thing in &things {
            let name = thing.record.name();
            names.entry(folded(name)).or_default().insert(name);
        }
        if names.len() > 1 {
            let names = names.values().filter_map(BTreeSet::first);
            let names: Vec<String> = names
                .map(|name| format!("'{}'", name.escape_debug()))
                .collect();
            let (digest, names) = (by_digest(&things), listed(&names));
            report.drafts.push(Draft {
                rule: RULE,
                subjects: things.iter().map(|thing| thing.subject()).collect(),
                message: format!("one key, {shown}, is called {names}{digest}"),
                fix: None,
                stable: shown.to_owned(),
            });
            for _ in things {
                report.judged(RULE);
            }
            continue;
        }
        for thing in things {
            alone(case, thing, report);
        }
    }
    for thing in case.keys().filter(|thing| thing.identity.is_none()) {
        alone(case, thing, report);
    }
}

/// A key with one name, as far as anybody can tell.
fn alone(case: &Case<'_>, thing: &Thing<'_>, report: &mut Report) {
    match why_unclear(thing, case.keys()) {
        Some(why) => report.not_judged(RULE, thing, why),
        None => report.judged(RULE),
    }
}

/// A name without what clouds force upon it: one takes `deploy-2026`, another `deploy_2026` only.
fn folded(name: &str) -> String {
    let letters = name.chars();
    letters
        .map(|letter| {
            if letter.is_alphanumeric() {
                letter
            } else {
                '_'
            }
        })
        .collect()
}
