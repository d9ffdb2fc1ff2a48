//! What exists in the sandbox.
//!
//! These are the sandbox's own words, not the vendors' wire forms. Every member has a default, so that a test may post a
//! state that names only what it cares about.

pub(crate) mod huawei;
pub(crate) mod tencent;
pub(crate) mod volcengine;

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
    /// The document that `kpctl sandbox show` prints.
    pub(crate) fn to_value(&self) -> Value {
        // Maps have string keys and numbers are integers: nothing in here can fail to become JSON.
        serde_json::to_value(self).unwrap_or_default()
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
        std::mem::take(&mut self.changed)
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
