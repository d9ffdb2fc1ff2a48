//! Private keys out of the texts that people have.

use md5::{Digest as _, Md5};
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use rsa::pkcs8::pkcs5::pbes2::Kdf;
use rsa::pkcs8::{EncryptedPrivateKeyInfoRef, ObjectIdentifier, PrivateKeyInfoRef};
use ssh_key::Cipher;
use zeroize::Zeroizing;

use super::openssh::{self, Read};
use super::{Material, PrivateKey};
use crate::error::Error;
use crate::secret::Secret;
use crate::sshkey::PublicKey;
use crate::sshkey::pem::Pem;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const ECDSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

impl PrivateKey {
    /// Whether a text is a private key, or means to be one.
    pub fn is_meant(text: &str) -> bool {
        (text.contains("-----BEGIN") && text.contains("PRIVATE KEY"))
            || text.contains("PuTTY-User-Key-File")
    }

    /// Whether it takes a passphrase to read the private half.
    pub fn is_locked(text: &Secret) -> Result<bool, Error> {
        let pem = read_pem(text)?;
        Ok(match pem.label.as_str() {
            "OPENSSH PRIVATE KEY" => matches!(openssh::read(&pem.bytes)?, Read::Locked(_)),
            "ENCRYPTED PRIVATE KEY" => true,
            _ => pem.header("DEK-Info").is_some(),
        })
    }

    /// Reads OpenSSH, PKCS#1 and PKCS#8, plain or locked. A passphrase for a plain key is not needed
    /// and does no harm. ECDSA keys are read in the form of OpenSSH only.
    ///
    /// No error shows any of the text.
    pub fn parse(text: &Secret, passphrase: Option<&Secret>) -> Result<Self, Error> {
        let pem = read_pem(text)?;
        match pem.label.as_str() {
            "OPENSSH PRIVATE KEY" => match openssh::read(&pem.bytes)? {
                Read::Whole(key) => Ok(key),
                Read::Locked(locked) => {
                    openssh::unlock(&locked, passphrase.ok_or_else(locked_out)?)?
                        .ok_or_else(wrong_passphrase)
                }
            },
            "RSA PRIVATE KEY" if pem.header("DEK-Info").is_some() => {
                let der = decrypt(&pem, passphrase.ok_or_else(locked_out)?)?;
                // Padding is right by chance once in 256 times, so that the key decides.
                pkcs1(&der).map_err(|_| wrong_passphrase())
            }
            "RSA PRIVATE KEY" => pkcs1(&pem.bytes),
            "PRIVATE KEY" => pkcs8(&pem.bytes),
            "ENCRYPTED PRIVATE KEY" => {
                let passphrase = passphrase.ok_or_else(locked_out)?;
                let locked = EncryptedPrivateKeyInfoRef::try_from(pem.bytes.as_slice())
                    .map_err(|_| unsupported("its lock is not known"))?;
                if !is_bearable(&locked) {
                    return Err(unsupported("its lock takes too long to open"));
                }
                let plain = locked.decrypt(passphrase.expose()).map_err(|_| {
                    wrong_passphrase().hint(
                        "A lock of an old kind, such as DES, is not known: openssl pkcs8 -topk8 writes the \
                         key anew.",
                    )
                })?;
                pkcs8(plain.as_bytes())
            }
            "EC PRIVATE KEY" => Err(unsupported(
                "an ECDSA key is read in the form of OpenSSH only",
            )),
            "DSA PRIVATE KEY" => Err(Error::usage(
                "DSA keys are not read: nothing takes them any more",
            )),
            label => Err(Error::usage(format!(
                "this is no private key: it is a {}",
                label.to_lowercase().escape_debug()
            ))),
        }
    }

    /// The public half of a text, for which a locked key of OpenSSH needs no passphrase; its comment is
    /// then missing.
    pub fn public_of(text: &Secret, passphrase: Option<&Secret>) -> Result<PublicKey, Error> {
        if passphrase.is_none() {
            let pem = read_pem(text)?;
            if pem.label == "OPENSSH PRIVATE KEY"
                && let Read::Locked(locked) = openssh::read(&pem.bytes)?
            {
                return openssh::public(&locked);
            }
        }
        Self::parse(text, passphrase)?.public()
    }
}

/// Whether a lock can be opened in seconds and in less than 256 MiB. The file says itself how hard it
/// is, and the crate behind it panics where the number is no power of two at all.
fn is_bearable(locked: &EncryptedPrivateKeyInfoRef<'_>) -> bool {
    match locked.encryption_algorithm.pbes2().map(|lock| &lock.kdf) {
        Some(Kdf::Pbkdf2(kdf)) => kdf.iteration_count <= 10_000_000,
        Some(Kdf::Scrypt(kdf)) => {
            let (cost, block) = (kdf.cost_parameter, u64::from(kdf.block_size));
            let room = cost.checked_mul(block).filter(|_| cost > 1);
            room.is_some_and(|room| room <= 1 << 21 && kdf.parallelization <= 16)
        }
        _ => true,
    }
}

fn read_pem(text: &Secret) -> Result<Pem, Error> {
    let text = text.expose();
    if text.contains("PuTTY-User-Key-File") {
        return Err(
            Error::usage("this private key is in the form of PuTTY").hint(
                "puttygen FILE -O private-openssh -o NEW_FILE writes it in the form of OpenSSH.",
            ),
        );
    }
    if !PrivateKey::is_meant(text) && PublicKey::parse(text).is_ok() {
        return Err(
            Error::usage("this is a public key, and the private one is wanted")
                .hint("Give the file without .pub at its end."),
        );
    }
    Pem::read(text)
}

fn pkcs1(der: &[u8]) -> Result<PrivateKey, Error> {
    let key = rsa::PrivateKey::from_pkcs1_der(der)
        .map_err(|_| Error::usage("this RSA private key is damaged or not sound"))?;
    Ok(PrivateKey::of(Material::Rsa(Box::new(key)), ""))
}

fn pkcs8(der: &[u8]) -> Result<PrivateKey, Error> {
    let damaged = || Error::usage("this PKCS#8 private key is damaged");
    let info = PrivateKeyInfoRef::try_from(der).map_err(|_| damaged())?;
    match info.algorithm.oid {
        RSA => pkcs1(info.private_key.as_bytes()),
        ED25519 => {
            // The seed stands in an octet string of its own (RFC 8410 section 7).
            let seed = info.private_key.as_bytes().strip_prefix(b"\x04\x20");
            let seed = seed
                .and_then(|seed| seed.try_into().ok())
                .ok_or_else(damaged)?;
            Ok(PrivateKey::of(Material::Ed25519(Zeroizing::new(seed)), ""))
        }
        ECDSA => Err(unsupported(
            "an ECDSA key is read in the form of OpenSSH only",
        )),
        other => Err(Error::usage(format!(
            "private keys of the algorithm {other} are not read"
        ))),
    }
}

/// Opens the lock that OpenSSL put on PEM files: AES in CBC mode, keyed by MD5.
fn decrypt(pem: &Pem, passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, Error> {
    let info = pem.header("DEK-Info").unwrap_or_default();
    let (cipher, vector) = info.split_once(',').unwrap_or_default();
    let (cipher, length) = match cipher.trim() {
        "AES-128-CBC" => (Cipher::Aes128Cbc, 16),
        "AES-192-CBC" => (Cipher::Aes192Cbc, 24),
        "AES-256-CBC" => (Cipher::Aes256Cbc, 32),
        _ => return Err(unsupported("its lock is not known")),
    };
    let vector = hex::decode(vector.trim())
        .ok()
        .filter(|vector| vector.len() == 16)
        .ok_or_else(|| unsupported("its lock is damaged"))?;
    let mut key = Zeroizing::new(Vec::with_capacity(48));
    while key.len() < length {
        let block = key.len().saturating_sub(16);
        let digest = Md5::new()
            .chain_update(&key[block..])
            .chain_update(passphrase.expose())
            .chain_update(&vector[..8])
            .finalize();
        key.extend_from_slice(&digest);
    }
    let mut bytes = pem.bytes.clone();
    cipher
        .decrypt(&key[..length], &vector, &mut bytes, None)
        .map_err(|_| wrong_passphrase())?;
    let padding = bytes.last().copied().unwrap_or(0);
    let plain = bytes.len().checked_sub(usize::from(padding));
    let plain = plain
        .filter(|plain| bytes[*plain..].iter().all(|byte| *byte == padding))
        .filter(|_| (1..=16).contains(&padding))
        .ok_or_else(wrong_passphrase)?;
    bytes.truncate(plain);
    Ok(bytes)
}

fn locked_out() -> Error {
    Error::usage("this private key is locked with a passphrase")
        .hint("Give it with --passphrase-file FILE.")
}

fn wrong_passphrase() -> Error {
    Error::usage("the passphrase does not open this private key")
}

fn unsupported(why: &str) -> Error {
    Error::usage(format!("this private key cannot be read: {why}"))
        .hint("Copy the file, and let ssh-keygen -p -f COPY write it anew in the form of OpenSSH.")
}
