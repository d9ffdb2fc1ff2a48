//! What a revocation proves: the key is looked for again, and the receipt names the level that was
//! reached, and what is left.

use serde_json::{Value, json};

use super::hosts::{self, Proof, Verdict};
use super::machines::{hosts_of, is_key, machines, restarts, waiting_for_restart};
use super::{gaps, look};
use crate::cli::Run;
use crate::cli::carry_out::Part;
use crate::cli::fleet::Where;
use crate::cli::site::Site;
use crate::cloud::holders::holders;
use crate::error::Error;
use crate::model::{Address, CloudId, Resource, Sight};
use crate::ops::change::Report;
use crate::ops::find::find;
use crate::ops::plan::Revoked;
use crate::output::{Fields, Output};

/// The exit code of what is not proven.
const UNPROVEN: u8 = 10;

/// How much is proven; each level includes those before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// The key is still somewhere, or not everything was searched.
    None,
    /// No cloud that was searched, and all were, has a record of the key.
    RecordGone,
    /// Every machine that was known to hold it was seen without it, and all that can hold it was seen.
    Detached,
    /// Each of those machines was asked, and refuses it.
    HostProven,
}

impl Level {
    fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::RecordGone => "record-gone",
            Self::Detached => "detached",
            Self::HostProven => "host-proven",
        }
    }
}

/// What came of a revocation.
pub(in crate::cli) struct Receipt {
    fingerprint: String,
    level: Level,
    searched: Vec<String>,
    /// Places that could not be searched, before or after, and why.
    unseen: Vec<(String, String)>,
    /// Where the key still is.
    found_again: Vec<String>,
    machines: Vec<String>,
    proofs: Vec<Proof>,
    left: Vec<String>,
}

/// What deleting records never does.
const HOSTS: &str = "hosts that trust the key in a file of theirs, such as authorized_keys, go on trusting it: a cloud's \
                     record is not that file";
/// What nobody can see.
const OTHERS: &str = "keys that other users keep in CodeArts cannot be seen or deleted with these credentials: ask them";
/// Who nobody can see into, either (spec huawei 7: the scope `user`).
const OTHER_PAIRS: &str = "key pairs of KPS that are private to other IAM users cannot be seen or deleted with these \
                           credentials: ask them";

/// Looks for the key again, asks the hosts, and says what is proven.
pub(in crate::cli) async fn receipt(
    run: &Run<'_>,
    site: &Site<'_>,
    (revoked, steps): (&Revoked, &[Vec<Part>]),
    report: &Report,
) -> Result<Receipt, Error> {
    let place = Where {
        on: revoked.scopes.clone(),
    };
    // After a change whatever happens is in the receipt: a look that fails proves nothing.
    let looked = look(run, site, &place).await;
    let sought = revoked.sought()?;
    let mut receipt = Receipt {
        fingerprint: revoked.fingerprint.clone(),
        level: Level::None,
        searched: Vec::new(),
        unseen: revoked.unseen.clone(),
        found_again: Vec::new(),
        machines: Vec::new(),
        proofs: Vec::new(),
        left: vec![HOSTS.to_owned()],
    };
    let (mut is_huawei, mut has_kps) = (false, false);
    match &looked {
        Ok((_, inventory)) => {
            let seen = inventory.visits.iter();
            let seen = seen.filter(|visit| matches!(visit.sight, Sight::Seen));
            receipt.searched = seen.map(|visit| visit.place.to_string()).collect();
            // Where keys can be seen now they were looked for now; what held one before cannot be seen any more.
            let is_made_up_for = |place: &String| {
                let own = inventory
                    .visits
                    .iter()
                    .find(|visit| visit.place.to_string() == *place);
                own.is_some_and(|visit| {
                    matches!(visit.sight, Sight::Seen) && is_key(visit.place.resource)
                })
            };
            receipt.unseen.retain(|(place, _)| !is_made_up_for(place));
            let found = find(inventory, &sought);
            receipt.left.extend(found.warnings.iter().cloned());
            for gap in gaps(inventory, &found) {
                if !receipt.unseen.iter().any(|(place, _)| *place == gap.0) {
                    receipt.unseen.push(gap);
                }
            }
            let hits = found.hits.iter();
            receipt.found_again = hits
                .filter_map(|(holding, _)| Some(holding.record.address.as_ref()?.to_string()))
                .collect();
            let is_codearts = |place: &crate::model::Place| place.resource == Resource::CodeartsKey;
            is_huawei = inventory
                .visits
                .iter()
                .any(|visit| is_codearts(&visit.place));
            has_kps = inventory.visits.iter().any(|visit| {
                let place = &visit.place;
                place.scope.cloud == CloudId::Huawei && place.resource == Resource::KeyPair
            });
        }
        Err(error) => {
            let mut scopes = revoked.scopes.join(", ");
            if scopes.is_empty() {
                scopes.push('*');
            }
            receipt
                .unseen
                .push((scopes, format!("looking again failed: {error}")));
        }
    }
    if is_huawei {
        receipt.left.push(OTHERS.to_owned());
    }
    if has_kps {
        receipt.left.push(OTHER_PAIRS.to_owned());
    }
    let machines = machines(report);
    receipt.machines = machines
        .iter()
        .map(|(machine, _)| machine.to_string())
        .collect();
    let is_record_gone = receipt.unseen.is_empty() && receipt.found_again.is_empty();
    // A cloud that does not tell what holds a key leaves that open.
    let tells_all = revoked.places.iter().all(|place| {
        let address = place.parse::<Address>();
        address.is_ok_and(|address| holders(address.scope.cloud, address.resource).is_all)
    });
    if !tells_all {
        receipt.left.push(
            "KPS does not tell which servers hold a pair: those go on trusting the key".to_owned(),
        );
    }
    if !restarts(steps) {
        receipt.left.extend(waiting_for_restart(report));
    }
    let is_detached = tells_all && machines.iter().all(|(_, is_off)| *is_off);
    if let Some(program) = &revoked.verify_cmd {
        let hosts = hosts_of(site, looked.as_ref().ok().map(|(fleet, _)| fleet), machines).await;
        receipt.proofs = hosts::ask(run, site, program, hosts).await;
    }
    let is_proven = !receipt.proofs.is_empty()
        && receipt
            .proofs
            .iter()
            .all(|proof| proof.verdict == Verdict::Refused);
    receipt.level = match (is_record_gone, is_detached, is_proven) {
        (false, ..) => Level::None,
        (true, false, _) => Level::RecordGone,
        (true, true, false) => Level::Detached,
        (true, true, true) => Level::HostProven,
    };
    Ok(receipt)
}

impl Receipt {
    /// What the receipt adds to the end of the command.
    pub(in crate::cli) fn add_to(&self, site: &Site<'_>, report: &mut Report) {
        if let Some(code) = site.courier().stop.requested() {
            // It came while the key was looked for again, or the hosts were asked.
            report.exit_code = code;
        }
        if report.exit_code != 0 {
            return;
        }
        let asked_hosts = self.proofs.iter();
        let mut unproven = asked_hosts.filter(|proof| proof.verdict != Verdict::Refused);
        if self.level == Level::None || unproven.next().is_some() {
            report.exit_code = UNPROVEN;
        }
    }

    /// The receipt as a member of the document.
    pub(in crate::cli) fn members(&self) -> Fields {
        let unseen: Vec<Value> = self
            .unseen
            .iter()
            .map(|(place, why)| json!({ "scope": place, "reason": why }))
            .collect();
        let proofs: Vec<Value> = self
            .proofs
            .iter()
            .map(|proof| {
                let code = match proof.verdict {
                    Verdict::Refused => Some(0),
                    Verdict::Failed(code) => code,
                    _ => None,
                };
                json!({
                    "address": proof.machine.to_string(),
                    "host": proof.host,
                    "result": proof.verdict.word(),
                    "exit_code": code,
                })
            })
            .collect();
        vec![(
            "receipt",
            json!({
                "key": self.fingerprint,
                "level": self.level.word(),
                "searched": self.searched,
                "unseen": unseen,
                "found_again": self.found_again,
                "machines": self.machines,
                "hosts": proofs,
                "left": self.left,
            }),
        )]
    }

    /// Tells a person.
    pub(in crate::cli) fn say(&self, run: &Run<'_>, output: &Output) {
        if output.is_document() {
            return;
        }
        let io = &run.context.io;
        let proven = match self.level {
            Level::None => "not proven gone",
            Level::RecordGone => "its records are gone from every place",
            Level::Detached => "its records are gone from every place, and no machine holds it",
            Level::HostProven => {
                "its records are gone from every place, no machine holds it, and the hosts refuse it"
            }
        };
        io.say(&format!(
            "{}: {proven} ({}); {} places searched again",
            self.fingerprint,
            self.level.word(),
            self.searched.len()
        ));
        for place in &self.found_again {
            io.warn(&format!("it is still at {place}"));
        }
        for (place, why) in &self.unseen {
            io.warn(&format!("not searched: {place}: {why}"));
        }
        for proof in self
            .proofs
            .iter()
            .filter(|proof| proof.verdict != Verdict::Refused)
        {
            let why = match &proof.verdict {
                Verdict::Failed(Some(code)) => format!("the program ended with {code}"),
                Verdict::Failed(None) => "the program was ended by a signal".to_owned(),
                Verdict::NotStarted(why) => format!("the program does not start: {why}"),
                verdict => verdict.word().to_owned(),
            };
            io.warn(&format!("not proven on {}: {why}", proof.machine));
        }
        for text in &self.left {
            io.say(&format!("left: {text}"));
        }
    }
}
