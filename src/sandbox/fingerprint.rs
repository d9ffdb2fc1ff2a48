//! Fingerprints of OpenSSH public keys, in the forms that the clouds print.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};

/// The type and the decoded blob of `type base64 [comment]`; `None` when it is no public key line.
///
/// The blob repeats the type as its first string, which catches cut and mixed-up lines.
pub(crate) fn parse(public_key: &str) -> Option<(String, Vec<u8>)> {
    let mut words = public_key.split_whitespace();
    let kind = words.next()?;
    let blob = STANDARD.decode(words.next()?).ok()?;
    let length = usize::try_from(u32::from_be_bytes(blob.get(..4)?.try_into().ok()?)).ok()?;
    let inner = blob.get(4..length.checked_add(4)?)?;
    (inner == kind.as_bytes()).then(|| (kind.to_owned(), blob))
}

/// MD5 of the blob as bare hex, the form of Volcengine (spec volcengine 4.0); empty for what is no public key.
pub(crate) fn md5_hex(public_key: &str) -> String {
    parse(public_key).map_or_else(String::new, |(_, blob)| hex::encode(Md5::digest(blob)))
}

/// The same with colons, the form of KPS (spec huawei 7).
pub(crate) fn md5_colons(public_key: &str) -> String {
    let mut text = String::with_capacity(47);
    for (place, digit) in md5_hex(public_key).chars().enumerate() {
        if place > 0 && place.is_multiple_of(2) {
            text.push(':');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::seed::public_keys;
    use super::*;

    #[test]
    fn agrees_with_ssh_keygen() {
        assert_eq!(
            md5_colons(public_keys::CI),
            "c8:e2:42:2d:4d:9c:f8:5f:46:1e:91:d8:94:2f:97:6e"
        );
        assert_eq!(
            md5_hex(public_keys::DEV),
            "e03d6174b6a70c536100b0a16ebea0ff"
        );
    }

    #[test]
    fn takes_no_nonsense() {
        for text in [
            "",
            "ssh-rsa",
            "ssh-rsa !!!",
            "ssh-rsa AAAA",
            "ssh-rsa //////8=",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        let other_type = public_keys::CI.replacen("ssh-rsa", "ssh-dss", 1);
        assert_eq!(parse(&other_type), None);
    }
}
