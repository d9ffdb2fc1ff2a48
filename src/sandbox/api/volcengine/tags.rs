//! Labels of key pairs after their creation (spec volcengine 4.8).

use serde_json::{Value, json};

use super::batch::{self, ItemError, each_item, required_items};
use super::ecs::VERSION;
use super::pages::page;
use super::{Call, Effect, Operation, Refusal, Tag, rules};

/// The only kind of resource that can be labelled here.
const RESOURCE_TYPE: &str = "keypair";

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        service: "ecs",
        version: VERSION,
        name: "CreateTags",
        effect: Effect::Change,
        items: &["ResourceIds"],
        has_item_errors: true,
        run: create_tags,
    },
    Operation {
        service: "ecs",
        version: VERSION,
        name: "DeleteTags",
        effect: Effect::Change,
        items: &["ResourceIds"],
        has_item_errors: true,
        run: delete_tags,
    },
    Operation {
        service: "ecs",
        version: VERSION,
        name: "DescribeTags",
        effect: Effect::Read,
        items: &["ResourceIds"],
        has_item_errors: false,
        run: describe_tags,
    },
];

/// These codes are guesses after the pattern of the others.
const NO_RESOURCE: ItemError = (
    "InvalidResource.NotFound",
    "The specified resource does not exist.",
);
const TOO_MANY: ItemError = (
    "LimitExceeded.MaximumTags",
    "You've reached the limit on the number of Tags of the resource.",
);

/// A key that is there already gets the new value.
fn create_tags(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let ids = resources(call)?;
    let added = call.parameters.tags()?;
    if added.is_empty() {
        return Err(Refusal::missing("Tags"));
    }
    rules::tags(&added)?;
    each_item(call, "ResourceId", ids, |call, id| {
        let Some(pair) = call.region()?.key_pair_by_id(id) else {
            return Ok(Some(NO_RESOURCE));
        };
        let tags = merged(&pair.tags, &added);
        if tags.len() > rules::MOST_TAGS {
            return Ok(Some(TOO_MANY));
        }
        set(call, id, tags)
    })
}

/// A key that is not there is not missed.
fn delete_tags(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let ids = resources(call)?;
    let keys = required_items(call, "TagKeys")?;
    batch::within("TagKeys", keys.len(), rules::MOST_TAGS)?;
    each_item(call, "ResourceId", ids, |call, id| {
        let Some(pair) = call.region()?.key_pair_by_id(id) else {
            return Ok(Some(NO_RESOURCE));
        };
        let mut tags = pair.tags.clone();
        tags.retain(|tag| !keys.contains(&tag.key));
        set(call, id, tags)
    })
}

fn merged(tags: &[Tag], added: &[Tag]) -> Vec<Tag> {
    let kept = tags
        .iter()
        .filter(|tag| added.iter().all(|new| new.key != tag.key));
    kept.chain(added).cloned().collect()
}

fn set(call: &mut Call<'_>, id: &str, tags: Vec<Tag>) -> Result<Option<ItemError>, Refusal> {
    if let Some(pair) = call.region_mut()?.key_pair_by_id_mut(id) {
        pair.tags = tags;
    }
    Ok(None)
}

/// What does not exist is simply not in the answer.
fn describe_tags(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let ids = resources(call)?;
    let filters = call.parameters.tag_filters()?;
    let region = call.region()?;
    let pairs = region
        .existing_key_pairs()
        .filter(|pair| ids.contains(&pair.id));
    let found: Vec<(String, Value)> = pairs
        .flat_map(|pair| pair.tags.iter().map(|tag| (pair.id.as_str(), tag)))
        .filter(|(_, tag)| {
            let tags = std::slice::from_ref(*tag);
            filters.is_empty() || filters.iter().any(|filter| filter.fits(tags))
        })
        .map(|(id, tag)| {
            let shown = json!({
                "ResourceType": RESOURCE_TYPE,
                "ResourceId": id,
                "TagKey": tag.key,
                "TagValue": tag.value,
            });
            (format!("{id}/{}", tag.key), shown)
        })
        .collect();
    let (page, next_token) = page(call, &found, |(position, _)| position, 10, 100)?;
    let shown: Vec<&Value> = page.iter().map(|(_, shown)| shown).collect();
    Ok(json!({ "TagResources": shown, "NextToken": next_token }))
}

/// The ids, after a check of their type.
fn resources(call: &Call<'_>) -> Result<Vec<String>, Refusal> {
    match call.parameters.filled_text("ResourceType") {
        None => return Err(Refusal::missing("ResourceType")),
        Some(RESOURCE_TYPE) => {}
        Some(_) => return Err(Refusal::malformed("ResourceType")),
    }
    required_items(call, "ResourceIds")
}
