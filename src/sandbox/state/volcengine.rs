//! The Volcengine account: regions are separate worlds (spec volcengine 4).

use std::collections::BTreeMap;
use std::ops::Not;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Tag;

/// An account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Account {
    /// The number that `GetCallerIdentity` tells.
    pub(crate) account_id: u64,
    /// The regions that exist, by id.
    pub(crate) regions: BTreeMap<String, Region>,
}

/// What is in one region.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Region {
    /// In order of creation.
    pub(crate) key_pairs: Vec<KeyPair>,
    /// In order of creation.
    pub(crate) instances: Vec<Instance>,
    /// Calls that can be repeated (spec volcengine 2.5), oldest first.
    pub(crate) client_tokens: Vec<ClientToken>,
}

/// A key pair. Its name is unique in the region.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct KeyPair {
    /// `kp-…`.
    pub(crate) id: String,
    /// What deletes take.
    pub(crate) name: String,
    /// Free text.
    pub(crate) description: String,
    /// One OpenSSH line; no operation returns it.
    pub(crate) public_key: String,
    /// `default` unless chosen.
    pub(crate) project_name: String,
    /// Labels.
    pub(crate) tags: Vec<Tag>,
    /// RFC 3339 with offset.
    pub(crate) created_at: String,
    /// RFC 3339 with offset.
    pub(crate) updated_at: String,
    /// Deleted already, but still in that many listings (quirk `volcengine-delete-eventual`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) listings_left: Option<u32>,
}

/// A virtual machine, bound to at most one key pair.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Instance {
    /// `i-…`.
    pub(crate) id: String,
    /// What people call it.
    pub(crate) name: String,
    /// RUNNING, STOPPED, …
    pub(crate) status: String,
    /// The bound pair's name; empty when there is none.
    pub(crate) key_pair_name: String,
    /// The binding was changed and the guest does not know it before the next start; no operation tells.
    #[serde(skip_serializing_if = "Not::not")]
    pub(crate) restart_pending: bool,
    /// A reboot under way: the statuses that follow, in order. Each look takes one, after it has seen the one before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) next_statuses: Vec<String>,
    /// The guest has no plug-in that could set keys (spec volcengine 4.5).
    #[serde(skip_serializing_if = "Not::not")]
    pub(crate) lacks_password_plugin: bool,
    /// `Linux` or `Windows`.
    pub(crate) os_type: String,
    /// The image's name.
    pub(crate) os_name: String,
    /// The guest's name.
    pub(crate) host_name: String,
    /// Public address; empty when there is none.
    pub(crate) public_ip: String,
    /// Availability zone.
    pub(crate) zone_id: String,
    /// Network.
    pub(crate) vpc_id: String,
    /// `default` unless chosen.
    pub(crate) project_name: String,
    /// Labels.
    pub(crate) tags: Vec<Tag>,
    /// RFC 3339 with offset.
    pub(crate) created_at: String,
    /// RFC 3339 with offset.
    pub(crate) updated_at: String,
}

/// A remembered `ClientToken`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ClientToken {
    /// As sent.
    pub(crate) token: String,
    /// The operation it was used for.
    pub(crate) operation: String,
    /// Digest of the other parameters.
    pub(crate) parameters: String,
    /// What was answered.
    pub(crate) result: Value,
}

impl Region {
    /// The pair of that name, unless it is deleted.
    pub(crate) fn key_pair(&self, name: &str) -> Option<&KeyPair> {
        self.existing_key_pairs().find(|pair| pair.name == name)
    }

    /// The pair of that id, unless it is deleted.
    pub(crate) fn key_pair_by_id(&self, id: &str) -> Option<&KeyPair> {
        self.existing_key_pairs().find(|pair| pair.id == id)
    }

    /// The pair of that id, for changing, unless it is deleted.
    pub(crate) fn key_pair_by_id_mut(&mut self, id: &str) -> Option<&mut KeyPair> {
        self.key_pairs
            .iter_mut()
            .find(|pair| pair.id == id && pair.listings_left.is_none())
    }

    /// All pairs that are not deleted.
    pub(crate) fn existing_key_pairs(&self) -> impl Iterator<Item = &KeyPair> {
        self.key_pairs
            .iter()
            .filter(|pair| pair.listings_left.is_none())
    }

    /// Whether an instance is bound to the pair of that name.
    pub(crate) fn in_use(&self, name: &str) -> bool {
        self.instances
            .iter()
            .any(|instance| instance.key_pair_name == name)
    }

    /// The instance of that id.
    pub(crate) fn instance(&self, id: &str) -> Option<&Instance> {
        self.instances.iter().find(|instance| instance.id == id)
    }

    /// The instance of that id, for changing.
    pub(crate) fn instance_mut(&mut self, id: &str) -> Option<&mut Instance> {
        self.instances.iter_mut().find(|instance| instance.id == id)
    }
}

impl Instance {
    /// Lets a reboot go on by one step. When it is over, the guest has the keys that are bound.
    pub(crate) fn look(&mut self) {
        if self.next_statuses.is_empty() {
            return;
        }
        self.status = self.next_statuses.remove(0);
        if self.next_statuses.is_empty() {
            self.restart_pending = false;
        }
    }
}
