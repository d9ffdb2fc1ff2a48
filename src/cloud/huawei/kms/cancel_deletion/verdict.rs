//! What errors and states mean for a key whose deletion is called off: pure decisions.

use crate::cloud::huawei::kms::state::{contradiction, seen};
use crate::cloud::huawei::kms::{KeyState, NOT_SCHEDULED};
use crate::error::{Error, ErrorKind, Fate};
use crate::model::{CloudId, Outcome, Status};

/// The next step when a key is rescued but not enabled.
pub(super) const AGAIN: &str =
    "The deletion is called off. Run the same command again to enable the key.";

pub(super) fn no_material() -> Error {
    Error::new(
        ErrorKind::State,
        "not enabled: the key waits for its key material",
    )
    .hint("The deletion is called off. Import the material, then enable the key.")
    .cloud(CloudId::Huawei)
}

/// Whether only a look at the key tells what an error means for it.
pub(super) fn is_unclear(error: &Error) -> bool {
    error.fate == Fate::Unknown || error.code.as_deref() == Some(NOT_SCHEDULED)
}

/// What an unclear error means for a key that is now in this state; `None` when it stays unclear.
pub(super) fn verdict(error: &Error, state: &KeyState) -> Option<Status> {
    let lost = error.fate == Fate::Unknown;
    Some(match state {
        // An answer was lost and this is what the call leaves behind.
        KeyState::Disabled | KeyState::PendingImport if lost || error.after_lost_answer => {
            Status::Cancelled
        }
        // Cancelling never enables: an enabled key is somebody else's doing, now or long ago.
        KeyState::Enabled | KeyState::Disabled | KeyState::PendingImport => Status::Unchanged,
        KeyState::PendingDeletion if lost => Status::Failed,
        _ if lost => return None,
        _ => Status::Refused,
    })
}

/// Decides an item by its unclear error and a look; `true` when its deletion is off.
pub(super) fn settle(outcome: &mut Outcome, error: Error, state: &KeyState) -> bool {
    outcome.after = Some(seen(state));
    let verdict = verdict(&error, state);
    match verdict {
        Some(status @ (Status::Cancelled | Status::Unchanged)) => {
            outcome.request_id = error
                .request_id
                .clone()
                .or_else(|| outcome.request_id.take());
            outcome.error = None;
            outcome.seen(status);
            true
        }
        Some(status) => {
            outcome.fail(status, error);
            outcome.verified = true;
            false
        }
        None => {
            outcome.fail(Status::Unverified, error);
            false
        }
    }
}

/// Confirms or corrects one outcome by the state of its key.
pub(super) fn compare(outcome: &mut Outcome, state: &KeyState, enable: bool) {
    use KeyState::{Disabled, Enabled, PendingImport};
    outcome.after = Some(seen(state));
    match (outcome.status, state) {
        (Status::Cancelled, Enabled) if enable => {
            outcome.error = None;
            outcome.seen(Status::Enabled);
        }
        (Status::Cancelled | Status::Unchanged, Disabled | PendingImport | Enabled)
        | (Status::Enabled, Enabled) => outcome.verified = true,
        (Status::Cancelled | Status::Unchanged | Status::Enabled, _) => {
            outcome.error = Some(contradiction(outcome.status, state));
            outcome.status = Status::Unverified;
        }
        (Status::Unverified, _) => {
            if let Some(error) = outcome.error.take_if(|error| is_unclear(error)) {
                settle(outcome, error, state);
            }
        }
        _ => {}
    }
    let rescued = matches!(outcome.status, Status::Cancelled | Status::Unchanged);
    if enable && rescued && *state != Enabled && outcome.error.is_none() {
        outcome.error = Some(match state {
            PendingImport => no_material(),
            _ => Error::new(ErrorKind::State, "not enabled")
                .hint(AGAIN)
                .cloud(CloudId::Huawei),
        });
    }
}
