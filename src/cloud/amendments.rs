//! Changing the name or the description of a thing, for every service that can.

use super::change::{Batch, Change, Survey};
use super::client::Preview;
use super::not_found;
use crate::error::{Error, ErrorKind};
use crate::http::BoxFuture;
use crate::model::{Amendment, Facts, ItemState, Outcome, Record, Resource, Scope, Status};

/// A service whose things can be changed.
pub(super) trait Amendable {
    /// The kind of thing.
    const RESOURCE: Resource;

    /// Where it is.
    fn scope(&self) -> &Scope;

    /// The thing of this id; `None` when it is not there.
    async fn find(&self, id: &str) -> Result<Option<Record>, Error>;

    /// Changes the thing that was found; the id of the request.
    async fn amend(&self, found: &str, amendment: &Amendment) -> Result<Option<String>, Error>;

    /// The request that [`Self::amend`] would make.
    async fn preview(&self, found: &str, amendment: &Amendment) -> Result<Preview, Error>;

    /// The error for a thing that is not there.
    fn absence(&self, id: &str) -> Error {
        not_found(self.scope(), Self::RESOURCE, id)
    }
}

/// Changes one thing.
pub(super) struct Amending<A> {
    service: A,
    id: String,
    /// The handle of what was found, which the service takes.
    found: String,
    amendment: Amendment,
}

impl<A: Amendable> Amending<A> {
    /// Prepares; nothing is sent.
    pub(super) fn new(service: A, id: String, amendment: Amendment) -> Self {
        Self {
            service,
            found: id.clone(),
            id,
            amendment,
        }
    }

    /// Whether a thing is as it is to be; `None` where the service does not show it.
    fn is_reached(&self, record: &Record) -> Option<bool> {
        let Facts::KeyPair(pair) = &record.facts else {
            return None;
        };
        let name = self
            .amendment
            .name
            .as_ref()
            .is_none_or(|name| *name == pair.name);
        match (&self.amendment.description, &pair.description) {
            (None, _) => Some(name),
            (Some(wanted), Some(seen)) => Some(name && wanted == seen),
            (Some(_), None) => None,
        }
    }
}

/// The name, as outcomes show it.
fn state(record: &Record) -> ItemState {
    let description = match &record.facts {
        Facts::KeyPair(pair) => pair.description.as_deref().unwrap_or_default(),
        _ => "",
    };
    let text = if description.is_empty() {
        record.name().to_owned()
    } else {
        format!("{} ({description})", record.name())
    };
    ItemState {
        state: Some(text),
        ..ItemState::default()
    }
}

impl<A: Amendable> Change for Amending<A> {
    fn purpose(&self) -> String {
        format!("update a {}", A::RESOURCE)
    }

    fn asks(&self) -> bool {
        false
    }

    fn survey(&mut self) -> BoxFuture<'_, Result<Survey, Error>> {
        Box::pin(async {
            let scope = self.service.scope();
            let mut outcome = Outcome::draft(scope.address(A::RESOURCE, &self.id), None);
            let mut survey = Survey::default();
            match self.service.find(&self.id).await {
                Ok(Some(record)) => {
                    outcome.address = scope.address(A::RESOURCE, &record.id);
                    outcome.before = Some(state(&record));
                    if self.is_reached(&record) == Some(true) {
                        outcome.seen(Status::Unchanged);
                    }
                    self.found = record.id;
                }
                Ok(None) => {
                    outcome.fail(Status::NotFound, self.service.absence(&self.id));
                    outcome.verified = true;
                }
                // The service itself refuses what is not there.
                Err(error) if error.kind == ErrorKind::Permission => {
                    survey
                        .warnings
                        .push(format!("{} cannot be seen: {error}", self.id));
                }
                Err(error) => return Err(error),
            }
            survey.outcomes.push(outcome);
            Ok(survey)
        })
    }

    fn preview<'a>(&'a self, _batch: &'a Batch) -> BoxFuture<'a, Result<Vec<Preview>, Error>> {
        Box::pin(async {
            let preview = self.service.preview(&self.found, &self.amendment).await?;
            Ok(vec![preview])
        })
    }

    fn send<'a>(
        &'a mut self,
        batch: &'a Batch,
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let request_id = self.service.amend(&self.found, &self.amendment).await?;
            for &item in batch {
                outcomes[item].error = None;
                outcomes[item].status = Status::Changed;
                outcomes[item].request_id.clone_from(&request_id);
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
            let found = self.service.find(&self.found).await?;
            for &item in sent {
                let outcome = &mut outcomes[item];
                let Some(record) = &found else {
                    let error = self.service.absence(&self.found);
                    outcome.fail(Status::Unverified, error);
                    continue;
                };
                outcome.after = Some(state(record));
                match (self.is_reached(record), outcome.status) {
                    (Some(true), _) => {
                        outcome.error = None;
                        outcome.seen(Status::Changed);
                    }
                    (Some(false), Status::Changed) => {
                        let error = Error::new(
                            ErrorKind::Server,
                            "the service calls it changed, but shows it as it was",
                        )
                        .hint("It may lag behind: look again later with show.");
                        outcome.fail(Status::Unverified, error);
                    }
                    (Some(false), _) => outcome.seen(Status::Failed),
                    (None, _) => {}
                }
            }
            Ok(Vec::new())
        })
    }
}
