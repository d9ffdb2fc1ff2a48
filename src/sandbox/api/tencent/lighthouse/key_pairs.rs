//! Key pairs of Lighthouse: no projects, no descriptions (spec tencent 3).

use serde_json::{Map, Value, json};

use super::super::filters::Filter;
use super::super::key_pairs::{self as shared, holders, public_key};
use super::super::members;
use super::super::new_pairs::{Draft, check_name, create, import};
use super::super::state::{KeyPair, Region};
use super::super::tags::tags;
use super::{Call, Effect, Lighthouse, Operation, Quirk, Refusal, VERSION};

/// Ids in one deletion; all other calls take 100 (spec tencent 3).
const MOST_DELETED: usize = 10;
/// Values in one filter (spec tencent 3).
const MOST_FILTER_VALUES: usize = 5;

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        product: "lighthouse",
        version: VERSION,
        name: "CreateKeyPair",
        effect: Effect::Change,
        parameters: &["KeyName", "Tags"],
        items: &["KeyName"],
        is_regional: true,
        run: create_key_pair,
    },
    Operation {
        product: "lighthouse",
        version: VERSION,
        name: "ImportKeyPair",
        effect: Effect::Change,
        parameters: &["KeyName", "PublicKey", "Tags"],
        items: &["KeyName"],
        is_regional: true,
        run: import_key_pair,
    },
    Operation {
        product: "lighthouse",
        version: VERSION,
        name: "DescribeKeyPairs",
        effect: Effect::Read,
        parameters: &["KeyIds", "Filters", "Offset", "Limit"],
        items: &["KeyIds"],
        is_regional: true,
        run: describe_key_pairs,
    },
    Operation {
        product: "lighthouse",
        version: VERSION,
        name: "DeleteKeyPairs",
        effect: Effect::Change,
        parameters: &["KeyIds"],
        items: &["KeyIds"],
        is_regional: true,
        run: |call| shared::delete(call, Lighthouse, MOST_DELETED),
    },
];

fn create_key_pair(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let draft = draft(call)?;
    let (pair, private_key) = create(call, Lighthouse, draft)?;
    let shown = key_pair(&[call.region()?], &pair, &private_key.into());
    Ok(members([("KeyPair", shown)]))
}

fn import_key_pair(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let draft = draft(call)?;
    let pair = import(call, Lighthouse, draft)?;
    Ok(members([("KeyId", pair.id.into())]))
}

fn draft(call: &Call<'_>) -> Result<Draft, Refusal> {
    let name = call.parameters.required_string("KeyName")?.to_owned();
    let tags = call.parameters.tags()?;
    check_name(Lighthouse, &name)?;
    Ok(Draft {
        name,
        project_id: 0,
        tags,
    })
}

fn describe_key_pairs(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let names = ["key-id", "key-name", "tag-key", "tag-value"];
    let filters = call
        .parameters
        .filters(Lighthouse, &names, MOST_FILTER_VALUES)?;
    let fits = |filter: &Filter, pair: &KeyPair| match filter.name.as_str() {
        "key-id" => filter.fits(&pair.id),
        "key-name" => filter.fits_part(&pair.name),
        _ => filter.fits_tags(&pair.tags),
    };
    let private_key = if call.ctx.has(Quirk::LighthousePrivateKeyNullText) {
        json!("null")
    } else {
        Value::Null
    };
    shared::list(call, Lighthouse, &filters, fits, |regions, pair| {
        key_pair(regions, pair, &private_key)
    })
}

fn key_pair(regions: &[&Region], pair: &KeyPair, private_key: &Value) -> Value {
    let holders = holders(Lighthouse, regions, &pair.id);
    let details: Vec<Value> = regions
        .iter()
        .flat_map(|region| Lighthouse.instances(region))
        .filter(|instance| holders.contains(&instance.id.as_str()))
        .map(
            |instance| json!({ "InstanceId": instance.id, "Username": instance.user_of(&pair.id) }),
        )
        .collect();
    json!({
        "KeyId": pair.id,
        "KeyName": pair.name,
        "PublicKey": public_key(pair),
        "AssociatedInstanceIds": holders,
        "AssociatedInstanceSet": details,
        "CreatedTime": pair.created_time,
        "PrivateKey": private_key,
        "Tags": tags(&pair.tags),
    })
}
