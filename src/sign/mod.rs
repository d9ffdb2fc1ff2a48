//! What the request signers share. Pure: no clock, no environment, no network.
//!
//! Every scheme has the same three stages: the request is written in one canonical form, a short
//! text with its hash is made of that, and the text is signed. The schemes differ in what they
//! count as canonical and in how the key is derived; that is in `cloud/<vendor>/sign.rs`.

pub mod escape;

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// A request as it goes over the wire, seen by a signer.
///
/// The bytes that are sent must be the bytes that were signed, so nothing may rewrite the path,
/// the query or a signed header afterwards. There is no `Debug`: a header may hold a session token.
pub struct SigningInput<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// The percent-encoded path as sent.
    pub path: &'a str,
    /// The query as sent, without the `?`.
    pub query: &'a str,
    /// Every header that is to be signed, with the value as sent, in any letter case and any
    /// order. It must hold `host`.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body as sent.
    pub body: &'a [u8],
}

/// A long-term key, or the first two parts of a temporary one.
#[derive(Clone, Copy)]
pub struct AccessKey<'a> {
    /// The public half; it is shown to the server in every request.
    pub id: &'a str,
    /// The secret half.
    pub secret: &'a str,
}

impl fmt::Debug for AccessKey<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AccessKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The three named stages of every scheme, and the header that comes of them.
///
/// There is no `Debug`: the canonical request may hold a session token.
pub struct Stages {
    /// The request in its one canonical form.
    pub canonical_request: String,
    /// The text that is signed.
    pub string_to_sign: String,
    /// The signature, in lower-case hex.
    pub signature: String,
    /// The value of the `Authorization` header.
    pub authorization: String,
}

/// The SHA-256 of `bytes`, in lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The HMAC-SHA256 of `message` under `key`.
pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key).expect("HMAC is defined for keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// `YYYYMMDDTHHMMSSZ`, the timestamp of Volcengine and Huawei Cloud.
pub(crate) fn compact_timestamp(time: DateTime<Utc>) -> String {
    time.format("%Y%m%dT%H%M%SZ").to_string()
}

/// The signed headers as two of the six parts of a canonical request.
pub(crate) struct CanonicalHeaders {
    /// `name:value` and a line feed for each header.
    lines: String,
    /// The names, joined by `;`.
    pub(crate) names: String,
}

impl CanonicalHeaders {
    /// Puts names in lower case and in ASCII order and takes the white space around values away.
    /// `canonical_value` then has the last word on a value; `None` leaves the header unsigned.
    pub(crate) fn new<'a>(
        headers: &[(&str, &'a str)],
        canonical_value: impl Fn(&str, &'a str) -> Option<Cow<'a, str>>,
    ) -> Self {
        let mut headers: Vec<(String, Cow<'a, str>)> = headers
            .iter()
            .filter_map(|(name, value)| {
                let name = name.to_ascii_lowercase();
                let value = canonical_value(&name, value.trim())?;
                Some((name, value))
            })
            .collect();
        headers.sort_by(|(left, _), (right, _)| left.cmp(right));

        // Room for the usual handful of headers, so that the texts do not grow step by step.
        let mut lines = String::with_capacity(512);
        let mut names = String::with_capacity(128);
        for (name, value) in &headers {
            lines.extend([name, ":", value, "\n"]);
            if !names.is_empty() {
                names.push(';');
            }
            names.push_str(name);
        }
        Self { lines, names }
    }
}

/// The six parts that all schemes have in common, one under the other. The header lines end in a
/// line feed of their own, hence the empty line after them.
pub(crate) fn canonical_request(
    method: &str,
    path: &str,
    query: &str,
    headers: &CanonicalHeaders,
    payload_hash: &str,
) -> String {
    let method = method.to_ascii_uppercase();
    let CanonicalHeaders { lines, names } = headers;
    [&method, path, query, lines, names, payload_hash].join("\n")
}

/// The names and values of a query, still escaped. A name without `=` has an empty value.
pub(crate) fn query_pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// Puts a query together from escaped names and values.
pub(crate) fn join_pairs(pairs: &[(String, String)]) -> String {
    let room = pairs
        .iter()
        .map(|(name, value)| name.len() + value.len() + 2);
    let mut query = String::with_capacity(room.sum());
    for (name, value) in pairs {
        if !query.is_empty() {
            query.push('&');
        }
        query.extend([name, "=", value]);
    }
    query
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_does_not_show_its_secret() {
        let key = AccessKey {
            id: "AKexample",
            secret: "canary",
        };
        assert_eq!(format!("{key:?}"), "AccessKey { id: \"AKexample\", .. }");
    }

    #[test]
    fn hmac_agrees_with_its_standard() {
        // RFC 4231, test cases 2 and 6: a short key, and one that is longer than a block.
        assert_eq!(
            hex::encode(hmac_sha256(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hex::encode(hmac_sha256(
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First"
            )),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    #[test]
    fn headers_are_lower_case_sorted_and_trimmed() {
        let headers = [("X-Date", " a  b\t"), ("Host", "h"), ("x_skip", "no")];
        let canonical = CanonicalHeaders::new(&headers, |name, value| {
            (!name.contains('_')).then_some(value.into())
        });
        assert_eq!(canonical.lines, "host:h\nx-date:a  b\n");
        assert_eq!(canonical.names, "host;x-date");
    }

    #[test]
    fn six_parts_stand_one_under_the_other() {
        let headers = CanonicalHeaders::new(&[("Host", "h")], |_, value| Some(value.into()));
        assert_eq!(
            canonical_request("get", "/p", "q=1", &headers, "hash"),
            "GET\n/p\nq=1\nhost:h\n\nhost\nhash"
        );
    }

    #[test]
    fn a_query_falls_apart_into_pairs() {
        let pairs: Vec<_> = query_pairs("a=1&b&&c==&=d").collect();
        assert_eq!(pairs, [("a", "1"), ("b", ""), ("c", "="), ("", "d")]);
    }

    #[test]
    fn pairs_come_together_as_a_query() {
        let pairs = [("", "d"), ("b", "")].map(|(name, value)| (name.into(), value.into()));
        assert_eq!(join_pairs(&pairs), "=d&b=");
        assert_eq!(join_pairs(&[]), "");
    }
}
