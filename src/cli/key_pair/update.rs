//! `CLOUD key-pair update`.

use clap::Args;

use super::kind::Kind;
use crate::cli::Run;
use crate::cli::args::Changing;
use crate::error::Error;
use crate::model::{Amendment, ChangeRequest};
use crate::ops::change::Extent;

/// What can be changed.
pub(in crate::cli) trait UpdateOptions: Args {
    /// What is to be different.
    fn amendment(&self) -> Amendment;
}

// Clouds where a name stays what it is.
#[derive(Args, Debug)]
pub(in crate::cli) struct DescriptionOnly {
    /// The new description; an empty one clears it
    #[arg(long, required = true, value_name = "TEXT")]
    description: String,
}

impl UpdateOptions for DescriptionOnly {
    fn amendment(&self) -> Amendment {
        Amendment {
            name: None,
            description: Some(self.description.clone()),
        }
    }
}

// Clouds where a name can be changed, too.
#[derive(Args, Debug)]
#[group(required = true, multiple = true)]
pub(in crate::cli) struct NameAndDescription {
    /// The new name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// The new description
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
}

impl UpdateOptions for NameAndDescription {
    fn amendment(&self) -> Amendment {
        Amendment {
            name: self.name.clone(),
            description: self.description.clone(),
        }
    }
}

#[derive(Args, Debug)]
pub(in crate::cli) struct Update<O: UpdateOptions> {
    /// The pair, by id or address
    #[arg(value_name = "ID")]
    id: String,

    #[command(flatten)]
    options: O,

    /// Do not read back: results stay 'submitted'
    #[arg(long)]
    no_verify: bool,

    #[command(flatten)]
    changing: Changing,
}

impl<O: UpdateOptions> Update<O> {
    pub(super) async fn run(&self, run: &Run<'_>, kind: Kind) -> Result<u8, Error> {
        let (scope, id) = kind.items(&[]).item(&self.id)?;
        let extent = Extent {
            verify: !self.no_verify,
            ..self.changing.extent()
        };
        let job = kind.job("update", &self.changing, extent, Vec::new(), false);
        let request = ChangeRequest::UpdateKeyPair {
            resource: kind.resource,
            id,
            amendment: self.options.amendment(),
        };
        job.one(run, kind.at(), &[scope], request).await
    }
}
