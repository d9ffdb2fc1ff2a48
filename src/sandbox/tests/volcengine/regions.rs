//! The list of regions (spec volcengine 3): what a client asks that wants to see all of an account.

use serde_json::{Value, json};

use super::super::super::clock;
use super::super::super::credentials::*;
use super::super::super::request::{Request, encode};
use super::super::super::state::volcengine::Region;
use super::super::fixture::*;

fn ids(got: &Got) -> Vec<String> {
    let regions = got.body["Result"]["Regions"].as_array().expect("regions");
    regions
        .iter()
        .map(|region| region["RegionId"].as_str().expect("an id").to_owned())
        .collect()
}

/// An account with that many regions.
fn with_regions(count: usize) -> Fixture {
    let fixture = Fixture::new();
    fixture
        .sandbox
        .with_state(|state| {
            let regions = (1..=count).map(|number| (format!("cn-r{number:03}"), Region::default()));
            state.volcengine.regions = regions.collect();
        })
        .expect("in memory");
    fixture
}

#[test]
fn the_regions_of_the_state_come_page_by_page() {
    let fixture = with_regions(45);
    let first = fixture.ecs("DescribeRegions", "MaxResults=30");
    assert_eq!(ids(&first).len(), 30);
    let token = first.body["Result"]["NextToken"].as_str().expect("token");
    let query = format!("MaxResults=30&NextToken={}", encode(token));
    let second = fixture.ecs("DescribeRegions", &query);
    assert_eq!(ids(&second).len(), 15);
    assert_eq!(second.body["Result"]["NextToken"], "");
    let all = [ids(&first), ids(&second)].concat();
    let expected: Vec<String> = (1..=45).map(|number| format!("cn-r{number:03}")).collect();
    assert_eq!(all, expected);
    assert_eq!(ids(&fixture.ecs("DescribeRegions", "")).len(), 20);
    let other_question = format!("MaxResults=10&NextToken={}", encode(token));
    let got = fixture.ecs("DescribeRegions", &other_question);
    assert_eq!(got.code(), "InvalidNextToken.Malformed");
    let got = fixture.ecs("DescribeRegions", "MaxResults=101");
    assert_eq!(got.code(), "InvalidMaxResults.Malformed");
}

#[test]
fn unknown_ids_are_left_out() {
    let fixture = with_regions(3);
    let query = "RegionIds.1=cn-r002&RegionIds.2=mars-1";
    let got = fixture.ecs("DescribeRegions", query);
    assert_eq!(
        got.body["Result"]["Regions"],
        json!([{ "RegionId": "cn-r002" }])
    );
    let got = fixture.ecs("DescribeRegions", "RegionIds.2=cn-r002");
    assert_eq!(got.code(), "InvalidArgument");
}

#[test]
fn it_is_signed_and_answers_wherever_it_is_asked() {
    let fixture = with_regions(2);
    let request = || Request {
        headers: Vec::new(),
        ..volcengine("ecs", "2020-04-01", "DescribeRegions", "")
    };
    let ask = |secret: &str, region: &str| {
        let key = (VOLCENGINE_ACCESS_KEY, secret);
        fixture.send(&sign_volcengine(
            request(),
            key,
            region,
            "ecs",
            clock::now(),
        ))
    };
    // The account has no such region, but this is the question that tells.
    assert_eq!(ids(&ask(VOLCENGINE_SECRET_KEY, "mars-1")).len(), 2);
    let got = ask("wrong", "cn-r001");
    assert_eq!((got.status, got.code()), (401, "SignatureDoesNotMatch"));
    assert_eq!(got.body["Result"], Value::Null);
}
