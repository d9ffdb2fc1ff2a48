//! The user's SSH keys in `CodeArts` Repo, v4 (spec huawei-codearts-cph 3). They belong to no project.

use serde_json::{Value, json};

use super::state::CodeArtsKey;
use super::{
    Call, Effect, Items, Operation, Quirk, Refusal, Reply, Service, Shape, clock, fingerprint,
};

/// Longest title and longest key line.
const MOST_CHARACTERS: usize = 1000;
/// Longest `query`.
const MOST_QUERY_CHARACTERS: usize = 2000;
/// Largest id and offset.
const MOST_ID: i64 = 2_147_483_647;

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        service: Service::CodeArts,
        name: "ListUserKeys",
        method: "GET",
        path: "/v4/user/keys",
        effect: Effect::Read,
        items: Items::None,
        has_item_errors: false,
        run: list_user_keys,
    },
    Operation {
        service: Service::CodeArts,
        name: "AddSshKey",
        method: "POST",
        path: "/v4/user/keys",
        effect: Effect::Change,
        items: Items::Body(&["title"]),
        has_item_errors: false,
        run: add_ssh_key,
    },
    Operation {
        service: Service::CodeArts,
        name: "DeleteSshKey",
        method: "DELETE",
        path: "/v4/user/keys/{key_id}",
        effect: Effect::Change,
        items: Items::Path("key_id"),
        has_item_errors: false,
        run: delete_ssh_key,
    },
];

fn invalid() -> Refusal {
    Refusal::new(Shape::Envelope, 400, "CH.010001", "Param invalid")
}

/// `query` finds parts of titles (the card leaves exact or not open).
fn list_user_keys(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let number = |name: &str, default: i64, least: i64, most: i64| match call.query(name) {
        None => usize::try_from(default).map_err(|_| invalid()),
        Some(text) => text
            .parse()
            .ok()
            .filter(|number| (least..=most).contains(number))
            .and_then(|number| usize::try_from(number).ok())
            .ok_or_else(invalid),
    };
    let offset = number("offset", 0, 0, MOST_ID)?;
    let limit = number("limit", 20, 1, 100)?;
    let part = call.query("query").unwrap_or_default();
    if part.chars().count() > MOST_QUERY_CHARACTERS {
        return Err(invalid());
    }
    let keys: Vec<&CodeArtsKey> = call
        .state
        .huawei
        .code_arts_keys
        .iter()
        .filter(|key| key.title.contains(&part))
        .collect();
    let page: Vec<Value> = keys
        .iter()
        .skip(offset)
        .take(limit)
        .map(|key| ssh_key(key))
        .collect();
    Ok(Reply::json(
        200,
        &json!({ "keys": page, "total": keys.len() }),
    ))
}

/// A key may be registered once in the whole service, whatever its comment and title and whoever has it (spec
/// huawei-codearts-cph 3.5).
fn add_ssh_key(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let body = call.body().ok_or_else(invalid)?;
    let text = |name: &str| {
        body.get(name)
            .and_then(Value::as_str)
            .map(str::trim)
            .filter(|text| (1..=MOST_CHARACTERS).contains(&text.chars().count()))
            .map(str::to_owned)
            .ok_or_else(invalid)
    };
    let (title, key) = (text("title")?, text("key")?);
    let material = fingerprint::parse(&key).ok_or_else(invalid)?;
    let account = &call.state.huawei;
    let all = || {
        let foreign = &account.foreign_code_arts_keys;
        account.code_arts_keys.iter().chain(foreign)
    };
    if all().any(|known| fingerprint::parse(&known.key).as_ref() == Some(&material)) {
        let message = "The key already exists. Generate a new one.";
        let status = if call.ctx.has(Quirk::CodeArtsDuplicate400) {
            400
        } else {
            409
        };
        return Err(Refusal::new(Shape::Envelope, status, "CH.080002", message));
    }
    let is_free = |id: &i64| !all().any(|known| known.id == *id);
    let own = &account.code_arts_keys;
    let highest = own.iter().map(|known| known.id).max().unwrap_or(31_000);
    let id = (highest.saturating_add(1)..=MOST_ID)
        .chain(1..=MOST_ID)
        .find(is_free)
        .ok_or_else(Refusal::internal_error)?;
    let key = CodeArtsKey {
        id,
        title,
        key,
        created_at: clock::code_arts(call.ctx.now),
    };
    let answer = ssh_key(&key);
    call.state.huawei.code_arts_keys.push(key);
    Ok(Reply::json(201, &answer))
}

/// What an unknown id gets is not documented; by default 404 (spec huawei-codearts-cph 3.4).
fn delete_ssh_key(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let id: i64 = call
        .path("key_id")
        .parse()
        .ok()
        .filter(|id| (1..=MOST_ID).contains(id))
        .ok_or_else(invalid)?;
    if call
        .state
        .huawei
        .code_arts_keys
        .iter()
        .any(|key| key.id == id)
    {
        call.state.huawei.code_arts_keys.retain(|key| key.id != id);
        return Ok(Reply::empty(204));
    }
    if call.ctx.has(Quirk::CodeArtsUnknownId204) {
        Ok(Reply::empty(204))
    } else if call.ctx.has(Quirk::CodeArtsUnknownId400) {
        Err(invalid())
    } else if call.ctx.has(Quirk::CodeArtsUnknownId403) {
        Err(Refusal::new(Shape::Flat, 403, "CH.080403", "Forbidden"))
    } else {
        Err(Refusal::new(
            Shape::Envelope,
            404,
            "CH.000404",
            "No such resource",
        ))
    }
}

fn ssh_key(key: &CodeArtsKey) -> Value {
    json!({ "id": key.id, "title": key.title, "key": key.key, "created_at": key.created_at })
}
