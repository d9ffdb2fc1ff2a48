//! The Tencent Cloud account: key pairs and instances per region, of CVM (spec tencent 2) and of Lighthouse (spec tencent 3).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Tag;

/// An account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Account {
    /// The main account's number.
    pub(crate) uin: String,
    /// The projects beside the default one.
    pub(crate) projects: Vec<i64>,
    /// The regions that exist, by id.
    pub(crate) regions: BTreeMap<String, Region>,
}

/// What is in one region.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Region {
    /// The region's name for people.
    pub(crate) name: String,
    /// In order of creation.
    pub(crate) key_pairs: Vec<KeyPair>,
    /// In order of creation.
    pub(crate) instances: Vec<Instance>,
    /// Custom images.
    pub(crate) images: Vec<Image>,
    /// What Lighthouse has there. It shares nothing with CVM.
    pub(crate) lighthouse: Lighthouse,
}

/// What Lighthouse has in one region. Its key pairs have neither project nor description.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Lighthouse {
    /// `lhkp-` and 8 characters; in order of creation.
    pub(crate) key_pairs: Vec<KeyPair>,
    /// `lhins-` and 8 characters; in order of creation.
    pub(crate) instances: Vec<Instance>,
    /// Custom images, which go by another name here; `lhbp-` and 8 characters.
    pub(crate) blueprints: Vec<Image>,
}

/// A custom image. A key pair that it refers to cannot be deleted (spec tencent 2.4).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Image {
    /// `img-` and 8 characters.
    pub(crate) id: String,
    /// What people call it.
    pub(crate) name: String,
    /// The pairs that were bound to the instance it was made from.
    pub(crate) key_ids: Vec<String>,
}

/// A key pair (spec tencent 2.8).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct KeyPair {
    /// `skey-` and 8 characters.
    pub(crate) id: String,
    /// Unique in the account.
    pub(crate) name: String,
    /// 0 is the default project.
    pub(crate) project_id: i64,
    /// Free text.
    pub(crate) description: String,
    /// One OpenSSH line.
    pub(crate) public_key: String,
    /// UTC, `YYYY-MM-DDThh:mm:ssZ`.
    pub(crate) created_time: String,
    /// Labels.
    pub(crate) tags: Vec<Tag>,
    /// How many more deletions are refused as in use although nothing refers to it any more.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) lingers: u32,
}

/// A virtual machine, bound to any number of key pairs (spec tencent 2.9).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Instance {
    /// `ins-` and 8 characters.
    pub(crate) id: String,
    /// What people call it.
    pub(crate) name: String,
    /// The image's name; starts with `Windows` for Windows.
    pub(crate) os_name: String,
    /// RUNNING, STOPPED, `RESCUE_MODE`, …
    pub(crate) state: String,
    /// Bound pairs.
    pub(crate) key_ids: Vec<String>,
    /// Lighthouse: the user that a pair was bound for, where one was named; by the pair's id.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) key_users: BTreeMap<String, String>,
    /// Availability zone.
    pub(crate) zone: String,
    /// 0 is the default project.
    pub(crate) project_id: i64,
    /// Private address.
    pub(crate) private_ip: String,
    /// Public address; empty when there is none.
    pub(crate) public_ip: String,
    /// `KEEP_CHARGING`, `STOP_CHARGING`, `NOT_APPLICABLE`.
    pub(crate) stop_charging_mode: String,
    /// NORMAL unless the account is in trouble.
    pub(crate) restrict_state: String,
    /// The user that may log in.
    pub(crate) login_user: String,
    /// UTC, `YYYY-MM-DDThh:mm:ssZ`.
    pub(crate) created_time: String,
    /// Labels.
    pub(crate) tags: Vec<Tag>,
    /// What was done to it last.
    pub(crate) latest_operation: Operation,
    /// Work under way: what the coming looks will see, in order. Each look takes one step.
    pub(crate) steps: Vec<Step>,
}

/// One operation on an instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Operation {
    /// The action's name; empty when there was none yet.
    pub(crate) name: String,
    /// SUCCESS, OPERATING, FAILED.
    pub(crate) state: String,
    /// The request that caused it.
    pub(crate) request_id: String,
    /// Why it failed.
    pub(crate) error_message: String,
    /// When it began, UTC; Lighthouse tells.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) started_time: String,
}

/// What changes at one look at an instance. `None` leaves a thing as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Step {
    /// The instance's state from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<String>,
    /// The latest operation from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) operation: Option<Operation>,
    /// The bound pairs from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key_ids: Option<Vec<String>>,
    /// What a stop costs from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stop_charging_mode: Option<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Instance {
    /// Lighthouse: the user that a pair is bound for; who names none binds it for the one that may log in.
    pub(crate) fn user_of(&self, key_id: &str) -> &str {
        self.key_users.get(key_id).unwrap_or(&self.login_user)
    }

    /// Lets work under way go on by one step.
    pub(crate) fn look(&mut self) {
        if self.steps.is_empty() {
            return;
        }
        let step = self.steps.remove(0);
        if let Some(state) = step.state {
            self.state = state;
        }
        if let Some(operation) = step.operation {
            self.latest_operation = operation;
        }
        if let Some(key_ids) = step.key_ids {
            self.key_ids = key_ids;
        }
        if let Some(mode) = step.stop_charging_mode {
            self.stop_charging_mode = mode;
        }
    }

    /// Whether work on it has not come to its end yet.
    pub(crate) fn is_busy(&self) -> bool {
        !self.steps.is_empty() || self.latest_operation.state == "OPERATING"
    }

    /// Whether it has a pair, or will have it when the work under way is done.
    pub(crate) fn refers_to(&self, key_id: &str) -> bool {
        let coming = self.steps.iter().filter_map(|step| step.key_ids.as_ref());
        let mut lists = std::iter::once(&self.key_ids).chain(coming);
        lists.any(|ids| ids.iter().any(|id| id == key_id))
    }

    /// Whether it runs Windows, which has no key pairs.
    pub(crate) fn is_windows(&self) -> bool {
        self.os_name.starts_with("Windows")
    }
}
