//! `old-key`: keys that were made too long ago.

use super::{Case, age, spoken};
use crate::ops::audit::report::Report;
use crate::ops::audit::rule::Rule;

const RULE: Rule = Rule::OldKey;

pub(super) fn judge(case: &Case<'_>, report: &mut Report) {
    let most = case.policy.max_age;
    for thing in case.keys() {
        match age(thing, case.now) {
            Err(why) => report.not_judged(RULE, thing, why),
            Ok((made, age)) => {
                report.judged(RULE);
                if age > most {
                    let (day, age) = (made.format("%Y-%m-%d"), spoken(age));
                    let most = spoken(most);
                    let message = format!("made on {day}, {age} ago; {most} are allowed");
                    report.find(RULE, thing, message);
                }
            }
        }
    }
}
