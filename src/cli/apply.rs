//! `apply PLAN --confirm DIGEST`: exactly what was approved, and nothing when its ground has moved.

mod ground;
mod history;

use std::path::{Path, PathBuf};
use std::rc::Rc;

use clap::Args;

use ground::Ground;
use history::History;

use super::Run;
use super::args::Changing;
use super::carry_out::{Course, Job, Part, accounts, endpoint};
use super::revoke;
use super::site::Site;
use crate::cloud::{Provider, inventory_lists};
use crate::config::env;
use crate::error::{Error, ErrorKind};
use crate::io::{one_line, read_text};
use crate::model::Scope;
use crate::ops::change::Extent;
use crate::ops::plan::{self, Plan, Resumption};

/// Digits of a digest that are enough to name a plan: 128 bits.
const ENOUGH: usize = 32;
/// Bytes that a plan may have; ten thousand items take some megabytes.
const LARGEST: u64 = 256 << 20;

// Which plan, and who approved it.
#[derive(Args, Debug)]
pub(super) struct Apply {
    /// The plan, as --plan wrote it
    #[arg(value_name = "PLAN")]
    file: PathBuf,

    /// The digest of the plan that was approved, at least its first 32 digits
    #[arg(long, value_name = "DIGEST")]
    confirm: Option<String>,

    /// Look whether everything is as it was, and show what would be sent; change nothing
    #[arg(long, conflicts_with = "confirm")]
    dry_run: bool,
}

impl Apply {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let output = Job::output(run)?;
        super::fleet::refuse_single_place(run)?;
        let (plan, digest) = read(&self.file)?;
        self.check(run, &plan, &digest)?;
        if let Some(program) = plan
            .revoked
            .as_ref()
            .and_then(|key| key.verify_cmd.as_ref())
        {
            revoke::check_program(program)?;
        }
        let site = Site::open(run.context, run.global, run.stop).await?;
        check_world(&site, &plan)?;
        let steps = parts(&site, &plan)?;
        let all: Vec<&dyn Provider> = steps
            .iter()
            .flatten()
            .map(|part| part.provider.as_ref())
            .collect();
        if endpoint(&site, &steps)? != plan.endpoint {
            return Err(Error::new(
                ErrorKind::State,
                "the plan was made for another endpoint: nothing was changed",
            )
            .code("PlanEndpoint"));
        }
        let now = accounts(&all).await?;
        if now != plan.accounts {
            let name = |accounts: &[plan::Account]| {
                let texts = accounts.iter().map(|account| {
                    format!("{}:{} {}", account.cloud, account.profile, account.account)
                });
                texts.collect::<Vec<_>>().join(", ")
            };
            return Err(Error::credentials(format!(
                "the plan is for {}, and the credentials are of {}: nothing was changed",
                name(&plan.accounts),
                name(&now)
            ))
            .code("PlanAccount"));
        }
        let recorded = format!("apply {digest}");
        let history = History::read(run, &site, &recorded)?;
        let ground = Ground {
            steps: &steps,
            facts: &plan.facts,
            history: &history,
        };
        let now = ground.check().await?;
        let resumed = history.is_begun.then_some(Resumption {
            then: &plan.facts,
            now: &now,
        });
        site.courier().go_on()?;
        if !self.dry_run && self.confirm.is_none() {
            show(run, &plan, &digest);
        }
        let changing = Changing {
            yes: self.confirm.is_some(),
            dry_run: self.dry_run,
            max_changes: plan.max_changes,
            max_stops: plan.max_stops,
            plan: None,
        };
        let job = Job {
            command: "apply".to_owned(),
            changing: &changing,
            extent: Extent {
                dry_run: self.dry_run,
                wait: plan.wait,
                verify: plan.verify,
            },
            accepted: plan.accepted.clone(),
            from_input: false,
            purpose: Some(format!("apply the plan {}", &digest[..ENOUGH])),
            key: plan.revoked.as_ref().and_then(revoke::known_key),
        };
        let only = plan.revoked.as_ref().map(plan::Revoked::sought);
        let only = only.transpose()?;
        let course = Course {
            recorded: &recorded,
            resumed,
            recheck: Some(&ground),
            only: only.as_ref(),
        };
        let mut report = job.execute(run, &site, &steps, course).await?;
        let members = match &plan.revoked {
            Some(revoked) if !self.dry_run => {
                let receipt = revoke::receipt(run, &site, (revoked, &steps), &report).await?;
                receipt.add_to(&site, &mut report);
                receipt.say(run, &output);
                receipt.members()
            }
            _ => Vec::new(),
        };
        let place = endpoint(&site, &steps)?;
        job.write(run, &site, &output, &report, (place.as_deref(), members))?;
        Ok(report.exit_code)
    }

    /// What can be judged without asking anybody.
    fn check(&self, run: &Run<'_>, plan: &Plan, digest: &str) -> Result<(), Error> {
        let now = run.context.clock.now();
        if now >= plan.expires_at {
            let at = plan.expires_at.format("%Y-%m-%dT%H:%M:%SZ");
            return Err(Error::new(
                ErrorKind::State,
                format!("the plan was good until {at}: nothing was changed"),
            )
            .code("PlanExpired")
            .hint("Make it again: what it rests on may have moved."));
        }
        let refused = |why: String| {
            Err(Error::new(ErrorKind::Consent, why)
                .code("NotConfirmed")
                // Whoever approves has the digest from the plan that was read, never from a refusal.
                .hint("kpctl apply PLAN --dry-run shows what it does; --confirm takes the digest that was approved."))
        };
        match &self.confirm {
            Some(told) => {
                let told = told.trim().to_ascii_lowercase();
                if told.len() < ENOUGH {
                    return Err(Error::usage(format!(
                        "'{}' is too short for a digest: {ENOUGH} digits at least",
                        one_line(&told)
                    )));
                }
                if !digest.starts_with(&told) {
                    return refused(
                        "another plan than this one was approved: nothing was changed".to_owned(),
                    );
                }
                Ok(())
            }
            None if self.dry_run => Ok(()),
            None if run.context.io.person_is_there() && !run.global.no_input => Ok(()),
            None => refused("nobody has approved the plan: nothing was changed".to_owned()),
        }
    }
}

/// Reads a plan file.
fn read(path: &Path) -> Result<(Plan, String), Error> {
    let name = path.display().to_string();
    let complain =
        |error: std::io::Error| Error::usage(format!("cannot read the plan '{name}': {error}"));
    let text = read_text(path, LARGEST)
        .map_err(complain)?
        .ok_or_else(|| Error::usage(format!("'{name}' is too large for a plan")))?;
    plan::parse(&text, &name)
}

/// A plan of the embedded cloud is for the embedded cloud.
fn check_world(site: &Site<'_>, plan: &Plan) -> Result<(), Error> {
    match (plan.sandbox, site.is_sandbox()) {
        (true, false) => Err(Error::usage("the plan is for the sandbox")
            .hint(format!("Add --sandbox, or set {}=1.", env::SANDBOX))),
        (false, true) => Err(
            Error::usage("the plan is for real clouds, not for the sandbox")
                .hint("Leave --sandbox out."),
        ),
        _ => Ok(()),
    }
}

/// The changes of the plan, each with who makes it.
fn parts(site: &Site<'_>, plan: &Plan) -> Result<Vec<Vec<Part>>, Error> {
    let mut known: Vec<(Scope, Rc<dyn Provider>)> = Vec::new();
    let mut steps = Vec::new();
    for step in &plan.steps {
        let mut parts = Vec::new();
        for planned in step {
            let scope = &planned.scope;
            let mut lists = inventory_lists(scope.cloud).into_iter();
            let service = lists
                .find(|(_, service, _)| *service == planned.service)
                .map(|(_, service, _)| service)
                .ok_or_else(|| Error::usage("the plan names a service that kpctl does not know"))?;
            let there = known.iter().find(|(other, _)| other == scope);
            let provider = if let Some((_, provider)) = there {
                Rc::clone(provider)
            } else {
                let login = site.login_at(scope)?;
                let provider: Rc<dyn Provider> =
                    Rc::from(site.one_of_many(service, &login, scope, false)?);
                known.push((scope.clone(), Rc::clone(&provider)));
                provider
            };
            parts.push(Part {
                provider,
                service,
                request: planned.request.clone(),
            });
        }
        steps.push(parts);
    }
    Ok(steps)
}

/// Shows a person what is about to be approved.
fn show(run: &Run<'_>, plan: &Plan, digest: &str) {
    let io = &run.context.io;
    io.say(&format!("plan of '{}', digest {digest}", plan.command));
    if let Some(reason) = &plan.reason {
        io.say(&format!("reason: {reason}"));
    }
    for note in &plan.notes {
        io.say(note);
    }
    let program = plan
        .revoked
        .as_ref()
        .and_then(|key| key.verify_cmd.as_ref());
    if let Some(program) = program {
        io.say(&format!("it runs '{program}' here for each machine"));
    }
}
