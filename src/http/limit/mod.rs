//! Request rates: never faster than the vendor publishes, and slower once a service says so.
//!
//! All clients of a command share one [`Rates`]. Each account, region, service and operation has a
//! lane of its own, and what vendors count together shares one.

mod lane;
mod text;

use std::cell::RefCell;
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::rc::Rc;
use std::time::Duration;

use lane::Lane;
pub use text::limit_in;
use tokio::time::Instant;

use crate::time::Pace;

/// A published rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests a second.
    pub per_second: NonZeroU32,
    /// The name of what is counted together; `None`: the operation counts alone.
    pub shared: Option<&'static str>,
}

impl Rate {
    /// The rate of one operation.
    pub const fn of(per_second: NonZeroU32) -> Self {
        Self {
            per_second,
            shared: None,
        }
    }

    /// The rate of several operations together.
    pub const fn shared(per_second: NonZeroU32, name: &'static str) -> Self {
        Self {
            per_second,
            shared: Some(name),
        }
    }
}

/// What a vendor counts the requests of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The cloud and the account, as far as it is known.
    pub account: String,
    /// The region.
    pub region: String,
    /// The service.
    pub service: &'static str,
    /// The operation.
    pub operation: &'static str,
}

/// The lanes of one command.
#[derive(Debug, Default)]
pub struct Rates(RefCell<HashMap<Place, Rc<RefCell<Lane>>>>);

impl Rates {
    /// Lets a request go, or says how long to wait before asking again.
    pub(super) fn admit(
        &self,
        of: &Place,
        rate: Option<Rate>,
        pace: Pace,
    ) -> Result<Ticket, Duration> {
        let shared = rate.and_then(|rate| rate.shared);
        let counted = Place {
            operation: shared.unwrap_or(of.operation),
            ..of.clone()
        };
        let lane = Rc::clone(
            self.0
                .borrow_mut()
                .entry(counted)
                .or_insert_with(|| Rc::new(RefCell::new(Lane::new(rate)))),
        );
        let now = Instant::now();
        let admitted = lane.borrow_mut().admit(now, pace);
        admitted.map(|number| Ticket { lane, number, pace })
    }
}

/// A request that was let go. It is over when this is dropped.
#[derive(Debug)]
pub struct Ticket {
    lane: Rc<RefCell<Lane>>,
    number: u64,
    pace: Pace,
}

impl Ticket {
    /// The service took the request: a lane that was slowed down becomes a little faster.
    pub fn succeeded(&self) {
        self.lane.borrow_mut().succeeded();
    }

    /// The service refused the request, or an item of it, for its rate. `asked` is how long it asks to
    /// wait, `limit` the requests a second that it says it allows.
    pub fn throttled(&self, asked: Option<Duration>, limit: Option<f64>) {
        let mut lane = self.lane.borrow_mut();
        lane.throttled(self.number, Instant::now(), self.pace, limit);
        if let Some(asked) = asked.filter(|asked| *asked <= super::retry::LONGEST_ASKED) {
            lane.hold_until(Instant::now() + self.pace.of(asked));
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.lane.borrow_mut().ended(self.number, Instant::now());
    }
}
