//! The regions of an account are those in which it has a project (spec huawei 4.4).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::endpoints::{self, known_regions};
use super::iam;
use super::session::Session;
use super::wire::HuaweiWire;
use crate::cloud::operation::{Effect, Operation, Route};
use crate::cloud::pages::{self, Paged};
use crate::cloud::reply::{lenient_text, null_is_default};
use crate::cloud::seen::Seen;
use crate::cloud::{Regions, no_regions};
use crate::error::Error;
use crate::http::Method;
use crate::model::{CloudId, Resource};

/// Projects of a page; the service takes 1 to 5000.
const PAGE: usize = 1000;
/// Why a region of the table is left out.
const NO_PROJECT: &str = "the account has no project there";
const DISABLED: &str = "the account's project there is disabled";

/// Lists all projects that the caller sees; the service takes both parameters or neither.
#[derive(Debug, Serialize)]
pub(super) struct ListProjects {
    page: usize,
    #[serde(skip)]
    known: Seen,
}

impl ListProjects {
    pub(super) fn all() -> Self {
        Self {
            page: 1,
            known: Seen::default(),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct ProjectPage {
    // A list, and nothing else: an answer without one, or with null, says nothing about what exists.
    projects: Vec<Project>,
    #[serde(default, deserialize_with = "null_is_default")]
    links: Links,
}

#[derive(Debug, Default, Deserialize)]
struct Links {
    #[serde(default, deserialize_with = "lenient_text")]
    next: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Project {
    #[serde(default, deserialize_with = "lenient_text")]
    id: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    enabled: Option<String>,
}

impl Project {
    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    /// One that does not say counts as enabled.
    fn is_enabled(&self) -> bool {
        !(self.enabled.as_deref()).is_some_and(|word| word.eq_ignore_ascii_case("false"))
    }
}

impl Operation for ListProjects {
    type Cloud = HuaweiWire;
    type Response = ProjectPage;
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "KeystoneListProjects";
    const VERSION: &'static str = "v3";
    const EFFECT: Effect = Effect::Read;

    fn route(&self, _project_id: &str) -> Route {
        Route::bare(Method::GET, "/v3/projects")
            .parameter("page", Some(self.page))
            .parameter("per_page", Some(PAGE))
    }
}

impl Paged for ListProjects {
    type Item = Project;

    /// A page that promises more and holds nothing new is asked for again, which the reader of pages
    /// reports: the service may not know its own parameters.
    fn advance(&mut self, page: ProjectPage, items: &mut Vec<Project>) -> bool {
        let received = page.projects.len();
        let before = self.known.len();
        for project in page.projects {
            let id = project.id.as_ref();
            if id.is_none_or(|id| self.known.insert(id)) {
                items.push(project);
            }
        }
        let announced = page.links.next.is_some_and(|link| !link.is_empty());
        let more = announced || received >= PAGE;
        if more && self.known.len() > before {
            self.page += 1;
        }
        more
    }
}

/// The regions in which things of a kind can be. The ids of their projects are kept, so that reading them
/// all does not look each one up again.
pub(super) async fn regions(session: &Session, resource: Resource) -> Result<Regions, Error> {
    let client = &session.client;
    let login = &client.login;
    if let (Some(id), Some(region)) = (&login.project_id, &login.region) {
        iam::check_given(id)?;
        return Ok(only(resource, region));
    }
    let projects = pages::all(client, ListProjects::all()).await?;
    if let Some(id) = &login.project_id {
        iam::check_given(id)?;
        return region_of(id, &projects).map(|region| only(resource, &region));
    }
    let mut named: BTreeMap<&str, Vec<&Project>> = BTreeMap::new();
    for project in &projects {
        if is_region(project.name()) {
            named.entry(project.name()).or_default().push(project);
        }
    }
    if named.is_empty() {
        return Err(no_regions(&client.scope)
            .hint("The credentials may be those of a sub-project: name it, and its region."));
    }
    // Where several have one name, it is for a person to say which one is meant.
    let found = named.iter().filter_map(|(region, projects)| {
        let [project] = projects.as_slice() else {
            return None;
        };
        let id = project.id.as_ref().filter(|id| iam::is_plain(id))?;
        Some((*region, id.as_str()))
    });
    session.keep(&found.collect::<Vec<_>>());
    let mut regions = sorted(resource, &named);
    regions.beyond = sub_projects(resource, &projects);
    Ok(regions)
}

fn sorted(resource: Resource, named: &BTreeMap<&str, Vec<&Project>>) -> Regions {
    let mut regions = Regions::default();
    for (region, projects) in named {
        if !endpoints::has_service(resource, region) {
            continue;
        }
        if projects.iter().any(|project| project.is_enabled()) {
            regions.enabled.push((*region).to_owned());
        } else {
            let why = (*region).to_owned();
            regions.not_enabled.push((why, DISABLED.to_owned()));
        }
    }
    let missing = known_regions(resource).into_iter();
    let missing = missing.filter(|region| !named.contains_key(region));
    let missing = missing.map(|region| (region.to_owned(), NO_PROJECT.to_owned()));
    regions.not_enabled.extend(missing);
    regions
}

/// Sub-projects, `{region}_{name}`: each has key pairs of its own, and only its own id reads them. Keys of
/// CodeArts are a user's, in no project.
fn sub_projects(resource: Resource, projects: &[Project]) -> Vec<String> {
    let is_one = |project: &&Project| {
        let region = project.name().split_once('_').map(|(region, _)| region);
        resource != Resource::CodeartsKey
            && project.is_enabled()
            && region
                .is_some_and(|region| is_region(region) && endpoints::has_service(resource, region))
    };
    let found = projects.iter().filter(is_one);
    found.map(|project| project.name().to_owned()).collect()
}

/// The one region that a given project is in.
fn only(resource: Resource, region: &str) -> Regions {
    let mut regions = Regions::default();
    if endpoints::has_service(resource, region) {
        regions.enabled.push(region.to_owned());
    }
    regions
}

/// The region of the project that the user named without one.
fn region_of(id: &str, projects: &[Project]) -> Result<String, Error> {
    let project = projects
        .iter()
        .find(|project| project.id.as_deref() == Some(id));
    // A sub-project is called `{region}_{name}`.
    let region = project.and_then(|project| project.name().split('_').next());
    let region = region.filter(|region| is_region(region));
    region.map(str::to_owned).ok_or_else(|| {
        Error::usage(format!(
            "the account's projects do not tell which region project {id} is in"
        ))
        .hint("Say so in HW_REGION_NAME or in the profile.")
        .cloud(CloudId::Huawei)
    })
}

/// Whether a project of this name is that of a region, and no sub-project or one of a service's own.
fn is_region(name: &str) -> bool {
    let mut parts = name.split('-');
    let is_area = parts.next().is_some_and(|area| area.len() == 2);
    let has_more = name.contains('-') && parts.all(|part| !part.is_empty());
    is_area && has_more && endpoints::check_shape(name).is_ok()
}

#[cfg(test)]
mod tests;
