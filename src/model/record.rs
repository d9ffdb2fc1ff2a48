//! A thing as lists show it: kpctl's own words for what the clouds have in common, and the vendor's
//! object beside them (product contract, section 4).

use serde_json::Value;

use super::{Address, Scope};
use crate::sshkey::{Fingerprint, PublicKey};

/// One thing of one scope.
#[derive(Clone, Debug)]
pub struct Record {
    /// Where it is.
    pub scope: Scope,
    /// Its full name; tasks and jobs, which no command takes, have none.
    pub address: Option<Address>,
    /// The handle that verbs take.
    pub id: String,
    /// What is known of it.
    pub facts: Facts,
    /// The vendor's own object, without private keys.
    pub raw: Value,
}

/// What is known of a thing, by its kind. In all of them `None` is not known and an empty list is
/// none.
#[derive(Clone, Debug)]
pub enum Facts {
    /// A key pair.
    KeyPair(KeyPair),
    /// A server.
    Instance(Instance),
    /// An encryption key.
    KmsKey(KmsKey),
    /// A server of cloud phones.
    CphServer(CphServer),
    /// A user's public key for Git.
    CodeartsKey(CodeartsKey),
    /// Work that goes on, or has come to its end.
    Task(Task),
}

/// A key pair, as far as its cloud tells.
#[derive(Clone, Debug, Default)]
pub struct KeyPair {
    /// What people call it.
    pub name: String,
    /// The key itself.
    pub material: Material,
    /// RFC 3339, or as the cloud writes it.
    pub created_at: Option<String>,
    /// Free text; empty for none.
    pub description: Option<String>,
    /// Names and values.
    pub tags: Option<Vec<(String, String)>>,
    /// What it is bound to.
    pub bound_to: Option<Vec<Address>>,
    /// Who sees it; where a cloud keeps pairs of users and of accounts apart.
    pub visibility: Option<Visibility>,
    /// Whether the cloud holds the private half, too.
    pub private_key_stored: Option<bool>,
    /// Its id, where the cloud has one and commands know the pair by name.
    pub other_id: Option<String>,
}

/// Who sees a key pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// Only the user that made it.
    User,
    /// Everybody in the account.
    Account,
}

impl Visibility {
    /// The word in documents and options.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Account => "account",
        }
    }
}

/// What is known of the key itself.
#[derive(Clone, Debug, Default)]
pub enum Material {
    /// The public key.
    Key(PublicKey),
    /// Only a digest, as the cloud shows it. What it was made of is not always documented.
    Digest(Fingerprint),
    /// Nothing.
    #[default]
    Unknown,
}

impl Material {
    /// Reads what a cloud shows: the public key where it can be read, else the fingerprint.
    pub fn read(public_key: Option<&str>, fingerprint: Option<&str>) -> Self {
        let key = public_key.and_then(|text| PublicKey::parse(text).ok());
        let digest = || fingerprint.and_then(|text| text.parse().ok());
        match key {
            Some(key) => Self::Key(key),
            None => digest().map_or(Self::Unknown, Self::Digest),
        }
    }

    /// The digests: computed wherever the key is seen.
    pub fn fingerprints(&self) -> Fingerprints {
        match self {
            Self::Key(key) => Fingerprints {
                sha256: Some(key.sha256()),
                md5: Some(key.md5()),
            },
            Self::Digest(digest @ Fingerprint::Sha256(_)) => Fingerprints {
                sha256: Some(*digest),
                md5: None,
            },
            Self::Digest(digest @ Fingerprint::Md5(_)) => Fingerprints {
                sha256: None,
                md5: Some(*digest),
            },
            Self::Digest(_) | Self::Unknown => Fingerprints::default(),
        }
    }

    /// Whether this is that key; `None` when nobody can tell.
    pub fn is(&self, key: &PublicKey) -> Option<bool> {
        match self {
            Self::Key(own) => Some(own.blob() == key.blob()),
            Self::Digest(digest) => Some(key.matches(digest)),
            Self::Unknown => None,
        }
    }
}

/// The digests of a key that people compare; `None` is not known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fingerprints {
    /// Of the key's blob, as OpenSSH makes it today.
    pub sha256: Option<Fingerprint>,
    /// Of the key's blob; where a cloud shows only a digest, what it shows.
    pub md5: Option<Fingerprint>,
}

/// A server.
#[derive(Clone, Debug, Default)]
pub struct Instance {
    /// What people call it.
    pub name: String,
    /// The vendor's word in lower case.
    pub state: Option<String>,
    /// The system on it.
    pub os: Option<String>,
    /// The key pairs bound.
    pub key_pairs: Option<Vec<Address>>,
    /// Where it can be reached, as far as its cloud tells: public addresses before private ones.
    pub hosts: Vec<String>,
}

/// An encryption key.
#[derive(Clone, Debug, Default)]
pub struct KmsKey {
    /// What people call it.
    pub alias: String,
    /// In kpctl's words: `enabled`, `disabled`, `pending-deletion`, …
    pub state: Option<String>,
    /// Algorithm and size, in the vendor's word.
    pub spec: Option<String>,
    /// When it is destroyed, in milliseconds of UNIX time.
    pub deletion_at: Option<i64>,
    /// When it was made, in milliseconds of UNIX time.
    pub created_at: Option<i64>,
    /// Made by a service for itself: it cannot be deleted.
    pub is_default: Option<bool>,
}

/// A server of cloud phones.
#[derive(Clone, Debug, Default)]
pub struct CphServer {
    /// What people call it.
    pub name: String,
    /// In words; a number that no document names stays a number.
    pub state: Option<String>,
    /// The key pair of its tunnels, by name.
    pub key_pair: Option<String>,
}

/// A user's public key for Git.
#[derive(Clone, Debug, Default)]
pub struct CodeartsKey {
    /// What the user called it; not unique.
    pub title: String,
    /// The key itself.
    pub material: Material,
    /// As the service writes it.
    pub created_at: Option<String>,
}

/// Work of a service.
#[derive(Clone, Debug, Default)]
pub struct Task {
    /// `running`, `done`, `failed`, or the vendor's word where it is neither.
    pub state: String,
    /// The vendor's word for what is done.
    pub operation: Option<String>,
    /// The machine that it is done to, by id.
    pub machine: Option<String>,
    /// The key pair, by name.
    pub key_pair: Option<String>,
    /// When it began: RFC 3339.
    pub started_at: Option<String>,
    /// When it ended: RFC 3339.
    pub ended_at: Option<String>,
    /// The vendor's code for why it failed.
    pub error_code: Option<String>,
    /// Why it failed.
    pub error_message: Option<String>,
}

impl Record {
    /// What people call it: the name, the alias, the title.
    pub fn name(&self) -> &str {
        match &self.facts {
            Facts::KeyPair(pair) => &pair.name,
            Facts::Instance(instance) => &instance.name,
            Facts::KmsKey(key) => &key.alias,
            Facts::CphServer(server) => &server.name,
            Facts::CodeartsKey(key) => &key.title,
            Facts::Task(_) => &self.id,
        }
    }

    /// A second id, where the cloud has one beside the handle that commands take.
    pub fn other_id(&self) -> Option<&str> {
        match &self.facts {
            Facts::KeyPair(pair) => pair.other_id.as_deref(),
            _ => None,
        }
    }

    /// The state that it is in, for kinds that have one.
    pub fn state(&self) -> Option<&str> {
        match &self.facts {
            Facts::Instance(instance) => instance.state.as_deref(),
            Facts::KmsKey(key) => key.state.as_deref(),
            Facts::CphServer(server) => server.state.as_deref(),
            Facts::Task(task) => Some(&task.state),
            Facts::KeyPair(_) | Facts::CodeartsKey(_) => None,
        }
    }

    /// The key of a key pair or of a user's key.
    pub fn material(&self) -> &Material {
        match &self.facts {
            Facts::KeyPair(pair) => &pair.material,
            Facts::CodeartsKey(key) => &key.material,
            _ => &Material::Unknown,
        }
    }

    /// Whether it is a public key of SSH that something may trust.
    pub fn is_ssh_key(&self) -> bool {
        matches!(self.facts, Facts::KeyPair(_) | Facts::CodeartsKey(_))
    }

    /// When it was made, as its cloud writes it.
    pub fn created_at(&self) -> Option<&str> {
        match &self.facts {
            Facts::KeyPair(pair) => pair.created_at.as_deref(),
            Facts::CodeartsKey(key) => key.created_at.as_deref(),
            _ => None,
        }
    }

    /// What a key pair is bound to.
    pub fn bound_to(&self) -> Option<&[Address]> {
        match &self.facts {
            Facts::KeyPair(pair) => pair.bound_to.as_deref(),
            _ => None,
        }
    }
}

/// What was read of a list or of one thing.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// The things, in the cloud's order.
    pub records: Vec<Record>,
    /// What could not be seen.
    pub warnings: Vec<String>,
}

impl From<Vec<Record>> for Listing {
    fn from(records: Vec<Record>) -> Self {
        Self {
            records,
            warnings: Vec::new(),
        }
    }
}

/// What a user can ask a cloud to list. Every list is complete: all pages are read.
#[derive(Clone, Debug)]
pub enum ListRequest {
    /// Key pairs of that kind: of the compute service, or of the light-weight one.
    KeyPairs(super::Resource),
    /// Servers.
    Instances,
    /// Encryption keys, of every algorithm.
    KmsKeys,
    /// Servers of cloud phones.
    CphServers,
    /// The jobs of these requests, at least one.
    CphJobs(Vec<String>),
    /// The calling user's public keys for Git.
    CodeartsKeys,
    /// Bindings of key pairs under way.
    RunningTasks,
    /// Bindings of key pairs that failed.
    FailedTasks,
    /// These tasks, as they are now.
    Tasks(Vec<String>),
}
