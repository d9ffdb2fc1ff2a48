//! Key pairs of Volcengine ECS, version 2020-04-01 (spec volcengine 4).

use serde_json::{Value, json};

use super::batch::{ItemError, at_most, each_item, required_items};
use super::pages::page;
use super::state::{KeyPair, Region};
use super::{Call, Effect, Operation, Quirk, Refusal, clock, fingerprint, rules};

/// The version of all ECS operations.
pub(crate) const VERSION: &str = "2020-04-01";

/// How many listings a deleted pair survives under [`Quirk::VolcengineDeleteEventual`].
const LISTINGS_AFTER_DELETE: u32 = 2;

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        service: "ecs",
        version: VERSION,
        name: "DeleteKeyPairs",
        effect: Effect::Change,
        items: &["KeyPairNames"],
        has_item_errors: true,
        run: delete_key_pairs,
    },
    Operation {
        service: "ecs",
        version: VERSION,
        name: "DescribeKeyPairs",
        effect: Effect::Read,
        items: &["KeyPairNames", "KeyPairIds"],
        has_item_errors: false,
        run: describe_key_pairs,
    },
    Operation {
        service: "ecs",
        version: VERSION,
        name: "ModifyKeyPairAttribute",
        effect: Effect::Change,
        items: &["KeyPairName", "KeyPairId"],
        has_item_errors: false,
        run: modify_key_pair_attribute,
    },
];

const NO_NAME: ItemError = (
    "MissingParameter.KeyPairName",
    "The required parameter KeyPairName is not supplied.",
);
/// Of a name or id, also when the whole request is refused for it.
pub(crate) const NOT_FOUND: ItemError = (
    "InvalidKeyPair.NotFound",
    "The specified KeyPair does not exist.",
);
const IN_USE: ItemError = ("InvalidKeyPair.InUse", "The specified KeyPair is in use.");

/// Answers 200 even if every item fails (spec volcengine 2.3).
fn delete_key_pairs(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let names = required_items(call, "KeyPairNames")?;
    let lingers = call.ctx.has(Quirk::VolcengineDeleteEventual);
    each_item(call, "KeyPairName", names, |call, name| {
        let error = refusal_of_delete(call.region()?, name);
        if error.is_none() {
            delete(call.region_mut()?, name, lingers);
        }
        Ok(error)
    })
}

fn refusal_of_delete(region: &Region, name: &str) -> Option<ItemError> {
    if name.is_empty() {
        Some(NO_NAME)
    } else if region.key_pair(name).is_none() {
        Some(NOT_FOUND)
    } else if region.in_use(name) {
        Some(IN_USE)
    } else {
        None
    }
}

fn delete(region: &mut Region, name: &str, lingers: bool) {
    let is_it = |pair: &KeyPair| pair.name == name && pair.listings_left.is_none();
    if lingers {
        for pair in region.key_pairs.iter_mut().filter(|pair| is_it(pair)) {
            pair.listings_left = Some(LISTINGS_AFTER_DELETE);
        }
    } else {
        region.key_pairs.retain(|pair| !is_it(pair));
    }
}

/// All filters have to fit (spec volcengine 4.3 leaves that open).
fn describe_key_pairs(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let parameters = &call.parameters;
    let names = parameters.list("KeyPairNames")?;
    at_most("KeyPairNames", names.len())?;
    let ids = parameters.list("KeyPairIds")?;
    at_most("KeyPairIds", ids.len())?;
    let tag_filters = parameters.tag_filters()?;
    let part_of_name = parameters.text("KeyPairName").unwrap_or_default();
    let region = call.region()?;
    if call.ctx.has(Quirk::VolcengineUnknownNamesRefused) {
        let is_unknown = |handle: &&str| {
            !region
                .key_pairs
                .iter()
                .any(|pair| pair.name == **handle || pair.id == **handle)
        };
        if names.iter().chain(&ids).any(is_unknown) {
            return Err(Refusal::bad_request(NOT_FOUND.0, NOT_FOUND.1));
        }
    }
    // Looked up once: there may be very many pairs.
    let asked_project = parameters.text("ProjectName");
    let asked_fingerprint = parameters.text("FingerPrint");
    let matches: Vec<&KeyPair> = region
        .key_pairs
        .iter()
        .filter(|pair| {
            (part_of_name.is_empty() || pair.name.contains(part_of_name))
                && (names.is_empty() || names.contains(&pair.name.as_str()))
                && (ids.is_empty() || ids.contains(&pair.id.as_str()))
                && asked_fingerprint
                    .is_none_or(|asked| asked == fingerprint::md5_hex(&pair.public_key))
                && asked_project.is_none_or(|asked| asked == pair.project_name)
                && tag_filters.iter().all(|filter| filter.fits(&pair.tags))
        })
        .collect();
    let (page, next_token) = page(call, &matches, |pair| &pair.id, 10, 500)?;
    let listed: Vec<Value> = page.iter().map(|pair| key_pair(pair)).collect();
    let lingering: Vec<String> = page
        .iter()
        .filter(|pair| pair.listings_left.is_some())
        .map(|pair| pair.id.clone())
        .collect();
    if !lingering.is_empty() {
        let pairs = &mut call.region_mut()?.key_pairs;
        for pair in pairs.iter_mut().filter(|pair| lingering.contains(&pair.id)) {
            pair.listings_left = pair.listings_left.map(|left| left.saturating_sub(1));
        }
        pairs.retain(|pair| pair.listings_left != Some(0));
    }
    Ok(json!({ "KeyPairs": listed, "NextToken": next_token }))
}

fn key_pair(pair: &KeyPair) -> Value {
    json!({
        "KeyPairId": pair.id,
        "KeyPairName": pair.name,
        "Description": pair.description,
        "FingerPrint": fingerprint::md5_hex(&pair.public_key),
        "ProjectName": pair.project_name,
        "Tags": super::instances::tags(&pair.tags),
        "CreatedAt": pair.created_at,
        "UpdatedAt": pair.updated_at,
    })
}

/// The name cannot be changed, and nothing else of it either.
fn modify_key_pair_attribute(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let pair = asked_key_pair(call)?.map(|pair| (pair.id.clone(), pair.name.clone()));
    let description = call
        .parameters
        .text("Description")
        .ok_or_else(|| Refusal::missing("Description"))?
        .to_owned(); // empty clears it
    rules::description(&description)?;
    let (id, name) = pair.ok_or_else(|| Refusal::bad_request(NOT_FOUND.0, NOT_FOUND.1))?;
    let now = clock::volcengine(call.ctx.now);
    if let Some(pair) = call.region_mut()?.key_pair_by_id_mut(&id) {
        pair.description = description;
        pair.updated_at = now;
    }
    Ok(json!({ "KeyPairName": name }))
}

/// The pair that `KeyPairId` or else `KeyPairName` means; `None` when it does not exist (spec volcengine 4.0).
pub(crate) fn asked_key_pair<'a>(call: &'a Call<'_>) -> Result<Option<&'a KeyPair>, Refusal> {
    let region = call.region()?;
    let parameters = &call.parameters;
    match (
        parameters.filled_text("KeyPairId"),
        parameters.filled_text("KeyPairName"),
    ) {
        (Some(id), _) => Ok(region.key_pair_by_id(id)),
        (None, Some(name)) => Ok(region.key_pair(name)),
        (None, None) => Err(Refusal::missing("KeyPairNameAndKeyPairId")),
    }
}
