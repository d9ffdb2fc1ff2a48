//! The promise, kept once for every change of every cloud (product contract, section 3).

pub mod audit;
pub mod change;
pub mod consent;
pub mod protect;
mod settle;
#[cfg(test)]
mod tests;
mod work;
