//! Private keys into texts.

use rsa::pkcs1::EncodeRsaPrivateKey as _;
use rsa::pkcs8::{EncodePrivateKey as _, PrivateKeyInfoRef};
use zeroize::Zeroizing;

use super::{KeyFormat, Material, PrivateKey, internal, openssh};
use crate::error::Error;
use crate::secret::Secret;
use crate::sshkey::pem;

/// What stands in front of the seed in PKCS#8 without the public half (RFC 8410 section 7): OpenSSL
/// before 3.0 reads no other.
const ED25519: [u8; 16] = *b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";

impl PrivateKey {
    /// The text of a private key file, with a line end at its end; locked when there is a passphrase.
    pub fn write(&self, format: KeyFormat, passphrase: Option<&Secret>) -> Result<Secret, Error> {
        if passphrase.is_some_and(|passphrase| passphrase.expose().is_empty()) {
            return Err(Error::usage("the passphrase is empty"));
        }
        match format {
            KeyFormat::OpenSsh => openssh::write(self, passphrase),
            KeyFormat::Pkcs1 if passphrase.is_some() => {
                Err(Error::usage("PKCS#1 has no lock that is worth its name")
                    .hint("Use openssh or pkcs8, or write it without a passphrase."))
            }
            KeyFormat::Pkcs1 => match &self.material {
                Material::Rsa(key) => {
                    let der = key.to_pkcs1_der().map_err(|_| unwritable())?;
                    Ok(pem::write("RSA PRIVATE KEY", der.as_bytes()))
                }
                _ => Err(Error::usage("PKCS#1 is for RSA keys, and this is none")
                    .hint("Use openssh or pkcs8.")),
            },
            KeyFormat::Pkcs8 => self.write_pkcs8(passphrase),
        }
    }

    fn write_pkcs8(&self, passphrase: Option<&Secret>) -> Result<Secret, Error> {
        let der = match &self.material {
            Material::Rsa(key) => {
                let der = key.to_pkcs8_der().map_err(|_| unwritable())?;
                der.to_bytes()
            }
            Material::Ed25519(seed) => Zeroizing::new([&ED25519[..], &seed[..]].concat()),
            Material::Ecdsa(_) => {
                return Err(
                    Error::usage("ECDSA keys are written in the form of OpenSSH only")
                        .hint("Copy the file, and use ssh-keygen -p -m PKCS8 -f COPY."),
                );
            }
        };
        let Some(passphrase) = passphrase else {
            return Ok(pem::write("PRIVATE KEY", &der));
        };
        let locked = PrivateKeyInfoRef::try_from(der.as_slice())
            .and_then(|info| info.encrypt_with_rng(&mut getrandom::SysRng, passphrase.expose()))
            .map_err(|_| unwritable())?;
        Ok(pem::write("ENCRYPTED PRIVATE KEY", locked.as_bytes()))
    }
}

fn unwritable() -> Error {
    internal("the private key cannot be written in this form")
}
