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
    /// Deleting an unknown `CodeArts` key answers 400 CH.010001 (spec huawei-codearts-cph 3.4).
    CodeArtsUnknownId400 = "codearts-unknown-id-400",
    /// Deleting an unknown `CodeArts` key answers 403 CH.080403 (spec huawei-codearts-cph 3.4).
    CodeArtsUnknownId403 = "codearts-unknown-id-403",
    /// Deleting an unknown `CodeArts` key answers 204 (spec huawei-codearts-cph 3.4).
    CodeArtsUnknownId204 = "codearts-unknown-id-204",
    /// A missing KMS key answers 400 KMS.0205 instead of 404 KMS.0207 (spec huawei 6).
    KmsMissingKey400 = "kms-missing-key-400",
    /// `CancelKeyDeletion` answers another `key_id` than it was asked for (spec huawei 6).
    KmsCancelEchoesOtherId = "kms-cancel-echoes-other-id",
    /// A refused `CancelKeyDeletion` answers in the flat shape instead of the nested one (spec huawei 3.1).
    KmsCancelRefusedFlat = "kms-cancel-refused-flat",
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
