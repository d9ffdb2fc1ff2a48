//! Where the state is kept.
//!
//! Several processes may use one state file at once. Each request holds an exclusive lock on `<file>.lock` while it reads
//! and changes the state; a change is written to a temporary file which then takes the place of the old one, so that
//! whoever is killed at any moment leaves a readable file behind.
//!
//! The lock file holds the revision of the state. File times would not do: two writes within one tick of the file
//! system's clock look alike. The revision is written before the state is put in place; a process killed in between makes
//! the others read the file once more than needed, never once too few.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::state::{State, Tracked};
use super::{SandboxError, clock, identifiers, seed};

/// The state, in memory only or mirrored in a file.
pub(crate) struct Store {
    state: Tracked,
    file: Option<StateFile>,
}

struct StateFile {
    path: PathBuf,
    lock: File,
    /// What the file was like when it was last read or written.
    seen: Option<Stamp>,
}

/// Equal stamps, equal contents.
#[derive(Clone, PartialEq, Eq)]
struct Stamp {
    revision: String,
    length: u64,
    modified: Option<SystemTime>,
}

impl Store {
    /// Opens or makes the state. An absent file is written at once, because the demo fleet has dates that lie ahead of
    /// the moment of seeding.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self, SandboxError> {
        let mut store = Self {
            state: Tracked::new(State::default()),
            file: None,
        };
        match path {
            Some(path) => {
                let lock = open_lock(path).map_err(|source| file_error(path, source))?;
                store.file = Some(StateFile {
                    path: path.to_owned(),
                    lock,
                    seen: None,
                });
                store.transaction(|_| ())?;
            }
            None => *store.state = seed::state(clock::now()),
        }
        Ok(store)
    }

    /// Runs `work` on the newest state while nobody else can, and keeps what it changed.
    pub(crate) fn transaction<T>(
        &mut self,
        work: impl FnOnce(&mut Tracked) -> T,
    ) -> Result<T, SandboxError> {
        let Some(file) = &mut self.file else {
            return Ok(work(&mut self.state));
        };
        let failed = |source| file_error(&file.path, source);
        file.lock.lock().map_err(failed)?;
        let outcome = file.refresh(&mut self.state).and_then(|()| {
            let result = work(&mut self.state);
            if self.state.take_changed() {
                file.write(&self.state)?;
            }
            Ok(result)
        });
        if outcome.is_err() {
            file.seen = None; // memory may be ahead of the file: read it again
        }
        file.lock
            .unlock()
            .map_err(|source| file_error(&file.path, source))?;
        outcome
    }
}

impl StateFile {
    /// Reads the file when it is not what it was.
    fn refresh(&mut self, state: &mut Tracked) -> Result<(), SandboxError> {
        let stamp = self
            .stamp()
            .map_err(|source| file_error(&self.path, source))?;
        if stamp.is_some() && stamp == self.seen {
            return Ok(());
        }
        if stamp.is_none() {
            **state = seed::state(clock::now()); // marks it as changed, so it is written
            return Ok(());
        }
        *state = Tracked::new(load(&self.path)?);
        self.seen = stamp;
        Ok(())
    }

    /// `None` when there is no file.
    fn stamp(&mut self) -> io::Result<Option<Stamp>> {
        let details = match fs::metadata(&self.path) {
            Ok(details) => details,
            Err(problem) if problem.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(problem) => return Err(problem),
        };
        self.lock.seek(SeekFrom::Start(0))?;
        let mut revision = String::new();
        (&self.lock).take(64).read_to_string(&mut revision)?;
        Ok(Some(Stamp {
            revision,
            length: details.len(),
            modified: details.modified().ok(),
        }))
    }

    fn write(&mut self, state: &State) -> Result<(), SandboxError> {
        let failed = |source| file_error(&self.path, source);
        let text = serde_json::to_vec_pretty(state).map_err(|source| SandboxError::Format {
            path: self.path.clone(),
            source,
        })?;
        let temporary = beside(&self.path, ".new");
        private_file(
            OpenOptions::new().create(true).write(true).truncate(true),
            &temporary,
        )
        .and_then(|mut file| file.write_all(&text))
        .map_err(failed)?;
        write_revision(&mut self.lock)
            .and_then(|()| fs::rename(&temporary, &self.path))
            .map_err(failed)?;
        self.seen = self
            .stamp()
            .map_err(|source| file_error(&self.path, source))?;
        Ok(())
    }
}

/// The state in a file, without making one.
pub(crate) fn read(path: &Path) -> Result<State, SandboxError> {
    match load(path) {
        Err(SandboxError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            Ok(seed::state(clock::now()))
        }
        other => other,
    }
}

/// Removes a state file; that there is none is fine.
pub(crate) fn remove(path: &Path) -> Result<(), SandboxError> {
    let removed = || -> io::Result<()> {
        if !path.exists() {
            return Ok(());
        }
        let mut lock = open_lock(path)?;
        lock.lock()?;
        write_revision(&mut lock)?;
        fs::remove_file(path).or_else(|problem| match problem.kind() {
            io::ErrorKind::NotFound => Ok(()),
            _ => Err(problem),
        })?;
        lock.unlock()
    };
    removed().map_err(|source| file_error(path, source))
}

/// A rename replaces the file as a whole, so this needs no lock.
fn load(path: &Path) -> Result<State, SandboxError> {
    let text = fs::read(path).map_err(|source| file_error(path, source))?;
    serde_json::from_slice(&text).map_err(|source| SandboxError::Format {
        path: path.to_owned(),
        source,
    })
}

fn write_revision(lock: &mut File) -> io::Result<()> {
    lock.seek(SeekFrom::Start(0))?;
    lock.write_all(identifiers::uuid().as_bytes()) // always as long as the one before
}

fn open_lock(path: &Path) -> io::Result<File> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        private_folder(folder)?;
    }
    let mut options = OpenOptions::new();
    options.create(true).read(true).write(true).truncate(false);
    private_file(&mut options, &beside(path, ".lock"))
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn file_error(path: &Path, source: io::Error) -> SandboxError {
    SandboxError::File {
        path: path.to_owned(),
        source,
    }
}

#[cfg(unix)]
fn private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(not(unix))]
fn private_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(unix)]
fn private_file(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600).open(path)
}

#[cfg(not(unix))]
fn private_file(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    options.open(path)
}

#[cfg(test)]
mod tests;
