//! `HMAC-SHA256`, the signature of Volcengine: a relative of AWS version 4 with other constants.
//! Source: `spec/volcengine.md` §1.

use chrono::{DateTime, Utc};

use crate::sign::escape::{escape_bytes, unescape_plus};
use crate::sign::{
    AccessKey, CanonicalHeaders, SigningInput, Stages, compact_timestamp, hmac_sha256, join_pairs,
    query_pairs, sha256_hex,
};

const ALGORITHM: &str = "HMAC-SHA256";

/// The value of `X-Date` at `time`: UTC, `YYYYMMDDTHHMMSSZ`. Source: `spec/volcengine.md` §1.1.
pub fn timestamp(time: DateTime<Utc>) -> String {
    compact_timestamp(time)
}

/// Signs a request. Source: `spec/volcengine.md` §1.2 and §1.3.
///
/// The headers must hold `host` and `x-date`, the latter with [`timestamp`] of the same `time`.
pub fn sign(
    input: &SigningInput<'_>,
    key: &AccessKey<'_>,
    region: &str,
    service: &str,
    time: DateTime<Utc>,
) -> Stages {
    let timestamp = timestamp(time);
    let day = timestamp.get(..8).unwrap_or(&timestamp);
    let scope = [day, region, service, "request"].join("/");
    let headers = canonical_headers(input.headers);

    let canonical_request = canonical_request(input, &headers);
    let string_to_sign = string_to_sign(&timestamp, &scope, &canonical_request);
    let signature = signature(&signing_key(key, day, region, service), &string_to_sign);
    let authorization = format!(
        "{ALGORITHM} Credential={}/{scope}, SignedHeaders={}, Signature={signature}",
        key.id, headers.names
    );
    Stages {
        canonical_request,
        string_to_sign,
        signature,
        authorization,
    }
}

fn canonical_request(input: &SigningInput<'_>, headers: &CanonicalHeaders) -> String {
    let path = if input.path.is_empty() {
        "/"
    } else {
        input.path
    };
    crate::sign::canonical_request(
        input.method,
        path,
        &canonical_query(input.query),
        headers,
        &sha256_hex(input.body),
    )
}

fn string_to_sign(timestamp: &str, scope: &str, canonical_request: &str) -> String {
    let hash = sha256_hex(canonical_request.as_bytes());
    [ALGORITHM, timestamp, scope, &hash].join("\n")
}

fn signature(signing_key: &[u8], string_to_sign: &str) -> String {
    hex::encode(hmac_sha256(signing_key, string_to_sign.as_bytes()))
}

/// The secret is the start of the chain as it is: no prefix, and no base64 although it looks so.
fn signing_key(key: &AccessKey<'_>, day: &str, region: &str, service: &str) -> [u8; 32] {
    let of_day = hmac_sha256(key.secret.as_bytes(), day.as_bytes());
    let of_region = hmac_sha256(&of_day, region.as_bytes());
    let of_service = hmac_sha256(&of_region, service.as_bytes());
    hmac_sha256(&of_service, b"request")
}

fn canonical_headers(headers: &[(&str, &str)]) -> CanonicalHeaders {
    CanonicalHeaders::new(headers, |name, value| {
        let value = if name == "host" {
            without_default_port(value)
        } else {
            value
        };
        Some(value.into())
    })
}

fn without_default_port(host: &str) -> &str {
    host.strip_suffix(":80")
        .or_else(|| host.strip_suffix(":443"))
        .unwrap_or(host)
}

/// Sorts by the name alone. Whole pairs would put `Names.10=` before `Names.1=`, because `=` comes
/// after the digits; and values of the same name have to keep their order.
fn canonical_query(query: &str) -> String {
    let again = |text| escape_bytes(&unescape_plus(text));
    let mut pairs: Vec<(String, String)> = query_pairs(query)
        .map(|(name, value)| (again(name), again(value)))
        .collect();
    pairs.sort_by(|(left, _), (right, _)| left.cmp(right));
    join_pairs(&pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: AccessKey<'_> = AccessKey {
        id: "AKLTexampleexampleexample",
        secret: "c2VjcmV0LWtleS1leGFtcGxl",
    };

    fn input<'a>(query: &'a str, headers: &'a [(&'a str, &'a str)]) -> SigningInput<'a> {
        SigningInput {
            method: "GET",
            path: "/",
            query,
            headers,
            body: b"",
        }
    }

    #[test]
    fn the_key_chain_has_the_published_values() {
        // spec/volcengine.md §1.3
        let mut key = KEY.secret.as_bytes().to_vec();
        for (step, expected) in [
            (
                "20260115",
                "5d92dc33eb6b10a58d3f632979f272846fd1eeb41f881db754db9c5aa755e7d9",
            ),
            (
                "cn-beijing",
                "6013acbdca308e61676e5cde7bc3c74cd6666018ba77cff607ec8ad938885d49",
            ),
            (
                "ecs",
                "3465a296634fa9d0e5c9a47970e05c47d32b079f73419737d214a55a080e0adb",
            ),
            (
                "request",
                "9511af7954d2a4dc4f13e714353749c530869cbedaf95612b9792f2e0613c986",
            ),
        ] {
            key = hmac_sha256(&key, step.as_bytes()).to_vec();
            assert_eq!(hex::encode(&key), expected, "after {step}");
        }
        assert_eq!(
            signing_key(&KEY, "20260115", "cn-beijing", "ecs").to_vec(),
            key
        );
    }

    #[test]
    fn a_query_is_read_as_a_form_and_sorted_by_name() {
        assert_eq!(
            canonical_query("N.10=j&N.2=b+c&N.1=%2b&&A&N.1=%2A~"),
            "A=&N.1=%2B&N.1=%2A~&N.10=j&N.2=b%20c"
        );
        assert_eq!(canonical_query(""), "");
    }

    #[test]
    fn only_a_default_port_leaves_the_host() {
        for (host, expected) in [
            ("open.volcengineapi.com:443", "open.volcengineapi.com"),
            ("open.volcengineapi.com:80", "open.volcengineapi.com"),
            ("127.0.0.1:18080", "127.0.0.1:18080"),
            ("[::1]:443", "[::1]"),
            ("[::1:443]", "[::1:443]"),
        ] {
            assert_eq!(without_default_port(host), expected);
        }
    }

    #[test]
    fn an_empty_path_counts_as_a_slash() {
        let headers = canonical_headers(&[("Host", "h")]);
        let mut input = input("", &[]);
        input.path = "";
        assert!(canonical_request(&input, &headers).starts_with("GET\n/\n\nhost:h\n\nhost\n"));
    }
}
