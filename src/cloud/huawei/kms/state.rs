//! What all changes of a key's state have in common (spec huawei 6).

use super::keys::KeyDetails;
use super::{KeyState, ListKeyDetail};
use crate::cloud::huawei::session::Session;
use crate::error::{Error, ErrorKind};
use crate::model::{CloudId, ItemState, Outcome, Status};

/// How often a key that is not yet what the service called it is looked at: nothing is documented
/// about how soon reads follow.
pub(in crate::cloud::huawei) const LOOKS: u32 = 4;

/// Refuses what cannot be the id of a key.
pub(in crate::cloud::huawei) fn check_ids(ids: &[String]) -> Result<(), Error> {
    match ids.iter().find(|id| !is_key_id(id)) {
        None => Ok(()),
        Some(id) => Err(Error::usage(format!("'{}' cannot be the id of a KMS key", id.escape_debug()))
            .hint("A key id is 36 lower-case letters, digits and hyphens: 0d0466b0-e727-4d9c-b35d-f84bb474a37f.")
            .cloud(CloudId::Huawei)),
    }
}

/// `^[0-9a-z]{8}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{12}$`: letters beyond f are allowed.
fn is_key_id(text: &str) -> bool {
    let plain = |part: &str| {
        part.bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.into_iter().all(plain)
}

/// The key as it is now, and what else is known of it.
pub(in crate::cloud::huawei) async fn look(
    session: &Session,
    id: &str,
) -> Result<(KeyState, KeyDetails), Error> {
    let key_id = id.to_owned();
    let answer = session.call(&ListKeyDetail { key_id }).await?;
    let details = answer.value.0.known;
    let state = details
        .state()
        .ok_or_else(|| Error::new(ErrorKind::Server, "the answer names no state of the key"))?;
    Ok((state, details))
}

/// The state as outcomes have it.
pub(in crate::cloud::huawei) fn seen(state: &KeyState) -> ItemState {
    ItemState {
        state: Some(state.to_string()),
        ..ItemState::default()
    }
}

/// The error for a key that is not what the service called it.
pub(in crate::cloud::huawei) fn contradiction(claimed: Status, state: &KeyState) -> Error {
    Error::new(
        ErrorKind::Server,
        format!("the service calls it {claimed}, but the key is {state}"),
    )
    .hint("Reads may lag behind: run the same command again.")
    .cloud(CloudId::Huawei)
}

/// Takes back what was claimed of keys that could not be read back; an error when that is all of
/// them.
pub(in crate::cloud::huawei) fn report_unread(
    mut unread: Vec<(usize, Error)>,
    sent: &[usize],
    outcomes: &mut [Outcome],
) -> Result<Vec<String>, Error> {
    if unread.len() == sent.len()
        && let Some((_, error)) = unread.pop()
    {
        return Err(error.hint("The look needs kms:cmk:get."));
    }
    let mut warnings = Vec::new();
    for (item, error) in unread {
        let outcome = &mut outcomes[item];
        warnings.push(format!(
            "{} could not be read back (kms:cmk:get): {error}",
            outcome.address.id
        ));
        outcome.status = Status::Unverified;
        outcome.error.get_or_insert(error);
    }
    Ok(warnings)
}

#[cfg(test)]
mod tests {
    use super::is_key_id;

    #[test]
    fn ids_have_one_form() {
        const KEY: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";
        assert!(is_key_id(KEY));
        assert!(
            is_key_id("zzzzzzzz-0000-zzzz-0000-zzzzzzzzzzzz"),
            "letters beyond f are allowed"
        );
        for wrong in [
            "",
            "0d0466b0",
            "0D0466B0-E727-4D9C-B35D-F84BB474A37F",
            "0d0466b0e7274d9cb35df84bb474a37f",
            "0d0466b0-e727-4d9c-b35d-f84bb474a37",
            "0d0466b0-e727-4d9c-b35d-f84bb474a37f-",
            "0d0466b0-e727-4d9c-b35d-f84bb474a37f ",
            "0d0466b0-e727-4d9c-b35d-f84bb474a3/f",
            "密d0466b-e727-4d9c-b35d-f84bb474a37f",
        ] {
            assert!(!is_key_id(wrong), "{wrong}");
        }
    }
}
