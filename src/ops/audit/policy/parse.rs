//! A policy as TOML. Every mistake is an error that names its line: a rule that is silently not
//! applied looks like a rule that found nothing.

use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::super::rule::{Level, Rule};
use super::{Policy, Waiver};
use crate::error::Error;
use crate::model::Pattern;
use crate::time::parse_duration;
use crate::toml::{Section, Source, Text, suggest};

/// The types of keys that OpenSSH knows.
const KEY_TYPES: [&str; 8] = [
    "ssh-dss",
    "ssh-rsa",
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
];

pub(super) fn policy(text: &str, place: &str) -> Result<Policy, Error> {
    // Editors of some systems begin a file with a mark that no TOML has.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let source = Source::new(text, place.to_owned());
    let document = source.document()?;
    let root = Section::root(&source, &document);
    root.only(&["fail-level", "rules", "waivers"])?;
    let mut policy = Policy::default();
    if let Some(word) = root.text("fail-level")? {
        policy.fail_level = level(&root, "fail-level", &word, false)?.unwrap_or(policy.fail_level);
    }
    if let Some(rules) = root.table("rules")? {
        for name in rules.keys() {
            let Some(rule) = Rule::of(name) else {
                let error = rules.complain(name, "is no rule");
                return Err(Rule::suggest(error, name));
            };
            if let Some(section) = rules.table(name)? {
                read_rule(&mut policy, rule, &section)?;
            }
        }
    }
    let waivers = root.tables("waivers")?;
    policy.waivers = waivers.iter().map(waiver).collect::<Result<_, _>>()?;
    Ok(policy)
}

fn read_rule(policy: &mut Policy, rule: Rule, section: &Section<'_>) -> Result<(), Error> {
    let options: &[&str] = match rule {
        Rule::WeakKey => &["level", "min-rsa-bits", "forbid"],
        Rule::OldKey => &["level", "max-age"],
        Rule::UnusedKey => &["level", "min-age"],
        Rule::NoOwner => &["level", "tags"],
        Rule::KmsPendingDeletion => &["level", "within"],
        Rule::Quota => &["level", "above"],
        Rule::SharedBetweenAccounts
        | Rule::SameNameDifferentKeys
        | Rule::DifferentNamesOneKey
        | Rule::PrivateHalfStored => &["level"],
    };
    section.only(options)?;
    if let Some(word) = section.text("level")? {
        match level(section, "level", &word, true)? {
            Some(level) => policy.levels.insert(rule, level),
            None => policy.levels.remove(&rule),
        };
    }
    match rule {
        Rule::WeakKey => {
            // Nobody can make shorter ones that OpenSSH takes, nor longer ones.
            if let Some(bits) = section.number("min-rsa-bits", 1_024..=16_384)? {
                policy.min_rsa_bits = bits;
            }
            let types = section.filled_texts("forbid")?;
            for kind in &types {
                if !KEY_TYPES.contains(&kind.value) {
                    let why = format!("has '{}', which is no type of key", shown(kind));
                    let error = section.complain_in(kind.line, "forbid", why);
                    return Err(suggest(error, kind.value, &KEY_TYPES));
                }
            }
            if !types.is_empty() {
                policy.forbidden_types = owned(&types);
            }
        }
        Rule::OldKey => {
            policy.max_age = duration(section, "max-age")?.unwrap_or(policy.max_age);
        }
        Rule::UnusedKey => policy.unused_after = duration(section, "min-age")?,
        Rule::NoOwner => {
            let tags = section.filled_texts("tags")?;
            if !tags.is_empty() {
                policy.owner_tags = owned(&tags);
            }
        }
        Rule::KmsPendingDeletion => {
            policy.kms_window = duration(section, "within")?.unwrap_or(policy.kms_window);
        }
        // More than all of a quota is never used.
        Rule::Quota => {
            let above = section.number("above", 1..=99)?;
            policy.quota_above = above.unwrap_or(policy.quota_above);
        }
        Rule::SharedBetweenAccounts
        | Rule::SameNameDifferentKeys
        | Rule::DifferentNamesOneKey
        | Rule::PrivateHalfStored => {}
    }
    Ok(())
}

/// A level; `None` for `off`, where that is allowed.
fn level(
    section: &Section<'_>,
    key: &str,
    word: &Text<'_>,
    or_off: bool,
) -> Result<Option<Level>, Error> {
    if or_off && word.value == "off" {
        return Ok(None);
    }
    if let Some(level) = Level::of(word.value) {
        return Ok(Some(level));
    }
    let mut known: Vec<&str> = Level::ALL.map(Level::name).into();
    if or_off {
        known.push("off");
    }
    let error = section.complain_in(word.line, key, format!("is no level: '{}'", shown(word)));
    Err(suggest(error, word.value, &known))
}

fn duration(section: &Section<'_>, key: &str) -> Result<Option<Duration>, Error> {
    let Some(text) = section.text(key)? else {
        return Ok(None);
    };
    let complain = |error: Error| {
        let mine = section.complain_in(text.line, key, format!("is wrong: {}", error.message));
        error.hints.iter().fold(mine, Error::hint)
    };
    parse_duration(text.value).map(Some).map_err(complain)
}

fn waiver(section: &Section<'_>) -> Result<Waiver, Error> {
    section.only(&["rule", "address", "reason", "expires"])?;
    let name = section.required("rule")?;
    let rule = match Rule::of(name.value) {
        None if name.value == "*" => None,
        None => {
            let why = format!("is no rule: '{}'", shown(&name));
            let error = section.complain_in(name.line, "rule", why);
            return Err(Rule::suggest(error, name.value).hint("\"*\" stands for every rule."));
        }
        some => some,
    };
    let pattern = section.required("address")?.value;
    let reason = section.required("reason")?.value;
    let Some(expires_shown) = section.date("expires")? else {
        return Err(section
            .complain_here("has no 'expires'")
            .hint("Write the last day on which it counts, as in expires = \"2027-01-31\"."));
    };
    let Some(expires) = end_of(&expires_shown) else {
        return Err(section
            .complain("expires", "is neither a date nor an instant with its zone")
            .hint("Write \"2027-01-31\" or \"2027-01-31T18:00:00Z\"."));
    };
    Ok(Waiver {
        rule,
        address: Pattern::new(pattern),
        pattern: pattern.to_owned(),
        reason: reason.to_owned(),
        expires,
        expires_shown,
        line: section.line(),
    })
}

/// The instant that is meant, or the end of the day that is meant, in UTC.
fn end_of(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.to_utc());
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    let next = day.checked_add_days(Days::new(1))?;
    Some(next.and_hms_opt(0, 0, 0)?.and_utc())
}

fn shown(text: &Text<'_>) -> String {
    text.value.escape_debug().to_string()
}

fn owned(texts: &[Text<'_>]) -> Vec<String> {
    texts.iter().map(|text| text.value.to_owned()).collect()
}
