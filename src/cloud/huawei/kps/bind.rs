//! Binding a key pair to servers and taking it off (spec huawei 7): the answer names a task, and the
//! task is the only witness, because no call of the service shows servers or what is bound to them.

mod checks;
mod follow;
mod survey;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::tasks::Tasks;
use super::{
    AssociateKeypair, Auth, BatchAssociateKeypair, DisassociateKeypair, MOST_SERVERS, Server,
    Submitted,
};
use crate::cloud::change::{Batch, Change, Others, Survey, Waiting, apart};
use crate::cloud::client::Preview;
use crate::cloud::huawei::errors::VendorError;
use crate::cloud::huawei::session::Session;
use crate::error::{Error, ErrorKind, Fate};
use crate::http::BoxFuture;
use crate::model::{Access, Binding, CloudId, Outcome, Status};

/// Whether a key pair comes or goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cloud::huawei) enum Direction {
    Attach,
    Detach,
}

/// Binds one key pair to servers, or takes off what is bound to them. One outcome for each server.
pub(in crate::cloud::huawei) struct Rebinding<'a> {
    session: &'a Session,
    direction: Direction,
    key_pair: String,
    servers: Vec<String>,
    access: Option<Access>,
    disable_password: bool,
    port: Option<u16>,
    warnings: Vec<String>,
    /// When the last request for an item went out.
    sent_at: HashMap<usize, DateTime<Utc>>,
    /// The task that does the work for an item.
    task_ids: HashMap<usize, String>,
}

impl<'a> Rebinding<'a> {
    /// Checks what was asked for; nothing is sent.
    pub(in crate::cloud::huawei) fn new(
        session: &'a Session,
        direction: Direction,
        binding: Binding,
    ) -> Result<Self, Error> {
        let warnings = checks::check(&binding)?;
        let [key_pair] = <[String; 1]>::try_from(binding.key_pairs).map_err(|_| {
            Error::usage("a server of Huawei Cloud has one key pair: name exactly one")
                .cloud(CloudId::Huawei)
        })?;
        Ok(Self {
            session,
            direction,
            key_pair,
            servers: binding.instances,
            access: binding.access,
            disable_password: binding.disable_password,
            port: binding.port,
            warnings,
            sent_at: HashMap::new(),
            task_ids: HashMap::new(),
        })
    }

    fn tasks(&self) -> Tasks<'a> {
        Tasks {
            session: self.session,
        }
    }

    fn server(&self, item: usize) -> Server {
        let auth = self.access.as_ref().map(|access| match access {
            Access::Password(password) => Auth {
                kind: "password",
                key: password.clone(),
            },
            Access::PrivateKey(key) => Auth {
                kind: "keypair",
                key: key.clone(),
            },
        });
        Server {
            id: self.servers[item].clone(),
            auth,
            disable_password: self.disable_password,
            port: self.port,
        }
    }

    fn association(&self, item: usize) -> AssociateKeypair {
        AssociateKeypair {
            keypair_name: self.key_pair.clone(),
            server: self.server(item),
        }
    }

    fn batch(&self, items: &[usize]) -> BatchAssociateKeypair {
        BatchAssociateKeypair {
            batch_keypairs: items.iter().map(|&item| self.association(item)).collect(),
        }
    }

    fn disassociation(&self, item: usize) -> DisassociateKeypair {
        DisassociateKeypair {
            server: self.server(item),
        }
    }

    /// The status of an item whose task has come to its end.
    fn goal(&self) -> Status {
        match self.direction {
            Direction::Attach => Status::Attached,
            Direction::Detach => Status::Detached,
        }
    }

    /// Writes down what an answer says of one server.
    fn accept(&mut self, item: usize, submitted: &Submitted, outcome: &mut Outcome) {
        let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let status = submitted.status.as_deref().unwrap_or_default();
        let failed = status.eq_ignore_ascii_case("failed");
        match filled(&submitted.task_id) {
            Some(id) if !failed => {
                outcome.error = None;
                outcome.status = Status::Running;
                outcome.job_id = Some(id.clone());
                self.task_ids.insert(item, id);
            }
            _ => {
                let code = submitted.error_code.as_deref();
                let message = submitted.error_msg.as_deref();
                if !failed && code.is_none() && message.is_none() {
                    outcome.fail(Status::Unverified, silent());
                    return;
                }
                let error = VendorError::of_item(code, message).explain(None);
                let status = match error.fate {
                    Fate::NotDone => Status::of_error(error.kind),
                    Fate::Unknown => Status::Unverified,
                };
                outcome.fail(status, self.located(error));
            }
        }
    }

    async fn send_one(&mut self, item: usize, outcome: &mut Outcome) -> Result<(), Error> {
        let answer = match self.direction {
            Direction::Attach => self.session.call(&self.association(item)).await?,
            Direction::Detach => self.session.call(&self.disassociation(item)).await?,
        };
        outcome.request_id = answer.request_id;
        self.accept(item, &answer.value, outcome);
        Ok(())
    }

    async fn send_several(&mut self, batch: &Batch, outcomes: &mut [Outcome]) -> Result<(), Error> {
        let answer = self.session.call(&self.batch(batch)).await?;
        let by_server: HashMap<&str, &Submitted> = answer
            .value
            .tasks
            .iter()
            .filter_map(|task| Some((task.server_id.as_deref()?, task)))
            .collect();
        for &item in batch {
            let outcome = &mut outcomes[item];
            outcome.request_id.clone_from(&answer.request_id);
            match by_server.get(self.servers[item].as_str()) {
                Some(submitted) => self.accept(item, submitted, outcome),
                None => outcome.fail(Status::Unverified, silent()),
            }
        }
        Ok(())
    }

    fn located(&self, error: Error) -> Error {
        error.cloud(CloudId::Huawei).with(|details| {
            details.service = Some("kps");
            details.region = Some(self.session.client.scope.region.clone());
        })
    }
}

fn silent() -> Error {
    Error::new(ErrorKind::Server, "the answer does not mention this server").fate(Fate::Unknown)
}

impl Change for Rebinding<'_> {
    fn purpose(&self) -> String {
        match self.direction {
            Direction::Attach => "attach a key pair to servers".to_owned(),
            Direction::Detach => "detach the key pair from servers".to_owned(),
        }
    }

    fn asks(&self) -> bool {
        true
    }

    /// The service shows no bindings, and a server holds one pair (spec huawei 7).
    fn others(&self) -> Others {
        match self.direction {
            Direction::Attach => Others::DroppedUnseen,
            Direction::Detach => Others::Kept,
        }
    }

    fn survey(&mut self) -> BoxFuture<'_, Result<Survey, Error>> {
        Box::pin(self.look_before())
    }

    /// The batch form is for running servers without a key pair (spec huawei 7): those that the
    /// service enters with a password. A private key opens one that has a pair already.
    fn waves(&self, ready: &[usize]) -> Vec<Vec<Batch>> {
        let most = match (self.direction, &self.access) {
            (Direction::Attach, Some(Access::Password(_))) => MOST_SERVERS,
            _ => 1,
        };
        vec![ready.chunks(most).map(<[usize]>::to_vec).collect()]
    }

    fn preview<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<Vec<Preview>, Error>> {
        Box::pin(async move {
            let session = self.session;
            Ok(vec![match (self.direction, batch.as_slice()) {
                (Direction::Attach, [item]) => session.preview(&self.association(*item)).await?,
                (Direction::Attach, items) => session.preview(&self.batch(items)).await?,
                (Direction::Detach, items) => {
                    let mut previews = Vec::new();
                    for &item in items {
                        previews.push(session.preview(&self.disassociation(item)).await?);
                    }
                    return Ok(previews);
                }
            }])
        })
    }

    fn send<'a>(
        &'a mut self,
        batch: &'a Batch,
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let now = self.session.client.courier().clock.now();
            for &item in batch {
                self.sent_at.insert(item, now);
                self.task_ids.remove(&item);
            }
            match (self.direction, batch.as_slice()) {
                (Direction::Attach, [_, _, ..]) => self.send_several(batch, outcomes).await,
                (_, items) => {
                    for &item in items {
                        self.send_one(item, &mut outcomes[item]).await?;
                    }
                    Ok(())
                }
            }
        })
    }

    fn split(&self, batch: &Batch) -> Vec<Batch> {
        apart(batch)
    }

    /// Usual times are 30 s to 10 min; others look after 10 s and then every 20 s, up to 30 min.
    fn waiting(&self) -> Option<Waiting> {
        Some(Waiting {
            first: Duration::from_secs(10),
            longest: Duration::from_secs(20),
            limit: Duration::from_secs(1_800),
        })
    }

    fn poll<'a>(
        &'a mut self,
        open: &'a [usize],
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(self.follow(open, outcomes))
    }

    /// The end of the task was the evidence. What nobody answered for may have left a task.
    fn prove<'a>(
        &'a mut self,
        sent: &'a [usize],
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<Vec<String>, Error>> {
        Box::pin(async move {
            let doubtful = |item: &usize| {
                outcomes[*item].status == Status::Unverified && !self.task_ids.contains_key(item)
            };
            let items: Vec<usize> = sent.iter().copied().filter(doubtful).collect();
            if !items.is_empty() {
                self.find_tasks(&items, outcomes).await?;
            }
            Ok(Vec::new())
        })
    }
}
