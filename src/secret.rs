//! A secret cannot be printed.

use std::fmt;

use zeroize::Zeroizing;

/// A secret key, a session token or a password: wiped when dropped, and without any way to print
/// it. The bytes come out of [`Secret::expose`] only, which makes every use easy to find.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The secret itself, for the signer and the header that need it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(redacted)")
    }
}

/// An access key id for people: the first four and the last four characters.
///
/// The id is no secret by itself, but logs are read by many and a key is told apart by its ends.
pub fn masked(key_id: &str) -> String {
    let letters: Vec<char> = key_id.chars().collect();
    if letters.len() < 12 {
        return "****".to_owned();
    }
    let (head, tail) = (&letters[..4], &letters[letters.len() - 4..]);
    format!(
        "{}****{}",
        head.iter().collect::<String>(),
        tail.iter().collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use super::{Secret, masked};

    #[test]
    fn debug_shows_nothing() {
        let secret = Secret::new("canary".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret(redacted)");
        assert_eq!(secret.expose(), "canary");
    }

    #[test]
    fn masks_keep_only_the_ends() {
        assert_eq!(masked("AKLTexampleexample1234"), "AKLT****1234");
        assert_eq!(masked("short"), "****");
        assert_eq!(masked("密钥密钥密钥密钥密钥密钥"), "密钥密钥****密钥密钥");
    }
}
