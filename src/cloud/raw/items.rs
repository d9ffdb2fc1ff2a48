//! Items that a cloud refused inside an answer that is a success.

use serde_json::Value;

/// Where the answers of a cloud tell of each item.
#[derive(Clone, Copy, Debug)]
pub(in crate::cloud) struct ItemErrors {
    /// The field with the list of items.
    pub list: &'static str,
    /// What an item that was refused has, as a JSON pointer; without it every item of the list was.
    pub error: Option<&'static str>,
    /// The field with the items that were accepted, where they stand in another list.
    pub accepted: Option<&'static str>,
}

/// How many items were refused, and of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusedItems {
    /// Those that were refused; at least one.
    pub refused: usize,
    /// All that the answer tells of.
    pub of: usize,
}

impl ItemErrors {
    fn refused(&self, answer: &Value) -> Option<RefusedItems> {
        let items = |name: &str| answer.get(name).and_then(Value::as_array);
        let listed = items(self.list)?;
        let is_refused = |item: &&Value| match self.error {
            None => true,
            Some(place) => item.pointer(place).is_some_and(says_something),
        };
        let refused = listed.iter().filter(is_refused).count();
        let accepted = self.accepted.and_then(items).map_or(0, Vec::len);
        (refused > 0).then_some(RefusedItems {
            refused,
            of: listed.len() + accepted,
        })
    }
}

/// Vendors write null, "" or an empty object where there is no error.
fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => fields.values().any(says_something),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// The items of an answer that were refused, if any were.
pub(super) fn refused(known: &[ItemErrors], answer: &Value) -> Option<RefusedItems> {
    known.iter().find_map(|items| items.refused(answer))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{ItemErrors, refused};

    const KNOWN: [ItemErrors; 2] = [
        ItemErrors {
            list: "Details",
            error: Some("/Error"),
            accepted: None,
        },
        ItemErrors {
            list: "failed",
            error: None,
            accepted: Some("succeeded"),
        },
    ];

    #[test]
    fn refused_items_are_told_from_accepted_ones() {
        for (answer, expected) in [
            (json!({}), None),
            (json!([{"Error": {"Code": "a"}}]), None),
            (json!({"Details": []}), None),
            (json!({"Details": "none"}), None),
            (
                json!({"Details": [{"Error": null}, {"Error": {}}, {}]}),
                None,
            ),
            (json!({"Details": [{"Error": {"Code": ""}}]}), None),
            (
                json!({"Details": [{"Error": {"Code": "a"}}, {"Error": null}]}),
                Some((1, 2)),
            ),
            (json!({"Details": [{"Error": {"Code": "a"}}]}), Some((1, 1))),
            (json!({"failed": [], "succeeded": [1]}), None),
            (json!({"failed": [{}], "succeeded": [1, 2]}), Some((1, 3))),
            (json!({"failed": [{}], "succeeded": []}), Some((1, 1))),
        ] {
            let found = refused(&KNOWN, &answer).map(|items| (items.refused, items.of));
            assert_eq!(found, expected, "{answer}");
        }
    }
}
