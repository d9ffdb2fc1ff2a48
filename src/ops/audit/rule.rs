//! The rules by name: what each looks for, and how grave a finding is unless a policy says otherwise.

use std::fmt;

use crate::error::Error;

/// How grave a finding is. The words are those of SARIF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Worth knowing.
    Note,
    /// To be looked at.
    Warning,
    /// To be mended.
    Error,
}

impl Level {
    /// All levels, the lightest first.
    pub const ALL: [Self; 3] = [Self::Note, Self::Warning, Self::Error];

    /// The word in policies and documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The level of that word.
    pub(super) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == word)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// What an audit looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// A key that is too short, or of a type that is not to be trusted.
    WeakKey,
    /// A key that was made too long ago.
    OldKey,
    /// A key that nothing holds.
    UnusedKey,
    /// One key in several accounts.
    SharedBetweenAccounts,
    /// One name for several keys.
    SameNameDifferentKeys,
    /// One key under several names.
    DifferentNamesOneKey,
    /// A key pair without a tag that names its owner.
    NoOwner,
    /// A key pair whose private half the cloud keeps.
    PrivateHalfStored,
    /// An encryption key that will soon be destroyed.
    KmsPendingDeletion,
    /// A quota that is almost used up.
    Quota,
}

impl Rule {
    /// All rules, in the order of documents.
    pub const ALL: [Self; 10] = [
        Self::WeakKey,
        Self::OldKey,
        Self::UnusedKey,
        Self::SharedBetweenAccounts,
        Self::SameNameDifferentKeys,
        Self::DifferentNamesOneKey,
        Self::NoOwner,
        Self::PrivateHalfStored,
        Self::KmsPendingDeletion,
        Self::Quota,
    ];

    /// The name in policies and documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::WeakKey => "weak-key",
            Self::OldKey => "old-key",
            Self::UnusedKey => "unused-key",
            Self::SharedBetweenAccounts => "shared-between-accounts",
            Self::SameNameDifferentKeys => "same-name-different-keys",
            Self::DifferentNamesOneKey => "different-names-one-key",
            Self::NoOwner => "no-owner",
            Self::PrivateHalfStored => "private-half-stored",
            Self::KmsPendingDeletion => "kms-pending-deletion",
            Self::Quota => "quota",
        }
    }

    /// What it finds, in a few words.
    pub fn summary(self) -> &'static str {
        match self {
            Self::WeakKey => "A key is too short or of a type that is not to be trusted",
            Self::OldKey => "A key was made too long ago",
            Self::UnusedKey => "Nothing holds a key",
            Self::SharedBetweenAccounts => "Several accounts trust one key",
            Self::SameNameDifferentKeys => "Several keys have one name",
            Self::DifferentNamesOneKey => "One key has several names",
            Self::NoOwner => "No tag names the owner of a key pair",
            Self::PrivateHalfStored => "The cloud keeps the private half of a key pair",
            Self::KmsPendingDeletion => "An encryption key is about to be destroyed",
            Self::Quota => "A quota is almost used up",
        }
    }

    /// Why that matters, and what to do.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::WeakKey => {
                "Who can compute the private half can log in. Make a new key, put it where the old one \
                 is trusted, and take the old one away."
            }
            Self::OldKey => {
                "The longer a key is in use, the more copies of its private half there are. Replace it."
            }
            Self::UnusedKey => {
                "A key that nothing holds is a door that nobody watches: the next instance may be \
                 given it. Delete the key pair."
            }
            Self::SharedBetweenAccounts => {
                "Who has the private half can log in to all of the accounts, which were meant to be \
                 apart. Give each account a key of its own."
            }
            Self::SameNameDifferentKeys => {
                "People and scripts that go by the name take the wrong key. Give each key a name of \
                 its own."
            }
            Self::DifferentNamesOneKey => {
                "Taking a key away under one of its names leaves it trusted under the others. Keep one \
                 of the names."
            }
            Self::NoOwner => {
                "Nobody can be asked whether the key is still needed. Tag the key pair with its owner."
            }
            Self::PrivateHalfStored => {
                "Whoever may read the key pair in the account can get its private half. Make the key \
                 on the machine that uses it, and import the public half only."
            }
            Self::KmsPendingDeletion => {
                "What is encrypted with the key cannot be read any more once it is destroyed. Cancel \
                 the deletion, unless the key is known to be free."
            }
            Self::Quota => {
                "When the quota is used up, nobody can add a key, in an emergency neither. Delete key \
                 pairs that nothing holds, or ask the cloud for more."
            }
        }
    }

    /// The level of its findings, unless a policy gives another.
    pub fn default_level(self) -> Level {
        match self {
            Self::WeakKey | Self::KmsPendingDeletion => Level::Error,
            Self::OldKey
            | Self::SharedBetweenAccounts
            | Self::SameNameDifferentKeys
            | Self::PrivateHalfStored
            | Self::Quota => Level::Warning,
            Self::UnusedKey | Self::DifferentNamesOneKey | Self::NoOwner => Level::Note,
        }
    }

    /// The rule of that name.
    pub(super) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.name() == name)
    }

    /// An error about a name that no rule has, with the one that was probably meant.
    pub(super) fn suggest(error: Error, name: &str) -> Error {
        crate::toml::suggest(error, name, &Self::ALL.map(Self::name))
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
