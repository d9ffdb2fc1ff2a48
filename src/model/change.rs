//! What a user can ask a cloud to change, in words that no vendor owns.

use std::fmt;
use std::rc::Rc;

use super::{Resource, Visibility};
use crate::error::Error;
use crate::secret::Secret;
use crate::sshkey::PublicKey;

/// A change as asked for: ids are as typed, in order, without repeats.
#[derive(Clone, Debug)]
pub enum ChangeRequest {
    /// Make key pairs known to the cloud: their public halves, or new pairs that it makes itself.
    AddKeyPairs {
        /// The kind of key pair.
        resource: Resource,
        /// The pairs.
        pairs: Vec<NewKeyPair>,
    },
    /// Delete key pairs.
    DeleteKeyPairs {
        /// The kind of key pair.
        resource: Resource,
        /// The pairs, by the handle of their cloud.
        ids: Vec<String>,
        /// The user's own idempotency token, where a cloud takes one.
        client_token: Option<String>,
    },
    /// Change name or description of a key pair.
    UpdateKeyPair {
        /// The kind of key pair.
        resource: Resource,
        /// The pair.
        id: String,
        /// What is to be different.
        amendment: Amendment,
    },
    /// Bind key pairs to instances.
    AttachKeyPairs(Binding),
    /// Take key pairs off instances.
    DetachKeyPairs(Binding),
    /// Put public keys into the calling user's Git account.
    AddRepositoryKeys(Vec<NewKeyPair>),
    /// Take public keys off the calling user's Git account.
    DeleteRepositoryKeys(RepositoryKeys),
    /// Call off the scheduled deletion of encryption keys.
    CancelKeyDeletion {
        /// The keys.
        ids: Vec<String>,
        /// The user's own message serial, sent with the only key.
        sequence: Option<String>,
        /// Whether a rescued key is enabled too.
        enable: bool,
    },
    /// Bring encryption keys into another state.
    ChangeKeyState {
        /// The keys.
        ids: Vec<String>,
        /// The state wanted.
        wanted: KeyStateChange,
    },
    /// Give servers another key pair.
    ReplaceServerKeyPairs {
        /// Server and the name of its new pair.
        assignments: Vec<(String, String)>,
    },
    /// Forget the records of tasks that failed.
    ClearFailedTasks(FailedTasks),
}

/// A key pair that a cloud is to know.
#[derive(Clone, Debug, Default)]
pub struct NewKeyPair {
    /// What it is to be called.
    pub name: String,
    /// What it is to be called where the name is taken by something that cannot be seen there: some clouds
    /// list the pairs of a region and want names that are unique in the account.
    pub spare_name: Option<String>,
    /// The public half; `None` lets the cloud make the pair.
    pub public_key: Option<PublicKey>,
    /// The pair was made for this: it is reported as created, not as imported.
    pub is_fresh: bool,
    /// Where the private half goes that a cloud makes. It comes once: what cannot be kept is lost.
    pub keeper: Option<Keeper>,
    /// Free text.
    pub description: Option<String>,
    /// Names and values.
    pub tags: Vec<(String, String)>,
    /// The vendor's project, by the name or number that the vendor takes.
    pub project: Option<String>,
    /// Who is to see it.
    pub visibility: Option<Visibility>,
    /// How the cloud is to store the private half, too.
    pub protection: Option<Protection>,
}

/// Writes a private key to a safe place.
type Keep = dyn Fn(&Secret) -> Result<(), Error>;

/// What keeps a private key: it writes the key to a safe place before it answers with success.
#[derive(Clone)]
pub struct Keeper {
    /// Where to, for people.
    pub place: String,
    keep: Rc<Keep>,
}

impl Keeper {
    /// Keeps private keys by calling this.
    pub fn new(place: String, keep: impl Fn(&Secret) -> Result<(), Error> + 'static) -> Self {
        Self {
            place,
            keep: Rc::new(keep),
        }
    }

    /// Keeps a private key.
    pub fn keep(&self, private_key: &Secret) -> Result<(), Error> {
        (self.keep)(private_key)
    }
}

impl fmt::Debug for Keeper {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Keeper")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

/// How a cloud stores a private key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Encrypted with the service's own key.
    Default,
    /// Encrypted with this key of the key management service, by name.
    KmsKey(String),
}

/// What is to be different about a thing; `None` stays as it is, an empty text clears.
#[derive(Clone, Debug, Default)]
pub struct Amendment {
    /// Another name.
    pub name: Option<String>,
    /// Another description.
    pub description: Option<String>,
}

/// Key pairs and the instances that they are bound to or taken off.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The kind of key pair.
    pub resource: Resource,
    /// The pairs.
    pub key_pairs: Vec<String>,
    /// The instances.
    pub instances: Vec<String>,
    /// Pairs that are bound already are taken off instead of kept.
    pub replace: bool,
    /// What may be done to a machine that is on.
    pub power: Power,
    /// Machines that were stopped for the change are started after it.
    pub start_again: bool,
    /// Machines are restarted after the change, so that it takes effect.
    pub reboot: bool,
    /// How the service gets into the machine.
    pub access: Option<Access>,
    /// The user on the machine whose keys change, where a service asks for one.
    pub user: Option<String>,
    /// Password login is switched off on the machine.
    pub disable_password: bool,
    /// The port of SSH on the machine.
    pub port: Option<u16>,
}

impl Binding {
    /// These pairs and instances; nothing is powered off, replaced, or restarted.
    pub fn new(resource: Resource, key_pairs: Vec<String>, instances: Vec<String>) -> Self {
        Self {
            resource,
            key_pairs,
            instances,
            replace: false,
            power: Power::Untouched,
            start_again: false,
            reboot: false,
            access: None,
            user: None,
            disable_password: false,
            port: None,
        }
    }
}

/// What may be done to a machine that is on, when a change needs it off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// Nothing: such a machine is refused.
    Untouched,
    /// The service cuts the power and starts it again, as a part of the change.
    Cut,
    /// It is shut down first, as from the inside.
    StopSoftly,
    /// Its power is cut first.
    StopHard,
}

/// How a service gets into a machine to change its keys.
#[derive(Clone, Debug)]
pub enum Access {
    /// With a password.
    Password(Secret),
    /// With the private key that the machine trusts now.
    PrivateKey(Secret),
}

/// How public keys of a Git account are chosen.
#[derive(Clone, Debug)]
pub enum RepositoryKeys {
    /// By their ids.
    Ids(Vec<u32>),
    /// The only key with this title.
    Title(String),
    /// The only key with this fingerprint, in any usual form.
    Fingerprint(String),
}

/// A state that an encryption key is brought into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStateChange {
    /// It can be used.
    Enable,
    /// It cannot be used.
    Disable,
    /// It is destroyed after that many days, unless that is called off.
    ScheduleDeletion {
        /// The waiting time in days.
        days: u32,
    },
}

/// Which records of failed tasks.
#[derive(Clone, Debug)]
pub enum FailedTasks {
    /// All of them.
    All,
    /// These.
    Ids(Vec<String>),
}
