//! `no-owner`: key pairs without a tag that names their owner.

use super::{Case, listed};
use crate::model::Facts;
use crate::ops::audit::report::Report;
use crate::ops::audit::rule::Rule;

const RULE: Rule = Rule::NoOwner;

pub(super) fn judge(case: &Case<'_>, report: &mut Report) {
    let wanted = &case.policy.owner_tags;
    for thing in case.keys() {
        // A key of a user for Git has its user.
        let Facts::KeyPair(pair) = &thing.record.facts else {
            continue;
        };
        let Some(tags) = &pair.tags else {
            report.not_judged(RULE, thing, "the cloud does not tell its tags");
            continue;
        };
        report.judged(RULE);
        let names_owner = |(key, value): &(String, String)| {
            let is_wanted = |name: &String| name.to_lowercase() == key.to_lowercase();
            !value.trim().is_empty() && wanted.iter().any(is_wanted)
        };
        if !tags.iter().any(names_owner) {
            let names: Vec<String> = wanted.iter().map(|tag| format!("'{tag}'")).collect();
            let message = if let [only] = names.as_slice() {
                format!("it has no tag {only}")
            } else {
                format!("it has none of the tags {}", listed(&names))
            };
            report.find(RULE, thing, message);
        }
    }
}
