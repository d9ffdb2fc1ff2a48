//! `private-half-stored`: key pairs whose private half the cloud keeps.

use super::Case;
use crate::model::Facts;
use crate::ops::audit::report::Report;
use crate::ops::audit::rule::Rule;

const RULE: Rule = Rule::PrivateHalfStored;

pub(super) fn judge(case: &Case<'_>, report: &mut Report) {
    for thing in case.keys() {
        // Git services take public keys only.
        let Facts::KeyPair(pair) = &thing.record.facts else {
            continue;
        };
        let Some(is_stored) = pair.private_key_stored else {
            let why = "the cloud does not tell whether it keeps the private half";
            report.not_judged(RULE, thing, why);
            continue;
        };
        report.judged(RULE);
        if is_stored {
            let message = "the cloud keeps its private half".to_owned();
            report.find(RULE, thing, message);
        }
    }
}
