//! Private keys: made, read and written in the three forms that are in use.

mod openssh;
mod read;
#[cfg(test)]
mod tests;
mod write;

use ring::signature::{Ed25519KeyPair, KeyPair as _};
use rsa::pkcs8::EncodePrivateKey as _;
use rsa::traits::PublicKeyParts as _;
use ssh_key::private::EcdsaKeypair;
use zeroize::Zeroizing;

use super::{Fingerprint, Form, PublicKey, public};
use crate::error::{Error, ErrorKind};

/// What sort of key is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// Ed25519, which everything but very old systems and some clouds take.
    Ed25519,
    /// RSA with a modulus of 3072 bits.
    Rsa3072,
    /// RSA with a modulus of 4096 bits.
    Rsa4096,
}

/// How a private key file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyFormat {
    /// `OPENSSH PRIVATE KEY`: every type, with a comment, and locked if wanted.
    OpenSsh,
    /// `RSA PRIVATE KEY`, the form in which clouds hand keys out: RSA only, never locked.
    Pkcs1,
    /// `PRIVATE KEY` or `ENCRYPTED PRIVATE KEY`: RSA and Ed25519.
    Pkcs8,
}

/// A private key. It has no way to be printed, and is wiped when dropped.
#[derive(Clone)]
pub struct PrivateKey {
    material: Material,
    comment: String,
}

#[derive(Clone)]
enum Material {
    Rsa(Box<rsa::PrivateKey>),
    Ed25519(Zeroizing<[u8; 32]>),
    Ecdsa(Box<EcdsaKeypair>),
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PrivateKey(redacted)")
    }
}

impl PrivateKey {
    /// Makes a new key; RSA takes from a tenth of a second to some seconds.
    pub fn generate(key_type: KeyType, comment: &str) -> Result<Self, Error> {
        let material = match key_type {
            KeyType::Ed25519 => {
                let mut seed = Zeroizing::new([0; 32]);
                fill_random(&mut *seed)?;
                Material::Ed25519(seed)
            }
            KeyType::Rsa3072 => rsa_of(3072)?,
            KeyType::Rsa4096 => rsa_of(4096)?,
        };
        Ok(Self::of(material, comment))
    }

    fn of(material: Material, comment: &str) -> Self {
        Self {
            material,
            comment: public::one_line(comment),
        }
    }

    /// The comment; empty for none. Only the form of OpenSSH keeps it.
    pub fn comment(&self) -> &str {
        &self.comment
    }

    /// The same key with this comment, in which control characters become spaces.
    #[must_use]
    pub fn with_comment(mut self, comment: &str) -> Self {
        self.comment = public::one_line(comment);
        self
    }

    /// The public half, with the comment.
    pub fn public(&self) -> Result<PublicKey, Error> {
        let mut blob = Vec::new();
        match &self.material {
            Material::Rsa(key) => {
                put_field(&mut blob, b"ssh-rsa");
                put_number(&mut blob, &key.e_bytes());
                put_number(&mut blob, &key.n_bytes());
            }
            Material::Ed25519(seed) => {
                put_field(&mut blob, b"ssh-ed25519");
                put_field(&mut blob, &public_of_seed(seed)?);
            }
            Material::Ecdsa(pair) => {
                put_field(&mut blob, pair.algorithm().as_str().as_bytes());
                put_field(&mut blob, pair.curve().as_str().as_bytes());
                put_field(&mut blob, pair.public_key_bytes());
            }
        }
        PublicKey::from_blob(blob, &self.comment)
    }

    /// The fingerprint of that form, those included that take the private key.
    pub fn fingerprint(&self, form: Form) -> Option<Fingerprint> {
        match (form, &self.material) {
            (Form::Sha1Pkcs8, Material::Rsa(key)) => {
                let der = key.to_pkcs8_der().ok()?;
                Some(public::sha1(der.as_bytes()))
            }
            _ => self.public().ok()?.fingerprint(form),
        }
    }

    /// As what this is the key's fingerprint; `None` when it is none of it.
    pub fn form_of(&self, fingerprint: &Fingerprint) -> Option<Form> {
        Form::ALL
            .into_iter()
            .find(|form| self.fingerprint(*form).as_ref() == Some(fingerprint))
    }
}

fn rsa_of(bits: usize) -> Result<Material, Error> {
    let key = rsa::PrivateKey::new(&mut getrandom::SysRng, bits);
    key.map(|key| Material::Rsa(Box::new(key)))
        .map_err(|error| internal(&format!("no RSA key came about: {error}")))
}

fn fill_random(bytes: &mut [u8]) -> Result<(), Error> {
    getrandom::fill(bytes).map_err(|_| internal("the system gives no random bytes"))
}

fn public_of_seed(seed: &[u8; 32]) -> Result<[u8; 32], Error> {
    let pair = Ed25519KeyPair::from_seed_unchecked(seed);
    let public = pair
        .ok()
        .and_then(|pair| pair.public_key().as_ref().try_into().ok());
    public.ok_or_else(|| internal("the seed gives no Ed25519 key"))
}

/// A string of the SSH protocol: four bytes of length, then as many bytes.
fn put_field(blob: &mut Vec<u8>, field: &[u8]) {
    // A field is part of a file that was read or a key that was made: never 4 GiB.
    let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
    blob.extend(length.to_be_bytes());
    blob.extend_from_slice(field);
}

/// A positive number of the SSH protocol: a zero in front when its first bit would be a sign.
fn put_number(blob: &mut Vec<u8>, number: &[u8]) {
    let sign: &[u8] = match number.first() {
        Some(0x80..) => &[0],
        _ => &[],
    };
    put_field(blob, &[sign, number].concat());
}

fn internal(message: &str) -> Error {
    Error::new(ErrorKind::Internal, message)
}
