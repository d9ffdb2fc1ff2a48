//! What a plan rests on, read again.

use futures_util::future::join_all;

use super::history::History;
use crate::cli::carry_out::Part;
use crate::error::{Error, ErrorKind};
use crate::http::BoxFuture;
use crate::ops::change::Recheck;
use crate::ops::plan::{Fact, facts, moved};

/// The facts of a plan, and who can read them.
pub(super) struct Ground<'a> {
    pub(super) steps: &'a [Vec<Part>],
    pub(super) facts: &'a [Fact],
    /// What became of the plan before.
    pub(super) history: &'a History,
}

impl Ground<'_> {
    /// Everything that the plan rests on is read again. If anything moved, nothing is sent.
    pub(super) async fn check(&self) -> Result<Vec<Fact>, Error> {
        let reads = self
            .steps
            .iter()
            .flatten()
            .map(|part| facts(part.provider.as_ref(), &part.request));
        let mut now = Vec::new();
        for facts in join_all(reads).await {
            for fact in facts? {
                if !now.iter().any(|other: &Fact| other.address == fact.address) {
                    now.push(fact);
                }
            }
        }
        let moved = moved(self.facts, &now, self.history.is_begun);
        if moved.is_empty() {
            self.check_undone(&now)?;
            return Ok(now);
        }
        let error = Error::new(
            ErrorKind::State,
            format!(
                "what the plan rests on has moved ({} of {} facts): nothing was changed",
                moved.len(),
                self.facts.len()
            ),
        )
        .code("PlanMoved");
        let shown = moved.iter().take(10).cloned();
        let error = shown.fold(error, Error::hint);
        Err(error.hint("Make the plan again, and have it approved again."))
    }
}

impl Ground<'_> {
    /// What the plan has done and somebody has undone is not done again: it was approved once.
    fn check_undone(&self, now: &[Fact]) -> Result<(), Error> {
        let fact_of = |address: &String| self.facts.iter().find(|fact| fact.address == *address);
        let telling = self.history.done.iter().filter_map(|(thing, machine)| {
            let of_machine = machine.as_ref().and_then(fact_of);
            // What is only given to a machine stays as it was itself.
            let of_thing =
                || fact_of(thing).filter(|fact| machine.is_none() || fact.holds.is_some());
            of_machine.or_else(of_thing)
        });
        let mut undone = telling.filter(|fact| fact.is_there && now.contains(fact));
        match undone.next() {
            None => Ok(()),
            Some(fact) => Err(Error::new(
                ErrorKind::State,
                format!(
                    "the plan was applied, and {} is as it was before: nothing was changed",
                    fact.address
                ),
            )
            .code("PlanApplied")
            .hint("Make the plan again, and have it approved again.")),
        }
    }
}

impl Recheck for Ground<'_> {
    fn look(&self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async { self.check().await.map(|_| ()) })
    }
}
