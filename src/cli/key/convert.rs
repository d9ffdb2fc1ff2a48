//! `key convert FILE --to FORM`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::listing::{self, Listed};
use super::{Format, about, passphrase, read, refuse_two_inputs};
use crate::cli::Run;
use crate::error::Error;
use crate::output::Output;
use crate::secret::Secret;
use crate::sshkey::file::{self, KeyFile, NewFile, PrivateFile};
use crate::sshkey::{KeyFormat, PrivateKey, PublicKey};

#[derive(Args, Debug)]
pub(in crate::cli) struct Convert {
    /// The key file; '-' is standard input
    #[arg(value_name = "FILE")]
    path: PathBuf,

    /// openssh, pkcs1 (RSA only), pkcs8, public
    #[arg(long, value_name = "FORM", hide_possible_values = true)]
    to: To,

    /// Where it goes: a new file. A private key needs it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Another comment
    #[arg(long, value_name = "TEXT")]
    comment: Option<String>,

    /// The passphrase of the key; '-' is standard input (default: it is asked for)
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,

    /// Lock the new file with another passphrase, which is asked for
    #[arg(long, conflicts_with_all = ["new_passphrase_file", "no_passphrase"])]
    new_passphrase: bool,

    /// Lock the new file with the passphrase in this file; '-' is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "no_passphrase")]
    new_passphrase_file: Option<PathBuf>,

    /// Write the new file without a lock
    #[arg(long)]
    no_passphrase: bool,
}

/// The form that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum To {
    Openssh,
    Pkcs1,
    Pkcs8,
    Public,
}

impl Convert {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let output = super::output(run)?;
        let inputs = [
            Some(self.path.as_path()),
            self.passphrase_file.as_deref(),
            self.new_passphrase_file.as_deref(),
        ];
        refuse_two_inputs(&inputs)?;
        if let Some(out) = &self.out {
            file::must_be_new(out)?;
        }
        let format = match self.to {
            To::Public => return self.to_public(&output, run).await,
            To::Openssh => Format::Openssh,
            To::Pkcs1 => Format::Pkcs1,
            To::Pkcs8 => Format::Pkcs8,
        };
        self.to_private(format.into(), &output, run).await
    }

    async fn to_public(&self, output: &Output, run: &Run<'_>) -> Result<u8, Error> {
        if self.new_passphrase || self.new_passphrase_file.is_some() || self.no_passphrase {
            return Err(Error::usage("a public key has no passphrase"));
        }
        let (half, warning) = match read(&self.path, run)? {
            KeyFile::Public(half) => (half, None),
            KeyFile::Private(file) => (self.half_of(&file.text, run).await?, file.warning),
        };
        let half = match &self.comment {
            Some(comment) => half.with_comment(comment),
            None => half,
        };
        if let Some(out) = &self.out {
            file::write_public(out, &half)?;
            return tell(out, Listed::public(out, half), warning, output, run);
        }
        if output.is_document() {
            let listed = Listed::public(&self.path, half);
            return tell(&self.path, listed, warning, output, run);
        }
        if let Some(warning) = warning {
            run.context.io.warn(&warning);
        }
        run.context.io.data(&format!("{}\n", half.line()))?;
        Ok(0)
    }

    /// The public half, for which a passphrase is asked only when nothing can be told without it.
    async fn half_of(&self, text: &Secret, run: &Run<'_>) -> Result<PublicKey, Error> {
        if self.passphrase_file.is_none()
            && let Ok(half) = PrivateKey::public_of(text, None)
        {
            return Ok(half);
        }
        let passphrase =
            passphrase::to_open(text, &self.path, self.passphrase_file.as_deref(), run).await?;
        PrivateKey::public_of(text, passphrase.as_ref()).map_err(|error| about(&self.path, error))
    }

    async fn to_private(
        &self,
        format: KeyFormat,
        output: &Output,
        run: &Run<'_>,
    ) -> Result<u8, Error> {
        let Some(out) = &self.out else {
            return Err(Error::usage("a private key goes to a file of its own")
                .hint("Add --out FILE; it is made with mode 0600."));
        };
        let KeyFile::Private(PrivateFile { text, warning }) = read(&self.path, run)? else {
            return Err(about(
                &self.path,
                Error::usage("this is a public key, which has no private half in it")
                    .hint("Give the file without .pub at its end, or use --to public."),
            ));
        };
        let old =
            passphrase::to_open(&text, &self.path, self.passphrase_file.as_deref(), run).await?;
        let key =
            PrivateKey::parse(&text, old.as_ref()).map_err(|error| about(&self.path, error))?;
        let key = match &self.comment {
            Some(comment) => key.with_comment(comment),
            None => key,
        };
        let was_locked = PrivateKey::is_locked(&text)?;
        let lock = match &self.new_passphrase_file {
            Some(path) => Some(passphrase::from_file(path, run)?),
            None if self.new_passphrase => Some(passphrase::ask_new(out, run).await?),
            None => old.filter(|_| was_locked && !self.no_passphrase),
        };
        let written = key.write(format, lock.as_ref()).map_err(|error| {
            let kept = was_locked && lock.is_some() && format == KeyFormat::Pkcs1;
            if kept {
                error.hint("--no-passphrase writes it without.")
            } else {
                error
            }
        })?;
        NewFile::private(out)?.write_secret(&written)?;
        tell(out, Listed::private(out, key)?, warning, output, run)
    }
}

/// What was done: a document when one is wanted, else a word on stderr.
fn tell(
    path: &Path,
    key: Listed,
    warning: Option<String>,
    output: &Output,
    run: &Run<'_>,
) -> Result<u8, Error> {
    let warnings: Vec<String> = warning.into_iter().collect();
    if output.is_document() {
        listing::write(run, output, "key convert", &[key], &warnings)?;
        return Ok(0);
    }
    let io = &run.context.io;
    for warning in &warnings {
        io.warn(warning);
    }
    io.say(&format!("wrote '{}'", path.display()));
    Ok(0)
}
