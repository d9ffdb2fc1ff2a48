//! What the vendors' documents say of names, keys and numbers of key pairs, for whoever works on many
//! clouds at once. The rules themselves are with each vendor.

use super::{huawei, tencent, unsupported, volcengine};
use crate::error::Error;
use crate::model::{CloudId, Resource};
use crate::sshkey::PublicKey;

/// The name itself when it can be the name of such a thing, else the nearest one that can; a usage error
/// when nothing is left of it. What comes out goes in unchanged.
pub fn legal_name(cloud: CloudId, resource: Resource, wanted: &str) -> Result<String, Error> {
    let name = match (cloud, resource) {
        (CloudId::Volcengine, Resource::KeyPair) => volcengine::names::legal(wanted),
        (CloudId::Tencent, Resource::KeyPair | Resource::LighthouseKeyPair) => {
            tencent::rules::legal(wanted)
        }
        (CloudId::Huawei, Resource::KeyPair) => huawei::rules::legal_name(wanted),
        (CloudId::Huawei, Resource::CodeartsKey) => huawei::rules::legal_title(wanted),
        _ => return Err(unsupported(cloud)),
    };
    name.ok_or_else(|| {
        let shown: String = wanted.chars().take(80).collect();
        Error::usage(format!(
            "'{}' leaves nothing that could name a {resource} of {cloud}",
            shown.escape_debug()
        ))
        .hint("Choose a name with Latin letters and digits, such as deploy2026.")
        .cloud(cloud)
    })
}

/// Whether a public key can be put there: an error when it is certainly refused, a warning when it may be.
pub fn takes_key(
    cloud: CloudId,
    resource: Resource,
    key: &PublicKey,
) -> Result<Option<String>, Error> {
    match (cloud, resource) {
        (CloudId::Volcengine, Resource::KeyPair) => Ok(volcengine::names::doubt(key)),
        (CloudId::Tencent, Resource::KeyPair | Resource::LighthouseKeyPair) => {
            Ok(tencent::rules::key(key))
        }
        (CloudId::Huawei, Resource::KeyPair) => Ok(huawei::rules::doubt(key)),
        (CloudId::Huawei, Resource::CodeartsKey) => {
            huawei::rules::check_repository_key(key).map_err(|error| error.cloud(cloud))
        }
        _ => Err(unsupported(cloud)),
    }
}

/// How many things of a kind there can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// So many.
    pub most: u32,
    /// Whether each region has its own number. Otherwise the account has, or it is not known.
    pub per_region: bool,
    /// Where that is documented, for people.
    pub source: &'static str,
}

/// The documented limit on things of a kind; `None` when none is documented. An account may have been
/// granted more.
pub fn quota(cloud: CloudId, resource: Resource) -> Option<Quota> {
    match (cloud, resource) {
        // Spec volcengine 4.
        (CloudId::Volcengine, Resource::KeyPair) => Some(Quota {
            most: 500,
            per_region: true,
            source: "Volcengine's documentation of ECS key pairs (6396/120445)",
        }),
        // Spec tencent 2.1. Whether regions count apart is not documented.
        (CloudId::Tencent, Resource::KeyPair) => Some(Quota {
            most: 100,
            per_region: false,
            source: "Tencent Cloud's documentation of InvalidKeyPair.LimitExceeded",
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
