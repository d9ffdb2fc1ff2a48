//! Answers that are not what any service would say, and lenient reading of those that are.

mod strict;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::error::{Error, ErrorKind, Fate};
use crate::http::Reply;

/// The error for an answer that no service of the cloud wrote: a proxy's page, an empty body, a
/// redirect, a broken text. Only the status can be judged.
pub(super) fn foreign(reply: &Reply) -> Error {
    let excerpt = reply.excerpt();
    match reply.status {
        300..=399 => Error::new(
            ErrorKind::Network,
            format!(
                "the answer is a redirect to another place, which is never followed: {excerpt}"
            ),
        )
        .hint("Check the endpoint, and whether a proxy wants a login."),
        407 => Error::new(ErrorKind::Network, "the proxy wants a login")
            .hint("Put user and password into HTTPS_PROXY, or add the host to NO_PROXY."),
        // Whoever wrote it, a refusal of the signature must not be tried again and again.
        401 => Error::new(
            ErrorKind::Credentials,
            format!("refused without a readable reason: {excerpt}"),
        )
        .hint("Check the credentials, the endpoint, and whether a proxy stands in between."),
        403 => Error::new(
            ErrorKind::Permission,
            format!("refused without a readable reason: {excerpt}"),
        )
        .hint("Check the permissions, the endpoint, and whether a proxy stands in between."),
        429 => Error::new(
            ErrorKind::Throttled,
            format!("too many requests: {excerpt}"),
        ),
        400..=499 => Error::new(
            ErrorKind::Network,
            format!("something between kpctl and the service refused the request: {excerpt}"),
        )
        .hint("Check the proxy and the endpoint."),
        _ => Error::new(
            ErrorKind::Server,
            format!("the answer is not from the service or is broken: {excerpt}"),
        )
        .fate(Fate::Unknown),
    }
    .with(|details| details.http_status = Some(reply.status))
}

/// Whether a success is a download: of a type that no service writes its own words in, and no proxy
/// its pages.
pub(super) fn is_file(reply: &Reply) -> bool {
    let media_type = reply.header("content-type").unwrap_or_default();
    (200..300).contains(&reply.status)
        && !reply.body.is_empty()
        && ["application/zip", "application/octet-stream"]
            .iter()
            .any(|file| media_type.to_ascii_lowercase().starts_with(file))
}

/// The answer as JSON, or the error for one that is none.
pub(super) fn json(reply: &Reply) -> Result<Value, Error> {
    value(reply).ok_or_else(|| foreign(reply))
}

/// The answer as JSON; `None` for one that is none, or not a sound one.
pub(super) fn value(reply: &Reply) -> Option<Value> {
    strict::value(&reply.body).ok()
}

/// Letters of a service's message or code that are shown; what they write takes a tenth of that.
const MOST_LETTERS: usize = 2_000;

/// A service's words for an error: on one line, because a second one could pass for kpctl's own, and
/// no longer than anybody reads.
pub(super) fn words(text: &str) -> String {
    let line = text.replace(['\r', '\n'], " ");
    match line.char_indices().nth(MOST_LETTERS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Why an answer does not have the documented form. The text of the parser quotes what it read, which
/// may be a private key, or very long.
pub(super) fn misfit(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match (text.find('"'), text.rfind('"')) {
        (Some(first), Some(last)) if first < last => {
            format!("{}…{}", &text[..first], &text[last + 1..])
        }
        _ => text,
    }
}

/// A thing of a list: what kpctl reads of it, and the vendor's own object without private keys.
#[derive(Clone, Debug)]
pub(super) struct Listed<T> {
    /// What is read.
    pub(super) known: T,
    /// The object as it came.
    pub(super) raw: Value,
}

impl<'de, T: serde::de::DeserializeOwned> Deserialize<'de> for Listed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut raw = Value::deserialize(deserializer)?;
        let known = T::deserialize(&raw).map_err(serde::de::Error::custom)?;
        if let Value::Object(members) = &mut raw {
            members.retain(|name, _| !matches!(name.as_str(), "PrivateKey" | "private_key"));
        }
        Ok(Self { known, raw })
    }
}

/// Reads `null` like an absent field: the default. The vendors write either.
pub(super) fn null_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads a text that some answers write as a number or a truth value.
pub(super) fn lenient_text<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Ok(text_of(&Value::deserialize(deserializer)?))
}

/// A scalar as text; `None` for null, lists and objects.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{misfit, words};

    #[test]
    fn words_are_one_line_that_ends() {
        assert_eq!(words("no\nerror: yes\r\n"), "no error: yes  ");
        let long = words(&"名".repeat(1 << 20));
        assert_eq!(long.chars().count(), super::MOST_LETTERS + 1);
    }

    #[test]
    fn a_misfit_quotes_nothing() {
        let key = json!({"a": "-----BEGIN PRIVATE KEY-----\n\"x\""});
        let error = serde_json::from_value::<std::collections::BTreeMap<String, u8>>(key);
        let text = misfit(&error.expect_err("no number"));
        assert_eq!(text, "invalid type: string …, expected u8");
        let error = serde_json::from_value::<Vec<u8>>(Value::Null).expect_err("no list");
        assert_eq!(misfit(&error), "invalid type: null, expected a sequence");
    }
}
