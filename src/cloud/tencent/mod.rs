//! Tencent Cloud: key pairs of the compute service CVM.

mod cvm;
mod detach;
pub(super) mod endpoints;
mod errors;
mod raw;
pub mod sign;
mod sts;
mod wire;

use wire::TencentWire;

use super::change::Change;
use super::client::Client;
use super::raw::{RawCall, RawRequest};
use super::{Connection, Provider, unsupported};
use crate::auth::Login;
use crate::error::{Error, ErrorKind};
use crate::http::BoxFuture;
use crate::model::{ChangeRequest, CloudId, ListRequest, Listing, Power, Resource, Scope};

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

    fn list(&self, _request: ListRequest) -> BoxFuture<'_, Result<Listing, Error>> {
        Box::pin(async { Err(unsupported(CloudId::Tencent)) })
    }

    fn show<'a>(
        &'a self,
        _resource: Resource,
        _id: &'a str,
    ) -> BoxFuture<'a, Result<Listing, Error>> {
        Box::pin(async { Err(unsupported(CloudId::Tencent)) })
    }

    fn change(&self, request: ChangeRequest) -> Result<Box<dyn Change + '_>, Error> {
        match request {
            ChangeRequest::DetachKeyPairs(binding) => Ok(Box::new(detach::Detachment::new(
                &self.client,
                binding.key_pairs,
                binding.instances,
                binding.power == Power::Cut,
            )?)),
            _ => Err(unsupported(CloudId::Tencent)),
        }
    }

    fn raw(&self, request: RawRequest) -> Result<Box<dyn RawCall + '_>, Error> {
        Ok(Box::new(raw::prepare(&self.client, request)?))
    }
}
