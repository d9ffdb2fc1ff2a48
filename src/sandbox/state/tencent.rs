//! The Tencent Cloud account: key pairs and instances per region (spec tencent 2).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Tag;

/// An account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Account {
    /// The main account's number.
    pub(crate) uin: String,
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
}

impl Region {
    /// The pair of that id.
    pub(crate) fn key_pair(&self, id: &str) -> Option<&KeyPair> {
        self.key_pairs.iter().find(|pair| pair.id == id)
    }

    /// The instance of that id.
    pub(crate) fn instance(&self, id: &str) -> Option<&Instance> {
        self.instances.iter().find(|instance| instance.id == id)
    }
}

impl Instance {
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
    }
}
