//! STS of Huawei Cloud (spec huawei 4.2).

use serde_json::json;

use super::{Call, Effect, Items, Operation, Refusal, Reply, Service};

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[Operation {
    service: Service::Sts,
    name: "GetCallerIdentity",
    method: "GET",
    path: "/v5/caller-identity",
    effect: Effect::Read,
    items: Items::None,
    has_item_errors: false,
    run: get_caller_identity,
}];

#[expect(
    clippy::unnecessary_wraps,
    reason = "all operations have one signature"
)]
fn get_caller_identity(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let account = &call.state.huawei;
    Ok(Reply::json(
        200,
        &json!({
            "account_id": account.id,
            "principal_id": account.user_id,
            "principal_urn": format!("iam::{}:user:{}", account.id, account.user_name),
        }),
    ))
}
