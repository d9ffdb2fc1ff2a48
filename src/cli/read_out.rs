//! From a parsed read to its exit code: the provider, the list, the document.

use clap::Args;

use super::Run;
use super::args::Items;
use super::site::Site;
use crate::error::Error;
use crate::model::{CloudId, Facts, ListRequest, Listing, Pattern, Record, Resource};
use crate::output::{Item, ListDocument, Output};

/// A read as one command asks for it.
#[derive(Debug)]
pub(super) struct Reading {
    /// The command without its arguments.
    pub(super) command: String,
    /// The cloud.
    pub(super) cloud: CloudId,
    /// The service that is asked.
    pub(super) service: &'static str,
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

impl Reading {
    /// Reads a list, and shows of it what `fits`.
    pub(super) async fn list(
        &self,
        run: &Run<'_>,
        request: ListRequest,
        fits: impl Fn(&Record) -> bool,
    ) -> Result<u8, Error> {
        let output = run.output()?;
        let site = Site::open(run.context, run.global, run.stop).await?;
        let provider = site.provider(self.cloud, self.service)?;
        let mut listing = provider.list(request).await?;
        listing.records.retain(fits);
        self.write(run, &site, &output, &listing, false)?;
        Ok(0)
    }

    /// Writes an empty list, for an empty list of ids.
    pub(super) async fn nothing(&self, run: &Run<'_>) -> Result<u8, Error> {
        let output = run.output()?;
        let site = Site::open(run.context, run.global, run.stop).await?;
        self.write(run, &site, &output, &Listing::default(), false)?;
        Ok(0)
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
        let site = Site::open(run.context, run.global, run.stop).await?;
        let groups = site.group(self.cloud, self.service, &[item])?;
        let mut listing = Listing::default();
        for (provider, ids) in &groups {
            for id in ids {
                listing = provider.show(resource, id).await?;
            }
        }
        self.write(run, &site, &output, &listing, true)?;
        Ok(0)
    }

    /// Writes what was read.
    pub(super) fn write(
        &self,
        run: &Run<'_>,
        site: &Site<'_>,
        output: &Output,
        listing: &Listing,
        is_single: bool,
    ) -> Result<(), Error> {
        let io = &run.context.io;
        let endpoint = site.foreign_endpoint(self.cloud, self.service)?;
        let document = ListDocument {
            kind: "List",
            command: &self.command,
            items: listing.records.iter().map(Item::from).collect(),
            warnings: &listing.warnings,
            endpoint: endpoint.as_deref(),
            sandbox: site.is_sandbox(),
            is_single,
            reach: None,
        };
        output.list(&document, io)?;
        if !output.is_document() {
            listing.warnings.iter().for_each(|warning| io.warn(warning));
        }
        Ok(())
    }
}
