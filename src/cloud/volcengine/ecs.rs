//! Operations of the compute service, version 2020-04-01 (spec volcengine 4 and 5).

use serde::{Deserialize, Serialize};

use super::errors::VendorError;
use super::wire::VolcengineWire;
use crate::cloud::operation::{Effect, Operation, Repeat};
use crate::cloud::pages::Paged;
use crate::cloud::reply::null_is_default;

/// Most names in one request (spec volcengine 4.4).
pub(super) const MOST_NAMES: usize = 100;
/// Longest client token, in ASCII characters (spec volcengine 4.4).
pub(super) const LONGEST_TOKEN: usize = 64;

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
    key_pairs: Vec<KeyPair>,
    #[serde(default, deserialize_with = "null_is_default")]
    next_token: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct KeyPair {
    #[serde(default, deserialize_with = "null_is_default")]
    pub(super) key_pair_id: String,
    pub(super) key_pair_name: String,
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
    type Item = KeyPair;

    fn advance(&mut self, page: KeyPairPage, items: &mut Vec<KeyPair>) -> bool {
        items.extend(page.key_pairs);
        let more = !page.next_token.is_empty();
        self.next_token = Some(page.next_token);
        more
    }
}

/// Lists the instances that hold a pair. Whether the filter is exact is not documented, so
/// compare again (spec volcengine 5.1).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeInstances {
    key_pair_name: String,
    max_results: u32,
    next_token: Option<String>,
}

impl DescribeInstances {
    /// Instances that hold the pair of this name.
    pub(super) fn holding(key_pair_name: &str) -> Self {
        Self {
            key_pair_name: key_pair_name.to_owned(),
            max_results: 100,
            next_token: None,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct InstancePage {
    // A list, and nothing else: an answer without one, or with null, says nothing about what exists.
    instances: Vec<Instance>,
    #[serde(default, deserialize_with = "null_is_default")]
    next_token: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Instance {
    pub(super) instance_id: String,
    #[serde(default, deserialize_with = "null_is_default")]
    pub(super) key_pair_name: String,
}

impl Operation for DescribeInstances {
    type Cloud = VolcengineWire;
    type Response = InstancePage;
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "DescribeInstances";
    const VERSION: &'static str = "2020-04-01";
    const EFFECT: Effect = Effect::Read;
}

impl Paged for DescribeInstances {
    type Item = Instance;

    fn advance(&mut self, page: InstancePage, items: &mut Vec<Instance>) -> bool {
        items.extend(page.instances);
        let more = !page.next_token.is_empty();
        self.next_token = Some(page.next_token);
        more
    }
}
