//! Labels of pairs (spec volcengine 4.8).

use serde_json::{Value, json};

use super::super::super::request::encode;
use super::super::fixture::*;
use super::{described, pair_id, refused};

/// Id and code of every item.
fn errors(got: &Got) -> Vec<(String, String)> {
    let details = got.body["Result"]["OperationDetails"].as_array();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    details
        .unwrap_or_else(|| panic!("{}", got.body))
        .iter()
        .map(|detail| (text(&detail["ResourceId"]), text(&detail["Error"]["Code"])))
        .collect()
}

fn owned(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(id, code): &(&str, &str)| ((*id).to_owned(), (*code).to_owned());
    expected.iter().map(owned).collect()
}

#[test]
fn tags_come_and_go() {
    let fixture = Fixture::new();
    let (web, bastion) = (pair_id(&fixture, "prod-web"), pair_id(&fixture, "bastion"));
    let on = format!(
        "ResourceType=keypair&ResourceIds.1={web}&ResourceIds.2=kp-none&ResourceIds.3={bastion}"
    );
    let expected = [
        (web.as_str(), ""),
        ("kp-none", "InvalidResource.NotFound"),
        (bastion.as_str(), ""),
    ];
    let got = fixture.ecs(
        "CreateTags",
        &format!("{on}&Tags.1.Key=env&Tags.1.Value=test&Tags.2.Key=team"),
    );
    assert_eq!((got.status, errors(&got)), (200, owned(&expected)));
    let tags = json!([{ "Key": "env", "Value": "test" }, { "Key": "team", "Value": "" }]);
    assert_eq!(
        described(&fixture, "prod-web")["Tags"],
        tags,
        "env is replaced"
    );
    assert_eq!(described(&fixture, "bastion")["Tags"], tags);

    let tag = |id: &str, key: &str, value: &str| json!({ "ResourceType": "keypair", "ResourceId": id, "TagKey": key, "TagValue": value });
    let listed = |more: &str| {
        let got = fixture.ecs("DescribeTags", &format!("{on}&{more}"));
        (
            got.body["Result"]["TagResources"].clone(),
            got.body["Result"]["NextToken"]
                .as_str()
                .expect("token")
                .to_owned(),
        )
    };
    let all = json!([
        tag(&web, "env", "test"),
        tag(&web, "team", ""),
        tag(&bastion, "env", "test"),
        tag(&bastion, "team", ""),
    ]);
    assert_eq!(listed(""), (all, String::new()));
    assert_eq!(
        listed("TagFilters.1.Key=team").0,
        json!([tag(&web, "team", ""), tag(&bastion, "team", "")])
    );
    let (first, token) = listed("MaxResults=3");
    assert_eq!(first.as_array().map(Vec::len), Some(3));
    let (second, end) = listed(&format!("MaxResults=3&NextToken={}", encode(&token)));
    assert_eq!(second, json!([tag(&bastion, "team", "")]));
    assert_eq!(end, "");

    let got = fixture.ecs("DeleteTags", &format!("{on}&TagKeys.1=env&TagKeys.2=nope"));
    assert_eq!(errors(&got), owned(&expected));
    assert_eq!(
        described(&fixture, "prod-web")["Tags"],
        json!([{ "Key": "team", "Value": "" }])
    );
}

#[test]
fn a_pair_has_at_most_20_tags() {
    let fixture = Fixture::new();
    let id = pair_id(&fixture, "prod-web");
    let on = format!("ResourceType=keypair&ResourceIds.1={id}");
    let tags = (1..=20)
        .map(|number| format!("&Tags.{number}.Key=k{number}"))
        .collect::<Vec<_>>()
        .concat();
    let got = fixture.ecs("CreateTags", &format!("{on}{tags}"));
    assert_eq!(
        errors(&got),
        owned(&[(&id, "LimitExceeded.MaximumTags")]),
        "it has one already"
    );
    fixture.ecs("DeleteTags", &format!("{on}&TagKeys.1=env"));
    for _ in 0..2 {
        let got = fixture.ecs("CreateTags", &format!("{on}{tags}"));
        assert_eq!(errors(&got), owned(&[(&id, "")]));
    }
    let count = described(&fixture, "prod-web")["Tags"]
        .as_array()
        .map(Vec::len);
    assert_eq!(count, Some(20));
}

#[test]
fn whole_requests_are_refused() {
    let fixture = Fixture::new();
    let id = pair_id(&fixture, "prod-web");
    let on = format!("ResourceType=keypair&ResourceIds.1={id}");
    let keys = (1..=21)
        .map(|number| format!("&TagKeys.{number}=k{number}"))
        .collect::<Vec<_>>()
        .concat();
    for (action, query, code) in [
        ("CreateTags", on.clone(), "MissingParameter.Tags"),
        (
            "CreateTags",
            format!("{on}&Tags.1.Key=sys%3Aa"),
            "InvalidTagKey.Malformed",
        ),
        ("DeleteTags", on.clone(), "MissingParameter.TagKeys"),
        (
            "DeleteTags",
            format!("{on}{keys}"),
            "LimitExceeded.MaximumTagKeys",
        ),
        (
            "DescribeTags",
            "ResourceType=keypair".to_owned(),
            "MissingParameter.ResourceIds",
        ),
        (
            "DescribeTags",
            format!("ResourceIds.1={id}"),
            "MissingParameter.ResourceType",
        ),
        (
            "DescribeTags",
            format!("ResourceType=volume&ResourceIds.1={id}"),
            "InvalidResourceType.Malformed",
        ),
    ] {
        let got = fixture.ecs(action, &query);
        assert_eq!(refused(&got), (400, code), "{action} {query}");
    }
    let once = format!("{on}&TagKeys.1=env&ClientToken=t1");
    let first = fixture.ecs("DeleteTags", &once);
    assert_eq!(
        first.body["Result"],
        fixture.ecs("DeleteTags", &once).body["Result"]
    );
    let other = fixture.ecs("DeleteTags", &format!("{once}&TagKeys.2=b"));
    assert_eq!(other.code(), "IdempotentParameterMismatch");
}

#[test]
fn one_item_is_throttled() {
    let rules = [
        "volcengine.CreateTags@1=throttled-item",
        "volcengine.DeleteTags@1=throttled-item",
    ];
    let fixture = Fixture::with(&rules, &[]);
    let id = pair_id(&fixture, "prod-web");
    let on = format!("ResourceType=keypair&ResourceIds.1={id}");
    for query in ["Tags.1.Key=a", "TagKeys.1=env"] {
        let action = if query.starts_with("Tags") {
            "CreateTags"
        } else {
            "DeleteTags"
        };
        let got = fixture.ecs(action, &format!("{on}&{query}"));
        assert_eq!(errors(&got), owned(&[(&id, "FlowLimitExceeded")]));
        assert_eq!(
            described(&fixture, "prod-web")["Tags"],
            json!([{ "Key": "env", "Value": "prod" }])
        );
    }
}
