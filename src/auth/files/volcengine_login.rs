//! Keys that `ve` got by a login and keeps until they end. It alone gets new ones: a second writer
//! would end its session (spec volcengine 7.3).

use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use super::super::check::{clean, expired};
use super::super::{Recipe, Temporary, World};
use super::json::{Document, Members};
use super::pick::pair;
use super::read::{self, Place};
use crate::error::Error;
use crate::model::CloudId;

const CLOUD: CloudId = CloudId::Volcengine;
const CACHE: &str = "VOLCENGINE_LOGIN_CACHE_DIRECTORY";
const SSO: &str = "ve sso login";
const CONSOLE: &str = "ve login";

/// Mode `sso`: the keys in the profile itself, until `sts-expiration`. The token beside them, which
/// new keys could be got with, is left to `ve`.
pub(super) fn sso(world: &World<'_>, profile: &Members<'_>) -> Result<Recipe, Error> {
    let end = profile.number("sts-expiration")?.unwrap_or_default();
    let end =
        moment(end).ok_or_else(|| profile.broken("sts-expiration", "is no time that can be"))?;
    let keys = pair(
        CLOUD,
        &profile.found("access-key")?,
        &profile.found("secret-key")?,
        Some(&profile.found("session-token")?),
    )?;
    match keys {
        Some(credential) if end > world.now => Ok(Recipe::Ready(Temporary {
            credential,
            expires_at: Some(end),
        })),
        _ => {
            let place = profile.place("sts-expiration");
            Err(expired(CLOUD, format!("the login is over by {place}"), SSO))
        }
    }
}

/// Mode `console-login`: the keys in a file of its own, named after the session.
pub(super) fn console(world: &World<'_>, config: &Path, session: &str) -> Result<Recipe, Error> {
    let folder = world.env.filled(CACHE).map_or_else(
        || config.with_file_name("login").join("cache"),
        PathBuf::from,
    );
    let name = hex::encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, session.as_bytes()));
    let place = Place::at(folder.join(format!("{name}.json")));
    let file = place.shown();
    let Some(text) = read::text(CLOUD, &place)? else {
        return Err(expired(
            CLOUD,
            format!("the login's keys are not in {file}"),
            CONSOLE,
        ));
    };
    let document = Document::parse(CLOUD, &file, &text)?.trimming();
    let cache = document.members()?;
    let issued = DateTime::parse_from_rfc3339(cache.needed("issued_at")?)
        .map_err(|_| cache.broken("issued_at", "is not a time"))?
        .to_utc();
    let lives = cache.number("expires_in")?.unwrap_or_default();
    let end = TimeDelta::try_seconds(lives)
        .filter(|lives| *lives > TimeDelta::zero())
        .and_then(|lives| issued.checked_add_signed(lives))
        .ok_or_else(|| cache.broken("expires_in", "is no number of seconds that can be"))?;
    if end <= world.now {
        let place = cache.place("expires_in");
        return Err(expired(
            CLOUD,
            format!("the login is over by {place}"),
            CONSOLE,
        ));
    }
    // The token is an object, or a text that is one.
    let inner = match cache.raw("access_token").and_then(|token| token.as_str()) {
        Some(text) => Some(Document::parse(CLOUD, &cache.place("access_token"), text)?.trimming()),
        None => None,
    };
    let token = match &inner {
        Some(inner) => inner.members()?,
        None => cache
            .object("access_token")?
            .ok_or_else(|| cache.broken("access_token", "is not set"))?,
    };
    // These keys are temporary: without their token no request is accepted.
    let session_token = token.place("session_token");
    clean(CLOUD, &session_token, token.needed("session_token")?)?;
    let credential = pair(
        CLOUD,
        &token.found("access_key_id")?,
        &token.found("secret_access_key")?,
        Some(&token.found("session_token")?),
    )?
    .ok_or_else(|| token.broken("access_key_id", "is not set"))?;
    Ok(Recipe::Ready(Temporary {
        credential,
        expires_at: Some(end),
    }))
}

/// A time since 1970 in seconds, or in one of their smaller parts by its size. Versions of `ve`
/// wrote different ones.
fn moment(since: i64) -> Option<DateTime<Utc>> {
    const MILLIS: i64 = 1_000_000_000_000;
    const MICROS: i64 = MILLIS * 1000;
    const NANOS: i64 = MICROS * 1000;
    match since {
        NANOS.. => Some(DateTime::from_timestamp_nanos(since)),
        MICROS.. => DateTime::from_timestamp_micros(since),
        MILLIS.. => DateTime::from_timestamp_millis(since),
        _ => DateTime::from_timestamp_secs(since),
    }
}
