//! `CLOUD instance list`.

use clap::{Args, Subcommand};

use super::Run;
use super::fleet::Offline;
use super::read_out::{MachineFilter, Reading};
use crate::error::Error;
use crate::model::{CloudId, ListRequest};

/// Verbs for servers.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(super) enum Instance {
    /// List the instances of a region with their key pairs (DescribeInstances), all of them
    #[command(before_help = "Examples:\n  \
        kpctl volcengine instance list --key-pair prod-web\n  \
        kpctl tencent instance list --state stopped -o names\n  \
        kpctl tencent instance list -o json --query 'items[?key_pairs==`[]`].id'")]
    List(List),
}

#[derive(Args, Debug)]
pub(super) struct List {
    #[command(flatten)]
    filter: MachineFilter,

    #[command(flatten)]
    snapshot: Offline,
}

impl Instance {
    pub(super) async fn run(
        &self,
        run: &Run<'_>,
        cloud: CloudId,
        service: &'static str,
    ) -> Result<u8, Error> {
        let Self::List(command) = self;
        let reading = Reading {
            command: format!("{cloud} instance list"),
            cloud,
            service,
            offline: command.snapshot.offline.as_deref(),
        };
        let fits = |record: &_| command.filter.fits(record);
        reading.list(run, ListRequest::Instances, fits).await
    }
}
