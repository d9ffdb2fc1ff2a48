//! Key files. A private key is written to a file of its own that nobody else could ever read, or not
//! at all.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind as IoKind, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{PrivateKey, PublicKey};
use crate::error::Error;
use crate::secret::Secret;

/// Bytes that a key file may have; the largest real ones have a fifth of it.
pub const LARGEST: u64 = 64 << 10;

/// A file that was made for a key and is still empty. Dropped before it is written, it goes away.
///
/// Make it before a cloud is asked for a private key: a key that is shown once must have a place.
#[derive(Debug)]
pub struct NewFile {
    path: PathBuf,
    file: File,
    written: bool,
}

impl NewFile {
    /// Makes a file for a private key, with mode 0600 from the start. It never takes one that exists,
    /// nor follows a link.
    pub fn private(path: &Path) -> Result<Self, Error> {
        let made = Self::create(path, 0o600)?;
        // The umask may have taken the owner's own rights.
        made.file
            .set_permissions(std::fs::Permissions::from_mode(0o600))
            .map_err(|error| complain("write", path, &error))?;
        Ok(made)
    }

    /// Makes a file for a public key: 0644, less what the umask takes.
    pub fn public(path: &Path) -> Result<Self, Error> {
        Self::create(path, 0o644)
    }

    fn create(path: &Path, mode: u32) -> Result<Self, Error> {
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(path)
            .map_err(|error| complain("create", path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            written: false,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a private key; when this returns well, it is on the disk.
    pub fn write_secret(self, text: &Secret) -> Result<(), Error> {
        self.write(text.expose().as_bytes())
    }

    /// Writes a public key as one line.
    pub fn write_public(self, key: &PublicKey) -> Result<(), Error> {
        self.write(format!("{}\n", key.line()).as_bytes())
    }

    /// Writes what is neither, such as a download; when this returns well, it is on the disk.
    pub fn write(mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file
            .write_all(bytes)
            .and_then(|()| self.file.sync_all())
            .and_then(|()| sync_folder(&self.path))
            .map_err(|error| complain("write", &self.path, &error))?;
        self.written = true;
        Ok(())
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.written {
            // Nothing better can be done than to leave it where it is.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Makes the name of a new file last, too.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // Some file systems have no such thing, and a folder may be closed to readers.
        Err(error)
            if matches!(
                error.kind(),
                IoKind::InvalidInput | IoKind::Unsupported | IoKind::PermissionDenied
            ) =>
        {
            Ok(())
        }
        done => done,
    }
}

/// Refuses a path where something stands, before a person is asked or a key is made. Only [`NewFile`]
/// makes sure.
pub fn must_be_new(path: &Path) -> Result<(), Error> {
    match std::fs::symlink_metadata(path) {
        Ok(_) => Err(taken(path)),
        Err(_) => Ok(()),
    }
}

/// Writes a private key to a new file with mode 0600.
pub fn write_private(path: &Path, text: &Secret) -> Result<(), Error> {
    NewFile::private(path)?.write_secret(text)
}

/// Writes a public key to a new file.
pub fn write_public(path: &Path, key: &PublicKey) -> Result<(), Error> {
    NewFile::public(path)?.write_public(key)
}

/// Where the public half of a private key file stands: `FILE.pub`.
pub fn public_path(private: &Path) -> PathBuf {
    let mut path = private.as_os_str().to_owned();
    path.push(".pub");
    PathBuf::from(path)
}

/// A key file that was read, and what is to be said about it.
#[derive(Debug)]
pub struct PrivateFile {
    /// The text: not parsed, for it may take a passphrase.
    pub text: Secret,
    /// That others may read the file, too.
    pub warning: Option<String>,
}

/// Reads a public key file. A private key is recognised and refused.
pub fn read_public(path: &Path) -> Result<PublicKey, Error> {
    let (text, _) = read(path)?;
    PublicKey::parse(text.expose()).map_err(|error| in_file(path, error))
}

/// Reads a private key file. A public key is recognised and refused.
pub fn read_private(path: &Path) -> Result<PrivateFile, Error> {
    let (text, mode) = read(path)?;
    if !PrivateKey::is_meant(text.expose()) {
        let why = match PublicKey::parse(text.expose()) {
            Ok(_) => Error::usage("this is a public key, and the private one is wanted")
                .hint("Give the file without .pub at its end."),
            Err(_) => Error::usage("this is no private key"),
        };
        return Err(in_file(path, why));
    }
    Ok(PrivateFile {
        warning: warning(path, mode),
        text,
    })
}

/// A key file of either half.
#[derive(Debug)]
pub enum KeyFile {
    /// A public key.
    Public(PublicKey),
    /// A private key.
    Private(PrivateFile),
}

/// Reads a key file of either half.
pub fn read_key(path: &Path) -> Result<KeyFile, Error> {
    let (text, mode) = read(path)?;
    if PrivateKey::is_meant(text.expose()) {
        return Ok(KeyFile::Private(PrivateFile {
            warning: warning(path, mode),
            text,
        }));
    }
    PublicKey::parse(text.expose())
        .map(KeyFile::Public)
        .map_err(|error| in_file(path, error))
}

/// Reads a passphrase file: its only line. Empty is an error, for it is a mistake more often than
/// a wish.
pub fn read_passphrase(path: &Path) -> Result<Secret, Error> {
    let (text, _) = read(path)?;
    passphrase_of(&text).map_err(|error| in_file(path, error))
}

/// The passphrase in a text: its only line, without the line end.
pub fn passphrase_of(text: &Secret) -> Result<Secret, Error> {
    let line = text.expose();
    let line = line.strip_suffix('\n').unwrap_or(line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() {
        return Err(Error::usage("the passphrase is empty"));
    }
    if line.contains(['\n', '\r', '\0']) {
        return Err(Error::usage(
            "a passphrase has one line, and this text has more",
        ));
    }
    Ok(Secret::new(line.to_owned()))
}

/// The text of a file and its mode.
fn read(path: &Path) -> Result<(Secret, u32), Error> {
    let file = File::open(path).map_err(|error| complain("read", path, &error))?;
    let metadata = file
        .metadata()
        .map_err(|error| complain("read", path, &error))?;
    // Room for all of it, so that no part of a key is left behind where the buffer grew.
    let mut bytes = Zeroizing::new(Vec::with_capacity(1 << 17));
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| complain("read", path, &error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Error::usage(format!(
            "'{}' is no key file: it is longer than {} KiB",
            path.display(),
            LARGEST >> 10
        )));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| {
        Error::usage(format!("'{}' is no text", path.display()))
            .hint("If it is a key in DER, openssl pkey -inform DER -in FILE writes it as text.")
    })?;
    Ok((Secret::new(text.to_owned()), metadata.permissions().mode()))
}

fn warning(path: &Path, mode: u32) -> Option<String> {
    let pipe = mode & 0o170_000 != 0o100_000;
    (!pipe && mode & 0o077 != 0).then(|| {
        format!(
            "the private key '{0}' is open to others (mode {1:04o}): chmod 600 '{0}'",
            path.display(),
            mode & 0o7777
        )
    })
}

fn in_file(path: &Path, error: Error) -> Error {
    error.with(|details| details.message = format!("{} ('{}')", details.message, path.display()))
}

fn complain(verb: &str, path: &Path, error: &std::io::Error) -> Error {
    if verb == "create" && error.kind() == IoKind::AlreadyExists {
        return taken(path);
    }
    Error::usage(format!("cannot {verb} '{}': {error}", path.display()))
}

fn taken(path: &Path) -> Error {
    Error::usage(format!(
        "'{}' exists, and is never overwritten",
        path.display()
    ))
    .hint("Name another file, or move this one away.")
}

#[cfg(test)]
mod tests;
