//! The sandbox: an embedded server on 127.0.0.1 that speaks the APIs of Volcengine, Tencent Cloud and Huawei Cloud.
//!
//! It is a second opinion. It was written from the vendors' documents (the cards under `spec/`), not from the client: it
//! parses, canonicalises and verifies on its own, so that one mistake cannot hide the other. Nothing outside this folder
//! is used here.
//!
//! One port serves all clouds. They are told apart by the `Authorization` algorithm, `X-Auth-Token` and the path, never by
//! the host name. Every answer comes from the state, every change goes into it.
//!
//! | room | what is in it |
//! |---|---|
//! | `server`, `answer_body` | sockets, HTTP framing, broken deliveries |
//! | `dispatch`, `target` | one request from recognition to answer: faults, signature, operation, journal |
//! | `verify` | the three signature checks |
//! | `api` | the operations, one table per cloud |
//! | `issued` | temporary credentials that were given out, in memory only |
//! | `state`, `store`, `seed` | what exists, where it is kept, what it starts from |
//! | `rates` | published rates, enforced when asked for |
//! | `faults`, `quirks` | what goes wrong on demand, and answers to the documents' open questions |

mod answer_body;
mod api;
mod clock;
mod cloud;
mod control;
pub mod credentials;
mod dispatch;
mod faults;
mod fingerprint;
mod identifiers;
mod issued;
mod journal;
mod key_material;
mod quirks;
mod rates;
mod reply;
mod request;
mod rsa_pair;
mod seed;
mod server;
mod state;
mod store;
mod target;
#[cfg(test)]
mod tests;
mod verify;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub use faults::Fault;
pub use quirks::Quirk;
pub use rates::Counting;
pub use server::{Server, start};

/// How a sandbox is started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// Where the state is kept; `None` keeps it in memory only.
    pub state_file: Option<PathBuf>,
    /// Added before every answer.
    pub latency: Duration,
    /// What goes wrong, and when.
    pub faults: Vec<Fault>,
    /// Which of the documents' open questions are answered unusually.
    pub quirks: Vec<Quirk>,
    /// How requests are counted that come faster than is published, so that they are refused; `None` refuses none.
    pub rates: Option<Counting>,
    /// How long temporary credentials live, whatever is asked; `None` as long as is asked, or as is usual.
    pub credential_lifetime: Option<Duration>,
    /// Receives one line for every refused request.
    pub log: Option<Log>,
}

/// A receiver of log lines. No line holds a secret.
#[derive(Clone)]
pub struct Log(Arc<dyn Fn(&str) + Send + Sync>);

impl Log {
    /// Wraps a function that takes one line, without its line end.
    pub fn new(write: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(write))
    }

    /// Hands one line to the receiver.
    pub fn write(&self, line: &str) {
        (self.0)(line);
    }
}

impl From<Arc<dyn Fn(&str) + Send + Sync>> for Log {
    fn from(write: Arc<dyn Fn(&str) + Send + Sync>) -> Self {
        Self(write)
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Log")
    }
}

/// Why the sandbox could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// The port could not be listened on.
    #[error("cannot listen on 127.0.0.1:{port}: {source}")]
    Listen {
        /// The port that was asked for.
        port: u16,
        /// What the system said.
        source: std::io::Error,
    },
    /// The state file or its folder could not be read or written.
    #[error("cannot use the sandbox state {}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The state file holds something else than a sandbox state.
    #[error("the sandbox state {} is not readable: {source}; remove it or run the reset", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Where it stops making sense.
        source: serde_json::Error,
    },
    /// A fault rule that cannot be understood.
    #[error("fault '{rule}': {reason}")]
    Fault {
        /// The rule as given.
        rule: String,
        /// What is wrong with it, and what exists.
        reason: String,
    },
    /// A way to count requests that does not exist.
    #[error("requests cannot be counted in '{name}' windows; there are: fixed, sliding")]
    Counting {
        /// The name as given.
        name: String,
    },
    /// A quirk that does not exist.
    #[error("no quirk is named '{name}'; there are: {known}")]
    Quirk {
        /// The name as given.
        name: String,
        /// All names.
        known: String,
    },
}

/// The whole state of a state file. An absent file is not created: the answer is then the state that it would start from.
pub fn show(state_file: &Path) -> Result<serde_json::Value, SandboxError> {
    store::read(state_file).map(|state| state.to_value())
}

/// Forgets everything in a state file; its next use starts from the demo fleet again.
pub fn reset(state_file: &Path) -> Result<(), SandboxError> {
    store::remove(state_file)
}
