//! Every environment variable that kpctl reads, as a documented constant.
//!
//! The vendors' own names are read as their SDKs, CLIs and Terraform providers read them
//! (spec volcengine 7.1, tencent 5.1, huawei 8). What each one means stands in [`VARIABLES`].

use std::collections::BTreeMap;

pub use super::variables::{Owner, VARIABLES, Variable};
use crate::error::Error;
use crate::model::CloudId;

/// Profile to use when no `-p` is given.
pub const PROFILE: &str = "KPCTL_PROFILE";
/// `1` runs every command against the embedded cloud.
pub const SANDBOX: &str = "KPCTL_SANDBOX";
/// Endpoint of all clouds; loopback only.
pub const ENDPOINT: &str = "KPCTL_ENDPOINT_URL";
/// The config file.
pub const CONFIG: &str = "KPCTL_CONFIG";
/// Folder of the journal and of the sandbox's state.
pub const STATE_DIR: &str = "KPCTL_STATE_DIR";
/// `off` does without the record of changes.
pub const JOURNAL: &str = "KPCTL_JOURNAL";
/// `plan-only` refuses every direct change: what is to be changed can only be planned.
pub const MUTATIONS: &str = "KPCTL_MUTATIONS";
/// Folder of what can be looked up again, such as Huawei project ids.
pub const CACHE_DIR: &str = "KPCTL_CACHE_DIR";
/// `1` lets the role of the instance that kpctl runs on give credentials, after all other sources.
pub const INSTANCE_ROLE: &str = "KPCTL_INSTANCE_ROLE";
/// PREFIX of the account that a cloud's credentials must belong to.
pub const EXPECT_ACCOUNT: &str = "KPCTL_EXPECT_ACCOUNT";
/// File of the certificate authorities to trust instead of the system's; the TLS library reads it.
pub const SSL_CERT_FILE: &str = "SSL_CERT_FILE";
/// Folders of such files; they count beside [`SSL_CERT_FILE`], and without it alone.
pub const SSL_CERT_DIR: &str = "SSL_CERT_DIR";

/// The process environment, or a made-up one in tests.
#[derive(Clone, Debug, Default)]
pub struct Env {
    variables: BTreeMap<String, String>,
}

impl Env {
    /// The environment of this process. A value that is not UTF-8 is kept in a lossy form: such a
    /// value is wrong for all variables that are read here, and the check of its form says so.
    pub fn of_process() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that reads the environment"
        )]
        let variables = std::env::vars_os();
        variables
            .map(|(name, value)| {
                let text = |part: std::ffi::OsString| part.to_string_lossy().into_owned();
                (text(name), text(value))
            })
            .collect()
    }

    /// The value, when the variable is set, also to the empty text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// The value, when the variable is set to something.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.trim().is_empty())
    }

    /// Whether a switch is on: `1`, `true`, `yes`; off: unset, empty, `0`, `false`, `no`.
    pub fn switch(&self, name: &str) -> Result<bool, Error> {
        match self.get(name).unwrap_or_default() {
            "1" | "true" | "yes" => Ok(true),
            "" | "0" | "false" | "no" => Ok(false),
            other => Err(Error::usage(format!("{name} is '{other}'; write 1 or 0"))),
        }
    }
}

impl Env {
    /// Refuses an expectation of an account that names no cloud: it would be met by every account.
    pub fn check_expectations(&self) -> Result<(), Error> {
        let is_known = |name: &str| {
            let cloud = name
                .strip_prefix(EXPECT_ACCOUNT)
                .and_then(|rest| rest.strip_prefix('_'));
            let mut names = CloudId::ALL.iter().map(|cloud| cloud.name().to_uppercase());
            cloud.is_some_and(|cloud| names.any(|name| name == cloud))
        };
        let mut names = self.variables.keys();
        match names.find(|name| name.starts_with(EXPECT_ACCOUNT) && !is_known(name)) {
            None => Ok(()),
            Some(name) => Err(Error::usage(format!("{name} names no cloud")).hint(format!(
                "Write {EXPECT_ACCOUNT}_VOLCENGINE, {EXPECT_ACCOUNT}_TENCENT or {EXPECT_ACCOUNT}_HUAWEI."
            ))),
        }
    }
}

impl Env {
    /// The variables that are set and meant for kpctl or the vendors' tools: credentials are among them, and
    /// whatever a vendor may add. No other program needs them.
    pub fn of_clouds(&self) -> impl Iterator<Item = &str> {
        let is_meant = |name: &str| {
            VARIABLES.iter().any(|variable| match variable.owner {
                Owner::Kpctl => name.starts_with("KPCTL_"),
                Owner::Vendor(_) => {
                    let family = variable.name.split_inclusive('_').next();
                    family.is_some_and(|family| name.starts_with(family))
                }
                Owner::System | Owner::Library => false,
            })
        };
        let names = self.variables.keys().map(String::as_str);
        names.filter(move |name| is_meant(name))
    }
}

impl FromIterator<(String, String)> for Env {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self {
            variables: pairs.into_iter().collect(),
        }
    }
}
