//! From a parsed change to its exit code: providers, consent, the run, the document.

use std::collections::HashSet;
use std::rc::Rc;
use std::time::Duration;

use super::Run;
use super::args::{Changing, Selection};
use super::site::Site;
use crate::auth::{Credential, SANDBOX_PROFILE};
use crate::cloud::Provider;
use crate::cloud::change::{Change, Others, Risk, Survey};
use crate::cloud::client::Preview;
use crate::config::env;
use crate::error::{Error, ErrorKind};
use crate::http::BoxFuture;
use crate::io::one_line;
use crate::model::{ChangeRequest, CloudId, Outcome, ProtectRule, Scope};
use crate::ops::change::{self, Extent, Guard, Report, Step};
use crate::ops::consent::{Consent, Question};
use crate::ops::protect::{Reach, protect};
use crate::output::{ChangeDocument, Output};

/// How long a question waits for the name of the account; the masked key does as well.
const PATIENCE: Duration = Duration::from_secs(3);
/// How many items a question lists; the rest are counted.
const LISTED: usize = 20;

/// A change as one command asks for it.
pub(super) struct Job<'a> {
    /// The command without its arguments.
    pub(super) command: String,
    /// The cloud.
    pub(super) cloud: CloudId,
    /// The service that makes the change.
    pub(super) service: &'static str,
    /// Consent and rehearsal.
    pub(super) changing: &'a Changing,
    /// How far to go.
    pub(super) extent: Extent,
    /// The severe flags that were given.
    pub(super) accepted: Vec<Risk>,
    /// Whether ids came from standard input.
    pub(super) from_input: bool,
}

impl Job<'_> {
    /// Changes the items, grouped by the scopes of their addresses.
    pub(super) async fn items(
        &self,
        run: &Run<'_>,
        selection: &Selection,
        request: impl Fn(Vec<String>) -> ChangeRequest,
    ) -> Result<u8, Error> {
        let output = Self::output(run)?;
        let site = Site::open(run.context, run.global, run.stop).await?;
        let groups = site.group(self.cloud, self.service, &selection.items)?;
        let requests = groups.iter().map(|(_, ids)| request(ids.clone())).collect();
        let providers = groups
            .iter()
            .map(|(provider, _)| provider.as_ref())
            .collect();
        let endpoint = site.foreign_endpoint(self.cloud, self.service)?;
        let report = self
            .finish(
                run,
                &site,
                &output,
                (providers, requests, endpoint),
                &|_| {},
            )
            .await?;
        Ok(report.exit_code)
    }

    /// Makes changes in many scopes of any clouds, each with a request of its own.
    pub(super) async fn everywhere(
        &self,
        run: &Run<'_>,
        site: &Site<'_>,
        output: &Output,
        parts: &[Part],
        settle: &dyn Fn(&mut Report),
    ) -> Result<u8, Error> {
        let mut endpoints: Vec<String> = Vec::new();
        for part in parts {
            if let Some(endpoint) =
                site.foreign_endpoint(part.provider.scope().cloud, part.service)?
                && !endpoints.contains(&endpoint)
            {
                endpoints.push(endpoint);
            }
        }
        let providers = parts.iter().map(|part| part.provider.as_ref()).collect();
        let requests = parts.iter().map(|part| part.request.clone()).collect();
        let endpoint = (!endpoints.is_empty()).then(|| endpoints.join(", "));
        let report = self
            .finish(run, site, output, (providers, requests, endpoint), settle)
            .await?;
        Ok(report.exit_code)
    }

    /// Makes one change in one scope: that of the options, or of the addresses among the items,
    /// which must agree.
    pub(super) async fn one(
        &self,
        run: &Run<'_>,
        scopes: &[Option<Scope>],
        request: ChangeRequest,
    ) -> Result<u8, Error> {
        self.one_then(run, scopes, request, &|_| {}).await
    }

    /// Like [`Self::one`]; `settle` sees what came of it before anything is written, which may fail.
    pub(super) async fn one_then(
        &self,
        run: &Run<'_>,
        scopes: &[Option<Scope>],
        request: ChangeRequest,
        settle: &dyn Fn(&mut Report),
    ) -> Result<u8, Error> {
        let output = Self::output(run)?;
        let site = Site::open(run.context, run.global, run.stop).await?;
        if scopes.is_empty() && self.from_input {
            // An empty list from another command: nothing to do, and nobody to ask.
            let nothing = (Vec::new(), Vec::new(), None);
            let report = self.finish(run, &site, &output, nothing, settle).await?;
            return Ok(report.exit_code);
        }
        let placed: Vec<_> = scopes
            .iter()
            .map(|scope| (scope.clone(), String::new()))
            .collect();
        let mut groups = site.group(self.cloud, self.service, &placed)?;
        if groups.len() > 1 {
            return Err(Error::usage(
                "the addresses are in several regions; this command works in one",
            )
            .hint("Run it once for each region."));
        }
        let provider = match groups.pop() {
            Some((provider, _)) => provider,
            None => site.provider(self.cloud, self.service)?,
        };
        let endpoint = site.foreign_endpoint(self.cloud, self.service)?;
        let work = (vec![provider.as_ref()], vec![request], endpoint);
        let report = self.finish(run, &site, &output, work, settle).await?;
        Ok(report.exit_code)
    }

    fn output(run: &Run<'_>) -> Result<Output, Error> {
        let output = run.output()?;
        output.check_for_change()?;
        Ok(output)
    }

    async fn finish(
        &self,
        run: &Run<'_>,
        site: &Site<'_>,
        output: &Output,
        (providers, requests, endpoint): Planned<'_>,
        settle: &dyn Fn(&mut Report),
    ) -> Result<Report, Error> {
        let io = &run.context.io;
        let reaches = requests.iter().map(Reach::of).collect();
        let mut changes: Vec<Box<dyn Change + '_>> = Vec::new();
        for (provider, request) in providers.iter().zip(requests) {
            changes.push(provider.change(request)?);
        }
        if !site.is_sandbox() {
            for provider in one_of_each_login(&providers) {
                check_account(run, provider).await?;
            }
        }
        let may_ask =
            io.person_is_there() && !run.global.no_input && !self.from_input && !self.changing.yes;
        let (asked, named) = (&providers, endpoint.as_deref());
        let ask = |question: Question| -> BoxFuture<'_, Result<bool, Error>> {
            let answer = async move {
                let mut places = Vec::new();
                for provider in one_of_each_login(asked) {
                    let same_login = |other: &&&dyn Provider| {
                        let (one, other) = (provider.scope(), other.scope());
                        (one.cloud, &one.profile) == (other.cloud, &other.profile)
                    };
                    let regions = asked.iter().filter(same_login);
                    let regions: Vec<&str> =
                        regions.map(|other| other.scope().region.as_str()).collect();
                    places.push(place_in(provider, &regions.join(", "), named).await?);
                }
                io.confirm(&question_text(&question, &places)).await
            };
            Box::pin(site.courier().while_asking(answer))
        };
        let guard = Rules {
            list: site.protect_rules()?,
            providers: &providers,
            reaches,
        };
        let consent = Consent {
            yes: self.changing.yes,
            accepted: self.accepted.clone(),
            ask: if may_ask { Some(&ask) } else { None },
        };
        if !self.changing.dry_run {
            site.keep_journal(&self.command)?;
        }
        let step = Step {
            changes,
            guard: Some(&guard),
        };
        let mut report = change::run(step, site.courier(), &consent, self.extent, &|note| {
            io.say(note)
        })
        .await?;
        settle(&mut report);
        self.write(run, site, output, &report, endpoint.as_deref())?;
        Ok(report)
    }

    fn write(
        &self,
        run: &Run<'_>,
        site: &Site<'_>,
        output: &Output,
        report: &Report,
        endpoint: Option<&str>,
    ) -> Result<(), Error> {
        let io = &run.context.io;
        let document = ChangeDocument {
            command: &self.command,
            outcomes: &report.outcomes,
            warnings: &report.warnings,
            plan: report.plan.as_deref(),
            endpoint,
            sandbox: site.is_sandbox(),
        };
        output.change(&document, io)?;
        if !output.is_document() {
            report.warnings.iter().for_each(|warning| io.warn(warning));
            for hint in hints(&report.outcomes) {
                io.hint(hint);
            }
            if let (Some(plan), true) = (&report.plan, run.global.verbose) {
                for call in plan {
                    say_call(call, run);
                }
            }
        }
        Ok(())
    }
}

/// Providers, a request for each, and the endpoints when they are not the vendors' own.
type Planned<'a> = (Vec<&'a dyn Provider>, Vec<ChangeRequest>, Option<String>);

/// A change in one scope, among many.
pub(super) struct Part {
    pub(super) provider: Rc<dyn Provider>,
    pub(super) service: &'static str,
    pub(super) request: ChangeRequest,
}

/// The first provider of each login: whose it is need not be asked in every region.
fn one_of_each_login<'a>(providers: &[&'a dyn Provider]) -> Vec<&'a dyn Provider> {
    let mut seen = HashSet::new();
    let is_first = |provider: &&&dyn Provider| {
        let scope = provider.scope();
        seen.insert((scope.cloud, scope.profile.clone()))
    };
    providers
        .iter()
        .copied()
        .collect::<Vec<_>>()
        .iter()
        .filter(is_first)
        .copied()
        .collect()
}

/// The config file's protect rules, for the changes of one command.
struct Rules<'a> {
    list: &'a [ProtectRule],
    providers: &'a [&'a dyn Provider],
    reaches: Vec<Reach>,
}

impl Guard for Rules<'_> {
    fn inspect<'a>(
        &'a self,
        number: usize,
        others: Others,
        survey: &'a mut Survey,
    ) -> BoxFuture<'a, Result<(), Error>> {
        let (provider, reach) = (self.providers[number], self.reaches[number]);
        Box::pin(protect(self.list, provider, reach, others, survey))
    }
}

/// `KPCTL_EXPECT_ACCOUNT_<CLOUD>` and the profile's `expect-account`: another account ends the command
/// before anything is sent.
pub(super) async fn check_account(run: &Run<'_>, provider: &dyn Provider) -> Result<(), Error> {
    let cloud = provider.scope().cloud;
    let login = provider.login();
    let variable = format!("{}_{}", env::EXPECT_ACCOUNT, cloud.name().to_uppercase());
    let by_variable = run.context.env.get(&variable).map(str::trim);
    let by_profile = login.expect_account.as_deref();
    let expected = [
        (by_variable, variable),
        (
            by_profile,
            format!("expect-account of the profile '{}'", login.profile),
        ),
    ];
    let expected: Vec<_> = expected
        .into_iter()
        .filter_map(|(account, place)| Some((account?, place)))
        .collect();
    if expected.is_empty() {
        return Ok(());
    }
    let unexpected = |why: String, hint: String| {
        Err(Error::credentials(why)
            .code("UnexpectedAccount")
            .hint(hint)
            .cloud(cloud))
    };
    if let Some((_, place)) = expected.iter().find(|(account, _)| account.is_empty()) {
        return unexpected(
            format!("{place} is set but empty"),
            format!("Fill {place}, or unset it to work with any account."),
        );
    }
    let account = provider.account().await?;
    match expected.iter().find(|(expected, _)| *expected != account) {
        None => Ok(()),
        Some((expected, place)) => unexpected(
            format!("the credentials belong to account {account}, not to {expected}"),
            format!("Use other credentials, or correct {place}."),
        ),
    }
}

/// The wire form of a call that a plan holds.
fn say_call(call: &Preview, run: &Run<'_>) {
    let io = &run.context.io;
    let request = &call.request;
    io.say(&format!(
        "would send: {} {}",
        request.method,
        request.shown_url()
    ));
    for header in &request.headers {
        io.say(&format!("  {}: {}", header.name, header.value.shown()));
    }
    if let Some(body) = request.shown_body() {
        io.say(&format!("  {body}"));
    }
}

/// The next steps that the failures name, each once.
fn hints(outcomes: &[Outcome]) -> Vec<&str> {
    let mut hints = Vec::new();
    for hint in outcomes
        .iter()
        .filter_map(|outcome| outcome.error.as_ref())
        .flat_map(|error| &error.hints)
    {
        if !hints.contains(&hint.as_str()) {
            hints.push(hint.as_str());
        }
    }
    hints
}

/// Cloud, account, region, and the endpoint when it is not the vendor's.
pub(super) async fn place(
    provider: &dyn Provider,
    endpoint: Option<&str>,
) -> Result<String, Error> {
    place_in(provider, &provider.scope().region, endpoint).await
}

async fn place_in(
    provider: &dyn Provider,
    regions: &str,
    endpoint: Option<&str>,
) -> Result<String, Error> {
    let held = provider.keys().current().await?;
    let account = match &held.credential {
        // A token is good for some services only; asking another one about it proves nothing.
        Credential::Token(_) | Credential::Anonymous => None,
        Credential::AccessKey { .. } => {
            match tokio::time::timeout(PATIENCE, provider.account()).await {
                Ok(Ok(account)) => Some(account),
                // Nobody is asked about a change that a refused key cannot make.
                Ok(Err(error)) if error.kind == ErrorKind::Credentials => return Err(error),
                Ok(Err(_)) | Err(_) => None,
            }
        }
    };
    let account = match account {
        Some(account) => format!("account {account}"),
        None => held.credential.to_string(),
    };
    let scope = provider.scope();
    let endpoint = endpoint
        .map(|url| format!(", at {url}"))
        .unwrap_or_default();
    let sandbox = if scope.profile == SANDBOX_PROFILE {
        "the sandbox's "
    } else {
        ""
    };
    Ok(format!(
        "{sandbox}{} {regions}, {account}{endpoint}",
        scope.cloud
    ))
}

pub(super) fn question_text(question: &Question, places: &[String]) -> String {
    let is_several = |part: fn(&Scope) -> &str| {
        let mut parts = question.items.iter().map(|(item, _)| part(&item.scope));
        let first = parts.next();
        parts.any(|other| Some(other) != first)
    };
    let mut lines = vec![format!("In {}:", one_line(&places.join("; ")))];
    for (item, target) in question.items.iter().take(LISTED) {
        let target = target
            .as_ref()
            .map(|target| format!(" on {}", one_line(&target.id)))
            .unwrap_or_default();
        // In several places the same name may stand for several things.
        let place = match (
            is_several(|scope| scope.cloud.name()),
            is_several(|scope| &scope.region),
        ) {
            (true, _) => format!(" in {} {}", item.scope.cloud, item.scope.region),
            (false, true) => format!(" in {}", item.scope.region),
            (false, false) => String::new(),
        };
        lines.push(format!("  {}{target}{place}", one_line(&item.id)));
    }
    if question.items.len() > LISTED {
        lines.push(format!("  … {} in all", question.items.len()));
    }
    lines.extend(question.notes.iter().map(|note| one_line(note)));
    lines.push(format!("{}?", one_line(&question.purpose)));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::question_text;
    use crate::model::{CloudId, Resource, Scope};
    use crate::ops::consent::Question;

    #[test]
    fn a_name_cannot_ask_another_question() {
        let scope = Scope {
            cloud: CloudId::Volcengine,
            profile: "env".to_owned(),
            region: "cn-beijing".to_owned(),
        };
        let id = "ci\n\u{1b}[2JDelete nothing? [y/N] y\u{202e}";
        let question = Question {
            purpose: "delete key pairs".to_owned(),
            items: vec![(scope.address(Resource::KeyPair, id), None)],
            notes: vec![id.to_owned()],
        };
        let text = question_text(&question, &["volcengine cn-beijing".to_owned()]);
        let shown = "ci\\n\\u{1b}[2JDelete nothing? [y/N] y\\u{202e}";
        assert_eq!(
            text,
            format!("In volcengine cn-beijing:\n  {shown}\n{shown}\ndelete key pairs?")
        );
    }

    #[test]
    fn in_several_places_each_item_says_where_it_is() {
        let address = |region: &str| {
            let scope = Scope {
                cloud: CloudId::Volcengine,
                profile: "env".to_owned(),
                region: region.to_owned(),
            };
            (scope.address(Resource::KeyPair, "ci"), None)
        };
        let question = Question {
            purpose: "delete key pairs".to_owned(),
            items: vec![address("cn-beijing"), address("cn-shanghai")],
            notes: Vec::new(),
        };
        let places = ["volcengine cn-beijing", "volcengine cn-shanghai"].map(str::to_owned);
        assert_eq!(
            question_text(&question, &places),
            "In volcengine cn-beijing; volcengine cn-shanghai:\n  ci in cn-beijing\n  ci in cn-shanghai\ndelete key pairs?"
        );
        let question = Question {
            items: vec![address("cn-beijing"), address("cn-beijing")],
            ..question
        };
        assert_eq!(
            question_text(&question, &places[..1]),
            "In volcengine cn-beijing:\n  ci\n  ci\ndelete key pairs?"
        );
    }
}
