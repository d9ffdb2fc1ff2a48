//! Changes of single keys. Comments and order stay, and a change that would break the file is not
//! made.

use std::path::Path;

use toml_edit::{Array, DocumentMut, Item, Table, TableLike, Value};

use super::key::{KeyPath, Kind};
use super::{Config, store};
use crate::error::{Error, ErrorKind};
use crate::secret::Secret;
use crate::toml::Source;

const BY_HAND: &str = "Correct it in the file; kpctl config path tells where it is.";

/// What a key is to have.
#[derive(Clone, Debug)]
pub enum NewValue {
    /// A text, which may be a secret.
    Text(Secret),
    /// Texts.
    List(Vec<String>),
}

impl NewValue {
    /// Reads what a person typed for that key. A list is `a,b` or `["a", "b"]`.
    pub fn read(key: &KeyPath, text: Secret) -> Result<Self, Error> {
        match key.kind() {
            Kind::Text | Kind::Secret => Ok(Self::Text(text)),
            Kind::List => list(key, text.expose()).map(Self::List),
            Kind::Table => Err(
                Error::usage(format!("'{key}' is a table, which has no value"))
                    .hint(format!("Set the keys in it: {key}.KEY.")),
            ),
        }
    }

    fn to_value(&self) -> Value {
        match self {
            Self::Text(text) => Value::from(text.expose()),
            Self::List(texts) => Value::from(texts.iter().collect::<Array>()),
        }
    }

    fn is_in(&self, item: &Item) -> bool {
        match self {
            Self::Text(text) => item.as_str() == Some(text.expose()),
            Self::List(texts) => item.as_array().is_some_and(|array| {
                let there = array.iter().map(Value::as_str);
                there.eq(texts.iter().map(|text| Some(text.as_str())))
            }),
        }
    }
}

fn list(key: &KeyPath, text: &str) -> Result<Vec<String>, Error> {
    if !text.trim_start().starts_with('[') {
        let texts = text.split(',').map(|part| part.trim().to_owned());
        return Ok(texts.collect());
    }
    let wrong = || {
        Error::usage(format!("the value of '{key}' is no list"))
            .hint("Write a,b or [\"a\", \"b\"].")
    };
    let value: Value = text.trim().parse().map_err(|_| wrong())?;
    let array = value.as_array().ok_or_else(wrong)?.iter();
    array
        .map(|value| value.as_str().map(str::to_owned).ok_or_else(wrong))
        .collect()
}

/// Sets keys, all or none. The file and its folder are made when they are not there.
pub fn set(path: &Path, changes: &[(KeyPath, NewValue)]) -> Result<(), Error> {
    store::change(path, |text| {
        let mut document = document(text, path)?;
        for (key, value) in changes {
            put(document.as_table_mut(), key, value)?;
        }
        let (text, config) = finish(text, &document, path)?;
        check_put(&text, changes)?;
        Ok((text, config))
    })
}

/// Takes a key away with all that is in it.
pub fn unset(path: &Path, key: &KeyPath) -> Result<(), Error> {
    store::change(path, |text| {
        let mut document = document(text, path)?;
        let absent = || Error::new(ErrorKind::NotFound, format!("'{key}' is not set"));
        let (last, way) = key.words().split_last().ok_or_else(absent)?;
        let mut table: &mut dyn TableLike = document.as_table_mut();
        for word in way {
            let next = table.get_mut(word).and_then(Item::as_table_like_mut);
            table = next.ok_or_else(absent)?;
        }
        table.remove(last).ok_or_else(absent)?;
        finish(text, &document, path)
    })
}

fn document(text: &str, path: &Path) -> Result<DocumentMut, Error> {
    let source = Source::new(text, format!("'{}'", path.display()));
    Ok(source.document()?.into_mut())
}

/// The new text, checked as whoever reads it will check it.
fn finish(old: &str, document: &DocumentMut, path: &Path) -> Result<(String, Config), Error> {
    let mut text = document.to_string();
    // The library ends the lines that it writes in one way.
    let ends = old.matches('\n').count();
    if ends > 0 && ends == old.matches("\r\n").count() {
        text = text.replace("\r\n", "\n").replace('\n', "\r\n");
    }
    let place = format!("'{}' as it would be; nothing was changed", path.display());
    let config = super::parse::config(&Source::new(&text, place))?;
    Ok((text, config))
}

fn put(root: &mut Table, key: &KeyPath, value: &NewValue) -> Result<(), Error> {
    let no_table = |word: &str| {
        Error::usage(format!("'{}' is no table in the file", word.escape_debug())).hint(BY_HAND)
    };
    let Some((last, way)) = key.words().split_last() else {
        return Ok(());
    };
    let mut table: &mut dyn TableLike = root;
    for (depth, word) in way.iter().enumerate() {
        if !table.contains_key(word) {
            let mut made = Table::new();
            // As the table around it is written: a dotted one has no line of its own, nor has one
            // that only holds others.
            made.set_dotted(table.is_dotted());
            made.set_implicit(depth == 0 && way.len() > 1);
            table.insert(word, Item::Table(made));
        }
        let next = table.get_mut(word).and_then(Item::as_table_like_mut);
        table = next.ok_or_else(|| no_table(word))?;
    }
    let mut new = value.to_value();
    match table.get_mut(last) {
        Some(Item::Value(old)) => {
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        Some(_) => {
            let why = format!("'{key}' is a table in the file, and should have a value");
            return Err(Error::usage(why).hint(BY_HAND));
        }
        None => {
            table.insert(last, Item::Value(new));
        }
    }
    Ok(())
}

/// What was written is what is read again, whatever the way to it looks like.
fn check_put(text: &str, changes: &[(KeyPath, NewValue)]) -> Result<(), Error> {
    let document: DocumentMut = text.parse().map_err(|_| lost())?;
    let newest = |key: &KeyPath| changes.iter().rev().find(|(other, _)| other == key);
    for (key, _) in changes {
        let mut item = Some(document.as_item());
        for word in key.words() {
            item = item.and_then(|item| item.get(word.as_str()));
        }
        if !newest(key)
            .zip(item)
            .is_some_and(|((_, value), item)| value.is_in(item))
        {
            return Err(lost());
        }
    }
    Ok(())
}

fn lost() -> Error {
    Error::new(
        ErrorKind::Internal,
        "the change cannot be written into this file; nothing was changed",
    )
}
