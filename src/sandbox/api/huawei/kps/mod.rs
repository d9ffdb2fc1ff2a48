//! KPS v3: SSH key pairs by name, and their bindings to servers (spec huawei 7).

mod bindings;
mod create;
mod pairs;
mod private_keys;
mod tasks;

use serde_json::{Map, Value};

use super::state::{Account, KeyPair};
use super::{
    Call, Effect, Items, Operation, Quirk, Refusal, Reply, Service, Shape, fingerprint,
    identifiers, key_material,
};

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[
    pairs::LIST_KEYPAIRS,
    pairs::LIST_KEYPAIR_DETAIL,
    pairs::DELETE_KEYPAIR,
    pairs::UPDATE_KEYPAIR_DESCRIPTION,
    create::CREATE_KEYPAIR,
    create::BATCH_IMPORT_KEYPAIR,
    private_keys::IMPORT_PRIVATE_KEY,
    private_keys::EXPORT_PRIVATE_KEY,
    private_keys::CLEAR_PRIVATE_KEY,
    bindings::ASSOCIATE_KEYPAIR,
    bindings::BATCH_ASSOCIATE_KEYPAIR,
    bindings::DISASSOCIATE_KEYPAIR,
    tasks::LIST_KEYPAIR_TASK,
    tasks::LIST_RUNNING_TASK,
    tasks::LIST_FAILED_TASK,
    tasks::DELETE_FAILED_TASK,
    tasks::DELETE_ALL_FAILED_TASK,
];

const fn read(
    name: &'static str,
    path: &'static str,
    items: Items,
    run: fn(&mut Call<'_>) -> Result<Reply, Refusal>,
) -> Operation {
    Operation {
        service: Service::Kps,
        name,
        method: "GET",
        path,
        effect: Effect::Read,
        items,
        has_item_errors: false,
        run,
    }
}

const fn change(
    name: &'static str,
    (method, path): (&'static str, &'static str),
    items: Items,
    run: fn(&mut Call<'_>) -> Result<Reply, Refusal>,
) -> Operation {
    Operation {
        method,
        effect: Effect::Change,
        ..read(name, path, items, run)
    }
}

fn bad_request(code: &'static str, message: &str) -> Refusal {
    Refusal::new(Shape::Flat, 400, code, message)
}

/// The one answer to everything that is wrong with a request; it does not say what is.
fn invalid() -> Refusal {
    bad_request("KPS.0002", "参数错误")
}

fn missing(call: &Call<'_>) -> Refusal {
    let status = if call.ctx.has(Quirk::KpsMissing404) {
        404
    } else {
        400
    };
    let message = "The key pair is not exist";
    Refusal::new(Shape::Flat, status, "KPS.4016", message)
}

/// A pair of the whole account, or a private one of the user that calls.
fn is_visible(pair: &KeyPair, account: &Account) -> bool {
    pair.user_id.is_empty() || pair.scope == "domain" || pair.user_id == account.user_id
}

/// The place of the visible pair of that name.
fn find(call: &Call<'_>, name: &str) -> Result<usize, Refusal> {
    let account = &call.state.huawei;
    call.project()?
        .key_pairs
        .iter()
        .position(|pair| pair.name == name && is_visible(pair, account))
        .ok_or_else(|| missing(call))
}

/// Whose a pair is.
fn owner<'a>(pair: &'a KeyPair, account: &'a Account) -> &'a str {
    if pair.user_id.is_empty() {
        &account.user_id
    } else {
        &pair.user_id
    }
}

/// The members of `keypair` in a document.
fn key_pair_members(document: &Value) -> Result<&Map<String, Value>, Refusal> {
    document
        .get("keypair")
        .and_then(Value::as_object)
        .ok_or_else(invalid)
}

/// A member that must be a string if it is there; empty counts as absent.
fn text<'b>(members: &'b Map<String, Value>, name: &str) -> Result<Option<&'b str>, Refusal> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
        Some(_) => Err(invalid()),
    }
}

fn required<'b>(members: &'b Map<String, Value>, name: &str) -> Result<&'b str, Refusal> {
    text(members, name)?.ok_or_else(invalid)
}

/// A number of the query.
fn number(call: &Call<'_>, name: &str, default: usize) -> Result<usize, Refusal> {
    match call.query(name) {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| invalid()),
    }
}

/// A page size of the query; the largest is not documented.
fn limit(call: &Call<'_>, default: usize) -> Result<usize, Refusal> {
    match number(call, "limit", default)? {
        0 => Err(invalid()),
        limit => Ok(limit),
    }
}

/// Private to its user is what a pair is unless it says otherwise. A private pair is the caller's own.
fn check_user(
    call: &Call<'_>,
    members: &Map<String, Value>,
    is_private: bool,
) -> Result<(), Refusal> {
    match text(members, "user_id")? {
        Some(user_id) if is_private && user_id != call.state.huawei.user_id => {
            Err(bad_request("KPS.0006", "The user does not exist"))
        }
        _ => Ok(()),
    }
}
