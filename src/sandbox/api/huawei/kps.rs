//! KPS v3: SSH key pairs by name (spec huawei 7).

use serde_json::{Value, json};

use super::fingerprint::md5_colons;
use super::state::KeyPair;
use super::{Call, Effect, Items, Operation, Refusal, Reply, Service, Shape};

/// Page size when none is asked for; the largest is not documented.
const DEFAULT_LIMIT: usize = 50;

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        service: Service::Kps,
        name: "ListKeypairs",
        method: "GET",
        path: "/v3/{project_id}/keypairs",
        effect: Effect::Read,
        items: Items::None,
        has_item_errors: false,
        run: list_keypairs,
    },
    Operation {
        service: Service::Kps,
        name: "ListKeypairDetail",
        method: "GET",
        path: "/v3/{project_id}/keypairs/{keypair_name}",
        effect: Effect::Read,
        items: Items::Path("keypair_name"),
        has_item_errors: false,
        run: list_keypair_detail,
    },
];

fn bad_request(code: &'static str, message: &str) -> Refusal {
    Refusal::new(Shape::Flat, 400, code, message)
}

/// The marker is the name of the last pair of the page before.
fn list_keypairs(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let limit = match call.query("limit") {
        None => DEFAULT_LIMIT,
        Some(text) => text
            .parse()
            .ok()
            .filter(|limit| *limit > 0)
            .ok_or_else(|| bad_request("KPS.0002", "参数错误"))?,
    };
    let pairs = &call.project()?.key_pairs;
    let start = match call.query("marker") {
        None => 0,
        Some(marker) => pairs
            .iter()
            .position(|pair| pair.name == marker)
            .map(|place| place + 1)
            .ok_or_else(|| bad_request("KPS.0002", "参数错误"))?,
    };
    let end = start.saturating_add(limit).min(pairs.len());
    let page = &pairs[start..end];
    let name_or_null =
        |pair: Option<&KeyPair>| pair.map_or(Value::Null, |pair| pair.name.as_str().into());
    let next_marker = name_or_null(page.last().filter(|_| end < pairs.len()));
    let previous_marker = name_or_null(page.first().filter(|_| start > 0));
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
                "frozen_state": 0,
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
    let name = call.path("keypair_name");
    let pairs = &call.project()?.key_pairs;
    let pair = pairs
        .iter()
        .find(|pair| pair.name == name)
        .ok_or_else(|| bad_request("KPS.4016", "The key pair is not exist"))?;
    let words = pair
        .public_key
        .split_whitespace()
        .next()
        .unwrap_or_default();
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
            "user_id": call.state.huawei.user_id,
            "create_time": pair.created_at,
            "delete_time": null,
            "update_time": null,
            "frozen_state": 0,
            "algorithm": words,
        } }),
    ))
}
