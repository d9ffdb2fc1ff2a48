//! From a parsed read to its exit code: the provider, the list, the document.

use std::mem::discriminant;
use std::path::Path;

use clap::Args;

use super::Run;
use super::args::Items;
use super::fleet::{INCOMPLETE, reach, read_snapshot, say_gaps};
use super::site::Site;
use crate::cloud::inventory_lists;
use crate::error::{Error, ErrorKind};
use crate::model::{
    CloudId, Facts, ListRequest, Listing, Pattern, Record, Resource, Scope, Sight, Visit,
};
use crate::output::{Item, ListDocument, Output};

/// A read as one command asks for it.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    /// The command without its arguments.
    pub(super) command: String,
    /// The cloud.
    pub(super) cloud: CloudId,
    /// The service that is asked.
    pub(super) service: &'static str,
    /// The snapshot that is read instead.
    pub(super) offline: Option<&'a Path>,
}

/// What was read, and where.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) listing: Listing,
    endpoint: Option<String>,
    sandbox: bool,
    /// Places that a snapshot lacks.
    gaps: Vec<Visit>,
}

// Which things of a list are shown. All pages are read in any case.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct NameFilter {
    /// Only those whose name or id fits: letters as they are, * for any, ? for one
    #[arg(long, value_name = "PATTERN")]
    pub(super) name: Option<String>,
}

impl NameFilter {
    /// Whether a thing is to be shown.
    pub(super) fn fits(&self, record: &Record) -> bool {
        let pattern = self.name.as_deref().map(Pattern::new);
        pattern.is_none_or(|pattern| pattern.fits(record.name()) || pattern.fits(&record.id))
    }
}

// Which machines of a list are shown.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct MachineFilter {
    #[command(flatten)]
    name: NameFilter,

    /// Only those in this state, such as running
    #[arg(long, value_name = "STATE")]
    state: Option<String>,

    /// Only those that hold this key pair
    #[arg(long, value_name = "ID")]
    key_pair: Option<String>,
}

impl MachineFilter {
    /// Whether a thing is to be shown. Where it is not known what a machine holds, it is shown.
    pub(super) fn fits(&self, record: &Record) -> bool {
        let in_state = self.state.as_ref().is_none_or(|wanted| {
            let state = record.state().unwrap_or_default();
            state.eq_ignore_ascii_case(wanted)
        });
        let holds = self
            .key_pair
            .as_ref()
            .is_none_or(|wanted| match &record.facts {
                Facts::Instance(instance) => instance
                    .key_pairs
                    .as_ref()
                    .is_none_or(|pairs| pairs.iter().any(|pair| pair.id == *wanted)),
                Facts::CphServer(server) => {
                    server.key_pair.as_ref().is_none_or(|pair| pair == wanted)
                }
                _ => true,
            });
        in_state && holds && self.name.fits(record)
    }
}

impl Reading<'_> {
    /// Reads a list, and shows of it what `fits`.
    pub(super) async fn list(
        &self,
        run: &Run<'_>,
        request: ListRequest,
        fits: impl Fn(&Record) -> bool,
    ) -> Result<u8, Error> {
        let output = run.output()?;
        let mut found = self.read(run, request).await?;
        found.listing.records.retain(fits);
        self.write(run, &output, &found, false)
    }

    /// Reads a list, all of it.
    pub(super) async fn read(&self, run: &Run<'_>, request: ListRequest) -> Result<Found, Error> {
        if let Some(path) = self.offline {
            let mut lists = inventory_lists(self.cloud).into_iter();
            let kind = discriminant(&request);
            let resource = match request {
                ListRequest::KeyPairs(resource) => Some(resource),
                _ => lists
                    .find(|(.., list)| discriminant(list) == kind)
                    .map(|(resource, ..)| resource),
            };
            let resource =
                resource.ok_or_else(|| Error::usage("snapshots keep nothing of that kind"))?;
            return self.of_snapshot(run, path, resource);
        }
        let site = Site::open(run.context, run.global, run.stop).await?;
        let provider = site.provider(self.cloud, self.service)?;
        Ok(Found {
            listing: provider.list(request).await?,
            endpoint: site.foreign_endpoint(self.cloud, self.service)?,
            sandbox: site.is_sandbox(),
            gaps: Vec::new(),
        })
    }

    /// What a snapshot has of a kind, in the region and of the profile that options name, or in all.
    fn of_snapshot(&self, run: &Run<'_>, path: &Path, resource: Resource) -> Result<Found, Error> {
        let snapshot = read_snapshot(run, path)?;
        let global = run.global;
        let is_meant = |scope: &Scope, kind: Resource| {
            let of =
                |given: &Option<String>, own: &str| given.as_ref().is_none_or(|one| one == own);
            (scope.cloud, kind) == (self.cloud, resource)
                && of(&global.profile, &scope.profile)
                && (of(&global.region, &scope.region) || scope.region == "*")
        };
        let inventory = snapshot.inventory;
        let mut visits = inventory.visits;
        visits.retain(|visit| is_meant(&visit.place.scope, visit.place.resource));
        if visits.is_empty() {
            return Err(Error::usage(format!(
                "'{}' has nothing of the kind {resource} of {} there",
                path.display(),
                self.cloud
            ))
            .hint("Leave -p and -r out to see all that it has."));
        }
        visits.retain(|visit| matches!(visit.sight, Sight::Unseen(_)));
        let records = inventory.holdings.into_iter().map(|holding| holding.record);
        let records = records.filter(|record| {
            let address = record.address.as_ref();
            address.is_some_and(|address| is_meant(&address.scope, address.resource))
        });
        Ok(Found {
            listing: records.collect::<Vec<_>>().into(),
            endpoint: snapshot.endpoint,
            sandbox: snapshot.sandbox,
            gaps: visits,
        })
    }

    /// Writes an empty list, for an empty list of ids.
    pub(super) async fn nothing(&self, run: &Run<'_>) -> Result<u8, Error> {
        let output = run.output()?;
        let site = Site::open(run.context, run.global, run.stop).await?;
        let found = Found {
            sandbox: site.is_sandbox(),
            ..Found::default()
        };
        self.write(run, &output, &found, false)
    }

    /// Reads one thing, by id or address.
    pub(super) async fn show(
        &self,
        run: &Run<'_>,
        resource: Resource,
        text: &str,
    ) -> Result<u8, Error> {
        let output = run.output()?;
        let items = Items {
            cloud: self.cloud,
            resource,
            texts: &[],
        };
        let item = items.item(text)?;
        if let Some(path) = self.offline {
            let mut found = self.of_snapshot(run, path, resource)?;
            let (scope, id) = &item;
            found.listing.records.retain(|record| {
                let is_named = record.id == *id || record.other_id() == Some(id);
                is_named && scope.as_ref().is_none_or(|scope| *scope == record.scope)
            });
            return match found.listing.records.len() {
                1 => {
                    found.gaps.clear();
                    self.write(run, &output, &found, true)
                }
                0 => Err(Error::new(
                    ErrorKind::NotFound,
                    format!(
                        "'{}' has no {resource} {id} of {}",
                        path.display(),
                        self.cloud
                    ),
                )),
                _ => Err(Error::usage(format!(
                    "several things are called {id} in '{}'",
                    path.display()
                ))
                .hint("Name it by its address, as lists print it.")),
            };
        }
        let site = Site::open(run.context, run.global, run.stop).await?;
        let groups = site.group(self.cloud, self.service, &[item])?;
        let mut listing = Listing::default();
        for (provider, ids) in &groups {
            for id in ids {
                listing = provider.show(resource, id).await?;
            }
        }
        let found = Found {
            listing,
            endpoint: site.foreign_endpoint(self.cloud, self.service)?,
            sandbox: site.is_sandbox(),
            gaps: Vec::new(),
        };
        self.write(run, &output, &found, true)
    }

    /// Writes what was read; the exit code says whether that is all.
    pub(super) fn write(
        &self,
        run: &Run<'_>,
        output: &Output,
        found: &Found,
        is_single: bool,
    ) -> Result<u8, Error> {
        let io = &run.context.io;
        let is_complete = found.gaps.is_empty();
        let document = ListDocument {
            kind: "List",
            command: &self.command,
            items: found.listing.records.iter().map(Item::from).collect(),
            warnings: &found.listing.warnings,
            endpoint: found.endpoint.as_deref(),
            sandbox: found.sandbox,
            is_single,
            reach: (!is_complete).then(|| reach(&found.gaps)),
        };
        output.list(&document, io)?;
        if !output.is_document() {
            let warnings = found.listing.warnings.iter();
            warnings.for_each(|warning| io.warn(warning));
            say_gaps(run, &found.gaps);
        }
        Ok(if is_complete { 0 } else { INCOMPLETE })
    }
}
