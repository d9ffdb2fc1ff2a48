//! Everything from outside comes through here.

use std::rc::Rc;

use crate::config::Env;
use crate::io::Io;
use crate::time::Clock;

/// The outside world of one run.
#[derive(Debug)]
pub struct Context {
    /// The streams.
    pub io: Rc<Io>,
    /// The environment.
    pub env: Env,
    /// The clock.
    pub clock: Clock,
}

impl Context {
    /// The world of this process.
    pub fn of_process() -> Self {
        Self {
            io: Rc::new(Io::of_process()),
            env: Env::of_process(),
            clock: Clock::System,
        }
    }
}
