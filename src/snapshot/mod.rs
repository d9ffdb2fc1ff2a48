//! An inventory in a file: what a person saw of many places, to be asked again without the clouds.
//!
//! It is one JSON document of kind `Snapshot` (`docs/schema/snapshot.schema.json`). Things have the fields
//! that lists show, without the vendor's own objects. There are no secrets in it, but it tells who may
//! enter what: files are made for their owner alone.

mod read;
#[cfg(test)]
mod tests;
mod write;

pub use read::parse;
pub use write::text;

use crate::model::Inventory;

/// What a file holds.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// What was read.
    pub inventory: Inventory,
    /// Whether the embedded cloud was asked.
    pub sandbox: bool,
    /// The endpoints that the user chose instead of the vendors'.
    pub endpoint: Option<String>,
}

/// The form of the documents that this program writes and reads.
const SCHEMA: &str = "kpctl/v1";
/// What they call themselves.
const KIND: &str = "Snapshot";
