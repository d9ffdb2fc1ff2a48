//! Further names of keys. The card has the calls and their statuses, but not the members of a record: those are the SDK's.
//!
//! They have nothing to do with the `key_alias` that a key is made with: the card says nothing of the one being the other.

use serde_json::{Map, Value, json};

use super::super::state::KmsAlias;
use super::{
    Call, Refusal, Reply, bad_request, body_of, check_changeable, digits, key_of, place_of, text,
};

/// Page size when none is asked for; not documented.
const DEFAULT_LIMIT: usize = 50;
/// Longest name in bytes, taken to be that of a `key_alias`.
const MOST_NAME_BYTES: usize = 255;

/// The answer is a list of pages, of which there is one.
pub(super) fn list_aliases(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let number = |name: &str, default: usize, code: &'static str| match call.query(name) {
        None => Ok(default),
        Some(text) => {
            digits(&text).ok_or_else(|| bad_request(code, &format!("The {name} is not valid.")))
        }
    };
    let limit = number("limit", DEFAULT_LIMIT, "KMS.1601")?;
    if limit == 0 {
        return Err(bad_request("KMS.1601", "The limit is not valid."));
    }
    let marker = number("marker", 0, "KMS.1602")?;
    let asked = call.query("key_id");
    if let Some(id) = &asked {
        place_of(call, id)?;
    }
    let found: Vec<&KmsAlias> = call
        .project()?
        .kms_aliases
        .iter()
        .filter(|alias| asked.as_ref().is_none_or(|id| *id == alias.key_id))
        .collect();
    let mut page = Vec::new();
    for alias in found.iter().skip(marker).take(limit) {
        page.push(record(call, alias)?);
    }
    let end = marker.saturating_add(page.len());
    let next_marker = if end < found.len() {
        end.to_string()
    } else {
        String::new()
    };
    let page_info = json!({ "next_marker": next_marker, "current_count": page.len() });
    Ok(Reply::json(
        200,
        &json!([{ "aliases": page, "page_info": page_info }]),
    ))
}

/// A name is free once in a project.
pub(super) fn create_alias(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (index, body) = key_of(call)?;
    let name = name_of(&body)?;
    check_changeable(&call.project()?.kms_keys[index])?;
    if position(call, name)?.is_some() {
        return Err(bad_request("KMS.1104", "The alias exists already."));
    }
    let now = call.ctx.now.timestamp_millis();
    let alias = KmsAlias {
        name: name.to_owned(),
        key_id: call.project()?.kms_keys[index].id.clone(),
        created_at: now,
        updated_at: now,
    };
    let answer = record(call, &alias)?;
    call.project_mut()?.kms_aliases.push(alias);
    Ok(Reply::json(201, &answer))
}

/// Gives a name that exists to another key.
pub(super) fn associate_alias(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let body = body_of(call)?;
    let id = text(&body, "target_key_id")?.ok_or_else(|| missing("target_key_id"))?;
    let index = place_of(call, id)?;
    let name = name_of(&body)?;
    check_changeable(&call.project()?.kms_keys[index])?;
    let place = position(call, name)?.ok_or_else(invalid)?;
    let now = call.ctx.now.timestamp_millis();
    let alias = &mut call.project_mut()?.kms_aliases[place];
    id.clone_into(&mut alias.key_id);
    alias.updated_at = now;
    let alias = alias.clone();
    Ok(Reply::json(200, &record(call, &alias)?))
}

/// A DELETE with a body. One name that the key has not refuses all; what the cloud does then is not documented.
pub(super) fn delete_alias(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (index, body) = key_of(call)?;
    let names = body
        .get("aliases")
        .and_then(Value::as_array)
        .filter(|names| !names.is_empty())
        .ok_or_else(|| missing("aliases"))?;
    let project = call.project()?;
    let key_id = project.kms_keys[index].id.clone();
    let is_there = |name: &Value| {
        let mut aliases = project.kms_aliases.iter();
        aliases.any(|alias| alias.key_id == key_id && name.as_str() == Some(alias.name.as_str()))
    };
    if !names.iter().all(is_there) {
        return Err(invalid());
    }
    let is_named = |alias: &KmsAlias| names.iter().any(|name| *name == alias.name.as_str());
    let aliases = &mut call.project_mut()?.kms_aliases;
    aliases.retain(|alias| !is_named(alias));
    Ok(Reply::empty(204))
}

fn missing(name: &str) -> Refusal {
    let message = format!("A required parameter is missing: {name}.");
    bad_request("KMS.0204", &message)
}

fn invalid() -> Refusal {
    bad_request("KMS.1101", "The alias is not valid.")
}

/// What else a name must keep to is not in the card.
fn name_of(body: &Map<String, Value>) -> Result<&str, Refusal> {
    let name = text(body, "alias")?.ok_or_else(|| missing("alias"))?;
    if (1..=MOST_NAME_BYTES).contains(&name.len()) {
        Ok(name)
    } else {
        Err(invalid())
    }
}

fn position(call: &Call<'_>, name: &str) -> Result<Option<usize>, Refusal> {
    let aliases = &call.project()?.kms_aliases;
    Ok(aliases.iter().position(|alias| alias.name == name))
}

/// All strings, as everywhere in KMS.
fn record(call: &Call<'_>, alias: &KmsAlias) -> Result<Value, Refusal> {
    let account_id = &call.state.huawei.id;
    let region = &call.project()?.name;
    Ok(json!({
        "domain_id": account_id,
        "key_id": alias.key_id,
        "alias": alias.name,
        "alias_urn": format!("kms:{region}:{account_id}:alias:{}", alias.name),
        "create_time": alias.created_at.to_string(),
        "update_time": alias.updated_at.to_string(),
    }))
}
