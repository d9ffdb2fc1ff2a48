//! Waiting for work that goes on after the answer, by the vendor's own sign of its end.

use tokio::time::Instant;

use crate::cloud::change::Change;
use crate::error::{Error, ErrorKind};
use crate::http::Courier;
use crate::model::{Outcome, Status};

/// Looks again and again until none of the items is under way, the vendor's usual time is over,
/// the command's time is over, or a stop was asked for. What is still under way stays `running`.
pub(super) async fn settle(
    change: &mut dyn Change,
    courier: &Courier,
    items: &[usize],
    outcomes: &mut [Outcome],
    warnings: &mut Vec<String>,
) {
    let Some(waiting) = change.waiting() else {
        return;
    };
    let limit = Instant::now() + courier.pace.get().of(waiting.limit);
    let mut wait = waiting.first;
    loop {
        let open: Vec<usize> = under_way(items, outcomes);
        if open.is_empty() {
            return;
        }
        if Instant::now() >= limit || !courier.pause(wait).await {
            break;
        }
        if let Err(error) = change.poll(&open, outcomes).await {
            // The client has tried a passing fault several times already.
            let status = match error.kind {
                ErrorKind::Permission | ErrorKind::Credentials => Status::Unverified,
                _ => Status::Running,
            };
            warnings.push(format!("cannot see how the work goes on: {error}"));
            for item in under_way(&open, outcomes) {
                outcomes[item].status = status;
                outcomes[item].error = Some(error.clone());
            }
            return;
        }
        wait = (wait * 3 / 2).min(waiting.longest);
    }
    for item in under_way(items, outcomes) {
        let late = Error::new(ErrorKind::Timeout, "still under way when the waiting ended")
            .hint("Look again later with the same command: what is done by then is recognised.");
        outcomes[item].error.get_or_insert(late);
    }
}

fn under_way(items: &[usize], outcomes: &[Outcome]) -> Vec<usize> {
    let running = |item: &usize| outcomes[*item].status == Status::Running;
    items.iter().copied().filter(running).collect()
}
