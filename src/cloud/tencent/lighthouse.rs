//! The light-weight compute service Lighthouse, version 2020-03-24 (spec tencent 3).

use serde::Serialize;

use super::cvm::ModifyKeyPairAttribute;
use super::product::{Means, Product};
use super::shapes::{Accepted, Created, Imported, Tag};
use super::wire::TencentWire;
use crate::cloud::operation::{Effect, Operation, Repeat};
use crate::error::Error;
use crate::model::{Binding, CloudId, NewKeyPair, Power, Resource};
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

    const CHANGES_ONLINE: bool = true;
    // The documents do not say.
    const STARTS_AGAIN: bool = false;
    const PASSWORD_NOTE: &'static str =
        "password login may be switched off on an instance that a key pair is bound to";

    type Create = CreateKeyPair;
    type Import = ImportKeyPair;
    type Bind = AssociateInstancesKeyPairs;
    type Unbind = DisassociateInstancesKeyPairs;

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

    fn check_binding(binding: &Binding) -> Result<(), Error> {
        let (complaint, hint) = match (binding.power, &binding.user) {
            (Power::StopSoftly | Power::StopHard, _) => (
                "Lighthouse changes key pairs while a machine is on; it is not stopped first",
                "Leave --stop out. --force-stop is there for machines whose agent does not answer.",
            ),
            (Power::Cut, Some(_)) => (
                "a user can only be named for machines that stay on",
                "Leave out either --user or --force-stop.",
            ),
            _ => return Ok(()),
        };
        Err(Error::usage(complaint).hint(hint).cloud(CloudId::Tencent))
    }

    fn bind(
        instance_ids: Vec<String>,
        key_ids: Vec<String>,
        means: Means,
    ) -> AssociateInstancesKeyPairs {
        AssociateInstancesKeyPairs {
            key_ids,
            instance_ids,
            associate_type: how(&means),
            username: means.user,
        }
    }

    fn unbind(
        instance_ids: Vec<String>,
        key_ids: Vec<String>,
        means: Means,
    ) -> DisassociateInstancesKeyPairs {
        DisassociateInstancesKeyPairs {
            key_ids,
            instance_ids,
            disassociate_type: how(&means),
            username: means.user,
        }
    }

    fn code(of_cvm: &'static str) -> &'static str {
        match of_cvm {
            "UnsupportedOperation.InstanceOsWindows" => {
                "UnsupportedOperation.WindowsNotSupportKeyPair"
            }
            "UnsupportedOperation.InstanceStatePending" => "OperationDenied.InstanceCreating",
            state if state.starts_with("UnsupportedOperation.InstanceState") => {
                "UnsupportedOperation.InvalidInstanceState"
            }
            other => other,
        }
    }
}

/// What happens without a type is not documented, so it is always sent.
fn how(means: &Means) -> &'static str {
    if means.offline { "OFFLINE" } else { "ONLINE" }
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

/// Binds key pairs to instances. Whether those bound before stay is not documented. The answer
/// comes before the work is done; `OFFLINE` shuts a running machine down by force.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AssociateInstancesKeyPairs {
    key_ids: Vec<String>,
    instance_ids: Vec<String>,
    associate_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
}

impl Operation for AssociateInstancesKeyPairs {
    type Cloud = TencentWire;
    type Response = Accepted;
    const SERVICE: &'static str = "lighthouse";
    const NAME: &'static str = "AssociateInstancesKeyPairs";
    const VERSION: &'static str = "2020-03-24";
    const EFFECT: Effect = Effect::Update;
    // Offline, a repeat may cut the power twice (spec tencent 2.9).
    const REPEAT: Repeat = Repeat::AfterLook;
}

/// Takes key pairs off instances. The answer
/// comes before the work is done; `OFFLINE` shuts a running machine down by force.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DisassociateInstancesKeyPairs {
    key_ids: Vec<String>,
    instance_ids: Vec<String>,
    disassociate_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
}

impl Operation for DisassociateInstancesKeyPairs {
    type Cloud = TencentWire;
    type Response = Accepted;
    const SERVICE: &'static str = "lighthouse";
    const NAME: &'static str = "DisassociateInstancesKeyPairs";
    const VERSION: &'static str = "2020-03-24";
    const EFFECT: Effect = Effect::Update;
    // Offline, a repeat may cut the power twice (spec tencent 2.9).
    const REPEAT: Repeat = Repeat::AfterLook;
}
