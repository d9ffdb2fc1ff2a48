//! What tells which machines hold a key.

use crate::model::{CloudId, Resource};

/// Where it stands what holds keys of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holders {
    /// Whether the list of the keys itself tells.
    pub by_key: bool,
    /// Lists of the same scope whose things name the keys that they hold.
    pub lists: &'static [Resource],
    /// Whether that is all that can hold one. Images, launch templates and scaling groups are told of by no
    /// API that kpctl reads, and are never counted.
    pub is_all: bool,
    /// Whether an id means the same thing in every region of an account. Where pairs are known by name, the
    /// same name in another region is another pair.
    pub ids_are_of_account: bool,
    /// Whether a machine that is on goes by what it held until it restarts.
    pub counts_after_restart: bool,
}

/// What tells of the holders of keys of that kind.
pub fn holders(cloud: CloudId, resource: Resource) -> Holders {
    match (cloud, resource) {
        // Pairs do not tell of their instances (spec volcengine 4.3).
        (CloudId::Volcengine, _) => Holders {
            by_key: false,
            lists: &[Resource::Instance],
            is_all: true,
            ids_are_of_account: false,
            // Nothing counts before a restart (spec volcengine 5.2).
            counts_after_restart: true,
        },
        // AssociatedInstanceIds (spec tencent 2.8 and 3). Whether a pair is of a region or of the account is
        // not documented; its id is one of a kind in any case.
        (CloudId::Tencent, _) => Holders {
            by_key: true,
            lists: &[],
            is_all: true,
            ids_are_of_account: true,
            counts_after_restart: false,
        },
        // A user's key is held by the user, and by nothing else.
        (CloudId::Huawei, Resource::CodeartsKey) => Holders {
            by_key: true,
            lists: &[],
            is_all: true,
            ids_are_of_account: false,
            counts_after_restart: false,
        },
        // No call of KPS tells which servers a pair is bound to (spec huawei 7).
        (CloudId::Huawei, _) => Holders {
            by_key: false,
            lists: &[Resource::CphServer],
            is_all: false,
            ids_are_of_account: false,
            counts_after_restart: false,
        },
    }
}
