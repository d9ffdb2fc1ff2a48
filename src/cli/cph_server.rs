//! `huawei cph-server VERB`.

use clap::{Args, Subcommand};

use super::Run;
use super::args::{Changing, Items, Selection, read_texts};
use super::carry_out::Job;
use super::fleet::Offline;
use super::read_out::{MachineFilter, Reading};
use crate::error::Error;
use crate::model::{ChangeRequest, CloudId, ListRequest, Resource};
use crate::ops::change::Extent;

/// Verbs for cloud-phone servers of Huawei CPH.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(super) enum CphServer {
    /// List the servers of a region's project with their key pairs (ListCloudPhoneServers), all of them
    #[command(before_help = "Examples:\n  \
        kpctl huawei cph-server list\n  \
        kpctl huawei cph-server list --key-pair KeyPair-ops_1 -o names")]
    List(List),

    /// Show a server (ShowCloudPhoneServerDetail)
    #[command(before_help = "Examples:\n  \
        kpctl huawei cph-server show a550ac820fd7768dd2468569ef985411")]
    Show(Show),

    /// List the jobs of requests (ListJobs), by the request_id that a change reported
    #[command(before_help = "Examples:\n  \
        kpctl huawei cph-server jobs 0f1e2d3c4b5a69788796a5b4c3d2e1f0")]
    Jobs(Jobs),

    /// Give servers another key pair (UpdateKeypair), and follow the jobs to their end
    ///
    /// The key pair must be one of the account's. All phones on a server are affected: their users need
    /// the new private key to open tunnels.
    #[command(before_help = "Examples:\n  \
        kpctl huawei cph-server change-key-pair a550ac820fd7768dd2468569ef985411 --key-pair KeyPair-ops_2\n  \
        kpctl hw cph-server change-key-pair a550ac820fd7768dd2468569ef985411=KeyPair-ops_2 b661bd931fe8879ee3579670fa096522=KeyPair-dev_01 --yes\n  \
        cat servers.txt | kpctl huawei cph-server change-key-pair - --key-pair KeyPair-ops_2 --yes")]
    ChangeKeyPair(ChangeKeyPair),
}

impl CphServer {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        match self {
            Self::List(command) => {
                let fits = |record: &_| command.filter.fits(record);
                let reading = reading("list", Some(&command.snapshot));
                reading.list(run, ListRequest::CphServers, fits).await
            }
            Self::Show(command) => {
                let reading = reading("show", Some(&command.snapshot));
                reading.show(run, Resource::CphServer, &command.id).await
            }
            Self::Jobs(command) => command.run(run).await,
            Self::ChangeKeyPair(command) => command.run(run).await,
        }
    }
}

fn reading<'a>(verb: &str, snapshot: Option<&'a Offline>) -> Reading<'a> {
    Reading {
        offline: snapshot.and_then(|snapshot| snapshot.offline.as_deref()),
        command: format!("huawei cph-server {verb}"),
        cloud: CloudId::Huawei,
        service: "cph",
    }
}

#[derive(Args, Debug)]
pub(super) struct List {
    #[command(flatten)]
    filter: MachineFilter,

    #[command(flatten)]
    snapshot: Offline,
}

#[derive(Args, Debug)]
pub(super) struct Show {
    /// The server, by id or address
    #[arg(value_name = "SERVER_ID")]
    id: String,

    #[command(flatten)]
    snapshot: Offline,
}

#[derive(Args, Debug)]
pub(super) struct Jobs {
    /// Ids of requests or of jobs; '-' reads them from standard input
    #[arg(required = true, value_name = "REQUEST_ID")]
    ids: Vec<String>,
}

impl Jobs {
    async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let items = Items {
            cloud: CloudId::Huawei,
            resource: Resource::CphServer,
            texts: &self.ids,
        };
        let (ids, _) = read_texts(items.texts, &run.context.io)?;
        let reading = reading("jobs", None);
        if ids.is_empty() {
            return reading.nothing(run).await;
        }
        reading.list(run, ListRequest::CphJobs(ids), |_| true).await
    }
}

#[derive(Args, Debug)]
pub(super) struct ChangeKeyPair {
    /// Server ids or addresses, or SERVER_ID=NAME; '-' reads them from standard input
    #[arg(required = true, value_name = "SERVER_ID[=NAME]")]
    servers: Vec<String>,

    /// The name of the key pair for all these servers
    #[arg(long, value_name = "NAME")]
    key_pair: Option<String>,

    /// Do not wait for the jobs: results stay 'submitted'
    #[arg(long)]
    no_wait: bool,

    /// Do not read the servers back: the end of the jobs is enough
    #[arg(long, conflicts_with = "no_wait")]
    no_verify: bool,

    #[command(flatten)]
    changing: Changing,
}

impl ChangeKeyPair {
    async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let items = Items {
            cloud: CloudId::Huawei,
            resource: Resource::CphServer,
            texts: &self.servers,
        };
        let (texts, from_input) = read_texts(items.texts, &run.context.io)?;
        let selection = self.assign(&items, &texts, from_input)?;
        let job = Job {
            extent: Extent {
                wait: !self.no_wait,
                verify: !self.no_verify && !self.no_wait,
                ..self.changing.extent()
            },
            from_input: selection.from_input,
            ..Job::of("huawei cph-server change-key-pair", &self.changing)
        };
        let request = |pairs: Vec<String>| ChangeRequest::ReplaceServerKeyPairs {
            assignments: pairs
                .iter()
                .filter_map(|pair| pair.split_once('='))
                .map(|(server, name)| (server.to_owned(), name.to_owned()))
                .collect(),
        };
        job.items(run, (CloudId::Huawei, "cph"), &selection, request)
            .await
    }

    /// `SERVER=NAME` for each server, in the scope that its address names.
    fn assign(
        &self,
        items: &Items<'_>,
        texts: &[String],
        from_input: bool,
    ) -> Result<Selection, Error> {
        let mut selection = Selection {
            items: Vec::new(),
            from_input,
        };
        for text in texts {
            // An address holds no bare '='; what follows one is a name.
            let (server, name) = match (text.split_once('='), &self.key_pair) {
                (None, Some(name)) => (text.as_str(), name.as_str()),
                (Some(pair), None) => pair,
                (Some(_), Some(_)) => {
                    return Err(Error::usage(format!(
                        "'{text}' names a key pair and so does --key-pair"
                    ))
                    .hint("Use one of the two for all servers."));
                }
                (None, None) => {
                    return Err(
                        Error::usage(format!("no key pair is named for server '{text}'"))
                            .hint("Add --key-pair NAME, or write SERVER_ID=NAME."),
                    );
                }
            };
            let (scope, server) = items.item(server)?;
            if name.is_empty() || server.contains('=') {
                return Err(Error::usage(format!(
                    "'{text}' does not name a server and a key pair"
                )));
            }
            selection.items.push((scope, format!("{server}={name}")));
        }
        Ok(selection)
    }
}
