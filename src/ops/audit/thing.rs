//! What is judged: each key of an inventory once, wherever it was seen, and which key it is.

use std::collections::{BTreeMap, HashMap};

use super::report::Subject;
use crate::model::{Address, CloudId, Facts, Holding, Inventory, Material, Record, Usage};
use crate::sshkey::{Fingerprint, Form, PublicKey};

/// A key, once. A cloud may show the same key pair in each of its regions.
pub(super) struct Thing<'a> {
    /// What is known of it.
    pub(super) record: &'a Record,
    /// Every place where it was seen, in the order of their texts; at least one.
    pub(super) addresses: Vec<Address>,
    /// What holds it, over all those places.
    pub(super) usage: Option<Usage>,
    /// The account that it is in.
    pub(super) account: Account,
    /// Which key it is; `None` when its cloud does not tell.
    pub(super) identity: Option<Identity<'a>>,
}

/// An account of a cloud.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Account {
    /// The cloud.
    pub(super) cloud: CloudId,
    /// Its id, or the profile that belongs to it.
    pub(super) name: String,
    /// Whether it is the id. Two profiles may belong to one account.
    pub(super) is_id: bool,
}

impl Account {
    /// The account of that thing, as far as its cloud told.
    pub(super) fn of(inventory: &Inventory, scope: &crate::model::Scope) -> Self {
        let profile = (scope.cloud, scope.profile.clone());
        Self {
            cloud: scope.cloud,
            name: inventory.account_of(scope).to_owned(),
            is_id: inventory.accounts.contains_key(&profile),
        }
    }

    /// For people.
    pub(super) fn shown(&self) -> String {
        let kind = if self.is_id { "account" } else { "profile" };
        format!("{} {kind} {}", self.cloud, self.name.escape_debug())
    }
}

/// Which key it is.
#[derive(Clone)]
pub(super) struct Identity<'a> {
    /// The fingerprint that stands for it: equal for equal keys only.
    pub(super) shown: String,
    /// The public key, where some cloud shows it.
    pub(super) key: Option<&'a PublicKey>,
    /// Its own cloud shows a digest only.
    pub(super) digest: Option<Fingerprint>,
}

impl Thing<'_> {
    /// The key that it is, in findings.
    pub(super) fn subject(&self) -> Subject {
        Subject {
            address: self.addresses.first().cloned(),
            shown: self.addresses.iter().map(Address::to_string).collect(),
        }
    }

    /// What stays the same of it from one audit to the next.
    pub(super) fn stable(&self) -> String {
        let first = self.addresses.first().map(|first| {
            let region = &first.scope.region;
            format!("{region}\n{}\n{}", first.resource, first.id)
        });
        let Account { cloud, name, .. } = &self.account;
        format!("{cloud}\n{name}\n{}", first.unwrap_or_default())
    }

    /// Whether both are known to be different keys; `None` when nobody can tell.
    pub(super) fn differs(&self, other: &Self) -> Option<bool> {
        let (mine, theirs) = (self.identity.as_ref()?, other.identity.as_ref()?);
        if mine.shown == theirs.shown {
            return Some(false);
        }
        match (mine.key, theirs.key) {
            (Some(_), Some(_)) => Some(true),
            // What one cloud makes its digests of is the same for both, whatever it is.
            (None, None) if self.account.cloud == other.account.cloud => {
                (form(mine) == form(theirs)).then_some(true)
            }
            _ => None,
        }
    }
}

/// The algorithm of a digest.
fn form(identity: &Identity<'_>) -> Option<u8> {
    identity.digest.map(|digest| match digest {
        Fingerprint::Md5(_) => 0,
        Fingerprint::Sha1(_) => 1,
        Fingerprint::Sha256(_) => 2,
    })
}

/// The keys of an inventory, those of KMS among them, in the order of their addresses.
pub(super) fn things(inventory: &Inventory) -> Vec<Thing<'_>> {
    let known = known_keys(inventory);
    let mut sights: Vec<(String, &Holding)> = Vec::new();
    for holding in &inventory.holdings {
        if let (true, Some(address)) = (is_judged(&holding.record), &holding.record.address) {
            sights.push((address.to_string(), holding));
        }
    }
    sights.sort_by_cached_key(|(shown, holding)| {
        let record = &holding.record;
        let identity = identity(record.material(), &known).map(|identity| identity.shown);
        let rest = format!("{:?} {:?}", record.facts, holding.usage);
        (shown.clone(), label(record), identity, rest)
    });
    let mut things: Vec<Thing<'_>> = Vec::new();
    let mut seen: BTreeMap<_, usize> = BTreeMap::new();
    for (_, holding) in sights {
        let record = &holding.record;
        let Some(address) = record.address.clone() else {
            continue;
        };
        let account = Account::of(inventory, &record.scope);
        let identity = identity(record.material(), &known);
        let shown = identity.as_ref().map(|identity| identity.shown.clone());
        let region = region_of_names(record);
        let id = (account.clone(), address.resource, record.id.clone());
        let id = (id, label(record), shown, region);
        if let Some(thing) = seen.get(&id).and_then(|at| things.get_mut(*at)) {
            if !thing.addresses.contains(&address) {
                thing.addresses.push(address);
            }
            thing.usage = both(thing.usage.take(), holding.usage.as_ref());
            continue;
        }
        seen.insert(id, things.len());
        things.push(Thing {
            record,
            addresses: vec![address],
            usage: holding.usage.clone(),
            account,
            identity,
        });
    }
    things
}

fn is_judged(record: &Record) -> bool {
    record.is_ssh_key() || matches!(record.facts, Facts::KmsKey(_))
}

/// What tells two things of one name apart: the cloud's own id, and when they were made.
fn label(record: &Record) -> (String, String) {
    let made = match &record.facts {
        Facts::KmsKey(key) => key.created_at.map(|made| made.to_string()),
        _ => record.created_at().map(str::to_owned),
    };
    let other_id = record.other_id().unwrap_or_default();
    (other_id.to_owned(), made.unwrap_or_default())
}

/// The region of a thing that is known by its name alone: without an id and a date, nothing says that
/// two of that name are one.
fn region_of_names(record: &Record) -> Option<String> {
    let is_named = record.id == record.name();
    let (other_id, made) = label(record);
    (is_named && other_id.is_empty() && made.is_empty()).then(|| record.scope.region.clone())
}

/// What holds it, seen from two places.
fn both(one: Option<Usage>, other: Option<&Usage>) -> Option<Usage> {
    let (Some(mut one), Some(other)) = (one, other) else {
        return None;
    };
    for holder in &other.holders {
        if !one.holders.contains(holder) {
            one.holders.push(holder.clone());
        }
    }
    one.is_complete &= other.is_complete;
    Some(one)
}

/// The public keys that some cloud shows, by every digest that they have.
fn known_keys(inventory: &Inventory) -> HashMap<Fingerprint, &PublicKey> {
    let mut known = HashMap::new();
    for holding in &inventory.holdings {
        let Material::Key(key) = holding.record.material() else {
            continue;
        };
        for form in Form::ALL {
            if let Some(digest) = key.fingerprint(form) {
                known.insert(digest, key);
            }
        }
    }
    known
}

fn identity<'a>(
    material: &'a Material,
    known: &HashMap<Fingerprint, &'a PublicKey>,
) -> Option<Identity<'a>> {
    let (key, digest) = match material {
        Material::Key(key) => (Some(key), None),
        Material::Digest(digest) => (known.get(digest).copied(), Some(*digest)),
        Material::Unknown => return None,
    };
    let shown = match (key, digest) {
        (Some(key), _) => key.sha256().to_string(),
        (None, digest) => digest?.to_string(),
    };
    Some(Identity { shown, key, digest })
}
