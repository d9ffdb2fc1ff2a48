//! Key pairs: listing and deleting of both products, and what only CVM has (spec tencent 2).

use serde_json::{Map, Value, json};

use super::filters::Filter;
use super::new_pairs::check_name;
use super::product::{MOST_IDS, Product};
use super::state::{KeyPair, Region};
use super::tags::tags;
use super::{Call, Effect, Operation, Quirk, Refusal, members};

/// The version of all CVM operations.
pub(crate) const VERSION: &str = "2017-03-12";

/// Values in one filter of CVM (spec tencent 2.3).
pub(crate) const MOST_FILTER_VALUES: usize = 5;
/// Characters of a Description (spec tencent 2.8).
const MOST_DESCRIPTION: usize = 60;

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        product: "cvm",
        version: VERSION,
        name: "DescribeKeyPairs",
        effect: Effect::Read,
        parameters: &["KeyIds", "Filters", "Offset", "Limit"],
        items: &["KeyIds"],
        is_regional: true,
        run: describe_key_pairs,
    },
    Operation {
        product: "cvm",
        version: VERSION,
        name: "DeleteKeyPairs",
        effect: Effect::Change,
        parameters: &["KeyIds"],
        items: &["KeyIds"],
        is_regional: true,
        run: |call| delete(call, Product::Cvm, MOST_IDS),
    },
    Operation {
        product: "cvm",
        version: VERSION,
        name: "ModifyKeyPairAttribute",
        effect: Effect::Change,
        parameters: &["KeyId", "KeyName", "Description"],
        items: &["KeyId"],
        is_regional: true,
        run: modify_key_pair_attribute,
    },
];

/// `key-name` is exact unless a quirk says otherwise (spec tencent 2.3: unverified).
fn describe_key_pairs(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let names = ["project-id", "key-name", "tag-key", "tag-value"];
    let filters = call
        .parameters
        .filters(Product::Cvm, &names, MOST_FILTER_VALUES)?;
    let is_fuzzy = call.ctx.has(Quirk::TencentKeyNameFilterFuzzy);
    let fits = |filter: &Filter, pair: &KeyPair| match filter.name.as_str() {
        "project-id" => filter.fits(&pair.project_id.to_string()),
        "key-name" if is_fuzzy => filter.fits_part(&pair.name),
        "key-name" => filter.fits(&pair.name),
        _ => filter.fits_tags(&pair.tags),
    };
    list(call, Product::Cvm, &filters, fits, key_pair)
}

/// A page of the pairs that have one of the ids and fit all filters. Unknown ids are left out (spec tencent 2.3:
/// inferred). Only what is on the page is copied: there may be very many pairs.
pub(crate) fn list(
    call: &Call<'_>,
    product: Product,
    filters: &[Filter],
    fits: impl Fn(&Filter, &KeyPair) -> bool,
    show: impl Fn(&[&Region], &KeyPair) -> Value,
) -> Result<Map<String, Value>, Refusal> {
    call.parameters.ids_or_filters(product, "KeyIds")?;
    let ids = call.parameters.strings("KeyIds")?;
    if let Some(ids) = &ids {
        product.check_key_ids(ids, MOST_IDS)?;
    }
    let (offset, limit) = product.page(call)?;
    let regions = call.reach(product)?;
    let matches: Vec<&KeyPair> = regions
        .iter()
        .flat_map(|region| product.key_pairs(region))
        .filter(|pair| ids.as_ref().is_none_or(|ids| ids.contains(&pair.id)))
        .filter(|pair| filters.iter().all(|filter| fits(filter, pair)))
        .collect();
    let page: Vec<Value> = matches
        .iter()
        .skip(offset)
        .take(limit)
        .map(|pair| show(&regions, pair))
        .collect();
    Ok(members([
        ("TotalCount", matches.len().into()),
        ("KeyPairSet", page.into()),
    ]))
}

fn key_pair(regions: &[&Region], pair: &KeyPair) -> Value {
    json!({
        "KeyId": pair.id,
        "KeyName": pair.name,
        "ProjectId": pair.project_id,
        "Description": pair.description,
        "PublicKey": public_key(pair),
        "AssociatedInstanceIds": holders(Product::Cvm, regions, &pair.id),
        "CreatedTime": pair.created_time,
        "Tags": tags(&pair.tags),
    })
}

/// The public key's comment is not kept: the id stands in its place (spec tencent 2.2).
pub(crate) fn public_key(pair: &KeyPair) -> String {
    let words: Vec<&str> = pair.public_key.split_whitespace().take(2).collect();
    format!("{} {}", words.join(" "), pair.id)
}

/// The instances that have a pair now.
pub(crate) fn holders<'a>(product: Product, regions: &[&'a Region], key_id: &str) -> Vec<&'a str> {
    regions
        .iter()
        .flat_map(|region| product.instances(region))
        .filter(|instance| instance.key_ids.iter().any(|id| id == key_id))
        .map(|instance| instance.id.as_str())
        .collect()
}

/// One pair that cannot be deleted refuses all (spec tencent 2.4).
pub(crate) fn delete(
    call: &mut Call<'_>,
    product: Product,
    most: usize,
) -> Result<Map<String, Value>, Refusal> {
    let ids = call.parameters.required_strings("KeyIds")?;
    product.check_key_ids(&ids, most)?;
    let regions = call.reach(product)?;
    product.check_keys_exist(&regions, &ids)?;
    let refusals: Vec<Option<Refusal>> = ids
        .iter()
        .map(|id| refusal_of_deletion(product, &regions, id))
        .collect();
    let is_refused = refusals.iter().any(Option::is_some);
    let quirk = Quirk::TencentRefusedDeletePartlyDone;
    let is_partly_done = product == Product::Cvm && call.ctx.has(quirk);
    let lingering: Vec<&String> = ids
        .iter()
        .filter(|id| !is_held(product, &regions, id) && lingers(product, &regions, id))
        .collect();
    if !lingering.is_empty() {
        let regions = call.reach_mut(product)?.into_iter();
        for pair in regions.flat_map(|region| product.key_pairs_mut(region)) {
            if lingering.contains(&&pair.id) {
                pair.lingers -= 1;
            }
        }
    }
    if !is_refused || is_partly_done {
        let free: Vec<&String> = ids
            .iter()
            .zip(&refusals)
            .filter_map(|(id, refusal)| refusal.is_none().then_some(id))
            .collect();
        for region in call.reach_mut(product)? {
            let pairs = product.key_pairs_mut(region);
            pairs.retain(|pair| !free.contains(&&pair.id));
        }
    }
    let refusal = refusals.into_iter().flatten().next();
    refusal.map_or_else(|| Ok(Map::new()), Err)
}

fn is_held(product: Product, regions: &[&Region], id: &str) -> bool {
    let mut instances = regions.iter().flat_map(|region| product.instances(region));
    instances.any(|row| row.refers_to(id))
}

fn lingers(product: Product, regions: &[&Region], id: &str) -> bool {
    let mut pairs = regions.iter().flat_map(|region| product.key_pairs(region));
    pairs.any(|pair| pair.id == id && pair.lingers > 0)
}

fn refusal_of_deletion(product: Product, regions: &[&Region], id: &str) -> Option<Refusal> {
    let codes = product.codes();
    if is_held(product, regions, id) || lingers(product, regions, id) {
        let message = format!("The key pair `{id}` is in use.");
        return Some(Refusal::new(codes.key_in_use, message));
    }
    let images = regions.iter().flat_map(|region| product.images(region));
    let has_image = images.flat_map(|image| &image.key_ids).any(|key| key == id);
    has_image.then(|| {
        let message = format!("The key pair `{id}` is associated with an image.");
        Refusal::new(codes.key_of_image, message)
    })
}

/// The list of this action has none of the codes for a name's form (spec tencent 2.8).
fn modify_key_pair_attribute(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let parameters = &call.parameters;
    let id = parameters.required_string("KeyId")?.to_owned();
    let name = parameters.string("KeyName")?.map(str::to_owned);
    let description = parameters.string("Description")?.map(str::to_owned);
    Product::Cvm.check_key_ids(std::slice::from_ref(&id), 1)?;
    if name.is_none() && description.is_none() {
        return Err(Refusal::missing_parameter("KeyName"));
    }
    if let Some(name) = &name {
        check_name(Product::Cvm, name)
            .map_err(|refusal| Refusal::new("InvalidParameterValue", refusal.message))?;
    }
    let length = description.iter().flat_map(|text| text.chars()).count();
    if length > MOST_DESCRIPTION {
        return Err(Refusal::new(
            "InvalidParameterValue",
            format!("`Description` has {length} characters, the limit is {MOST_DESCRIPTION}."),
        ));
    }
    let regions = call.reach(Product::Cvm)?;
    Product::Cvm.check_keys_exist(&regions, std::slice::from_ref(&id))?;
    if let Some(name) = &name {
        call.check_name_is_free(Product::Cvm, name, Some(&id))?;
    }
    let keeps_empty = call.ctx.has(Quirk::TencentEmptyDescriptionIgnored);
    let regions = call.reach_mut(Product::Cvm)?.into_iter();
    let pairs = regions.flat_map(|region| &mut region.key_pairs);
    for pair in pairs.filter(|pair| pair.id == id) {
        if let Some(name) = &name {
            pair.name.clone_from(name);
        }
        match &description {
            Some(text) if !(text.is_empty() && keeps_empty) => pair.description.clone_from(text),
            _ => {}
        }
    }
    Ok(Map::new())
}
