//! Operations of the compute service on instances, version 2020-04-01: which key pair they hold,
//! binding it, and the restart that makes it count (spec volcengine 4.5, 4.6 and 5).

use serde::{Deserialize, Serialize};

use super::ecs::{Handle, KeyPair};
use super::errors::VendorError;
use super::wire::VolcengineWire;
use crate::cloud::operation::{Effect, Operation, Repeat};
use crate::cloud::pages::Paged;
use crate::cloud::reply::{Listed, lenient_text, null_is_default};

/// Most instances in one request (spec volcengine 4.5, 4.6 and 5.2).
pub(super) const MOST_INSTANCES: usize = 100;

/// Lists instances. Whether the filter on key pairs is exact is not documented, so compare again
/// (spec volcengine 5.1).
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeInstances {
    pub(super) key_pair_name: Option<String>,
    pub(super) instance_ids: Vec<String>,
    pub(super) max_results: u32,
    pub(super) next_token: Option<String>,
}

impl DescribeInstances {
    /// The family's usual maximum, which others ask for, too; the real one is not documented.
    const PAGE: u32 = 100;

    /// All instances of the region.
    pub(super) fn all() -> Self {
        Self {
            max_results: Self::PAGE,
            ..Self::default()
        }
    }

    /// Instances that hold the pair of this name.
    pub(super) fn holding(key_pair_name: &str) -> Self {
        Self {
            key_pair_name: Some(key_pair_name.to_owned()),
            ..Self::all()
        }
    }

    /// Instances of these ids; at most [`MOST_INSTANCES`].
    pub(super) fn with_ids(ids: &[String]) -> Self {
        Self {
            instance_ids: ids.to_vec(),
            ..Self::all()
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct InstancePage {
    // A list, and nothing else: an answer without one, or with null, says nothing about what exists.
    instances: Vec<Listed<Instance>>,
    #[serde(default, deserialize_with = "null_is_default")]
    next_token: String,
}

/// An instance, which holds one key pair or none.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Instance {
    #[serde(rename = "InstanceId")]
    pub(super) id: String,
    #[serde(default, rename = "InstanceName", deserialize_with = "null_is_default")]
    pub(super) name: String,
    #[serde(default, deserialize_with = "null_is_default")]
    pub(super) key_pair_name: String,
    #[serde(default, deserialize_with = "null_is_default")]
    pub(super) key_pair_id: String,
    #[serde(default, deserialize_with = "null_is_default")]
    pub(super) status: String,
    #[serde(default, deserialize_with = "lenient_text")]
    pub(super) os_name: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    pub(super) os_type: Option<String>,
}

impl Instance {
    /// The vendor's word for its state in lower case; `None` when it is not told.
    pub(super) fn power(&self) -> Option<String> {
        (!self.status.is_empty()).then(|| self.status.to_ascii_lowercase())
    }

    /// The pair that it holds: its name, or its id where nothing else is told; empty for none.
    pub(super) fn bound(&self) -> &str {
        if self.key_pair_name.is_empty() {
            &self.key_pair_id
        } else {
            &self.key_pair_name
        }
    }

    /// Whether it holds this very pair: by id where both ids are told, else by name. `None` when
    /// nobody can tell; names that differ by case only may be the same or not (spec volcengine 10,
    /// question 3).
    pub(super) fn holds(&self, pair: &KeyPair) -> Option<bool> {
        if self.bound().is_empty() {
            return Some(false);
        }
        if !self.key_pair_id.is_empty() && !pair.id.is_empty() {
            return Some(self.key_pair_id == pair.id);
        }
        let (own, other) = (&self.key_pair_name, &pair.name);
        if own == other {
            return Some(true);
        }
        let is_told = !own.is_empty() && !other.is_empty();
        (is_told && own.to_lowercase() != other.to_lowercase()).then_some(false)
    }

    /// Whether Windows is on it, which takes no key pairs.
    pub(super) fn is_windows(&self) -> bool {
        let words = [&self.os_type, &self.os_name];
        let mut words = words.into_iter().flatten();
        words.any(|word| word.to_ascii_lowercase().contains("windows"))
    }
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
    type Item = Listed<Instance>;

    fn advance(&mut self, page: InstancePage, items: &mut Vec<Listed<Instance>>) -> bool {
        items.extend(page.instances);
        let more = !page.next_token.is_empty();
        self.next_token = Some(page.next_token);
        more
    }
}

/// Binds a pair to instances, in place of the one that they hold (spec volcengine 4.5).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AttachKeyPair {
    #[serde(flatten)]
    pub(super) key_pair: Handle,
    pub(super) instance_ids: Vec<String>,
    pub(super) client_token: String,
}

/// Takes a pair off instances (spec volcengine 4.6).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DetachKeyPair {
    #[serde(flatten)]
    pub(super) key_pair: Handle,
    pub(super) instance_ids: Vec<String>,
    pub(super) client_token: String,
}

/// A result for each instance, inside an HTTP 200.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Results {
    #[serde(default, deserialize_with = "null_is_default")]
    pub(super) operation_details: Vec<ResultItem>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ResultItem {
    #[serde(default, deserialize_with = "null_is_default")]
    pub(super) instance_id: String,
    pub(super) error: Option<VendorError>,
}

impl Operation for AttachKeyPair {
    type Cloud = VolcengineWire;
    type Response = Results;
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "AttachKeyPair";
    const VERSION: &'static str = "2020-04-01";
    const EFFECT: Effect = Effect::Update;
    const REPEAT: Repeat = Repeat::WithToken;
}

impl Operation for DetachKeyPair {
    type Cloud = VolcengineWire;
    type Response = Results;
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "DetachKeyPair";
    const VERSION: &'static str = "2020-04-01";
    const EFFECT: Effect = Effect::Update;
    const REPEAT: Repeat = Repeat::WithToken;
}

/// Restarts instances from the inside: without `ForceStop`, which cuts the power. The answer comes
/// before the restart (spec volcengine 5.2).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RebootInstances {
    pub(super) instance_ids: Vec<String>,
    pub(super) client_token: String,
}

impl Operation for RebootInstances {
    type Cloud = VolcengineWire;
    type Response = Results;
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "RebootInstances";
    const VERSION: &'static str = "2020-04-01";
    const EFFECT: Effect = Effect::Update;
    // How long a token is remembered is not documented, and a second restart is one too many.
    const REPEAT: Repeat = Repeat::AfterLook;
}
