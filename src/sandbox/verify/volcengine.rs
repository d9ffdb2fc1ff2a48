//! HMAC-SHA256 of Volcengine (spec volcengine 1).

use chrono::{DateTime, Utc};

use super::super::api::volcengine::Refusal;
use super::super::clock;
use super::super::credentials::{
    VOLCENGINE_ACCESS_KEY, VOLCENGINE_SECRET_KEY, VOLCENGINE_TEMPORARY_ACCESS_KEY,
    VOLCENGINE_TEMPORARY_SECRET_KEY, VOLCENGINE_TEMPORARY_TOKEN,
};
use super::super::request::{Request, encode};
use super::{Denial, Key, Stage, fields, find, hmac, sha256_hex};

/// The algorithm word of the Authorization header.
pub(crate) const ALGORITHM: &str = "HMAC-SHA256";

/// How long a signature is valid when `X-Expires` does not say (spec volcengine 1.6); the same into the future.
const WINDOW_SECONDS: i64 = 900;

/// The keys of the sandbox.
pub(crate) const KEYS: &[Key<'static>] = &[
    Key {
        id: VOLCENGINE_ACCESS_KEY,
        secret: VOLCENGINE_SECRET_KEY,
        token: None,
    },
    Key {
        id: VOLCENGINE_TEMPORARY_ACCESS_KEY,
        secret: VOLCENGINE_TEMPORARY_SECRET_KEY,
        token: Some(VOLCENGINE_TEMPORARY_TOKEN),
    },
];

/// Where a request is meant to go; with Volcengine only the signature says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    /// E.g. `cn-beijing`.
    pub(crate) region: String,
    /// E.g. `ecs`.
    pub(crate) service: String,
}

/// The scope that a request claims, whether or not its signature is right.
pub(crate) fn claimed_scope(request: &Request) -> Option<Scope> {
    let header = request.header("authorization")?;
    let credential = fields(header, ALGORITHM, "Credential")?.credential;
    let mut parts = credential.split('/').skip(2);
    Some(Scope {
        region: parts.next()?.to_owned(),
        service: parts.next()?.to_owned(),
    })
}

/// Checks a request. Without a clock the time window is not looked at.
pub(crate) fn check(
    request: &Request,
    keys: &[Key<'_>],
    now: Option<DateTime<Utc>>,
) -> Result<Scope, Denial<Refusal>> {
    let deny = |stage, detail: &str, refusal| Denial::new(stage, detail, refusal);
    let Some(header) = request.header("authorization") else {
        return Err(deny(
            Stage::Authorization,
            "there is no Authorization header",
            Refusal::missing_authentication_token(),
        ));
    };
    if header.starts_with(ALGORITHM) && !header.contains("Signature=") {
        let refusal = Refusal::missing_signature();
        return Err(deny(Stage::Authorization, "it has no Signature", refusal));
    }
    let Some(parsed) = fields(header, ALGORITHM, "Credential") else {
        let refusal = Refusal::invalid_authorization();
        return Err(deny(
            Stage::Authorization,
            "it is not in the documented shape",
            refusal,
        ));
    };
    let &[access_key, date, region, service, "request"] =
        parsed.credential.split('/').collect::<Vec<_>>().as_slice()
    else {
        let refusal = Refusal::invalid_credential();
        return Err(deny(
            Stage::Authorization,
            "its Credential is not KEY/DAY/REGION/SERVICE/request",
            refusal,
        ));
    };
    if access_key.is_empty() || region.is_empty() || service.is_empty() {
        let refusal = Refusal::missing_request_info("the credential scope");
        return Err(deny(
            Stage::CredentialScope,
            "a part of the Credential is empty",
            refusal,
        ));
    }
    let Some(sent_at) = request.header("x-date") else {
        let refusal = Refusal::missing_request_info("X-Date");
        return Err(deny(Stage::Timestamp, "there is no X-Date header", refusal));
    };
    let Some(key) = find(keys, access_key) else {
        let refusal = Refusal::invalid_access_key();
        return Err(deny(
            Stage::Credential,
            "this access key is not one of the sandbox",
            refusal,
        ));
    };
    check_token(request, key)?;

    let names: Vec<&str> = parsed.signed_headers.split(';').collect();
    for required in ["host", "x-date", "x-security-token"] {
        if request.header(required).is_some() && !names.contains(&required) {
            let refusal = Refusal::signature_does_not_match();
            return Err(deny(
                Stage::SignedHeaders,
                &format!("{required} is not signed"),
                refusal,
            ));
        }
    }
    if let Some(absent) = names.iter().find(|name| request.header(name).is_none()) {
        let refusal = Refusal::signature_does_not_match();
        return Err(deny(
            Stage::SignedHeaders,
            &format!("{absent} is signed but did not arrive"),
            refusal,
        ));
    }
    let payload_hash = sha256_hex(&request.body);
    let sent_hash = request.header("x-content-sha256");
    if sent_hash.is_some_and(|sent| sent != payload_hash) {
        let refusal = Refusal::signature_does_not_match();
        return Err(deny(
            Stage::PayloadHash,
            "X-Content-Sha256 is not the hash of the body",
            refusal,
        ));
    }
    if sent_at.get(..8) != Some(date) {
        let refusal = Refusal::signature_does_not_match();
        return Err(deny(
            Stage::CredentialScope,
            "its day is not that of X-Date",
            refusal,
        ));
    }
    check_time(request, sent_at, now)?;

    let canonical_request = canonical_request(request, &names, &payload_hash);
    let to_sign = format!(
        "{ALGORITHM}\n{sent_at}\n{date}/{region}/{service}/request\n{}",
        sha256_hex(canonical_request.as_bytes())
    );
    let mut signing_key = key.secret.as_bytes().to_vec();
    for part in [date, region, service, "request"] {
        signing_key = hmac(&signing_key, part);
    }
    if hex::encode(hmac(&signing_key, &to_sign)) != parsed.signature {
        return Err(Denial {
            canonical_request: Some(canonical_request),
            ..deny(
                Stage::Signature,
                "another secret key, or another canonical request",
                Refusal::signature_does_not_match(),
            )
        });
    }
    Ok(Scope {
        region: region.to_owned(),
        service: service.to_owned(),
    })
}

/// A permanent key comes without a token, a temporary one with its own (spec volcengine 2.2).
fn check_token(request: &Request, key: &Key<'_>) -> Result<(), Denial<Refusal>> {
    let (detail, refusal) = match (request.header("x-security-token"), key.token) {
        (sent, expected) if sent == expected => return Ok(()),
        (None, _) => ("X-Security-Token is missing", Refusal::invalid_access_key()),
        (Some(_), _) => (
            "X-Security-Token is not that of the key",
            Refusal::invalid_secret_token(),
        ),
    };
    Err(Denial::new(Stage::Credential, detail, refusal))
}

fn check_time(
    request: &Request,
    sent_at: &str,
    now: Option<DateTime<Utc>>,
) -> Result<(), Denial<Refusal>> {
    let Some(now) = now else { return Ok(()) };
    let validity = request
        .query_value("X-Expires")
        .and_then(|text| text.parse::<i64>().ok())
        .unwrap_or(WINDOW_SECONDS);
    let detail = match clock::parse_basic(sent_at) {
        None => format!("X-Date {sent_at} is not YYYYMMDDTHHMMSSZ"),
        Some(time) => {
            let age = now.signed_duration_since(time).num_seconds();
            if age <= validity && age >= -WINDOW_SECONDS {
                return Ok(());
            }
            format!("X-Date {sent_at}, server time {}", clock::basic(now))
        }
    };
    Err(Denial::new(
        Stage::Timestamp,
        detail,
        Refusal::invalid_timestamp(),
    ))
}

/// Spec volcengine 1.2. The server honours the listed order of headers, so nothing is sorted but the query.
fn canonical_request(request: &Request, names: &[&str], payload_hash: &str) -> String {
    let path: Vec<String> = request
        .path
        .split('/')
        .map(|segment| encode(&super::super::request::decode(segment)))
        .collect();
    let path = path.join("/");
    let mut query: Vec<(String, String)> = request
        .query_pairs()
        .into_iter()
        .map(|(name, value)| (encode(&name), encode(&value)))
        .collect();
    query.sort_by(|left, right| left.0.cmp(&right.0)); // stable: equal names keep their order
    let query: Vec<String> = query
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let mut headers = String::new();
    for name in names {
        let value = request.header(name).unwrap_or_default().trim();
        let value = if *name == "host" {
            without_default_port(value)
        } else {
            value
        };
        headers.extend([&name.to_ascii_lowercase(), ":", value, "\n"]);
    }
    [
        request.method.as_str(),
        if path.is_empty() { "/" } else { &path },
        &query.join("&"),
        &headers,
        &names.join(";"),
        payload_hash,
    ]
    .join("\n")
}

/// `:80` and `:443` are left out of what is signed; any other port stays (spec volcengine 1.2).
fn without_default_port(host: &str) -> &str {
    host.strip_suffix(":443")
        .or_else(|| host.strip_suffix(":80"))
        .unwrap_or(host)
}
