//! `import FILE.pub --on SCOPE...`: the same key in many places.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;

use clap::Args;

use super::Run;
use super::args::Changing;
use super::carry_out::{Job, Part, check_beforehand};
use super::fleet::{Fleet, KEYS, Where, say_gaps, service_of};
use super::key_pair::public_key;
use super::site::Site;
use crate::cloud::{legal_name, takes_key};
use crate::error::{Error, ErrorKind};
use crate::model::{
    ChangeRequest, CloudId, Inventory, NewKeyPair, Outcome, Place, Resource, Sight, Status,
    exit_code,
};
use crate::ops::change::{Extent, Report};
use crate::sshkey::PublicKey;

/// The exit code when it is not known whether there are other places.
const INCOMPLETE: u8 = 10;

// Which key, and where to.
#[derive(Args, Debug)]
pub(super) struct Import {
    /// The public key file; '-' reads the key from standard input
    #[arg(value_name = "FILE.pub")]
    file: PathBuf,

    /// What the key is to be called; each cloud gets the nearest name that it allows
    #[arg(long, value_name = "NAME")]
    name: String,

    // No doc comment: its brackets are links to rustdoc.
    #[arg(
        long,
        value_name = "SCOPE",
        value_delimiter = ',',
        required = true,
        help = "CLOUD[:PROFILE][/REGION[/RESOURCE]] with * for any letters, or a group or profile of the config \
                file; may be repeated. Key pairs, unless RESOURCE names codearts-key or lighthouse-key-pair"
    )]
    on: Vec<String>,

    /// Do not read back: results stay 'submitted'
    #[arg(long)]
    no_verify: bool,

    #[command(flatten)]
    changing: Changing,
}

/// What is known of a place before anything is sent.
enum Plan {
    /// It is decided already.
    Decided(Box<Outcome>),
    /// The key goes there, under this name.
    Add(Part),
}

impl Import {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let output = Job::output(run)?;
        check_beforehand(run, &self.changing)?;
        let key = public_key(run, &self.file)?;
        let from_input = self.file.as_os_str() == "-";
        let place = Where {
            on: self.on.clone(),
        };
        let site = Site::open(run.context, run.global, run.stop).await?;
        let fleet = Fleet::find(run, &site, &place, &[Resource::KeyPair], &KEYS).await?;
        let names = self.names(run, &fleet)?;
        let inventory = fleet.inventory(run, &site).await?;
        site.courier().go_on()?;
        say_gaps(run, &inventory.visits);
        let mut decided = Vec::new();
        let mut parts = Vec::new();
        let mut order = Vec::new();
        for visit in &inventory.visits {
            let plan = plan(&fleet, &inventory, &names, &key, &visit.place, &visit.sight);
            match plan {
                Some(Plan::Decided(outcome)) => {
                    order.push(visit.place.clone());
                    decided.push(*outcome);
                }
                Some(Plan::Add(part)) => {
                    order.push(visit.place.clone());
                    parts.push(part);
                }
                None => {}
            }
        }
        let job = Job {
            extent: Extent {
                verify: !self.no_verify,
                ..self.changing.extent()
            },
            from_input,
            ..Job::of("import", &self.changing)
        };
        let decided = RefCell::new(decided);
        let open_is_enough = self.no_verify;
        let regions_unknown = inventory
            .unseen()
            .any(|(place, _)| place.scope.region == "*");
        let stop = &site.courier().stop;
        let settle = |report: &mut Report| {
            report.outcomes.append(&mut decided.borrow_mut());
            report.outcomes.sort_by_cached_key(|outcome| {
                let address = &outcome.address;
                let is_there = |place: &Place| {
                    place.scope == address.scope && place.resource == address.resource
                };
                order.iter().position(is_there)
            });
            if regions_unknown {
                report
                    .warnings
                    .push("the key may be wanted in regions that could not be listed".to_owned());
            }
            if report.plan.is_none() && stop.requested().is_none() {
                report.exit_code = match exit_code(&report.outcomes, open_is_enough) {
                    0 if regions_unknown => INCOMPLETE,
                    code => code,
                };
            }
        };
        job.everywhere(run, &site, &output, vec![parts], &settle)
            .await
    }

    /// The name of the key on each cloud; where it is another one than was asked for, it is said.
    fn names(&self, run: &Run<'_>, fleet: &Fleet) -> Result<Vec<Named>, Error> {
        let mut names: Vec<Named> = Vec::new();
        for target in &fleet.targets {
            let (cloud, resource) = (target.place.scope.cloud, target.place.resource);
            if names.iter().any(|named| named.is_for(cloud, resource)) {
                continue;
            }
            let name = legal_name(cloud, resource, &self.name)?;
            if name != self.name {
                run.context.io.say(&format!(
                    "a {resource} of {cloud} cannot be called '{}': it becomes '{name}' there",
                    self.name
                ));
            }
            names.push(Named {
                cloud,
                resource,
                name,
            });
        }
        Ok(names)
    }
}

/// What is to be done in a place, by what is known of it; `None` where nothing can be.
fn plan(
    fleet: &Fleet,
    inventory: &Inventory,
    names: &[Named],
    key: &PublicKey,
    place: &Place,
    sight: &Sight,
) -> Option<Plan> {
    let (cloud, resource) = (place.scope.cloud, place.resource);
    let wanted = names.iter().find(|name| name.is_for(cloud, resource))?;
    let draft = |id: &str| {
        let mut outcome = Outcome::draft(place.scope.address(resource, id), None);
        outcome.fingerprint = Some(key.sha256().to_string());
        outcome
    };
    let failed = |status: Status, error: Error| {
        let mut outcome = draft(&wanted.name);
        outcome.fail(status, error);
        Some(Plan::Decided(Box::new(outcome)))
    };
    match sight {
        // A fact: there is nothing to import into.
        Sight::NotEnabled(_) => return None,
        Sight::Unseen(_) if place.scope.region == "*" => return None,
        Sight::Unseen(error) => {
            // Without a look, the key may be there already under another name.
            return failed(Status::of_error(error.kind), error.clone());
        }
        Sight::Seen => {}
    }
    let here = inventory.keys().filter(|holding| {
        let address = holding.record.address.as_ref();
        address.is_some_and(|address| address.scope == place.scope && address.resource == resource)
    });
    let mut same: Vec<_> = here
        .filter(|holding| holding.record.material().is(key) == Some(true))
        .collect();
    // Under the wanted name, if it is there several times.
    same.sort_by_key(|holding| holding.record.name() != wanted.name);
    if let Some(holding) = same.first() {
        let record = &holding.record;
        let mut outcome = draft(&record.id);
        let is_told = record.id == wanted.name && record.name() == wanted.name;
        outcome.name = (!is_told).then(|| record.name().to_owned());
        outcome.seen(Status::Exists);
        return Some(Plan::Decided(Box::new(outcome)));
    }
    if let Err(error) = takes_key(cloud, resource, key) {
        let error = error.with(|details| details.kind = ErrorKind::State);
        return failed(Status::Refused, error);
    }
    let provider = fleet.provider(&place.scope)?;
    let pair = NewKeyPair {
        name: wanted.name.clone(),
        spare_name: spare_name(cloud, resource, &wanted.name, &place.scope.region),
        public_key: Some(key.clone()),
        ..NewKeyPair::default()
    };
    Some(Plan::Add(Part {
        provider: Rc::clone(provider),
        service: service_of(cloud, resource)?,
        request: if resource == Resource::CodeartsKey {
            ChangeRequest::AddRepositoryKeys(vec![pair])
        } else {
            ChangeRequest::AddKeyPairs {
                resource,
                pairs: vec![pair],
            }
        },
    }))
}

/// A name that tells of its region, for clouds whose names are unique in the account although each region
/// has its own list.
fn spare_name(cloud: CloudId, resource: Resource, name: &str, region: &str) -> Option<String> {
    let spare = legal_name(cloud, resource, &format!("{name}-{region}")).ok()?;
    // A long name leaves no room for the region at its end.
    if spare.starts_with(name) && spare.len() > name.len() + 1 {
        return Some(spare);
    }
    let spare = legal_name(cloud, resource, &format!("{region}-{name}")).ok()?;
    (spare != name).then_some(spare)
}

/// What the key is called in places of one kind.
struct Named {
    cloud: CloudId,
    resource: Resource,
    name: String,
}

impl Named {
    fn is_for(&self, cloud: CloudId, resource: Resource) -> bool {
        (self.cloud, self.resource) == (cloud, resource)
    }
}
