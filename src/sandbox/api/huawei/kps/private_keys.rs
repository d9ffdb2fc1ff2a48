//! Private keys that the cloud keeps, encrypted by a KMS key or one of the platform.

use serde_json::{Value, json};

use super::super::state::Hidden;
use super::{
    Call, Effect, Items, Operation, Refusal, Reply, Shape, bad_request, change, check_user, find,
    fingerprint, invalid, key_material, key_pair_members, owner, required, text,
};

/// The KMS key that the service makes for itself when it first needs one.
const DEFAULT_KMS_KEY: &str = "kps/default";

pub(super) const IMPORT_PRIVATE_KEY: Operation = change(
    "ImportPrivateKey",
    ("POST", "/v3/{project_id}/keypairs/private-key/import"),
    Items::Body(&["keypair", "name"]),
    import_private_key,
);

pub(super) const EXPORT_PRIVATE_KEY: Operation = Operation {
    effect: Effect::Read,
    ..change(
        "ExportPrivateKey",
        ("POST", "/v3/{project_id}/keypairs/private-key/export"),
        Items::Body(&["keypair", "name"]),
        export_private_key,
    )
};

pub(super) const CLEAR_PRIVATE_KEY: Operation = change(
    "ClearPrivateKey",
    (
        "DELETE",
        "/v3/{project_id}/keypairs/{keypair_name}/private-key",
    ),
    Items::Path("keypair_name"),
    clear_private_key,
);

/// A `key_protection` that makes sense.
pub(super) struct Protection {
    /// PEM.
    pub(super) private_key: Option<String>,
    /// Empty for a key of the platform.
    pub(super) kms_key_id: String,
}

impl Protection {
    /// `encryption` is required; of type `kms` it names an enabled symmetric key.
    pub(super) fn read(call: &Call<'_>, wish: &Value) -> Result<Self, Refusal> {
        let members = wish.as_object().ok_or_else(invalid)?;
        let private_key = text(members, "private_key")?.map(str::to_owned);
        let encryption = members
            .get("encryption")
            .and_then(Value::as_object)
            .ok_or_else(invalid)?;
        let kms_key_id = match required(encryption, "type")? {
            "default" => String::new(),
            "kms" => {
                let id = text(encryption, "kms_key_id")?;
                let alias = text(encryption, "kms_key_name")?;
                if id.is_none() && alias.is_none() {
                    return Err(invalid());
                }
                kms_key(call, id, alias)?
            }
            _ => return Err(invalid()),
        };
        Ok(Self {
            private_key,
            kms_key_id,
        })
    }

    /// The private key must be one, and that of the public key.
    pub(super) fn check(&self, public_key: &str) -> Result<(), Refusal> {
        let private_key = self.private_key.as_deref().ok_or_else(invalid)?;
        let blob = key_material::public_blob(private_key).ok_or_else(invalid)?;
        let expected = fingerprint::parse(public_key).map(|(_, blob)| blob);
        if Some(blob) == expected {
            Ok(())
        } else {
            Err(bad_request(
                "KPS.6011",
                "The private key does not match the public key",
            ))
        }
    }
}

/// The id of the KMS key that can encrypt.
fn kms_key(call: &Call<'_>, id: Option<&str>, alias: Option<&str>) -> Result<String, Refusal> {
    let found = call.project()?.kms_keys.iter().find(|key| match id {
        Some(id) => key.id == id,
        None => Some(key.alias.as_str()) == alias,
    });
    match found {
        Some(key) if key.state == "2" && key.usage == "ENCRYPT_DECRYPT" => Ok(key.id.clone()),
        None if id.is_none() && alias == Some(DEFAULT_KMS_KEY) => Ok(DEFAULT_KMS_KEY.to_owned()),
        _ => Err(bad_request("KPS.6008", "Encrypt private key failed")),
    }
}

fn import_private_key(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let document = call.document().ok_or_else(invalid)?;
    let members = key_pair_members(&document)?;
    let name = required(members, "name")?;
    let wish = members.get("key_protection").ok_or_else(invalid)?;
    let protection = Protection::read(call, wish)?;
    let index = find(call, name)?;
    let pair = &call.project()?.key_pairs[index];
    check_user(call, members, pair.scope == "user")?;
    protection.check(&pair.public_key)?;
    let now = call.ctx.now.timestamp_millis();
    let user_id = owner(pair, &call.state.huawei).to_owned();
    let pair = &mut call.project_mut()?.key_pairs[index];
    pair.is_key_protection = true;
    pair.private_key = Hidden::new(protection.private_key.unwrap_or_default());
    pair.kms_key_id = protection.kms_key_id;
    pair.updated_at = now;
    Ok(Reply::json(
        200,
        &json!({ "keypair": { "name": pair.name, "user_id": user_id } }),
    ))
}

fn export_private_key(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let document = call.document().ok_or_else(invalid)?;
    let name = required(key_pair_members(&document)?, "name")?;
    let index = find(call, name)?;
    let pair = &call.project()?.key_pairs[index];
    if pair.private_key.text().is_empty() {
        return Err(nothing_stored(400));
    }
    Ok(Reply::json(
        200,
        &json!({ "keypair": { "name": pair.name, "private_key": pair.private_key.text() } }),
    ))
}

fn clear_private_key(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let index = find(call, call.path("keypair_name"))?;
    if !call.project()?.key_pairs[index].is_key_protection {
        return Err(nothing_stored(404));
    }
    let now = call.ctx.now.timestamp_millis();
    let pair = &mut call.project_mut()?.key_pairs[index];
    pair.is_key_protection = false;
    pair.private_key = Hidden::default();
    pair.kms_key_id.clear();
    pair.updated_at = now;
    Ok(Reply::empty(200))
}

fn nothing_stored(status: u16) -> Refusal {
    let message = "No private key is stored";
    Refusal::new(Shape::Flat, status, "KPS.6005", message)
}
