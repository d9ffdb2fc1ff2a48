//! Temporary access keys of IAM, by agency or by token: two operations at one path (spec huawei 4.2).

use serde_json::{Value, json};

use super::super::super::credentials::{
    HUAWEI_AGENCY_NAME, HUAWEI_AUTH_TOKEN, HUAWEI_DOMAIN_ID, HUAWEI_DOMAIN_NAME,
};
use super::{
    Call, Cloud, Effect, Items, Keys, Operation, Refusal, Reply, Request, Service, Session, clock,
    document,
};

/// Where both are.
const PATH: &str = "/v3.0/OS-CREDENTIAL/securitytokens";
/// How long the keys live when nothing is asked.
const DEFAULT_SECONDS: i64 = 900;

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        service: Service::Iam,
        name: "CreateTemporaryAccessKeyByAgency",
        method: "POST",
        path: PATH,
        effect: Effect::Read,
        items: Items::Body(&["auth", "identity", "assume_role", "agency_name"]),
        has_item_errors: false,
        run: by_agency,
    },
    Operation {
        service: Service::Iam,
        name: "CreateTemporaryAccessKeyByToken",
        method: "POST",
        path: PATH,
        effect: Effect::Read,
        items: Items::None,
        has_item_errors: false,
        run: by_token,
    },
];

/// Tells the two apart by the method in the body; anything else is by agency, which then refuses it.
pub(crate) fn fits(row: &Operation, request: &Request) -> bool {
    if row.path != PATH {
        return true;
    }
    let is_by_token = identity(request)["methods"] == json!(["token"]);
    is_by_token == (row.name == "CreateTemporaryAccessKeyByToken")
}

/// Whether the token is in the body, so that none has to be in a header.
pub(crate) fn is_proven_by_body(row: &Operation, request: &Request) -> bool {
    row.name == "CreateTemporaryAccessKeyByToken" && identity(request)["token"]["id"].is_string()
}

fn identity(request: &Request) -> Value {
    document(request)
        .map(|mut body| body["auth"]["identity"].take())
        .unwrap_or_default()
}

fn by_agency(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let identity = identity(call.request);
    if identity["methods"] != json!(["assume_role"]) {
        return Err(Refusal::iam(400, "IAM.0011", "Invalid request body."));
    }
    let asked = &identity["assume_role"];
    let (domain_id, domain_name) = (&asked["domain_id"], &asked["domain_name"]);
    if !asked["agency_name"].is_string() || domain_id.is_null() && domain_name.is_null() {
        return Err(Refusal::iam(400, "IAM.0007", "Request parameter error."));
    }
    let seconds = seconds(&asked["duration_seconds"])?;
    if asked["agency_name"] != HUAWEI_AGENCY_NAME
        || !domain_id.is_null() && *domain_id != HUAWEI_DOMAIN_ID
        || !domain_name.is_null() && *domain_name != HUAWEI_DOMAIN_NAME
    {
        // The code is inferred: the card has only the general one for what does not exist.
        return Err(Refusal::iam(404, "IAM.0004", "Could not find the agency."));
    }
    let session = Session {
        role: HUAWEI_AGENCY_NAME,
        name: call.state.huawei.user_name.clone(),
    };
    Ok(answer(call, seconds, Some(session)))
}

fn by_token(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let identity = identity(call.request);
    let in_body = identity["token"]["id"].as_str();
    let token = in_body.or_else(|| call.request.header("x-auth-token"));
    match token {
        Some(HUAWEI_AUTH_TOKEN) => {}
        Some(text) => match call.ctx.issued.find_iam_token(text) {
            Some((_, expires_at)) if call.ctx.now < expires_at => {}
            Some(_) => return Err(Refusal::iam(401, "IAM.0066", "The token has expired.")),
            None => return Err(Refusal::iam(401, "IAM.0067", "Invalid token.")),
        },
        None => return Err(Refusal::iam(401, "IAM.0001", "Authentication required.")),
    }
    let seconds = seconds(&identity["token"]["duration_seconds"])?;
    Ok(answer(call, seconds, None))
}

fn seconds(asked: &Value) -> Result<i64, Refusal> {
    match asked {
        Value::Null => Ok(DEFAULT_SECONDS),
        asked => asked
            .as_i64()
            .filter(|seconds| (900..=86_400).contains(seconds))
            .ok_or_else(|| Refusal::iam(400, "IAM.0007", "Request parameter error.")),
    }
}

fn answer(call: &Call<'_>, seconds: i64, session: Option<Session>) -> Reply {
    let now = call.ctx.now;
    let keys = call.ctx.issued.keys(Cloud::Huawei, now, seconds, session);
    Reply::json(201, &credential(&keys))
}

/// The document that IAM and the metadata service answer with.
pub(crate) fn credential(keys: &Keys) -> Value {
    json!({
        "credential": {
            "access": keys.id,
            "expires_at": clock::huawei(keys.expires_at),
            "secret": keys.secret,
            "securitytoken": keys.token,
        },
    })
}
