//! The promise, kept once for every change of every cloud (product contract, section 3).

pub mod audit;
pub mod change;
pub mod consent;
pub mod find;
mod held;
pub mod identity;
pub mod plan;
pub mod protect;
pub mod revoke;
mod settle;
pub mod sweep;
#[cfg(test)]
mod tests;
pub mod usage;
mod work;
