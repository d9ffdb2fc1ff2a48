//! Operations of the key management service, version 1.0 (spec huawei 6).

pub(super) mod cancel_deletion;
pub(super) mod change_state;
pub(super) mod keys;
pub(super) mod state;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::wire::HuaweiWire;
use crate::cloud::operation::{Effect, Operation, Repeat, Route};
use crate::cloud::reply::lenient_text;
use crate::sign::escape::escape;
use keys::Described;

/// "The key is not scheduled for deletion": the answer to a cancel that has nothing to do.
pub(super) const NOT_SCHEDULED: &str = "KMS.1501";
/// "The key is not disabled": the answer to an enable that has nothing to do.
pub(super) const NOT_DISABLED: &str = "KMS.1201";
/// "The key is not enabled": the answer to a disable that has nothing to do.
pub(super) const NOT_ENABLED: &str = "KMS.1301";
/// "The key is scheduled for deletion": the answer to scheduling it again.
pub(super) const SCHEDULED: &str = "KMS.1402";

/// A state, by the service's number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum KeyState {
    PendingActivation,
    Enabled,
    Disabled,
    PendingDeletion,
    PendingImport,
    Frozen,
    /// A number that no document names.
    Other(String),
}

impl From<&str> for KeyState {
    fn from(number: &str) -> Self {
        match number {
            "1" => Self::PendingActivation,
            "2" => Self::Enabled,
            "3" => Self::Disabled,
            "4" => Self::PendingDeletion,
            "5" => Self::PendingImport,
            "7" => Self::Frozen,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl fmt::Display for KeyState {
    /// The word in outcomes.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::PendingActivation => "pending-activation",
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::PendingDeletion => "pending-deletion",
            Self::PendingImport => "pending-import",
            Self::Frozen => "frozen",
            Self::Other(number) => number,
        })
    }
}

/// The answer of all calls that change a state: some are flat, some nest (spec huawei 6).
///
/// The key id in it is not read: the documentation's own sample has another one than was asked for.
#[derive(Debug, Deserialize)]
pub(super) struct KeyAnswer {
    #[serde(default, deserialize_with = "lenient_text")]
    key_state: Option<String>,
    key_info: Option<KeyInfo>,
}

#[derive(Debug, Deserialize)]
struct KeyInfo {
    #[serde(default, deserialize_with = "lenient_text")]
    key_state: Option<String>,
}

impl KeyAnswer {
    /// The state, if the answer tells.
    pub(super) fn state(&self) -> Option<KeyState> {
        let nested = || self.key_info.as_ref()?.key_state.as_deref();
        let number = self.key_state.as_deref().or_else(nested)?;
        (!number.is_empty()).then(|| KeyState::from(number))
    }
}

/// Calls off a scheduled deletion. A second call answers [`NOT_SCHEDULED`].
#[derive(Debug, Serialize)]
pub(super) struct CancelKeyDeletion {
    pub(super) key_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sequence: Option<String>,
}

impl Operation for CancelKeyDeletion {
    type Cloud = HuaweiWire;
    type Response = KeyAnswer;
    const SERVICE: &'static str = "kms";
    const NAME: &'static str = "CancelKeyDeletion";
    const VERSION: &'static str = "v1.0";
    const EFFECT: Effect = Effect::Update;
    const REPEAT: Repeat = Repeat::Always;

    fn route(&self, project_id: &str) -> Route {
        route(project_id, "cancel-key-deletion")
    }
}

/// Makes a disabled key usable. A second call answers [`NOT_DISABLED`].
#[derive(Debug, Serialize)]
pub(super) struct EnableKey {
    pub(super) key_id: String,
}

impl Operation for EnableKey {
    type Cloud = HuaweiWire;
    type Response = KeyAnswer;
    const SERVICE: &'static str = "kms";
    const NAME: &'static str = "EnableKey";
    const VERSION: &'static str = "v1.0";
    const EFFECT: Effect = Effect::Update;
    const REPEAT: Repeat = Repeat::Always;

    fn route(&self, project_id: &str) -> Route {
        route(project_id, "enable-key")
    }
}

/// Makes an enabled key unusable. A second call answers [`NOT_ENABLED`].
#[derive(Debug, Serialize)]
pub(super) struct DisableKey {
    pub(super) key_id: String,
}

impl Operation for DisableKey {
    type Cloud = HuaweiWire;
    type Response = KeyAnswer;
    const SERVICE: &'static str = "kms";
    const NAME: &'static str = "DisableKey";
    const VERSION: &'static str = "v1.0";
    const EFFECT: Effect = Effect::Update;
    const REPEAT: Repeat = Repeat::Always;

    fn route(&self, project_id: &str) -> Route {
        route(project_id, "disable-key")
    }
}

/// Schedules the deletion of a key. A second call answers [`SCHEDULED`] and leaves the date as it
/// is.
#[derive(Debug, Serialize)]
pub(super) struct DeleteKey {
    pub(super) key_id: String,
    /// 7 to 1096, as a text.
    pub(super) pending_days: String,
}

impl Operation for DeleteKey {
    type Cloud = HuaweiWire;
    type Response = KeyAnswer;
    const SERVICE: &'static str = "kms";
    const NAME: &'static str = "DeleteKey";
    const VERSION: &'static str = "v1.0";
    const EFFECT: Effect = Effect::Destroy;
    const REPEAT: Repeat = Repeat::Always;

    fn route(&self, project_id: &str) -> Route {
        route(project_id, "schedule-key-deletion")
    }
}

/// Describes a key.
#[derive(Debug, Serialize)]
pub(super) struct ListKeyDetail {
    pub(super) key_id: String,
}

impl Operation for ListKeyDetail {
    type Cloud = HuaweiWire;
    type Response = Described;
    const SERVICE: &'static str = "kms";
    const NAME: &'static str = "ListKeyDetail";
    const VERSION: &'static str = "v1.0";
    const EFFECT: Effect = Effect::Read;

    fn route(&self, project_id: &str) -> Route {
        route(project_id, "describe-key")
    }
}

/// The path of an action on keys.
pub(super) fn route(project_id: &str, action: &str) -> Route {
    Route::post(format!("/v1.0/{}/kms/{action}", escape(project_id)))
}

#[cfg(test)]
mod tests {
    use super::{KeyAnswer, KeyState};

    #[test]
    fn a_state_is_read_from_every_place_and_form() {
        for (text, state) in [
            (
                r#"{"key_id":"other","key_state":"3"}"#,
                Some(KeyState::Disabled),
            ),
            (r#"{"key_state":5}"#, Some(KeyState::PendingImport)),
            (
                r#"{"key_info":{"key_id":"k","key_state":"2"}}"#,
                Some(KeyState::Enabled),
            ),
            (
                r#"{"key_info":null,"key_state":"4"}"#,
                Some(KeyState::PendingDeletion),
            ),
            (r#"{"key_state":""}"#, None),
            (r#"{"key_info":{}}"#, None),
            ("{}", None),
        ] {
            let answer: KeyAnswer = serde_json::from_str(text).expect(text);
            assert_eq!(answer.state(), state, "{text}");
        }
    }

    #[test]
    fn states_have_words_and_unknown_ones_keep_their_number() {
        let words = ["1", "2", "3", "4", "5", "7", "6"].map(|n| KeyState::from(n).to_string());
        let expected = [
            "pending-activation",
            "enabled",
            "disabled",
            "pending-deletion",
            "pending-import",
            "frozen",
            "6",
        ];
        assert_eq!(words, expected);
    }
}
