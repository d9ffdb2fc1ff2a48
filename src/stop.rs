//! The wish to stop: set by a signal, seen by everything that waits.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Notify;

/// Shared by all parts of one command.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    shared: Rc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    exit_code: Cell<Option<u8>>,
    hurry: Cell<bool>,
    changed: Notify,
}

impl Stop {
    /// Asks the command to end after the answers it is waiting for, with that exit code.
    pub fn request(&self, exit_code: u8) {
        self.shared.exit_code.set(Some(exit_code));
        self.shared.changed.notify_waiters();
    }

    /// Asks the command not to wait for answers either; what it knows is still written down.
    pub fn hurry(&self) {
        self.shared.hurry.set(true);
        self.shared.changed.notify_waiters();
    }

    /// The exit code to end with, once a stop was asked for.
    pub fn requested(&self) -> Option<u8> {
        self.shared.exit_code.get()
    }

    /// Waits until a stop is asked for.
    pub async fn asked_for(&self) {
        loop {
            let changed = self.shared.changed.notified();
            if self.requested().is_some() {
                return;
            }
            changed.await;
        }
    }

    /// Waits until answers are no longer waited for.
    pub async fn hurried(&self) {
        loop {
            let changed = self.shared.changed.notified();
            if self.shared.hurry.get() {
                return;
            }
            changed.await;
        }
    }

    /// Waits that long, or less when a stop is asked for meanwhile.
    pub async fn sleep(&self, wait: Duration) {
        let changed = self.shared.changed.notified();
        if self.requested().is_some() {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = changed => {}
        }
    }
}
