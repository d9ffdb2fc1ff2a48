//! The command tree. Each file parses its arguments and says what it wants of `ops`; words for
//! people live here, vendors' words and HTTP do not.

mod api;
mod apply;
pub mod args;
mod audit;
mod auth;
mod carry_out;
mod codearts_key;
mod config;
mod cph_server;
mod delete;
mod doctor;
mod embedded;
mod endpoints;
mod find;
mod fleet;
mod import;
mod instance;
mod key;
mod key_pair;
mod kms_key;
mod log;
mod logins;
mod ls;
mod proxies;
mod read_out;
mod revoke;
mod sandbox;
mod site;
mod snapshot;
mod sought;
mod trust;

use args::Global;
use clap::{Parser, Subcommand};

use crate::context::Context;
use crate::error::{Error, ErrorKind};
use crate::model::CloudId;
use crate::output::Output;
use crate::secret::Secret;
use crate::stop::Stop;

/// Delete, detach, replace and trace SSH key pairs across clouds, and prove it.
#[derive(Debug, Parser)]
#[command(
    name = "kpctl",
    version,
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 100,
    before_help = "Examples:\n  \
        kpctl --sandbox volcengine key-pair delete old-laptop --yes\n  \
        kpctl tencent key-pair detach --key skey-9p0o8i7u --instance ins-4t6y8u2i --dry-run\n  \
        kpctl huawei kms-key cancel-deletion 0d0466b0-e727-4d9c-b35d-f84bb474a37f --enable",
    after_help = "Exit codes: 0 done, 1 failed, 2 usage, 3 partly done, 4 credentials or permission, 5 not found, \
        6 refused by state, 7 worth running again, 9 consent missing, 10 not proven, 130 interrupted"
)]
pub struct Cli {
    #[command(flatten)]
    global: Global,

    #[command(subcommand)]
    command: Command,
}

// `defer` here and below: a run defines the options of the one command that it is. What stands above
// a struct of options is a plain comment, because a deferred doc comment would replace the command's.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
enum Command {
    /// Volcengine (火山引擎): ECS key pairs
    #[command(alias = "volc", subcommand)]
    Volcengine(VolcengineCommand),

    /// Tencent Cloud (腾讯云): key pairs of CVM and Lighthouse
    #[command(alias = "tc", subcommand)]
    Tencent(TencentCommand),

    /// Huawei Cloud (华为云): KPS key pairs, KMS keys, CPH servers, CodeArts keys
    #[command(alias = "hw", subcommand)]
    Huawei(HuaweiCommand),

    /// List the keys of every account, region and cloud
    ///
    /// Rows come as regions answer; with --usage, --unused or --older-than when all have. What could not be
    /// read is named, and ends with 10; a region that the account has not enabled holds nothing, which is no
    /// gap. What -o names prints feeds 'kpctl delete -'.
    #[command(before_help = "Examples:\n  \
        kpctl ls\n  \
        kpctl ls --on 'tencent:*/ap-*' --usage\n  \
        kpctl ls --on volcengine --unused --older-than 180d -o names | kpctl delete - --yes\n  \
        kpctl --sandbox ls")]
    Ls(ls::Ls),

    /// Find a key in every account, region and cloud
    ///
    /// Where a cloud shows no public key, its fingerprint is compared in every form that the key has, and the
    /// hit is called 'digest'. Ends with 0 when it is found, 5 when everything could be read and it is nowhere,
    /// 10 when something could not be read or compared; that is named.
    #[command(before_help = "Examples:\n  \
        kpctl find ~/.ssh/id_ed25519.pub\n  \
        kpctl find SHA256:WcMvjRo1t0uDYNlfRPjt8l7Wy/1HbpLwTkulhpNc3hc --on huawei --usage\n  \
        ssh-keygen -y -f old-laptop | kpctl find - -o json\n  \
        kpctl --sandbox find ad:2d:7f:98:d1:0a:97:5a:49:83:6d:0d:f7:ab:6d:3b")]
    Find(find::Find),

    /// Judge every key of every account, region and cloud by a policy
    ///
    /// Weak, old, unused and shared keys, names that mean several keys, keys without an owner, stored private
    /// halves, encryption keys about to be destroyed, quotas almost used up. docs/audit.md describes the policy
    /// file. Ends with 8 when there are findings at the policy's fail-level, 10 when something could not be read.
    #[command(before_help = "Examples:\n  \
        kpctl audit\n  \
        kpctl audit --policy policy.toml -o sarif > keys.sarif\n  \
        kpctl audit --offline now.json -o json\n  \
        kpctl --sandbox audit --on volcengine")]
    Audit(audit::AuditCommand),

    /// Import a public key into many places at once
    ///
    /// A place that has the key under any name is left as it is: 'exists'. The same name with another key is
    /// a 'conflict'. A second run changes nothing.
    #[command(before_help = "Examples:\n  \
        kpctl import ~/.ssh/ops.pub --name ops-2026 --on volcengine --on 'tencent:prod/ap-*'\n  \
        kpctl import ops.pub --name ops-2026 --on huawei/cn-north-4/codearts-key --dry-run\n  \
        kpctl --sandbox import ops.pub --name ops-2026 --on '*'")]
    Import(import::Import),

    /// Delete keys of any clouds, by address
    ///
    /// All places are looked at before anything is sent, and each key has its outcome, as with the clouds' own
    /// delete.
    #[command(before_help = "Examples:\n  \
        kpctl delete volcengine:prod/cn-beijing/key-pair/old huawei:prod/cn-north-4/codearts-key/31001\n  \
        kpctl ls --unused --older-than 365d -o names | kpctl delete - --dry-run\n  \
        kpctl --sandbox delete volcengine:sandbox/cn-beijing/key-pair/old-laptop --yes")]
    Delete(delete::Delete),

    /// Take a key away in every account, region and cloud, and prove it
    ///
    /// Machines give the key up first, then its records go: detach, wait, delete, look again. The receipt names
    /// the level that was reached: record-gone, detached, host-proven. Deleting a record does not make a host
    /// forget a key that it trusts. Running it again goes on where it stopped.
    #[command(before_help = "Examples:\n  \
        kpctl revoke SHA256:WcMvjRo1t0uDYNlfRPjt8l7Wy/1HbpLwTkulhpNc3hc --reason 'ticket 4711' --plan revoke.json\n  \
        kpctl revoke old-laptop.pub --on volcengine --on tencent:prod --allow-lockout --yes\n  \
        kpctl --sandbox revoke old-laptop.pub --dry-run")]
    Revoke(revoke::Revoke),

    /// Do what an approved plan says, if everything is as it was
    ///
    /// All facts that the plan rests on are read again: if one moved, nothing is done and the code is 6. A run
    /// that was cut off is finished by the same command.
    #[command(before_help = "Examples:\n  \
        kpctl apply revoke.json --confirm 3f0c1d5e6a7b8c9d0e1f2a3b4c5d6e7f\n  \
        kpctl apply revoke.json --dry-run")]
    Apply(apply::Apply),

    /// Save what all accounts, regions and clouds hold, to be read again with --offline
    ///
    /// Prints one JSON document: the keys, what holds them, encryption keys, and which places could not be
    /// read. It holds no secrets, but tells who may enter what. The commands ls, find, audit, list and show
    /// read it with --offline FILE.
    #[command(before_help = "Examples:\n  \
        kpctl snapshot > now.json\n  \
        kpctl snapshot --on volcengine --on 'tencent:*' > before.json\n  \
        kpctl find old-laptop.pub --offline now.json")]
    Snapshot(snapshot::TakeSnapshot),

    /// SSH keys on this machine: make them, tell their fingerprints, convert them
    #[command(subcommand)]
    Key(key::Key),

    /// Credentials: whose they are, and where they come from
    #[command(subcommand)]
    Auth(auth::Auth),

    /// Find what stands in the way: credentials, clock, network, certificates, proxy, permissions
    ///
    /// Every check is a read that changes nothing. Each finding names its fix. Without CLOUD, all clouds
    /// that have credentials. Ends with 0 when there is no problem, else with the code of the problems' common
    /// reason: 2 configuration, 4 credentials or permission, 7 network; 1 when they have several.
    #[command(before_help = "Examples:\n  \
        kpctl doctor\n  \
        kpctl doctor huawei -r cn-north-4 -o json\n  \
        kpctl --sandbox doctor")]
    Doctor(doctor::Doctor),

    /// Tell what was changed: every run, or one in full
    ///
    /// Each run that changed something is on record in the state folder, also one that was killed: then its
    /// items have no status, and a request without an answer may have been carried out. Running the same
    /// command again finishes the work.
    #[command(before_help = "Examples:\n  \
        kpctl log --since 24h\n  \
        kpctl log --unfinished\n  \
        kpctl log 4f2a9c\n  \
        kpctl --sandbox log --item old-laptop -o json")]
    Log(log::Log),

    /// The config file: get and set its keys, tell where it is
    #[command(subcommand)]
    Config(config::Config),

    /// Any operation of these clouds, by the vendor's own name
    ///
    /// The answer is the vendor's own object as JSON, without secrets. KEY=VALUE is text, KEY:=JSON is a
    /// number, true, or a list. Lists are numbered: KeyPairNames.1=a on volcengine, KeyIds.0=a on tencent,
    /// where Limit, Offset, ProjectId, ForceStop and the like become numbers and truth values. On huawei
    /// the first word is the path, in which {project_id} is filled in, and KEY=VALUE is the query.
    ///
    /// Secrets belong into --json: others can see what stands on a command line.
    Api(api::Api),

    /// The embedded cloud: serve it to other programs, look at it, reset it
    #[command(subcommand)]
    Sandbox(sandbox::SandboxCommand),
}

#[derive(Debug, Subcommand)]
#[command(defer = true)]
enum VolcengineCommand {
    /// Key pairs of ECS
    #[command(subcommand)]
    KeyPair(key_pair::VolcengineKeyPair),

    /// Instances of ECS
    #[command(subcommand)]
    Instance(instance::Instance),
}

#[derive(Debug, Subcommand)]
#[command(defer = true)]
enum TencentCommand {
    /// Key pairs of CVM
    #[command(subcommand)]
    KeyPair(key_pair::TencentKeyPair),

    /// Key pairs of Lighthouse, which share nothing with those of CVM
    #[command(subcommand)]
    LighthouseKeyPair(key_pair::LighthouseKeyPair),

    /// Instances of CVM
    #[command(subcommand)]
    Instance(instance::Instance),
}

#[derive(Debug, Subcommand)]
#[command(defer = true)]
enum HuaweiCommand {
    /// Key pairs of KPS
    #[command(subcommand)]
    KeyPair(key_pair::HuaweiKeyPair),

    /// Encryption keys of KMS
    #[command(subcommand)]
    KmsKey(kms_key::KmsKey),

    /// Cloud-phone servers of CPH
    #[command(subcommand)]
    CphServer(cph_server::CphServer),

    /// Your own public keys for Git in CodeArts Repo
    #[command(subcommand)]
    CodeartsKey(codearts_key::CodeartsKey),
}

/// Everything that a command may need.
struct Run<'a> {
    context: &'a Context,
    global: &'a Global,
    stop: &'a Stop,
}

impl Run<'_> {
    /// What the user asked of the output; a mistake in it is found before anything is done.
    fn output(&self) -> Result<Output, Error> {
        let io = &self.context.io;
        Output::new(self.global.output, self.global.query.as_deref(), io)
    }

    /// Asks a person for a secret; a signal ends the waiting.
    async fn ask_secret(&self, question: &str, new: bool) -> Result<Secret, Error> {
        tokio::select! {
            biased;
            () = self.stop.asked_for() => Err(Error::new(
                ErrorKind::Interrupted,
                "interrupted: nothing was changed",
            )),
            secret = self.context.io.ask_secret(question, new) => secret,
        }
    }
}

impl Cli {
    /// Options that decide how the program talks, needed before and after the command.
    pub(crate) fn global(&self) -> &Global {
        &self.global
    }

    /// Carries the command out; the exit code, or the error that ended it before anything changed.
    pub async fn run(&self, context: &Context, stop: &Stop) -> Result<u8, Error> {
        let run = Run {
            context,
            global: &self.global,
            stop,
        };
        match &self.command {
            Command::Volcengine(VolcengineCommand::KeyPair(command)) => command.run(&run).await,
            Command::Volcengine(VolcengineCommand::Instance(command)) => {
                command.run(&run, CloudId::Volcengine, "ecs").await
            }
            Command::Tencent(TencentCommand::KeyPair(command)) => command.run(&run).await,
            Command::Tencent(TencentCommand::LighthouseKeyPair(command)) => command.run(&run).await,
            Command::Tencent(TencentCommand::Instance(command)) => {
                command.run(&run, CloudId::Tencent, "cvm").await
            }
            Command::Huawei(HuaweiCommand::KeyPair(command)) => command.run(&run).await,
            Command::Huawei(HuaweiCommand::KmsKey(command)) => command.run(&run).await,
            Command::Huawei(HuaweiCommand::CphServer(command)) => command.run(&run).await,
            Command::Huawei(HuaweiCommand::CodeartsKey(command)) => command.run(&run).await,
            Command::Ls(command) => command.run(&run).await,
            Command::Find(command) => command.run(&run).await,
            Command::Audit(command) => command.run(&run).await,
            Command::Revoke(command) => command.run(&run).await,
            Command::Apply(command) => command.run(&run).await,
            Command::Import(command) => command.run(&run).await,
            Command::Delete(command) => command.run(&run).await,
            Command::Snapshot(command) => command.run(&run).await,
            Command::Key(command) => command.run(&run).await,
            Command::Config(command) => command.run(&run).await,
            Command::Api(command) => command.run(&run).await,
            Command::Log(command) => command.run(&run),
            Command::Auth(command) => command.run(&run).await,
            Command::Doctor(command) => command.run(&run).await,
            Command::Sandbox(command) => command.run(&run).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_tree_is_sound() {
        Cli::command().debug_assert();
    }
}
