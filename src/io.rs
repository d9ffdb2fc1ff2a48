//! The streams. Data goes to stdout, talk to stderr; nothing else in the program writes.

mod hidden;
mod limited;
mod width;

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::{IsTerminal, Read, Write};

use anstream::AutoStream;

pub use limited::read_text;

use crate::error::{Error, ErrorKind};
use crate::secret::Secret;

/// Bytes that a list of ids on standard input may have.
const LONGEST_INPUT: u64 = 64 << 20;

const RED: &str = "\u{1b}[1;31m";
const YELLOW: &str = "\u{1b}[1;33m";
const CYAN: &str = "\u{1b}[1;36m";
const DIM: &str = "\u{1b}[2m";
const PLAIN: &str = "\u{1b}[0m";
/// Columns of a terminal that does not tell how wide it is.
const USUAL_COLUMNS: usize = 80;

/// Standard input, output and error of one run, or their stand-ins in a test.
pub struct Io {
    input: RefCell<Box<dyn Read>>,
    out: RefCell<Box<dyn Write>>,
    err: RefCell<Box<dyn Write>>,
    out_is_terminal: bool,
    err_is_terminal: bool,
    person_is_there: Cell<bool>,
    quiet: Cell<bool>,
    /// A line on stderr that tells how far a command is, and goes when something else is written.
    status: RefCell<Option<String>>,
}

impl fmt::Debug for Io {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Io").finish_non_exhaustive()
    }
}

impl Io {
    /// The streams of this process. Colour is decided by the terminal, `NO_COLOR` and `--color`.
    pub fn of_process() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that opens the streams"
        )]
        let (input, out, err) = (std::io::stdin(), std::io::stdout(), std::io::stderr());
        Self {
            out_is_terminal: out.is_terminal(),
            err_is_terminal: err.is_terminal(),
            person_is_there: Cell::new(input.is_terminal() && err.is_terminal()),
            input: RefCell::new(Box::new(input)),
            out: RefCell::new(Box::new(out)),
            err: RefCell::new(Box::new(AutoStream::auto(err))),
            quiet: Cell::new(false),
            status: RefCell::default(),
        }
    }

    /// Whether stdout is a terminal: tables there, full values elsewhere.
    pub fn out_is_terminal(&self) -> bool {
        self.out_is_terminal
    }

    /// Whether a person can be asked: standard input and error are a terminal, and standard input
    /// was not used up for data.
    pub fn person_is_there(&self) -> bool {
        self.person_is_there.get()
    }

    /// Silences talk; warnings and errors stay.
    pub fn set_quiet(&self, quiet: bool) {
        self.quiet.set(quiet);
    }

    /// Whether a line that changes can be shown: somebody looks at stderr, and wants talk.
    pub fn shows_status(&self) -> bool {
        self.err_is_terminal && !self.quiet.get()
    }

    /// Shows on one line how far the command is, instead of what it showed before; `None` clears it.
    /// Nothing is shown where nobody looks.
    pub fn status(&self, text: Option<&str>) {
        if !self.shows_status() {
            return;
        }
        // A line that is broken in two cannot be taken back.
        let columns = width::of_stderr().unwrap_or(USUAL_COLUMNS);
        let fitting = |text: &str| one_line(text).chars().take(columns - 1).collect();
        let text: Option<String> = text.map(fitting);
        if *self.status.borrow() == text {
            return;
        }
        let _ = self.wipe_status();
        self.status.replace(text);
        self.draw_status();
    }

    /// Back to the beginning of the line, and nothing on it. Blanks do that on terminals without colours, too.
    fn wipe_status(&self) -> std::io::Result<()> {
        let status = self.status.borrow();
        let Some(text) = &*status else {
            return Ok(());
        };
        let blanks = " ".repeat(text.chars().count());
        let mut err = self.err.borrow_mut();
        write!(err, "\r{blanks}\r")?;
        err.flush()
    }

    fn draw_status(&self) {
        let mut err = self.err.borrow_mut();
        // Nobody is left to tell when stderr is gone.
        let _ = match &*self.status.borrow() {
            Some(text) => write!(err, "\r{DIM}{text}{PLAIN}"),
            None => Ok(()),
        }
        .and_then(|()| err.flush());
    }

    /// Takes the status line away for what is to be written now; it comes back behind it.
    fn around_status<T>(&self, write: impl FnOnce() -> T) -> T {
        if self.status.borrow().is_none() {
            return write();
        }
        let _ = self.wipe_status();
        let written = write();
        self.draw_status();
        written
    }

    /// Writes data. A closed pipe is no failure: whoever read it had enough.
    pub fn data(&self, text: &str) -> Result<(), Error> {
        let written = self.around_status(|| {
            let mut out = self.out.borrow_mut();
            out.write_all(text.as_bytes()).and_then(|()| out.flush())
        });
        match written {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Error::new(
                ErrorKind::Internal,
                format!("cannot write the result: {error}"),
            )),
            _ => Ok(()),
        }
    }

    /// Talks about what goes on.
    pub fn say(&self, text: &str) {
        if !self.quiet.get() {
            self.line(&escaped(text));
        }
    }

    /// Warns.
    pub fn warn(&self, text: &str) {
        self.line(&format!("{YELLOW}warning:{PLAIN} {}", indented(text)));
    }

    /// Says what is worth no more than a glance.
    pub fn dim(&self, text: &str) {
        if !self.quiet.get() {
            self.line(&format!("{DIM}{}{PLAIN}", indented(text)));
        }
    }

    /// Names the next step.
    pub fn hint(&self, text: &str) {
        if !self.quiet.get() {
            self.line(&format!("{CYAN}hint:{PLAIN} {}", indented(text)));
        }
    }

    /// Reports why the command ends.
    pub fn error(&self, text: &str) {
        self.line(&format!("{RED}error:{PLAIN} {}", indented(text)));
    }

    /// Writes a line for machines to stderr as it is.
    pub fn error_document(&self, text: &str) {
        self.line(text);
    }

    /// Everything on standard input, which must be UTF-8.
    pub fn read_input(&self) -> Result<String, Error> {
        self.person_is_there.set(false);
        let mut bytes = Vec::new();
        (&mut **self.input.borrow_mut())
            .take(LONGEST_INPUT + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| Error::usage(format!("cannot read standard input: {error}")))?;
        if bytes.len() as u64 > LONGEST_INPUT {
            return Err(Error::usage(format!(
                "standard input is longer than {} MiB",
                LONGEST_INPUT >> 20
            )));
        }
        // Some editors put a byte-order mark in front, which is no part of the first id.
        if bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        String::from_utf8(bytes).map_err(|error| {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = valid.split(|byte| *byte == b'\n').count();
            Error::usage(format!("standard input is not UTF-8 in line {line}"))
        })
    }

    /// Asks for a yes or no; anything but a clear yes is no.
    ///
    /// The terminal stays as it is, so that signals arrive and nothing has to be put back, and a
    /// thread of its own reads the answer: whoever waits for it may give up.
    pub async fn confirm(&self, question: &str) -> Result<bool, Error> {
        {
            let mut err = self.err.borrow_mut();
            // Nobody is left to ask when stderr is gone: then no answer comes, either.
            let _ = write!(err, "{question} [y/N] ").and_then(|()| err.flush());
        }
        let (sender, receiver) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || {
            #[expect(
                clippy::disallowed_methods,
                reason = "the streams are this file's business"
            )]
            let input = std::io::stdin();
            let mut answer = String::new();
            let read = input.read_line(&mut answer).map(|_| answer);
            let _ = sender.send(read);
        });
        let open_line = OpenLine(self);
        let answer = receiver.await;
        if matches!(&answer, Ok(Ok(text)) if text.ends_with('\n')) {
            // The person has ended the line.
            std::mem::forget(open_line);
        }
        match answer {
            Ok(Ok(answer)) if answer.is_empty() => Err(Error::new(
                ErrorKind::Consent,
                "no answer, so nothing was changed",
            )),
            Ok(Ok(answer)) => Ok(is_yes(&answer)),
            Ok(Err(error)) => Err(Error::new(
                ErrorKind::Consent,
                format!("no answer, so nothing was changed: {error}"),
            )),
            Err(_) => Err(Error::new(
                ErrorKind::Internal,
                "the question was never asked, so nothing was changed",
            )),
        }
    }

    /// Asks for a secret, which is not shown; twice when it is a new one. Whoever waits for it may give
    /// up.
    pub async fn ask_secret(&self, question: &str, new: bool) -> Result<Secret, Error> {
        loop {
            let secret = self.hidden(question).await?;
            if !new || secret == self.hidden("The same again").await? {
                return Ok(secret);
            }
            self.line("They differ; once more.");
        }
    }

    async fn hidden(&self, question: &str) -> Result<Secret, Error> {
        // Signals are watched from the first wait on (lib.rs), and the echo goes off before the next.
        tokio::task::yield_now().await;
        {
            let mut err = self.err.borrow_mut();
            // Nobody is left to ask when stderr is gone: then no answer comes, either.
            let _ = write!(err, "{}: ", escaped(question)).and_then(|()| err.flush());
        }
        let open_line = OpenLine(self);
        let answer = hidden::line().await;
        if answer.is_ok() {
            // The person has ended the line.
            std::mem::forget(open_line);
        }
        answer
    }

    fn line(&self, text: &str) {
        // Nobody is left to tell when stderr is gone.
        self.around_status(|| {
            let _ = writeln!(self.err.borrow_mut(), "{text}");
        });
    }
}

/// A line on stderr without an end; what comes next starts on a line of its own.
struct OpenLine<'a>(&'a Io);

impl Drop for OpenLine<'_> {
    fn drop(&mut self) {
        self.0.line("");
    }
}

/// A line to stderr from where no [`Io`] can be held: the trace of `-v` and the sandbox's log.
#[derive(Clone, Copy, Debug)]
pub struct Talk(());

impl Talk {
    /// Talks to this process's stderr.
    pub fn of_process() -> Self {
        Self(())
    }

    /// Writes one line.
    pub fn say(self, text: &str) {
        #[expect(
            clippy::disallowed_methods,
            reason = "the streams are this file's business"
        )]
        let mut err = std::io::stderr().lock();
        let _ = writeln!(err, "{}", escaped(text));
    }
}

/// Whether a line is a clear yes.
fn is_yes(answer: &str) -> bool {
    let answer = answer.trim();
    answer.eq_ignore_ascii_case("y") || answer.eq_ignore_ascii_case("yes")
}

/// Whether a letter drives a terminal or hides: control characters, marks that turn the direction
/// of writing, and letters without width or ink.
pub fn is_unsafe(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// [`escaped`], and a line after the first starts with a blank: a text from a cloud must not begin a
/// line that reads like one of kpctl's own.
fn indented(text: &str) -> String {
    escaped(text).replace('\n', "\n  ")
}

/// [`escaped`], with line breaks shown, too: for a name in a line.
pub fn one_line(text: &str) -> String {
    escaped(text).replace('\n', "\\n")
}

/// Text from a cloud must not drive the terminal: what would is shown as escapes. Line breaks are
/// kept.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_unsafe(letter) && letter != '\n' {
            safe.extend(letter.escape_unicode());
        } else {
            safe.push(letter);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::{escaped, indented, is_yes, one_line};

    #[test]
    fn only_a_clear_yes_is_one() {
        for yes in ["y\n", "Y\r\n", " yes \n", "YES"] {
            assert!(is_yes(yes), "{yes}");
        }
        for no in ["", "\n", "n\n", "yy\n", "yes please\n", "j\n"] {
            assert!(!is_yes(no), "{no}");
        }
    }

    #[test]
    fn what_drives_a_terminal_is_shown_not_sent() {
        assert_eq!(escaped("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(escaped("a\u{202e}b\u{9b}c"), "a\\u{202e}b\\u{9b}c");
        assert_eq!(escaped("名\nb"), "名\nb");
        // Letters without ink: two names would look the same.
        for hidden in ['\u{ad}', '\u{3164}', '\u{206a}', '\u{e0041}', '\u{fff9}'] {
            assert_eq!(
                escaped(&hidden.to_string()),
                hidden.escape_unicode().to_string()
            );
        }
        assert_eq!(indented("a\nhint: b"), "a\n  hint: b");
        assert_eq!(one_line("a\nb\u{7}"), "a\\nb\\u{7}");
    }
}
