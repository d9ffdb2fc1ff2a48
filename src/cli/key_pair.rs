//! `CLOUD key-pair VERB`.

use clap::{Args, Subcommand};

use super::Run;
use super::args::{Changing, Items};
use super::carry_out::Job;
use crate::cloud::change::Risk;
use crate::error::Error;
use crate::model::{Binding, ChangeRequest, CloudId, Power, Resource};
use crate::ops::change::Extent;

/// Verbs for key pairs of Volcengine ECS.
#[derive(Debug, Subcommand)]
pub(super) enum VolcengineKeyPair {
    /// Delete key pairs (DeleteKeyPairs), and see that they are gone
    ///
    /// A pair that an instance still holds is refused, and the holders are named. What is not there is
    /// reported as absent, which counts as done.
    #[command(before_help = "Examples:\n  \
        kpctl volcengine key-pair delete old-laptop ci-deploy\n  \
        kpctl volc key-pair delete kp-ybqcopwrdwl8j1 -r cn-shanghai --yes -o json\n  \
        cat names.txt | kpctl volcengine key-pair delete - --yes")]
    Delete(DeleteKeyPairs),
}

impl VolcengineKeyPair {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        match self {
            Self::Delete(command) => command.run(run).await,
        }
    }
}

/// What the command was given.
#[derive(Args, Debug)]
pub(super) struct DeleteKeyPairs {
    /// Names, addresses, or kp-… ids of the pairs; '-' reads them from standard input
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,

    /// Your own idempotency token, for at most 100 names
    #[arg(long, value_name = "TOKEN")]
    client_token: Option<String>,

    /// Do not read back: results stay 'submitted'
    #[arg(long)]
    no_verify: bool,

    #[command(flatten)]
    changing: Changing,
}

impl DeleteKeyPairs {
    async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let items = Items {
            cloud: CloudId::Volcengine,
            resource: Resource::KeyPair,
            texts: &self.names,
        };
        let selection = items.read(&run.context.io)?;
        let job = Job {
            command: "volcengine key-pair delete",
            cloud: items.cloud,
            service: "ecs",
            changing: &self.changing,
            extent: Extent {
                verify: !self.no_verify,
                ..self.changing.extent()
            },
            accepted: Vec::new(),
            from_input: selection.from_input,
        };
        let request = |ids| ChangeRequest::DeleteKeyPairs {
            resource: Resource::KeyPair,
            ids,
            client_token: self.client_token.clone(),
        };
        job.items(run, &selection, request).await
    }
}

/// Verbs for key pairs of Tencent Cloud CVM.
#[derive(Debug, Subcommand)]
pub(super) enum TencentKeyPair {
    /// Take key pairs off instances (DisassociateInstancesKeyPairs), and wait until they are off
    ///
    /// Only stopped instances can be changed, unless --force-stop allows a power cut. After it, password
    /// login with an earlier password works again.
    #[command(before_help = "Examples:\n  \
        kpctl tencent key-pair detach --key skey-9p0o8i7u --instance ins-4t6y8u2i\n  \
        kpctl tc key-pair detach --key skey-9p0o8i7u --instance ins-8k2j5h7g --force-stop --yes\n  \
        kpctl tencent key-pair detach --key skey-9p0o8i7u --instance - --yes -o json < instances.txt")]
    Detach(DetachKeyPairs),
}

impl TencentKeyPair {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        match self {
            Self::Detach(command) => command.run(run).await,
        }
    }
}

/// What the command was given.
#[derive(Args, Debug)]
pub(super) struct DetachKeyPairs {
    /// Key pairs to take off: skey-… or addresses; '-' reads them from standard input
    #[arg(long = "key-pair", alias = "key", required = true, value_name = "ID", num_args = 1..)]
    key_pairs: Vec<String>,

    /// Instances to take them off: ins-… or addresses; '-' reads them from standard input
    #[arg(long = "instance", required = true, value_name = "ID", num_args = 1..)]
    instances: Vec<String>,

    /// Power running instances off hard and start them again (needs --yes)
    #[arg(long)]
    force_stop: bool,

    /// Accept instances that are left with no key pair at all (needs --yes)
    #[arg(long)]
    allow_lockout: bool,

    /// Do not wait until the work is done: results stay 'submitted'
    #[arg(long)]
    no_wait: bool,

    #[command(flatten)]
    changing: Changing,
}

impl DetachKeyPairs {
    async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let of = |resource, texts| Items {
            cloud: CloudId::Tencent,
            resource,
            texts,
        };
        if [&self.key_pairs, &self.instances]
            .iter()
            .all(|texts| texts.iter().any(|text| text == "-"))
        {
            return Err(Error::usage(
                "only one of --key-pair and --instance can be read from standard input",
            ));
        }
        let io = &run.context.io;
        let key_pairs = of(Resource::KeyPair, &self.key_pairs).read(io)?;
        let instances = of(Resource::Instance, &self.instances).read(io)?;
        let mut accepted = Vec::new();
        if self.force_stop {
            accepted.push(Risk::PowerCut);
        }
        if self.allow_lockout {
            accepted.push(Risk::Lockout);
        }
        let job = Job {
            command: "tencent key-pair detach",
            cloud: CloudId::Tencent,
            service: "cvm",
            changing: &self.changing,
            extent: Extent {
                wait: !self.no_wait,
                ..self.changing.extent()
            },
            accepted,
            from_input: key_pairs.from_input || instances.from_input,
        };
        let nothing = key_pairs.items.is_empty() || instances.items.is_empty();
        let scopes: Vec<_> = [&key_pairs, &instances]
            .iter()
            .filter(|_| !nothing)
            .flat_map(|selection| selection.items.iter().map(|(scope, _)| scope.clone()))
            .collect();
        let power = if self.force_stop {
            Power::Cut
        } else {
            Power::Untouched
        };
        let request = ChangeRequest::DetachKeyPairs(Binding {
            power,
            ..Binding::new(Resource::KeyPair, key_pairs.ids(), instances.ids())
        });
        job.one(run, &scopes, request).await
    }
}
