//! The look before the change: what exists, what is bound, what can be sent, what is dangerous.

use super::look::{self, Look};
use super::{BindingChange, Goal};
use crate::cloud::change::Survey;
use crate::cloud::tencent::look as read;
use crate::cloud::tencent::product::Product;
use crate::error::{Error, ErrorKind};
use crate::model::{Outcome, Resource, Status};

impl<P: Product> BindingChange<'_, P> {
    pub(super) async fn look_before(&mut self) -> Result<Survey, Error> {
        let (instances, key_pairs) = tokio::join!(
            read::instances::<P>(self.client, &self.instances),
            look::key_pairs::<P>(self.client, &self.key_pairs)
        );
        let mut survey = Survey {
            outcomes: self.drafts(),
            warnings: self.warnings.clone(),
            ..Survey::default()
        };
        let instances = instances?;
        let key_pairs = match key_pairs {
            Ok(found) => Some(found),
            Err(error) if error.kind == ErrorKind::Permission => {
                let is_silent = instances.values().any(|found| found.key_ids().is_none());
                if self.goal == Goal::Detach && is_silent {
                    // Consent rests on what is bound; only the key pairs can tell here.
                    return Err(error);
                }
                let doubt = match self.goal {
                    Goal::Detach => "one that is not bound may not exist at all",
                    Goal::Attach { .. } => "some may not exist at all",
                };
                survey
                    .warnings
                    .push(format!("key pairs cannot be listed, so {doubt}: {error}"));
                None
            }
            Err(error) => return Err(error),
        };
        let look = Look {
            instances,
            key_pairs,
        };
        for at in 0..self.instances.len() {
            self.decide(at, &look, &mut survey);
        }
        if survey.outcomes.iter().any(is_ready) {
            let note = match self.goal {
                Goal::Detach => {
                    "without the key pair, an instance takes a password that was set earlier again"
                }
                Goal::Attach { .. } => P::PASSWORD_NOTE,
            };
            survey.notes.push(note.to_owned());
        }
        Ok(survey)
    }

    fn drafts(&self) -> Vec<Outcome> {
        let scope = &self.client.scope;
        let mut drafts = Vec::with_capacity(self.instances.len() * self.key_pairs.len());
        for instance in &self.instances {
            for key_pair in &self.key_pairs {
                drafts.push(Outcome::draft(
                    scope.address(P::KEY_PAIR, key_pair),
                    Some(scope.address(Resource::Instance, instance)),
                ));
            }
        }
        drafts
    }

    /// Decides what a look can decide about one instance, and names the dangers of the rest.
    fn decide(&mut self, at: usize, look: &Look, survey: &mut Survey) {
        let Some(instance) = look.instances.get(&self.instances[at]) else {
            let width = self.key_pairs.len();
            for outcome in &mut survey.outcomes[at * width..(at + 1) * width] {
                outcome.seen(Status::NotFound);
                outcome.error = Some(self.missing_instance(&self.instances[at]));
            }
            return;
        };
        match self.goal {
            Goal::Detach => self.decide_detach(at, instance, look, survey),
            Goal::Attach { replace } => self.decide_attach(at, replace, instance, look, survey),
        }
    }

    pub(super) fn missing_instance(&self, id: &str) -> Error {
        self.missing(
            P::code("InvalidInstanceId.NotFound"),
            format!("there is no instance {id} here"),
        )
        .hint(
            "Check the id, the account and the region (-r): instances are only seen in their own.",
        )
    }

    pub(super) fn missing_key_pair(&self, id: &str) -> Error {
        self.missing(
            P::code("InvalidKeyPairId.NotFound"),
            format!("there is no key pair {id} here"),
        )
        .hint("Check the id, the account and the region (-r).")
    }

    fn missing(&self, code: &str, message: String) -> Error {
        self.located(Error::new(ErrorKind::NotFound, message).code(code))
    }
}

/// Not decided by the look, so to be sent.
pub(super) fn is_ready(outcome: &Outcome) -> bool {
    outcome.status == Status::Skipped
}
