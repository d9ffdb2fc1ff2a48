//! Refusals of Volcengine: codes, what they mean, what to do (spec volcengine 2 and 4.4).

use serde::Deserialize;

use crate::cloud::reply::{self, null_is_default};
use crate::error::{Error, ErrorKind, Fate};
use crate::model::CloudId;

/// An error as it stands in answers, for the whole request or for one item.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct VendorError {
    #[serde(rename = "Code", default, deserialize_with = "null_is_default")]
    pub(super) code: String,
    #[serde(rename = "Message", default, deserialize_with = "null_is_default")]
    pub(super) message: String,
}

impl VendorError {
    /// The error in kpctl's words. `status` is the HTTP status of a whole-request error.
    pub(super) fn explain(self, status: Option<u16>) -> Error {
        let kind = kind(&self.code, status);
        let fate = match kind {
            ErrorKind::Server => Fate::Unknown,
            _ => Fate::NotDone,
        };
        let message = if self.message.is_empty() {
            "refused without a word".to_owned()
        } else {
            reply::words(&self.message)
        };
        let error = Error::new(kind, message)
            .fate(fate)
            .cloud(CloudId::Volcengine);
        match hint(&self.code) {
            Some(text) => error.hint(text),
            None => error,
        }
        .code(reply::words(&self.code))
    }
}

fn kind(code: &str, status: Option<u16>) -> ErrorKind {
    match code {
        "MissingAuthenticationToken"
        | "MissingSignature"
        | "MissingRequestInfo"
        | "InvalidAccessKey"
        | "SignatureDoesNotMatch"
        | "InvalidSecretToken"
        | "InvalidTimestamp"
        | "InvalidAuthorization"
        | "InvalidCredential" => ErrorKind::Credentials,
        "LackPolicy"
        | "LackProjectPolicy"
        | "AccessDenied"
        | "AccountNotVerified"
        | "ProductUnsubscribed"
        | "ServiceNotActivated" => ErrorKind::Permission,
        "IdempotentProcessing" => ErrorKind::Busy,
        "IdempotentParameterMismatch" => ErrorKind::Conflict,
        "InternalError" | "UndefinedError" | "FailToConnect" | "InternalServiceTimeout" => {
            ErrorKind::Server
        }
        _ if code.starts_with("FlowLimitExceeded") => ErrorKind::Throttled,
        // The codes for an instance in the wrong state, or without the plug-in that sets keys, could
        // not be read (spec volcengine 4.5).
        _ if is_about_state(code) => ErrorKind::State,
        _ if code.starts_with("OperationDenied") => ErrorKind::Permission,
        // Too many items in one request is the client's fault, all other limits are quotas.
        _ if code.starts_with("LimitExceeded.Maximum") => ErrorKind::Usage,
        _ if is_quota(code) => ErrorKind::Quota,
        _ if code.ends_with(".NotFound") || code.contains("NotExist") => ErrorKind::NotFound,
        _ if code.ends_with(".InUse") => ErrorKind::State,
        _ if is_about_a_twin(code) => ErrorKind::Conflict,
        // Codes outside the documented tables exist: go by the status.
        _ => match status {
            Some(401) => ErrorKind::Credentials,
            Some(403) => ErrorKind::Permission,
            Some(409) => ErrorKind::Conflict,
            Some(412) => ErrorKind::Busy,
            Some(429) => ErrorKind::Throttled,
            Some(500..) => ErrorKind::Server,
            _ => ErrorKind::Usage,
        },
    }
}

/// Whether the account never opened the service there (spec volcengine 2.2). One that was stopped may hold
/// what was made before.
pub(super) fn is_not_enabled(error: &Error) -> bool {
    matches!(
        error.code.as_deref(),
        Some("ProductUnsubscribed" | "ServiceNotActivated")
    )
}

fn is_quota(code: &str) -> bool {
    code.starts_with("QuotaExceeded")
        || (code.starts_with("LimitExceeded") && !code.starts_with("LimitExceeded.Maximum"))
}

/// What the code for a name that is taken is called, could not be read (spec volcengine 4.1).
fn is_about_a_twin(code: &str) -> bool {
    ["Duplicate", "Conflict", "Exist"]
        .iter()
        .any(|word| code.contains(word))
}

fn is_about_state(code: &str) -> bool {
    code.contains("InstanceStatus") || code.to_ascii_lowercase().contains("plugin")
}

fn hint(code: &str) -> Option<&'static str> {
    Some(match code {
        "SignatureDoesNotMatch" => {
            "The secret key is probably wrong; check VOLCENGINE_SECRET_KEY for missing letters."
        }
        "InvalidAccessKey" => {
            "Check VOLCENGINE_ACCESS_KEY: the key must exist and be active; one that starts with AKTP also needs VOLCENGINE_SESSION_TOKEN."
        }
        "InvalidSecretToken" => "The session token is wrong or expired; get a new one.",
        "InvalidTimestamp" => "The signature is out of its 15 minutes: set this machine's clock.",
        "LackPolicy" | "LackProjectPolicy" | "AccessDenied" => {
            "Ask the account's administrator for the action that the message names, such as ecs:DeleteKeyPairs."
        }
        "AccountNotVerified" | "OperationDenied.InvalidAccount" => {
            "The account needs real-name verification."
        }
        "ProductUnsubscribed" | "ServiceNotActivated" | "OperationDenied.ServiceStopped" => {
            "The service is not enabled for this account."
        }
        "InvalidActionOrVersion" | "ServiceNotFound" => "Check the endpoint and the region.",
        "IdempotentParameterMismatch" => "Use a --client-token that no other request had.",
        "IdempotentProcessing" => {
            "The same request is still under way: wait, and look what came of it with list."
        }
        "InvalidKeyPair.InUse" => {
            "Detach it from the instances that hold it first, then run this again."
        }
        "InvalidInstance.NotFound" => {
            "Check the id, the account and the region (-r): instances are only seen in their own."
        }
        "InvalidKeyPair.NotFound" => "Check the name or id, the account and the region (-r).",
        _ if is_about_state(code) => {
            "Key pairs are bound and taken off Linux instances only, while they are running or stopped and have the plug-in for passwords."
        }
        _ if is_quota(code) => {
            "A region holds 500 key pairs: delete those that nobody needs, or ask the vendor for a higher quota."
        }
        _ if code.contains("PublicKey") => {
            "Give one line of an OpenSSH public key; the documents show ssh-rsa keys only."
        }
        _ if code.starts_with("InvalidKeyPairName") => {
            "A name has 2 to 64 letters and digits with single '-' or '.' between them."
        }
        _ if code.starts_with("InvalidKeyPairDescription") => {
            "A description has up to 255 letters, digits, blanks and . _ - = , and begins with a letter."
        }
        _ if code.contains("KeyPair") && is_about_a_twin(code) && !code.contains("NotExist") => {
            "Names are unique in a region: choose another one, or delete the key pair that has it."
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::VendorError;
    use crate::error::{ErrorKind, Fate};

    #[test]
    fn what_can_be_done_is_said() {
        for (code, word) in [
            ("LimitExceeded.KeyPair", "500"),
            ("InvalidPublicKey.Malformed", "ssh-rsa"),
            ("InvalidKeyPairName.Malformed", "2 to 64"),
            ("InvalidKeyPair.Duplicated", "unique"),
            ("IdempotentProcessing", "under way"),
            ("InvalidInstance.NotFound", "region"),
            ("IncorrectInstanceStatus", "running or stopped"),
        ] {
            let vendor = VendorError {
                code: code.to_owned(),
                message: String::new(),
            };
            let hints = vendor.explain(Some(400)).hints.join(" ");
            assert!(hints.contains(word), "{code}: {hints}");
        }
    }

    #[test]
    fn documented_codes_have_their_kind() {
        let cases = [
            ("SignatureDoesNotMatch", Some(401), ErrorKind::Credentials),
            ("InvalidTimestamp", Some(400), ErrorKind::Credentials),
            ("AccessDenied", Some(403), ErrorKind::Permission),
            ("FlowLimitExceeded", None, ErrorKind::Throttled),
            ("InvalidKeyPair.NotFound", None, ErrorKind::NotFound),
            ("InvalidKeyPair.InUse", None, ErrorKind::State),
            ("IdempotentProcessing", Some(412), ErrorKind::Busy),
            (
                "IdempotentParameterMismatch",
                Some(400),
                ErrorKind::Conflict,
            ),
            (
                "LimitExceeded.MaximumKeyPairNames",
                Some(400),
                ErrorKind::Usage,
            ),
            ("LimitExceeded.MaximumInstances", None, ErrorKind::Usage),
            ("LimitExceeded.KeyPair", Some(400), ErrorKind::Quota),
            ("QuotaExceeded.KeyPair", Some(400), ErrorKind::Quota),
            ("InvalidInstance.NotFound", None, ErrorKind::NotFound),
            ("KeyPairNotExist", Some(400), ErrorKind::NotFound),
            (
                "InvalidKeyPair.AlreadyExists",
                Some(400),
                ErrorKind::Conflict,
            ),
            (
                "InvalidKeyPairName.Duplicate",
                Some(400),
                ErrorKind::Conflict,
            ),
            ("KeyPairExists", Some(400), ErrorKind::Conflict),
            ("InvalidInstanceStatus", None, ErrorKind::State),
            ("OperationDenied.InstanceStatus", None, ErrorKind::State),
            ("InvalidPublicKey.Malformed", Some(400), ErrorKind::Usage),
            ("InvalidKeyPairName.Malformed", Some(400), ErrorKind::Usage),
            ("InternalError", Some(500), ErrorKind::Server),
            ("SomethingNew", Some(429), ErrorKind::Throttled),
            ("SomethingNew", Some(503), ErrorKind::Server),
            ("SomethingNew", Some(400), ErrorKind::Usage),
            ("SomethingNew", None, ErrorKind::Usage),
        ];
        for (code, status, kind) in cases {
            let vendor = VendorError {
                code: code.to_owned(),
                message: "m".to_owned(),
            };
            let error = vendor.explain(status);
            assert_eq!(error.kind, kind, "{code}");
            assert_eq!(
                error.fate == Fate::Unknown,
                kind == ErrorKind::Server,
                "{code}"
            );
        }
    }
}
