//! Refusals of Tencent Cloud: codes, what they mean, what to do (spec tencent 1.5 and 2.7).
//!
//! Texts are localised and change, so only codes are matched. The documented lists are not
//! complete: an unknown code is judged by the part before its first dot.

mod hints;
#[cfg(test)]
mod tests;

use chrono::DateTime;
use serde_json::Value;

use crate::cloud::reply;
use crate::error::{Error, ErrorKind, Fate};
use crate::model::CloudId;

/// An error as it stands in an answer.
#[derive(Clone, Debug)]
pub(super) struct VendorError {
    pub(super) code: String,
    pub(super) message: String,
}

impl VendorError {
    /// Reads the `Error` member, whatever it holds.
    pub(super) fn read(error: &Value) -> Self {
        let text = |name| error.get(name).and_then(reply::text_of);
        Self {
            code: text("Code").unwrap_or_default(),
            message: text("Message")
                .or_else(|| reply::text_of(error))
                .unwrap_or_default(),
        }
    }

    /// The error in kpctl's words.
    pub(super) fn explain(self) -> Error {
        let kind = kind(&self.code);
        let fate = match kind {
            ErrorKind::Server => Fate::Unknown,
            _ => Fate::NotDone,
        };
        let hint = match self.code.as_str() {
            "AuthFailure.SignatureExpire" => expired(&self.message),
            code => hints::hint(code, kind).to_owned(),
        };
        let message = if self.message.is_empty() {
            "refused without a word".to_owned()
        } else {
            reply::words(&self.message)
        };
        let error = Error::new(kind, message)
            .fate(fate)
            .hint(hint)
            .cloud(CloudId::Tencent);
        if self.code.is_empty() {
            error
        } else {
            error.code(reply::words(&self.code))
        }
    }
}

/// Whether the product is not offered in the region, or not to this account (spec tencent 1.5).
pub(super) fn is_not_enabled(error: &Error) -> bool {
    let code = error.code.as_deref().unwrap_or_default();
    code.split('.').next() == Some("UnsupportedRegion")
}

fn kind(code: &str) -> ErrorKind {
    let (class, detail) = code.split_once('.').unwrap_or((code, ""));
    match (class, detail) {
        ("AuthFailure", _) if detail.starts_with("UnauthorizedOperation") => ErrorKind::Permission,
        // The key is good, the person behind it has to prove more.
        ("AuthFailure", _) if detail.starts_with("MFA") => ErrorKind::Permission,
        ("AuthFailure", _) => ErrorKind::Credentials,
        ("UnauthorizedOperation" | "IpInBlacklist" | "IpNotInWhitelist", _) => {
            ErrorKind::Permission
        }
        ("RequestLimitExceeded", _) => ErrorKind::Throttled,
        ("MutexOperation", _)
        | ("OperationDenied", "InstanceOperationInProgress" | "InstanceCreating")
        | (
            "UnsupportedOperation",
            "LatestOperationUnfinished"
            | "InstanceStatePending"
            | "InstanceStateStarting"
            | "InstanceStateStopping"
            | "InstanceStateRebooting"
            | "InstanceStateEnterRescueMode"
            | "InstanceStateExitRescueMode"
            | "InstanceStateEnterServiceLiveMigrate"
            | "InstanceStateExitServiceLiveMigrate",
        ) => ErrorKind::Busy,
        // Too many ids in one request is the client's fault, all other limits are quotas.
        ("InvalidParameterValue" | "InvalidFilterValue", "LimitExceeded")
        | ("RequestSizeLimitExceeded" | "ResponseSizeLimitExceeded", _)
        // The same id twice in one list, and a tag that the vendor keeps for itself.
        | ("InvalidParameterValue", "Duplicated")
        | ("FailedOperation", "TagKeyReserved") => ErrorKind::Usage,
        ("LimitExceeded", _) | (_, "LimitExceeded") => ErrorKind::Quota,
        ("ResourceNotFound", _) | (_, "NotFound") => ErrorKind::NotFound,
        _ if code.contains("Duplicate") => ErrorKind::Conflict,
        (
            "UnsupportedOperation" | "OperationDenied" | "ResourceInUse" | "ResourceInsufficient",
            _,
        )
        | (_, "NotSupported" | "KeyPairNotSupported") => ErrorKind::State,
        (
            "UnsupportedRegion"
            | "UnsupportedProtocol"
            | "NoSuchVersion"
            | "NoSuchProduct"
            | "ActionOffline"
            | "DryRunOperation"
            | "MissingParameter"
            | "UnknownParameter",
            _,
        ) => ErrorKind::Usage,
        _ if class.starts_with("Invalid") => ErrorKind::Usage,
        // InternalError, InternalServerError, ServiceUnavailable, ResourceUnavailable and
        // FailedOperation, and what nobody has heard of: it may have happened. To take an unknown
        // code for a refusal could send a forced stop twice.
        _ => ErrorKind::Server,
    }
}

/// The message has been seen to hold the server's UNIX time (spec tencent 1.5). Without one, the
/// client tells the skew from the `Date` header.
fn expired(message: &str) -> String {
    let server = message
        .split(|c: char| !c.is_ascii_digit())
        .filter(|digits| digits.len() == 10)
        .find_map(|digits| DateTime::from_timestamp(digits.parse().ok()?, 0));
    let advice = "A signature is good for five minutes: set this machine's clock.";
    match server {
        Some(time) => format!(
            "{advice} The server's says {}.",
            time.format("%Y-%m-%dT%H:%M:%SZ")
        ),
        None => advice.to_owned(),
    }
}
