//! Reads the places of a fleet, with a line that tells how far it is.

use std::cell::RefCell;
use std::collections::HashSet;
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt as _};
use tokio::time::Instant;

use super::status::Status;
use super::{Fleet, common_refusal};
use crate::cli::Run;
use crate::cli::site::Site;
use crate::cloud::reads;
use crate::error::{Error, ErrorKind};
use crate::model::{Facts, Holding, Inventory, Place, Record, Sight, Visit};
use crate::ops::sweep::{Progress, Take, sweep};

/// Things whose dates are asked for one by one at the same time.
const AT_ONCE: usize = 16;

/// What came of reading a fleet.
pub(in crate::cli) struct Gathered {
    /// The places, those of which it was known beforehand first.
    pub(in crate::cli) visits: Vec<Visit>,
    /// What should be known beside.
    pub(in crate::cli) warnings: Vec<String>,
    /// When the reading began.
    pub(in crate::cli) began: Instant,
}

impl Fleet {
    /// The endpoints that the user chose instead of the vendors'.
    pub(in crate::cli) fn endpoint(&self, site: &Site<'_>) -> Result<Option<String>, Error> {
        let mut chosen: Vec<String> = Vec::new();
        for target in &self.targets {
            let cloud = target.place.scope.cloud;
            let service = super::service_of(cloud, target.place.resource).unwrap_or("sts");
            for endpoint in site.foreign_endpoints(cloud, service)? {
                if !chosen.contains(&endpoint) {
                    chosen.push(endpoint);
                }
            }
        }
        Ok((!chosen.is_empty()).then(|| chosen.join(", ")))
    }

    /// What was looked at, in one line.
    pub(in crate::cli) fn summary(
        site: &Site<'_>,
        visits: &[Visit],
        keys: usize,
        elapsed: Duration,
    ) -> String {
        let seen = visits
            .iter()
            .filter(|visit| matches!(visit.sight, Sight::Seen));
        let scopes: HashSet<_> = seen.map(|visit| &visit.place.scope).collect();
        let clouds: HashSet<_> = scopes.iter().map(|scope| scope.cloud).collect();
        let accounts: HashSet<_> = scopes
            .iter()
            .map(|scope| (scope.cloud, &scope.profile))
            .collect();
        let of = |count: usize, one: &str| {
            let s = if count == 1 { "" } else { "s" };
            format!("{count} {one}{s}")
        };
        format!(
            "{} in {} of {} and {}; {} in {:.1} s",
            of(keys, "key"),
            of(scopes.len(), "region"),
            of(accounts.len(), "account"),
            of(clouds.len(), "cloud"),
            of(
                usize::try_from(site.courier().requests.get()).unwrap_or(usize::MAX),
                "request"
            ),
            elapsed.as_secs_f64(),
        )
    }

    /// Reads all places and hands out what they hold as it comes.
    pub(in crate::cli) async fn read(
        &self,
        run: &Run<'_>,
        site: &Site<'_>,
        take: &Take<'_>,
    ) -> Result<Gathered, Error> {
        let began = Instant::now();
        let progress = Progress::default();
        let status = Status::new(run, site, &progress);
        let read = sweep(&self.targets, site.courier(), &progress, take);
        let (seen, warnings) = status.beside(read).await?;
        let mut visits = self.visits.clone();
        visits.extend(seen);
        self.doubt(&mut visits);
        if let Some(error) = common_refusal(&visits) {
            return Err(error);
        }
        Ok(Gathered {
            visits,
            warnings,
            began,
        })
    }

    /// A region that a person named and in which nothing is enabled may be a typo, which must not look like
    /// an account without keys.
    fn doubt(&self, visits: &mut [Visit]) {
        for scope in &self.named {
            let in_it = |visit: &&Visit| visit.place.scope == *scope;
            let mut there = visits.iter().filter(in_it);
            if there.any(|visit| !matches!(visit.sight, Sight::NotEnabled(_))) {
                continue;
            }
            for visit in visits
                .iter_mut()
                .filter(|visit| visit.place.scope == *scope)
            {
                if let Sight::NotEnabled(why) = &visit.sight {
                    let error = Error::new(ErrorKind::NotFound, why.clone())
                        .code("NotEnabled")
                        .hint("Check the region's name, and the account.");
                    visit.sight = Sight::Unseen(error);
                }
            }
        }
    }

    /// Reads all places into memory; things are in the order of their places.
    pub(in crate::cli) async fn inventory(
        &self,
        run: &Run<'_>,
        site: &Site<'_>,
    ) -> Result<Inventory, Error> {
        let taken_at = run.context.clock.now();
        let found: RefCell<Vec<(Place, Vec<Record>)>> = RefCell::default();
        let take = |place: &Place, records: Vec<Record>| {
            found.borrow_mut().push((place.clone(), records));
            Ok(())
        };
        let gathered = self.read(run, site, &take).await?;
        let mut found = found.into_inner();
        // Pages of a place come in their order; places come in any.
        let rank = |place: &Place| {
            let mut targets = self.targets.iter();
            targets.position(|target| target.place == *place)
        };
        found.sort_by_cached_key(|(place, _)| rank(place));
        let holding = |record| Holding {
            record,
            usage: None,
        };
        let holdings = found.into_iter().flat_map(|(_, records)| records);
        Ok(Inventory {
            taken_at: Some(taken_at),
            visits: gathered.visits,
            holdings: holdings.map(holding).collect(),
            warnings: gathered.warnings,
            ..Inventory::default()
        })
    }

    /// Asks the clouds which accounts the profiles belong to. Where one does not tell, the profile stands
    /// for the account, and a warning says so.
    pub(in crate::cli) async fn name_accounts(&self, site: &Site<'_>, inventory: &mut Inventory) {
        let asked = self.logins.iter().map(|(cloud, login)| async move {
            let service = reads(*cloud).first().map_or("sts", |(service, _)| *service);
            let account = match site.for_identity(*cloud, service, login) {
                Ok(provider) => provider.account().await,
                Err(error) => Err(error),
            };
            (*cloud, login.profile.clone(), account)
        });
        let answers = tokio::select! {
            answers = join_all(asked) => answers,
            () = site.courier().stop.asked_for() => return,
        };
        for (cloud, profile, account) in answers {
            match account {
                Ok(account) => {
                    inventory.accounts.insert((cloud, profile), account);
                }
                Err(error) => inventory.warnings.push(format!(
                    "which account {cloud}:{profile} belongs to cannot be seen, so the profile stands for it: {error}"
                )),
            }
        }
    }

    /// Asks one by one for what lists leave out of some keys: when they were made.
    pub(in crate::cli) async fn date(
        &self,
        run: &Run<'_>,
        site: &Site<'_>,
        inventory: &mut Inventory,
    ) {
        let undated = |holding: &Holding| {
            holding.record.is_ssh_key() && holding.record.created_at().is_none()
        };
        let wanted = inventory.holdings.iter().enumerate();
        let wanted = wanted.filter(|(_, holding)| undated(holding));
        let asked: Vec<_> = wanted
            .filter_map(|(at, holding)| {
                let address = holding.record.address.clone()?;
                Some((at, self.provider(&address.scope)?, address))
            })
            .collect();
        if asked.is_empty() {
            return;
        }
        let progress = Progress::default();
        progress.total.set(asked.len());
        let status = Status::new(run, site, &progress);
        let answers = stream::iter(asked)
            .map(|(at, provider, address)| async move {
                let shown = provider.show(address.resource, &address.id).await;
                (at, shown)
            })
            .buffer_unordered(AT_ONCE)
            .inspect(|_| progress.done.set(progress.done.get() + 1));
        let answers: Vec<_> = tokio::select! {
            answers = status.beside(answers.collect()) => answers,
            () = site.courier().stop.asked_for() => Vec::new(),
        };
        let mut first: Option<(Error, usize)> = None;
        for (at, shown) in answers {
            match shown {
                Ok(listing) => {
                    let Some(record) = listing.records.into_iter().next() else {
                        continue;
                    };
                    if let (Facts::KeyPair(known), Facts::KeyPair(shown)) =
                        (&mut inventory.holdings[at].record.facts, record.facts)
                    {
                        known.created_at = shown.created_at;
                        known.description = known.description.take().or(shown.description);
                    }
                }
                Err(error) => match &mut first {
                    Some((_, count)) => *count += 1,
                    None => first = Some((error, 1)),
                },
            }
        }
        if let Some((error, count)) = first {
            inventory.warnings.push(format!(
                "when {count} keys were made could not be read: {error}"
            ));
        }
    }
}
