//! One line of the journal.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Fate};
use crate::model::Outcome;

/// A line: which run, when, and what.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub struct Entry {
    /// The run.
    pub run: String,
    /// When the line was written.
    pub at: DateTime<Utc>,
    /// What it tells.
    #[serde(flatten)]
    pub event: Event,
}

/// What a line tells.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum Event {
    /// A change is about to begin, with consent.
    Begin {
        /// The command without its arguments.
        command: String,
        /// The version of kpctl.
        version: String,
        /// The process.
        process: u32,
        /// What is to be changed; empty where the command names no items.
        items: Vec<Item>,
    },
    /// A request is about to be sent.
    Send {
        /// The number of the call in its run.
        call: u64,
        /// The request.
        #[serde(flatten)]
        sent: Sent,
    },
    /// A request came to its end.
    Answer {
        /// The number of the call in its run.
        call: u64,
        /// What came of it.
        #[serde(flatten)]
        answer: Answer,
    },
    /// The run is over.
    End {
        /// Its exit code.
        exit_code: u8,
        /// What became of the items.
        items: Vec<Item>,
    },
}

/// A request.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
pub struct Sent {
    /// The cloud.
    pub cloud: String,
    /// The profile.
    pub profile: String,
    /// The region.
    pub region: String,
    /// The service, by the vendor's name.
    pub service: String,
    /// The operation, by the vendor's name.
    pub operation: String,
    /// What tells this request from others: a digest of its parameters without the token.
    pub digest: String,
    /// Its idempotency token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// What came of a request.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
pub struct Answer {
    /// The id that the vendor's support asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Problem>,
}

/// A failure, without the words of a service, which may quote anything.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub struct Problem {
    /// The kind, as in documents.
    pub kind: String,
    /// The vendor's code, or one of kpctl's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Whether the request may have been carried out all the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub maybe_done: bool,
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        Self {
            kind: error.kind.word().to_owned(),
            code: error.code.clone(),
            maybe_done: error.fate == Fate::Unknown,
        }
    }
}

/// An item, and what became of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
pub struct Item {
    /// The item.
    pub address: String,
    /// The machine that it was to be changed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// What became of it; nothing before the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Whether the state was read back and agrees.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub verified: bool,
    /// The request that changed or refused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The vendor's job that does the work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_id: Option<String>,
    /// The SHA-256 of the key, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// The public key, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
    /// What people called it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The key pair that a machine held before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
    /// The state that it was in before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Problem>,
}

impl Item {
    /// An item that is about to be changed.
    pub fn planned(outcome: &Outcome) -> Self {
        Self {
            address: outcome.address.to_string(),
            target: outcome.target.as_ref().map(ToString::to_string),
            fingerprint: outcome.fingerprint.clone(),
            public_key: outcome.public_key.clone(),
            name: outcome.kept_name.clone(),
            held: outcome
                .before
                .as_ref()
                .and_then(|state| state.key_pair.clone()),
            was: outcome
                .before
                .as_ref()
                .and_then(|state| state.state.clone()),
            ..Self::default()
        }
    }

    /// An item at the end of a run.
    pub fn settled(outcome: &Outcome) -> Self {
        Self {
            status: Some(outcome.status.name().to_owned()),
            verified: outcome.verified,
            request_id: outcome.request_id.clone(),
            job_id: outcome.job_id.clone(),
            error: outcome.error.as_ref().map(Problem::from),
            // It stands at the beginning of the run.
            public_key: None,
            ..Self::planned(outcome)
        }
    }
}
