//! What is told of keys: one JSON document, lines between tabs, or blocks for people.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::cli::Run;
use crate::error::Error;
use crate::io::escaped;
use crate::output::{Format, Query, json_text};
use crate::sshkey::{Form, PrivateKey, PublicKey};

/// How it is written.
pub(super) enum Shape {
    Json(Option<Query>),
    Table,
    Tsv,
}

impl Shape {
    /// Settles the shape before anything is done.
    pub(super) fn new(run: &Run<'_>) -> Result<Self, Error> {
        let query = run.global.query.as_deref().map(Query::new).transpose()?;
        match (run.global.output, query) {
            (Some(Format::Json) | None, Some(query)) => Ok(Self::Json(Some(query))),
            (Some(Format::Json), None) => Ok(Self::Json(None)),
            (Some(_), Some(_)) => Err(Error::usage("--query works on the JSON document")
                .hint("Use -o json, or leave -o out.")),
            (Some(Format::Table), None) => Ok(Self::Table),
            (Some(Format::Tsv), None) => Ok(Self::Tsv),
            (Some(_), None) => Err(Error::usage("keys are told as table, tsv or json")),
            (None, None) if run.context.io.out_is_terminal() => Ok(Self::Table),
            (None, None) => Ok(Self::Tsv),
        }
    }
}

/// A key, and where it stands.
pub(super) struct Listed {
    path: String,
    half: PublicKey,
    private: Option<PrivateKey>,
    /// The comment is behind a passphrase.
    comment_is_hidden: bool,
}

impl Listed {
    pub(super) fn public(path: &Path, half: PublicKey) -> Self {
        Self {
            path: path.display().to_string(),
            half,
            private: None,
            comment_is_hidden: false,
        }
    }

    /// A private key that was opened.
    pub(super) fn private(path: &Path, key: PrivateKey) -> Result<Self, Error> {
        let half = key.public()?;
        Ok(Self {
            private: Some(key),
            ..Self::public(path, half)
        })
    }

    /// A private key that is locked, of which the public half is seen.
    pub(super) fn locked(path: &Path, half: PublicKey) -> Self {
        Self {
            comment_is_hidden: true,
            ..Self::public(path, half)
        }
    }

    /// One row; what is not known is null.
    fn item(&self) -> Map<String, Value> {
        let mut item = Map::new();
        item.insert("file".into(), self.path.as_str().into());
        item.insert("type".into(), self.half.kind().into());
        item.insert("bits".into(), self.half.bits().into());
        let comment = (!self.comment_is_hidden).then(|| self.half.comment());
        item.insert("comment".into(), comment.into());
        for form in Form::ALL {
            let fingerprint = match &self.private {
                Some(key) => key.fingerprint(form),
                None => self.half.fingerprint(form),
            };
            let text = fingerprint.map(|fingerprint| fingerprint.to_string());
            item.insert(form.word().into(), text.into());
        }
        item
    }
}

/// The keys of one command.
pub(super) struct Listing<'a> {
    pub(super) command: &'static str,
    pub(super) keys: &'a [Listed],
    pub(super) warnings: &'a [String],
}

impl Listing<'_> {
    /// Writes it; in JSON the warnings are part of it, else they go to stderr.
    pub(super) fn write(&self, shape: &Shape, run: &Run<'_>) -> Result<(), Error> {
        let io = &run.context.io;
        let items: Vec<Map<String, Value>> = self.keys.iter().map(Listed::item).collect();
        let Shape::Json(query) = shape else {
            for warning in self.warnings {
                io.warn(warning);
            }
            let text = match shape {
                Shape::Table => items.iter().map(block).collect(),
                _ => items.iter().map(row).collect::<String>(),
            };
            return io.data(&text);
        };
        let document = json!({
            "schema": "kpctl/v1",
            "kind": "List",
            "command": self.command,
            "complete": true,
            "items": items,
            "warnings": self.warnings,
        });
        let value = match query {
            Some(query) => query.apply(&document)?,
            None => document,
        };
        io.data(&json_text(&format!("{value:#}\n")))
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Full values between tabs.
fn row(item: &Map<String, Value>) -> String {
    let cells: Vec<String> = item
        .values()
        .map(|value| {
            let text = cell(value).replace('\\', "\\\\").replace('\t', "\\t");
            escaped(&text.replace('\n', "\\n"))
        })
        .collect();
    format!("{}\n", cells.join("\t"))
}

/// A line for each thing that is known.
fn block(item: &Map<String, Value>) -> String {
    let mut text = String::new();
    for (name, value) in item {
        let value = escaped(&cell(value)).replace('\n', " ");
        if !value.is_empty() {
            let _ = writeln!(text, "{name:12} {value}");
        }
    }
    text.push('\n');
    text
}
