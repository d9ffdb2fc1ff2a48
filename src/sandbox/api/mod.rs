//! The operations of the three clouds, one table per cloud, and one for their metadata services.
//!
//! An operation is a row in the table of its service and a function from a call to an answer or a refusal. Recognition,
//! signatures, faults, locking, envelopes and the journal are done around it.

pub(crate) mod huawei;
pub(crate) mod metadata;
pub(crate) mod tencent;
pub(crate) mod volcengine;

use chrono::{DateTime, Utc};

use super::cloud::Cloud;
use super::issued::{Issued, Keys};
use super::quirks::Quirk;

/// What an operation may know about its surroundings.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    /// The server's clock.
    pub(crate) now: DateTime<Utc>,
    /// The id under which this request is answered.
    pub(crate) request_id: &'a str,
    /// The unusual answers that were asked for.
    pub(crate) quirks: &'a [Quirk],
    /// The temporary credentials of this process.
    pub(crate) issued: &'a Issued,
    /// The one among them that the request claims to be signed with. Operations run only when it was.
    pub(crate) signer: Option<&'a Keys>,
    /// The first item is to be refused because of its rate.
    pub(crate) throttle_item: bool,
}

impl Context<'_> {
    /// Whether a quirk was asked for.
    pub(crate) fn has(&self, quirk: Quirk) -> bool {
        self.quirks.contains(&quirk)
    }
}

/// The names of all operations of a cloud.
pub(crate) fn operations(cloud: Cloud) -> Vec<&'static str> {
    let mut names: Vec<_> = match cloud {
        Cloud::Volcengine => volcengine::operations().map(|row| row.name).collect(),
        Cloud::Tencent => tencent::operations().map(|row| row.name).collect(),
        Cloud::Huawei => huawei::operations().map(|row| row.name).collect(),
    };
    names.extend(metadata::operations(cloud).map(|row| row.name));
    names.sort_unstable();
    names.dedup(); // several services may have an operation of one name
    names
}

/// Those of them whose answers carry errors of single items.
pub(crate) fn operations_with_item_errors(cloud: Cloud) -> Vec<&'static str> {
    match cloud {
        Cloud::Volcengine => volcengine::operations()
            .filter(|row| row.has_item_errors)
            .map(|row| row.name)
            .collect(),
        Cloud::Tencent => Vec::new(),
        Cloud::Huawei => huawei::operations()
            .filter(|row| row.has_item_errors)
            .map(|row| row.name)
            .collect(),
    }
}
