//! The local record of changes (product contract, sections 3 and 6): what was asked, what was sent, what
//! was answered, and what is unknown. Nothing secret gets into it: no request body, no header, no
//! message of a service.
//!
//! One file a month of JSON lines, only ever appended to. A line is on the disk before the request that
//! it tells of is sent, so that a run that is cut off at any byte leaves at most a request too many in
//! the record, never one too few.

mod entry;
mod files;
mod reading;
#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};
use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
pub use entry::{Answer, Entry, Event, Item, Problem, Sent};
use files::Files;
pub use reading::{Run, State, runs};

use crate::error::{Error, ErrorKind};
use crate::random;
use crate::time::Clock;

/// How long an idempotency token of a request without an answer is used again. How long a cloud
/// remembers one is not documented (spec volcengine 10, question 5).
const TOKEN_LIFE: TimeDelta = TimeDelta::minutes(10);

/// The record of one run.
#[derive(Debug)]
pub struct Journal {
    files: Files,
    clock: Clock,
    run: String,
    calls: Cell<u64>,
    has_begun: Cell<bool>,
    command: String,
    /// Why a line after a request is missing: nothing can be done about it then but say so.
    trouble: RefCell<Option<Error>>,
}

impl Journal {
    /// Prepares the record of a run of a command, named without its arguments. The folder is made and
    /// tried: a usage error says when it cannot be written, before anything is sent.
    pub fn open(folder: PathBuf, clock: Clock, command: &str) -> Result<Self, Error> {
        let run = random::token()?;
        let files = Files::new(folder);
        files
            .try_out(clock.now())
            .map_err(|error| unwritable(&files, &error))?;
        Ok(Self {
            files,
            clock,
            run: run[..12].to_owned(),
            calls: Cell::new(0),
            has_begun: Cell::new(false),
            command: command.to_owned(),
            trouble: RefCell::default(),
        })
    }

    /// The name of this run.
    pub fn run(&self) -> &str {
        &self.run
    }

    /// Says what is about to be changed.
    pub fn begin(&self, items: Vec<Item>) -> Result<(), Error> {
        self.has_begun.set(true);
        self.write(Event::Begin {
            command: self.command.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            process: std::process::id(),
            items,
        })
    }

    /// Says that a request is about to be sent; it is on the disk when this returns, and has a number
    /// by which its answer is known.
    pub fn sending(&self, sent: Sent) -> Result<u64, Error> {
        if !self.has_begun.get() {
            self.begin(Vec::new())?;
        }
        let call = self.calls.get() + 1;
        self.calls.set(call);
        self.write(Event::Send { call, sent })?;
        Ok(call)
    }

    /// Says what came of a request.
    pub fn answered(&self, call: u64, answer: Answer) {
        self.write_after(Event::Answer { call, answer });
    }

    /// Says what became of the items; nothing when nothing was begun.
    pub fn end(&self, exit_code: u8, items: Vec<Item>) {
        if self.has_begun.get() {
            self.write_after(Event::End { exit_code, items });
        }
    }

    /// Why the record of what was done is not whole, if it is not.
    pub fn trouble(&self) -> Option<Error> {
        self.trouble.borrow().clone()
    }

    /// The idempotency token of a request of that digest that another run sent lately, and that has no
    /// answer: sent again with it, the request is carried out once. What cannot be read is no reason to
    /// fail: a new token does no harm, because the items are looked at.
    pub fn unanswered_token(&self, digest: &str) -> Option<String> {
        let now = self.clock.now();
        let entries = self.files.lately(now, TOKEN_LIFE).ok()?;
        let mut token = None;
        let mut waiting: Option<(String, u64)> = None;
        for entry in entries {
            if entry.run == self.run || is_old(entry.at, now) {
                continue;
            }
            match entry.event {
                Event::Send { call, sent } if sent.digest == digest && sent.token.is_some() => {
                    waiting = Some((entry.run, call));
                    token = sent.token;
                }
                // An answer that says nothing is none.
                Event::Answer { call, answer }
                    if !answer.error.as_ref().is_some_and(|error| error.maybe_done)
                        && waiting
                            .as_ref()
                            .is_some_and(|(run, number)| *run == entry.run && *number == call) =>
                {
                    waiting = None;
                    token = None;
                }
                _ => {}
            }
        }
        token
    }

    fn write_after(&self, event: Event) {
        if let Err(error) = self.write(event) {
            self.trouble.borrow_mut().get_or_insert(error);
        }
    }

    fn write(&self, event: Event) -> Result<(), Error> {
        let at = self.clock.now();
        let entry = Entry {
            run: self.run.clone(),
            at,
            event,
        };
        self.files
            .append(at, &entry)
            .map_err(|error| unwritable(&self.files, &error))
    }
}

fn is_old(at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - at > TOKEN_LIFE
}

fn unwritable(files: &Files, error: &std::io::Error) -> Error {
    Error::new(
        ErrorKind::Usage,
        format!(
            "the journal in '{}' cannot be written: {error}",
            files.folder().display()
        ),
    )
    .code("JournalNotWritable")
    .hint("Make the folder writable, or name another in KPCTL_STATE_DIR.")
    .hint(
        "KPCTL_JOURNAL=off does without a record: then nothing tells what an interrupted run did.",
    )
}
