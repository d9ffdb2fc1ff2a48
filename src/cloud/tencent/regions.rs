//! The regions that a product is in, by the vendor's own list (spec tencent 1.6).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::endpoints::check_region;
use super::wire::TencentWire;
use crate::cloud::client::Client;
use crate::cloud::operation::{Effect, Operation};
use crate::cloud::reply::lenient_text;
use crate::cloud::{Regions, no_regions, odd_region};
use crate::error::{Error, ErrorKind};

/// The service that keeps the list. It is in no region itself.
pub(super) const SERVICE: &str = "region";
/// Lists the regions of a product, all at once.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeRegions {
    pub(super) product: &'static str,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RegionList {
    #[serde(default, deserialize_with = "lenient_text")]
    total_count: Option<String>,
    // A list, and nothing else: an answer without one, or with null, says nothing about what exists.
    region_set: Vec<Region>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Region {
    #[serde(rename = "Region", default, deserialize_with = "lenient_text")]
    id: Option<String>,
}

impl Operation for DescribeRegions {
    type Cloud = TencentWire;
    type Response = RegionList;
    const SERVICE: &'static str = SERVICE;
    const NAME: &'static str = "DescribeRegions";
    const VERSION: &'static str = "2022-06-27";
    const EFFECT: Effect = Effect::Read;
}

/// The regions of a product, whatever state they are in: what `UNAVAILABLE` means is not told, and a region
/// that sells nothing more may well hold keys. One that holds none refuses with `UnsupportedRegion`.
pub(super) async fn regions(
    client: &Client<TencentWire>,
    product: &'static str,
) -> Result<Regions, Error> {
    let list = client.call(&DescribeRegions { product }).await?.value;
    let came = list.region_set.len();
    let total: Option<usize> = list.total_count.and_then(|total| total.parse().ok());
    if total.is_some_and(|total| total > came) {
        return Err(Error::new(
            ErrorKind::Server,
            "the list of regions is shorter than announced, so that it cannot be called complete",
        ));
    }
    let mut ids = BTreeSet::new();
    for region in list.region_set {
        let Some(id) = region.id.filter(|id| !id.is_empty()) else {
            continue;
        };
        if check_region(&id).is_err() {
            return Err(odd_region(&client.scope, &id));
        }
        ids.insert(id);
    }
    if ids.is_empty() {
        return Err(no_regions(&client.scope));
    }
    Ok(Regions {
        enabled: ids.into_iter().collect(),
        ..Regions::default()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::cloud::tencent::testing::{Rig, refusal};
    use crate::cloud::tencent::{Tencent, endpoints};
    use crate::cloud::testing::connection;
    use crate::cloud::{Provider as _, Regions};
    use crate::error::{Error, ErrorKind};
    use crate::model::{CloudId, ListRequest, Resource};

    fn tencent(answer: Value) -> (Tencent, Rig) {
        let rig = Rig::new(move |_, _| answer.clone());
        let connection = connection(CloudId::Tencent, "ap-guangzhou", rig.courier.clone());
        (Tencent::new(connection), rig)
    }

    async fn read(answer: Value) -> Result<Regions, Error> {
        tencent(answer).0.regions(Resource::KeyPair).await
    }

    #[tokio::test]
    async fn every_region_is_asked_whatever_its_state() {
        let set = json!([{"Region": "ap-shanghai", "RegionState": "AVAILABLE", "RegionName": null},
            {"Region": "ap-mumbai", "RegionState": "UNAVAILABLE"},
            {"Region": "ap-beijing", "RegionState": null}, {"Region": "ap-seoul"}, {"Region": null}]);
        let found = read(json!({"TotalCount": 5, "RegionSet": set}))
            .await
            .expect("regions");
        let all = ["ap-beijing", "ap-mumbai", "ap-seoul", "ap-shanghai"];
        assert_eq!(found.enabled, all);
        assert!(found.not_enabled.is_empty());
    }

    #[tokio::test]
    async fn the_product_goes_by_the_kind() {
        let set = json!({"RegionSet": [{"Region": "ap-beijing"}]});
        let (cloud, rig) = tencent(set);
        for (resource, product) in [
            (Resource::KeyPair, "cvm"),
            (Resource::Instance, "cvm"),
            (Resource::LighthouseKeyPair, "lighthouse"),
        ] {
            cloud.regions(resource).await.expect("regions");
            let asked = rig.asked_for("DescribeRegions");
            assert_eq!(asked.last(), Some(&json!({"Product": product})));
        }
        let other = cloud.regions(Resource::KmsKey).await;
        assert_eq!(other.expect_err("no such thing").kind, ErrorKind::Usage);
    }

    #[tokio::test]
    async fn a_list_that_cannot_be_all_is_an_error() {
        for answer in [
            json!({}),
            json!({"RegionSet": null}),
            json!({"RegionSet": []}),
            json!({"TotalCount": 2, "RegionSet": [{"Region": "ap-beijing"}]}),
            json!({"RegionSet": [{"Region": "evil.example.com"}]}),
            refusal("UnauthorizedOperation"),
        ] {
            assert!(read(answer.clone()).await.is_err(), "{answer}");
        }
    }

    /// Finance regions are isolated, so that their own hosts are asked for the list, too.
    #[test]
    fn the_list_is_asked_for_where_the_region_is() {
        let host = |region| {
            let endpoint = endpoints::endpoint(super::SERVICE, region, None).expect("a host");
            endpoint.authority().to_owned()
        };
        assert_eq!(host("ap-guangzhou"), "region.tencentcloudapi.com");
        assert_eq!(
            host("ap-shanghai-fsi"),
            "region.ap-shanghai-fsi.tencentcloudapi.com"
        );
    }

    #[tokio::test]
    async fn only_an_unsupported_region_holds_nothing() {
        for (code, expected) in [
            ("UnsupportedRegion", true),
            ("UnauthorizedOperation.CamNoAuth", false),
            ("UnsupportedOperation", false),
            ("NoSuchProduct", false),
            ("ResourceNotFound", false),
        ] {
            let (cloud, _) = tencent(refusal(code));
            let list = ListRequest::KeyPairs(Resource::KeyPair);
            let error = cloud.list(list).await.expect_err("refused");
            assert_eq!(cloud.is_not_enabled(&error), expected, "{code}");
        }
    }
}
