//! The signature checks: each recomputes the signature from the bytes that arrived.

pub(crate) mod huawei;
pub(crate) mod tencent;
#[cfg(test)]
mod vectors;
pub(crate) mod volcengine;

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use super::request::Request;

/// A key that a cloud knows.
#[derive(Clone, Debug)]
pub(crate) struct Key<'a> {
    /// The public half.
    pub(crate) id: &'a str,
    /// The secret half.
    pub(crate) secret: &'a str,
    /// The session token that has to come along; `None` when none may.
    pub(crate) token: Option<&'a str>,
}

/// What was compared, in the order in which it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The Authorization header as such.
    Authorization,
    /// The access key or its session token.
    Credential,
    /// Which headers are signed.
    SignedHeaders,
    /// A hash of the body that the client sent along.
    PayloadHash,
    /// Day, region, service.
    CredentialScope,
    /// The clock.
    Timestamp,
    /// The rest: the secret key, or the canonical request.
    Signature,
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Authorization => "authorization header",
            Self::Credential => "credential",
            Self::SignedHeaders => "signed headers",
            Self::PayloadHash => "payload hash",
            Self::CredentialScope => "credential scope",
            Self::Timestamp => "timestamp",
            Self::Signature => "signature",
        })
    }
}

/// Why a request was not let in: the vendor's answer, and for the log what the vendor would not say.
#[derive(Debug)]
pub(crate) struct Denial<R> {
    /// The first stage that can be told to differ.
    pub(crate) stage: Stage,
    /// What is wrong there.
    pub(crate) detail: String,
    /// What the check computed, when it came that far.
    pub(crate) canonical_request: Option<String>,
    /// The vendor's answer.
    pub(crate) refusal: R,
}

impl<R> Denial<R> {
    /// A denial before anything was computed.
    pub(crate) fn new(stage: Stage, detail: impl Into<String>, refusal: R) -> Self {
        Self {
            stage,
            detail: detail.into(),
            canonical_request: None,
            refusal,
        }
    }

    /// Stage, detail and canonical request in one line, without session tokens.
    pub(crate) fn explanation(&self) -> String {
        let mut text = format!("first difference: {} ({})", self.stage, self.detail);
        if let Some(canonical_request) = &self.canonical_request {
            let lines: Vec<_> = canonical_request.split('\n').map(without_token).collect();
            text.push_str("; canonical request here: ");
            text.push_str(&lines.join("|"));
        }
        text
    }
}

fn without_token(line: &str) -> &str {
    for name in ["x-security-token:", "x-auth-token:", "x-tc-token:"] {
        if line.starts_with(name) {
            return &line[..name.len()];
        }
    }
    line
}

/// The access key that a request claims to be signed with, whether or not it is.
pub(crate) fn claimed_access_key(request: &Request) -> Option<&str> {
    let header = request.header("authorization")?;
    let (algorithm, _) = header.split_once(' ')?;
    let first = if algorithm == huawei::ALGORITHM {
        "Access"
    } else {
        "Credential"
    };
    fields(header, algorithm, first)?
        .credential
        .split('/')
        .next()
}

/// What a request claims to be let in for: an access key, or the token in place of a signature.
pub(crate) fn claimed_credential(request: &Request) -> Option<&str> {
    claimed_access_key(request).or_else(|| request.header("x-auth-token"))
}

/// The key of that access key.
fn find<'k, 'a>(keys: &'k [Key<'a>], access_key: &str) -> Option<&'k Key<'a>> {
    keys.iter().find(|key| key.id == access_key)
}

/// Lower-case hex SHA-256.
pub(crate) fn sha256_hex(data: &[u8]) -> String {
    hex::encode(Sha256::digest(data))
}

/// HMAC-SHA256, raw.
pub(crate) fn hmac(key: &[u8], message: &str) -> Vec<u8> {
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mut mac) => {
            mac.update(message.as_bytes());
            mac.finalize().into_bytes().to_vec()
        }
        Err(_) => Vec::new(), // HMAC takes keys of any length, so this is never reached
    }
}

/// The three fields of an Authorization header after its algorithm: `first=…, SignedHeaders=…, Signature=…`, in that
/// order and separated by a comma and blanks.
struct Fields<'a> {
    credential: &'a str,
    signed_headers: &'a str,
    signature: &'a str,
}

fn fields<'a>(header: &'a str, algorithm: &str, first: &str) -> Option<Fields<'a>> {
    let rest = header.strip_prefix(algorithm)?.strip_prefix(' ')?;
    let mut parts = rest.splitn(3, ',');
    let mut field = |name: &str| -> Option<&'a str> {
        let part = parts.next()?.trim();
        part.strip_prefix(name)?.strip_prefix('=')
    };
    Some(Fields {
        credential: field(first)?,
        signed_headers: field("SignedHeaders")?,
        signature: field("Signature")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_three_fields() {
        let header = "X Credential=a/b, SignedHeaders=c;d, Signature=ef";
        let read = fields(header, "X", "Credential").expect("fields");
        assert_eq!(
            (read.credential, read.signed_headers, read.signature),
            ("a/b", "c;d", "ef")
        );
        for broken in [
            "",
            "X",
            "X Credential=a",
            "X SignedHeaders=c, Credential=a, Signature=e",
            "Y Credential=a, SignedHeaders=c, Signature=e",
        ] {
            assert!(fields(broken, "X", "Credential").is_none(), "{broken}");
        }
    }

    #[test]
    fn no_session_token_reaches_the_log() {
        let denial = Denial {
            canonical_request: Some(
                "GET\n/\n\nhost:a\nx-security-token:hush\n\nhost\nhash".to_owned(),
            ),
            ..Denial::new(Stage::Signature, "differs", ())
        };
        let text = denial.explanation();
        assert!(!text.contains("hush"), "{text}");
        assert!(
            text.contains("GET|/||host:a|x-security-token:||host|hash"),
            "{text}"
        );
    }
}
