//! Instances and regions of Volcengine ECS, version 2020-04-01 (spec volcengine 5).

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::batch::at_most;
use super::ecs::VERSION;
use super::pages::page;
use super::state::{Instance, Region};
use super::{Call, Effect, Operation, Quirk, Refusal, Tag};

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        service: "ecs",
        version: VERSION,
        name: "DescribeInstances",
        effect: Effect::Read,
        items: &["InstanceIds"],
        has_item_errors: false,
        run: describe_instances,
    },
    Operation {
        service: "ecs",
        version: VERSION,
        name: "DescribeRegions",
        effect: Effect::Read,
        items: &["RegionIds"],
        has_item_errors: false,
        run: describe_regions,
    },
];

/// A look: reboots go on by one step for each instance on the page, after it is shown. Page size and maximum are those of
/// the family (spec volcengine 5.1: unverified).
fn describe_instances(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let parameters = &call.parameters;
    let ids = parameters.list("InstanceIds")?;
    at_most("InstanceIds", ids.len())?;
    let tag_filters = parameters.tag_filters()?;
    let part_of_name = parameters.text("InstanceName").unwrap_or_default();
    let is_or_absent =
        |name: &str, value: &str| parameters.text(name).is_none_or(|asked| asked == value);
    let is_fuzzy = call.ctx.has(Quirk::VolcengineInstanceFilterFuzzy);
    let has_key_pair = |instance: &Instance| match parameters.text("KeyPairName") {
        None => true,
        Some(asked) if is_fuzzy => instance.key_pair_name.contains(asked),
        Some(asked) => instance.key_pair_name == asked,
    };
    let region = call.region()?;
    let matches: Vec<&Instance> = region
        .instances
        .iter()
        .filter(|instance| {
            has_key_pair(instance)
                && (ids.is_empty() || ids.contains(&instance.id.as_str()))
                && instance.name.contains(part_of_name)
                && is_or_absent("Status", &instance.status)
                && is_or_absent("ProjectName", &instance.project_name)
                && is_or_absent("ZoneId", &instance.zone_id)
                && is_or_absent("VpcId", &instance.vpc_id)
                && tag_filters.iter().all(|filter| filter.fits(&instance.tags))
        })
        .collect();
    let (page, next_token) = page(call, &matches, |instance| &instance.id, 10, 100)?;
    let ids = key_pair_ids(region, page);
    let listed: Vec<Value> = page.iter().map(|found| instance(&ids, found)).collect();
    let answer =
        json!({ "Instances": listed, "NextToken": next_token, "TotalCount": matches.len() });
    let moving: Vec<String> = page
        .iter()
        .filter(|instance| !instance.next_statuses.is_empty())
        .map(|instance| instance.id.clone())
        .collect();
    for id in moving {
        if let Some(instance) = call.region_mut()?.instance_mut(&id) {
            instance.look();
        }
    }
    Ok(answer)
}

/// The ids of the pairs that these instances are bound to, by name. There may be very many pairs: they are gone through
/// once for the whole page.
fn key_pair_ids<'a>(region: &'a Region, page: &[&Instance]) -> HashMap<&'a str, &'a str> {
    let names: HashSet<&str> = page
        .iter()
        .map(|instance| instance.key_pair_name.as_str())
        .filter(|name| !name.is_empty())
        .collect();
    let bound = region
        .existing_key_pairs()
        .filter(|pair| names.contains(pair.name.as_str()))
        .map(|pair| (pair.name.as_str(), pair.id.as_str()));
    bound.take(names.len()).collect() // a name is in the region once
}

fn instance(key_pair_ids: &HashMap<&str, &str>, instance: &Instance) -> Value {
    let key_pair_id = key_pair_ids
        .get(instance.key_pair_name.as_str())
        .copied()
        .unwrap_or_default();
    json!({
        "InstanceId": instance.id,
        "InstanceName": instance.name,
        "KeyPairId": key_pair_id,
        "KeyPairName": instance.key_pair_name,
        "Status": instance.status,
        "OsType": instance.os_type,
        "OsName": instance.os_name,
        "HostName": instance.host_name,
        "Hostname": instance.host_name,
        "EipAddress": { "IpAddress": instance.public_ip },
        "ZoneId": instance.zone_id,
        "VpcId": instance.vpc_id,
        "ProjectName": instance.project_name,
        "Tags": tags(&instance.tags),
        "CreatedAt": instance.created_at,
        "UpdatedAt": instance.updated_at,
    })
}

/// `Tags` of any resource.
pub(crate) fn tags(tags: &[Tag]) -> Vec<Value> {
    tags.iter()
        .map(|tag| json!({ "Key": tag.key, "Value": tag.value }))
        .collect()
}

fn describe_regions(call: &mut Call<'_>) -> Result<Value, Refusal> {
    let asked = call.parameters.list("RegionIds")?;
    let regions: Vec<&String> = call
        .state
        .volcengine
        .regions
        .keys()
        .filter(|id| asked.is_empty() || asked.contains(&id.as_str()))
        .collect();
    let (page, next_token) = page(call, &regions, |id| id.as_str(), 20, 100)?;
    let listed: Vec<Value> = page.iter().map(|id| json!({ "RegionId": id })).collect();
    Ok(json!({ "Regions": listed, "NextToken": next_token }))
}
