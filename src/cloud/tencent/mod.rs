//! Tencent Cloud: key pairs of the compute service CVM and of its light-weight sister Lighthouse.

mod binding;
mod common;
pub(super) mod credentials;
mod cvm;
pub(super) mod endpoint_variables;
pub(super) mod endpoints;
mod errors;
#[cfg(test)]
mod golden;
mod ids;
mod keys;
mod lighthouse;
mod look;
mod metadata;
mod offsets;
mod product;
mod rates;
mod raw;
mod records;
mod regions;
pub(super) mod rules;
mod shapes;
pub mod sign;
mod sts;
#[cfg(test)]
mod testing;
pub(super) mod wire;

use binding::BindingChange;
use cvm::Cvm;
use keys::Keys;
use lighthouse::Lighthouse;
use product::Product;
use wire::TencentWire;

use super::additions::Additions;
use super::amendments::Amending;
use super::change::Change;
use super::client::Client;
use super::raw::{RawCall, RawRequest};
use super::removals::Removals;
use super::{Connection, Provider, Regions, unsupported};
use crate::auth::{self, Login};
use crate::error::{Error, ErrorKind};
use crate::http::BoxFuture;
use crate::model::{
    ChangeRequest, CloudId, ListRequest, Listing, NewKeyPair, Record, Resource, Scope,
};

/// One account in one region of Tencent Cloud.
#[derive(Debug)]
pub struct Tencent {
    client: Client<TencentWire>,
}

impl Tencent {
    /// Prepares; nothing is sent.
    pub fn new(connection: Connection) -> Self {
        Self {
            client: Client::new(connection),
        }
    }
}

impl Provider for Tencent {
    fn scope(&self) -> &Scope {
        &self.client.scope
    }

    fn login(&self) -> &Login {
        &self.client.login
    }

    fn keys(&self) -> &auth::Keys {
        &self.client.keys
    }

    fn account(&self) -> BoxFuture<'_, Result<String, Error>> {
        Box::pin(async {
            let identity = self.client.call(&sts::GetCallerIdentity {}).await?.value;
            identity
                .account_id
                .filter(|id| !id.is_empty())
                .ok_or_else(|| {
                    Error::new(ErrorKind::Server, "the answer names no account")
                        .cloud(CloudId::Tencent)
                })
        })
    }

    fn list(&self, request: ListRequest) -> BoxFuture<'_, Result<Listing, Error>> {
        Box::pin(async move {
            let records = match request {
                ListRequest::KeyPairs(Resource::KeyPair) => {
                    records::key_pairs::<Cvm>(&self.client).await?
                }
                ListRequest::KeyPairs(Resource::LighthouseKeyPair) => {
                    records::key_pairs::<Lighthouse>(&self.client).await?
                }
                ListRequest::Instances => records::instances(&self.client).await?,
                _ => return Err(unsupported(CloudId::Tencent)),
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
            match request {
                ListRequest::KeyPairs(Resource::KeyPair) => {
                    records::each_key_pair::<Cvm>(&self.client, take).await?;
                }
                ListRequest::KeyPairs(Resource::LighthouseKeyPair) => {
                    records::each_key_pair::<Lighthouse>(&self.client, take).await?;
                }
                request => return super::at_once(self, request, take).await,
            }
            Ok(Vec::new())
        })
    }

    fn regions(&self, resource: Resource) -> BoxFuture<'_, Result<Regions, Error>> {
        Box::pin(async move {
            let product = match resource {
                Resource::KeyPair | Resource::Instance => Cvm::SERVICE,
                Resource::LighthouseKeyPair => Lighthouse::SERVICE,
                _ => return Err(unsupported(CloudId::Tencent)),
            };
            regions::regions(&self.client, product).await
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
                Resource::KeyPair => records::show::<Cvm>(&self.client, id).await,
                Resource::LighthouseKeyPair => records::show::<Lighthouse>(&self.client, id).await,
                _ => Err(unsupported(CloudId::Tencent)),
            }
        })
    }

    fn change(&self, request: ChangeRequest) -> Result<Box<dyn Change + '_>, Error> {
        match request {
            ChangeRequest::AddKeyPairs { resource, pairs } => match resource {
                Resource::KeyPair => self.add::<Cvm>(pairs),
                Resource::LighthouseKeyPair => self.add::<Lighthouse>(pairs),
                _ => Err(unsupported(CloudId::Tencent)),
            },
            ChangeRequest::DeleteKeyPairs {
                client_token: Some(_),
                ..
            } => Err(Error::usage("tencent takes no client token")
                .hint("Leave it out: a deletion can be repeated without harm.")
                .cloud(CloudId::Tencent)),
            ChangeRequest::DeleteKeyPairs { resource, ids, .. } => match resource {
                Resource::KeyPair => self.delete::<Cvm>(ids),
                Resource::LighthouseKeyPair => self.delete::<Lighthouse>(ids),
                _ => Err(unsupported(CloudId::Tencent)),
            },
            ChangeRequest::UpdateKeyPair {
                resource,
                id,
                amendment,
            } => match resource {
                Resource::KeyPair => {
                    keys::check_amendment(&id, &amendment)?;
                    let keys = Keys::<Cvm>::new(&self.client);
                    Ok(Box::new(Amending::new(keys, id, amendment)))
                }
                Resource::LighthouseKeyPair => Err(Error::usage(
                    "key pairs of Lighthouse can be neither renamed nor described",
                )
                .hint("Import the key under the new name, and delete the old pair.")
                .cloud(CloudId::Tencent)),
                _ => Err(unsupported(CloudId::Tencent)),
            },
            ChangeRequest::AttachKeyPairs(binding) => match binding.resource {
                Resource::KeyPair => {
                    let change = BindingChange::<Cvm>::attach(&self.client, binding)?;
                    Ok(Box::new(change))
                }
                Resource::LighthouseKeyPair => {
                    let change = BindingChange::<Lighthouse>::attach(&self.client, binding)?;
                    Ok(Box::new(change))
                }
                _ => Err(unsupported(CloudId::Tencent)),
            },
            ChangeRequest::DetachKeyPairs(binding) => match binding.resource {
                Resource::KeyPair => {
                    let change = BindingChange::<Cvm>::detach(&self.client, binding)?;
                    Ok(Box::new(change))
                }
                Resource::LighthouseKeyPair => {
                    let change = BindingChange::<Lighthouse>::detach(&self.client, binding)?;
                    Ok(Box::new(change))
                }
                _ => Err(unsupported(CloudId::Tencent)),
            },
            _ => Err(unsupported(CloudId::Tencent)),
        }
    }

    fn raw(&self, request: RawRequest) -> Result<Box<dyn RawCall + '_>, Error> {
        Ok(Box::new(raw::prepare(&self.client, request)?))
    }
}

impl Tencent {
    fn add<P: Product>(&self, pairs: Vec<NewKeyPair>) -> Result<Box<dyn Change + '_>, Error> {
        let keys = Keys::<P>::new(&self.client);
        Ok(Box::new(Additions::new(keys, pairs)?))
    }

    fn delete<P: Product>(&self, ids: Vec<String>) -> Result<Box<dyn Change + '_>, Error> {
        let keys = Keys::<P>::new(&self.client);
        Ok(Box::new(Removals::new(keys, ids)?))
    }
}
