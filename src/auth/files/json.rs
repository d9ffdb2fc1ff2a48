//! Reading the tools' JSON, so that an error names the member and never quotes its value.

use serde_json::{Map, Value};
use zeroize::Zeroize;

use super::super::check::broken;
use crate::error::Error;
use crate::model::CloudId;

/// A file of JSON, wiped when dropped.
pub(super) struct Document {
    cloud: CloudId,
    file: String,
    trims: bool,
    root: Value,
}

/// An object in a file. A member that is missing, null or the empty text is not there: the tools
/// write all three for a thing that was never set.
#[derive(Clone)]
pub(super) struct Members<'a> {
    document: &'a Document,
    at: String,
    map: &'a Map<String, Value>,
}

/// A member's place, for people, and its text.
pub(super) struct Found<'a> {
    /// The member and the file.
    pub(super) place: String,
    /// The text, when there is any.
    pub(super) text: Option<&'a str>,
}

impl Drop for Document {
    fn drop(&mut self) {
        wipe(&mut self.root);
    }
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl Document {
    /// Reads the text of a file.
    pub(super) fn parse(cloud: CloudId, file: &str, text: &str) -> Result<Self, Error> {
        let root = serde_json::from_str(text).map_err(|error| {
            // The parser's own words may hold a piece of the text.
            let (line, column) = (error.line(), error.column());
            broken(
                cloud,
                format!("{file} is not JSON (line {line}, column {column})"),
            )
        })?;
        Ok(Self {
            cloud,
            file: file.to_owned(),
            trims: false,
            root,
        })
    }

    /// Reads texts without the blanks around them, as the tool itself does.
    pub(super) fn trimming(mut self) -> Self {
        self.trims = true;
        self
    }

    /// The object that the file is.
    pub(super) fn members(&self) -> Result<Members<'_>, Error> {
        let map = self
            .root
            .as_object()
            .ok_or_else(|| broken(self.cloud, format!("{} is not a JSON object", self.file)))?;
        Ok(Members {
            document: self,
            at: String::new(),
            map,
        })
    }
}

impl<'a> Members<'a> {
    /// The member's place, for people.
    pub(super) fn place(&self, name: &str) -> String {
        format!("{} in {}", self.path(name), self.document.file)
    }

    fn path(&self, name: &str) -> String {
        let name = name.escape_debug();
        if self.at.is_empty() {
            name.to_string()
        } else {
            format!("{}.{name}", self.at)
        }
    }

    /// The error of a member.
    pub(super) fn broken(&self, name: &str, why: &str) -> Error {
        broken(self.document.cloud, format!("{} {why}", self.place(name)))
    }

    fn value(&self, name: &str) -> Option<&'a Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    /// A text.
    pub(super) fn text(&self, name: &str) -> Result<Option<&'a str>, Error> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        let text = value
            .as_str()
            .ok_or_else(|| self.broken(name, "is not a text"))?;
        let text = if self.document.trims {
            text.trim()
        } else {
            text
        };
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    /// A text and its place.
    pub(super) fn found(&self, name: &str) -> Result<Found<'a>, Error> {
        Ok(Found {
            place: self.place(name),
            text: self.text(name)?,
        })
    }

    /// A text that has to be there.
    pub(super) fn needed(&self, name: &str) -> Result<&'a str, Error> {
        self.text(name)?
            .ok_or_else(|| self.broken(name, "is not set"))
    }

    /// A whole number that has to be there.
    pub(super) fn number(&self, name: &str) -> Result<Option<i64>, Error> {
        self.value(name)
            .map(|value| {
                value
                    .as_i64()
                    .ok_or_else(|| self.broken(name, "is not a whole number"))
            })
            .transpose()
    }

    /// An object.
    pub(super) fn object(&self, name: &str) -> Result<Option<Members<'a>>, Error> {
        self.value(name)
            .map(|value| self.inner(name, self.path(name), value))
            .transpose()
    }

    /// A list of objects.
    pub(super) fn list(&self, name: &str) -> Result<Vec<Members<'a>>, Error> {
        let Some(value) = self.value(name) else {
            return Ok(Vec::new());
        };
        let items = value
            .as_array()
            .ok_or_else(|| self.broken(name, "is not a list"))?;
        items
            .iter()
            .enumerate()
            .map(|(number, item)| {
                let path = format!("{}[{number}]", self.path(name));
                self.inner(name, path, item)
            })
            .collect()
    }

    fn inner(&self, name: &str, at: String, value: &'a Value) -> Result<Members<'a>, Error> {
        let map = value
            .as_object()
            .ok_or_else(|| self.broken(name, "is not an object"))?;
        Ok(Members {
            document: self.document,
            at,
            map,
        })
    }

    /// The member as it stands.
    pub(super) fn raw(&self, name: &str) -> Option<&'a Value> {
        self.value(name)
    }

    /// The names of the members that hold something.
    pub(super) fn names(&self) -> Vec<String> {
        self.map
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, _)| name.clone())
            .collect()
    }
}
