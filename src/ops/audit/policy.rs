//! What an audit asks for: the rules, their levels and limits, and what is waived.

mod parse;

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::rule::{Level, Rule};
use crate::error::Error;
use crate::model::Pattern;

/// A day.
const DAY: Duration = Duration::from_secs(86_400);

/// What an audit asks for.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The lightest level of a finding that makes the audit fail.
    pub fail_level: Level,
    /// The rules that are on, each with the level of its findings.
    pub levels: BTreeMap<Rule, Level>,
    /// The fewest bits of an RSA key.
    pub min_rsa_bits: u32,
    /// Types of keys that are not to be trusted, whatever their size.
    pub forbidden_types: Vec<String>,
    /// How old a key may be.
    pub max_age: Duration,
    /// How long a key may be without a holder before it is called unused.
    pub unused_after: Option<Duration>,
    /// The tags that name an owner; one of them is enough.
    pub owner_tags: Vec<String>,
    /// How soon the destruction of an encryption key is a finding.
    pub kms_window: Duration,
    /// How much of a quota may be used, in percent.
    pub quota_above: u32,
    /// Findings that are known and accepted.
    pub waivers: Vec<Waiver>,
}

/// Findings that are known and accepted for a while.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The rule; `None` for every rule.
    pub rule: Option<Rule>,
    /// Which addresses it covers.
    pub address: Pattern,
    /// The pattern as it was written.
    pub pattern: String,
    /// Why.
    pub reason: String,
    /// From when on it does not count any more.
    pub expires: DateTime<Utc>,
    /// The same, as it was written: a date is the last day on which the waiver counts.
    pub expires_shown: String,
    /// The line of the policy where it stands.
    pub line: usize,
}

impl Policy {
    /// Reads a policy. `place` is what errors call the text.
    pub fn parse(text: &str, place: &str) -> Result<Self, Error> {
        parse::policy(text, place)
    }

    /// The level of a rule's findings; `None` when it is off.
    pub fn level(&self, rule: Rule) -> Option<Level> {
        self.levels.get(&rule).copied()
    }
}

impl Default for Policy {
    /// All rules, with limits that most can keep.
    fn default() -> Self {
        let levels = Rule::ALL.map(|rule| (rule, rule.default_level()));
        Self {
            fail_level: Level::Warning,
            levels: levels.into(),
            min_rsa_bits: 2_048,
            forbidden_types: vec!["ssh-dss".to_owned()],
            max_age: 365 * DAY,
            unused_after: None,
            owner_tags: vec!["owner".to_owned(), "team".to_owned()],
            kms_window: 7 * DAY,
            quota_above: 80,
            waivers: Vec::new(),
        }
    }
}
