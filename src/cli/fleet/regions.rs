//! The regions of accounts: the vendors' own lists, those of a profile, and what is known without either.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::accounts::{Account, Wish};
use super::service_of;
use crate::auth::{Login, Profiles as _};
use crate::cli::site::Site;
use crate::cloud::{Regions, known_regions};
use crate::error::{Error, ErrorKind};
use crate::model::{CloudId, Name, Resource};

/// How long a list of regions is waited for before the known ones are read instead.
const PATIENCE: Duration = Duration::from_secs(15);

/// The regions of an account, for the kinds that share a list of them.
pub(super) struct Known {
    pub(super) regions: Regions,
    /// Why the list could not be read.
    pub(super) gap: Option<Error>,
}

/// The kinds that a wish means, as far as the cloud has them.
pub(super) fn kinds(cloud: CloudId, wish: &Wish, usual: &[Resource]) -> Vec<Resource> {
    let wanted = wish.resources.as_deref().unwrap_or(usual);
    let has = |resource: &&Resource| service_of(cloud, **resource).is_some();
    wanted.iter().filter(has).copied().collect()
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

/// Until when lists of regions are waited for: what hangs is not to take the time of what answers.
pub(super) fn patience(deadline: Option<Instant>) -> Instant {
    let now = Instant::now();
    let left = deadline.map(|deadline| deadline.saturating_duration_since(now) / 2);
    now + left.unwrap_or(PATIENCE).min(PATIENCE)
}

/// Asks for the lists of regions that the wishes need.
pub(super) async fn region_lists(
    site: &Site<'_>,
    account: &Account,
    usual: &[Resource],
    until: Instant,
) -> Result<HashMap<Resource, Known>, Error> {
    let (cloud, login) = (account.cloud, &account.login);
    let mut lists = HashMap::new();
    if !own_regions(site, login)?.is_empty() {
        return Ok(lists);
    }
    // Keys of CodeArts are a user's, in no project.
    let is_of_projects = account.wishes.iter().any(|wish| {
        let mut kinds = kinds(cloud, wish, usual).into_iter();
        kinds.any(|kind| kind != Resource::CodeartsKey)
    });
    let open = |wish: &&Wish| !matches!(wish.region, Some(Name::Exact(_)));
    for wish in account.wishes.iter().filter(open) {
        for resource in kinds(cloud, wish, usual) {
            let kind = list_kind(cloud, resource);
            if lists.contains_key(&kind) {
                continue;
            }
            let service = service_of(cloud, kind).unwrap_or("sts");
            let provider = site.for_identity(cloud, service, login)?;
            let asked = tokio::time::timeout_at(until, provider.regions(kind)).await;
            let asked = asked.unwrap_or_else(|_| {
                let error = Error::new(
                    ErrorKind::Timeout,
                    "the list of regions did not come in time",
                );
                Err(error.cloud(cloud))
            });
            let known = match asked {
                Ok(regions) => Known {
                    gap: beyond(cloud, &regions).filter(|_| is_of_projects),
                    regions,
                },
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

/// What is certainly there and is not read is a gap.
fn beyond(cloud: CloudId, regions: &Regions) -> Option<Error> {
    let shown: Vec<&str> = regions.beyond.iter().take(5).map(String::as_str).collect();
    let more = regions.beyond.len().checked_sub(shown.len())?;
    if shown.is_empty() {
        return None;
    }
    let more = if more == 0 {
        String::new()
    } else {
        format!(", and {more} more")
    };
    let why = format!(
        "keys of sub-projects are not read: {}{more}",
        shown.join(", ")
    );
    Some(
        Error::new(ErrorKind::Unproven, why)
            .code("SubProjects")
            .hint("Give each a profile with its project-id and region, or name the regions with --on, if those are all.")
            .cloud(cloud),
    )
}

/// The regions that are left when the vendor's list cannot be read.
fn table(cloud: CloudId, resource: Resource) -> Regions {
    let known = known_regions(cloud, resource).into_iter();
    Regions {
        enabled: known.map(str::to_owned).collect(),
        ..Regions::default()
    }
}

/// The regions of a wish, each with the reason why it holds nothing, if it is not enabled.
pub(super) fn regions_of(
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
