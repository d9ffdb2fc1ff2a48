//! `auth status|import`.

mod import;
pub(super) mod status;

use clap::Subcommand;

use super::Run;
use crate::error::Error;

/// What can be done with credentials.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(super) enum Auth {
    /// Tell whose credentials are used, where they come from, and whether the cloud takes them
    ///
    /// Without CLOUD, of all clouds. The account is asked of the cloud itself (GetCallerIdentity); nothing
    /// is changed, and no secret is shown. Ends with 0 when all that were found are good, 4 when some are
    /// broken or refused or when there are none, 7 when a cloud could not be reached.
    #[command(before_help = "Examples:\n  \
        kpctl auth status\n  \
        kpctl auth status tencent -p ops\n  \
        kpctl auth status --all -o json")]
    Status(status::Status),

    /// Write a profile that points at credentials that another tool keeps
    ///
    /// The secret stays where it is: the profile names the file or the variables, and they are read anew
    /// each time. Sources: environment, ve, volcengine-legacy, tccli, tencent-sdk, huawei-sdk, koocli.
    #[command(before_help = "Examples:\n  \
        kpctl auth import --from ve --source-profile prod --name prod\n  \
        kpctl auth import --from tccli --name ops --region ap-guangzhou\n  \
        kpctl auth import --from environment --cloud huawei --name ci")]
    Import(import::Import),
}

impl Auth {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        match self {
            Self::Status(command) => command.run(run).await,
            Self::Import(command) => command.run(run),
        }
    }
}
