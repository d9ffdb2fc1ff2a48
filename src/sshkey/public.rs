//! One line of an OpenSSH public key file.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_PAD_INDIFFERENT};
use md5::Md5;
use sha2::{Digest as _, Sha256};

use super::{Fingerprint, Form, der};
use crate::error::{Error, ErrorKind};

/// The algorithm of RSA keys (RFC 8017) and its empty parameters.
const RSA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
/// The algorithm of Ed25519 keys (RFC 8410).
const ED25519: &[u8] = b"\x06\x03\x2b\x65\x70";
/// The algorithm of keys on an elliptic curve (RFC 5480); the curve is its parameter.
const ECDSA: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01";
const P256: &[u8] = b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
const P384: &[u8] = b"\x06\x05\x2b\x81\x04\x00\x22";
const P521: &[u8] = b"\x06\x05\x2b\x81\x04\x00\x23";

/// A public key: `TYPE BASE64 [COMMENT]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    kind: String,
    blob: Vec<u8>,
    comment: String,
    /// The usual digests are made once: a fleet has a hundred thousand keys that are compared by them.
    sha256: [u8; 32],
    md5: [u8; 16],
}

impl PublicKey {
    fn new(kind: String, blob: Vec<u8>, comment: &str) -> Self {
        Self {
            kind,
            // The line is printed, and handed to clouds: nothing in it may be more than text.
            comment: one_line(comment),
            sha256: Sha256::digest(&blob).into(),
            md5: Md5::digest(&blob).into(),
            blob,
        }
    }

    /// Reads the only key in a text; blank lines and lines with `#` around it do not matter.
    ///
    /// No error shows any of the text: somebody may have passed a private key.
    pub fn parse(text: &str) -> Result<Self, Error> {
        refuse_other_files(text)?;
        let text = text.trim_start_matches('\u{feff}');
        let mut lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        let line = lines.next().ok_or_else(|| complain("it is empty"))?;
        if lines.next().is_some() {
            return Err(complain("it has more than one line"));
        }
        let (kind, rest) = split_word(line);
        let (base64, comment) = split_word(rest);
        if kind.contains("-cert-v") {
            return Err(complain("it is a certificate")
                .hint("Use the public key that the certificate was made for."));
        }
        let blob = STANDARD_PAD_INDIFFERENT
            .decode(base64)
            .ok()
            .filter(|blob| !blob.is_empty())
            .ok_or_else(|| complain("the second word is not base64"))?;
        let (inner, _) = split_field(&blob).ok_or_else(|| complain("the key is cut off"))?;
        if inner != kind.as_bytes() {
            return Err(complain(
                "its type is not the one that stands in front of it",
            ));
        }
        if !is_name(kind) {
            return Err(complain("its type is no name"));
        }
        if !is_whole(kind, &blob) {
            return Err(complain(
                "the key is cut off, or has more than belongs to it",
            ));
        }
        Ok(Self::new(kind.to_owned(), blob, comment))
    }

    /// Takes a blob as the SSH protocol writes it.
    pub(super) fn from_blob(blob: Vec<u8>, comment: &str) -> Result<Self, Error> {
        let kind = split_field(&blob).and_then(|(kind, _)| std::str::from_utf8(kind).ok());
        let kind = kind
            .filter(|kind| is_name(kind))
            .ok_or_else(|| Error::new(ErrorKind::Internal, "the public key has no type"))?
            .to_owned();
        Ok(Self::new(kind, blob, comment))
    }

    /// The type, such as `ssh-ed25519`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The comment; empty for none.
    pub fn comment(&self) -> &str {
        &self.comment
    }

    /// The key as the SSH protocol writes it: what fingerprints are made of.
    pub fn blob(&self) -> &[u8] {
        &self.blob
    }

    /// The strength in bits, for types that are known.
    pub fn bits(&self) -> Option<u32> {
        match self.kind.as_str() {
            "ssh-ed25519"
            | "sk-ssh-ed25519@openssh.com"
            | "ecdsa-sha2-nistp256"
            | "sk-ecdsa-sha2-nistp256@openssh.com" => Some(256),
            "ecdsa-sha2-nistp384" => Some(384),
            "ecdsa-sha2-nistp521" => Some(521),
            // Type, exponent, modulus.
            "ssh-rsa" => length_of_number(self.field(2)?),
            // Type, prime, and more.
            "ssh-dss" => length_of_number(self.field(1)?),
            _ => None,
        }
    }

    /// The line of a public key file, without a line end: `TYPE BASE64`, and the comment if there is
    /// one.
    pub fn line(&self) -> String {
        let mut line = format!("{} {}", self.kind, STANDARD.encode(&self.blob));
        if !self.comment.is_empty() {
            line.push(' ');
            line.push_str(&self.comment);
        }
        line
    }

    /// The same key without a comment.
    #[must_use]
    pub fn without_comment(&self) -> Self {
        self.with_comment("")
    }

    /// The same key with this comment. Line breaks and other control characters become spaces: they
    /// would make a second line, which another program may take for a second key.
    #[must_use]
    pub fn with_comment(&self, comment: &str) -> Self {
        Self {
            comment: one_line(comment),
            ..self.clone()
        }
    }

    /// Whether both are the same key, whatever the comments say.
    pub fn same_material(&self, other: &Self) -> bool {
        self.blob == other.blob
    }

    /// The fingerprint of today.
    pub fn sha256(&self) -> Fingerprint {
        Fingerprint::Sha256(self.sha256)
    }

    /// The fingerprint of old.
    pub fn md5(&self) -> Fingerprint {
        Fingerprint::Md5(self.md5)
    }

    /// The fingerprint of that form; `None` when this key has none of it or it takes the private key.
    pub fn fingerprint(&self, form: Form) -> Option<Fingerprint> {
        match form {
            Form::Sha256 => Some(self.sha256()),
            Form::Md5 => Some(self.md5()),
            Form::Sha1 => Some(sha1(&self.blob)),
            Form::Md5Spki => Some(Fingerprint::Md5(Md5::digest(self.spki()?).into())),
            Form::Sha1Spki => Some(sha1(&self.spki()?)),
            Form::Sha256Spki => Some(Fingerprint::Sha256(Sha256::digest(self.spki()?).into())),
            Form::Md5Pkcs1 => Some(Fingerprint::Md5(Md5::digest(self.pkcs1()?).into())),
            Form::Sha1Pkcs1 => Some(sha1(&self.pkcs1()?)),
            Form::Sha256Pkcs1 => Some(Fingerprint::Sha256(Sha256::digest(self.pkcs1()?).into())),
            Form::Sha1Pkcs8 => None,
        }
    }

    /// Whether this is the key's fingerprint, of whichever sort it is.
    ///
    /// A `false` for a SHA-1 proves nothing: one of its forms takes the private key.
    pub fn matches(&self, fingerprint: &Fingerprint) -> bool {
        self.form_of(fingerprint).is_some()
    }

    /// As what this is the key's fingerprint; `None` when it is none that the public key has.
    pub fn form_of(&self, fingerprint: &Fingerprint) -> Option<Form> {
        Form::ALL
            .into_iter()
            .find(|form| self.fingerprint(*form).as_ref() == Some(fingerprint))
    }

    /// The key in DER as X.509 has it, for the types that are known.
    fn spki(&self) -> Option<Vec<u8>> {
        let (algorithm, key) = match self.kind.as_str() {
            "ssh-rsa" => (vec![RSA], self.pkcs1()?),
            "ssh-ed25519" => (vec![ED25519], self.field(1)?.to_vec()),
            "ecdsa-sha2-nistp256" => (vec![ECDSA, P256], self.field(2)?.to_vec()),
            "ecdsa-sha2-nistp384" => (vec![ECDSA, P384], self.field(2)?.to_vec()),
            "ecdsa-sha2-nistp521" => (vec![ECDSA, P521], self.field(2)?.to_vec()),
            _ => return None,
        };
        let algorithm = der::sequence(&algorithm);
        Some(der::sequence(&[&algorithm, &der::bit_string(&key)]))
    }

    /// An RSA key in DER as PKCS#1 has it.
    fn pkcs1(&self) -> Option<Vec<u8>> {
        if self.kind != "ssh-rsa" {
            return None;
        }
        let (exponent, modulus) = (self.field(1)?, self.field(2)?);
        Some(der::sequence(&[
            &der::integer(modulus),
            &der::integer(exponent),
        ]))
    }

    fn field(&self, number: usize) -> Option<&[u8]> {
        let mut rest = self.blob.as_slice();
        for _ in 0..number {
            rest = split_field(rest)?.1;
        }
        split_field(rest).map(|(field, _)| field)
    }
}

/// Other files that end up where a public key is wanted.
fn refuse_other_files(text: &str) -> Result<(), Error> {
    let private = (text.contains("-----BEGIN") && text.contains("PRIVATE KEY"))
        || text.contains("PuTTY-User-Key-File");
    if private {
        return Err(complain("it is a private key")
            .hint("Give the public half, the file that ends in .pub; keep this one to yourself.")
            .hint("kpctl key convert FILE --to public prints the public half of a private key."));
    }
    if text.contains("BEGIN SSH2 PUBLIC KEY") || text.contains("-----BEGIN") {
        return Err(complain("it is in another form than that of OpenSSH").hint(
            "ssh-keygen -i converts it: ssh-keygen -i -f FILE, with -m PKCS8 for a PEM file.",
        ));
    }
    Ok(())
}

fn complain(why: &str) -> Error {
    Error::usage(format!("this is no OpenSSH public key: {why}"))
}

fn split_word(text: &str) -> (&str, &str) {
    text.split_once(char::is_whitespace)
        .map_or((text, ""), |(word, rest)| (word, rest.trim()))
}

/// Whether the blob has the fields that keys of its type have, each to its end. A key that lost its tail in a
/// copy has another fingerprint and would be found nowhere. Of other types nothing is known.
fn is_whole(kind: &str, blob: &[u8]) -> bool {
    // The type itself is the first.
    let expected = match kind {
        "ssh-ed25519" => 2,
        "ssh-rsa" | "ecdsa-sha2-nistp256" | "ecdsa-sha2-nistp384" | "ecdsa-sha2-nistp521" => 3,
        "ssh-dss" => 5,
        _ => return true,
    };
    let mut rest = blob;
    for _ in 0..expected {
        match split_field(rest) {
            Some((field, after)) if !field.is_empty() => rest = after,
            _ => return false,
        }
    }
    rest.is_empty()
}

/// A length of four bytes and as many bytes as it says, and what follows.
fn split_field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

/// What can be a type: visible ASCII (RFC 4251 section 6).
fn is_name(kind: &str) -> bool {
    !kind.is_empty() && kind.chars().all(|letter| letter.is_ascii_graphic())
}

pub(super) fn sha1(bytes: &[u8]) -> Fingerprint {
    let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, bytes);
    let mut sha1 = [0; 20];
    sha1.copy_from_slice(digest.as_ref());
    Fingerprint::Sha1(sha1)
}

pub(super) fn one_line(comment: &str) -> String {
    let clean = comment.replace(char::is_control, " ");
    clean.trim().to_owned()
}

/// How many bits a big-endian number has.
fn length_of_number(bytes: &[u8]) -> Option<u32> {
    let (first, rest) = der::without_zeros(bytes).split_first()?;
    u32::try_from(rest.len())
        .ok()?
        .checked_mul(8)?
        .checked_add(8 - first.leading_zeros())
}

#[cfg(test)]
mod tests;
