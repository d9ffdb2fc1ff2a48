//! TC3-HMAC-SHA256 of Tencent Cloud (spec tencent 1.2).

use chrono::{DateTime, Utc};

use super::super::api::tencent::Refusal;
use super::super::credentials::{
    TENCENT_SECRET_ID, TENCENT_SECRET_KEY, TENCENT_TEMPORARY_SECRET_ID,
    TENCENT_TEMPORARY_SECRET_KEY, TENCENT_TEMPORARY_TOKEN,
};
use super::super::request::Request;
use super::{Denial, Key, Stage, fields, find, hmac, sha256_hex};

/// The algorithm word of the Authorization header.
pub(crate) const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// Timestamps may be off by five minutes (spec tencent 1.5).
const WINDOW_SECONDS: i64 = 300;

/// The keys of the sandbox.
pub(crate) const KEYS: &[Key<'static>] = &[
    Key {
        id: TENCENT_SECRET_ID,
        secret: TENCENT_SECRET_KEY,
        token: None,
    },
    Key {
        id: TENCENT_TEMPORARY_SECRET_ID,
        secret: TENCENT_TEMPORARY_SECRET_KEY,
        token: Some(TENCENT_TEMPORARY_TOKEN),
    },
];

/// The product that a request claims to be for, e.g. `cvm`, whether or not its signature is right.
pub(crate) fn claimed_product(request: &Request) -> Option<String> {
    let header = request.header("authorization")?;
    let credential = fields(header, ALGORITHM, "Credential")?.credential;
    Some(credential.split('/').nth(2)?.to_owned())
}

/// Checks a request and tells its product. Without a clock the time window is not looked at.
pub(crate) fn check(
    request: &Request,
    keys: &[Key<'_>],
    now: Option<DateTime<Utc>>,
) -> Result<String, Denial<Refusal>> {
    let deny = |stage, detail: &str, refusal| Denial::new(stage, detail, refusal);
    let Some(header) = request.header("authorization") else {
        let refusal = if carries_old_signature(request) {
            Refusal::signature_failure(
                "The signature method is not supported here, use TC3-HMAC-SHA256.",
            )
        } else {
            Refusal::new(
                "AuthFailure.InvalidAuthorization",
                "There is no Authorization header.",
            )
        };
        return Err(deny(
            Stage::Authorization,
            "there is no Authorization header",
            refusal,
        ));
    };
    let parsed = fields(header, ALGORITHM, "Credential");
    let credential: Vec<&str> = parsed
        .as_ref()
        .map(|parsed| parsed.credential.split('/').collect())
        .unwrap_or_default();
    let (Some(parsed), &[secret_id, date, product, "tc3_request"]) =
        (parsed, credential.as_slice())
    else {
        let refusal = Refusal::new(
            "AuthFailure.InvalidAuthorization",
            "The Authorization header is malformed.",
        );
        return Err(deny(
            Stage::Authorization,
            "it is not in the documented shape",
            refusal,
        ));
    };
    let Some(key) = find(keys, secret_id) else {
        let refusal = Refusal::new("AuthFailure.SecretIdNotFound", "No such SecretId.");
        return Err(deny(
            Stage::Credential,
            "this SecretId is not one of the sandbox",
            refusal,
        ));
    };
    let Some(sent_at) = request.header("x-tc-timestamp") else {
        let refusal = Refusal::missing_parameter("Timestamp");
        return Err(deny(
            Stage::Timestamp,
            "there is no X-TC-Timestamp header",
            refusal,
        ));
    };
    let mut names: Vec<&str> = parsed.signed_headers.split(';').collect();
    names.sort_unstable();
    for required in ["content-type", "host"] {
        if !names.contains(&required) {
            let refusal = Refusal::signature_failure("The signature could not be verified.");
            return Err(deny(
                Stage::SignedHeaders,
                &format!("{required} is not signed"),
                refusal,
            ));
        }
    }
    if let Some(absent) = names.iter().find(|name| request.header(name).is_none()) {
        let refusal = Refusal::signature_failure("The signature could not be verified.");
        return Err(deny(
            Stage::SignedHeaders,
            &format!("{absent} is signed but did not arrive"),
            refusal,
        ));
    }
    check_time(sent_at, date, now)?;

    let canonical_request = canonical_request(request, &names);
    let to_sign = format!(
        "{ALGORITHM}\n{sent_at}\n{date}/{product}/tc3_request\n{}",
        sha256_hex(canonical_request.as_bytes())
    );
    let mut signing_key = format!("TC3{}", key.secret).into_bytes();
    for part in [date, product, "tc3_request"] {
        signing_key = hmac(&signing_key, part);
    }
    if hex::encode(hmac(&signing_key, &to_sign)) != parsed.signature {
        return Err(Denial {
            canonical_request: Some(canonical_request),
            ..deny(
                Stage::Signature,
                "another secret key, or another canonical request",
                Refusal::signature_failure("The signature could not be verified."),
            )
        });
    }
    if request.header("x-tc-token").filter(|sent| !sent.is_empty()) != key.token {
        let refusal = Refusal::token_failure();
        return Err(deny(
            Stage::Credential,
            "X-TC-Token is not that of the key",
            refusal,
        ));
    }
    Ok(product.to_owned())
}

/// Whether the older signature, which travels in the parameters, came instead (spec tencent 1.3).
pub(crate) fn carries_old_signature(request: &Request) -> bool {
    let is_signed =
        |pairs: Vec<(String, String)>| pairs.iter().any(|(name, _)| name == "Signature");
    is_signed(request.query_pairs())
        || request.media_type() == "application/x-www-form-urlencoded"
            && is_signed(request.form_pairs())
}

fn check_time(
    sent_at: &str,
    date: &str,
    now: Option<DateTime<Utc>>,
) -> Result<(), Denial<Refusal>> {
    let deny = |stage, detail: String, refusal| Err(Denial::new(stage, detail, refusal));
    let Some(time) = sent_at
        .parse::<i64>()
        .ok()
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
    else {
        let refusal = Refusal::new(
            "InvalidParameter",
            "The Timestamp is not a number of seconds.",
        );
        return deny(
            Stage::Timestamp,
            "X-TC-Timestamp is no UNIX time".to_owned(),
            refusal,
        );
    };
    let day = time.format("%Y-%m-%d").to_string();
    if day != date {
        let refusal = Refusal::signature_failure(
            "The date of the credential scope is not that of the timestamp.",
        );
        return deny(
            Stage::CredentialScope,
            format!("its day is {date}, that of the timestamp {day}"),
            refusal,
        );
    }
    let Some(now) = now else { return Ok(()) };
    if now.signed_duration_since(time).num_seconds().abs() > WINDOW_SECONDS {
        let server_time = now.timestamp();
        let refusal = Refusal::new(
            "AuthFailure.SignatureExpire",
            format!("Signature has expired, the server time {server_time}."),
        );
        return deny(
            Stage::Timestamp,
            format!("X-TC-Timestamp {sent_at}, server time {server_time}"),
            refusal,
        );
    }
    Ok(())
}

fn canonical_request(request: &Request, names: &[&str]) -> String {
    let unsigned = "UNSIGNED-PAYLOAD";
    let payload_hash = if request.header("x-tc-content-sha256") == Some(unsigned) {
        sha256_hex(unsigned.as_bytes())
    } else {
        sha256_hex(&request.body)
    };
    let mut headers = String::new();
    for name in names {
        let value = request.header(name).unwrap_or_default();
        headers.extend([name, ":", &value.trim().to_lowercase(), "\n"]);
    }
    [
        request.method.as_str(),
        "/",
        if request.method == "GET" {
            &request.query
        } else {
            ""
        },
        &headers,
        &names.join(";"),
        &payload_hash,
    ]
    .join("\n")
}
