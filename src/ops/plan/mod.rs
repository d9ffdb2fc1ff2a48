//! A change that is written down before it is made: what would be sent, on which facts that rests, for
//! which accounts, and until when. Whoever approves it names its digest, and exactly that is done.
//!
//! A plan never holds a secret: a change that needs one cannot be planned.

mod facts;
mod file;
mod request;
mod resume;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};

pub use facts::{Fact, facts, moved};
pub use file::{digest, parse, text};
pub use request::{from_json, to_json};
pub use resume::Resumption;

use crate::cloud::change::{Risk, Survey};
use crate::error::Error;
use crate::model::{ChangeRequest, CloudId, RepositoryKeys, Scope};
use crate::ops::find::Sought;
use crate::sshkey::PublicKey;

/// Changes that were written down.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The command without its arguments.
    pub command: String,
    /// What it is for, in words that the user gave.
    pub reason: Option<String>,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// When it is good no more.
    pub expires_at: DateTime<Utc>,
    /// Whether the embedded cloud was asked.
    pub sandbox: bool,
    /// The endpoints that the user chose instead of the vendors'.
    pub endpoint: Option<String>,
    /// Whose it is.
    pub accounts: Vec<Account>,
    /// The severe consequences that whoever made it accepted.
    pub accepted: Vec<Risk>,
    /// Items that may be changed.
    pub max_changes: Option<usize>,
    /// Machines that may be powered off or restarted.
    pub max_stops: Option<usize>,
    /// Whether to wait for work that goes on after the answer, and to read the state back.
    pub wait: bool,
    /// Whether to read the state back.
    pub verify: bool,
    /// What is changed, step by step.
    pub steps: Vec<Vec<Planned>>,
    /// What it rests on.
    pub facts: Vec<Fact>,
    /// What to know before saying yes.
    pub notes: Vec<String>,
    /// Of a revocation: the key, and where it was looked for.
    pub revoked: Option<Revoked>,
}

/// An account that a plan works in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The cloud.
    pub cloud: CloudId,
    /// The profile, as in addresses.
    pub profile: String,
    /// The account's id, or the masked key where the cloud does not tell it.
    pub account: String,
}

/// A change in one scope.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Where.
    pub scope: Scope,
    /// The service.
    pub service: String,
    /// The change.
    pub request: ChangeRequest,
    /// The calls that it was going to make, without what must not be shown; those of a later step may
    /// change with what the steps before leave.
    pub calls: Vec<Call>,
}

/// One call, as far as it can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The service.
    pub service: String,
    /// The operation, by the vendor's name.
    pub operation: String,
    /// The method.
    pub method: String,
    /// The address, without secrets.
    pub url: String,
    /// The body, without secrets.
    pub body: Option<String>,
}

/// What a revocation is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revoked {
    /// The key, as its fingerprint.
    pub fingerprint: String,
    /// The key itself, where it is known.
    pub public_key: Option<String>,
    /// The scopes as the user wrote them; empty for everything.
    pub scopes: Vec<String>,
    /// Where the key is, by address.
    pub places: Vec<String>,
    /// Places that could not be read, and why.
    pub unseen: Vec<(String, String)>,
    /// The program that proves that a host refuses the key.
    pub verify_cmd: Option<String>,
}

impl Revoked {
    /// What is looked for when it is looked for again.
    pub fn sought(&self) -> Result<Sought, Error> {
        match &self.public_key {
            Some(line) => PublicKey::parse(line).map(Sought::Key),
            None => self.fingerprint.parse().map(Sought::Digest),
        }
    }
}

impl Call {
    /// What a client would send, without its secrets. The signature is no part of it; a client token is, and is
    /// another one when the plan is applied.
    pub fn of(preview: &crate::cloud::client::Preview) -> Self {
        let request = &preview.request;
        Self {
            service: preview.service.to_owned(),
            operation: preview.operation.to_owned(),
            method: request.method.as_str().to_owned(),
            url: request.shown_url(),
            body: request.shown_body(),
        }
    }
}

/// The change by ids where it was asked for by what else is known of a thing: that may be another one later.
pub fn pinned(request: &ChangeRequest, survey: &Survey) -> ChangeRequest {
    match request {
        ChangeRequest::DeleteRepositoryKeys(
            RepositoryKeys::Title(_) | RepositoryKeys::Fingerprint(_),
        ) => {
            let ids = survey.outcomes.iter();
            let ids = ids.filter_map(|outcome| outcome.address.id.parse().ok());
            ChangeRequest::DeleteRepositoryKeys(RepositoryKeys::Ids(ids.collect()))
        }
        other => other.clone(),
    }
}

/// The word for what a plan cannot hold.
fn needs_secret(what: &str) -> Error {
    Error::usage(format!(
        "{what} cannot be planned: a plan never holds a secret"
    ))
    .code("PlanNeedsSecret")
    .hint("Run it directly, without --plan.")
}
