//! What only binding has to mind (spec tencent 2.5 and 3): on CVM the key pairs that are sent take
//! the place of those that are bound, and whether Lighthouse does the same is not documented.

use super::fitness::{self, Fitness, Plan};
use super::look::{self, Look};
use super::survey::is_ready;
use super::{Before, BindingChange, Goal};
use crate::cloud::change::{Batch, Survey};
use crate::cloud::tencent::common::MOST_IDS;
use crate::cloud::tencent::product::Product;
use crate::cloud::tencent::shapes::Instance;
use crate::error::{Error, ErrorKind};
use crate::model::Status;

/// The code of an outcome beside which others are bound that were to be replaced.
pub(super) const NOT_REPLACED: &str = "NotReplaced";

impl<P: Product> BindingChange<'_, P> {
    /// Decides what a look can decide about one instance that key pairs are bound to.
    pub(super) fn decide_attach(
        &mut self,
        at: usize,
        replace: bool,
        instance: &Instance,
        look: &Look,
        survey: &mut Survey,
    ) {
        let width = self.key_pairs.len();
        let outcomes = &mut survey.outcomes[at * width..(at + 1) * width];
        let is_known_missing = |id: &String| {
            let pairs = look.key_pairs.as_ref();
            pairs.is_some_and(|pairs| !pairs.contains_key(id))
        };
        for (outcome, key_pair) in outcomes.iter_mut().zip(&self.key_pairs) {
            outcome.before = Some(look::item_state(instance));
            if is_known_missing(key_pair) {
                outcome.seen(Status::NotFound);
                outcome.error = Some(self.missing_key_pair(key_pair));
            }
        }
        let asked: Vec<String> = (self.key_pairs.iter())
            .filter(|id| !is_known_missing(id))
            .cloned()
            .collect();
        let bound = instance.key_ids().map(<[String]>::to_vec);
        let wanted = wanted(&asked, bound.as_deref(), replace);
        let is_there = |id: &String| bound.as_ref().is_some_and(|ids| ids.contains(id));
        // With others to be taken off, even a pair that is bound has to be sent.
        let is_exact = !replace
            || bound
                .as_ref()
                .is_some_and(|ids| ids.iter().all(|id| asked.contains(id)));
        for outcome in outcomes.iter_mut().filter(|outcome| is_ready(outcome)) {
            if is_exact && is_there(&outcome.address.id) {
                outcome.seen(Status::Unchanged);
            }
        }
        let fitness = fitness::judge::<P>(instance, self.power);
        let obstacle = if replace && asked.len() < width {
            Some(incomplete())
        } else if bound.is_none() && !replace {
            Some(unknown(&instance.id))
        } else if wanted.len() > MOST_IDS {
            Some(too_many(&instance.id, wanted.len()))
        } else if let Fitness::Unfit(error) = &fitness {
            Some(error.clone())
        } else {
            None
        };
        let plan = match fitness {
            Fitness::Fit(plan) => plan,
            Fitness::Unfit(_) => Plan::Keep,
        };
        if let Some(obstacle) = obstacle {
            for outcome in outcomes.iter_mut().filter(|outcome| is_ready(outcome)) {
                outcome.seen(Fitness::status(&obstacle));
                outcome.error = Some(self.located(obstacle.clone()));
            }
        }
        let first = outcomes.iter().position(is_ready);
        self.before[at] = Some(Before {
            plan,
            latest: instance.latest_operation_request_id.clone(),
            latest_now: instance.latest_operation_request_id.clone(),
            first: first.map(|offset| at * width + offset),
            bound,
            wanted,
        });
        if first.is_some() {
            self.name_power(instance, plan, survey);
            if replace {
                let others = self.others(at, instance);
                if instance.key_ids().is_none() {
                    survey.notes.push(format!(
                        "{}: nobody can see which key pairs are bound to it now; they are replaced \
                         and stop working",
                        instance.id
                    ));
                } else if !others.is_empty() {
                    survey.notes.push(format!(
                        "{}: these key pairs are replaced and stop working: {}",
                        instance.id,
                        others.join(", ")
                    ));
                }
            }
        }
    }

    /// The key pairs on an instance that are to be replaced.
    pub(super) fn others(&self, at: usize, instance: &Instance) -> Vec<String> {
        let Goal::Attach { replace: true } = self.goal else {
            return Vec::new();
        };
        let wanted = self.before[at].as_ref().map(|before| &before.wanted);
        let is_other = |id: &&String| wanted.is_some_and(|wanted| !wanted.contains(id));
        let ids = instance.key_ids().unwrap_or_default();
        ids.iter().filter(is_other).cloned().collect()
    }

    /// The error for key pairs that should have been replaced and are still there.
    pub(super) fn left_over(&self, at: usize, instance: Option<&Instance>) -> Option<Error> {
        let instance = instance?;
        let others = self.others(at, instance);
        if others.is_empty() {
            return None;
        }
        let (resource, region) = (P::KEY_PAIR, &self.client.scope.region);
        let message = format!("still bound beside it: {}", others.join(", "));
        let keys = others.join(" --key-pair ");
        let hint = format!(
            "The service added instead of replacing. Take the others off: kpctl tencent {resource} detach --key-pair {keys} --instance {} -r {region}",
            instance.id
        );
        Some(
            self.located(
                Error::new(ErrorKind::State, message)
                    .code(NOT_REPLACED)
                    .hint(hint),
            ),
        )
    }

    /// The error for key pairs that should have stayed and are gone.
    pub(super) fn dropped(&self, at: usize, instance: &Instance) -> Option<Error> {
        let Goal::Attach { replace: false } = self.goal else {
            return None;
        };
        let (before, now) = (self.before[at].as_ref()?, instance.key_ids()?);
        let gone: Vec<String> = (before.bound.iter().flatten())
            .filter(|id| !now.contains(id))
            .cloned()
            .collect();
        if gone.is_empty() {
            return None;
        }
        let message = format!("bound before and not any more: {}", gone.join(", "));
        let hint = "Attach them again if nobody else took them off on purpose.";
        Some(
            self.located(
                Error::new(ErrorKind::Server, message)
                    .code("KeyPairDropped")
                    .hint(hint),
            ),
        )
    }

    /// What is left to be sent when a product refuses what is bound already: it adds instead of
    /// replacing, so that what is bound stays without being named.
    pub(super) fn without_duplicates(&self, batch: &Batch, error: &Error) -> Option<Vec<String>> {
        if !is_duplicate(error) || self.goal == Goal::Detach || self.instances_of(batch).len() > 1 {
            return None;
        }
        let bound = self.before_of(batch[0])?.bound.as_ref()?;
        let mut keys = self.keys_to_send(batch);
        let all = keys.len();
        keys.retain(|id| !bound.contains(id));
        (!keys.is_empty() && keys.len() < all).then_some(keys)
    }
}

/// Whether a refusal says that a key pair is bound already; only Lighthouse does.
pub(super) fn is_duplicate(error: &Error) -> bool {
    error.code.as_deref() == Some("UnsupportedOperation.KeyPairBindDuplicate")
}

/// The key pairs that an instance is to have: those bound first, in their order.
fn wanted(asked: &[String], bound: Option<&[String]>, replace: bool) -> Vec<String> {
    let kept = bound.filter(|_| !replace).unwrap_or_default();
    let new = asked.iter().filter(|id| !kept.contains(id));
    kept.iter().chain(new).cloned().collect()
}

fn incomplete() -> Error {
    Error::new(
        ErrorKind::State,
        "not all of the key pairs exist, and those that are bound would be replaced by the rest",
    )
    .code("ReplacementIncomplete")
    .hint("Correct or leave out the key pairs that are not found.")
}

fn unknown(instance: &str) -> Error {
    let message = format!(
        "instance {instance} does not say which key pairs are bound to it, and they would be dropped"
    );
    Error::new(ErrorKind::State, message)
        .code("BoundPairsUnknown")
        .hint("Name all key pairs that it is to have, with --replace.")
}

fn too_many(instance: &str, count: usize) -> Error {
    let message =
        format!("instance {instance} would have {count} key pairs, and a request takes {MOST_IDS}");
    Error::new(ErrorKind::State, message)
        .code("InvalidParameterValue.LimitExceeded")
        .hint("Attach fewer, or say with --replace which ones are to stay.")
}

#[cfg(test)]
mod tests {
    use super::wanted;

    #[test]
    fn what_is_bound_comes_along_unless_it_is_replaced() {
        let ids = |list: &[&str]| list.iter().map(|&id| id.to_owned()).collect::<Vec<_>>();
        let asked = ids(&["c", "a"]);
        for (bound, replace, expected) in [
            (Some(ids(&["a", "b"])), false, ids(&["a", "b", "c"])),
            (Some(ids(&["a", "b"])), true, ids(&["c", "a"])),
            (Some(ids(&[])), false, ids(&["c", "a"])),
            (None, true, ids(&["c", "a"])),
        ] {
            assert_eq!(wanted(&asked, bound.as_deref(), replace), expected);
        }
    }
}
