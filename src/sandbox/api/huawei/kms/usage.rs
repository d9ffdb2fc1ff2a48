//! How much of the service is used: numbers, not strings.

use serde_json::json;

use super::{Call, MOST_KEYS, Refusal, Reply};

/// Grants that one key may have; the card has the type, not the number.
const MOST_GRANTS: usize = 100;

pub(super) fn show_user_instances(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let count = own_keys(call)?;
    Ok(Reply::json(200, &json!({ "instance_num": count })))
}

/// Nobody has grants here.
pub(super) fn show_user_quotas(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let resources = json!([
        { "type": "CMK", "used": own_keys(call)?, "quota": MOST_KEYS },
        { "type": "grant_per_CMK", "used": 0, "quota": MOST_GRANTS },
    ]);
    Ok(Reply::json(
        200,
        &json!({ "quotas": { "resources": resources } }),
    ))
}

/// Default keys do not count.
pub(super) fn own_keys(call: &Call<'_>) -> Result<usize, Refusal> {
    let keys = call.project()?.kms_keys.iter();
    Ok(keys.filter(|key| !key.is_default).count())
}
