//! Forgetting the records of tasks that failed: these, or all. A record is nothing but a record;
//! servers and key pairs do not change.

use std::collections::HashSet;

use super::operations::{DeleteAllFailedTask, DeleteFailedTask, TaskItem};
use super::{Progress, Tasks, check_id};
use crate::cloud::change::{Batch, Change, Survey};
use crate::cloud::client::Preview;
use crate::cloud::deletion;
use crate::cloud::removals::{Removable, Removals};
use crate::error::Error;
use crate::http::{BoxFuture, Courier};
use crate::model::{Address, Outcome, Record, Resource, Scope, Status};

/// Records that are chosen by id.
#[derive(Clone, Copy, Debug)]
pub(in crate::cloud::huawei) struct FailedRecords<'a>(Tasks<'a>);

impl<'a> FailedRecords<'a> {
    /// Forgets these.
    pub(in crate::cloud::huawei) fn forget(
        tasks: Tasks<'a>,
        ids: Vec<String>,
    ) -> Result<Removals<Self>, Error> {
        Removals::new(Self(tasks), ids)
    }

    fn deletion(ids: &[String]) -> DeleteFailedTask {
        // One request, one record.
        DeleteFailedTask {
            task_id: ids.first().cloned().unwrap_or_default(),
        }
    }
}

impl Removable for FailedRecords<'_> {
    const RESOURCE: Resource = Resource::Task;
    const MOST: usize = 1;

    fn scope(&self) -> &Scope {
        &self.0.session.client.scope
    }

    fn courier(&self) -> &Courier {
        self.0.session.client.courier()
    }

    fn check(&self, id: &str) -> Result<Option<String>, Error> {
        check_id(id).map(|()| None)
    }

    async fn find(&self, ids: &[String]) -> Result<Vec<Record>, Error> {
        let failed = self.0.failed().await?;
        let wanted = |task: &TaskItem| ids.contains(&task.task_id);
        let found = failed.into_iter().filter(wanted);
        Ok(found
            .map(|task| self.0.record(task, Progress::Failed))
            .collect())
    }

    async fn remove(&self, ids: &[String]) -> Result<Option<String>, Error> {
        let answer = self.0.session.call(&Self::deletion(ids)).await?;
        Ok(answer.request_id)
    }

    async fn preview(&self, ids: &[String]) -> Result<Preview, Error> {
        self.0.session.preview(&Self::deletion(ids)).await
    }

    fn is_in_use(&self, _error: &Error) -> bool {
        false
    }

    fn way_out(&self, _id: &str, _held_by: &[Address]) -> String {
        "Look at it in the console.".to_owned()
    }
}

/// Forgets all records, in one request. What they are is read first, so that each has its outcome.
#[derive(Debug)]
pub(in crate::cloud::huawei) struct Clearance<'a> {
    tasks: Tasks<'a>,
    ids: Vec<String>,
}

impl<'a> Clearance<'a> {
    pub(in crate::cloud::huawei) fn new(tasks: Tasks<'a>) -> Self {
        Self {
            tasks,
            ids: Vec::new(),
        }
    }

    async fn listed(&self) -> Result<HashSet<String>, Error> {
        let failed = self.tasks.failed().await?;
        Ok(failed.into_iter().map(|task| task.task_id).collect())
    }
}

impl Change for Clearance<'_> {
    fn purpose(&self) -> String {
        "forget all failed tasks of KPS".to_owned()
    }

    fn asks(&self) -> bool {
        true
    }

    fn survey(&mut self) -> BoxFuture<'_, Result<Survey, Error>> {
        Box::pin(async {
            let failed = self.tasks.failed().await?;
            let scope = &self.tasks.session.client.scope;
            let mut survey = Survey::default();
            for task in failed {
                let address = scope.address(Resource::Task, &task.task_id);
                survey.outcomes.push(Outcome::draft(address, None));
                self.ids.push(task.task_id);
            }
            if !self.ids.is_empty() {
                let note = "a task that fails until then is forgotten, too";
                survey.notes.push(note.to_owned());
            }
            Ok(survey)
        })
    }

    fn waves(&self, ready: &[usize]) -> Vec<Vec<Batch>> {
        match ready {
            [] => Vec::new(),
            ready => vec![vec![ready.to_vec()]],
        }
    }

    fn preview<'a>(&'a self, _batch: &'a Batch) -> BoxFuture<'a, Result<Vec<Preview>, Error>> {
        Box::pin(async {
            let session = self.tasks.session;
            Ok(vec![session.preview(&DeleteAllFailedTask {}).await?])
        })
    }

    fn send<'a>(
        &'a mut self,
        batch: &'a Batch,
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let answer = self.tasks.session.call(&DeleteAllFailedTask {}).await?;
            for &item in batch {
                outcomes[item].status = Status::Deleted;
                outcomes[item].request_id.clone_from(&answer.request_id);
            }
            Ok(())
        })
    }

    fn prove<'a>(
        &'a mut self,
        sent: &'a [usize],
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<Vec<String>, Error>> {
        Box::pin(async move {
            let listed = deletion::read_back(
                self.tasks.session.client.courier(),
                sent,
                outcomes,
                async || self.listed().await,
                |listed, item| listed.contains(&self.ids[item]),
            )
            .await?;
            for &item in sent {
                let is_listed = listed.contains(&self.ids[item]);
                deletion::compare(&mut outcomes[item], is_listed, true);
            }
            Ok(Vec::new())
        })
    }
}
