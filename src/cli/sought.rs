//! A key as people name it: a file, a fingerprint, the line itself, or standard input.

use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;

use super::Run;
use crate::error::Error;
use crate::io::read_text;
use crate::ops::find::Sought;
use crate::secret::Secret;
use crate::sshkey::file::{self, KeyFile};
use crate::sshkey::{Fingerprint, PrivateKey, PublicKey};

/// Bytes that a file with a fingerprint may have.
const LONGEST: u64 = 4096;

/// What can be given.
const FORMS: &str = "Give a public or private key file, SHA256:…, an MD5 with or without colons, or '-' for \
                     standard input.";

/// Reads what is looked for. Of a private key only the public half is used, and it is said.
pub(super) async fn read(text: &str, run: &Run<'_>) -> Result<Sought, Error> {
    if text == "-" {
        let input = Secret::new(run.context.io.read_input()?);
        return of_text(&input, "standard input", run).await;
    }
    let path = Path::new(text);
    if is_readable(path) {
        return match file::read_key(path) {
            Ok(KeyFile::Public(key)) => Ok(Sought::Key(key)),
            Ok(KeyFile::Private(private)) => {
                let warning = private.warning.iter();
                warning.for_each(|warning| run.context.io.warn(warning));
                half(&private.text, &path.display().to_string(), run).await
            }
            // A file may hold a fingerprint, too.
            Err(error) => in_file(path).ok_or_else(|| error.hint(FORMS)),
        };
    }
    of_text(&Secret::new(text.to_owned()), "the argument", run)
        .await
        .map_err(|error| {
            let is_path = text.contains(['/', '\\']) || path.extension().is_some();
            if is_path && !text.contains(' ') && !is_digest(text) {
                return Error::usage(format!("there is no file '{}'", text.escape_debug()))
                    .hint(FORMS);
            }
            error
        })
}

/// Whether it begins as fingerprints do.
fn is_digest(text: &str) -> bool {
    let head = text.trim_start().to_ascii_lowercase();
    ["sha256:", "md5:", "sha1:"]
        .iter()
        .any(|prefix| head.starts_with(prefix))
}

/// Whether it can be read like a file: a shell's `<(command)` is a pipe. Devices are not opened.
fn is_readable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|found| found.is_file() || found.file_type().is_fifo())
}

/// The fingerprint in a file.
fn in_file(path: &Path) -> Option<Sought> {
    let text = read_text(path, LONGEST).ok()??;
    text.trim().parse().ok().map(Sought::Digest)
}

async fn of_text(text: &Secret, place: &str, run: &Run<'_>) -> Result<Sought, Error> {
    let shown = text.expose();
    if PrivateKey::is_meant(shown) {
        return half(text, place, run).await;
    }
    match shown.trim().parse::<Fingerprint>() {
        Ok(digest) => return Ok(Sought::Digest(digest)),
        Err(error) if is_digest(shown) => return Err(error),
        Err(_) => {}
    }
    PublicKey::parse(shown).map(Sought::Key).map_err(|error| {
        // What was given may be a secret, so no error shows it.
        Error::usage(format!("{place} is no key: {}", error.message))
            .with(|details| details.hints.clone_from(&error.hints))
            .hint(FORMS)
    })
}

/// The public half of a private key.
async fn half(text: &Secret, place: &str, run: &Run<'_>) -> Result<Sought, Error> {
    let about = |error: Error| {
        error.with(|details| details.message = format!("{} ({place})", details.message))
    };
    let key = match PrivateKey::public_of(text, None) {
        Ok(key) => key,
        Err(error) => {
            if !PrivateKey::is_locked(text).map_err(about)? {
                return Err(about(error));
            }
            if run.global.no_input || !run.context.io.person_is_there() {
                return Err(Error::usage(format!(
                    "the private key is locked, and nobody can be asked for its passphrase ({place})"
                ))
                .hint("Give the public half: the file that ends in .pub."));
            }
            let question = format!("Passphrase of {place}");
            let passphrase = run.ask_secret(&question, false).await?;
            PrivateKey::public_of(text, Some(&passphrase)).map_err(about)?
        }
    };
    run.context.io.say(&format!(
        "{place} is a private key: it was read here and is sent nowhere; its public half is {}",
        key.sha256()
    ));
    Ok(Sought::Key(key))
}
