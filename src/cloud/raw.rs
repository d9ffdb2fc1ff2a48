//! Calls of operations that are known at run time only: `kpctl api`.

mod danger;
mod items;
mod paging;
mod parameter;
#[cfg(test)]
pub(super) mod testing;

use std::borrow::Cow;
use std::marker::PhantomData;

use bytes::Bytes;
pub use items::{ItemErrors, RefusedItems};
pub(super) use items::{refused, says_something};
pub(super) use paging::{Paging, Style, wanted as wanted_paging};
pub use parameter::Parameter;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::change::Risk;
use super::client::{Answer, Client, Decoded, Preview, Wire};
use super::operation::{Callable, Effect, Facts, Repeat, Route};
use super::pages;
use crate::error::{Error, Fate};
use crate::http::BoxFuture;
use crate::model::CloudId;
use crate::secret;
use crate::sign::escape::unescape;

/// Longest word that can be a service, an operation or a version.
const LONGEST_WORD: usize = 128;

/// A call as the user wrote it, before its cloud has judged it.
#[derive(Clone, Debug)]
pub struct RawRequest {
    /// The service, as [`service`] reads it.
    pub service: &'static str,
    /// The operation; the HTTP method of a REST call.
    pub operation: String,
    /// The path of a REST call.
    pub path: Option<String>,
    /// The API version, when it is not the one that kpctl knows.
    pub version: Option<String>,
    /// Parameters in the vendor's own spelling.
    pub parameters: Vec<Parameter>,
    /// All parameters, or the body, as JSON.
    pub body: Option<Value>,
    /// Whether all pages are wanted.
    pub all_pages: bool,
}

impl RawRequest {
    /// Every text that the call names things by: values, and the parts of its path.
    pub fn texts(&self) -> Vec<String> {
        let mut texts = Vec::new();
        let path = self.path.iter().flat_map(|path| path.split(['/', '?']));
        let plain = |part: &str| String::from_utf8_lossy(&unescape(part)).into_owned();
        texts.extend(path.map(plain));
        let values = self.parameters.iter().map(|parameter| &parameter.value);
        for value in values.chain(&self.body) {
            collect_texts(value, &mut texts);
        }
        texts
    }
}

fn collect_texts(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields
            .values()
            .for_each(|inner| collect_texts(inner, texts)),
        Value::Array(items) => items.iter().for_each(|inner| collect_texts(inner, texts)),
        Value::String(text) => texts.push(text.clone()),
        Value::Number(number) => texts.push(number.to_string()),
        Value::Bool(_) | Value::Null => {}
    }
}

/// Whether the answer holds a private key that nobody will ever see again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrivateKeys {
    /// None, as far as kpctl knows.
    None,
    /// One.
    One,
    /// Several, or none of them at a known place.
    Several,
}

/// What is known about a call before it is made.
#[derive(Clone, Debug)]
pub struct Nature {
    /// The operation, for people: `ecs DeleteKeyPairs`.
    pub name: String,
    /// Whether it is known to change nothing.
    pub is_read: bool,
    /// What severe consequences it may have, and why.
    pub risks: Vec<(Risk, &'static str)>,
    /// The machines that it names.
    pub machines: Vec<String>,
    /// Whether it makes a private key.
    pub private_keys: PrivateKeys,
    /// The parameters without secrets, for the question.
    pub parameters: Value,
}

/// A call that its cloud has judged and that can be made.
pub trait RawCall {
    /// What is known about it.
    fn nature(&self) -> &Nature;

    /// The items that this answer says were refused, although it is a success.
    fn refused(&self, answer: &Value) -> Option<RefusedItems>;

    /// What [`Self::send`] would send.
    fn preview(&self) -> BoxFuture<'_, Result<Preview, Error>>;

    /// Makes the call, or the calls for all pages.
    fn send(&self) -> BoxFuture<'_, Result<Answer<RawAnswer>, Error>>;
}

/// The answer to a raw call.
#[derive(Clone, Debug)]
pub enum RawAnswer {
    /// The vendor's own object.
    Object(Value),
    /// A download.
    File(Bytes),
}

/// The name of a service as its cloud writes it in hosts and signatures.
pub fn service(cloud: CloudId, text: &str) -> Result<&'static str, Error> {
    let letter = |c: char| match cloud {
        // Some services of Volcengine have capitals and underscores.
        CloudId::Volcengine => c.is_ascii_alphanumeric() || matches!(c, '-' | '_'),
        CloudId::Tencent | CloudId::Huawei => {
            c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
        }
    };
    check_word("service", text, letter).map_err(|error| error.cloud(cloud))?;
    Ok(match (cloud, text) {
        // Key pairs are served by the host of KMS (spec huawei 7).
        (CloudId::Huawei, "kps") => "kms",
        (CloudId::Huawei, "codeartsrepo" | "codehub") => "codearts",
        _ => lasting(text),
    })
}

/// Refuses what cannot be such a word: it goes into hosts, headers and signatures.
fn check_word(kind: &str, text: &str, letter: impl Fn(char) -> bool) -> Result<(), Error> {
    let plain_ends = !text.starts_with('-') && !text.ends_with('-');
    if text.is_empty() || text.len() > LONGEST_WORD || !plain_ends || !text.chars().all(letter) {
        let shown = text.escape_debug();
        return Err(Error::usage(format!("'{shown}' cannot be a {kind}")));
    }
    Ok(())
}

/// The operation of an RPC cloud.
pub(super) fn operation(text: &str) -> Result<&'static str, Error> {
    check_word("operation", text, |c| c.is_ascii_alphanumeric() || c == '_')?;
    Ok(lasting(text))
}

/// The API version: as given, or as known.
pub(super) fn version(
    service: &str,
    given: Option<&str>,
    known: &[(&'static str, &'static str)],
) -> Result<&'static str, Error> {
    if let Some(text) = given {
        check_word("version", text, |c| {
            c.is_ascii_alphanumeric() || matches!(c, '-' | '.')
        })?;
        return Ok(lasting(text));
    }
    let found = known.iter().find(|(name, _)| *name == service);
    found.map(|(_, version)| *version).ok_or_else(|| {
        let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
        Error::usage(format!(
            "kpctl does not know the API version of '{service}'"
        ))
        .hint(format!(
            "Name it with --api-version; without it kpctl knows {}.",
            names.join(", ")
        ))
    })
}

/// Names of typed operations live as long as the program. So may the few words of a command line.
pub(super) fn lasting(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// The object of `--json`, for clouds where it stands for all parameters.
pub(super) fn only_body(request: &RawRequest) -> Result<Option<Map<String, Value>>, Error> {
    match &request.body {
        None => Ok(None),
        Some(_) if !request.parameters.is_empty() => Err(Error::usage(
            "--json holds all parameters: KEY=VALUE beside it is one thing said twice",
        )
        .hint("Put all parameters into one of the two.")),
        Some(Value::Object(fields)) => Ok(Some(fields.clone())),
        Some(_) => Err(Error::usage("--json must hold one JSON object")),
    }
}

/// A call as it is made. It takes the same road as a typed operation.
#[derive(Debug)]
pub struct Raw<W> {
    facts: Facts,
    route: Route,
    fields: Value,
    pages: Option<paging::Pages>,
    wire: PhantomData<W>,
}

impl<W> Clone for Raw<W> {
    fn clone(&self) -> Self {
        Self {
            facts: self.facts,
            route: self.route.clone(),
            fields: self.fields.clone(),
            pages: self.pages.clone(),
            wire: PhantomData,
        }
    }
}

impl<W> Raw<W> {
    /// A call with these parameters, which are the body where the route has one.
    pub(super) fn new(facts: Facts, route: Route, fields: Value) -> Self {
        Self {
            facts,
            route,
            fields,
            pages: None,
            wire: PhantomData,
        }
    }

    /// Query and body as one, for people.
    fn parameters(&self) -> Value {
        if self.route.query.is_empty() {
            return self.fields.clone();
        }
        let pair = |(name, value): &(Cow<'static, str>, String)| {
            (name.clone().into_owned(), Value::from(value.as_str()))
        };
        let query = self.route.query.iter().map(pair).collect();
        let mut whole = Map::new();
        whole.insert("query".to_owned(), Value::Object(query));
        if self.route.body {
            whole.insert("body".to_owned(), self.fields.clone());
        }
        Value::Object(whole)
    }

    /// What the client goes by, for an operation that is or is not known to be a read.
    pub(super) fn facts_of(
        service: &'static str,
        operation: &'static str,
        version: &'static str,
        is_read: bool,
    ) -> Facts {
        Facts {
            service,
            operation,
            version,
            // What it really does is not known; the client only tells reads from the rest.
            effect: if is_read {
                Effect::Read
            } else {
                Effect::Update
            },
            repeat: if is_read {
                Repeat::Always
            } else {
                Repeat::AfterLook
            },
            in_project: None,
        }
    }
}

/// The place of the project in a path.
pub(super) const PROJECT: &str = "{project_id}";

impl<W> Serialize for Raw<W> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.fields.serialize(serializer)
    }
}

impl<W: Wire> Callable for Raw<W> {
    type Cloud = W;
    type Response = RawAnswer;

    fn facts(&self) -> Facts {
        self.facts
    }

    fn route(&self, project_id: &str) -> Route {
        let mut route = self.route.clone();
        if !project_id.is_empty() {
            route.path = route.path.replace(PROJECT, project_id);
        }
        route
    }

    fn takes_files(&self) -> bool {
        self.pages.is_none()
    }

    fn is_known(&self) -> bool {
        self.pages.is_some()
    }

    fn read(&self, answer: Decoded) -> Result<RawAnswer, String> {
        if let Some(file) = answer.file {
            return Ok(RawAnswer::File(file));
        }
        if let Some(pages) = &self.pages {
            pages.check(&answer.value)?;
        }
        Ok(RawAnswer::Object(answer.value))
    }
}

/// A call, and the client that makes it.
#[derive(Debug)]
pub(super) struct Prepared<'a, W: Wire> {
    client: &'a Client<W>,
    raw: Raw<W>,
    nature: Nature,
    item_errors: &'static [ItemErrors],
}

impl<'a, W: Wire> Prepared<'a, W> {
    /// Judges a call; with `paging` it walks through all pages.
    pub(super) fn new(
        client: &'a Client<W>,
        mut raw: Raw<W>,
        paging: Option<Paging>,
        private_keys: PrivateKeys,
        item_errors: &'static [ItemErrors],
    ) -> Result<Self, Error> {
        let facts = raw.facts;
        if let Some(paging) = paging {
            raw.start_pages(paging)?;
        }
        let mut parameters = raw.parameters();
        secret::redact(&mut parameters);
        let nature = Nature {
            name: format!("{} {}", facts.service, facts.operation),
            is_read: facts.effect == Effect::Read,
            risks: danger::risks(facts.service, facts.operation, &raw.fields),
            machines: danger::machines(&raw.fields),
            private_keys,
            parameters,
        };
        Ok(Self {
            client,
            raw,
            nature,
            item_errors,
        })
    }

    async fn call(&self) -> Result<Answer<RawAnswer>, Error> {
        let Some(pages) = &self.raw.pages else {
            return self.client.call(&self.raw).await;
        };
        let items = pages::all(self.client, self.raw.clone()).await?;
        let mut whole = Map::new();
        whole.insert(pages.list().to_owned(), Value::Array(items));
        Ok(Answer {
            value: RawAnswer::Object(Value::Object(whole)),
            request_id: None,
            after_lost_answer: false,
        })
    }

    /// Vendors say nothing of what became of a lost request.
    fn complete(&self, error: Error) -> Error {
        if error.fate == Fate::Unknown && !self.nature.is_read {
            error.hint("It may have been carried out: look before it is sent again.")
        } else {
            error
        }
    }
}

impl<W: Wire> RawCall for Prepared<'_, W> {
    fn nature(&self) -> &Nature {
        &self.nature
    }

    fn refused(&self, answer: &Value) -> Option<RefusedItems> {
        // What a read tells of went wrong before.
        if self.nature.is_read {
            return None;
        }
        items::refused(self.item_errors, answer)
    }

    fn preview(&self) -> BoxFuture<'_, Result<Preview, Error>> {
        Box::pin(self.client.preview(&self.raw))
    }

    fn send(&self) -> BoxFuture<'_, Result<Answer<RawAnswer>, Error>> {
        Box::pin(async { self.call().await.map_err(|error| self.complete(error)) })
    }
}
