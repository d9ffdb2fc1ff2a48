//! Why Volcengine refuses a request (spec volcengine 2.2).

use serde_json::{Value, json};

use super::Kind;

/// A refusal of the whole request.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// HTTP status.
    pub(crate) status: u16,
    /// `CodeN`; only the gateway's codes have one.
    number: Option<u32>,
    /// `Code`.
    pub(crate) code: String,
    message: String,
}

impl Refusal {
    fn gateway(status: u16, number: u32, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            number: Some(number),
            code: code.to_owned(),
            message: message.into(),
        }
    }

    fn service(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            number: None,
            code: code.to_owned(),
            message: message.into(),
        }
    }

    /// HTTP 400 of a service.
    pub(crate) fn bad_request(code: &str, message: impl Into<String>) -> Self {
        Self::service(400, code, message)
    }

    /// Spec volcengine 4.4.
    pub(crate) fn invalid_argument() -> Self {
        Self::bad_request("InvalidArgument", "The specified argument is invalid.")
    }

    /// HTTP 404 of a service.
    pub(crate) fn not_found(code: &str, message: impl Into<String>) -> Self {
        Self::service(404, code, message)
    }

    /// HTTP 409 of a service.
    pub(crate) fn conflict(code: &str, message: impl Into<String>) -> Self {
        Self::service(409, code, message)
    }

    /// `MissingParameter.{Name}` of the service; the gateway's own is [`Self::missing_parameter`].
    pub(crate) fn missing(name: &str) -> Self {
        Self::bad_request(
            &format!("MissingParameter.{name}"),
            format!("The required parameter {name} is not supplied."),
        )
    }

    /// `Invalid{Field}.Malformed`.
    pub(crate) fn malformed(field: &str) -> Self {
        Self::bad_request(
            &format!("Invalid{field}.Malformed"),
            format!("The specified {field} is malformed."),
        )
    }

    pub(crate) fn missing_parameter(name: &str) -> Self {
        Self::gateway(
            400,
            100_002,
            "MissingParameter",
            format!("The request is missing the {name} parameter."),
        )
    }

    pub(crate) fn missing_request_info(what: &str) -> Self {
        Self::gateway(
            400,
            100_004,
            "MissingRequestInfo",
            format!("The request is missing {what}."),
        )
    }

    pub(crate) fn invalid_authorization() -> Self {
        Self::bad_request(
            "InvalidAuthorization",
            "The Authorization header is not in the right shape.",
        )
    }

    pub(crate) fn invalid_credential() -> Self {
        Self::bad_request(
            "InvalidCredential",
            "The Credential of the Authorization header is not in the right shape.",
        )
    }

    pub(crate) fn missing_authentication_token() -> Self {
        Self::gateway(
            401,
            100_003,
            "MissingAuthenticationToken",
            "The request carries no authentication information.",
        )
    }

    pub(crate) fn missing_signature() -> Self {
        Self::gateway(
            401,
            100_005,
            "MissingSignature",
            "The request carries no signature.",
        )
    }

    pub(crate) fn invalid_access_key() -> Self {
        Self::gateway(
            401,
            100_009,
            "InvalidAccessKey",
            "The access key is not valid.",
        )
    }

    pub(crate) fn signature_does_not_match() -> Self {
        Self::gateway(
            401,
            100_010,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your Secret Access Key and signing method. Consult the service documentation for details.",
        )
    }

    pub(crate) fn invalid_secret_token() -> Self {
        Self::service(
            401,
            "InvalidSecretToken",
            "The security token is not valid or has expired.",
        )
    }

    pub(crate) fn invalid_timestamp() -> Self {
        Self::gateway(
            403,
            100_006,
            "InvalidTimestamp",
            "The signature has expired or lies in the future.",
        )
    }

    pub(crate) fn service_not_found(service: &str) -> Self {
        Self::gateway(
            404,
            100_007,
            "ServiceNotFound",
            format!("Service {service} is not found."),
        )
    }

    pub(crate) fn invalid_action_or_version(action: &str, version: &str) -> Self {
        Self::gateway(
            404,
            100_008,
            "InvalidActionOrVersion",
            format!("Action {action} does not exist in version {version}."),
        )
    }

    pub(crate) fn internal_error() -> Self {
        Self::gateway(
            500,
            100_014,
            "InternalError",
            "An internal error has occurred.",
        )
    }

    /// The refusal that a fault rule asks for, if that kind is one.
    pub(crate) fn of_fault(kind: Kind, service: &str, region: &str, action: &str) -> Option<Self> {
        match kind {
            Kind::Throttled => Some(Self::service(
                429,
                "FlowLimitExceeded",
                "You've reach the limit on request rate of resources.",
            )),
            Kind::Busy => Some(Self::service(
                412,
                "IdempotentProcessing",
                "The earlier request with the same ClientToken is still in process.",
            )),
            Kind::Denied => Some(Self::gateway(
                403,
                100_013,
                "AccessDenied",
                format!(
                    "User is not authorized to perform: {service}:{action} on resource: trn:{service}:{region}:2100000000:*"
                ),
            )),
            // Spec volcengine 2.2 has it for accounts without a service; that a region is meant, and the status, are guesses.
            Kind::RegionDisabled => Some(Self::service(
                403,
                "ServiceNotActivated",
                format!("The service {service} is not activated in the region {region}."),
            )),
            Kind::ExpiredToken => Some(Self::invalid_secret_token()),
            Kind::Internal | Kind::Status500 => Some(Self::internal_error()),
            _ => None,
        }
    }

    /// The `Error` member.
    pub(crate) fn to_value(&self) -> Value {
        match self.number {
            Some(number) => json!({ "CodeN": number, "Code": self.code, "Message": self.message }),
            None => json!({ "Code": self.code, "Message": self.message }),
        }
    }
}
