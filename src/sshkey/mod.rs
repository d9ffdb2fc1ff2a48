//! SSH keys: public ones and their fingerprints, private ones, and the files that hold them. Nothing
//! here talks to a person or to a cloud.

mod der;
pub mod file;
pub mod fingerprint;
pub mod form;
mod pem;
pub mod private;
pub mod public;

pub use fingerprint::Fingerprint;
pub use form::Form;
pub use private::{KeyFormat, KeyType, PrivateKey};
pub use public::PublicKey;
