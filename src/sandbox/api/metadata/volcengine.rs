//! The metadata service of Volcengine, second version: nothing without a token (spec volcengine 7.5).

use serde_json::json;

use super::super::super::clock;
use super::super::super::credentials::VOLCENGINE_ROLE_NAME;
use super::super::super::issued::Session;
use super::super::super::quirks::Quirk;
use super::{Call, Cloud, Operation, Reply, refusal};

/// How long the keys of the role live: inferred.
const LIFETIME_SECONDS: i64 = 21_600;

/// The table.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "MetadataToken",
        method: "PUT",
        path: "/latest/api/token",
        run: |call| call.new_token(Cloud::Volcengine, "x-volc-ecs-metadata-token-ttl-seconds"),
    },
    Operation {
        name: "MetadataRoleName",
        method: "GET",
        path: "/volcstack/latest/iam/security_credentials",
        run: role_name,
    },
    Operation {
        name: "MetadataCredentials",
        method: "GET",
        path: "/volcstack/latest/iam/security_credentials/{role}",
        run: credentials,
    },
];

fn is_let_in(call: &Call<'_>) -> bool {
    call.has_token(Cloud::Volcengine, "x-volc-ecs-metadata-token")
}

/// A JSON list if one is asked for, else lines.
fn role_name(call: &Call<'_>) -> Reply {
    if !is_let_in(call) {
        return refusal(401, "Unauthorized");
    }
    let roles: &[&str] = match call.ctx {
        ctx if ctx.has(Quirk::NoInstanceRole) => return refusal(404, "Not Found"),
        ctx if ctx.has(Quirk::VolcengineEmptyRoleList) => &[],
        _ => &[VOLCENGINE_ROLE_NAME],
    };
    if call.request.query_value("format").as_deref() == Some("json") {
        Reply::json(200, &json!(roles))
    } else {
        Reply::text(200, &roles.join("\n"))
    }
}

fn credentials(call: &Call<'_>) -> Reply {
    if !is_let_in(call) {
        return refusal(401, "Unauthorized");
    }
    let ctx = call.ctx;
    let has_none = ctx.has(Quirk::NoInstanceRole) || ctx.has(Quirk::VolcengineEmptyRoleList);
    if has_none || call.role != VOLCENGINE_ROLE_NAME {
        return refusal(404, "Not Found");
    }
    let session = Session {
        role: VOLCENGINE_ROLE_NAME,
        name: "instance".to_owned(),
    };
    let keys = ctx
        .issued
        .keys(Cloud::Volcengine, ctx.now, LIFETIME_SECONDS, Some(session));
    Reply::json(
        200,
        &json!({
            "CurrentTime": clock::volcengine(ctx.now),
            "ExpiredTime": clock::volcengine(keys.expires_at),
            "AccessKeyId": keys.id,
            "SecretAccessKey": keys.secret,
            "SessionToken": keys.token,
        }),
    )
}
