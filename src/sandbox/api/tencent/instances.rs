//! Instances of CVM, version 2017-03-12 (spec tencent 2.9).

use serde_json::{Map, Value, json};

use super::key_pairs::{VERSION, check_instance_ids, fits_tags, tags};
use super::parameters::Filter;
use super::state::Instance;
use super::{Call, Effect, Operation, Refusal, members};

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[Operation {
    product: "cvm",
    version: VERSION,
    name: "DescribeInstances",
    effect: Effect::Read,
    parameters: &["InstanceIds", "Filters", "Offset", "Limit"],
    items: &["InstanceIds"],
    is_regional: true,
    run: describe_instances,
}];

/// The documented filters; those on things that the sandbox has not match nothing.
const FILTERS: &[&str] = &[
    "zone",
    "project-id",
    "host-id",
    "dedicated-cluster-id",
    "vpc-id",
    "subnet-id",
    "instance-id",
    "uuid",
    "security-group-id",
    "instance-name",
    "instance-charge-type",
    "instance-state",
    "private-ip-address",
    "public-ip-address",
    "ipv6-address",
    "tag-key",
    "tag-value",
    "creation-start-time",
    "creation-end-time",
];

/// A look: work under way goes on by one step for each instance on the page, before it is shown.
fn describe_instances(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let parameters = &call.parameters;
    parameters.ids_or_filters("InstanceIds")?;
    let ids = parameters.strings("InstanceIds")?;
    if let Some(ids) = &ids {
        check_instance_ids(ids)?;
    }
    let filters = parameters.filters(FILTERS)?;
    let offset = parameters.integer("Offset", 0, 0..=i64::MAX, "InvalidParameterValueOffset")?;
    let limit = parameters.integer("Limit", 20, 1..=100, "InvalidParameterValueLimit")?;
    let matches: Vec<usize> = call
        .region()?
        .instances
        .iter()
        .enumerate()
        .filter(|(_, instance)| ids.as_ref().is_none_or(|ids| ids.contains(&instance.id)))
        .filter(|(_, instance)| filters.iter().all(|filter| fits(filter, instance)))
        .map(|(index, _)| index)
        .collect();
    let mut page = Vec::new();
    for index in matches.iter().skip(offset).take(limit) {
        if !call.region()?.instances[*index].steps.is_empty() {
            call.region_mut()?.instances[*index].look();
        }
        page.push(instance(&call.region()?.instances[*index]));
    }
    Ok(members([
        ("TotalCount", matches.len().into()),
        ("InstanceSet", page.into()),
    ]))
}

fn fits(filter: &Filter, instance: &Instance) -> bool {
    let created = instance.created_time.as_str();
    match filter.name.as_str() {
        "zone" => filter.fits(&instance.zone),
        "project-id" => filter.fits(&instance.project_id.to_string()),
        "instance-id" => filter.fits(&instance.id),
        "instance-name" => filter
            .values
            .iter()
            .any(|part| instance.name.contains(part)),
        "instance-state" => filter.fits(&instance.state),
        "private-ip-address" => filter.fits(&instance.private_ip),
        "public-ip-address" => filter.fits(&instance.public_ip),
        "creation-start-time" => filter.values.iter().all(|time| time.as_str() <= created),
        "creation-end-time" => filter.values.iter().all(|time| time.as_str() >= created),
        name if name.starts_with("tag") => fits_tags(filter, &instance.tags),
        _ => false,
    }
}

fn instance(instance: &Instance) -> Value {
    let or_null = |text: &str| {
        if text.is_empty() {
            Value::Null
        } else {
            text.into()
        }
    };
    let latest = &instance.latest_operation;
    json!({
        "InstanceId": instance.id,
        "InstanceName": instance.name,
        "InstanceState": instance.state,
        "OsName": instance.os_name,
        "Placement": { "Zone": instance.zone, "ProjectId": instance.project_id },
        "PrivateIpAddresses": [instance.private_ip],
        "PublicIpAddresses": if instance.public_ip.is_empty() { Value::Null } else { json!([instance.public_ip]) },
        "LoginSettings": { "KeyIds": if instance.key_ids.is_empty() { Value::Null } else { json!(instance.key_ids) } },
        "LatestOperation": or_null(&latest.name),
        "LatestOperationState": or_null(&latest.state),
        "LatestOperationRequestId": or_null(&latest.request_id),
        "LatestOperationErrorMsg": or_null(&latest.error_message),
        "StopChargingMode": instance.stop_charging_mode,
        "RestrictState": instance.restrict_state,
        "IsolatedSource": "NOTISOLATED",
        "DefaultLoginUser": instance.login_user,
        "CreatedTime": instance.created_time,
        "Tags": tags(&instance.tags),
    })
}
