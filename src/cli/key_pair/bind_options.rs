//! What attach and detach take beside key pairs and instances: each cloud has its own ways with
//! machines.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::Run;
use crate::cloud::change::Risk;
use crate::error::Error;
use crate::model::{Access, Binding, Power};
use crate::ops::change::Extent;
use crate::secret::Secret;
use crate::sshkey::file;

/// The options of one cloud.
pub(in crate::cli) trait BindOptions: Args {
    /// Writes the options into the binding; the severe flags that were given.
    fn apply(&self, run: &Run<'_>, binding: &mut Binding) -> Result<Vec<Risk>, Error>;

    /// How far to go.
    fn extent(&self, extent: Extent) -> Extent;
}

// Volcengine: a restart makes the change effective.
#[derive(Args, Debug)]
pub(in crate::cli) struct VolcengineBind {
    /// Restart the running instances after it (RebootInstances), and wait until they run again
    #[arg(long)]
    reboot: bool,

    /// Do not read back: results stay 'submitted'
    #[arg(long)]
    no_verify: bool,
}

impl BindOptions for VolcengineBind {
    fn apply(&self, _run: &Run<'_>, binding: &mut Binding) -> Result<Vec<Risk>, Error> {
        binding.reboot = self.reboot;
        Ok(Vec::new())
    }

    fn extent(&self, extent: Extent) -> Extent {
        Extent {
            verify: !self.no_verify,
            ..extent
        }
    }
}

/// How to stop a machine first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Stop {
    /// As from the inside
    Soft,
    /// By cutting its power (needs --yes)
    Hard,
    /// Not at all: a running instance is refused
    Never,
}

// Tencent Cloud CVM: only stopped instances can be changed.
#[derive(Args, Debug)]
pub(in crate::cli) struct CvmBind {
    /// Let the service cut the power of running instances and start them again (needs --yes)
    #[arg(long, conflicts_with_all = ["stop", "start"])]
    force_stop: bool,

    /// Stop running instances first: soft, hard (needs --yes), never
    #[arg(long, value_name = "HOW", value_enum, default_value_t = Stop::Never, hide_possible_values = true)]
    stop: Stop,

    /// Start those again that this run stopped
    #[arg(long)]
    start: bool,

    /// Do not wait until the work is done: results stay 'submitted'
    #[arg(long, conflicts_with = "start")]
    no_wait: bool,
}

impl BindOptions for CvmBind {
    fn apply(&self, _run: &Run<'_>, binding: &mut Binding) -> Result<Vec<Risk>, Error> {
        if self.start && self.stop == Stop::Never {
            return Err(Error::usage("--start goes with --stop soft or --stop hard"));
        }
        binding.start_again = self.start;
        binding.power = match (self.force_stop, self.stop) {
            (true, _) => Power::Cut,
            (false, Stop::Soft) => Power::StopSoftly,
            (false, Stop::Hard) => Power::StopHard,
            (false, Stop::Never) => Power::Untouched,
        };
        Ok(match binding.power {
            Power::Cut => vec![Risk::PowerCut],
            Power::StopHard => vec![Risk::HardStop],
            Power::StopSoftly | Power::Untouched => Vec::new(),
        })
    }

    fn extent(&self, extent: Extent) -> Extent {
        Extent {
            wait: !self.no_wait,
            ..extent
        }
    }
}

// Tencent Cloud Lighthouse: changed while it runs, unless that is not wanted.
#[derive(Args, Debug)]
pub(in crate::cli) struct LighthouseBind {
    /// The user on the instance whose keys change (default: the one of the image)
    #[arg(long, value_name = "NAME", conflicts_with = "force_stop")]
    user: Option<String>,

    /// Change it offline: running instances are shut down by force (needs --yes)
    #[arg(long)]
    force_stop: bool,

    /// Do not wait until the work is done: results stay 'submitted'
    #[arg(long)]
    no_wait: bool,
}

impl BindOptions for LighthouseBind {
    fn apply(&self, _run: &Run<'_>, binding: &mut Binding) -> Result<Vec<Risk>, Error> {
        binding.user.clone_from(&self.user);
        if self.force_stop {
            binding.power = Power::Cut;
            return Ok(vec![Risk::PowerCut]);
        }
        Ok(Vec::new())
    }

    fn extent(&self, extent: Extent) -> Extent {
        Extent {
            wait: !self.no_wait,
            ..extent
        }
    }
}

// Options of attach only, where an instance holds several key pairs.
#[derive(Args, Debug)]
pub(in crate::cli) struct Replacing<O: BindOptions> {
    /// Take off the key pairs that are bound now, instead of keeping them
    #[arg(long)]
    replace: bool,

    #[command(flatten)]
    options: O,
}

impl<O: BindOptions> BindOptions for Replacing<O> {
    fn apply(&self, run: &Run<'_>, binding: &mut Binding) -> Result<Vec<Risk>, Error> {
        binding.replace = self.replace;
        self.options.apply(run, binding)
    }

    fn extent(&self, extent: Extent) -> Extent {
        self.options.extent(extent)
    }
}

// Huawei Cloud KPS: the service logs in to a running server.
#[derive(Args, Debug)]
pub(in crate::cli) struct KpsBind {
    /// The server's password for root, in the first line of this file; '-' reads standard input
    #[arg(long, value_name = "FILE", conflicts_with = "send_private_key")]
    password_file: Option<PathBuf>,

    /// Send the private key that the server trusts now, from this file, to the service (needs --yes)
    #[arg(long, value_name = "FILE")]
    send_private_key: Option<PathBuf>,

    /// The port of SSH on the server (default: 22)
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,

    /// Do not wait until the task is done: results stay 'submitted'
    #[arg(long)]
    no_wait: bool,
}

impl BindOptions for KpsBind {
    fn apply(&self, run: &Run<'_>, binding: &mut Binding) -> Result<Vec<Risk>, Error> {
        binding.port = self.port;
        if let Some(path) = &self.password_file {
            binding.access = Some(Access::Password(password(run, path)?));
        }
        let Some(path) = &self.send_private_key else {
            return Ok(Vec::new());
        };
        let private = file::read_private(path)?;
        if let Some(warning) = &private.warning {
            run.context.io.warn(warning);
        }
        binding.access = Some(Access::PrivateKey(private.text));
        Ok(vec![Risk::PrivateKeySent])
    }

    fn extent(&self, extent: Extent) -> Extent {
        Extent {
            wait: !self.no_wait,
            ..extent
        }
    }
}

/// A password from a file or from standard input.
fn password(run: &Run<'_>, path: &Path) -> Result<Secret, Error> {
    if path == Path::new("-") {
        let text = Secret::new(run.context.io.read_input()?);
        return file::passphrase_of(&text);
    }
    file::read_passphrase(path)
}

// Options of attach only.
#[derive(Args, Debug)]
pub(in crate::cli) struct KpsAttach {
    /// Switch password login off on the server
    #[arg(long)]
    disable_password: bool,

    #[command(flatten)]
    bind: KpsBind,
}

impl BindOptions for KpsAttach {
    fn apply(&self, run: &Run<'_>, binding: &mut Binding) -> Result<Vec<Risk>, Error> {
        binding.disable_password = self.disable_password;
        self.bind.apply(run, binding)
    }

    fn extent(&self, extent: Extent) -> Extent {
        self.bind.extent(extent)
    }
}
