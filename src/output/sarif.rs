//! Findings as SARIF 2.1.0, the format that code-scanning services take.
//!
//! A cloud's key is in no file, and the services insist on one: each result names its thing as a logical
//! location, and a path made of the address beside it, which is the same in every run.

use serde_json::{Map, Value, json};

use super::document::json_text;

/// Where the format is described, as its validators want it.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// How grave a result is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SarifLevel {
    /// Worth knowing.
    Note,
    /// To be looked at.
    Warning,
    /// To be mended.
    Error,
}

/// One run of a check.
#[derive(Clone, Debug, Default)]
pub struct SarifLog {
    /// The rules that there are, each once.
    pub rules: Vec<SarifRule>,
    /// What they found.
    pub results: Vec<SarifResult>,
    /// What should be known of the run: what could not be read or judged.
    pub notifications: Vec<SarifNotification>,
    /// Whether all was read that was to be read.
    pub is_complete: bool,
}

/// A rule.
#[derive(Clone, Debug)]
pub struct SarifRule {
    /// Its name: `weak-key`.
    pub id: String,
    /// What it finds, in a few words.
    pub summary: String,
    /// Why that matters, and what to do: whole sentences.
    pub explanation: String,
    /// The level of its results, when it is on.
    pub level: SarifLevel,
    /// Whether it was on.
    pub is_on: bool,
}

/// What a rule found.
#[derive(Clone, Debug)]
pub struct SarifResult {
    /// The name of the rule.
    pub rule: String,
    /// How grave it is.
    pub level: SarifLevel,
    /// What it is about: an address, or a place.
    pub subject: String,
    /// Other addresses that it is about.
    pub related: Vec<String>,
    /// What is wrong: a fragment.
    pub message: String,
    /// A command that mends it.
    pub fix: Option<String>,
    /// The same for the same result in every run.
    pub fingerprint: String,
    /// Why it does not count.
    pub waived: Option<String>,
}

/// Something about the run itself.
#[derive(Clone, Debug)]
pub struct SarifNotification {
    /// How grave it is.
    pub level: SarifLevel,
    /// What it is.
    pub message: String,
}

impl SarifLevel {
    /// The word of the format.
    fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl SarifLog {
    /// The whole file, with a line end.
    pub fn to_text(&self) -> String {
        json_text(&format!("{:#}\n", self.to_json()))
    }

    fn to_json(&self) -> Value {
        // Where some results tell whether they are suppressed, all have to.
        let tells_waived = self.results.iter().any(|result| result.waived.is_some());
        let rules: Vec<Value> = self.rules.iter().map(SarifRule::to_json).collect();
        let results = self.results.iter();
        let results: Vec<Value> = results
            .map(|result| {
                let index = self.rules.iter().position(|rule| rule.id == result.rule);
                result.to_json(index, tells_waived)
            })
            .collect();
        let notifications = self.notifications.iter();
        let notifications: Vec<Value> = notifications
            .map(|notification| {
                json!({
                    "level": notification.level.word(),
                    "message": text(&notification.message),
                })
            })
            .collect();
        json!({
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [{
                "tool": {
                    "driver": {
                        "name": "kpctl",
                        "version": env!("CARGO_PKG_VERSION"),
                        "semanticVersion": env!("CARGO_PKG_VERSION"),
                        "rules": rules,
                    },
                },
                "invocations": [{
                    "executionSuccessful": self.is_complete,
                    "toolExecutionNotifications": notifications,
                }],
                "results": results,
            }],
        })
    }
}

impl SarifRule {
    fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "name": pascal_case(&self.id),
            "shortDescription": { "text": self.summary },
            "fullDescription": { "text": format!("{}. {}", self.summary, self.explanation) },
            "help": { "text": self.explanation },
            "defaultConfiguration": { "enabled": self.is_on, "level": self.level.word() },
        })
    }
}

impl SarifResult {
    fn to_json(&self, index: Option<usize>, tells_waived: bool) -> Value {
        let mut result = Map::new();
        result.insert("ruleId".into(), self.rule.clone().into());
        if let Some(index) = index {
            result.insert("ruleIndex".into(), index.into());
        }
        result.insert("level".into(), self.level.word().into());
        let mut message = format!("{}: {}.", self.subject, self.message);
        if let Some(fix) = &self.fix {
            message.push_str(" To mend it: ");
            message.push_str(fix);
        }
        result.insert("message".into(), text(&message));
        result.insert("locations".into(), json!([location(&self.subject)]));
        if !self.related.is_empty() {
            let related = self.related.iter().enumerate();
            let related: Vec<Value> = related
                .map(|(number, address)| {
                    let mut location = location(address);
                    location.insert("id".into(), number.into());
                    location.insert("message".into(), text(address));
                    location.into()
                })
                .collect();
            result.insert("relatedLocations".into(), related.into());
        }
        // The first is the one that services look for; what it holds is any stable text.
        let fingerprints = json!({
            "primaryLocationLineHash": format!("{}:1", self.fingerprint),
            "kpctlFinding/v1": self.fingerprint,
        });
        result.insert("partialFingerprints".into(), fingerprints);
        if tells_waived {
            let suppression = |reason: &String| json!({ "kind": "external", "status": "accepted", "justification": reason });
            let all: Vec<Value> = self.waived.iter().map(suppression).collect();
            result.insert("suppressions".into(), all.into());
        }
        result.into()
    }
}

/// Where a thing is: by its address, and as a file that does not exist.
fn location(subject: &str) -> Map<String, Value> {
    // A relative reference cannot have a colon before its first slash.
    let path = subject.replacen(':', "/", 1);
    let name = subject.rsplit('/').next().unwrap_or(subject);
    let mut location = Map::new();
    location.insert(
        "physicalLocation".into(),
        json!({
            "artifactLocation": { "uri": path },
            "region": { "startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1 },
        }),
    );
    location.insert(
        "logicalLocations".into(),
        json!([{ "name": name, "fullyQualifiedName": subject, "kind": "resource" }]),
    );
    location
}

/// A message. A bracket that is closed before a parenthesis would be taken for a link.
fn text(message: &str) -> Value {
    json!({ "text": message.replace("](", "] (") })
}

/// `weak-key` as `WeakKey`, which is how the format wants names for people.
fn pascal_case(id: &str) -> String {
    let words = id.split('-').filter_map(|word| {
        let first = word.chars().next()?;
        let rest = &word[first.len_utf8()..];
        Some(format!("{}{rest}", first.to_ascii_uppercase()))
    });
    words.collect()
}

#[cfg(test)]
mod tests;
