//! Documents for machines and tables for people, from the same results.

mod document;
mod list;
mod query;
mod sarif;
mod stream;
mod table;

use clap::ValueEnum;
pub use document::{ChangeDocument, error_document};
pub use list::{Fields, Item, ListDocument, Reach, holding_item};
pub use query::Query;
pub use sarif::{SarifLevel, SarifLog, SarifNotification, SarifResult, SarifRule};
use serde_json::Value;
pub use stream::ListStream;

use crate::error::Error;
use crate::io::Io;

/// How data is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Aligned columns for people; the default on a terminal
    Table,
    /// Full values between tabs, no header; the default elsewhere
    Tsv,
    /// One JSON document
    Json,
    /// One JSON object a line, closed by an End object
    Ndjson,
    /// Comma-separated values with a header
    Csv,
    /// Addresses only (lists)
    Names,
    /// SARIF 2.1.0 (audit)
    Sarif,
}

/// How errors are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ErrorFormat {
    /// For people
    Text,
    /// One JSON line
    Json,
}

/// What the user asked of the output, checked before anything is sent.
#[derive(Debug)]
pub struct Output {
    format: Format,
    query: Option<Query>,
}

impl Output {
    /// Settles the format; a combination that makes no sense is a usage error.
    pub fn new(format: Option<Format>, query: Option<&str>, io: &Io) -> Result<Self, Error> {
        let query = query.map(Query::new).transpose()?;
        if format == Some(Format::Sarif) {
            return Err(Self::sarif_is_for_audit());
        }
        let format = match (format, &query) {
            (Some(Format::Json) | None, Some(_)) => Format::Json,
            (Some(_), Some(_)) => {
                return Err(Error::usage("--query works on the JSON document")
                    .hint("Use -o json, or leave -o out."));
            }
            (Some(format), None) => format,
            (None, None) if io.out_is_terminal() => Format::Table,
            (None, None) => Format::Tsv,
        };
        Ok(Self { format, query })
    }

    /// Writes a vendor's own answer, or the part of it that the query selects. What a change
    /// answered is written in any case.
    pub fn answer(&self, answer: &Value, of_change: bool, io: &Io) -> Result<(), Error> {
        match &self.query {
            Some(query) if !of_change => write_json(&query.apply(answer)?, io),
            _ => self.json(answer, io),
        }
    }

    /// Writes what was read.
    pub fn list(&self, document: &ListDocument<'_>, io: &Io) -> Result<(), Error> {
        match self.format {
            Format::Json => {
                let whole = document.to_json();
                let value = match &self.query {
                    Some(query) => query.apply(&whole)?,
                    None => whole,
                };
                write_json(&value, io)
            }
            Format::Ndjson => io.data(&document.to_ndjson()),
            Format::Table => {
                let tables = document.tables().into_iter().map(table::aligned);
                io.data(&tables.collect::<Vec<_>>().join("\n"))
            }
            Format::Tsv => io.data(&table::tabbed(&document.rows())),
            Format::Csv => io.data(&table::comma_separated(
                &document.header(),
                &document.rows(),
            )?),
            Format::Names => io.data(&document.names()?),
            Format::Sarif => Err(Self::sarif_is_for_audit()),
        }
    }

    /// Writes the results or the plan of a change.
    pub fn change(&self, document: &ChangeDocument<'_>, io: &Io) -> Result<(), Error> {
        match self.format {
            Format::Json => self.json(&document.to_json(), io),
            Format::Ndjson => io.data(&document.to_ndjson()),
            Format::Table => io.data(&table::aligned(document.table())),
            Format::Tsv => io.data(&table::tabbed(&document.rows())),
            Format::Csv => io.data(&table::comma_separated(
                &ChangeDocument::header(),
                &document.rows(),
            )?),
            Format::Names => Err(Self::names_are_for_lists()),
            Format::Sarif => Err(Self::sarif_is_for_audit()),
        }
    }

    fn json(&self, whole: &Value, io: &Io) -> Result<(), Error> {
        let part = match self.query.as_ref().map(|query| query.apply(whole)) {
            Some(Ok(part)) => Some(part),
            // What was done must be seen, whatever becomes of the query.
            Some(Err(error)) => {
                io.warn(&format!("{error}; this is the whole document"));
                None
            }
            None => None,
        };
        write_json(part.as_ref().unwrap_or(whole), io)
    }

    /// Refuses what a change cannot be written as, before it is made.
    pub fn check_for_change(&self) -> Result<(), Error> {
        if self.format == Format::Names {
            return Err(Self::names_are_for_lists());
        }
        Ok(())
    }

    /// Whether the data is a JSON document, which holds warnings and hints itself.
    pub fn is_document(&self) -> bool {
        matches!(self.format, Format::Json | Format::Ndjson)
    }

    fn sarif_is_for_audit() -> Error {
        Error::usage("-o sarif is for audit").hint("Use -o json.")
    }

    fn names_are_for_lists() -> Error {
        Error::usage("-o names is for lists")
            .hint("Use -o json or -o tsv to see what became of each item.")
    }
}

fn write_json(value: &Value, io: &Io) -> Result<(), Error> {
    io.data(&document::json_text(&format!("{value:#}\n")))
}
