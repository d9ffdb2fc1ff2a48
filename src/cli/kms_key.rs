//! `huawei kms-key VERB`.

use clap::{Args, Subcommand};

use super::Run;
use super::args::{Changing, Items};
use super::carry_out::Job;
use crate::error::Error;
use crate::model::{ChangeRequest, CloudId, Resource};
use crate::ops::change::Extent;

/// Verbs for encryption keys of Huawei KMS.
#[derive(Debug, Subcommand)]
pub(super) enum KmsKey {
    /// Call off the scheduled deletion of keys (CancelKeyDeletion); they come back disabled
    ///
    /// A rescued key is disabled, or waits for its material if that was imported; --enable goes on to
    /// enable it. The waiting period, free until now, is billed after a cancellation.
    #[command(before_help = "Examples:\n  \
        kpctl huawei kms-key cancel-deletion 0d0466b0-e727-4d9c-b35d-f84bb474a37f --enable\n  \
        kpctl hw kms-key cancel-deletion 0d0466b0-e727-4d9c-b35d-f84bb474a37f -r cn-north-4 -o json\n  \
        cat key-ids.txt | kpctl huawei kms-key cancel-deletion - --enable")]
    CancelDeletion(CancelDeletion),
}

impl KmsKey {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        match self {
            Self::CancelDeletion(command) => command.run(run).await,
        }
    }
}

/// What the command was given.
#[derive(Args, Debug)]
pub(super) struct CancelDeletion {
    /// Key ids or addresses; '-' reads them from standard input
    #[arg(required = true, value_name = "KEY_ID")]
    ids: Vec<String>,

    /// Your own serial of the message, 36 characters, for one key
    #[arg(long, value_name = "SERIAL")]
    sequence: Option<String>,

    /// Enable the keys, too (EnableKey)
    #[arg(long)]
    enable: bool,

    /// Do not read back: results stay 'submitted'
    #[arg(long)]
    no_verify: bool,

    #[command(flatten)]
    changing: Changing,
}

impl CancelDeletion {
    async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let items = Items {
            cloud: CloudId::Huawei,
            resource: Resource::KmsKey,
            texts: &self.ids,
        };
        let selection = items.read(&run.context.io)?;
        if self.sequence.is_some() && selection.items.len() != 1 {
            return Err(Error::usage("--sequence goes with exactly one key"));
        }
        let job = Job {
            command: "huawei kms-key cancel-deletion".to_owned(),
            cloud: items.cloud,
            service: "kms",
            changing: &self.changing,
            extent: Extent {
                verify: !self.no_verify,
                ..self.changing.extent()
            },
            accepted: Vec::new(),
            from_input: selection.from_input,
        };
        let request = |ids| ChangeRequest::CancelKeyDeletion {
            ids,
            sequence: self.sequence.clone(),
            enable: self.enable,
        };
        job.items(run, &selection, request).await
    }
}
