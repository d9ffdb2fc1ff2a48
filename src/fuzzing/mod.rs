//! What fuzzers call: each target takes any bytes, feeds them to the real code and panics when a
//! promise is broken (fuzz/README.md). Compiled for fuzzers and for the test that feeds it the kept
//! inputs, never into the program.

mod files;
mod fleet;
mod reply;
mod sign;

use std::path::Path;

use crate::config::Config;
use crate::config::file::KeyPath;
use crate::io::{escaped, is_unsafe};
use crate::model::{Address, CloudId, Resource};
use crate::output::Query;
use crate::secret::Secret;
use crate::sshkey::{Fingerprint, Form, PrivateKey, PublicKey};
use crate::time::{of_milliseconds, parse_duration, parse_instant};

/// A target.
pub type Target = fn(&[u8]);

/// A target's name, which is that of its file and of the folder of its kept inputs, and its code.
pub const TARGETS: [(&str, Target); 17] = [
    ("address", address),
    ("config", config),
    ("error_body", reply::error_body),
    ("fingerprint", fingerprint),
    ("journal", files::journal),
    ("key_path", key_path),
    ("list_reply", reply::list_reply),
    ("plan", fleet::plan),
    ("policy", fleet::policy),
    ("private_key", private_key),
    ("public_key", public_key),
    ("query", query),
    ("scope", fleet::scope),
    ("signature", sign::signature),
    ("snapshot", fleet::snapshot),
    ("time", time),
    ("vendor_file", files::vendor_file),
];

/// Runs the target of that name.
///
/// # Panics
///
/// When there is none, or when it breaks a promise.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|(other, _)| *other == name);
    target.expect("a target").1(bytes);
}

fn with_text(bytes: &[u8], look: impl FnOnce(&str)) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        look(text);
    }
}

/// What is shown of an error drives no terminal.
fn check_error(error: &crate::error::Error) {
    let shown = error.hints.iter().map(String::as_str);
    for text in shown.chain([error.to_string().as_str()]) {
        let drives = |letter: char| is_unsafe(letter) && letter != '\n';
        assert!(!escaped(text).contains(drives), "{text:?}");
    }
}

/// What is read of an address is written as an address that means the same; any id has an address.
fn address(bytes: &[u8]) {
    with_text(bytes, |text| {
        match text.parse::<Address>() {
            Ok(address) => {
                assert!(Address::is_meant(text));
                let written = address.to_string();
                assert!(written.is_ascii() && !written.contains(char::is_whitespace));
                assert_eq!(written.parse::<Address>().ok().as_ref(), Some(&address));
                let id = address.scope.address(Resource::Instance, text);
                assert_eq!(
                    id.to_string().parse::<Address>().ok(),
                    (!text.is_empty()).then_some(id)
                );
            }
            Err(error) => check_error(&error),
        }
        match text.parse::<CloudId>() {
            Ok(cloud) => assert_eq!(cloud.name().parse().ok(), Some(cloud)),
            Err(error) => check_error(&error),
        }
        match text.parse::<Resource>() {
            Ok(resource) => assert_eq!(resource.name().parse().ok(), Some(resource)),
            Err(error) => check_error(&error),
        }
    });
}

/// A config file is read or refused with the line of the mistake.
fn config(bytes: &[u8]) {
    with_text(bytes, |text| {
        if let Err(error) = Config::parse(text, Path::new("config.toml")) {
            assert_eq!(error.exit_code(), 2, "{error}");
            check_error(&error);
        }
    });
}

/// A path to a key of the config file survives being written.
fn key_path(bytes: &[u8]) {
    with_text(bytes, |text| match text.parse::<KeyPath>() {
        Ok(path) => {
            let again = path.to_string().parse::<KeyPath>();
            assert_eq!(again.ok(), Some(path));
        }
        Err(error) => check_error(&error),
    });
}

/// A fingerprint survives being written.
fn fingerprint(bytes: &[u8]) {
    with_text(bytes, |text| match text.parse::<Fingerprint>() {
        Ok(fingerprint) => {
            let again = fingerprint.to_string().parse::<Fingerprint>();
            assert_eq!(again.ok(), Some(fingerprint));
        }
        Err(error) => check_error(&error),
    });
}

/// A public key survives being written, and no error shows any of it.
fn public_key(bytes: &[u8]) {
    with_text(bytes, |text| match PublicKey::parse(text) {
        Ok(key) => {
            let again = PublicKey::parse(&key.line()).expect("its own line");
            assert!(again.same_material(&key));
            assert_eq!(again.comment(), key.comment());
            let clean = key.with_comment(key.comment());
            assert!(!clean.line().contains(char::is_control));
            for form in Form::ALL {
                assert_eq!(key.fingerprint(form), again.fingerprint(form));
            }
            assert!(key.matches(&key.sha256()) && key.matches(&key.md5()));
            let _ = key.bits();
        }
        Err(error) => check_error(&error),
    });
}

/// A private key is read or refused; what is read has a public half.
fn private_key(bytes: &[u8]) {
    with_text(bytes, |text| {
        let text = Secret::new(text.to_owned());
        let passphrase = Secret::new("fuzz".to_owned());
        let is_locked = PrivateKey::is_locked(&text);
        for passphrase in [None, Some(&passphrase)] {
            match PrivateKey::parse(&text, passphrase) {
                Ok(key) => {
                    assert!(is_locked.is_ok());
                    let half = key.public().expect("a public half");
                    assert!(PublicKey::parse(&half.line()).is_ok());
                }
                Err(error) => check_error(&error),
            }
        }
        if let Err(error) = PrivateKey::public_of(&text, None) {
            check_error(&error);
        }
    });
}

/// A query in the first line, the document in the rest.
fn query(bytes: &[u8]) {
    with_text(bytes, |text| {
        let (query, document) = text.split_once('\n').unwrap_or((text, "{}"));
        match Query::new(query) {
            Ok(query) => {
                let document = serde_json::from_str(document).unwrap_or_default();
                if let Err(error) = query.apply(&document) {
                    check_error(&error);
                }
            }
            Err(error) => check_error(&error),
        }
    });
}

/// Durations and instants.
fn time(bytes: &[u8]) {
    with_text(bytes, |text| {
        match parse_duration(text) {
            Ok(span) => {
                assert!(!span.is_zero());
                let written = format!("{}ms", span.as_millis());
                assert_eq!(parse_duration(&written).ok(), Some(span));
                // As the deadline of a command, and as a time ago.
                let _ = tokio::time::Instant::now() + span;
                let span = chrono::TimeDelta::from_std(span).expect("a span");
                assert!(
                    crate::time::Clock::default()
                        .now()
                        .checked_sub_signed(span)
                        .is_some()
                );
            }
            Err(error) => check_error(&error),
        }
        if let Some(instant) = parse_instant(text) {
            let shown = of_milliseconds(instant.timestamp_millis()).expect("in range");
            assert!(shown.ends_with('Z'));
        }
    });
}

#[cfg(test)]
mod tests;
