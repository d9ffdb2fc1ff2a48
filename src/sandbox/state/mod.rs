//! What exists in the sandbox.
//!
//! These are the sandbox's own words, not the vendors' wire forms. Every member has a default, so that a test may post a
//! state that names only what it cares about.

pub(crate) mod huawei;
pub(crate) mod tencent;
pub(crate) mod volcengine;

use std::collections::HashMap;
use std::fmt;
use std::mem;
use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A label on a resource.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Tag {
    /// Its name.
    pub(crate) key: String,
    /// Its text, often empty.
    pub(crate) value: String,
}

/// A private key that the cloud keeps: in the state file, but neither in debug output nor in [`State::to_value`].
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Hidden(String);

impl Hidden {
    /// Takes the text over.
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    /// The text; empty when there is none.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Hidden")
    }
}

/// The three accounts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    /// The Volcengine account.
    pub(crate) volcengine: volcengine::Account,
    /// The Tencent Cloud account.
    pub(crate) tencent: tencent::Account,
    /// The Huawei Cloud account.
    pub(crate) huawei: huawei::Account,
}

impl State {
    /// The document that `kpctl sandbox show` prints, without the private keys.
    pub(crate) fn to_value(&self) -> Value {
        let mut shown = self.clone();
        for pair in shown.huawei_key_pairs() {
            pair.private_key = Hidden::default();
        }
        // Maps have string keys and numbers are integers: nothing in here can fail to become JSON.
        serde_json::to_value(shown).unwrap_or_default()
    }

    /// Takes over the private keys of an earlier state that was shown without them, changed, and posted back. Pairs of
    /// several projects may have one name and one key; any private half of it does for all of them.
    pub(crate) fn adopt_private_keys(&mut self, earlier: &Self) {
        let projects = earlier.huawei.projects.iter();
        let known: HashMap<(&str, &str), &Hidden> = projects
            .flat_map(|project| &project.key_pairs)
            .filter(|pair| !pair.private_key.text().is_empty())
            .map(|pair| {
                let key = (pair.name.as_str(), pair.public_key.as_str());
                (key, &pair.private_key)
            })
            .collect();
        for pair in self.huawei_key_pairs() {
            if pair.is_key_protection
                && pair.private_key.text().is_empty()
                && let Some(private_key) = known.get(&(&pair.name, &pair.public_key))
            {
                pair.private_key = (*private_key).clone();
            }
        }
    }

    fn huawei_key_pairs(&mut self) -> impl Iterator<Item = &mut huawei::KeyPair> {
        let projects = self.huawei.projects.iter_mut();
        projects.flat_map(|project| &mut project.key_pairs)
    }
}

/// A state that remembers whether it was taken for changing, which decides whether the file is written.
#[derive(Debug)]
pub(crate) struct Tracked {
    state: State,
    changed: bool,
}

impl Tracked {
    /// Starts as unchanged.
    pub(crate) fn new(state: State) -> Self {
        Self {
            state,
            changed: false,
        }
    }

    /// Whether it was borrowed for changing since the last call.
    pub(crate) fn take_changed(&mut self) -> bool {
        mem::take(&mut self.changed)
    }
}

impl Deref for Tracked {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

impl DerefMut for Tracked {
    fn deref_mut(&mut self) -> &mut State {
        self.changed = true;
        &mut self.state
    }
}
