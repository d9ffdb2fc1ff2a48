//! How the operations page that kpctl knows, and the walk through all pages.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::Value;

use super::{Raw, RawAnswer};
use crate::cloud::client::Wire;
use crate::cloud::huawei::paging::Page;
use crate::cloud::pages::Paged;
use crate::cloud::reply::text_of;
use crate::error::Error;

/// How one operation pages.
#[derive(Clone, Copy, Debug)]
pub(in crate::cloud) struct Paging {
    /// The answer's list.
    pub(in crate::cloud) list: &'static str,
    /// The parameter for the size of a page, and the size to ask for.
    pub(in crate::cloud) size: Option<(&'static str, u64)>,
    /// How the next page is asked for.
    pub(in crate::cloud) style: Style,
}

/// How the next page is asked for.
#[derive(Clone, Copy, Debug)]
pub(in crate::cloud) enum Style {
    /// By a marker out of the answer.
    Marker {
        /// Where the answer has it, as a JSON pointer.
        found: &'static str,
        /// The parameter that takes it.
        sent: &'static str,
        /// The answer's field that says whether there is more, where it has one.
        more: Option<&'static str>,
    },
    /// By the number of entries to skip.
    Offset {
        /// The parameter.
        sent: &'static str,
        /// The answer's field with the number of all entries, where it has one.
        total: Option<&'static str>,
        /// The entry's field that tells it from others.
        id: &'static str,
        /// Without a total, whether a page that is not full is the last one.
        short_ends: bool,
    },
}

/// How far a walk is.
#[derive(Clone, Debug)]
pub(super) struct Pages {
    paging: Paging,
    size: u64,
    offset: u64,
    known: HashSet<String>,
}

impl Pages {
    pub(super) fn list(&self) -> &'static str {
        self.paging.list
    }

    /// An answer without a list says nothing about what exists.
    pub(super) fn check(&self, page: &Value) -> Result<(), String> {
        match page.get(self.paging.list) {
            Some(Value::Array(_)) => Ok(()),
            _ => Err(format!("it has no list '{}'", self.paging.list)),
        }
    }
}

/// The way to page that was asked for; `names` are the operations that have one.
pub(in crate::cloud) fn wanted(
    all_pages: bool,
    found: Option<Paging>,
    names: impl Iterator<Item = String>,
) -> Result<Option<Paging>, Error> {
    if !all_pages {
        return Ok(None);
    }
    found.map(Some).ok_or_else(|| {
        let names: Vec<_> = names.collect();
        Error::usage("kpctl does not know how this operation pages").hint(format!(
            "Leave --all-pages out and ask for each page. kpctl knows it of {}.",
            names.join(", ")
        ))
    })
}

impl<W> Raw<W> {
    /// Sets out for all pages.
    pub(super) fn start_pages(&mut self, paging: Paging) -> Result<(), Error> {
        let (Style::Marker { sent, .. } | Style::Offset { sent, .. }) = paging.style;
        if self.parameter(sent).is_some() {
            return Err(Error::usage(format!(
                "--all-pages starts at the beginning: leave '{sent}' out"
            )));
        }
        let mut size = 0;
        if let Some((name, most)) = paging.size {
            size = most;
            if let Some(given) = self.parameter(name) {
                let given = given.parse().ok().filter(|size| *size > 0);
                size = given
                    .ok_or_else(|| Error::usage(format!("'{name}' must be a number from 1 on")))?;
            } else {
                self.set(name, most.into());
            }
        }
        self.pages = Some(Pages {
            paging,
            size,
            offset: 0,
            known: HashSet::new(),
        });
        Ok(())
    }

    fn parameter(&self, name: &str) -> Option<String> {
        if self.route.body {
            return self.fields.get(name).and_then(text_of);
        }
        let pair = self.route.query.iter().find(|(known, _)| known == name);
        pair.map(|(_, value)| value.clone())
    }

    /// In the body, or in the query of a call without one.
    fn set(&mut self, name: &'static str, value: Value) {
        if self.route.body {
            if let Value::Object(fields) = &mut self.fields {
                fields.insert(name.to_owned(), value);
            }
            return;
        }
        let query = &mut self.route.query;
        query.retain(|(known, _)| known != name);
        query.extend(text_of(&value).map(|text| (Cow::Borrowed(name), text)));
    }
}

impl<W: Wire> Paged for Raw<W> {
    type Item = Value;

    fn advance(&mut self, page: RawAnswer, items: &mut Vec<Value>) -> bool {
        let (RawAnswer::Object(mut page), Some(mut pages)) = (page, self.pages.take()) else {
            return false;
        };
        let entries = match page.get_mut(pages.list()).map(Value::take) {
            Some(Value::Array(entries)) => entries,
            _ => Vec::new(),
        };
        let more = match pages.paging.style {
            Style::Marker { found, sent, more } => {
                items.extend(entries);
                let marker = page.pointer(found).and_then(text_of).unwrap_or_default();
                let said = more.and_then(|field| page.get(field)).and_then(text_of);
                let more = said.map_or(!marker.is_empty(), |said| said == "true");
                // Without a marker the same page comes again, which the reader finds out.
                if !marker.is_empty() {
                    self.set(sent, marker.into());
                }
                more
            }
            Style::Offset {
                sent,
                total,
                id,
                short_ends,
            } => {
                let received = entries.len() as u64;
                let before = pages.known.len();
                for entry in entries {
                    // Entries move between two pages; one without an id is taken as it comes.
                    let key = entry.get(id).and_then(text_of);
                    if pages.known.insert(key.unwrap_or_else(|| entry.to_string())) {
                        items.push(entry);
                    }
                }
                let known = pages.known.len() as u64;
                let said = total.and_then(|field| text_of(page.get(field)?)?.parse().ok());
                let next = Page {
                    offset: pages.offset,
                    limit: pages.size,
                    received,
                    fresh: known - before as u64,
                    known,
                    total: said.or(short_ends.then_some(0)),
                }
                .next();
                pages.offset = next.unwrap_or(pages.offset);
                self.set(sent, pages.offset.into());
                next.is_some()
            }
        };
        self.pages = Some(pages);
        more
    }

    fn place(&self) -> Result<String, Error> {
        let fields = &self.fields;
        Ok(format!("{:?} {fields}", self.route.query))
    }
}
