//! The regions of an account, and what says that one of them is not open.

use super::*;
use crate::cloud::Regions;

async fn regions(rig: &Rig) -> Result<Regions, Error> {
    rig.cloud.regions(Resource::KeyPair).await
}

#[tokio::test]
async fn all_pages_of_regions_are_read_each_once() {
    let rig = Rig::new(|asked| match asked.get("NextToken") {
        "" => {
            json!({"Regions": [{"RegionId": "cn-shanghai"}, {"RegionId": "cn-beijing", "LocalName": null}],
                     "NextToken": "more"})
        }
        "more" => {
            json!({"Regions": [{"RegionId": "cn-beijing"}, {"RegionId": null}, {}, {"RegionId": "xx-new-1"}]})
        }
        other => panic!("{other}"),
    });
    let found = regions(&rig).await.expect("regions");
    assert_eq!(found.enabled, ["cn-beijing", "cn-shanghai", "xx-new-1"]);
    assert!(found.not_enabled.is_empty());
    assert_eq!(rig.asked("DescribeRegions").len(), 2);
}

#[tokio::test]
async fn a_list_that_cannot_be_all_is_an_error() {
    for answer in [
        json!({"Regions": []}),
        json!({"Regions": null}),
        json!({}),
        json!({"Regions": [{"RegionId": "evil.example.com/"}]}),
        refusal("AccessDenied"),
    ] {
        let rig = Rig::new(move |_| answer.clone());
        assert!(regions(&rig).await.is_err());
    }
    let rig = Rig::new(|_| json!({"Regions": [{"RegionId": "cn-beijing"}], "NextToken": "same"}));
    assert!(regions(&rig).await.is_err(), "a token that repeats");
    let other = rig.cloud.regions(Resource::KmsKey).await;
    assert_eq!(other.expect_err("no such thing").kind, ErrorKind::Usage);
}

#[tokio::test]
async fn only_a_service_that_was_never_opened_holds_nothing() {
    for (code, expected) in [
        ("ServiceNotActivated", true),
        ("ProductUnsubscribed", true),
        // It was open, and what it holds is still there.
        ("OperationDenied.ServiceStopped", false),
        ("AccessDenied", false),
        ("LackPolicy", false),
        ("AccountNotVerified", false),
        ("ServiceNotFound", false),
    ] {
        let rig = Rig::new(move |_| refusal(code));
        let list = ListRequest::KeyPairs(Resource::KeyPair);
        let error = rig.cloud.list(list).await.expect_err("refused");
        assert_eq!(rig.cloud.is_not_enabled(&error), expected, "{code}");
    }
}
