//! Stopping and starting CVM instances (spec tencent 2.9).

use serde_json::{Value, json};

use super::super::fixture::*;
use super::{change, watch};

const RUNNING: &str = "ins-8k2j5h7g";
const STOPPED: &str = "ins-5r7e9w1q";
const PARKED: &str = "ins-0s1t2o3p";

fn stop(fixture: &Fixture, extra: &Value) -> Got {
    let mut body = json!({ "InstanceIds": [RUNNING] });
    for (name, value) in extra.as_object().expect("members") {
        body[name] = value.clone();
    }
    fixture.cvm("StopInstances", &body)
}

/// How a stop ends: power, state of the operation, its message, and what the stop costs.
fn end(fixture: &Fixture, id: &str) -> [String; 4] {
    watch(fixture, id, 6);
    let got = fixture.cvm("DescribeInstances", &json!({ "InstanceIds": [id] }));
    let row = &got.body["Response"]["InstanceSet"][0];
    [
        "InstanceState",
        "LatestOperationState",
        "LatestOperationErrorMsg",
        "StopChargingMode",
    ]
    .map(|name| row[name].as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_stop_is_seen_in_steps() {
    let fixture = Fixture::new();
    assert_eq!(stop(&fixture, &json!({})).code(), "");
    let expected = [
        "RUNNING StartInstances SUCCESS 2",
        "STOPPING StopInstances OPERATING 2",
        "STOPPED StopInstances SUCCESS 2",
        "STOPPED StopInstances SUCCESS 2",
    ];
    assert_eq!(watch(&fixture, RUNNING, 4), expected);
}

#[test]
fn every_kind_of_stop_ends_stopped_in_its_mode() {
    for (extra, mode) in [
        (json!({}), "KEEP_CHARGING"),
        (json!({ "StopType": "SOFT" }), "KEEP_CHARGING"),
        (json!({ "StopType": "SOFT_FIRST" }), "KEEP_CHARGING"),
        (
            json!({ "StopType": "HARD", "StoppedMode": "KEEP_CHARGING" }),
            "KEEP_CHARGING",
        ),
        (
            json!({ "ForceStop": true, "StoppedMode": "STOP_CHARGING" }),
            "STOP_CHARGING",
        ),
    ] {
        let fixture = Fixture::new();
        assert_eq!(stop(&fixture, &extra).code(), "", "{extra}");
        assert_eq!(
            end(&fixture, RUNNING),
            ["STOPPED", "SUCCESS", "", mode],
            "{extra}"
        );
        let body = json!({ "InstanceIds": [RUNNING], "KeyIds": ["skey-7h2k9m4q"] });
        let code = match mode {
            "STOP_CHARGING" => "UnsupportedOperation.StoppedModeStopCharging",
            _ => "",
        };
        let got = fixture.cvm("DisassociateInstancesKeyPairs", &body);
        assert_eq!(got.code(), code, "{extra}");
    }
}

#[test]
fn a_soft_stop_may_fail_and_force_does_not() {
    let quirk = ["tencent-soft-stop-fails"];
    for (extra, power, outcome) in [
        (json!({}), "RUNNING", "FAILED"),
        (json!({ "StopType": "SOFT" }), "RUNNING", "FAILED"),
        (json!({ "ForceStop": false }), "RUNNING", "FAILED"),
        (json!({ "StopType": "SOFT_FIRST" }), "STOPPED", "SUCCESS"),
        (json!({ "StopType": "HARD" }), "STOPPED", "SUCCESS"),
    ] {
        let fixture = Fixture::with(&[], &quirk);
        assert_eq!(stop(&fixture, &extra).code(), "", "{extra}");
        let [state, operation, message, _] = end(&fixture, RUNNING);
        assert_eq!(
            (state.as_str(), operation.as_str()),
            (power, outcome),
            "{extra}"
        );
        assert_eq!(message.is_empty(), outcome == "SUCCESS", "{extra}");
        // What failed is over: it may be tried again.
        let code = match power {
            "RUNNING" => "",
            _ => "UnsupportedOperation.InstanceStateStopped",
        };
        let again = stop(&fixture, &json!({ "StopType": "HARD" }));
        assert_eq!(again.code(), code, "{extra}");
    }
}

#[test]
fn a_start_brings_up_what_is_stopped_in_any_mode() {
    let fixture = Fixture::new();
    let both = json!({ "InstanceIds": [STOPPED, PARKED, "ins-2w4n6d8s"] });
    assert_eq!(fixture.cvm("StartInstances", &both).code(), "");
    let expected = [
        "STOPPED StopInstances SUCCESS 1",
        "STARTING StartInstances OPERATING 1",
        "RUNNING StartInstances SUCCESS 1",
    ];
    assert_eq!(watch(&fixture, STOPPED, 3), expected);
    for id in [PARKED, "ins-2w4n6d8s"] {
        assert_eq!(
            end(&fixture, id),
            ["RUNNING", "SUCCESS", "", "NOT_APPLICABLE"]
        );
    }
}

#[test]
fn power_refuses_what_is_not_in_the_right_state() {
    let fixture = Fixture::new();
    for (action, id, code) in [
        (
            "StartInstances",
            RUNNING,
            "UnsupportedOperation.InstanceStateRunning",
        ),
        (
            "StopInstances",
            STOPPED,
            "UnsupportedOperation.InstanceStateStopped",
        ),
        (
            "StopInstances",
            "ins-6m8c2x4z",
            "UnsupportedOperation.InstanceStateRescueMode",
        ),
        (
            "StartInstances",
            "ins-6m8c2x4z",
            "UnsupportedOperation.InstanceStateRescueMode",
        ),
        (
            "StopInstances",
            "ins-zzzzzzzz",
            "InvalidInstanceId.NotFound",
        ),
        ("StartInstances", "i-1", "InvalidInstanceId.Malformed"),
    ] {
        let body = json!({ "InstanceIds": [id] });
        assert_eq!(fixture.cvm(action, &body).code(), code, "{action} {id}");
    }
    let mixed = json!({ "InstanceIds": [STOPPED, RUNNING] });
    let code = "UnsupportedOperation.InstanceStateRunning";
    assert_eq!(fixture.cvm("StartInstances", &mixed).code(), code);
    let quiet = "STOPPED StopInstances SUCCESS 1";
    assert_eq!(watch(&fixture, STOPPED, 2), [quiet, quiet]);
    stop(&fixture, &json!({}));
    let busy = "OperationDenied.InstanceOperationInProgress";
    assert_eq!(stop(&fixture, &json!({})).code(), busy);
    for (extra, code) in [
        (
            json!({ "StopType": "HARD", "ForceStop": true }),
            "InvalidParameter",
        ),
        (json!({ "StopType": "soft" }), "InvalidParameterValue"),
        (json!({ "StoppedMode": "FREE" }), "InvalidParameterValue"),
    ] {
        assert_eq!(stop(&fixture, &extra).code(), code, "{extra}");
    }
    assert_eq!(
        fixture.cvm("StopInstances", &json!({})).code(),
        "MissingParameter"
    );
}

#[test]
fn the_status_is_a_look_without_operations() {
    let fixture = Fixture::new();
    stop(&fixture, &json!({ "StopType": "HARD" }));
    let ids = json!({ "InstanceIds": [RUNNING, "ins-zzzzzzzz"] });
    let states: Vec<Value> = (0..3)
        .map(|_| fixture.cvm("DescribeInstancesStatus", &ids))
        .map(|got| got.body["Response"].clone())
        .map(|answer| {
            assert_eq!(answer["TotalCount"], 1);
            answer["InstanceStatusSet"][0].clone()
        })
        .collect();
    let row = |state: &str| json!({ "InstanceId": RUNNING, "InstanceState": state });
    assert_eq!(states, [row("RUNNING"), row("STOPPING"), row("STOPPED")]);
    let all = fixture.cvm(
        "DescribeInstancesStatus",
        &json!({ "Limit": 4, "Offset": 4 }),
    );
    assert_eq!(all.body["Response"]["TotalCount"], 6);
    let set = all.body["Response"]["InstanceStatusSet"].as_array();
    assert_eq!(set.map(Vec::len), Some(2));
    let filtered = fixture.cvm("DescribeInstancesStatus", &json!({ "Filters": [] }));
    assert_eq!(filtered.code(), "UnknownParameter");
}

#[test]
fn instances_are_found_by_their_filters() {
    let fixture = Fixture::new();
    change(&fixture, |region| {
        region.instances[0].project_id = 1_100_001;
        "198.51.100.7".clone_into(&mut region.instances[1].public_ip);
        "10.9.9.9".clone_into(&mut region.instances[2].private_ip);
        "2025-01-01T00:00:00Z".clone_into(&mut region.instances[3].created_time);
    });
    for (name, value, count) in [
        ("zone", "ap-guangzhou-6", 6),
        ("project-id", "1100001", 1),
        ("instance-id", RUNNING, 1),
        ("instance-name", "app", 2),
        ("instance-state", "RUNNING", 1),
        ("private-ip-address", "10.9.9.9", 1),
        ("public-ip-address", "198.51.100.7", 1),
        ("creation-start-time", "2024-12-31T00:00:00Z", 1),
        ("creation-end-time", "2024-12-31T00:00:00Z", 5),
        ("vpc-id", "vpc-1", 0),
        ("tag:team", "web", 0),
    ] {
        let body = json!({ "Filters": [{ "Name": name, "Values": [value] }] });
        let got = fixture.cvm("DescribeInstances", &body);
        assert_eq!(got.body["Response"]["TotalCount"], count, "{name}");
    }
}
