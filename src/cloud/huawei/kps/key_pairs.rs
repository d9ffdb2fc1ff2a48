//! Key pairs of KPS: listed, shown, made, taken in, described and deleted (spec huawei 7).

mod checks;

pub(in crate::cloud::huawei) use checks::check_name;
use checks::check_new;
#[cfg(test)]
pub(in crate::cloud) use checks::check_new_name;
pub(in crate::cloud) use checks::{doubt, legal};

use super::{
    CreateKeypair, DeleteKeypair, Encryption, Envelope, KeyProtection, Keypair, ListKeypairDetail,
    ListKeypairs, NewDescription, NewKeypair, UpdateKeypairDescription,
};
use crate::cloud::additions::{Added, Additions, Registry};
use crate::cloud::amendments::{Amendable, Amending};
use crate::cloud::client::Preview;
use crate::cloud::huawei::session::Session;
use crate::cloud::not_found;
use crate::cloud::removals::{Removable, Removals};
use crate::cloud::reply::Listed;
use crate::error::{Error, ErrorKind};
use crate::http::Courier;
use crate::model::{
    Address, Amendment, Facts, KeyPair, Listing, Material, NewKeyPair, Protection, Record,
    Resource, Scope, Visibility,
};
use crate::sshkey::PublicKey;
use crate::time::of_milliseconds;

/// So many pairs are looked at one by one; for more, the list is read first.
const FEW: usize = 10;
/// The comment that the service gives to the public keys of pairs that it makes.
const SERVICE_COMMENT: &str = "Generated-by-Nova";
/// The key that the service encrypts private keys with unless another is named.
const SERVICE_KEY: &str = "kps/default";
/// Why a pair that a person sees may not be there.
const INVISIBLE: &str = "A private key pair of another IAM user is invisible to everybody else, the account's root included.";

/// The key pairs of one project.
#[derive(Clone, Copy, Debug)]
pub(in crate::cloud::huawei) struct KeyPairs<'a> {
    pub(in crate::cloud::huawei) session: &'a Session,
}

impl KeyPairs<'_> {
    /// All that the caller sees.
    pub(in crate::cloud::huawei) async fn list(self) -> Result<Listing, Error> {
        let found = self.session.all(ListKeypairs::default()).await?;
        let records: Vec<Record> = found.into_iter().map(|pair| self.record(pair)).collect();
        Ok(records.into())
    }

    /// All that the caller sees, page by page.
    pub(in crate::cloud::huawei) async fn each(
        self,
        take: &dyn Fn(Vec<Record>),
    ) -> Result<(), Error> {
        let hand_out = |pairs: Vec<Listed<Keypair>>| {
            take(pairs.into_iter().map(|pair| self.record(pair)).collect());
            Ok(())
        };
        // The list itself drops what comes twice.
        let list = ListKeypairs::default();
        self.session.each(list, |_, _| true, hand_out).await
    }

    /// One of them, or a not-found error.
    pub(in crate::cloud::huawei) async fn show(self, name: &str) -> Result<Listing, Error> {
        check_name(name)?;
        match self.look(name).await? {
            Some(record) => Ok(vec![record].into()),
            None => Err(self.absence(name)),
        }
    }

    /// The error for a pair that is not there.
    pub(in crate::cloud::huawei) fn absence(self, name: &str) -> Error {
        not_found(&self.session.client.scope, Resource::KeyPair, name).hint(INVISIBLE)
    }

    /// The pair of this name; `None` when it is not there.
    pub(in crate::cloud::huawei) async fn look(self, name: &str) -> Result<Option<Record>, Error> {
        // A project that is not found is no missing pair.
        self.session.find_project().await?;
        let name = name.to_owned();
        match self.session.call(&ListKeypairDetail { name }).await {
            Ok(answer) => {
                let Envelope { keypair } = answer.value;
                Ok(Some(self.record(keypair)))
            }
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn record(self, pair: Listed<Keypair>) -> Record {
        let Listed { known, raw } = pair;
        let scope = &self.session.client.scope;
        let mut material =
            Material::read(known.public_key.as_deref(), known.fingerprint.as_deref());
        if let Material::Key(key) = &material
            && key.comment() == SERVICE_COMMENT
        {
            material = Material::Key(key.without_comment());
        }
        let milliseconds = known.create_time.as_deref().map(str::parse);
        Record {
            scope: scope.clone(),
            address: Some(scope.address(Resource::KeyPair, &known.name)),
            id: known.name.clone(),
            facts: Facts::KeyPair(KeyPair {
                name: known.name,
                material,
                created_at: milliseconds.and_then(Result::ok).and_then(of_milliseconds),
                description: known.description,
                tags: None,
                // No call of the service tells.
                bound_to: None,
                visibility: match known.scope.as_deref() {
                    Some("user") => Some(Visibility::User),
                    Some("domain") => Some(Visibility::Account),
                    _ => None,
                },
                private_key_stored: known
                    .is_key_protection
                    .and_then(|text| text.to_ascii_lowercase().parse().ok()),
                other_id: None,
            }),
            raw,
        }
    }

    /// Adds these pairs.
    pub(in crate::cloud::huawei) fn add(
        self,
        pairs: Vec<NewKeyPair>,
    ) -> Result<Additions<Self>, Error> {
        Additions::new(self, pairs)
    }

    /// Deletes these pairs.
    pub(in crate::cloud::huawei) fn delete(
        self,
        names: Vec<String>,
    ) -> Result<Removals<Self>, Error> {
        Removals::new(self, names)
    }

    /// Describes a pair anew.
    pub(in crate::cloud::huawei) fn update(
        self,
        name: String,
        amendment: Amendment,
    ) -> Result<Amending<Self>, Error> {
        check_name(&name)?;
        let cloud = self.session.client.scope.cloud;
        if amendment.name.is_some() {
            return Err(Error::usage("KPS cannot give a key pair another name")
                .hint("Only the description can be changed: --description.")
                .cloud(cloud));
        }
        if amendment.description.is_none() {
            return Err(Error::usage("nothing is to be changed")
                .hint("Name the new text: --description.")
                .cloud(cloud));
        }
        Ok(Amending::new(self, name, amendment))
    }

    fn creation(pair: &NewKeyPair) -> CreateKeypair {
        let kms_key_name = match &pair.protection {
            None => None,
            Some(Protection::Default) => Some(SERVICE_KEY.to_owned()),
            Some(Protection::KmsKey(name)) => Some(name.clone()),
        };
        CreateKeypair {
            keypair: NewKeypair {
                name: pair.name.clone(),
                kind: Some("ssh"),
                public_key: pair.public_key.as_ref().map(PublicKey::line),
                scope: pair.visibility.map(|visibility| match visibility {
                    Visibility::User => "user",
                    Visibility::Account => "domain",
                }),
                key_protection: kms_key_name.map(|kms_key_name| KeyProtection {
                    encryption: Encryption {
                        kind: "kms",
                        kms_key_name,
                    },
                }),
            },
        }
    }

    fn description(name: &str, text: &str) -> UpdateKeypairDescription {
        UpdateKeypairDescription {
            name: name.to_owned(),
            keypair: NewDescription {
                description: text.to_owned(),
            },
        }
    }

    fn deletion(names: &[String]) -> DeleteKeypair {
        // One request, one pair.
        DeleteKeypair {
            name: names.first().cloned().unwrap_or_default(),
        }
    }
}

impl Registry for KeyPairs<'_> {
    const RESOURCE: Resource = Resource::KeyPair;
    const KEYS_ARE_UNIQUE: bool = false;

    fn scope(&self) -> &Scope {
        &self.session.client.scope
    }

    fn courier(&self) -> &Courier {
        self.session.client.courier()
    }

    fn check(&self, pair: &NewKeyPair) -> Result<Vec<String>, Error> {
        check_new(pair).map_err(|error| error.cloud(self.session.client.scope.cloud))
    }

    async fn rivals(&self, pair: &NewKeyPair) -> Result<Vec<Record>, Error> {
        Ok(self.look(&pair.name).await?.into_iter().collect())
    }

    async fn add(&self, pair: &NewKeyPair, _client_token: &str) -> Result<Added, Error> {
        let answer = self.session.call(&Self::creation(pair)).await;
        let answer = answer.map_err(|error| match (error.kind, pair.visibility) {
            (ErrorKind::Permission, Some(Visibility::Account)) => {
                error.hint("The first key pair of the account needs a Tenant Administrator.")
            }
            (ErrorKind::Usage | ErrorKind::Conflict, _) => {
                error.hint("A name may be taken by a key pair that is invisible here: a private one of another IAM user.")
            }
            _ => error,
        })?;
        Ok(Added {
            id: Some(pair.name.clone()),
            request_id: answer.request_id,
            private_key: answer.value.keypair.private_key,
        })
    }

    /// The description cannot come with the pair (spec huawei 7).
    async fn complete(&self, pair: &NewKeyPair, id: &str) -> Result<(), Error> {
        let Some(text) = pair.description.as_ref().filter(|text| !text.is_empty()) else {
            return Ok(());
        };
        match self.session.call(&Self::description(id, text)).await {
            Ok(_) => Ok(()),
            Err(error) => Err(error.hint(format!(
                "The pair is there, only its description is not: kpctl huawei key-pair update {id} --description TEXT -r {}",
                self.session.client.scope.region
            ))),
        }
    }

    async fn preview(&self, pair: &NewKeyPair, _client_token: &str) -> Result<Preview, Error> {
        self.session.preview(&Self::creation(pair)).await
    }
}

impl Amendable for KeyPairs<'_> {
    const RESOURCE: Resource = Resource::KeyPair;

    fn scope(&self) -> &Scope {
        &self.session.client.scope
    }

    async fn find(&self, id: &str) -> Result<Option<Record>, Error> {
        self.look(id).await
    }

    async fn amend(&self, found: &str, amendment: &Amendment) -> Result<Option<String>, Error> {
        let text = amendment.description.as_deref().unwrap_or_default();
        let answer = self.session.call(&Self::description(found, text)).await?;
        Ok(answer.request_id)
    }

    async fn preview(&self, found: &str, amendment: &Amendment) -> Result<Preview, Error> {
        let text = amendment.description.as_deref().unwrap_or_default();
        self.session.preview(&Self::description(found, text)).await
    }

    fn absence(&self, id: &str) -> Error {
        KeyPairs::absence(*self, id)
    }
}

impl Removable for KeyPairs<'_> {
    const RESOURCE: Resource = Resource::KeyPair;
    const MOST: usize = 1;

    fn scope(&self) -> &Scope {
        &self.session.client.scope
    }

    fn courier(&self) -> &Courier {
        self.session.client.courier()
    }

    fn check(&self, id: &str) -> Result<Option<String>, Error> {
        check_name(id).map(|()| None)
    }

    /// Whether the list shows pairs of all scopes is not documented, so that what it does not show
    /// is looked at by itself.
    async fn find(&self, ids: &[String]) -> Result<Vec<Record>, Error> {
        let mut found = Vec::new();
        if ids.len() > FEW {
            let listing = self.list().await?;
            let wanted = |record: &Record| ids.contains(&record.id);
            found.extend(listing.records.into_iter().filter(wanted));
        }
        for id in ids {
            if !found.iter().any(|record| record.id == *id) {
                found.extend(self.look(id).await?);
            }
        }
        Ok(found)
    }

    async fn remove(&self, ids: &[String]) -> Result<Option<String>, Error> {
        let answer = self.session.call(&Self::deletion(ids)).await?;
        Ok(answer.request_id)
    }

    async fn preview(&self, ids: &[String]) -> Result<Preview, Error> {
        self.session.preview(&Self::deletion(ids)).await
    }

    /// Nothing keeps the service from deleting a pair that is bound.
    fn is_in_use(&self, _error: &Error) -> bool {
        false
    }

    fn way_out(&self, _id: &str, _held_by: &[Address]) -> String {
        "Look at it in the console.".to_owned()
    }

    fn notes(&self) -> Vec<String> {
        [
            "servers go on trusting the key: to take it off, detach it first, or edit authorized_keys",
            "cloud phone servers may still name the pair",
            "a private key that KPS stores is deleted with its pair",
        ]
        .map(str::to_owned)
        .to_vec()
    }
}

#[cfg(test)]
mod tests;
