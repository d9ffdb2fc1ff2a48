//! A plan that was begun before: what it has done already is not done again.

use super::Fact;
use crate::cloud::change::Survey;
use crate::model::{Address, ChangeRequest, Outcome, Status};

/// What was there when a plan was made, and what is there now that it is gone on with.
#[derive(Clone, Copy, Debug)]
pub struct Resumption<'a> {
    /// The facts of the plan.
    pub then: &'a [Fact],
    /// The same facts, read again.
    pub now: &'a [Fact],
}

impl Resumption<'_> {
    /// Decides items that the plan has done before. A look by itself cannot know them: a pair that is gone
    /// seems to be a slip of the pen, and a server is given a pair of the same name once more.
    pub fn settle(&self, request: &ChangeRequest, survey: &mut Survey) {
        let mut stopped = Vec::new();
        for outcome in &mut survey.outcomes {
            let is_open = outcome.status == Status::Skipped;
            let done = match request {
                ChangeRequest::DetachKeyPairs(_) => {
                    let is_done = matches!(outcome.status, Status::Skipped | Status::NotFound)
                        && self.is_gone(&outcome.address)
                        && !self.is_still_held(outcome);
                    is_done.then_some(Status::Unchanged)
                }
                ChangeRequest::ReplaceServerKeyPairs { assignments } => {
                    let server = &outcome.address;
                    let mut own = assignments.iter().filter(|(id, _)| *id == server.id);
                    let is_done = is_open && own.any(|(_, pair)| self.got(server, pair));
                    is_done.then_some(Status::Unchanged)
                }
                ChangeRequest::DeleteKeyPairs { .. } | ChangeRequest::DeleteRepositoryKeys(_) => {
                    (is_open && self.is_gone(&outcome.address)).then_some(Status::Absent)
                }
                ChangeRequest::CancelKeyDeletion { enable, .. } => {
                    let is_done = is_open && self.was_cancelled(&outcome.address, *enable);
                    is_done.then_some(Status::Unchanged)
                }
                _ => None,
            };
            if let Some(status) = done {
                outcome.error = None;
                outcome.seen(status);
            }
            let machine = outcome.target.as_ref();
            stopped.extend(machine.filter(|machine| self.was_stopped(machine)).cloned());
        }
        let is_left = |outcome: &Outcome| outcome.status == Status::Skipped;
        if !survey.outcomes.iter().any(is_left) {
            survey.notes.clear();
        }
        stopped.dedup();
        survey.warnings.extend(stopped.iter().map(|machine| {
            format!(
                "{machine} was on when the plan was made, and is off: an earlier run may have stopped it, and this \
                 one does not start it"
            )
        }));
    }

    fn was_stopped(&self, machine: &Address) -> bool {
        let state = |facts| fact(facts, machine).and_then(|fact| fact.state.clone());
        match (state(self.then), state(self.now)) {
            (Some(then), Some(now)) => then == "running" && then != now,
            _ => false,
        }
    }

    fn is_gone(&self, pair: &Address) -> bool {
        let was_there = fact(self.then, pair).is_some_and(|fact| fact.is_there);
        was_there && fact(self.now, pair).is_some_and(|fact| !fact.is_there)
    }

    fn is_still_held(&self, outcome: &Outcome) -> bool {
        let machine = outcome.target.as_ref();
        let machine = machine.and_then(|machine| fact(self.now, machine));
        let held = machine.and_then(|machine| machine.holds.as_ref());
        held.is_some_and(|held| held.contains(&outcome.address.to_string()))
    }

    /// Whether the key was to be destroyed, and is not any more; `enable`: and can be used again.
    fn was_cancelled(&self, key: &Address, enable: bool) -> bool {
        let state = |facts| fact(facts, key).and_then(|fact| fact.state.as_deref());
        let now = state(self.now);
        state(self.then) == Some("pending-deletion")
            && (now == Some("enabled") || (!enable && now == Some("disabled")))
    }

    /// Whether the server held another pair, and holds this one now.
    fn got(&self, server: &Address, pair: &str) -> bool {
        let holds = |facts: &[Fact]| {
            let held = fact(facts, server)?.holds.as_ref()?.first()?;
            Some(held == pair)
        };
        holds(self.then) == Some(false) && holds(self.now) == Some(true)
    }
}

fn fact<'a>(facts: &'a [Fact], address: &Address) -> Option<&'a Fact> {
    let address = address.to_string();
    facts.iter().find(|fact| fact.address == address)
}
