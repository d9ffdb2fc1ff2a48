//! The file on the disk: read whole or not at all, and replaced in one step.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind as IoKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::Config;
use crate::error::Error;
use crate::random;

/// Bytes that the file may have.
const LARGEST: u64 = 1 << 20;
/// Links that are followed, as the system does.
const MOST_LINKS: usize = 40;

/// The file as it was read.
pub(super) struct Stored {
    pub(super) text: Zeroizing<String>,
    /// Who may read it; `None` when it is no file on a disk, such as a pipe.
    mode: Option<u32>,
}

impl Stored {
    /// A secret that others can read is none any more.
    pub(super) fn refuse_open_secrets(&self, path: &Path, config: &Config) -> Result<(), Error> {
        match self.mode {
            Some(mode) if mode & 0o077 != 0 && config.has_secrets() => {
                let path = path.display();
                Err(Error::credentials(format!(
                    "'{path}' holds a secret and is open to others (mode {mode:04o})"
                ))
                .code("BrokenCredentials")
                .hint(format!("Run chmod 600 '{path}'."))
                .hint("If others could have read it, make a new key."))
            }
            _ => Ok(()),
        }
    }
}

/// Reads the file; `None` when there is none.
pub(super) fn load(path: &Path) -> Result<Option<Stored>, Error> {
    let failed = |error: &io::Error| complain("read", path, error);
    // Before it is opened: a pipe would be waited for.
    if let Ok(facts) = fs::metadata(path)
        && !facts.is_file()
        && !facts.is_dir()
        && path != Path::new("/dev/null")
    {
        return Err(Error::usage(format!(
            "'{}' is not a plain file, and should be the config file",
            path.display()
        )));
    }
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), IoKind::NotFound | IoKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(failed(&error)),
    };
    let metadata = file.metadata().map_err(|error| failed(&error))?;
    if metadata.is_dir() {
        return Err(Error::usage(format!(
            "'{}' is a folder, and should be the config file",
            path.display()
        )));
    }
    // Room for all of it, so that no part of a secret is left behind where the buffer grew.
    let room = metadata.len().min(LARGEST) + 2;
    let mut bytes = Zeroizing::new(Vec::with_capacity(
        usize::try_from(room).unwrap_or_default(),
    ));
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| failed(&error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Error::usage(format!(
            "'{}' is no config file: it is longer than {} MiB",
            path.display(),
            LARGEST >> 20
        )));
    }
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let valid = &bytes[..error.valid_up_to()];
        let line = valid.split(|byte| *byte == b'\n').count();
        Error::usage(format!("'{}' is not UTF-8 in line {line}", path.display()))
    })?;
    let text = Zeroizing::new(text.to_owned());
    let mode = metadata
        .is_file()
        .then(|| metadata.permissions().mode() & 0o7777);
    Ok(Some(Stored { text, mode }))
}

/// Changes the text of the file while nobody else does. The edit may be made twice: once to see that
/// it can be made before anything is written, then on the text that stands there under the lock.
pub(super) fn change(
    path: &Path,
    edit: impl Fn(&str) -> Result<(String, Config), Error>,
) -> Result<(), Error> {
    let target = follow(path)?;
    rehearse(&target, &edit)?;
    let failed = |error: &io::Error| complain("write", &target, error);
    if let Some(folder) = target
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        let mut builder = DirBuilder::new();
        let made = builder.mode(0o700).recursive(true).create(folder);
        made.map_err(|error| complain("create", folder, &error))?;
    }
    let lock = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(beside(&target, "lock"))
        .map_err(|error| failed(&error))?;
    lock.lock().map_err(|error| failed(&error))?;
    let (text, mode) = rehearse(&target, &edit)?;
    replace(&target, &text, mode)
}

/// The new text and the mode that it gets.
fn rehearse(
    target: &Path,
    edit: &impl Fn(&str) -> Result<(String, Config), Error>,
) -> Result<(Zeroizing<String>, u32), Error> {
    let old = load(target)?;
    let (text, config) = edit(old.as_ref().map_or("", |old| &old.text))?;
    let text = Zeroizing::new(text);
    if text.len() as u64 > LARGEST {
        let why = format!("the config file would be longer than {} MiB", LARGEST >> 20);
        return Err(Error::usage(why));
    }
    let Some(old) = old else {
        return Ok((text, 0o600));
    };
    old.refuse_open_secrets(target, &config)?;
    match old.mode {
        Some(mode) => Ok((text, mode)),
        None => Err(Error::usage(format!(
            "'{}' is no file that can be changed",
            target.display()
        ))),
    }
}

/// The file that a link leads to, there or not: a link is kept, not replaced.
fn follow(path: &Path) -> Result<PathBuf, Error> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(next) = fs::read_link(&path) else {
            return Ok(path);
        };
        path = match path.parent() {
            Some(folder) => folder.join(next),
            None => next,
        };
    }
    Err(Error::usage(format!(
        "'{}' is a link that leads nowhere",
        path.display()
    )))
}

/// A new file takes the place of the old one, so that nobody ever reads half of it.
fn replace(target: &Path, text: &str, mode: u32) -> Result<(), Error> {
    let draft = beside(target, &random::token()?);
    let write = || {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&draft)?;
        file.write_all(text.as_bytes())?;
        file.set_permissions(fs::Permissions::from_mode(mode))?;
        file.sync_all()?;
        fs::rename(&draft, target)
    };
    write().map_err(|error| {
        // Nothing better can be done than to leave it where it is.
        let _ = fs::remove_file(&draft);
        complain("write", target, &error)
    })?;
    // The name is made last, too, where a folder can be: the text is on the disk already.
    if let Some(folder) = target.parent() {
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(())
}

fn beside(target: &Path, ending: &str) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

fn complain(verb: &str, path: &Path, error: &io::Error) -> Error {
    Error::usage(format!("cannot {verb} '{}': {error}", path.display()))
        .hint("kpctl config path tells which file is meant; KPCTL_CONFIG names another.")
}
