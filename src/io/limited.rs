//! Texts that people name, read no further than they may be long. What a file says of its length is not
//! enough: a pipe and a device say nothing.

use std::fs::File;
use std::io::{Error, ErrorKind, Read as _, Result};
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;

/// Reads a text file or a pipe; `None` where it is longer than `most` bytes. A device is refused: some never
/// end, and others do something when they are read.
pub fn read_text(path: &Path, most: u64) -> Result<Option<String>> {
    // Looked at before it is opened: opening alone is too much for some devices.
    let metadata = std::fs::metadata(path)?;
    let kind = metadata.file_type();
    if kind.is_char_device() || kind.is_block_device() {
        return Err(Error::new(ErrorKind::InvalidInput, "it is a device"));
    }
    if metadata.len() > most {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    File::open(path)?
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Ok(None);
    }
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|_| Error::new(ErrorKind::InvalidData, "it is no text in UTF-8"))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::path::Path;

    use super::read_text;

    #[test]
    fn no_more_is_read_than_may_be() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("text");
        let write = |bytes: &[u8]| {
            let mut file = std::fs::File::create(&path).expect("made");
            file.write_all(bytes).expect("written");
        };
        write(b"four");
        assert_eq!(read_text(&path, 4).expect("read").as_deref(), Some("four"));
        assert_eq!(read_text(&path, 3).expect("read"), None);
        write(&[0xff, 0xfe]);
        read_text(&path, 9).expect_err("is no text");
        read_text(folder.path(), 1 << 20).expect_err("is a folder");
        for device in ["/dev/zero", "/dev/null"] {
            let error = read_text(Path::new(device), 9).expect_err(device);
            assert!(error.to_string().contains("device"), "{error}");
        }
    }
}
