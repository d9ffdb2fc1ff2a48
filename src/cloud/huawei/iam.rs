//! Projects: services that live in one want its id in every path (spec huawei 4.4).

use serde::{Deserialize, Serialize};

use super::wire::HuaweiWire;
use crate::cloud::client::Client;
use crate::cloud::operation::{Effect, Operation, Route};
use crate::cloud::reply::lenient_text;
use crate::error::{Error, ErrorKind};
use crate::http::Method;
use crate::model::CloudId;

/// Where a user names the project.
const VARIABLE: &str = "HUAWEICLOUD_SDK_PROJECT_ID";
/// The code of the error for a region without a project.
pub(super) const NO_PROJECT: &str = "NoProject";

/// Lists projects by name. The project of a region has the region's name.
#[derive(Debug, Serialize)]
pub(super) struct KeystoneListProjects {
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Projects {
    // A list, and nothing else: an answer without one, or with null, says nothing about what exists.
    projects: Vec<Project>,
}

#[derive(Clone, Debug, Deserialize)]
struct Project {
    #[serde(default, deserialize_with = "lenient_text")]
    id: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    name: Option<String>,
}

impl Operation for KeystoneListProjects {
    type Cloud = HuaweiWire;
    type Response = Projects;
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "KeystoneListProjects";
    const VERSION: &'static str = "v3";
    const EFFECT: Effect = Effect::Read;

    fn route(&self, _project_id: &str) -> Route {
        Route::bare(Method::GET, "/v3/projects").parameter("name", Some(&self.name))
    }
}

/// The project that the user named, if it can be one.
pub(super) fn given(client: &Client<HuaweiWire>) -> Result<Option<String>, Error> {
    // The environment names the project of its own region.
    let login = &client.login;
    if login
        .region
        .as_ref()
        .is_some_and(|region| *region != client.scope.region)
    {
        return Ok(None);
    }
    if let Some(id) = &login.project_id {
        check_given(id)?;
    }
    Ok(login.project_id.clone())
}

/// Refuses what the user named and no project can be called.
pub(super) fn check_given(id: &str) -> Result<(), Error> {
    if is_plain(id) {
        return Ok(());
    }
    let shown = id.escape_debug();
    Err(Error::usage(format!("'{shown}' cannot be a project id"))
        .hint(format!(
            "{VARIABLE} wants the 32 hex digits that the console shows."
        ))
        .cloud(CloudId::Huawei))
}

/// The project to work in: the given one, or the one that has the region's name. It is looked up
/// once.
pub(super) async fn wanted(client: &Client<HuaweiWire>) -> Result<String, Error> {
    if let Some(id) = given(client)? {
        return Ok(id);
    }
    client
        .project()
        .get_or_try_init(|| look_up(client))
        .await
        .cloned()
}

/// Whether a text can be a project id. A template such as `{project_id}` that nobody filled in
/// must never get into a path (spec huawei 2.7).
pub(super) fn is_plain(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !id.is_empty() && id.bytes().all(plain)
}

async fn look_up(client: &Client<HuaweiWire>) -> Result<String, Error> {
    let region = &client.scope.region;
    let answer = client
        .call(&KeystoneListProjects {
            name: region.clone(),
        })
        .await;
    let place = client.endpoint("iam")?;
    let answer = answer.map_err(|error| match error.kind {
        // A key that is refused here is refused everywhere.
        ErrorKind::Credentials => error,
        _ => error.hint(format!(
            "kpctl asked {place} for the id of the project of {region}; to do without, set {VARIABLE}."
        )),
    })?;
    choose(region, answer.value.projects).map_err(|error| {
        error.cloud(CloudId::Huawei).with(|details| {
            details.operation = Some(KeystoneListProjects::NAME);
            details.region = Some(region.clone());
            details.request_id = answer.request_id;
            details.hints.push(format!("{place} was asked."));
        })
    })
}

/// Exactly one is wanted. Several of one name have been seen, and a guess would work in a project
/// that nobody meant.
fn choose(region: &str, projects: Vec<Project>) -> Result<String, Error> {
    let same_name = |project: &Project| project.name.as_deref().is_none_or(|name| name == region);
    let ids: Vec<String> = projects
        .into_iter()
        .filter(same_name)
        .filter_map(|project| project.id.filter(|id| is_plain(id)))
        .collect();
    match ids.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(
            Error::usage(format!("the account shows no project named '{region}'"))
                .code(NO_PROJECT)
                .hint(format!(
                    "Check the region; to work in a sub-project, set {VARIABLE} to its id."
                )),
        ),
        several => Err(Error::usage(format!(
            "several projects are named '{region}': {}",
            several.join(", ")
        ))
        .code("SeveralProjects")
        .hint(format!("Set {VARIABLE} to the one that is meant."))),
    }
}

#[cfg(test)]
mod tests {
    use super::{Project, Projects, choose, is_plain};

    fn projects(pairs: &[(&str, &str)]) -> Vec<Project> {
        pairs
            .iter()
            .map(|(id, name)| Project {
                id: Some((*id).to_owned()),
                name: Some((*name).to_owned()),
            })
            .collect()
    }

    #[test]
    fn exactly_one_project_is_taken() {
        let one = projects(&[
            ("p1", "cn-north-4"),
            ("p2", "MOS"),
            ("p3", "cn-north-4_sub"),
        ]);
        assert_eq!(choose("cn-north-4", one).ok().as_deref(), Some("p1"));

        let none = choose("cn-north-4", projects(&[("p2", "MOS")])).expect_err("none");
        assert_eq!(
            (none.exit_code(), none.code.as_deref()),
            (2, Some("NoProject"))
        );
        assert!(none.hints[0].contains("HUAWEICLOUD_SDK_PROJECT_ID"));

        let two = projects(&[("p1", "cn-north-4"), ("p2", "cn-north-4")]);
        let two = choose("cn-north-4", two).expect_err("two");
        assert!(two.message.contains("p1, p2"), "{two}");
    }

    #[test]
    fn lists_are_read_as_they_come() {
        let read = |text| serde_json::from_str::<Projects>(text).expect(text).projects;
        assert!(
            serde_json::from_str::<Projects>("{}").is_err(),
            "says nothing"
        );
        assert!(read(r#"{"projects":[],"links":{}}"#).is_empty());
        assert!(serde_json::from_str::<Projects>(r#"{"projects":null}"#).is_err());
        let bare = read(r#"{"projects":[{"id":"p1"},{"id":null,"name":"cn-north-4"}]}"#);
        assert_eq!(choose("cn-north-4", bare).ok().as_deref(), Some("p1"));
    }

    #[test]
    fn templates_are_no_ids() {
        assert!(is_plain("0a1b2c3d4e5f60718293a4b5c6d7e8f9"));
        for wrong in [
            "",
            "{project_id}",
            "%7Bproject_id%7D",
            "a/b",
            "..",
            "a b",
            "<id>",
        ] {
            assert!(!is_plain(wrong), "{wrong}");
        }
    }
}
