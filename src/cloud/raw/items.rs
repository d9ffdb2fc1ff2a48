//! Items that a cloud refused inside an answer that is a success.

use serde_json::Value;

use crate::error::ErrorKind;

/// Where the answers of a cloud tell of each item.
#[derive(Clone, Copy, Debug)]
pub struct ItemErrors {
    /// The field with the list of items; without one the answer itself tells of one item.
    pub list: Option<&'static str>,
    /// Why an item was refused, by the vendor's own error table; `None` when it was not.
    pub refusal: fn(&Value) -> Option<ErrorKind>,
    /// The field with the items that were accepted, where they stand in another list.
    pub accepted: Option<&'static str>,
}

/// Which items were refused, and of how many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedItems {
    /// Why; one for each that was refused, at least one.
    pub kinds: Vec<ErrorKind>,
    /// All that the answer tells of.
    pub of: usize,
}

impl RefusedItems {
    /// The exit code: a part was done, or nothing, for one reason or for several (product contract,
    /// section 4).
    pub fn exit_code(&self) -> u8 {
        if self.kinds.len() < self.of {
            return 3;
        }
        let mut codes: Vec<u8> = self
            .kinds
            .iter()
            .map(|kind| kind.exit_code_of_item())
            .collect();
        codes.dedup();
        match codes[..] {
            [code] => code,
            _ => 1,
        }
    }
}

impl ItemErrors {
    fn refused(&self, answer: &Value) -> Option<RefusedItems> {
        let items = |name: &str| answer.get(name).and_then(Value::as_array);
        let listed = match self.list {
            Some(name) => items(name)?.as_slice(),
            None => std::slice::from_ref(answer),
        };
        let kinds: Vec<_> = listed.iter().filter_map(self.refusal).collect();
        let accepted = self.accepted.and_then(items).map_or(0, Vec::len);
        (!kinds.is_empty()).then_some(RefusedItems {
            kinds,
            of: listed.len() + accepted,
        })
    }
}

/// Vendors write null, "" or an empty object where there is no error.
pub(in crate::cloud) fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => fields.values().any(says_something),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// The items of an answer that were refused, if any were.
pub(in crate::cloud) fn refused(known: &[ItemErrors], answer: &Value) -> Option<RefusedItems> {
    known.iter().find_map(|items| items.refused(answer))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{ItemErrors, RefusedItems, refused, says_something};
    use crate::error::ErrorKind;

    const KNOWN: [ItemErrors; 3] = [
        ItemErrors {
            list: Some("Details"),
            refusal: |item| {
                let error = item.get("Error").filter(|error| says_something(error))?;
                Some(match error["Code"].as_str() {
                    Some("a") => ErrorKind::State,
                    Some("b") => ErrorKind::NotFound,
                    _ => ErrorKind::Usage,
                })
            },
            accepted: None,
        },
        ItemErrors {
            list: Some("failed"),
            refusal: |_| Some(ErrorKind::Usage),
            accepted: Some("succeeded"),
        },
        ItemErrors {
            list: None,
            refusal: |answer| {
                (answer.get("status").and_then(Value::as_str) == Some("FAILED"))
                    .then_some(ErrorKind::Conflict)
            },
            accepted: None,
        },
    ];

    #[test]
    fn refused_items_are_told_from_accepted_ones() {
        let item = |code: &str| json!({"Error": {"Code": code}});
        // The number of refused items, of all, and the exit code.
        for (answer, expected) in [
            (json!({}), None),
            (json!([item("a")]), None),
            (json!({"Details": []}), None),
            (json!({"Details": "none"}), None),
            (
                json!({"Details": [{"Error": null}, {"Error": {}}, {}]}),
                None,
            ),
            (json!({"Details": [item("")]}), None),
            (
                json!({"Details": [item("a"), {"Error": null}]}),
                Some((1, 2, 3)),
            ),
            (json!({"Details": [item("a")]}), Some((1, 1, 6))),
            (json!({"Details": [item("a"), item("a")]}), Some((2, 2, 6))),
            (json!({"Details": [item("a"), item("b")]}), Some((2, 2, 1))),
            (json!({"Details": [item("b")]}), Some((1, 1, 5))),
            // An item that a service calls malformed is no usage error of the command.
            (json!({"Details": [item("c")]}), Some((1, 1, 1))),
            (json!({"failed": [], "succeeded": [1]}), None),
            (
                json!({"failed": [{}], "succeeded": [1, 2]}),
                Some((1, 3, 3)),
            ),
            (json!({"failed": [{}], "succeeded": []}), Some((1, 1, 1))),
            (json!({"status": "SUCCESS"}), None),
            (json!({"status": "FAILED", "task_id": "t"}), Some((1, 1, 6))),
        ] {
            let count = |items: RefusedItems| (items.kinds.len(), items.of, items.exit_code());
            assert_eq!(refused(&KNOWN, &answer).map(count), expected, "{answer}");
        }
    }
}
