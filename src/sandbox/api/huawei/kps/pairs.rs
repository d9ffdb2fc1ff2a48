//! Pairs: list, show, delete, describe.

use serde_json::{Value, json};

use super::super::state::KeyPair;
use super::fingerprint::md5_colons;
use super::{
    Call, Items, Operation, Quirk, Refusal, Reply, change, find, invalid, is_visible,
    key_pair_members, limit, owner, read,
};

/// Page size when none is asked for.
const DEFAULT_LIMIT: usize = 50;

pub(super) const LIST_KEYPAIRS: Operation = read(
    "ListKeypairs",
    "/v3/{project_id}/keypairs",
    Items::None,
    list_keypairs,
);

pub(super) const LIST_KEYPAIR_DETAIL: Operation = read(
    "ListKeypairDetail",
    "/v3/{project_id}/keypairs/{keypair_name}",
    Items::Path("keypair_name"),
    list_keypair_detail,
);

pub(super) const DELETE_KEYPAIR: Operation = change(
    "DeleteKeypair",
    ("DELETE", "/v3/{project_id}/keypairs/{keypair_name}"),
    Items::Path("keypair_name"),
    delete_keypair,
);

pub(super) const UPDATE_KEYPAIR_DESCRIPTION: Operation = change(
    "UpdateKeypairDescription",
    ("PUT", "/v3/{project_id}/keypairs/{keypair_name}"),
    Items::Path("keypair_name"),
    update_keypair_description,
);

/// The marker is the name of the last pair of the page before. What is behind the page is not looked at: there may be
/// very many pairs.
fn list_keypairs(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let limit = limit(call, DEFAULT_LIMIT)?;
    let account = &call.state.huawei;
    let mut visible = call
        .project()?
        .key_pairs
        .iter()
        .filter(|pair| is_visible(pair, account));
    let marker = call.query("marker");
    if let Some(marker) = &marker {
        visible
            .find(|pair| pair.name == *marker)
            .ok_or_else(invalid)?;
    }
    let page: Vec<&KeyPair> = visible.by_ref().take(limit).collect();
    let has_more = visible.next().is_some();
    let name_or_null =
        |pair: Option<&&KeyPair>| pair.map_or(Value::Null, |pair| pair.name.as_str().into());
    let next_marker = name_or_null(page.last().filter(|_| has_more));
    let previous_marker = name_or_null(page.first().filter(|_| marker.is_some()));
    let frozen_state = if call.ctx.has(Quirk::KpsFrozenStateText) {
        json!("0")
    } else {
        json!(0)
    };
    let keypairs: Vec<Value> = page
        .iter()
        .map(|pair| {
            json!({ "keypair": {
                "name": pair.name,
                "type": "ssh",
                "scope": pair.scope,
                "public_key": pair.public_key,
                "fingerprint": md5_colons(&pair.public_key),
                "is_key_protection": pair.is_key_protection,
                "frozen_state": frozen_state,
            } })
        })
        .collect();
    let page_info = json!({
        "next_marker": next_marker,
        "previous_marker": previous_marker,
        "current_count": keypairs.len(),
    });
    Ok(Reply::json(
        200,
        &json!({ "keypairs": keypairs, "page_info": page_info }),
    ))
}

fn list_keypair_detail(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let index = find(call, call.path("keypair_name"))?;
    let pair = &call.project()?.key_pairs[index];
    let algorithm = pair
        .public_key
        .split_whitespace()
        .next()
        .unwrap_or_default();
    let time = |milliseconds: i64| match milliseconds {
        0 => Value::Null,
        _ => milliseconds.into(),
    };
    let key_id = match pair.kms_key_id.as_str() {
        "" => Value::Null,
        id => id.into(),
    };
    Ok(Reply::json(
        200,
        &json!({ "keypair": {
            "name": pair.name,
            "id": pair.id,
            "type": "ssh",
            "scope": pair.scope,
            "public_key": pair.public_key,
            "fingerprint": md5_colons(&pair.public_key),
            "is_key_protection": pair.is_key_protection,
            "deleted": false,
            "description": pair.description,
            "user_id": owner(pair, &call.state.huawei),
            "create_time": pair.created_at,
            "delete_time": null,
            "update_time": time(pair.updated_at),
            "frozen_state": 0,
            "key_id": key_id,
            "algorithm": algorithm,
        } }),
    ))
}

/// A stored private key goes with it. Nothing is said about a refusal for pairs in use: servers keep their authorized key,
/// and cloud phone servers the name.
fn delete_keypair(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let index = find(call, call.path("keypair_name"))?;
    call.project_mut()?.key_pairs.remove(index);
    Ok(Reply::empty(204))
}

/// The text may be empty, but must be there.
fn update_keypair_description(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let document = call.document().ok_or_else(invalid)?;
    let description = key_pair_members(&document)?
        .get("description")
        .and_then(Value::as_str)
        .ok_or_else(invalid)?;
    let index = find(call, call.path("keypair_name"))?;
    let now = call.ctx.now.timestamp_millis();
    let pair = &mut call.project_mut()?.key_pairs[index];
    description.clone_into(&mut pair.description);
    pair.updated_at = now;
    Ok(Reply::empty(200))
}
