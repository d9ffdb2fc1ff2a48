//! What can be said about names and keys before anything is sent (spec huawei 7).

use crate::cloud::names::Alphabet;
use crate::error::Error;
use crate::model::{CloudId, NewKeyPair};
use crate::sshkey::PublicKey;

/// Longest name, by the newest documentation.
const LONGEST_NAME: usize = 255;
/// Longest name, by older documentation.
const LONGEST_OLD_NAME: usize = 64;
/// What new names are made of. Which of the two limits holds is not known, so that the shorter one counts.
const ALPHABET: Alphabet = Alphabet {
    separators: &['_', '-'],
    filler: '-',
    longest: LONGEST_OLD_NAME,
};
/// Longest public key that servers are given at their start.
const LONGEST_KEY: usize = 1024;

/// A name that must not get into a path: it would be another route (spec huawei 2.7). What the
/// names of pairs that exist may look like otherwise is left to the service.
pub(in crate::cloud::huawei) fn check_name(name: &str) -> Result<(), Error> {
    let wrong = |c: char| c.is_control() || matches!(c, '/' | '{' | '}');
    if matches!(name, "" | "." | "..") || name.contains(wrong) {
        return Err(no_name(name));
    }
    Ok(())
}

fn no_name(name: &str) -> Error {
    Error::usage(format!(
        "'{}' cannot be the name of a key pair",
        name.escape_debug()
    ))
    .hint("A name has 1 to 255 characters: letters, digits, '_' and '-'.")
    .cloud(CloudId::Huawei)
}

/// Refuses what cannot be the name of a new pair; what may be refused is a warning.
pub(in crate::cloud) fn check_new_name(name: &str) -> Result<Option<String>, Error> {
    if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(is_plain) {
        return Err(no_name(name));
    }
    let length = name.len();
    Ok((length > LONGEST_OLD_NAME).then(|| {
        format!("the name has {length} characters; older parts of KPS take {LONGEST_OLD_NAME}")
    }))
}

fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-')
}

/// The name itself or the nearest one that is certainly taken; `None` when nothing is left of it.
pub(in crate::cloud) fn legal(wanted: &str) -> Option<String> {
    if matches!(check_new_name(wanted), Ok(None)) {
        return Some(wanted.to_owned());
    }
    ALPHABET.nearest(wanted)
}

/// Judges a new pair: certain refusals are errors, doubts are warnings.
pub(super) fn check_new(pair: &NewKeyPair) -> Result<Vec<String>, Error> {
    let mut warnings: Vec<String> = check_new_name(&pair.name)?.into_iter().collect();
    if !pair.tags.is_empty() {
        return Err(Error::usage("KPS keeps no tags").hint("Leave the tags out."));
    }
    if pair.project.is_some() {
        return Err(
            Error::usage("a key pair of KPS is made in the project of the credentials")
                .hint("Leave the project out, or set HUAWEICLOUD_SDK_PROJECT_ID."),
        );
    }
    if pair.protection.is_some() && pair.public_key.is_some() {
        return Err(Error::usage(
            "KPS can store a private key only if it makes the pair itself or is sent the key (KPS.0002)",
        )
        .hint("Leave the protection out, or let the cloud make the pair."));
    }
    warnings.extend(pair.public_key.as_ref().and_then(doubt));
    Ok(warnings)
}

/// What may keep a public key from being of use.
pub(in crate::cloud) fn doubt(key: &PublicKey) -> Option<String> {
    let bits = key.bits();
    match (key.kind(), bits) {
        ("ssh-rsa", Some(2048 | 3072 | 4096)) => {}
        ("ssh-rsa", Some(bits)) => {
            return Some(format!(
                "KPS documents RSA keys of 2048, 3072 and 4096 bits; this one has {bits}; trying it"
            ));
        }
        (
            "ssh-ed25519"
            | "ssh-dss"
            | "ecdsa-sha2-nistp256"
            | "ecdsa-sha2-nistp384"
            | "ecdsa-sha2-nistp521"
            | "ssh-rsa",
            _,
        ) => {}
        (kind, _) => {
            return Some(format!(
                "KPS does not document keys of type {kind}; trying it"
            ));
        }
    }
    let length = key.line().len();
    (length > LONGEST_KEY).then(|| {
        format!(
            "the public key has {length} characters; servers take {LONGEST_KEY} when they are created"
        )
    })
}
