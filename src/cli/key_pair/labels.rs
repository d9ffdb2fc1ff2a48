//! What a new key pair can be given beside its name, by cloud.

use clap::{Args, ValueEnum};

use crate::error::Error;
use crate::model::{NewKeyPair, Protection, Visibility};

/// The options of one cloud.
pub(in crate::cli) trait Labels: Args {
    /// Writes the options into the new pair.
    fn apply(&self, pair: &mut NewKeyPair) -> Result<(), Error>;
}

// Tags, as several clouds have them.
#[derive(Args, Debug)]
struct Tags {
    /// A tag, as often as wanted
    #[arg(long = "tag", value_name = "KEY=VALUE")]
    tags: Vec<String>,
}

impl Tags {
    fn read(&self) -> Result<Vec<(String, String)>, Error> {
        let pair = |text: &String| match text.split_once('=') {
            Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
            _ => Err(Error::usage(format!("'{}' is no tag", text.escape_debug()))
                .hint("Write --tag KEY=VALUE; the value may be empty.")),
        };
        self.tags.iter().map(pair).collect()
    }
}

// Volcengine.
#[derive(Args, Debug)]
pub(in crate::cli) struct VolcengineLabels {
    /// A description
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,

    #[command(flatten)]
    tags: Tags,

    /// The project that the pair belongs to, by name
    #[arg(long, value_name = "NAME")]
    project: Option<String>,
}

impl Labels for VolcengineLabels {
    fn apply(&self, pair: &mut NewKeyPair) -> Result<(), Error> {
        pair.description.clone_from(&self.description);
        pair.project.clone_from(&self.project);
        pair.tags = self.tags.read()?;
        Ok(())
    }
}

// Tencent Cloud CVM.
#[derive(Args, Debug)]
pub(in crate::cli) struct CvmLabels {
    /// A description, set by a second call (ModifyKeyPairAttribute)
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,

    #[command(flatten)]
    tags: Tags,

    /// The project that the pair belongs to, by number (default: 0)
    #[arg(long, value_name = "NUMBER")]
    project: Option<u32>,
}

impl Labels for CvmLabels {
    fn apply(&self, pair: &mut NewKeyPair) -> Result<(), Error> {
        pair.description.clone_from(&self.description);
        pair.project = self.project.map(|number| number.to_string());
        pair.tags = self.tags.read()?;
        Ok(())
    }
}

// Tencent Cloud Lighthouse.
#[derive(Args, Debug)]
pub(in crate::cli) struct LighthouseLabels {
    #[command(flatten)]
    tags: Tags,
}

impl Labels for LighthouseLabels {
    fn apply(&self, pair: &mut NewKeyPair) -> Result<(), Error> {
        pair.tags = self.tags.read()?;
        Ok(())
    }
}

/// Who sees a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Scope {
    /// Only the user behind the credentials
    User,
    /// Everybody in the account
    Account,
}

// Huawei Cloud KPS.
#[derive(Args, Debug)]
pub(in crate::cli) struct KpsLabels {
    /// A description, set by a second call (UpdateKeypairDescription)
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,

    /// Who sees the pair: user, account (default: the service's own, user)
    #[arg(long, value_name = "WHO", value_enum, hide_possible_values = true)]
    scope: Option<Scope>,
}

impl Labels for KpsLabels {
    fn apply(&self, pair: &mut NewKeyPair) -> Result<(), Error> {
        pair.description.clone_from(&self.description);
        pair.visibility = self.scope.map(|scope| match scope {
            Scope::User => Visibility::User,
            Scope::Account => Visibility::Account,
        });
        Ok(())
    }
}

// Huawei Cloud KPS, where the cloud makes the pair.
#[derive(Args, Debug)]
pub(in crate::cli) struct KpsCreate {
    #[command(flatten)]
    labels: KpsLabels,

    /// Let the cloud store the private key, too: default, or the name of a KMS key (with --cloud-generated)
    #[arg(long, value_name = "KEY", requires = "cloud_generated")]
    protect: Option<String>,
}

impl Labels for KpsCreate {
    fn apply(&self, pair: &mut NewKeyPair) -> Result<(), Error> {
        pair.protection = self.protect.as_ref().map(|key| match key.as_str() {
            "default" => Protection::Default,
            name => Protection::KmsKey(name.to_owned()),
        });
        self.labels.apply(pair)
    }
}
