//! Cloud phone servers and their key pairs (spec huawei-codearts-cph 6).

mod jobs;
mod servers;

use serde_json::Value;

use super::{Call, Operation, Refusal, Shape};

/// All operations of CPH.
pub(crate) const OPERATIONS: &[Operation] = &[
    servers::UPDATE_KEYPAIR,
    servers::LIST_CLOUD_PHONE_SERVERS,
    servers::SHOW_CLOUD_PHONE_SERVER_DETAIL,
    jobs::LIST_JOBS,
    jobs::SHOW_JOB,
];

/// Largest page, and the page size when none is asked for.
const MOST_LIMIT: usize = 100;

fn bad_request(code: &'static str, message: &str) -> Refusal {
    Refusal::new(Shape::Cph, 400, code, message)
}

/// `offset` and `limit` of a list.
fn paging(call: &Call<'_>) -> Result<(usize, usize), Refusal> {
    let invalid = || bad_request("CPS.0002", "offset or limit is invalid.");
    let number = |name: &str, default: usize| match call.query(name) {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| invalid()),
    };
    let (offset, limit) = (number("offset", 0)?, number("limit", MOST_LIMIT)?);
    if (1..=MOST_LIMIT).contains(&limit) {
        Ok((offset, limit))
    } else {
        Err(invalid())
    }
}

fn or_null(text: &str) -> Value {
    if text.is_empty() {
        Value::Null
    } else {
        text.into()
    }
}
