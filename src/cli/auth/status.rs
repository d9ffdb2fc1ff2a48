//! `auth status`.

use std::time::Duration;

use clap::Args;
use serde_json::Value;

use super::super::Run;
use super::super::site::Site;
use crate::auth::{Credential, Login, Profiles, Recipe, Temporary};
use crate::cloud::reads;
use crate::error::{Error, ErrorKind};
use crate::model::CloudId;
use crate::output::{Fields, Item, ListDocument};
use crate::secret::masked;

/// How long a cloud may take to say who somebody is.
const PATIENCE: Duration = Duration::from_secs(20);

// Whose status.
#[derive(Args, Debug)]
pub(in crate::cli) struct Status {
    /// volcengine, tencent, huawei (default: all of them)
    #[arg(value_name = "CLOUD")]
    clouds: Vec<CloudId>,

    /// Every profile of the config file, too
    #[arg(long)]
    all: bool,
}

/// What became of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Standing {
    /// The cloud takes them, and says whose they are.
    Good,
    /// The cloud takes them, and does not say whose they are.
    Unnamed,
    /// They belong to another account than the one that is expected.
    Unexpected,
    /// The cloud refuses them, or they cannot be got.
    Refused,
    /// The cloud could not be asked.
    Unreached,
    /// There is a source, and it cannot be used.
    Broken,
    /// There are none.
    Absent,
}

impl Standing {
    fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Unnamed => "account-unknown",
            Self::Unexpected => "wrong-account",
            Self::Refused => "refused",
            Self::Unreached => "unreached",
            Self::Broken => "broken",
            Self::Absent => "none",
        }
    }

    fn exit_code(self) -> u8 {
        match self {
            Self::Good | Self::Absent => 0,
            Self::Unnamed => 10,
            Self::Unexpected | Self::Refused | Self::Broken => 4,
            Self::Unreached => 7,
        }
    }
}

/// What is known of one login.
pub(in crate::cli) struct Report {
    pub(in crate::cli) cloud: CloudId,
    pub(in crate::cli) profile: Option<String>,
    pub(in crate::cli) standing: Standing,
    pub(in crate::cli) login: Option<Login>,
    held: Option<Temporary>,
    pub(in crate::cli) account: Option<String>,
    pub(in crate::cli) error: Option<Error>,
}

impl Status {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let output = run.output()?;
        let site = Site::open(run.context, run.global, run.stop).await?;
        let mut reports = Vec::new();
        for (cloud, profile) in self.wanted(&site)? {
            reports.push(inspect(run, &site, cloud, profile.as_deref()).await);
            site.courier().go_on()?;
        }
        let document = ListDocument {
            kind: "List",
            command: "auth status",
            items: reports.iter().map(item).collect(),
            warnings: &[],
            endpoint: None,
            sandbox: site.is_sandbox(),
            is_single: false,
            reach: None,
        };
        output.list(&document, &run.context.io)?;
        if !output.is_document() {
            for error in reports.iter().filter_map(|report| report.error.as_ref()) {
                run.context.io.warn(&error.to_string());
                error
                    .hints
                    .iter()
                    .for_each(|hint| run.context.io.hint(hint));
            }
        }
        Ok(exit_code(&reports))
    }

    /// Clouds, each with the profile that is meant.
    fn wanted(&self, site: &Site<'_>) -> Result<Vec<(CloudId, Option<String>)>, Error> {
        let mut clouds = self.clouds.clone();
        if clouds.is_empty() {
            clouds = CloudId::ALL.to_vec();
            // A profile is of one cloud, and the others have nothing to say about it.
            if let (false, Some((name, _))) = (site.is_sandbox(), site.named_profile())
                && let Some(profile) = site.config()?.profiles.get(name)
            {
                clouds = vec![profile.cloud];
            }
        }
        let mut wanted: Vec<_> = clouds.iter().map(|cloud| (*cloud, None)).collect();
        if self.all && !site.is_sandbox() {
            for (name, profile) in &site.config()?.profiles {
                if clouds.contains(&profile.cloud) {
                    wanted.push((profile.cloud, Some(name.clone())));
                }
            }
        }
        Ok(wanted)
    }
}

/// One reason for all is the code, as with the items of a change.
fn exit_code(reports: &[Report]) -> u8 {
    if reports
        .iter()
        .all(|report| report.standing == Standing::Absent)
    {
        return ErrorKind::Credentials.exit_code();
    }
    let mut codes: Vec<u8> = reports
        .iter()
        .map(|report| report.standing.exit_code())
        .filter(|code| *code != 0)
        .collect();
    codes.sort_unstable();
    codes.first().copied().unwrap_or(0)
}

/// Asks the cloud about the login of a profile, or of the options.
pub(in crate::cli) async fn inspect(
    run: &Run<'_>,
    site: &Site<'_>,
    cloud: CloudId,
    profile: Option<&str>,
) -> Report {
    let mut report = Report {
        cloud,
        profile: profile.map(str::to_owned),
        standing: Standing::Broken,
        login: None,
        held: None,
        account: None,
        error: None,
    };
    let login = match site.login_of(cloud, profile) {
        Ok(login) => login,
        Err(error) => {
            if error.code.as_deref() == Some("NoCredentials") {
                report.standing = Standing::Absent;
            } else {
                report.error = Some(error);
            }
            return report;
        }
    };
    report.profile = Some(login.profile.clone());
    report.login = Some(Login::clone(&login));
    let service = reads(cloud).first().map_or("sts", |(service, _)| *service);
    let provider = match site.for_identity(cloud, service, &login) {
        Ok(provider) => provider,
        Err(error) => {
            report.error = Some(error);
            return report;
        }
    };
    let asked = async {
        let held = provider.keys().current().await?;
        let account = provider.account().await;
        Ok::<_, Error>((Temporary::clone(&held), account))
    };
    let late = || {
        Error::new(
            ErrorKind::Timeout,
            "the cloud does not say whose the credentials are",
        )
        .cloud(cloud)
    };
    let asked = match tokio::time::timeout(PATIENCE, asked).await {
        Ok(asked) => asked,
        Err(_) => Err(late()),
    };
    let account = match asked {
        Ok((held, account)) => {
            report.held = Some(held);
            account
        }
        Err(error) => Err(error),
    };
    match account {
        Ok(account) => {
            report.standing = Standing::Good;
            report.account = Some(account);
            if let Err(error) = super::super::carry_out::check_account(run, provider.as_ref()).await
            {
                report.standing = Standing::Unexpected;
                report.error = Some(error);
            }
        }
        Err(error) => {
            report.standing = match error.kind {
                // Who may not ask is known to the cloud all the same.
                ErrorKind::Permission if report.held.is_some() => Standing::Unnamed,
                ErrorKind::Credentials | ErrorKind::Permission => Standing::Refused,
                kind if kind.is_retryable() => Standing::Unreached,
                _ => Standing::Broken,
            };
            report.error = Some(error);
        }
    }
    report
}

/// How the credentials are come by, in a word.
fn method(recipe: &Recipe) -> &'static str {
    match recipe {
        Recipe::Ready(held) => match &held.credential {
            Credential::AccessKey {
                session_token: None,
                ..
            } => "access-key",
            Credential::AccessKey { .. } => "temporary-key",
            Credential::Token(_) => "token",
            Credential::Anonymous => "none",
        },
        Recipe::Role(..) => "role",
        Recipe::WebIdentity(_) => "oidc",
        Recipe::InstanceRole { .. } => "instance-role",
        Recipe::Process(_) => "process",
        Recipe::Password(_) => "password",
    }
}

fn item(report: &Report) -> Item {
    let login = report.login.as_ref();
    let text = |value: Option<String>| value.map_or(Value::Null, Value::from);
    let key_id = report
        .held
        .as_ref()
        .and_then(|held| match &held.credential {
            Credential::AccessKey { id, .. } => Some(masked(id)),
            Credential::Token(_) | Credential::Anonymous => None,
        });
    let end = report.held.as_ref().and_then(|held| held.expires_at);
    let end = end.map(|end| end.format("%Y-%m-%dT%H:%M:%SZ").to_string());
    let region = login.and_then(|login| login.region.clone());
    let source = login.map(|login| login.source.clone());
    let method = login.map(|login| method(&login.recipe).to_owned());
    let error = report.error.as_ref().map(ToString::to_string);
    let fields: Fields = vec![
        ("cloud", report.cloud.name().into()),
        ("profile", text(report.profile.clone())),
        ("status", report.standing.name().into()),
        ("account", text(report.account.clone())),
        ("key_id", text(key_id.clone())),
        ("method", text(method.clone())),
        ("expires_at", text(end.clone())),
        ("region", text(region.clone())),
        ("source", text(source.clone())),
        ("error", text(error)),
    ];
    let cell = |value: &Option<String>| value.clone().unwrap_or_default();
    let columns = vec![
        ("CLOUD", report.cloud.to_string()),
        ("PROFILE", cell(&report.profile)),
        ("STATUS", report.standing.name().to_owned()),
        ("ACCOUNT", cell(&report.account)),
        ("KEY", cell(&key_id)),
        ("METHOD", cell(&method)),
        ("EXPIRES", cell(&end)),
        ("REGION", cell(&region)),
        ("SOURCE", cell(&source)),
    ];
    Item {
        columns,
        ..Item::local(fields)
    }
}
