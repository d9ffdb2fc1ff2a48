//! STS of Volcengine, version 2018-01-01 (spec volcengine 7.4).

use serde_json::{Value, json};

use super::{Call, Effect, Operation, Refusal};

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[Operation {
    service: "sts",
    version: "2018-01-01",
    name: "GetCallerIdentity",
    effect: Effect::Read,
    items: &[],
    has_item_errors: false,
    run: get_caller_identity,
}];

#[expect(
    clippy::unnecessary_wraps,
    reason = "all operations have one signature"
)]
fn get_caller_identity(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let account = call.state.volcengine.account_id;
    Ok(json!({
        "AccountId": account,
        "Trn": format!("trn:iam::{account}:user/sandbox"),
        "IdentityType": "User",
        "IdentityId": "24681012",
    }))
}
