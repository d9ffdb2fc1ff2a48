//! The places of a command: every region and kind that its scopes mean.

use std::collections::HashMap;
use std::rc::Rc;

use futures_util::future::join_all;

use super::accounts::{self, Account};
use super::regions::{Known, kinds, patience, region_lists, regions_of};
use super::{Shared, Where, list_of, refuse_single_place, service_of, unseen};
use crate::auth::Login;
use crate::cli::Run;
use crate::cli::site::Site;
use crate::cloud::{has_service, known_regions};
use crate::error::Error;
use crate::model::{CloudId, Name, Place, Resource, Scope, Sight, Visit};
use crate::ops::sweep::Target;

/// The places that a command is to read or change.
pub(in crate::cli) struct Fleet {
    /// What is to be read.
    pub(in crate::cli) targets: Vec<Target>,
    /// Places of which it is known beforehand that nothing can be read there.
    pub(in crate::cli) visits: Vec<Visit>,
    /// The accounts that are worked with.
    pub(in crate::cli) logins: Vec<(CloudId, Rc<Login>)>,
    /// Scopes whose very region the user named.
    pub(super) named: Vec<Scope>,
    providers: HashMap<Scope, Shared>,
}

impl Fleet {
    /// Finds the places that the scopes mean. `usual` are the kinds where a scope names none, `possible`
    /// those that the command can work on. Only lists of regions are asked for, and only where no scope,
    /// profile or variable names regions.
    pub(in crate::cli) async fn find(
        run: &Run<'_>,
        site: &Site<'_>,
        place: &Where,
        usual: &[Resource],
        possible: &[Resource],
    ) -> Result<Self, Error> {
        refuse_single_place(run)?;
        let mut scopes = place.scopes()?;
        for scope in &mut scopes {
            let text = scope.to_string();
            if let Some(named) = &mut scope.resources {
                keep_possible(named, possible, &text)?;
            }
        }
        let (accounts, broken) = accounts::find(site, &scopes)?;
        check_endpoint(run, &accounts)?;
        let mut fleet = Self {
            targets: Vec::new(),
            visits: Vec::new(),
            logins: Vec::new(),
            named: Vec::new(),
            providers: HashMap::new(),
        };
        for profile in broken {
            let resource = usual.first().copied().unwrap_or(Resource::KeyPair);
            let visit = unseen(profile.cloud, &profile.profile, resource, profile.error);
            fleet.visits.push(visit);
        }
        let courier = site.courier();
        // Who does not answer is asked once: the others are not to wait for its sixth try.
        courier.asks_silent_ones_again.set(false);
        let until = patience(courier.deadline);
        let lists = accounts
            .iter()
            .map(|account| region_lists(site, account, usual, until));
        let lists = tokio::select! {
            lists = join_all(lists) => lists,
            () = courier.stop.asked_for() => Vec::new(),
        };
        courier.asks_silent_ones_again.set(true);
        courier.go_on()?;
        for (account, known) in accounts.iter().zip(lists) {
            fleet.add(site, account, &known?, usual)?;
        }
        Ok(fleet)
    }

    /// The provider of a scope that is worked in.
    pub(in crate::cli) fn provider(&self, scope: &Scope) -> Option<&Shared> {
        self.providers.get(scope)
    }

    /// Reads these kinds, too, in every scope where one of those is read.
    pub(in crate::cli) fn also(&mut self, beside: impl Fn(&Place) -> Vec<Resource>) {
        let mut more: Vec<Target> = Vec::new();
        for target in &self.targets {
            for resource in beside(&target.place) {
                let scope = target.place.scope.clone();
                let place = Place { scope, resource };
                let is_there = |other: &Target| other.place == place;
                if self.targets.iter().any(is_there) || more.iter().any(is_there) {
                    continue;
                }
                if !has_service(place.scope.cloud, resource, &place.scope.region) {
                    continue;
                }
                if let Some(request) = list_of(place.scope.cloud, resource) {
                    more.push(Target {
                        place,
                        provider: Rc::clone(&target.provider),
                        request,
                    });
                }
            }
        }
        self.targets.extend(more);
    }

    fn add(
        &mut self,
        site: &Site<'_>,
        account: &Account,
        known: &HashMap<Resource, Known>,
        usual: &[Resource],
    ) -> Result<(), Error> {
        let (cloud, login) = (account.cloud, &account.login);
        self.logins.push((cloud, Rc::clone(login)));
        let mut kinds_of_lists: Vec<_> = known.keys().copied().collect();
        kinds_of_lists.sort_unstable();
        for kind in kinds_of_lists {
            if let Some(error) = known.get(&kind).and_then(|known| known.gap.as_ref()) {
                let visit = unseen(cloud, &login.profile, kind, error.clone());
                self.visits.push(visit);
            }
        }
        for wish in &account.wishes {
            let mut fits_nothing = true;
            for resource in kinds(cloud, wish, usual) {
                let regions = regions_of(site, login, wish, resource, known)?;
                for (region, why_not) in regions {
                    if wish.region.as_ref().is_some_and(|name| !name.fits(&region)) {
                        continue;
                    }
                    let is_named = matches!(wish.region, Some(Name::Exact(_)));
                    // Who names a region alone means what it has.
                    let is_wanted = is_named && matches!(wish.resources.as_deref(), Some([_]));
                    if !is_wanted && !has_service(cloud, resource, &region) {
                        continue;
                    }
                    let scope = Scope {
                        cloud,
                        profile: login.profile.clone(),
                        region,
                    };
                    fits_nothing = false;
                    if is_named && !self.named.contains(&scope) {
                        self.named.push(scope.clone());
                    }
                    let place = Place { scope, resource };
                    self.add_place(site, login, place, why_not, is_named)?;
                }
            }
            if fits_nothing && matches!(wish.region, Some(Name::Wild(..))) {
                return Err(Error::usage(format!("no region fits '{}'", wish.text))
                    .hint(format!(
                        "kpctl knows of {cloud}: {}.",
                        known_regions(cloud, Resource::KeyPair).join(", ")
                    ))
                    .cloud(cloud));
            }
        }
        Ok(())
    }

    fn add_place(
        &mut self,
        site: &Site<'_>,
        login: &Login,
        place: Place,
        why_not: Option<String>,
        is_named: bool,
    ) -> Result<(), Error> {
        let is_there = self.targets.iter().any(|target| target.place == place)
            || self.visits.iter().any(|visit| visit.place == place);
        if is_there {
            return Ok(());
        }
        if let Some(why) = why_not {
            let sight = Sight::NotEnabled(why);
            self.visits.push(Visit { place, sight });
            return Ok(());
        }
        let (Some(request), Some(service)) = (
            list_of(place.scope.cloud, place.resource),
            service_of(place.scope.cloud, place.resource),
        ) else {
            return Ok(());
        };
        let provider = if let Some(provider) = self.providers.get(&place.scope) {
            Rc::clone(provider)
        } else {
            let provider: Shared =
                Rc::from(site.one_of_many(service, login, &place.scope, is_named)?);
            let scope = place.scope.clone();
            self.providers.insert(scope, Rc::clone(&provider));
            provider
        };
        self.targets.push(Target {
            place,
            provider,
            request,
        });
        Ok(())
    }
}

/// Leaves out kinds that the command cannot work on, which a pattern may mean beside others.
fn keep_possible(
    named: &mut Vec<Resource>,
    possible: &[Resource],
    text: &str,
) -> Result<(), Error> {
    named.retain(|resource| possible.contains(resource));
    if named.is_empty() {
        let known: Vec<&str> = possible.iter().map(|resource| resource.name()).collect();
        return Err(Error::usage(format!(
            "'{text}' names nothing that this command works on: {}",
            known.join(", ")
        )));
    }
    Ok(())
}

/// One endpoint cannot be that of several clouds.
fn check_endpoint(run: &Run<'_>, accounts: &[Account]) -> Result<(), Error> {
    let first = accounts.first().map(|account| account.cloud);
    let several = accounts.iter().any(|account| Some(account.cloud) != first);
    if run.global.endpoint_url.is_some() && several {
        return Err(Error::usage("--endpoint-url is for one cloud")
            .hint("Name the cloud with --on, or set KPCTL_ENDPOINT_URL_<CLOUD> for each."));
    }
    Ok(())
}
