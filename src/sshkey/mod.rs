//! SSH keys as texts: public keys and their fingerprints. Nothing here reads a file, and a private
//! key is recognised only to be refused.

pub mod fingerprint;
pub mod public;

pub use fingerprint::Fingerprint;
pub use public::PublicKey;
