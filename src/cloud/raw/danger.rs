//! What can be read off the parameters of any call: whether they cut a machine's power or hold a
//! private key, and which machines they name.

use serde_json::Value;

use crate::cloud::change::Risk;
use crate::secret;

/// What takes a flag of its own, and why.
pub(super) fn risks(service: &str, operation: &str, fields: &Value) -> Vec<(Risk, &'static str)> {
    let power_cut = power_cut(service, operation, fields).map(|why| (Risk::PowerCut, why));
    let key_sent = holds_private_key(fields)
        .then_some((Risk::PrivateKeySent, "a private key is sent to the cloud"));
    power_cut.into_iter().chain(key_sent).collect()
}

fn holds_private_key(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.values().any(holds_private_key),
        Value::Array(items) => items.iter().any(holds_private_key),
        Value::String(text) => secret::is_secret_text(text),
        _ => false,
    }
}

/// Why a call with these parameters may cut the power of running machines.
fn power_cut(service: &str, operation: &str, fields: &Value) -> Option<&'static str> {
    if asks_for_it(fields) {
        return Some("a running machine is powered off hard");
    }
    // These stop a running machine unless they are told to work on it (spec tencent 3).
    let stops = matches!(
        operation,
        "AssociateInstancesKeyPairs" | "DisassociateInstancesKeyPairs"
    );
    let online = ["AssociateType", "DisassociateType"]
        .iter()
        .any(|name| fields.get(name).and_then(Value::as_str) == Some("ONLINE"));
    (service == "lighthouse" && stops && !online)
        .then_some("a running machine is shut down by force, unless the type is ONLINE")
}

/// The spellings of the three clouds (spec volcengine 5.2, tencent 2.9; the actions of Huawei ECS).
fn asks_for_it(value: &Value) -> bool {
    let fields = match value {
        Value::Object(fields) => fields,
        Value::Array(items) => return items.iter().any(asks_for_it),
        _ => return false,
    };
    let is = |value: &Value, word: &str| {
        value
            .as_str()
            .is_some_and(|text| text.eq_ignore_ascii_case(word))
    };
    fields.iter().any(|(name, value)| {
        let last = name.rsplit('.').next().unwrap_or(name);
        match last.to_ascii_lowercase().replace('_', "").as_str() {
            "forcestop" | "forcereboot" => {
                *value == Value::Bool(true) || is(value, "true") || is(value, "1")
            }
            // The soft form with a fallback ends in a hard one.
            "stoptype" | "reboottype" => is(value, "HARD") || is(value, "SOFT_FIRST"),
            "os-stop" | "reboot" => value.get("type").is_some_and(|kind| is(kind, "HARD")),
            _ => asks_for_it(value),
        }
    })
}

/// The ids under names such as `InstanceIds`, `InstanceId` and `InstanceIds.1`.
pub(super) fn machines(fields: &Value) -> Vec<String> {
    let Value::Object(fields) = fields else {
        return Vec::new();
    };
    let named = fields
        .iter()
        .filter(|(name, _)| name.starts_with("InstanceId"));
    let ids = named.flat_map(|(_, value)| match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        Value::String(id) => vec![id.as_str()],
        _ => Vec::new(),
    });
    ids.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{machines, power_cut, risks};
    use crate::cloud::change::Risk;

    #[test]
    fn a_private_key_is_seen_wherever_it_stands() {
        let fields = json!({"server": {"auth": {"key": "-----BEGIN RSA PRIVATE KEY-----\nx"}}});
        let found = risks("kms", "POST /v3/p/keypairs/associate", &fields);
        assert_eq!(found[0].0, Risk::PrivateKeySent);
        assert!(risks("kms", "POST", &json!({"key": "ssh-rsa A"})).is_empty());
    }

    #[test]
    fn a_power_cut_is_seen_in_every_spelling() {
        for fields in [
            json!({"ForceStop": true}),
            json!({"ForceStop": "True"}),
            json!({"Instances.1.ForceStop": "true"}),
            json!({"StopType": "HARD"}),
            json!({"StopType": "soft_first"}),
            json!({"RebootType": "HARD"}),
            json!({"os-stop": {"type": "HARD", "servers": []}}),
            json!({"a": [{"force_stop": true}]}),
        ] {
            assert!(power_cut("cvm", "Any", &fields).is_some(), "{fields}");
        }
        for fields in [
            json!({"ForceStop": false, "StopType": "SOFT"}),
            json!({"Name": "ForceStop"}),
            json!({"os-stop": {"type": "SOFT"}}),
            json!(["HARD"]),
        ] {
            assert!(power_cut("cvm", "Any", &fields).is_none(), "{fields}");
        }
    }

    #[test]
    fn lighthouse_stops_machines_unless_it_works_online() {
        let cut = |fields| power_cut("lighthouse", "DisassociateInstancesKeyPairs", &fields);
        assert!(cut(json!({})).is_some());
        assert!(cut(json!({"DisassociateType": "OFFLINE"})).is_some());
        assert!(cut(json!({"DisassociateType": "ONLINE"})).is_none());
        assert!(power_cut("lighthouse", "DescribeInstances", &json!({})).is_none());
    }

    #[test]
    fn machines_are_named_in_lists_and_by_number() {
        assert_eq!(machines(&json!({"InstanceIds": ["a", "b"]})), ["a", "b"]);
        assert_eq!(
            machines(&json!({"InstanceIds.1": "a", "InstanceId": "b", "Name": "c"})),
            ["a", "b"]
        );
    }
}
