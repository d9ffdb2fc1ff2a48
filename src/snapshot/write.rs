//! Writes a snapshot.

use serde_json::{Map, Value, json};

use super::{KIND, SCHEMA, Snapshot};
use crate::model::{Address, Holding, Sight, Visit};
use crate::output::Item;

/// The document: one line for each place and each thing, so that two of them can be compared line by line.
pub fn text(snapshot: &Snapshot) -> String {
    let Snapshot {
        inventory,
        sandbox,
        endpoint,
    } = snapshot;
    let mut head = Map::new();
    head.insert("schema".into(), SCHEMA.into());
    head.insert("kind".into(), KIND.into());
    head.insert("command".into(), "snapshot".into());
    if *sandbox {
        head.insert("sandbox".into(), true.into());
    }
    if let Some(endpoint) = endpoint {
        head.insert("endpoint".into(), endpoint.clone().into());
    }
    head.insert("complete".into(), inventory.is_complete().into());
    let taken_at = inventory
        .taken_at
        .map(|at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string());
    head.insert("taken_at".into(), json!(taken_at));
    let accounts = inventory.accounts.iter().map(|((cloud, profile), account)| {
        json!({ "cloud": cloud.name(), "profile": profile, "account": account })
    });
    let mut text = String::from("{");
    for (name, value) in &head {
        text.extend([
            &Value::from(name.clone()).to_string(),
            ":",
            &value.to_string(),
            ",",
        ]);
    }
    lines(&mut text, "accounts", accounts);
    text.push(',');
    lines(&mut text, "places", inventory.visits.iter().map(visit));
    text.push(',');
    lines(&mut text, "items", inventory.holdings.iter().map(holding));
    text.extend([
        ",\"warnings\":",
        &json!(inventory.warnings).to_string(),
        "}\n",
    ]);
    text
}

fn lines(text: &mut String, name: &str, values: impl Iterator<Item = Value>) {
    text.extend(["\n\"", name, "\":["]);
    for (number, value) in values.enumerate() {
        text.push_str(if number == 0 { "\n" } else { ",\n" });
        text.push_str(&value.to_string());
    }
    text.push_str("\n]");
}

fn visit(visit: &Visit) -> Value {
    let mut value = Map::new();
    value.insert("place".into(), visit.place.to_string().into());
    match &visit.sight {
        Sight::Seen => {
            value.insert("state".into(), "seen".into());
        }
        Sight::NotEnabled(why) => {
            value.insert("state".into(), "not-enabled".into());
            value.insert("reason".into(), why.clone().into());
        }
        Sight::Unseen(error) => {
            value.insert("state".into(), "unseen".into());
            value.insert(
                "error".into(),
                json!({ "kind": error.kind.word(), "code": error.code, "message": error.message }),
            );
        }
    }
    Value::Object(value)
}

fn holding(holding: &Holding) -> Value {
    let mut item = Item::from(&holding.record);
    item.raw = None;
    if let Some(usage) = &holding.usage {
        let holders: Vec<String> = usage.holders.iter().map(Address::to_string).collect();
        item.fields.push(("used_by", json!(holders)));
        item.fields
            .push(("used_by_complete", json!(usage.is_complete)));
    }
    if let Some(other) = holding.record.other_id() {
        item.fields.push(("other_id", json!(other)));
    }
    item.to_json()
}
