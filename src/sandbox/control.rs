//! Endpoints for tests and tools, without signature, under `/_sandbox/`. None of the clouds has such paths.
//!
//! | request | answer |
//! |---|---|
//! | `GET /_sandbox/requests` | every API request that this process handled, in order |
//! | `GET /_sandbox/state` | the state, without the private keys that it keeps |
//! | `POST /_sandbox/state` | takes the posted state in place of the present one, and answers it |

use serde_json::{Value, json};

use super::dispatch::Sandbox;
use super::reply::Reply;
use super::request::Request;
use super::state::State;

/// Where all of them are.
pub(crate) const PREFIX: &str = "/_sandbox/";

/// Answers a control request.
pub(crate) fn answer(sandbox: &Sandbox, request: &Request) -> Reply {
    let name = request.path.strip_prefix(PREFIX).unwrap_or_default();
    let outcome = match (request.method.as_str(), name) {
        ("GET", "requests") => Ok(json!(sandbox.journal().entries)),
        ("GET", "state") => sandbox
            .with_state(|state| state.to_value())
            .map_err(|problem| (500, problem.to_string())),
        ("POST", "state") => replace(sandbox, request),
        _ => Err((
            404,
            "there are: GET requests, GET state, POST state".to_owned(),
        )),
    };
    match outcome {
        Ok(document) => Reply::json(200, &document),
        Err((status, problem)) => Reply::json(status, &json!({ "error": problem })),
    }
}

fn replace(sandbox: &Sandbox, request: &Request) -> Result<Value, (u16, String)> {
    let mut posted: State =
        serde_json::from_slice(&request.body).map_err(|problem| (400, problem.to_string()))?;
    let document = posted.to_value();
    sandbox
        .with_state(|state| {
            posted.adopt_private_keys(state);
            **state = posted;
        })
        .map_err(|problem| (500, problem.to_string()))?;
    Ok(document)
}
