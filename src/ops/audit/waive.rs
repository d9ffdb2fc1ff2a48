//! Which findings are waived, and which waivers are of no use any more.

use chrono::{DateTime, Utc};

use super::policy::{Policy, Waiver};
use super::report::{Draft, Subject};
use super::rule::Rule;

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waived {
    /// The reason that the policy gives.
    pub reason: String,
    /// Until when, as the policy writes it.
    pub expires: String,
}

/// The waivers of a policy, and which of them fitted something.
pub(super) struct Waivers<'a> {
    policy: &'a Policy,
    now: DateTime<Utc>,
    used: Vec<bool>,
}

impl<'a> Waivers<'a> {
    pub(super) fn new(policy: &'a Policy, now: DateTime<Utc>) -> Self {
        Self {
            policy,
            now,
            used: vec![false; policy.waivers.len()],
        }
    }

    /// Whether the finding is waived. One about several things is when each of them is: a new one
    /// among them is news.
    pub(super) fn of(&mut self, draft: &Draft) -> Option<Waived> {
        let mut chosen: Option<&Waiver> = None;
        let mut is_waived = true;
        for subject in &draft.subjects {
            match self.fitting(draft.rule, subject) {
                // The one that ends first decides.
                Some(waiver) if chosen.is_none_or(|other| waiver.expires < other.expires) => {
                    chosen = Some(waiver);
                }
                Some(_) => {}
                None => is_waived = false,
            }
        }
        chosen.filter(|_| is_waived).map(|waiver| Waived {
            reason: waiver.reason.clone(),
            expires: waiver.expires_shown.clone(),
        })
    }

    /// The waiver that covers a thing for the longest.
    fn fitting(&mut self, rule: Rule, subject: &Subject) -> Option<&'a Waiver> {
        let mut best: Option<&'a Waiver> = None;
        for (waiver, used) in self.policy.waivers.iter().zip(&mut self.used) {
            let is_rule = waiver.rule.is_none_or(|waived| waived == rule);
            if !is_rule || !subject.shown.iter().any(|shown| waiver.address.fits(shown)) {
                continue;
            }
            *used = true;
            let counts = self.now < waiver.expires;
            if counts && best.is_none_or(|other| other.expires < waiver.expires) {
                best = Some(waiver);
            }
        }
        best
    }

    /// What should be known of the waivers, once all findings were asked about.
    pub(super) fn warnings(&self) -> impl Iterator<Item = String> + '_ {
        let each = self.policy.waivers.iter().zip(&self.used);
        each.filter_map(|(waiver, used)| {
            let rule = waiver.rule.map_or("*", Rule::name);
            let (line, pattern) = (waiver.line, waiver.pattern.escape_debug());
            let which = format!("the waiver of line {line} for {rule} at {pattern}");
            let reason = waiver.reason.escape_debug();
            if self.now >= waiver.expires {
                let day = &waiver.expires_shown;
                Some(format!(
                    "{which} expired ({day}) and does not count: {reason}"
                ))
            } else if *used {
                None
            } else if waiver
                .rule
                .is_some_and(|rule| self.policy.level(rule).is_none())
            {
                Some(format!("{which} fits nothing: the rule is off"))
            } else {
                Some(format!("{which} fits nothing that was found"))
            }
        })
    }
}
