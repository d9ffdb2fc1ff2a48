//! What became of each item of a change, and the exit code that follows.

use std::fmt;

use super::{Address, Material, Record};
use crate::error::{Error, ErrorKind};

/// The closed set that scripts branch on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultClass {
    /// The goal is reached.
    Done,
    /// Under way, or not proven.
    Open,
    /// The goal is not reached.
    Failed,
}

impl ResultClass {
    /// The word in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Open => "open",
            Self::Failed => "failed",
        }
    }
}

/// What became of one item (product contract, section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// It was made, and its private half is in safety.
    Created,
    /// The cloud did not know the key, and knows it now.
    Imported,
    /// The cloud knew the very same key already.
    Exists,
    /// It was there and is gone.
    Deleted,
    /// It was not there; said of deletions only.
    Absent,
    /// The key pair is bound to the instance.
    Attached,
    /// The key pair was on the instance and is off it.
    Detached,
    /// It is now as was asked for.
    Changed,
    /// The scheduled deletion is called off.
    Cancelled,
    /// The key is usable.
    Enabled,
    /// The key cannot be used for now.
    Disabled,
    /// The key is destroyed later, unless that is called off.
    Scheduled,
    /// It was so already.
    Unchanged,
    /// Accepted by the service; nobody waited or looked.
    Submitted,
    /// Under way when the program stopped waiting.
    Running,
    /// Nobody could see whether it happened.
    Unverified,
    /// Refused because something still uses it.
    InUse,
    /// Something else of that name is there.
    Conflict,
    /// No such thing.
    NotFound,
    /// The state it is in forbids it.
    Refused,
    /// The caller may not.
    Denied,
    /// Too many requests, until the program gave up.
    Throttled,
    /// Another operation was under way, until the program gave up.
    Busy,
    /// Failed for any other reason.
    Failed,
    /// Never sent.
    Skipped,
}

impl Status {
    /// The word in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Imported => "imported",
            Self::Exists => "exists",
            Self::Deleted => "deleted",
            Self::Absent => "absent",
            Self::Attached => "attached",
            Self::Detached => "detached",
            Self::Changed => "changed",
            Self::Cancelled => "cancelled",
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::Scheduled => "scheduled",
            Self::Unchanged => "unchanged",
            Self::Submitted => "submitted",
            Self::Running => "running",
            Self::Unverified => "unverified",
            Self::InUse => "in-use",
            Self::Conflict => "conflict",
            Self::NotFound => "not-found",
            Self::Refused => "refused",
            Self::Denied => "denied",
            Self::Throttled => "throttled",
            Self::Busy => "busy",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    /// The class that the word belongs to.
    pub fn class(self) -> ResultClass {
        match self {
            Self::Created
            | Self::Imported
            | Self::Exists
            | Self::Deleted
            | Self::Absent
            | Self::Attached
            | Self::Detached
            | Self::Changed
            | Self::Cancelled
            | Self::Enabled
            | Self::Disabled
            | Self::Scheduled
            | Self::Unchanged => ResultClass::Done,
            Self::Submitted | Self::Running | Self::Unverified => ResultClass::Open,
            Self::InUse
            | Self::Conflict
            | Self::NotFound
            | Self::Refused
            | Self::Denied
            | Self::Throttled
            | Self::Busy
            | Self::Failed
            | Self::Skipped => ResultClass::Failed,
        }
    }

    /// The status of an item whose request was refused with an error of that kind.
    pub fn of_error(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Credentials | ErrorKind::Permission => Self::Denied,
            ErrorKind::NotFound => Self::NotFound,
            ErrorKind::State => Self::Refused,
            ErrorKind::Conflict => Self::Conflict,
            ErrorKind::Busy => Self::Busy,
            ErrorKind::Throttled => Self::Throttled,
            ErrorKind::Interrupted => Self::Skipped,
            ErrorKind::Unproven => Self::Unverified,
            ErrorKind::Usage
            | ErrorKind::Consent
            | ErrorKind::Quota
            | ErrorKind::Network
            | ErrorKind::Server
            | ErrorKind::Timeout
            | ErrorKind::Internal => Self::Failed,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// What was seen of an item before or after a change; `None` is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemState {
    /// The state, in kpctl's words.
    pub state: Option<String>,
    /// The key pair bound.
    pub key_pair: Option<String>,
    /// Whether the machine is on: the vendor's word in lower case.
    pub power: Option<String>,
}

/// What became of one item. A draft starts as `skipped`: that is the truth until it is sent.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The item.
    pub address: Address,
    /// The instance that the item was to be changed on.
    pub target: Option<Address>,
    /// What people call the item, where that is not its id and was not asked for by the user.
    pub name: Option<String>,
    /// The SHA-256 of a key that was added, as OpenSSH writes it.
    pub fingerprint: Option<String>,
    /// The public key, where it is known: what was taken away can be given back then.
    pub public_key: Option<String>,
    /// What people called it when it was seen: for giving it back.
    pub kept_name: Option<String>,
    /// The file that holds the private half of a pair that was made.
    pub private_key_file: Option<String>,
    /// What became of it.
    pub status: Status,
    /// Whether the state was read back and agrees with the status.
    pub verified: bool,
    /// The id of the request that changed or refused it.
    pub request_id: Option<String>,
    /// The vendor's job that does the work.
    pub job_id: Option<String>,
    /// What still uses it; `None` when not asked or not known.
    pub held_by: Option<Vec<Address>>,
    /// What was seen before.
    pub before: Option<ItemState>,
    /// What was seen after.
    pub after: Option<ItemState>,
    /// Why it failed, or which later step failed.
    pub error: Option<Error>,
}

impl Outcome {
    /// An item that nothing has been done about yet.
    pub fn draft(address: Address, target: Option<Address>) -> Self {
        Self {
            address,
            target,
            name: None,
            fingerprint: None,
            public_key: None,
            kept_name: None,
            private_key_file: None,
            status: Status::Skipped,
            verified: false,
            request_id: None,
            job_id: None,
            held_by: None,
            before: None,
            after: None,
            error: None,
        }
    }

    /// Keeps of a thing what it takes to give it back: its name, and the key where its cloud shows it.
    pub fn remember(&mut self, record: &Record) {
        if let Material::Key(key) = record.material() {
            self.public_key = Some(key.line());
        }
        self.kept_name = Some(record.name().to_owned());
    }

    /// Decides the item by what was seen.
    pub fn seen(&mut self, status: Status) {
        self.status = status;
        self.verified = true;
    }

    /// Decides the item by an error; its request id is kept.
    pub fn fail(&mut self, status: Status, error: Error) {
        self.status = status;
        self.request_id = error.request_id.clone().or_else(|| self.request_id.take());
        self.error = Some(error);
    }

    /// The code that this outcome alone would end the command with.
    fn exit_code(&self, open_is_enough: bool) -> u8 {
        match self.status.class() {
            ResultClass::Done if self.error.is_none() => 0,
            ResultClass::Done => 3,
            ResultClass::Open => match self.status {
                Status::Submitted if open_is_enough && self.error.is_none() => 0,
                Status::Submitted if open_is_enough => 3,
                Status::Unverified => 10,
                _ => 7,
            },
            ResultClass::Failed => match self.status {
                Status::InUse | Status::Conflict | Status::Refused => 6,
                Status::NotFound => 5,
                Status::Denied => 4,
                Status::Throttled | Status::Busy => 7,
                _ => self
                    .error
                    .as_ref()
                    .map_or(1, |error| error.kind.exit_code_of_item()),
            },
        }
    }
}

/// The exit code of a command with these outcomes (product contract, section 4).
///
/// `open_is_enough`: the user asked not to wait or not to verify, so `submitted` is what was
/// asked for.
pub fn exit_code<'a>(outcomes: impl IntoIterator<Item = &'a Outcome>, open_is_enough: bool) -> u8 {
    let mut codes: Vec<u8> = outcomes
        .into_iter()
        .filter(|outcome| outcome.status != Status::Skipped)
        .map(|outcome| outcome.exit_code(open_is_enough))
        .collect();
    codes.sort_unstable();
    codes.dedup();
    match codes[..] {
        [] => 0,
        [code] => code,
        [0 | 3, ..] => 3,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Status, exit_code};
    use crate::error::{Error, ErrorKind};
    use crate::model::{CloudId, Resource, Scope};

    fn outcome(status: Status) -> Outcome {
        let scope = Scope {
            cloud: CloudId::Volcengine,
            profile: "env".to_owned(),
            region: "cn-beijing".to_owned(),
        };
        let mut outcome = Outcome::draft(scope.address(Resource::KeyPair, "a"), None);
        outcome.status = status;
        outcome
    }

    #[test]
    fn one_code_when_one_reason_three_when_mixed() {
        let cases: [(&[Status], u8); 14] = [
            (&[], 0),
            (&[Status::Deleted, Status::Absent, Status::Unchanged], 0),
            (&[Status::Deleted, Status::InUse, Status::Absent], 3),
            (&[Status::InUse, Status::Refused], 6),
            (&[Status::NotFound], 5),
            (&[Status::NotFound, Status::InUse], 1),
            (&[Status::Denied, Status::Skipped], 4),
            (&[Status::Throttled, Status::Busy, Status::Running], 7),
            (&[Status::Unverified], 10),
            (&[Status::Unverified, Status::Deleted], 3),
            (&[Status::Failed], 1),
            (&[Status::Submitted], 7),
            (&[Status::Skipped], 0),
            (&[Status::Deleted, Status::Skipped], 0),
        ];
        for (statuses, code) in cases {
            let outcomes: Vec<_> = statuses.iter().copied().map(outcome).collect();
            assert_eq!(exit_code(&outcomes, false), code, "{statuses:?}");
        }
        assert_eq!(exit_code(&[outcome(Status::Submitted)], true), 0);
    }

    #[test]
    fn a_later_step_that_failed_is_partial() {
        let mut cancelled = outcome(Status::Cancelled);
        cancelled.error = Some(Error::new(ErrorKind::State, "waiting for key material"));
        assert_eq!(exit_code(&[cancelled], false), 3);
    }

    #[test]
    fn a_failure_takes_the_code_of_its_error() {
        let mut lost = outcome(Status::Failed);
        lost.error = Some(Error::new(ErrorKind::Network, "connection reset"));
        assert_eq!(exit_code(&[lost.clone()], false), 7);
        lost.error = Some(Error::usage("malformed"));
        assert_eq!(exit_code(&[lost], false), 1);
    }
}
