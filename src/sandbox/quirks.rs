//! Plausible answers to questions that the documents leave open. All are off unless asked for.

use std::fmt;
use std::str::FromStr;

use super::SandboxError;

macro_rules! quirks {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// One unusual answer.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Quirk {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Quirk {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name on the command line.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// What it does, in one line.
            pub fn description(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($doc),+).trim_ascii(),)+
                }
            }
        }
    };
}

quirks! {
    /// `LatestOperationRequestId` never equals the `RequestId` of the call (spec tencent 7.2).
    TencentOperationIdUnrelated = "tencent-operation-id-unrelated",
    /// A batch refused for one unfit instance still takes effect on the fit ones (spec tencent 7.3).
    TencentRefusedBatchPartlyDone = "tencent-refused-batch-partly-done",
    /// Removing a key that is not bound to one of the instances is refused (spec tencent 7.3).
    TencentUnboundKeyRefused = "tencent-unbound-key-refused",
    /// `ImportKeyPair` takes ed25519 and ecdsa keys, too (spec tencent 7.6).
    TencentEd25519Accepted = "tencent-ed25519-accepted",
    /// The `key-name` filter of CVM's `DescribeKeyPairs` finds parts of names (spec tencent 2.3).
    TencentKeyNameFilterFuzzy = "tencent-key-name-filter-fuzzy",
    /// CVM's key pairs are listed, changed, bound and deleted from any region, wherever they are (spec tencent 2.8).
    TencentPairsOfAccount = "tencent-pairs-of-account",
    /// `DescribeRegions` lists one more region, whose `RegionState` is UNAVAILABLE (spec tencent 1.6).
    TencentRegionUnavailable = "tencent-region-unavailable",
    /// An empty Description leaves the one before (spec tencent 7.4).
    TencentEmptyDescriptionIgnored = "tencent-empty-description-ignored",
    /// After a disassociation a pair is in use for two more deletions (spec tencent 2.4).
    TencentInUseLingers = "tencent-in-use-lingers",
    /// A refused `DeleteKeyPairs` still deletes the pairs that nothing refers to (spec tencent 2.4).
    TencentRefusedDeletePartlyDone = "tencent-refused-delete-partly-done",
    /// A SOFT stop ends FAILED, and the instance is RUNNING still (spec tencent 2.9).
    TencentSoftStopFails = "tencent-soft-stop-fails",
    /// An instance that an OFFLINE change shut down is started again (spec tencent 3).
    LighthouseOfflineRestarts = "lighthouse-offline-restarts",
    /// An ONLINE change of a STOPPED instance is refused (spec tencent 3).
    LighthouseOnlineNeedsRunning = "lighthouse-online-needs-running",
    /// Listed pairs have the text `null` as their `PrivateKey` (spec tencent 3).
    LighthousePrivateKeyNullText = "lighthouse-private-key-null-text",
    /// `OperationDetails` come in another order than the request (spec volcengine 10.9).
    VolcengineDetailsReordered = "volcengine-details-reordered",
    /// `OperationDetails` of a success have no Error member instead of null (spec volcengine 2.3).
    VolcengineDetailsNullOmitted = "volcengine-details-null-omitted",
    /// `DescribeKeyPairs` refuses names and ids that do not exist (spec volcengine 4.3).
    VolcengineUnknownNamesRefused = "volcengine-unknown-names-refused",
    /// A deleted pair is in two more listings (spec volcengine 4.4).
    VolcengineDeleteEventual = "volcengine-delete-eventual",
    /// The `KeyPairName` filter of `DescribeInstances` finds parts of names (spec volcengine 10.7).
    VolcengineInstanceFilterFuzzy = "volcengine-instance-filter-fuzzy",
    /// Names with an underscore are refused, as the documented rule says (spec volcengine 4.0).
    VolcengineUnderscoreRefused = "volcengine-underscore-refused",
    /// A name that is taken answers 409 `KeyPairAlreadyExist` (spec volcengine 4.1).
    VolcengineDuplicateConflict = "volcengine-duplicate-conflict",
    /// A full region answers `LimitExceeded.MaximumKeyPairs` instead of `QuotaExceeded.KeyPairs` (spec volcengine 4.1).
    VolcengineQuotaAsLimit = "volcengine-quota-as-limit",
    /// A repeated `CreateKeyPair` answers with the private key, which the sandbox keeps for that (spec volcengine 2.5).
    VolcengineRepeatedCreateInFull = "volcengine-repeated-create-in-full",
    /// `CreateKeyPair` doubles the backslashes in the line breaks of the private key (spec volcengine 4.1).
    VolcenginePrivateKeyEscaped = "volcengine-private-key-escaped",
    /// `ImportKeyPair` takes RSA keys only (spec volcengine 4.0).
    VolcengineRsaOnly = "volcengine-rsa-only",
    /// Detaching a pair from an instance that is not bound to it is refused for that instance (spec volcengine 4.6).
    VolcengineUnboundDetachRefused = "volcengine-unbound-detach-refused",
    /// Attaching or detaching a pair that does not exist is refused per instance, inside HTTP 200 (spec volcengine 4.5).
    VolcengineMissingPairPerItem = "volcengine-missing-pair-per-item",
    /// Deleting an unknown `CodeArts` key answers 400 CH.010001 (spec huawei-codearts-cph 3.4).
    CodeArtsUnknownId400 = "codearts-unknown-id-400",
    /// Deleting an unknown `CodeArts` key answers 403 CH.080403 (spec huawei-codearts-cph 3.4).
    CodeArtsUnknownId403 = "codearts-unknown-id-403",
    /// Deleting an unknown `CodeArts` key answers 204 (spec huawei-codearts-cph 3.4).
    CodeArtsUnknownId204 = "codearts-unknown-id-204",
    /// Adding a `CodeArts` key that exists answers 400 CH.080002 instead of 409 (spec huawei-codearts-cph 3.5).
    CodeArtsDuplicate400 = "codearts-duplicate-400",
    /// A missing KMS key answers 400 KMS.0205 instead of 404 KMS.0207 (spec huawei 6).
    KmsMissingKey400 = "kms-missing-key-400",
    /// `CancelKeyDeletion` answers another `key_id` than it was asked for (spec huawei 6).
    KmsCancelEchoesOtherId = "kms-cancel-echoes-other-id",
    /// A refused `CancelKeyDeletion` answers in the flat shape instead of the nested one (spec huawei 3.1).
    KmsCancelRefusedFlat = "kms-cancel-refused-flat",
    /// A pair whose name is taken is refused with 409 in the shape of Nova instead of 400 KPS.0002 (spec huawei 7).
    KpsDuplicate409 = "kps-duplicate-409",
    /// A missing key pair answers 404 instead of 400 KPS.4016 (spec huawei 7).
    KpsMissing404 = "kps-missing-404",
    /// Names of key pairs have at most 64 characters instead of 255 (spec huawei 7).
    KpsName64 = "kps-name-64",
    /// The `frozen_state` of `ListKeypairs` is a string instead of a number (spec huawei 7).
    KpsFrozenStateText = "kps-frozen-state-text",
    /// A running server without `auth` is refused at once with 400 KPS.0002 instead of a task that fails (spec huawei 7).
    KpsRunningWithoutAuth400 = "kps-running-without-auth-400",
    /// `AssociateKeypair` and `DisassociateKeypair` refuse a server inside a 2xx answer, with status FAILED and no task, instead of 400 (spec huawei 1.8).
    KpsRefusedIn2xx = "kps-refused-in-2xx",
    /// A finished KPS task is forgotten at once: 400 KPS.0001; failed ones stay among the failed tasks (spec huawei 7).
    KpsTasksForgotten = "kps-tasks-forgotten",
    /// A wrong password is refused with IAM.0062 in the flat shape instead of the one of Keystone (spec huawei 3.1).
    IamWrongPasswordFlat = "iam-wrong-password-flat",
    /// Metadata services have no role: 404 (spec volcengine 7.5, tencent 5.4, huawei 4.3).
    NoInstanceRole = "no-instance-role",
    /// The metadata service of Volcengine has no role and answers an empty list (spec volcengine 7.5).
    VolcengineEmptyRoleList = "volcengine-empty-role-list",
    /// The metadata service of Huawei Cloud has no agency and answers 401 with a hint instead of 404 (spec huawei 4.3).
    HuaweiNoAgency401 = "huawei-no-agency-401",
    /// The metadata service of Huawei Cloud gives no tokens: 404. It wants none, either (spec huawei 4.3).
    HuaweiMetadataWithoutTokens = "huawei-metadata-without-tokens",
    /// CPH jobs come in another order than the request (spec huawei-codearts-cph 6.1).
    CphJobsReordered = "cph-jobs-reordered",
    /// A finished CPH job is forgotten at once: 404 CPS.0011, and it leaves the list (spec huawei-codearts-cph 6.2).
    CphJobsForgotten = "cph-jobs-forgotten",
    /// One unknown server refuses the whole CPH call: 400 CPS.0016 with failures (spec huawei-codearts-cph 2.4).
    CphUnknownServerRefusesCall = "cph-unknown-server-refuses-call",
}

impl fmt::Display for Quirk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Quirk {
    type Err = SandboxError;

    fn from_str(name: &str) -> Result<Self, SandboxError> {
        Self::ALL
            .iter()
            .find(|quirk| quirk.name() == name)
            .copied()
            .ok_or_else(|| {
                let known: Vec<_> = Self::ALL.iter().map(|quirk| quirk.name()).collect();
                SandboxError::Quirk {
                    name: name.to_owned(),
                    known: known.join(", "),
                }
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back() {
        for quirk in Quirk::ALL {
            assert_eq!(quirk.name().parse::<Quirk>().expect("known"), *quirk);
            assert!(
                quirk.description().ends_with('.'),
                "{quirk}: {}",
                quirk.description()
            );
        }
        let message = "nope".parse::<Quirk>().expect_err("unknown").to_string();
        assert!(message.contains("cph-jobs-forgotten"), "{message}");
    }
}
