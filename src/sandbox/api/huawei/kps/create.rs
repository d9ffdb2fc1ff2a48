//! New pairs: made by the cloud, or imported.

use serde_json::{Map, Value, json};

use super::super::state::{Hidden, KeyPair};
use super::private_keys::Protection;
use super::{
    Call, Items, Operation, Quirk, Refusal, Reply, Shape, bad_request, change, check_user,
    fingerprint, invalid, is_visible, key_material, key_pair_members, required, text,
};

/// Longest name in the newest text; the API reference has [`OLD_MOST_NAME_BYTES`].
const MOST_NAME_BYTES: usize = 255;
const OLD_MOST_NAME_BYTES: usize = 64;

/// Made by the cloud without `public_key`, imported with it.
pub(super) const CREATE_KEYPAIR: Operation = change(
    "CreateKeypair",
    ("POST", "/v3/{project_id}/keypairs"),
    Items::Body(&["keypair", "name"]),
    create_keypair,
);

pub(super) const BATCH_IMPORT_KEYPAIR: Operation = Operation {
    has_item_errors: true,
    ..change(
        "BatchImportKeypair",
        ("POST", "/v3/{project_id}/keypairs/batch-import"),
        Items::Body(&["*", "keypair", "name"]),
        batch_import_keypair,
    )
};

fn create_keypair(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let document = call.document().ok_or_else(invalid)?;
    let members = make(call, key_pair_members(&document)?)?;
    Ok(Reply::json(200, &json!({ "keypair": members })))
}

/// A bare list of bodies of `CreateKeypair`; how many there may be is not documented.
fn batch_import_keypair(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let document = call.document().ok_or_else(invalid)?;
    let wishes = document
        .as_array()
        .filter(|wishes| !wishes.is_empty())
        .ok_or_else(invalid)?;
    let (mut failed, mut succeeded) = (Vec::new(), Vec::new());
    for (index, wish) in wishes.iter().enumerate() {
        let outcome = if call.ctx.throttle_item && index == 0 {
            Err("Too many requests".into())
        } else {
            import(call, wish).map_err(|refusal| refusal.message().to_owned())
        };
        match outcome {
            Ok(members) => succeeded.push(json!({ "keypair": members })),
            Err(reason) => {
                let name = wish.pointer("/keypair/name").cloned().unwrap_or_default();
                failed.push(json!({ "keypair_name": name, "failed_reason": reason }));
            }
        }
    }
    Ok(Reply::json(
        200,
        &json!({ "failed_keypairs": failed, "succeeded_keypairs": succeeded }),
    ))
}

fn import(call: &mut Call<'_>, wish: &Value) -> Result<Value, Refusal> {
    let members = key_pair_members(wish)?;
    required(members, "public_key")?;
    make(call, members)
}

/// Adds the pair to the state and answers its members.
fn make(call: &mut Call<'_>, members: &Map<String, Value>) -> Result<Value, Refusal> {
    let name = required(members, "name")?;
    let most = if call.ctx.has(Quirk::KpsName64) {
        OLD_MOST_NAME_BYTES
    } else {
        MOST_NAME_BYTES
    };
    if name.len() > most || !name.bytes().all(is_name_byte) {
        return Err(invalid());
    }
    // A certificate for Windows (x509) cannot be had here.
    if text(members, "type")?.is_some_and(|kind| kind != "ssh") {
        return Err(invalid());
    }
    let scope = text(members, "scope")?.unwrap_or("user");
    if !matches!(scope, "user" | "domain") {
        return Err(invalid());
    }
    check_user(call, members, scope == "user")?;
    let given = text(members, "public_key")?.map(str::trim);
    if given.is_some_and(|public_key| !is_accepted(public_key)) {
        return Err(invalid());
    }
    let protection = match members.get("key_protection") {
        None | Some(Value::Null) => None,
        Some(wish) => Some(Protection::read(call, wish)?),
    };
    // Both halves of an imported pair, or none of a pair that the cloud makes.
    if let Some(protection) = &protection
        && protection.private_key.is_some() != given.is_some()
    {
        return Err(invalid());
    }
    if let (Some(protection), Some(public_key)) = (&protection, given) {
        protection.check(public_key)?;
    }
    refuse_taken(call, name, scope)?;
    let (private_key, public_key) = if let Some(public_key) = given {
        (None, public_key.to_owned())
    } else {
        let failed = || Refusal::new(Shape::Flat, 500, "KPS.6007", "Create key pair failed");
        let (private_key, public_key) = key_material::new_rsa_pair().ok_or_else(failed)?;
        (Some(private_key), public_key)
    };
    let user_id = call.state.huawei.user_id.clone();
    let created_at = call.ctx.now.timestamp_millis();
    let pairs = &mut call.project_mut()?.key_pairs;
    let last_id = pairs.iter().map(|pair| pair.id).max().unwrap_or_default();
    let mut pair = KeyPair {
        id: last_id.saturating_add(1),
        name: name.to_owned(),
        scope: scope.to_owned(),
        user_id,
        public_key,
        created_at,
        ..KeyPair::default()
    };
    if let Some(protection) = protection {
        let stored = protection.private_key.or_else(|| private_key.clone());
        pair.is_key_protection = true;
        pair.private_key = Hidden::new(stored.unwrap_or_default());
        pair.kms_key_id = protection.kms_key_id;
    }
    let mut answer = summary(&pair);
    pairs.push(pair);
    if let Some(private_key) = private_key {
        answer["private_key"] = private_key.into();
    }
    Ok(answer)
}

/// What is told of a new pair, but for its private key.
fn summary(pair: &KeyPair) -> Value {
    json!({
        "name": pair.name,
        "type": "ssh",
        "public_key": pair.public_key,
        "fingerprint": fingerprint::md5_colons(&pair.public_key),
        "user_id": pair.user_id,
    })
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// One name means one pair to a user, and a private pair of any user blocks its name for the account. What a taken name
/// is refused with is not documented.
fn refuse_taken(call: &Call<'_>, name: &str, scope: &str) -> Result<(), Refusal> {
    let account = &call.state.huawei;
    let is_taken =
        |pair: &KeyPair| pair.name == name && (scope == "domain" || is_visible(pair, account));
    if !call.project()?.key_pairs.iter().any(is_taken) {
        return Ok(());
    }
    let message = format!("Key pair '{name}' already exists.");
    Err(if call.ctx.has(Quirk::KpsDuplicate409) {
        Refusal::new(Shape::Nova, 409, "conflictingRequest", message)
    } else {
        bad_request("KPS.0002", &message)
    })
}

/// One OpenSSH line of a type, and for RSA of a length, that can be imported.
fn is_accepted(public_key: &str) -> bool {
    let Some((kind, blob)) = fingerprint::parse(public_key) else {
        return false;
    };
    let Some(parts) = key_material::strings(&blob) else {
        return false;
    };
    let is_one_line = !public_key.contains(['\r', '\n']);
    is_one_line
        && match (kind.as_str(), parts.as_slice()) {
            ("ssh-rsa", [_, _, modulus]) => {
                matches!(key_material::bits(modulus), 2048 | 3072 | 4096)
            }
            ("ssh-ed25519", [_, point]) => point.len() == 32,
            ("ssh-dss", [_, _, _, _, _]) => true,
            (
                "ecdsa-sha2-nistp256" | "ecdsa-sha2-nistp384" | "ecdsa-sha2-nistp521",
                [_, curve, _],
            ) => kind.as_bytes().ends_with(curve),
            _ => false,
        }
}
