//! The metadata service of Huawei Cloud: a token need not come, but one that comes has to be good (spec huawei 4.3).

use super::super::super::credentials::HUAWEI_AGENCY_NAME;
use super::super::super::issued::Session;
use super::super::super::quirks::Quirk;
use super::super::huawei::credential;
use super::{Call, Cloud, Operation, Reply, refusal};

/// Where the token comes.
const TOKEN: &str = "x-metadata-token";
/// How long the keys of the agency live: inferred.
const LIFETIME_SECONDS: i64 = 86_400;

/// The table.
pub(super) const OPERATIONS: &[Operation] = &[
    Operation {
        name: "MetadataToken",
        method: "PUT",
        path: "/meta-data/latest/api/token",
        run: token,
    },
    Operation {
        name: "MetadataCredentials",
        method: "GET",
        path: "/openstack/latest/securitykey",
        run: credentials,
    },
];

fn token(call: &Call<'_>) -> Reply {
    if call.ctx.has(Quirk::HuaweiMetadataWithoutTokens) {
        return refusal(404, "Not Found");
    }
    call.new_token(Cloud::Huawei, "x-metadata-token-ttl-seconds")
}

fn credentials(call: &Call<'_>) -> Reply {
    let ctx = call.ctx;
    if call.request.header(TOKEN).is_some() && !call.has_token(Cloud::Huawei, TOKEN) {
        return refusal(401, "Unauthorized");
    }
    if ctx.has(Quirk::HuaweiNoAgency401) {
        // The vendor's clients know this case by these words.
        return refusal(401, "Please configure Cloud Service Agency first");
    }
    if ctx.has(Quirk::NoInstanceRole) {
        return refusal(404, "Not Found");
    }
    let session = Session {
        role: HUAWEI_AGENCY_NAME,
        name: "instance".to_owned(),
    };
    let keys = ctx
        .issued
        .keys(Cloud::Huawei, ctx.now, LIFETIME_SECONDS, Some(session));
    Reply::json(200, &credential(&keys))
}
