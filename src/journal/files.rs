//! The files: one a month, and more where a month has much to tell; old ones make room.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};

use super::Entry;

/// When a file is full and the month goes on in another.
const LONGEST_FILE: u64 = 32 << 20;
/// How many files are kept: with the length of each, the most that the journal takes of a disk.
const MOST_FILES: usize = 16;
/// How much of the end of a file is read to see what happened lately.
const TAIL: u64 = 8 << 20;
/// The longest line that is read; ten thousand items take one megabyte.
const LONGEST_LINE: usize = 16 << 20;

/// The folder of the journal.
#[derive(Debug)]
pub(super) struct Files {
    folder: PathBuf,
}

impl Files {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether lines can be written now.
    pub(super) fn try_out(&self, now: DateTime<Utc>) -> io::Result<()> {
        self.open(now).map(drop)
    }

    /// Appends a line and sees it to the disk.
    pub(super) fn append(&self, now: DateTime<Utc>, entry: &Entry) -> io::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        let mut file = self.open(now)?;
        // Other runs append, too: lines must not mix, and a line that a killed run left half written
        // must not swallow this one.
        file.lock()?;
        let end = file.seek(SeekFrom::End(0))?;
        if end > 0 {
            let mut last = [0];
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
            if last != *b"\n" {
                line.insert(0, b'\n');
            }
        }
        file.seek(SeekFrom::End(0))?;
        file.write_all(&line)?;
        file.sync_data()
        // Closing the file gives the lock back.
    }

    /// The lines of the last while, oldest first.
    pub(super) fn lately(&self, now: DateTime<Utc>, span: TimeDelta) -> io::Result<Vec<Entry>> {
        let mut names = self.names()?;
        // A month may have begun meanwhile.
        let first = month(now - span);
        names.retain(|name| name.as_str() >= first.as_str());
        let mut entries = Vec::new();
        for name in names.iter().rev().take(2).rev() {
            let mut file = File::open(self.folder.join(name))?;
            let length = file.metadata()?.len();
            let start = length.saturating_sub(TAIL);
            file.seek(SeekFrom::Start(start))?;
            let mut bytes = Vec::new();
            file.take(TAIL).read_to_end(&mut bytes)?;
            // The first line may begin in the middle.
            let skipped = usize::from(start > 0);
            entries.extend(lines(&bytes).skip(skipped).filter_map(parse));
        }
        Ok(entries)
    }

    /// All lines, oldest first, one file after the other. A line that cannot be read was cut off when a
    /// run was killed: it tells nothing.
    pub(super) fn each(&self, mut see: impl FnMut(Entry)) -> io::Result<()> {
        for name in self.names()? {
            let bytes = fs::read(self.folder.join(&name))?;
            lines(&bytes).filter_map(parse).for_each(&mut see);
        }
        Ok(())
    }

    /// The file to append to, which is made where it is not there yet.
    fn open(&self, now: DateTime<Utc>) -> io::Result<File> {
        self.make_folder()?;
        let month = month(now);
        let names = self.names()?;
        let latest = names.iter().rfind(|name| name.starts_with(&month));
        let mut name = latest.cloned().unwrap_or_else(|| format!("{month}.jsonl"));
        let length = fs::metadata(self.folder.join(&name)).map(|facts| facts.len());
        if length.is_ok_and(|length| length >= LONGEST_FILE) {
            name = next_name(&month, &name);
        }
        let is_new = !names.contains(&name);
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let file = options.open(self.folder.join(&name))?;
        if is_new {
            // The name itself must survive, too.
            File::open(&self.folder)?.sync_all()?;
            self.make_room(&name)?;
        }
        Ok(file)
    }

    fn make_folder(&self) -> io::Result<()> {
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt as _;
            builder.mode(0o700);
        }
        builder.recursive(true).create(&self.folder)
    }

    /// The names of the files, oldest first. Nothing else in the folder counts.
    fn names(&self) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| is_name(name))
            .collect();
        names.sort_by_key(|name| sort_key(name));
        Ok(names)
    }

    /// Removes the oldest files beyond the most that are kept, never the one in use.
    fn make_room(&self, current: &str) -> io::Result<()> {
        let names = self.names()?;
        let surplus = names.len().saturating_sub(MOST_FILES);
        for name in names.iter().take(surplus).filter(|name| *name != current) {
            fs::remove_file(self.folder.join(name))?;
        }
        Ok(())
    }
}

fn month(at: DateTime<Utc>) -> String {
    at.format("%Y-%m").to_string()
}

/// `2026-11.jsonl`, then `2026-11.2.jsonl`, and so on.
fn next_name(month: &str, name: &str) -> String {
    let (_, part) = sort_key(name);
    format!("{month}.{}.jsonl", part + 1)
}

/// Month, and the number of the file in it.
fn sort_key(name: &str) -> (String, u32) {
    let stem = name.strip_suffix(".jsonl").unwrap_or(name);
    match stem.split_once('.') {
        Some((month, part)) => (month.to_owned(), part.parse().unwrap_or(1)),
        None => (stem.to_owned(), 1),
    }
}

fn is_name(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".jsonl") else {
        return false;
    };
    let (month, part) = stem.split_once('.').unwrap_or((stem, "1"));
    let digits =
        |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    let is_month = month
        .split_once('-')
        .is_some_and(|(year, month)| digits(year, 4) && digits(month, 2));
    is_month && part.parse::<u32>().is_ok()
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| line.len() <= LONGEST_LINE)
}

fn parse(line: &[u8]) -> Option<Entry> {
    serde_json::from_slice(line).ok()
}
