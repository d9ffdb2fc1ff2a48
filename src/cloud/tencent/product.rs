//! The two products that have instances and key pairs: CVM and Lighthouse. They share nothing but
//! their shape, so what works on one works on the other by naming it (spec tencent 0 and 3).

use super::cvm::ModifyKeyPairAttribute;
use super::shapes::{Accepted, Created, Imported};
use super::wire::TencentWire;
use crate::cloud::operation::Operation;
use crate::error::Error;
use crate::model::{Binding, NewKeyPair, Resource};
use crate::sshkey::PublicKey;

/// A product with instances and key pairs.
pub(super) trait Product: 'static {
    /// The vendor's short name, and the first part of the host.
    const SERVICE: &'static str;
    /// The API version.
    const VERSION: &'static str;
    /// The product's name, for people.
    const NAME: &'static str;
    /// Its key pairs.
    const KEY_PAIR: Resource;
    /// How the ids of its key pairs start.
    const KEY_PREFIX: &'static str;
    /// How the ids of its instances start.
    const INSTANCE_PREFIX: &'static str;
    /// Most key pairs in one deletion (spec tencent 2.4 and 3).
    const MOST_DELETED: usize;
    /// What else than an instance can hold a key pair, for people.
    const IMAGE: &'static str;

    /// Without any measure a machine may be on while its key pairs change.
    const CHANGES_ONLINE: bool;
    /// The service itself starts a machine again that it powered off for a change.
    const STARTS_AGAIN: bool;
    /// What binding a key pair does to password login, for people.
    const PASSWORD_NOTE: &'static str;

    /// Makes a pair in the cloud.
    type Create: Operation<Cloud = TencentWire, Response = Created>;
    /// Takes a public key.
    type Import: Operation<Cloud = TencentWire, Response = Imported>;

    /// Binds key pairs to instances.
    type Bind: Operation<Cloud = TencentWire, Response = Accepted>;
    /// Takes key pairs off instances.
    type Unbind: Operation<Cloud = TencentWire, Response = Accepted>;

    /// Judges what only this product knows of in a new pair, before anything is sent.
    fn check(pair: &NewKeyPair) -> Result<(), Error>;

    /// The request that makes a pair.
    fn create(pair: &NewKeyPair) -> Self::Create;

    /// The request that takes a public key.
    fn import(pair: &NewKeyPair, key: &PublicKey) -> Self::Import;

    /// The call that gives a new pair its description, where it has one.
    fn describe(pair: &NewKeyPair, id: &str) -> Option<ModifyKeyPairAttribute>;

    /// Judges what only this product knows of in a binding, before anything is sent.
    fn check_binding(binding: &Binding) -> Result<(), Error>;

    /// The request that binds key pairs.
    fn bind(instances: Vec<String>, keys: Vec<String>, means: Means) -> Self::Bind;

    /// The request that takes key pairs off.
    fn unbind(instances: Vec<String>, keys: Vec<String>, means: Means) -> Self::Unbind;

    /// This product's code for a state that CVM has a code for.
    fn code(of_cvm: &'static str) -> &'static str;
}

/// How key pairs are changed on instances.
#[derive(Clone, Debug)]
pub(super) struct Means {
    /// One of the instances is on, and is powered off for it.
    pub(super) cut: bool,
    /// Machines are off while it happens, whether they were on or not.
    pub(super) offline: bool,
    /// The user on the machine.
    pub(super) user: Option<String>,
}
