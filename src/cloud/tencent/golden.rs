//! Requests as the vendor's own programs sent them: the typed operations make the same bodies.

use serde::Serialize;
use serde_json::{Value, json};

use super::common::{DeleteKeyPairs, DescribeInstances, DescribeKeyPairs};
use super::cvm::{
    Cvm, DisassociateInstancesKeyPairs, ModifyKeyPairAttribute, StartInstances, StopInstances,
};
use super::lighthouse::Lighthouse;
use super::product::{Means, Product};
use super::regions::DescribeRegions;
use super::wire::TencentWire;
use crate::cloud::operation::Operation;
use crate::model::NewKeyPair;
use crate::sshkey::PublicKey;

fn case(name: &str) -> Value {
    let document: Value =
        serde_json::from_str(include_str!("../../../tests/vectors/tencent.json")).expect("JSON");
    let cases = document["cases"].as_array().expect("cases");
    let found = cases.iter().find(|case| case["name"] == name);
    found
        .unwrap_or_else(|| panic!("there is no case {name}"))
        .clone()
}

/// The operation is the one of the case, and so is its body, but for members that only kpctl sends.
fn agrees<O: Operation<Cloud = TencentWire> + Serialize>(name: &str, operation: &O, more: &Value) {
    let case = case(name);
    assert_eq!(case["operation"], O::NAME, "{name}");
    assert_eq!(case["service"], O::SERVICE, "{name}");
    assert_eq!(case["version"], O::VERSION, "{name}");
    let body = case["request"]["body"].as_str().expect("a body");
    let mut body: Value = serde_json::from_str(body).expect("a JSON body");
    let members = more.as_object().expect("an object").clone();
    body.as_object_mut().expect("an object").extend(members);
    let ours = serde_json::to_value(operation).expect("it can be encoded");
    assert_eq!(ours, body, "{name}");
}

fn texts(name: &str, member: &str) -> Vec<String> {
    serde_json::from_value(case(name)["input"][member].clone()).expect("texts")
}

fn new(name: &str) -> NewKeyPair {
    let tag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    NewKeyPair {
        name: name.to_owned(),
        project: (name == "ops_2026").then(|| "1234567".to_owned()),
        tags: if name == "ops_2026" {
            vec![tag("团队", "运维 & 平台"), tag("env", "prod \"blue\"")]
        } else {
            Vec::new()
        },
        ..NewKeyPair::default()
    }
}

#[test]
fn key_pairs_are_made_as_others_make_them() {
    let nothing = json!({});
    let create = Cvm::create(&new("deploy_key_01"));
    agrees("create_key_pair_minimal", &create, &nothing);
    let create = Cvm::create(&new("ops_2026"));
    agrees("create_key_pair_with_tags", &create, &nothing);
    agrees(
        "lighthouse_create",
        &Lighthouse::create(&new("lh_key_1")),
        &nothing,
    );
    // The keys of these cases are no keys, so ours stands in for them.
    let text = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAgCx me@laptop";
    let key = PublicKey::parse(text).expect("a key");
    let other = json!({"PublicKey": text});
    let import = Cvm::import(&new("laptop_key"), &key);
    agrees("import_key_pair_rsa", &import, &other);
    let import = Lighthouse::import(&new("lh_key_2"), &key);
    agrees("lighthouse_import", &import, &other);
}

#[test]
fn regions_are_asked_for_by_product() {
    let product = Cvm::SERVICE;
    let name = "region_service_describe_regions";
    agrees(name, &DescribeRegions { product }, &json!({}));
    assert!(case(name)["request"]["headers"]["X-TC-Region"].is_null());
}

#[test]
fn lists_ask_for_full_pages() {
    let page = json!({"Offset": 0, "Limit": 100});
    let all = DescribeKeyPairs::<Cvm>::with_ids(&[]);
    agrees("describe_key_pairs_empty", &all, &page);
    for name in ["describe_key_pairs_one_id", "describe_key_pairs_100_ids"] {
        let some = DescribeKeyPairs::<Cvm>::with_ids(&texts(name, "KeyIds"));
        agrees(name, &some, &page);
    }
    let ids = texts("describe_instances_ids", "InstanceIds");
    let instances = DescribeInstances::<Cvm>::with_ids(&ids);
    agrees("describe_instances_ids", &instances, &json!({}));
}

#[test]
fn deletions_and_amendments_are_the_same() {
    for name in ["delete_key_pairs_one", "delete_key_pairs_100"] {
        let delete = DeleteKeyPairs::<Cvm>::with_ids(&texts(name, "KeyIds"));
        agrees(name, &delete, &json!({}));
    }
    let ids = texts("lighthouse_delete", "KeyIds");
    let delete = DeleteKeyPairs::<Lighthouse>::with_ids(&ids);
    agrees("lighthouse_delete", &delete, &json!({}));
    for name in [
        "modify_name_and_description",
        "modify_description_chinese",
        "modify_description_quotes_backslashes",
        "modify_description_controls_emoji",
        "modify_description_empty",
        "go_post_modify_html_escapes",
    ] {
        let input = &case(name)["input"];
        let text = |member: &str| input[member].as_str().map(str::to_owned);
        let modify = ModifyKeyPairAttribute {
            key_id: text("KeyId").expect("an id"),
            key_name: text("KeyName"),
            description: text("Description"),
        };
        agrees(name, &modify, &json!({}));
    }
}

#[test]
fn key_pairs_are_bound_and_taken_off_as_others_do_it() {
    for name in [
        "disassociate_force_true",
        "disassociate_force_false",
        "node_post_disassociate_force_false",
    ] {
        let disassociate = DisassociateInstancesKeyPairs {
            instance_ids: texts(name, "InstanceIds"),
            key_ids: texts(name, "KeyIds"),
            force_stop: case(name)["input"]["ForceStop"] == true,
        };
        agrees(name, &disassociate, &json!({}));
    }
    let name = "associate_force_true";
    let means = |user: Option<&str>| Means {
        cut: true,
        offline: user.is_none(),
        user: user.map(str::to_owned),
    };
    let ids = |name: &str| (texts(name, "InstanceIds"), texts(name, "KeyIds"));
    let (instances, keys) = ids(name);
    agrees(name, &Cvm::bind(instances, keys, means(None)), &json!({}));
    let name = "lighthouse_associate_online";
    let (instances, keys) = ids(name);
    let bind = Lighthouse::bind(instances, keys, means(Some("root")));
    agrees(name, &bind, &json!({}));
    let name = "lighthouse_disassociate_offline";
    let (instances, keys) = ids(name);
    let unbind = Lighthouse::unbind(instances, keys, means(None));
    agrees(name, &unbind, &json!({}));
}

#[test]
fn machines_are_stopped_and_started_as_others_do_it() {
    let name = "stop_instances_soft_first";
    let stop = StopInstances {
        instance_ids: texts(name, "InstanceIds"),
        stop_type: "SOFT_FIRST",
        stopped_mode: "KEEP_CHARGING",
    };
    agrees(name, &stop, &json!({}));
    let start = StartInstances {
        instance_ids: texts("start_instances", "InstanceIds"),
    };
    agrees("start_instances", &start, &json!({}));
}
