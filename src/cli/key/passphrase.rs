//! Passphrases come from a file or a terminal, never from the command line, where others see them.

use std::path::Path;

use crate::cli::Run;
use crate::error::Error;
use crate::secret::Secret;
use crate::sshkey::{PrivateKey, file};

/// The passphrase in a file, or on standard input for `-`.
pub(super) fn from_file(path: &Path, run: &Run<'_>) -> Result<Secret, Error> {
    if path == Path::new("-") {
        return file::passphrase_of(&Secret::new(run.context.io.read_input()?))
            .map_err(|error| super::about(path, error));
    }
    file::read_passphrase(path)
}

/// A new passphrase from a person.
pub(super) async fn ask_new(path: &Path, run: &Run<'_>) -> Result<Secret, Error> {
    ask(&format!("New passphrase for {}", path.display()), true, run).await
}

/// The passphrase that opens a key: the file's when one is named, a person's when the key is locked.
pub(super) async fn to_open(
    text: &Secret,
    path: &Path,
    passphrase_file: Option<&Path>,
    run: &Run<'_>,
) -> Result<Option<Secret>, Error> {
    if let Some(file) = passphrase_file {
        return from_file(file, run).map(Some);
    }
    if !PrivateKey::is_locked(text).map_err(|error| super::about(path, error))? {
        return Ok(None);
    }
    let question = format!("Passphrase of {}", path.display());
    ask(&question, false, run)
        .await
        .map(Some)
        .map_err(|error| error.hint("--passphrase-file FILE takes it from a file."))
}

async fn ask(question: &str, new: bool, run: &Run<'_>) -> Result<Secret, Error> {
    if run.global.no_input || !run.context.io.person_is_there() {
        return Err(Error::usage(
            "a passphrase is needed, and nobody can be asked for it",
        ));
    }
    run.ask_secret(question, new).await
}
