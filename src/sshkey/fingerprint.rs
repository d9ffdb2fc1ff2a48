//! Fingerprints, read in every form that people paste and written as OpenSSH writes them.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, STANDARD_PAD_INDIFFERENT};

use crate::error::Error;

/// What identifies a key in short. What it was made of, [`Form`](super::Form) says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fingerprint {
    /// A SHA-256, the form of today.
    Sha256([u8; 32]),
    /// An MD5, the form of old tools and of most cloud consoles.
    Md5([u8; 16]),
    /// A SHA-1, the form of AWS for pairs that it made.
    Sha1([u8; 20]),
}

impl Fingerprint {
    /// The 32 hexadecimal digits of an MD5 without colons, as some APIs want it; `None` for others.
    pub fn md5_hex(&self) -> Option<String> {
        match self {
            Self::Md5(digest) => Some(hex::encode(digest)),
            Self::Sha256(_) | Self::Sha1(_) => None,
        }
    }
}

impl fmt::Display for Fingerprint {
    /// As OpenSSH prints it: `SHA256:` and base64 without padding, or `MD5:` and hex with colons. A
    /// SHA-1 has hex with colons, too: that is how AWS shows it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sha256(digest) => write!(formatter, "SHA256:{}", STANDARD_NO_PAD.encode(digest)),
            Self::Md5(digest) => with_colons("MD5", digest, formatter),
            Self::Sha1(digest) => with_colons("SHA1", digest, formatter),
        }
    }
}

fn with_colons(name: &str, digest: &[u8], formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    formatter.write_str(name)?;
    for byte in digest {
        write!(formatter, ":{byte:02x}")?;
    }
    Ok(())
}

impl FromStr for Fingerprint {
    type Err = Error;

    /// Reads `SHA256:…` with or without padding, the bare base64 of one, `MD5:…`, `SHA1:…` in hex or
    /// base64, bare hex with or without colons, prefixes in any case, and a whole line of
    /// `ssh-keygen -l`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let mut words = text.split_whitespace();
        let found = match (words.next(), words.next()) {
            (Some(only), None) => read(only),
            (Some(_), Some(second)) if has_prefix(second) => read(second),
            _ => None,
        };
        found.ok_or_else(|| {
            Error::usage(format!(
                "'{}' is no fingerprint",
                text.trim().escape_debug()
            ))
            .hint("Write SHA256:… as ssh-keygen -l prints it, or the 32 hex digits of an MD5.")
        })
    }
}

fn has_prefix(word: &str) -> bool {
    split_prefix(word, "sha256:")
        .or(split_prefix(word, "md5:"))
        .or(split_prefix(word, "sha1:"))
        .is_some()
}

fn split_prefix<'a>(word: &'a str, prefix: &str) -> Option<&'a str> {
    let head = word.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix)
        .then(|| &word[prefix.len()..])
}

fn read(word: &str) -> Option<Fingerprint> {
    if let Some(rest) = split_prefix(word, "sha256:") {
        let digest = base64_digest(rest).or_else(|| hex_digest(rest));
        return digest.map(Fingerprint::Sha256);
    }
    if let Some(rest) = split_prefix(word, "md5:") {
        return hex_digest(rest).map(Fingerprint::Md5);
    }
    if let Some(rest) = split_prefix(word, "sha1:") {
        let digest = hex_digest(rest).or_else(|| base64_digest(rest));
        return digest.map(Fingerprint::Sha1);
    }
    // 32, 40 and 64 letters are never the base64 of a SHA-256, which has 43 or 44.
    hex_digest(word)
        .map(Fingerprint::Md5)
        .or_else(|| hex_digest(word).map(Fingerprint::Sha1))
        .or_else(|| hex_digest(word).map(Fingerprint::Sha256))
        .or_else(|| base64_digest(word).map(Fingerprint::Sha256))
}

fn base64_digest<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    STANDARD_PAD_INDIFFERENT.decode(text).ok()?.try_into().ok()
}

/// Hex in any case, all of its bytes with colons between them or none.
fn hex_digest<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    let with_colons =
        text.split(':').count() == LENGTH && text.split(':').all(|byte| byte.len() == 2);
    let digits = if with_colons {
        text.replace(':', "")
    } else {
        text.to_owned()
    };
    hex::decode(digits).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::Fingerprint;

    const SHA256: &str = "SHA256:WcMvjRo1t0uDYNlfRPjt8l7Wy/1HbpLwTkulhpNc3hc";
    const MD5: &str = "MD5:49:ef:73:2b:9b:7f:2e:0c:58:d3:e3:42:8e:28:04:3b";

    #[test]
    fn every_usual_form_is_read_as_the_same() {
        for text in [
            SHA256,
            "sha256:WcMvjRo1t0uDYNlfRPjt8l7Wy/1HbpLwTkulhpNc3hc",
            "SHA256:WcMvjRo1t0uDYNlfRPjt8l7Wy/1HbpLwTkulhpNc3hc=",
            "WcMvjRo1t0uDYNlfRPjt8l7Wy/1HbpLwTkulhpNc3hc",
            " WcMvjRo1t0uDYNlfRPjt8l7Wy/1HbpLwTkulhpNc3hc=\r\n",
            "59c32f8d1a35b74b8360d95f44f8edf25ed6cbfd476e92f04e4ba586935cde17",
            "256 SHA256:WcMvjRo1t0uDYNlfRPjt8l7Wy/1HbpLwTkulhpNc3hc dev@example.com (ED25519)",
        ] {
            let read = text.parse::<Fingerprint>().expect(text);
            assert_eq!(read.to_string(), SHA256, "{text}");
        }
        for text in [
            MD5,
            "md5:49:EF:73:2b:9b:7f:2e:0c:58:d3:e3:42:8e:28:04:3b",
            "49:ef:73:2b:9b:7f:2e:0c:58:d3:e3:42:8e:28:04:3b",
            "49EF732B9B7F2E0C58D3E3428E28043B",
            "MD5:49ef732b9b7f2e0c58d3e3428e28043b",
            "2048 MD5:49:ef:73:2b:9b:7f:2e:0c:58:d3:e3:42:8e:28:04:3b no comment (RSA)",
        ] {
            let read = text.parse::<Fingerprint>().expect(text);
            assert_eq!(read.to_string(), MD5, "{text}");
        }
    }

    #[test]
    fn a_sha1_is_read_as_aws_and_as_openssh_write_it() {
        let colons = "2f:d4:e1:c6:7a:2d:28:fc:ed:84:9e:e1:bb:76:e7:39:1b:93:eb:12";
        for text in [
            colons,
            &colons.replace(':', ""),
            &format!("SHA1:{colons}"),
            "SHA1:L9ThxnotKPzthJ7hu3bnORuT6xI",
            "2048 SHA1:L9ThxnotKPzthJ7hu3bnORuT6xI no comment (RSA)",
        ] {
            let read = text.parse::<Fingerprint>().expect(text);
            assert_eq!(read.to_string(), format!("SHA1:{colons}"), "{text}");
            assert_eq!(read.md5_hex(), None);
        }
        let md5 = MD5.parse::<Fingerprint>().expect("an MD5");
        assert_eq!(
            md5.md5_hex().as_deref(),
            Some("49ef732b9b7f2e0c58d3e3428e28043b")
        );
    }

    #[test]
    fn what_is_no_fingerprint_is_refused() {
        for text in [
            "",
            "SHA256:",
            "SHA256:WcMv",
            "MD5:49:ef",
            "MD5:WcMvjRo1t0uDYNlfRPjt8l7Wy/1HbpLwTkulhpNc3hc",
            "49:ef732b9b7f2e0c58d3e3428e28043b",
            "49ef732b9b7f2e0c58d3e3428e28043",
            "49ef732b9b7f2e0c58d3e3428e28043g",
            "SHA1:2fd4e1c67a2d28fced849ee1bb76e7391b93eb",
            "MD5:2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
            "laptop",
            "密密密密密密密密",
            "ssh-ed25519 AAAAC3Nz",
        ] {
            assert!(text.parse::<Fingerprint>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_fingerprint_comes_back(sha256: [u8; 32], sha1: [u8; 20], md5: [u8; 16]) {
            for digest in [
                Fingerprint::Sha256(sha256),
                Fingerprint::Sha1(sha1),
                Fingerprint::Md5(md5),
            ] {
                prop_assert_eq!(digest.to_string().parse::<Fingerprint>().ok(), Some(digest));
            }
        }
    }
}
