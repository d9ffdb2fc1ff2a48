//! Keys of many clouds in one list: the same fields and columns for all of them.

use serde_json::{Value, json};

use super::Item;
use super::record::{addresses, date, digest, kind, material, tags};
use crate::model::{Address, Facts, Holding, KeyPair, Usage};

/// A key as lists over many places show it. `with_usage` adds what holds it.
pub fn holding_item(holding: &Holding, with_usage: bool) -> Item {
    let record = &holding.record;
    let none = KeyPair::default();
    let pair = match &record.facts {
        Facts::KeyPair(pair) => pair,
        _ => &none,
    };
    let mut fields = vec![("id", json!(record.id)), ("name", json!(record.name()))];
    fields.extend(material(record.material()));
    fields.extend([
        ("created_at", json!(record.created_at())),
        ("description", json!(pair.description)),
        ("tags", tags(pair.tags.as_deref())),
        ("bound_to", addresses(pair.bound_to.as_deref())),
        (
            "visibility",
            json!(pair.visibility.map(crate::model::Visibility::name)),
        ),
        ("private_key_stored", json!(pair.private_key_stored)),
    ]);
    let name = if record.name() == record.id {
        String::new()
    } else {
        record.name().to_owned()
    };
    let address = record.address.as_ref().map(Address::to_string);
    let mut columns = vec![
        ("ADDRESS", address.unwrap_or_default()),
        ("NAME", name),
        ("TYPE", kind(record.material())),
        ("FINGERPRINT", digest(record.material())),
        ("CREATED", date(record.created_at())),
    ];
    if with_usage {
        let usage = holding.usage.as_ref();
        fields.extend([
            (
                "used_by",
                addresses(usage.map(|usage| usage.holders.as_slice())),
            ),
            (
                "used_by_complete",
                usage.map_or(Value::Null, |usage| json!(usage.is_complete)),
            ),
        ]);
        columns.push(("USED BY", usage.map(short).unwrap_or_default()));
    }
    Item {
        scope: Some(record.scope.clone()),
        address: record.address.clone(),
        fields,
        columns,
        raw: Some(record.raw.clone()),
    }
}

/// How many hold a key: `3`, `3 or more`, `unknown`.
fn short(usage: &Usage) -> String {
    match (usage.holders.len(), usage.is_complete) {
        (count, true) => count.to_string(),
        (0, false) => "unknown".to_owned(),
        (count, false) => format!("{count} or more"),
    }
}
