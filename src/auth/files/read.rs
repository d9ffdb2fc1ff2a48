//! Finding and opening a tool's file.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::super::World;
use super::super::check::broken;
use crate::error::Error;
use crate::model::CloudId;
use crate::secret::Secret;

/// More than any tool writes there; what is larger is some other file.
const MOST_BYTES: u64 = 4 << 20;
/// Named by people who want a tool to read nothing.
const NOTHING: &str = "/dev/null";

/// Where a file is to be.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Its path.
    pub(super) path: PathBuf,
    /// The variable that says so.
    pub(super) named_by: Option<&'static str>,
}

impl Place {
    /// The file that the variable names, or that of the person's own folder.
    pub(super) fn of(world: &World<'_>, variable: &'static str, in_home: &str) -> Option<Self> {
        let Some(named) = world.env.filled(variable) else {
            return Some(Self::at(world.in_home(in_home)?));
        };
        // Some of the tools take a tilde from a variable, where no shell replaces it.
        let own = named
            .strip_prefix("~/")
            .and_then(|rest| world.in_home(rest));
        Some(Self {
            path: own.unwrap_or_else(|| PathBuf::from(named)),
            named_by: Some(variable),
        })
    }

    /// A file that no variable names.
    pub(super) fn at(path: PathBuf) -> Self {
        Self {
            path,
            named_by: None,
        }
    }

    /// The path, for people.
    pub(super) fn shown(&self) -> String {
        shown(&self.path)
    }
}

/// A path, for people.
pub(super) fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// The text of a file; `None` when it is not there. A variable that names no file is a mistake: the
/// next source would be another account.
pub(super) fn text(cloud: CloudId, place: &Place) -> Result<Option<Zeroizing<String>>, Error> {
    let file = place.shown();
    if place.path == Path::new(NOTHING) {
        return Ok(None);
    }
    let kind = match fs::metadata(&place.path) {
        Ok(found) => found,
        Err(error) if is_absent(error.kind()) => {
            return match place.named_by {
                None => Ok(None),
                Some(variable) => Err(broken(cloud, format!("{file} is not there"))
                    .hint(format!("Unset {variable}, or name a file in it."))),
            };
        }
        Err(error) => return Err(unreadable(cloud, &file, error.kind())),
    };
    if kind.is_dir() {
        return Err(broken(cloud, format!("{file} is a folder, not a file")));
    }
    // Opening a pipe would wait for whoever is to write to it.
    if !kind.is_file() {
        return Err(broken(cloud, format!("{file} is not a plain file")));
    }
    let mut bytes = Zeroizing::new(Vec::new());
    File::open(&place.path)
        .and_then(|opened| opened.take(MOST_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(cloud, &file, error.kind()))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(broken(cloud, format!("{file} is larger than 4 MiB")));
    }
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| broken(cloud, format!("{file} is not a text in UTF-8")))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Ok(Some(Zeroizing::new(text.to_owned())))
}

/// The secret that a file holds, without the blanks around it. Who reads it waits for nobody, so that
/// it must be a plain file.
pub(in crate::auth) fn secret(cloud: CloudId, path: &Path) -> Result<Secret, Error> {
    let absent = || broken(cloud, format!("{} is not there", shown(path)));
    let text = text(cloud, &Place::at(path.to_owned()))?.ok_or_else(absent)?;
    let text = text.trim();
    if text.is_empty() {
        return Err(broken(cloud, format!("{} is empty", shown(path))));
    }
    Ok(Secret::new(text.to_owned()))
}

pub(super) fn is_absent(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// A file or a folder that is there and cannot be read.
pub(super) fn unreadable(cloud: CloudId, file: &str, kind: ErrorKind) -> Error {
    broken(cloud, format!("{file} cannot be read: {kind}"))
        .hint("Make it readable for you, or name another source of credentials with -p.")
}
