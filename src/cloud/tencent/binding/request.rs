//! What is sent for a batch of items, and how an answer or a refusal is taken.

use super::look::{self, Look};
use super::verdict::Reply;
use super::{BindingChange, Contact, Goal, distinct};
use crate::cloud::change::{Batch, Change as _};
use crate::cloud::client::{Answer, Preview};
use crate::cloud::tencent::product::{Means, Product};
use crate::cloud::tencent::shapes::Accepted;
use crate::error::{Error, ErrorKind, Fate};
use crate::model::{Outcome, Power, Status};

impl<P: Product> BindingChange<'_, P> {
    /// The ids of the instances of these items.
    pub(super) fn instances_of(&self, items: &[usize]) -> Vec<String> {
        let instances = distinct(items.iter().map(|&item| self.instance_of(item)));
        instances.map(|at| self.instances[at].clone()).collect()
    }

    /// The ids of the key pairs of these items.
    pub(super) fn key_pairs_of(&self, items: &[usize]) -> Vec<String> {
        let key_pairs = distinct(items.iter().map(|&item| self.key_pair_of(item)));
        key_pairs.map(|at| self.key_pairs[at].clone()).collect()
    }

    /// The key pairs that a request for these items names. What is attached takes the place of what
    /// is there, so that comes along; all instances of a batch are to have the same.
    pub(super) fn keys_to_send(&self, batch: &Batch) -> Vec<String> {
        match self.goal {
            Goal::Detach => self.key_pairs_of(batch),
            Goal::Attach { .. } => {
                let before = batch.first().and_then(|&item| self.before_of(item));
                before
                    .map(|before| before.wanted.clone())
                    .unwrap_or_default()
            }
        }
    }

    pub(super) fn means(&self, batch: &Batch) -> Means {
        Means {
            cut: batch.iter().any(|&item| self.is_cut(item)),
            offline: self.power == Power::Cut,
            user: self.user.clone(),
        }
    }

    pub(super) async fn ask(
        &self,
        batch: &Batch,
        keys: Vec<String>,
    ) -> Result<Answer<Accepted>, Error> {
        let (instances, means) = (self.instances_of(batch), self.means(batch));
        match self.goal {
            Goal::Attach { .. } => self.client.call(&P::bind(instances, keys, means)).await,
            Goal::Detach => self.client.call(&P::unbind(instances, keys, means)).await,
        }
    }

    pub(super) async fn foresee(&self, batch: &Batch) -> Result<Preview, Error> {
        let (instances, means) = (self.instances_of(batch), self.means(batch));
        let keys = self.keys_to_send(batch);
        match self.goal {
            Goal::Attach { .. } => self.client.preview(&P::bind(instances, keys, means)).await,
            Goal::Detach => {
                self.client
                    .preview(&P::unbind(instances, keys, means))
                    .await
            }
        }
    }

    pub(super) fn note_contact(&mut self, batch: &Batch, result: &Result<Answer<Accepted>, Error>) {
        let reply = match result {
            Ok(answer) => Reply::Accepted(answer.request_id.clone()),
            Err(error) if error.fate == Fate::Unknown => Reply::Lost(error.request_id.clone()),
            Err(_) => Reply::Refused,
        };
        for &item in batch {
            let before = self.before_of(item);
            let latest = before.and_then(|before| before.latest_now.clone());
            self.contacts
                .insert(item, Contact::now(reply.clone(), latest));
        }
    }

    /// Looks at the instances of these items again. What an instance does not say of its key
    /// pairs is asked of the key pairs, as far as they can be read.
    pub(super) async fn look_again(&self, items: &[usize]) -> Result<Look, Error> {
        let instances = look::twice::<P>(self.client, &self.instances_of(items)).await?;
        let mut key_pairs = None;
        if instances.values().any(|found| found.key_ids().is_none()) {
            key_pairs = match look::key_pairs::<P>(self.client, &self.key_pairs_of(items)).await {
                Ok(found) => Some(found),
                Err(error) if error.kind == ErrorKind::Permission => None,
                Err(error) => return Err(error),
            };
        }
        Ok(Look {
            instances,
            key_pairs,
        })
    }

    /// Looks once at items under way and judges each.
    pub(super) async fn look_and_conclude(
        &mut self,
        items: &[usize],
        outcomes: &mut [Outcome],
    ) -> Result<(), Error> {
        let look = self.look_again(items).await?;
        for &item in items {
            self.conclude(item, &look, &mut outcomes[item], false);
        }
        Ok(())
    }

    /// A refusal for one instance says nothing about what is bound: an instance that was destroyed
    /// a moment ago is refused too, and so may be a key pair that is off, or on, already (spec
    /// tencent 2.6, 2.7 and 3). A look tells; a refusal for several instances is the caller's to
    /// sort out.
    pub(super) async fn look_at_refusal(
        &mut self,
        batch: &Batch,
        outcomes: &mut [Outcome],
        error: Error,
    ) -> Result<(), Error> {
        let by_what_is_there = matches!(
            error.kind,
            ErrorKind::State | ErrorKind::NotFound | ErrorKind::Usage | ErrorKind::Conflict
        );
        if error.fate == Fate::Unknown || !by_what_is_there || !self.split(batch).is_empty() {
            return Err(error);
        }
        let Ok(look) = self.look_again(batch).await else {
            return Err(error);
        };
        for &item in batch {
            outcomes[item].fail(Status::of_error(error.kind), error.clone());
            self.conclude(item, &look, &mut outcomes[item], true);
        }
        Ok(())
    }
}
