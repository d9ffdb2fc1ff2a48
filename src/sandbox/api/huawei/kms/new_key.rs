//! Keys: make, rename, describe.

use serde_json::{Map, Value, json};

use super::usage::own_keys;
use super::{
    Call, ENABLED, KmsKey, MOST_KEYS, PENDING_IMPORT, Refusal, Reply, answer, bad_request, body_of,
    check_changeable, identifiers, key_of, text,
};

/// Longest alias in bytes and longest description in characters.
const MOST_TEXT: usize = 255;

const ENCRYPT: &str = "ENCRYPT_DECRYPT";
const SIGN: &str = "SIGN_VERIFY";
const AUTHENTICATE: &str = "GENERATE_VERIFY_MAC";

/// The key is ready at once: that it waits for activation first is too short to be seen.
pub(super) fn create_key(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let body = body_of(call)?;
    let alias = alias_of(&body)?;
    let description = text(&body, "key_description")?.unwrap_or_default();
    check_description(description)?;
    let spec = text(&body, "key_spec")?.unwrap_or("AES_256");
    let usages = usages(spec).ok_or_else(|| invalid("key_spec"))?;
    let usage = text(&body, "key_usage")?.unwrap_or(usages[0]);
    if !usages.contains(&usage) {
        return Err(invalid("key_usage"));
    }
    let origin = text(&body, "origin")?.unwrap_or("kms");
    let state = match origin {
        "kms" => ENABLED,
        "external" => PENDING_IMPORT,
        _ => return Err(invalid("origin")),
    };
    refuse_taken(call, alias, None)?;
    if own_keys(call)? >= MOST_KEYS {
        return Err(bad_request("KMS.1105", "The quota of keys is used up."));
    }
    let key = KmsKey {
        id: identifiers::uuid(),
        alias: alias.to_owned(),
        description: description.to_owned(),
        state: state.to_owned(),
        spec: spec.to_owned(),
        usage: usage.to_owned(),
        origin: origin.to_owned(),
        without_material: origin == "external",
        created_at: call.ctx.now.timestamp_millis(),
        ..KmsKey::default()
    };
    let document = json!({ "key_info": { "key_id": key.id, "domain_id": call.state.huawei.id } });
    call.project_mut()?.kms_keys.push(key);
    Ok(answer(&document))
}

/// What a key of that spec is for; the first is the default.
fn usages(spec: &str) -> Option<&'static [&'static str]> {
    match spec {
        "AES_256" | "SM4" => Some(&[ENCRYPT]),
        "RSA_2048" | "RSA_3072" | "RSA_4096" | "SM2" => Some(&[SIGN, ENCRYPT]),
        "EC_P256" | "EC_P384" | "SECP256K1" | "ED25519" => Some(&[SIGN]),
        "HMAC_256" | "HMAC_384" | "HMAC_512" | "HMAC_SM3" => Some(&[AUTHENTICATE]),
        _ => None,
    }
}

pub(super) fn update_key_alias(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (index, body) = key_of(call)?;
    let alias = alias_of(&body)?;
    check_changeable(&call.project()?.kms_keys[index])?;
    refuse_taken(call, alias, Some(index))?;
    let key = &mut call.project_mut()?.kms_keys[index];
    alias.clone_into(&mut key.alias);
    Ok(answer(
        &json!({ "key_info": { "key_id": key.id, "key_alias": alias } }),
    ))
}

/// The description may be empty, but must be there.
pub(super) fn update_key_description(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (index, body) = key_of(call)?;
    let description = text(&body, "key_description")?.ok_or_else(|| missing("key_description"))?;
    check_description(description)?;
    check_changeable(&call.project()?.kms_keys[index])?;
    let key = &mut call.project_mut()?.kms_keys[index];
    description.clone_into(&mut key.description);
    Ok(answer(
        &json!({ "key_info": { "key_id": key.id, "key_description": description } }),
    ))
}

fn invalid(name: &str) -> Refusal {
    bad_request("KMS.0308", &format!("The {name} is not valid."))
}

fn missing(name: &str) -> Refusal {
    let message = format!("A required parameter is missing: {name}.");
    bad_request("KMS.0204", &message)
}

/// `^[a-zA-Z0-9:/_-]{1,255}$`; names that end in `/default` are those of services.
fn alias_of(body: &Map<String, Value>) -> Result<&str, Refusal> {
    let alias = text(body, "key_alias")?.ok_or_else(|| missing("key_alias"))?;
    let is_plain = alias
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b":/_-".contains(&byte));
    if is_plain && (1..=MOST_TEXT).contains(&alias.len()) && !alias.ends_with("/default") {
        Ok(alias)
    } else {
        Err(bad_request("KMS.1101", "The key alias is not valid."))
    }
}

fn check_description(description: &str) -> Result<(), Refusal> {
    if description.chars().count() > MOST_TEXT {
        let message = "The key description is not valid.";
        return Err(bad_request("KMS.1103", message));
    }
    Ok(())
}

/// An alias stays taken while its key is scheduled for deletion.
fn refuse_taken(call: &Call<'_>, alias: &str, own: Option<usize>) -> Result<(), Refusal> {
    let keys = &call.project()?.kms_keys;
    let is_taken = keys
        .iter()
        .enumerate()
        .any(|(index, key)| key.alias == alias && Some(index) != own);
    if is_taken {
        return Err(bad_request("KMS.1104", "The key alias exists already."));
    }
    Ok(())
}
