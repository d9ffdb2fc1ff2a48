//! Keys between their states: scheduled for deletion and back, enabled, disabled.

use chrono::TimeDelta;
use serde_json::json;

use super::{
    Call, DISABLED, ENABLED, FROZEN, PENDING_DELETION, PENDING_IMPORT, Quirk, Refusal, Reply,
    Shape, answer, bad_request, default_key, digits, key_of, scheduled, text,
};

/// Only from state 4. Leaves the key disabled, or waiting for import if it has no material.
pub(super) fn cancel_key_deletion(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (index, _) = key_of(call)?;
    let key = &call.project()?.kms_keys[index];
    if key.state != PENDING_DELETION {
        let shape = if call.ctx.has(Quirk::KmsCancelRefusedFlat) {
            Shape::Flat
        } else {
            Shape::Nested
        };
        return Err(Refusal::new(
            shape,
            400,
            "KMS.1501",
            "The key is not in Pending deletion state.",
        ));
    }
    let state = if key.without_material {
        PENDING_IMPORT
    } else {
        DISABLED
    };
    let key = &mut call.project_mut()?.kms_keys[index];
    state.clone_into(&mut key.state);
    key.deletion_at = 0;
    let echoed = if call.ctx.has(Quirk::KmsCancelEchoesOtherId) {
        "00000000-0000-4000-8000-000000000000".to_owned()
    } else {
        call.project()?.kms_keys[index].id.clone()
    };
    Ok(answer(&json!({ "key_id": echoed, "key_state": state })))
}

/// From states 2, 3, 5 and 7.
pub(super) fn schedule_key_deletion(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (index, body) = key_of(call)?;
    let days = text(&body, "pending_days")?
        .ok_or_else(|| bad_request("KMS.0204", "A required parameter is missing: pending_days."))?;
    let days = digits::<i64>(days)
        .filter(|days| (7..=1096).contains(days))
        .ok_or_else(|| bad_request("KMS.1401", "The pending days must be 7 to 1096."))?;
    let key = &call.project()?.kms_keys[index];
    if key.is_default {
        return Err(default_key());
    }
    match key.state.as_str() {
        PENDING_DELETION => {
            return Err(bad_request(
                "KMS.1402",
                "The key is already in Pending deletion state.",
            ));
        }
        ENABLED | DISABLED | PENDING_IMPORT | FROZEN => {}
        _ => {
            return Err(bad_request(
                "KMS.0308",
                "The key is not in a state that can be scheduled for deletion.",
            ));
        }
    }
    let deletion_at = call.ctx.now + TimeDelta::days(days);
    let key = &mut call.project_mut()?.kms_keys[index];
    PENDING_DELETION.clone_into(&mut key.state);
    key.deletion_at = deletion_at.timestamp_millis();
    Ok(answer(
        &json!({ "key_id": key.id, "key_state": PENDING_DELETION }),
    ))
}

/// Only from state 3.
pub(super) fn enable_key(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let not_disabled = bad_request("KMS.1201", "The key is not disabled.");
    switch(call, DISABLED, ENABLED, not_disabled)
}

/// Only from state 2.
pub(super) fn disable_key(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let not_enabled = bad_request("KMS.1301", "The key is not enabled.");
    switch(call, ENABLED, DISABLED, not_enabled)
}

fn switch(call: &mut Call<'_>, from: &str, to: &str, refusal: Refusal) -> Result<Reply, Refusal> {
    let (index, _) = key_of(call)?;
    let key = &call.project()?.kms_keys[index];
    match key.state.as_str() {
        _ if key.is_default => return Err(default_key()),
        PENDING_DELETION => return Err(scheduled()),
        FROZEN => return Err(bad_request("KMS.0320", "The key is frozen.")),
        state if state == from => {}
        _ => return Err(refusal),
    }
    let key = &mut call.project_mut()?.kms_keys[index];
    to.clone_into(&mut key.state);
    Ok(answer(
        &json!({ "key_info": { "key_id": key.id, "key_state": to } }),
    ))
}
