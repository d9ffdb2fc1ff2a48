//! Replacing where the service only adds (spec tencent 3 does not say which it does): what is still
//! there beside the wanted key pairs is taken off in a request of its own.

use tokio::time::Instant;

use super::attach::NOT_REPLACED;
use super::look;
use super::{BindingChange, WAITING, distinct};
use crate::cloud::tencent::product::{Means, Product};
use crate::error::{Error, ErrorKind};
use crate::model::{ItemState, Outcome, Power};

/// Whether an outcome says that others are bound beside it.
fn is_not_replaced(outcome: &Outcome) -> bool {
    let code = outcome
        .error
        .as_ref()
        .and_then(|error| error.code.as_deref());
    code == Some(NOT_REPLACED)
}

impl<P: Product> BindingChange<'_, P> {
    /// Takes off what should have been replaced, and reads that back; answers with warnings. Only
    /// where machines stay on for it: their power is not cut twice.
    pub(super) async fn complete_replacement(
        &mut self,
        ready: &[usize],
        outcomes: &mut [Outcome],
    ) -> Vec<String> {
        let mut warnings = Vec::new();
        if !P::CHANGES_ONLINE || self.power != Power::Untouched {
            return warnings;
        }
        let open = ready.iter().copied();
        let open = open.filter(|&item| is_not_replaced(&outcomes[item]));
        let machines: Vec<usize> = distinct(open.map(|item| self.instance_of(item))).collect();
        for at in machines {
            if self.client.courier().stop.requested().is_some() {
                break;
            }
            match self.take_off_the_rest(at).await {
                Ok(state) => {
                    let status = self.goal.status();
                    let items = self.items_of(at, outcomes).iter_mut();
                    for outcome in items.filter(|outcome| is_not_replaced(outcome)) {
                        outcome.error = None;
                        outcome.after = Some(state.clone());
                        outcome.seen(status);
                    }
                }
                Err(error) => warnings.push(format!(
                    "{}: the key pairs bound before could not be taken off: {error}",
                    self.instances[at]
                )),
            }
        }
        warnings
    }

    async fn take_off_the_rest(&self, at: usize) -> Result<ItemState, Error> {
        let ids = self.ids_of(&[at]);
        let limit = Instant::now() + self.client.courier().pace.get().of(WAITING.limit);
        let mut wait = WAITING.first;
        let mut is_sent = false;
        loop {
            let seen = look::twice::<P>(self.client, &ids).await?;
            let instance = seen
                .get(&ids[0])
                .ok_or_else(|| self.missing_instance(&ids[0]))?;
            let others = self.others(at, instance);
            if !instance.is_operating() {
                if others.is_empty() {
                    return Ok(look::item_state(instance));
                }
                if !is_sent {
                    let means = Means {
                        cut: false,
                        offline: false,
                        user: self.user.clone(),
                    };
                    let request = P::unbind(ids.clone(), others, means);
                    self.client.call(&request).await?;
                    is_sent = true;
                }
            }
            if Instant::now() >= limit || !self.client.courier().pause(wait).await {
                let message = "they were still bound when the waiting ended";
                return Err(self.located(Error::new(ErrorKind::Timeout, message)));
            }
            wait = (wait * 3 / 2).min(WAITING.longest);
        }
    }
}
