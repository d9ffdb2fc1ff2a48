//! What is inside SSH keys: the parts of a public blob, and the public blob that belongs to a private key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use rsa::pkcs8::DecodePrivateKey as _;

use super::rsa_pair::{self, RsaPair};

/// What the first bytes of an OpenSSH private key file decode to.
const OPENSSH_MAGIC: &[u8] = b"openssh-key-v1\0";
/// The comment in the public keys of pairs that the cloud makes (spec huawei 7).
const COMMENT: &str = "Generated-by-Nova";

/// The length-prefixed strings that a blob consists of (RFC 4251, 5); `None` when it is cut.
pub(crate) fn strings(blob: &[u8]) -> Option<Vec<&[u8]>> {
    let mut parts = Vec::new();
    let mut rest = blob;
    while !rest.is_empty() {
        let part;
        (part, rest) = string(rest)?;
        parts.push(part);
    }
    Some(parts)
}

/// The first length-prefixed string, and what comes after it.
fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    rest.split_at_checked(length)
}

/// The length of a big-endian number in bits.
pub(crate) fn bits(number: &[u8]) -> usize {
    let skipped = number.iter().take_while(|byte| **byte == 0).count();
    let number = &number[skipped..];
    number
        .first()
        .map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

/// The blob of the public key that belongs to a private key in PEM: RSA in PKCS#1 or PKCS#8, any type in OpenSSH's own
/// form. `None` for what is nothing of these, or is protected by a passphrase.
pub(crate) fn public_blob(pem: &str) -> Option<Vec<u8>> {
    let pem = pem.trim();
    if let Some(body) = pem
        .strip_prefix("-----BEGIN OPENSSH PRIVATE KEY-----")
        .and_then(|rest| rest.strip_suffix("-----END OPENSSH PRIVATE KEY-----"))
    {
        let text: String = body.split_whitespace().collect();
        return public_half(&STANDARD.decode(text).ok()?);
    }
    let key = rsa::PrivateKey::from_pkcs1_pem(pem)
        .ok()
        .or_else(|| rsa::PrivateKey::from_pkcs8_pem(pem).ok())?;
    Some(rsa_pair::public_blob(&key))
}

/// An OpenSSH private key file carries the public half in the clear: cipher, key derivation and its options, how many keys,
/// then the public blob.
fn public_half(file: &[u8]) -> Option<Vec<u8>> {
    let rest = file.strip_prefix(OPENSSH_MAGIC)?;
    let (cipher, rest) = string(rest)?;
    let (_, rest) = string(rest)?;
    let (_, rest) = string(rest)?;
    let (count, rest) = rest.split_first_chunk::<4>()?;
    let (blob, _) = string(rest)?;
    (cipher == b"none" && u32::from_be_bytes(*count) == 1).then(|| blob.to_vec())
}

/// A new RSA 2048 pair: the private key in PKCS#1, and the public line with the cloud's comment and line end (spec huawei
/// 7). `None` when the system has no randomness.
pub(crate) fn new_rsa_pair() -> Option<(String, String)> {
    let pair = RsaPair::generate(2048)?;
    let public_key = format!("{} {COMMENT}\n", pair.public_key);
    Some((pair.private_key.to_string(), public_key))
}

#[cfg(test)]
mod tests {
    use super::super::fingerprint;
    use super::super::seed::public_keys;
    use super::*;

    #[test]
    fn every_form_of_one_key_has_one_public_half() {
        let expected = fingerprint::parse(public_keys::PRACTICE).map(|(_, blob)| blob);
        for pem in [
            include_str!("../../tests/keys/practice-rsa.pem"),
            include_str!("../../tests/keys/practice-rsa-pkcs8.pem"),
            include_str!("../../tests/keys/practice-rsa-openssh.pem"),
        ] {
            assert_eq!(public_blob(pem), expected);
        }
        let stray = public_blob(include_str!("../../tests/keys/stray-ed25519-openssh.pem"));
        let line = include_str!("../../tests/keys/stray-ed25519.pub");
        assert_eq!(stray, fingerprint::parse(line).map(|(_, blob)| blob));
        assert!(stray.is_some() && stray != expected);
    }

    #[test]
    fn nonsense_has_none() {
        let pem = include_str!("../../tests/keys/practice-rsa.pem");
        for text in [
            "",
            public_keys::PRACTICE,
            &pem[..400],
            "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----",
        ] {
            assert_eq!(public_blob(text), None, "{text}");
        }
        assert_eq!(strings(&[0, 0, 0, 2, 1]), None);
    }

    #[test]
    fn new_pairs_belong_together() {
        let (private_key, public_key) = new_rsa_pair().expect("randomness");
        assert!(private_key.starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
        assert!(
            public_key.ends_with(" Generated-by-Nova\n"),
            "{public_key:?}"
        );
        let (_, blob) = fingerprint::parse(&public_key).expect("a public key");
        assert_eq!(public_blob(&private_key), Some(blob.clone()));
        assert_eq!(bits(strings(&blob).expect("whole")[2]), 2048);
        let (other, _) = new_rsa_pair().expect("randomness");
        assert_ne!(private_key, other);
    }
}
