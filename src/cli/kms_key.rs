//! `huawei kms-key VERB`.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::Run;
use super::args::{Changing, Items};
use super::carry_out::Job;
use super::fleet::Offline;
use super::read_out::{NameFilter, Reading};
use crate::error::Error;
use crate::model::{ChangeRequest, CloudId, Facts, KeyStateChange, ListRequest, Record, Resource};
use crate::ops::change::Extent;
use crate::time::parse_duration;

/// The state of a key whose deletion is scheduled.
const PENDING: &str = "pending-deletion";
/// The exit code for findings.
const FINDINGS: u8 = 8;

/// Verbs for encryption keys of Huawei KMS.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(super) enum KmsKey {
    /// List the encryption keys of a region's project (ListKeys), of every algorithm
    #[command(before_help = "Examples:\n  \
        kpctl huawei kms-key list\n  \
        kpctl huawei kms-key list --state disabled -o names")]
    List(List),

    /// Show an encryption key (ListKeyDetail)
    #[command(before_help = "Examples:\n  \
        kpctl huawei kms-key show 0d0466b0-e727-4d9c-b35d-f84bb474a37f")]
    Show(Show),

    /// List the keys that wait for their deletion, the nearest deadline first (ListKeys)
    ///
    /// With --fail-within the exit code is 8 when a key is destroyed within that time.
    #[command(before_help = "Examples:\n  \
        kpctl huawei kms-key pending\n  \
        kpctl huawei kms-key pending --within 14d\n  \
        kpctl huawei kms-key pending --fail-within 7d -o json")]
    Pending(Pending),

    /// Schedule keys for deletion after 7 to 1096 days (DeleteKey)
    ///
    /// Until then cancel-deletion calls it off. After it, nothing that was encrypted with the key can
    /// ever be read again.
    #[command(before_help = "Examples:\n  \
        kpctl huawei kms-key schedule-deletion 0d0466b0-e727-4d9c-b35d-f84bb474a37f --days 30")]
    ScheduleDeletion(ScheduleDeletion),

    /// Call off the scheduled deletion of keys (CancelKeyDeletion); they come back disabled
    ///
    /// A rescued key is disabled, or waits for its material if that was imported; --enable goes on to
    /// enable it. The waiting period, free until now, is billed after a cancellation.
    #[command(before_help = "Examples:\n  \
        kpctl huawei kms-key cancel-deletion 0d0466b0-e727-4d9c-b35d-f84bb474a37f --enable\n  \
        kpctl hw kms-key cancel-deletion 0d0466b0-e727-4d9c-b35d-f84bb474a37f -r cn-north-4 -o json\n  \
        cat key-ids.txt | kpctl huawei kms-key cancel-deletion - --enable")]
    CancelDeletion(CancelDeletion),

    /// Enable keys (EnableKey)
    #[command(before_help = "Examples:\n  \
        kpctl huawei kms-key enable 0d0466b0-e727-4d9c-b35d-f84bb474a37f")]
    Enable(Switch),

    /// Disable keys (DisableKey): nothing can be encrypted or decrypted with them until they are enabled
    #[command(before_help = "Examples:\n  \
        kpctl huawei kms-key disable 0d0466b0-e727-4d9c-b35d-f84bb474a37f --yes")]
    Disable(Switch),
}

impl KmsKey {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        match self {
            Self::List(command) => command.run(run).await,
            Self::Show(command) => {
                reading("show", &command.snapshot)
                    .show(run, Resource::KmsKey, &command.id)
                    .await
            }
            Self::Pending(command) => command.run(run).await,
            Self::ScheduleDeletion(command) => {
                let wanted = KeyStateChange::ScheduleDeletion { days: command.days };
                command.keys.run(run, "schedule-deletion", wanted).await
            }
            Self::CancelDeletion(command) => command.run(run).await,
            Self::Enable(command) => command.run(run, "enable", KeyStateChange::Enable).await,
            Self::Disable(command) => command.run(run, "disable", KeyStateChange::Disable).await,
        }
    }
}

fn reading<'a>(verb: &str, snapshot: &'a Offline) -> Reading<'a> {
    Reading {
        offline: snapshot.offline.as_deref(),
        command: format!("huawei kms-key {verb}"),
        cloud: CloudId::Huawei,
        service: "kms",
    }
}

#[derive(Args, Debug)]
pub(super) struct List {
    #[command(flatten)]
    name: NameFilter,

    /// Only those in this state, such as enabled, disabled, pending-deletion
    #[arg(long, value_name = "STATE")]
    state: Option<String>,

    #[command(flatten)]
    snapshot: Offline,
}

impl List {
    async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let fits = |record: &Record| {
            let wanted = self.state.as_deref();
            wanted.is_none_or(|state| record.state() == Some(state)) && self.name.fits(record)
        };
        reading("list", &self.snapshot)
            .list(run, ListRequest::KmsKeys, fits)
            .await
    }
}

#[derive(Args, Debug)]
pub(super) struct Show {
    /// The key, by id or address
    #[arg(value_name = "KEY_ID")]
    id: String,

    #[command(flatten)]
    snapshot: Offline,
}

#[derive(Args, Debug)]
pub(super) struct Pending {
    /// Only keys that are destroyed within this time: 12h, 7d
    #[arg(long, value_name = "TIME")]
    within: Option<String>,

    /// End with exit code 8 when a key is destroyed within this time
    #[arg(long, value_name = "TIME")]
    fail_within: Option<String>,

    #[command(flatten)]
    snapshot: Offline,
}

impl Pending {
    async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let span = |text: &Option<String>| text.as_deref().map(parse_duration).transpose();
        let (within, fail_within) = (span(&self.within)?, span(&self.fail_within)?);
        let reading = reading("pending", &self.snapshot);
        let output = run.output()?;
        let mut found = reading.read(run, ListRequest::KmsKeys).await?;
        let listing = &mut found.listing;
        let now = run.context.clock.now().timestamp_millis();
        listing
            .records
            .retain(|record| record.state() == Some(PENDING));
        listing.records.sort_by_key(deadline);
        let is_near = fail_within.is_some_and(|span| {
            let mut records = listing.records.iter();
            records.any(|record| is_within(record, now, span))
        });
        if let Some(span) = within {
            listing
                .records
                .retain(|record| is_within(record, now, span));
        }
        let code = reading.write(run, &output, &found, false)?;
        Ok(if is_near && code == 0 { FINDINGS } else { code })
    }
}

/// When a key is destroyed. One whose date the service does not tell comes first: it may be soon.
fn deadline(record: &Record) -> Option<i64> {
    match &record.facts {
        Facts::KmsKey(key) => key.deletion_at,
        _ => None,
    }
}

/// Whether a key is destroyed within that time; not known counts as yes.
fn is_within(record: &Record, now: i64, span: Duration) -> bool {
    let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
    deadline(record).is_none_or(|at| at <= now.saturating_add(span))
}

// Keys that are brought into another state.
#[derive(Args, Debug)]
pub(super) struct Switch {
    /// Key ids or addresses; '-' reads them from standard input
    #[arg(required = true, value_name = "KEY_ID")]
    ids: Vec<String>,

    /// Do not read back: results stay 'submitted'
    #[arg(long)]
    no_verify: bool,

    #[command(flatten)]
    changing: Changing,
}

impl Switch {
    async fn run(&self, run: &Run<'_>, verb: &str, wanted: KeyStateChange) -> Result<u8, Error> {
        let items = Items {
            cloud: CloudId::Huawei,
            resource: Resource::KmsKey,
            texts: &self.ids,
        };
        let selection = items.read(&run.context.io)?;
        let job = Job {
            extent: Extent {
                verify: !self.no_verify,
                ..self.changing.extent()
            },
            from_input: selection.from_input,
            ..Job::of(format!("huawei kms-key {verb}"), &self.changing)
        };
        let request = |ids| ChangeRequest::ChangeKeyState { ids, wanted };
        job.items(run, (CloudId::Huawei, "kms"), &selection, request)
            .await
    }
}

#[derive(Args, Debug)]
pub(super) struct ScheduleDeletion {
    #[command(flatten)]
    keys: Switch,

    /// The waiting time in days, 7 to 1096
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(7..=1096))]
    days: u32,
}

#[derive(Args, Debug)]
pub(super) struct CancelDeletion {
    /// Key ids or addresses; '-' reads them from standard input
    #[arg(required = true, value_name = "KEY_ID")]
    ids: Vec<String>,

    /// Your own serial of the message, 36 characters, for one key
    #[arg(long, value_name = "SERIAL")]
    sequence: Option<String>,

    /// Enable the keys, too (EnableKey)
    #[arg(long)]
    enable: bool,

    /// Do not read back: results stay 'submitted'
    #[arg(long)]
    no_verify: bool,

    #[command(flatten)]
    changing: Changing,
}

impl CancelDeletion {
    async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let items = Items {
            cloud: CloudId::Huawei,
            resource: Resource::KmsKey,
            texts: &self.ids,
        };
        let selection = items.read(&run.context.io)?;
        if self.sequence.is_some() && selection.items.len() != 1 {
            return Err(Error::usage("--sequence goes with exactly one key"));
        }
        let job = Job {
            extent: Extent {
                verify: !self.no_verify,
                ..self.changing.extent()
            },
            from_input: selection.from_input,
            ..Job::of("huawei kms-key cancel-deletion", &self.changing)
        };
        let request = |ids| ChangeRequest::CancelKeyDeletion {
            ids,
            sequence: self.sequence.clone(),
            enable: self.enable,
        };
        job.items(run, (CloudId::Huawei, "kms"), &selection, request)
            .await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::Value;

    use super::{deadline, is_within};
    use crate::model::{CloudId, Facts, KmsKey, Record, Scope};

    fn pending(deletion_at: Option<i64>) -> Record {
        Record {
            scope: Scope {
                cloud: CloudId::Huawei,
                profile: "env".to_owned(),
                region: "cn-north-4".to_owned(),
            },
            address: None,
            id: "k".to_owned(),
            facts: Facts::KmsKey(KmsKey {
                deletion_at,
                ..KmsKey::default()
            }),
            raw: Value::Null,
        }
    }

    #[test]
    fn the_nearest_deadline_comes_first_and_an_unknown_one_counts_as_near() {
        let mut records = [pending(Some(9_000)), pending(Some(5_000)), pending(None)];
        records.sort_by_key(deadline);
        let order = records.map(|record| deadline(&record));
        assert_eq!(order, [None, Some(5_000), Some(9_000)]);

        let two_seconds = Duration::from_secs(2);
        assert!(is_within(&pending(Some(3_000)), 1_000, two_seconds));
        assert!(!is_within(&pending(Some(3_001)), 1_000, two_seconds));
        assert!(is_within(&pending(Some(0)), 1_000, two_seconds), "overdue");
        assert!(is_within(&pending(None), 1_000, two_seconds));
        assert!(is_within(&pending(Some(i64::MAX)), i64::MAX, two_seconds));
    }
}
