//! STS of Tencent Cloud, version 2018-08-13 (spec tencent 5.4).

use serde_json::{Map, Value};

use super::{Call, Effect, Operation, Refusal, members};

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[Operation {
    product: "sts",
    version: "2018-08-13",
    name: "GetCallerIdentity",
    effect: Effect::Read,
    parameters: &[],
    items: &[],
    is_regional: false,
    run: get_caller_identity,
}];

#[expect(
    clippy::unnecessary_wraps,
    reason = "all operations have one signature"
)]
fn get_caller_identity(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let uin = call.state.tencent.uin.as_str();
    Ok(members([
        ("Arn", format!("qcs::cam::uin/{uin}:uin/{uin}").into()),
        ("AccountId", uin.into()),
        ("UserId", uin.into()),
        ("PrincipalId", uin.into()),
        ("Type", "CAMUser".into()),
    ]))
}
