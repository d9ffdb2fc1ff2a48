//! The clouds and the kinds of thing that kpctl works on.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// A cloud. A new one starts with a variant here; the compiler then lists what is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CloudId {
    /// Volcengine (火山引擎).
    Volcengine,
    /// Tencent Cloud (腾讯云).
    Tencent,
    /// Huawei Cloud (华为云).
    Huawei,
}

impl CloudId {
    /// All clouds, in the order in which they are listed everywhere.
    pub const ALL: [Self; 3] = [Self::Volcengine, Self::Tencent, Self::Huawei];

    /// The long name, as printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Volcengine => "volcengine",
            Self::Tencent => "tencent",
            Self::Huawei => "huawei",
        }
    }
}

impl fmt::Display for CloudId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for CloudId {
    type Err = Error;

    /// Reads the long name or the short one that people type.
    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "volcengine" | "volc" => Ok(Self::Volcengine),
            "tencent" | "tc" => Ok(Self::Tencent),
            "huawei" | "hw" => Ok(Self::Huawei),
            _ => Err(Error::usage(format!(
                "'{text}' is no cloud that kpctl knows: volcengine, tencent, huawei"
            ))),
        }
    }
}

/// A kind of thing, as a word of the command tree and of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Resource {
    /// A key pair that a compute service hands to instances.
    KeyPair,
    /// A key pair of the light-weight compute service; shares nothing with [`Self::KeyPair`].
    LighthouseKeyPair,
    /// A server.
    Instance,
    /// An encryption key of a key management service.
    KmsKey,
    /// A server that hosts cloud phones.
    CphServer,
    /// A user's public key for Git.
    CodeartsKey,
    /// The record of work that a service did or does.
    Task,
}

impl Resource {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::KeyPair,
        Self::LighthouseKeyPair,
        Self::Instance,
        Self::KmsKey,
        Self::CphServer,
        Self::CodeartsKey,
        Self::Task,
    ];

    /// The word in commands and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::KeyPair => "key-pair",
            Self::LighthouseKeyPair => "lighthouse-key-pair",
            Self::Instance => "instance",
            Self::KmsKey => "kms-key",
            Self::CphServer => "cph-server",
            Self::CodeartsKey => "codearts-key",
            Self::Task => "task",
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Resource {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|resource| resource.name() == text)
            .ok_or_else(|| {
                let known = Self::ALL.map(Self::name).join(", ");
                Error::usage(format!("'{text}' is no resource; known are {known}"))
            })
    }
}
