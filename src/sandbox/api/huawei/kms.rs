//! KMS (spec huawei 6): almost everything is POST, almost every value a string.

use chrono::TimeDelta;
use serde_json::{Map, Value, json};

use super::state::KmsKey;
use super::{Call, Effect, Items, Operation, Quirk, Refusal, Reply, Service, Shape};

/// The states, as the wire writes them.
const ENABLED: &str = "2";
const DISABLED: &str = "3";
const PENDING_DELETION: &str = "4";
const PENDING_IMPORT: &str = "5";
const FROZEN: &str = "7";

/// Page size of `ListKeys` when none is asked for; not documented.
const DEFAULT_LIMIT: usize = 50;
/// Largest page: the largest that a public client is known to ask for.
const MOST_LIMIT: usize = 2000;

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[
    change(
        "CancelKeyDeletion",
        "/v1.0/{project_id}/kms/cancel-key-deletion",
        cancel_key_deletion,
    ),
    change(
        "DeleteKey",
        "/v1.0/{project_id}/kms/schedule-key-deletion",
        schedule_key_deletion,
    ),
    change("EnableKey", "/v1.0/{project_id}/kms/enable-key", enable_key),
    change(
        "DisableKey",
        "/v1.0/{project_id}/kms/disable-key",
        disable_key,
    ),
    Operation {
        effect: Effect::Read,
        ..change(
            "ListKeyDetail",
            "/v1.0/{project_id}/kms/describe-key",
            describe_key,
        )
    },
    Operation {
        effect: Effect::Read,
        items: Items::None,
        ..change("ListKeys", "/v1.0/{project_id}/kms/list-keys", list_keys)
    },
];

const fn change(
    name: &'static str,
    path: &'static str,
    run: fn(&mut Call<'_>) -> Result<Reply, Refusal>,
) -> Operation {
    Operation {
        service: Service::Kms,
        name,
        method: "POST",
        path,
        effect: Effect::Change,
        items: Items::Body("key_id"),
        has_item_errors: false,
        run,
    }
}

fn bad_request(code: &'static str, message: &str) -> Refusal {
    Refusal::new(Shape::Nested, 400, code, message)
}

fn answer(document: &Value) -> Reply {
    Reply::json(200, document)
}

/// Only from state 4. Leaves the key disabled, or waiting for import if it has no material.
fn cancel_key_deletion(call: &mut Call<'_>) -> Result<Reply, Refusal> {
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
fn schedule_key_deletion(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (index, body) = key_of(call)?;
    let days = text(&body, "pending_days")?
        .ok_or_else(|| bad_request("KMS.0204", "A required parameter is missing: pending_days."))?;
    let days: i64 = days
        .parse()
        .ok()
        .filter(|days| (7..=1096).contains(days))
        .ok_or_else(|| bad_request("KMS.1401", "The pending days must be 7 to 1096."))?;
    let key = &call.project()?.kms_keys[index];
    if key.is_default {
        return Err(bad_request(
            "KMS.0211",
            "A default key cannot be operated on.",
        ));
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
fn enable_key(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let not_disabled = bad_request("KMS.1201", "The key is not disabled.");
    switch(call, DISABLED, ENABLED, not_disabled)
}

/// Only from state 2.
fn disable_key(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let not_enabled = bad_request("KMS.1301", "The key is not enabled.");
    switch(call, ENABLED, DISABLED, not_enabled)
}

fn switch(call: &mut Call<'_>, from: &str, to: &str, refusal: Refusal) -> Result<Reply, Refusal> {
    let (index, _) = key_of(call)?;
    let key = &call.project()?.kms_keys[index];
    match key.state.as_str() {
        _ if key.is_default => {
            return Err(bad_request(
                "KMS.0211",
                "A default key cannot be operated on.",
            ));
        }
        PENDING_DELETION => {
            return Err(bad_request(
                "KMS.0210",
                "The key is in Pending deletion state.",
            ));
        }
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

fn describe_key(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (index, _) = key_of(call)?;
    let project = call.project()?;
    let details = key_details(
        &project.kms_keys[index],
        &project.name,
        &call.state.huawei.id,
    );
    Ok(answer(&json!({ "key_info": details })))
}

/// Without `key_spec` only `AES_256` keys are listed.
fn list_keys(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let body = body_of(call)?;
    let number = |name: &str, default: usize, most: usize, code: &'static str| {
        let Some(text) = text(&body, name)? else {
            return Ok(default);
        };
        if text.is_empty() {
            return Ok(default); // the next_marker of a last page, handed back
        }
        text.parse()
            .ok()
            .filter(|number| *number <= most)
            .ok_or_else(|| bad_request(code, &format!("The {name} is not valid.")))
    };
    let limit = number("limit", DEFAULT_LIMIT, MOST_LIMIT, "KMS.1601")?;
    if limit == 0 {
        return Err(bad_request("KMS.1601", "The limit is not valid."));
    }
    let marker = number("marker", 0, usize::MAX, "KMS.1602")?;
    let state = text(&body, "key_state")?;
    if state.is_some_and(|state| !matches!(state, "1" | "2" | "3" | "4" | "5")) {
        return Err(bad_request("KMS.0308", "The key_state is not valid."));
    }
    let spec = text(&body, "key_spec")?.unwrap_or("AES_256");
    let known = [
        "AES_256", "SM4", "RSA_2048", "RSA_3072", "RSA_4096", "EC_P256", "EC_P384", "SM2", "ALL",
    ];
    if !known.contains(&spec) {
        return Err(bad_request("KMS.0308", "The key_spec is not valid."));
    }
    let project = call.project()?;
    let matches: Vec<&KmsKey> = project
        .kms_keys
        .iter()
        .filter(|key| {
            state.is_none_or(|state| key.state == state) && (spec == "ALL" || key.spec == spec)
        })
        .collect();
    let page: Vec<&&KmsKey> = matches.iter().skip(marker).take(limit).collect();
    let end = marker.saturating_add(page.len());
    let is_truncated = end < matches.len();
    let account_id = &call.state.huawei.id;
    Ok(answer(&json!({
        "keys": page.iter().map(|key| &key.id).collect::<Vec<_>>(),
        "key_details": page.iter().map(|key| key_details(key, &project.name, account_id)).collect::<Vec<_>>(),
        "next_marker": if is_truncated { end.to_string() } else { String::new() },
        "truncated": if is_truncated { "true" } else { "false" },
        "total": matches.len(),
    })))
}

fn key_details(key: &KmsKey, region: &str, account_id: &str) -> Value {
    let time = |milliseconds: i64| {
        if milliseconds == 0 {
            String::new()
        } else {
            milliseconds.to_string()
        }
    };
    json!({
        "key_id": key.id,
        "domain_id": account_id,
        "key_alias": key.alias,
        "realm": region,
        "key_description": key.description,
        "creation_date": time(key.created_at),
        "scheduled_deletion_date": time(key.deletion_at),
        "key_spec": key.spec,
        "key_usage": key.usage,
        "key_state": key.state,
        "default_key_flag": if key.is_default { "1" } else { "0" },
        "key_type": "1",
        "expiration_time": "",
        "origin": key.origin,
        "key_rotation_enabled": if key.rotation_enabled { "true" } else { "false" },
        "sys_enterprise_project_id": "0",
        "keystore_id": "0",
    })
}

/// The body, with its `sequence` checked.
fn body_of(call: &Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let body = call
        .body()
        .ok_or_else(|| bad_request("KMS.0202", "The body is not a valid JSON document."))?;
    if text(&body, "sequence")?.is_some_and(|sequence| !is_dashed(sequence)) {
        return Err(bad_request("KMS.0206", "The sequence is not valid."));
    }
    Ok(body)
}

/// The place of the key that a call names, and the call's body.
fn key_of(call: &Call<'_>) -> Result<(usize, Map<String, Value>), Refusal> {
    let body = body_of(call)?;
    let id = text(&body, "key_id")?
        .ok_or_else(|| bad_request("KMS.0204", "A required parameter is missing: key_id."))?;
    if !is_dashed(id) {
        return Err(bad_request("KMS.0205", "Invalid key ID."));
    }
    let place = call.project()?.kms_keys.iter().position(|key| key.id == id);
    match place {
        Some(place) => Ok((place, body)),
        None if call.ctx.has(Quirk::KmsMissingKey400) => {
            Err(bad_request("KMS.0205", "Invalid key ID."))
        }
        None => Err(Refusal::new(
            Shape::Nested,
            404,
            "KMS.0207",
            "The key does not exist.",
        )),
    }
}

/// A member that must be a string if it is there.
fn text<'b>(body: &'b Map<String, Value>, name: &str) -> Result<Option<&'b str>, Refusal> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(bad_request(
            "KMS.0308",
            &format!("The {name} must be a string."),
        )),
    }
}

/// `^[0-9a-z]{8}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{12}$`: letters beyond f are fine.
fn is_dashed(id: &str) -> bool {
    let lengths: Vec<usize> = id.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12]
        && id
            .bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_digit() || byte.is_ascii_lowercase())
}
