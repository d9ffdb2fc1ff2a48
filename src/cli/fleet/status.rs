//! One line on the terminal that tells how far a command over many places is.

use std::time::Duration;

use crate::cli::Run;
use crate::cli::site::Site;
use crate::io::Io;
use crate::ops::sweep::Progress;

/// A command that is over sooner shows no line.
const FIRST: Duration = Duration::from_millis(400);
/// How often the line changes.
const PERIOD: Duration = Duration::from_millis(100);
/// After this time the line names who is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// The line.
pub(super) struct Status<'a> {
    io: &'a Io,
    courier: &'a crate::http::Courier,
    progress: &'a Progress,
    is_wanted: bool,
}

impl<'a> Status<'a> {
    pub(super) fn new(run: &'a Run<'_>, site: &'a Site<'_>, progress: &'a Progress) -> Self {
        let io = &run.context.io;
        Self {
            io,
            courier: site.courier(),
            progress,
            // The trace of -v writes lines of its own.
            is_wanted: io.shows_status() && !run.global.verbose,
        }
    }

    /// Does the work, and shows the line meanwhile.
    pub(super) async fn beside<T>(&self, work: impl Future<Output = T>) -> T {
        if !self.is_wanted {
            return work.await;
        }
        let draw = async {
            tokio::time::sleep(FIRST).await;
            loop {
                self.io.status(Some(&self.text()));
                tokio::time::sleep(PERIOD).await;
            }
        };
        let result = tokio::select! {
            result = work => result,
            () = draw => unreachable!("the line is drawn until the work is done"),
        };
        self.io.status(None);
        result
    }

    fn text(&self) -> String {
        let progress = self.progress;
        let mut text = format!(
            "{}/{} places, {} rows, {} requests",
            progress.done.get(),
            progress.total.get(),
            progress.rows.get(),
            self.courier.requests.get(),
        );
        let waiting = progress.waiting();
        let late = waiting.iter().find(|(_, since)| *since >= PATIENCE);
        if let Some((place, since)) = late {
            let others = match waiting.len() - 1 {
                0 => String::new(),
                count => format!(" and {count} more"),
            };
            let place = format!("{}/{}", place.scope.cloud, place.scope.region);
            let seconds = since.as_secs();
            text = format!("{text}, waiting for {place}{others} for {seconds} s");
        }
        text
    }
}
