//! RSA pairs that a cloud makes itself. The private half is handed out once and kept nowhere.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::{SecureRandom as _, SystemRandom};
use rsa::PrivateKey;
use rsa::pkcs1::{EncodeRsaPrivateKey as _, LineEnding};
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::traits::PublicKeyParts as _;
use zeroize::Zeroizing;

/// A new pair.
pub(crate) struct RsaPair {
    /// `ssh-rsa` and the blob, without a comment.
    pub(crate) public_key: String,
    /// PKCS#1 PEM with LF line ends.
    pub(crate) private_key: Zeroizing<String>,
}

impl RsaPair {
    /// Makes a pair of so many bits; `None` when the system gives no random bytes.
    pub(crate) fn generate(bits: usize) -> Option<Self> {
        let private_key = PrivateKey::new(&mut System, bits).ok()?;
        let public_key = format!("ssh-rsa {}", STANDARD.encode(public_blob(&private_key)));
        Some(Self {
            public_key,
            private_key: private_key.to_pkcs1_pem(LineEnding::LF).ok()?,
        })
    }
}

/// The blob of the public half of an RSA key, as lines and files hold it.
pub(crate) fn public_blob(key: &PrivateKey) -> Vec<u8> {
    let mut blob = Vec::new();
    put(&mut blob, b"ssh-rsa");
    put_number(&mut blob, &key.e_bytes());
    put_number(&mut blob, &key.n_bytes());
    blob
}

fn put(blob: &mut Vec<u8>, part: &[u8]) {
    // No part is near 4 GiB.
    let length = u32::try_from(part.len()).unwrap_or_default();
    blob.extend_from_slice(&length.to_be_bytes());
    blob.extend_from_slice(part);
}

/// A zero in front keeps a number positive whose first bit is set (RFC 4251 5).
fn put_number(blob: &mut Vec<u8>, number: &[u8]) {
    if number.first().is_some_and(|byte| byte & 0x80 != 0) {
        put(blob, &[&[0], number].concat());
    } else {
        put(blob, number);
    }
}

/// The system's random bytes, as the rsa crate wants them.
struct System;

/// The system has no random bytes to give.
#[derive(Debug)]
struct NoRandomBytes;

impl fmt::Display for NoRandomBytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the system gives no random bytes")
    }
}

impl std::error::Error for NoRandomBytes {}

impl System {
    fn bytes<const N: usize>() -> Result<[u8; N], NoRandomBytes> {
        let mut bytes = [0; N];
        let filled = SystemRandom::new().fill(&mut bytes);
        filled.map(|()| bytes).map_err(|_| NoRandomBytes)
    }
}

impl TryRng for System {
    type Error = NoRandomBytes;

    fn try_next_u32(&mut self) -> Result<u32, NoRandomBytes> {
        Self::bytes().map(u32::from_ne_bytes)
    }

    fn try_next_u64(&mut self) -> Result<u64, NoRandomBytes> {
        Self::bytes().map(u64::from_ne_bytes)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), NoRandomBytes> {
        SystemRandom::new().fill(bytes).map_err(|_| NoRandomBytes)
    }
}

impl TryCryptoRng for System {}

#[cfg(test)]
mod tests {
    use rsa::pkcs1::DecodeRsaPrivateKey as _;

    use super::super::fingerprint;
    use super::*;

    #[test]
    fn the_halves_belong_together() {
        let pair = RsaPair::generate(2048).expect("random bytes");
        assert!(
            pair.private_key
                .starts_with("-----BEGIN RSA PRIVATE KEY-----\n")
        );
        let private_key = PrivateKey::from_pkcs1_pem(&pair.private_key).expect("PKCS#1");
        assert_eq!(private_key.n_bytes().len(), 256);
        let (_, blob) = fingerprint::parse(&pair.public_key).expect("a public key");
        // 4 + 7 for the name, 4 + 3 for 65537, 4 + 1 in front of the modulus
        assert_eq!(blob[11..18], [0, 0, 0, 3, 1, 0, 1]);
        assert_eq!(blob[18..23], [0, 0, 1, 1, 0]);
        assert_eq!(&blob[23..], &*private_key.n_bytes());
        let other = RsaPair::generate(2048).expect("random bytes");
        assert_ne!(other.public_key, pair.public_key);
    }
}
