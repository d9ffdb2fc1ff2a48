//! What comes from outside the command line: environment variables, folders and the config file.

pub mod env;
pub mod file;
pub mod paths;
pub mod variables;

pub use env::Env;
pub use file::Config;
