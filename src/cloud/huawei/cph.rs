//! Operations of the cloud phone service, version 1 (spec huawei-codearts-cph 6).

pub(super) mod change_key_pair;
pub(super) mod jobs;
pub(super) mod servers;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::errors::VendorError;
use super::paging::Page;
use super::wire::HuaweiWire;
use crate::cloud::operation::{Effect, Operation, Repeat, Route};
use crate::cloud::pages::Paged;
use crate::cloud::reply::{Listed, lenient_text, null_is_default};
use crate::error::Error;
use crate::http::Method;
use crate::model::{CphServer, Task};
use crate::sign::escape::escape;

/// Servers in one call. The limit is not documented; calls beside it take up to 100, and 50 has
/// been seen (spec huawei-codearts-cph 1, point 9).
pub(super) const MOST_SERVERS: usize = 50;
/// Request ids in one look at jobs (spec huawei-codearts-cph 6.2).
pub(super) const MOST_REQUESTS: usize = 20;
/// Entries of a page.
const PAGE: u64 = 100;

/// Gives servers other key pairs. Each server has its own result inside an HTTP 200, and the work
/// goes on after it as a job.
#[derive(Debug, Serialize)]
pub(super) struct UpdateKeypair {
    pub(super) servers: Vec<Assignment>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Assignment {
    pub(super) server_id: String,
    pub(super) keypair_name: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Submitted {
    /// What jobs are asked for by; the one in the header need not be the same.
    #[serde(default, deserialize_with = "lenient_text")]
    pub(super) request_id: Option<String>,
    #[serde(default, deserialize_with = "null_is_default")]
    pub(super) jobs: Vec<ServerJob>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct ServerJob {
    #[serde(default, deserialize_with = "lenient_text")]
    pub(super) server_id: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    job_id: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    error_code: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    error_msg: Option<String>,
}

/// What the service says of one server.
#[derive(Debug)]
pub(super) enum Reception {
    /// Taken on; the job does the work.
    Job(String),
    /// Refused.
    Refused(Error),
    /// Neither.
    Silent,
}

impl ServerJob {
    pub(super) fn reception(&self) -> Reception {
        if let Some(job) = filled(self.job_id.as_deref()) {
            return Reception::Job(job.to_owned());
        }
        match item_error(self.error_code.as_deref(), self.error_msg.as_deref()) {
            Some(error) => Reception::Refused(error),
            None => Reception::Silent,
        }
    }
}

impl Operation for UpdateKeypair {
    type Cloud = HuaweiWire;
    type Response = Submitted;
    const SERVICE: &'static str = "cph";
    const NAME: &'static str = "UpdateKeypair";
    const VERSION: &'static str = "v1";
    const EFFECT: Effect = Effect::Update;
    const REPEAT: Repeat = Repeat::AfterLook;

    fn route(&self, project_id: &str) -> Route {
        Route::json(Method::PUT, path(project_id, "servers/open-access"))
    }
}

/// Lists the jobs of up to [`MOST_REQUESTS`] calls.
#[derive(Debug, Serialize)]
pub(super) struct ListJobs {
    request_ids: String,
    offset: u64,
    #[serde(skip)]
    known: HashSet<String>,
}

impl ListJobs {
    pub(super) fn of(request_ids: &[String]) -> Self {
        Self {
            request_ids: request_ids.join(","),
            offset: 0,
            known: HashSet::new(),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct JobPage {
    // A list, and nothing else: an answer without one, or with null, says nothing about what exists.
    jobs: Vec<Listed<Job>>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Job {
    #[serde(rename = "job_id", default, deserialize_with = "lenient_text")]
    pub(super) id: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    status: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    begin_time: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    end_time: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    server_id: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    phone_id: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    error_code: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    error_msg: Option<String>,
}

/// How far a job is.
#[derive(Debug)]
pub(super) enum Progress {
    /// Not at its end, as far as is known.
    Open,
    /// Done: the only proof there is.
    Done,
    /// Failed.
    Failed(Error),
}

impl Job {
    /// Only 2 is success and only -1 is failure; whatever else may come is not the end of it
    /// (spec huawei-codearts-cph 1, point 8).
    pub(super) fn progress(&self) -> Progress {
        match self.status.as_deref() {
            Some("2") => Progress::Done,
            Some("-1") => {
                let error = item_error(self.error_code.as_deref(), self.error_msg.as_deref());
                Progress::Failed(error.unwrap_or_else(|| {
                    VendorError::of_item(None, Some("the job failed without a reason"))
                        .explain(None)
                }))
            }
            _ => Progress::Open,
        }
    }

    /// What is known of it, in kpctl's words.
    pub(super) fn facts(&self) -> Task {
        let owned = |text: &Option<String>| filled(text.as_deref()).map(str::to_owned);
        let state = match filled(self.status.as_deref()) {
            Some("1") => "running",
            Some("2") => "done",
            Some("-1") => "failed",
            Some(other) => other,
            None => "unknown",
        };
        Task {
            state: state.to_owned(),
            machine: owned(&self.server_id).or_else(|| owned(&self.phone_id)),
            started_at: owned(&self.begin_time),
            ended_at: owned(&self.end_time),
            error_code: owned(&self.error_code),
            error_message: owned(&self.error_msg),
            ..Task::default()
        }
    }
}

impl Operation for ListJobs {
    type Cloud = HuaweiWire;
    type Response = JobPage;
    const SERVICE: &'static str = "cph";
    const NAME: &'static str = "ListJobs";
    const VERSION: &'static str = "v1";
    const EFFECT: Effect = Effect::Read;

    fn route(&self, project_id: &str) -> Route {
        Route::bare(Method::GET, path(project_id, "jobs"))
            .parameter("request_ids", Some(&self.request_ids))
            .parameter("offset", Some(self.offset))
            .parameter("limit", Some(PAGE))
    }
}

impl Paged for ListJobs {
    type Item = Listed<Job>;

    fn advance(&mut self, page: JobPage, items: &mut Vec<Listed<Job>>) -> bool {
        let received = page.jobs.len() as u64;
        let before = self.known.len();
        self.known
            .extend(page.jobs.iter().filter_map(|job| job.known.id.clone()));
        items.extend(page.jobs);
        let next = Page {
            offset: self.offset,
            limit: PAGE,
            received,
            fresh: (self.known.len() - before) as u64,
            known: self.known.len() as u64,
            // There is no total: a page that is not full is the last one.
            total: Some(0),
        }
        .next();
        self.offset = next.unwrap_or(self.offset);
        next.is_some()
    }
}

/// Shows one job.
#[derive(Debug, Serialize)]
pub(super) struct ShowJob {
    pub(super) job_id: String,
}

impl Operation for ShowJob {
    type Cloud = HuaweiWire;
    type Response = Listed<Job>;
    const SERVICE: &'static str = "cph";
    const NAME: &'static str = "ShowJob";
    const VERSION: &'static str = "v1";
    const EFFECT: Effect = Effect::Read;

    fn route(&self, project_id: &str) -> Route {
        let job = escape(&self.job_id);
        Route::bare(Method::GET, path(project_id, &format!("jobs/{job}")))
    }
}

/// Lists all servers; there is no filter by several ids.
#[derive(Debug, Default, Serialize)]
pub(super) struct ListCloudPhoneServers {
    offset: u64,
    #[serde(skip)]
    known: HashSet<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ServerPage {
    #[serde(default, deserialize_with = "lenient_text")]
    count: Option<String>,
    // A list, and nothing else: an answer without one, or with null, says nothing about what exists.
    servers: Vec<Listed<Server>>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Server {
    #[serde(rename = "server_id", default, deserialize_with = "lenient_text")]
    pub(super) id: Option<String>,
    #[serde(rename = "server_name", default, deserialize_with = "lenient_text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    keypair_name: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    status: Option<String>,
}

impl Server {
    /// The name of its key pair; `None` when it is not known or there is none.
    pub(super) fn key_pair(&self) -> Option<&str> {
        filled(self.keypair_name.as_deref())
    }

    /// What is known of it, in kpctl's words.
    pub(super) fn facts(&self) -> CphServer {
        CphServer {
            name: self.name.clone().unwrap_or_default(),
            state: self.state(),
            key_pair: self.key_pair().map(str::to_owned),
        }
    }

    /// Its state in a word; numbers that no document names stay numbers.
    pub(super) fn state(&self) -> Option<String> {
        let word = match filled(self.status.as_deref())? {
            "0" | "1" | "3" | "4" => "creating",
            "2" => "abnormal",
            "5" => "normal",
            "6" => "deleted",
            "8" => "frozen",
            "10" => "off",
            "11" => "shutting-down",
            "12" => "shut-down-failed",
            "13" => "starting",
            other => other,
        };
        Some(word.to_owned())
    }
}

impl Operation for ListCloudPhoneServers {
    type Cloud = HuaweiWire;
    type Response = ServerPage;
    const SERVICE: &'static str = "cph";
    const NAME: &'static str = "ListCloudPhoneServers";
    const VERSION: &'static str = "v1";
    const EFFECT: Effect = Effect::Read;

    fn route(&self, project_id: &str) -> Route {
        Route::bare(Method::GET, path(project_id, "servers"))
            .parameter("offset", Some(self.offset))
            .parameter("limit", Some(PAGE))
    }
}

impl Paged for ListCloudPhoneServers {
    type Item = Listed<Server>;

    /// Newest come first, so entries repeat when servers are bought meanwhile.
    fn advance(&mut self, page: ServerPage, items: &mut Vec<Listed<Server>>) -> bool {
        let received = page.servers.len() as u64;
        let before = self.known.len();
        for server in page.servers {
            if let Some(id) = &server.known.id
                && self.known.insert(id.clone())
            {
                items.push(server);
            }
        }
        let next = Page {
            offset: self.offset,
            limit: PAGE,
            received,
            fresh: (self.known.len() - before) as u64,
            known: self.known.len() as u64,
            total: page.count.and_then(|count| count.parse().ok()),
        }
        .next();
        self.offset = next.unwrap_or(self.offset);
        next.is_some()
    }
}

/// Shows one server.
#[derive(Debug, Serialize)]
pub(super) struct ShowCloudPhoneServerDetail {
    pub(super) server_id: String,
}

impl Operation for ShowCloudPhoneServerDetail {
    type Cloud = HuaweiWire;
    type Response = Listed<Server>;
    const SERVICE: &'static str = "cph";
    const NAME: &'static str = "ShowCloudPhoneServerDetail";
    const VERSION: &'static str = "v1";
    const EFFECT: Effect = Effect::Read;

    fn route(&self, project_id: &str) -> Route {
        let server = escape(&self.server_id);
        Route::bare(Method::GET, path(project_id, &format!("servers/{server}")))
    }
}

fn path(project_id: &str, rest: &str) -> String {
    format!("/v1/{}/cloud-phone/{rest}", escape(project_id))
}

fn filled(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

/// The error that stands beside an item; null and empty members mean none.
fn item_error(code: Option<&str>, message: Option<&str>) -> Option<Error> {
    let (code, message) = (filled(code), filled(message));
    (code.is_some() || message.is_some()).then(|| VendorError::of_item(code, message).explain(None))
}

#[cfg(test)]
mod tests;
