//! `--plan FILE`: a change is written down instead of made.

use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use chrono::{SecondsFormat, TimeDelta};
use serde_json::json;

use super::{Job, Part, changes, check_account, endpoint, one_of_each_login, providers, rules};
use crate::cli::Run;
use crate::cli::site::Site;
use crate::cloud::Provider;
use crate::error::Error;
use crate::ops::change::{self, Report, Terms};
use crate::ops::consent::Consent;
use crate::ops::plan::{Account, Call, Fact, Plan, Planned, Revoked, facts, pinned, text, to_json};
use crate::output::Output;

/// How long a plan is good: who approves it looks at what is there today.
const LIFE: TimeDelta = TimeDelta::hours(24);

/// What a plan says of its purpose.
#[derive(Default)]
pub(in crate::cli) struct Origin {
    pub(in crate::cli) reason: Option<String>,
    pub(in crate::cli) revoked: Option<Revoked>,
    /// What to know beside what the looks say.
    pub(in crate::cli) notes: Vec<String>,
}

impl Job<'_> {
    /// Looks at everything, and writes down what would be sent and what that rests on. Nothing is changed,
    /// and no file is overwritten.
    pub(in crate::cli) async fn save(
        &self,
        run: &Run<'_>,
        site: &Site<'_>,
        output: &Output,
        (path, steps): (&Path, &[Vec<Part>]),
        origin: Origin,
    ) -> Result<u8, Error> {
        let io = &run.context.io;
        check_free(path)?;
        // What cannot be planned at all needs no consent.
        for part in steps.iter().flatten() {
            to_json(&part.request)?;
        }
        let providers = providers(steps);
        let all: Vec<&dyn Provider> = providers.iter().flatten().copied().collect();
        let only = origin.revoked.as_ref().map(Revoked::sought).transpose()?;
        let rules = rules(site, steps, &providers, (None, only.as_ref()))?;
        let mut changes = changes(steps, &rules)?;
        if !site.is_sandbox() {
            for provider in one_of_each_login(&all) {
                check_account(run, provider).await?;
            }
        }
        let courier = site.courier();
        let surveys = change::look(&mut changes, courier).await?;
        let terms = Terms {
            consent: Consent {
                // Whoever applies it says yes; the severe flags are part of what is approved.
                yes: true,
                accepted: self.accepted.clone(),
                ask: None,
            },
            limits: self.limits(),
            purpose: self.purpose.clone(),
            key: None,
            recheck: None,
        };
        change::ask(&changes, &surveys, &terms).await?;
        let previews = change::previews(&changes, &surveys).await?;
        let mut known: Vec<Fact> = Vec::new();
        let mut requests = Vec::new();
        for (part, survey) in steps.iter().flatten().zip(surveys.iter().flatten()) {
            let request = pinned(&part.request, survey);
            let found = facts(part.provider.as_ref(), &request).await?;
            requests.push(request);
            for fact in found {
                if !known.iter().any(|other| other.address == fact.address) {
                    known.push(fact);
                }
            }
        }
        courier.go_on()?;
        let mut requests = requests.into_iter();
        let mut planned = Vec::new();
        for (parts, previews) in steps.iter().zip(&previews) {
            let of_step = parts.iter().zip(previews).zip(requests.by_ref());
            let of_step = of_step.map(|((part, calls), request)| Planned {
                scope: part.provider.scope().clone(),
                service: part.service.to_owned(),
                request,
                calls: calls.iter().map(Call::of).collect(),
            });
            planned.push(of_step.collect());
        }
        let mut notes = origin.notes;
        let said = surveys.iter().flatten().flat_map(|survey| &survey.notes);
        for note in said.cloned().chain(change::warnings_of_dangers(&surveys)) {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        let now = run.context.clock.now();
        let plan = Plan {
            command: self.command.clone(),
            reason: origin.reason,
            made_at: now,
            expires_at: now + LIFE,
            sandbox: site.is_sandbox(),
            endpoint: endpoint(site, steps)?,
            accounts: accounts(&all).await?,
            accepted: self.accepted.clone(),
            max_changes: self.limits().changes,
            max_stops: self.limits().stops,
            wait: self.extent.wait,
            verify: self.extent.verify,
            steps: planned,
            facts: known,
            notes,
            revoked: origin.revoked,
        };
        let written = text(&plan)?;
        let digest = crate::ops::plan::digest(&plan)?;
        write(path, &written)?;
        let report = Report {
            outcomes: surveys
                .iter()
                .flatten()
                .flat_map(|survey| survey.outcomes.clone())
                .collect(),
            warnings: surveys
                .iter()
                .flatten()
                .flat_map(|survey| survey.warnings.clone())
                .collect(),
            plan: Some(previews.into_iter().flatten().flatten().collect()),
            exit_code: 0,
        };
        let expires_at = plan.expires_at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let shown = path.display().to_string();
        let members = vec![
            ("file", json!(shown)),
            ("digest", json!(digest)),
            ("expires_at", json!(expires_at)),
        ];
        let beside = (plan.endpoint.as_deref(), members);
        self.write(run, site, output, &report, beside)?;
        if !output.is_document() {
            plan.notes.iter().for_each(|note| io.say(note));
            io.say(&format!("wrote {shown}; it is good until {expires_at}"));
            let world = if plan.sandbox { "--sandbox " } else { "" };
            io.hint(&format!("kpctl {world}apply {shown} --confirm {digest}"));
        }
        Ok(0)
    }
}

/// Whose accounts these are.
pub(in crate::cli) async fn accounts(providers: &[&dyn Provider]) -> Result<Vec<Account>, Error> {
    let mut accounts = Vec::new();
    for provider in one_of_each_login(providers) {
        let scope = provider.scope();
        let whose = super::ask::whose(provider).await?;
        accounts.push(Account {
            cloud: scope.cloud,
            profile: scope.profile.clone(),
            account: whose.strip_prefix("account ").unwrap_or(&whose).to_owned(),
        });
    }
    Ok(accounts)
}

/// Writes a new file for its owner alone: it says who may enter what.
fn write(path: &Path, text: &str) -> Result<(), Error> {
    use std::io::Write as _;

    let complain = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => taken(path),
        _ => Error::usage(format!(
            "cannot write the plan '{}': {error}",
            path.display()
        )),
    };
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(complain)?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(complain)
}

/// Refuses a path where something is.
pub(super) fn check_free(path: &Path) -> Result<(), Error> {
    if path.symlink_metadata().is_ok() {
        return Err(taken(path));
    }
    Ok(())
}

fn taken(path: &Path) -> Error {
    Error::usage(format!(
        "'{}' exists, and a plan never overwrites anything",
        path.display()
    ))
    .hint("Name another file.")
}
