use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use tempfile::TempDir;

use super::{
    KeyFile, NewFile, passphrase_of, public_path, read_key, read_passphrase, read_private,
    read_public, write_private, write_public,
};
use crate::secret::Secret;
use crate::sshkey::PublicKey;

const LINE: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH0wPUlYiYO21+OoJKbe7zNzHcAt+3aVQyLFFIM6L3iP a@b";

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

fn key() -> PublicKey {
    PublicKey::parse(LINE).expect("a key")
}

fn fixture(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/keys")
        .join(name)
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path)
        .expect("it is there")
        .permissions()
        .mode()
        & 0o777
}

#[test]
fn a_private_key_is_the_owners_from_the_start() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("key");
    let made = NewFile::private(&path).expect("makes");
    assert_eq!((mode(&path), made.path()), (0o600, path.as_path()));
    made.write_secret(&secret("text\n")).expect("writes");
    assert_eq!(std::fs::read_to_string(&path).expect("reads"), "text\n");
    assert_eq!(mode(&path), 0o600);
    let half = public_path(&path);
    write_public(&half, &key()).expect("writes");
    assert!(half.ends_with("key.pub"));
    assert_eq!(read_public(&half).expect("reads"), key());
}

#[test]
fn nothing_is_overwritten_or_written_through_a_link() {
    let folder = TempDir::new().expect("a folder");
    let (there, link) = (folder.path().join("there"), folder.path().join("link"));
    std::fs::write(&there, "mine").expect("writes");
    symlink(folder.path().join("elsewhere"), &link).expect("links");
    for path in [&there, &link] {
        let error = write_private(path, &secret("text")).expect_err("refused");
        assert!(error.message.contains("never overwritten"), "{error}");
        assert_eq!(error.exit_code(), 2);
    }
    assert_eq!(std::fs::read_to_string(&there).expect("reads"), "mine");
    assert!(!folder.path().join("elsewhere").exists());
    let error = write_private(&folder.path().join("no/key"), &secret("text"));
    assert!(
        error
            .expect_err("no folder")
            .message
            .starts_with("cannot create")
    );
}

#[test]
fn a_file_that_gets_no_key_goes_away() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("key");
    drop(NewFile::private(&path).expect("makes"));
    assert!(!path.exists());
    write_private(&path, &secret("text")).expect("the name is free again");
}

/// The kernel's full device cannot be made anew, so the open file is exchanged for it.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_no_part_of_a_key() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("key");
    let mut made = NewFile::private(&path).expect("makes");
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    made.file = full.expect("opens");
    let error = made.write_secret(&secret("canary")).expect_err("full");
    assert!(error.message.starts_with("cannot write"), "{error}");
    assert!(!format!("{error:?}").contains("canary"));
    assert!(!path.exists());
}

#[test]
fn the_wrong_half_is_recognised() {
    let (private, public) = (fixture("ed25519-openssh"), fixture("ed25519-openssh.pub"));
    let error = read_public(&private).expect_err("private");
    assert!(error.message.contains("it is a private key"), "{error}");
    let error = read_private(&public).expect_err("public");
    assert!(error.message.contains("public key"), "{error}");
    assert!(matches!(read_key(&private), Ok(KeyFile::Private(_))));
    assert!(matches!(read_key(&public), Ok(KeyFile::Public(_))));
    assert!(read_private(&fixture("README.md")).is_err());
}

#[test]
fn who_else_may_read_a_private_key_is_told() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("key");
    std::fs::copy(fixture("ed25519-openssh"), &path).expect("copies");
    for (mode, told) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true)] {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(&path, permissions).expect("sets");
        let read = read_private(&path).expect("reads");
        assert_eq!(read.warning.is_some(), told, "{mode:o}: {:?}", read.warning);
    }
}

#[test]
fn what_is_no_key_file_is_refused() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("key");
    let big = format!("{LINE}{}", " ".repeat(64 << 10));
    for bytes in [big.as_bytes(), b"\x30\x82\xff\xfe", b""] {
        std::fs::write(&path, bytes).expect("writes");
        assert!(read_public(&path).is_err());
        assert!(read_private(&path).is_err());
        assert!(read_key(&path).is_err());
    }
    assert!(read_key(folder.path()).is_err());
    let error = read_key(&folder.path().join("none")).expect_err("none");
    assert!(error.message.starts_with("cannot read"), "{error}");
}

#[test]
fn a_passphrase_is_the_only_line() {
    for text in ["two words", "two words\n", "two words\r\n"] {
        let passphrase = passphrase_of(&secret(text)).expect(text);
        assert_eq!(passphrase.expose(), "two words");
    }
    for text in ["", "\n", "one\ntwo\n", "one\n\n", "a\0b"] {
        assert!(passphrase_of(&secret(text)).is_err(), "{text:?}");
    }
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("passphrase");
    std::fs::write(&path, "canary\nmore").expect("writes");
    let error = read_passphrase(&path).expect_err("two lines");
    assert!(!format!("{error:?}").contains("canary"), "{error:?}");
}
