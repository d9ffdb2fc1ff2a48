//! `snapshot`: what all places hold, in one document.

use clap::Args;
use futures_util::future::join_all;

use super::Run;
use super::fleet::{Fleet, Where, say_gaps};
use super::site::Site;
use crate::error::Error;
use crate::model::{Inventory, Resource};
use crate::ops::usage;
use crate::output::Format;
use crate::snapshot::{Snapshot, text};

/// The exit code of an answer that is not whole.
const INCOMPLETE: u8 = 10;

/// Everything that is kept.
const KINDS: [Resource; 6] = [
    Resource::KeyPair,
    Resource::LighthouseKeyPair,
    Resource::Instance,
    Resource::KmsKey,
    Resource::CphServer,
    Resource::CodeartsKey,
];

// What is saved.
#[derive(Args, Debug)]
pub(super) struct TakeSnapshot {
    #[command(flatten)]
    place: Where,
}

impl TakeSnapshot {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        if !matches!(run.global.output, None | Some(Format::Json)) || run.global.query.is_some() {
            return Err(Error::usage("a snapshot is one JSON document").hint(
                "Leave -o and --query out; kpctl ls --offline FILE shows it in any format.",
            ));
        }
        let began = tokio::time::Instant::now();
        let site = Site::open(run.context, run.global, run.stop).await?;
        let fleet = Fleet::find(run, &site, &self.place, &KINDS, &KINDS).await?;
        let mut inventory = fleet.inventory(run, &site).await?;
        fleet.date(run, &site, &mut inventory).await;
        name_accounts(&site, &fleet, &mut inventory).await;
        usage::count(&mut inventory);
        let is_complete = inventory.is_complete();
        let keys = inventory.keys().count();
        let io = &run.context.io;
        say_gaps(run, &inventory.visits);
        inventory.warnings.iter().for_each(|text| io.warn(text));
        io.say(&fleet.summary(&site, &inventory.visits, keys, began.elapsed()));
        let snapshot = Snapshot {
            sandbox: site.is_sandbox(),
            endpoint: fleet.endpoint(&site)?,
            inventory,
        };
        io.data(&text(&snapshot))?;
        if let Some(code) = site.courier().stop.requested() {
            return Ok(code);
        }
        Ok(if is_complete { 0 } else { INCOMPLETE })
    }
}

/// Asks the clouds which accounts the profiles belong to. Where one does not tell, the profile stands for
/// the account, and a warning says so.
pub(super) async fn name_accounts(site: &Site<'_>, fleet: &Fleet, inventory: &mut Inventory) {
    let asked = fleet.logins.iter().map(|(cloud, login)| async move {
        let service = crate::cloud::reads(*cloud)
            .first()
            .map_or("sts", |(service, _)| *service);
        let provider = site.for_identity(*cloud, service, login);
        let account = match provider {
            Ok(provider) => provider.account().await,
            Err(error) => Err(error),
        };
        (*cloud, login.profile.clone(), account)
    });
    for (cloud, profile, account) in join_all(asked).await {
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
