//! Rules of Volcengine (spec volcengine 4 and 5).

mod bind;
mod create;
mod modify;
mod regions;
mod tags;

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::super::clock;
use super::super::credentials::*;
use super::fixture::*;

fn errors(got: &Got) -> Vec<(String, String)> {
    let details = got.body["Result"]["OperationDetails"]
        .as_array()
        .expect("details");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    details
        .iter()
        .map(|detail| (text(&detail["KeyPairName"]), text(&detail["Error"]["Code"])))
        .collect()
}

fn names(got: &Got) -> Vec<String> {
    let pairs = got.body["Result"]["KeyPairs"].as_array().expect("pairs");
    pairs
        .iter()
        .map(|pair| pair["KeyPairName"].as_str().expect("name").to_owned())
        .collect()
}

/// What `DescribeKeyPairs` tells about one name.
fn described(fixture: &Fixture, name: &str) -> Value {
    let got = fixture.ecs("DescribeKeyPairs", &format!("KeyPairNames.1={name}"));
    got.body["Result"]["KeyPairs"][0].clone()
}

/// The id of a pair that exists.
fn pair_id(fixture: &Fixture, name: &str) -> String {
    let id = described(fixture, name)["KeyPairId"].take();
    id.as_str().expect("id").to_owned()
}

/// Status and code of a refusal.
fn refused(got: &Got) -> (u16, &str) {
    (got.status, got.code())
}

#[test]
fn deletes_per_item_inside_http_200() {
    let fixture = Fixture::new();
    let got = fixture.ecs("DeleteKeyPairs", "KeyPairNames.1=ci-deploy&KeyPairNames.2=ghost&KeyPairNames.3=prod-web&KeyPairNames.4=&KeyPairNames.5=ci-deploy");
    assert_eq!(got.status, 200);
    let expected = [
        ("ci-deploy", ""),
        ("ghost", "InvalidKeyPair.NotFound"),
        ("prod-web", "InvalidKeyPair.InUse"),
        ("", "MissingParameter.KeyPairName"),
        ("ci-deploy", "InvalidKeyPair.NotFound"),
    ];
    assert_eq!(
        errors(&got),
        expected.map(|(name, code)| (name.to_owned(), code.to_owned()))
    );
    assert_eq!(
        got.body["Result"]["OperationDetails"][0]["Error"],
        Value::Null
    );
    let left = fixture.ecs("DescribeKeyPairs", "MaxResults=500");
    assert_eq!(names(&left).len(), 13);
    let entries = fixture.sandbox.journal().entries.clone();
    assert_eq!(
        (
            entries[0].effect,
            entries[0].status,
            entries[0].code.clone()
        ),
        ("change", Some(200), None)
    );
    assert_eq!(
        entries[0].items,
        ["ci-deploy", "ghost", "prod-web", "", "ci-deploy"]
    );
}

#[test]
fn regions_are_separate_worlds() {
    let fixture = Fixture::new();
    fixture.ecs("DeleteKeyPairs", "KeyPairNames.1=ci-deploy");
    let in_region = |region| {
        let request = super::super::request::Request {
            headers: Vec::new(),
            ..volcengine(
                "ecs",
                "2020-04-01",
                "DescribeKeyPairs",
                "KeyPairNames.1=ci-deploy",
            )
        };
        let key = (VOLCENGINE_ACCESS_KEY, VOLCENGINE_SECRET_KEY);
        fixture.send(&sign_volcengine(request, key, region, "ecs", clock::now()))
    };
    assert_eq!(names(&in_region("cn-beijing")), Vec::<String>::new());
    assert_eq!(names(&in_region("cn-shanghai")), ["ci-deploy"]);
    assert_eq!(
        (
            in_region("mars-1").status,
            in_region("mars-1").code().to_owned()
        ),
        (404, "ServiceNotFound".to_owned())
    );
    let regions = fixture.ecs("DescribeRegions", "");
    assert_eq!(
        regions.body["Result"]["Regions"],
        json!([{ "RegionId": "cn-beijing" }, { "RegionId": "cn-shanghai" }])
    );
}

#[test]
fn whole_requests_are_refused() {
    let fixture = Fixture::new();
    let many = (1..=101).fold(String::new(), |mut query, number| {
        let _ = write!(query, "KeyPairNames.{number}=x{number}&");
        query
    });
    for (action, query, status, code) in [
        ("DeleteKeyPairs", "", 400, "MissingParameter.KeyPairNames"),
        (
            "DeleteKeyPairs",
            many.as_str(),
            400,
            "LimitExceeded.MaximumKeyPairNames",
        ),
        ("DeleteKeyPairs", "KeyPairNames.2=a", 400, "InvalidArgument"),
        (
            "DeleteKeyPairs",
            "KeyPairNames.1=a&ClientToken=caf%C3%A9",
            400,
            "InvalidClientToken.Malformed",
        ),
        (
            "DescribeKeyPairs",
            "MaxResults=501",
            400,
            "InvalidMaxResults.Malformed",
        ),
        (
            "DescribeKeyPairs",
            "NextToken=nonsense",
            400,
            "InvalidNextToken.Malformed",
        ),
        (
            "DescribeInstances",
            "MaxResults=101",
            400,
            "InvalidMaxResults.Malformed",
        ),
        ("Nope", "", 404, "InvalidActionOrVersion"),
        ("", "", 400, "MissingParameter"),
    ] {
        let got = fixture.ecs(action, query);
        assert_eq!((got.status, got.code()), (status, code), "{}", got.body);
    }
    let long = fixture.ecs(
        "DeleteKeyPairs",
        &format!("KeyPairNames.1=a&ClientToken={}", "t".repeat(65)),
    );
    assert_eq!(long.code(), "InvalidClientToken.Malformed");
    let other_service = fixture.send(&volcengine("rds", "2020-04-01", "DescribeKeyPairs", ""));
    assert_eq!(
        (other_service.status, other_service.code()),
        (404, "ServiceNotFound")
    );
}

#[test]
fn a_client_token_answers_the_same_again() {
    let fixture = Fixture::new();
    let first = fixture.ecs(
        "DeleteKeyPairs",
        "KeyPairNames.1=ci-deploy&KeyPairNames.2=prod-web&ClientToken=t1",
    );
    let again = fixture.ecs(
        "DeleteKeyPairs",
        "ClientToken=t1&KeyPairNames.2=prod-web&KeyPairNames.1=ci-deploy",
    );
    assert_eq!(first.body["Result"], again.body["Result"]);
    let without = fixture.ecs("DeleteKeyPairs", "KeyPairNames.1=ci-deploy");
    assert_eq!(errors(&without)[0].1, "InvalidKeyPair.NotFound");
    let other = fixture.ecs("DeleteKeyPairs", "KeyPairNames.1=old-laptop&ClientToken=t1");
    assert_eq!(
        (other.status, other.code()),
        (400, "IdempotentParameterMismatch")
    );
}

#[test]
fn pages_have_an_opaque_token_and_an_end() {
    let fixture = Fixture::new();
    let first = fixture.ecs("DescribeKeyPairs", "");
    assert_eq!(names(&first).len(), 10, "the default page hides pairs");
    let token = first.body["Result"]["NextToken"].as_str().expect("token");
    let encoded = super::super::request::encode(token);
    fixture.ecs("DeleteKeyPairs", "KeyPairNames.1=ci-deploy");
    let second = fixture.ecs("DescribeKeyPairs", &format!("NextToken={encoded}"));
    assert_eq!(
        names(&second),
        ["build-agent-8", "prod-web", "bastion", "staging"],
        "a deletion skips nothing"
    );
    assert_eq!(second.body["Result"]["NextToken"], "");
    let other_question = fixture.ecs(
        "DescribeKeyPairs",
        &format!("ProjectName=default&NextToken={encoded}"),
    );
    assert_eq!(other_question.code(), "InvalidNextToken.Malformed");
}

#[test]
fn filters_of_key_pairs() {
    let fixture = Fixture::new();
    let all = fixture.ecs("DescribeKeyPairs", "MaxResults=500");
    let bastion = all.body["Result"]["KeyPairs"]
        .as_array()
        .expect("pairs")
        .iter()
        .find(|pair| pair["KeyPairName"] == "bastion")
        .cloned()
        .expect("bastion");
    let id = bastion["KeyPairId"].as_str().expect("id");
    assert!(id.starts_with("kp-") && id.len() == 23, "{id}");
    assert_eq!(bastion["FingerPrint"], "ad2d7f98d10a975a49836d0df7ab6d3b");
    for (query, expected) in [
        ("KeyPairName=agent-1".to_owned(), vec!["build-agent-1"]),
        (
            format!("KeyPairIds.1={id}&KeyPairIds.2=kp-none"),
            vec!["bastion"],
        ),
        (
            "FingerPrint=ad2d7f98d10a975a49836d0df7ab6d3b".to_owned(),
            vec!["bastion"],
        ),
        (
            "TagFilters.1.Key=env&TagFilters.1.Values.1=prod".to_owned(),
            vec!["prod-web"],
        ),
        (
            "TagFilters.1.Key=env".to_owned(),
            vec!["prod-web", "staging"],
        ),
        ("KeyPairNames.1=ghost".to_owned(), vec![]),
        ("KeyPairNames.1=staging&KeyPairName=prod".to_owned(), vec![]),
        ("ProjectName=other".to_owned(), vec![]),
    ] {
        assert_eq!(
            names(&fixture.ecs("DescribeKeyPairs", &query)),
            expected,
            "{query}"
        );
    }
}

#[test]
fn instances_tell_who_holds_a_pair() {
    let fixture = Fixture::new();
    let ids = |query: &str| {
        let got = fixture.ecs("DescribeInstances", query);
        let instances = got.body["Result"]["Instances"]
            .as_array()
            .expect("instances")
            .clone();
        instances
            .iter()
            .map(|instance| instance["InstanceId"].as_str().expect("id").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        ids("KeyPairName=prod-web"),
        ["i-ycweb00001", "i-ycweb00002"]
    );
    assert_eq!(ids("KeyPairName=prod"), Vec::<String>::new());
    assert_eq!(ids("Status=STOPPED"), ["i-ycstage0001"]);
    assert_eq!(
        ids("InstanceIds.1=i-ycbastion01&InstanceIds.2=i-none"),
        ["i-ycbastion01"]
    );
    let fuzzy = Fixture::with(&[], &["volcengine-instance-filter-fuzzy"]);
    let got = fuzzy.ecs("DescribeInstances", "KeyPairName=prod");
    assert_eq!(got.body["Result"]["TotalCount"], 2);
}

#[test]
fn quirks() {
    let fixture = Fixture::with(
        &[],
        &[
            "volcengine-details-reordered",
            "volcengine-details-null-omitted",
            "volcengine-delete-eventual",
        ],
    );
    let got = fixture.ecs(
        "DeleteKeyPairs",
        "KeyPairNames.1=ci-deploy&KeyPairNames.2=ghost",
    );
    let details = &got.body["Result"]["OperationDetails"];
    assert_eq!(
        (&details[0]["KeyPairName"], &details[1]),
        (&json!("ghost"), &json!({ "KeyPairName": "ci-deploy" }))
    );
    for listed in [true, true, false, false] {
        let pairs = names(&fixture.ecs("DescribeKeyPairs", "KeyPairNames.1=ci-deploy"));
        assert_eq!(!pairs.is_empty(), listed);
    }
    let again = fixture.ecs("DeleteKeyPairs", "KeyPairNames.1=ci-deploy");
    assert_eq!(errors(&again)[0].1, "InvalidKeyPair.NotFound");
    let strict = Fixture::with(&[], &["volcengine-unknown-names-refused"]);
    let refused = strict.ecs("DescribeKeyPairs", "KeyPairNames.1=ghost");
    assert_eq!(
        (refused.status, refused.code()),
        (400, "InvalidKeyPair.NotFound")
    );
}
