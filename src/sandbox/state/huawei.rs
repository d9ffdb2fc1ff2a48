//! The Huawei Cloud account: projects with KMS keys, key pairs, servers and tasks, and one user's `CodeArts` keys.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(crate) use super::Hidden;

/// An account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Account {
    /// The account (domain) id.
    pub(crate) id: String,
    /// The IAM user that the credentials belong to.
    pub(crate) user_id: String,
    /// Its name.
    pub(crate) user_name: String,
    /// One per region.
    pub(crate) projects: Vec<Project>,
    /// The user's own; they belong to no project.
    pub(crate) code_arts_keys: Vec<CodeArtsKey>,
    /// Those of all other users: in no list, but one key may be registered only once in the whole service.
    pub(crate) foreign_code_arts_keys: Vec<CodeArtsKey>,
    /// Access keys with wrong signatures lately.
    pub(crate) access_keys: BTreeMap<String, Failures>,
}

/// Wrong signatures of one access key in a row (spec huawei 1.9).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Failures {
    /// How many.
    pub(crate) in_a_row: u32,
    /// UNIX seconds until which every request is refused; 0 when it is not locked.
    pub(crate) locked_until: i64,
}

/// A project: a region of the account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Project {
    /// 32 hex digits.
    pub(crate) id: String,
    /// The region's id.
    pub(crate) name: String,
    /// In order of creation.
    pub(crate) kms_keys: Vec<KmsKey>,
    /// In order of creation.
    pub(crate) kms_aliases: Vec<KmsAlias>,
    /// In order of creation.
    pub(crate) key_pairs: Vec<KeyPair>,
    /// In order of creation.
    pub(crate) servers: Vec<Server>,
    /// In order of creation.
    pub(crate) jobs: Vec<Job>,
    /// Servers that KPS binds its pairs to. No operation of the sandbox lists them.
    pub(crate) ecs_servers: Vec<EcsServer>,
    /// In order of creation.
    pub(crate) tasks: Vec<Task>,
}

/// A KMS key (spec huawei 6).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct KmsKey {
    /// A UUID.
    pub(crate) id: String,
    /// Its name.
    pub(crate) alias: String,
    /// Free text.
    pub(crate) description: String,
    /// `1` waiting for activation, `2` enabled, `3` disabled, `4` scheduled for deletion, `5` waiting for import, `7` frozen.
    pub(crate) state: String,
    /// `AES_256`, `RSA_2048`, …
    pub(crate) spec: String,
    /// `ENCRYPT_DECRYPT` or `SIGN_VERIFY`.
    pub(crate) usage: String,
    /// `kms` or `external`.
    pub(crate) origin: String,
    /// An external key holds no material until it is imported.
    pub(crate) without_material: bool,
    /// Made by a service for itself: cannot be deleted.
    pub(crate) is_default: bool,
    /// Whether it is rotated.
    pub(crate) rotation_enabled: bool,
    /// UNIX milliseconds.
    pub(crate) created_at: i64,
    /// UNIX milliseconds; 0 when not scheduled.
    pub(crate) deletion_at: i64,
}

/// A further name of a key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct KmsAlias {
    /// Free in the project only once.
    pub(crate) name: String,
    /// Of the key that it means now.
    pub(crate) key_id: String,
    /// UNIX milliseconds.
    pub(crate) created_at: i64,
    /// UNIX milliseconds.
    pub(crate) updated_at: i64,
}

/// A key pair of KPS (spec huawei 7). Its name is unique among the pairs that one user can see.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct KeyPair {
    /// A number that only the detail shows.
    pub(crate) id: u64,
    /// What all calls take.
    pub(crate) name: String,
    /// `user` or `domain`.
    pub(crate) scope: String,
    /// Whose it is; empty for the user that the credentials belong to.
    pub(crate) user_id: String,
    /// Free text.
    pub(crate) description: String,
    /// One OpenSSH line.
    pub(crate) public_key: String,
    /// Whether the private key is kept in the cloud.
    pub(crate) is_key_protection: bool,
    /// That private key, PEM.
    pub(crate) private_key: Hidden,
    /// The KMS key that it is said to be encrypted with; empty without one.
    pub(crate) kms_key_id: String,
    /// UNIX milliseconds.
    pub(crate) created_at: i64,
    /// UNIX milliseconds; 0 when it was never changed.
    pub(crate) updated_at: i64,
}

/// A cloud phone server (spec huawei-codearts-cph 6.3).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Server {
    /// 32 hex digits.
    pub(crate) id: String,
    /// What people call it.
    pub(crate) name: String,
    /// Name of the KPS pair of its tunnels.
    pub(crate) key_pair_name: String,
    /// 5 normal, 8 frozen, …
    pub(crate) status: i64,
    /// `v1` the system's network, `v2` one of the user's own.
    pub(crate) network_version: String,
    /// What its phones are.
    pub(crate) phone_model_name: String,
    /// Private address.
    pub(crate) private_ip: String,
    /// Public address.
    pub(crate) public_ip: String,
    /// Availability zone.
    pub(crate) availability_zone: String,
    /// UTC, `YYYY-MM-DDThh:mm:ssZ`.
    pub(crate) create_time: String,
    /// UTC, `YYYY-MM-DDThh:mm:ssZ`.
    pub(crate) update_time: String,
}

/// A change of a server's key pair under way or done (spec huawei-codearts-cph 6.2).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Job {
    /// 32 hex digits.
    pub(crate) id: String,
    /// The call that made it.
    pub(crate) request_id: String,
    /// Whose key pair changes.
    pub(crate) server_id: String,
    /// To what.
    pub(crate) key_pair_name: String,
    /// 1 running, 2 success, -1 failed.
    pub(crate) status: i64,
    /// How often it was looked at.
    pub(crate) looks: u32,
    /// UTC, `YYYY-MM-DDThh:mm:ssZ`.
    pub(crate) begin_time: String,
    /// The same; empty while it runs.
    pub(crate) end_time: String,
    /// Why it failed; empty otherwise.
    pub(crate) error_code: String,
    /// Why it failed; empty otherwise.
    pub(crate) error_message: String,
}

/// An ECS server, as far as KPS has to do with it (spec huawei 7, "Associate semantics").
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct EcsServer {
    /// A UUID.
    pub(crate) id: String,
    /// What people call it.
    pub(crate) name: String,
    /// `ACTIVE` or `SHUTOFF`.
    pub(crate) status: String,
    /// Its operating system, for example `Ubuntu 22.04`.
    pub(crate) os: String,
    /// Name of the bound pair; empty when none is. It outlives the pair.
    pub(crate) key_pair_name: String,
    /// The line in root's `authorized_keys`; empty when no pair is bound. It outlives the pair, too.
    pub(crate) authorized_key: String,
    /// Whether port 22 can be reached from the provider's network.
    pub(crate) ssh_open: bool,
    /// Root's password. It opens nothing but this make-believe server.
    pub(crate) password: String,
    /// Whether SSH takes that password.
    pub(crate) password_login: bool,
}

/// A change of a server's binding under way or done (spec huawei 7).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Task {
    /// A UUID.
    pub(crate) id: String,
    /// `BIND`, `RESET`, `REPLACE` or `UNBIND`.
    pub(crate) operation: String,
    /// `READY`, `RUNNING`, `SUCCESS` or `FAILED`.
    pub(crate) status: String,
    /// Whose binding changes.
    pub(crate) server_id: String,
    /// Its name.
    pub(crate) server_name: String,
    /// To what; with `UNBIND` from what.
    pub(crate) key_pair_name: String,
    /// The public key of that pair when the task began; empty with `UNBIND`.
    pub(crate) public_key: String,
    /// Whether the password is to be turned off.
    pub(crate) disables_password: bool,
    /// How often it was looked at.
    pub(crate) looks: u32,
    /// UNIX milliseconds.
    pub(crate) created_at: i64,
    /// Why it fails; often empty although it does.
    pub(crate) error_code: String,
    /// Why it fails. Known from the start, seen at the end; empty when it succeeds.
    pub(crate) error_message: String,
}

/// An SSH key of a user in `CodeArts` Repo (spec huawei-codearts-cph 3).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct CodeArtsKey {
    /// What deletes take.
    pub(crate) id: i64,
    /// Not unique.
    pub(crate) title: String,
    /// One OpenSSH line.
    pub(crate) key: String,
    /// With milliseconds and offset.
    pub(crate) created_at: String,
}

impl Account {
    /// The project of that id.
    pub(crate) fn project(&self, id: &str) -> Option<&Project> {
        self.projects.iter().find(|project| project.id == id)
    }

    /// The project of that id, to be changed.
    pub(crate) fn project_mut(&mut self, id: &str) -> Option<&mut Project> {
        self.projects.iter_mut().find(|project| project.id == id)
    }
}

impl Project {
    /// Its region: a sub-project is named after its region and something of its own (spec huawei 4.4).
    pub(crate) fn region(&self) -> &str {
        self.name.split('_').next().unwrap_or_default()
    }
}
