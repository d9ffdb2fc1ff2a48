//! `snapshot`: what all places hold, in one document.

use clap::Args;

use super::Run;
use super::fleet::{INCOMPLETE, Offline, Source, Wanted, Where, say_gaps};
use crate::error::Error;
use crate::model::Resource;
use crate::output::Format;
use crate::snapshot::{Snapshot, text};

/// Everything that is kept.
pub(super) const KINDS: [Resource; 6] = [
    Resource::KeyPair,
    Resource::LighthouseKeyPair,
    Resource::Instance,
    Resource::KmsKey,
    Resource::CphServer,
    Resource::CodeartsKey,
];

// What is saved.
#[derive(Args, Debug)]
pub(super) struct TakeSnapshot {
    #[command(flatten)]
    place: Where,
}

impl TakeSnapshot {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        if !matches!(run.global.output, None | Some(Format::Json)) || run.global.query.is_some() {
            return Err(Error::usage("a snapshot is one JSON document").hint(
                "Leave -o and --query out; kpctl ls --offline FILE shows it in any format.",
            ));
        }
        let wanted = Wanted {
            usage: true,
            dates: true,
            accounts: true,
        };
        let clouds = Offline::default();
        let source = Source::read(run, &self.place, &clouds, &KINDS, &KINDS, wanted).await?;
        let Source {
            inventory,
            sandbox,
            endpoint,
            stopped,
            summary,
        } = source;
        let is_complete = inventory.is_complete();
        let io = &run.context.io;
        say_gaps(run, &inventory.visits);
        inventory.warnings.iter().for_each(|text| io.warn(text));
        io.say(&summary);
        io.data(&text(&Snapshot {
            inventory,
            sandbox,
            endpoint,
        }))?;
        Ok(match (stopped, is_complete) {
            (Some(code), _) => code,
            (None, true) => 0,
            (None, false) => INCOMPLETE,
        })
    }
}
