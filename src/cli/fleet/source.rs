//! An inventory, from the clouds or from a snapshot: whoever judges it need not know which.

use super::{Fleet, Offline, Where};
use crate::cli::Run;
use crate::cli::site::Site;
use crate::cloud::holders::holders;
use crate::error::Error;
use crate::model::{Inventory, Place, Resource};
use crate::ops::usage;

/// What is to be known of the things.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::cli) struct Wanted {
    /// What holds the keys.
    pub(in crate::cli) usage: bool,
    /// When keys were made, also where that costs a request each.
    pub(in crate::cli) dates: bool,
    /// Which accounts the profiles belong to.
    pub(in crate::cli) accounts: bool,
}

/// An inventory and where it comes from.
pub(in crate::cli) struct Source {
    pub(in crate::cli) inventory: Inventory,
    pub(in crate::cli) sandbox: bool,
    pub(in crate::cli) endpoint: Option<String>,
    /// The code to end with after a signal.
    pub(in crate::cli) stopped: Option<u8>,
    /// What was looked through, in a few words.
    pub(in crate::cli) summary: String,
}

impl Source {
    /// Reads the snapshot, if one is named, or all places of the clouds.
    pub(in crate::cli) async fn read(
        run: &Run<'_>,
        place: &Where,
        snapshot: &Offline,
        usual: &[Resource],
        possible: &[Resource],
        wanted: Wanted,
    ) -> Result<Self, Error> {
        let began = tokio::time::Instant::now();
        if let Some(path) = &snapshot.offline {
            // What holds a key counts wherever it was, so that is counted before anything is left out.
            let snapshot = super::offline(run, path, place, usual, wanted.usage)?;
            let keys = snapshot.inventory.keys().count();
            return Ok(Self {
                summary: format!("{keys} keys in {}", path.display()),
                inventory: snapshot.inventory,
                sandbox: snapshot.sandbox,
                endpoint: snapshot.endpoint,
                stopped: None,
            });
        }
        let site = Site::open(run.context, run.global, run.stop).await?;
        let mut fleet = Fleet::find(run, &site, place, usual, possible).await?;
        if wanted.usage {
            fleet.also(|place: &Place| holders(place.scope.cloud, place.resource).lists.to_vec());
        }
        let mut inventory = fleet.inventory(run, &site).await?;
        if wanted.dates {
            fleet.date(run, &site, &mut inventory).await;
        }
        if wanted.accounts {
            fleet.name_accounts(&site, &mut inventory).await;
        }
        if wanted.usage {
            usage::count(&mut inventory);
        }
        let keys = inventory.keys().count();
        Ok(Self {
            summary: Fleet::summary(&site, &inventory.visits, keys, began.elapsed()),
            endpoint: fleet.endpoint(&site)?,
            sandbox: site.is_sandbox(),
            stopped: site.courier().stop.requested(),
            inventory,
        })
    }
}
