//! Lists of key pairs, whole and page by page, while others change them.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::{Value, json};

use crate::cloud::Provider as _;
use crate::cloud::tencent::Tencent;
use crate::cloud::tencent::testing::{Rig, key_page, refusal};
use crate::cloud::testing::connection;
use crate::error::{Error, ErrorKind};
use crate::model::{CloudId, ListRequest, Record, Resource};

fn pair(number: usize) -> Value {
    json!({"KeyId": format!("skey-{number:08}"), "KeyName": format!("k{number}")})
}

fn ids(numbers: impl Iterator<Item = usize>) -> Vec<String> {
    numbers.map(|number| format!("skey-{number:08}")).collect()
}

fn tencent(rig: &Rig) -> Tencent {
    Tencent::new(connection(
        CloudId::Tencent,
        "ap-guangzhou",
        Rc::clone(&rig.courier),
    ))
}

/// The ids of each part that was handed out, and how it ended.
async fn stream(rig: &Rig, resource: Resource) -> (Vec<Vec<String>>, Result<Vec<String>, Error>) {
    let parts = RefCell::new(Vec::new());
    let cloud = tencent(rig);
    let end = cloud
        .stream(ListRequest::KeyPairs(resource), &|records| {
            let ids = records.into_iter().map(|record| record.id).collect();
            parts.borrow_mut().push(ids);
        })
        .await;
    (parts.into_inner(), end)
}

#[tokio::test]
async fn pairs_come_page_by_page_in_their_order() {
    for resource in [Resource::KeyPair, Resource::LighthouseKeyPair] {
        let all: Vec<Value> = (0..250).map(pair).collect();
        let rig = Rig::new(move |_, body| key_page(&all, body));
        let (parts, end) = stream(&rig, resource).await;
        assert_eq!(end.ok(), Some(Vec::new()));
        let sizes: Vec<usize> = parts.iter().map(Vec::len).collect();
        assert_eq!(sizes, [100, 99, 51]);
        assert_eq!(parts.concat(), ids(0..250));
        let whole = tencent(&rig).list(ListRequest::KeyPairs(resource)).await;
        let whole = whole.expect("a list").records.into_iter();
        let whole: Vec<String> = whole.map(|record| record.id).collect();
        assert_eq!(whole, parts.concat());
    }
}

/// Before the second page is read, the first pair is deleted and a new one comes to the end.
#[tokio::test]
async fn a_list_that_is_read_anew_hands_out_nothing_twice() {
    let calls = RefCell::new(0);
    let rig = Rig::new(move |_, body| {
        *calls.borrow_mut() += 1;
        let first = usize::from(*calls.borrow() > 1);
        let all: Vec<Value> = (first..150 + first).map(pair).collect();
        key_page(&all, body)
    });
    let (parts, end) = stream(&rig, Resource::KeyPair).await;
    assert_eq!(end.ok(), Some(Vec::new()));
    // The one that went was there when it was handed out.
    assert_eq!(parts.concat(), ids(0..151));
    assert_eq!(rig.asked_for("DescribeKeyPairs").len(), 4);
}

#[tokio::test]
async fn a_list_that_never_rests_is_an_error_after_what_came() {
    let calls = RefCell::new(0);
    let rig = Rig::new(move |_, body| {
        *calls.borrow_mut() += 1;
        let first = *calls.borrow();
        let all: Vec<Value> = (first..150 + first * 2).map(pair).collect();
        key_page(&all, body)
    });
    let (parts, end) = stream(&rig, Resource::KeyPair).await;
    let error = end.expect_err("never complete");
    assert_eq!(error.kind, ErrorKind::Server);
    assert!(error.message.contains("others change the list"), "{error}");
    let mut handed_out = parts.concat();
    assert!(!handed_out.is_empty());
    let count = handed_out.len();
    handed_out.sort_unstable();
    handed_out.dedup();
    assert_eq!(handed_out.len(), count, "each once");
}

#[tokio::test]
async fn an_error_in_the_middle_keeps_what_was_handed_out() {
    let all: Vec<Value> = (0..250).map(pair).collect();
    let rig = Rig::new(move |_, body| match body["Offset"].as_u64() {
        Some(0) => key_page(&all, body),
        _ => refusal("UnauthorizedOperation"),
    });
    let (parts, end) = stream(&rig, Resource::KeyPair).await;
    assert_eq!(end.expect_err("refused").kind, ErrorKind::Permission);
    assert_eq!(parts.concat(), ids(0..100));
}

#[tokio::test]
async fn fewer_than_announced_is_an_error_and_so_is_a_pair_without_an_id() {
    let rig = Rig::new(|_, body| {
        let all: Vec<Value> = (0..3).map(pair).collect();
        let mut page = key_page(&all, body);
        page["TotalCount"] = json!(5);
        page
    });
    let (parts, end) = stream(&rig, Resource::KeyPair).await;
    assert!(end.is_err());
    assert_eq!(parts.concat(), ids(0..3));

    let nameless = json!({"KeyPairSet": [{"KeyName": "k"}], "TotalCount": 1});
    let rig = Rig::new(move |_, _| nameless.clone());
    let (parts, end) = stream(&rig, Resource::KeyPair).await;
    assert!(end.is_err() && parts.is_empty());
}

#[tokio::test]
async fn other_lists_come_at_once() {
    let instances = json!({"InstanceSet": [{"InstanceId": "ins-00000001"}], "TotalCount": 1});
    let rig = Rig::new(move |_, _| instances.clone());
    let count = RefCell::new(0);
    let cloud = tencent(&rig);
    let take = |records: Vec<Record>| *count.borrow_mut() += records.len();
    let end = cloud.stream(ListRequest::Instances, &take).await;
    end.expect("a list");
    assert_eq!(*count.borrow(), 1);
    let end = cloud.stream(ListRequest::KmsKeys, &take).await;
    assert_eq!(end.expect_err("no such list").kind, ErrorKind::Usage);
}
