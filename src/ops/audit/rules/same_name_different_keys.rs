//! `same-name-different-keys`: several keys that go by one name.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, by_digest, why_unclear};
use crate::ops::audit::report::{Draft, Report};
use crate::ops::audit::rule::Rule;
use crate::ops::audit::thing::Thing;

const RULE: Rule = Rule::SameNameDifferentKeys;

pub(super) fn judge(case: &Case<'_>, report: &mut Report) {
    let mut names: BTreeMap<&str, Vec<&Thing<'_>>> = BTreeMap::new();
    for thing in case.keys() {
        names.entry(thing.record.name()).or_default().push(thing);
    }
    for (name, things) in names {
        // Each of those that are known to differ from another.
        let differing: Vec<&Thing<'_>> = things
            .iter()
            .filter(|thing| {
                things
                    .iter()
                    .any(|other| thing.differs(other) == Some(true))
            })
            .copied()
            .collect();
        for thing in &things {
            let is_found = differing.iter().any(|found| std::ptr::eq(*found, *thing));
            match why_unclear(thing, things.iter().copied()) {
                Some(why) if !is_found => report.not_judged(RULE, thing, why),
                _ => report.judged(RULE),
            }
        }
        if differing.is_empty() {
            continue;
        }
        let keys = differing.iter().filter_map(|thing| thing.identity.as_ref());
        let keys: BTreeSet<&str> = keys.map(|identity| identity.shown.as_str()).collect();
        let (count, digest) = (keys.len(), by_digest(&differing));
        let name = name.escape_debug();
        report.drafts.push(Draft {
            rule: RULE,
            subjects: differing.iter().map(|thing| thing.subject()).collect(),
            message: format!("{count} different keys are called '{name}'{digest}"),
            fix: None,
            stable: name.to_string(),
        });
    }
}
