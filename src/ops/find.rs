//! Where a key is: the same key has many names and many fingerprints, so identity is the key itself, and
//! where a cloud does not show it, the digest that it shows.

use std::collections::{BTreeMap, HashMap};

use crate::model::{CloudId, Holding, Inventory, Material, Place};
use crate::sshkey::{Fingerprint, Form, PublicKey};

/// What is looked for.
#[derive(Clone, Debug)]
pub enum Sought {
    /// A key.
    Key(PublicKey),
    /// A key of which only a fingerprint is known.
    Digest(Fingerprint),
}

/// How a thing was recognised as the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// By the public key itself.
    Exact,
    /// By a digest that the key has in this form.
    Digest(Form),
    /// By a digest that is the very one that is looked for; what it was made of is not known.
    Same,
}

impl Match {
    /// The word in documents.
    pub fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Digest(_) | Self::Same => "digest",
        }
    }

    /// The form of the digest, where it is known.
    pub fn form(self) -> Option<Form> {
        match self {
            Self::Digest(form) => Some(form),
            Self::Exact | Self::Same => None,
        }
    }
}

/// Keys that could not be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    /// Where they are.
    pub place: Place,
    /// How many.
    pub count: usize,
    /// Why, and what helps.
    pub reason: &'static str,
}

/// Where a key was found.
#[derive(Debug)]
pub struct Found<'a> {
    /// The key, given or learned from a place that shows it.
    pub key: Option<PublicKey>,
    /// What is the key.
    pub hits: Vec<(&'a Holding, Match)>,
    /// What may be the key, for all that can be seen.
    pub undecided: Vec<Undecided>,
    /// What rests on a guess.
    pub warnings: Vec<String>,
}

/// Why a fingerprint cannot be compared with another.
const OTHER_DIGEST: &str =
    "only a fingerprint of another sort is shown; look with the public key instead";
/// Why a SHA-1 that is none of the key's own says nothing: some clouds make it of the private half.
const OF_PRIVATE_HALF: &str =
    "the fingerprint shown may be one of the private half, which no public key tells";
/// Why a thing cannot be compared at all.
const NOTHING_SHOWN: &str = "the cloud shows neither key nor fingerprint";

/// Looks for a key. Where only a fingerprint is given, the first pass learns the key from a place that
/// shows it, and the second compares every place with it.
pub fn find<'a>(inventory: &'a Inventory, sought: &Sought) -> Found<'a> {
    let learned = match sought {
        Sought::Key(key) => Some(key.clone()),
        Sought::Digest(digest) => learn(inventory, digest),
    };
    let forms = learned.as_ref().map(forms).unwrap_or_default();
    let mut hits = Vec::new();
    let mut undecided: Vec<Undecided> = Vec::new();
    let mut guessed: BTreeMap<CloudId, usize> = BTreeMap::new();
    let mut doubt = |holding: &Holding, reason| {
        let Some(address) = &holding.record.address else {
            return;
        };
        let place = Place {
            scope: address.scope.clone(),
            resource: address.resource,
        };
        let known = undecided
            .iter_mut()
            .find(|known| known.place == place && known.reason == reason);
        match known {
            Some(known) => known.count += 1,
            None => undecided.push(Undecided {
                place,
                count: 1,
                reason,
            }),
        }
    };
    for holding in inventory.keys() {
        let cloud = holding.record.scope.cloud;
        match (holding.record.material(), &learned, sought) {
            (Material::Key(own), Some(key), _) => {
                if own.same_material(key) {
                    hits.push((holding, Match::Exact));
                }
            }
            // The digest is not one of this key's: learning would have found it.
            (Material::Key(_), None, _) => {}
            (Material::Digest(shown), _, Sought::Digest(digest)) if shown == digest => {
                let by = forms
                    .get(shown)
                    .map_or(Match::Same, |form| Match::Digest(*form));
                hits.push((holding, by));
            }
            (Material::Digest(shown), Some(_), _) => match forms.get(shown) {
                Some(form) => hits.push((holding, Match::Digest(*form))),
                None if matches!(shown, Fingerprint::Sha1(_)) => doubt(holding, OF_PRIVATE_HALF),
                None => *guessed.entry(cloud).or_default() += 1,
            },
            (Material::Digest(shown), None, Sought::Digest(digest)) => {
                if std::mem::discriminant(shown) == std::mem::discriminant(digest) {
                    *guessed.entry(cloud).or_default() += 1;
                } else {
                    doubt(holding, OTHER_DIGEST);
                }
            }
            (Material::Digest(_), None, Sought::Key(_)) | (Material::Unknown, ..) => {
                doubt(holding, NOTHING_SHOWN);
            }
        }
    }
    let warnings = guessed.into_iter().map(|(cloud, count)| {
        let keys = if count == 1 {
            "1 key is".to_owned()
        } else {
            format!("{count} keys are")
        };
        format!(
            "{keys} not this one on {cloud} as far as a fingerprint tells: the cloud shows no public key, and \
             what its fingerprint is made of is not verified"
        )
    });
    Found {
        warnings: warnings.collect(),
        key: learned,
        hits,
        undecided,
    }
}

/// The key of that fingerprint, from a place that shows the key. The usual forms first: they were made
/// when the keys were read.
fn learn(inventory: &Inventory, digest: &Fingerprint) -> Option<PublicKey> {
    let keys = || {
        inventory
            .keys()
            .filter_map(|holding| match holding.record.material() {
                Material::Key(key) => Some(key),
                Material::Digest(_) | Material::Unknown => None,
            })
    };
    let usual = keys().find(|key| key.sha256() == *digest || key.md5() == *digest);
    usual
        .or_else(|| keys().find(|key| key.matches(digest)))
        .cloned()
}

/// All fingerprints that a key has.
fn forms(key: &PublicKey) -> HashMap<Fingerprint, Form> {
    let forms = Form::ALL.into_iter().rev();
    forms
        .filter_map(|form| Some((key.fingerprint(form)?, form)))
        .collect()
}

#[cfg(test)]
mod tests;
