//! `unused-key`: keys that nothing holds.

use super::{Case, age};
use crate::model::Usage;
use crate::ops::audit::report::Report;
use crate::ops::audit::rule::Rule;

const RULE: Rule = Rule::UnusedKey;

pub(super) fn judge(case: &Case<'_>, report: &mut Report) {
    for thing in case.keys() {
        let Some(is_unused) = thing.usage.as_ref().and_then(Usage::is_unused) else {
            report.not_judged(RULE, thing, "not all that may hold it is known");
            continue;
        };
        if is_unused && let Some(patience) = case.policy.unused_after {
            match age(thing, case.now) {
                Err(why) => {
                    report.not_judged(RULE, thing, why);
                    continue;
                }
                Ok((_, age)) if age < patience => {
                    report.judged(RULE);
                    continue;
                }
                Ok(_) => {}
            }
        }
        report.judged(RULE);
        if is_unused {
            let message = "nothing holds it".to_owned();
            report.find_with(RULE, thing, message, Some("delete"));
        }
    }
}
