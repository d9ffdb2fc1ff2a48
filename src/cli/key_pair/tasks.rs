//! `huawei key-pair tasks`: work that goes on after a binding was asked for.

use std::path::PathBuf;

use clap::Args;

use super::kind::Kind;
use crate::cli::Run;
use crate::cli::args::Changing;
use crate::error::Error;
use crate::model::{ChangeRequest, FailedTasks, ListRequest};

#[derive(Args, Debug)]
pub(in crate::cli) struct Tasks {
    /// Tasks by id; without any, those that are running
    #[arg(value_name = "TASK_ID", conflicts_with = "failed")]
    ids: Vec<String>,

    /// Those that failed (ListFailedTask)
    #[arg(long)]
    failed: bool,

    /// Forget the records of failed tasks: of these, or of all (DeleteFailedTask, DeleteAllFailedTask)
    #[arg(long)]
    clear: bool,

    /// With --clear: do not ask
    #[arg(short, long, requires = "clear")]
    yes: bool,

    /// With --clear: look, and show what would be sent; change nothing
    #[arg(long, requires = "clear")]
    dry_run: bool,

    /// With --clear: look, and write what would be sent to this new file, for 'kpctl apply'; change nothing
    #[arg(long, value_name = "FILE", requires = "clear", conflicts_with_all = ["dry_run", "yes"])]
    plan: Option<PathBuf>,

    /// With --clear: refuse to clear more records than this
    #[arg(long, value_name = "N", requires = "clear")]
    max_changes: Option<usize>,
}

impl Tasks {
    pub(super) async fn run(&self, run: &Run<'_>, kind: Kind) -> Result<u8, Error> {
        if self.clear {
            return self.clear(run, kind).await;
        }
        let request = if !self.ids.is_empty() {
            ListRequest::Tasks(self.ids.clone())
        } else if self.failed {
            ListRequest::FailedTasks
        } else {
            ListRequest::RunningTasks
        };
        kind.reading("tasks", None)
            .list(run, request, |_| true)
            .await
    }

    async fn clear(&self, run: &Run<'_>, kind: Kind) -> Result<u8, Error> {
        let changing = Changing {
            yes: self.yes,
            dry_run: self.dry_run,
            plan: self.plan.clone(),
            max_changes: self.max_changes,
            ..Changing::default()
        };
        let tasks = if self.ids.is_empty() {
            FailedTasks::All
        } else {
            FailedTasks::Ids(self.ids.clone())
        };
        let job = kind.job("tasks", &changing, changing.extent(), Vec::new(), false);
        job.one(
            run,
            kind.at(),
            &[None],
            ChangeRequest::ClearFailedTasks(tasks),
        )
        .await
    }
}
