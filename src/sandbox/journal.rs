//! What this process was asked, in order: for tests, and for the counts of fault rules.

use std::collections::HashMap;

use serde::Serialize;

use super::cloud::Cloud;

/// One handled request.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Entry {
    /// Its cloud.
    pub(crate) cloud: &'static str,
    /// Its region; null where nothing in the request tells it.
    pub(crate) region: Option<String>,
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

/// The number of a request among those of its operation, from 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts {
    /// In all regions together.
    pub(crate) anywhere: u64,
    /// In its own region, or among those whose region is not known.
    pub(crate) in_region: u64,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    /// In order of arrival.
    pub(crate) entries: Vec<Entry>,
    anywhere: HashMap<(Cloud, String), u64>,
    in_region: HashMap<(Cloud, Option<String>, String), u64>,
}

impl Journal {
    /// Adds a request.
    pub(crate) fn add(&mut self, entry: Entry) {
        if self.entries.len() >= MOST_ENTRIES {
            self.entries.drain(..MOST_ENTRIES / 2);
        }
        self.entries.push(entry);
    }

    /// Counts a request of an operation.
    pub(crate) fn count(&mut self, cloud: Cloud, region: Option<&str>, operation: &str) -> Counts {
        let one_more = |count: &mut u64| {
            *count += 1;
            *count
        };
        let anywhere = (cloud, operation.to_owned());
        let in_region = (cloud, region.map(str::to_owned), operation.to_owned());
        Counts {
            anywhere: one_more(self.anywhere.entry(anywhere).or_default()),
            in_region: one_more(self.in_region.entry(in_region).or_default()),
        }
    }
}
