//! `key generate|fingerprint|convert`: keys on this machine. No cloud is asked.

mod convert;
mod fingerprint;
mod generate;
mod listing;
mod passphrase;

use std::path::Path;

use clap::{Subcommand, ValueEnum};

use super::Run;
use crate::error::Error;
use crate::output::{self, Output};
use crate::secret::Secret;
use crate::sshkey::file::{self, KeyFile, PrivateFile};
use crate::sshkey::{KeyFormat, KeyType, PrivateKey, PublicKey};

/// Verbs for SSH keys on this machine.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(super) enum Key {
    /// Make a key: FILE for you alone, FILE.pub for everybody
    ///
    /// Neither file is ever overwritten. The public line and its fingerprint are printed.
    #[command(before_help = "Examples:\n  \
        kpctl key generate ~/.ssh/id_deploy --comment deploy@example.com --passphrase\n  \
        kpctl key generate ci_key --type rsa-3072 --format pkcs1\n  \
        pass show ci-key | kpctl key generate ci_key --passphrase-file -")]
    Generate(generate::Generate),

    /// Tell all fingerprints under which clouds and tools know a key
    ///
    /// One key has many: OpenSSH makes them of the key itself, clouds of its DER encoding, and AWS of
    /// the private half for a pair that it made. What cannot be told is null, or empty in tsv.
    #[command(before_help = "Examples:\n  \
        kpctl key fingerprint ~/.ssh/id_ed25519.pub\n  \
        kpctl key fingerprint old.pem -o json --query 'items[0].md5_spki'\n  \
        ssh-add -L | head -n 1 | kpctl key fingerprint -")]
    Fingerprint(fingerprint::Fingerprint),

    /// Write a key in another form
    ///
    /// A private key goes to a new file with mode 0600, never to the terminal, and keeps its
    /// passphrase unless you say otherwise. OpenSSH reads Ed25519 keys in pkcs8 from version 9.6 on.
    #[command(before_help = "Examples:\n  \
        kpctl key convert cloud.pem --to openssh --out ~/.ssh/id_cloud --new-passphrase\n  \
        kpctl key convert id_rsa --to pkcs1 --out id_rsa.pem --no-passphrase\n  \
        kpctl key convert cloud.pem --to public --comment ops@example.com")]
    Convert(convert::Convert),
}

impl Key {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        match self {
            Self::Generate(command) => command.run(run).await,
            Self::Fingerprint(command) => command.run(run).await,
            Self::Convert(command) => command.run(run).await,
        }
    }
}

/// How a private key is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// OPENSSH PRIVATE KEY
    Openssh,
    /// RSA PRIVATE KEY; RSA without a passphrase only
    Pkcs1,
    /// PRIVATE KEY or ENCRYPTED PRIVATE KEY
    Pkcs8,
}

impl From<Format> for KeyFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Openssh => Self::OpenSsh,
            Format::Pkcs1 => Self::Pkcs1,
            Format::Pkcs8 => Self::Pkcs8,
        }
    }
}

/// What sort of key is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum NewKeyType {
    /// Ed25519
    Ed25519,
    /// RSA with 3072 bits
    #[value(name = "rsa-3072")]
    Rsa3072,
    /// RSA with 4096 bits
    #[value(name = "rsa-4096")]
    Rsa4096,
}

impl From<NewKeyType> for KeyType {
    fn from(key_type: NewKeyType) -> Self {
        match key_type {
            NewKeyType::Ed25519 => Self::Ed25519,
            NewKeyType::Rsa3072 => Self::Rsa3072,
            NewKeyType::Rsa4096 => Self::Rsa4096,
        }
    }
}

/// What the user asked of the output; a mistake in it is found before anything is made.
fn output(run: &Run<'_>) -> Result<Output, Error> {
    if run.global.output == Some(output::Format::Names) {
        return Err(
            Error::usage("keys on this machine have no addresses").hint("Use -o tsv or -o json.")
        );
    }
    run.output()
}

/// Reads a key of either half from a file, or from standard input for `-`.
fn read(path: &Path, run: &Run<'_>) -> Result<KeyFile, Error> {
    if path != Path::new("-") {
        return file::read_key(path);
    }
    let text = Secret::new(run.context.io.read_input()?);
    if text.expose().len() as u64 > file::LARGEST {
        return Err(Error::usage(format!(
            "standard input is no key: it is longer than {} KiB",
            file::LARGEST >> 10
        )));
    }
    if PrivateKey::is_meant(text.expose()) {
        return Ok(KeyFile::Private(PrivateFile {
            text,
            warning: None,
        }));
    }
    PublicKey::parse(text.expose()).map(KeyFile::Public)
}

/// Says of which file an error speaks.
fn about(path: &Path, error: Error) -> Error {
    let name = match path.to_str() {
        Some("-") => "standard input".to_owned(),
        _ => format!("'{}'", path.display()),
    };
    error.with(|details| details.message = format!("{} ({name})", details.message))
}

/// Standard input can be read once.
fn refuse_two_inputs(paths: &[Option<&Path>]) -> Result<(), Error> {
    let inputs = paths
        .iter()
        .flatten()
        .filter(|path| **path == Path::new("-"));
    if inputs.count() > 1 {
        return Err(Error::usage(
            "'-' stands more than once, and standard input is read once",
        ));
    }
    Ok(())
}
