//! Deleting things by id, for services that list them: looked for before, and proven by their
//! absence after.

use std::collections::HashMap;

use super::change::{Batch, Change, Survey, apart};
use super::client::Preview;
use super::deletion;
use crate::error::{Error, ErrorKind, Fate};
use crate::http::{BoxFuture, Courier};
use crate::model::{Address, Outcome, Record, Resource, Scope, Status};

/// A service that things can be deleted from.
pub(super) trait Removable {
    /// The kind of thing.
    const RESOURCE: Resource;
    /// Most things in one request.
    const MOST: usize;

    /// Where it is.
    fn scope(&self) -> &Scope;

    /// The conditions under which it is called.
    fn courier(&self) -> &Courier;

    /// Refuses what cannot be an id, before anything is sent; what is merely odd is a warning.
    fn check(&self, id: &str) -> Result<Option<String>, Error>;

    /// Those of these things that are there.
    async fn find(&self, ids: &[String]) -> Result<Vec<Record>, Error>;

    /// Deletes up to [`Self::MOST`] things; the id of the request. A refusal stands for all.
    async fn remove(&self, ids: &[String]) -> Result<Option<String>, Error>;

    /// The request that [`Self::remove`] would make.
    async fn preview(&self, ids: &[String]) -> Result<Preview, Error>;

    /// Whether a refusal says that something still uses the thing.
    fn is_in_use(&self, error: &Error) -> bool;

    /// The next step for a thing that is refused because it is used, with what is known to use it.
    fn way_out(&self, id: &str, held_by: &[Address]) -> String;

    /// What to know before saying yes.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Deletes things of one service.
pub(super) struct Removals<S> {
    service: S,
    ids: Vec<String>,
    warnings: Vec<String>,
    /// What the look before found.
    found: HashMap<String, Record>,
    /// Nobody could look.
    is_blind: bool,
}

impl<S: Removable> Removals<S> {
    /// Checks the ids; nothing is sent.
    pub(super) fn new(service: S, ids: Vec<String>) -> Result<Self, Error> {
        let mut warnings = Vec::new();
        for id in &ids {
            warnings.extend(service.check(id)?);
        }
        Ok(Self {
            service,
            ids,
            warnings,
            found: HashMap::new(),
            is_blind: false,
        })
    }

    fn of(&self, items: &[usize]) -> Vec<String> {
        items.iter().map(|&item| self.ids[item].clone()).collect()
    }

    async fn look(&self, ids: &[String]) -> Result<HashMap<String, Record>, Error> {
        let records = self.service.find(ids).await?;
        let by_id = |record: Record| (record.id.clone(), record);
        Ok(records.into_iter().map(by_id).collect())
    }

    fn holders(&self, item: usize) -> Option<Vec<Address>> {
        let record = self.found.get(&self.ids[item])?;
        record.bound_to().map(<[Address]>::to_vec)
    }

    /// Writes down a refusal of one thing.
    fn refuse(&self, item: usize, outcome: &mut Outcome, error: &Error) {
        if self.service.is_in_use(error) {
            outcome.held_by = self.holders(item);
            let holders = outcome.held_by.clone().unwrap_or_default();
            let hint = self.service.way_out(&self.ids[item], &holders);
            // What is known here says more than what the code alone does.
            let error = error.clone().with(|details| details.hints = vec![hint]);
            outcome.fail(Status::InUse, error);
        } else if error.kind == ErrorKind::NotFound {
            deletion::not_there(outcome, error);
        } else {
            outcome.fail(Status::of_error(error.kind), error.clone());
        }
    }
}

impl<S: Removable> Change for Removals<S> {
    fn purpose(&self) -> String {
        format!("delete {}s", S::RESOURCE.name().replace('-', " "))
    }

    fn asks(&self) -> bool {
        true
    }

    fn survey(&mut self) -> BoxFuture<'_, Result<Survey, Error>> {
        Box::pin(async {
            let mut survey = Survey {
                warnings: self.warnings.clone(),
                ..Survey::default()
            };
            match self.look(&self.ids).await {
                Ok(found) => self.found = found,
                Err(error) if error.kind == ErrorKind::Permission => {
                    survey.warnings.push(format!(
                        "what is there cannot be seen, so nothing can be verified: {error}"
                    ));
                    self.is_blind = true;
                }
                Err(error) => return Err(error),
            }
            for id in &self.ids {
                let address = self.service.scope().address(S::RESOURCE, id);
                let mut outcome = Outcome::draft(address, None);
                if let Some(record) = self.found.get(id) {
                    outcome.remember(record);
                }
                match self.found.get(id) {
                    Some(record) if record.name() != id => {
                        survey.notes.push(format!("{id} is {}", record.name()));
                    }
                    Some(_) => {}
                    None if self.is_blind => {}
                    None => outcome.seen(Status::Absent),
                }
                survey.outcomes.push(outcome);
            }
            let is_draft = |outcome: &Outcome| outcome.status == Status::Skipped;
            if survey.outcomes.iter().any(is_draft) {
                survey.notes.extend(self.service.notes());
            }
            Ok(survey)
        })
    }

    /// What seems to be in use goes alone, because one thing gets a whole request refused.
    fn waves(&self, ready: &[usize]) -> Vec<Vec<Batch>> {
        let is_held = |item: &usize| self.holders(*item).is_some_and(|list| !list.is_empty());
        let (held, free): (Vec<usize>, Vec<usize>) = ready.iter().partition(|item| is_held(item));
        let batches = free.chunks(S::MOST).map(<[usize]>::to_vec);
        vec![batches.chain(held.iter().map(|&item| vec![item])).collect()]
    }

    fn preview<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<Vec<Preview>, Error>> {
        Box::pin(async move { Ok(vec![self.service.preview(&self.of(batch)).await?]) })
    }

    fn send<'a>(
        &'a mut self,
        batch: &'a Batch,
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            match self.service.remove(&self.of(batch)).await {
                Ok(request_id) => {
                    for &item in batch {
                        outcomes[item].error = None;
                        outcomes[item].status = Status::Deleted;
                        outcomes[item].request_id.clone_from(&request_id);
                    }
                    Ok(())
                }
                Err(error) if batch.len() == 1 && error.fate == Fate::NotDone => {
                    let refused_for_itself =
                        self.service.is_in_use(&error) || error.kind == ErrorKind::NotFound;
                    if !refused_for_itself {
                        return Err(error);
                    }
                    self.refuse(batch[0], &mut outcomes[batch[0]], &error);
                    Ok(())
                }
                Err(error) => Err(error),
            }
        })
    }

    fn split(&self, batch: &Batch) -> Vec<Batch> {
        apart(batch)
    }

    fn poll<'a>(
        &'a mut self,
        open: &'a [usize],
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let listed = self.look(&self.of(open)).await?;
            for &item in open {
                if !listed.contains_key(&self.ids[item]) {
                    // Gone in spite of the refusal.
                    outcomes[item].error = None;
                    outcomes[item].seen(Status::Deleted);
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
            let ids = self.of(sent);
            let listed = deletion::read_back(
                self.service.courier(),
                sent,
                outcomes,
                async || self.look(&ids).await,
                |found, item| found.contains_key(&self.ids[item]),
            )
            .await?;
            for &item in sent {
                let id = &self.ids[item];
                let was_there = self.found.contains_key(id);
                if let (Status::InUse, Some(record)) = (outcomes[item].status, listed.get(id)) {
                    outcomes[item].held_by = record.bound_to().map(<[Address]>::to_vec);
                }
                deletion::compare(&mut outcomes[item], listed.contains_key(id), was_there);
            }
            Ok(Vec::new())
        })
    }
}
