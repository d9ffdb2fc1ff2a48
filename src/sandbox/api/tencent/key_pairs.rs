//! Key pairs of CVM, version 2017-03-12 (spec tencent 2).

use serde_json::{Map, Value, json};

use super::parameters::Filter;
use super::state::{KeyPair, Region};
use super::{Call, Effect, Operation, Refusal, Tag, members};

/// The version of all CVM operations.
pub(crate) const VERSION: &str = "2017-03-12";

/// Ids in one call.
pub(crate) const MOST_IDS: usize = 100;

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[Operation {
    product: "cvm",
    version: VERSION,
    name: "DescribeKeyPairs",
    effect: Effect::Read,
    parameters: &["KeyIds", "Filters", "Offset", "Limit"],
    items: &["KeyIds"],
    is_regional: true,
    run: describe_key_pairs,
}];

/// Unknown ids are left out (spec tencent 2.3: inferred); `key-name` is exact (spec tencent 2.3: unverified).
fn describe_key_pairs(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let parameters = &call.parameters;
    parameters.ids_or_filters("KeyIds")?;
    let ids = parameters.strings("KeyIds")?;
    if let Some(ids) = &ids {
        check_key_ids(ids)?;
    }
    let filters = parameters.filters(&["project-id", "key-name", "tag-key", "tag-value"])?;
    let offset = parameters.integer("Offset", 0, 0..=i64::MAX, "InvalidParameterValueOffset")?;
    let limit = parameters.integer("Limit", 20, 1..=100, "InvalidParameterValueLimit")?;
    let region = call.region()?;
    let matches: Vec<&KeyPair> = region
        .key_pairs
        .iter()
        .filter(|pair| ids.as_ref().is_none_or(|ids| ids.contains(&pair.id)))
        .filter(|pair| filters.iter().all(|filter| fits(filter, pair)))
        .collect();
    let page: Vec<Value> = matches
        .iter()
        .skip(offset)
        .take(limit)
        .map(|pair| key_pair(region, pair))
        .collect();
    Ok(members([
        ("TotalCount", matches.len().into()),
        ("KeyPairSet", page.into()),
    ]))
}

fn fits(filter: &Filter, pair: &KeyPair) -> bool {
    match filter.name.as_str() {
        "project-id" => filter.fits(&pair.project_id.to_string()),
        "key-name" => filter.fits(&pair.name),
        _ => fits_tags(filter, &pair.tags),
    }
}

/// `tag-key`, `tag-value` and `tag:<key>`.
pub(crate) fn fits_tags(filter: &Filter, tags: &[Tag]) -> bool {
    tags.iter().any(|tag| match filter.name.as_str() {
        "tag-key" => filter.fits(&tag.key),
        "tag-value" => filter.fits(&tag.value),
        name => name.strip_prefix("tag:") == Some(&tag.key) && filter.fits(&tag.value),
    })
}

/// The public key's comment is not kept: the id stands in its place (spec tencent 2.2).
fn key_pair(region: &Region, pair: &KeyPair) -> Value {
    let words: Vec<&str> = pair.public_key.split_whitespace().take(2).collect();
    let holders: Vec<&String> = region
        .instances
        .iter()
        .filter(|instance| instance.key_ids.contains(&pair.id))
        .map(|instance| &instance.id)
        .collect();
    json!({
        "KeyId": pair.id,
        "KeyName": pair.name,
        "ProjectId": pair.project_id,
        "Description": pair.description,
        "PublicKey": format!("{} {}", words.join(" "), pair.id),
        "AssociatedInstanceIds": holders,
        "CreatedTime": pair.created_time,
        "Tags": tags(&pair.tags),
    })
}

/// `Tags` of any resource.
pub(crate) fn tags(tags: &[Tag]) -> Vec<Value> {
    tags.iter()
        .map(|tag| json!({ "Key": tag.key, "Value": tag.value }))
        .collect()
}

/// Count and form of key pair ids.
pub(crate) fn check_key_ids(ids: &[String]) -> Result<(), Refusal> {
    check_ids(ids, "skey-", "KeyIds", "InvalidKeyPairId.Malformed")
}

/// Count and form of instance ids.
pub(crate) fn check_instance_ids(ids: &[String]) -> Result<(), Refusal> {
    check_ids(ids, "ins-", "InstanceIds", "InvalidInstanceId.Malformed")
}

fn check_ids(ids: &[String], prefix: &str, list: &str, malformed: &str) -> Result<(), Refusal> {
    if ids.len() > MOST_IDS {
        return Err(Refusal::new(
            "InvalidParameterValue.LimitExceeded",
            format!("`{list}` has {} ids, the limit is {MOST_IDS}.", ids.len()),
        ));
    }
    let is_fine = |id: &String| {
        id.strip_prefix(prefix).is_some_and(|rest| {
            rest.len() == 8
                && rest
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        })
    };
    match ids.iter().find(|id| !is_fine(id)) {
        None => Ok(()),
        Some(id) => Err(Refusal::new(
            malformed,
            format!("The ID `{id}` is malformed."),
        )),
    }
}
