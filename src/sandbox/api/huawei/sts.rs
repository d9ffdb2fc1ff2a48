//! STS of Huawei Cloud (spec huawei 4.2). Its refusals are inferred: the codes are those of IAM.

use serde_json::{Value, json};

use super::super::super::credentials::{
    HUAWEI_AGENCY_NAME, HUAWEI_AGENCY_URN, HUAWEI_OIDC_TOKEN, HUAWEI_PROVIDER_URN,
};
use super::{Call, Cloud, Effect, Items, Operation, Refusal, Reply, Service, Session, clock};

/// How long the keys live when nothing is asked, and the most that may be asked with temporary keys.
const HOUR_SECONDS: i64 = 3_600;
/// An id for the agency, which nothing takes.
const AGENCY_ID: &str = "e5f0a1b2c3d4e5f60718293a4b5c6d7e";

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        service: Service::Sts,
        name: "GetCallerIdentity",
        method: "GET",
        path: "/v5/caller-identity",
        effect: Effect::Read,
        items: Items::None,
        has_item_errors: false,
        run: get_caller_identity,
    },
    Operation {
        service: Service::Sts,
        name: "AssumeAgency",
        method: "POST",
        path: "/v5/agencies/assume",
        effect: Effect::Read,
        items: Items::Body(&["agency_urn"]),
        has_item_errors: false,
        run: assume_agency,
    },
];

/// Those without a signature.
pub(crate) const UNSIGNED_OPERATIONS: &[Operation] = &[Operation {
    service: Service::Sts,
    name: "AssumeAgencyWithOIDC",
    method: "POST",
    path: "/v5/agencies/assume-with-oidc",
    effect: Effect::Read,
    items: Items::Body(&["agency_urn"]),
    has_item_errors: false,
    run: assume_agency_with_oidc,
}];

/// The account is the same for the user and for every agency; the rest of an agency's identity is inferred.
#[expect(
    clippy::unnecessary_wraps,
    reason = "all operations have one signature"
)]
fn get_caller_identity(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let account = &call.state.huawei;
    let session = call.ctx.signer.and_then(|keys| keys.session.as_ref());
    let (principal_id, principal_urn) = match session {
        None => (
            account.user_id.clone(),
            format!("iam::{}:user:{}", account.id, account.user_name),
        ),
        Some(session) => assumed(&account.id, session),
    };
    Ok(Reply::json(
        200,
        &json!({
            "account_id": account.id,
            "principal_id": principal_id,
            "principal_urn": principal_urn,
        }),
    ))
}

fn assume_agency(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let most = match call.request.header("x-security-token") {
        Some(_) => HOUR_SECONDS,
        None => 12 * HOUR_SECONDS,
    };
    assume(call, most).map(|members| Reply::json(200, &members))
}

fn assume_agency_with_oidc(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (Some(provider), Some(id_token)) =
        (call.text_at(&["provider_urn"]), call.text_at(&["id_token"]))
    else {
        return Err(invalid());
    };
    if provider != HUAWEI_PROVIDER_URN {
        let message = "Could not find the identity provider.";
        return Err(Refusal::iam(404, "IAM.0004", message));
    }
    if id_token != HUAWEI_OIDC_TOKEN {
        return Err(Refusal::iam(401, "IAM.0067", "Invalid token."));
    }
    let mut members = assume(call, 12 * HOUR_SECONDS)?;
    members["audience"] = "sandbox".into();
    members["provider"] = provider.into();
    members["subject_from_id_token"] = "sandbox".into();
    Ok(Reply::json(200, &members))
}

fn invalid() -> Refusal {
    Refusal::iam(400, "IAM.0007", "Request parameter error.")
}

fn assume(call: &Call<'_>, most_seconds: i64) -> Result<Value, Refusal> {
    let body = call.body().ok_or_else(invalid)?;
    let (Some(agency), Some(name)) = (
        call.text_at(&["agency_urn"]),
        call.text_at(&["agency_session_name"]),
    ) else {
        return Err(invalid());
    };
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter);
    if !(2..=128).contains(&name.len()) || !name.chars().all(is_plain) {
        return Err(invalid());
    }
    let seconds = match body.get("duration_seconds") {
        None | Some(Value::Null) => HOUR_SECONDS,
        Some(asked) => asked
            .as_i64()
            .filter(|seconds| (900..=most_seconds).contains(seconds))
            .ok_or_else(invalid)?,
    };
    if agency != HUAWEI_AGENCY_URN {
        return Err(Refusal::iam(404, "IAM.0004", "Could not find the agency."));
    }
    let session = Session {
        role: HUAWEI_AGENCY_NAME,
        name,
    };
    let (id, urn) = assumed(&call.state.huawei.id, &session);
    let ctx = call.ctx;
    let keys = ctx
        .issued
        .keys(Cloud::Huawei, ctx.now, seconds, Some(session));
    Ok(json!({
        "assumed_agency": { "urn": urn, "id": id },
        "credentials": {
            "access_key_id": keys.id,
            "secret_access_key": keys.secret,
            "security_token": keys.token,
            "expiration": clock::huawei(keys.expires_at),
        },
    }))
}

/// Id and URN of an assumed agency.
fn assumed(account_id: &str, session: &Session) -> (String, String) {
    let Session { role, name } = session;
    (
        format!("{AGENCY_ID}:{name}"),
        format!("sts::{account_id}:assumed-agency:{role}/{name}"),
    )
}
