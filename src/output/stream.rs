//! Lists whose things come piece by piece, from many places: written as they come where the format
//! allows it.

use super::list::{Item, ListDocument, Reach};
use super::table::{self, Growing};
use super::{Format, Output, write_json};
use crate::error::Error;
use crate::io::Io;

/// A list that is being written.
#[derive(Debug)]
pub struct ListStream<'a> {
    output: &'a Output,
    io: &'a Io,
    command: &'a str,
    sandbox: bool,
    /// What has to wait for the end: a JSON document is one piece.
    kept: Vec<Item>,
    table: Option<Growing>,
    has_header: bool,
}

impl<'a> ListStream<'a> {
    /// Begins a list; nothing is written yet.
    pub fn new(output: &'a Output, io: &'a Io, command: &'a str, sandbox: bool) -> Self {
        Self {
            output,
            io,
            command,
            sandbox,
            kept: Vec::new(),
            table: None,
            has_header: false,
        }
    }

    /// Takes the next things.
    pub fn add(&mut self, items: Vec<Item>) -> Result<(), Error> {
        if items.is_empty() {
            return Ok(());
        }
        if self.output.format == Format::Json {
            self.kept.extend(items);
            return Ok(());
        }
        let piece = self.document(items, &[], None, None);
        let text = match self.output.format {
            Format::Ndjson => piece.lines(),
            Format::Names => piece.names()?,
            Format::Csv => {
                let header = if self.has_header {
                    Vec::new()
                } else {
                    piece.header()
                };
                self.has_header = true;
                table::comma_separated(&header, &piece.rows())?
            }
            Format::Table => {
                let (titles, rows) = piece.columns();
                let table = self.table.get_or_insert_with(|| Growing::new(titles));
                table.piece(&rows)
            }
            // The rest waits for the end, or was refused.
            Format::Tsv | Format::Json | Format::Sarif => table::tabbed(&piece.rows()),
        };
        self.io.data(&text)
    }

    /// Ends the list.
    pub fn finish(
        mut self,
        reach: Reach,
        warnings: &[String],
        endpoint: Option<&str>,
    ) -> Result<(), Error> {
        let kept = std::mem::take(&mut self.kept);
        let document = self.document(kept, warnings, endpoint, Some(reach));
        match self.output.format {
            Format::Json => {
                let whole = document.to_json();
                let value = match &self.output.query {
                    Some(query) => query.apply(&whole)?,
                    None => whole,
                };
                write_json(&value, self.io)
            }
            Format::Ndjson => self.io.data(&document.to_ndjson()),
            _ => Ok(()),
        }
    }

    fn document<'d>(
        &self,
        items: Vec<Item>,
        warnings: &'d [String],
        endpoint: Option<&'d str>,
        reach: Option<Reach>,
    ) -> ListDocument<'d>
    where
        'a: 'd,
    {
        ListDocument {
            kind: "List",
            command: self.command,
            items,
            warnings,
            endpoint,
            sandbox: self.sandbox,
            is_single: false,
            reach,
        }
    }
}
