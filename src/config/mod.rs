//! What comes from outside the command line: environment variables and folders.

pub mod env;
pub mod paths;

pub use env::Env;
