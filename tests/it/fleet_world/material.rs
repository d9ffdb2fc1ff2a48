//! The keys of the fleet themselves.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::Place;

/// Filler keys with this number are RSA with 1024 bits only, where the cloud takes any.
pub(crate) const WEAK_NUMBER: usize = 7;

/// The public half of the RSA key (3072 bits) that is in eight places.
pub(crate) fn rsa_line() -> String {
    include_str!("../../keys/rsa-3072-openssh.pub")
        .trim()
        .to_owned()
}

/// Its private half, in OpenSSH's form.
pub(crate) fn rsa_private_key() -> &'static str {
    include_str!("../../keys/rsa-3072-openssh")
}

/// The public half of the Ed25519 key that is in eight places.
pub(crate) fn ed25519_line() -> String {
    include_str!("../../keys/ed25519-openssh.pub")
        .trim()
        .to_owned()
}

/// Its private half, in OpenSSH's form.
pub(crate) fn ed25519_private_key() -> &'static str {
    include_str!("../../keys/ed25519-openssh")
}

pub(super) fn practice_line() -> String {
    include_str!("../../keys/practice-rsa.pub")
        .trim()
        .to_owned()
}

/// The private half of a line, if it is known.
pub(super) fn private_key_of(line: &str) -> Option<&'static str> {
    if line == rsa_line() {
        Some(rsa_private_key())
    } else if line == ed25519_line() {
        Some(ed25519_private_key())
    } else if line == practice_line() {
        Some(include_str!("../../keys/practice-rsa.pem"))
    } else {
        None
    }
}

/// A key that is nowhere else. Every fourth is Ed25519, but with Tencent Cloud, which takes RSA only.
pub(super) fn filler_line((cloud, region, resource): Place, name: &str, number: usize) -> String {
    let seed = format!("{cloud} {region} {resource} {name}");
    if cloud != "tencent" && number % 4 == 3 && number != WEAK_NUMBER {
        return line("ssh-ed25519", &[&hashes(&seed, 1)], name);
    }
    let bits = if number == WEAK_NUMBER { 1024 } else { 2048 };
    let mut modulus = hashes(&seed, bits / 256);
    modulus[0] |= 0x80; // all the bits
    let last = modulus.len() - 1;
    modulus[last] |= 1; // odd, as every product of odd primes
    modulus.insert(0, 0); // keeps the number positive
    line("ssh-rsa", &[&[1, 0, 1], &modulus], name)
}

/// Bytes that follow from the text and look like nothing.
fn hashes(seed: &str, count: usize) -> Vec<u8> {
    (0..count)
        .flat_map(|part| Sha256::digest(format!("{part} {seed}")))
        .collect()
}

/// RFC 4253, 6.6: strings with their lengths before them.
fn line(kind: &str, parts: &[&[u8]], comment: &str) -> String {
    let mut blob = Vec::new();
    for part in std::iter::once(kind.as_bytes()).chain(parts.iter().copied()) {
        let length = u32::try_from(part.len()).expect("short");
        blob.extend_from_slice(&length.to_be_bytes());
        blob.extend_from_slice(part);
    }
    format!("{kind} {} {comment}", STANDARD.encode(blob))
}
