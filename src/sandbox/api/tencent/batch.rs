//! Work on several instances that begins on all of them or on none (spec tencent 2.6).
//!
//! It is asynchronous: the call only writes down what the coming looks at an instance will see. The first look still sees
//! the operation before, which is the race that the card describes.

use serde_json::{Map, Value};

use super::super::super::clock;
use super::product::Product;
use super::state::{Instance, Operation as Latest, Step};
use super::{Call, Quirk, Refusal, identifiers};

/// The work on one instance of a batch.
pub(crate) struct Work {
    /// The action.
    name: &'static str,
    /// What the instance says about where the work came from.
    request_id: String,
    /// UTC.
    started_time: String,
    /// In how many looks it is under way: not all instances of a batch are done at once.
    pub(crate) looks_operating: usize,
}

impl Work {
    /// A step in which the work is under way.
    pub(crate) fn operating(&self) -> Step {
        self.step("OPERATING", "")
    }

    /// The step in which it succeeds.
    pub(crate) fn done(&self) -> Step {
        self.step("SUCCESS", "")
    }

    /// The step in which it fails.
    pub(crate) fn failed(&self, message: &str) -> Step {
        self.step("FAILED", message)
    }

    fn step(&self, state: &str, message: &str) -> Step {
        Step {
            operation: Some(Latest {
                name: self.name.to_owned(),
                state: state.to_owned(),
                request_id: self.request_id.clone(),
                error_message: message.to_owned(),
                started_time: self.started_time.clone(),
            }),
            ..Step::default()
        }
    }
}

/// A step with another power state.
pub(crate) fn with_power(step: Step, state: &str) -> Step {
    Step {
        state: Some(state.to_owned()),
        ..step
    }
}

/// Begins work on the instances unless one of them is unfit; `steps` come after the first look, which sees no change.
pub(crate) fn begin(
    call: &mut Call<'_>,
    product: Product,
    name: &'static str,
    instance_ids: &[String],
    fitness: impl Fn(&Instance) -> Option<Refusal>,
    steps: impl Fn(&mut Instance, &Work) -> Vec<Step>,
) -> Result<Map<String, Value>, Refusal> {
    let ctx = call.ctx;
    let all = product.instances(call.region()?);
    let chosen: Vec<usize> = all
        .iter()
        .enumerate()
        .filter(|(_, instance)| instance_ids.contains(&instance.id))
        .map(|(index, _)| index)
        .collect();
    let refusal = chosen.iter().find_map(|index| fitness(&all[*index]));
    if refusal.is_some() && !ctx.has(Quirk::TencentRefusedBatchPartlyDone) {
        // A call that meets work under way is also a look at it: a caller that retries without looking gets on, too.
        for index in chosen {
            call.look(product, index)?;
        }
        return refusal.map_or_else(|| Ok(Map::new()), Err);
    }
    let mut work = Work {
        name,
        request_id: if ctx.has(Quirk::TencentOperationIdUnrelated) {
            identifiers::uuid()
        } else {
            ctx.request_id.to_owned()
        },
        started_time: clock::utc(ctx.now),
        looks_operating: 1,
    };
    let fit = chosen
        .into_iter()
        .filter(|index| fitness(&all[*index]).is_none());
    for (place, index) in fit.collect::<Vec<_>>().into_iter().enumerate() {
        work.looks_operating = 1 + place % 2;
        let instance = &mut product.instances_mut(call.region_mut()?)[index];
        let coming = steps(instance, &work);
        instance.steps = std::iter::once(Step::default()).chain(coming).collect();
    }
    refusal.map_or_else(|| Ok(Map::new()), Err)
}

impl Call<'_> {
    /// Lets work under way on an instance go on by one step.
    pub(crate) fn look(&mut self, product: Product, index: usize) -> Result<(), Refusal> {
        if !product.instances(self.region()?)[index].steps.is_empty() {
            product.instances_mut(self.region_mut()?)[index].look();
        }
        Ok(())
    }
}
