//! The words of the program: clouds, addresses, outcomes, and what a user can ask for.

mod address;
mod change;
mod cloud;
mod inventory;
mod outcome;
mod pattern;
mod protect;
mod record;
mod scope_pattern;

pub use address::{Address, Scope};
pub use change::{
    Access, Amendment, Binding, ChangeRequest, FailedTasks, Keeper, KeyStateChange, NewKeyPair,
    Power, Protection, RepositoryKeys,
};
pub use cloud::{CloudId, Resource};
pub use inventory::{Holding, Inventory, Place, Sight, Usage, Visit};
pub use outcome::{ItemState, Outcome, ResultClass, Status, exit_code};
pub use pattern::Pattern;
pub use protect::{Cover, ProtectRule};
pub use record::{
    CodeartsKey, CphServer, Facts, Fingerprints, Instance, KeyPair, KmsKey, ListRequest, Listing,
    Material, Record, Task, Visibility,
};
pub use scope_pattern::{Name, ScopePattern, Whose};
