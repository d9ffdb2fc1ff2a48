//! One change with consent: send, fall back, wait, read back, and claim no more than was seen.

use super::change::Extent;
use super::settle::settle;
use crate::cloud::change::{Batch, Change};
use crate::error::{Error, ErrorKind, Fate};
use crate::http::retry::Retry;
use crate::http::{Courier, NO_TIME_LEFT};
use crate::model::{Outcome, ResultClass, Status};
use crate::random;

/// One change that may be made.
pub(super) struct Work<'a> {
    pub(super) change: &'a mut dyn Change,
    pub(super) courier: &'a Courier,
    pub(super) outcomes: Vec<Outcome>,
    pub(super) warnings: Vec<String>,
    /// The exit code for ending before everything was sent, once that is so.
    pub(super) cut_short: Option<u8>,
}

impl Work<'_> {
    pub(super) async fn carry_out(&mut self, extent: Extent) {
        let drafts: Vec<usize> = self.with_status(|status| status == Status::Skipped);
        if drafts.is_empty() {
            return;
        }
        if !self.must_end() {
            self.make(&drafts, extent).await;
            let left = self.change.finish(&drafts, &mut self.outcomes).await;
            self.warnings.extend(left);
        }
        self.explain_skipped(&drafts);
    }

    /// Everything from the first preparation to the last look.
    async fn make(&mut self, drafts: &[usize], extent: Extent) {
        if let Err(error) = self.change.prepare(drafts, &mut self.outcomes).await {
            self.fail(drafts, &error);
        }
        let is_ready = |item: &usize| self.outcomes[*item].status == Status::Skipped;
        let drafts: Vec<usize> = drafts.iter().copied().filter(is_ready).collect();
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

    /// Says of what was never sent why.
    fn explain_skipped(&mut self, drafts: &[usize]) {
        let reason = if self.courier.stop.requested().is_some() {
            Error::new(
                ErrorKind::Interrupted,
                "not sent: the command was interrupted",
            )
        } else if self.courier.is_late() || self.has_no_time_left() {
            Error::new(
                ErrorKind::Timeout,
                "not sent: the time given by --timeout was over",
            )
        } else if self.cut_short == Some(ErrorKind::Credentials.exit_code()) {
            Error::new(
                ErrorKind::Credentials,
                "not sent: the credentials were refused",
            )
        } else {
            Error::new(
                ErrorKind::Busy,
                "not sent: an earlier request has not come to its end",
            )
        };
        for &item in drafts {
            let outcome = &mut self.outcomes[item];
            if outcome.status == Status::Skipped && outcome.error.is_none() {
                outcome.error = Some(reason.clone());
            }
        }
    }

    /// Whether a request could not go in time for the service's rate.
    fn has_no_time_left(&self) -> bool {
        let code = |outcome: &Outcome| outcome.error.as_ref()?.code.clone();
        let mut codes = self.outcomes.iter().filter_map(code);
        codes.any(|code| code == NO_TIME_LEFT)
    }

    fn with_status(&self, wanted: impl Fn(Status) -> bool) -> Vec<usize> {
        (0..self.outcomes.len())
            .filter(|&item| wanted(self.outcomes[item].status))
            .collect()
    }

    /// Whether nothing more may be sent. What was not sent stays `skipped`.
    fn must_end(&mut self) -> bool {
        let late = self.courier.is_late();
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
            let chance = random::chance();
            let goes_on = self.courier.before_retry(&mut retry, error, false, chance);
            if let Err(error) = goes_on.await {
                self.mark(&again, Status::Throttled, &error);
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
            "a request for several items was refused, looking at each: {error}"
        ));
        self.mark(batch, Status::Unverified, error);
        if let Err(look) = self.change.poll(batch, &mut self.outcomes).await {
            // Without a look nothing goes again, and nobody knows what the refusal left.
            self.warnings
                .push(format!("what the refusal left cannot be seen: {look}"));
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

    fn fail(&mut self, batch: &[usize], error: &Error) {
        let status = match error.fate {
            // Cut off by the command's own end: as far as anyone knows it goes on.
            Fate::Unknown if self.courier.is_late() || error.kind == ErrorKind::Interrupted => {
                Status::Running
            }
            Fate::Unknown => Status::Unverified,
            Fate::NotDone if error.code.as_deref() == Some(NO_TIME_LEFT) => Status::Skipped,
            Fate::NotDone => Status::of_error(error.kind),
        };
        self.mark(batch, status, error);
        // No further request with a key that was refused, nor one that the rate leaves no time for.
        if error.kind == ErrorKind::Credentials || error.code.as_deref() == Some(NO_TIME_LEFT) {
            self.cut_short = Some(error.exit_code());
        }
    }

    fn mark(&mut self, batch: &[usize], status: Status, error: &Error) {
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
                let ended = self.courier.is_late() || self.courier.stop.requested().is_some();
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
