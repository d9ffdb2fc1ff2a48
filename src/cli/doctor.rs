//! `doctor`: what stands in the way, and what to do about it.

use chrono::DateTime;
use clap::Args;
use serde_json::Value;

use super::Run;
use super::auth::status::{Report, Standing, inspect};
use super::site::Site;
use crate::auth::{Login, Profiles};
use crate::cloud::{Provider, reads};
use crate::config::{env, paths};
use crate::error::{Error, ErrorKind};
use crate::http::{Endpoint, Method, Request};
use crate::model::{CloudId, ListRequest, Resource};
use crate::output::{Item, ListDocument};

/// A difference of clocks that is worth a word.
const NOTABLE_SKEW: i64 = 60;
/// A difference of clocks at which the first of the clouds refuses signatures (spec tencent 1.2).
const REFUSED_SKEW: i64 = 300;

// What is looked at.
#[derive(Args, Debug)]
pub(super) struct Doctor {
    /// volcengine, tencent, huawei (default: those that have credentials)
    #[arg(value_name = "CLOUD")]
    clouds: Vec<CloudId>,
}

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Ok,
    Skipped,
    Warning,
    Problem,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Skipped => "skipped",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

struct Finding {
    cloud: Option<CloudId>,
    check: String,
    level: Level,
    text: String,
    fix: Option<String>,
    /// What the finding adds to the exit code.
    code: u8,
}

impl Finding {
    fn new(cloud: Option<CloudId>, check: &str, level: Level, text: impl Into<String>) -> Self {
        Self {
            cloud,
            check: check.to_owned(),
            level,
            text: text.into(),
            fix: None,
            code: 0,
        }
    }

    fn problem(cloud: Option<CloudId>, check: &str, error: &Error) -> Self {
        Self {
            fix: (!error.hints.is_empty()).then(|| error.hints.join(" ")),
            code: error.exit_code(),
            ..Self::new(cloud, check, Level::Problem, error.to_string())
        }
    }

    fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    fn item(&self) -> Item {
        let text = |value: Option<&str>| value.map_or(Value::Null, Value::from);
        let cloud = self.cloud.map(CloudId::name);
        Item {
            columns: vec![
                ("", self.level.name().to_owned()),
                ("CLOUD", cloud.unwrap_or_default().to_owned()),
                ("CHECK", self.check.clone()),
                ("FINDING", self.text.clone()),
                ("FIX", self.fix.clone().unwrap_or_default()),
            ],
            ..Item::local(vec![
                ("level", self.level.name().into()),
                ("cloud", text(cloud)),
                ("check", self.check.clone().into()),
                ("finding", self.text.clone().into()),
                ("fix", text(self.fix.as_deref())),
            ])
        }
    }
}

impl Doctor {
    pub(super) async fn run(&self, run: &Run<'_>) -> Result<u8, Error> {
        let output = run.output()?;
        let site = Site::open(run.context, run.global, run.stop).await?;
        let mut findings = surroundings(run, &site);
        for cloud in CloudId::ALL {
            if !self.clouds.is_empty() && !self.clouds.contains(&cloud) {
                continue;
            }
            let is_asked_for = self.clouds.contains(&cloud);
            examine(run, &site, cloud, is_asked_for, &mut findings).await;
            site.courier().go_on()?;
        }
        let has_any =
            |finding: &Finding| finding.check == "credentials" && finding.level != Level::Skipped;
        if !findings.iter().any(has_any) {
            let mut none = Finding::new(None, "credentials", Level::Problem, "no cloud has any")
                .fix("See docs/credentials.md, or try the sandbox: kpctl --sandbox doctor");
            none.code = ErrorKind::Credentials.exit_code();
            findings.push(none);
        }
        let document = ListDocument {
            kind: "Findings",
            command: "doctor",
            items: findings.iter().map(Finding::item).collect(),
            warnings: &[],
            endpoint: None,
            sandbox: site.is_sandbox(),
            is_single: false,
            reach: None,
        };
        output.list(&document, &run.context.io)?;
        let mut codes: Vec<u8> = findings
            .iter()
            .map(|finding| finding.code)
            .filter(|code| *code != 0)
            .collect();
        codes.sort_unstable();
        codes.dedup();
        Ok(match codes[..] {
            [] => 0,
            [code] => code,
            // Several reasons: no code of theirs tells it all.
            _ => 1,
        })
    }
}

/// What is the same for all clouds: the config file, the folders, the proxy.
fn surroundings(run: &Run<'_>, site: &Site<'_>) -> Vec<Finding> {
    let variables = &run.context.env;
    let mut findings = Vec::new();
    if !site.is_sandbox() {
        findings.push(match site.config() {
            Ok(config) if config.path.exists() => Finding::new(
                None,
                "config",
                Level::Ok,
                format!(
                    "{}: {} profiles",
                    config.path.display(),
                    config.profiles.len()
                ),
            ),
            Ok(config) => Finding::new(
                None,
                "config",
                Level::Ok,
                format!("{} is not there, and need not be", config.path.display()),
            ),
            Err(error) => Finding::problem(None, "config", &error),
        });
    }
    for (check, folder, variable) in [
        ("state-folder", paths::state(variables), env::STATE_DIR),
        ("cache-folder", paths::cache(variables), env::CACHE_DIR),
    ] {
        findings.push(match folder {
            Ok(folder) if can_be_written(&folder) => {
                Finding::new(None, check, Level::Ok, folder.display().to_string())
            }
            Ok(folder) => Finding::new(
                None,
                check,
                Level::Warning,
                format!("{} cannot be written", folder.display()),
            )
            .fix(format!(
                "Make it writable, or name another folder in {variable}."
            )),
            Err(error) => Finding::problem(None, check, &error),
        });
    }
    if site.is_sandbox() {
        return findings;
    }
    let proxy = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let proxy = proxy.iter().find(|name| variables.filled(name).is_some());
    let except = ["NO_PROXY", "no_proxy"];
    let except = except.iter().find_map(|name| variables.filled(name));
    findings.push(Finding::new(
        None,
        "proxy",
        Level::Ok,
        match (proxy, except) {
            (None, _) => "none".to_owned(),
            // The value may hold a password.
            (Some(name), None) => format!("the one in {name}, for all hosts but this machine"),
            (Some(name), Some(except)) => format!("the one in {name}, except for {except}"),
        },
    ));
    findings
}

/// Whether files can be made there, or the folder itself where it is not there yet.
fn can_be_written(folder: &std::path::Path) -> bool {
    let there = folder.ancestors().find(|part| part.exists());
    there.is_some_and(|part| {
        std::fs::metadata(part).is_ok_and(|facts| facts.is_dir() && !facts.permissions().readonly())
    })
}

async fn examine(
    run: &Run<'_>,
    site: &Site<'_>,
    cloud: CloudId,
    is_asked_for: bool,
    findings: &mut Vec<Finding>,
) {
    let report = inspect(run, site, cloud, None).await;
    findings.push(credentials(&report, is_asked_for));
    let Some(login) = &report.login else {
        return;
    };
    let region = match site.region(cloud, login) {
        Ok(region) => region,
        Err(error) => {
            findings.push(Finding::problem(Some(cloud), "region", &error));
            return;
        }
    };
    findings.push(Finding::new(
        Some(cloud),
        "region",
        Level::Ok,
        region.clone(),
    ));
    let mut services: Vec<&'static str> =
        reads(cloud).iter().map(|(service, _)| *service).collect();
    services.dedup();
    for service in services {
        let reached = reach(site, cloud, service, login, &region, findings).await;
        let may_read = matches!(report.standing, Standing::Good | Standing::Unnamed);
        if !reached || !may_read {
            continue;
        }
        let provider = match site.provider_in(cloud, service, login, &region) {
            Ok(provider) => provider,
            Err(error) => {
                findings.push(Finding::problem(Some(cloud), service, &error));
                continue;
            }
        };
        for (_, request) in reads(cloud).into_iter().filter(|(of, _)| *of == service) {
            findings.push(read(cloud, service, provider.as_ref(), request).await);
            if site.courier().go_on().is_err() {
                return;
            }
        }
    }
}

fn credentials(report: &Report, is_asked_for: bool) -> Finding {
    let cloud = Some(report.cloud);
    match (report.standing, &report.error, &report.login) {
        (Standing::Absent, _, _) => {
            let level = if is_asked_for { Level::Problem } else { Level::Skipped };
            let mut finding = Finding::new(cloud, "credentials", level, "none")
                .fix("See docs/credentials.md.");
            if is_asked_for {
                finding.code = ErrorKind::Credentials.exit_code();
            }
            finding
        }
        (Standing::Unnamed, Some(error), _) => Finding {
            fix: Some("Allow the identity the call GetCallerIdentity, so that the account can be checked.".to_owned()),
            ..Finding::new(
                cloud,
                "credentials",
                Level::Warning,
                format!("the account cannot be read: {error}"),
            )
        },
        (_, Some(error), _) => Finding::problem(cloud, "credentials", error),
        (_, None, Some(login)) => Finding::new(
            cloud,
            "credentials",
            Level::Ok,
            format!(
                "account {}, from {}",
                report.account.as_deref().unwrap_or("unknown"),
                login.source
            ),
        ),
        (_, None, None) => Finding::new(cloud, "credentials", Level::Skipped, "not looked at"),
    }
}

/// Whether a service answers at all: name, route, proxy, certificate and clock.
async fn reach(
    site: &Site<'_>,
    cloud: CloudId,
    service: &'static str,
    login: &Login,
    region: &str,
    findings: &mut Vec<Finding>,
) -> bool {
    let check = format!("reach-{service}");
    let (endpoint, chosen_by) = match site.endpoint(cloud, service, login, region) {
        Ok(endpoint) => endpoint,
        // A service that is not in every region.
        Err(error) if error.kind == ErrorKind::Usage => {
            let text = format!("{service} has no host that kpctl knows in {region}");
            findings.push(Finding::new(Some(cloud), &check, Level::Skipped, text));
            return false;
        }
        Err(error) => {
            findings.push(Finding::problem(Some(cloud), &check, &error));
            return false;
        }
    };
    let by = chosen_by.map(|by| format!(" ({by})")).unwrap_or_default();
    match site.courier().deliver(&hello(&endpoint)).await {
        Ok(reply) => {
            findings.push(Finding::new(
                Some(cloud),
                &check,
                Level::Ok,
                format!("{endpoint}{by} answers"),
            ));
            let server = reply
                .header("date")
                .and_then(|date| DateTime::parse_from_rfc2822(date).ok());
            if let Some(server) = server {
                let now = site.courier().clock.now();
                let seconds = (now - server.to_utc()).num_seconds();
                if let Some(finding) = clock(cloud, seconds) {
                    findings.push(finding);
                }
            }
            true
        }
        Err(error) => {
            findings.push(Finding::problem(Some(cloud), &check, &error));
            false
        }
    }
}

fn clock(cloud: CloudId, seconds: i64) -> Option<Finding> {
    let direction = if seconds < 0 { "behind" } else { "ahead of" };
    let text = format!(
        "this machine's clock is {} s {direction} the cloud's",
        seconds.abs()
    );
    let fix = "Set this machine's clock right: signatures carry the time.";
    match seconds.abs() {
        0..=NOTABLE_SKEW => None,
        skew if skew < REFUSED_SKEW => {
            Some(Finding::new(Some(cloud), "clock", Level::Warning, text).fix(fix))
        }
        _ => {
            let mut finding = Finding::new(Some(cloud), "clock", Level::Problem, text).fix(fix);
            finding.code = ErrorKind::Credentials.exit_code();
            Some(finding)
        }
    }
}

/// A request that asks for nothing and names nobody: any answer to it is good.
fn hello(endpoint: &Endpoint) -> Request {
    Request {
        method: Method::GET,
        endpoint: endpoint.clone(),
        path: "/".to_owned(),
        query: String::new(),
        headers: Vec::new(),
        body: Vec::new(),
    }
}

/// Whether a list may be read; reading changes nothing.
async fn read(
    cloud: CloudId,
    service: &str,
    provider: &dyn Provider,
    request: ListRequest,
) -> Finding {
    let what = match &request {
        ListRequest::KeyPairs(Resource::LighthouseKeyPair) => "lighthouse-key-pair",
        ListRequest::KeyPairs(_) => "key-pair",
        ListRequest::Instances => "instance",
        ListRequest::KmsKeys => "kms-key",
        ListRequest::CphServers => "cph-server",
        ListRequest::CodeartsKeys => "codearts-key",
        _ => service,
    };
    let check = format!("read-{what}");
    match provider.list(request).await {
        Ok(listing) => {
            let count = listing.records.len();
            let text = format!("{count} in {}", provider.scope().region);
            Finding::new(Some(cloud), &check, Level::Ok, text)
        }
        Err(error) => {
            let fix = "docs/permissions.md has the policy to paste.";
            let is_denied = error.kind == ErrorKind::Permission;
            let finding = Finding::problem(Some(cloud), &check, &error);
            if is_denied { finding.fix(fix) } else { finding }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Level, clock};
    use crate::model::CloudId;

    #[test]
    fn clocks_may_differ_a_little() {
        let level =
            |seconds| clock(CloudId::Tencent, seconds).map(|finding| (finding.level, finding.code));
        assert_eq!(level(0), None);
        assert_eq!(level(-60), None);
        assert_eq!(level(61), Some((Level::Warning, 0)));
        assert_eq!(level(-301), Some((Level::Problem, 4)));
        let text = clock(CloudId::Tencent, -301).map(|finding| finding.text);
        assert!(text.is_some_and(|text| text.contains("301 s behind")));
    }
}
