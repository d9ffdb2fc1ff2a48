//! What the vendor's documents forbid in key pairs, said before anything is sent (spec tencent 2.1,
//! 2.2 and 2.8).

use crate::cloud::names::Alphabet;
use crate::error::Error;
use crate::model::{CloudId, NewKeyPair};
use crate::sshkey::PublicKey;

/// Longest name, in letters.
const LONGEST_NAME: usize = 25;
/// Longest description, in letters.
const LONGEST_DESCRIPTION: usize = 60;

/// What names are made of.
const ALPHABET: Alphabet = Alphabet {
    separators: &['_'],
    filler: '_',
    longest: LONGEST_NAME,
};

fn refuse(message: String) -> Error {
    Error::usage(message).cloud(CloudId::Tencent)
}

fn is_legal(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

fn can_be_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len()) && name.chars().all(is_legal)
}

/// Refuses what cannot be the name of a key pair, and says what could.
pub(in crate::cloud) fn name(name: &str) -> Result<(), Error> {
    if can_be_name(name) {
        return Ok(());
    }
    let shown = name.escape_debug();
    let error = refuse(format!(
        "'{shown}' cannot name a key pair here: a name is 1 to {LONGEST_NAME} of A-Z, a-z, 0-9 and _"
    ));
    Err(error.hint(match legal(name) {
        Some(legal) => format!("{legal} would do."),
        None => "Choose a name such as deploy_2026.".to_owned(),
    }))
}

/// The name itself or the nearest legal one; `None` when nothing is left of it.
pub(in crate::cloud) fn legal(name: &str) -> Option<String> {
    if can_be_name(name) {
        return Some(name.to_owned());
    }
    ALPHABET.nearest(name)
}

/// Refuses a description that is too long.
pub(super) fn description(text: &str) -> Result<(), Error> {
    let length = text.chars().count();
    if length <= LONGEST_DESCRIPTION {
        return Ok(());
    }
    Err(refuse(format!(
        "the description has {length} letters; {LONGEST_DESCRIPTION} is the most"
    ))
    .hint("Say it in fewer words."))
}

/// The project of a new pair, by its number; 0 is the account's default project.
pub(super) fn project(pair: &NewKeyPair) -> Result<i64, Error> {
    let Some(project) = &pair.project else {
        return Ok(0);
    };
    let number = project.parse().ok().filter(|number| *number >= 0);
    number.ok_or_else(|| {
        let shown = project.escape_debug();
        refuse(format!("'{shown}' cannot be a project"))
            .hint("A project of tencent is a number; 0 is the default project.")
    })
}

/// Only RSA is documented; whether other keys are taken is for the service to say.
pub(in crate::cloud) fn key(key: &PublicKey) -> Option<String> {
    let kind = key.kind();
    (kind != "ssh-rsa").then(|| {
        format!(
            "the documents of tencent speak of RSA keys only, and this is {kind}; asking the service all the same"
        )
    })
}

/// Refuses what no product of this cloud knows for a new pair.
pub(super) fn options(pair: &NewKeyPair) -> Result<(), Error> {
    let complaint = if pair.visibility.is_some() {
        "key pairs of tencent belong to the account; there are none of single users"
    } else if pair.protection.is_some() {
        "tencent does not store private keys"
    } else {
        return Ok(());
    };
    Err(refuse(complaint.to_owned()).hint("Leave that option out."))
}

#[cfg(test)]
mod tests {
    use super::{description, legal, name, project};
    use crate::error::ErrorKind;
    use crate::model::NewKeyPair;

    #[test]
    fn a_name_is_up_to_25_letters_digits_and_underscores() {
        for good in ["a", "deploy_key_01", "_", &"x".repeat(25)] {
            assert!(name(good).is_ok(), "{good}");
        }
        for (bad, suggestion) in [
            ("", None),
            ("web-1", Some("web_1")),
            ("deploy key", Some("deploy_key")),
            ("生产环境密钥", None),
            ("db-生产", Some("db")),
            ("a\n", Some("a")),
            (&"x".repeat(26), Some("xxxxxxxxxxxxxxxxxxxxxxxxx")),
        ] {
            let error = name(bad).expect_err(bad);
            assert_eq!((error.kind, error.hints.len()), (ErrorKind::Usage, 1));
            assert_eq!(legal(bad).as_deref(), suggestion, "{bad}");
            if let Some(suggestion) = suggestion {
                assert!(name(suggestion).is_ok() && error.hints[0].contains(suggestion));
            }
        }
    }

    #[test]
    fn descriptions_are_counted_in_letters_and_projects_are_numbers() {
        assert!(description(&"钥".repeat(60)).is_ok());
        assert!(description(&"k".repeat(61)).is_err());
        for (text, number) in [
            (None, Some(0)),
            (Some("0"), Some(0)),
            (Some("1234567"), Some(1_234_567)),
            (Some("-1"), None),
            (Some("default"), None),
            (Some(""), None),
        ] {
            let pair = NewKeyPair {
                project: text.map(str::to_owned),
                ..NewKeyPair::default()
            };
            assert_eq!(project(&pair).ok(), number, "{text:?}");
        }
    }
}
