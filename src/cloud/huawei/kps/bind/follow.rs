//! Following tasks to their end, and finding those whose answer was lost.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta};

use super::super::tasks::{Progress, TaskItem, parse};
use super::{Direction, Rebinding};
use crate::cloud::huawei::errors::VendorError;
use crate::error::{Error, ErrorKind, Fate};
use crate::model::{ItemState, Outcome, Status};

/// How far the clocks of this machine and of the service may be apart when a task is recognised by
/// the time of its request.
const SLACK: TimeDelta = TimeDelta::minutes(2);

const REACH: &str = "The service must reach SSH on the server from 100.125.0.0/16 with that login; authorized_keys must be unmodified, the image a supported one, and the server must not be switched on or off meanwhile.";

impl Rebinding<'_> {
    /// Looks once at the task of each item; one without a task is looked for first.
    pub(super) async fn follow(
        &mut self,
        open: &[usize],
        outcomes: &mut [Outcome],
    ) -> Result<(), Error> {
        let lost: Vec<usize> = open
            .iter()
            .copied()
            .filter(|item| !self.task_ids.contains_key(item))
            .collect();
        if !lost.is_empty() {
            self.find_tasks(&lost, outcomes).await?;
        }
        if self.direction == Direction::Detach {
            self.see_what_goes(open, outcomes).await;
        }
        let mut failed = Vec::new();
        for &item in open {
            let Some(id) = self.task_ids.get(&item) else {
                continue;
            };
            let outcome = &mut outcomes[item];
            match self.tasks().word(id).await? {
                None => outcome.fail(Status::Unverified, self.located(forgotten(id))),
                Some(word) => match parse(&word).0 {
                    Some(Progress::Done) => self.finish_item(outcome),
                    Some(Progress::Failed) => failed.push(item),
                    // A word that no document names is no end.
                    Some(Progress::Open) | None => outcome.status = Status::Running,
                },
            }
        }
        if !failed.is_empty() {
            self.explain_failures(&failed, outcomes).await;
        }
        Ok(())
    }

    /// The task is the evidence. When another pair than the one meant went, that is said.
    fn finish_item(&self, outcome: &mut Outcome) {
        outcome.error = None;
        let gone = outcome
            .before
            .as_ref()
            .and_then(|state| state.key_pair.as_ref());
        if let Some(gone) = gone.filter(|name| **name != self.key_pair) {
            let message = format!("the service took {gone} off, not {}", self.key_pair);
            outcome.error = Some(
                self.located(
                    Error::new(ErrorKind::Conflict, message)
                        .hint(format!("Attach {gone} again if it is needed there.")),
                ),
            );
        }
        outcome.seen(self.goal());
    }

    /// A running task names the pair that it takes off: the only sight of what was bound.
    async fn see_what_goes(&self, open: &[usize], outcomes: &mut [Outcome]) {
        let unseen = |item: &&usize| outcomes[**item].before.is_none();
        if !open.iter().any(|item| unseen(&item)) {
            return;
        }
        // Nothing rests on it: without the list the task alone counts.
        let Ok(running) = self.tasks().running().await else {
            return;
        };
        for &item in open {
            let Some(id) = self.task_ids.get(&item) else {
                continue;
            };
            let task = running.iter().find(|task| task.task_id == *id);
            if let Some(name) = task.and_then(|task| task.keypair_name.clone())
                && !name.is_empty()
            {
                outcomes[item].before = Some(ItemState {
                    key_pair: Some(name),
                    ..ItemState::default()
                });
            }
        }
    }

    /// Looks for the tasks of requests whose answer was lost: among those that run, and among those
    /// that failed since. One that is done already leaves no trace.
    pub(super) async fn find_tasks(
        &mut self,
        items: &[usize],
        outcomes: &mut [Outcome],
    ) -> Result<(), Error> {
        let running = self.tasks().running().await?;
        let failed = self.tasks().failed().await?;
        for &item in items {
            let outcome = &mut outcomes[item];
            if let Some(task) = running.iter().find(|task| self.is_ours(item, task)) {
                outcome.error = None;
                outcome.status = Status::Running;
                outcome.job_id = Some(task.task_id.clone());
                self.task_ids.insert(item, task.task_id.clone());
            } else if let Some(task) = failed.iter().find(|task| self.is_ours(item, task)) {
                outcome.job_id = Some(task.task_id.clone());
                let error = self.failure(Some(task));
                if began(task) >= self.sent_at.get(&item).map(DateTime::timestamp_millis) {
                    outcome.fail(Status::Failed, error);
                    outcome.verified = true;
                } else {
                    // Perhaps that of an earlier try.
                    outcome.fail(Status::Unverified, error.fate(Fate::Unknown));
                }
            }
        }
        Ok(())
    }

    /// Whether a task may be that of our request: of the same server, begun since then, and of the
    /// same direction and key pair where it says so.
    fn is_ours(&self, item: usize, task: &TaskItem) -> bool {
        let (Some(began), Some(sent_at)) = (began(task), self.sent_at.get(&item)) else {
            return false;
        };
        let other_pair = task
            .keypair_name
            .as_ref()
            .is_some_and(|name| !name.is_empty() && *name != self.key_pair);
        // A detachment takes off whatever is bound, and its task names that.
        if other_pair && self.direction == Direction::Attach {
            return false;
        }
        let word = task.operate_type.as_deref().unwrap_or_default();
        let unbinds = word.to_ascii_uppercase().contains("UNBIND");
        task.server_id.as_deref() == Some(&self.servers[item])
            && began >= (*sent_at - SLACK).timestamp_millis()
            && unbinds == (self.direction == Direction::Detach)
    }

    async fn explain_failures(&self, items: &[usize], outcomes: &mut [Outcome]) {
        // The reason is a help: without it the failure stands.
        let failed = self.tasks().failed().await.unwrap_or_default();
        let by_id: HashMap<&str, &TaskItem> = failed
            .iter()
            .map(|task| (task.task_id.as_str(), task))
            .collect();
        for &item in items {
            let id = self.task_ids.get(&item).map(String::as_str);
            let task = id.and_then(|id| by_id.get(id)).copied();
            outcomes[item].fail(Status::Failed, self.failure(task));
            outcomes[item].verified = true;
        }
    }

    fn failure(&self, task: Option<&TaskItem>) -> Error {
        let code = task.and_then(|task| task.task_error_code.as_deref());
        let message = task
            .and_then(|task| task.task_error_msg.as_deref())
            .unwrap_or("the task failed, and no reason is known");
        let error = VendorError::of_item(code, Some(message)).explain(None);
        // Whatever the code says, the task has come to its end.
        let error = error.fate(Fate::NotDone).with(|details| {
            if matches!(details.kind, ErrorKind::Usage | ErrorKind::Internal) {
                details.kind = ErrorKind::Server;
            }
            details.hints.push(REACH.to_owned());
        });
        self.located(error)
    }
}

/// When a task began, in milliseconds since 1970.
fn began(task: &TaskItem) -> Option<i64> {
    task.task_time.as_deref()?.parse().ok()
}

fn forgotten(id: &str) -> Error {
    Error::new(
        ErrorKind::Server,
        format!("KPS does not know task {id} any more, so that nobody can tell how it ended"),
    )
    .fate(Fate::Unknown)
    .hint("Try the key on the server, or look at it in the console.")
}
