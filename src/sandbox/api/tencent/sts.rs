//! STS of Tencent Cloud, version 2018-08-13 (spec tencent 5.4).

use serde_json::{Map, Value, json};

use super::super::super::credentials::{
    TENCENT_OIDC_TOKEN, TENCENT_PROVIDER_ID, TENCENT_ROLE_ARN, TENCENT_ROLE_NAME,
};
use super::{Call, Cloud, Effect, Operation, Refusal, Session, clock, decode, members};

/// How long the keys live when nothing is asked.
const DEFAULT_SECONDS: i64 = 7_200;
/// The most that can be asked.
const MOST_SECONDS: i64 = 43_200;
/// An id for the role, which nothing takes.
const ROLE_ID: &str = "4611686018400000001";

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        product: "sts",
        version: "2018-08-13",
        name: "GetCallerIdentity",
        effect: Effect::Read,
        parameters: &[],
        items: &[],
        is_regional: false,
        run: get_caller_identity,
    },
    Operation {
        product: "sts",
        version: "2018-08-13",
        name: "AssumeRole",
        effect: Effect::Read,
        parameters: &[
            "RoleArn",
            "RoleSessionName",
            "DurationSeconds",
            "Policy",
            "ExternalId",
            "Tags",
            "SourceIdentity",
            "SerialNumber",
            "TokenCode",
        ],
        items: &["RoleArn"],
        is_regional: true,
        run: assume_role,
    },
];

/// Those without a signature.
pub(crate) const UNSIGNED_OPERATIONS: &[Operation] = &[Operation {
    product: "sts",
    version: "2018-08-13",
    name: "AssumeRoleWithWebIdentity",
    effect: Effect::Read,
    parameters: &[
        "ProviderId",
        "WebIdentityToken",
        "RoleArn",
        "RoleSessionName",
        "DurationSeconds",
    ],
    items: &["RoleArn"],
    is_regional: true,
    run: assume_role_with_web_identity,
}];

/// Whether an operation takes no signature.
pub(crate) fn is_unsigned(operation: &Operation) -> bool {
    let mut rows = UNSIGNED_OPERATIONS.iter();
    rows.any(|row| row.name == operation.name)
}

/// The account is the same for the user and for every role; the ARN and the type of a role are inferred.
#[expect(
    clippy::unnecessary_wraps,
    reason = "all operations have one signature"
)]
fn get_caller_identity(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let uin = call.state.tencent.uin.as_str();
    let session = call.ctx.signer.and_then(|keys| keys.session.as_ref());
    let (arn, user_id, kind) = match session {
        None => (
            format!("qcs::cam::uin/{uin}:uin/{uin}"),
            uin.to_owned(),
            "CAMUser",
        ),
        Some(session) => (
            format!("qcs::sts:{uin}:assumed-role/{ROLE_ID}"),
            format!("{ROLE_ID}:{}", session.name),
            "CAMRole",
        ),
    };
    Ok(members([
        ("Arn", arn.into()),
        ("AccountId", uin.into()),
        ("UserId", user_id.into()),
        ("PrincipalId", uin.into()),
        ("Type", kind.into()),
    ]))
}

/// The policy is percent-encoded within the value.
fn assume_role(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    if let Some(policy) = call.parameters.string("Policy")?
        && serde_json::from_str::<Map<String, Value>>(&decode(policy)).is_err()
    {
        return Err(Refusal::new(
            "InvalidParameter.StrategyFormatError",
            "The policy is not in the right shape.",
        ));
    }
    assume(call)
}

/// Which code an unknown provider is answered with is inferred.
fn assume_role_with_web_identity(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let provider = call.parameters.required_string("ProviderId")?;
    let token = call.parameters.required_string("WebIdentityToken")?;
    if provider != TENCENT_PROVIDER_ID {
        return Err(wrong("The identity provider does not exist."));
    }
    if token != TENCENT_OIDC_TOKEN {
        return Err(Refusal::new(
            "InvalidParameter.WebIdentityTokenError",
            "The WebIdentityToken is not valid.",
        ));
    }
    assume(call)
}

fn wrong(message: &str) -> Refusal {
    Refusal::new("InvalidParameter.ParamError", message)
}

fn assume(call: &Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let parameters = &call.parameters;
    let arn = parameters.required_string("RoleArn")?;
    let name = parameters.required_string("RoleSessionName")?;
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter);
    if !(2..=128).contains(&name.len()) || !name.chars().all(is_plain) {
        return Err(wrong("The RoleSessionName is not in the right shape."));
    }
    let seconds = parameters.integer(
        "DurationSeconds",
        DEFAULT_SECONDS,
        1..=MOST_SECONDS,
        "InvalidParameter.OverTimeError",
    )?;
    let seconds = i64::try_from(seconds).unwrap_or(MOST_SECONDS);
    if !arn.starts_with("qcs::cam::uin/") {
        return Err(Refusal::new(
            "InvalidParameter.ResouceError", // spelled so
            "The RoleArn is not in the right shape.",
        ));
    }
    if arn != TENCENT_ROLE_ARN {
        return Err(Refusal::new(
            "ResourceNotFound.RoleNotFound",
            "The role does not exist.",
        ));
    }
    let session = Session {
        role: TENCENT_ROLE_NAME,
        name: name.to_owned(),
    };
    let ctx = call.ctx;
    let keys = ctx
        .issued
        .keys(Cloud::Tencent, ctx.now, seconds, Some(session));
    Ok(members([
        (
            "Credentials",
            json!({
                "Token": keys.token,
                "TmpSecretId": keys.id,
                "TmpSecretKey": keys.secret,
            }),
        ),
        ("ExpiredTime", keys.expires_at.timestamp().into()),
        ("Expiration", clock::utc(keys.expires_at).into()),
    ]))
}
