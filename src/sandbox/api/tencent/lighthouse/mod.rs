//! Lighthouse, version 2020-03-24: simple servers with key pairs of their own (spec tencent 3).

mod bindings;
mod instances;
mod key_pairs;

// The files of this folder reach these through `super`, too.
use super::product::Product::Lighthouse;
use super::{Call, Effect, Operation, Quirk, Refusal};

/// The version of all operations.
const VERSION: &str = "2020-03-24";

/// All operations.
pub(crate) fn operations() -> impl Iterator<Item = &'static Operation> {
    key_pairs::OPERATIONS
        .iter()
        .chain(bindings::OPERATIONS)
        .chain(instances::OPERATIONS)
}
