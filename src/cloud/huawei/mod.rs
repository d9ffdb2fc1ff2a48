//! Huawei Cloud: key pairs of KPS, encryption keys of KMS, cloud phone servers, a user's keys in
//! CodeArts Repo.

mod codearts;
mod cph;
pub(super) mod credentials;
pub(super) mod endpoint_variables;
pub(super) mod endpoints;
mod errors;
mod iam;
mod kms;
mod kps;
mod metadata;
pub(super) mod paging;
mod project_cache;
mod raw;
mod regions;
pub(super) mod rules;
mod session;
mod shapes;
pub mod sign;
mod sts;
#[cfg(test)]
mod testing;
mod tokens;
pub(super) mod wire;

use kps::bind::{Direction, Rebinding};
use kps::key_pairs::KeyPairs;
use kps::tasks::{Clearance, FailedRecords, Tasks};
use session::Session;

use super::change::Change;
use super::client::Client;
use super::raw::{RawCall, RawRequest};
use super::{Connection, Provider, Regions, unsupported};
use crate::auth::{Keys, Login};
use crate::error::{Error, ErrorKind};
use crate::http::BoxFuture;
use crate::model::{
    ChangeRequest, CloudId, FailedTasks, ListRequest, Listing, Record, Resource, Scope,
};

/// One account in one region of Huawei Cloud.
#[derive(Debug)]
pub struct Huawei {
    session: Session,
}

impl Huawei {
    /// Prepares; nothing is sent.
    pub fn new(connection: Connection) -> Self {
        let cache_folder = connection.cache_folder.clone();
        let client = Client::new(connection);
        Self {
            session: Session::new(client, cache_folder),
        }
    }

    fn key_pairs(&self) -> KeyPairs<'_> {
        KeyPairs {
            session: &self.session,
        }
    }

    fn tasks(&self) -> Tasks<'_> {
        Tasks {
            session: &self.session,
        }
    }
}

impl Provider for Huawei {
    fn scope(&self) -> &Scope {
        &self.session.client.scope
    }

    fn login(&self) -> &Login {
        &self.session.client.login
    }

    fn keys(&self) -> &Keys {
        &self.session.client.keys
    }

    fn account(&self) -> BoxFuture<'_, Result<String, Error>> {
        Box::pin(async {
            let identity = self
                .session
                .client
                .call(&sts::GetCallerIdentity {})
                .await?
                .value;
            identity
                .account_id
                .filter(|id| !id.is_empty())
                .ok_or_else(|| {
                    Error::new(ErrorKind::Server, "the answer names no account")
                        .cloud(CloudId::Huawei)
                })
        })
    }

    fn list(&self, request: ListRequest) -> BoxFuture<'_, Result<Listing, Error>> {
        let session = &self.session;
        Box::pin(async move {
            match request {
                ListRequest::KeyPairs(Resource::KeyPair) => self.key_pairs().list().await,
                ListRequest::RunningTasks => self.tasks().list_running().await,
                ListRequest::FailedTasks => self.tasks().list_failed().await,
                ListRequest::Tasks(ids) => self.tasks().show(&ids).await,
                ListRequest::KmsKeys => kms::keys::list(session).await,
                ListRequest::CphServers => cph::servers::list(session).await,
                ListRequest::CphJobs(ids) => cph::jobs::list(session, &ids).await,
                ListRequest::CodeartsKeys => codearts::list::list(&session.client).await,
                _ => Err(unsupported(CloudId::Huawei)),
            }
        })
    }

    fn stream<'a>(
        &'a self,
        request: ListRequest,
        take: &'a dyn Fn(Vec<Record>),
    ) -> BoxFuture<'a, Result<Vec<String>, Error>> {
        Box::pin(async move {
            match request {
                ListRequest::KeyPairs(Resource::KeyPair) => self.key_pairs().each(take).await?,
                ListRequest::CodeartsKeys => {
                    codearts::list::each(&self.session.client, take).await?;
                }
                request => return super::at_once(self, request, take).await,
            }
            Ok(Vec::new())
        })
    }

    fn regions(&self, resource: Resource) -> BoxFuture<'_, Result<Regions, Error>> {
        Box::pin(async move {
            match resource {
                Resource::KeyPair
                | Resource::KmsKey
                | Resource::CphServer
                | Resource::CodeartsKey
                | Resource::Task => regions::regions(&self.session, resource).await,
                _ => Err(unsupported(CloudId::Huawei)),
            }
        })
    }

    fn is_not_enabled(&self, error: &Error) -> bool {
        errors::is_not_enabled(error)
    }

    fn show<'a>(
        &'a self,
        resource: Resource,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Listing, Error>> {
        let session = &self.session;
        Box::pin(async move {
            match resource {
                Resource::KeyPair => self.key_pairs().show(id).await,
                Resource::KmsKey => kms::keys::show(session, id).await,
                Resource::CphServer => cph::servers::show(session, id).await,
                Resource::CodeartsKey => codearts::list::show(&session.client, id).await,
                _ => Err(unsupported(CloudId::Huawei)),
            }
        })
    }

    fn change(&self, request: ChangeRequest) -> Result<Box<dyn Change + '_>, Error> {
        let session = &self.session;
        Ok(match request {
            ChangeRequest::AddKeyPairs {
                resource: Resource::KeyPair,
                pairs,
            } => Box::new(self.key_pairs().add(pairs)?),
            ChangeRequest::DeleteKeyPairs {
                resource: Resource::KeyPair,
                ids,
                client_token: None,
            } => Box::new(self.key_pairs().delete(ids)?),
            ChangeRequest::UpdateKeyPair {
                resource: Resource::KeyPair,
                id,
                amendment,
            } => Box::new(self.key_pairs().update(id, amendment)?),
            ChangeRequest::AttachKeyPairs(binding) if binding.resource == Resource::KeyPair => {
                Box::new(Rebinding::new(session, Direction::Attach, binding)?)
            }
            ChangeRequest::DetachKeyPairs(binding) if binding.resource == Resource::KeyPair => {
                Box::new(Rebinding::new(session, Direction::Detach, binding)?)
            }
            ChangeRequest::ClearFailedTasks(FailedTasks::All) => {
                Box::new(Clearance::new(self.tasks()))
            }
            ChangeRequest::ClearFailedTasks(FailedTasks::Ids(ids)) => {
                Box::new(FailedRecords::forget(self.tasks(), ids)?)
            }
            ChangeRequest::CancelKeyDeletion {
                ids,
                sequence,
                enable,
            } => Box::new(kms::cancel_deletion::Cancellation::new(
                session, ids, sequence, enable,
            )?),
            ChangeRequest::ReplaceServerKeyPairs { assignments } => Box::new(
                cph::change_key_pair::Replacement::new(session, assignments)?,
            ),
            ChangeRequest::DeleteRepositoryKeys(keys) => {
                Box::new(codearts::delete::Deletion::new(&session.client, keys)?)
            }
            ChangeRequest::ChangeKeyState { ids, wanted } => {
                Box::new(kms::change_state::StateChange::new(session, ids, wanted)?)
            }
            ChangeRequest::AddRepositoryKeys(pairs) => {
                Box::new(codearts::add::additions(&session.client, pairs)?)
            }
            _ => return Err(unsupported(CloudId::Huawei)),
        })
    }

    fn raw(&self, request: RawRequest) -> Result<Box<dyn RawCall + '_>, Error> {
        Ok(Box::new(raw::prepare(&self.session, request)?))
    }
}
