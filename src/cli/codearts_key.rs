//! `huawei codearts-key VERB`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Run;
use super::args::{Changing, Items};
use super::carry_out::Job;
use super::fleet::Offline;
use super::key_pair::public_key;
use super::read_out::{NameFilter, Reading};
use crate::error::Error;
use crate::model::{ChangeRequest, CloudId, ListRequest, NewKeyPair, RepositoryKeys, Resource};
use crate::ops::change::Extent;

/// Verbs for the calling user's public keys in Huawei CodeArts Repo.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(super) enum CodeartsKey {
    /// List your own keys (ListUserKeys), all of them
    #[command(before_help = "Examples:\n  \
        kpctl huawei codearts-key list\n  \
        kpctl huawei codearts-key list -o json --query 'items[].[id, title, fingerprint_sha256]'")]
    List(List),

    /// Add a public key to your own Git account (AddSshKey); a key that is there already is a success
    ///
    /// One public key belongs to one user of the whole service: one that another user has is refused.
    #[command(before_help = "Examples:\n  \
        kpctl huawei codearts-key add ~/.ssh/id_ed25519.pub --title laptop")]
    Add(Add),

    /// Delete public keys from your own Git account (DeleteSshKey), and see that they are gone
    ///
    /// Only the keys of the user behind the credentials can be seen and deleted. An id that is not
    /// among them is reported as absent.
    #[command(before_help = "Examples:\n  \
        kpctl huawei codearts-key delete 31001\n  \
        kpctl hw codearts-key delete --title laptop --yes\n  \
        kpctl huawei codearts-key delete --fingerprint SHA256:WcMvjRo1t0uDYNlfRPjt8l7Wy/1HbpLwTkulhpNc3hc --yes")]
    Delete(Delete),
}

impl CodeartsKey {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        match self {
            Self::List(command) => {
                let reading = Reading {
                    command: "huawei codearts-key list".to_owned(),
                    cloud: CloudId::Huawei,
                    service: "codearts",
                    offline: command.snapshot.offline.as_deref(),
                };
                let fits = |record: &_| command.filter.fits(record);
                reading.list(run, ListRequest::CodeartsKeys, fits).await
            }
            Self::Add(command) => command.run(run).await,
            Self::Delete(command) => command.run(run).await,
        }
    }
}

#[derive(Args, Debug)]
pub(super) struct List {
    #[command(flatten)]
    filter: NameFilter,

    #[command(flatten)]
    snapshot: Offline,
}

#[derive(Args, Debug)]
pub(super) struct Add {
    /// The public key file; '-' reads the key from standard input
    #[arg(value_name = "FILE.pub")]
    file: PathBuf,

    /// What the key is to be called
    #[arg(long, value_name = "TITLE")]
    title: String,

    /// Do not read back: results stay 'submitted'
    #[arg(long)]
    no_verify: bool,

    #[command(flatten)]
    changing: Changing,
}

impl Add {
    async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let key = NewKeyPair {
            name: self.title.clone(),
            public_key: Some(public_key(run, &self.file)?),
            ..NewKeyPair::default()
        };
        let job = Job {
            extent: Extent {
                verify: !self.no_verify,
                ..self.changing.extent()
            },
            ..Job::of("huawei codearts-key add", &self.changing)
        };
        job.one(
            run,
            (CloudId::Huawei, "codearts"),
            &[None],
            ChangeRequest::AddRepositoryKeys(vec![key]),
        )
        .await
    }
}

#[derive(Args, Debug)]
pub(super) struct Delete {
    /// Key ids (1 to 2147483647) or addresses; '-' reads them from standard input
    #[arg(required_unless_present_any = ["title", "fingerprint"], value_name = "KEY_ID")]
    ids: Vec<String>,

    /// The key with this title; refused when several have it
    #[arg(long, conflicts_with_all = ["ids", "fingerprint"])]
    title: Option<String>,

    /// The key with this fingerprint: SHA256:… or MD5, with or without colons
    #[arg(long, conflicts_with = "ids")]
    fingerprint: Option<String>,

    /// Do not read back: results stay 'submitted'
    #[arg(long)]
    no_verify: bool,

    #[command(flatten)]
    changing: Changing,
}

impl Delete {
    async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let items = Items {
            cloud: CloudId::Huawei,
            resource: Resource::CodeartsKey,
            texts: &self.ids,
        };
        let selection = items.read(&run.context.io)?;
        // All ids are checked before the first scope is looked at: half a list is not sent.
        let numbers: Vec<u32> = selection
            .ids()
            .iter()
            .map(|id| key_id(id))
            .collect::<Result<_, _>>()?;
        let job = Job {
            extent: Extent {
                verify: !self.no_verify,
                ..self.changing.extent()
            },
            from_input: selection.from_input,
            ..Job::of("huawei codearts-key delete", &self.changing)
        };
        let keys = match (&self.title, &self.fingerprint) {
            (Some(title), _) => RepositoryKeys::Title(title.clone()),
            (None, Some(fingerprint)) => RepositoryKeys::Fingerprint(fingerprint.clone()),
            (None, None) => RepositoryKeys::Ids(numbers),
        };
        let scopes: Vec<_> = selection
            .items
            .iter()
            .map(|(scope, _)| scope.clone())
            .collect();
        job.one(
            run,
            (CloudId::Huawei, "codearts"),
            &scopes,
            ChangeRequest::DeleteRepositoryKeys(keys),
        )
        .await
    }
}

/// Spec codearts 3.4: an integer from 1 to 2147483647.
pub(super) fn key_id(text: &str) -> Result<u32, Error> {
    let plain = !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && !text.starts_with('0');
    let number = text.parse::<i32>().ok().filter(|_| plain);
    number
        .and_then(|number| u32::try_from(number).ok())
        .ok_or_else(|| {
            Error::usage(format!(
                "'{}' cannot be the id of a CodeArts key",
                text.escape_debug()
            ))
            .hint("An id is a whole number from 1 to 2147483647; a title goes with --title.")
        })
}

#[cfg(test)]
mod tests {
    use super::key_id;

    #[test]
    fn ids_are_positive_31_bit_integers() {
        assert_eq!(key_id("1").ok(), Some(1));
        assert_eq!(key_id("2147483647").ok(), Some(2_147_483_647));
        for wrong in [
            "",
            "0",
            "-1",
            "+1",
            "2147483648",
            "1.0",
            "1e3",
            " 1",
            "01",
            "..",
            "1/2",
            "laptop",
            "１",
        ] {
            assert!(key_id(wrong).is_err(), "{wrong}");
        }
    }
}
