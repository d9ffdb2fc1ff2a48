//! Keys: show and list.

use serde_json::{Value, json};

use super::{
    Call, KmsKey, Refusal, Reply, answer, bad_request, body_of, digits, is_dashed, key_of, text,
};

/// Page size of `ListKeys` when none is asked for; not documented.
const DEFAULT_LIMIT: usize = 50;
/// Largest page: the largest that a public client is known to ask for.
const MOST_LIMIT: usize = 2000;

pub(super) fn describe_key(call: &mut Call<'_>) -> Result<Reply, Refusal> {
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
pub(super) fn list_keys(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let body = body_of(call)?;
    let number = |name: &str, default: usize, most: usize, code: &'static str| {
        let Some(text) = text(&body, name)? else {
            return Ok(default);
        };
        if text.is_empty() {
            return Ok(default); // the next_marker of a last page, handed back
        }
        digits(text)
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
    let enterprise = text(&body, "enterprise_project_id")?.unwrap_or("all");
    let is_any_enterprise = matches!(enterprise, "" | "all" | "0"); // all keys are in project 0
    if !is_any_enterprise && !is_dashed(enterprise) {
        return Err(bad_request(
            "KMS.0308",
            "The enterprise_project_id is not valid.",
        ));
    }
    let project = call.project()?;
    let matches: Vec<&KmsKey> = project
        .kms_keys
        .iter()
        .filter(|key| {
            is_any_enterprise
                && state.is_none_or(|state| key.state == state)
                && (spec == "ALL" || key.spec == spec)
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
