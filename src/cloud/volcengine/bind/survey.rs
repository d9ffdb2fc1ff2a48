//! The look before the change: what exists, what is bound, what can be sent, what is dangerous.

use super::{Direction, Rebinding, is_running};
use crate::cloud::change::{Danger, Risk, Survey};
use crate::cloud::volcengine::instances::Instance;
use crate::cloud::volcengine::look;
use crate::cloud::volcengine::records::item_state;
use crate::error::{Error, ErrorKind};
use crate::model::{Address, Outcome, Resource, Status};

impl Rebinding<'_> {
    pub(super) async fn look_before(&mut self) -> Result<Survey, Error> {
        let typed: Vec<String> = self.pairs.iter().map(|pair| pair.typed.clone()).collect();
        let (instances, found) = tokio::join!(
            look::instances(self.client, &self.instances),
            look::find(self.client, &typed)
        );
        // Consent rests on what the instances hold.
        self.seen = instances?;
        let mut survey = Survey::default();
        let mut missing = Vec::new();
        match found {
            Ok(found) => missing = self.identify(&found, &mut survey)?,
            Err(error) if error.kind == ErrorKind::Permission => survey.warnings.push(format!(
                "key pairs cannot be seen, so one may not exist at all, and a text that starts with kp- is taken as an id: {error}"
            )),
            Err(error) => return Err(error),
        }
        survey.outcomes = self.drafts();
        for item in 0..survey.outcomes.len() {
            self.decide(item, &missing, &mut survey);
        }
        self.explain(&mut survey);
        Ok(survey)
    }

    /// Writes down which pairs there are; the errors for those that there are not, one for each
    /// pair.
    fn identify(
        &mut self,
        found: &look::Found,
        survey: &mut Survey,
    ) -> Result<Vec<Option<Error>>, Error> {
        let mut missing = Vec::new();
        for at in 0..self.pairs.len() {
            let pair = &mut self.pairs[at];
            let seen = found.pairs.get(&pair.typed);
            pair.exists = Some(seen.is_some());
            let Some(seen) = seen else {
                let error = self.missing(Resource::KeyPair, &self.pairs[at].typed);
                missing.push(Some(match found.alike(&self.pairs[at].typed) {
                    Some(other) => error.hint(format!("There is one named {other}.")),
                    None => error,
                }));
                continue;
            };
            missing.push(None);
            pair.known = seen.known.clone();
            pair.handle = seen.known.handle();
            let (typed, name) = (&pair.typed, &pair.known.name);
            if typed != name {
                let note = format!("{typed} is the key pair named {name}");
                survey.notes.push(note);
            }
            let handle = &self.pairs[at].handle;
            if let Some(same) = self.pairs[..at].iter().find(|pair| pair.handle == *handle) {
                return Err(Error::usage(format!(
                    "{} and {} are the same key pair",
                    same.typed, self.pairs[at].typed
                )));
            }
        }
        Ok(missing)
    }

    fn drafts(&self) -> Vec<Outcome> {
        let scope = &self.client.scope;
        let mut drafts = Vec::with_capacity(self.instances.len() * self.pairs.len());
        for instance in &self.instances {
            for pair in &self.pairs {
                drafts.push(Outcome::draft(
                    scope.address(Resource::KeyPair, pair.name()),
                    Some(scope.address(Resource::Instance, instance)),
                ));
            }
        }
        drafts
    }

    /// Decides what a look can decide about one item, and says what sending the rest does.
    fn decide(&self, item: usize, missing: &[Option<Error>], survey: &mut Survey) {
        let outcome = &mut survey.outcomes[item];
        let Some(instance) = self.last_seen(item) else {
            outcome.seen(Status::NotFound);
            outcome.error = Some(self.missing(Resource::Instance, self.instance_of(item)));
            return;
        };
        outcome.before = Some(item_state(instance));
        if let Some(Some(error)) = missing.get(item % self.pairs.len()) {
            outcome.seen(Status::NotFound);
            outcome.error = Some(error.clone());
            return;
        }
        let pair = self.pair_of(item);
        let machine = self.machine(instance);
        match (self.direction, instance.holds(&pair.known)) {
            (Direction::Attach, Some(true)) => {
                outcome.seen(Status::Unchanged);
                if self.reboot && is_running(instance) {
                    survey.warnings.push(format!(
                        "{machine} holds {} already, so it is not restarted",
                        pair.name()
                    ));
                }
            }
            (Direction::Detach, Some(false)) => {
                outcome.status = Status::Unchanged;
                // Where nobody could see the pair, it may not exist at all.
                outcome.verified = pair.exists.is_some();
            }
            _ => match self.unfit(instance) {
                Some(error) => {
                    outcome.seen(Status::of_error(error.kind));
                    outcome.error = Some(error);
                }
                None => self.announce(item, instance, survey),
            },
        }
    }

    /// Why the service would not take an instance (spec volcengine 4.5): Linux only, running or
    /// stopped. What an instance does not tell is left to the service.
    fn unfit(&self, instance: &Instance) -> Option<Error> {
        let error = match instance.status.to_ascii_uppercase().as_str() {
            _ if instance.is_windows() => {
                Error::new(ErrorKind::State, "Windows is on it, which takes no key pairs")
                    .code("WindowsInstance")
                    .hint("Leave it out: key pairs are for Linux only.")
            }
            "RUNNING" | "STOPPED" | "" => return None,
            "ERROR" => Error::new(ErrorKind::State, "the instance is in the state ERROR")
                .code("InstanceStatus")
                .hint("Key pairs are bound and taken off while an instance is running or stopped."),
            state => Error::new(ErrorKind::Busy, format!("the instance is in the state {state}"))
                .code("InstanceStatus")
                .hint("Key pairs are bound and taken off while an instance is running or stopped: wait, and run the same command again."),
        };
        Some(self.located(error, self.direction.operation(), None))
    }

    /// Says what happens to one instance when its item is sent.
    fn announce(&self, item: usize, instance: &Instance, survey: &mut Survey) {
        let machine = self.machine(instance);
        let (name, bound) = (self.pair_of(item).name(), instance.bound());
        match self.direction {
            Direction::Attach if bound.is_empty() => {}
            Direction::Attach => survey.notes.push(format!(
                "{machine} holds {bound}: {name} replaces it, and {bound} stops working there after the restart"
            )),
            Direction::Detach => survey.dangers.push(Danger {
                risk: Risk::Lockout,
                machine: machine.clone(),
                reason: "no key pair is left on it: SSH works only if a password was set before, \
                         or a key was put in by hand"
                    .to_owned(),
            }),
        }
        if self.reboot {
            survey.notes.push(if is_running(instance) {
                survey.stops.push(machine.clone());
                format!("{machine} is restarted")
            } else {
                format!("{machine} is not running: the change counts from its next start")
            });
        }
    }

    /// Says what holds for all that is to be sent.
    fn explain(&self, survey: &mut Survey) {
        let is_ready = |outcome: &Outcome| outcome.status == Status::Skipped;
        if !survey.outcomes.iter().any(is_ready) {
            return;
        }
        survey.notes.push(match self.direction {
            Direction::Attach => {
                "an instance that is given a key pair takes no passwords any more; keys that were put in by hand stay"
            }
            Direction::Detach => {
                "without the key pair, an instance takes a password that was set earlier again"
            }
        }
        .to_owned());
        if !self.reboot {
            survey.notes.push(
                "the change counts from the next restart of an instance, which is left to you: --reboot restarts those that are running"
                    .to_owned(),
            );
        }
    }

    pub(super) fn machine(&self, instance: &Instance) -> Address {
        let scope = &self.client.scope;
        scope.address(Resource::Instance, &instance.id)
    }

    fn missing(&self, resource: Resource, id: &str) -> Error {
        let code = match resource {
            Resource::Instance => "InvalidInstance.NotFound",
            _ => "InvalidKeyPair.NotFound",
        };
        crate::cloud::not_found(&self.client.scope, resource, id).code(code)
    }
}
