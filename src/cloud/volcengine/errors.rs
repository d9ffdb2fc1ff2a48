//! Refusals of Volcengine: codes, what they mean, what to do (spec volcengine 2 and 4.4).

use serde::Deserialize;

use crate::cloud::reply::null_is_default;
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
            self.message
        };
        let error = Error::new(kind, message)
            .fate(fate)
            .cloud(CloudId::Volcengine);
        match hint(&self.code) {
            Some(text) => error.hint(text),
            None => error,
        }
        .code(self.code)
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
        _ if code.starts_with("OperationDenied") => ErrorKind::Permission,
        _ if code.starts_with("QuotaExceeded") => ErrorKind::Quota,
        // Too many names in one request is the client's fault, all other limits are quotas.
        "LimitExceeded.MaximumKeyPairNames" => ErrorKind::Usage,
        _ if code.starts_with("LimitExceeded") => ErrorKind::Quota,
        _ if code.ends_with(".NotFound") => ErrorKind::NotFound,
        _ if code.ends_with(".InUse") => ErrorKind::State,
        _ if code.contains("Duplicate")
            || code.contains("Conflict")
            || code.contains("AlreadyExist") =>
        {
            ErrorKind::Conflict
        }
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
        "InvalidKeyPair.InUse" => {
            "Detach it from the instances that hold it first, then run this again."
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::VendorError;
    use crate::error::{ErrorKind, Fate};

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
            ("LimitExceeded.KeyPair", Some(400), ErrorKind::Quota),
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
