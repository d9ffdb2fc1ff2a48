//! `key fingerprint FILE...`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::listing::{self, Listed};
use super::{about, passphrase, read, refuse_two_inputs};
use crate::cli::Run;
use crate::error::Error;
use crate::secret::Secret;
use crate::sshkey::PrivateKey;
use crate::sshkey::file::KeyFile;

#[derive(Args, Debug)]
pub(in crate::cli) struct Fingerprint {
    /// Public or private key files; '-' is standard input
    #[arg(required = true, value_name = "FILE")]
    paths: Vec<PathBuf>,

    /// The passphrase of private keys; '-' is standard input. OpenSSH keys tell most without it
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl Fingerprint {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let output = super::output(run)?;
        let paths = self.paths.iter().map(PathBuf::as_path).map(Some);
        let inputs: Vec<Option<&Path>> = paths.chain([self.passphrase_file.as_deref()]).collect();
        refuse_two_inputs(&inputs)?;
        let passphrase = self.passphrase_file.as_deref();
        let passphrase = passphrase
            .map(|path| passphrase::from_file(path, run))
            .transpose()?;
        let (mut keys, mut warnings) = (Vec::new(), Vec::new());
        for path in &self.paths {
            match read(path, run)? {
                KeyFile::Public(half) => keys.push(Listed::public(path, half)),
                KeyFile::Private(file) => {
                    warnings.extend(file.warning);
                    keys.push(of_private(&file.text, path, passphrase.as_ref(), run).await?);
                }
            }
        }
        listing::write(run, &output, "key fingerprint", &keys, &warnings)?;
        Ok(0)
    }
}

/// A private key, opened if that takes no question, or if nothing can be told without.
async fn of_private(
    text: &Secret,
    path: &Path,
    passphrase: Option<&Secret>,
    run: &Run<'_>,
) -> Result<Listed, Error> {
    let locked = PrivateKey::is_locked(text).map_err(|error| about(path, error))?;
    if locked && passphrase.is_none() {
        if let Ok(half) = PrivateKey::public_of(text, None) {
            return Ok(Listed::locked(path, half));
        }
        let passphrase = passphrase::to_open(text, path, None, run).await?;
        let key = PrivateKey::parse(text, passphrase.as_ref());
        return Listed::private(path, key.map_err(|error| about(path, error))?);
    }
    let key = PrivateKey::parse(text, passphrase).map_err(|error| about(path, error))?;
    Listed::private(path, key)
}
