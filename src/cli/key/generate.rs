//! `key generate FILE`.

use std::path::PathBuf;

use clap::Args;

use super::listing::{self, Listed};
use super::{Format, NewKeyType, passphrase};
use crate::cli::Run;
use crate::error::Error;
use crate::sshkey::file::{self, NewFile};
use crate::sshkey::{KeyFormat, PrivateKey};

#[derive(Args, Debug)]
pub(in crate::cli) struct Generate {
    /// Where the private key goes; the public one goes to FILE.pub
    #[arg(value_name = "FILE")]
    path: PathBuf,

    /// ed25519, rsa-3072, rsa-4096
    #[arg(
        long = "type",
        value_name = "TYPE",
        default_value = "ed25519",
        hide_possible_values = true
    )]
    key_type: NewKeyType,

    /// openssh, pkcs1 (RSA only), pkcs8 (Ed25519: for OpenSSH from version 9.6 on)
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "openssh",
        hide_possible_values = true
    )]
    format: Format,

    /// A word about whose key it is
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    comment: String,

    /// Lock the private key; the passphrase is asked for
    #[arg(long, conflicts_with = "passphrase_file")]
    passphrase: bool,

    /// Lock the private key with the passphrase in this file; '-' is standard input
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl Generate {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let output = super::output(run)?;
        let public_path = file::public_path(&self.path);
        file::must_be_new(&self.path)?;
        file::must_be_new(&public_path)?;
        let passphrase = match &self.passphrase_file {
            Some(path) => Some(passphrase::from_file(path, run)?),
            None if self.passphrase => Some(passphrase::ask_new(&self.path, run).await?),
            None => None,
        };
        let key = PrivateKey::generate(self.key_type.into(), &self.comment)?;
        let text = key.write(KeyFormat::from(self.format), passphrase.as_ref())?;
        let half = key.public()?;
        // Both places first, so that a key is not left without its other half.
        let private_file = NewFile::private(&self.path)?;
        let public_file = NewFile::public(&public_path)?;
        private_file.write_secret(&text)?;
        public_file.write_public(&half).map_err(|error| {
            error.hint(format!(
                "The private key stands in '{0}'; kpctl key convert '{0}' --to public prints the public one.",
                self.path.display()
            ))
        })?;
        if output.is_document() {
            let keys = [Listed::private(&self.path, key)?];
            listing::write(run, &output, "key generate", &keys, &[])?;
        } else {
            let lines = format!("{}\n{}\n", half.line(), half.sha256());
            run.context.io.data(&lines)?;
        }
        Ok(0)
    }
}
