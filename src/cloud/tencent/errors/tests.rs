//! Every documented code, and what is not documented.

use serde_json::json;

use super::VendorError;
use crate::error::{Error, ErrorKind, Fate};

fn error(code: &str) -> Error {
    VendorError {
        code: code.to_owned(),
        message: "m".to_owned(),
    }
    .explain()
}

#[test]
fn documented_codes_have_their_kind_and_a_next_step() {
    let cases: [(ErrorKind, &[&str]); 11] = [
        (
            ErrorKind::Credentials,
            &[
                "AuthFailure",
                "AuthFailure.SignatureFailure",
                "AuthFailure.SignatureExpire",
                "AuthFailure.SecretIdNotFound",
                "AuthFailure.InvalidSecretId",
                "AuthFailure.TokenFailure",
                "AuthFailure.InvalidAuthorization",
                "AuthFailure.SomethingNew",
            ],
        ),
        (
            ErrorKind::Permission,
            &[
                "AuthFailure.UnauthorizedOperation",
                "AuthFailure.MFAFailure",
                "UnauthorizedOperation",
                "UnauthorizedOperation.InvalidToken",
                "UnauthorizedOperation.MFAExpired",
                "UnauthorizedOperation.MFANotFound",
                "UnauthorizedOperation.NotFound",
                "IpInBlacklist",
                "IpNotInWhitelist",
            ],
        ),
        (
            ErrorKind::Throttled,
            &[
                "RequestLimitExceeded",
                "RequestLimitExceeded.UinLimitExceeded",
                "RequestLimitExceeded.GlobalRegionUinLimitExceeded",
                "RequestLimitExceeded.IPLimitExceeded",
            ],
        ),
        (
            ErrorKind::Busy,
            &[
                "MutexOperation.TaskRunning",
                "OperationDenied.InstanceOperationInProgress",
                "UnsupportedOperation.InstanceStatePending",
                "UnsupportedOperation.InstanceStateStarting",
                "UnsupportedOperation.InstanceStateStopping",
                "UnsupportedOperation.InstanceStateRebooting",
                "UnsupportedOperation.InstanceStateEnterRescueMode",
                "UnsupportedOperation.InstanceStateExitRescueMode",
                "UnsupportedOperation.InstanceStateEnterServiceLiveMigrate",
                "OperationDenied.InstanceCreating",
                "UnsupportedOperation.LatestOperationUnfinished",
            ],
        ),
        (
            ErrorKind::NotFound,
            &[
                "InvalidInstanceId.NotFound",
                "InvalidKeyPairId.NotFound",
                "InvalidProjectId.NotFound",
                "ResourceNotFound",
                "ResourceNotFound.KeyIdNotFound",
                "ResourceNotFound.InstanceIdNotFound",
                "ResourceNotFound.InstanceNotFound",
            ],
        ),
        (
            ErrorKind::State,
            &[
                "InvalidInstance.NotSupported",
                "InvalidKeyPair.NotSupported",
                "InvalidParameterValue.KeyPairNotSupported",
                "OperationDenied",
                "ResourceInUse",
                "ResourceInsufficient",
                "UnsupportedOperation",
                "UnsupportedOperation.InstanceOsWindows",
                "UnsupportedOperation.InstanceStateRunning",
                "UnsupportedOperation.InstanceStateRescueMode",
                "UnsupportedOperation.InstanceStateBanning",
                "UnsupportedOperation.InstanceStateFreezing",
                "UnsupportedOperation.InstanceStateShutdown",
                "UnsupportedOperation.InstanceStateTerminating",
                "UnsupportedOperation.InstanceStateIsolating",
                "UnsupportedOperation.StoppedModeStopCharging",
                "ResourceInUse.KeyPairInUse",
                "UnsupportedOperation.KeyPairBindToBlueprints",
                "UnsupportedOperation.KeyPairNotBoundToInstance",
                "UnsupportedOperation.KeyPairUnbindUsernameMismatch",
                "UnsupportedOperation.InvalidInstanceState",
                "UnsupportedOperation.WindowsNotSupportKeyPair",
            ],
        ),
        (
            ErrorKind::Server,
            &[
                "InternalError",
                "InternalServerError",
                "ServiceUnavailable",
                "ResourceUnavailable",
                "FailedOperation",
                "FailedOperation.DisassociateKeyPairFailed",
                "FailedOperation.ImportKeyPairFailed",
                "FailedOperation.InstanceOperationFailed",
                "InternalError.DescribeInstanceStatus",
                "InternalError.InvalidCommandNotFound",
                "SomethingNew.Entirely",
                "",
            ],
        ),
        (
            ErrorKind::Quota,
            &[
                "LimitExceeded",
                "LimitExceeded.TagResourceQuota",
                "InvalidKeyPair.LimitExceeded",
                "LimitExceeded.KeyPairLimitExceeded",
            ],
        ),
        (
            ErrorKind::Conflict,
            &[
                "InvalidKeyPairName.Duplicate",
                "InvalidPublicKey.Duplicate",
                "InvalidParameterValue.DuplicateParameterValue",
                "InvalidParameterValue.KeyPairPublicKeyDuplicated",
                "UnsupportedOperation.KeyPairBindDuplicate",
            ],
        ),
        (
            ErrorKind::Usage,
            &[
                "InvalidAction",
                "NoSuchVersion",
                "NoSuchProduct",
                "ActionOffline",
                "InvalidParameter",
                "InvalidParameterValue",
                "InvalidParameterValue.LimitExceeded",
                "InvalidParameterValue.Duplicated",
                "FailedOperation.TagKeyReserved",
                "InvalidKeyPairNameTooLong",
                "InvalidPublicKey.Malformed",
                "InvalidParameterValue.KeyPairPublicKeyMalformed",
                "InvalidFilterValue.LimitExceeded",
                "InvalidParameterValue.InstanceIdMalformed",
                "InvalidInstanceId.Malformed",
                "InvalidKeyPairId.Malformed",
                "MissingParameter",
                "UnknownParameter",
                "InvalidRequest",
                "UnsupportedRegion",
                "UnsupportedProtocol",
                "RequestSizeLimitExceeded",
                "ResponseSizeLimitExceeded",
            ],
        ),
        (ErrorKind::Internal, &[]),
    ];
    for (kind, codes) in cases {
        for code in codes {
            let error = error(code);
            assert_eq!(error.kind, kind, "{code}");
            assert_eq!(
                error.fate == Fate::Unknown,
                kind == ErrorKind::Server,
                "{code}"
            );
            assert_eq!(error.hints.len(), 1, "{code}");
        }
    }
}

#[test]
fn an_expired_signature_shows_the_time_of_the_server() {
    let hint = |message: &str| {
        let code = "AuthFailure.SignatureExpire".to_owned();
        let error = VendorError {
            code,
            message: message.to_owned(),
        }
        .explain();
        error.hints[0].clone()
    };
    let text = hint("Signature has expired, the server time 1780272401.");
    assert!(
        text.ends_with("The server's says 2026-06-01T00:06:41Z."),
        "{text}"
    );
    assert!(hint("签名过期").ends_with("clock."));
    assert!(hint("request 99999999999999").ends_with("clock."));
}

#[test]
fn a_broken_error_is_still_one() {
    for value in [
        json!({}),
        json!("text"),
        json!([1]),
        json!({"Code": null, "Message": 5}),
    ] {
        let error = VendorError::read(&value).explain();
        assert_eq!(error.kind, ErrorKind::Server, "{value}");
        assert!(error.code.is_none() && !error.message.is_empty(), "{value}");
    }
}
