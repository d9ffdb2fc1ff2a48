//! What states and errors mean for a key that is brought into another state: pure decisions.

use crate::cloud::huawei::kms::keys::KeyDetails;
use crate::cloud::huawei::kms::state::{contradiction, seen};
use crate::cloud::huawei::kms::{KeyState, NOT_DISABLED, NOT_ENABLED, SCHEDULED};
use crate::error::{Error, ErrorKind, Fate};
use crate::model::{Address, CloudId, KeyStateChange, Outcome, Status};

/// What is wanted: the state, the status when it is reached, and the code of a refusal that says
/// that the key does not have the state before it.
pub(super) fn goal(wanted: KeyStateChange) -> (KeyState, Status, &'static str) {
    match wanted {
        KeyStateChange::Enable => (KeyState::Enabled, Status::Enabled, NOT_DISABLED),
        KeyStateChange::Disable => (KeyState::Disabled, Status::Disabled, NOT_ENABLED),
        KeyStateChange::ScheduleDeletion { .. } => {
            (KeyState::PendingDeletion, Status::Scheduled, SCHEDULED)
        }
    }
}

/// What a look before says of a key.
#[derive(Debug)]
pub(super) enum Judgement {
    /// The change can be made, as far as is known.
    Send,
    /// It is so already.
    Unchanged,
    /// Its state, or what it is for, forbids it.
    Refused(Error),
}

/// Judges a key. A number that no document names is left to the service.
pub(super) fn judge(
    wanted: KeyStateChange,
    state: &KeyState,
    key: &KeyDetails,
    address: &Address,
) -> Judgement {
    use KeyState::{
        Disabled, Enabled, Frozen, Other, PendingActivation, PendingDeletion, PendingImport,
    };
    let schedules = matches!(wanted, KeyStateChange::ScheduleDeletion { .. });
    if *state == goal(wanted).0 {
        return Judgement::Unchanged;
    }
    // Nothing is documented about other changes of such a key.
    if schedules && key.is_default() == Some(true) {
        return refused(
            "it is the default key of a service, which cannot be deleted",
            "Name a key that you made yourself.",
        );
    }
    match state {
        Enabled | Disabled | Other(_) => Judgement::Send,
        PendingImport | Frozen if schedules => Judgement::Send,
        PendingDeletion => refused(
            "it is scheduled for deletion",
            &way_back(wanted, &address.id, &address.scope.region),
        ),
        PendingImport => refused(
            "it waits for its key material",
            "Import the material first, in the console for instance.",
        ),
        Frozen => refused("it is frozen", "See the account in the console."),
        PendingActivation => refused(
            "it waits for its activation",
            "That ends by itself: run the same command again later.",
        ),
    }
}

fn way_back(wanted: KeyStateChange, id: &str, region: &str) -> String {
    let command = format!("kpctl huawei kms-key cancel-deletion {id} -r {region}");
    if wanted == KeyStateChange::Enable {
        format!("Call the deletion off, and enable it with that: {command} --enable")
    } else {
        format!("Call the deletion off, which leaves the key disabled: {command}")
    }
}

fn refused(why: &str, hint: &str) -> Judgement {
    let error = Error::new(ErrorKind::State, why);
    Judgement::Refused(error.hint(hint).cloud(CloudId::Huawei))
}

/// Decides an item by an error and by the state that its key has in spite of it.
pub(super) fn settle(
    outcome: &mut Outcome,
    error: Error,
    state: &KeyState,
    wanted: KeyStateChange,
) {
    let (reached, status, _) = goal(wanted);
    let ours = error.fate == Fate::Unknown || error.after_lost_answer;
    outcome.after = Some(seen(state));
    if *state == reached {
        outcome.request_id = error
            .request_id
            .clone()
            .or_else(|| outcome.request_id.take());
        outcome.error = None;
        outcome.seen(if ours { status } else { Status::Unchanged });
    } else {
        let status = if ours {
            Status::Failed
        } else {
            Status::Refused
        };
        outcome.fail(status, error);
        outcome.verified = true;
    }
}

/// Confirms or corrects one outcome by the state of its key.
pub(super) fn compare(outcome: &mut Outcome, state: &KeyState, wanted: KeyStateChange) {
    let (reached, status, _) = goal(wanted);
    outcome.after = Some(seen(state));
    if outcome.status == status || outcome.status == Status::Unchanged {
        if *state == reached {
            outcome.verified = true;
        } else {
            let error = contradiction(outcome.status, state);
            outcome.fail(Status::Unverified, error);
            outcome.verified = false;
        }
    } else if outcome.status == Status::Unverified
        && let Some(error) = outcome.error.take_if(|error| error.fate == Fate::Unknown)
    {
        settle(outcome, error, state, wanted);
    }
}
