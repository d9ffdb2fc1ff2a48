//! `CLOUD key-pair VERB`: one implementation of each verb for every cloud. What differs is where the
//! pairs are (`kind.rs`) and small groups of options.

mod bind;
mod bind_options;
mod create;
mod delete;
mod import;
mod kind;
mod labels;
mod read;
mod tasks;
mod update;

use bind::{Attach, Detach};
pub(super) use bind_options::Stop;
use bind_options::{CvmBind, KpsAttach, KpsBind, LighthouseBind, Replacing, VolcengineBind};
use clap::Subcommand;
use create::Create;
use delete::{Delete, NoOptions, VolcengineDelete};
use import::Import;
pub(super) use import::public_key;
use labels::{CvmLabels, KpsCreate, KpsLabels, LighthouseLabels, VolcengineLabels};
use read::{List, Show};
use tasks::Tasks;
use update::{DescriptionOnly, NameAndDescription, Update};

use super::Run;
use crate::error::Error;

/// Verbs for key pairs of Volcengine ECS.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(super) enum VolcengineKeyPair {
    /// List the key pairs of a region (DescribeKeyPairs), all of them
    #[command(before_help = "Examples:\n  \
        kpctl volcengine key-pair list\n  \
        kpctl volcengine key-pair list --name 'ci-*' -o names | kpctl volcengine key-pair delete - --dry-run\n  \
        kpctl volc key-pair list -r cn-shanghai -o json --query 'items[].[name, fingerprint_md5]'")]
    List(List),

    /// Show a key pair and the instances that hold it (DescribeKeyPairs, DescribeInstances)
    #[command(before_help = "Examples:\n  \
        kpctl volcengine key-pair show prod-web\n  \
        kpctl volcengine key-pair show kp-ybqcopwrdwl8j1 -o json --query 'items[0].bound_to'")]
    Show(Show),

    /// Make a key pair: here, importing its public half, or in the cloud (CreateKeyPair)
    ///
    /// The private key goes to a new file with mode 0600 and nowhere else. A name that is taken is a
    /// conflict, and nothing is changed.
    #[command(before_help = "Examples:\n  \
        kpctl volcengine key-pair create deploy-2026 --private-key-file ~/.ssh/deploy-2026\n  \
        kpctl volcengine key-pair create deploy-2026 --private-key-file key.pem --cloud-generated")]
    Create(Create<VolcengineLabels>),

    /// Import a public key (ImportKeyPair); the same key under that name already is a success
    #[command(before_help = "Examples:\n  \
        kpctl volcengine key-pair import ~/.ssh/id_rsa.pub --name laptop\n  \
        ssh-keygen -y -f key.pem | kpctl volcengine key-pair import - --name ci --tag team=infra")]
    Import(Import<VolcengineLabels>),

    /// Delete key pairs (DeleteKeyPairs), and see that they are gone
    ///
    /// A pair that an instance still holds is refused, and the holders are named. What is not there is
    /// reported as absent, which counts as done. Names, addresses and kp-… ids are taken.
    #[command(before_help = "Examples:\n  \
        kpctl volcengine key-pair delete old-laptop ci-deploy\n  \
        kpctl volc key-pair delete kp-ybqcopwrdwl8j1 -r cn-shanghai --yes -o json\n  \
        cat names.txt | kpctl volcengine key-pair delete - --yes")]
    Delete(Delete<VolcengineDelete>),

    /// Bind a key pair to instances (AttachKeyPair); it replaces the one that is bound
    ///
    /// Password login stops working, and so does the key pair bound before. Both take effect when the
    /// instance restarts: --reboot does that.
    #[command(before_help = "Examples:\n  \
        kpctl volcengine key-pair attach --key-pair ops --instance i-ycweb00001 i-ycweb00002\n  \
        kpctl volcengine key-pair attach --key-pair ops --instance i-ycweb00001 --reboot --yes")]
    Attach(Attach<VolcengineBind>),

    /// Take key pairs off instances (DetachKeyPair)
    ///
    /// From the next restart on the key does not open the instance; a password that was set earlier
    /// does again. Without one nobody can log in, so --allow-lockout is asked for.
    #[command(before_help = "Examples:\n  \
        kpctl volcengine key-pair detach --key-pair prod-web --instance i-ycweb00001 --allow-lockout --yes\n  \
        kpctl volcengine key-pair detach --key-pair prod-web --instance i-ycweb00001 --dry-run")]
    Detach(Detach<VolcengineBind>),

    /// Change the description of a key pair (ModifyKeyPairAttribute)
    #[command(before_help = "Examples:\n  \
        kpctl volcengine key-pair update prod-web --description 'web servers'\n  \
        kpctl volcengine key-pair update prod-web --description ''")]
    Update(Update<DescriptionOnly>),
}

impl VolcengineKeyPair {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let kind = kind::VOLCENGINE;
        match self {
            Self::List(command) => command.run(run, kind).await,
            Self::Show(command) => command.run(run, kind).await,
            Self::Create(command) => command.run(run, kind).await,
            Self::Import(command) => command.run(run, kind).await,
            Self::Delete(command) => command.run(run, kind).await,
            Self::Attach(command) => command.run(run, kind).await,
            Self::Detach(command) => command.run(run, kind).await,
            Self::Update(command) => command.run(run, kind).await,
        }
    }
}

/// Verbs for key pairs of Tencent Cloud CVM.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(super) enum TencentKeyPair {
    /// List the key pairs of a region (DescribeKeyPairs), all of them
    #[command(before_help = "Examples:\n  \
        kpctl tencent key-pair list\n  \
        kpctl tc key-pair list --name 'ci_*' -o names\n  \
        kpctl tencent key-pair list -o json --query 'items[?bound_to==`[]`].id'")]
    List(List),

    /// Show a key pair and what it is bound to (DescribeKeyPairs)
    #[command(before_help = "Examples:\n  \
        kpctl tencent key-pair show skey-9p0o8i7u")]
    Show(Show),

    /// Make a key pair: here, importing its public half, or in the cloud (CreateKeyPair)
    ///
    /// The private key goes to a new file with mode 0600 and nowhere else. Names have 1 to 25 letters,
    /// digits and '_'.
    #[command(before_help = "Examples:\n  \
        kpctl tencent key-pair create deploy_2026 --private-key-file ~/.ssh/deploy_2026\n  \
        kpctl tencent key-pair create deploy_2026 --private-key-file key.pem --cloud-generated")]
    Create(Create<CvmLabels>),

    /// Import a public key (ImportKeyPair); a key that is there already is a success
    #[command(before_help = "Examples:\n  \
        kpctl tencent key-pair import ~/.ssh/id_rsa.pub --name laptop\n  \
        kpctl tencent key-pair import ci.pub --name ci_runner --description 'runs jobs' --tag team=infra")]
    Import(Import<CvmLabels>),

    /// Delete key pairs (DeleteKeyPairs), and see that they are gone
    ///
    /// A pair that an instance or a custom image refers to is refused, and the two cases are told apart.
    #[command(before_help = "Examples:\n  \
        kpctl tencent key-pair delete skey-6l5k4j3h\n  \
        kpctl tencent key-pair list --name 'agent_*' -o names | kpctl tencent key-pair delete - --yes")]
    Delete(Delete<NoOptions>),

    /// Bind key pairs to instances (AssociateInstancesKeyPairs), beside those bound already
    ///
    /// Only stopped instances can be changed: --stop soft stops them first, --force-stop cuts their
    /// power. Password login is switched off.
    #[command(before_help = "Examples:\n  \
        kpctl tencent key-pair attach --key-pair skey-3x8v1n6t --instance ins-4t6y8u2i\n  \
        kpctl tencent key-pair attach --key-pair skey-3x8v1n6t --instance ins-8k2j5h7g --stop soft --start --yes\n  \
        kpctl tencent key-pair attach --key-pair skey-3x8v1n6t --instance ins-4t6y8u2i --replace --dry-run")]
    Attach(Attach<Replacing<CvmBind>>),

    /// Take key pairs off instances (DisassociateInstancesKeyPairs), and wait until they are off
    ///
    /// Only stopped instances can be changed: --stop soft stops them first, --force-stop cuts their
    /// power. After it, password login with an earlier password works again.
    #[command(before_help = "Examples:\n  \
        kpctl tencent key-pair detach --key skey-9p0o8i7u --instance ins-4t6y8u2i\n  \
        kpctl tc key-pair detach --key skey-9p0o8i7u --instance ins-8k2j5h7g --force-stop --yes\n  \
        kpctl tencent key-pair detach --key skey-9p0o8i7u --instance - --yes -o json < instances.txt")]
    Detach(Detach<CvmBind>),

    /// Change name and description of a key pair (ModifyKeyPairAttribute)
    #[command(before_help = "Examples:\n  \
        kpctl tencent key-pair update skey-9p0o8i7u --name bastion_2026\n  \
        kpctl tencent key-pair update skey-9p0o8i7u --description 'way in'")]
    Update(Update<NameAndDescription>),
}

impl TencentKeyPair {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let kind = kind::CVM;
        match self {
            Self::List(command) => command.run(run, kind).await,
            Self::Show(command) => command.run(run, kind).await,
            Self::Create(command) => command.run(run, kind).await,
            Self::Import(command) => command.run(run, kind).await,
            Self::Delete(command) => command.run(run, kind).await,
            Self::Attach(command) => command.run(run, kind).await,
            Self::Detach(command) => command.run(run, kind).await,
            Self::Update(command) => command.run(run, kind).await,
        }
    }
}

/// Verbs for key pairs of Tencent Cloud Lighthouse.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(super) enum LighthouseKeyPair {
    /// List the key pairs of a region (DescribeKeyPairs of Lighthouse), all of them
    #[command(before_help = "Examples:\n  \
        kpctl tencent lighthouse-key-pair list")]
    List(List),

    /// Show a key pair and what it is bound to (DescribeKeyPairs of Lighthouse)
    #[command(before_help = "Examples:\n  \
        kpctl tencent lighthouse-key-pair show lhkp-1a2b3c4d")]
    Show(Show),

    /// Make a key pair: here, importing its public half, or in the cloud (CreateKeyPair of Lighthouse)
    #[command(before_help = "Examples:\n  \
        kpctl tencent lighthouse-key-pair create blog_2026 --private-key-file ~/.ssh/blog_2026")]
    Create(Create<LighthouseLabels>),

    /// Import a public key (ImportKeyPair of Lighthouse); a key that is there already is a success
    #[command(before_help = "Examples:\n  \
        kpctl tencent lighthouse-key-pair import ~/.ssh/id_rsa.pub --name laptop")]
    Import(Import<LighthouseLabels>),

    /// Delete key pairs (DeleteKeyPairs of Lighthouse, 10 a request), and see that they are gone
    #[command(before_help = "Examples:\n  \
        kpctl tencent lighthouse-key-pair delete lhkp-1a2b3c4d")]
    Delete(Delete<NoOptions>),

    /// Bind key pairs to instances (AssociateInstancesKeyPairs of Lighthouse) while they run
    ///
    /// Changed online, without a stop; --force-stop changes it offline, which shuts a running instance
    /// down by force.
    #[command(before_help = "Examples:\n  \
        kpctl tencent lighthouse-key-pair attach --key-pair lhkp-1a2b3c4d --instance lhins-5e6f7g8h")]
    Attach(Attach<Replacing<LighthouseBind>>),

    /// Take key pairs off instances (DisassociateInstancesKeyPairs of Lighthouse) while they run
    ///
    /// Changed online, without a stop; --force-stop changes it offline, which shuts a running instance
    /// down by force.
    #[command(before_help = "Examples:\n  \
        kpctl tencent lighthouse-key-pair detach --key-pair lhkp-1a2b3c4d --instance lhins-5e6f7g8h --allow-lockout --yes")]
    Detach(Detach<LighthouseBind>),
}

impl LighthouseKeyPair {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let kind = kind::LIGHTHOUSE;
        match self {
            Self::List(command) => command.run(run, kind).await,
            Self::Show(command) => command.run(run, kind).await,
            Self::Create(command) => command.run(run, kind).await,
            Self::Import(command) => command.run(run, kind).await,
            Self::Delete(command) => command.run(run, kind).await,
            Self::Attach(command) => command.run(run, kind).await,
            Self::Detach(command) => command.run(run, kind).await,
        }
    }
}

/// Verbs for key pairs of Huawei Cloud KPS.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(super) enum HuaweiKeyPair {
    /// List the key pairs of a region's project (ListKeypairs), all of them
    #[command(before_help = "Examples:\n  \
        kpctl huawei key-pair list\n  \
        kpctl hw key-pair list --name 'KeyPair-*' -o json")]
    List(List),

    /// Show a key pair (ListKeypairDetail)
    #[command(before_help = "Examples:\n  \
        kpctl huawei key-pair show KeyPair-ops_1")]
    Show(Show),

    /// Make a key pair: here, importing its public half, or in the cloud (CreateKeypair)
    ///
    /// The private key goes to a new file with mode 0600. Only with --cloud-generated --protect does
    /// the cloud store it, too.
    #[command(before_help = "Examples:\n  \
        kpctl huawei key-pair create deploy-2026 --private-key-file ~/.ssh/deploy-2026\n  \
        kpctl huawei key-pair create deploy-2026 --private-key-file key.pem --cloud-generated --protect default")]
    Create(Create<KpsCreate>),

    /// Import a public key (CreateKeypair); the same key under that name already is a success
    #[command(before_help = "Examples:\n  \
        kpctl huawei key-pair import ~/.ssh/id_ed25519.pub --name laptop\n  \
        kpctl huawei key-pair import ci.pub --name ci --scope account --description 'runs jobs'")]
    Import(Import<KpsLabels>),

    /// Delete key pairs (DeleteKeypair), and see that they are gone
    ///
    /// Servers keep the key in their authorized_keys: detach it first.
    #[command(before_help = "Examples:\n  \
        kpctl huawei key-pair delete KeyPair-old --yes")]
    Delete(Delete<NoOptions>),

    /// Bind a key pair to servers (AssociateKeypair), and follow the tasks to their end
    ///
    /// A stopped server is reset and needs no login. A running one is changed over SSH: the service
    /// logs in with the password, or with the private key that the server trusts now.
    #[command(before_help = "Examples:\n  \
        kpctl huawei key-pair attach --key-pair KeyPair-ops_1 --instance d76baba7-ef09-40a2-87ff-3eafec0696e7\n  \
        kpctl huawei key-pair attach --key-pair KeyPair-ops_1 --instance ID --password-file - --yes < password.txt\n  \
        kpctl huawei key-pair attach --key-pair KeyPair-ops_2 --instance ID --send-private-key old.pem --yes")]
    Attach(Attach<KpsAttach>),

    /// Take the key pair off servers (DisassociateKeypair), and follow the tasks to their end
    ///
    /// The service takes off whatever pair is bound to the server, and shows nobody which one that is.
    #[command(before_help = "Examples:\n  \
        kpctl huawei key-pair detach --key-pair KeyPair-ops_1 --instance ID --allow-lockout --yes")]
    Detach(Detach<KpsBind>),

    /// Change the description of a key pair (UpdateKeypairDescription)
    #[command(before_help = "Examples:\n  \
        kpctl huawei key-pair update KeyPair-ops_1 --description 'operators'")]
    Update(Update<DescriptionOnly>),

    /// List the tasks that bind key pairs: running, failed, or by id; clear the failed ones
    #[command(before_help = "Examples:\n  \
        kpctl huawei key-pair tasks\n  \
        kpctl huawei key-pair tasks --failed\n  \
        kpctl huawei key-pair tasks --clear --yes\n  \
        kpctl huawei key-pair tasks aee8d2fe-5484-4753-9177-5a38dc15546c")]
    Tasks(Tasks),
}

impl HuaweiKeyPair {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let kind = kind::KPS;
        match self {
            Self::List(command) => command.run(run, kind).await,
            Self::Show(command) => command.run(run, kind).await,
            Self::Create(command) => command.run(run, kind).await,
            Self::Import(command) => command.run(run, kind).await,
            Self::Delete(command) => command.run(run, kind).await,
            Self::Attach(command) => command.run(run, kind).await,
            Self::Detach(command) => command.run(run, kind).await,
            Self::Update(command) => command.run(run, kind).await,
            Self::Tasks(command) => command.run(run, kind).await,
        }
    }
}
