//! What answers, jobs and looks mean for a server: pure decisions.

use crate::cloud::huawei::cph::{Progress, Server};
use crate::error::{Error, ErrorKind, Fate};
use crate::model::{CloudId, ItemState, Outcome, Status};

pub(super) fn state_of(server: &Server) -> ItemState {
    ItemState {
        state: server.state(),
        key_pair: server.key_pair().map(str::to_owned),
        power: None,
    }
}

pub(super) fn pair_of(state: Option<&ItemState>) -> Option<&str> {
    state?.key_pair.as_deref()
}

pub(super) fn silent() -> Error {
    Error::new(ErrorKind::Server, "the answer does not mention this server").fate(Fate::Unknown)
}

pub(super) fn vanished() -> Error {
    Error::new(
        ErrorKind::NotFound,
        "the service no longer knows the job, so its end was not seen",
    )
    .code("CPS.0011")
    .hint("Run the same command again, or try the new key.")
    .fate(Fate::Unknown)
}

/// Whether single jobs may be visible although their list is not.
pub(super) fn may_ask_one_by_one(error: &Error) -> bool {
    matches!(
        error.kind,
        ErrorKind::Permission | ErrorKind::NotFound | ErrorKind::Usage
    )
}

/// The status of a server that was refused inside the answer.
pub(super) fn of_refusal(error: &Error) -> Status {
    match error.fate {
        Fate::Unknown => Status::Unverified,
        Fate::NotDone => Status::of_error(error.kind),
    }
}

/// Writes down how far a job is; `locate` adds to an error what the job does not know.
pub(super) fn record(outcome: &mut Outcome, progress: Progress, locate: impl Fn(Error) -> Error) {
    match progress {
        Progress::Open => outcome.status = Status::Running,
        Progress::Done => {
            outcome.error = None;
            outcome.seen(Status::Changed);
        }
        Progress::Failed(error) => {
            outcome.fail(Status::Failed, locate(error).fate(Fate::NotDone));
            outcome.verified = true;
        }
    }
}

/// Confirms or corrects one outcome by the pair that its server shows.
pub(super) fn compare(outcome: &mut Outcome, wanted: &str) {
    let before = pair_of(outcome.before.as_ref());
    let shown = pair_of(outcome.after.as_ref());
    match outcome.status {
        // A detail without the name takes nothing away from the job's word.
        Status::Changed if shown.is_none_or(|name| name == wanted) => outcome.verified = true,
        Status::Changed => {
            let shown = shown.unwrap_or_default();
            let error = Error::new(
                ErrorKind::Server,
                format!("the job is done, but the server shows the key pair {shown}"),
            )
            .hint("Reads may lag behind: look again, or run the same command again.")
            .cloud(CloudId::Huawei);
            outcome.fail(Status::Unverified, error);
            outcome.verified = false;
        }
        // The name was another one before, so that something changed it.
        Status::Unverified
            if shown == Some(wanted) && before.is_some_and(|before| before != wanted) =>
        {
            outcome.error = None;
            outcome.seen(Status::Changed);
        }
        _ => {}
    }
}
