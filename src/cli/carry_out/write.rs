//! What came of a change, for machines and people.

use super::Job;
use crate::cli::Run;
use crate::cli::site::Site;
use crate::cloud::client::Preview;
use crate::error::Error;
use crate::model::Outcome;
use crate::ops::change::Report;
use crate::output::{ChangeDocument, Fields, Output};

impl Job<'_> {
    /// Writes the results, or the plan. `members` stand in the document beside them.
    pub(in crate::cli) fn write(
        &self,
        run: &Run<'_>,
        site: &Site<'_>,
        output: &Output,
        report: &Report,
        (endpoint, members): (Option<&str>, Fields),
    ) -> Result<(), Error> {
        let io = &run.context.io;
        let document = ChangeDocument {
            command: &self.command,
            outcomes: &report.outcomes,
            warnings: &report.warnings,
            plan: report.plan.as_deref(),
            endpoint,
            sandbox: site.is_sandbox(),
            members,
        };
        output.change(&document, io)?;
        if !output.is_document() {
            report.warnings.iter().for_each(|warning| io.warn(warning));
            for hint in hints(&report.outcomes) {
                io.hint(hint);
            }
            if let (Some(plan), true) = (&report.plan, run.global.verbose) {
                for call in plan {
                    say_call(call, run);
                }
            }
        }
        Ok(())
    }
}

/// The wire form of a call that a plan holds.
fn say_call(call: &Preview, run: &Run<'_>) {
    let io = &run.context.io;
    let request = &call.request;
    io.say(&format!(
        "would send: {} {}",
        request.method,
        request.shown_url()
    ));
    for header in &request.headers {
        io.say(&format!("  {}: {}", header.name, header.value.shown()));
    }
    if let Some(body) = request.shown_body() {
        io.say(&format!("  {body}"));
    }
}

/// The next steps that the failures name, each once.
fn hints(outcomes: &[Outcome]) -> Vec<&str> {
    let mut hints = Vec::new();
    for hint in outcomes
        .iter()
        .filter_map(|outcome| outcome.error.as_ref())
        .flat_map(|error| &error.hints)
    {
        if !hints.contains(&hint.as_str()) {
            hints.push(hint.as_str());
        }
    }
    hints
}
