//! Operations against golden requests that the vendor's own client made.

use serde_json::Value;

use crate::cloud::client::{Call, Wire};
use crate::cloud::operation::Operation;
use crate::cloud::volcengine::ecs::{
    CreateKeyPair, DeleteKeyPairs, DescribeKeyPairs, Handle, ImportKeyPair, ModifyKeyPairAttribute,
    Tag,
};
use crate::cloud::volcengine::instances::{
    AttachKeyPair, DescribeInstances, DetachKeyPair, RebootInstances,
};
use crate::cloud::volcengine::regions::DescribeRegions;
use crate::cloud::volcengine::wire::VolcengineWire;

const VECTORS: &str = include_str!("../../../../tests/vectors/volcengine.json");

/// The input and the canonical query of a golden request.
fn golden(name: &str) -> (Value, String) {
    let document: Value = serde_json::from_str(VECTORS).expect("JSON");
    let cases = document["cases"].as_array().expect("cases");
    let case = cases.iter().find(|case| case["name"] == name);
    let case = case.unwrap_or_else(|| panic!("{name}"));
    let canonical = case["signing"]["canonical_request"]
        .as_str()
        .expect("a text");
    let query = canonical.lines().nth(2).expect("a query").to_owned();
    (case["input"].clone(), query)
}

/// What an operation puts on the wire, without parameters that the golden client left out.
fn encoded<O: Operation<Cloud = VolcengineWire>>(operation: &O, without: &[&str]) -> String {
    let call = Call {
        service: O::SERVICE,
        operation: O::NAME,
        version: O::VERSION,
        region: "cn-beijing".to_owned(),
        project_id: None,
        endpoint: VolcengineWire::endpoint(O::SERVICE, "cn-beijing").expect("an endpoint"),
    };
    let request = VolcengineWire::encode(operation, &call).expect("a request");
    assert_eq!(
        (request.method.as_str(), request.path.as_str()),
        ("GET", "/")
    );
    let is_left = |pair: &&str| {
        let name = pair.split('=').next().expect("a name");
        !without.contains(&name)
    };
    request
        .query
        .split('&')
        .filter(is_left)
        .collect::<Vec<_>>()
        .join("&")
}

fn text(input: &Value, name: &str) -> Option<String> {
    input[name].as_str().map(str::to_owned)
}

fn list(input: &Value, name: &str) -> Vec<String> {
    let texts = input[name].as_array().expect("a list").iter();
    texts
        .map(|text| text.as_str().expect("a text").to_owned())
        .collect()
}

fn token(input: &Value) -> String {
    text(input, "ClientToken").unwrap_or_else(|| "kpctl always sends one".to_owned())
}

/// What kpctl always sends and the golden client only where it was told to.
fn habits(input: &Value) -> Vec<&'static str> {
    ["ClientToken", "MaxResults"]
        .into_iter()
        .filter(|name| input[name].is_null())
        .collect()
}

fn handle(input: &Value) -> Handle {
    match text(input, "KeyPairId") {
        Some(id) => Handle::KeyPairId(id),
        None => Handle::KeyPairName(text(input, "KeyPairName").expect("a name")),
    }
}

fn pair(input: &Value) -> CreateKeyPair {
    let tags = input["Tags"].as_array().cloned().unwrap_or_default();
    let tag = |tag: &Value| Tag {
        key: text(tag, "Key").expect("a key"),
        value: text(tag, "Value").expect("a value"),
    };
    CreateKeyPair {
        key_pair_name: text(input, "KeyPairName").expect("a name"),
        description: text(input, "Description"),
        project_name: text(input, "ProjectName"),
        tags: tags.iter().map(tag).collect(),
        client_token: token(input),
    }
}

#[test]
fn additions() {
    for name in [
        "create-minimal",
        "create-all-parameters",
        "create-20-tags-ordering",
        "create-empty-tag-value-and-empty-description",
        "create-chinese-name-session-token",
    ] {
        let (input, query) = golden(name);
        assert_eq!(encoded(&pair(&input), &habits(&input)), query, "{name}");
    }
    for name in [
        "import-rsa-public-key",
        "import-ed25519-with-tags-session-token",
    ] {
        let (input, query) = golden(name);
        let operation = ImportKeyPair {
            public_key: text(&input, "PublicKey").expect("a key"),
            pair: pair(&input),
        };
        assert_eq!(encoded(&operation, &habits(&input)), query, "{name}");
    }
}

#[test]
fn bindings() {
    for name in [
        "attach-by-name",
        "attach-by-id-100-instances",
        "attach-session-token",
    ] {
        let (input, query) = golden(name);
        let operation = AttachKeyPair {
            key_pair: handle(&input),
            instance_ids: list(&input, "InstanceIds"),
            client_token: token(&input),
        };
        assert_eq!(encoded(&operation, &habits(&input)), query, "{name}");
    }
    for name in ["detach-by-id", "detach-by-nasty-name-11-instances"] {
        let (input, query) = golden(name);
        let operation = DetachKeyPair {
            key_pair: handle(&input),
            instance_ids: list(&input, "InstanceIds"),
            client_token: token(&input),
        };
        assert_eq!(encoded(&operation, &habits(&input)), query, "{name}");
    }
}

#[test]
fn descriptions() {
    for name in ["modify-description-chinese", "modify-description-cleared"] {
        let (input, query) = golden(name);
        let operation = ModifyKeyPairAttribute {
            key_pair: handle(&input),
            description: text(&input, "Description").expect("a text"),
            client_token: token(&input),
        };
        assert_eq!(encoded(&operation, &habits(&input)), query, "{name}");
    }
}

/// kpctl never cuts the power: it sends all of the golden request but `ForceStop`.
#[test]
fn restarts() {
    let (input, query) = golden("reboot-instances-force");
    let operation = RebootInstances {
        instance_ids: list(&input, "InstanceIds"),
        client_token: token(&input),
    };
    assert_eq!(
        encoded(&operation, &[]),
        query.replace("ForceStop=true&", "")
    );
    assert!(query.contains("ForceStop=true&"));
}

#[test]
fn lists() {
    let (input, query) = golden("describe-instances-by-key-pair-name");
    let operation = DescribeInstances {
        next_token: text(&input, "NextToken"),
        ..DescribeInstances::holding("ci-deploy")
    };
    assert_eq!(encoded(&operation, &[]), query);

    let (input, query) = golden("describe-instances-by-ids");
    let operation = DescribeInstances::with_ids(&list(&input, "InstanceIds"));
    assert_eq!(encoded(&operation, &habits(&input)), query);

    let (input, query) = golden("describe-next-token-base64");
    let operation = DescribeKeyPairs {
        next_token: text(&input, "NextToken"),
        ..DescribeKeyPairs::all()
    };
    assert_eq!(encoded(&operation, &[]), query);
}

#[test]
fn regions() {
    let (input, query) = golden("describe-regions");
    let max_results = input["MaxResults"].as_u64().expect("a number");
    let operation = DescribeRegions {
        max_results: u32::try_from(max_results).expect("a small number"),
        ..DescribeRegions::all()
    };
    assert_eq!(encoded(&operation, &[]), query);
}

#[test]
fn deletions() {
    for name in [
        "delete-with-client-token",
        "delete-100-ordering",
        "delete-unicode-names",
    ] {
        let (input, query) = golden(name);
        let operation = DeleteKeyPairs {
            key_pair_names: list(&input, "KeyPairNames"),
            client_token: token(&input),
        };
        assert_eq!(encoded(&operation, &habits(&input)), query, "{name}");
    }
}
