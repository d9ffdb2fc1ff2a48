//! Why Huawei Cloud refuses a request, in the shape of whoever refuses (spec huawei 3.1, huawei-codearts-cph 2.4).

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::{Kind, Reply, Service, clock};

/// How a refusal is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// KMS: `{"error":{"error_code","error_msg"}}`.
    Nested,
    /// KPS, IAM, `CodeArts` v4: `{"error_code","error_msg"}`.
    Flat,
    /// The gateway: flat, with `request_id` last.
    Gateway,
    /// CPH: flat, with `request_id` first and perhaps `failures`.
    Cph,
    /// `CodeArts`: `{"error":{"code","message"},"status":"failed"}`.
    Envelope,
    /// The Keystone-compatible part of IAM: `{"error":{"code":<status>,"message","title":"<code>"}}`.
    Keystone,
    /// The Nova-compatible part of ECS: `{"<code>":{"message","code":<status>}}`.
    Nova,
}

/// A refusal of the whole request.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: u16,
    shape: Shape,
    code: &'static str,
    message: Box<str>,
    failures: Vec<Value>,
}

impl Refusal {
    /// Any refusal.
    pub(crate) fn new(
        shape: Shape,
        status: u16,
        code: &'static str,
        message: impl Into<Box<str>>,
    ) -> Self {
        Self {
            status,
            shape,
            code,
            message: message.into(),
            failures: Vec::new(),
        }
    }

    /// A refusal of the gateway (spec huawei 3.2).
    fn gateway(status: u16, code: &'static str, message: impl Into<Box<str>>) -> Self {
        Self::new(Shape::Gateway, status, code, message)
    }

    /// APIGW.0301 with one of the texts of spec huawei 3.2.
    pub(crate) fn authentication(text: &str) -> Self {
        Self::gateway(
            401,
            "APIGW.0301",
            format!("Incorrect IAM authentication information: {text}"),
        )
    }

    /// A token or a session that is over, in the words of whoever looks at it.
    pub(crate) fn token_expired(expires_at: DateTime<Utc>, service: Option<Service>) -> Self {
        if service == Some(Service::CodeArts) {
            return Self::new(
                Shape::Flat,
                401,
                "DEV.00000003",
                "Authentication information expired.",
            );
        }
        let end = clock::huawei(expires_at);
        Self::authentication(&format!("token expires, expires_at: {end}"))
    }

    /// IAM's own refusals (spec huawei 3.3).
    pub(crate) fn iam(status: u16, code: &'static str, message: &str) -> Self {
        Self::new(Shape::Flat, status, code, message)
    }

    /// Wrong path or method.
    pub(crate) fn no_such_api() -> Self {
        Self::gateway(
            404,
            "APIGW.0101",
            "The API does not exist or has not been published in the environment",
        )
    }

    /// A request that nobody can read, where the service has no code of its own for it.
    pub(crate) fn bad_request(what: &str) -> Self {
        Self::gateway(400, "APIGW.0201", format!("Bad request: {what}"))
    }

    pub(crate) fn internal_error() -> Self {
        Self::gateway(500, "APIGW.0601", "Internal error")
    }

    /// The project of the path is not one of the account, or not the one in `X-Project-Id`.
    pub(crate) fn wrong_project(service: Service) -> Self {
        match service {
            Service::Kms => Self::new(
                Shape::Nested,
                403,
                "KMS.0321",
                "The project in the URL does not match the project of the credentials.",
            ),
            _ => Self::denied(service),
        }
    }

    fn denied(service: Service) -> Self {
        let (shape, status, code, message) = match service {
            Service::Iam | Service::Sts => (
                Shape::Flat,
                403,
                "IAM.0002",
                "You are not authorized to perform the requested action.",
            ),
            Service::Kms => (Shape::Nested, 403, "KMS.0307", "No access permissions."),
            Service::Kps => (Shape::Flat, 403, "KPS.9003", "No permission"),
            Service::Cph => (
                Shape::Cph,
                403,
                "CPS.0001",
                "No permission to request resources.",
            ),
            Service::CodeArts => (
                Shape::Envelope,
                401,
                "CH.080401",
                "No permission on the resource",
            ),
        };
        Self::new(shape, status, code, message)
    }

    fn internal(service: Service) -> Self {
        let (shape, code, message) = match service {
            Service::Iam | Service::Sts => (Shape::Flat, "IAM.0006", "Internal error."),
            Service::Kms => (Shape::Nested, "KMS.0101", "KMS error."),
            Service::Kps => (Shape::Flat, "KPS.0004", "Internal error"),
            Service::Cph => (Shape::Cph, "CPS.0003", "Service internal error."),
            Service::CodeArts => (Shape::Envelope, "CH.000001", "Unknown error"),
        };
        Self::new(shape, 500, code, message)
    }

    /// The refusal that a fault rule asks for, if that kind is one.
    pub(crate) fn of_fault(kind: Kind, service: Service) -> Option<Self> {
        match (kind, service) {
            (Kind::Throttled, _) => Some(Self::gateway(
                429,
                "APIGW.0308",
                "The throttling threshold has been reached: policy user over ratelimit,limit:200,time:5 minute",
            )),
            (Kind::Busy, Service::Kms) => Some(Self::new(
                Shape::Nested,
                503,
                "KMS.0104",
                "The service is busy.",
            )),
            (Kind::Busy, _) => Some(Self::gateway(
                503,
                "APIGW.0613",
                "IAM is temporarily unavailable",
            )),
            (Kind::Denied, service) => Some(Self::denied(service)),
            // Spec huawei 3.2 has it for users that are disabled in a region; what an account without one gets is a guess.
            (Kind::RegionDisabled, _) => Some(Self::gateway(
                403,
                "APIGW.0802",
                "The IAM user is forbidden in the current region",
            )),
            (Kind::ExpiredToken, service) => Some(Self::token_expired(
                DateTime::from_timestamp_nanos(1_767_225_600_000_000_000),
                Some(service),
            )),
            (Kind::Internal | Kind::Status500, service) => Some(Self::internal(service)),
            _ => None,
        }
    }

    /// What it says, for answers that carry refusals of single items.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Adds what went wrong with single servers (spec huawei-codearts-cph 2.4, E4).
    pub(crate) fn with_failures(mut self, failures: Vec<Value>) -> Self {
        self.failures = failures;
        self
    }

    /// The answer.
    pub(crate) fn to_reply(&self, request_id: &str) -> Reply {
        let (code, message) = (self.code, &self.message);
        let document = match self.shape {
            Shape::Nested => json!({ "error": { "error_code": code, "error_msg": message } }),
            Shape::Flat => json!({ "error_code": code, "error_msg": message }),
            Shape::Gateway => {
                json!({ "error_msg": message, "error_code": code, "request_id": request_id })
            }
            Shape::Envelope => {
                json!({ "error": { "code": code, "message": message }, "status": "failed" })
            }
            Shape::Nova => json!({ code: { "message": message, "code": self.status } }),
            Shape::Keystone => {
                json!({ "error": { "code": self.status, "message": message, "title": code } })
            }
            Shape::Cph => {
                let mut members = Map::new();
                members.insert("request_id".to_owned(), request_id.into());
                members.insert("error_code".to_owned(), code.into());
                members.insert("error_msg".to_owned(), message.to_string().into());
                if !self.failures.is_empty() {
                    members.insert("failures".to_owned(), self.failures.clone().into());
                }
                members.into()
            }
        };
        Reply::json(self.status, &document).with_code(code)
    }
}
