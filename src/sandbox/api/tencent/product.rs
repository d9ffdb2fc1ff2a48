//! The two products that have key pairs. They share nothing but the shape of things (spec tencent 0): each has its own
//! lists, its own ids and its own codes.

use super::state::{Image, Instance, KeyPair, Region};
use super::{Call, Refusal};

/// Ids in one call (spec tencent 2, 3).
pub(crate) const MOST_IDS: usize = 100;

/// A product, by what its answers call things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Product {
    /// Cloud virtual machines.
    Cvm,
    /// Simple servers.
    Lighthouse,
}

/// The codes in which the products differ.
#[derive(Debug)]
pub(crate) struct Codes {
    pub(crate) key_malformed: &'static str,
    pub(crate) key_not_found: &'static str,
    pub(crate) key_in_use: &'static str,
    pub(crate) key_of_image: &'static str,
    pub(crate) instance_malformed: &'static str,
    pub(crate) instance_not_found: &'static str,
    /// In front of the three codes for a name that does not keep the rules.
    pub(crate) name_prefix: &'static str,
    pub(crate) name_taken: &'static str,
    pub(crate) public_key_malformed: &'static str,
    pub(crate) public_key_taken: &'static str,
    pub(crate) quota: &'static str,
    pub(crate) ids_with_filters: &'static str,
    pub(crate) filter_unknown: &'static str,
    pub(crate) filter_values: &'static str,
    pub(crate) offset: &'static str,
    pub(crate) limit: &'static str,
}

const CVM: Codes = Codes {
    key_malformed: "InvalidKeyPairId.Malformed",
    key_not_found: "InvalidKeyPairId.NotFound",
    key_in_use: "InvalidParameterValue.KeyPairNotSupported",
    key_of_image: "InvalidParameterValue.KeyPairNotSupported",
    instance_malformed: "InvalidInstanceId.Malformed",
    instance_not_found: "InvalidInstanceId.NotFound",
    name_prefix: "",
    name_taken: "InvalidKeyPairName.Duplicate",
    public_key_malformed: "InvalidPublicKey.Malformed",
    public_key_taken: "InvalidPublicKey.Duplicate",
    quota: "InvalidKeyPair.LimitExceeded",
    ids_with_filters: "InvalidParameter",
    filter_unknown: "InvalidFilter",
    filter_values: "InvalidFilterValue.LimitExceeded",
    offset: "InvalidParameterValueOffset",
    limit: "InvalidParameterValueLimit",
};

const LIGHTHOUSE: Codes = Codes {
    key_malformed: "InvalidParameterValue.KeyPairIdMalformed",
    key_not_found: "ResourceNotFound.KeyIdNotFound",
    key_in_use: "ResourceInUse.KeyPairInUse",
    key_of_image: "UnsupportedOperation.KeyPairBindToBlueprints",
    instance_malformed: "InvalidParameterValue.InstanceIdMalformed",
    instance_not_found: "ResourceNotFound.InstanceIdNotFound",
    name_prefix: "InvalidParameterValue.",
    name_taken: "InvalidParameterValue.DuplicateParameterValue",
    public_key_malformed: "InvalidParameterValue.KeyPairPublicKeyMalformed",
    public_key_taken: "InvalidParameterValue.KeyPairPublicKeyDuplicated",
    quota: "LimitExceeded.KeyPairLimitExceeded",
    ids_with_filters: "InvalidParameter.ParameterConflict",
    filter_unknown: "InvalidParameter.InvalidFilter",
    filter_values: "InvalidParameterValue.LimitExceeded",
    offset: "InvalidParameterValue.Negative",
    limit: "InvalidParameterValue.OutOfRange",
};

impl Product {
    pub(crate) fn codes(self) -> &'static Codes {
        match self {
            Self::Cvm => &CVM,
            Self::Lighthouse => &LIGHTHOUSE,
        }
    }

    /// What the ids of its key pairs begin with.
    pub(crate) fn key_prefix(self) -> &'static str {
        match self {
            Self::Cvm => "skey-",
            Self::Lighthouse => "lhkp-",
        }
    }

    fn instance_prefix(self) -> &'static str {
        match self {
            Self::Cvm => "ins-",
            Self::Lighthouse => "lhins-",
        }
    }

    pub(crate) fn key_pairs(self, region: &Region) -> &Vec<KeyPair> {
        match self {
            Self::Cvm => &region.key_pairs,
            Self::Lighthouse => &region.lighthouse.key_pairs,
        }
    }

    pub(crate) fn key_pairs_mut(self, region: &mut Region) -> &mut Vec<KeyPair> {
        match self {
            Self::Cvm => &mut region.key_pairs,
            Self::Lighthouse => &mut region.lighthouse.key_pairs,
        }
    }

    pub(crate) fn instances(self, region: &Region) -> &Vec<Instance> {
        match self {
            Self::Cvm => &region.instances,
            Self::Lighthouse => &region.lighthouse.instances,
        }
    }

    pub(crate) fn instances_mut(self, region: &mut Region) -> &mut Vec<Instance> {
        match self {
            Self::Cvm => &mut region.instances,
            Self::Lighthouse => &mut region.lighthouse.instances,
        }
    }

    pub(crate) fn images(self, region: &Region) -> &Vec<Image> {
        match self {
            Self::Cvm => &region.images,
            Self::Lighthouse => &region.lighthouse.blueprints,
        }
    }

    /// Count and form of key pair ids.
    pub(crate) fn check_key_ids(self, ids: &[String], most: usize) -> Result<(), Refusal> {
        let malformed = self.codes().key_malformed;
        self.check_ids(ids, ("KeyIds", most), self.key_prefix(), malformed)
    }

    /// Count and form of instance ids.
    pub(crate) fn check_instance_ids(self, ids: &[String]) -> Result<(), Refusal> {
        let list = ("InstanceIds", MOST_IDS);
        let malformed = self.codes().instance_malformed;
        self.check_ids(ids, list, self.instance_prefix(), malformed)
    }

    fn check_ids(
        self,
        ids: &[String],
        (list, most): (&str, usize),
        prefix: &str,
        malformed: &str,
    ) -> Result<(), Refusal> {
        if ids.len() > most {
            return Err(Refusal::new(
                "InvalidParameterValue.LimitExceeded",
                format!("`{list}` has {} ids, the limit is {most}.", ids.len()),
            ));
        }
        if let Some(id) = ids.iter().find(|id| !is_id(id, prefix)) {
            return Err(Refusal::new(
                malformed,
                format!("The ID `{id}` is malformed."),
            ));
        }
        // CVM says nothing about an id that is given twice (spec tencent 3).
        let repeated = |index: &usize| ids[..*index].contains(&ids[*index]);
        match (0..ids.len()).find(repeated) {
            Some(index) if self == Self::Lighthouse => Err(Refusal::new(
                "InvalidParameterValue.Duplicated",
                format!("`{list}` has `{}` twice.", ids[index]),
            )),
            _ => Ok(()),
        }
    }

    /// Refuses key pairs that the regions have not.
    pub(crate) fn check_keys_exist(
        self,
        regions: &[&Region],
        ids: &[String],
    ) -> Result<(), Refusal> {
        let exists = |id: &str| {
            let mut pairs = regions.iter().flat_map(|region| self.key_pairs(region));
            pairs.any(|pair| pair.id == id)
        };
        match missing(ids, exists) {
            None => Ok(()),
            Some(list) => Err(Refusal::new(
                self.codes().key_not_found,
                format!("The key pair ID `[{list}]` does not exist."),
            )),
        }
    }

    /// Refuses instances that the region has not.
    pub(crate) fn check_instances_exist(
        self,
        region: &Region,
        ids: &[String],
    ) -> Result<(), Refusal> {
        let exists = |id: &str| self.instances(region).iter().any(|row| row.id == id);
        match missing(ids, exists) {
            None => Ok(()),
            Some(list) => Err(Refusal::new(
                self.codes().instance_not_found,
                format!("The specified instance ID `[{list}]` is not found."),
            )),
        }
    }

    /// `Offset` and `Limit`: 20 by default, at most 100.
    pub(crate) fn page(self, call: &Call<'_>) -> Result<(usize, usize), Refusal> {
        let codes = self.codes();
        let parameters = &call.parameters;
        Ok((
            parameters.integer("Offset", 0, 0..=i64::MAX, codes.offset)?,
            parameters.integer("Limit", 20, 1..=100, codes.limit)?,
        ))
    }
}

/// A prefix, and 8 lower-case letters and digits.
fn is_id(id: &str, prefix: &str) -> bool {
    id.strip_prefix(prefix).is_some_and(|rest| {
        rest.len() == 8
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

/// `NotFound` messages list every missing id in one string (spec tencent 2.7).
fn missing(ids: &[String], exists: impl Fn(&str) -> bool) -> Option<String> {
    let missing: Vec<String> = ids
        .iter()
        .filter(|id| !exists(id))
        .map(|id| format!("'{id}'"))
        .collect();
    (!missing.is_empty()).then(|| missing.join(", "))
}
