//! The regions of an account against answers written down in advance.

use std::path::Path;
use std::rc::Rc;

use serde_json::json;

use super::{ListProjects, PAGE, ProjectPage, is_region, regions};
use crate::cloud::Regions;
use crate::cloud::client::Client;
use crate::cloud::huawei::endpoints;
use crate::cloud::huawei::kms::ListKeyDetail;
use crate::cloud::huawei::session::Session;
use crate::cloud::huawei::testing::{Script, session};
use crate::cloud::pages::Paged;
use crate::cloud::testing::connection;
use crate::error::Error;
use crate::http::Courier;
use crate::model::{CloudId, Resource};

const ASKED: &str = "GET /v3/projects?page=1&per_page=1000";
const PROJECTS: &str = r#"{"projects":[
    {"id":"p1","name":"cn-north-4","enabled":true},
    {"id":"p2","name":"cn-north-4_team"},
    {"id":"p3","name":"MOS"},
    {"id":"p4","name":"cn-east-3"},
    {"id":"p5","name":"cn-east-3"},
    {"id":"p6","name":"xx-new-1"},
    {"id":"p7","name":"cn-south-1","enabled":false},
    {"id":null,"name":"cn-north-9"},
    {"id":"p8","name":null}],"links":{"next":null}}"#;

async fn read(resource: Resource, body: &str) -> (Result<Regions, Error>, Vec<String>) {
    let script = Script::new(&[(200, body)]);
    let found = regions(&session(&script, None, None), resource).await;
    (found, script.lines())
}

fn reason<'a>(regions: &'a Regions, name: &str) -> Option<&'a str> {
    let mut pairs = regions.not_enabled.iter();
    let (_, reason) = pairs.find(|(region, _)| region == name)?;
    Some(reason)
}

#[tokio::test]
async fn regions_are_projects_with_the_name_of_one() {
    let (found, lines) = read(Resource::KeyPair, PROJECTS).await;
    let found = found.expect("regions");
    assert_eq!(lines, [ASKED]);
    assert_eq!(
        found.enabled,
        ["cn-east-3", "cn-north-4", "cn-north-9", "xx-new-1"]
    );
    let disabled = reason(&found, "cn-south-1").expect("named");
    assert!(disabled.contains("disabled"));
    let absent = reason(&found, "la-south-2").expect("named");
    assert!(absent.contains("no project"));
    assert!(
        found
            .enabled
            .iter()
            .all(|name| reason(&found, name).is_none())
    );
}

#[tokio::test]
async fn services_without_a_known_host_are_not_there() {
    for resource in [Resource::CphServer, Resource::CodeartsKey] {
        let found = read(resource, PROJECTS).await.0.expect("regions");
        assert!(!found.enabled.iter().any(|name| name == "xx-new-1"));
        assert!(found.enabled.iter().any(|name| name == "cn-north-4"));
    }
    let found = read(Resource::CphServer, PROJECTS)
        .await
        .0
        .expect("regions");
    assert_eq!(reason(&found, "na-mexico-1"), None, "CPH is not there");
}

#[tokio::test]
async fn a_list_without_regions_is_an_error() {
    for body in [
        "{}",
        r#"{"projects":null}"#,
        r#"{"projects":[]}"#,
        r#"{"projects":[{"id":"p2","name":"cn-north-4_team"},{"id":"p3","name":"MOS"}]}"#,
    ] {
        assert!(read(Resource::KeyPair, body).await.0.is_err(), "{body}");
    }
}

#[tokio::test]
async fn a_given_project_is_in_one_region_only() {
    let script = Script::new(&[]);
    let mut given = session(&script, Some("p9"), None);
    given.client.login.region = Some("la-south-2".to_owned());
    let found = regions(&given, Resource::KeyPair).await.expect("a region");
    assert_eq!(found.enabled, ["la-south-2"]);
    assert!(found.not_enabled.is_empty() && script.lines().is_empty());

    for (id, region) in [("p1", "cn-north-4"), ("p2", "cn-north-4")] {
        let script = Script::new(&[(200, PROJECTS)]);
        let given = session(&script, Some(id), None);
        let found = regions(&given, Resource::KeyPair).await.expect("a region");
        assert_eq!(found.enabled, [region], "{id}");
    }
    for id in ["p3", "unknown", "{project_id}"] {
        let script = Script::new(&[(200, PROJECTS)]);
        let given = session(&script, Some(id), None);
        let error = regions(&given, Resource::KeyPair).await.expect_err(id);
        assert_eq!(error.exit_code(), 2, "{id}");
    }
}

async fn describe(region: &str, script: &Script, folder: &Path) -> Result<(), Error> {
    let mut there = session(script, None, Some(folder));
    region.clone_into(&mut there.client.scope.region);
    let key_id = "0d0466b0-e727-4d9c-b35d-f84bb474a37f".to_owned();
    there.call(&ListKeyDetail { key_id }).await.map(|_| ())
}

#[tokio::test]
async fn projects_that_the_list_tells_are_not_looked_up_again() {
    const KEY: &str = r#"{"key_info":{"key_state":"3"}}"#;
    let folder = tempfile::tempdir().expect("a folder");
    let script = Script::new(&[(200, PROJECTS)]);
    let here = session(&script, None, Some(folder.path()));
    regions(&here, Resource::KeyPair).await.expect("regions");

    // The hosts of IAM differ: cn-north-4 has one of its own, xx-new-1 has not.
    for (region, id) in [("cn-north-4", "p1"), ("xx-new-1", "p6")] {
        let script = Script::new(&[(200, KEY)]);
        describe(region, &script, folder.path())
            .await
            .expect(region);
        let line = format!("POST /v1.0/{id}/kms/describe-key");
        assert_eq!(script.lines(), [line]);
    }
    // Two projects have that name, so that none of them is kept.
    let both = r#"{"projects":[{"id":"p4","name":"cn-east-3"},{"id":"p5","name":"cn-east-3"}]}"#;
    let script = Script::new(&[(200, both)]);
    let error = describe("cn-east-3", &script, folder.path()).await;
    let error = error.expect_err("not one");
    assert_eq!(error.code.as_deref(), Some("SeveralProjects"));
}

/// A partner's cloud has a host of IAM in each region.
#[tokio::test]
async fn projects_are_kept_under_the_hosts_that_their_regions_ask() {
    const KEY: &str = r#"{"key_info":{"key_state":"3"}}"#;
    const FOUND: &str = r#"{"projects":[{"id":"p1","name":"eu-de"},{"id":"p2","name":"eu-nl"}]}"#;
    let folder = tempfile::tempdir().expect("a folder");
    let there = |region: &'static str, script: &Script| {
        let courier = Rc::new(Courier::new(Box::new(script.clone())));
        let mut connection = connection(CloudId::Huawei, region, courier);
        connection.overrides = Rc::new(move |service| {
            endpoints::endpoint(service, region, Some("otc.example.com")).map(Some)
        });
        Session::new(Client::new(connection), Some(folder.path().to_owned()))
    };
    let script = Script::new(&[(200, FOUND)]);
    let found = regions(&there("eu-de", &script), Resource::KeyPair).await;
    assert_eq!(found.expect("regions").enabled, ["eu-de", "eu-nl"]);

    let script = Script::new(&[(200, KEY)]);
    let key_id = "0d0466b0-e727-4d9c-b35d-f84bb474a37f".to_owned();
    let answer = there("eu-nl", &script)
        .call(&ListKeyDetail { key_id })
        .await;
    answer.expect("an answer");
    assert_eq!(script.lines(), ["POST /v1.0/p2/kms/describe-key"]);
}

fn page(ids: std::ops::Range<usize>, next: Option<&str>) -> ProjectPage {
    let project = |id: usize| json!({"id": format!("p{id}"), "name": "cn-north-4_sub"});
    let projects: Vec<_> = ids.map(project).collect();
    let page = json!({"projects": projects, "links": {"next": next}});
    serde_json::from_value(page).expect("a page")
}

#[test]
fn pages_follow_while_something_may_come() {
    let (mut list, mut items) = (ListProjects::all(), Vec::new());
    assert!(list.advance(page(0..PAGE, None), &mut items), "full");
    assert!(list.advance(page(PAGE..PAGE + 5, Some("x")), &mut items));
    assert_eq!(list.page, 3);
    assert!(!list.advance(page(PAGE + 5..PAGE + 6, None), &mut items));
    assert_eq!(items.len(), PAGE + 6);

    // A service that does not know its parameters is asked the same again, and so found out.
    let (mut list, mut items) = (ListProjects::all(), Vec::new());
    assert!(list.advance(page(0..PAGE, None), &mut items));
    assert!(list.advance(page(0..PAGE, None), &mut items));
    let place = list.place().expect("a place");
    assert!(list.advance(page(0..PAGE, None), &mut items));
    assert_eq!(list.place().ok(), Some(place));
    assert_eq!(items.len(), PAGE);
}

#[test]
fn sub_projects_and_services_are_no_regions() {
    for name in ["cn-north-4", "my-kualalumpur-1", "eu-de", "xx-new-1"] {
        assert!(is_region(name), "{name}");
    }
    for name in [
        "",
        "MOS",
        "cn-north-4_a",
        "cn",
        "cn-",
        "cn--4",
        "abc-1",
        "cn-north-4/",
        "北京-1",
    ] {
        assert!(!is_region(name), "{name}");
    }
}
