//! What the journal tells of a plan: whether it was begun, and what it has done.

use crate::cli::Run;
use crate::cli::site::Site;
use crate::config::paths;
use crate::error::Error;
use crate::journal;
use crate::model::{Address, Resource};

/// What became of a plan before.
#[derive(Debug, Default)]
pub(super) struct History {
    /// It was begun: what it does may be done in part.
    pub(super) is_begun: bool,
    /// The things that it changed, and the machines on which, in runs that came to their end.
    pub(super) done: Vec<(String, Option<String>)>,
}

/// Statuses of things that a run changed, such that what a plan rests on tells it. A server is `changed`
/// too; the same word for a description or a name tells nothing, for a plan does not rest on those.
const CHANGED: [&str; 7] = [
    "deleted",
    "attached",
    "detached",
    "cancelled",
    "enabled",
    "disabled",
    "scheduled",
];

impl History {
    /// Looks for runs of that name. Without a journal a plan has no history.
    pub(super) fn read(run: &Run<'_>, site: &Site<'_>, recorded: &str) -> Result<Self, Error> {
        let folder = paths::journal(&run.context.env, site.is_sandbox())?;
        let Some(folder) = folder.filter(|folder| folder.exists()) else {
            return Ok(Self::default());
        };
        let mut history = Self::default();
        for run in journal::runs(folder)? {
            if run.command != recorded {
                continue;
            }
            history.is_begun = true;
            let changed = run.items.into_iter().filter(|item| {
                let address: Option<Address> = item.address.parse().ok();
                let is_server = address.is_some_and(|it| it.resource == Resource::CphServer);
                item.status.as_deref().is_some_and(|status| {
                    CHANGED.contains(&status) || (is_server && status == "changed")
                })
            });
            let done = changed.map(|item| (item.address, item.target));
            history.done.extend(done);
        }
        Ok(history)
    }
}
