//! `CLOUD key-pair import`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::kind::Kind;
use super::labels::Labels;
use crate::cli::Run;
use crate::cli::args::Changing;
use crate::error::Error;
use crate::model::{ChangeRequest, NewKeyPair};
use crate::ops::change::Extent;
use crate::sshkey::{PublicKey, file};

#[derive(Args, Debug)]
pub(in crate::cli) struct Import<L: Labels> {
    /// The public key file; '-' reads the key from standard input
    #[arg(value_name = "FILE.pub")]
    file: PathBuf,

    /// What the pair is to be called
    #[arg(long, value_name = "NAME")]
    name: String,

    #[command(flatten)]
    labels: L,

    /// Do not read back: results stay 'submitted'
    #[arg(long)]
    no_verify: bool,

    #[command(flatten)]
    changing: Changing,
}

impl<L: Labels> Import<L> {
    pub(super) async fn run(&self, run: &Run<'_>, kind: Kind) -> Result<u8, Error> {
        let mut pair = NewKeyPair {
            name: self.name.clone(),
            public_key: Some(public_key(run, &self.file)?),
            ..NewKeyPair::default()
        };
        self.labels.apply(&mut pair)?;
        let extent = Extent {
            verify: !self.no_verify,
            ..self.changing.extent()
        };
        let job = kind.job("import", &self.changing, extent, Vec::new(), false);
        let request = ChangeRequest::AddKeyPairs {
            resource: kind.resource,
            pairs: vec![pair],
        };
        job.one(run, kind.at(), &[None], request).await
    }
}

/// The public key in a file, or on standard input. A private key is recognised and goes nowhere.
pub(in crate::cli) fn public_key(run: &Run<'_>, path: &Path) -> Result<PublicKey, Error> {
    if path == Path::new("-") {
        return PublicKey::parse(&run.context.io.read_input()?);
    }
    file::read_public(path)
}
