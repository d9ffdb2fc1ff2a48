//! What a list says of deletions, for every cloud that is proven by reading a list back.

use std::time::Duration;

use crate::error::{Error, ErrorKind, Fate};
use crate::http::Courier;
use crate::model::{Outcome, Status};

/// How often a list is read before doubt is reported: nothing is documented about how soon lists
/// follow deletions.
pub(super) const LOOKS: u32 = 4;

fn is_lost(outcome: &Outcome) -> bool {
    outcome.status == Status::Unverified
        && outcome
            .error
            .as_ref()
            .is_some_and(|error| error.fate == Fate::Unknown)
}

/// Whether a list that still shows the item may be behind, so that it is worth another look.
pub(super) fn may_lag(outcome: &Outcome, listed: bool) -> bool {
    listed && (matches!(outcome.status, Status::Deleted | Status::Absent) || is_lost(outcome))
}

/// Writes down that what was to be deleted is not there. After a lost answer it is this very call
/// that deleted it.
pub(super) fn not_there(outcome: &mut Outcome, error: &Error) {
    outcome.error = None;
    outcome.request_id.clone_from(&error.request_id);
    outcome.status = if error.after_lost_answer {
        Status::Deleted
    } else {
        Status::Absent
    };
}

/// Reads the list back, and again for as long as it may be behind.
pub(super) async fn read_back<L>(
    courier: &Courier,
    sent: &[usize],
    outcomes: &[Outcome],
    read: impl AsyncFn() -> Result<L, Error>,
    is_listed: impl Fn(&L, usize) -> bool,
) -> Result<L, Error> {
    let mut list = read().await?;
    for look in 1..LOOKS {
        let lags = |&item: &usize| may_lag(&outcomes[item], is_listed(&list, item));
        let wait = Duration::from_secs(u64::from(look));
        if !sent.iter().any(lags) || !courier.pause(wait).await {
            break;
        }
        list = read().await?;
    }
    Ok(list)
}

/// Confirms or corrects one outcome by whether its item is listed. `was_there`: it was seen before
/// the change, so that what is gone now was deleted; else nobody can tell.
pub(super) fn compare(outcome: &mut Outcome, listed: bool, was_there: bool) {
    match (outcome.status, listed) {
        (Status::Deleted | Status::Absent, false) | (Status::InUse, true) => {
            outcome.verified = true;
        }
        (Status::Deleted | Status::Absent, true) => {
            let word = outcome.status.name();
            let error = Error::new(
                ErrorKind::Server,
                format!("the service calls it {word}, but it is still listed"),
            )
            .hint("Lists may lag behind: run the same command again.")
            .cloud(outcome.address.scope.cloud);
            outcome.fail(Status::Unverified, error);
        }
        (Status::Unverified, false) if is_lost(outcome) => {
            outcome.error = None;
            outcome.seen(if was_there {
                Status::Deleted
            } else {
                Status::Absent
            });
        }
        (Status::Unverified, true) if is_lost(outcome) => outcome.seen(Status::Failed),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{compare, may_lag};
    use crate::error::{Error, ErrorKind, Fate};
    use crate::model::{CloudId, Outcome, Resource, Scope, Status};

    fn outcome(status: Status, fate: Option<Fate>) -> Outcome {
        let scope = Scope {
            cloud: CloudId::Volcengine,
            profile: "env".to_owned(),
            region: "cn-beijing".to_owned(),
        };
        let mut outcome = Outcome::draft(scope.address(Resource::KeyPair, "a"), None);
        outcome.status = status;
        outcome.error = fate.map(|fate| Error::new(ErrorKind::Network, "lost").fate(fate));
        outcome
    }

    #[test]
    fn the_list_has_the_last_word() {
        let lost = Some(Fate::Unknown);
        let cases = [
            (Status::Deleted, None, false, Status::Deleted, true),
            (Status::Absent, None, false, Status::Absent, true),
            (
                Status::InUse,
                Some(Fate::NotDone),
                true,
                Status::InUse,
                true,
            ),
            (Status::Deleted, None, true, Status::Unverified, false),
            (Status::Absent, None, true, Status::Unverified, false),
            (Status::Unverified, lost, true, Status::Failed, true),
            (
                Status::Unverified,
                Some(Fate::NotDone),
                false,
                Status::Unverified,
                false,
            ),
            (
                Status::Denied,
                Some(Fate::NotDone),
                true,
                Status::Denied,
                false,
            ),
        ];
        for (status, fate, listed, expected, verified) in cases {
            let mut outcome = outcome(status, fate);
            compare(&mut outcome, listed, true);
            assert_eq!(
                (outcome.status, outcome.verified),
                (expected, verified),
                "{status} {listed}"
            );
        }
    }

    #[test]
    fn only_what_was_seen_before_is_called_deleted_without_an_answer() {
        for (was_there, expected) in [(true, Status::Deleted), (false, Status::Absent)] {
            let mut outcome = outcome(Status::Unverified, Some(Fate::Unknown));
            assert!(may_lag(&outcome, true));
            compare(&mut outcome, false, was_there);
            assert_eq!((outcome.status, outcome.error.is_none()), (expected, true));
        }
    }
}
