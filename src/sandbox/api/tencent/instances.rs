//! Instances of CVM, version 2017-03-12 (spec tencent 2.9).

use serde_json::{Map, Value, json};

use super::super::super::identifiers;
use super::filters::Filter;
use super::key_pairs::{MOST_FILTER_VALUES, VERSION};
use super::product::Product;
use super::state::Instance;
use super::tags::tags;
use super::{Call, Effect, Operation, Refusal, members};

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation {
        product: "cvm",
        version: VERSION,
        name: "DescribeInstances",
        effect: Effect::Read,
        parameters: &["InstanceIds", "Filters", "Offset", "Limit"],
        items: &["InstanceIds"],
        is_regional: true,
        run: describe_instances,
    },
    Operation {
        product: "cvm",
        version: VERSION,
        name: "DescribeInstancesStatus",
        effect: Effect::Read,
        parameters: &["InstanceIds", "Offset", "Limit"],
        items: &["InstanceIds"],
        is_regional: true,
        run: describe_instances_status,
    },
];

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

fn describe_instances(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let parameters = &call.parameters;
    parameters.ids_or_filters(Product::Cvm, "InstanceIds")?;
    let filters = parameters.filters(Product::Cvm, FILTERS, MOST_FILTER_VALUES)?;
    list(
        call,
        Product::Cvm,
        "InstanceSet",
        |row| filters.iter().all(|filter| fits(filter, row)),
        instance,
    )
}

/// Lighter, but it does not show operations (spec tencent 2.9).
fn describe_instances_status(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    list(
        call,
        Product::Cvm,
        "InstanceStatusSet",
        |_| true,
        |row| json!({ "InstanceId": row.id, "InstanceState": row.state }),
    )
}

/// A page of the instances that have one of the ids and fit; unknown ids are left out (spec tencent 2.9).
///
/// It is a look: work under way goes on by one step for each instance on the page, before it is shown.
pub(crate) fn list(
    call: &mut Call<'_>,
    product: Product,
    set: &str,
    fits: impl Fn(&Instance) -> bool,
    show: impl Fn(&Instance) -> Value,
) -> Result<Map<String, Value>, Refusal> {
    let ids = call.parameters.strings("InstanceIds")?;
    if let Some(ids) = &ids {
        product.check_instance_ids(ids)?;
    }
    let (offset, limit) = product.page(call)?;
    let matches: Vec<usize> = product
        .instances(call.region()?)
        .iter()
        .enumerate()
        .filter(|(_, row)| ids.as_ref().is_none_or(|ids| ids.contains(&row.id)))
        .filter(|(_, row)| fits(row))
        .map(|(index, _)| index)
        .collect();
    let mut page = Vec::new();
    for index in matches.iter().skip(offset).take(limit) {
        call.look(product, *index)?;
        page.push(show(&product.instances(call.region()?)[*index]));
    }
    Ok(members([
        ("TotalCount", matches.len().into()),
        (set, page.into()),
    ]))
}

fn fits(filter: &Filter, instance: &Instance) -> bool {
    let created = instance.created_time.as_str();
    match filter.name.as_str() {
        "zone" => filter.fits(&instance.zone),
        "project-id" => filter.fits(&instance.project_id.to_string()),
        "instance-id" => filter.fits(&instance.id),
        "uuid" => filter.fits(&identifiers::uuid_of(&instance.id)),
        "instance-name" => filter.fits_part(&instance.name),
        "instance-state" => filter.fits(&instance.state),
        "private-ip-address" => filter.fits(&instance.private_ip),
        "public-ip-address" => filter.fits(&instance.public_ip),
        "creation-start-time" => filter.values.iter().all(|time| time.as_str() <= created),
        "creation-end-time" => filter.values.iter().all(|time| time.as_str() >= created),
        name if name.starts_with("tag") => filter.fits_tags(&instance.tags),
        _ => false,
    }
}

/// Text, or null where there is none.
pub(crate) fn or_null(text: &str) -> Value {
    if text.is_empty() {
        Value::Null
    } else {
        text.into()
    }
}

/// `LoginSettings`: the ids, or null where there are none.
pub(crate) fn login_settings(instance: &Instance) -> Value {
    let ids = &instance.key_ids;
    json!({ "KeyIds": if ids.is_empty() { Value::Null } else { json!(ids) } })
}

fn instance(instance: &Instance) -> Value {
    let latest = &instance.latest_operation;
    json!({
        "InstanceId": instance.id,
        "InstanceName": instance.name,
        "InstanceState": instance.state,
        "OsName": instance.os_name,
        "HostName": instance.name,
        "Uuid": identifiers::uuid_of(&instance.id),
        "Placement": { "Zone": instance.zone, "ProjectId": instance.project_id },
        "PrivateIpAddresses": [instance.private_ip],
        "PublicIpAddresses": if instance.public_ip.is_empty() { Value::Null } else { json!([instance.public_ip]) },
        "LoginSettings": login_settings(instance),
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
