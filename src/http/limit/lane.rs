//! The requests that a vendor counts together, and when the next of them may go.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::Rate;
use crate::time::Pace;

/// The time in which vendors count.
const WINDOW: Duration = Duration::from_secs(1);
/// The slowest that a lane becomes: one request in five seconds.
const SLOWEST: f64 = 0.2;
/// Requests that are remembered: those that the highest published rate counts together.
const REMEMBERED: usize = 128;
/// How many successes bring back as much as the rate was when it was halved.
const STEPS: f64 = 200.0;
/// The smallest step of a lane on its way back, in requests a second.
const SMALLEST_STEP: f64 = 0.05;

/// A request that went.
#[derive(Clone, Copy, Debug)]
struct Sent {
    at: Instant,
    end: Option<Instant>,
}

/// One lane.
#[derive(Debug)]
pub(super) struct Lane {
    published: Option<u32>,
    /// The highest rate that is allowed, in requests a second; infinite where no limit is known.
    top: f64,
    /// The rate of the moment.
    rate: f64,
    /// How much faster a success makes it.
    step: f64,
    sent: VecDeque<Sent>,
    /// The number of the next request.
    next: u64,
    /// The first request that was sent at the rate of the moment.
    since: u64,
    /// The shortest time that a request took.
    fastest: Duration,
    held_until: Option<Instant>,
}

impl Lane {
    pub(super) fn new(rate: Option<Rate>) -> Self {
        let published = rate.map(|rate| rate.per_second.get());
        let top = published.map_or(f64::INFINITY, f64::from);
        Self {
            published,
            top,
            rate: top,
            step: SMALLEST_STEP,
            sent: VecDeque::new(),
            next: 0,
            since: 0,
            fastest: Duration::MAX,
            held_until: None,
        }
    }

    /// Lets a request go and tells its number, or how long it is to wait.
    pub(super) fn admit(&mut self, now: Instant, pace: Pace) -> Result<u64, Duration> {
        let wait = self.free_at(now, pace).saturating_duration_since(now);
        if !wait.is_zero() {
            return Err(wait);
        }
        if self.sent.len() == REMEMBERED {
            self.sent.pop_front();
        }
        self.sent.push_back(Sent { at: now, end: None });
        self.next += 1;
        Ok(self.next - 1)
    }

    /// When the next request may go.
    fn free_at(&self, now: Instant, pace: Pace) -> Instant {
        let mut at = self.held_until.map_or(now, |until| until.max(now));
        if self.rate.is_finite() {
            // A few at once when nothing was refused: a short command waits for nobody then.
            let burst = match self.published {
                Some(published) if self.rate >= f64::from(published) => published.div_ceil(4),
                _ => 1,
            };
            if let Some(sent) = self.before(burst) {
                let apart = Duration::from_secs_f64(f64::from(burst) / self.rate);
                at = at.max(sent.at + pace.of(apart));
            }
        }
        // However the vendor's windows lie, no more than it allows arrive in any of them. The request
        // that left the window arrived before its answer came, and this one needs time to arrive, too:
        // on the same road that much of a round trip is safe to leave out.
        if let Some(sent) = self.published.and_then(|published| self.before(published)) {
            let road = if self.fastest == Duration::MAX {
                Duration::ZERO
            } else {
                self.fastest / 4 * 3
            };
            let window = pace.of(WINDOW).saturating_sub(road);
            at = at.max(sent.end.unwrap_or(now) + window);
        }
        at
    }

    /// The request that many before the next one.
    fn before(&self, count: u32) -> Option<&Sent> {
        let index = self.sent.len().checked_sub(usize::try_from(count).ok()?)?;
        self.sent.get(index)
    }

    /// A request is over, however it ended.
    pub(super) fn ended(&mut self, number: u64, now: Instant) {
        let age = usize::try_from(self.next - number).unwrap_or(usize::MAX);
        if let Some(index) = self.sent.len().checked_sub(age) {
            let sent = &mut self.sent[index];
            sent.end = Some(now);
            self.fastest = self.fastest.min(now - sent.at);
        }
    }

    pub(super) fn succeeded(&mut self) {
        self.rate = (self.rate + self.step).min(self.top);
    }

    /// Halves the rate, once for all requests that were sent at the same one. Where no rate is known
    /// it is half of what was sent in the last moment.
    pub(super) fn throttled(&mut self, number: u64, now: Instant, pace: Pace, limit: Option<f64>) {
        if let Some(limit) = limit {
            self.top = self.top.min(limit.max(SLOWEST));
            self.rate = self.rate.min(self.top);
        }
        if number < self.since {
            return;
        }
        self.since = self.next;
        if self.rate.is_infinite() {
            let lately = self
                .sent
                .iter()
                .filter(|sent| sent.at + pace.of(WINDOW) > now);
            let lately = u32::try_from(lately.count()).unwrap_or(u32::MAX);
            self.rate = f64::from(lately.max(1));
        }
        self.step = (self.rate / STEPS).max(SMALLEST_STEP).max(self.step);
        self.rate = (self.rate / 2.0).max(SLOWEST);
    }

    /// Nothing goes before that moment.
    pub(super) fn hold_until(&mut self, until: Instant) {
        self.held_until = self.held_until.max(Some(until));
    }
}

#[cfg(test)]
mod tests;
