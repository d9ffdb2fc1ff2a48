//! Operations of the compute service on key pairs, version 2020-04-01 (spec volcengine 4). Those
//! on instances are in `instances.rs`.

use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

use super::errors::VendorError;
use super::look;
use super::wire::VolcengineWire;
use crate::cloud::operation::{Effect, Operation, Repeat};
use crate::cloud::pages::Paged;
use crate::cloud::reply::{Listed, lenient_text, null_is_default};
use crate::secret::Secret;

/// Most names in one request (spec volcengine 4.4).
pub(super) const MOST_NAMES: usize = 100;
/// Longest client token, in ASCII characters (spec volcengine 4.4).
pub(super) const LONGEST_TOKEN: usize = 64;

/// A key pair as requests name it; where both are there, the id wins (spec volcengine 4.0).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Handle {
    KeyPairId(String),
    KeyPairName(String),
}

impl Handle {
    /// What somebody typed, when nobody could look whether it is a name or an id.
    pub(super) fn of_text(text: &str) -> Self {
        if look::may_be_id(text) {
            Self::KeyPairId(text.to_owned())
        } else {
            Self::KeyPairName(text.to_owned())
        }
    }
}

/// Name and value of a tag.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    pub(super) key: String,
    #[serde(default, deserialize_with = "null_is_default")]
    pub(super) value: String,
}

/// Makes a pair; the private half comes in this answer only (spec volcengine 4.1).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateKeyPair {
    pub(super) key_pair_name: String,
    pub(super) description: Option<String>,
    pub(super) project_name: Option<String>,
    pub(super) tags: Vec<Tag>,
    pub(super) client_token: String,
}

/// Makes a public key known under a name (spec volcengine 4.2).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ImportKeyPair {
    /// One OpenSSH line without its end.
    pub(super) public_key: String,
    #[serde(flatten)]
    pub(super) pair: CreateKeyPair,
}

/// The answer to either; only what is needed is read, so that nothing else can spoil it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Created {
    #[serde(default, deserialize_with = "lenient_text")]
    pub(super) key_pair_name: Option<String>,
    #[serde(default, deserialize_with = "private_key")]
    pub(super) private_key: Option<Secret>,
}

/// Reads a private key. The documents' sample has its line ends doubly escaped (spec volcengine
/// 4.1), so `\n` in two characters is one, too: PEM has no other use for a backslash.
fn private_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?.map(Zeroizing::new);
    Ok(text.filter(|text| !text.trim().is_empty()).map(|text| {
        let text = Zeroizing::new(text.replace("\\r", ""));
        let mut text = text.replace("\\n", "\n");
        if !text.ends_with('\n') {
            text.push('\n');
        }
        Secret::new(text)
    }))
}

impl Operation for CreateKeyPair {
    type Cloud = VolcengineWire;
    type Response = Created;
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "CreateKeyPair";
    const VERSION: &'static str = "2020-04-01";
    const EFFECT: Effect = Effect::Create;
    const REPEAT: Repeat = Repeat::WithToken;
}

impl Operation for ImportKeyPair {
    type Cloud = VolcengineWire;
    type Response = Created;
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "ImportKeyPair";
    const VERSION: &'static str = "2020-04-01";
    const EFFECT: Effect = Effect::Create;
    const REPEAT: Repeat = Repeat::WithToken;
}

/// Changes the description, the only thing that can be changed; an empty one is sent and clears it
/// (spec volcengine 4.7).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ModifyKeyPairAttribute {
    #[serde(flatten)]
    pub(super) key_pair: Handle,
    pub(super) description: String,
    pub(super) client_token: String,
}

/// An answer that says nothing more than that it is done.
#[derive(Debug, Deserialize)]
pub(super) struct Modified {}

impl Operation for ModifyKeyPairAttribute {
    type Cloud = VolcengineWire;
    type Response = Modified;
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "ModifyKeyPairAttribute";
    const VERSION: &'static str = "2020-04-01";
    const EFFECT: Effect = Effect::Update;
    const REPEAT: Repeat = Repeat::WithToken;
}

/// Deletes pairs by name; each name has its own result inside an HTTP 200 (spec volcengine 4.4).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteKeyPairs {
    pub(super) key_pair_names: Vec<String>,
    pub(super) client_token: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Deleted {
    #[serde(default, deserialize_with = "null_is_default")]
    pub(super) operation_details: Vec<DeletedItem>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeletedItem {
    #[serde(default, deserialize_with = "null_is_default")]
    pub(super) key_pair_name: String,
    pub(super) error: Option<VendorError>,
}

impl Operation for DeleteKeyPairs {
    type Cloud = VolcengineWire;
    type Response = Deleted;
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "DeleteKeyPairs";
    const VERSION: &'static str = "2020-04-01";
    const EFFECT: Effect = Effect::Destroy;
    const REPEAT: Repeat = Repeat::WithToken;
}

/// Lists pairs; whether `key_pair_names` matches exactly is inferred, so compare again
/// (spec volcengine 4.3).
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeKeyPairs {
    pub(super) key_pair_names: Vec<String>,
    pub(super) key_pair_ids: Vec<String>,
    pub(super) max_results: u32,
    pub(super) next_token: Option<String>,
}

impl DescribeKeyPairs {
    /// The default page of 10 hides pairs; 500 is the documented maximum.
    const PAGE: u32 = 500;

    /// All pairs of the region.
    pub(super) fn all() -> Self {
        Self {
            max_results: Self::PAGE,
            ..Self::default()
        }
    }

    /// Pairs of these names; at most [`MOST_NAMES`].
    pub(super) fn named(names: &[String]) -> Self {
        Self {
            key_pair_names: names.to_vec(),
            ..Self::all()
        }
    }

    /// Pairs of these ids; at most [`MOST_NAMES`].
    pub(super) fn with_ids(ids: &[String]) -> Self {
        Self {
            key_pair_ids: ids.to_vec(),
            ..Self::all()
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct KeyPairPage {
    // A list, and nothing else: an answer without one, or with null, says nothing about what exists.
    key_pairs: Vec<Listed<KeyPair>>,
    #[serde(default, deserialize_with = "null_is_default")]
    next_token: String,
}

/// A pair as lists show it: without its public key, and without the instances that hold it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct KeyPair {
    #[serde(default, rename = "KeyPairId", deserialize_with = "null_is_default")]
    pub(super) id: String,
    #[serde(rename = "KeyPairName")]
    pub(super) name: String,
    #[serde(default, deserialize_with = "lenient_text")]
    pub(super) description: Option<String>,
    /// The MD5 of the public key in hex without colons (spec volcengine 4.0).
    #[serde(default, deserialize_with = "lenient_text")]
    pub(super) finger_print: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    pub(super) created_at: Option<String>,
    pub(super) tags: Option<Vec<Tag>>,
}

impl KeyPair {
    /// How requests name it.
    pub(super) fn handle(&self) -> Handle {
        if self.id.is_empty() {
            Handle::KeyPairName(self.name.clone())
        } else {
            Handle::KeyPairId(self.id.clone())
        }
    }
}

impl Operation for DescribeKeyPairs {
    type Cloud = VolcengineWire;
    type Response = KeyPairPage;
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "DescribeKeyPairs";
    const VERSION: &'static str = "2020-04-01";
    const EFFECT: Effect = Effect::Read;
}

impl Paged for DescribeKeyPairs {
    type Item = Listed<KeyPair>;

    fn advance(&mut self, page: KeyPairPage, items: &mut Vec<Listed<KeyPair>>) -> bool {
        items.extend(page.key_pairs);
        let more = !page.next_token.is_empty();
        self.next_token = Some(page.next_token);
        more
    }
}
