//! The light-weight compute service Lighthouse, version 2020-03-24 (spec tencent 3).

use serde::Serialize;

use super::cvm::ModifyKeyPairAttribute;
use super::product::Product;
use super::shapes::{Created, Imported, Tag};
use super::wire::TencentWire;
use crate::cloud::operation::{Effect, Operation};
use crate::error::Error;
use crate::model::{CloudId, NewKeyPair, Resource};
use crate::sshkey::PublicKey;

/// Most tags of a new key pair.
const MOST_TAGS: usize = 10;

/// The product, a type without values.
#[derive(Debug)]
pub(super) struct Lighthouse;

impl Product for Lighthouse {
    const SERVICE: &'static str = "lighthouse";
    const VERSION: &'static str = "2020-03-24";
    const NAME: &'static str = "Lighthouse";
    const KEY_PAIR: Resource = Resource::LighthouseKeyPair;
    const KEY_PREFIX: &'static str = "lhkp-";
    const INSTANCE_PREFIX: &'static str = "lhins-";
    const MOST_DELETED: usize = 10;
    const IMAGE: &'static str = "a blueprint";

    type Create = CreateKeyPair;
    type Import = ImportKeyPair;

    fn check(pair: &NewKeyPair) -> Result<(), Error> {
        let complaint = if pair.project.is_some() {
            "a key pair of Lighthouse belongs to no project"
        } else if pair.description.is_some() {
            "a key pair of Lighthouse has no description"
        } else if pair.tags.len() > MOST_TAGS {
            "a key pair of Lighthouse takes at most 10 tags"
        } else {
            return Ok(());
        };
        Err(Error::usage(complaint)
            .hint("Leave it out.")
            .cloud(CloudId::Tencent))
    }

    fn create(pair: &NewKeyPair) -> CreateKeyPair {
        CreateKeyPair {
            key_name: pair.name.clone(),
            tags: Tag::of(pair),
        }
    }

    fn import(pair: &NewKeyPair, key: &PublicKey) -> ImportKeyPair {
        ImportKeyPair {
            key_name: pair.name.clone(),
            public_key: key.line(),
            tags: Tag::of(pair),
        }
    }

    fn describe(_pair: &NewKeyPair, _id: &str) -> Option<ModifyKeyPairAttribute> {
        None
    }
}

/// Makes a key pair. The answer alone holds the private half.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateKeyPair {
    key_name: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag>,
}

impl Operation for CreateKeyPair {
    type Cloud = TencentWire;
    type Response = Created;
    const SERVICE: &'static str = "lighthouse";
    const NAME: &'static str = "CreateKeyPair";
    const VERSION: &'static str = "2020-03-24";
    const EFFECT: Effect = Effect::Create;
}

/// Takes a public key.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ImportKeyPair {
    key_name: String,
    public_key: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag>,
}

impl Operation for ImportKeyPair {
    type Cloud = TencentWire;
    type Response = Imported;
    const SERVICE: &'static str = "lighthouse";
    const NAME: &'static str = "ImportKeyPair";
    const VERSION: &'static str = "2020-03-24";
    const EFFECT: Effect = Effect::Create;
}
