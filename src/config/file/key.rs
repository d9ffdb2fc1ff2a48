//! The keys of the file, and dotted paths that name them.

use std::fmt;
use std::str::FromStr;

use toml_edit::Key;

use crate::error::Error;
use crate::model::CloudId;
use crate::secret::is_secret_name;
use crate::toml::suggest;

pub(super) const PROFILES: &str = "profiles";
pub(super) const GROUPS: &str = "groups";
pub(super) const PROTECT: &str = "protect";
pub(super) const CREDENTIALS: &str = "credentials";
pub(super) const SOURCE: &str = "source";

/// The tables of the file.
pub(super) const CONFIG: [&str; 4] = ["default", PROFILES, GROUPS, PROTECT];
/// The keys of a profile.
pub(super) const PROFILE: [&str; 9] = [
    "cloud",
    "region",
    "regions",
    "endpoint",
    "endpoints",
    "domain",
    "project-id",
    "expect-account",
    CREDENTIALS,
];
/// The keys of all sources of credentials.
pub(super) const CREDENTIAL_KEYS: [&str; 21] = [
    SOURCE,
    "access-key-id",
    "secret-access-key",
    "session-token",
    "profile",
    "command",
    "timeout",
    "role",
    "session-name",
    "duration",
    "external-id",
    "policy",
    "agency-domain-id",
    "agency-domain-name",
    "from",
    "provider",
    "token-file",
    "user",
    "domain-name",
    "domain-id",
    "password-file",
];
/// The keys of a rule.
pub(super) const PROTECT_RULE: [&str; 4] = ["names", "fingerprints", "tags", "reason"];

/// What can stand at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Other keys.
    Table,
    /// A text.
    Text,
    /// A text that nobody may see.
    Secret,
    /// Texts.
    List,
}

/// A path to a key that the file may have, such as `profiles.prod.region`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPath {
    words: Vec<String>,
    kind: Kind,
}

impl KeyPath {
    /// The keys on the way.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// What can stand there.
    pub fn kind(&self) -> Kind {
        self.kind
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self
            .words
            .iter()
            .map(|word| Key::new(word).display_repr().into_owned());
        formatter.write_str(&words.collect::<Vec<_>>().join("."))
    }
}

impl FromStr for KeyPath {
    type Err = Error;

    /// Reads a path; a name with a dot in it stands in quotes, as in the file.
    fn from_str(text: &str) -> Result<Self, Error> {
        let keys = Key::parse(text).map_err(|_| {
            Error::usage(format!("'{}' is no key", text.escape_debug())).hint(
                "Write it as in profiles.prod.region; a name with a dot in it stands in quotes.",
            )
        })?;
        let words: Vec<String> = keys.iter().map(|key| key.get().to_owned()).collect();
        let kind = kind(&words.iter().map(String::as_str).collect::<Vec<_>>())?;
        Ok(Self { words, kind })
    }
}

/// Whether nobody may see what has this name: also what does not belong into the file.
pub(super) fn is_secret(key: &str) -> bool {
    is_secret_name(key) || matches!(key, "secret-access-key" | "session-token")
}

fn kind(words: &[&str]) -> Result<Kind, Error> {
    let clouds = CloudId::ALL.map(CloudId::name);
    Ok(match words {
        ["default" | PROFILES | GROUPS | PROTECT]
        | [PROFILES, _]
        | [PROFILES, _, "endpoints" | CREDENTIALS] => Kind::Table,
        ["default", cloud] => {
            known(words, cloud, &clouds)?;
            Kind::Text
        }
        [GROUPS, _] | [PROFILES, _, "regions"] | [PROFILES, _, CREDENTIALS, "command"] => {
            Kind::List
        }
        [PROFILES, _, "endpoints", _] => Kind::Text,
        [PROFILES, _, key] => {
            known(words, key, &PROFILE)?;
            Kind::Text
        }
        [PROFILES, _, CREDENTIALS, key] => {
            known(words, key, &CREDENTIAL_KEYS)?;
            if is_secret(key) {
                Kind::Secret
            } else {
                Kind::Text
            }
        }
        [PROTECT, ..] => {
            return Err(Error::usage("the rules of [[protect]] have no names")
                .hint("Change them in the file; kpctl config path tells where it is."));
        }
        [first, ..] if !CONFIG.contains(first) => {
            known(words, first, &CONFIG)?;
            Kind::Table
        }
        _ => {
            let path = words.join(".");
            return Err(Error::usage(format!(
                "there is no key '{}': it has too many parts",
                path.escape_debug()
            ))
            .hint("A name with a dot in it stands in quotes: profiles.\"a.b\".region."));
        }
    })
}

fn known(words: &[&str], word: &str, known: &[&str]) -> Result<(), Error> {
    if known.contains(&word) {
        return Ok(());
    }
    let path = words.join(".");
    let error = Error::usage(format!("there is no key '{}'", path.escape_debug()));
    Err(suggest(error, word, known))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::{KeyPath, Kind};

    #[test]
    fn paths_lead_to_what_the_file_may_have() {
        for (path, kind) in [
            ("default.tencent", Kind::Text),
            ("profiles.prod", Kind::Table),
            ("profiles.\"a.b\".regions", Kind::List),
            ("profiles.prod.endpoints.iam", Kind::Text),
            ("profiles.prod.credentials.command", Kind::List),
            ("profiles.prod.credentials.session-token", Kind::Secret),
            ("profiles.prod.credentials.token-file", Kind::Text),
            ("groups.fleet", Kind::List),
            ("protect", Kind::Table),
        ] {
            let read: KeyPath = path.parse().expect(path);
            assert_eq!((read.kind(), read.to_string().as_str()), (kind, path));
        }
        for (path, word) in [
            ("", "is no key"),
            ("a..b", "is no key"),
            ("profile.prod", "there is no key"),
            ("default.aws", "there is no key"),
            ("profiles.prod.regoin", "there is no key"),
            ("profiles.a.b.region", "too many parts"),
            ("protect.0", "no names"),
        ] {
            let error = path.parse::<KeyPath>().expect_err(path);
            assert!(error.message.contains(word), "{error}");
            assert!(!error.hints.is_empty(), "{path}");
        }
    }

    proptest! {
        #[test]
        fn a_path_comes_back(name in ".{0,16}") {
            let quoted = toml_edit::Key::new(&name).display_repr().into_owned();
            for path in [format!("profiles.{quoted}.region"), format!("groups.{quoted}")] {
                let read = path.parse::<KeyPath>().expect("a path");
                prop_assert_eq!(&read.words()[1], &name);
                prop_assert_eq!(read.to_string().parse::<KeyPath>().ok(), Some(read));
            }
        }
    }
}
