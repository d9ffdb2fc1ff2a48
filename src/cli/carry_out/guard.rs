//! What keeps a change from being made at all: protect rules, and the wish that nothing be changed
//! directly.

use super::save::check_free;
use crate::cli::Run;
use crate::cli::args::Changing;
use crate::cloud::Provider;
use crate::cloud::change::{Others, Survey};
use crate::config::env;
use crate::error::{Error, ErrorKind};
use crate::http::BoxFuture;
use crate::model::{ChangeRequest, ProtectRule};
use crate::ops::change::{Guard, Recheck};
use crate::ops::find::Sought;
use crate::ops::identity::keep_others;
use crate::ops::plan::Resumption;
use crate::ops::protect::{Reach, protect};

/// Refuses a direct change where `KPCTL_MUTATIONS` says that changes are planned only. It keeps a job or an
/// agent from mistakes; what keeps it from harm is a credential that can only read.
pub(in crate::cli) fn check_mutations(run: &Run<'_>) -> Result<(), Error> {
    match run.context.env.get(env::MUTATIONS).map(str::trim) {
        None => Ok(()),
        Some("plan-only") => Err(Error::new(
            ErrorKind::Consent,
            format!("{} is plan-only: nothing was changed", env::MUTATIONS),
        )
        .code("PlanOnly")
        .hint(
            "Write the change down with --plan FILE; whoever may approve it applies it elsewhere.",
        )),
        Some(other) => Err(Error::usage(format!(
            "{} is '{}', and can only be plan-only",
            env::MUTATIONS,
            other.escape_debug()
        ))),
    }
}

/// What refuses a change whatever the clouds hold, for commands that read a whole fleet first.
pub(in crate::cli) fn check_beforehand(run: &Run<'_>, changing: &Changing) -> Result<(), Error> {
    match &changing.plan {
        Some(path) => check_free(path),
        None if changing.dry_run => Ok(()),
        None => check_mutations(run),
    }
}

/// What a change goes by beside what was asked for.
#[derive(Clone, Copy)]
pub(in crate::cli) struct Course<'a> {
    /// What the journal calls the run.
    pub(in crate::cli) recorded: &'a str,
    /// What an earlier run of it has done.
    pub(in crate::cli) resumed: Option<Resumption<'a>>,
    /// What is looked at again after a question.
    pub(in crate::cli) recheck: Option<&'a dyn Recheck>,
    /// The one key that it is about: whatever is another key is left alone.
    pub(in crate::cli) only: Option<&'a Sought>,
}

impl<'a> Course<'a> {
    /// A change that rests on nothing but what is seen.
    pub(in crate::cli) fn of(recorded: &'a str) -> Self {
        Self {
            recorded,
            resumed: None,
            recheck: None,
            only: None,
        }
    }
}

/// What has a word about the changes of one step: what was done before, and the config file's protect rules.
pub(super) struct Rules<'a> {
    pub(super) list: &'a [ProtectRule],
    pub(super) providers: &'a [&'a dyn Provider],
    pub(super) requests: Vec<&'a ChangeRequest>,
    pub(super) resumed: Option<Resumption<'a>>,
    pub(super) only: Option<&'a Sought>,
}

impl Guard for Rules<'_> {
    fn inspect<'a>(
        &'a self,
        number: usize,
        others: Others,
        survey: &'a mut Survey,
    ) -> BoxFuture<'a, Result<(), Error>> {
        let (provider, request) = (self.providers[number], self.requests[number]);
        if let Some(resumed) = &self.resumed {
            resumed.settle(request, survey);
        }
        let reach = Reach::of(request);
        Box::pin(async move {
            if let Some(key) = self.only {
                keep_others(provider, key, survey).await?;
            }
            protect(self.list, provider, reach, others, survey).await
        })
    }
}
