//! `ls`: every key in every account, region and cloud.

use std::cell::RefCell;
use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::Args;

use super::Run;
use super::fleet::{Fleet, INCOMPLETE, KEYS, Offline, Source, Wanted, Where, reach, say_gaps};
use super::read_out::NameFilter;
use super::site::Site;
use crate::error::Error;
use crate::model::{Holding, Place, Record, Visit};
use crate::output::{ListStream, Output, holding_item};
use crate::time::{parse_duration, parse_instant};

// What is listed.
#[derive(Args, Debug)]
pub(super) struct Ls {
    #[command(flatten)]
    place: Where,

    #[command(flatten)]
    filter: NameFilter,

    /// Tell what holds each key: instances, cloud phone servers, Git users
    #[arg(long)]
    usage: bool,

    /// Only keys that nothing holds; one whose holders cannot be seen is left out, and said
    #[arg(long)]
    unused: bool,

    /// Only keys that were made before that long ago: 180d
    #[arg(long, value_name = "TIME")]
    older_than: Option<String>,

    #[command(flatten)]
    snapshot: Offline,
}

/// What a list shows, and what it leaves out because nobody can tell.
struct Filter<'a> {
    name: &'a NameFilter,
    unused: bool,
    before: Option<DateTime<Utc>>,
    /// Keys whose holders are not known, and keys whose age is not.
    unjudged: RefCell<(usize, usize)>,
}

impl Filter<'_> {
    fn fits(&self, holding: &Holding) -> bool {
        if !self.name.fits(&holding.record) {
            return false;
        }
        if let Some(before) = self.before {
            match holding.record.created_at().and_then(parse_instant) {
                Some(created) if created < before => {}
                Some(_) => return false,
                None => {
                    self.unjudged.borrow_mut().1 += 1;
                    return false;
                }
            }
        }
        if self.unused {
            let usage = holding.usage.as_ref();
            let Some(unused) = usage.and_then(crate::model::Usage::is_unused) else {
                self.unjudged.borrow_mut().0 += 1;
                return false;
            };
            return unused;
        }
        true
    }

    fn warnings(&self) -> Vec<String> {
        let (holders, ages) = *self.unjudged.borrow();
        let mut warnings = Vec::new();
        if holders > 0 {
            warnings.push(format!(
                "{holders} keys are left out, because what holds them cannot be seen; --usage shows them"
            ));
        }
        if ages > 0 {
            warnings.push(format!(
                "{ages} keys are left out, because their cloud does not tell when they were made"
            ));
        }
        warnings
    }
}

impl Ls {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let output = run.output()?;
        let now = run.context.clock.now();
        let age = self.older_than.as_deref().map(parse_duration).transpose()?;
        let filter = Filter {
            name: &self.filter,
            unused: self.unused,
            before: age.map(|age: Duration| now - age),
            unjudged: RefCell::default(),
        };
        if let (Some(before), false) = (filter.before, output.is_document()) {
            let day = before.format("%Y-%m-%dT%H:%M:%SZ");
            run.context
                .io
                .say(&format!("keys that were made before {day}"));
        }
        let is_judged = self.usage || self.unused || filter.before.is_some();
        if is_judged || self.snapshot.offline.is_some() {
            return self.whole(run, &output, &filter).await;
        }
        let site = Site::open(run.context, run.global, run.stop).await?;
        let fleet = Fleet::find(run, &site, &self.place, &KEYS, &KEYS).await?;
        self.piece_by_piece(run, &site, &output, &fleet, &filter)
            .await
    }

    /// Rows are written as regions answer.
    async fn piece_by_piece(
        &self,
        run: &Run<'_>,
        site: &Site<'_>,
        output: &Output,
        fleet: &Fleet,
        filter: &Filter<'_>,
    ) -> Result<u8, Error> {
        let io = &run.context.io;
        let list = RefCell::new(ListStream::new(output, io, "ls", site.is_sandbox()));
        let count = std::cell::Cell::new(0);
        let take = |_: &Place, records: Vec<Record>| {
            let holdings = records.into_iter().map(|record| Holding {
                record,
                usage: None,
            });
            let items: Vec<_> = holdings
                .filter(|holding| filter.fits(holding))
                .map(|holding| holding_item(&holding, false))
                .collect();
            count.set(count.get() + items.len());
            list.borrow_mut().add(items)
        };
        let gathered = fleet.read(run, site, &take).await?;
        let elapsed = gathered.began.elapsed();
        let end = End {
            visits: &gathered.visits,
            warnings: gathered.warnings,
            endpoint: fleet.endpoint(site)?,
            summary: Fleet::summary(site, &gathered.visits, count.get(), elapsed),
            stopped: site.courier().stop.requested(),
        };
        end.write(run, output, list.into_inner())
    }

    /// All is read before the first row: what holds a key may stand anywhere.
    async fn whole(
        &self,
        run: &Run<'_>,
        output: &Output,
        filter: &Filter<'_>,
    ) -> Result<u8, Error> {
        let with_usage = self.usage || self.unused;
        let wanted = Wanted {
            usage: with_usage,
            dates: filter.before.is_some(),
            accounts: false,
        };
        let source = Source::read(run, &self.place, &self.snapshot, &KEYS, &KEYS, wanted).await?;
        let io = &run.context.io;
        let mut list = ListStream::new(output, io, "ls", source.sandbox);
        let inventory = &source.inventory;
        let keys = inventory.keys().filter(|holding| filter.fits(holding));
        let items: Vec<_> = keys
            .map(|holding| holding_item(holding, with_usage))
            .collect();
        let count = items.len();
        list.add(items)?;
        let mut warnings = inventory.warnings.clone();
        warnings.extend(filter.warnings());
        let summary = if count == inventory.keys().count() {
            source.summary
        } else {
            format!("{count} of {}", source.summary)
        };
        let end = End {
            visits: &inventory.visits,
            warnings,
            endpoint: source.endpoint,
            summary,
            stopped: source.stopped,
        };
        end.write(run, output, list)
    }
}

/// The end of a list.
struct End<'a> {
    visits: &'a [Visit],
    warnings: Vec<String>,
    endpoint: Option<String>,
    summary: String,
    stopped: Option<u8>,
}

impl End<'_> {
    fn write(&self, run: &Run<'_>, output: &Output, list: ListStream<'_>) -> Result<u8, Error> {
        let io = &run.context.io;
        let reach = reach(self.visits);
        let is_complete = reach.is_complete;
        list.finish(reach, &self.warnings, self.endpoint.as_deref())?;
        if !output.is_document() {
            self.warnings.iter().for_each(|warning| io.warn(warning));
            say_gaps(run, self.visits);
            io.say(&self.summary);
        }
        Ok(match (self.stopped, is_complete) {
            (Some(code), _) => code,
            (None, true) => 0,
            (None, false) => INCOMPLETE,
        })
    }
}
