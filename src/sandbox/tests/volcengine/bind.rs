//! Which instance has which pair, and restarts (spec volcengine 4.5, 4.6, 5.2).

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::super::super::state::volcengine::Instance;
use super::super::fixture::*;
use super::{pair_id, refused};

/// Id and code of every item; an empty code is a success.
fn errors(got: &Got) -> Vec<(String, String)> {
    let details = got.body["Result"]["OperationDetails"].as_array();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    details
        .unwrap_or_else(|| panic!("{}", got.body))
        .iter()
        .map(|detail| (text(&detail["InstanceId"]), text(&detail["Error"]["Code"])))
        .collect()
}

/// The code of the only item.
fn error(got: &Got) -> String {
    let errors = errors(got);
    assert_eq!(errors.len(), 1);
    errors[0].1.clone()
}

/// Name and id of the pair that an instance shows.
fn shown_pair(fixture: &Fixture, id: &str) -> (String, String) {
    let got = fixture.ecs("DescribeInstances", &format!("InstanceIds.1={id}"));
    let instance = &got.body["Result"]["Instances"][0];
    let text = |name: &str| instance[name].as_str().expect("text").to_owned();
    (text("KeyPairName"), text("KeyPairId"))
}

fn status(fixture: &Fixture, id: &str) -> String {
    let got = fixture.ecs("DescribeInstances", &format!("InstanceIds.1={id}"));
    let status = got.body["Result"]["Instances"][0]["Status"].as_str();
    status.expect("status").to_owned()
}

fn kept(fixture: &Fixture, id: &str) -> Instance {
    let found = fixture.sandbox.with_state(|state| {
        let region = &state.volcengine.regions["cn-beijing"];
        region.instance(id).cloned()
    });
    found.expect("state").expect("instance")
}

/// Changes an instance behind the API's back.
fn change(fixture: &Fixture, id: &str, work: impl FnOnce(&mut Instance)) {
    let done = fixture.sandbox.with_state(|state| {
        let region = state.volcengine.regions.get_mut("cn-beijing");
        work(region.and_then(|region| region.instance_mut(id)).expect(id));
    });
    done.expect("state");
}

#[test]
fn attaches_per_item_inside_http_200() {
    let fixture = Fixture::new();
    change(&fixture, "i-ycweb00002", |instance| {
        instance.lacks_password_plugin = true;
    });
    let got = fixture.ecs(
        "AttachKeyPair",
        "KeyPairName=ci-deploy&InstanceIds.1=i-ycweb00001&InstanceIds.2=i-none&InstanceIds.3=i-ycwindows01&InstanceIds.4=i-ycbuild0001&InstanceIds.5=i-ycstage0001&InstanceIds.6=i-ycweb00002&InstanceIds.7=",
    );
    let expected = [
        ("i-ycweb00001", ""),
        ("i-none", "InvalidInstance.NotFound"),
        ("i-ycwindows01", "InvalidInstance.OsTypeNotSupported"),
        ("i-ycbuild0001", "InvalidInstanceStatus"),
        ("i-ycstage0001", ""),
        ("i-ycweb00002", "InvalidInstance.PluginNotInstalled"),
        ("", "MissingParameter.InstanceId"),
    ];
    assert_eq!(
        errors(&got),
        expected.map(|(id, code)| (id.to_owned(), code.to_owned()))
    );
    assert_eq!(got.status, 200);
    assert_eq!(
        got.body["Result"]["OperationDetails"][0]["Error"],
        Value::Null
    );
    let id = pair_id(&fixture, "ci-deploy");
    for (instance, (name, pair)) in [
        ("i-ycweb00001", ("ci-deploy", id.clone())),
        ("i-ycstage0001", ("ci-deploy", id)),
        ("i-ycweb00002", ("prod-web", pair_id(&fixture, "prod-web"))),
        ("i-ycwindows01", ("", String::new())),
    ] {
        assert_eq!(shown_pair(&fixture, instance), (name.to_owned(), pair));
    }
    assert!(kept(&fixture, "i-ycweb00001").restart_pending);
    assert!(!kept(&fixture, "i-ycbuild0001").restart_pending);
    let entries = fixture.sandbox.journal().entries.clone();
    assert_eq!(entries[0].effect, "change");
    assert_eq!(entries[0].items.len(), 8);
    assert!(entries[0].items.contains(&"ci-deploy".to_owned()));
}

#[test]
fn a_new_binding_replaces_the_one_before() {
    let fixture = Fixture::new();
    let ids = "InstanceIds.1=i-ycstage0001";
    assert_eq!(kept(&fixture, "i-ycstage0001").key_pair_name, "staging");
    let bastion = pair_id(&fixture, "bastion");
    let got = fixture.ecs(
        "AttachKeyPair",
        &format!("KeyPairName=ghost&KeyPairId={bastion}&{ids}"),
    );
    assert_eq!(error(&got), "", "the id wins");
    assert_eq!(kept(&fixture, "i-ycstage0001").key_pair_name, "bastion");
    let delete = |name: &str| {
        let got = fixture.ecs("DeleteKeyPairs", &format!("KeyPairNames.1={name}"));
        got.body["Result"]["OperationDetails"][0]["Error"]["Code"]
            .as_str()
            .map(str::to_owned)
    };
    assert_eq!(delete("bastion").as_deref(), Some("InvalidKeyPair.InUse"));
    assert_eq!(delete("staging"), None, "the replaced pair is free");
    let detach = format!("KeyPairName=bastion&{ids}&InstanceIds.2=i-ycbastion01");
    let got = fixture.ecs("DetachKeyPair", &detach);
    assert_eq!(
        errors(&got).iter().filter(|item| item.1.is_empty()).count(),
        2
    );
    assert_eq!(
        shown_pair(&fixture, "i-ycstage0001"),
        (String::new(), String::new())
    );
    assert_eq!(delete("bastion"), None);
}

#[test]
fn detaching_what_is_not_bound_changes_nothing() {
    let query = "KeyPairName=ci-deploy&InstanceIds.1=i-ycweb00001&InstanceIds.2=i-ycbuild0001";
    for (quirks, unbound) in [
        (&[][..], ""),
        (
            &["volcengine-unbound-detach-refused"],
            "InvalidKeyPair.NotAttached",
        ),
    ] {
        let fixture = Fixture::with(&[], quirks);
        let got = fixture.ecs("DetachKeyPair", query);
        assert_eq!(got.status, 200);
        let codes = errors(&got).into_iter().map(|(_, code)| code);
        assert_eq!(
            codes.collect::<Vec<_>>(),
            [unbound, "InvalidInstanceStatus"]
        );
        let instance = kept(&fixture, "i-ycweb00001");
        assert_eq!(instance.key_pair_name, "prod-web");
        assert!(!instance.restart_pending);
        let attach = "KeyPairName=ci-deploy&InstanceIds.1=i-ycweb00001";
        assert_eq!(error(&fixture.ecs("AttachKeyPair", attach)), "");
        assert_eq!(error(&fixture.ecs("DetachKeyPair", attach)), "");
        assert_eq!(kept(&fixture, "i-ycweb00001").key_pair_name, "");
        assert_eq!(error(&fixture.ecs("DetachKeyPair", attach)), unbound);
    }
}

#[test]
fn a_missing_pair_refuses_the_request_or_every_item() {
    let queries = [
        "KeyPairName=ghost&InstanceIds.1=i-ycweb00001",
        "KeyPairName=prod-web&KeyPairId=kp-none&InstanceIds.1=i-ycweb00001",
    ];
    let fixture = Fixture::new();
    let per_item = Fixture::with(&[], &["volcengine-missing-pair-per-item"]);
    for action in ["AttachKeyPair", "DetachKeyPair"] {
        for query in queries {
            let got = fixture.ecs(action, query);
            assert_eq!(refused(&got), (400, "InvalidKeyPair.NotFound"));
            let got = per_item.ecs(action, query);
            assert_eq!(got.status, 200);
            assert_eq!(error(&got), "InvalidKeyPair.NotFound");
        }
    }
    for fixture in [fixture, per_item] {
        assert_eq!(kept(&fixture, "i-ycweb00001").key_pair_name, "prod-web");
    }
}

#[test]
fn whole_requests_are_refused() {
    let fixture = Fixture::new();
    let many = (1..=101).fold(String::new(), |mut query, number| {
        let _ = write!(query, "InstanceIds.{number}=i-{number}&");
        query
    });
    for action in ["AttachKeyPair", "DetachKeyPair", "RebootInstances"] {
        for (query, code) in [
            ("KeyPairName=prod-web", "MissingParameter.InstanceIds"),
            (
                &format!("KeyPairName=prod-web&{many}"),
                "LimitExceeded.MaximumInstanceIds",
            ),
            (
                "KeyPairName=prod-web&InstanceIds.1=i-ycweb00001&InstanceIds.3=i-ycweb00002",
                "InvalidArgument",
            ),
        ] {
            let got = fixture.ecs(action, query);
            assert_eq!(refused(&got), (400, code), "{action} {query}");
        }
    }
    for action in ["AttachKeyPair", "DetachKeyPair"] {
        let got = fixture.ecs(action, "InstanceIds.1=i-ycweb00001&KeyPairName=");
        assert_eq!(got.code(), "MissingParameter.KeyPairNameAndKeyPairId");
    }
    let got = fixture.ecs(
        "RebootInstances",
        "InstanceIds.1=i-ycweb00001&ForceStop=yes",
    );
    assert_eq!(got.code(), "InvalidForceStop.Malformed");
    assert_eq!(status(&fixture, "i-ycweb00001"), "RUNNING");
    assert_eq!(status(&fixture, "i-ycweb00001"), "RUNNING");
    let hundred = many.replace("InstanceIds.101=i-101&", "");
    let got = fixture.ecs("RebootInstances", &hundred);
    assert_eq!(errors(&got).len(), 100);
}

#[test]
fn reboots_take_a_few_looks() {
    for force in ["", "&ForceStop=true", "&ForceStop=false"] {
        let fixture = Fixture::new();
        let attach = "KeyPairName=ci-deploy&InstanceIds.1=i-ycweb00001";
        fixture.ecs("AttachKeyPair", attach);
        let query = format!(
            "InstanceIds.1=i-ycweb00001&InstanceIds.2=i-ycstage0001&InstanceIds.3=i-ycbuild0001&InstanceIds.4=i-none{force}"
        );
        let got = fixture.ecs("RebootInstances", &query);
        let expected = [
            ("i-ycweb00001", ""),
            ("i-ycstage0001", "InvalidInstanceStatus"),
            ("i-ycbuild0001", "InvalidInstanceStatus"),
            ("i-none", "InvalidInstance.NotFound"),
        ];
        assert_eq!(
            errors(&got),
            expected.map(|(id, code)| (id.to_owned(), code.to_owned()))
        );
        let again = fixture.ecs("RebootInstances", "InstanceIds.1=i-ycweb00001");
        assert_eq!(error(&again), "InvalidInstanceStatus", "under way already");
        fixture.ecs("DescribeInstances", "InstanceIds.1=i-ycbastion01");
        assert_eq!(status(&fixture, "i-ycweb00001"), "RUNNING", "still");
        let late = fixture.ecs("DetachKeyPair", attach);
        assert_eq!(error(&late), "InvalidInstanceStatus");
        assert!(kept(&fixture, "i-ycweb00001").restart_pending);
        assert_eq!(status(&fixture, "i-ycweb00001"), "REBOOTING");
        for _ in 0..3 {
            assert_eq!(status(&fixture, "i-ycweb00001"), "RUNNING");
        }
        assert!(!kept(&fixture, "i-ycweb00001").restart_pending);
        assert_eq!(status(&fixture, "i-ycstage0001"), "STOPPED");
        let next = fixture.ecs("RebootInstances", "InstanceIds.1=i-ycweb00001");
        assert_eq!(error(&next), "");
    }
}

#[test]
fn the_status_filter_agrees_with_what_is_shown() {
    let fixture = Fixture::new();
    fixture.ecs("RebootInstances", "InstanceIds.1=i-ycbastion01");
    status(&fixture, "i-ycbastion01");
    let got = fixture.ecs("DescribeInstances", "Status=REBOOTING");
    let result = &got.body["Result"];
    assert_eq!(result["TotalCount"], 1);
    assert_eq!(result["Instances"][0]["Status"], "REBOOTING");
    assert_eq!(
        fixture.ecs("DescribeInstances", "Status=REBOOTING").body["Result"]["Instances"],
        json!([])
    );
}

#[test]
fn client_tokens_hold_for_all_of_them() {
    let fixture = Fixture::new();
    for (action, query, other) in [
        (
            "AttachKeyPair",
            "KeyPairName=ci-deploy&InstanceIds.1=i-ycweb00001",
            "KeyPairName=ci-deploy&InstanceIds.1=i-ycweb00002",
        ),
        (
            "DetachKeyPair",
            "KeyPairName=ci-deploy&InstanceIds.1=i-ycweb00001",
            "KeyPairName=staging&InstanceIds.1=i-ycweb00001",
        ),
        (
            "RebootInstances",
            "InstanceIds.1=i-ycweb00001",
            "InstanceIds.1=i-ycweb00001&ForceStop=true",
        ),
    ] {
        let token = format!("ClientToken={action}");
        let first = fixture.ecs(action, &format!("{query}&{token}"));
        let again = fixture.ecs(action, &format!("{token}&{query}"));
        assert_eq!(error(&first), "", "{action}");
        assert_eq!(first.body["Result"], again.body["Result"], "{action}");
        let mismatch = fixture.ecs(action, &format!("{other}&{token}"));
        assert_eq!(
            (mismatch.status, mismatch.code()),
            (400, "IdempotentParameterMismatch")
        );
        let malformed = fixture.ecs(action, &format!("{query}&ClientToken="));
        assert_eq!(malformed.code(), "InvalidClientToken.Malformed");
    }
    assert_eq!(
        status(&fixture, "i-ycweb00001"),
        "RUNNING",
        "one reboot under way"
    );
    assert_eq!(status(&fixture, "i-ycweb00001"), "REBOOTING");
    assert_eq!(status(&fixture, "i-ycweb00001"), "RUNNING");
}

#[test]
fn one_item_is_throttled() {
    let rules = [
        "volcengine.AttachKeyPair@1=throttled-item",
        "volcengine.DetachKeyPair@1=throttled-item",
        "volcengine.RebootInstances@1=throttled-item",
    ];
    let fixture = Fixture::with(&rules, &["volcengine-details-reordered"]);
    let ids = "InstanceIds.1=i-ycweb00001&InstanceIds.2=i-ycweb00002";
    for (action, before) in [
        ("AttachKeyPair", "KeyPairName=ci-deploy&"),
        ("DetachKeyPair", "KeyPairName=ci-deploy&"),
        ("RebootInstances", ""),
    ] {
        let query = format!("{before}{ids}");
        let expected = [("i-ycweb00002", ""), ("i-ycweb00001", "FlowLimitExceeded")];
        assert_eq!(
            errors(&fixture.ecs(action, &query)),
            expected.map(|(id, code)| (id.to_owned(), code.to_owned())),
            "{action}"
        );
        let name = kept(&fixture, "i-ycweb00001").key_pair_name;
        match action {
            "AttachKeyPair" => assert_eq!(name, "prod-web"),
            "DetachKeyPair" => assert_eq!(name, "ci-deploy"),
            _ => assert!(kept(&fixture, "i-ycweb00001").next_statuses.is_empty()),
        }
        let retry = format!("{before}InstanceIds.1=i-ycweb00001");
        assert_eq!(error(&fixture.ecs(action, &retry)), "", "{action}");
    }
}
