//! KMS (spec huawei 6): almost everything is POST, almost every value a string.

mod aliases;
mod keys;
mod lifecycle;
mod new_key;
mod usage;

use serde_json::{Map, Value};

use super::state::KmsKey;
use super::{Call, Effect, Items, Operation, Quirk, Refusal, Reply, Service, Shape, identifiers};

/// The states, as the wire writes them.
const ENABLED: &str = "2";
const DISABLED: &str = "3";
const PENDING_DELETION: &str = "4";
const PENDING_IMPORT: &str = "5";
const FROZEN: &str = "7";

/// How many keys a user may have, default ones not counted (spec huawei 6, `ShowUserQuotas`).
const MOST_KEYS: usize = 20;

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[
    change(
        "CancelKeyDeletion",
        "/v1.0/{project_id}/kms/cancel-key-deletion",
        lifecycle::cancel_key_deletion,
    ),
    change(
        "DeleteKey",
        "/v1.0/{project_id}/kms/schedule-key-deletion",
        lifecycle::schedule_key_deletion,
    ),
    change(
        "EnableKey",
        "/v1.0/{project_id}/kms/enable-key",
        lifecycle::enable_key,
    ),
    change(
        "DisableKey",
        "/v1.0/{project_id}/kms/disable-key",
        lifecycle::disable_key,
    ),
    Operation {
        effect: Effect::Read,
        ..change(
            "ListKeyDetail",
            "/v1.0/{project_id}/kms/describe-key",
            keys::describe_key,
        )
    },
    Operation {
        effect: Effect::Read,
        items: Items::None,
        ..change(
            "ListKeys",
            "/v1.0/{project_id}/kms/list-keys",
            keys::list_keys,
        )
    },
    Operation {
        items: Items::Body(&["key_alias"]),
        ..change(
            "CreateKey",
            "/v1.0/{project_id}/kms/create-key",
            new_key::create_key,
        )
    },
    change(
        "UpdateKeyAlias",
        "/v1.0/{project_id}/kms/update-key-alias",
        new_key::update_key_alias,
    ),
    change(
        "UpdateKeyDescription",
        "/v1.0/{project_id}/kms/update-key-description",
        new_key::update_key_description,
    ),
    Operation {
        method: "GET",
        effect: Effect::Read,
        items: Items::None,
        ..change(
            "ListAliases",
            "/v1.0/{project_id}/kms/aliases",
            aliases::list_aliases,
        )
    },
    change(
        "CreateAlias",
        "/v1.0/{project_id}/kms/aliases",
        aliases::create_alias,
    ),
    Operation {
        items: Items::Body(&["target_key_id"]),
        ..change(
            "AssociateAlias",
            "/v1.0/{project_id}/kms/alias/associate",
            aliases::associate_alias,
        )
    },
    Operation {
        method: "DELETE",
        ..change(
            "DeleteAlias",
            "/v1.0/{project_id}/kms/aliases",
            aliases::delete_alias,
        )
    },
    Operation {
        method: "GET",
        effect: Effect::Read,
        items: Items::None,
        ..change(
            "ShowUserInstances",
            "/v1.0/{project_id}/kms/user-instances",
            usage::show_user_instances,
        )
    },
    Operation {
        method: "GET",
        effect: Effect::Read,
        items: Items::None,
        ..change(
            "ShowUserQuotas",
            "/v1.0/{project_id}/kms/user-quotas",
            usage::show_user_quotas,
        )
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
        items: Items::Body(&["key_id"]),
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

fn default_key() -> Refusal {
    bad_request("KMS.0211", "A default key cannot be operated on.")
}

fn scheduled() -> Refusal {
    bad_request("KMS.0210", "The key is in Pending deletion state.")
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
    Ok((place_of(call, id)?, body))
}

/// The place of the key with that id.
fn place_of(call: &Call<'_>, id: &str) -> Result<usize, Refusal> {
    if !is_dashed(id) {
        return Err(bad_request("KMS.0205", "Invalid key ID."));
    }
    let place = call.project()?.kms_keys.iter().position(|key| key.id == id);
    match place {
        Some(place) => Ok(place),
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

/// Refuses what cannot be renamed or described now.
fn check_changeable(key: &KmsKey) -> Result<(), Refusal> {
    match key.state.as_str() {
        _ if key.is_default => Err(default_key()),
        PENDING_DELETION => Err(scheduled()),
        FROZEN => Err(bad_request("KMS.0320", "The key is frozen.")),
        _ => Ok(()),
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

/// A string of digits only.
fn digits<N: std::str::FromStr>(text: &str) -> Option<N> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| text.parse().ok()).flatten()
}
