//! `TC3-HMAC-SHA256`, the signature of Tencent Cloud's API 3.0.
//! Source: `spec/tencent.md` §1.2.
//!
//! A body can be left out of the signature: a request with the header
//! `X-TC-Content-SHA256: UNSIGNED-PAYLOAD` is signed as if [`UNSIGNED_PAYLOAD`] were its body.

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use crate::sign::{AccessKey, CanonicalHeaders, SigningInput, Stages, hmac_sha256, sha256_hex};

const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// What is signed in place of a body that is left unsigned. Source: `spec/tencent.md` §1.1.
pub const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// Signs a request. Source: `spec/tencent.md` §1.2.
///
/// The headers must hold `content-type` and `host`. `X-TC-Timestamp` must be sent with the UNIX
/// seconds of the same `time`. `service` is the first label of the host, `cvm` for example, also
/// where the host is a regional one.
pub fn sign(
    input: &SigningInput<'_>,
    key: &AccessKey<'_>,
    service: &str,
    time: DateTime<Utc>,
) -> Stages {
    // The day in UTC. With the local one, calls from China would fail until eight every morning.
    let day = time.format("%Y-%m-%d").to_string();
    let scope = [&day, service, "tc3_request"].join("/");
    let headers = canonical_headers(input.headers);

    let canonical_request = canonical_request(input, &headers);
    let string_to_sign = string_to_sign(time, &scope, &canonical_request);
    let signature = signature(&signing_key(key, &day, service), &string_to_sign);
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

/// The path is `/` for every action. The query counts as it was sent, neither sorted nor escaped
/// anew, and only where the parameters are in it.
fn canonical_request(input: &SigningInput<'_>, headers: &CanonicalHeaders) -> String {
    let query = if input.method.eq_ignore_ascii_case("POST") {
        ""
    } else {
        input.query
    };
    let payload_hash = sha256_hex(input.body);
    crate::sign::canonical_request(input.method, "/", query, headers, &payload_hash)
}

fn string_to_sign(time: DateTime<Utc>, scope: &str, canonical_request: &str) -> String {
    let hash = sha256_hex(canonical_request.as_bytes());
    [ALGORITHM, &time.timestamp().to_string(), scope, &hash].join("\n")
}

fn signature(signing_key: &[u8], string_to_sign: &str) -> String {
    hex::encode(hmac_sha256(signing_key, string_to_sign.as_bytes()))
}

fn signing_key(key: &AccessKey<'_>, day: &str, service: &str) -> [u8; 32] {
    let start = Zeroizing::new(["TC3", key.secret].concat());
    let of_day = hmac_sha256(start.as_bytes(), day.as_bytes());
    let of_service = hmac_sha256(&of_day, service.as_bytes());
    hmac_sha256(&of_service, b"tc3_request")
}

/// Values count in lower case here, unlike in the other schemes.
fn canonical_headers(headers: &[(&str, &str)]) -> CanonicalHeaders {
    CanonicalHeaders::new(headers, |_, value| Some(value.to_lowercase().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the vendor's documentation, `spec/tencent.md` §1.2.
    const KEY: AccessKey<'_> = AccessKey {
        id: "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
        secret: "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
    };
    const TIME: DateTime<Utc> = DateTime::from_timestamp_nanos(1_551_113_065_000_000_000);
    const CONTENT_TYPE: (&str, &str) = ("Content-Type", "application/json; charset=utf-8");
    const HOST: (&str, &str) = ("Host", "cvm.tencentcloudapi.com");
    const ACTION: (&str, &str) = ("X-TC-Action", "DescribeInstances");

    fn example<'a>(headers: &'a [(&'a str, &'a str)]) -> SigningInput<'a> {
        SigningInput {
            method: "POST",
            path: "/",
            query: "",
            headers,
            body: br#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#,
        }
    }

    #[test]
    fn the_documented_example_comes_out() {
        let input = example(&[CONTENT_TYPE, HOST]);
        let stages = sign(&input, &KEY, "cvm", TIME);
        assert_eq!(
            sha256_hex(input.body),
            "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064"
        );
        assert_eq!(
            sha256_hex(stages.canonical_request.as_bytes()),
            "5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031"
        );
        assert_eq!(
            stages.string_to_sign,
            "TC3-HMAC-SHA256\n1551113065\n2019-02-25/cvm/tc3_request\n\
             5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031"
        );
        assert_eq!(
            stages.signature,
            "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
        );
        assert_eq!(
            stages.authorization,
            "TC3-HMAC-SHA256 \
             Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, \
             SignedHeaders=content-type;host, \
             Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
        );
    }

    #[test]
    fn the_documented_example_that_signs_the_action_comes_out() {
        // Here the documentation masks the secret and shows the last key of the chain instead.
        let last_key =
            hex::decode("b596b923aad85185e2d1f6659d2a062e0a86731226e021e61bfe06f7ed05f5af")
                .expect("the key is hex");
        let headers = [ACTION, HOST, CONTENT_TYPE];
        let stages = sign(&example(&headers), &KEY, "cvm", TIME);
        assert!(
            stages
                .canonical_request
                .contains("\nx-tc-action:describeinstances\n\ncontent-type;host;x-tc-action\n")
        );
        assert_eq!(
            sha256_hex(stages.canonical_request.as_bytes()),
            "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84"
        );
        assert_eq!(
            signature(&last_key, &stages.string_to_sign),
            "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
        );
    }

    #[test]
    fn a_query_counts_as_sent_and_only_without_a_body() {
        let headers = canonical_headers(&[HOST]);
        let mut input = example(&[]);
        input.query = "b=+&a=%2a";
        assert!(canonical_request(&input, &headers).starts_with("POST\n/\n\nhost:"));
        input.method = "GET";
        assert!(canonical_request(&input, &headers).starts_with("GET\n/\nb=+&a=%2a\nhost:"));
    }

    #[test]
    fn the_day_is_the_one_in_utc() {
        // Half past midnight of 1 March in Beijing.
        let time = DateTime::parse_from_rfc3339("2026-03-01T00:30:00+08:00")
            .expect("the time is well-formed")
            .to_utc();
        let stages = sign(&example(&[HOST]), &KEY, "cvm", time);
        assert!(stages.authorization.contains("/2026-02-28/cvm/tc3_request"));
    }
}
