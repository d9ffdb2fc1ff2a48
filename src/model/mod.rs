//! The words of the program: clouds, addresses, outcomes, and what a user can ask for.

mod address;
mod change;
mod cloud;
mod outcome;

pub use address::{Address, Scope};
pub use change::{ChangeRequest, RepositoryKeys};
pub use cloud::{CloudId, Resource};
pub use outcome::{ItemState, Outcome, ResultClass, Status, exit_code};
