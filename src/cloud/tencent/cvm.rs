//! The compute service CVM, version 2017-03-12 (spec tencent 2).

use serde::Serialize;

use super::product::{Means, Product};
use super::rules;
use super::shapes::{Accepted, Created, Imported, Tag};
use super::wire::TencentWire;
use crate::cloud::operation::{Effect, Operation, Repeat};
use crate::error::Error;
use crate::model::{Binding, CloudId, NewKeyPair, Resource};
use crate::sshkey::PublicKey;

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

    const CHANGES_ONLINE: bool = false;
    const STARTS_AGAIN: bool = true;
    const PASSWORD_NOTE: &'static str =
        "password login is switched off on an instance that a key pair is bound to";

    type Create = CreateKeyPair;
    type Import = ImportKeyPair;
    type Bind = AssociateInstancesKeyPairs;
    type Unbind = DisassociateInstancesKeyPairs;

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

    fn check_binding(binding: &Binding) -> Result<(), Error> {
        if binding.user.is_none() {
            return Ok(());
        }
        Err(Error::usage("CVM asks for no user of the machine")
            .hint("Leave --user out.")
            .cloud(CloudId::Tencent))
    }

    fn bind(
        instance_ids: Vec<String>,
        key_ids: Vec<String>,
        means: Means,
    ) -> AssociateInstancesKeyPairs {
        AssociateInstancesKeyPairs {
            instance_ids,
            key_ids,
            force_stop: means.cut,
        }
    }

    fn unbind(
        instance_ids: Vec<String>,
        key_ids: Vec<String>,
        means: Means,
    ) -> DisassociateInstancesKeyPairs {
        DisassociateInstancesKeyPairs {
            instance_ids,
            key_ids,
            force_stop: means.cut,
        }
    }

    fn code(of_cvm: &'static str) -> &'static str {
        of_cvm
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

/// Binds these key pairs to every instance, in the place of those bound before. The answer comes
/// before the work is done (spec tencent 2.5 and 2.9).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AssociateInstancesKeyPairs {
    pub(super) instance_ids: Vec<String>,
    pub(super) key_ids: Vec<String>,
    /// A hard power-off and a start for each instance that is running.
    pub(super) force_stop: bool,
}

impl Operation for AssociateInstancesKeyPairs {
    type Cloud = TencentWire;
    type Response = Accepted;
    const SERVICE: &'static str = "cvm";
    const NAME: &'static str = "AssociateInstancesKeyPairs";
    const VERSION: &'static str = "2017-03-12";
    const EFFECT: Effect = Effect::Update;
    // With a forced stop a repeat may cut the power twice (spec tencent 2.9).
    const REPEAT: Repeat = Repeat::AfterLook;
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
    const NAME: &'static str = "DisassociateInstancesKeyPairs";
    const VERSION: &'static str = "2017-03-12";
    const EFFECT: Effect = Effect::Update;
    // With a forced stop a repeat may cut the power twice (spec tencent 2.9).
    const REPEAT: Repeat = Repeat::AfterLook;
}

/// Shuts running instances down; the answer comes before they are (spec tencent 2.9).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StopInstances {
    pub(super) instance_ids: Vec<String>,
    /// `SOFT` as from the inside, `HARD` by cutting the power.
    pub(super) stop_type: &'static str,
    /// Without charge, an instance refuses changes of its key pairs.
    pub(super) stopped_mode: &'static str,
}

impl Operation for StopInstances {
    type Cloud = TencentWire;
    type Response = Accepted;
    const SERVICE: &'static str = "cvm";
    const NAME: &'static str = "StopInstances";
    const VERSION: &'static str = "2017-03-12";
    const EFFECT: Effect = Effect::Update;
}

/// Starts stopped instances; the answer comes before they are on (spec tencent 2.9).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StartInstances {
    pub(super) instance_ids: Vec<String>,
}

impl Operation for StartInstances {
    type Cloud = TencentWire;
    type Response = Accepted;
    const SERVICE: &'static str = "cvm";
    const NAME: &'static str = "StartInstances";
    const VERSION: &'static str = "2017-03-12";
    const EFFECT: Effect = Effect::Update;
}
