//! Encryption keys as lists and looks show them (spec huawei 6): texts for almost everything, dates
//! in milliseconds although the documentation says seconds.

use std::collections::HashSet;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use super::state::check_ids;
use super::{KeyState, ListKeyDetail, route};
use crate::cloud::huawei::session::Session;
use crate::cloud::huawei::wire::HuaweiWire;
use crate::cloud::operation::{Effect, Operation, Route};
use crate::cloud::pages::Paged;
use crate::cloud::reply::{Listed, lenient_text};
use crate::error::{Error, ErrorKind};
use crate::model::{CloudId, Facts, KmsKey, Listing, Record, Resource, Scope};

/// Keys in a page, as a text. The most is not documented; Terraform asks for 2000.
const PAGE: &str = "100";
/// Dates below this are in seconds: as milliseconds they would be of March 1973.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;

/// A key.
#[derive(Clone, Debug, Default, Deserialize)]
pub(in crate::cloud::huawei) struct KeyDetails {
    #[serde(default, deserialize_with = "lenient_text")]
    key_id: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    key_alias: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    key_state: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    key_spec: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    creation_date: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    scheduled_deletion_date: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    default_key_flag: Option<String>,
}

impl KeyDetails {
    /// The state, if it is told.
    pub(in crate::cloud::huawei) fn state(&self) -> Option<KeyState> {
        filled(self.key_state.as_ref()).map(|number| KeyState::from(number.as_str()))
    }

    /// What people call it.
    pub(in crate::cloud::huawei) fn alias(&self) -> Option<&str> {
        filled(self.key_alias.as_ref()).map(String::as_str)
    }

    /// When it is destroyed, in milliseconds. A date that a cancelled deletion left behind says
    /// nothing.
    pub(in crate::cloud::huawei) fn deletion_at(&self) -> Option<i64> {
        match self.state() {
            Some(KeyState::PendingDeletion) | None => {
                milliseconds(self.scheduled_deletion_date.as_ref())
            }
            _ => None,
        }
    }

    /// Made by a service for itself.
    pub(in crate::cloud::huawei) fn is_default(&self) -> Option<bool> {
        match self.default_key_flag.as_deref()? {
            "1" | "true" => Some(true),
            "0" | "false" => Some(false),
            _ => None,
        }
    }

    fn facts(&self) -> KmsKey {
        KmsKey {
            alias: self.alias().unwrap_or_default().to_owned(),
            state: self.state().map(|state| state.to_string()),
            spec: filled(self.key_spec.as_ref()).cloned(),
            deletion_at: self.deletion_at(),
            created_at: milliseconds(self.creation_date.as_ref()),
            is_default: self.is_default(),
        }
    }
}

fn filled(text: Option<&String>) -> Option<&String> {
    text.filter(|text| !text.is_empty())
}

fn milliseconds(text: Option<&String>) -> Option<i64> {
    let number: i64 = text?.trim().parse().ok().filter(|number| *number > 0)?;
    if number < FIRST_MILLISECONDS {
        number.checked_mul(1_000)
    } else {
        Some(number)
    }
}

/// The answer to a look at one key, which nests it; a flat one is read as well.
#[derive(Debug)]
pub(in crate::cloud::huawei) struct Described(pub(in crate::cloud::huawei) Listed<KeyDetails>);

impl<'de> Deserialize<'de> for Described {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut answer = Value::deserialize(deserializer)?;
        let nested = answer.get_mut("key_info").filter(|info| info.is_object());
        let key = nested.map(Value::take).unwrap_or(answer);
        let key = Listed::deserialize(key).map_err(serde::de::Error::custom)?;
        Ok(Self(key))
    }
}

/// Lists keys of every algorithm; without `key_spec` the service shows AES-256 only.
#[derive(Debug, Serialize)]
pub(in crate::cloud::huawei) struct ListKeys {
    limit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
    key_spec: &'static str,
    #[serde(skip)]
    known: HashSet<String>,
}

impl Default for ListKeys {
    fn default() -> Self {
        Self {
            limit: PAGE,
            marker: None,
            key_spec: "ALL",
            known: HashSet::new(),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::cloud::huawei) struct KeyPage {
    #[serde(default)]
    keys: Option<Vec<String>>,
    // A list, and nothing else: an answer without one, or with null, says nothing about what exists.
    key_details: Vec<Listed<KeyDetails>>,
    #[serde(default, deserialize_with = "lenient_text")]
    next_marker: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    truncated: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    total: Option<String>,
}

impl Operation for ListKeys {
    type Cloud = HuaweiWire;
    type Response = KeyPage;
    const SERVICE: &'static str = "kms";
    const NAME: &'static str = "ListKeys";
    const VERSION: &'static str = "v1.0";
    const EFFECT: Effect = Effect::Read;

    fn route(&self, project_id: &str) -> Route {
        route(project_id, "list-keys")
    }
}

impl Paged for ListKeys {
    type Item = Listed<KeyDetails>;

    /// The word `truncated` decides. A marker that comes again is the same request again, which the
    /// reader of pages reports, unless everything that was announced has come.
    fn advance(&mut self, page: KeyPage, items: &mut Vec<Listed<KeyDetails>>) -> bool {
        let before = self.known.len();
        for key in page.key_details {
            let id = key.known.key_id.as_ref();
            if id.is_none_or(|id| self.known.insert(id.clone())) {
                items.push(key);
            }
        }
        // The ids stand in a list of their own, too: one without details is a key all the same.
        for id in page.keys.unwrap_or_default() {
            if self.known.insert(id.clone()) {
                let raw = json!({ "key_id": id });
                let known = KeyDetails {
                    key_id: Some(id),
                    ..KeyDetails::default()
                };
                items.push(Listed { known, raw });
            }
        }
        let next = page.next_marker.filter(|marker| !marker.is_empty());
        let total: Option<usize> = page.total.and_then(|total| total.parse().ok());
        let announced = total.is_some_and(|total| self.known.len() >= total);
        let is_over = self.known.len() == before && announced;
        let goes_on = match page.truncated.as_deref().map(str::to_ascii_lowercase) {
            Some(word) if word == "false" => false,
            Some(word) if word == "true" => !is_over,
            _ => next.is_some() && !is_over,
        };
        if goes_on {
            self.marker = next.or(self.marker.take());
        }
        goes_on
    }
}

/// All keys of the project.
pub(in crate::cloud::huawei) async fn list(session: &Session) -> Result<Listing, Error> {
    let mut records = Vec::new();
    for key in session.all(ListKeys::default()).await? {
        let Some(id) = filled(key.known.key_id.as_ref()).cloned() else {
            return Err(
                Error::new(ErrorKind::Server, "the list has a key without an id")
                    .cloud(CloudId::Huawei),
            );
        };
        let key = if key.known.key_state.is_some() {
            key
        } else {
            let key_id = id.clone();
            match session.call(&ListKeyDetail { key_id }).await {
                Ok(answer) => answer.value.0,
                // Destroyed since it was listed.
                Err(error) if error.kind == ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            }
        };
        records.push(record(&session.client.scope, &id, key));
    }
    Ok(session.listing(records))
}

/// One key.
pub(in crate::cloud::huawei) async fn show(session: &Session, id: &str) -> Result<Listing, Error> {
    check_ids(&[id.to_owned()])?;
    let key_id = id.to_owned();
    let key = session.call(&ListKeyDetail { key_id }).await?.value.0;
    if key.known.key_id.is_none() && key.known.key_state.is_none() {
        return Err(
            Error::new(ErrorKind::Server, "the answer does not describe the key")
                .cloud(CloudId::Huawei),
        );
    }
    Ok(vec![record(&session.client.scope, id, key)].into())
}

/// The id is the one that was asked for: samples of the documentation answer another one.
fn record(scope: &Scope, id: &str, key: Listed<KeyDetails>) -> Record {
    Record {
        scope: scope.clone(),
        address: Some(scope.address(Resource::KmsKey, id)),
        id: id.to_owned(),
        facts: Facts::KmsKey(key.known.facts()),
        raw: key.raw,
    }
}

#[cfg(test)]
mod tests;
