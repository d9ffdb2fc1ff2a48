//! Operations of KPS on tasks (spec huawei 7).

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::{Accepted, path};
use crate::cloud::huawei::paging::Page;
use crate::cloud::huawei::wire::HuaweiWire;
use crate::cloud::operation::{Effect, Operation, Repeat, Route};
use crate::cloud::pages::Paged;
use crate::cloud::reply::{Listed, lenient_text};
use crate::http::Method;
use crate::sign::escape::escape;

/// Entries of a page: the service's default.
const PAGE: u64 = 1000;

/// How far the reading of a list of tasks is.
#[derive(Debug, Default, Serialize)]
pub(in crate::cloud::huawei) struct Place {
    pub(in crate::cloud::huawei) limit: Option<u64>,
    pub(in crate::cloud::huawei) offset: u64,
    #[serde(skip)]
    known: HashSet<String>,
}

impl Place {
    fn route(&self, project_id: &str, list: &str) -> Route {
        let offset = (self.offset > 0).then_some(self.offset);
        Route::bare(Method::GET, path(project_id, list))
            .parameter("limit", self.limit)
            .parameter("offset", offset)
    }

    fn advance(&mut self, page: TaskPage, items: &mut Vec<TaskItem>) -> bool {
        let received = page.tasks.len() as u64;
        let before = self.known.len();
        for Listed { known, raw } in page.tasks {
            if self.known.insert(known.task_id.clone()) {
                items.push(TaskItem { raw, ..known });
            }
        }
        let next = Page {
            offset: self.offset,
            limit: self.limit.unwrap_or(PAGE),
            received,
            fresh: (self.known.len() - before) as u64,
            known: self.known.len() as u64,
            total: page.total.and_then(|total| total.parse().ok()),
        }
        .next();
        self.offset = next.unwrap_or(self.offset);
        next.is_some()
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::cloud::huawei) struct TaskPage {
    // A list, and nothing else: an answer without one, or with null, says nothing about what exists.
    tasks: Vec<Listed<TaskItem>>,
    #[serde(default, deserialize_with = "lenient_text")]
    total: Option<String>,
}

/// A task as lists show it.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::cloud::huawei) struct TaskItem {
    pub(in crate::cloud::huawei) task_id: String,
    /// How far it is and what is done: `FAILED_RESET`.
    #[serde(default, deserialize_with = "lenient_text")]
    pub(in crate::cloud::huawei) operate_type: Option<String>,
    /// Milliseconds.
    #[serde(default, deserialize_with = "lenient_text")]
    pub(in crate::cloud::huawei) task_time: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    pub(in crate::cloud::huawei) server_id: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    pub(in crate::cloud::huawei) keypair_name: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    pub(in crate::cloud::huawei) task_error_code: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    pub(in crate::cloud::huawei) task_error_msg: Option<String>,
    /// The vendor's own object.
    #[serde(skip)]
    pub(in crate::cloud::huawei) raw: Value,
}

/// Lists the tasks under way.
#[derive(Debug, Default, Serialize)]
pub(in crate::cloud::huawei) struct ListRunningTask(pub(in crate::cloud::huawei) Place);

impl Operation for ListRunningTask {
    type Cloud = HuaweiWire;
    type Response = TaskPage;
    const SERVICE: &'static str = "kps";
    const NAME: &'static str = "ListRunningTask";
    const VERSION: &'static str = "v3";
    const EFFECT: Effect = Effect::Read;

    fn route(&self, project_id: &str) -> Route {
        self.0.route(project_id, "running-tasks")
    }
}

impl Paged for ListRunningTask {
    type Item = TaskItem;

    fn advance(&mut self, page: TaskPage, items: &mut Vec<TaskItem>) -> bool {
        self.0.advance(page, items)
    }
}

/// Lists the tasks that failed.
#[derive(Debug, Default, Serialize)]
pub(in crate::cloud::huawei) struct ListFailedTask(pub(in crate::cloud::huawei) Place);

impl Operation for ListFailedTask {
    type Cloud = HuaweiWire;
    type Response = TaskPage;
    const SERVICE: &'static str = "kps";
    const NAME: &'static str = "ListFailedTask";
    const VERSION: &'static str = "v3";
    const EFFECT: Effect = Effect::Read;

    fn route(&self, project_id: &str) -> Route {
        self.0.route(project_id, "failed-tasks")
    }
}

impl Paged for ListFailedTask {
    type Item = TaskItem;

    fn advance(&mut self, page: TaskPage, items: &mut Vec<TaskItem>) -> bool {
        self.0.advance(page, items)
    }
}

/// Shows how far a task is.
#[derive(Debug, Serialize)]
pub(in crate::cloud::huawei) struct ListKeypairTask {
    pub(in crate::cloud::huawei) task_id: String,
}

#[derive(Debug, Deserialize)]
pub(in crate::cloud::huawei) struct TaskStatus {
    pub(in crate::cloud::huawei) task_status: String,
}

impl Operation for ListKeypairTask {
    type Cloud = HuaweiWire;
    type Response = TaskStatus;
    const SERVICE: &'static str = "kps";
    const NAME: &'static str = "ListKeypairTask";
    const VERSION: &'static str = "v3";
    const EFFECT: Effect = Effect::Read;

    fn route(&self, project_id: &str) -> Route {
        let task = format!("tasks/{}", escape(&self.task_id));
        Route::bare(Method::GET, path(project_id, &task))
    }
}

/// Forgets a failed task. A second call does not find it.
#[derive(Debug, Serialize)]
pub(in crate::cloud::huawei) struct DeleteFailedTask {
    pub(in crate::cloud::huawei) task_id: String,
}

impl Operation for DeleteFailedTask {
    type Cloud = HuaweiWire;
    type Response = Accepted;
    const SERVICE: &'static str = "kps";
    const NAME: &'static str = "DeleteFailedTask";
    const VERSION: &'static str = "v3";
    const EFFECT: Effect = Effect::Destroy;
    const REPEAT: Repeat = Repeat::Always;

    fn route(&self, project_id: &str) -> Route {
        let task = format!("failed-tasks/{}", escape(&self.task_id));
        Route::bare(Method::DELETE, path(project_id, &task))
    }
}

/// Forgets all failed tasks.
#[derive(Debug, Serialize)]
pub(in crate::cloud::huawei) struct DeleteAllFailedTask {}

impl Operation for DeleteAllFailedTask {
    type Cloud = HuaweiWire;
    type Response = Accepted;
    const SERVICE: &'static str = "kps";
    const NAME: &'static str = "DeleteAllFailedTask";
    const VERSION: &'static str = "v3";
    const EFFECT: Effect = Effect::Destroy;
    const REPEAT: Repeat = Repeat::Always;

    fn route(&self, project_id: &str) -> Route {
        Route::bare(Method::DELETE, path(project_id, "failed-tasks"))
    }
}
