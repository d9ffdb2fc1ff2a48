//! `audit`: what a policy says of every key.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Map, Value, json};

use super::Run;
use super::fleet::{INCOMPLETE, Offline, Source, Wanted, Where, reach, say_gaps};
use super::snapshot::KINDS;
use crate::cloud::quota;
use crate::error::Error;
use crate::io::read_text;
use crate::model::{Address, CloudId, Inventory, Resource, Sight};
use crate::ops::audit::{Audit, Finding, Level, Limit, Policy, Rule, audit};
use crate::output::{
    Format, Item, ListDocument, Output, SarifLevel, SarifLog, SarifNotification, SarifResult,
    SarifRule,
};

/// The exit code when there are findings that the policy does not put up with.
const FINDINGS: u8 = 8;
/// Bytes that a policy may have.
const LARGEST: u64 = 1 << 20;

// What is judged, and by what.
#[derive(Args, Debug)]
pub(super) struct AuditCommand {
    /// The policy file (default: every rule at its usual level)
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,

    #[command(flatten)]
    place: Where,

    #[command(flatten)]
    snapshot: Offline,
}

impl AuditCommand {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let in_sarif = run.global.output == Some(Format::Sarif);
        if in_sarif && run.global.query.is_some() {
            return Err(Error::usage("--query works on the JSON document")
                .hint("Use -o json, or leave -o out."));
        }
        if run.global.output == Some(Format::Names) {
            return Err(Error::usage("-o names is for lists")
                .hint("Use -o tsv or -o json: a finding may be about several keys."));
        }
        let output = if in_sarif { None } else { Some(run.output()?) };
        let policy = match &self.policy {
            Some(path) => read(path)?,
            None => Policy::default(),
        };
        let wanted = Wanted {
            usage: true,
            dates: true,
            accounts: true,
        };
        let source = Source::read(run, &self.place, &self.snapshot, &KINDS, &KINDS, wanted).await?;
        let inventory = &source.inventory;
        let now = run.context.clock.now();
        let audit = audit(inventory, &policy, &limit, now);
        let is_complete = inventory.is_complete();
        if let Some(output) = &output {
            write(run, output, &source, &audit)?;
        } else {
            let log = sarif(inventory, &policy, &audit);
            run.context.io.data(&log.to_text())?;
        }
        if output.as_ref().is_none_or(|output| !output.is_document()) {
            say(run, &source, &audit, output.is_none());
        }
        Ok(match (source.stopped, is_complete, audit.fails(&policy)) {
            (Some(code), ..) => code,
            (None, false, _) => INCOMPLETE,
            (None, true, true) => FINDINGS,
            (None, true, false) => 0,
        })
    }
}

/// Reads a policy file.
fn read(path: &Path) -> Result<Policy, Error> {
    let name = path.display().to_string();
    let complain =
        |error: std::io::Error| Error::usage(format!("cannot read the policy '{name}': {error}"));
    let text = read_text(path, LARGEST)
        .map_err(complain)?
        .ok_or_else(|| Error::usage(format!("'{name}' is too large for a policy")))?;
    Policy::parse(&text, &name)
}

fn limit(cloud: CloudId, resource: Resource) -> Option<Limit> {
    let quota = quota(cloud, resource)?;
    Some(Limit {
        most: quota.most,
        per_region: quota.per_region,
    })
}

fn write(run: &Run<'_>, output: &Output, source: &Source, audit: &Audit) -> Result<(), Error> {
    let mut reach = reach(&source.inventory.visits);
    let judged: Map<String, Value> = audit
        .judged
        .iter()
        .map(|(rule, count)| {
            let count = json!({ "judged": count.judged, "not_judged": count.not_judged });
            (rule.name().to_owned(), count)
        })
        .collect();
    reach.members.insert(0, ("judged", judged.into()));
    let mut warnings = source.inventory.warnings.clone();
    warnings.extend(audit.warnings.iter().cloned());
    let document = ListDocument {
        kind: "Findings",
        command: "audit",
        items: audit.findings.iter().map(item).collect(),
        warnings: &warnings,
        endpoint: source.endpoint.as_deref(),
        sandbox: source.sandbox,
        is_single: false,
        reach: Some(reach),
    };
    output.list(&document, &run.context.io)
}

fn item(finding: &Finding) -> Item {
    let related: Vec<String> = finding.related.iter().map(Address::to_string).collect();
    let waived = finding.waived.as_ref();
    let waived_shown = waived.map(|waived| format!("{} (until {})", waived.reason, waived.expires));
    Item {
        columns: vec![
            (
                "LEVEL",
                if waived.is_some() {
                    "waived".to_owned()
                } else {
                    finding.level.name().to_owned()
                },
            ),
            ("RULE", finding.rule.name().to_owned()),
            ("ON", finding.subject.clone()),
            ("FINDING", finding.message.clone()),
            ("WAIVED", waived_shown.unwrap_or_default()),
        ],
        ..Item::local(vec![
            ("level", json!(finding.level.name())),
            ("rule", json!(finding.rule.name())),
            (
                "address",
                json!(finding.address.as_ref().map(Address::to_string)),
            ),
            ("subject", json!(finding.subject)),
            ("message", json!(finding.message)),
            ("related", json!(related)),
            ("fix", json!(finding.fix)),
            (
                "waived",
                waived.map_or(
                    Value::Null,
                    |waived| json!({ "reason": waived.reason, "expires": waived.expires }),
                ),
            ),
            ("fingerprint", json!(finding.fingerprint)),
        ])
    }
}

/// Talks to a person about what tables and SARIF do not show.
fn say(run: &Run<'_>, source: &Source, audit: &Audit, in_sarif: bool) {
    let io = &run.context.io;
    if !in_sarif {
        let warnings = source.inventory.warnings.iter().chain(&audit.warnings);
        warnings.for_each(|warning| io.warn(warning));
    }
    say_gaps(run, &source.inventory.visits);
    let mut fixes: Vec<&str> = Vec::new();
    for fix in audit
        .findings
        .iter()
        .filter_map(|finding| finding.fix.as_deref())
    {
        if !fixes.contains(&fix) {
            fixes.push(fix);
        }
    }
    for fix in fixes.iter().take(3) {
        io.hint(fix);
    }
    let waived = audit
        .findings
        .iter()
        .filter(|finding| finding.waived.is_some());
    let waived = match waived.count() {
        0 => String::new(),
        count => format!(", {count} of them waived"),
    };
    let count = audit.findings.len();
    let findings = if count == 1 { "finding" } else { "findings" };
    io.say(&format!("{count} {findings}{waived}; {}", source.summary));
}

fn sarif(inventory: &Inventory, policy: &Policy, audit: &Audit) -> SarifLog {
    let rule = |rule: &Rule| SarifRule {
        id: rule.name().to_owned(),
        summary: rule.summary().to_owned(),
        explanation: rule.explanation().to_owned(),
        level: level(policy.level(*rule).unwrap_or(rule.default_level())),
        is_on: policy.level(*rule).is_some(),
    };
    let result = |finding: &Finding| SarifResult {
        rule: finding.rule.name().to_owned(),
        level: level(finding.level),
        subject: finding.subject.clone(),
        related: finding.related.iter().map(Address::to_string).collect(),
        message: finding.message.clone(),
        fix: finding.fix.clone(),
        fingerprint: finding.fingerprint.clone(),
        waived: finding
            .waived
            .as_ref()
            .map(|waived| format!("{} (until {})", waived.reason, waived.expires)),
    };
    let warnings = inventory.warnings.iter().chain(&audit.warnings);
    let warnings = warnings.map(|message| SarifNotification {
        level: SarifLevel::Warning,
        message: message.clone(),
    });
    let unseen = inventory.unseen().map(|(place, error)| SarifNotification {
        level: SarifLevel::Error,
        message: format!("not read: {place}: {error}"),
    });
    let absent = inventory
        .visits
        .iter()
        .filter_map(|visit| match &visit.sight {
            Sight::NotEnabled(why) => Some(SarifNotification {
                level: SarifLevel::Note,
                message: format!("not enabled: {}: {why}", visit.place),
            }),
            Sight::Seen | Sight::Unseen(_) => None,
        });
    SarifLog {
        rules: Rule::ALL.iter().map(rule).collect(),
        results: audit.findings.iter().map(result).collect(),
        notifications: unseen.chain(warnings).chain(absent).collect(),
        is_complete: inventory.is_complete(),
    }
}

fn level(level: Level) -> SarifLevel {
    match level {
        Level::Note => SarifLevel::Note,
        Level::Warning => SarifLevel::Warning,
        Level::Error => SarifLevel::Error,
    }
}
