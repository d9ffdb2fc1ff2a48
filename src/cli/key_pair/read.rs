//! `CLOUD key-pair list` and `show`.

use clap::Args;

use super::kind::Kind;
use crate::cli::Run;
use crate::cli::fleet::Offline;
use crate::cli::read_out::NameFilter;
use crate::error::Error;
use crate::model::ListRequest;

#[derive(Args, Debug)]
pub(in crate::cli) struct List {
    #[command(flatten)]
    filter: NameFilter,

    #[command(flatten)]
    snapshot: Offline,
}

impl List {
    pub(super) async fn run(&self, run: &Run<'_>, kind: Kind) -> Result<u8, Error> {
        let request = ListRequest::KeyPairs(kind.resource);
        let fits = |record: &_| self.filter.fits(record);
        let reading = kind.reading("list", self.snapshot.offline.as_deref());
        reading.list(run, request, fits).await
    }
}

#[derive(Args, Debug)]
pub(in crate::cli) struct Show {
    /// The pair, by id or address
    #[arg(value_name = "ID")]
    id: String,

    #[command(flatten)]
    snapshot: Offline,
}

impl Show {
    pub(super) async fn run(&self, run: &Run<'_>, kind: Kind) -> Result<u8, Error> {
        kind.reading("show", self.snapshot.offline.as_deref())
            .show(run, kind.resource, &self.id)
            .await
    }
}
