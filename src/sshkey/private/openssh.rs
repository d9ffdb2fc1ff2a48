//! The form of OpenSSH, and what the crate behind it calls things.

use rsa::BoxedUint;
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
use ssh_key::private::{Ed25519Keypair, Ed25519PrivateKey, KeypairData, RsaKeypair, RsaPrivateKey};
use ssh_key::public::{Ed25519PublicKey, RsaPublicKey};
use ssh_key::{Cipher, Kdf, LineEnding, Mpint};
use zeroize::Zeroizing;

use super::{Material, PrivateKey, fill_random, internal, public_of_seed};
use crate::error::Error;
use crate::secret::Secret;
use crate::sshkey::PublicKey;

/// Rounds of bcrypt for a new passphrase, as many as ssh-keygen takes.
const ROUNDS: u32 = 16;

/// Rounds that a key may ask for: half a minute or so.
const MOST_ROUNDS: u32 = 3_000;

/// What was read of such a file.
pub(super) enum Read {
    /// All of it.
    Whole(PrivateKey),
    /// It is locked: the public half stands outside of the lock, the comment does not.
    Locked(Box<ssh_key::PrivateKey>),
}

pub(super) fn read(bytes: &[u8]) -> Result<Read, Error> {
    let key = ssh_key::PrivateKey::from_bytes(bytes).map_err(|_| unreadable())?;
    if key.is_encrypted() {
        return Ok(Read::Locked(Box::new(key)));
    }
    whole(&key).map(Read::Whole)
}

/// Opens a locked key; `None` when the passphrase is wrong.
pub(super) fn unlock(
    locked: &ssh_key::PrivateKey,
    passphrase: &Secret,
) -> Result<Option<PrivateKey>, Error> {
    if matches!(locked.kdf(), Kdf::Bcrypt { rounds, .. } if *rounds > MOST_ROUNDS) {
        return Err(Error::usage(
            "this private key cannot be read: its lock takes too long to open",
        )
        .hint("ssh-keygen -p -a 100 -f COPY locks a copy with fewer rounds."));
    }
    match locked.decrypt(passphrase.expose()) {
        Ok(key) => whole(&key).map(Some),
        Err(_) => Ok(None),
    }
}

/// The public half of a key that may be locked; the comment is missing then.
pub(super) fn public(key: &ssh_key::PrivateKey) -> Result<PublicKey, Error> {
    let blob = key.public_key().to_bytes().map_err(|_| unreadable())?;
    PublicKey::from_blob(blob, key.comment())
}

fn whole(key: &ssh_key::PrivateKey) -> Result<PrivateKey, Error> {
    let material = match key.key_data() {
        KeypairData::Rsa(pair) => Material::Rsa(Box::new(rsa_key(pair)?)),
        KeypairData::Ed25519(pair) => {
            let seed = Zeroizing::new(pair.private.to_bytes());
            if public_of_seed(&seed)? != pair.public.0 {
                return Err(Error::usage(
                    "the halves of this key do not belong together",
                ));
            }
            Material::Ed25519(seed)
        }
        KeypairData::Ecdsa(pair) => Material::Ecdsa(Box::new(pair.clone())),
        _ => {
            return Err(Error::usage(format!(
                "private keys of type {} are not read",
                key.algorithm()
            ))
            .hint(
                "ssh-keygen -y -f FILE prints the public half, which is enough for most commands.",
            ));
        }
    };
    Ok(PrivateKey::of(material, key.comment()))
}

fn rsa_key(pair: &RsaKeypair) -> Result<rsa::PrivateKey, Error> {
    let modulus = pair.public.n.as_bytes();
    let bits = u32::try_from(modulus.len() * 8).map_err(|_| unreadable())?;
    let number = |number: &Mpint| {
        let bytes = number.as_positive_bytes().ok_or_else(unreadable)?;
        BoxedUint::from_be_slice(bytes, bits).map_err(|_| unreadable())
    };
    rsa::PrivateKey::from_components(
        number(&pair.public.n)?,
        number(&pair.public.e)?,
        number(&pair.private.d)?,
        vec![number(&pair.private.p)?, number(&pair.private.q)?],
    )
    .map_err(|error| Error::usage(format!("this RSA key is not sound: {error}")))
}

pub(super) fn write(key: &PrivateKey, passphrase: Option<&Secret>) -> Result<Secret, Error> {
    let data = match &key.material {
        Material::Rsa(key) => KeypairData::Rsa(rsa_pair(key)?),
        Material::Ed25519(seed) => KeypairData::Ed25519(Ed25519Keypair {
            public: Ed25519PublicKey(public_of_seed(seed)?),
            private: Ed25519PrivateKey::from_bytes(seed),
        }),
        Material::Ecdsa(pair) => KeypairData::Ecdsa((**pair).clone()),
    };
    let complain = |error: ssh_key::Error| internal(&format!("the key cannot be written: {error}"));
    let mut key = ssh_key::PrivateKey::new(data, key.comment.as_str()).map_err(complain)?;
    if let Some(passphrase) = passphrase {
        let mut salt = vec![0; 16];
        let mut check = [0; 4];
        fill_random(&mut salt)?;
        fill_random(&mut check)?;
        let kdf = Kdf::Bcrypt {
            salt,
            rounds: ROUNDS,
        };
        let check = u32::from_be_bytes(check);
        key = key
            .encrypt_with(Cipher::Aes256Ctr, kdf, check, passphrase.expose())
            .map_err(complain)?;
    }
    let mut text = key.to_openssh(LineEnding::LF).map_err(complain)?;
    Ok(Secret::new(std::mem::take(&mut *text)))
}

fn rsa_pair(key: &rsa::PrivateKey) -> Result<RsaKeypair, Error> {
    let number = |bytes: Box<[u8]>| {
        Mpint::from_positive_bytes(&Zeroizing::new(bytes))
            .map_err(|error| internal(&format!("the key cannot be written: {error}")))
    };
    let coefficient = key
        .crt_coefficient()
        .ok_or_else(|| internal("the primes of the key are not prime to each other"))?;
    let [p, q] = key.primes() else {
        return Err(Error::usage(
            "RSA keys of more than two primes are not written in this form",
        ));
    };
    Ok(RsaKeypair {
        public: RsaPublicKey {
            e: number(key.e_bytes())?,
            n: number(key.n_bytes())?,
        },
        private: RsaPrivateKey {
            d: number(key.d().to_be_bytes())?,
            iqmp: number(coefficient.to_be_bytes())?,
            p: number(p.to_be_bytes())?,
            q: number(q.to_be_bytes())?,
        },
    })
}

fn unreadable() -> Error {
    Error::usage("this OpenSSH private key is damaged, or of a type that is not known")
        .hint("ssh-keygen -y -f FILE says whether OpenSSH itself can read it.")
}
