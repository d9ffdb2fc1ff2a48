//! The metadata service of Tencent Cloud, which has no tokens (spec tencent 5.4).

use serde_json::json;

use super::super::super::clock;
use super::super::super::credentials::TENCENT_ROLE_NAME;
use super::super::super::issued::Session;
use super::super::super::quirks::Quirk;
use super::{Call, Cloud, Operation, Reply, refusal};

/// How long the keys of the role live: inferred.
const LIFETIME_SECONDS: i64 = 21_600;

/// The table.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "MetadataRoleName",
        method: "GET",
        path: "/latest/meta-data/cam/security-credentials/",
        run: role_name,
    },
    Operation {
        name: "MetadataCredentials",
        method: "GET",
        path: "/latest/meta-data/cam/security-credentials/{role}",
        run: credentials,
    },
];

fn role_name(call: &Call<'_>) -> Reply {
    if call.ctx.has(Quirk::NoInstanceRole) {
        return refusal(404, "Not Found");
    }
    Reply::text(200, TENCENT_ROLE_NAME)
}

fn credentials(call: &Call<'_>) -> Reply {
    let ctx = call.ctx;
    if ctx.has(Quirk::NoInstanceRole) || call.role != TENCENT_ROLE_NAME {
        return refusal(404, "Not Found");
    }
    let session = Session {
        role: TENCENT_ROLE_NAME,
        name: "instance".to_owned(),
    };
    let keys = ctx
        .issued
        .keys(Cloud::Tencent, ctx.now, LIFETIME_SECONDS, Some(session));
    Reply::json(
        200,
        &json!({
            "TmpSecretId": keys.id,
            "TmpSecretKey": keys.secret,
            "ExpiredTime": keys.expires_at.timestamp(),
            "Expiration": clock::utc(keys.expires_at),
            "Token": keys.token,
            "Code": "Success",
        }),
    )
}
