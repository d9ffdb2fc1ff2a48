//! What the batch operations share: HTTP 200 with a result per item, and a limit on the items (spec volcengine 2.3).

use serde_json::{Map, Value, json};

use super::{Call, Quirk, Refusal};

/// Names and ids in one call (spec volcengine 4.3 to 4.5, 5.2).
const MOST_ITEMS: usize = 100;

/// Code and message of a refused item.
pub(crate) type ItemError = (&'static str, &'static str);

/// Spec volcengine 4.4.
pub(crate) const THROTTLED: ItemError = (
    "FlowLimitExceeded",
    "You've reach the limit on request rate of resources.",
);

/// The items of a list that has to be there.
pub(crate) fn required_items(call: &Call<'_>, list: &str) -> Result<Vec<String>, Refusal> {
    let items = call.parameters.list(list)?;
    if items.is_empty() {
        return Err(Refusal::missing(list));
    }
    at_most(list, items.len())?;
    Ok(items.into_iter().map(str::to_owned).collect())
}

/// Spec volcengine 4.4; the code's ending for other lists than `KeyPairNames` is a guess after it.
pub(crate) fn at_most(list: &str, count: usize) -> Result<(), Refusal> {
    within(list, count, MOST_ITEMS)
}

/// The same with another limit.
pub(crate) fn within(list: &str, count: usize, most: usize) -> Result<(), Refusal> {
    if count <= most {
        return Ok(());
    }
    Err(Refusal::bad_request(
        &format!("LimitExceeded.Maximum{list}"),
        format!("You've reached the limit on the number of {list} that you can set."),
    ))
}

/// Does the work for one item after the other. A refused item does not hold up the others.
///
/// `handle` is the member of `OperationDetails` that tells which item it is.
pub(crate) fn each_item(
    call: &mut Call<'_>,
    handle: &str,
    items: Vec<String>,
    mut work: impl FnMut(&mut Call<'_>, &str) -> Result<Option<ItemError>, Refusal>,
) -> Result<Value, Refusal> {
    let mut details = Vec::new();
    for (index, item) in items.into_iter().enumerate() {
        let error = if call.ctx.throttle_item && index == 0 {
            Some(THROTTLED)
        } else {
            work(call, &item)?
        };
        details.push(detail(call, handle, item, error));
    }
    if call.ctx.has(Quirk::VolcengineDetailsReordered) {
        details.reverse();
    }
    Ok(json!({ "OperationDetails": details }))
}

fn detail(call: &Call<'_>, handle: &str, item: String, error: Option<ItemError>) -> Value {
    let mut detail = Map::new();
    detail.insert(handle.to_owned(), item.into());
    match error {
        Some((code, message)) => {
            detail.insert(
                "Error".to_owned(),
                json!({ "Code": code, "Message": message }),
            );
        }
        None if call.ctx.has(Quirk::VolcengineDetailsNullOmitted) => {}
        None => {
            detail.insert("Error".to_owned(), Value::Null);
        }
    }
    detail.into()
}
