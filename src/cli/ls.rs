//! `ls`: every key in every account, region and cloud.

use std::cell::RefCell;
use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::Args;

use super::Run;
use super::fleet::{Fleet, KEYS, Offline, Where, reach, say_gaps};
use super::read_out::NameFilter;
use super::site::Site;
use crate::cloud::holders::holders;
use crate::error::Error;
use crate::model::{Holding, Place, Record, Visit};
use crate::ops::usage;
use crate::output::{ListStream, Output, holding_item};
use crate::time::{parse_duration, parse_instant};

/// The exit code of an answer that is not whole.
const INCOMPLETE: u8 = 10;

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
            match holding
                .usage
                .as_ref()
                .and_then(crate::model::Usage::is_unused)
            {
                Some(unused) => return unused,
                None => {
                    self.unjudged.borrow_mut().0 += 1;
                    return false;
                }
            }
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
        let site = Site::open(run.context, run.global, run.stop).await?;
        let mut fleet = Fleet::find(run, &site, &self.place, &KEYS, &KEYS).await?;
        if self.usage || self.unused {
            fleet
                .also(|place: &Place| holders(place.scope.cloud, place.resource).lists.to_vec())?;
        }
        if self.usage || self.unused || filter.before.is_some() {
            self.whole(run, &site, &output, &fleet, &filter).await
        } else {
            self.piece_by_piece(run, &site, &output, &fleet, &filter)
                .await
        }
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
        let end = End {
            visits: &gathered.visits,
            warnings: gathered.warnings,
            keys: count.get(),
            began: gathered.began,
        };
        end.write(run, site, output, list.into_inner(), fleet)
    }

    /// All is read before the first row: what holds a key may stand anywhere.
    async fn whole(
        &self,
        run: &Run<'_>,
        site: &Site<'_>,
        output: &Output,
        fleet: &Fleet,
        filter: &Filter<'_>,
    ) -> Result<u8, Error> {
        let began = tokio::time::Instant::now();
        let mut inventory = fleet.inventory(run, site).await?;
        if filter.before.is_some() {
            fleet.date(run, site, &mut inventory).await;
        }
        let with_usage = self.usage || self.unused;
        if with_usage {
            usage::count(&mut inventory);
        }
        let io = &run.context.io;
        let mut list = ListStream::new(output, io, "ls", site.is_sandbox());
        let keys = inventory.keys().filter(|holding| filter.fits(holding));
        let items: Vec<_> = keys
            .map(|holding| holding_item(holding, with_usage))
            .collect();
        let count = items.len();
        list.add(items)?;
        let mut warnings = inventory.warnings.clone();
        warnings.extend(filter.warnings());
        let end = End {
            visits: &inventory.visits,
            warnings,
            keys: count,
            began,
        };
        end.write(run, site, output, list, fleet)
    }
}

/// The end of a list.
struct End<'a> {
    visits: &'a [Visit],
    warnings: Vec<String>,
    keys: usize,
    began: tokio::time::Instant,
}

impl End<'_> {
    fn write(
        &self,
        run: &Run<'_>,
        site: &Site<'_>,
        output: &Output,
        list: ListStream<'_>,
        fleet: &Fleet,
    ) -> Result<u8, Error> {
        let io = &run.context.io;
        let reach = reach(self.visits);
        let is_complete = reach.is_complete;
        let endpoint = fleet.endpoint(site)?;
        list.finish(reach, &self.warnings, endpoint.as_deref())?;
        if !output.is_document() {
            self.warnings.iter().for_each(|warning| io.warn(warning));
            say_gaps(run, self.visits);
            io.say(&fleet.summary(site, self.visits, self.keys, self.began.elapsed()));
        }
        if let Some(code) = site.courier().stop.requested() {
            return Ok(code);
        }
        Ok(if is_complete { 0 } else { INCOMPLETE })
    }
}
