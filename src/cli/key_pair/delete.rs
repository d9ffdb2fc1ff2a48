//! `CLOUD key-pair delete`.

use clap::Args;

use super::kind::Kind;
use crate::cli::Run;
use crate::cli::args::Changing;
use crate::error::Error;
use crate::model::ChangeRequest;
use crate::ops::change::Extent;

/// What only one cloud takes.
pub(in crate::cli) trait DeleteOptions: Args {
    /// The user's own idempotency token.
    fn client_token(&self) -> Option<String> {
        None
    }
}

// Nothing beside what all clouds take.
#[derive(Args, Debug)]
pub(in crate::cli) struct NoOptions {}

impl DeleteOptions for NoOptions {}

// What only Volcengine takes.
#[derive(Args, Debug)]
pub(in crate::cli) struct VolcengineDelete {
    /// Your own idempotency token, for at most 100 names
    #[arg(long, value_name = "TOKEN")]
    client_token: Option<String>,
}

impl DeleteOptions for VolcengineDelete {
    fn client_token(&self) -> Option<String> {
        self.client_token.clone()
    }
}

#[derive(Args, Debug)]
pub(in crate::cli) struct Delete<O: DeleteOptions> {
    /// The pairs, by id or address; '-' reads them from standard input
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,

    #[command(flatten)]
    options: O,

    /// Do not read back: results stay 'submitted'
    #[arg(long)]
    no_verify: bool,

    #[command(flatten)]
    changing: Changing,
}

impl<O: DeleteOptions> Delete<O> {
    pub(super) async fn run(&self, run: &Run<'_>, kind: Kind) -> Result<u8, Error> {
        let selection = kind.items(&self.ids).read(&run.context.io)?;
        let extent = Extent {
            verify: !self.no_verify,
            ..self.changing.extent()
        };
        let job = kind.job(
            "delete",
            &self.changing,
            extent,
            Vec::new(),
            selection.from_input,
        );
        let request = |ids| ChangeRequest::DeleteKeyPairs {
            resource: kind.resource,
            ids,
            client_token: self.options.client_token(),
        };
        job.items(run, kind.at(), &selection, request).await
    }
}
