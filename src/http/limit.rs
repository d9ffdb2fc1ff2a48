//! Request rates: never faster than the vendor publishes.

use std::cell::RefCell;
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::rc::Rc;

use governor::clock::{Clock, MonotonicClock};
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

type Bucket = RateLimiter<NotKeyed, InMemoryState, MonotonicClock>;

/// One token bucket for each operation whose rate is published.
///
/// The buckets count for one access key and region, because a client works for one of each.
#[derive(Debug, Default)]
pub struct Limits {
    buckets: RefCell<HashMap<(&'static str, &'static str), Rc<Bucket>>>,
}

impl Limits {
    /// Waits until a request of that operation may go; `rate` is in requests a second.
    pub async fn admit(
        &self,
        service: &'static str,
        operation: &'static str,
        rate: Option<NonZeroU32>,
    ) {
        let Some(rate) = rate else { return };
        let bucket = Rc::clone(
            self.buckets
                .borrow_mut()
                .entry((service, operation))
                .or_insert_with(|| {
                    Rc::new(RateLimiter::direct_with_clock(
                        Quota::per_second(rate),
                        MonotonicClock,
                    ))
                }),
        );
        while let Err(not_until) = bucket.check() {
            tokio::time::sleep(not_until.wait_time_from(MonotonicClock.now())).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::Limits;

    /// Whether a request goes without waiting.
    async fn goes_at_once(
        limits: &Limits,
        operation: &'static str,
        rate: Option<NonZeroU32>,
    ) -> bool {
        tokio::select! {
            biased;
            () = limits.admit("cvm", operation, rate) => true,
            () = std::future::ready(()) => false,
        }
    }

    #[tokio::test]
    async fn a_burst_over_the_rate_waits_and_other_operations_do_not() {
        let limits = Limits::default();
        let rate = NonZeroU32::new(1);
        assert!(goes_at_once(&limits, "DescribeInstances", rate).await);
        assert!(!goes_at_once(&limits, "DescribeInstances", rate).await);
        assert!(goes_at_once(&limits, "DescribeKeyPairs", rate).await);
        for _ in 0..1_000 {
            assert!(goes_at_once(&limits, "DescribeRegions", None).await);
        }
    }
}
