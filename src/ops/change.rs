//! One road for every change: look, ask, send, wait, read back.

use super::consent::{Consent, Question};
use super::settle::settle;
use crate::cloud::change::{Batch, Change, Survey};
use crate::cloud::client::Preview;
use crate::error::{Error, ErrorKind, Fate};
use crate::http::Courier;
use crate::http::retry::Retry;
use crate::model::{Outcome, ResultClass, Status, exit_code};
use crate::random;

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

/// Makes changes, one for each scope. Nothing is sent before all scopes were looked at and consent
/// was given for all of them; after that, whatever happens is in the report.
pub async fn run(
    changes: &mut [Box<dyn Change + '_>],
    courier: &Courier,
    consent: &Consent<'_>,
    extent: Extent,
    say: &dyn Fn(&str),
) -> Result<Report, Error> {
    // Until consent is given nothing but reads can leave the program.
    courier.may_change.set(false);
    let mut surveys = Vec::new();
    for change in changes.iter_mut() {
        surveys.push(change.survey().await?);
        go_on(courier)?;
    }
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
        go_on(courier)?;
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
    Ok(report)
}

/// Ends the command when a stop was asked for before anything was changed.
fn go_on(courier: &Courier) -> Result<(), Error> {
    match courier.stop.requested() {
        Some(_) => Err(Error::new(
            ErrorKind::Interrupted,
            "interrupted: nothing was changed",
        )),
        None => Ok(()),
    }
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

/// One change that may be made.
struct Work<'a> {
    change: &'a mut dyn Change,
    courier: &'a Courier,
    outcomes: Vec<Outcome>,
    warnings: Vec<String>,
    /// The exit code for ending before everything was sent, once that is so.
    cut_short: Option<u8>,
}

impl Work<'_> {
    async fn carry_out(&mut self, extent: Extent) {
        let drafts: Vec<usize> = self.with_status(|status| status == Status::Skipped);
        let waves = self.change.waves(&drafts);
        let last = waves.len().saturating_sub(1);
        for (number, wave) in waves.into_iter().enumerate() {
            for batch in &wave {
                if self.must_end() {
                    break;
                }
                self.deliver(batch).await;
            }
            // The next wave touches the same machines, so it waits in any case.
            if extent.wait || number < last {
                let items = wave.concat();
                settle(
                    self.change,
                    self.courier,
                    &items,
                    &mut self.outcomes,
                    &mut self.warnings,
                )
                .await;
                let unsettled =
                    |item: &usize| self.outcomes[*item].status.class() == ResultClass::Open;
                if number < last && items.iter().any(unsettled) {
                    // The next wave works on the same machines.
                    self.cut_short = Some(ErrorKind::Busy.exit_code());
                    break;
                }
            }
        }
        if extent.verify {
            let unfinished = self.with_status(|status| status == Status::Running);
            self.prove(&drafts).await;
            if extent.wait {
                // The look may have found at work what nobody had answered for.
                let found: Vec<usize> = drafts
                    .iter()
                    .copied()
                    .filter(|item| !unfinished.contains(item))
                    .collect();
                settle(
                    self.change,
                    self.courier,
                    &found,
                    &mut self.outcomes,
                    &mut self.warnings,
                )
                .await;
            }
        }
        self.lower_claims(extent, &drafts);
    }

    fn with_status(&self, wanted: impl Fn(Status) -> bool) -> Vec<usize> {
        (0..self.outcomes.len())
            .filter(|&item| wanted(self.outcomes[item].status))
            .collect()
    }

    fn is_late(&self) -> bool {
        let deadline = self.courier.deadline;
        deadline.is_some_and(|deadline| tokio::time::Instant::now() >= deadline)
    }

    /// Whether nothing more may be sent. What was not sent stays `skipped`.
    fn must_end(&mut self) -> bool {
        let late = self.is_late();
        if late {
            self.cut_short = Some(ErrorKind::Timeout.exit_code());
        }
        late || self.cut_short.is_some() || self.courier.stop.requested().is_some()
    }

    /// Sends one batch, and again what the service asks to send again.
    async fn deliver(&mut self, batch: &Batch) {
        match self.change.send(batch, &mut self.outcomes).await {
            Ok(()) => self.resend_throttled(batch).await,
            Err(error) => {
                let smaller = self.change.split(batch);
                let refused = error.fate == Fate::NotDone
                    && matches!(
                        error.kind,
                        ErrorKind::State
                            | ErrorKind::NotFound
                            | ErrorKind::Usage
                            | ErrorKind::Conflict
                            | ErrorKind::Permission
                            | ErrorKind::Busy
                    );
                if refused && !smaller.is_empty() {
                    self.deliver_apart(batch, smaller, &error).await;
                } else {
                    self.fail(batch, &error);
                }
            }
        }
    }

    /// Items that were throttled inside an answer go again, alone (spec volcengine 2.4).
    async fn resend_throttled(&mut self, batch: &Batch) {
        let mut retry = Retry::default();
        loop {
            let throttled = |item: &usize| self.outcomes[*item].status == Status::Throttled;
            let again: Batch = batch.iter().copied().filter(throttled).collect();
            let Some(error) = again
                .first()
                .and_then(|&item| self.outcomes[item].error.clone())
            else {
                return;
            };
            let Some(wait) = retry.next(&error, false, random::chance()) else {
                return;
            };
            if !self.courier.pause(wait).await {
                return;
            }
            if let Err(error) = self.change.send(&again, &mut self.outcomes).await {
                self.fail(&again, &error);
                return;
            }
        }
    }

    /// A batch was refused as a whole, with nothing done by the service's own word. Whether that
    /// word holds for all items is not documented, so there is a look before each goes by itself.
    async fn deliver_apart(&mut self, batch: &Batch, smaller: Vec<Batch>, error: &Error) {
        self.warnings.push(format!(
            "a request for several items was refused, sending them one by one: {error}"
        ));
        self.mark(batch, Status::Unverified, error);
        if let Err(look) = self.change.poll(batch, &mut self.outcomes).await {
            // Without a look nothing goes again; the service's word on the batch stands.
            self.warnings
                .push(format!("what the refusal left cannot be seen: {look}"));
            let unseen = |item: &usize| self.outcomes[*item].status == Status::Unverified;
            let unseen: Batch = batch.iter().copied().filter(unseen).collect();
            self.fail(&unseen, error);
            return;
        }
        for part in smaller {
            let undone = |item: &usize| self.outcomes[*item].status == Status::Unverified;
            let part: Batch = part.into_iter().filter(undone).collect();
            if part.is_empty() {
                continue;
            }
            if self.must_end() {
                // The look just showed that nothing happened to these.
                for item in part {
                    self.outcomes[item].status = Status::Skipped;
                }
                continue;
            }
            match self.change.send(&part, &mut self.outcomes).await {
                Ok(()) => {}
                Err(error) => self.fail(&part, &error),
            }
        }
    }

    fn fail(&mut self, batch: &Batch, error: &Error) {
        let status = match error.fate {
            // Cut off by the command's own end: as far as anyone knows it goes on.
            Fate::Unknown if self.is_late() || error.kind == ErrorKind::Interrupted => {
                Status::Running
            }
            Fate::Unknown => Status::Unverified,
            Fate::NotDone => Status::of_error(error.kind),
        };
        self.mark(batch, status, error);
        if error.kind == ErrorKind::Credentials {
            // No further request with a key that was refused.
            self.cut_short = Some(error.exit_code());
        }
    }

    fn mark(&mut self, batch: &Batch, status: Status, error: &Error) {
        for &item in batch {
            self.outcomes[item].fail(status, error.clone());
        }
    }

    /// Reads back what claims to be done, what is still there, and what nobody knows.
    async fn prove(&mut self, drafts: &[usize]) {
        let worth_a_look = |item: &usize| {
            let outcome = &self.outcomes[*item];
            // What a job or an answer proved is read back, too, when nobody saw the thing itself.
            (!outcome.verified || outcome.after.is_none())
                && (outcome.status.class() == ResultClass::Done
                    || matches!(outcome.status, Status::Unverified | Status::InUse))
        };
        let items: Vec<usize> = drafts.iter().copied().filter(worth_a_look).collect();
        if items.is_empty() {
            return;
        }
        match self.change.prove(&items, &mut self.outcomes).await {
            Ok(warnings) => self.warnings.extend(warnings),
            Err(error) => {
                self.warnings
                    .push(format!("what was done could not be read back: {error}"));
                // Cut off by the command's own end, the answer is all there is.
                let ended = self.is_late() || self.courier.stop.requested().is_some();
                let doubt = if ended {
                    Status::Submitted
                } else {
                    Status::Unverified
                };
                for item in items {
                    let outcome = &mut self.outcomes[item];
                    if !outcome.verified && outcome.status.class() == ResultClass::Done {
                        outcome.status = doubt;
                        outcome.error.get_or_insert_with(|| match error.kind {
                            ErrorKind::Permission => error
                                .clone()
                                .hint("Use --no-verify if the missing permission cannot be had."),
                            _ => error.clone(),
                        });
                    }
                }
            }
        }
    }

    /// Says no more than is known when the user asked not to wait or not to look.
    fn lower_claims(&mut self, extent: Extent, drafts: &[usize]) {
        for &item in drafts {
            let outcome = &mut self.outcomes[item];
            let unseen = !extent.verify
                && !outcome.verified
                && outcome.status.class() == ResultClass::Done
                && !matches!(outcome.status, Status::Absent | Status::Unchanged);
            let accepted = outcome
                .error
                .as_ref()
                .is_none_or(|error| error.fate == Fate::NotDone);
            let unawaited = !extent.wait && outcome.status == Status::Running && accepted;
            if unseen || unawaited {
                outcome.status = Status::Submitted;
            }
        }
    }
}
