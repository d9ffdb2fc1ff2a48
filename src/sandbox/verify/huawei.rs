//! SDK-HMAC-SHA256 and IAM tokens of Huawei Cloud (spec huawei 2 and 3.2).

use chrono::{DateTime, Utc};

use super::super::api::Context;
use super::super::api::huawei::{Refusal, Service};
use super::super::clock;
use super::super::credentials::{
    HUAWEI_ACCESS_KEY, HUAWEI_AUTH_TOKEN, HUAWEI_SECRET_KEY, HUAWEI_TEMPORARY_ACCESS_KEY,
    HUAWEI_TEMPORARY_SECRET_KEY, HUAWEI_TEMPORARY_TOKEN,
};
use super::super::issued::Reach;
use super::super::request::{Request, decode, encode};
use super::super::state::Tracked;
use super::super::state::huawei::Failures;
use super::{Denial, Key, Stage, fields, find, hmac, sha256_hex};

/// The algorithm word of the Authorization header.
pub(crate) const ALGORITHM: &str = "SDK-HMAC-SHA256";

/// Spec huawei 2.4.
const WINDOW_SECONDS: i64 = 900;
/// Spec huawei 1.9: so many wrong signatures in a row …
const FAILURES_ALLOWED: u32 = 5;
/// … lock the access key for so long.
const LOCK_SECONDS: i64 = 300;

/// The keys of the sandbox.
pub(crate) const KEYS: &[Key<'static>] = &[
    Key {
        id: HUAWEI_ACCESS_KEY,
        secret: HUAWEI_SECRET_KEY,
        token: None,
    },
    Key {
        id: HUAWEI_TEMPORARY_ACCESS_KEY,
        secret: HUAWEI_TEMPORARY_SECRET_KEY,
        token: Some(HUAWEI_TEMPORARY_TOKEN),
    },
];

/// Checks a request of the sandbox's account. Five wrong signatures in a row lock the access key (spec huawei 1.9).
pub(crate) fn check_and_count(
    request: &Request,
    keys: &[Key<'_>],
    now: DateTime<Utc>,
    state: &mut Tracked,
) -> Result<(), Denial<Refusal>> {
    let claimed = request
        .header("authorization")
        .and_then(|header| fields(header, ALGORITHM, "Access"))
        .map(|parsed| parsed.credential)
        .filter(|access_key| find(keys, access_key).is_some());
    let Some(access_key) = claimed else {
        return check(request, keys, Some(now)); // nothing to lock
    };
    let failures = state
        .huawei
        .access_keys
        .get(access_key)
        .cloned()
        .unwrap_or_default();
    if now.timestamp() < failures.locked_until {
        return Err(Denial::new(
            Stage::Credential,
            "this access key is locked after five wrong signatures in a row",
            Refusal::authentication("AK access failed to reach the limit,forbidden"),
        ));
    }
    let checked = check(request, keys, Some(now));
    match &checked {
        Err(denial) if denial.stage == Stage::Signature => {
            let mut failures = Failures {
                in_a_row: failures.in_a_row + 1,
                locked_until: 0,
            };
            if failures.in_a_row >= FAILURES_ALLOWED {
                failures.in_a_row = 0;
                failures.locked_until = now.timestamp() + LOCK_SECONDS;
            }
            state
                .huawei
                .access_keys
                .insert(access_key.to_owned(), failures);
        }
        Ok(()) if failures != Failures::default() => {
            state.huawei.access_keys.remove(access_key);
        }
        _ => {}
    }
    checked
}

/// Checks a request without a signature. A token that was given out has an end, and reaches no further than its scope
/// (spec huawei 4.1); the fixed one has neither.
pub(crate) fn check_token(
    request: &Request,
    ctx: &Context<'_>,
    project_id: Option<&str>,
    service: Option<Service>,
) -> Result<(), Denial<Refusal>> {
    let given = request
        .header("x-auth-token")
        .and_then(|sent| ctx.issued.find_iam_token(sent));
    let Some((reach, expires_at)) = given else {
        return check(request, KEYS, Some(ctx.now));
    };
    if expires_at <= ctx.now {
        return Err(Denial::new(
            Stage::Credential,
            "this token is over",
            Refusal::token_expired(expires_at, service),
        ));
    }
    let is_in_reach = project_id.is_none_or(|asked| match &reach {
        Reach::Project(id) => id == asked,
        Reach::Domain | Reach::Unscoped => false,
    });
    if is_in_reach {
        return Ok(());
    }
    Err(Denial::new(
        Stage::CredentialScope,
        "this token is not one for the project of the path",
        Refusal::wrong_project(service.unwrap_or(Service::Iam)),
    ))
}

/// Checks a request's signature or token. Without a clock the time window is not looked at.
pub(crate) fn check(
    request: &Request,
    keys: &[Key<'_>],
    now: Option<DateTime<Utc>>,
) -> Result<(), Denial<Refusal>> {
    let deny = |stage, detail: &str, text: &str| {
        Err(Denial::new(stage, detail, Refusal::authentication(text)))
    };
    let Some(header) = request.header("authorization") else {
        return match request.header("x-auth-token") {
            Some(HUAWEI_AUTH_TOKEN) => Ok(()),
            Some(_) => deny(
                Stage::Credential,
                "X-Auth-Token is not that of the sandbox",
                "decrypt token fail",
            ),
            None => deny(
                Stage::Authorization,
                "neither Authorization nor X-Auth-Token came",
                "x-auth-token not found",
            ),
        };
    };
    let Some(parsed) = fields(header, ALGORITHM, "Access") else {
        return deny(
            Stage::Authorization,
            "it is not in the documented shape",
            "verify aksk signature fail",
        );
    };
    let access_key = parsed.credential;
    let Some(key) = find(keys, access_key) else {
        let text = format!("Get secretKey failed,ak:{access_key},err:ak not exist");
        return deny(
            Stage::Credential,
            "this access key is not one of the sandbox",
            &text,
        );
    };
    let mut names: Vec<String> = parsed
        .signed_headers
        .split(';')
        .map(str::to_ascii_lowercase)
        .collect();
    names.sort_unstable();
    let Some(sent_at) = request
        .header("x-sdk-date")
        .filter(|_| names.iter().any(|name| name == "x-sdk-date"))
    else {
        return deny(
            Stage::SignedHeaders,
            "X-Sdk-Date is missing or not signed",
            "verify aksk signature fail",
        );
    };
    if let Some(absent) = names.iter().find(|name| request.header(name).is_none()) {
        let detail = format!("{absent} is signed but did not arrive");
        return deny(Stage::SignedHeaders, &detail, "verify aksk signature fail");
    }
    check_time(sent_at, now)?;

    let body_hash = sha256_hex(&request.body);
    let sent_hash = request.header("x-sdk-content-sha256");
    if sent_hash.is_some_and(|sent| sent != "UNSIGNED-PAYLOAD" && sent != body_hash) {
        return deny(
            Stage::PayloadHash,
            "X-Sdk-Content-Sha256 is neither UNSIGNED-PAYLOAD nor the hash of the body",
            "verify aksk signature fail",
        );
    }
    // With an empty body one SDK signs the hash of nothing although it sends the header, another signs the header's value.
    let mut payload_hashes = vec![sent_hash.unwrap_or(&body_hash)];
    if request.body.is_empty() {
        payload_hashes.push(&body_hash);
    }
    let is_signed = |payload_hash: &&str| {
        let canonical_request = canonical_request(request, &names, payload_hash);
        let hash = sha256_hex(canonical_request.as_bytes());
        let to_sign = format!("{ALGORITHM}\n{sent_at}\n{hash}");
        hex::encode(hmac(key.secret.as_bytes(), &to_sign)) == parsed.signature
    };
    if !payload_hashes.iter().any(is_signed) {
        let canonical_request = canonical_request(request, &names, payload_hashes[0]);
        let text = format!(
            "verify aksk signature fail, canonicalRequest:{}",
            canonical_request.replace('\n', "|")
        );
        return Err(Denial {
            canonical_request: Some(canonical_request),
            ..Denial::new(
                Stage::Signature,
                "another secret key, or another canonical request",
                Refusal::authentication(&text),
            )
        });
    }
    if request
        .header("x-security-token")
        .filter(|sent| !sent.is_empty())
        != key.token
    {
        return deny(
            Stage::Credential,
            "X-Security-Token is not that of the key",
            "decrypt token fail",
        );
    }
    Ok(())
}

fn check_time(sent_at: &str, now: Option<DateTime<Utc>>) -> Result<(), Denial<Refusal>> {
    let Some(now) = now else { return Ok(()) };
    let is_near = clock::parse_basic(sent_at)
        .is_some_and(|time| now.signed_duration_since(time).num_seconds().abs() <= WINDOW_SECONDS);
    if is_near {
        return Ok(());
    }
    let server_time = clock::basic(now);
    let text = format!(
        "calc aksk signature fail:signature expired, signature time:{sent_at},server time:{server_time}"
    );
    Err(Denial::new(
        Stage::Timestamp,
        format!("X-Sdk-Date {sent_at}, server time {server_time}"),
        Refusal::authentication(&text),
    ))
}

/// Spec huawei 2.2.
fn canonical_request(request: &Request, names: &[String], payload_hash: &str) -> String {
    let decoded = decode(&request.path);
    let segments: Vec<String> = decoded.split('/').map(encode).collect();
    let mut path = segments.join("/");
    if !path.ends_with('/') {
        path.push('/');
    }
    let mut query = request.query_pairs();
    query.sort(); // by decoded name, then by decoded value
    let query: Vec<String> = query
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    let mut headers = String::new();
    for name in names {
        let value = request.header(name).unwrap_or_default();
        headers.extend([name, ":", value.trim(), "\n"]);
    }
    [
        request.method.as_str(),
        &path,
        &query.join("&"),
        &headers,
        &names.join(";"),
        payload_hash,
    ]
    .join("\n")
}
