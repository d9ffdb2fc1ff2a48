//! Rules that keep keys from being taken away.

use super::{Facts, Material, Pattern, Record};
use crate::sshkey::Fingerprint;

/// One rule: whatever any of its parts fits is protected.
#[derive(Clone, Debug, Default)]
pub struct ProtectRule {
    /// Names or ids.
    pub names: Vec<Pattern>,
    /// The keys themselves.
    pub fingerprints: Vec<Fingerprint>,
    /// Tags, of any value where none is named.
    pub tags: Vec<(String, Option<String>)>,
    /// Why, for whoever meets the rule.
    pub reason: Option<String>,
}

/// Whether a rule keeps something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// The cloud shows too little of the key to compare it.
    Unknown,
}

impl ProtectRule {
    /// Whether the rule keeps something of that name or id, by its names alone.
    pub fn covers_name(&self, name: &str) -> bool {
        self.names.iter().any(|pattern| pattern.fits(name))
    }

    /// Whether the rule keeps a thing.
    pub fn covers(&self, record: &Record) -> Cover {
        let handles = [Some(record.name()), Some(&*record.id), record.other_id()];
        let mut handles = handles.into_iter().flatten();
        if handles.any(|handle| self.covers_name(handle)) || self.has_tag(record) {
            return Cover::Yes;
        }
        let material = match &record.facts {
            Facts::KeyPair(pair) => &pair.material,
            Facts::CodeartsKey(key) => &key.material,
            // What is no key of SSH has no fingerprint.
            _ => return Cover::No,
        };
        if self.fingerprints.is_empty() {
            return Cover::No;
        }
        match material {
            Material::Key(key) if self.fingerprints.iter().any(|one| key.matches(one)) => {
                Cover::Yes
            }
            Material::Key(_) => Cover::No,
            Material::Digest(digest) if self.fingerprints.contains(digest) => Cover::Yes,
            Material::Digest(digest)
                if self.fingerprints.iter().any(|one| same_form(one, digest)) =>
            {
                Cover::No
            }
            Material::Digest(_) | Material::Unknown => Cover::Unknown,
        }
    }

    fn has_tag(&self, record: &Record) -> bool {
        let Facts::KeyPair(pair) = &record.facts else {
            return false;
        };
        let tags = pair.tags.as_deref().unwrap_or_default();
        self.tags.iter().any(|(name, value)| {
            tags.iter()
                .any(|(own, is)| own == name && value.as_ref().is_none_or(|value| value == is))
        })
    }
}

fn same_form(one: &Fingerprint, other: &Fingerprint) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}
