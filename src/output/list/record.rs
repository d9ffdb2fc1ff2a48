//! The fields and columns of each kind of thing that clouds have.

use serde_json::{Map, Value, json};

use super::{Fields, Item};
use crate::model::{Address, Facts, Fingerprints, Material, Record};
use crate::sshkey::PublicKey;
use crate::time::of_milliseconds;

impl From<&Record> for Item {
    fn from(record: &Record) -> Self {
        let mut fields = vec![("id", json!(record.id))];
        fields.extend(self::fields(&record.facts));
        Self {
            scope: Some(record.scope.clone()),
            address: record.address.clone(),
            fields,
            columns: columns(record),
            raw: Some(record.raw.clone()),
        }
    }
}

/// The fields of a kind of thing; all things of a kind have the same.
fn fields(facts: &Facts) -> Fields {
    match facts {
        Facts::KeyPair(pair) => {
            let mut fields = vec![("name", json!(pair.name))];
            fields.extend(material(&pair.material));
            fields.extend([
                ("created_at", json!(pair.created_at)),
                ("description", json!(pair.description)),
                ("tags", tags(pair.tags.as_deref())),
                ("bound_to", addresses(pair.bound_to.as_deref())),
            ]);
            if let Some(visibility) = pair.visibility {
                fields.push(("visibility", json!(visibility.name())));
            }
            if pair.private_key_stored.is_some() || pair.visibility.is_some() {
                fields.push(("private_key_stored", json!(pair.private_key_stored)));
            }
            fields
        }
        Facts::Instance(instance) => vec![
            ("name", json!(instance.name)),
            ("state", json!(instance.state)),
            ("os", json!(instance.os)),
            ("key_pairs", addresses(instance.key_pairs.as_deref())),
            ("hosts", json!(instance.hosts)),
        ],
        Facts::KmsKey(key) => vec![
            ("alias", json!(key.alias)),
            ("state", json!(key.state)),
            ("spec", json!(key.spec)),
            (
                "deletion_at",
                json!(key.deletion_at.and_then(of_milliseconds)),
            ),
            (
                "created_at",
                json!(key.created_at.and_then(of_milliseconds)),
            ),
            ("default", json!(key.is_default)),
        ],
        Facts::CphServer(server) => vec![
            ("name", json!(server.name)),
            ("state", json!(server.state)),
            ("key_pair", json!(server.key_pair)),
        ],
        Facts::CodeartsKey(key) => {
            let mut fields = vec![("title", json!(key.title))];
            fields.extend(material(&key.material));
            fields.push(("created_at", json!(key.created_at)));
            fields
        }
        Facts::Task(task) => vec![
            ("state", json!(task.state)),
            ("operation", json!(task.operation)),
            ("machine", json!(task.machine)),
            ("key_pair", json!(task.key_pair)),
            ("started_at", json!(task.started_at)),
            ("ended_at", json!(task.ended_at)),
            ("error_code", json!(task.error_code)),
            ("error_message", json!(task.error_message)),
        ],
    }
}

pub(super) fn material(material: &Material) -> Fields {
    let Fingerprints { sha256, md5 } = material.fingerprints();
    let key = match material {
        Material::Key(key) => Some(key),
        _ => None,
    };
    vec![
        ("type", json!(key.map(PublicKey::kind))),
        ("bits", json!(key.and_then(PublicKey::bits))),
        (
            "fingerprint_sha256",
            json!(sha256.map(|digest| digest.to_string())),
        ),
        (
            "fingerprint_md5",
            json!(md5.map(|digest| digest.to_string())),
        ),
        ("public_key", json!(key.map(PublicKey::line))),
    ]
}

pub(super) fn tags(tags: Option<&[(String, String)]>) -> Value {
    match tags {
        Some(tags) => tags
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect::<Map<_, _>>()
            .into(),
        None => Value::Null,
    }
}

pub(super) fn addresses(list: Option<&[Address]>) -> Value {
    match list {
        Some(list) => list
            .iter()
            .map(|address| json!(address.to_string()))
            .collect(),
        None => Value::Null,
    }
}

/// Titles and cells of the table for people.
fn columns(record: &Record) -> Vec<(&'static str, String)> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let ids = |list: &Option<Vec<Address>>| {
        let list = list.iter().flatten().map(|address| address.id.clone());
        list.collect::<Vec<_>>().join(", ")
    };
    let id = ("ID", record.id.clone());
    match &record.facts {
        Facts::KeyPair(pair) => {
            // Where the name is the id, one column is enough.
            let name = if pair.name == record.id {
                String::new()
            } else {
                pair.name.clone()
            };
            vec![
                id,
                ("NAME", name),
                ("TYPE", kind(&pair.material)),
                ("FINGERPRINT", digest(&pair.material)),
                ("CREATED", date(pair.created_at.as_deref())),
                ("BOUND TO", ids(&pair.bound_to)),
                (
                    "SEEN BY",
                    pair.visibility
                        .map(|visibility| visibility.name().to_owned())
                        .unwrap_or_default(),
                ),
            ]
        }
        Facts::Instance(instance) => vec![
            id,
            ("NAME", instance.name.clone()),
            ("STATE", text(&instance.state)),
            ("OS", text(&instance.os)),
            ("KEY PAIRS", ids(&instance.key_pairs)),
        ],
        Facts::KmsKey(key) => vec![
            id,
            ("ALIAS", key.alias.clone()),
            ("STATE", text(&key.state)),
            ("SPEC", text(&key.spec)),
            (
                "DELETION",
                key.deletion_at
                    .and_then(of_milliseconds)
                    .unwrap_or_default(),
            ),
        ],
        Facts::CphServer(server) => vec![
            id,
            ("NAME", server.name.clone()),
            ("STATE", text(&server.state)),
            ("KEY PAIR", text(&server.key_pair)),
        ],
        Facts::CodeartsKey(key) => vec![
            id,
            ("TITLE", key.title.clone()),
            ("TYPE", kind(&key.material)),
            ("FINGERPRINT", digest(&key.material)),
            ("CREATED", date(key.created_at.as_deref())),
        ],
        Facts::Task(task) => vec![
            id,
            ("STATE", task.state.clone()),
            ("OPERATION", text(&task.operation)),
            ("ON", text(&task.machine)),
            ("KEY PAIR", text(&task.key_pair)),
            ("STARTED", text(&task.started_at)),
            ("ERROR", {
                let parts = [text(&task.error_code), text(&task.error_message)];
                parts.join(" ").trim().to_owned()
            }),
        ],
    }
}

/// `rsa 2048`, `ed25519`: the type as people say it.
pub(super) fn kind(material: &Material) -> String {
    let Material::Key(key) = material else {
        return String::new();
    };
    match (key.kind(), key.bits()) {
        ("ssh-rsa", Some(bits)) => format!("rsa {bits}"),
        ("ssh-dss", Some(bits)) => format!("dsa {bits}"),
        (kind, _) => kind.trim_start_matches("ssh-").to_owned(),
    }
}

pub(super) fn digest(material: &Material) -> String {
    let Fingerprints { sha256, md5 } = material.fingerprints();
    sha256
        .or(md5)
        .map(|digest| digest.to_string())
        .unwrap_or_default()
}

/// The day of an instant.
pub(super) fn date(instant: Option<&str>) -> String {
    let instant = instant.unwrap_or_default();
    instant.get(..10).unwrap_or(instant).to_owned()
}
