//! What the journal tells: its runs.

use std::collections::HashMap;
use std::path::PathBuf;

use chrono::{DateTime, Utc};

use super::files::Files;
use super::{Answer, Event, Item, Sent};
use crate::error::{Error, ErrorKind};

/// How a run came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It said what became of its items.
    Ended {
        /// Its exit code.
        exit_code: u8,
    },
    /// It was cut off: what it did is what it sent, and of what has no answer nobody knows.
    CutOff,
}

/// One run.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its name.
    pub id: String,
    /// When it began.
    pub at: DateTime<Utc>,
    /// When it last wrote.
    pub until: DateTime<Utc>,
    /// The command without its arguments.
    pub command: String,
    /// The process.
    pub process: u32,
    /// How it ended.
    pub state: State,
    /// The items: with what became of them, once it ended.
    pub items: Vec<Item>,
    /// The requests, each with its answer, if one came.
    pub calls: Vec<(DateTime<Utc>, Sent, Option<Answer>)>,
}

impl Run {
    /// The requests that have no answer.
    pub fn unanswered(&self) -> impl Iterator<Item = &Sent> {
        let open = self.calls.iter().filter(|(.., answer)| answer.is_none());
        open.map(|(_, sent, _)| sent)
    }
}

/// All runs, oldest first. A run of which only the end is left, because its file made room, is not
/// among them.
pub fn runs(folder: PathBuf) -> Result<Vec<Run>, Error> {
    let files = Files::new(folder);
    let mut runs: Vec<Run> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    // Number of each call in its run.
    let mut calls: HashMap<(usize, u64), usize> = HashMap::new();
    let result = files.each(|entry| {
        if let Event::Begin {
            command,
            process,
            items,
            ..
        } = entry.event
        {
            places.insert(entry.run.clone(), runs.len());
            runs.push(Run {
                id: entry.run,
                at: entry.at,
                until: entry.at,
                command,
                process,
                state: State::CutOff,
                items,
                calls: Vec::new(),
            });
            return;
        }
        let Some(&place) = places.get(&entry.run) else {
            return;
        };
        let run = &mut runs[place];
        run.until = entry.at;
        match entry.event {
            Event::Send { call, sent } => {
                calls.insert((place, call), run.calls.len());
                run.calls.push((entry.at, sent, None));
            }
            Event::Answer { call, answer } => {
                if let Some(&call) = calls.get(&(place, call)) {
                    run.calls[call].2 = Some(answer);
                }
            }
            Event::End { exit_code, items } => {
                run.state = State::Ended { exit_code };
                let begun = std::mem::replace(&mut run.items, items);
                recall(&mut run.items, begun);
            }
            Event::Begin { .. } => {}
        }
    });
    result.map_err(|error| {
        Error::new(
            ErrorKind::Usage,
            format!(
                "the journal in '{}' cannot be read: {error}",
                files.folder().display()
            ),
        )
        .hint("KPCTL_STATE_DIR names the folder that it is in.")
    })?;
    Ok(runs)
}

/// Takes over what only the beginning of a run tells: the keys.
fn recall(items: &mut [Item], begun: Vec<Item>) {
    let mut keys: HashMap<(String, Option<String>), String> = HashMap::new();
    for item in begun {
        if let Some(key) = item.public_key {
            keys.insert((item.address, item.target), key);
        }
    }
    for item in items {
        let name = (item.address.clone(), item.target.clone());
        item.public_key = keys.remove(&name).or(item.public_key.take());
    }
}
