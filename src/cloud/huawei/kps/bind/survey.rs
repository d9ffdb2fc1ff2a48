//! The look before: all that can be seen is whether the key pair is there.

use super::super::key_pairs::KeyPairs;
use super::{Direction, Rebinding};
use crate::cloud::change::{Danger, Risk, Survey};
use crate::error::{Error, ErrorKind};
use crate::model::{Access, Outcome, Resource, Status};

impl Rebinding<'_> {
    pub(super) async fn look_before(&mut self) -> Result<Survey, Error> {
        let mut survey = Survey {
            warnings: self.warnings.clone(),
            ..Survey::default()
        };
        let pairs = KeyPairs {
            session: self.session,
        };
        let missing = match pairs.look(&self.key_pair).await {
            Ok(Some(_)) => None,
            Ok(None) => Some(pairs.absence(&self.key_pair)),
            // An attachment names the pair, so that the service judges it.
            Err(error)
                if error.kind == ErrorKind::Permission && self.direction == Direction::Attach =>
            {
                survey
                    .warnings
                    .push(format!("the key pair cannot be seen: {error}"));
                None
            }
            Err(error) => return Err(error),
        };
        let scope = &self.session.client.scope;
        for server in &self.servers {
            let mut outcome = Outcome::draft(
                scope.address(Resource::KeyPair, &self.key_pair),
                Some(scope.address(Resource::Instance, server)),
            );
            if let Some(error) = &missing {
                outcome.fail(Status::NotFound, error.clone());
                outcome.verified = true;
            } else {
                survey.dangers.extend(self.dangers(server));
            }
            survey.outcomes.push(outcome);
        }
        if missing.is_none() && !self.servers.is_empty() {
            survey.notes.extend(self.notes());
        }
        Ok(survey)
    }

    fn dangers(&self, server: &str) -> Vec<Danger> {
        let danger = |risk, reason: &str| Danger {
            risk,
            machine: self
                .session
                .client
                .scope
                .address(Resource::Instance, server),
            reason: reason.to_owned(),
        };
        let mut dangers = Vec::new();
        if self.direction == Direction::Detach {
            dangers.push(danger(
                Risk::Lockout,
                "no key pair is left on it: SSH works only with a password, and nothing tells whether one is set",
            ));
        }
        if matches!(self.access, Some(Access::PrivateKey(_))) {
            dangers.push(danger(
                Risk::PrivateKeySent,
                "the private key that opens it is sent to the service",
            ));
        }
        dangers
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        match self.direction {
            Direction::Attach => {
                notes.push(
                    "KPS does not show what is bound to a server: a key pair that is bound now is replaced and stops working"
                        .to_owned(),
                );
                notes.push(
                    if self.disable_password {
                        "password login is switched off on the servers"
                    } else {
                        "password login stays as it is on the servers"
                    }
                    .to_owned(),
                );
            }
            Direction::Detach => notes.push(
                "KPS does not show what is bound to a server: whatever is bound to it is taken off"
                    .to_owned(),
            ),
        }
        notes.push(
            match (&self.access, self.direction) {
                (None, Direction::Attach) => {
                    "without a login a server must be stopped: it is reset, which takes up to ten minutes; leave it off until then"
                }
                (None, Direction::Detach) => {
                    "without a login a server must be stopped; leave it off until the task is done"
                }
                (Some(_), _) => {
                    "the service logs in to the servers as root, over SSH from 100.125.0.0/16"
                }
            }
            .to_owned(),
        );
        notes
    }
}
