//! `kms-pending-deletion`: encryption keys that will soon be destroyed.

use chrono::DateTime;

use super::{Case, spoken};
use crate::model::Facts;
use crate::ops::audit::report::Report;
use crate::ops::audit::rule::Rule;

const RULE: Rule = Rule::KmsPendingDeletion;

pub(super) fn judge(case: &Case<'_>, report: &mut Report) {
    for thing in &case.things {
        let Facts::KmsKey(key) = &thing.record.facts else {
            continue;
        };
        let Some(state) = &key.state else {
            report.not_judged(RULE, thing, "the cloud does not tell its state");
            continue;
        };
        report.judged(RULE);
        if state != "pending-deletion" {
            continue;
        }
        let deadline = key.deletion_at.and_then(DateTime::from_timestamp_millis);
        let message = match deadline.map(|deadline| (deadline, (deadline - case.now).to_std())) {
            // An unknown deadline counts as near.
            None => "it is to be destroyed; the cloud does not tell when".to_owned(),
            Some((deadline, Err(_))) => {
                format!("it was to be destroyed on {}", deadline.format("%Y-%m-%d"))
            }
            Some((deadline, Ok(left))) if left <= case.policy.kms_window => {
                let (day, left) = (deadline.format("%Y-%m-%d"), spoken(left));
                format!("it is destroyed on {day}, in {left}")
            }
            Some(_) => continue,
        };
        report.find_with(RULE, thing, message, Some("cancel-deletion"));
    }
}
