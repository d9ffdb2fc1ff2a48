//! Why Tencent Cloud refuses a request (spec tencent 1.5 and 2.7).

use super::Kind;

/// A refusal of the whole request.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// HTTP status: 200 unless something in between answers.
    pub(crate) status: u16,
    /// `Code`.
    pub(crate) code: String,
    /// `Message`.
    pub(crate) message: String,
}

impl Refusal {
    /// A refusal in the vendor's way: HTTP 200.
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            status: 200,
            code: code.to_owned(),
            message: message.into(),
        }
    }

    pub(crate) fn missing_parameter(name: &str) -> Self {
        Self::new(
            "MissingParameter",
            format!("The request is missing the parameter `{name}`."),
        )
    }

    pub(crate) fn invalid_parameter(message: impl Into<String>) -> Self {
        Self::new("InvalidParameter", message)
    }

    pub(crate) fn signature_failure(message: &str) -> Self {
        Self::new("AuthFailure.SignatureFailure", message)
    }

    pub(crate) fn token_failure() -> Self {
        Self::new("AuthFailure.TokenFailure", "Token is invalid or expired.")
    }

    pub(crate) fn unsupported_region(region: &str) -> Self {
        Self::new(
            "UnsupportedRegion",
            format!("The region `{region}` is not supported."),
        )
    }

    /// The refusal that a fault rule asks for, if that kind is one.
    pub(crate) fn of_fault(kind: Kind, product: &str, region: &str, action: &str) -> Option<Self> {
        match kind {
            Kind::Throttled => Some(Self::new(
                "RequestLimitExceeded",
                "11 requests in one second, the limit is 10.",
            )),
            Kind::Busy if product == "lighthouse" => Some(Self::new(
                "UnsupportedOperation.LatestOperationUnfinished",
                "The latest operation of the instance has not finished.",
            )),
            Kind::Busy => Some(Self::new(
                "MutexOperation.TaskRunning",
                "Another task of the instance is still running.",
            )),
            Kind::Denied => Some(Self::new(
                "UnauthorizedOperation",
                format!(
                    "No permission for {product}:{action} on qcs::{product}::uin/100000000001:*."
                ),
            )),
            Kind::RegionDisabled => Some(Self::unsupported_region(region)),
            Kind::ExpiredToken => Some(Self::token_failure()),
            Kind::Internal if product == "lighthouse" => {
                Some(Self::new("InternalError", "Internal fault."))
            }
            Kind::Internal => Some(Self::new("InternalServerError", "Internal fault.")),
            Kind::Status500 => Some(Self {
                status: 500,
                ..Self::new("InternalError", "Internal fault.")
            }),
            _ => None,
        }
    }
}
