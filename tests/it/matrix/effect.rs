//! What a command did to the state of the sandbox, next to what it does without a fault.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

/// How much of the effect there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// The state is as before.
    No,
    /// All that the command does without a fault, and no more.
    Yes,
    /// Something else.
    Part,
}

impl Effect {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Yes => "yes",
            Self::Part => "part",
        }
    }

    pub(super) fn of(before: &Value, after: &Value, plain: &Value) -> Self {
        if before == after {
            return Self::No;
        }
        let mut known = HashSet::new();
        gather(before, &mut known);
        if is_like(after, plain, &known) {
            Self::Yes
        } else {
            Self::Part
        }
    }
}

/// The state without what tells only of requests: refused ones, and tokens of answered ones.
pub(super) fn without_traces(mut state: Value) -> Value {
    state["huawei"]["access_keys"].take();
    let regions = state["volcengine"]["regions"].as_object_mut();
    for region in regions.into_iter().flat_map(serde_json::Map::values_mut) {
        region["client_tokens"].take();
    }
    state
}

/// All that stood in the state before: ids and times that are not among it are new.
fn gather(value: &Value, known: &mut HashSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| gather(item, known)),
        Value::Object(members) => members.values().for_each(|item| gather(item, known)),
        leaf => {
            known.insert(leaf.to_string());
        }
    }
}

/// Whether two states after a command are the same but for what is new in both.
fn is_like(one: &Value, other: &Value, known: &HashSet<String>) -> bool {
    match (one, other) {
        (Value::Array(one), Value::Array(other)) => {
            // New things are listed in the order in which they came, which says nothing here.
            let mut left: Vec<&Value> = other.iter().collect();
            let mut takes = |item: &Value| {
                let twin = left.iter().position(|twin| is_like(item, twin, known));
                twin.map(|twin| left.remove(twin)).is_some()
            };
            one.len() == other.len() && one.iter().all(&mut takes)
        }
        (Value::Object(one), Value::Object(other)) => {
            let sorted = |members: &serde_json::Map<String, Value>| -> BTreeMap<String, Value> {
                members.clone().into_iter().collect()
            };
            let (one, other) = (sorted(one), sorted(other));
            one.keys().eq(other.keys())
                && one
                    .values()
                    .zip(other.values())
                    .all(|(one, other)| is_like(one, other, known))
        }
        (one, other) => {
            let is_new = |value: &Value| {
                (value.is_string() || value.is_number()) && !known.contains(&value.to_string())
            };
            one == other || (is_new(one) && is_new(other))
        }
    }
}

#[test]
fn a_second_effect_is_not_the_effect() {
    use serde_json::json;
    let before = json!({"pairs": [{"id": "a", "state": "on"}], "other": "off"});
    let plain = json!({"pairs": [{"id": "a", "state": "on"}, {"id": "b"}], "other": "off"});
    let of = |after: Value| Effect::of(&before, &after, &plain);
    assert_eq!(of(before.clone()), Effect::No);
    assert_eq!(
        of(json!({"pairs": [{"id": "a", "state": "on"}, {"id": "c"}], "other": "off"})),
        Effect::Yes,
        "another id"
    );
    for other in [
        json!({"pairs": [{"id": "a", "state": "on"}, {"id": "b"}, {"id": "c"}], "other": "off"}),
        json!({"pairs": [{"id": "a", "state": "off"}, {"id": "b"}], "other": "off"}),
        json!({"pairs": [{"id": "b"}], "other": "off"}),
        json!({"pairs": [{"id": "a", "state": "on"}, {"id": "a"}], "other": "off"}),
    ] {
        assert_eq!(of(other.clone()), Effect::Part, "{other}");
    }
}
