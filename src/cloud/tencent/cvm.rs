//! The compute service CVM, version 2017-03-12 (spec tencent 2).

use serde::Serialize;

use super::product::Product;
use super::rules;
use super::shapes::{Accepted, Created, Imported, Tag};
use super::wire::TencentWire;
use crate::cloud::operation::{Effect, Operation, Repeat};
use crate::error::Error;
use crate::model::{NewKeyPair, Resource};
use crate::sshkey::PublicKey;

/// The action's name, as an instance shows it in `LatestOperation`.
pub(super) const DISASSOCIATE: &str = "DisassociateInstancesKeyPairs";

/// The product, a type without values.
#[derive(Debug)]
pub(super) struct Cvm;

impl Product for Cvm {
    const SERVICE: &'static str = "cvm";
    const VERSION: &'static str = "2017-03-12";
    const NAME: &'static str = "CVM";
    const KEY_PAIR: Resource = Resource::KeyPair;
    const KEY_PREFIX: &'static str = "skey-";
    const INSTANCE_PREFIX: &'static str = "ins-";
    const MOST_DELETED: usize = 100;
    const IMAGE: &'static str = "a custom image";

    type Create = CreateKeyPair;
    type Import = ImportKeyPair;

    fn check(pair: &NewKeyPair) -> Result<(), Error> {
        rules::project(pair)?;
        pair.description
            .as_deref()
            .map_or(Ok(()), rules::description)
    }

    fn create(pair: &NewKeyPair) -> CreateKeyPair {
        CreateKeyPair {
            key_name: pair.name.clone(),
            project_id: rules::project(pair).unwrap_or_default(),
            tag_specification: TagSpecification::of(pair),
        }
    }

    fn import(pair: &NewKeyPair, key: &PublicKey) -> ImportKeyPair {
        ImportKeyPair {
            key_name: pair.name.clone(),
            project_id: rules::project(pair).unwrap_or_default(),
            public_key: key.line(),
            tag_specification: TagSpecification::of(pair),
        }
    }

    fn describe(pair: &NewKeyPair, id: &str) -> Option<ModifyKeyPairAttribute> {
        let description = pair.description.clone().filter(|text| !text.is_empty())?;
        Some(ModifyKeyPairAttribute {
            key_id: id.to_owned(),
            key_name: None,
            description: Some(description),
        })
    }
}

/// Makes a key pair. The answer alone holds the private half (spec tencent 2.1).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateKeyPair {
    key_name: String,
    project_id: i64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tag_specification: Vec<TagSpecification>,
}

impl Operation for CreateKeyPair {
    type Cloud = TencentWire;
    type Response = Created;
    const SERVICE: &'static str = "cvm";
    const NAME: &'static str = "CreateKeyPair";
    const VERSION: &'static str = "2017-03-12";
    const EFFECT: Effect = Effect::Create;
}

/// Takes a public key; binds nothing (spec tencent 2.2).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ImportKeyPair {
    key_name: String,
    project_id: i64,
    public_key: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tag_specification: Vec<TagSpecification>,
}

impl Operation for ImportKeyPair {
    type Cloud = TencentWire;
    type Response = Imported;
    const SERVICE: &'static str = "cvm";
    const NAME: &'static str = "ImportKeyPair";
    const VERSION: &'static str = "2017-03-12";
    const EFFECT: Effect = Effect::Create;
}

/// The tags of a new thing of one kind.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct TagSpecification {
    resource_type: &'static str,
    tags: Vec<Tag>,
}

impl TagSpecification {
    fn of(pair: &NewKeyPair) -> Vec<Self> {
        let tags = Tag::of(pair);
        let specification = (!tags.is_empty()).then_some(Self {
            resource_type: "keypair",
            tags,
        });
        specification.into_iter().collect()
    }
}

/// Changes the name, the description, or both (spec tencent 2.8).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ModifyKeyPairAttribute {
    pub(super) key_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) key_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
}

impl Operation for ModifyKeyPairAttribute {
    type Cloud = TencentWire;
    type Response = Accepted;
    const SERVICE: &'static str = "cvm";
    const NAME: &'static str = "ModifyKeyPairAttribute";
    const VERSION: &'static str = "2017-03-12";
    const EFFECT: Effect = Effect::Update;
    // spec tencent 2.9
    const REPEAT: Repeat = Repeat::Always;
}

/// Takes every key pair off every instance. The answer comes before the work is done, and one
/// unfit instance refuses the whole request (spec tencent 2.6 and 2.9).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DisassociateInstancesKeyPairs {
    pub(super) instance_ids: Vec<String>,
    pub(super) key_ids: Vec<String>,
    /// A hard power-off and a start for each instance that is running.
    pub(super) force_stop: bool,
}

impl Operation for DisassociateInstancesKeyPairs {
    type Cloud = TencentWire;
    type Response = Accepted;
    const SERVICE: &'static str = "cvm";
    const NAME: &'static str = DISASSOCIATE;
    const VERSION: &'static str = "2017-03-12";
    const EFFECT: Effect = Effect::Update;
    // With a forced stop a repeat may cut the power twice (spec tencent 2.9).
    const REPEAT: Repeat = Repeat::AfterLook;
}
