//! What this process was asked, in order: for tests, and for the counts of fault rules.

use std::collections::HashMap;

use serde::Serialize;

use super::cloud::Cloud;

/// One handled request.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Entry {
    /// Its cloud.
    pub(crate) cloud: &'static str,
    /// Its operation; what was sent when there is no such operation.
    pub(crate) operation: String,
    /// `read` or `change`; unknown operations count as reads, because they have no effect.
    pub(crate) effect: &'static str,
    /// The HTTP status; null when no answer was sent.
    pub(crate) status: Option<u16>,
    /// The vendor's code when the whole request was refused.
    pub(crate) code: Option<String>,
    /// The ids or names that it was about.
    pub(crate) items: Vec<String>,
}

/// How many requests are kept; a server that runs for days forgets the oldest.
const MOST_ENTRIES: usize = 100_000;

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    /// In order of arrival.
    pub(crate) entries: Vec<Entry>,
    counts: HashMap<(Cloud, String), u64>,
}

impl Journal {
    /// Adds a request.
    pub(crate) fn add(&mut self, entry: Entry) {
        if self.entries.len() >= MOST_ENTRIES {
            self.entries.drain(..MOST_ENTRIES / 2);
        }
        self.entries.push(entry);
    }

    /// Counts a request of an operation: 1 for the first.
    pub(crate) fn count(&mut self, cloud: Cloud, operation: &str) -> u64 {
        let count = self
            .counts
            .entry((cloud, operation.to_owned()))
            .or_default();
        *count += 1;
        *count
    }
}
