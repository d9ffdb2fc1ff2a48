//! Binding key pairs to Lighthouse instances, and taking them off (spec tencent 3).

use serde_json::{Value, json};

use super::super::super::credentials::TENCENT_REGION;
use super::super::fixture::*;
use super::{change, lighthouse, pairs};

const ASSOCIATE: &str = "AssociateInstancesKeyPairs";
const DISASSOCIATE: &str = "DisassociateInstancesKeyPairs";
const STOPPED: &str = "lhins-3b6n9m2q";
const RUNNING: &str = "lhins-7v4c1x8z";
const WINDOWS: &str = "lhins-2d5k8t1w";
const WEB: &str = "lhkp-1w6e3b8s";
const OFFICE: &str = "lhkp-5f2c7o4p";
const TEMPLATE: &str = "lhkp-9t4m6p1l";

/// `kind` is the type; empty for none.
fn attach(fixture: &Fixture, instance: &str, key: &str, kind: &str) -> Got {
    let mut body = json!({ "InstanceIds": [instance], "KeyIds": [key] });
    if !kind.is_empty() {
        body["AssociateType"] = kind.into();
    }
    lighthouse(fixture, ASSOCIATE, &body)
}

fn detach(fixture: &Fixture, instance: &str, key: &str, kind: &str) -> Got {
    let mut body = json!({ "InstanceIds": [instance], "KeyIds": [key] });
    if !kind.is_empty() {
        body["DisassociateType"] = kind.into();
    }
    lighthouse(fixture, DISASSOCIATE, &body)
}

fn row(fixture: &Fixture, id: &str) -> Value {
    let body = json!({ "InstanceIds": [id] });
    let got = lighthouse(fixture, "DescribeInstances", &body);
    got.body["Response"]["InstanceSet"][0].clone()
}

/// What so many looks see: power, state of the operation, number of keys.
fn watch(fixture: &Fixture, id: &str, looks: usize) -> Vec<String> {
    (0..looks)
        .map(|_| row(fixture, id))
        .map(|row| {
            let text = |name: &str| row[name].as_str().unwrap_or("-").to_owned();
            let keys = row["LoginSettings"]["KeyIds"]
                .as_array()
                .map_or(0, Vec::len);
            format!(
                "{} {} {keys}",
                text("InstanceState"),
                text("LatestOperationState")
            )
        })
        .collect()
}

#[test]
fn online_works_without_a_stop_and_adds() {
    let fixture = Fixture::new();
    let reply = attach(&fixture, RUNNING, TEMPLATE, "ONLINE");
    assert_eq!(reply.code(), "");
    let expected = [
        "RUNNING SUCCESS 1",
        "RUNNING OPERATING 1",
        "RUNNING SUCCESS 2",
    ];
    assert_eq!(watch(&fixture, RUNNING, 3), expected);
    let seen = row(&fixture, RUNNING);
    assert_eq!(seen["LoginSettings"]["KeyIds"], json!([OFFICE, TEMPLATE]));
    assert_eq!(seen["LatestOperation"], ASSOCIATE);
    assert_eq!(
        seen["LatestOperationRequestId"],
        reply.body["Response"]["RequestId"]
    );
    assert!(
        seen["LatestOperationStartedTime"]
            .as_str()
            .is_some_and(|time| time.ends_with('Z'))
    );
    let listed = pairs(&fixture, ("lighthouse", TENCENT_REGION), &[TEMPLATE]).remove(0);
    assert_eq!(listed["AssociatedInstanceIds"], json!([RUNNING]));
    assert_eq!(listed["AssociatedInstanceSet"][0]["InstanceId"], RUNNING);
    // Bound by now: an instance comes before an image.
    let got = lighthouse(&fixture, "DeleteKeyPairs", &json!({ "KeyIds": [TEMPLATE] }));
    assert_eq!(got.code(), "ResourceInUse.KeyPairInUse");
    assert_eq!(detach(&fixture, RUNNING, TEMPLATE, "ONLINE").code(), "");
    watch(&fixture, RUNNING, 3);
    assert_eq!(
        row(&fixture, RUNNING)["LoginSettings"]["KeyIds"],
        json!([OFFICE])
    );
}

#[test]
fn offline_shuts_down_by_force_and_is_the_default() {
    for kind in ["OFFLINE", ""] {
        let (attached, detached) = (Fixture::new(), Fixture::new());
        assert_eq!(attach(&attached, RUNNING, WEB, kind).code(), "");
        assert_eq!(detach(&detached, RUNNING, OFFICE, kind).code(), "");
        for (fixture, left) in [(attached, 2), (detached, 0)] {
            let expected = [
                "RUNNING SUCCESS 1".to_owned(),
                "STOPPING OPERATING 1".to_owned(),
                "STOPPED OPERATING 1".to_owned(),
                format!("STOPPED SUCCESS {left}"),
                format!("STOPPED SUCCESS {left}"),
            ];
            assert_eq!(watch(&fixture, RUNNING, 5), expected);
        }
    }
    let fixture = Fixture::with(&[], &["lighthouse-offline-restarts"]);
    assert_eq!(detach(&fixture, RUNNING, OFFICE, "OFFLINE").code(), "");
    let seen = watch(&fixture, RUNNING, 5);
    assert_eq!(seen[3..], ["STARTING SUCCESS 0", "RUNNING SUCCESS 0"]);
}

#[test]
fn a_stopped_instance_stays_stopped() {
    for kind in ["OFFLINE", "ONLINE"] {
        let fixture = Fixture::with(&[], &["lighthouse-offline-restarts"]);
        assert_eq!(detach(&fixture, STOPPED, WEB, kind).code(), "");
        let expected = [
            "STOPPED SUCCESS 1",
            "STOPPED OPERATING 1",
            "STOPPED SUCCESS 0",
            "STOPPED SUCCESS 0",
        ];
        assert_eq!(watch(&fixture, STOPPED, 4), expected);
        let got = lighthouse(&fixture, "DeleteKeyPairs", &json!({ "KeyIds": [WEB] }));
        assert_eq!(got.code(), "");
    }
    let strict = Fixture::with(&[], &["lighthouse-online-needs-running"]);
    let code = "UnsupportedOperation.InvalidInstanceState";
    assert_eq!(detach(&strict, STOPPED, WEB, "ONLINE").code(), code);
    assert_eq!(detach(&strict, STOPPED, WEB, "OFFLINE").code(), "");
    assert_eq!(detach(&strict, RUNNING, OFFICE, "ONLINE").code(), "");
}

#[test]
fn what_is_done_already_is_refused() {
    let fixture = Fixture::new();
    let code = "UnsupportedOperation.KeyPairBindDuplicate";
    assert_eq!(attach(&fixture, STOPPED, WEB, "ONLINE").code(), code);
    let code = "UnsupportedOperation.KeyPairNotBoundToInstance";
    assert_eq!(detach(&fixture, STOPPED, OFFICE, "ONLINE").code(), code);
    let body = json!({ "InstanceIds": [STOPPED, RUNNING], "KeyIds": [WEB] });
    assert_eq!(lighthouse(&fixture, DISASSOCIATE, &body).code(), code);
    let quiet = "STOPPED SUCCESS 1";
    assert_eq!(
        watch(&fixture, STOPPED, 2),
        [quiet, quiet],
        "and the batch with it"
    );
}

#[test]
fn unfit_instances_are_refused() {
    let fixture = Fixture::new();
    let code = "UnsupportedOperation.WindowsNotSupportKeyPair";
    assert_eq!(attach(&fixture, WINDOWS, WEB, "ONLINE").code(), code);
    for (state, code) in [
        ("PENDING", "OperationDenied.InstanceCreating"),
        ("STARTING", "UnsupportedOperation.InvalidInstanceState"),
        ("DELETING", "UnsupportedOperation.InvalidInstanceState"),
        ("FREEZING", "UnsupportedOperation.InvalidInstanceState"),
    ] {
        change(&fixture, |region| {
            state.clone_into(&mut region.lighthouse.instances[0].state);
        });
        assert_eq!(detach(&fixture, STOPPED, WEB, "ONLINE").code(), code);
        assert_eq!(attach(&fixture, STOPPED, OFFICE, "OFFLINE").code(), code);
    }
}

#[test]
fn work_under_way_refuses_more_work() {
    let fixture = Fixture::new();
    assert_eq!(detach(&fixture, STOPPED, WEB, "ONLINE").code(), "");
    let codes: Vec<String> = (0..4)
        .map(|_| detach(&fixture, STOPPED, WEB, "ONLINE").code().to_owned())
        .collect();
    let expected = [
        "OperationDenied.InstanceOperationInProgress",
        "OperationDenied.InstanceOperationInProgress",
        "UnsupportedOperation.LatestOperationUnfinished",
        "UnsupportedOperation.KeyPairNotBoundToInstance",
    ];
    assert_eq!(codes, expected);
}

#[test]
fn users_are_for_online_and_have_to_match() {
    let fixture = Fixture::new();
    let ask = |action: &str, kind: &str, key: &str, user: &str| {
        let mut body = json!({ "InstanceIds": [RUNNING], "KeyIds": [key], "Username": user });
        let name = if action == ASSOCIATE {
            "AssociateType"
        } else {
            "DisassociateType"
        };
        body[name] = kind.into();
        let got = lighthouse(&fixture, action, &body);
        watch(&fixture, RUNNING, 3);
        got.code().to_owned()
    };
    let conflict = "InvalidParameter.ParameterConflict";
    assert_eq!(ask(ASSOCIATE, "OFFLINE", WEB, "deploy"), conflict);
    assert_eq!(ask(ASSOCIATE, "ONLINE", WEB, "deploy"), "");
    let set = |id: &str| {
        let pair = pairs(&fixture, ("lighthouse", TENCENT_REGION), &[id]).remove(0);
        pair["AssociatedInstanceSet"].clone()
    };
    assert_eq!(
        set(WEB),
        json!([
            { "InstanceId": STOPPED, "Username": "ubuntu" },
            { "InstanceId": RUNNING, "Username": "deploy" },
        ])
    );
    assert_eq!(
        set(OFFICE),
        json!([{ "InstanceId": RUNNING, "Username": "ubuntu" }])
    );
    let mismatch = "UnsupportedOperation.KeyPairUnbindUsernameMismatch";
    assert_eq!(ask(DISASSOCIATE, "ONLINE", WEB, "root"), mismatch);
    assert_eq!(ask(DISASSOCIATE, "ONLINE", WEB, "deploy"), "");
    assert_eq!(ask(DISASSOCIATE, "ONLINE", OFFICE, "deploy"), mismatch);
    assert_eq!(ask(DISASSOCIATE, "ONLINE", OFFICE, "ubuntu"), "");
    assert_eq!(
        row(&fixture, RUNNING)["LoginSettings"]["KeyIds"],
        Value::Null
    );
}

#[test]
fn what_is_asked_is_checked() {
    let fixture = Fixture::new();
    let many: Vec<String> = (0..101).map(|number| format!("lhkp-{number:08}")).collect();
    for (body, code) in [
        (json!({ "KeyIds": [WEB] }), "MissingParameter"),
        (json!({ "InstanceIds": [STOPPED] }), "MissingParameter"),
        (
            json!({ "InstanceIds": [STOPPED], "KeyIds": [WEB], "ForceStop": true }),
            "UnknownParameter",
        ),
        (
            json!({ "InstanceIds": [STOPPED], "KeyIds": many }),
            "InvalidParameterValue.LimitExceeded",
        ),
        (
            json!({ "InstanceIds": ["ins-8k2j5h7g"], "KeyIds": [WEB] }),
            "InvalidParameterValue.InstanceIdMalformed",
        ),
        (
            json!({ "InstanceIds": [STOPPED], "KeyIds": ["x"] }),
            "InvalidParameterValue.KeyPairIdMalformed",
        ),
        (
            json!({ "InstanceIds": ["lhins-zzzzzzzz"], "KeyIds": [WEB] }),
            "ResourceNotFound.InstanceIdNotFound",
        ),
        (
            json!({ "InstanceIds": [STOPPED], "KeyIds": ["lhkp-zzzzzzzz"] }),
            "ResourceNotFound.KeyIdNotFound",
        ),
        (
            json!({ "InstanceIds": [STOPPED, STOPPED], "KeyIds": [WEB] }),
            "InvalidParameterValue.Duplicated",
        ),
        (
            json!({ "InstanceIds": [STOPPED], "KeyIds": [WEB, WEB] }),
            "InvalidParameterValue.Duplicated",
        ),
    ] {
        for action in [ASSOCIATE, DISASSOCIATE] {
            let got = lighthouse(&fixture, action, &body);
            assert_eq!(got.code(), code, "{action} {body}");
        }
    }
    let got = attach(&fixture, STOPPED, OFFICE, "SOON");
    assert_eq!(got.code(), "InvalidParameterValue.OutOfRange");
}
