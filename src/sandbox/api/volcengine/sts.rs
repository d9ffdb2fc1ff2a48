//! STS of Volcengine, version 2018-01-01 (spec volcengine 7.4).

use serde_json::{Map, Value, json};

use super::super::super::credentials::{
    VOLCENGINE_OIDC_TOKEN, VOLCENGINE_ROLE_NAME, VOLCENGINE_ROLE_TRN,
};
use super::{Call, Cloud, Effect, Operation, Refusal, Session, clock};

/// How long the keys live when nothing is asked.
const DEFAULT_SECONDS: i64 = 3_600;
/// The least and the most that can be asked; the most is inferred.
const SECONDS: std::ops::RangeInclusive<i64> = 900..=43_200;

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        service: "sts",
        version: "2018-01-01",
        name: "GetCallerIdentity",
        effect: Effect::Read,
        items: &[],
        has_item_errors: false,
        run: get_caller_identity,
    },
    Operation {
        service: "sts",
        version: "2018-01-01",
        name: "AssumeRole",
        effect: Effect::Read,
        items: &["RoleTrn"],
        has_item_errors: false,
        run: assume_role,
    },
];

/// Those without a signature.
pub(crate) const UNSIGNED_OPERATIONS: &[Operation] = &[Operation {
    service: "sts",
    version: "2018-01-01",
    name: "AssumeRoleWithOIDC",
    effect: Effect::Read,
    items: &["RoleTrn"],
    has_item_errors: false,
    run: assume_role_with_oidc,
}];

/// Whether an operation takes no signature.
pub(crate) fn is_unsigned(operation: &Operation) -> bool {
    let mut rows = UNSIGNED_OPERATIONS.iter();
    rows.any(|row| row.name == operation.name)
}

/// The account is the same for the user and for every role; the rest of a role's identity is inferred.
#[expect(
    clippy::unnecessary_wraps,
    reason = "all operations have one signature"
)]
fn get_caller_identity(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let account = call.state.volcengine.account_id;
    let session = call.ctx.signer.and_then(|keys| keys.session.as_ref());
    let (trn, identity_type, identity_id) = match session {
        None => (
            format!("trn:iam::{account}:user/sandbox"),
            "User",
            "24681012".to_owned(),
        ),
        Some(session) => (assumed_trn(account, session), "AssumedRole", id(session)),
    };
    Ok(json!({
        "AccountId": account,
        "Trn": trn,
        "IdentityType": identity_type,
        "IdentityId": identity_id,
    }))
}

fn assume_role(call: &mut Call<'_>) -> Result<Value, Refusal> {
    assume(call, "ExpiredTime")
}

/// The end goes by another name here: that is what the vendor's SDK reads. The code for a wrong token is inferred.
fn assume_role_with_oidc(call: &mut Call<'_>) -> Result<Value, Refusal> {
    match call.parameters.filled_text("OIDCToken") {
        None => return Err(Refusal::missing("OIDCToken")),
        Some(VOLCENGINE_OIDC_TOKEN) => {}
        Some(_) => {
            return Err(Refusal::bad_request(
                "InvalidOIDCToken",
                "The OIDC token is not valid.",
            ));
        }
    }
    assume(call, "Expiration")
}

/// Which names a session may have is inferred from the other clouds.
fn assume(call: &Call<'_>, end: &str) -> Result<Value, Refusal> {
    let parameters = &call.parameters;
    let required = |name| {
        let value = parameters.filled_text(name);
        value.ok_or_else(|| Refusal::missing(name))
    };
    let (trn, name) = (required("RoleTrn")?, required("RoleSessionName")?);
    if !trn.starts_with("trn:iam::") || !trn.contains(":role/") {
        return Err(Refusal::malformed("RoleTrn"));
    }
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter);
    if !(2..=64).contains(&name.len()) || !name.chars().all(is_plain) {
        return Err(Refusal::malformed("RoleSessionName"));
    }
    let seconds = match parameters.filled_text("DurationSeconds") {
        None => DEFAULT_SECONDS,
        Some(text) => text
            .parse()
            .ok()
            .filter(|seconds| SECONDS.contains(seconds))
            .ok_or_else(|| Refusal::malformed("DurationSeconds"))?,
    };
    if let Some(policy) = parameters.filled_text("Policy")
        && serde_json::from_str::<Map<String, Value>>(policy).is_err()
    {
        return Err(Refusal::malformed("Policy"));
    }
    if trn != VOLCENGINE_ROLE_TRN {
        // The code is inferred.
        return Err(Refusal::not_found(
            "RoleNotExist",
            "The specified role does not exist.",
        ));
    }
    let session = Session {
        role: VOLCENGINE_ROLE_NAME,
        name: name.to_owned(),
    };
    let user = json!({
        "Trn": assumed_trn(call.state.volcengine.account_id, &session),
        "AssumedRoleId": id(&session),
    });
    let ctx = call.ctx;
    let keys = ctx
        .issued
        .keys(Cloud::Volcengine, ctx.now, seconds, Some(session));
    let mut credentials = json!({
        "CurrentTime": clock::volcengine(ctx.now),
        "AccessKeyId": keys.id,
        "SecretAccessKey": keys.secret,
        "SessionToken": keys.token,
    });
    credentials[end] = clock::volcengine(keys.expires_at).into();
    Ok(json!({ "Credentials": credentials, "AssumedRoleUser": user }))
}

fn assumed_trn(account: u64, Session { role, name }: &Session) -> String {
    format!("trn:sts::{account}:assumed-role/{role}/{name}")
}

fn id(session: &Session) -> String {
    format!("13579111:{}", session.name)
}
