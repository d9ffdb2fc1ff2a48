//! Operations of CodeArts Repo on the caller's own SSH keys, version 4
//! (spec huawei-codearts-cph 3).

pub(super) mod add;
pub(super) mod delete;
pub(super) mod list;

use serde::{Deserialize, Serialize};

use super::paging::Page;
use super::wire::HuaweiWire;
use crate::cloud::operation::{Effect, Operation, Repeat, Route};
use crate::cloud::pages::Paged;
use crate::cloud::reply::{Listed, lenient_text};
use crate::cloud::seen::Seen;
use crate::http::Method;
use crate::model::{CodeartsKey, Material};
use crate::sshkey::{Fingerprint, PublicKey};

/// Entries of a page; the default of 20 hides keys.
const PAGE: u64 = 100;

/// Lists the caller's keys.
#[derive(Debug, Default, Serialize)]
pub(super) struct ListUserKeys {
    offset: u64,
    #[serde(skip)]
    known: Seen,
}

#[derive(Debug, Deserialize)]
pub(super) struct KeyPage {
    // A list, and nothing else: an answer without one, or with null, says nothing about what exists.
    keys: Vec<Listed<SshKey>>,
    #[serde(default, deserialize_with = "lenient_text")]
    total: Option<String>,
}

/// A key; samples show numbers for titles and null for the key itself.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct SshKey {
    #[serde(default, deserialize_with = "lenient_text")]
    id: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    title: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    key: Option<String>,
    #[serde(default, deserialize_with = "lenient_text")]
    created_at: Option<String>,
}

impl SshKey {
    /// What deletes take.
    pub(super) fn id(&self) -> Option<u64> {
        self.id.as_deref()?.parse().ok()
    }

    /// The id as it came.
    pub(super) fn id_text(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// What is known of it, in kpctl's words.
    pub(super) fn facts(&self) -> CodeartsKey {
        CodeartsKey {
            title: self.title().to_owned(),
            material: Material::read(self.key.as_deref(), None),
            created_at: self.created_at.clone(),
        }
    }

    /// What the user called it.
    pub(super) fn title(&self) -> &str {
        self.title.as_deref().unwrap_or_default()
    }

    /// The key itself, when the service shows one that can be read.
    pub(super) fn public_key(&self) -> Option<PublicKey> {
        PublicKey::parse(self.key.as_deref()?).ok()
    }

    /// Whether it is the key of this fingerprint.
    pub(super) fn matches(&self, fingerprint: &Fingerprint) -> bool {
        self.public_key()
            .is_some_and(|key| key.matches(fingerprint))
    }

    /// Title and fingerprint, so that a person knows which key it is.
    pub(super) fn description(&self) -> String {
        let fingerprint = self.public_key().map(|key| format!(" {}", key.sha256()));
        format!("{:?}{}", self.title(), fingerprint.unwrap_or_default())
    }
}

impl Operation for ListUserKeys {
    type Cloud = HuaweiWire;
    type Response = KeyPage;
    const SERVICE: &'static str = "codearts";
    const NAME: &'static str = "ListUserKeys";
    const VERSION: &'static str = "v4";
    const EFFECT: Effect = Effect::Read;

    fn route(&self, _project_id: &str) -> Route {
        Route::bare(Method::GET, "/v4/user/keys")
            .parameter("offset", Some(self.offset))
            .parameter("limit", Some(PAGE))
    }
}

impl Paged for ListUserKeys {
    type Item = Listed<SshKey>;

    fn advance(&mut self, page: KeyPage, items: &mut Vec<Listed<SshKey>>) -> bool {
        let received = page.keys.len() as u64;
        let before = self.known.len();
        for key in page.keys {
            if let Some(id) = &key.known.id
                && self.known.insert(id)
            {
                items.push(key);
            }
        }
        let next = Page {
            offset: self.offset,
            limit: PAGE,
            received,
            fresh: (self.known.len() - before) as u64,
            known: self.known.len() as u64,
            total: page.total.and_then(|total| total.parse().ok()),
        }
        .next();
        self.offset = next.unwrap_or(self.offset);
        next.is_some()
    }
}

/// Puts a key into the caller's account. Both fields are sent always: the tables call them optional,
/// and an older version refuses to do without (spec huawei-codearts-cph 3.3).
#[derive(Debug, Serialize)]
pub(super) struct AddSshKey {
    pub(super) title: String,
    pub(super) key: String,
}

impl Operation for AddSshKey {
    type Cloud = HuaweiWire;
    type Response = SshKey;
    const SERVICE: &'static str = "codearts";
    const NAME: &'static str = "AddSshKey";
    const VERSION: &'static str = "v4";
    const EFFECT: Effect = Effect::Create;

    fn route(&self, _project_id: &str) -> Route {
        Route::post("/v4/user/keys")
    }
}

/// Deletes a key. The documentation describes its `key_id` by a sentence that belongs to another
/// operation; it is the `id` of the list (spec huawei-codearts-cph 3.4).
#[derive(Debug, Serialize)]
pub(super) struct DeleteSshKey {
    pub(super) key_id: u64,
}

/// Nothing is read from the answer: any success is one.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Deleted(serde::de::IgnoredAny);

impl Operation for DeleteSshKey {
    type Cloud = HuaweiWire;
    type Response = Deleted;
    const SERVICE: &'static str = "codearts";
    const NAME: &'static str = "DeleteSshKey";
    const VERSION: &'static str = "v4";
    const EFFECT: Effect = Effect::Destroy;
    const REPEAT: Repeat = Repeat::Always;

    fn route(&self, _project_id: &str) -> Route {
        Route::bare(Method::DELETE, format!("/v4/user/keys/{}", self.key_id))
    }
}

#[cfg(test)]
mod tests {
    use super::{KeyPage, ListUserKeys, SshKey};
    use crate::cloud::pages::Paged;

    fn page(ids: std::ops::Range<u64>, total: Option<u64>) -> KeyPage {
        let keys: Vec<_> = ids.map(|id| serde_json::json!({"id": id})).collect();
        serde_json::from_value(serde_json::json!({"keys": keys, "total": total})).expect("a page")
    }

    #[test]
    fn all_pages_are_read_and_repeats_are_dropped() {
        let mut list = ListUserKeys::default();
        let mut keys = Vec::new();
        assert!(list.advance(page(0..100, Some(150)), &mut keys));
        assert_eq!(list.offset, 100);
        // A key was added meanwhile, so that the last of the first page comes again.
        assert!(list.advance(page(99..149, Some(151)), &mut keys));
        assert!(!list.advance(page(149..151, Some(151)), &mut keys));
        assert_eq!(keys.len(), 151);
    }

    #[test]
    fn a_list_that_is_shorter_than_announced_is_asked_for_again_and_so_found_out() {
        let mut list = ListUserKeys::default();
        let mut keys = Vec::new();
        assert!(list.advance(page(0..100, Some(150)), &mut keys));
        assert!(list.advance(page(0..0, Some(150)), &mut keys));
        assert_eq!(list.offset, 100, "the same request as before");
    }

    #[test]
    fn a_key_is_read_in_every_form_that_samples_show() {
        let key = |text| serde_json::from_str::<SshKey>(text).expect(text);
        let odd = key(r#"{"id":"2112483822","title":7,"key":null,"created_at":null}"#);
        assert_eq!((odd.id(), odd.title()), (Some(2_112_483_822), "7"));
        assert_eq!(odd.description(), "\"7\"");
        let usual = key(
            r#"{"id":31001,"title":"构建机","key":"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH0wPUlYiYO21+OoJKbe7zNzHcAt+3aVQyLFFIM6L3iP dev@example.com"}"#,
        );
        assert_eq!(
            usual.description(),
            "\"构建机\" SHA256:WcMvjRo1t0uDYNlfRPjt8l7Wy/1HbpLwTkulhpNc3hc"
        );
        assert_eq!(key("{}").id(), None);
    }
}
