//! `CLOUD key-pair attach` and `detach`.

use clap::Args;

use super::bind_options::BindOptions;
use super::kind::Kind;
use crate::cli::Run;
use crate::cli::args::{Changing, Selection};
use crate::cloud::change::Risk;
use crate::error::Error;
use crate::model::{Binding, ChangeRequest, Scope};
use crate::ops::change::Extent;

// Key pairs and instances, as both verbs take them.
#[derive(Args, Debug)]
pub(in crate::cli) struct Ends {
    /// Key pairs, by id or address; '-' reads them from standard input
    #[arg(long = "key-pair", alias = "key", required = true, value_name = "ID", num_args = 1..)]
    key_pairs: Vec<String>,

    /// Instances, by id or address; '-' reads them from standard input
    #[arg(long = "instance", required = true, value_name = "ID", num_args = 1..)]
    instances: Vec<String>,
}

/// Key pairs and instances that were read, and the scopes that their addresses name.
struct Chosen {
    key_pairs: Selection,
    instances: Selection,
}

impl Ends {
    fn read(&self, run: &Run<'_>, kind: Kind) -> Result<Chosen, Error> {
        let from_input = |texts: &[String]| texts.iter().any(|text| text == "-");
        if from_input(&self.key_pairs) && from_input(&self.instances) {
            return Err(Error::usage(
                "only one of --key-pair and --instance can be read from standard input",
            ));
        }
        let io = &run.context.io;
        Ok(Chosen {
            key_pairs: kind.items(&self.key_pairs).read(io)?,
            instances: kind.instances(&self.instances).read(io)?,
        })
    }
}

impl Chosen {
    fn is_from_input(&self) -> bool {
        self.key_pairs.from_input || self.instances.from_input
    }

    /// None at all when one of the two lists is empty: then there is nothing to do.
    fn scopes(&self) -> Vec<Option<Scope>> {
        let both = [&self.key_pairs, &self.instances];
        if both.iter().any(|selection| selection.items.is_empty()) {
            return Vec::new();
        }
        let scopes = both.iter().flat_map(|selection| &selection.items);
        scopes.map(|(scope, _)| scope.clone()).collect()
    }

    fn binding(&self, kind: Kind) -> Binding {
        Binding::new(kind.resource, self.key_pairs.ids(), self.instances.ids())
    }
}

#[derive(Args, Debug)]
pub(in crate::cli) struct Attach<O: BindOptions> {
    #[command(flatten)]
    ends: Ends,

    #[command(flatten)]
    options: O,

    #[command(flatten)]
    changing: Changing,
}

impl<O: BindOptions> Attach<O> {
    pub(super) async fn run(&self, run: &Run<'_>, kind: Kind) -> Result<u8, Error> {
        let chosen = self.ends.read(run, kind)?;
        let mut binding = chosen.binding(kind);
        let accepted = self.options.apply(run, &mut binding)?;
        let extent = self.options.extent(self.changing.extent());
        let job = kind.job(
            "attach",
            &self.changing,
            extent,
            accepted,
            chosen.is_from_input(),
        );
        job.one(
            run,
            kind.at(),
            &chosen.scopes(),
            ChangeRequest::AttachKeyPairs(binding),
        )
        .await
    }
}

#[derive(Args, Debug)]
pub(in crate::cli) struct Detach<O: BindOptions> {
    #[command(flatten)]
    ends: Ends,

    /// Accept instances that are left with no key pair at all (needs --yes)
    #[arg(long)]
    allow_lockout: bool,

    #[command(flatten)]
    options: O,

    #[command(flatten)]
    changing: Changing,
}

impl<O: BindOptions> Detach<O> {
    pub(super) async fn run(&self, run: &Run<'_>, kind: Kind) -> Result<u8, Error> {
        let chosen = self.ends.read(run, kind)?;
        let mut binding = chosen.binding(kind);
        let mut accepted = self.options.apply(run, &mut binding)?;
        if self.allow_lockout {
            accepted.push(Risk::Lockout);
        }
        let extent: Extent = self.options.extent(self.changing.extent());
        let job = kind.job(
            "detach",
            &self.changing,
            extent,
            accepted,
            chosen.is_from_input(),
        );
        job.one(
            run,
            kind.at(),
            &chosen.scopes(),
            ChangeRequest::DetachKeyPairs(binding),
        )
        .await
    }
}
