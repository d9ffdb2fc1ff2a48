//! Of which bytes a fingerprint is made: the same key has many, and clouds disagree.

use std::fmt;

/// What a fingerprint is the digest of.
///
/// A fingerprint that stands somewhere without a word about it may be any of those with its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// SHA-256 of the key's blob: OpenSSH today.
    Sha256,
    /// MD5 of the key's blob: OpenSSH of old, and most cloud consoles.
    Md5,
    /// SHA-1 of the key's blob: `ssh-keygen -l -E sha1`.
    Sha1,
    /// MD5 of the DER of the `SubjectPublicKeyInfo`: AWS for an imported RSA key.
    Md5Spki,
    /// SHA-1 of the DER of the `SubjectPublicKeyInfo`.
    Sha1Spki,
    /// SHA-256 of the DER of the `SubjectPublicKeyInfo`.
    Sha256Spki,
    /// MD5 of the DER of the PKCS#1 public key (RSA only).
    Md5Pkcs1,
    /// SHA-1 of the DER of the PKCS#1 public key (RSA only).
    Sha1Pkcs1,
    /// SHA-256 of the DER of the PKCS#1 public key (RSA only).
    Sha256Pkcs1,
    /// SHA-1 of the DER of the PKCS#8 private key: AWS for an RSA pair that it made. It cannot be had
    /// from the public key.
    Sha1Pkcs8,
}

impl Form {
    /// All of them, the usual ones first.
    pub const ALL: [Self; 10] = [
        Self::Sha256,
        Self::Md5,
        Self::Sha1,
        Self::Md5Spki,
        Self::Sha1Spki,
        Self::Sha256Spki,
        Self::Md5Pkcs1,
        Self::Sha1Pkcs1,
        Self::Sha256Pkcs1,
        Self::Sha1Pkcs8,
    ];

    /// The word in documents.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Md5Spki => "md5_spki",
            Self::Sha1Spki => "sha1_spki",
            Self::Sha256Spki => "sha256_spki",
            Self::Md5Pkcs1 => "md5_pkcs1",
            Self::Sha1Pkcs1 => "sha1_pkcs1",
            Self::Sha256Pkcs1 => "sha256_pkcs1",
            Self::Sha1Pkcs8 => "sha1_pkcs8",
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}
