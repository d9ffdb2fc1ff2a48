//! One road for every change: look, ask, and only then work.

use futures_util::future::join_all;

use super::consent::{Consent, Question};
use super::work::Work;
use crate::cloud::change::{Change, Others, Survey};
use crate::cloud::client::Preview;
use crate::error::Error;
use crate::http::{BoxFuture, Courier};
use crate::journal::Item;
use crate::model::{Outcome, ResultClass, Status, exit_code};

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

/// Makes changes, one for each scope. Nothing is sent before all scopes were looked at and consent
/// was given for all of them; after that, whatever happens is in the report.
pub async fn run(
    changes: &mut [Box<dyn Change + '_>],
    courier: &Courier,
    consent: &Consent<'_>,
    extent: Extent,
    say: &dyn Fn(&str),
    guard: Option<&dyn Guard>,
) -> Result<Report, Error> {
    // Until consent is given nothing but reads can leave the program.
    courier.may_change.set(false);
    // Reads only, and each in its own scope: none has to wait for another.
    let looks = changes
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
    let looks = join_all(looks).await.into_iter();
    let mut surveys = looks.collect::<Result<Vec<_>, _>>()?;
    courier.go_on()?;
    let mut report = Report {
        outcomes: Vec::new(),
        warnings: surveys
            .iter_mut()
            .flat_map(|survey| std::mem::take(&mut survey.warnings))
            .collect(),
        plan: None,
        exit_code: 0,
    };
    let anything_to_send = surveys.iter().any(|survey| !ready(survey).is_empty());
    if anything_to_send && (extent.dry_run || consent.ask.is_none()) {
        for note in surveys.iter().flat_map(|survey| &survey.notes) {
            say(note);
        }
    }
    if extent.dry_run {
        let mut plan = Vec::new();
        for (change, survey) in changes.iter().zip(&surveys) {
            for batch in change.waves(&ready(survey)).iter().flatten() {
                plan.extend(change.preview(batch).await?);
            }
        }
        let dangers = surveys.iter().flat_map(|survey| &survey.dangers);
        report.warnings.extend(dangers.map(|danger| {
            let (machine, flag) = (&danger.machine, danger.risk.flag());
            format!("{machine}: {} (needs --yes and {flag})", danger.reason)
        }));
        report.plan = Some(plan);
        report.outcomes = surveys
            .into_iter()
            .flat_map(|survey| survey.outcomes)
            .collect();
        return Ok(report);
    }
    if anything_to_send {
        gate(changes, &surveys, consent).await?;
        courier.go_on()?;
        if let Some(journal) = courier.journal.borrow().as_ref() {
            let items = surveys.iter().flat_map(|survey| {
                let ready = ready(survey).into_iter();
                ready.map(|item| Item::planned(&survey.outcomes[item]))
            });
            journal.begin(items.collect())?;
        }
        courier.may_change.set(true);
    }
    let mut cut_short = None;
    for (change, survey) in changes.iter_mut().zip(surveys) {
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

/// The items that the look left to be sent.
fn ready(survey: &Survey) -> Vec<usize> {
    let draft = |item: &usize| survey.outcomes[*item].status == Status::Skipped;
    (0..survey.outcomes.len()).filter(draft).collect()
}

async fn gate(
    changes: &[Box<dyn Change + '_>],
    surveys: &[Survey],
    consent: &Consent<'_>,
) -> Result<(), Error> {
    let items = surveys.iter().flat_map(|survey| {
        let outcomes = ready(survey).into_iter().map(|item| &survey.outcomes[item]);
        outcomes.map(|outcome| (outcome.address.clone(), outcome.target.clone()))
    });
    let dangers: Vec<_> = surveys
        .iter()
        .flat_map(|survey| survey.dangers.iter().cloned())
        .collect();
    let question = Question {
        purpose: changes
            .first()
            .map(|change| change.purpose())
            .unwrap_or_default(),
        items: items.collect(),
        notes: surveys
            .iter()
            .flat_map(|survey| survey.notes.iter().cloned())
            .chain(
                dangers
                    .iter()
                    .map(|danger| format!("{}: {}", danger.machine, danger.reason)),
            )
            .collect(),
    };
    let asks = changes.iter().any(|change| change.asks());
    consent.gate(asks, &dangers, &question).await
}
