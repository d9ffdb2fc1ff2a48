//! TOML that people write, read so that every mistake is named with its line: the config file, and
//! the policies of `audit`.

mod near;

use std::fmt::Display;
use std::ops::{Range, RangeInclusive};

use toml_edit::{Document, Item, TableLike};

pub use self::near::suggest;
use crate::error::Error;

/// The text that is read, and what errors call it.
pub struct Source<'a> {
    text: &'a str,
    place: String,
    /// Where each line begins.
    lines: Vec<usize>,
}

impl<'a> Source<'a> {
    /// Takes a text, and what errors call it.
    pub fn new(text: &'a str, place: String) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            text,
            place,
            lines: std::iter::once(0).chain(ends).collect(),
        }
    }

    /// The line at that place, counted from 1.
    pub fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|start| *start <= at)
    }

    /// An error about a line.
    pub fn complain(&self, line: usize, why: impl Display) -> Error {
        Error::usage(format!("{why} (line {line} of {})", self.place))
    }

    /// The tables. Whatever the parser says is put into own words: it quotes the line.
    pub fn document(&self) -> Result<Document<&'a str>, Error> {
        Document::parse(self.text).map_err(|error| {
            let at = error.span().map_or(self.text.len(), |span| span.start);
            let at = at.min(self.text.len());
            let line = self.line(at);
            let start = self.lines[line - 1];
            let column = self.text.get(start..at).map_or(1, |head| head.chars().count() + 1);
            let said = error.message();
            let why = if said.contains("duplicate key") {
                "this key stands twice"
            } else if said.contains("recursion") {
                "this is nested too deep"
            } else if said.contains("string") {
                "a text in quotes is not ended, or has a letter or an escape that it cannot have"
            } else {
                "this is no TOML"
            };
            Error::usage(format!(
                "{why} (line {line}, column {column} of {})",
                self.place
            ))
            .hint("Write KEY = \"VALUE\" on a line of its own, and [TABLE] above the keys of a table.")
        })
    }
}

/// A table, with its name and its line for errors.
#[derive(Clone)]
pub struct Section<'a> {
    source: &'a Source<'a>,
    name: String,
    table: &'a dyn TableLike,
    line: usize,
}

/// Something in a table, for errors.
pub struct Text<'a> {
    /// What it says.
    pub value: &'a str,
    /// Where it stands.
    pub line: usize,
}

impl<'a> Section<'a> {
    /// The text as a whole.
    pub fn root(source: &'a Source<'a>, document: &'a Document<&'a str>) -> Self {
        Self {
            source,
            name: String::new(),
            table: document.as_table(),
            line: 1,
        }
    }

    /// Where the table begins.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The names of all keys.
    pub fn keys(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.table.iter().map(|(key, _)| key)
    }

    /// Whether there is such a key.
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// The table as errors call it.
    pub fn title(&self) -> String {
        if self.name.is_empty() || self.name.starts_with('[') {
            return self.name.clone();
        }
        format!("[{}]", self.name)
    }

    fn key_in_table(&self, key: &str) -> String {
        let key = key.escape_debug();
        match self.title().as_str() {
            "" => format!("'{key}'"),
            title => format!("'{key}' in {title}"),
        }
    }

    /// The line of a key.
    fn line_of(&self, key: &str) -> usize {
        let Some((word, item)) = self.table.get_key_value(key) else {
            return self.line;
        };
        let at: Option<Range<usize>> = word.span().or_else(|| item.span());
        at.map_or(self.line, |span| self.source.line(span.start))
    }

    /// An error about a key: `'KEY' in [TABLE] WHY`.
    pub fn complain(&self, key: &str, why: impl Display) -> Error {
        self.complain_in(self.line_of(key), key, why)
    }

    /// The same about a line of its own, such as that of one text in a list.
    pub fn complain_in(&self, line: usize, key: &str, why: impl Display) -> Error {
        let place = self.key_in_table(key);
        self.source.complain(line, format!("{place} {why}"))
    }

    /// An error about the whole table.
    pub fn complain_here(&self, why: impl Display) -> Error {
        let title = self.title();
        self.source.complain(self.line, format!("{title} {why}"))
    }

    /// Refuses keys that are not known here.
    pub fn only(&self, known: &[&str]) -> Result<(), Error> {
        match self.keys().find(|key| !known.contains(key)) {
            Some(key) => {
                let place = self.key_in_table(key);
                let line = self.line_of(key);
                let why = format!("there is no key {place}");
                Err(suggest(self.source.complain(line, why), key, known))
            }
            None => Ok(()),
        }
    }

    /// A text.
    pub fn text(&self, key: &str) -> Result<Option<Text<'a>>, Error> {
        let Some(item) = self.table.get(key) else {
            return Ok(None);
        };
        let Some(value) = item.as_str() else {
            return Err(self.wrong_type(key, item, "a text in quotes"));
        };
        let line = self.line_of(key);
        self.filled(key, value, line).map(Some)
    }

    /// A whole number in a range.
    pub fn number(&self, key: &str, range: RangeInclusive<u32>) -> Result<Option<u32>, Error> {
        let Some(item) = self.table.get(key) else {
            return Ok(None);
        };
        let Some(value) = item.as_integer() else {
            return Err(self.wrong_type(key, item, "a whole number"));
        };
        let fitting = u32::try_from(value)
            .ok()
            .filter(|value| range.contains(value));
        fitting.map(Some).ok_or_else(|| {
            let (least, most) = (range.start(), range.end());
            self.complain(
                key,
                format!("must be from {least} to {most}, and is {value}"),
            )
        })
    }

    /// A date or an instant, in quotes or bare, as the text that it is.
    pub fn date(&self, key: &str) -> Result<Option<String>, Error> {
        let Some(item) = self.table.get(key) else {
            return Ok(None);
        };
        match (item.as_datetime(), item.as_str()) {
            (Some(date), _) => Ok(Some(date.to_string())),
            (None, Some(_)) => Ok(self.text(key)?.map(|text| text.value.to_owned())),
            (None, None) => Err(self.wrong_type(key, item, "a date, as in \"2027-01-31\"")),
        }
    }

    /// A text that must be there.
    pub fn required(&self, key: &str) -> Result<Text<'a>, Error> {
        self.text(key)?
            .ok_or_else(|| self.complain_here(format!("has no '{key}'")))
    }

    /// The texts of a list; none when the key is not there. A list without any is a mistake.
    pub fn texts(&self, key: &str) -> Result<Vec<Text<'a>>, Error> {
        let wanted = "a list of texts, as in [\"a\", \"b\"]";
        let Some(item) = self.table.get(key) else {
            return Ok(Vec::new());
        };
        let Some(array) = item.as_array() else {
            return Err(self.wrong_type(key, item, wanted));
        };
        if array.is_empty() {
            return Err(self
                .complain(key, "is empty")
                .hint("Put something into the list, or leave the key out."));
        }
        let mut texts = Vec::new();
        for value in array {
            let line = value.span().map(|span| self.source.line(span.start));
            let line = line.unwrap_or_else(|| self.line_of(key));
            let Some(text) = value.as_str() else {
                let why = format!("must be {wanted}; one is of the type {}", value.type_name());
                return Err(self.complain_in(line, key, why));
            };
            texts.push(Text { value: text, line });
        }
        Ok(texts)
    }

    /// The texts of a list, none of them empty.
    pub fn filled_texts(&self, key: &str) -> Result<Vec<Text<'a>>, Error> {
        let texts = self.texts(key)?.into_iter();
        texts
            .map(|text| self.filled(key, text.value, text.line))
            .collect()
    }

    fn filled(&self, key: &str, value: &'a str, line: usize) -> Result<Text<'a>, Error> {
        if value.trim().is_empty() {
            return Err(self
                .complain_in(line, key, "is empty")
                .hint("Write something, or leave it out."));
        }
        Ok(Text { value, line })
    }

    /// A table in this one.
    pub fn table(&self, key: &str) -> Result<Option<Self>, Error> {
        let Some(item) = self.table.get(key) else {
            return Ok(None);
        };
        let Some(table) = item.as_table_like() else {
            let name = self.path_of(key);
            return Err(self.wrong_type(key, item, &format!("a table, as in [{name}]")));
        };
        Ok(Some(Self {
            source: self.source,
            name: self.path_of(key),
            table,
            line: self.line_of(key),
        }))
    }

    /// The tables of `[[KEY]]`.
    pub fn tables(&self, key: &str) -> Result<Vec<Self>, Error> {
        let Some(item) = self.table.get(key) else {
            return Ok(Vec::new());
        };
        let wrong = || self.wrong_type(key, item, &format!("a list of tables, as in [[{key}]]"));
        let section = |table: &'a dyn TableLike, span: Option<Range<usize>>| Self {
            source: self.source,
            name: format!("[[{key}]]"),
            table,
            line: span.map_or_else(|| self.line_of(key), |span| self.source.line(span.start)),
        };
        if let Some(tables) = item.as_array_of_tables() {
            return Ok(tables
                .iter()
                .map(|table| section(table, table.span()))
                .collect());
        }
        let array = item.as_array().ok_or_else(wrong)?.iter();
        array
            .map(|value| {
                let table = value.as_inline_table().ok_or_else(wrong)?;
                Ok(section(table, value.span()))
            })
            .collect()
    }

    fn path_of(&self, key: &str) -> String {
        let key = key.escape_debug();
        if self.name.is_empty() {
            return key.to_string();
        }
        format!("{}.{key}", self.name)
    }

    fn wrong_type(&self, key: &str, item: &Item, wanted: &str) -> Error {
        let found = item.type_name();
        self.complain(key, format!("must be {wanted}, and is of the type {found}"))
    }
}
