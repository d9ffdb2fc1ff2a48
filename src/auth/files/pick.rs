//! Which profile of a file is meant, and what its credentials become.

use super::super::check::{broken, clean, clean_key_id};
use super::super::{Credential, World};
use super::json::Found;
use crate::error::Error;
use crate::model::CloudId;
use crate::secret::Secret;

/// The name that every tool gives its first profile.
pub(super) const DEFAULT: &str = "default";

/// A profile's name, and who chose it.
pub(super) struct Pick {
    /// The name.
    pub(super) name: String,
    by: By,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Caller,
    Variable(&'static str),
    File,
    Nobody,
}

impl Pick {
    /// The wanted one, else the one of the first variable that is set, else the file's current one,
    /// else `default`.
    pub(super) fn of(
        world: &World<'_>,
        wanted: Option<&str>,
        variables: &[&'static str],
        current: Option<&str>,
    ) -> Self {
        let variable = || {
            variables
                .iter()
                .find_map(|name| Some((world.env.filled(name)?.trim(), By::Variable(name))))
        };
        let (name, by) = wanted
            .map(|name| (name, By::Caller))
            .or_else(variable)
            .or_else(|| current.map(|name| (name, By::File)))
            .unwrap_or((DEFAULT, By::Nobody));
        Self {
            name: name.to_owned(),
            by,
        }
    }

    /// Whether a person asked for this one. If not, a profile without any credential says nothing
    /// about an account, and the next source is asked.
    pub(super) fn is_asked_for(&self) -> bool {
        matches!(self.by, By::Caller | By::Variable(_))
    }

    /// The error of a profile that is not there; `None` when nobody said that it would be.
    pub(super) fn missing(&self, cloud: CloudId, file: &str, names: &[String]) -> Option<Error> {
        let by = match self.by {
            By::Nobody => return None,
            By::Caller => String::new(),
            By::Variable(name) => format!(", which {name} names"),
            By::File => ", which it calls the current one".to_owned(),
        };
        let why = format!("there is no profile {} in {file}{by}", quoted(&self.name));
        let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
        Some(broken(cloud, why).hint(if names.is_empty() {
            "It holds no profiles.".to_owned()
        } else {
            format!("It holds these: {}.", names.join(", "))
        }))
    }

    /// The error of a profile that a variable names when there is no file at all.
    pub(super) fn without_file(&self, cloud: CloudId, file: &str) -> Option<Error> {
        match self.by {
            By::Variable(name) => Some(
                broken(
                    cloud,
                    format!("{name} names a profile, and {file} holds none"),
                )
                .hint(format!("Unset {name}, or make the profile.")),
            ),
            By::Caller | By::File | By::Nobody => None,
        }
    }
}

/// A name of a file's own between quotes, without letters that play with the terminal.
pub(super) fn quoted(name: &str) -> String {
    format!("'{}'", name.escape_debug())
}

/// The profile's word in addresses. A name that cannot stand there has one only when the bare word
/// means the same: as the file's current profile.
pub(super) fn address(
    cloud: CloudId,
    word: &str,
    name: &str,
    is_current: bool,
) -> Result<String, Error> {
    if can_stand_in_an_address(name) {
        Ok(format!("{word}.{name}"))
    } else if is_current {
        Ok(word.to_owned())
    } else {
        let name = quoted(name);
        Err(broken(
            cloud,
            format!("the profile {name} of {word} has a name that cannot stand in an address"),
        )
        .hint("Run 'kpctl auth import' to make it a profile of kpctl under another name."))
    }
}

pub(super) fn can_stand_in_an_address(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    !name.is_empty() && name.bytes().all(plain)
}

/// An access key pair, or `None` when neither half is there. Half of one is broken.
pub(super) fn pair(
    cloud: CloudId,
    id: &Found<'_>,
    secret: &Found<'_>,
    token: Option<&Found<'_>>,
) -> Result<Option<Credential>, Error> {
    let (id_text, secret_text) = match (id.text, secret.text) {
        (None, None) => return Ok(None),
        (Some(id), Some(secret)) => (id, secret),
        (Some(_), None) => return Err(half(cloud, id, secret)),
        (None, Some(_)) => return Err(half(cloud, secret, id)),
    };
    let token = match token {
        Some(Found {
            place,
            text: Some(text),
        }) => Some(Secret::new(clean(cloud, place, text)?.to_owned())),
        _ => None,
    };
    Ok(Some(Credential::AccessKey {
        id: clean_key_id(cloud, &id.place, id_text)?.to_owned(),
        secret: Secret::new(clean(cloud, &secret.place, secret_text)?.to_owned()),
        session_token: token,
    }))
}

/// One of two things that belong together is missing.
pub(super) fn half(cloud: CloudId, present: &Found<'_>, missing: &Found<'_>) -> Error {
    broken(
        cloud,
        format!("{} is set but {} is not", present.place, missing.place),
    )
    .hint("Set both, or neither.")
}
