//! The places of a command: every region and kind that its scopes mean.

use std::collections::HashMap;
use std::rc::Rc;

use futures_util::future::join_all;

use super::accounts::{self, Account, Wish};
use super::{Shared, Where, list_of, refuse_single_place, service_of, unseen};
use crate::auth::{Login, Profiles as _};
use crate::cli::Run;
use crate::cli::site::Site;
use crate::cloud::{Regions, has_service, known_regions};
use crate::error::{Error, ErrorKind};
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
    providers: HashMap<Scope, Shared>,
}

/// The regions of an account, for the kinds that share a list of them.
struct Known {
    regions: Regions,
    gap: Option<Error>,
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
            providers: HashMap::new(),
        };
        for profile in broken {
            let resource = usual.first().copied().unwrap_or(Resource::KeyPair);
            let visit = unseen(profile.cloud, &profile.profile, resource, profile.error);
            fleet.visits.push(visit);
        }
        let again = &site.courier().asks_silent_ones_again;
        again.set(false);
        let lists = join_all(
            accounts
                .iter()
                .map(|account| region_lists(site, account, usual)),
        );
        let lists = lists.await;
        again.set(true);
        for (account, known) in accounts.iter().zip(lists) {
            fleet.add(site, account, &known?, usual)?;
        }
        site.courier().go_on()?;
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
                    if !is_named && !has_service(cloud, resource, &region) {
                        continue;
                    }
                    let scope = Scope {
                        cloud,
                        profile: login.profile.clone(),
                        region,
                    };
                    fits_nothing = false;
                    self.add_place(site, login, Place { scope, resource }, why_not)?;
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
            let provider: Shared = Rc::from(site.one_of_many(service, login, &place.scope)?);
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

/// The kinds that a wish means, as far as the cloud has them.
fn kinds(cloud: CloudId, wish: &Wish, usual: &[Resource]) -> Vec<Resource> {
    let wanted = wish.resources.as_deref().unwrap_or(usual);
    let has = |resource: &&Resource| service_of(cloud, **resource).is_some();
    wanted.iter().filter(has).copied().collect()
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

/// The kind whose list of regions counts for another kind.
fn list_kind(cloud: CloudId, resource: Resource) -> Resource {
    match (cloud, resource) {
        (CloudId::Tencent, Resource::LighthouseKeyPair) => resource,
        _ => Resource::KeyPair,
    }
}

/// The regions that the config file names for a profile.
fn own_regions<'s>(site: &'s Site<'_>, login: &Login) -> Result<&'s [String], Error> {
    if site.is_sandbox() {
        return Ok(&[]);
    }
    let profile = site.config()?.profiles.get(&login.profile);
    Ok(profile.map_or(&[], |profile| profile.regions.as_slice()))
}

/// Asks for the lists of regions that the wishes need.
async fn region_lists(
    site: &Site<'_>,
    account: &Account,
    usual: &[Resource],
) -> Result<HashMap<Resource, Known>, Error> {
    let (cloud, login) = (account.cloud, &account.login);
    let mut lists = HashMap::new();
    if !own_regions(site, login)?.is_empty() {
        return Ok(lists);
    }
    let open = |wish: &&Wish| !matches!(wish.region, Some(Name::Exact(_)));
    for wish in account.wishes.iter().filter(open) {
        for resource in kinds(cloud, wish, usual) {
            let kind = list_kind(cloud, resource);
            if lists.contains_key(&kind) {
                continue;
            }
            let service = service_of(cloud, kind).unwrap_or("sts");
            let provider = site.for_identity(cloud, service, login)?;
            let known = match provider.regions(kind).await {
                Ok(regions) => Known { regions, gap: None },
                Err(error) => Known {
                    // A refused key reads no region, either.
                    regions: if error.kind == ErrorKind::Credentials {
                        Regions::default()
                    } else {
                        table(cloud, kind)
                    },
                    gap: Some(error.hint(
                        "The regions that kpctl knows were read; name them with regions in the profile, \
                         or with --on, if those are all.",
                    )),
                },
            };
            lists.insert(kind, known);
        }
    }
    Ok(lists)
}

/// The regions that are left when the vendor's list cannot be read.
fn table(cloud: CloudId, resource: Resource) -> Regions {
    let known = known_regions(cloud, resource).into_iter();
    Regions {
        enabled: known.map(str::to_owned).collect(),
        not_enabled: Vec::new(),
    }
}

/// The regions of a wish, each with the reason why it holds nothing, if it is not enabled.
fn regions_of(
    site: &Site<'_>,
    login: &Login,
    wish: &Wish,
    resource: Resource,
    known: &HashMap<Resource, Known>,
) -> Result<Vec<(String, Option<String>)>, Error> {
    if let Some(Name::Exact(region)) = &wish.region {
        return Ok(vec![(region.clone(), None)]);
    }
    let own = own_regions(site, login)?;
    if !own.is_empty() {
        return Ok(own.iter().map(|region| (region.clone(), None)).collect());
    }
    let list = known
        .get(&resource)
        .or_else(|| known.get(&Resource::KeyPair));
    let Some(Known { regions, .. }) = list else {
        return Ok(Vec::new());
    };
    let enabled = regions.enabled.iter().map(|region| (region.clone(), None));
    let others = regions.not_enabled.iter();
    let others = others.map(|(region, why)| (region.clone(), Some(why.clone())));
    Ok(enabled.chain(others).collect())
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
