//! What a user can ask a cloud to change, in words that no vendor owns.

/// A change as asked for: ids are as typed, in order, without repeats.
#[derive(Clone, Debug)]
pub enum ChangeRequest {
    /// Delete key pairs.
    DeleteKeyPairs {
        /// The pairs, by the handle of their cloud.
        ids: Vec<String>,
        /// The user's own idempotency token, where a cloud takes one.
        client_token: Option<String>,
    },
    /// Take key pairs off instances.
    DetachKeyPairs {
        /// The pairs.
        key_pairs: Vec<String>,
        /// The instances.
        instances: Vec<String>,
        /// Whether a running instance may be powered off for it.
        force_stop: bool,
    },
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
    /// Give servers another key pair.
    ReplaceServerKeyPairs {
        /// Server and the name of its new pair.
        assignments: Vec<(String, String)>,
    },
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
