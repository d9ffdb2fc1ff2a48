//! Taking key pairs off CVM instances, and its listings (spec tencent 2).

use serde_json::{Value, json};

use super::super::super::clock;
use super::super::super::credentials::*;
use super::super::super::request::Request;
use super::super::fixture::*;
use super::{change, look};

const DISASSOCIATE: &str = "DisassociateInstancesKeyPairs";

fn detach(fixture: &Fixture, instances: &[&str], keys: &[&str], is_forced: bool) -> Got {
    let body = json!({ "InstanceIds": instances, "KeyIds": keys, "ForceStop": is_forced });
    fixture.cvm(DISASSOCIATE, &body)
}

#[test]
fn a_stopped_instance_loses_its_key_after_a_while() {
    let fixture = Fixture::new();
    let reply = detach(&fixture, &["ins-4t6y8u2i"], &["skey-9p0o8i7u"], false);
    let request_id = reply.body["Response"]["RequestId"]
        .as_str()
        .expect("id")
        .to_owned();
    let both = ["skey-9p0o8i7u", "skey-3x8v1n6t"];
    let before = look(&fixture, "ins-4t6y8u2i");
    assert_eq!(
        (before.1.as_slice(), before.2.as_str(), before.3.as_str()),
        (
            both.map(str::to_owned).as_slice(),
            "StopInstances",
            "SUCCESS"
        )
    );
    let during = look(&fixture, "ins-4t6y8u2i");
    assert_eq!(
        (
            during.1.len(),
            during.2.as_str(),
            during.3.as_str(),
            during.4.as_str()
        ),
        (2, DISASSOCIATE, "OPERATING", request_id.as_str())
    );
    for _ in 0..2 {
        let after = look(&fixture, "ins-4t6y8u2i");
        assert_eq!(
            after,
            (
                "STOPPED".to_owned(),
                vec![both[1].to_owned()],
                DISASSOCIATE.to_owned(),
                "SUCCESS".to_owned(),
                request_id.clone()
            )
        );
    }
    let pair = fixture.cvm("DescribeKeyPairs", &json!({ "KeyIds": ["skey-9p0o8i7u"] }));
    let holders = pair.body["Response"]["KeyPairSet"][0]["AssociatedInstanceIds"].to_string();
    assert!(!holders.contains("ins-4t6y8u2i"), "{holders}");
}

#[test]
fn a_running_instance_is_stopped_and_started_again() {
    let fixture = Fixture::new();
    assert_eq!(
        detach(&fixture, &["ins-8k2j5h7g"], &["skey-7h2k9m4q"], false).code(),
        "UnsupportedOperation.InstanceStateRunning"
    );
    assert_eq!(
        detach(&fixture, &["ins-8k2j5h7g"], &["skey-7h2k9m4q"], true).code(),
        ""
    );
    let seen: Vec<_> = (0..6)
        .map(|_| look(&fixture, "ins-8k2j5h7g"))
        .map(|(state, keys, _, operation, _)| format!("{state} {operation} {}", keys.len()))
        .collect();
    let expected = [
        "RUNNING SUCCESS 2",
        "STOPPING OPERATING 2",
        "STOPPED OPERATING 2",
        "STARTING SUCCESS 1",
        "RUNNING SUCCESS 1",
        "RUNNING SUCCESS 1",
    ];
    assert_eq!(seen, expected);
}

#[test]
fn a_second_call_meets_the_first_and_does_not_wait_for_ever() {
    let fixture = Fixture::new();
    detach(&fixture, &["ins-5r7e9w1q"], &["skey-3x8v1n6t"], false);
    let mut codes = Vec::new();
    for _ in 0..4 {
        codes.push(
            detach(&fixture, &["ins-5r7e9w1q"], &["skey-3x8v1n6t"], false)
                .code()
                .to_owned(),
        );
    }
    let busy = "OperationDenied.InstanceOperationInProgress";
    assert_eq!(codes, [busy, busy, busy, ""]);
}

#[test]
fn unfit_instances_are_refused_and_the_batch_with_them() {
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
        ("ins-8k2j5h7g", "UnsupportedOperation.InstanceStateRunning"),
        ("ins-zzzzzzzz", "InvalidInstanceId.NotFound"),
        ("i-1", "InvalidInstanceId.Malformed"),
    ] {
        let got = detach(
            &fixture,
            &["ins-4t6y8u2i", instance],
            &["skey-9p0o8i7u"],
            false,
        );
        assert_eq!(got.code(), code);
        assert_eq!(look(&fixture, "ins-4t6y8u2i").2, "StopInstances");
        assert_eq!(
            look(&fixture, "ins-4t6y8u2i").1.len(),
            2,
            "nothing happened"
        );
    }
    let missing = detach(
        &fixture,
        &["ins-aaaaaaaa", "ins-4t6y8u2i", "ins-bbbbbbbb"],
        &["skey-9p0o8i7u"],
        false,
    );
    assert_eq!(
        missing.body["Response"]["Error"]["Message"],
        "The specified instance ID `['ins-aaaaaaaa', 'ins-bbbbbbbb']` is not found."
    );
}

#[test]
fn states_in_transition_are_refused() {
    let fixture = Fixture::new();
    for (state, code) in [
        ("PENDING", "UnsupportedOperation.InstanceStatePending"),
        ("STARTING", "UnsupportedOperation.InstanceStateStarting"),
        ("STOPPING", "UnsupportedOperation.InstanceStateStopping"),
        ("REBOOTING", "UnsupportedOperation.InstanceStateRebooting"),
        ("SHUTDOWN", "UnsupportedOperation.InstanceStateShutdown"),
        (
            "TERMINATING",
            "UnsupportedOperation.InstanceStateTerminating",
        ),
        (
            "ENTER_RESCUE_MODE",
            "UnsupportedOperation.InstanceStateEnterRescueMode",
        ),
        (
            "SERVICE_LIVE_MIGRATE",
            "OperationDenied.InstanceOperationInProgress",
        ),
    ] {
        change(&fixture, |region| {
            state.clone_into(&mut region.instances[0].state);
        });
        assert_eq!(
            detach(&fixture, &["ins-4t6y8u2i"], &["skey-9p0o8i7u"], true).code(),
            code
        );
    }
}

#[test]
fn input_is_checked() {
    let fixture = Fixture::new();
    let many: Vec<String> = (0..101).map(|number| format!("ins-{number:08}")).collect();
    for (action, body, code) in [
        (
            DISASSOCIATE,
            json!({ "KeyIds": ["skey-9p0o8i7u"] }),
            "MissingParameter",
        ),
        (
            DISASSOCIATE,
            json!({ "InstanceIds": ["ins-4t6y8u2i"], "KeyIds": [] }),
            "MissingParameter",
        ),
        (
            DISASSOCIATE,
            json!({ "InstanceIds": many, "KeyIds": ["skey-9p0o8i7u"] }),
            "InvalidParameterValue.LimitExceeded",
        ),
        (
            DISASSOCIATE,
            json!({ "InstanceIds": ["ins-4t6y8u2i"], "KeyIds": ["skey-1"] }),
            "InvalidKeyPairId.Malformed",
        ),
        (
            DISASSOCIATE,
            json!({ "InstanceIds": ["ins-4t6y8u2i"], "KeyIds": ["skey-zzzzzzzz"] }),
            "InvalidKeyPairId.NotFound",
        ),
        (
            DISASSOCIATE,
            json!({ "InstanceIds": "ins-4t6y8u2i", "KeyIds": ["skey-9p0o8i7u"] }),
            "InvalidParameter",
        ),
        (
            DISASSOCIATE,
            json!({ "InstanceId": ["ins-4t6y8u2i"] }),
            "UnknownParameter",
        ),
        (
            "DescribeKeyPairs",
            json!({ "Limit": 101 }),
            "InvalidParameterValueLimit",
        ),
        (
            "DescribeKeyPairs",
            json!({ "Offset": -1 }),
            "InvalidParameterValueOffset",
        ),
        (
            "DescribeKeyPairs",
            json!({ "KeyIds": [], "Filters": [] }),
            "InvalidParameter",
        ),
        (
            "DescribeKeyPairs",
            json!({ "Filters": [{ "Name": "nope", "Values": [] }] }),
            "InvalidFilter",
        ),
        (
            "DescribeInstances",
            json!({ "InstanceIds": many }),
            "InvalidParameterValue.LimitExceeded",
        ),
    ] {
        assert_eq!(fixture.cvm(action, &body).code(), code, "{body}");
    }
}

#[test]
fn lists() {
    let fixture = Fixture::new();
    let first = fixture.cvm("DescribeKeyPairs", &json!({}));
    assert_eq!(first.body["Response"]["TotalCount"], 24);
    assert_eq!(
        first.body["Response"]["KeyPairSet"]
            .as_array()
            .expect("set")
            .len(),
        20
    );
    let rest = fixture.cvm("DescribeKeyPairs", &json!({ "Offset": 20, "Limit": 100 }));
    assert_eq!(
        rest.body["Response"]["KeyPairSet"]
            .as_array()
            .expect("set")
            .len(),
        4
    );
    let named = fixture.cvm(
        "DescribeKeyPairs",
        &json!({ "Filters": [{ "Name": "key-name", "Values": ["bastion"] }] }),
    );
    let pair = &named.body["Response"]["KeyPairSet"][0];
    assert!(
        pair["PublicKey"]
            .as_str()
            .expect("key")
            .ends_with(" skey-9p0o8i7u"),
        "{pair}"
    );
    assert_eq!(
        pair["AssociatedInstanceIds"],
        json!([
            "ins-4t6y8u2i",
            "ins-8k2j5h7g",
            "ins-6m8c2x4z",
            "ins-0s1t2o3p"
        ])
    );
    let stopped = fixture.cvm(
        "DescribeInstances",
        &json!({ "Filters": [{ "Name": "instance-state", "Values": ["STOPPED"] }] }),
    );
    assert_eq!(stopped.body["Response"]["TotalCount"], 4);
    assert_eq!(
        stopped.body["Response"]["InstanceSet"][2]["LoginSettings"]["KeyIds"],
        Value::Null
    );
    let regions = fixture.cvm("DescribeRegions", &json!({}));
    assert_eq!(
        regions.body["Response"]["RegionSet"][1]["Region"],
        "ap-shanghai"
    );
}

#[test]
fn a_get_with_tc3_does_the_same() {
    let fixture = Fixture::new();
    let mut request = Request {
        method: "GET".to_owned(),
        path: "/".to_owned(),
        query: "InstanceIds.0=ins-4t6y8u2i&KeyIds.0=skey-9p0o8i7u&ForceStop=False".to_owned(),
        ..Request::default()
    };
    headers(
        &mut request,
        &[
            ("content-type", "application/x-www-form-urlencoded"),
            ("x-tc-region", TENCENT_REGION),
        ],
    );
    let key = (TENCENT_SECRET_ID, TENCENT_SECRET_KEY);
    let got = fixture.send(&sign_tencent(
        request,
        key,
        "cvm",
        (DISASSOCIATE, "2017-03-12"),
        clock::now(),
    ));
    assert_eq!(got.code(), "", "{}", got.body);
    let entry = fixture.sandbox.journal().entries[0].clone();
    assert_eq!(
        (entry.items, entry.effect),
        (
            vec!["ins-4t6y8u2i".to_owned(), "skey-9p0o8i7u".to_owned()],
            "change"
        )
    );
}

#[test]
fn quirks() {
    let fixture = Fixture::with(
        &[],
        &[
            "tencent-operation-id-unrelated",
            "tencent-refused-batch-partly-done",
        ],
    );
    let reply = detach(
        &fixture,
        &["ins-4t6y8u2i", "ins-6m8c2x4z"],
        &["skey-9p0o8i7u"],
        false,
    );
    assert_eq!(reply.code(), "UnsupportedOperation.InstanceStateRescueMode");
    let looks: Vec<_> = (0..3).map(|_| look(&fixture, "ins-4t6y8u2i")).collect();
    assert_eq!(
        looks[2].1,
        ["skey-3x8v1n6t"],
        "the fit instance was changed"
    );
    assert_ne!(
        looks[2].4,
        reply.body["Response"]["RequestId"].as_str().expect("id")
    );
    let strict = Fixture::with(&[], &["tencent-unbound-key-refused"]);
    assert_eq!(
        detach(&strict, &["ins-5r7e9w1q"], &["skey-1a2b3c4d"], false).code(),
        "InvalidParameterValue"
    );
    assert_eq!(
        detach(
            &Fixture::new(),
            &["ins-5r7e9w1q"],
            &["skey-1a2b3c4d"],
            false
        )
        .code(),
        ""
    );
}
