//! Judges an inventory by a policy: pure functions over what was read. Nothing is read or sent here.

mod policy;
mod report;
mod rule;
mod rules;
#[cfg(test)]
mod tests;
mod thing;
mod waive;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

pub use self::policy::{Policy, Waiver};
pub use self::report::Judged;
use self::report::{Draft, Report};
pub use self::rule::{Level, Rule};
pub use self::rules::{Limit, Limits};
pub use self::waive::Waived;
use self::waive::Waivers;
use crate::model::{Address, Inventory};

/// What an audit found.
#[derive(Clone, Debug)]
pub struct Audit {
    /// The findings, the gravest first; those that are waived are among them.
    pub findings: Vec<Finding>,
    /// What could not be judged, and which waivers are of no use. Places that could not be read are
    /// in the inventory.
    pub warnings: Vec<String>,
    /// How much each rule that is on could judge.
    pub judged: BTreeMap<Rule, Judged>,
}

/// Something that is not as the policy asks.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that found it.
    pub rule: Rule,
    /// How grave it is.
    pub level: Level,
    /// What it is about; `None` for a whole place.
    pub address: Option<Address>,
    /// The address as it is printed, or the place: `CLOUD:PROFILE/REGION/RESOURCE`, with `*` for all
    /// regions.
    pub subject: String,
    /// What else it is about, or where else the same thing was seen.
    pub related: Vec<Address>,
    /// What is wrong: a fragment.
    pub message: String,
    /// A command that mends it, where there is one.
    pub fix: Option<String>,
    /// Why it does not count.
    pub waived: Option<Waived>,
    /// The same for the same finding in every audit: 64 hexadecimal digits.
    pub fingerprint: String,
}

impl Audit {
    /// Whether there is a finding that the policy does not put up with.
    pub fn fails(&self, policy: &Policy) -> bool {
        let counts =
            |finding: &Finding| finding.waived.is_none() && finding.level >= policy.fail_level;
        self.findings.iter().any(counts)
    }
}

/// Judges an inventory. `limits` says how many things of a kind a cloud allows.
pub fn audit(
    inventory: &Inventory,
    policy: &Policy,
    limits: &Limits<'_>,
    now: DateTime<Utc>,
) -> Audit {
    let case = rules::Case {
        inventory,
        things: thing::things(inventory),
        policy,
        limits,
        now,
    };
    let mut report = Report::default();
    for rule in policy.levels.keys() {
        report.counts.entry(*rule).or_default();
        rules::judge(*rule, &case, &mut report);
    }
    let mut waivers = Waivers::new(policy, now);
    let drafts = std::mem::take(&mut report.drafts).into_iter();
    let mut findings: Vec<Finding> = drafts
        .filter_map(|draft| {
            let level = policy.level(draft.rule)?;
            let waived = waivers.of(&draft);
            Some(finding(draft, level, waived))
        })
        .collect();
    findings.sort_by(|one, other| {
        let gravest = other.level.cmp(&one.level).then(one.rule.cmp(&other.rule));
        gravest
            .then_with(|| one.subject.cmp(&other.subject))
            .then_with(|| one.fingerprint.cmp(&other.fingerprint))
    });
    Audit {
        findings,
        warnings: report.warnings().chain(waivers.warnings()).collect(),
        judged: report.counts,
    }
}

fn finding(draft: Draft, level: Level, waived: Option<Waived>) -> Finding {
    let fingerprint = hex::encode(Sha256::digest(format!("{}\n{}", draft.rule, draft.stable)));
    let first = draft.subjects.first();
    let address = first.and_then(|subject| subject.address.clone());
    let subject = first.and_then(|subject| subject.shown.first().cloned());
    let all = draft.subjects.iter().flat_map(|subject| &subject.shown);
    let all = all.filter_map(|shown| shown.parse::<Address>().ok());
    Finding {
        rule: draft.rule,
        level,
        related: all
            .filter(|other| Some(other) != address.as_ref())
            .collect(),
        address,
        subject: subject.unwrap_or_default(),
        message: draft.message,
        fix: draft.fix,
        waived,
        fingerprint,
    }
}
