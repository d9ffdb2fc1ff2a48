//! What to do about each refusal (spec tencent 1.5, 2 and 3).

use crate::error::ErrorKind;

/// The next step after a refusal.
pub(super) fn hint(code: &str, kind: ErrorKind) -> &'static str {
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
        "InvalidInstanceId.NotFound"
        | "ResourceNotFound.InstanceIdNotFound"
        | "ResourceNotFound.InstanceNotFound" => "Check the instance ids and the region.",
        "InvalidKeyPairId.NotFound" | "ResourceNotFound.KeyIdNotFound" => {
            "Check the key pair ids and the region."
        }
        "InvalidInstanceId.Malformed" | "InvalidParameterValue.InstanceIdMalformed" => {
            "An instance id is ins- (of Lighthouse: lhins-) and 8 lower-case letters or digits."
        }
        "InvalidKeyPairId.Malformed" | "InvalidParameterValue.KeyPairIdMalformed" => {
            "A key pair id is skey- (of Lighthouse: lhkp-) and 8 lower-case letters or digits."
        }
        "InvalidParameterValue.KeyPairNotSupported" | "InvalidKeyPair.NotSupported" => {
            "Something still uses the key pair: an instance, or a custom image."
        }
        "InvalidKeyPairNameEmpty"
        | "InvalidKeyPairNameIncludeIllegalChar"
        | "InvalidKeyPairNameTooLong"
        | "InvalidParameterValue.InvalidKeyPairNameEmpty"
        | "InvalidParameterValue.InvalidKeyPairNameIncludeIllegalChar"
        | "InvalidParameterValue.InvalidKeyPairNameTooLong" => {
            "A name is 1 to 25 of A-Z, a-z, 0-9 and _."
        }
        "InvalidKeyPairName.Duplicate" | "InvalidParameterValue.DuplicateParameterValue" => {
            "The name is taken, perhaps in another region of the account: choose another one."
        }
        "InvalidPublicKey.Duplicate" | "InvalidParameterValue.KeyPairPublicKeyDuplicated" => {
            "The very same key is there under another name, perhaps in another region of the account."
        }
        "InvalidPublicKey.Malformed" | "InvalidParameterValue.KeyPairPublicKeyMalformed" => {
            "The documents speak of OpenSSH RSA keys only; make one with kpctl key generate --type rsa-3072."
        }
        "InvalidKeyPair.LimitExceeded" | "LimitExceeded.KeyPairLimitExceeded" => {
            "The account has as many key pairs as it may have: delete some that nothing uses."
        }
        "LimitExceeded.TagResourceQuota" => "There are more tags than the account may have.",
        "FailedOperation.TagKeyReserved" => {
            "The vendor keeps tags of this name for itself: choose another one."
        }
        "InvalidProjectId.NotFound" => {
            "There is no such project; leave it out for the default project."
        }
        "ResourceInUse.KeyPairInUse" => "An instance still uses the key pair.",
        "UnsupportedOperation.KeyPairBindToBlueprints" => "A blueprint refers to the key pair.",
        "UnsupportedOperation.KeyPairNotBoundToInstance" => {
            "The key pair is not on the instance: nothing is left to do."
        }
        "UnsupportedOperation.KeyPairBindDuplicate" => {
            "The key pair is on the instance: nothing is left to do."
        }
        "UnsupportedOperation.KeyPairUnbindUsernameMismatch" => {
            "The key pair was bound for another user of the machine: name that one with --user."
        }
        "UnsupportedOperation.InvalidInstanceState" => {
            "The instance must be running or stopped; for one that is stopped, --force-stop changes it offline and cuts no power."
        }
        "InternalError.InvalidCommandNotFound" => {
            "The instance has no agent that could do it online: try --force-stop, a power cut."
        }
        "InvalidInstance.NotSupported" => "This kind of instance cannot have key pairs.",
        "UnsupportedOperation.InstanceOsWindows"
        | "UnsupportedOperation.WindowsNotAllowToAssociateKeyPair"
        | "UnsupportedOperation.WindowsNotSupportKeyPair" => {
            "Key pairs are for Linux; leave this instance out."
        }
        "UnsupportedOperation.InstanceStateRunning" => {
            "Stop the instance first (--stop soft, and --start to start it again), or add --force-stop: a power cut and a restart."
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
