//! A snapshot instead of the clouds.

use std::path::Path;

use super::Where;
use crate::cli::Run;
use crate::cli::args::OF_REQUESTS;
use crate::config::file::Config;
use crate::error::Error;
use crate::io::read_text;
use crate::model::{Name, Place, Resource, Scope, ScopePattern, Whose};
use crate::ops::usage;
use crate::snapshot::{self, Snapshot};

/// Bytes that a snapshot may have: a million keys are smaller.
const LARGEST: u64 = 2 << 30;

/// Reads a snapshot, and leaves of it what the scopes mean.
pub(in crate::cli) fn offline(
    run: &Run<'_>,
    path: &Path,
    place: &Where,
    kinds: &[Resource],
    with_usage: bool,
) -> Result<Snapshot, Error> {
    super::refuse_single_place(run)?;
    let scopes = place.scopes()?;
    let mut snapshot = read(run, path)?;
    let groups = groups(run, &scopes)?;
    let fits = |scope: &ScopePattern, place: &Place| {
        let Scope {
            cloud,
            profile,
            region,
        } = &place.scope;
        let whose = match &scope.whose {
            Whose::Clouds {
                clouds,
                profile: wanted,
                ..
            } => clouds.contains(cloud) && wanted.as_ref().is_none_or(|name| name.fits(profile)),
            Whose::Named(name) => {
                name == profile
                    || groups
                        .groups
                        .get(name)
                        .is_some_and(|members| members.contains(profile))
            }
        };
        // Where the regions were not known, any may be meant.
        let is_open = region == "*" && !matches!(scope.region, Some(Name::Exact(_)));
        let resources = scope.resources.as_deref().unwrap_or(kinds);
        whose && (is_open || scope.fits_region(region)) && resources.contains(&place.resource)
    };
    let inventory = &mut snapshot.inventory;
    if with_usage {
        usage::count(inventory);
    }
    if !place.on.is_empty() {
        for scope in &scopes {
            let mut visits = inventory.visits.iter();
            if !visits.any(|visit| fits(scope, &visit.place)) {
                return Err(Error::usage(format!(
                    "'{}' has nothing of '{scope}'",
                    path.display()
                )));
            }
        }
    }
    let is_meant = |place: &Place| scopes.iter().any(|scope| fits(scope, place));
    inventory.visits.retain(|visit| is_meant(&visit.place));
    inventory.holdings.retain(|holding| {
        holding.record.address.as_ref().is_some_and(|address| {
            is_meant(&Place {
                scope: address.scope.clone(),
                resource: address.resource,
            })
        })
    });
    Ok(snapshot)
}

/// The config file, where a scope may be a group of it.
fn groups(run: &Run<'_>, scopes: &[ScopePattern]) -> Result<Config, Error> {
    let is_named = |scope: &ScopePattern| matches!(scope.whose, Whose::Named(_));
    if scopes.iter().any(is_named) {
        return Config::read(&run.context.env);
    }
    Ok(Config::default())
}

/// Reads a snapshot, and says of when it is.
pub(in crate::cli) fn read(run: &Run<'_>, path: &Path) -> Result<Snapshot, Error> {
    run.global.refuse(&OF_REQUESTS, |option| {
        Error::usage(format!("{option} does nothing beside --offline"))
            .hint("A snapshot is read, and no cloud is asked.")
    })?;
    let name = path.display().to_string();
    let complain = |error: std::io::Error| Error::usage(format!("cannot read '{name}': {error}"));
    let text = read_text(path, LARGEST)
        .map_err(complain)?
        .ok_or_else(|| Error::usage(format!("'{name}' is too large for a snapshot")))?;
    let snapshot = snapshot::parse(&text, &name)?;
    let taken_at = snapshot.inventory.taken_at;
    if let Some(taken_at) = taken_at {
        let at = taken_at.format("%Y-%m-%dT%H:%M:%SZ");
        run.context
            .io
            .say(&format!("as of {at}; the clouds were not asked"));
    }
    Ok(snapshot)
}
