//! Refusals of Tencent Cloud: codes, what they mean, what to do (spec tencent 1.5 and 2.7).
//!
//! Texts are localised and change, so only codes are matched. The documented lists are not
//! complete: an unknown code is judged by the part before its first dot.

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
            code => hint(code, kind).to_owned(),
        };
        let message = if self.message.is_empty() {
            "refused without a word".to_owned()
        } else {
            self.message
        };
        let error = Error::new(kind, message)
            .fate(fate)
            .hint(hint)
            .cloud(CloudId::Tencent);
        if self.code.is_empty() {
            error
        } else {
            error.code(self.code)
        }
    }
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
        ("MutexOperation", _) | ("OperationDenied", "InstanceOperationInProgress") => {
            ErrorKind::Busy
        }
        (
            "UnsupportedOperation",
            "InstanceStatePending"
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
        | ("RequestSizeLimitExceeded" | "ResponseSizeLimitExceeded", _) => ErrorKind::Usage,
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

fn hint(code: &str, kind: ErrorKind) -> &'static str {
    match code {
        "AuthFailure.SignatureFailure" => {
            "The secret key is probably wrong; check TENCENTCLOUD_SECRET_KEY for missing letters and blanks."
        }
        "AuthFailure.SecretIdNotFound" => {
            "Check TENCENTCLOUD_SECRET_ID: the key must exist and be enabled, and there must be no blanks around it."
        }
        "AuthFailure.InvalidSecretId" => {
            "TENCENTCLOUD_SECRET_ID is no API key of this cloud; such keys start with AKID."
        }
        "AuthFailure.TokenFailure" | "UnauthorizedOperation.InvalidToken" => {
            "The session token is wrong or expired; get new temporary credentials, all three parts of them."
        }
        "AuthFailure.MFAFailure"
        | "UnauthorizedOperation.MFAExpired"
        | "UnauthorizedOperation.MFANotFound" => {
            "The account asks for multi-factor authentication here; use credentials that were got with it."
        }
        "AuthFailure.InvalidAuthorization" => {
            "The Authorization header was not understood; check whether a proxy changes headers, else it is a fault of kpctl."
        }
        "IpInBlacklist" | "IpNotInWhitelist" => {
            "The key may not be used from this IP address; see its access rules in the console."
        }
        "UnsupportedRegion" => {
            "The service is not offered in this region; check -r. Regions that end in -fsi need their own host."
        }
        "InvalidAction"
        | "NoSuchVersion"
        | "NoSuchProduct"
        | "ActionOffline"
        | "UnsupportedProtocol" => {
            "The service does not know this call; check the endpoint, else it is a fault of kpctl."
        }
        "InvalidInstanceId.NotFound" => "Check the instance ids and the region.",
        "InvalidKeyPairId.NotFound" => "Check the key pair ids and the region.",
        "InvalidInstanceId.Malformed" | "InvalidParameterValue.InstanceIdMalformed" => {
            "An instance id is ins- and 8 lower-case letters or digits."
        }
        "InvalidKeyPairId.Malformed" => {
            "A key pair id is skey- and 8 lower-case letters or digits."
        }
        "InvalidParameterValue.KeyPairNotSupported" | "InvalidKeyPair.NotSupported" => {
            "Something still uses the key pair: an instance, or a custom image."
        }
        "InvalidInstance.NotSupported" => "This kind of instance cannot have key pairs.",
        "UnsupportedOperation.InstanceOsWindows" => {
            "Key pairs are for Linux; leave this instance out."
        }
        "UnsupportedOperation.InstanceStateRunning" => {
            "Stop the instance first (with KEEP_CHARGING), or add --force-stop: a power cut and a restart."
        }
        "UnsupportedOperation.StoppedModeStopCharging" => {
            "Start the instance, and stop it with KEEP_CHARGING instead of STOP_CHARGING."
        }
        "UnsupportedOperation.InstanceStateRescueMode" => {
            "Leave the rescue mode first, then run the same command again."
        }
        "UnsupportedOperation.InstanceStateBanning" => {
            "The vendor has banned the instance; open a ticket."
        }
        "UnsupportedOperation.InstanceStateFreezing"
        | "UnsupportedOperation.InstanceStateIsolating" => {
            "The instance is frozen or isolated; see the account's bills in the console."
        }
        "UnsupportedOperation.InstanceStateShutdown"
        | "UnsupportedOperation.InstanceStateTerminating" => {
            "The instance is on its way out; leave it out."
        }
        _ => hint_by_kind(kind),
    }
}

/// What can be said about codes that are in no list.
fn hint_by_kind(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Credentials => {
            "Check TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY and TENCENTCLOUD_TOKEN."
        }
        ErrorKind::Permission => {
            "Ask the account's administrator for the action that the message names."
        }
        ErrorKind::Throttled => {
            "Everything of the account shares this limit; run the same command again later."
        }
        ErrorKind::Busy => {
            "Another operation is under way; run the same command again when it is over."
        }
        ErrorKind::Quota => "A quota of the account is used up; see the console.",
        ErrorKind::NotFound => "Check the ids and the region.",
        ErrorKind::Conflict => "Something of that name or content exists already.",
        ErrorKind::State => "Look at the instance in the console; its state forbids this.",
        ErrorKind::Server => {
            "Run the same command again; if it stays, give the request id to the vendor's support."
        }
        _ => "Check the arguments; the message says what the service did not like.",
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
