//! `revoke KEY`: take a key away everywhere, and prove it.

mod hosts;
mod identity;
mod machines;
mod receipt;
mod search;

use std::rc::Rc;

use clap::Args;
pub(super) use hosts::check as check_program;
pub(super) use receipt::receipt;

use identity::Identity;
use search::{gaps, look, nowhere};

use super::Run;
use super::args::Changing;
use super::carry_out::{Course, Job, Origin, Part, check_beforehand, endpoint};
use super::fleet::{Fleet, INCOMPLETE, Where, say_gaps, service_of};
use super::site::Site;
use super::sought;
use crate::cloud::change::Risk;
use crate::error::{Error, ErrorKind};
use crate::model::{Address, Power};
use crate::ops::change::{Extent, KnownKey};
use crate::ops::find::{Found, Sought, find};
use crate::ops::plan::Revoked;
use crate::ops::revoke::{Revocation, Wanted, Ways, plan};

// Which key, where, and what may be done for it.
#[derive(Args, Debug)]
pub(super) struct Revoke {
    /// Key file of either half, SHA256:…, MD5 with or without colons, or '-'; a private key is never sent
    #[arg(value_name = "KEY")]
    key: String,

    #[command(flatten)]
    place: Where,

    /// Why, for the plan and whoever approves it
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,

    /// The key pair, by name, that cloud phone servers get instead: they always have one
    #[arg(long, value_name = "NAME")]
    replace_with: Option<String>,

    /// Let Tencent Cloud cut the power of running instances and start them again (needs --yes, --max-stops)
    #[arg(long, conflicts_with_all = ["stop", "start"])]
    force_stop: bool,

    /// Stop running instances of Tencent Cloud first: soft, hard (needs --yes), never
    #[arg(long, value_name = "HOW", value_enum, default_value_t = super::key_pair::Stop::Never, hide_possible_values = true)]
    stop: super::key_pair::Stop,

    /// Start those again that this run stopped
    #[arg(long)]
    start: bool,

    /// Restart the running instances of Volcengine after it: the change counts from then on
    #[arg(long)]
    reboot: bool,

    /// Accept instances that are left with no key pair at all (needs --yes)
    #[arg(long)]
    allow_lockout: bool,

    /// A program that ends with 0 when a host refuses the key; it runs once for each machine that held the
    /// key, without a shell, with the host in KPCTL_HOST
    #[arg(long, value_name = "PROGRAM")]
    verify_cmd: Option<String>,

    #[command(flatten)]
    changing: Changing,
}

impl Revoke {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let output = Job::output(run)?;
        if self.start && self.stop == super::key_pair::Stop::Never {
            return Err(Error::usage("--start goes with --stop soft or --stop hard"));
        }
        if let Some(program) = &self.verify_cmd {
            hosts::check(program)?;
        }
        check_beforehand(run, &self.changing)?;
        let ways = self.ways();
        let from_input = self.key == "-";
        let sought = sought::read(&self.key, run).await?;
        let site = Site::open(run.context, run.global, run.stop).await?;
        let (fleet, inventory) = look(run, &site, &self.place).await?;
        let found = find(&inventory, &sought);
        site.courier().go_on()?;
        say_gaps(run, &inventory.visits);
        let gaps = gaps(&inventory, &found);
        if found.hits.is_empty() {
            return Err(nowhere(&gaps));
        }
        let revocation = plan(&inventory, &found.hits, &ways)?;
        let steps = steps(&fleet, &revocation)?;
        let revoked = self.about(&sought, &found, &gaps);
        // Nothing is powered off or restarted unless that many machines were allowed.
        let changing = Changing {
            max_stops: Some(self.changing.max_stops.unwrap_or(0)),
            ..self.changing.clone()
        };
        let job = Job {
            command: "revoke".to_owned(),
            changing: &changing,
            extent: Extent {
                dry_run: changing.dry_run,
                wait: true,
                verify: true,
            },
            accepted: self.accepted(),
            from_input,
            purpose: Some(format!("revoke {}", revoked.fingerprint)),
            key: known_key(&revoked),
        };
        let mut notes = revocation.notes.clone();
        notes.extend(revocation.left.iter().cloned());
        notes.extend(found.warnings.iter().cloned());
        notes.extend(
            gaps.iter()
                .map(|(place, why)| format!("not searched: {place}: {why}")),
        );
        if let Some(path) = &changing.plan {
            let origin = Origin {
                reason: self.reason.clone(),
                revoked: Some(revoked),
                notes,
            };
            let code = job
                .save(run, &site, &output, (path, &steps), origin)
                .await?;
            return Ok(if code == 0 && !gaps.is_empty() {
                INCOMPLETE
            } else {
                code
            });
        }
        for note in &notes {
            run.context.io.say(note);
        }
        let sought = revoked.sought()?;
        let identity = Identity {
            steps: &steps,
            sought: &sought,
        };
        let course = Course {
            recheck: Some(&identity),
            only: Some(&sought),
            ..Course::of("revoke")
        };
        let mut report = job.execute(run, &site, &steps, course).await?;
        let mut members = Vec::new();
        if !changing.dry_run {
            let receipt = receipt(run, &site, (&revoked, &steps), &report).await?;
            receipt.add_to(&site, &mut report);
            receipt.say(run, &output);
            members = receipt.members();
        } else if !gaps.is_empty() {
            report.exit_code = INCOMPLETE;
        }
        let place = endpoint(&site, &steps)?;
        job.write(run, &site, &output, &report, (place.as_deref(), members))?;
        Ok(report.exit_code)
    }

    fn ways(&self) -> Ways {
        use super::key_pair::Stop;

        Ways {
            replace_with: self.replace_with.clone(),
            power: match (self.force_stop, self.stop) {
                (true, _) => Power::Cut,
                (false, Stop::Soft) => Power::StopSoftly,
                (false, Stop::Hard) => Power::StopHard,
                (false, Stop::Never) => Power::Untouched,
            },
            start_again: self.start,
            reboot: self.reboot,
        }
    }

    fn accepted(&self) -> Vec<Risk> {
        let mut accepted = Vec::new();
        if self.force_stop {
            accepted.push(Risk::PowerCut);
        }
        if self.stop == super::key_pair::Stop::Hard {
            accepted.push(Risk::HardStop);
        }
        if self.allow_lockout {
            accepted.push(Risk::Lockout);
        }
        accepted
    }

    fn about(&self, sought: &Sought, found: &Found<'_>, gaps: &[(String, String)]) -> Revoked {
        let given = match sought {
            Sought::Key(key) => key.sha256(),
            Sought::Digest(digest) => *digest,
        };
        let key = found.key.as_ref();
        let address = |address: &Option<Address>| address.as_ref().map(Address::to_string);
        let places = found.hits.iter();
        Revoked {
            fingerprint: key
                .map_or(given, crate::sshkey::PublicKey::sha256)
                .to_string(),
            public_key: key.map(crate::sshkey::PublicKey::line),
            scopes: self.place.on.clone(),
            places: places
                .filter_map(|(holding, _)| address(&holding.record.address))
                .collect(),
            unseen: gaps.to_vec(),
            verify_cmd: self.verify_cmd.clone(),
        }
    }
}

/// The steps as parts: machines first, then records.
fn steps(fleet: &Fleet, revocation: &Revocation) -> Result<Vec<Vec<Part>>, Error> {
    let part = |wanted: &Wanted| {
        let scope = &wanted.scope;
        let missing = || {
            Error::new(
                ErrorKind::Internal,
                format!("nothing was read in {scope}, and something is to be changed there"),
            )
        };
        Ok(Part {
            provider: Rc::clone(fleet.provider(scope).ok_or_else(missing)?),
            service: service_of(scope.cloud, wanted.resource).ok_or_else(missing)?,
            request: wanted.request.clone(),
        })
    };
    let step = |wanted: &[Wanted]| wanted.iter().map(part).collect::<Result<Vec<_>, Error>>();
    let steps = [step(&revocation.detach)?, step(&revocation.delete)?];
    Ok(steps.into_iter().filter(|step| !step.is_empty()).collect())
}

/// The key, where it is known, for the journal: what is taken away can be given back then.
pub(super) fn known_key(revoked: &Revoked) -> Option<KnownKey> {
    Some(KnownKey {
        line: revoked.public_key.clone()?,
        places: revoked.places.iter().cloned().collect(),
    })
}
