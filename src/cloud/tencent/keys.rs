//! The key pairs of one product: adding, deleting and amending them. The order of things is that of
//! the verbs that all clouds share; here they are only mapped.

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::marker::PhantomData;
use std::time::Duration;

use super::common::DeleteKeyPairs;
use super::cvm::{Cvm, ModifyKeyPairAttribute};
use super::ids::{self, Kind};
use super::product::Product;
use super::wire::TencentWire;
use super::{look, records, rules};
use crate::cloud::additions::{Added, Registry};
use crate::cloud::amendments::Amendable;
use crate::cloud::client::{Client, Preview};
use crate::cloud::removals::Removable;
use crate::error::Error;
use crate::http::Courier;
use crate::model::{Address, Amendment, NewKeyPair, Record, Resource, Scope};

/// How long to wait before each further try to delete a pair that is said to be in use though
/// nothing is bound to it: right after it was taken off, that can persist for a while (spec
/// tencent 2.4).
const LAG: [Duration; 4] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];

/// The key pairs of a product, in one region of one account.
pub(super) struct Keys<'a, P> {
    client: &'a Client<TencentWire>,
    /// Who holds the pairs that could not be deleted.
    holdings: RefCell<HashMap<String, Holding>>,
    product: PhantomData<P>,
}

/// Who holds a pair that is said to be in use.
enum Holding {
    /// These instances exist, or may.
    Instances(Vec<String>),
    /// Nobody that can be seen.
    Nobody,
}

impl<'a, P: Product> Keys<'a, P> {
    pub(super) fn new(client: &'a Client<TencentWire>) -> Self {
        Self {
            client,
            holdings: RefCell::default(),
            product: PhantomData,
        }
    }

    /// Who holds a pair now. What cannot be seen counts as held.
    async fn holding(&self, id: &str) -> Option<Holding> {
        let pairs = look::key_pairs::<P>(self.client, &[id.to_owned()]).await;
        let pair = pairs.ok()?.into_iter().find(|pair| pair.known.id == id)?;
        let mut ids = pair.known.associated_instance_ids?;
        // It may name instances that are gone already (spec tencent 2.8).
        if let Ok(instances) = look::instances::<P>(self.client, &ids).await {
            ids.retain(|id| instances.contains_key(id));
        }
        Some(if ids.is_empty() {
            Holding::Nobody
        } else {
            Holding::Instances(ids)
        })
    }

    /// The command that takes a pair off instances.
    fn detach_command<'i>(&self, id: &str, instances: impl Iterator<Item = &'i String>) -> String {
        let (resource, region) = (P::KEY_PAIR, &self.client.scope.region);
        let mut command = format!("kpctl tencent {resource} detach --key-pair {id}");
        for instance in instances {
            // Writing into a text cannot fail.
            let _ = write!(command, " --instance {instance}");
        }
        format!("{command} -r {region}")
    }
}

impl<P: Product> Registry for Keys<'_, P> {
    const RESOURCE: Resource = P::KEY_PAIR;
    const KEYS_ARE_UNIQUE: bool = true;

    fn scope(&self) -> &Scope {
        &self.client.scope
    }

    fn courier(&self) -> &Courier {
        self.client.courier()
    }

    fn check(&self, pair: &NewKeyPair) -> Result<Vec<String>, Error> {
        rules::name(&pair.name)?;
        rules::options(pair)?;
        P::check(pair)?;
        Ok(pair.public_key.iter().filter_map(rules::key).collect())
    }

    async fn rivals(&self, pair: &NewKeyPair) -> Result<Vec<Record>, Error> {
        let is_rival = |record: &Record| {
            let key = pair.public_key.as_ref();
            record.name() == pair.name
                || key.is_some_and(|key| record.material().is(key) == Some(true))
        };
        let mut pairs = records::key_pairs::<P>(self.client).await?;
        pairs.retain(is_rival);
        Ok(pairs)
    }

    async fn add(&self, pair: &NewKeyPair, _client_token: &str) -> Result<Added, Error> {
        if let Some(key) = &pair.public_key {
            let answer = self.client.call(&P::import(pair, key)).await?;
            return Ok(Added {
                id: answer.value.key_id,
                request_id: answer.request_id,
                private_key: None,
            });
        }
        let answer = self.client.call(&P::create(pair)).await?;
        let created = answer.value.key_pair;
        Ok(Added {
            id: created.key_id,
            request_id: answer.request_id,
            private_key: created.private_key,
        })
    }

    async fn complete(&self, pair: &NewKeyPair, id: &str) -> Result<(), Error> {
        let Some(request) = P::describe(pair, id) else {
            return Ok(());
        };
        let region = &self.client.scope.region;
        self.client.call(&request).await.map_err(|error| {
            error.hint(format!(
                "The key pair is there without its description; set it: \
                 kpctl tencent {} update {id} --description TEXT -r {region}",
                P::KEY_PAIR
            ))
        })?;
        Ok(())
    }

    async fn preview(&self, pair: &NewKeyPair, _client_token: &str) -> Result<Preview, Error> {
        match &pair.public_key {
            Some(key) => self.client.preview(&P::import(pair, key)).await,
            None => self.client.preview(&P::create(pair)).await,
        }
    }
}

impl<P: Product> Removable for Keys<'_, P> {
    const RESOURCE: Resource = P::KEY_PAIR;
    const MOST: usize = P::MOST_DELETED;

    fn scope(&self) -> &Scope {
        &self.client.scope
    }

    fn courier(&self) -> &Courier {
        self.client.courier()
    }

    fn check(&self, id: &str) -> Result<Option<String>, Error> {
        ids::check::<P>(id, Kind::KeyPair)
    }

    async fn find(&self, ids: &[String]) -> Result<Vec<Record>, Error> {
        records::key_pairs_of::<P>(self.client, ids).await
    }

    async fn remove(&self, ids: &[String]) -> Result<Option<String>, Error> {
        let request = DeleteKeyPairs::<P>::with_ids(ids);
        let mut waits = LAG.into_iter();
        loop {
            let error = match self.client.call(&request).await {
                Ok(answer) => return Ok(answer.request_id),
                Err(error) => error,
            };
            let ([id], true) = (ids, self.is_in_use(&error)) else {
                return Err(error);
            };
            let holding = if is_held_by_image(&error) {
                Some(Holding::Nobody)
            } else {
                self.holding(id).await
            };
            let free = matches!(holding, Some(Holding::Nobody)) && !is_held_by_image(&error);
            if let Some(holding) = holding {
                self.holdings.borrow_mut().insert(id.clone(), holding);
            }
            let wait = waits.next().filter(|_| free);
            let goes_on = match wait {
                Some(wait) => self.client.courier().pause(wait).await,
                None => false,
            };
            if !goes_on {
                return Err(error);
            }
        }
    }

    async fn preview(&self, ids: &[String]) -> Result<Preview, Error> {
        let request = DeleteKeyPairs::<P>::with_ids(ids);
        self.client.preview(&request).await
    }

    fn is_in_use(&self, error: &Error) -> bool {
        matches!(
            error.code.as_deref(),
            Some(
                "InvalidParameterValue.KeyPairNotSupported"
                    | "InvalidKeyPair.NotSupported"
                    | "ResourceInUse.KeyPairInUse"
            )
        ) || is_held_by_image(error)
    }

    fn way_out(&self, id: &str, held_by: &[Address]) -> String {
        let holdings = self.holdings.borrow();
        let seen = match holdings.get(id) {
            Some(Holding::Instances(ids)) => ids.clone(),
            Some(Holding::Nobody) => Vec::new(),
            None => held_by.iter().map(|holder| holder.id.clone()).collect(),
        };
        if !seen.is_empty() {
            let command = self.detach_command(id, seen.iter());
            return format!("Take it off first: {command}");
        }
        let image = P::IMAGE;
        if holdings.contains_key(id) {
            format!(
                "No instance is bound to it, so {image} refers to it: delete that one first, or keep the key pair."
            )
        } else {
            format!(
                "An instance is bound to it, or {image} refers to it: list the key pair to see which."
            )
        }
    }
}

/// Only Lighthouse says so by a code of its own.
fn is_held_by_image(error: &Error) -> bool {
    error.code.as_deref() == Some("UnsupportedOperation.KeyPairBindToBlueprints")
}

impl Amendable for Keys<'_, Cvm> {
    const RESOURCE: Resource = Resource::KeyPair;

    fn scope(&self) -> &Scope {
        &self.client.scope
    }

    async fn find(&self, id: &str) -> Result<Option<Record>, Error> {
        let pairs = records::key_pairs_of::<Cvm>(self.client, &[id.to_owned()]).await?;
        Ok(pairs.into_iter().find(|pair| pair.id == id))
    }

    async fn amend(&self, found: &str, amendment: &Amendment) -> Result<Option<String>, Error> {
        let answer = self.client.call(&modification(found, amendment)).await?;
        Ok(answer.request_id)
    }

    async fn preview(&self, found: &str, amendment: &Amendment) -> Result<Preview, Error> {
        self.client.preview(&modification(found, amendment)).await
    }
}

fn modification(id: &str, amendment: &Amendment) -> ModifyKeyPairAttribute {
    ModifyKeyPairAttribute {
        key_id: id.to_owned(),
        key_name: amendment.name.clone(),
        description: amendment.description.clone(),
    }
}

/// Judges an amendment before anything is sent.
pub(super) fn check_amendment(id: &str, amendment: &Amendment) -> Result<(), Error> {
    // An odd id is for the service to judge: it changes nothing that is not there.
    ids::check::<Cvm>(id, Kind::KeyPair)?;
    if let Some(name) = &amendment.name {
        rules::name(name)?;
    }
    amendment
        .description
        .as_deref()
        .map_or(Ok(()), rules::description)
}
