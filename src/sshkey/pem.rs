//! The armour around private keys, read more leniently than the crates do: clouds and editors wrap
//! lines, end them and lose them in their own ways.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_PAD_INDIFFERENT};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::secret::Secret;

/// Letters in a line of base64 (RFC 7468).
const WIDTH: usize = 64;

/// What stands between a `BEGIN` and its `END`.
pub(super) struct Pem {
    /// The words after `BEGIN`.
    pub(super) label: String,
    /// The lines `NAME: VALUE` of the old encryption.
    headers: Vec<(String, String)>,
    /// The bytes behind the base64.
    pub(super) bytes: Zeroizing<Vec<u8>>,
}

impl Pem {
    /// Reads the first block. Byte-order marks, CRLF, any wrapping, text around the block and a
    /// missing last line end do not matter, nor do line ends that are written as `\n`: a sample of a
    /// vendor shows them so (spec volcengine 4.1).
    pub(super) fn read(text: &str) -> Result<Self, Error> {
        // Base64 has no backslash, and neither have labels.
        let text = Zeroizing::new(text.replace("\\r", "").replace("\\n", "\n"));
        let mut lines = text.lines().map(str::trim);
        let label = lines
            .find_map(|line| {
                line.trim_start_matches('\u{feff}')
                    .strip_prefix("-----BEGIN ")?
                    .strip_suffix("-----")
            })
            .ok_or_else(|| complain("it has no line -----BEGIN …-----"))?;
        let end = format!("-----END {label}-----");
        let mut headers = Vec::new();
        let mut base64 = Zeroizing::new(String::with_capacity(text.len()));
        let mut ended = false;
        for line in lines {
            if line == end {
                ended = true;
                break;
            }
            match line.split_once(':') {
                Some((name, value)) => {
                    headers.push((name.trim().to_owned(), value.trim().to_owned()));
                }
                None => base64.extend(line.split_whitespace()),
            }
        }
        if !ended {
            return Err(
                complain("its end is missing").hint("Copy the whole file, with its last line.")
            );
        }
        let bytes = STANDARD_PAD_INDIFFERENT
            .decode(base64.as_bytes())
            .map_err(|_| complain("there is something else than base64 in it"))?;
        Ok(Self {
            label: label.to_owned(),
            headers,
            bytes: Zeroizing::new(bytes),
        })
    }

    /// The value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// Writes a block with a line end after each line.
pub(super) fn write(label: &str, bytes: &[u8]) -> Secret {
    let base64 = Zeroizing::new(STANDARD.encode(bytes));
    let lines = base64.len().div_ceil(WIDTH);
    // Room for all of it, so that no half of it is left behind where the text grew.
    let mut text = String::with_capacity(base64.len() + lines + 2 * label.len() + 40);
    text.extend(["-----BEGIN ", label, "-----\n"]);
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(WIDTH.min(rest.len()));
        text.extend([line, "\n"]);
        rest = after;
    }
    text.extend(["-----END ", label, "-----\n"]);
    Secret::new(text)
}

fn complain(why: &str) -> Error {
    Error::usage(format!("this is no private key: {why}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{Pem, write};

    const TEXT: &str =
        "-----BEGIN A KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAEC\nAwQ=\n-----END A KEY-----\n";

    #[test]
    fn line_ends_wrapping_and_text_around_do_not_matter() {
        for text in [
            TEXT.to_owned(),
            TEXT.trim_end().to_owned(),
            TEXT.replace('\n', "\r\n"),
            TEXT.replace('\n', "\\n"),
            TEXT.replace('\n', "\\r\\n"),
            TEXT.replace("AAEC\nAwQ=", "  AAECAwQ"),
            format!("\u{feff}{TEXT}"),
            format!("Bag Attributes\n{TEXT}and more\n"),
        ] {
            let pem = Pem::read(&text).unwrap_or_else(|error| panic!("{error} in {text}"));
            assert_eq!(
                (pem.label.as_str(), &**pem.bytes),
                ("A KEY", &[0, 1, 2, 3, 4][..])
            );
            assert_eq!(pem.header("proc-type"), Some("4,ENCRYPTED"));
        }
    }

    #[test]
    fn what_is_cut_off_or_garbled_is_refused_without_showing_it() {
        for text in [
            "",
            "canary",
            &TEXT[..40],
            &TEXT[..60],
            &TEXT.replace("AAEC", "canary!"),
        ] {
            let error = Pem::read(text).err().expect("refused");
            assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(bytes in any::<Vec<u8>>()) {
            let text = write("PRIVATE KEY", &bytes);
            assert!(text.expose().lines().all(|line| line.len() <= 64));
            assert_eq!(Pem::read(text.expose()).expect("a block").bytes.to_vec(), bytes);
        }

        #[test]
        fn no_text_makes_it_panic(text: String) {
            let _ = Pem::read(&text);
            let _ = Pem::read(&format!("-----BEGIN A-----\n{text}"));
        }
    }
}
