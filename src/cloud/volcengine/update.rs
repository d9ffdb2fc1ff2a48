//! Changing the description of a key pair, the only thing that can be changed (spec volcengine
//! 4.7).

use std::cell::OnceCell;

use super::add::check_description;
use super::ecs::{Handle, ModifyKeyPairAttribute};
use super::wire::VolcengineWire;
use super::{look, records};
use crate::cloud::amendments::Amendable;
use crate::cloud::client::{Client, Preview};
use crate::error::Error;
use crate::model::{Amendment, Record, Resource, Scope};
use crate::random;

/// A key pair whose description changes.
pub(super) struct Description<'a> {
    client: &'a Client<VolcengineWire>,
    /// How requests name the pair, once it was seen.
    handle: OnceCell<Handle>,
}

impl<'a> Description<'a> {
    /// Checks what is asked for; nothing is sent.
    pub(super) fn new(
        client: &'a Client<VolcengineWire>,
        id: &str,
        amendment: &Amendment,
    ) -> Result<Self, Error> {
        super::names::check(id)?;
        if amendment.name.is_some() {
            return Err(Error::usage("Volcengine cannot rename a key pair").hint(
                "Only the description can change; import the key again under another name.",
            ));
        }
        let Some(text) = &amendment.description else {
            return Err(Error::usage("there is nothing to change")
                .hint("Give the new description; an empty one clears it."));
        };
        check_description(text)?;
        Ok(Self {
            client,
            handle: OnceCell::new(),
        })
    }

    fn request(&self, found: &str, amendment: &Amendment) -> Result<ModifyKeyPairAttribute, Error> {
        let as_typed = || Handle::of_text(found);
        Ok(ModifyKeyPairAttribute {
            key_pair: self.handle.get().cloned().unwrap_or_else(as_typed),
            description: amendment.description.clone().unwrap_or_default(),
            client_token: random::token()?,
        })
    }
}

impl Amendable for Description<'_> {
    const RESOURCE: Resource = Resource::KeyPair;

    fn scope(&self) -> &Scope {
        &self.client.scope
    }

    async fn find(&self, id: &str) -> Result<Option<Record>, Error> {
        let texts = [id.to_owned()];
        let mut found = look::find(self.client, &texts).await?;
        Ok(found.pairs.remove(id).map(|pair| {
            self.handle.get_or_init(|| pair.known.handle());
            records::key_pair(&self.client.scope, pair)
        }))
    }

    async fn amend(&self, found: &str, amendment: &Amendment) -> Result<Option<String>, Error> {
        let request = self.request(found, amendment)?;
        Ok(self.client.call(&request).await?.request_id)
    }

    async fn preview(&self, found: &str, amendment: &Amendment) -> Result<Preview, Error> {
        self.client.preview(&self.request(found, amendment)?).await
    }
}
