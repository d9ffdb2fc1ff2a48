//! A line that a person types and nobody sees.

use crate::error::{Error, ErrorKind};
use crate::secret::Secret;

/// Reads one line from the terminal with its echo off. A thread of its own waits for it, so that
/// whoever asked may give up; the echo comes back in any case.
pub(super) async fn line() -> Result<Secret, Error> {
    // Whoever watches for signals begins to now: one that came before would end the program with the echo
    // off.
    tokio::task::yield_now().await;
    let echo = echo::Off::new().map_err(|error| missing(&error.to_string()))?;
    let (sender, receiver) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        #[expect(
            clippy::disallowed_methods,
            reason = "the streams are this room's business"
        )]
        let input = std::io::stdin();
        let mut text = String::new();
        let read = input.read_line(&mut text).map(|_| Secret::new(text));
        let _ = sender.send(read);
    });
    let answer = receiver.await;
    drop(echo);
    match answer {
        Ok(Ok(text)) if text.expose().is_empty() => Err(missing("nothing was typed")),
        Ok(Ok(text)) => Ok(Secret::new(
            text.expose().trim_end_matches(['\r', '\n']).to_owned(),
        )),
        Ok(Err(error)) => Err(missing(&error.to_string())),
        Err(_) => Err(missing("nobody asked")),
    }
}

fn missing(why: &str) -> Error {
    Error::new(ErrorKind::Usage, format!("no secret was given: {why}"))
}

#[cfg(unix)]
mod echo {
    use std::io;
    use std::os::fd::{AsFd, BorrowedFd};

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    /// While this lives the terminal shows nothing of what is typed.
    pub(super) struct Off {
        before: Termios,
    }

    fn with_terminal<T>(work: impl FnOnce(BorrowedFd<'_>) -> io::Result<T>) -> io::Result<T> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the streams are this room's business"
        )]
        let input = std::io::stdin();
        work(input.as_fd())
    }

    impl Off {
        pub(super) fn new() -> io::Result<Self> {
            with_terminal(|terminal| {
                let before = tcgetattr(terminal)?;
                let mut hidden = before.clone();
                hidden.local_modes.remove(LocalModes::ECHO);
                // The end of the line moves the cursor all the same.
                hidden
                    .local_modes
                    .insert(LocalModes::ECHONL | LocalModes::ICANON);
                // What was typed before the question is no answer to it.
                tcsetattr(terminal, OptionalActions::Flush, &hidden)?;
                Ok(Self { before })
            })
        }
    }

    impl Drop for Off {
        fn drop(&mut self) {
            // A terminal that is gone needs no echo.
            let _ = with_terminal(|terminal| {
                Ok(tcsetattr(terminal, OptionalActions::Now, &self.before)?)
            });
        }
    }
}

#[cfg(not(unix))]
mod echo {
    use std::io;

    /// No terminal of this system is known here.
    pub(super) struct Off;

    impl Off {
        pub(super) fn new() -> io::Result<Self> {
            Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "this system's terminals are not known; use a file",
            ))
        }
    }
}
