//! What is known of many places at once: what was read, what it holds, and what could not be seen.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};

use super::{Address, CloudId, Record, Resource, Scope};
use crate::error::Error;

/// One kind of thing in one scope: what one list tells of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// Where. The region is `*` where it is not known which regions there are.
    pub scope: Scope,
    /// What.
    pub resource: Resource,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.scope, self.resource)
    }
}

/// What came of reading a place.
#[derive(Clone, Debug)]
pub enum Sight {
    /// All of it was read.
    Seen,
    /// The account does not have the region or the service there, so that it holds nothing: a fact, not
    /// a gap. Why, for people.
    NotEnabled(String),
    /// It could not be read, or not to its end.
    Unseen(Error),
}

/// A place that was to be read, and what came of it.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The place.
    pub place: Place,
    /// What came of it.
    pub sight: Sight,
}

/// What holds a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// What is known to hold it, each once.
    pub holders: Vec<Address>,
    /// Whether that is all. Some clouds do not tell what holds a key, and some places cannot be read.
    pub is_complete: bool,
}

impl Usage {
    /// Whether nothing holds the key, as far as everything was seen; `None` is not known.
    pub fn is_unused(&self) -> Option<bool> {
        match (self.holders.is_empty(), self.is_complete) {
            (false, _) => Some(false),
            (true, true) => Some(true),
            (true, false) => None,
        }
    }
}

/// A thing, and what holds it.
#[derive(Clone, Debug)]
pub struct Holding {
    /// The thing.
    pub record: Record,
    /// What holds it; `None` when nobody looked, and for what is no key.
    pub usage: Option<Usage>,
}

/// Everything that was read of many places.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// When the reading began; `None` for one that was made up.
    pub taken_at: Option<DateTime<Utc>>,
    /// The places, in the order of clouds, profiles, regions.
    pub visits: Vec<Visit>,
    /// The things, in the order of their places.
    pub holdings: Vec<Holding>,
    /// The accounts that profiles belong to, as far as the clouds told.
    pub accounts: BTreeMap<(CloudId, String), String>,
    /// What else should be known.
    pub warnings: Vec<String>,
}

impl Inventory {
    /// Whether everything that was to be read was read.
    pub fn is_complete(&self) -> bool {
        self.unseen().next().is_none()
    }

    /// The places that could not be read, and why.
    pub fn unseen(&self) -> impl Iterator<Item = (&Place, &Error)> {
        self.visits.iter().filter_map(|visit| match &visit.sight {
            Sight::Unseen(error) => Some((&visit.place, error)),
            Sight::Seen | Sight::NotEnabled(_) => None,
        })
    }

    /// The keys of SSH among the things.
    pub fn keys(&self) -> impl Iterator<Item = &Holding> {
        let is_key = |holding: &&Holding| holding.record.is_ssh_key();
        self.holdings.iter().filter(is_key)
    }

    /// The account of a scope: its id, or the profile where the cloud did not tell.
    pub fn account_of<'a>(&'a self, scope: &'a Scope) -> &'a str {
        let name = (scope.cloud, scope.profile.clone());
        self.accounts.get(&name).unwrap_or(&scope.profile)
    }
}
