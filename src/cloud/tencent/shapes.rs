//! What both products answer with: instances, key pairs, pages of them (spec tencent 2.8, 2.9 and 3).
//! Any field may be missing or null.

use serde::{Deserialize, Deserializer, Serialize};

use crate::cloud::reply::{Listed, null_is_default};
use crate::model::NewKeyPair;
use crate::secret::Secret;

/// Most items in one page; left out, 20 come back (spec tencent 2.3, 2.9 and 3).
pub(super) const PAGE: usize = 100;

/// Only a request id, which the client keeps.
#[derive(Debug, Deserialize)]
pub(super) struct Accepted {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct InstancePage {
    pub(super) total_count: Option<usize>,
    // A list, and nothing else: an answer without one, or with null, says nothing about what exists.
    pub(super) instance_set: Vec<Listed<Instance>>,
}

/// An instance, as far as its key pairs are concerned.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Instance {
    #[serde(rename = "InstanceId", deserialize_with = "null_is_default")]
    pub(super) id: String,
    #[serde(rename = "InstanceName", deserialize_with = "null_is_default")]
    pub(super) name: String,
    #[serde(deserialize_with = "null_is_default")]
    pub(super) os_name: String,
    /// In capitals; empty when the answer does not say.
    #[serde(rename = "InstanceState", deserialize_with = "null_is_default")]
    pub(super) state: String,
    #[serde(deserialize_with = "null_is_default")]
    pub(super) stop_charging_mode: String,
    /// Absent as a whole: what is bound is not known. Without ids: nothing is bound.
    pub(super) login_settings: Option<LoginSettings>,
    pub(super) latest_operation: Option<String>,
    pub(super) latest_operation_state: Option<String>,
    pub(super) latest_operation_request_id: Option<String>,
    pub(super) latest_operation_error_msg: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct LoginSettings {
    #[serde(deserialize_with = "null_is_default")]
    pub(super) key_ids: Vec<String>,
}

impl Instance {
    /// The key pairs bound; `None` when the answer does not say.
    pub(super) fn key_ids(&self) -> Option<&[String]> {
        self.login_settings
            .as_ref()
            .map(|settings| settings.key_ids.as_slice())
    }

    /// Whether it is on.
    pub(super) fn is_running(&self) -> bool {
        self.state == "RUNNING"
    }

    /// Whether some operation on it is under way.
    pub(super) fn is_operating(&self) -> bool {
        self.latest_operation_state.as_deref() == Some("OPERATING")
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct KeyPairPage {
    pub(super) total_count: Option<usize>,
    // A list, and nothing else: an answer without one, or with null, says nothing about what exists.
    pub(super) key_pair_set: Vec<Listed<KeyPair>>,
}

/// A key pair.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct KeyPair {
    #[serde(rename = "KeyId", deserialize_with = "null_is_default")]
    pub(super) id: String,
    #[serde(rename = "KeyName", deserialize_with = "null_is_default")]
    pub(super) name: String,
    pub(super) description: Option<String>,
    /// Without its comment: the id of the pair stands there.
    pub(super) public_key: Option<String>,
    /// May name instances that are gone already. Null is an empty list, absent is not known.
    #[serde(deserialize_with = "null_is_empty")]
    pub(super) associated_instance_ids: Option<Vec<String>>,
    pub(super) created_time: Option<String>,
    pub(super) tags: Option<Vec<Tag>>,
}

/// A tag.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Tag {
    #[serde(deserialize_with = "null_is_default")]
    pub(super) key: String,
    #[serde(deserialize_with = "null_is_default")]
    pub(super) value: String,
}

impl Tag {
    /// The tags of a new pair.
    pub(super) fn of(pair: &NewKeyPair) -> Vec<Self> {
        let tag = |(key, value): &(String, String)| Self {
            key: key.clone(),
            value: value.clone(),
        };
        pair.tags.iter().map(tag).collect()
    }
}

/// The answer to an import.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
pub(super) struct Imported {
    pub(super) key_id: Option<String>,
}

/// The answer to a creation.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Created {
    pub(super) key_pair: CreatedPair,
}

/// A pair that the cloud has just made. Only this answer holds the private half.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct CreatedPair {
    pub(super) key_id: Option<String>,
    #[serde(deserialize_with = "private_key")]
    pub(super) private_key: Option<Secret>,
}

/// A documented sample holds the word `null` where there is no key (spec tencent 3).
fn private_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?.map(Secret::new);
    Ok(text.filter(|key| !matches!(key.expose().trim(), "" | "null")))
}

fn null_is_empty<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<String>>, D::Error> {
    Ok(Some(
        Option::<Vec<String>>::deserialize(deserializer)?.unwrap_or_default(),
    ))
}

#[cfg(test)]
mod tests {
    use super::{Created, Instance, InstancePage, KeyPair};
    use crate::secret::Secret;

    #[test]
    fn null_is_absent_everywhere() {
        let instance: Instance = serde_json::from_str(
            r#"{"InstanceId":"ins-1","OsName":null,"InstanceState":null,"LoginSettings":null,
            "LatestOperation":null,"StopChargingMode":null}"#,
        )
        .expect("an instance");
        assert_eq!(instance.key_ids(), None);
        for settings in [r#"{"KeyIds":null}"#, r#"{"KeyIds":[]}"#, "{}"] {
            let text = format!(r#"{{"LoginSettings":{settings}}}"#);
            let instance: Instance = serde_json::from_str(&text).expect("an instance");
            assert_eq!(instance.key_ids(), Some(&[][..]), "{settings}");
        }
        for nothing in ["{}", r#"{"TotalCount":0,"InstanceSet":null}"#] {
            assert!(
                serde_json::from_str::<InstancePage>(nothing).is_err(),
                "{nothing}"
            );
        }
    }

    #[test]
    fn a_pair_that_names_no_instances_is_not_a_pair_without_instances() {
        for (text, bound) in [
            (r#"{"KeyId":"skey-1","Description":null}"#, None),
            (r#"{"AssociatedInstanceIds":null}"#, Some(0)),
            (r#"{"AssociatedInstanceIds":[]}"#, Some(0)),
            (r#"{"AssociatedInstanceIds":["ins-1"]}"#, Some(1)),
        ] {
            let pair: KeyPair = serde_json::from_str(text).expect(text);
            let ids = pair.associated_instance_ids;
            assert_eq!(ids.map(|ids| ids.len()), bound, "{text}");
        }
    }

    #[test]
    fn the_word_null_is_no_private_key_and_a_real_one_is_never_shown() {
        for (text, key) in [
            (
                r#"{"KeyPair":{"KeyId":"lhkp-1","PrivateKey":"null"}}"#,
                None,
            ),
            (r#"{"KeyPair":{"KeyId":"lhkp-1","PrivateKey":null}}"#, None),
            (r#"{"KeyPair":{"KeyId":"lhkp-1"}}"#, None),
            (
                r#"{"KeyPair":{"KeyId":"lhkp-1","PrivateKey":"canary\n"}}"#,
                Some("canary\n"),
            ),
        ] {
            let created: Created = serde_json::from_str(text).expect(text);
            assert!(!format!("{created:?}").contains("canary"));
            let private_key = created.key_pair.private_key.as_ref();
            assert_eq!(private_key.map(Secret::expose), key, "{text}");
        }
        assert!(serde_json::from_str::<Created>(r#"{"KeyPair":null}"#).is_err());
    }
}
