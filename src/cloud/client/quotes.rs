//! What others quote: of what they were sent, and of what they answered. No secret gets into an error.

use serde_json::Value;
use zeroize::Zeroizing;

use super::Decoded;
use crate::auth::Credential;
use crate::error::Error;
use crate::http::{Reply, Request};
use crate::secret::{self, Secret};
use crate::sign::escape::escape;

/// Shortest secret of a body that is looked for in error texts; shorter ones would be found in words.
const SHORTEST_SECRET: usize = 6;

/// Gateways and services quote what they were sent, headers and passwords included.
/// What kpctl says itself is left alone: a short secret may be a word of it.
pub(super) fn without_secrets(
    error: Error,
    reply: &Reply,
    (request, credential): (&Request, &Credential),
    decode: impl Fn(&Reply) -> Result<Decoded, Error>,
) -> Error {
    let sent = request.secrets();
    let mut secrets = credential.secrets();
    let long_enough = |secret: &&Secret| secret.expose().len() >= SHORTEST_SECRET;
    secrets.extend(sent.iter().filter(long_enough));
    // An excerpt that ends inside a secret would show its beginning, so the same error is made of
    // an answer without secrets where that is possible.
    let body = String::from_utf8_lossy(&reply.body);
    let quiet = redacted(&body, &secrets);
    let mut error = error;
    if quiet != body {
        let again = decode(&Reply {
            body: quiet.into(),
            ..reply.clone()
        });
        if let Err(same) = again
            && (same.kind, &same.code) == (error.kind, &error.code)
        {
            let request_id = error.request_id.clone();
            error = same.with(|details| details.request_id = request_id);
        }
    }
    error.with(|details| {
        // Whoever answers may write anything anywhere, a code among it.
        let short = [&mut details.code, &mut details.request_id];
        let texts = details.quotes.iter_mut().chain([&mut details.message]);
        for text in texts.chain(short.into_iter().flatten()) {
            *text = redacted(text, &secrets);
        }
        details.hints.append(&mut details.quotes);
    })
}

/// The text without the secrets: as they are, and as they stand in a form, in JSON, and in JSON that is
/// quoted inside of JSON.
fn redacted(text: &str, secrets: &[&Secret]) -> String {
    let mut text = text.to_owned();
    for secret in secrets {
        let secret = secret.expose();
        let in_form = Zeroizing::new(escape(secret));
        let once = in_json(secret);
        for form in [&in_json(&once), &once, &in_form] {
            // An answer may be long, and hardly ever quotes a secret.
            if text.contains(form.as_str()) {
                text = text.replace(form.as_str(), secret::REDACTED);
            }
        }
        if text.contains(secret) {
            text = text.replace(secret, secret::REDACTED);
        }
    }
    text
}

/// A text as it stands between the quotes of JSON.
fn in_json(text: &str) -> Zeroizing<String> {
    let quoted = Zeroizing::new(Value::from(text).to_string());
    let inner = quoted.get(1..quoted.len() - 1).unwrap_or_default();
    Zeroizing::new(inner.to_owned())
}
