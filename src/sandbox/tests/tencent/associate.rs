//! Binding key pairs to CVM instances (spec tencent 2.5, 2.7).

use serde_json::json;

use super::super::super::credentials::TENCENT_REGION;
use super::super::fixture::*;
use super::{change, look, pairs, watch};

const ASSOCIATE: &str = "AssociateInstancesKeyPairs";
const STOPPED: &str = "ins-5r7e9w1q";
const RUNNING: &str = "ins-8k2j5h7g";
const SPARE: &str = "skey-1a2b3c4d";

fn attach(fixture: &Fixture, instances: &[&str], keys: &[&str], is_forced: bool) -> Got {
    let body = json!({ "InstanceIds": instances, "KeyIds": keys, "ForceStop": is_forced });
    fixture.cvm(ASSOCIATE, &body)
}

#[test]
fn keys_that_were_bound_before_are_replaced() {
    let fixture = Fixture::new();
    let keys = [SPARE, "skey-7h2k9m4q", SPARE];
    let reply = attach(&fixture, &[STOPPED], &keys, false);
    assert_eq!(reply.code(), "");
    let seen = watch(&fixture, STOPPED, 2);
    let expected = [
        "STOPPED StopInstances SUCCESS 1".to_owned(),
        format!("STOPPED {ASSOCIATE} OPERATING 1"),
    ];
    assert_eq!(seen, expected);
    let (state, keys, _, operation, request_id) = look(&fixture, STOPPED);
    assert_eq!((state.as_str(), operation.as_str()), ("STOPPED", "SUCCESS"));
    assert_eq!(keys, [SPARE, "skey-7h2k9m4q"]);
    assert_eq!(reply.body["Response"]["RequestId"], request_id);
    let place = ("cvm", TENCENT_REGION);
    let listed = pairs(&fixture, place, &[SPARE, "skey-3x8v1n6t"]);
    assert_eq!(listed[0]["AssociatedInstanceIds"], json!(["ins-4t6y8u2i"]));
    assert_eq!(listed[1]["AssociatedInstanceIds"], json!([STOPPED]));
}

#[test]
fn a_pair_on_its_way_to_an_instance_is_in_use() {
    let fixture = Fixture::new();
    attach(&fixture, &[STOPPED], &[SPARE], false);
    let got = fixture.cvm("DeleteKeyPairs", &json!({ "KeyIds": [SPARE] }));
    assert_eq!(got.code(), "InvalidParameterValue.KeyPairNotSupported");
}

#[test]
fn force_cuts_the_power_and_starts_again() {
    let fixture = Fixture::new();
    let code = "UnsupportedOperation.InstanceStateRunning";
    assert_eq!(attach(&fixture, &[RUNNING], &[SPARE], false).code(), code);
    assert_eq!(attach(&fixture, &[RUNNING], &[SPARE], true).code(), "");
    let expected = [
        "RUNNING StartInstances SUCCESS 2".to_owned(),
        format!("STOPPING {ASSOCIATE} OPERATING 2"),
        format!("STOPPED {ASSOCIATE} OPERATING 2"),
        format!("STARTING {ASSOCIATE} SUCCESS 1"),
        format!("RUNNING {ASSOCIATE} SUCCESS 1"),
    ];
    assert_eq!(watch(&fixture, RUNNING, 5), expected);
    assert_eq!(look(&fixture, RUNNING).1, [SPARE]);
}

#[test]
fn unfit_instances_refuse_the_batch() {
    let fixture = Fixture::new();
    for (instance, code) in [
        ("ins-2w4n6d8s", "UnsupportedOperation.InstanceOsWindows"),
        (
            "ins-6m8c2x4z",
            "UnsupportedOperation.InstanceStateRescueMode",
        ),
        (
            "ins-0s1t2o3p",
            "UnsupportedOperation.StoppedModeStopCharging",
        ),
        ("ins-zzzzzzzz", "InvalidInstanceId.NotFound"),
        ("lhins-3b6n9m2q", "InvalidInstanceId.Malformed"),
    ] {
        for is_forced in [false, true] {
            let got = attach(&fixture, &[STOPPED, instance], &[SPARE], is_forced);
            assert_eq!(got.code(), code);
            assert_eq!(look(&fixture, STOPPED).2, "StopInstances");
        }
    }
    let partly = Fixture::with(&[], &["tencent-refused-batch-partly-done"]);
    let got = attach(&partly, &[STOPPED, "ins-6m8c2x4z"], &[SPARE], false);
    assert_eq!(got.code(), "UnsupportedOperation.InstanceStateRescueMode");
    watch(&partly, STOPPED, 3);
    assert_eq!(look(&partly, STOPPED).1, [SPARE]);
}

#[test]
fn both_lists_have_states_that_the_other_has_not() {
    let busy = "OperationDenied.InstanceOperationInProgress";
    let fixture = Fixture::new();
    for (state, associate, disassociate) in [
        ("PENDING", "InstanceStatePending", "InstanceStatePending"),
        ("EXIT_RESCUE_MODE", "InstanceStateExitRescueMode", ""),
        ("ENTER_RESCUE_MODE", "", "InstanceStateEnterRescueMode"),
        (
            "ENTER_SERVICE_LIVE_MIGRATE",
            "InstanceStateEnterServiceLiveMigrate",
            "",
        ),
        ("ISOLATING", "InstanceStateIsolating", ""),
        ("BANNING", "", "InstanceStateBanning"),
        ("FREEZING", "InstanceStateFreezing", "InstanceStateFreezing"),
    ] {
        change(&fixture, |region| {
            state.clone_into(&mut region.instances[2].state);
        });
        for (action, code) in [
            (ASSOCIATE, associate),
            ("DisassociateInstancesKeyPairs", disassociate),
        ] {
            let expected = match code {
                "" => busy.to_owned(),
                code => format!("UnsupportedOperation.{code}"),
            };
            let body = json!({ "InstanceIds": [STOPPED], "KeyIds": ["skey-3x8v1n6t"] });
            let got = fixture.cvm(action, &body);
            assert_eq!(got.code(), expected, "{action} {state}");
        }
    }
    change(&fixture, |region| {
        "LAUNCH_FAILED".clone_into(&mut region.instances[2].state);
    });
    let got = attach(&fixture, &[STOPPED], &[SPARE], true);
    assert_eq!(got.code(), "InvalidInstance.NotSupported");
}

#[test]
fn what_is_asked_is_checked() {
    let fixture = Fixture::new();
    let many: Vec<String> = (0..101).map(|number| format!("skey-{number:08}")).collect();
    for (body, code) in [
        (json!({ "InstanceIds": [STOPPED] }), "MissingParameter"),
        (
            json!({ "InstanceIds": [], "KeyIds": [SPARE] }),
            "MissingParameter",
        ),
        (
            json!({ "InstanceIds": [STOPPED], "KeyIds": many }),
            "InvalidParameterValue.LimitExceeded",
        ),
        (
            json!({ "InstanceIds": [STOPPED], "KeyIds": ["skey-1"] }),
            "InvalidKeyPairId.Malformed",
        ),
        (
            json!({ "InstanceIds": [STOPPED], "KeyIds": ["skey-zzzzzzzz"] }),
            "InvalidKeyPairId.NotFound",
        ),
        (
            json!({ "InstanceIds": [STOPPED], "KeyIds": [SPARE], "ForceStop": "yes" }),
            "InvalidParameter",
        ),
    ] {
        assert_eq!(fixture.cvm(ASSOCIATE, &body).code(), code, "{body}");
    }
}
