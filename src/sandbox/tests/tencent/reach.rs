//! Whether pairs are of a region or of the account (spec tencent 2.8), and which regions there are.

use serde_json::{Value, json};

use super::super::fixture::*;
use super::{change, pairs, post};

const GUANGZHOU: (&str, &str) = ("cvm", "ap-guangzhou");
const SHANGHAI: (&str, &str) = ("cvm", "ap-shanghai");
/// Of ap-shanghai, bound to nothing.
const DR_SITE: &str = "skey-5s4h3a2n";

fn of_account() -> Fixture {
    Fixture::with(&[], &["tencent-pairs-of-account"])
}

fn count(fixture: &Fixture, place: (&str, &str)) -> Value {
    let got = post(fixture, place, "DescribeKeyPairs", &json!({}));
    got.body["Response"]["TotalCount"].clone()
}

/// The ids of all pairs, page by page.
fn ids(fixture: &Fixture, place: (&str, &str)) -> Vec<String> {
    let mut ids = Vec::new();
    loop {
        let body = json!({ "Offset": ids.len(), "Limit": 10 });
        let got = post(fixture, place, "DescribeKeyPairs", &body);
        let page = got.body["Response"]["KeyPairSet"]
            .as_array()
            .expect("a page");
        if page.is_empty() {
            return ids;
        }
        let page = page.iter().map(|pair| pair["KeyId"].as_str().expect("id"));
        ids.extend(page.map(str::to_owned));
    }
}

#[test]
fn every_region_may_list_the_pairs_of_all() {
    let fixture = of_account();
    assert_eq!(count(&fixture, GUANGZHOU), 27);
    assert_eq!(ids(&fixture, GUANGZHOU).len(), 27);
    assert_eq!(ids(&fixture, GUANGZHOU), ids(&fixture, SHANGHAI));
    assert_eq!(pairs(&fixture, GUANGZHOU, &[DR_SITE]).len(), 1);
    // Lighthouse is another product.
    assert_eq!(count(&fixture, ("lighthouse", "ap-guangzhou")), 3);
    assert_eq!(count(&fixture, ("lighthouse", "ap-shanghai")), 0);
    let got = post(&fixture, ("cvm", "mars-1"), "DescribeKeyPairs", &json!({}));
    assert_eq!(got.code(), "UnsupportedRegion");
    let plain = Fixture::new();
    assert_eq!(
        (count(&plain, GUANGZHOU), count(&plain, SHANGHAI)),
        (json!(24), json!(3))
    );
}

#[test]
fn a_pair_is_found_wherever_it_is() {
    let fixture = of_account();
    let body = json!({ "KeyId": DR_SITE, "Description": "from afar" });
    let got = post(&fixture, GUANGZHOU, "ModifyKeyPairAttribute", &body);
    assert_eq!(got.code(), "");
    let seen = &pairs(&fixture, SHANGHAI, &[DR_SITE])[0];
    assert_eq!(seen["Description"], "from afar");

    let instance = "ins-free0001";
    change(&fixture, |region| {
        let mut stopped = region.instances[0].clone();
        instance.clone_into(&mut stopped.id);
        "STOPPED".clone_into(&mut stopped.state);
        stopped.key_ids = Vec::new();
        stopped.steps = Vec::new();
        region.instances.push(stopped);
    });
    let body = json!({ "InstanceIds": [instance], "KeyIds": [DR_SITE] });
    let got = post(&fixture, GUANGZHOU, "AssociateInstancesKeyPairs", &body);
    assert_eq!(got.code(), "");
    for _ in 0..4 {
        let looked = json!({ "InstanceIds": [instance] });
        post(&fixture, GUANGZHOU, "DescribeInstances", &looked);
    }
    // The instance is in another region than the one that is asked.
    let seen = &pairs(&fixture, SHANGHAI, &[DR_SITE])[0];
    assert_eq!(seen["AssociatedInstanceIds"], json!([instance]));
    let ids = json!({ "KeyIds": [DR_SITE] });
    let got = post(&fixture, SHANGHAI, "DeleteKeyPairs", &ids);
    assert_eq!(got.code(), "InvalidParameterValue.KeyPairNotSupported");
    change(&fixture, |region| {
        region.instances.retain(|row| row.id != instance);
    });
    let got = post(&fixture, GUANGZHOU, "DeleteKeyPairs", &ids);
    assert_eq!(got.code(), "");
    assert_eq!(count(&fixture, SHANGHAI), 26);
    let got = post(&fixture, SHANGHAI, "DeleteKeyPairs", &ids);
    assert_eq!(got.code(), "InvalidKeyPairId.NotFound");
}

#[test]
fn without_the_quirk_a_pair_of_another_region_is_not_there() {
    let fixture = Fixture::new();
    let ids = json!({ "KeyIds": [DR_SITE] });
    let got = post(&fixture, GUANGZHOU, "DeleteKeyPairs", &ids);
    assert_eq!(got.code(), "InvalidKeyPairId.NotFound");
    assert_eq!(pairs(&fixture, SHANGHAI, &[DR_SITE]).len(), 1);
}

#[test]
fn a_region_may_be_listed_and_not_be_available() {
    let regions = |quirks: &[&str]| {
        let fixture = Fixture::with(&[], quirks);
        let got = fixture.cvm("DescribeRegions", &json!({}));
        got.body["Response"]["RegionSet"]
            .as_array()
            .expect("regions")
            .iter()
            .map(|region| region["RegionState"].as_str().expect("a state").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(regions(&[]), ["AVAILABLE", "AVAILABLE"]);
    let quirk = "tencent-region-unavailable";
    assert_eq!(regions(&[quirk]), ["AVAILABLE", "AVAILABLE", "UNAVAILABLE"]);
    let fixture = Fixture::with(&[], &[quirk]);
    let got = post(
        &fixture,
        ("cvm", "na-toronto"),
        "DescribeKeyPairs",
        &json!({}),
    );
    assert_eq!(got.code(), "UnsupportedRegion");
}
