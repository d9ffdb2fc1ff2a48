//! Instances of Lighthouse (spec tencent 3).

use serde_json::{Map, Value, json};

use super::super::filters::Filter;
use super::super::instances::{list, login_settings, or_null};
use super::super::state::Instance;
use super::super::tags::tags;
use super::{Call, Effect, Lighthouse, Operation, Refusal, VERSION};

/// Values in one filter (spec tencent 3).
const MOST_FILTER_VALUES: usize = 100;

/// The card names none; these are the vendor's.
const FILTERS: &[&str] = &[
    "instance-name",
    "instance-state",
    "private-ip-address",
    "public-ip-address",
    "tag-key",
    "tag-value",
    "zone",
];

/// The table.
pub(crate) const OPERATIONS: &[Operation] = &[Operation {
    product: "lighthouse",
    version: VERSION,
    name: "DescribeInstances",
    effect: Effect::Read,
    parameters: &["InstanceIds", "Filters", "Offset", "Limit"],
    items: &["InstanceIds"],
    is_regional: true,
    run: describe_instances,
}];

fn describe_instances(call: &mut Call<'_>) -> Result<Map<String, Value>, Refusal> {
    let parameters = &call.parameters;
    parameters.ids_or_filters(Lighthouse, "InstanceIds")?;
    let filters = parameters.filters(Lighthouse, FILTERS, MOST_FILTER_VALUES)?;
    list(
        call,
        Lighthouse,
        "InstanceSet",
        |row| filters.iter().all(|filter| fits(filter, row)),
        instance,
    )
}

fn fits(filter: &Filter, instance: &Instance) -> bool {
    match filter.name.as_str() {
        "instance-name" => filter.fits_part(&instance.name),
        "instance-state" => filter.fits(&instance.state),
        "private-ip-address" => filter.fits(&instance.private_ip),
        "public-ip-address" => filter.fits(&instance.public_ip),
        "zone" => filter.fits(&instance.zone),
        _ => filter.fits_tags(&instance.tags),
    }
}

fn instance(instance: &Instance) -> Value {
    let latest = &instance.latest_operation;
    let platform = if instance.is_windows() {
        "WINDOWS"
    } else {
        "LINUX_UNIX"
    };
    json!({
        "InstanceId": instance.id,
        "InstanceName": instance.name,
        "InstanceState": instance.state,
        "OsName": instance.os_name,
        "PlatformType": platform,
        "Zone": instance.zone,
        "PrivateAddresses": [instance.private_ip],
        "PublicAddresses": if instance.public_ip.is_empty() { Value::Null } else { json!([instance.public_ip]) },
        "LoginSettings": login_settings(instance),
        "LatestOperation": or_null(&latest.name),
        "LatestOperationState": or_null(&latest.state),
        "LatestOperationRequestId": or_null(&latest.request_id),
        "LatestOperationStartedTime": or_null(&latest.started_time),
        "CreatedTime": instance.created_time,
        "Tags": tags(&instance.tags),
    })
}
