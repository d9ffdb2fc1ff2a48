//! From a parsed change to its exit code: providers, consent, the run, the document.

mod ask;
mod guard;
mod save;
mod write;

use std::rc::Rc;

pub(super) use ask::{check_account, one_of_each_login, place, question_text};
pub(super) use guard::{Course, check_beforehand, check_mutations};
pub(super) use save::{Origin, accounts};

use ask::places;
use guard::Rules;

use super::Run;
use super::args::{Changing, Selection};
use super::site::Site;
use crate::cloud::Provider;
use crate::cloud::change::Risk;
use crate::error::Error;
use crate::http::BoxFuture;
use crate::model::{ChangeRequest, CloudId, Scope};
use crate::ops::change::{self, Extent, KnownKey, Limits, Report, Step, Terms};
use crate::ops::consent::{Consent, Question};
use crate::ops::find::Sought;
use crate::ops::plan::Resumption;
use crate::output::Output;

/// A change as one command asks for it.
pub(super) struct Job<'a> {
    /// The command without its arguments.
    pub(super) command: String,
    /// Consent and rehearsal.
    pub(super) changing: &'a Changing,
    /// How far to go.
    pub(super) extent: Extent,
    /// The severe flags that were given.
    pub(super) accepted: Vec<Risk>,
    /// Whether ids came from standard input.
    pub(super) from_input: bool,
    /// What it is all for, where that is more than its steps say.
    pub(super) purpose: Option<String>,
    /// The key that it is about, where one is known: the journal keeps it.
    pub(super) key: Option<KnownKey>,
}

/// The service of a cloud that makes a change.
pub(super) type At = (CloudId, &'static str);

/// A change in one scope.
pub(super) struct Part {
    pub(super) provider: Rc<dyn Provider>,
    pub(super) service: &'static str,
    pub(super) request: ChangeRequest,
}

impl<'a> Job<'a> {
    /// A change that is only what its command says, and takes no severe flag.
    pub(super) fn of(command: impl Into<String>, changing: &'a Changing) -> Self {
        Self {
            command: command.into(),
            changing,
            extent: changing.extent(),
            accepted: Vec::new(),
            from_input: false,
            purpose: None,
            key: None,
        }
    }
}

impl Job<'_> {
    /// Changes the items, grouped by the scopes of their addresses.
    pub(super) async fn items(
        &self,
        run: &Run<'_>,
        (cloud, service): At,
        selection: &Selection,
        request: impl Fn(Vec<String>) -> ChangeRequest,
    ) -> Result<u8, Error> {
        let output = Self::output(run)?;
        let site = Site::open(run.context, run.global, run.stop).await?;
        let groups = site.group(cloud, service, &selection.items)?;
        let part = |(provider, ids): (Box<dyn Provider>, Vec<String>)| Part {
            provider: Rc::from(provider),
            service,
            request: request(ids),
        };
        let parts = groups.into_iter().map(part).collect();
        self.everywhere(run, &site, &output, vec![parts], &|_| {})
            .await
    }

    /// Makes one change in one scope: that of the options, or of the addresses among the items,
    /// which must agree.
    pub(super) async fn one(
        &self,
        run: &Run<'_>,
        at: At,
        scopes: &[Option<Scope>],
        request: ChangeRequest,
    ) -> Result<u8, Error> {
        self.one_then(run, at, scopes, request, &|_| {}).await
    }

    /// Like [`Self::one`]; `settle` sees what came of it before anything is written, which may fail.
    pub(super) async fn one_then(
        &self,
        run: &Run<'_>,
        (cloud, service): At,
        scopes: &[Option<Scope>],
        request: ChangeRequest,
        settle: &dyn Fn(&mut Report),
    ) -> Result<u8, Error> {
        let output = Self::output(run)?;
        let site = Site::open(run.context, run.global, run.stop).await?;
        if scopes.is_empty() && self.from_input {
            // An empty list from another command: nothing to do, and nobody to ask.
            let nothing = vec![Vec::new()];
            return self.everywhere(run, &site, &output, nothing, settle).await;
        }
        let placed: Vec<_> = scopes
            .iter()
            .map(|scope| (scope.clone(), String::new()))
            .collect();
        let mut groups = site.group(cloud, service, &placed)?;
        if groups.len() > 1 {
            return Err(Error::usage(
                "the addresses are in several regions; this command works in one",
            )
            .hint("Run it once for each region."));
        }
        let provider = match groups.pop() {
            Some((provider, _)) => provider,
            None => site.provider(cloud, service)?,
        };
        let part = Part {
            provider: Rc::from(provider),
            service,
            request,
        };
        self.everywhere(run, &site, &output, vec![vec![part]], settle)
            .await
    }

    /// Makes changes in many scopes of any clouds, step by step, and writes what came of it.
    pub(super) async fn everywhere(
        &self,
        run: &Run<'_>,
        site: &Site<'_>,
        output: &Output,
        steps: Vec<Vec<Part>>,
        settle: &dyn Fn(&mut Report),
    ) -> Result<u8, Error> {
        let endpoint = endpoint(site, &steps)?;
        if let Some(path) = &self.changing.plan {
            let origin = Origin::default();
            return self.save(run, site, output, (path, &steps), origin).await;
        }
        let mut report = self
            .execute(run, site, &steps, Course::of(&self.command))
            .await?;
        settle(&mut report);
        let beside = (endpoint.as_deref(), Vec::new());
        self.write(run, site, output, &report, beside)?;
        Ok(report.exit_code)
    }

    /// What the user asked of the output; lists of names are no results.
    pub(super) fn output(run: &Run<'_>) -> Result<Output, Error> {
        let output = run.output()?;
        output.check_for_change()?;
        Ok(output)
    }

    /// Makes the changes, with consent.
    pub(super) async fn execute(
        &self,
        run: &Run<'_>,
        site: &Site<'_>,
        steps: &[Vec<Part>],
        course: Course<'_>,
    ) -> Result<Report, Error> {
        let io = &run.context.io;
        if !self.changing.dry_run {
            check_mutations(run)?;
        }
        let providers = providers(steps);
        let all: Vec<&dyn Provider> = providers.iter().flatten().copied().collect();
        let rules = rules(site, steps, &providers, (course.resumed, course.only))?;
        let mut changes = changes(steps, &rules)?;
        if !site.is_sandbox() {
            for provider in one_of_each_login(&all) {
                check_account(run, provider).await?;
            }
        }
        let endpoint = endpoint(site, steps)?;
        let may_ask =
            io.person_is_there() && !run.global.no_input && !self.from_input && !self.changing.yes;
        let (asked, named) = (&all, endpoint.as_deref());
        let ask = |question: Question| -> BoxFuture<'_, Result<bool, Error>> {
            let answer = async move {
                let places = places(asked, named).await?;
                io.confirm(&question_text(&question, &places)).await
            };
            Box::pin(site.courier().while_asking(answer))
        };
        let terms = Terms {
            consent: Consent {
                yes: self.changing.yes,
                accepted: self.accepted.clone(),
                ask: if may_ask { Some(&ask) } else { None },
            },
            limits: self.limits(),
            purpose: self.purpose.clone(),
            key: self.key.clone(),
            recheck: course.recheck,
        };
        if !self.changing.dry_run {
            site.keep_journal(course.recorded)?;
        }
        let courier = site.courier();
        let surveys = change::look(&mut changes, courier).await?;
        change::go_on(
            &mut changes,
            surveys,
            courier,
            &terms,
            self.extent,
            &|note| {
                io.say(note);
            },
        )
        .await
    }

    /// Who approves a plan is to see how many machines it stops, so that none may be unless that is said.
    fn limits(&self) -> Limits {
        let stops = self.changing.max_stops;
        Limits {
            changes: self.changing.max_changes,
            stops: stops.or(self.changing.plan.as_ref().map(|_| 0)),
        }
    }
}

/// The providers of each step.
fn providers(steps: &[Vec<Part>]) -> Vec<Vec<&dyn Provider>> {
    let mut providers = Vec::new();
    for parts in steps {
        let of_step = parts.iter().map(|part| part.provider.as_ref());
        providers.push(of_step.collect());
    }
    providers
}

/// The protect rules for each step.
fn rules<'a>(
    site: &'a Site<'_>,
    steps: &'a [Vec<Part>],
    providers: &'a [Vec<&'a dyn Provider>],
    (resumed, only): (Option<Resumption<'a>>, Option<&'a Sought>),
) -> Result<Vec<Rules<'a>>, Error> {
    let list = site.protect_rules()?;
    let of_step = |(parts, providers): (&'a Vec<Part>, &'a Vec<&'a dyn Provider>)| Rules {
        list,
        providers,
        requests: parts.iter().map(|part| &part.request).collect(),
        resumed,
        only,
    };
    Ok(steps.iter().zip(providers).map(of_step).collect())
}

/// The steps as they are carried out. What cannot be asked for is an error here.
fn changes<'a>(steps: &'a [Vec<Part>], rules: &'a [Rules<'a>]) -> Result<Vec<Step<'a>>, Error> {
    let mut changes = Vec::new();
    for (parts, guard) in steps.iter().zip(rules) {
        let mut of_step = Vec::new();
        for part in parts {
            of_step.push(part.provider.change(part.request.clone())?);
        }
        changes.push(Step {
            changes: of_step,
            guard: Some(guard),
        });
    }
    Ok(changes)
}

/// The endpoints that the user chose instead of the vendors'.
pub(super) fn endpoint(site: &Site<'_>, steps: &[Vec<Part>]) -> Result<Option<String>, Error> {
    let mut endpoints: Vec<String> = Vec::new();
    for part in steps.iter().flatten() {
        let cloud = part.provider.scope().cloud;
        if let Some(endpoint) = site.foreign_endpoint(cloud, part.service)?
            && !endpoints.contains(&endpoint)
        {
            endpoints.push(endpoint);
        }
    }
    Ok((!endpoints.is_empty()).then(|| endpoints.join(", ")))
}
