//! Carries one request at a time under the conditions of the whole command: its deadline, its
//! wish to stop, its trace.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::Instant;

use super::budget::Budget;
use super::explain::network_error;
use super::limit::{Place, Rate, Rates, Ticket};
use super::retry::{LONGEST_ASKED, Retry};
use super::{Reply, Request, Transport};
use crate::error::{Error, ErrorKind, Fate};
use crate::journal::Journal;
use crate::stop::Stop;
use crate::time::{Clock, Pace};

/// How a served sandbox names itself.
const SANDBOX: &str = "kpctl-sandbox";

/// The code of a request that was not sent because it could not go in time.
pub const NO_TIME_LEFT: &str = "NoTimeLeft";

/// Where lines of the trace go; they are redacted before they get there.
pub type Trace = Rc<dyn Fn(&str)>;

/// The transport and the conditions under which it is used.
pub struct Courier {
    /// What carries the bytes.
    pub transport: Box<dyn Transport>,
    /// The clock that signatures use.
    pub clock: Clock,
    /// How fast to wait.
    pub pace: Cell<Pace>,
    /// When the whole command must be over.
    pub deadline: Option<Instant>,
    /// The wish to stop.
    pub stop: Stop,
    /// The trace of `-v`.
    pub trace: Option<Trace>,
    /// Whether changes may be sent; off while a command only looks.
    pub may_change: Cell<bool>,
    /// The record of changes, once one is about to be made; none where nobody wants it.
    pub journal: RefCell<Option<Rc<Journal>>>,
    /// How fast requests may go.
    pub rates: Rates,
    /// What is left to retry with.
    pub budget: Budget,
    /// Whether who did not answer in time is asked again; not where many others can be asked instead.
    pub asks_silent_ones_again: Cell<bool>,
    /// How many requests were sent.
    pub requests: Cell<u64>,
}

impl fmt::Debug for Courier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Courier").finish_non_exhaustive()
    }
}

impl Courier {
    /// A courier without deadline and trace, on the machine's clock, at the pace of the clouds.
    pub fn new(transport: Box<dyn Transport>) -> Self {
        Self {
            transport,
            clock: Clock::System,
            pace: Cell::new(Pace::CLOUD),
            deadline: None,
            stop: Stop::default(),
            trace: None,
            may_change: Cell::new(true),
            journal: RefCell::default(),
            rates: Rates::default(),
            budget: Budget::default(),
            asks_silent_ones_again: Cell::new(true),
            requests: Cell::new(0),
        }
    }

    /// Sends one request. An error tells whether the service may have seen it.
    pub async fn deliver(&self, request: &Request) -> Result<Reply, Error> {
        self.trace(|| format!("> {} {}", request.method, request.shown_url()));
        for header in &request.headers {
            self.trace(|| format!("> {}: {}", header.name, header.value.shown()));
        }
        self.requests.set(self.requests.get() + 1);
        let start = Instant::now();
        let exchange = async {
            let exchange = self.transport.send(request);
            match self.deadline {
                Some(deadline) => tokio::time::timeout_at(deadline, exchange).await,
                None => Ok(exchange.await),
            }
        };
        let result = tokio::select! {
            result = exchange => result,
            () = self.stop.hurried() => {
                let error = Error::new(ErrorKind::Interrupted, "interrupted before the answer came");
                return Err(error.fate(self.fate_of(request)));
            }
        };
        let elapsed = start.elapsed().as_millis();
        match result {
            Ok(Ok(reply)) => {
                self.trace(|| {
                    format!(
                        "< {} after {elapsed} ms, {} bytes",
                        reply.status,
                        reply.body.len()
                    )
                });
                if request.endpoint.is_plain_loopback() && reply.header("server") == Some(SANDBOX) {
                    // Nothing takes time there, so nothing is waited for as in a cloud.
                    self.pace.set(Pace::SANDBOX);
                }
                Ok(reply)
            }
            Ok(Err(error)) => {
                self.trace(|| format!("< no answer after {elapsed} ms: {}", error.reason));
                Err(network_error(&error, request, self.clock.now()))
            }
            Err(_) => Err(Self::out_of_time().fate(self.fate_of(request))),
        }
    }

    /// What is known of a request that was given up.
    fn fate_of(&self, request: &Request) -> Fate {
        if self.transport.may_have_sent(request) {
            Fate::Unknown
        } else {
            Fate::NotDone
        }
    }

    /// Waits before another try or look. `false`: time is up or a stop was asked for, so there is
    /// no point in going on.
    pub async fn pause(&self, wait: Duration) -> bool {
        let wait = self.pace.get().of(wait);
        if let Some(deadline) = self.deadline
            && Instant::now() + wait >= deadline
        {
            return false;
        }
        self.stop.sleep(wait).await;
        self.stop.requested().is_none()
    }

    /// Waits until a service's rate lets a request go. An error says that it was not sent: a stop was
    /// asked for meanwhile, or it could not go before time is up.
    pub async fn admit(&self, place: &Place, rate: Option<Rate>) -> Result<Ticket, Error> {
        // After a signal there are looks at what was done. They have their turn; a second one ends them.
        let is_looking_back = self.stop.requested().is_some();
        loop {
            let wait = match self.rates.admit(place, rate, self.pace.get()) {
                Ok(ticket) => return Ok(ticket),
                Err(wait) => wait,
            };
            if self
                .deadline
                .is_some_and(|deadline| Instant::now() + wait >= deadline)
            {
                return Err(Self::no_time_left());
            }
            let mut is_over = false;
            if is_looking_back {
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = self.stop.hurried() => is_over = true,
                }
            } else {
                self.stop.sleep(wait).await;
                is_over = self.stop.requested().is_some();
            }
            if is_over {
                return Err(Error::new(
                    ErrorKind::Interrupted,
                    "interrupted before it was sent",
                ));
            }
        }
    }

    /// Waits before another try of what ended in that error, as long as the service, its own count of
    /// tries, the budget of the command and the time allow one. Else the error comes back to end with.
    /// `chance` is a random number from 0 to 1.
    pub async fn before_retry(
        &self,
        retry: &mut Retry,
        error: Error,
        repeatable: bool,
        chance: f64,
    ) -> Result<(), Error> {
        if error.kind == ErrorKind::Timeout && !self.asks_silent_ones_again.get() {
            return Err(error);
        }
        let Some(wait) = retry.next(&error, repeatable, chance) else {
            let asked = error.retry_after.filter(|asked| *asked > LONGEST_ASKED);
            return Err(match asked {
                Some(asked) => error.hint(format!(
                    "The service asks to wait {} s; run it again then.",
                    asked.as_secs()
                )),
                None => error,
            });
        };
        if !self.budget.take(error.kind, wait, self.pace.get()) {
            return Err(error.hint(
                "This command has used up its retries; run it again later: what is done by then is \
                 recognised.",
            ));
        }
        self.trace(|| format!("* trying again in {} ms: {error}", wait.as_millis()));
        if self.pause(wait).await {
            Ok(())
        } else {
            Err(error)
        }
    }

    /// Ends the command when a stop was asked for, or its time was over, before anything was changed.
    pub fn go_on(&self) -> Result<(), Error> {
        if self.stop.requested().is_some() {
            return Err(Self::interrupted());
        }
        if self.is_late() {
            return Err(Self::out_of_time());
        }
        Ok(())
    }

    /// Waits for a person before anything was changed: no longer than the command may take, nor after
    /// a stop was asked for.
    pub async fn while_asking<T>(
        &self,
        answer: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let late = async {
            match self.deadline {
                Some(deadline) => tokio::time::sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.stop.asked_for() => Err(Self::interrupted()),
            () = late => Err(Self::out_of_time()),
            answer = answer => answer,
        }
    }

    /// Whether the command has had its time.
    pub fn is_late(&self) -> bool {
        self.deadline
            .is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// Whether nothing more may be sent: a stop was asked for, or the command has had its time.
    pub fn is_over(&self) -> bool {
        self.is_late() || self.stop.requested().is_some()
    }

    /// The error for a command that ran out of its `--timeout`.
    pub fn out_of_time() -> Error {
        Error::new(ErrorKind::Timeout, "the time given by --timeout is over")
            .hint("Run the same command again with a longer --timeout.")
    }

    /// The error for a request that could not go before the `--timeout` is over.
    fn no_time_left() -> Error {
        Error::new(
            ErrorKind::Timeout,
            "not sent: the rate of the service leaves no time for it before --timeout is over",
        )
        .code(NO_TIME_LEFT)
        .hint("Run the same command again with a longer --timeout.")
    }

    fn interrupted() -> Error {
        Error::new(ErrorKind::Interrupted, "interrupted: nothing was changed")
    }

    fn trace(&self, line: impl FnOnce() -> String) {
        if let Some(trace) = &self.trace {
            trace(&line());
        }
    }
}

#[cfg(test)]
mod tests;
