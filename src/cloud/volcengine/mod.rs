//! Volcengine: compute key pairs.

mod add;
mod bind;
pub(super) mod credentials;
mod delete;
mod ecs;
pub(super) mod endpoint_variables;
pub(super) mod endpoints;
mod errors;
mod instances;
mod look;
mod metadata;
pub(super) mod names;
mod raw;
mod records;
mod regions;
mod show;
pub mod sign;
mod sts;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod update;
pub(super) mod wire;

use bind::{Direction, Rebinding};
use ecs::DescribeKeyPairs;
use instances::DescribeInstances;
use wire::VolcengineWire;

use super::additions::Additions;
use super::amendments::Amending;
use super::change::Change;
use super::client::Client;
use super::raw::{RawCall, RawRequest};
use super::reply::Listed;
use super::seen::Seen;
use super::{Connection, Provider, Regions, pages, unsupported};
use crate::auth::{Keys, Login};
use crate::error::{Error, ErrorKind};
use crate::http::BoxFuture;
use crate::model::{
    Binding, ChangeRequest, CloudId, ListRequest, Listing, Record, Resource, Scope,
};

/// One account in one region of Volcengine.
#[derive(Debug)]
pub struct Volcengine {
    client: Client<VolcengineWire>,
}

impl Volcengine {
    /// Prepares; nothing is sent.
    pub fn new(connection: Connection) -> Self {
        Self {
            client: Client::new(connection),
        }
    }
}

impl Provider for Volcengine {
    fn scope(&self) -> &Scope {
        &self.client.scope
    }

    fn login(&self) -> &Login {
        &self.client.login
    }

    fn keys(&self) -> &Keys {
        &self.client.keys
    }

    fn account(&self) -> BoxFuture<'_, Result<String, Error>> {
        Box::pin(async {
            let identity = self.client.call(&sts::GetCallerIdentity {}).await?.value;
            identity.account_id.ok_or_else(|| {
                Error::new(ErrorKind::Server, "the answer names no account")
                    .cloud(CloudId::Volcengine)
            })
        })
    }

    fn list(&self, request: ListRequest) -> BoxFuture<'_, Result<Listing, Error>> {
        Box::pin(async move {
            let scope = &self.client.scope;
            let records: Vec<Record> = match request {
                ListRequest::KeyPairs(Resource::KeyPair) => {
                    let pairs = pages::all(&self.client, DescribeKeyPairs::all()).await?;
                    let record = |pair| records::key_pair(scope, pair);
                    pairs.into_iter().map(record).collect()
                }
                ListRequest::Instances => {
                    let found = pages::all(&self.client, DescribeInstances::all()).await?;
                    let record = |instance| records::instance(scope, instance);
                    found.into_iter().map(record).collect()
                }
                _ => return Err(unsupported(CloudId::Volcengine)),
            };
            Ok(records.into())
        })
    }

    fn stream<'a>(
        &'a self,
        request: ListRequest,
        take: &'a dyn Fn(Vec<Record>),
    ) -> BoxFuture<'a, Result<Vec<String>, Error>> {
        Box::pin(async move {
            let ListRequest::KeyPairs(Resource::KeyPair) = request else {
                return super::at_once(self, request, take).await;
            };
            let scope = &self.client.scope;
            let hand_out = |pairs: Vec<Listed<ecs::KeyPair>>| {
                let record = |pair| records::key_pair(scope, pair);
                take(pairs.into_iter().map(record).collect());
                Ok(())
            };
            let is_new = |pair: &Listed<ecs::KeyPair>, seen: &mut Seen| {
                seen.insert(&(&pair.known.id, &pair.known.name))
            };
            pages::each(&self.client, DescribeKeyPairs::all(), is_new, hand_out).await?;
            Ok(Vec::new())
        })
    }

    fn regions(&self, resource: Resource) -> BoxFuture<'_, Result<Regions, Error>> {
        Box::pin(async move {
            match resource {
                Resource::KeyPair | Resource::Instance => regions::regions(&self.client).await,
                _ => Err(unsupported(CloudId::Volcengine)),
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
        Box::pin(async move {
            match resource {
                Resource::KeyPair => show::key_pair(&self.client, id).await,
                _ => Err(unsupported(CloudId::Volcengine)),
            }
        })
    }

    fn change(&self, request: ChangeRequest) -> Result<Box<dyn Change + '_>, Error> {
        let client = &self.client;
        let rebinding = |direction, binding: Binding| match binding.resource {
            Resource::KeyPair => Rebinding::new(client, direction, binding),
            _ => Err(unsupported(CloudId::Volcengine)),
        };
        Ok(match request {
            ChangeRequest::AddKeyPairs {
                resource: Resource::KeyPair,
                pairs,
            } => Box::new(Additions::new(add::KeyPairs { client }, pairs)?),
            ChangeRequest::DeleteKeyPairs {
                resource: Resource::KeyPair,
                ids,
                client_token,
            } => Box::new(delete::Deletion::new(client, ids, client_token)?),
            ChangeRequest::UpdateKeyPair {
                resource: Resource::KeyPair,
                id,
                amendment,
            } => {
                let description = update::Description::new(client, &id, &amendment)?;
                Box::new(Amending::new(description, id, amendment))
            }
            ChangeRequest::AttachKeyPairs(binding) => {
                Box::new(rebinding(Direction::Attach, binding)?)
            }
            ChangeRequest::DetachKeyPairs(binding) => {
                Box::new(rebinding(Direction::Detach, binding)?)
            }
            _ => return Err(unsupported(CloudId::Volcengine)),
        })
    }

    fn raw(&self, request: RawRequest) -> Result<Box<dyn RawCall + '_>, Error> {
        Ok(Box::new(raw::prepare(&self.client, request)?))
    }
}
