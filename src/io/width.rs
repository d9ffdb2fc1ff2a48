//! How wide the terminal is.

/// The columns of the terminal behind stderr, where it tells.
#[cfg(unix)]
pub(super) fn of_stderr() -> Option<usize> {
    #[expect(
        clippy::disallowed_methods,
        reason = "nothing is written: the terminal is asked for its size"
    )]
    let size = rustix::termios::tcgetwinsize(std::io::stderr()).ok()?;
    (size.ws_col > 1).then_some(usize::from(size.ws_col))
}

/// Not known elsewhere.
#[cfg(not(unix))]
pub(super) fn of_stderr() -> Option<usize> {
    None
}
