//! Carries one request at a time under the conditions of the whole command: its deadline, its
//! wish to stop, its trace.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::Instant;

use super::explain::network_error;
use super::{Reply, Request, Transport};
use crate::error::{Error, ErrorKind, Fate};
use crate::stop::Stop;
use crate::time::{Clock, Pace};

/// How a served sandbox names itself.
const SANDBOX: &str = "kpctl-sandbox";

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
        }
    }

    /// Sends one request. An error tells whether the service may have seen it.
    pub async fn deliver(&self, request: &Request) -> Result<Reply, Error> {
        self.trace(|| format!("> {} {}", request.method, request.shown_url()));
        for header in &request.headers {
            self.trace(|| format!("> {}: {}", header.name, header.value.shown()));
        }
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
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::Courier;
    use crate::error::{Error, ErrorKind};
    use crate::http::{BoxFuture, Reply, Request, Transport, TransportError};

    /// Nothing is sent by these tests.
    struct Nowhere;

    impl Transport for Nowhere {
        fn send<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Reply, TransportError>> {
            Box::pin(std::future::pending())
        }
    }

    fn courier() -> Courier {
        Courier::new(Box::new(Nowhere))
    }

    async fn slow_answer() -> Result<bool, Error> {
        tokio::time::sleep(Duration::from_secs(3_600)).await;
        Ok(true)
    }

    #[tokio::test(start_paused = true)]
    async fn a_question_outlives_neither_the_timeout_nor_a_signal() {
        let mut late = courier();
        late.deadline = Some(Instant::now() + Duration::from_secs(5));
        let error = late.while_asking(slow_answer()).await.expect_err("late");
        assert_eq!((error.kind, error.exit_code()), (ErrorKind::Timeout, 7));
        assert!(late.is_late());

        let stopped = courier();
        let signal = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            stopped.stop.request(143);
            std::future::pending::<()>().await;
        };
        let error = tokio::select! {
            answer = stopped.while_asking(slow_answer()) => answer.expect_err("stopped"),
            () = signal => unreachable!("it never ends"),
        };
        assert_eq!(error.kind, ErrorKind::Interrupted);
        assert_eq!(stopped.stop.requested(), Some(143));
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_signal_nobody_is_asked() {
        // It came while the account was looked up: the answer is there, and does not count.
        let stopped = courier();
        stopped.stop.request(130);
        let yes = stopped.while_asking(async { Ok(true) }).await;
        assert_eq!(yes.expect_err("stopped").exit_code(), 130);
        let in_time = courier().while_asking(async { Ok(true) }).await;
        assert!(in_time.is_ok_and(|yes| yes));
    }
}
