//! Tasks of KPS: a binding goes on as one after the answer (spec huawei 7). The running and the
//! failed ones are listed; one that is done can only be asked for by its id.

mod clearance;
mod operations;

use std::collections::HashMap;

pub(in crate::cloud::huawei) use clearance::{Clearance, FailedRecords};
use operations::ListKeypairTask;
pub(in crate::cloud::huawei) use operations::{ListFailedTask, ListRunningTask, TaskItem};

use crate::cloud::huawei::session::Session;
use crate::error::{Error, ErrorKind};
use crate::model::{Facts, Listing, Record, Task};
use crate::time::of_milliseconds;

/// "Bad task id": of a task that never was, and perhaps of one whose record is gone.
const BAD_ID: &str = "KPS.0001";

/// How far a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cloud::huawei) enum Progress {
    /// Not at its end, as far as is known.
    Open,
    /// Done.
    Done,
    /// Failed.
    Failed,
}

/// A word such as `RUNNING_RESET`: how far it is, if that is known, and what is done. The
/// documentation's list of words has errors, so that only the beginning decides.
pub(in crate::cloud::huawei) fn parse(word: &str) -> (Option<Progress>, &str) {
    let (beginning, rest) = word.split_once('_').unwrap_or((word, ""));
    let progress = match beginning.to_ascii_uppercase().as_str() {
        "READY" | "RUNNING" => Progress::Open,
        "SUCCESS" => Progress::Done,
        "FAILED" => Progress::Failed,
        _ => return (None, word),
    };
    (Some(progress), rest)
}

/// The word for a state in records.
fn state(progress: Progress) -> &'static str {
    match progress {
        Progress::Open => "running",
        Progress::Done => "done",
        Progress::Failed => "failed",
    }
}

/// The tasks of one project.
#[derive(Clone, Copy, Debug)]
pub(in crate::cloud::huawei) struct Tasks<'a> {
    pub(in crate::cloud::huawei) session: &'a Session,
}

impl Tasks<'_> {
    /// Those under way.
    pub(in crate::cloud::huawei) async fn running(self) -> Result<Vec<TaskItem>, Error> {
        self.session.all(ListRunningTask::default()).await
    }

    /// Those that failed and were not forgotten since.
    pub(in crate::cloud::huawei) async fn failed(self) -> Result<Vec<TaskItem>, Error> {
        self.session.all(ListFailedTask::default()).await
    }

    /// The service's word for how far a task is; `None` when it knows no such task.
    pub(in crate::cloud::huawei) async fn word(self, id: &str) -> Result<Option<String>, Error> {
        self.session.find_project().await?;
        let task_id = id.to_owned();
        match self.session.call(&ListKeypairTask { task_id }).await {
            Ok(answer) => Ok(Some(answer.value.task_status)),
            Err(error)
                if error.kind == ErrorKind::NotFound || error.code.as_deref() == Some(BAD_ID) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The running ones, for people.
    pub(in crate::cloud::huawei) async fn list_running(self) -> Result<Listing, Error> {
        let tasks = self.running().await?;
        Ok(self.listing(tasks, Progress::Open))
    }

    /// The failed ones, for people.
    pub(in crate::cloud::huawei) async fn list_failed(self) -> Result<Listing, Error> {
        let tasks = self.failed().await?;
        Ok(self.listing(tasks, Progress::Failed))
    }

    fn listing(self, tasks: Vec<TaskItem>, progress: Progress) -> Listing {
        let records: Vec<Record> = tasks
            .into_iter()
            .map(|task| self.record(task, progress))
            .collect();
        records.into()
    }

    fn record(self, task: TaskItem, listed_as: Progress) -> Record {
        let word = task.operate_type.as_deref().unwrap_or_default();
        let (progress, operation) = parse(word);
        let began = task.task_time.as_deref().map(str::parse);
        Record {
            scope: self.session.client.scope.clone(),
            address: None,
            id: task.task_id,
            facts: Facts::Task(Task {
                state: state(progress.unwrap_or(listed_as)).to_owned(),
                operation: filled(operation),
                machine: task.server_id,
                key_pair: task.keypair_name,
                started_at: began.and_then(Result::ok).and_then(of_milliseconds),
                ended_at: None,
                error_code: task.task_error_code,
                error_message: task.task_error_msg,
            }),
            raw: task.raw,
        }
    }

    /// These tasks, one record for each. One that the service does not know is `unknown`; when it
    /// knows none of them, that is a not-found error.
    pub(in crate::cloud::huawei) async fn show(self, ids: &[String]) -> Result<Listing, Error> {
        for id in ids {
            check_id(id)?;
        }
        let mut listing = Listing::default();
        for id in ids {
            let word = self.word(id).await?;
            if word.is_none() {
                listing.warnings.push(format!(
                    "KPS does not know task {id}: the record of one that is done may be gone"
                ));
            }
            listing.records.push(self.by_word(id, word.as_deref()));
        }
        let is = |record: &Record, wanted: &str| record.state() == Some(wanted);
        if listing.records.iter().all(|record| is(record, "unknown")) {
            return Err(self.unknown(ids));
        }
        // The lists tell more than the look at one.
        for (wanted, progress) in [("running", Progress::Open), ("failed", Progress::Failed)] {
            if !listing.records.iter().any(|record| is(record, wanted)) {
                continue;
            }
            let tasks = match progress {
                Progress::Failed => self.failed().await,
                _ => self.running().await,
            };
            match tasks {
                Ok(tasks) => self.add_details(&mut listing.records, tasks, progress),
                Err(error) => listing.warnings.push(format!(
                    "more of the {wanted} tasks cannot be seen: {error}"
                )),
            }
        }
        Ok(listing)
    }

    fn add_details(self, records: &mut [Record], tasks: Vec<TaskItem>, progress: Progress) {
        let mut by_id: HashMap<String, TaskItem> = tasks
            .into_iter()
            .map(|task| (task.task_id.clone(), task))
            .collect();
        for record in records {
            if record.state() == Some(state(progress))
                && let Some(task) = by_id.remove(&record.id)
            {
                *record = self.record(task, progress);
            }
        }
    }

    fn by_word(self, id: &str, word: Option<&str>) -> Record {
        let (state, operation) = match word.map(parse) {
            None => ("unknown".to_owned(), None),
            Some((Some(progress), operation)) => (state(progress).to_owned(), filled(operation)),
            Some((None, word)) => (word.to_ascii_lowercase(), None),
        };
        Record {
            scope: self.session.client.scope.clone(),
            address: None,
            id: id.to_owned(),
            facts: Facts::Task(Task {
                state,
                operation,
                ..Task::default()
            }),
            raw: serde_json::json!({"task_id": id, "task_status": word}),
        }
    }

    fn unknown(self, ids: &[String]) -> Error {
        let scope = &self.session.client.scope;
        Error::new(
            ErrorKind::NotFound,
            format!("KPS does not know the tasks: {}", ids.join(", ")),
        )
        .hint("Check the ids and the region (-r); the record of a task that is done may be gone.")
        .cloud(scope.cloud)
        .with(|details| details.region = Some(scope.region.clone()))
    }
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// An id that must not get into a path (spec huawei 2.7).
fn check_id(id: &str) -> Result<(), Error> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if id.is_empty() || !id.bytes().all(plain) {
        let id = id.escape_debug();
        return Err(Error::usage(format!("'{id}' cannot be the id of a task"))
            .hint("kpctl huawei key-pair tasks --failed shows ids.")
            .cloud(crate::model::CloudId::Huawei));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
