//! `delete ADDRESS...`: keys of any clouds at once.

use std::rc::Rc;

use clap::Args;

use super::Run;
use super::args::{Changing, check_visible, read_texts};
use super::carry_out::{Job, Part};
use super::codearts_key::key_id;
use super::fleet::service_of;
use super::site::Site;
use crate::error::Error;
use crate::model::{Address, ChangeRequest, CloudId, RepositoryKeys, Resource, Scope};
use crate::ops::change::Extent;

// What is deleted.
#[derive(Args, Debug)]
pub(super) struct Delete {
    /// The keys, by address as 'ls -o names' prints them; '-' reads them from standard input
    #[arg(required = true, value_name = "ADDRESS")]
    addresses: Vec<String>,

    /// Do not read back: results stay 'submitted'
    #[arg(long)]
    no_verify: bool,

    #[command(flatten)]
    changing: Changing,
}

impl Delete {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let output = run.output()?;
        output.check_for_change()?;
        let (texts, from_input) = read_texts(&self.addresses, &run.context.io)?;
        let mut addresses = Vec::new();
        for text in &texts {
            addresses.push(address(text)?);
        }
        let site = Site::open(run.context, run.global, run.stop).await?;
        let mut parts = Vec::new();
        for (cloud, resource, service) in kinds(&addresses)? {
            let items: Vec<(Option<Scope>, String)> = addresses
                .iter()
                .filter(|address| address.scope.cloud == cloud && address.resource == resource)
                .map(|address| (Some(address.scope.clone()), address.id.clone()))
                .collect();
            for (provider, ids) in site.group(cloud, service, &items)? {
                parts.push(Part {
                    provider: Rc::from(provider),
                    service,
                    request: request(resource, ids)?,
                });
            }
        }
        let job = Job {
            extent: Extent {
                verify: !self.no_verify,
                ..self.changing.extent()
            },
            from_input,
            ..Job::of("delete", &self.changing)
        };
        job.everywhere(run, &site, &output, vec![parts], &|_| {})
            .await
    }
}

/// A full address: an id alone does not say of which cloud it is.
fn address(text: &str) -> Result<Address, Error> {
    check_visible(text)?;
    if !Address::is_meant(text) {
        return Err(Error::usage(format!("'{}' is no address", text.escape_debug()))
            .hint("Addresses are what 'kpctl ls -o names' prints; for an id alone name the cloud: kpctl CLOUD key-pair delete ID."));
    }
    text.parse()
}

/// The kinds of thing among the addresses, each with its service, in the order in which they come up.
fn kinds(addresses: &[Address]) -> Result<Vec<(CloudId, Resource, &'static str)>, Error> {
    let mut kinds = Vec::new();
    for address in addresses {
        let (cloud, resource) = (address.scope.cloud, address.resource);
        let service = match resource {
            Resource::KeyPair | Resource::LighthouseKeyPair | Resource::CodeartsKey => {
                service_of(cloud, resource)
            }
            _ => None,
        };
        let service = service.ok_or_else(|| {
            let error = Error::usage(format!("'{address}' is no key that this command deletes"));
            if resource == Resource::KmsKey {
                error.hint("An encryption key is deleted after a time: kpctl huawei kms-key schedule-deletion.")
            } else {
                error.hint("It deletes key pairs, and keys of CodeArts.")
            }
        })?;
        if !kinds.contains(&(cloud, resource, service)) {
            kinds.push((cloud, resource, service));
        }
    }
    Ok(kinds)
}

fn request(resource: Resource, ids: Vec<String>) -> Result<ChangeRequest, Error> {
    if resource != Resource::CodeartsKey {
        return Ok(ChangeRequest::DeleteKeyPairs {
            resource,
            ids,
            client_token: None,
        });
    }
    let ids = ids.iter().map(|id| key_id(id)).collect::<Result<_, _>>()?;
    Ok(ChangeRequest::DeleteRepositoryKeys(RepositoryKeys::Ids(
        ids,
    )))
}
