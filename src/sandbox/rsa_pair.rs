//! RSA pairs, as the clouds make them when they are asked to create a key pair.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::{SecureRandom as _, SystemRandom};
use rsa::pkcs1::{EncodeRsaPrivateKey as _, LineEnding};
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::traits::PublicKeyParts as _;
use zeroize::Zeroizing;

/// A fresh pair. It has no `Debug`, and the private half is wiped when it goes.
pub(crate) struct RsaPair {
    /// PEM of PKCS#1: `-----BEGIN RSA PRIVATE KEY-----`, 64 columns, ends in a line feed.
    pub(crate) private_key: Zeroizing<String>,
    /// `ssh-rsa` and the blob, without a comment.
    pub(crate) public_key: String,
}

/// The random numbers ran out, or no primes were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no RSA pair could be made")]
pub(crate) struct NoPair;

/// Makes a pair of that many bits. It takes a good part of a second.
pub(crate) fn make(bits: usize) -> Result<RsaPair, NoPair> {
    let key = rsa::PrivateKey::new(&mut System(SystemRandom::new()), bits).map_err(|_| NoPair)?;
    let private_key = key.to_pkcs1_pem(LineEnding::LF).map_err(|_| NoPair)?;
    let mut blob = string(b"ssh-rsa");
    blob.extend(positive(&key.e_bytes()));
    blob.extend(positive(&key.n_bytes()));
    Ok(RsaPair {
        private_key,
        public_key: format!("ssh-rsa {}", STANDARD.encode(blob)),
    })
}

/// A string as SSH writes it: its length, then its bytes (RFC 4251).
fn string(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap_or_default(); // keys are far from 4 GB
    [&length.to_be_bytes(), bytes].concat()
}

/// A positive number as SSH writes it: a leading zero keeps the sign off (RFC 4251, mpint).
fn positive(digits: &[u8]) -> Vec<u8> {
    match digits.first() {
        Some(first) if *first >= 0x80 => string(&[&[0], digits].concat()),
        _ => string(digits),
    }
}

/// The operating system's random numbers under the name that the `rsa` crate wants.
struct System(SystemRandom);

impl TryRng for System {
    type Error = NoPair;

    fn try_next_u32(&mut self) -> Result<u32, NoPair> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, NoPair> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), NoPair> {
        self.0.fill(bytes).map_err(|_| NoPair)
    }
}

impl TryCryptoRng for System {}

#[cfg(test)]
mod tests {
    use rsa::pkcs1::DecodeRsaPrivateKey as _;

    use super::super::fingerprint;
    use super::*;

    #[test]
    fn both_halves_belong_together() {
        let pair = make(2048).expect("pair");
        assert!(
            pair.private_key
                .starts_with("-----BEGIN RSA PRIVATE KEY-----\n")
        );
        assert!(
            pair.private_key
                .ends_with("\n-----END RSA PRIVATE KEY-----\n")
        );
        let key = rsa::PrivateKey::from_pkcs1_pem(&pair.private_key).expect("reads back");
        let (kind, blob) = fingerprint::parse(&pair.public_key).expect("public key");
        assert_eq!(kind, "ssh-rsa");
        assert_eq!(blob.len(), 4 + 7 + 4 + 3 + 4 + 257, "2048 bits");
        assert!(blob.ends_with(&key.n_bytes()));
        assert_ne!(
            make(2048).expect("another").public_key,
            pair.public_key,
            "every pair is new"
        );
    }
}
