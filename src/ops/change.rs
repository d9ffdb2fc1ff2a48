//! One road for every change: look, ask, and only then work.

use std::collections::HashSet;

use futures_util::future::join_all;

use super::consent::{Consent, Question};
use super::held::keep_what_is_held;
use super::work::Work;
use crate::cloud::change::{Change, Others, Survey};
use crate::cloud::client::Preview;
use crate::error::{Error, ErrorKind};
use crate::http::{BoxFuture, Courier};
use crate::journal::Item;
use crate::model::{Address, Outcome, ResultClass, Status, exit_code};

/// How far to go.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// Look, and say what would be sent.
    pub dry_run: bool,
    /// Wait for work that goes on after the answer.
    pub wait: bool,
    /// Read the state back.
    pub verify: bool,
}

/// What came of a command.
#[derive(Debug)]
pub struct Report {
    /// One outcome for each item, in the order asked for.
    pub outcomes: Vec<Outcome>,
    /// What could not be seen or should be known.
    pub warnings: Vec<String>,
    /// What would be sent, for a dry run.
    pub plan: Option<Vec<Preview>>,
    /// The exit code of the command.
    pub exit_code: u8,
}

/// Has a word before anybody is asked.
pub trait Guard {
    /// Decides items of the change with that number that are not to be sent.
    fn inspect<'a>(
        &'a self,
        number: usize,
        others: Others,
        survey: &'a mut Survey,
    ) -> BoxFuture<'a, Result<(), Error>>;
}

/// Changes that are looked at together, and sent after those of the step before have come to their end.
pub struct Step<'a> {
    /// One for each scope.
    pub changes: Vec<Box<dyn Change + 'a>>,
    /// Who has a word before anybody is asked.
    pub guard: Option<&'a dyn Guard>,
}

/// Bounds that a user sets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// Items that may be changed; `None` is any number.
    pub changes: Option<usize>,
    /// Machines that may be powered off or restarted; `None` is any number.
    pub stops: Option<usize>,
}

/// What looks found, for each change of each step.
pub type Surveys = Vec<Vec<Survey>>;

/// Looks at all items of all steps. Nothing but reads can leave the program from now on.
pub async fn look(steps: &mut [Step<'_>], courier: &Courier) -> Result<Surveys, Error> {
    courier.may_change.set(false);
    let mut surveys = Vec::new();
    for step in steps {
        surveys.push(look_at(step).await?);
        courier.go_on()?;
    }
    Ok(surveys)
}

async fn look_at(step: &mut Step<'_>) -> Result<Vec<Survey>, Error> {
    let guard = step.guard;
    // Reads only, and each in its own scope: none has to wait for another.
    let looks = step
        .changes
        .iter_mut()
        .enumerate()
        .map(|(number, change)| async move {
            let mut survey = change.survey().await?;
            if let Some(guard) = guard {
                let others = change.others();
                guard.inspect(number, others, &mut survey).await?;
            }
            Ok::<_, Error>(survey)
        });
    join_all(looks).await.into_iter().collect()
}

/// The requests that would be sent, step by step, as far as they are known before the first is.
pub async fn previews(
    steps: &[Step<'_>],
    surveys: &Surveys,
) -> Result<Vec<Vec<Vec<Preview>>>, Error> {
    let mut plan = Vec::new();
    for (step, surveys) in steps.iter().zip(surveys) {
        let mut of_step = Vec::new();
        for (change, survey) in step.changes.iter().zip(surveys) {
            let mut of_change = Vec::new();
            for batch in change.waves(&ready(survey)).iter().flatten() {
                of_change.extend(change.preview(batch).await?);
            }
            of_step.push(of_change);
        }
        plan.push(of_step);
    }
    Ok(plan)
}

/// What a user said about a change.
pub struct Terms<'a> {
    /// Who says yes.
    pub consent: Consent<'a>,
    /// How much may be changed.
    pub limits: Limits,
    /// What it is all for; `None` says what is done, step by step.
    pub purpose: Option<String>,
    /// The key that is known to be at these addresses, where their clouds do not show it.
    pub key: Option<KnownKey>,
    /// Looks once more at what it all rests on: a question may have stood open for long.
    pub recheck: Option<&'a dyn Recheck>,
}

/// A look whose error ends a change before anything is sent.
pub trait Recheck {
    /// Looks.
    fn look(&self) -> BoxFuture<'_, Result<(), Error>>;
}

/// A key, and where it is.
#[derive(Clone, Debug)]
pub struct KnownKey {
    /// The public key, one line.
    pub line: String,
    /// Addresses.
    pub places: HashSet<String>,
}

impl Terms<'_> {
    fn recall(&self, surveys: &mut [Survey]) {
        let Some(key) = &self.key else { return };
        for outcome in surveys.iter_mut().flat_map(|survey| &mut survey.outcomes) {
            if outcome.public_key.is_none() && key.places.contains(&outcome.address.to_string()) {
                outcome.public_key = Some(key.line.clone());
            }
        }
    }
}

/// Asks for consent to all that the looks left to be sent.
pub async fn ask(steps: &[Step<'_>], surveys: &Surveys, terms: &Terms<'_>) -> Result<(), Error> {
    let Terms {
        consent,
        limits,
        purpose,
        ..
    } = terms;
    let all = || surveys.iter().flatten();
    let mut items = Vec::new();
    for survey in all() {
        for item in ready(survey) {
            let outcome = &survey.outcomes[item];
            items.push((outcome.address.clone(), outcome.target.clone()));
        }
    }
    let mut machines: Vec<&Address> = all().flat_map(|survey| &survey.stops).collect();
    let mut seen = HashSet::new();
    machines.retain(|machine| seen.insert(*machine));
    limits.check(items.len(), &machines)?;
    let dangers: Vec<_> = all()
        .flat_map(|survey| survey.dangers.iter().cloned())
        .collect();
    let mut notes: Vec<String> = Vec::new();
    let of_machines = dangers
        .iter()
        .map(|danger| format!("{}: {}", danger.machine, danger.reason));
    for note in all()
        .flat_map(|survey| survey.notes.iter().cloned())
        .chain(of_machines)
    {
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    let mut purposes: Vec<String> = Vec::new();
    for change in steps.iter().flat_map(|step| &step.changes) {
        let purpose = change.purpose();
        if !purposes.contains(&purpose) {
            purposes.push(purpose);
        }
    }
    let question = Question {
        purpose: purpose.clone().unwrap_or_else(|| purposes.join(", then ")),
        items,
        notes,
    };
    let asks = steps
        .iter()
        .flat_map(|step| &step.changes)
        .any(|change| change.asks());
    consent.gate(asks, &dangers, &question).await
}

impl Limits {
    fn check(self, changes: usize, stops: &[&Address]) -> Result<(), Error> {
        let refused = |what: String, flag: &str, wanted: usize| {
            Err(
                Error::new(ErrorKind::Consent, format!("{what}: nothing was changed"))
                    .code("OverLimit")
                    .hint(format!(
                        "If all of that is meant, allow it: {flag} {wanted}."
                    )),
            )
        };
        if let Some(most) = self.changes.filter(|most| changes > *most) {
            let what = format!("{changes} changes are to be made, and {most} are allowed");
            return refused(what, "--max-changes", changes);
        }
        if let Some(most) = self.stops.filter(|most| stops.len() > *most) {
            let names: Vec<String> = stops.iter().take(10).map(ToString::to_string).collect();
            let machines = if stops.len() == 1 {
                "machine is"
            } else {
                "machines are"
            };
            let what = format!(
                "{} {machines} to be powered off or restarted, and {most} are allowed ({})",
                stops.len(),
                names.join(", ")
            );
            return refused(what, "--max-stops", stops.len());
        }
        Ok(())
    }
}

/// Makes the changes of one step. Nothing is sent before all scopes were looked at and consent was given
/// for all of them; after that, whatever happens is in the report.
pub async fn run(
    step: Step<'_>,
    courier: &Courier,
    terms: &Terms<'_>,
    extent: Extent,
    say: &dyn Fn(&str),
) -> Result<Report, Error> {
    let mut steps = [step];
    let surveys = look(&mut steps, courier).await?;
    go_on(&mut steps, surveys, courier, terms, extent, say).await
}

/// Goes on from the looks: asks, and makes the changes of all steps in their order.
pub async fn go_on(
    steps: &mut [Step<'_>],
    mut surveys: Surveys,
    courier: &Courier,
    terms: &Terms<'_>,
    extent: Extent,
    say: &dyn Fn(&str),
) -> Result<Report, Error> {
    for of_step in &mut surveys {
        terms.recall(of_step);
    }
    let mut report = Report {
        outcomes: Vec::new(),
        warnings: take_warnings(surveys.iter_mut().flatten()),
        plan: None,
        exit_code: 0,
    };
    let anything_to_send = surveys
        .iter()
        .flatten()
        .any(|survey| !ready(survey).is_empty());
    if anything_to_send && (extent.dry_run || terms.consent.ask.is_none()) {
        let mut said = HashSet::new();
        for note in surveys.iter().flatten().flat_map(|survey| &survey.notes) {
            if said.insert(note) {
                say(note);
            }
        }
    }
    if extent.dry_run {
        let plan = previews(steps, &surveys).await?;
        report.warnings.extend(warnings_of_dangers(&surveys));
        report.plan = Some(plan.into_iter().flatten().flatten().collect());
        report.outcomes = surveys
            .into_iter()
            .flatten()
            .flat_map(|survey| survey.outcomes)
            .collect();
        return Ok(report);
    }
    if anything_to_send {
        ask(steps, &surveys, terms).await?;
        if let (Some(recheck), Some(_)) = (terms.recheck, terms.consent.ask) {
            recheck.look().await?;
        }
        courier.go_on()?;
        if let Some(journal) = courier.journal.borrow().as_ref() {
            let items = surveys.iter().flatten().flat_map(|survey| {
                let ready = ready(survey).into_iter();
                ready.map(|item| Item::planned(&survey.outcomes[item]))
            });
            journal.begin(items.collect())?;
        }
        courier.may_change.set(true);
    }
    let mut cut_short = None;
    for (number, (step, of_step)) in steps.iter_mut().zip(surveys).enumerate() {
        let of_step = if number == 0 || cut_short.is_some() {
            of_step
        } else {
            // The steps before have changed what is there.
            let mut surveys = look_again(step, of_step, &mut report.warnings).await;
            terms.recall(&mut surveys);
            for outcome in surveys.iter_mut().flat_map(|survey| &mut survey.outcomes) {
                keep_what_is_held(outcome, &report.outcomes);
            }
            surveys
        };
        for (change, survey) in step.changes.iter_mut().zip(of_step) {
            let mut work = Work {
                change: change.as_mut(),
                courier,
                outcomes: survey.outcomes,
                warnings: Vec::new(),
                cut_short,
            };
            work.carry_out(extent).await;
            cut_short = work.cut_short;
            report.outcomes.append(&mut work.outcomes);
            report.warnings.append(&mut work.warnings);
        }
    }
    let open_is_enough = !extent.wait || !extent.verify;
    let code = exit_code(&report.outcomes, open_is_enough);
    report.exit_code = match (courier.stop.requested(), cut_short) {
        (Some(code), _) => code,
        (None, Some(_))
            if report
                .outcomes
                .iter()
                .any(|outcome| outcome.status.class() == ResultClass::Done) =>
        {
            3
        }
        (None, Some(early)) if code == 0 => early,
        _ => code,
    };
    if let Some(journal) = courier.journal.borrow().as_ref() {
        let items = report.outcomes.iter().map(Item::settled);
        journal.end(report.exit_code, items.collect());
        report.warnings.extend(
            journal
                .trouble()
                .map(|error| format!("the record of this run is not whole: {error}")),
        );
    }
    Ok(report)
}

/// What looks could not see, each once: many places say the same.
fn take_warnings<'s>(surveys: impl Iterator<Item = &'s mut Survey>) -> Vec<String> {
    let mut seen = HashSet::new();
    let said = surveys.flat_map(|survey| std::mem::take(&mut survey.warnings));
    said.filter(|warning| seen.insert(warning.clone()))
        .collect()
}

/// Looks at a later step when its turn comes. Where that fails nothing of the step is sent: it rests on
/// what was done before.
async fn look_again(
    step: &mut Step<'_>,
    before: Vec<Survey>,
    warnings: &mut Vec<String>,
) -> Vec<Survey> {
    match look_at(step).await {
        Ok(mut surveys) => {
            for warning in take_warnings(surveys.iter_mut()) {
                if !warnings.contains(&warning) {
                    warnings.push(warning);
                }
            }
            surveys
        }
        Err(error) => {
            let mut surveys = before;
            for outcome in surveys.iter_mut().flat_map(|survey| &mut survey.outcomes) {
                if outcome.status == Status::Skipped {
                    outcome.fail(Status::of_error(error.kind), error.clone());
                }
            }
            surveys
        }
    }
}

/// What a rehearsal says of dangers.
pub fn warnings_of_dangers(surveys: &Surveys) -> Vec<String> {
    let dangers = surveys.iter().flatten().flat_map(|survey| &survey.dangers);
    dangers
        .map(|danger| {
            let (machine, flag) = (&danger.machine, danger.risk.flag());
            format!("{machine}: {} (needs --yes and {flag})", danger.reason)
        })
        .collect()
}

/// The items that the look left to be sent.
pub fn ready(survey: &Survey) -> Vec<usize> {
    let draft = |item: &usize| survey.outcomes[*item].status == Status::Skipped;
    (0..survey.outcomes.len()).filter(draft).collect()
}
