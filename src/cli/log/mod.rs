//! `log`: the record of changes.

mod restore;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use clap::Args;
use serde_json::{Value, json};

use restore::{Restore, restore};

use super::Run;
use crate::config::{env, paths};
use crate::error::{Error, ErrorKind};
use crate::io::one_line;
use crate::journal::{self, Item as Entry, Run as Recorded, State};
use crate::output::{Item, ListDocument};
use crate::time::parse_duration;

/// Options of requests, of which there are none here.
const USELESS: [&str; 7] = [
    "--profile",
    "--region",
    "--timeout",
    "--endpoint-url",
    "--ca-bundle",
    "--insecure-endpoint",
    "--no-input",
];

// Which runs.
#[derive(Args, Debug)]
pub(super) struct Log {
    /// One run in full, by its name or the beginning of it
    #[arg(value_name = "RUN")]
    run: Option<String>,

    /// Only runs of the last while: 30min, 24h, 7d
    #[arg(long, value_name = "TIME", conflicts_with = "run")]
    since: Option<String>,

    /// Only runs of commands with this in their name: delete, 'tencent key-pair'
    #[arg(long, value_name = "TEXT", conflicts_with = "run")]
    command: Option<String>,

    /// Only runs with this in an address or target: a name, a region, a profile
    #[arg(long, value_name = "TEXT", conflicts_with = "run")]
    item: Option<String>,

    /// Print the commands that give back what the run took away, for a shell, in their order; what cannot be
    /// given back is a comment
    #[arg(long, requires = "run")]
    restore: bool,

    /// Only runs that were cut off or have a request without an answer
    #[arg(long, conflicts_with = "run")]
    unfinished: bool,
}

impl Log {
    pub(super) fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let context = run.context;
        run.global.refuse(&USELESS, |option| {
            Error::usage(format!("{option} means nothing to log"))
                .hint("--item finds the runs of a profile or a region.")
        })?;
        let output = run.output()?;
        let sandbox = run.global.sandbox || context.env.switch(env::SANDBOX)?;
        let folder = paths::journal_folder(&context.env, sandbox)?;
        let all = journal::runs(folder)?;
        if let (Some(name), true) = (&self.run, self.restore) {
            if context_wants_document(run) {
                return Err(Error::usage("--restore prints lines for a shell").hint(
                    "In the JSON document of the run each item has its line under 'restore'.",
                ));
            }
            return context
                .io
                .data(&script(one(&all, name)?, sandbox))
                .map(|()| 0);
        }
        let items = if let Some(name) = &self.run {
            in_full(one(&all, name)?, sandbox)
        } else {
            let fits = self.filter(context.clock.now())?;
            all.iter().filter(|run| fits(run)).map(summary).collect()
        };
        let document = ListDocument {
            kind: "List",
            command: "log",
            items,
            warnings: &[],
            endpoint: None,
            sandbox,
            is_single: false,
            reach: None,
        };
        output.list(&document, &context.io)?;
        if let (Some(name), false) = (&self.run, output.is_document()) {
            for sent in one(&all, name)?.unanswered() {
                context.io.warn(&format!(
                    "{} in {} was sent and has no answer: it may have been carried out",
                    sent.operation, sent.region
                ));
            }
            if !script(one(&all, name)?, sandbox).is_empty() {
                let world = if run.global.sandbox { "--sandbox " } else { "" };
                context.io.hint(&format!(
                    "kpctl {world}log {name} --restore prints the commands that give back what it took away."
                ));
            }
        }
        Ok(0)
    }

    fn filter(&self, now: DateTime<Utc>) -> Result<impl Fn(&Recorded) -> bool + '_, Error> {
        let since = match &self.since {
            None => None,
            Some(text) => {
                let span = TimeDelta::from_std(parse_duration(text)?);
                Some(now - span.map_err(|_| Error::usage(format!("'{text}' is too long")))?)
            }
        };
        Ok(move |run: &Recorded| {
            let has = |text: &String| {
                let mut items = run.items.iter();
                items.any(|item| {
                    let target = item.target.as_ref();
                    item.address.contains(text)
                        || target.is_some_and(|target| target.contains(text))
                })
            };
            since.is_none_or(|since| run.at >= since)
                && self
                    .command
                    .as_ref()
                    .is_none_or(|text| run.command.contains(text))
                && self.item.as_ref().is_none_or(has)
                && (!self.unfinished
                    || run.state == State::CutOff
                    || run.unanswered().next().is_some())
        })
    }
}

fn one<'a>(runs: &'a [Recorded], name: &str) -> Result<&'a Recorded, Error> {
    let mut fitting = runs.iter().filter(|run| run.id.starts_with(name));
    match (fitting.next(), fitting.next()) {
        (Some(run), None) => Ok(run),
        (Some(_), Some(_)) => Err(Error::usage(format!("several runs begin with '{name}'"))
            .hint("Give more letters of its name.")),
        (None, _) => Err(Error::new(
            ErrorKind::NotFound,
            format!("the journal has no run '{name}'"),
        )
        .hint("kpctl log lists the runs.")),
    }
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// `12 deleted, 1 in-use`, or what is known of a run that was cut off.
fn counts(run: &Recorded) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for item in &run.items {
        let status = item.status.as_deref().unwrap_or("unknown");
        match counts.iter_mut().find(|(known, _)| *known == status) {
            Some((_, count)) => *count += 1,
            None => counts.push((status, 1)),
        }
    }
    let counts: Vec<String> = counts
        .iter()
        .map(|(status, count)| format!("{count} {status}"))
        .collect();
    counts.join(", ")
}

fn summary(run: &Recorded) -> Item {
    let (state, code) = match run.state {
        State::Ended { exit_code } => ("ended", json!(exit_code)),
        State::CutOff => ("cut-off", Value::Null),
    };
    let unanswered = run.unanswered().count();
    let shown = match (run.state, unanswered) {
        (State::Ended { exit_code }, _) => exit_code.to_string(),
        (State::CutOff, 0) => "cut off".to_owned(),
        (State::CutOff, count) => format!("cut off, {count} without answer"),
    };
    Item {
        columns: vec![
            ("RUN", run.id.clone()),
            ("BEGAN", instant(run.at)),
            ("COMMAND", run.command.clone()),
            ("ITEMS", counts(run)),
            ("CODE", shown),
        ],
        ..Item::local(vec![
            ("run", run.id.clone().into()),
            ("began_at", instant(run.at).into()),
            ("until", instant(run.until).into()),
            ("command", run.command.clone().into()),
            ("state", state.into()),
            ("exit_code", code),
            ("items", run.items.len().into()),
            ("summary", counts(run).into()),
            ("calls", run.calls.len().into()),
            ("unanswered", unanswered.into()),
            ("process", run.process.into()),
        ])
    }
}

/// Whether another form than lines was asked for.
fn context_wants_document(run: &Run<'_>) -> bool {
    run.global.output.is_some() || run.global.query.is_some()
}

/// The lines that give back what a run took away: the last step first.
fn script(run: &Recorded, sandbox: bool) -> String {
    let mut lines = Vec::new();
    for item in run.items.iter().rev() {
        match restore(run, item, sandbox) {
            Restore::Command(line) => lines.push(
                line + "
",
            ),
            Restore::Cannot(why) => {
                let (address, why) = (one_line(&item.address), one_line(&why));
                lines.push(format!(
                    "# {address}: {why}
"
                ));
            }
            Restore::Nothing => {}
        }
    }
    lines.concat()
}

/// The items of a run, then its requests.
fn in_full(run: &Recorded, sandbox: bool) -> Vec<Item> {
    let text = |value: &Option<String>| value.clone().map_or(Value::Null, Value::from);
    let row = |kind: &str, at: Option<DateTime<Utc>>, entry: &Entry, operation: Option<String>| {
        let status = entry.status.clone();
        let error = entry.error.as_ref();
        let code = error.and_then(|error| error.code.clone().or(Some(error.kind.clone())));
        let cell = |value: &Option<String>| value.clone().unwrap_or_default();
        Item {
            columns: vec![
                (
                    "WHAT",
                    operation.clone().unwrap_or_else(|| entry.address.clone()),
                ),
                ("TARGET", cell(&entry.target)),
                ("STATUS", cell(&status)),
                ("ERROR", cell(&code)),
                ("REQUEST ID", cell(&entry.request_id)),
                ("AT", at.map(instant).unwrap_or_default()),
            ],
            ..Item::local(vec![
                ("kind", kind.into()),
                ("at", at.map_or(Value::Null, |at| instant(at).into())),
                ("operation", operation.map_or(Value::Null, Value::from)),
                (
                    "address",
                    if entry.address.is_empty() {
                        Value::Null
                    } else {
                        entry.address.clone().into()
                    },
                ),
                ("target", text(&entry.target)),
                ("status", text(&status)),
                ("verified", entry.verified.into()),
                ("request_id", text(&entry.request_id)),
                ("job_id", text(&entry.job_id)),
                ("fingerprint", text(&entry.fingerprint)),
                ("error", text(&code)),
            ])
        }
    };
    let items = run.items.iter().map(|item| {
        let (line, why) = match restore(run, item, sandbox) {
            Restore::Command(line) => (Value::from(line), Value::Null),
            Restore::Cannot(why) => (Value::Null, Value::from(why)),
            Restore::Nothing => (Value::Null, Value::Null),
        };
        let mut row = row("item", None, item, None);
        row.fields.push(("restore", line));
        row.fields.push(("cannot_restore", why));
        row
    });
    let calls = run.calls.iter().map(|(at, sent, answer)| {
        let status = match answer {
            None => "unanswered",
            Some(answer) => match &answer.error {
                None => "answered",
                Some(error) if error.maybe_done => "unknown",
                Some(_) => "failed",
            },
        };
        let call = Entry {
            status: Some(status.to_owned()),
            request_id: answer.as_ref().and_then(|answer| answer.request_id.clone()),
            error: answer.as_ref().and_then(|answer| answer.error.clone()),
            ..Entry::default()
        };
        let place = format!("{} {} {}", sent.cloud, sent.region, sent.operation);
        let mut row = row("call", Some(*at), &call, Some(place));
        row.fields.push(("restore", Value::Null));
        row.fields.push(("cannot_restore", Value::Null));
        row
    });
    items.chain(calls).collect()
}
