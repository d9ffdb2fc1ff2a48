//! What stands at a key, without secrets.

use std::path::Path;

use serde_json::{Map, Value};
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, TableLike, Value as Toml};

use super::key::{CREDENTIALS, KeyPath, is_secret};
use super::{Config, store};
use crate::error::Error;
use crate::secret::REDACTED;
use crate::toml::Source;

/// What the file has at that key; `None` when it is not set. The file must be right.
pub fn get(path: &Path, key: &KeyPath) -> Result<Option<Value>, Error> {
    let Some(stored) = store::load(path)? else {
        return Ok(None);
    };
    let config = Config::parse(&stored.text, path)?;
    stored.refuse_open_secrets(path, &config)?;
    let source = Source::new(&stored.text, format!("'{}'", path.display()));
    let document = source.document()?;
    let mut item = document.as_item();
    let (mut above, mut name) = ("", "");
    for word in key.words() {
        match item.get(word.as_str()) {
            Some(next) => item = next,
            None => return Ok(None),
        }
        (above, name) = (name, word);
    }
    Ok(Some(shown(above, name, item)))
}

/// A value, given its name and that of the table that it is in.
fn shown(above: &str, name: &str, item: &Item) -> Value {
    if let Some(table) = item.as_table_like() {
        return shown_table(name, table);
    }
    if above == CREDENTIALS && is_secret(name) {
        return REDACTED.into();
    }
    if let Some(tables) = item.as_array_of_tables() {
        let tables = tables.iter().map(|table| shown_table(name, table));
        return tables.collect::<Vec<_>>().into();
    }
    match item.as_array() {
        Some(array) => {
            let values = array.iter().map(|value| match value.as_inline_table() {
                Some(table) => shown_table(name, table),
                None => value.as_str().into(),
            });
            values.collect::<Vec<_>>().into()
        }
        // The file has texts only; what it cannot have was refused.
        None => item.as_str().into(),
    }
}

fn shown_table(name: &str, table: &dyn TableLike) -> Value {
    let entries = table.iter();
    let entries = entries.map(|(key, item)| (key.to_owned(), shown(name, key, item)));
    entries.collect::<Map<_, _>>().into()
}

/// What stands at a key as a part of the file: it can be put into another one.
pub fn to_toml(key: &KeyPath, value: &Value) -> String {
    let mut item = to_item(value);
    for (depth, word) in key.words().iter().enumerate().rev() {
        let mut table = Table::new();
        table.set_implicit(depth > 0);
        table.insert(word, item);
        item = Item::Table(table);
    }
    let table = item.into_table().unwrap_or_default();
    DocumentMut::from(table).to_string()
}

fn to_item(value: &Value) -> Item {
    match value {
        Value::Object(entries) => {
            let mut table = Table::new();
            for (key, value) in entries {
                table.insert(key, to_item(value));
            }
            // One that only holds others needs no line of its own.
            table.set_implicit(!entries.is_empty() && entries.values().all(Value::is_object));
            Item::Table(table)
        }
        Value::Array(values) if values.iter().any(Value::is_object) => {
            let tables = values
                .iter()
                .filter_map(|value| to_item(value).into_table().ok());
            Item::ArrayOfTables(tables.collect::<ArrayOfTables>())
        }
        Value::Array(values) => {
            let texts = values.iter().filter_map(Value::as_str);
            Item::Value(Toml::Array(texts.collect::<Array>()))
        }
        other => Item::Value(other.as_str().unwrap_or_default().into()),
    }
}
