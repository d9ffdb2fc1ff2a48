//! The documents that scripts rely on (product contract, section 4; schemas in `docs/schema`).

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::list::Fields;
use crate::cloud::client::Preview;
use crate::error::Error;
use crate::io::is_unsafe;
use crate::model::{Address, ItemState, Outcome, Status};

const SCHEMA: &str = "kpctl/v1";

/// The results of a change, or the plan of a dry run.
#[derive(Debug)]
pub struct ChangeDocument<'a> {
    /// The command without its arguments: `volcengine key-pair delete`.
    pub command: &'a str,
    /// What became of each item.
    pub outcomes: &'a [Outcome],
    /// What could not be seen or should be known.
    pub warnings: &'a [String],
    /// What would be sent; makes it a plan.
    pub plan: Option<&'a [Preview]>,
    /// The endpoint, when it is not the vendor's own.
    pub endpoint: Option<&'a str>,
    /// Whether the embedded cloud was asked.
    pub sandbox: bool,
    /// Members beside the items.
    pub members: Fields,
}

/// Where a document comes from.
pub(super) struct Origin<'a> {
    pub(super) command: &'a str,
    pub(super) endpoint: Option<&'a str>,
    pub(super) sandbox: bool,
}

impl Origin<'_> {
    /// What every document starts with.
    pub(super) fn head(&self, kind: &str, is_complete: bool) -> Map<String, Value> {
        let mut head = Map::new();
        head.insert("schema".into(), SCHEMA.into());
        head.insert("kind".into(), kind.into());
        head.insert("command".into(), self.command.into());
        if self.sandbox {
            head.insert("sandbox".into(), true.into());
        }
        if let Some(endpoint) = self.endpoint {
            head.insert("endpoint".into(), endpoint.into());
        }
        head.insert("complete".into(), is_complete.into());
        head
    }
}

impl ChangeDocument<'_> {
    pub(super) fn to_json(&self) -> Value {
        let mut document = self.head(if self.plan.is_some() {
            "Plan"
        } else {
            "Results"
        });
        document.insert(
            "items".into(),
            self.outcomes
                .iter()
                .map(|outcome| self.item(outcome))
                .collect(),
        );
        if let Some(plan) = self.plan {
            document.insert("calls".into(), plan.iter().map(call).collect());
        }
        document.extend(self.members());
        document.insert("summary".into(), self.summary());
        document.insert("warnings".into(), self.warnings.into());
        Value::Object(document)
    }

    /// One item a line, then the End object that says that it is whole.
    pub(super) fn to_ndjson(&self) -> String {
        let mut text = String::new();
        for outcome in self.outcomes {
            text.push_str(&self.item(outcome).to_string());
            text.push('\n');
        }
        let mut end = self.head("End");
        if let Some(plan) = self.plan {
            end.insert("calls".into(), plan.iter().map(call).collect());
        }
        end.extend(self.members());
        end.insert("summary".into(), self.summary());
        end.insert("warnings".into(), self.warnings.into());
        text.push_str(&Value::Object(end).to_string());
        text.push('\n');
        json_text(&text)
    }

    fn head(&self, kind: &str) -> Map<String, Value> {
        let mut outcomes = self.outcomes.iter();
        let is_complete = outcomes.all(|outcome| outcome.status != Status::Unverified);
        let origin = Origin {
            command: self.command,
            endpoint: self.endpoint,
            sandbox: self.sandbox,
        };
        origin.head(kind, is_complete)
    }

    fn members(&self) -> impl Iterator<Item = (String, Value)> + '_ {
        let members = self.members.iter();
        members.map(|(name, value)| ((*name).to_owned(), value.clone()))
    }

    fn summary(&self) -> Value {
        let mut summary = Map::new();
        for outcome in self.outcomes {
            let count = summary.entry(self.status(outcome)).or_insert(json!(0));
            *count = json!(count.as_u64().unwrap_or_default() + 1);
        }
        Value::Object(summary)
    }

    /// In a plan, what is still to be sent is `planned`, which is no status of a result.
    fn status(&self, outcome: &Outcome) -> &'static str {
        if self.plan.is_some() && outcome.status == Status::Skipped {
            "planned"
        } else {
            outcome.status.name()
        }
    }

    fn item(&self, outcome: &Outcome) -> Value {
        let mut item = Map::new();
        let status = self.status(outcome);
        item.insert("address".into(), outcome.address.to_string().into());
        item.insert("id".into(), outcome.address.id.clone().into());
        if let Some(target) = &outcome.target {
            item.insert("target".into(), target.to_string().into());
        }
        for (name, value) in [
            ("name", &outcome.name),
            ("fingerprint_sha256", &outcome.fingerprint),
            ("private_key_file", &outcome.private_key_file),
        ] {
            if let Some(value) = value {
                item.insert(name.into(), value.clone().into());
            }
        }
        let result = if status == "planned" {
            "open"
        } else {
            outcome.status.class().name()
        };
        item.insert("result".into(), result.into());
        item.insert("status".into(), status.into());
        item.insert("verified".into(), outcome.verified.into());
        item.insert("request_id".into(), outcome.request_id.clone().into());
        if let Some(job_id) = &outcome.job_id {
            item.insert("job_id".into(), job_id.clone().into());
        }
        if outcome.status == Status::InUse || outcome.held_by.is_some() {
            let holders = outcome.held_by.as_ref();
            let holders =
                holders.map(|list| list.iter().map(Address::to_string).collect::<Vec<_>>());
            item.insert("held_by".into(), holders.into());
        }
        for (name, state) in [("before", &outcome.before), ("after", &outcome.after)] {
            if let Some(state) = state {
                item.insert(name.into(), seen(state));
            }
        }
        item.insert(
            "error".into(),
            outcome.error.as_ref().map(item_error).into(),
        );
        Value::Object(item)
    }

    pub(super) fn header() -> Vec<&'static str> {
        vec![
            "address",
            "status",
            "result",
            "verified",
            "target",
            "request_id",
            "code",
            "message",
        ]
    }

    /// Full values for shells; columns are only ever appended.
    pub(super) fn rows(&self) -> Vec<Vec<String>> {
        let row = |outcome: &Outcome| {
            let error = outcome.error.as_ref();
            let status = self.status(outcome);
            vec![
                outcome.address.to_string(),
                status.to_owned(),
                if status == "planned" {
                    "open"
                } else {
                    outcome.status.class().name()
                }
                .to_owned(),
                outcome.verified.to_string(),
                outcome
                    .target
                    .as_ref()
                    .map(Address::to_string)
                    .unwrap_or_default(),
                outcome.request_id.clone().unwrap_or_default(),
                error
                    .and_then(|error| error.code.clone())
                    .unwrap_or_default(),
                error.map(|error| error.message.clone()).unwrap_or_default(),
            ]
        };
        self.outcomes.iter().map(row).collect()
    }

    /// Short columns for people.
    pub(super) fn table(&self) -> super::table::Rows {
        // In several places the same id may stand for several things.
        let mut scopes = self.outcomes.iter().map(|outcome| &outcome.address.scope);
        let first = scopes.next();
        let is_many = scopes.any(|scope| Some(scope) != first);
        let row = |outcome: &Outcome| {
            vec![
                if is_many {
                    outcome.address.to_string()
                } else {
                    outcome.address.id.clone()
                },
                outcome
                    .target
                    .as_ref()
                    .map(|target| target.id.clone())
                    .unwrap_or_default(),
                self.status(outcome).to_owned(),
                detail(outcome),
            ]
        };
        (
            vec![
                if is_many { "ADDRESS" } else { "ID" },
                "ON",
                "STATUS",
                "DETAIL",
            ],
            self.outcomes.iter().map(row).collect(),
        )
    }
}

/// What a person wants to know beside the status.
fn detail(outcome: &Outcome) -> String {
    let mut parts = Vec::new();
    if let Some(error) = &outcome.error {
        let code = error
            .code
            .as_ref()
            .map(|code| format!(" ({code})"))
            .unwrap_or_default();
        parts.push(format!("{}{code}", error.message));
    }
    if let Some(holders) = outcome.held_by.as_ref().filter(|list| !list.is_empty()) {
        let ids: Vec<&str> = holders.iter().map(|holder| holder.id.as_str()).collect();
        parts.push(format!("held by {}", ids.join(", ")));
    }
    parts.extend(outcome.name.clone());
    parts.extend(outcome.fingerprint.clone());
    let file = outcome.private_key_file.as_ref();
    parts.extend(file.map(|file| format!("private key in {file}")));
    let word = |state: &Option<ItemState>| {
        let state = state.as_ref()?;
        state.key_pair.clone().or_else(|| state.state.clone())
    };
    match (word(&outcome.before), word(&outcome.after)) {
        (Some(before), Some(after)) if before != after => {
            parts.push(format!("{} -> {}", or_none(&before), or_none(&after)));
        }
        (_, Some(after)) => parts.push(format!("now {}", or_none(&after))),
        _ => {}
    }
    parts.join("; ")
}

/// No key pair bound is an empty text.
fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}

fn seen(state: &ItemState) -> Value {
    let mut object = Map::new();
    for (name, value) in [
        ("state", &state.state),
        ("key_pair", &state.key_pair),
        ("power", &state.power),
    ] {
        if let Some(value) = value {
            object.insert(name.into(), value.clone().into());
        }
    }
    Value::Object(object)
}

fn item_error(error: &Error) -> Value {
    json!({
        "kind": error.kind.word(),
        "code": error.code,
        "message": error.message,
        "hint": hint(error),
    })
}

/// A document as text. Letters that could drive a terminal occur inside strings only, where an
/// escape means the same.
pub(super) fn json_text(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut units = [0; 2];
    for letter in text.chars() {
        if letter != '\n' && is_unsafe(letter) {
            for unit in letter.encode_utf16(&mut units) {
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(letter);
        }
    }
    safe
}

/// The `Error` document: one line on stderr.
pub fn error_document(error: &Error) -> String {
    let document = json!({
        "schema": SCHEMA,
        "kind": "Error",
        "error": {
            "kind": error.kind.word(),
            "code": error.code,
            "message": error.message,
            "hint": hint(error),
            "cloud": error.cloud.map(crate::model::CloudId::name),
            "service": error.service,
            "operation": error.operation,
            "region": error.region,
            "request_id": error.request_id,
            "http_status": error.http_status,
            "retryable": error.is_retryable(),
        },
    });
    json_text(&document.to_string())
}

fn hint(error: &Error) -> Option<String> {
    (!error.hints.is_empty()).then(|| error.hints.join(" "))
}

/// One call of a plan: the exact request, without what must not be shown.
fn call(preview: &Preview) -> Value {
    let request = &preview.request;
    let headers: Map<String, Value> = request
        .headers
        .iter()
        .map(|header| (header.name.to_owned(), header.value.shown().into()))
        .collect();
    json!({
        "operation": preview.operation,
        "service": preview.service,
        "request": {
            "method": request.method.as_str(),
            "url": request.shown_url(),
            "headers": headers,
            "body": request.shown_body(),
        },
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::error_document;
    use crate::error::Error;

    #[test]
    fn what_drives_a_terminal_is_escaped_once() {
        let message = "a\u{1b}[31mb\u{202e}c\u{feff}";
        let text = error_document(&Error::usage(message).hint(message));
        assert!(text.is_ascii(), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
        let document: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(document["error"]["message"], message);
        assert_eq!(document["error"]["hint"], message);
    }
}
