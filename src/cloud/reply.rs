//! Answers that are not what any service would say, and lenient reading of those that are.

mod strict;

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::error::{Error, ErrorKind, Fate};
use crate::http::Reply;

/// The error for an answer that no service of the cloud wrote: a proxy's page, an empty body, a
/// redirect, a broken text. Only the status can be judged.
pub(super) fn foreign(reply: &Reply) -> Error {
    // A broken success may be the one with a fresh key in it, whose beginning would be shown.
    let excerpt = match reply.body.trim_ascii_start() {
        [b'{' | b'[', ..] if (200..300).contains(&reply.status) => {
            format!(
                "{} bytes of JSON, cut off or of another form",
                reply.body.len()
            )
        }
        _ => reply.excerpt(),
    };
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

/// `Retry-After`: seconds, or a date, which is held against the server's own clock where it tells it.
pub(super) fn retry_after(reply: &Reply, now: DateTime<Utc>) -> Option<Duration> {
    let text = reply.header("retry-after")?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = |text| DateTime::parse_from_rfc2822(text).ok();
    let now = reply
        .header("date")
        .and_then(date)
        .map_or(now, |server| server.to_utc());
    // A moment that is over asks for no wait.
    Some((date(text)?.to_utc() - now).to_std().unwrap_or_default())
}

/// A hint when the server's clock and this machine's differ enough to make signatures fail.
pub(super) fn clock_skew(reply: &Reply, now: DateTime<Utc>) -> Option<String> {
    let server = DateTime::parse_from_rfc2822(reply.header("date")?).ok()?;
    let seconds = (now - server.to_utc()).num_seconds();
    let direction = if seconds < 0 { "behind" } else { "ahead of" };
    (seconds.abs() > 60).then(|| {
        let (local, server) = (now.format("%H:%M:%SZ"), server.to_utc().format("%H:%M:%SZ"));
        let seconds = seconds.abs();
        format!("This machine's clock ({local}) is {seconds} s {direction} the server's ({server}); set it right.")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use bytes::Bytes;
    use chrono::DateTime;

    use super::{misfit, retry_after, words};
    use crate::http::Reply;

    #[test]
    fn retry_after_is_seconds_or_a_date_by_the_server_s_clock() {
        let now = DateTime::from_timestamp(1_767_844_207, 0).expect("a time"); // 03:50:07
        let wait = |headers: &[(&'static str, &str)]| {
            let mut reply = Reply {
                status: 503,
                headers: http::HeaderMap::new(),
                body: Bytes::new(),
            };
            for (name, value) in headers {
                let value = value.parse().expect("a value");
                reply.headers.insert(*name, value);
            }
            retry_after(&reply, now).map(|wait| wait.as_secs())
        };
        let date = ("retry-after", "Thu, 08 Jan 2026 03:50:17 GMT");
        assert_eq!(wait(&[("retry-after", " 7 ")]), Some(7));
        assert_eq!(wait(&[date]), Some(10));
        let ahead = ("date", "Thu, 08 Jan 2026 03:50:14 GMT");
        assert_eq!(wait(&[date, ahead]), Some(3));
        let later = ("date", "Thu, 08 Jan 2026 04:50:14 GMT");
        assert_eq!(wait(&[date, later]), Some(0));
        assert_eq!(wait(&[("retry-after", "soon")]), None);
        assert_eq!(wait(&[]), None);
    }

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
