//! Volcengine: compute key pairs.

mod add;
mod delete;
mod ecs;
pub(super) mod endpoints;
mod errors;
mod instances;
mod look;
mod names;
mod records;
pub mod sign;
mod sts;
mod update;
mod wire;

use wire::VolcengineWire;

use super::change::Change;
use super::client::Client;
use super::{Connection, Provider, unsupported};
use crate::auth::Login;
use crate::error::{Error, ErrorKind};
use crate::http::BoxFuture;
use crate::model::{ChangeRequest, CloudId, ListRequest, Listing, Resource, Scope};

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

    fn account(&self) -> BoxFuture<'_, Result<String, Error>> {
        Box::pin(async {
            let identity = self.client.call(&sts::GetCallerIdentity {}).await?.value;
            identity.account_id.ok_or_else(|| {
                Error::new(ErrorKind::Server, "the answer names no account")
                    .cloud(CloudId::Volcengine)
            })
        })
    }

    fn list(&self, _request: ListRequest) -> BoxFuture<'_, Result<Listing, Error>> {
        Box::pin(async { Err(unsupported(CloudId::Volcengine)) })
    }

    fn show<'a>(
        &'a self,
        _resource: Resource,
        _id: &'a str,
    ) -> BoxFuture<'a, Result<Listing, Error>> {
        Box::pin(async { Err(unsupported(CloudId::Volcengine)) })
    }

    fn change(&self, request: ChangeRequest) -> Result<Box<dyn Change + '_>, Error> {
        match request {
            ChangeRequest::DeleteKeyPairs {
                resource: Resource::KeyPair,
                ids,
                client_token,
            } => Ok(Box::new(delete::Deletion::new(
                &self.client,
                ids,
                client_token,
            )?)),
            _ => Err(unsupported(CloudId::Volcengine)),
        }
    }
}
