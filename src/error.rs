//! One error type for the whole program, and the one place where kinds become exit codes.

use std::fmt;

use crate::model::CloudId;

/// What sort of failure it is; scripts branch on the word and on the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The command line, the configuration, or an id that cannot be one.
    Usage,
    /// Consent is missing: nothing was sent.
    Consent,
    /// Missing, broken or refused credentials.
    Credentials,
    /// The key is good but may not do this.
    Permission,
    /// The thing named does not exist.
    NotFound,
    /// Refused because of the state something is in.
    State,
    /// Refused for the moment: another operation is under way.
    Busy,
    /// A quota of the account is used up.
    Quota,
    /// Something else of that name or content exists.
    Conflict,
    /// Too many requests.
    Throttled,
    /// The service could not be reached, or the connection broke.
    Network,
    /// The service failed, or answered what cannot be understood.
    Server,
    /// Time ran out.
    Timeout,
    /// Nothing speaks against it, but not everything could be seen.
    Unproven,
    /// The user or the system asked the program to stop.
    Interrupted,
    /// A fault of kpctl itself.
    Internal,
}

impl ErrorKind {
    /// The exit code of a command that ends with this kind (product contract, section 4).
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Internal => 1,
            Self::Usage => 2,
            Self::Credentials | Self::Permission => 4,
            Self::NotFound => 5,
            Self::State | Self::Quota | Self::Conflict => 6,
            Self::Busy | Self::Throttled | Self::Network | Self::Server | Self::Timeout => 7,
            Self::Consent => 9,
            Self::Unproven => 10,
            Self::Interrupted => 130,
        }
    }

    /// What an item adds to the exit code when a service refused it: usage and consent end a command
    /// before anything is sent, so that an item that a service calls malformed is a plain failure.
    pub fn exit_code_of_item(self) -> u8 {
        match self {
            Self::Usage | Self::Consent => 1,
            _ => self.exit_code(),
        }
    }

    /// The word in JSON. The set of words is closed, so two kinds share a neighbour's word and
    /// differ from it by exit code only.
    pub fn word(self) -> &'static str {
        match self {
            Self::Usage | Self::Consent => "usage",
            Self::Credentials => "credentials",
            Self::Permission => "permission",
            Self::NotFound | Self::Unproven => "not-found",
            Self::State | Self::Busy => "state",
            Self::Quota => "quota",
            Self::Conflict => "conflict",
            Self::Throttled => "throttled",
            Self::Network => "network",
            Self::Server => "server",
            Self::Timeout => "timeout",
            Self::Interrupted | Self::Internal => "internal",
        }
    }

    /// Whether running the same command again later is worth it.
    pub fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::Busy | Self::Throttled | Self::Network | Self::Server | Self::Timeout
        )
    }
}

/// What is known about the effect of a request that ended in an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The service refused it, or never saw it: nothing happened.
    NotDone,
    /// The answer was lost or says nothing: it may have happened.
    Unknown,
}

/// A failure, with everything that a person or a script needs to act on it.
///
/// The text is a lower-case fragment; hints are whole sentences that name the next step.
#[derive(Clone, Debug, thiserror::Error)]
pub struct Error(Box<Details>);

/// The parts of an [`Error`].
#[derive(Clone, Debug)]
pub struct Details {
    /// The sort of failure.
    pub kind: ErrorKind,
    /// The vendor's code, or a word of kpctl's own.
    pub code: Option<String>,
    /// What went wrong.
    pub message: String,
    /// What to do next.
    pub hints: Vec<String>,
    /// Hints in the vendor's words, which may quote what was sent. They join the others once
    /// secrets are taken out of them.
    pub quotes: Vec<String>,
    /// The cloud that was asked.
    pub cloud: Option<CloudId>,
    /// The service that was asked, by the vendor's name.
    pub service: Option<&'static str>,
    /// The operation, by the vendor's name.
    pub operation: Option<&'static str>,
    /// The region that was asked.
    pub region: Option<String>,
    /// The id that the vendor's support asks for.
    pub request_id: Option<String>,
    /// The HTTP status, when an answer came.
    pub http_status: Option<u16>,
    /// What is known about the effect of the request.
    pub fate: Fate,
    /// An earlier attempt of the same call was sent and its answer lost, so that this answer may
    /// speak of what that attempt did.
    pub after_lost_answer: bool,
    /// Trying again soon cannot help, whatever the kind says, because the cause stays.
    pub lasting: bool,
    /// How long the service asks to wait before the next attempt.
    pub retry_after: Option<std::time::Duration>,
}

impl Error {
    /// A failure of that kind; nothing happened, unless [`Self::fate`] says otherwise.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Details {
            kind,
            code: None,
            message: message.into(),
            hints: Vec::new(),
            quotes: Vec::new(),
            cloud: None,
            service: None,
            operation: None,
            region: None,
            request_id: None,
            http_status: None,
            fate: Fate::NotDone,
            after_lost_answer: false,
            lasting: false,
            retry_after: None,
        }))
    }

    /// A usage error: exit code 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    /// A credentials error: exit code 4.
    pub fn credentials(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Credentials, message)
    }

    /// Adds the next step to take.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hints.push(hint.into());
        self
    }

    /// Sets the code.
    #[must_use]
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.0.code = Some(code.into());
        self
    }

    /// Sets what is known about the effect.
    #[must_use]
    pub fn fate(mut self, fate: Fate) -> Self {
        self.0.fate = fate;
        self
    }

    /// Names the cloud.
    #[must_use]
    pub fn cloud(mut self, cloud: CloudId) -> Self {
        self.0.cloud = Some(cloud);
        self
    }

    /// Changes any part.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Details)) -> Self {
        change(&mut self.0);
        self
    }

    /// Whether running the same command again later is worth it.
    pub fn is_retryable(&self) -> bool {
        self.kind.is_retryable() && !self.lasting
    }

    /// The exit code of a command that ends with this error.
    pub fn exit_code(&self) -> u8 {
        self.kind.exit_code()
    }
}

impl std::ops::Deref for Error {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

impl fmt::Display for Error {
    /// `message (cloud region operation: code, request id)`, each part only when known.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)?;
        let mut place = Vec::new();
        if let Some(cloud) = self.cloud {
            place.push(cloud.to_string());
        }
        place.extend(self.region.clone());
        place.extend(self.operation.map(str::to_owned));
        let mut facts = Vec::new();
        if !place.is_empty() {
            facts.push(place.join(" "));
        }
        facts.extend(self.code.clone());
        facts.extend(self.http_status.map(|status| format!("HTTP {status}")));
        facts.extend(
            self.request_id
                .as_ref()
                .map(|id| format!("request id {id}")),
        );
        if facts.is_empty() {
            return Ok(());
        }
        write!(formatter, " ({})", facts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, ErrorKind};

    #[test]
    fn every_kind_has_its_exit_code() {
        let table = [
            (ErrorKind::Usage, 2, "usage"),
            (ErrorKind::Consent, 9, "usage"),
            (ErrorKind::Credentials, 4, "credentials"),
            (ErrorKind::Permission, 4, "permission"),
            (ErrorKind::NotFound, 5, "not-found"),
            (ErrorKind::State, 6, "state"),
            (ErrorKind::Busy, 7, "state"),
            (ErrorKind::Quota, 6, "quota"),
            (ErrorKind::Conflict, 6, "conflict"),
            (ErrorKind::Throttled, 7, "throttled"),
            (ErrorKind::Network, 7, "network"),
            (ErrorKind::Server, 7, "server"),
            (ErrorKind::Timeout, 7, "timeout"),
            (ErrorKind::Unproven, 10, "not-found"),
            (ErrorKind::Interrupted, 130, "internal"),
            (ErrorKind::Internal, 1, "internal"),
        ];
        for (kind, code, word) in table {
            assert_eq!((kind.exit_code(), kind.word()), (code, word), "{kind:?}");
        }
    }

    #[test]
    fn the_text_names_what_is_known_and_nothing_else() {
        assert_eq!(Error::usage("no id given").to_string(), "no id given");
        let error = Error::new(ErrorKind::Throttled, "too many requests")
            .code("FlowLimitExceeded")
            .with(|details| {
                details.operation = Some("DeleteKeyPairs");
                details.region = Some("cn-beijing".to_owned());
                details.http_status = Some(429);
            });
        assert_eq!(
            error.to_string(),
            "too many requests (cn-beijing DeleteKeyPairs, FlowLimitExceeded, HTTP 429)"
        );
    }
}
