//! Calling off the deletion of encryption keys (spec huawei 6). The key is disabled afterwards, so
//! enabling it is part of it when the user asks; every state is told from a look at the key, and a
//! run that broke off is finished by running it again.

mod verdict;

use std::time::Duration;

use verdict::{AGAIN, compare, is_unclear, no_material, settle};

use super::state::{self, LOOKS, seen};
use super::{CancelKeyDeletion, EnableKey, KeyState, NOT_DISABLED};
use crate::cloud::change::{Batch, Change, Survey};
use crate::cloud::client::Preview;
use crate::cloud::huawei::session::Session;
use crate::error::{Error, ErrorKind, Fate};
use crate::http::BoxFuture;
use crate::model::{CloudId, Outcome, Resource, Status};

/// Calls off deletions in one project.
pub(in crate::cloud::huawei) struct Cancellation<'a> {
    session: &'a Session,
    ids: Vec<String>,
    sequence: Option<String>,
    enable: bool,
}

impl<'a> Cancellation<'a> {
    pub(in crate::cloud::huawei) fn new(
        session: &'a Session,
        ids: Vec<String>,
        sequence: Option<String>,
        enable: bool,
    ) -> Result<Self, Error> {
        state::check_ids(&ids)?;
        if let Some(sequence) = &sequence {
            if sequence.len() != 36 || !sequence.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(
                    Error::usage("--sequence takes 36 ASCII characters, such as a UUID")
                        .cloud(CloudId::Huawei),
                );
            }
            if ids.len() > 1 {
                return Err(Error::usage(
                    "--sequence names one message, and every key needs its own",
                )
                .hint("Leave it out, or name one key.")
                .cloud(CloudId::Huawei));
            }
        }
        Ok(Self {
            session,
            ids,
            sequence,
            enable,
        })
    }

    fn request(&self, item: usize) -> CancelKeyDeletion {
        CancelKeyDeletion {
            key_id: self.ids[item].clone(),
            sequence: self.sequence.clone(),
        }
    }

    async fn look(&self, item: usize) -> Result<KeyState, Error> {
        Ok(state::look(self.session, &self.ids[item]).await?.0)
    }

    /// Cancels; the answer is the state of the key when something can be done about enabling it.
    async fn cancel(&self, item: usize, outcome: &mut Outcome) -> Result<Ending, Error> {
        outcome.error = None;
        let error = match self.session.call(&self.request(item)).await {
            Ok(answer) => {
                outcome.status = Status::Cancelled;
                outcome.request_id = answer.request_id;
                outcome.before = Some(seen(&KeyState::PendingDeletion));
                let state = answer.value.state();
                outcome.after = state.as_ref().map(seen);
                return Ok(Ending::Rescued(state));
            }
            Err(error) => error,
        };
        // Cut off by the command's own end there is no time for a look.
        let is_over = self.session.client.courier().is_over();
        if !is_unclear(&error) || (error.fate == Fate::Unknown && is_over) {
            return Err(error);
        }
        match self.look(item).await {
            Ok(state) => {
                let settled = settle(outcome, error, &state);
                Ok(if settled {
                    Ending::Rescued(Some(state))
                } else {
                    Ending::Over
                })
            }
            // A key that is gone is a clear word; anything else leaves the matter open.
            Err(look) if look.kind == ErrorKind::NotFound => Err(look),
            Err(look) => {
                let error = error.hint(format!("The key could not be looked at: {look}."));
                outcome.fail(Status::Unverified, error);
                Ok(Ending::Over)
            }
        }
    }

    /// Enables a key whose deletion is off. What goes wrong stands beside the outcome: the
    /// cancellation itself is not undone by it.
    async fn enable(&self, item: usize, state: Option<KeyState>, outcome: &mut Outcome) {
        match state {
            Some(KeyState::Enabled) => {
                if outcome.status == Status::Cancelled {
                    outcome.status = Status::Enabled;
                }
                return;
            }
            Some(KeyState::PendingImport) => {
                outcome.error = Some(no_material());
                return;
            }
            _ if self.must_stop() => {
                outcome.error = Some(
                    Error::new(
                        ErrorKind::Interrupted,
                        "not enabled: the program was stopped before",
                    )
                    .hint(AGAIN),
                );
                return;
            }
            _ => {}
        }
        let error = match self
            .session
            .call(&EnableKey {
                key_id: self.ids[item].clone(),
            })
            .await
        {
            Ok(answer) => {
                outcome.status = Status::Enabled;
                outcome.verified = false;
                outcome.request_id = answer.request_id;
                outcome.after = answer.value.state().as_ref().map(seen);
                return;
            }
            Err(error) => error,
        };
        let unclear = error.fate == Fate::Unknown || error.code.as_deref() == Some(NOT_DISABLED);
        if unclear
            && !self.must_stop()
            && let Ok(state) = self.look(item).await
        {
            outcome.after = Some(seen(&state));
            match state {
                KeyState::Enabled => return outcome.seen(Status::Enabled),
                KeyState::PendingImport => {
                    outcome.error = Some(no_material());
                    return;
                }
                _ => {}
            }
        }
        outcome.error = Some(error.hint(AGAIN));
    }

    fn must_stop(&self) -> bool {
        self.session.client.courier().stop.requested().is_some()
    }

    /// Looks until the key is what the outcome says, a few times.
    async fn look_again(&self, item: usize, status: Status) -> Result<KeyState, Error> {
        let mut state = self.look(item).await?;
        for look in 1..LOOKS {
            let lags = match status {
                Status::Cancelled => state == KeyState::PendingDeletion,
                Status::Enabled => state != KeyState::Enabled,
                _ => false,
            };
            let wait = Duration::from_secs(u64::from(look));
            if !lags || !self.session.client.courier().pause(wait).await {
                break;
            }
            state = self.look(item).await?;
        }
        Ok(state)
    }
}

/// How a cancellation ended.
enum Ending {
    /// The deletion is off; the state, if it is known.
    Rescued(Option<KeyState>),
    /// It is not, or nobody knows.
    Over,
}

impl Change for Cancellation<'_> {
    fn purpose(&self) -> String {
        "call off the deletion of KMS keys".to_owned()
    }

    fn asks(&self) -> bool {
        false
    }

    /// Nothing is asked of the keys; only the project is looked up, so that a project that cannot
    /// be found ends the command and does not look like a failure of the keys.
    fn survey(&mut self) -> BoxFuture<'_, Result<Survey, Error>> {
        Box::pin(async {
            self.session.find_project().await?;
            let scope = &self.session.client.scope;
            let draft = |id| Outcome::draft(scope.address(Resource::KmsKey, id), None);
            let mut notes = vec![
                "the waiting time of the deletion, free until now, is billed after a cancellation"
                    .to_owned(),
            ];
            if !self.enable {
                notes.push("the key is disabled afterwards; --enable makes it usable".to_owned());
            }
            Ok(Survey {
                outcomes: self.ids.iter().map(draft).collect(),
                notes,
                ..Survey::default()
            })
        })
    }

    fn preview<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<Vec<Preview>, Error>> {
        Box::pin(async move {
            let mut previews = Vec::new();
            for &item in batch {
                previews.push(self.session.preview(&self.request(item)).await?);
                if self.enable {
                    let request = EnableKey {
                        key_id: self.ids[item].clone(),
                    };
                    previews.push(self.session.preview(&request).await?);
                }
            }
            Ok(previews)
        })
    }

    fn send<'a>(
        &'a mut self,
        batch: &'a Batch,
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            for &item in batch {
                let outcome = &mut outcomes[item];
                if let Ending::Rescued(state) = self.cancel(item, outcome).await?
                    && self.enable
                {
                    self.enable(item, state, outcome).await;
                }
            }
            Ok(())
        })
    }

    fn prove<'a>(
        &'a mut self,
        sent: &'a [usize],
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<Vec<String>, Error>> {
        Box::pin(async move {
            let mut unread = Vec::new();
            for &item in sent {
                match self.look_again(item, outcomes[item].status).await {
                    Ok(state) => compare(&mut outcomes[item], &state, self.enable),
                    Err(error) => unread.push((item, error)),
                }
            }
            state::report_unread(unread, sent, outcomes)
        })
    }
}

#[cfg(test)]
mod tests;
