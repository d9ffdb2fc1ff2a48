//! Putting public keys into the caller's CodeArts Repo account (spec huawei-codearts-cph 3.3): a
//! public key belongs to one user in the whole service, titles may repeat.

use super::AddSshKey;
use super::list;
use crate::cloud::additions::{Added, Additions, Registry};
use crate::cloud::client::{Client, Preview};
use crate::cloud::huawei::wire::HuaweiWire;
use crate::error::{Error, ErrorKind};
use crate::http::Courier;
use crate::model::{CloudId, NewKeyPair, Record, Resource, Scope};
use crate::sshkey::PublicKey;

/// Longest title and longest key, in characters; the comment counts.
const LONGEST: usize = 1000;

const OTHER_USER: &str = "A public key belongs to one user in the whole service: if your own list does not show it, another user has it. Make a new key pair, or have that user delete it.";

/// Adds keys to the calling user's account.
pub(in crate::cloud::huawei) fn additions(
    client: &Client<HuaweiWire>,
    pairs: Vec<NewKeyPair>,
) -> Result<Additions<Account<'_>>, Error> {
    Additions::new(Account { client }, pairs).map_err(|error| error.cloud(CloudId::Huawei))
}

/// The calling user's account.
pub(in crate::cloud::huawei) struct Account<'a> {
    client: &'a Client<HuaweiWire>,
}

impl Registry for Account<'_> {
    const RESOURCE: Resource = Resource::CodeartsKey;
    const KEYS_ARE_UNIQUE: bool = true;

    fn scope(&self) -> &Scope {
        &self.client.scope
    }

    fn courier(&self) -> &Courier {
        self.client.courier()
    }

    fn check(&self, pair: &NewKeyPair) -> Result<Vec<String>, Error> {
        check_title(&pair.name)?;
        Ok(check_key(key_of(pair)?)?.into_iter().collect())
    }

    /// Titles are not unique, so that only the key itself can be there already.
    async fn rivals(&self, pair: &NewKeyPair) -> Result<Vec<Record>, Error> {
        let key = key_of(pair)?;
        let mut records = list::records(self.client).await?;
        records.retain(|record| record.material().is(key) == Some(true));
        Ok(records)
    }

    async fn add(&self, pair: &NewKeyPair, _client_token: &str) -> Result<Added, Error> {
        let answer = self.client.call(&request(pair)?).await;
        let answer = answer.map_err(|error| {
            if is_duplicate(&error) {
                error
                    .hint(OTHER_USER)
                    .with(|details| details.kind = ErrorKind::Conflict)
            } else {
                error
            }
        })?;
        Ok(Added {
            id: answer.value.id_text().map(str::to_owned),
            request_id: answer.request_id,
            ..Added::default()
        })
    }

    async fn preview(&self, pair: &NewKeyPair, _client_token: &str) -> Result<Preview, Error> {
        self.client.preview(&request(pair)?).await
    }
}

fn request(pair: &NewKeyPair) -> Result<AddSshKey, Error> {
    Ok(AddSshKey {
        title: pair.name.clone(),
        key: key_of(pair)?.line(),
    })
}

fn key_of(pair: &NewKeyPair) -> Result<&PublicKey, Error> {
    pair.public_key.as_ref().ok_or_else(|| {
        Error::usage("CodeArts makes no keys: a public key is needed").cloud(CloudId::Huawei)
    })
}

/// Refuses what cannot be the title of a key.
pub(in crate::cloud) fn check_title(title: &str) -> Result<(), Error> {
    let length = title.chars().count();
    if length == 0 || length > LONGEST {
        return Err(Error::usage(format!(
            "a title has 1 to {LONGEST} characters, not {length}"
        )));
    }
    Ok(())
}

/// The title itself, or as much of it as is taken; `None` when nothing is left of it. Any letters may be in
/// a title.
pub(in crate::cloud) fn legal_title(wanted: &str) -> Option<String> {
    let text = wanted.trim();
    if text.is_empty() || check_title(wanted).is_ok() {
        return (!text.is_empty()).then(|| wanted.to_owned());
    }
    let text: String = text.chars().take(LONGEST).collect();
    Some(text.trim_end().to_owned())
}

/// Refuses a key that is too long; what may be refused is a warning.
pub(in crate::cloud) fn check_key(key: &PublicKey) -> Result<Option<String>, Error> {
    check_length(key)?;
    let kind = key.kind();
    let is_usual = matches!(kind, "ssh-rsa" | "ssh-ed25519") || kind.starts_with("ecdsa-sha2-");
    Ok((!is_usual).then(|| {
        format!("whether CodeArts takes keys of type {kind} is not documented; trying it")
    }))
}

/// The older version of the call took twice as much.
fn check_length(key: &PublicKey) -> Result<(), Error> {
    let length = key.line().chars().count();
    let bare = key.without_comment().line().chars().count();
    if length <= LONGEST {
        return Ok(());
    }
    let error = Error::usage(format!(
        "the line of the key has {length} characters, and CodeArts takes {LONGEST}"
    ));
    Err(if bare < LONGEST {
        // A blank stands in between.
        let room = LONGEST - bare - 1;
        error.hint(format!("Shorten its comment to {room} characters."))
    } else {
        error.hint("RSA keys of up to 4096 bits fit; an Ed25519 key is the shortest.")
    })
}

/// Whether a refusal says that the key is there already: by its status or in words. The only code
/// that is documented for it, CH.080002, has other meanings, too (spec huawei-codearts-cph 3.5).
fn is_duplicate(error: &Error) -> bool {
    let message = error.message.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    let taken = says(&["exist", "already", "duplicate", "已存在", "已被", "重复"]);
    let missing = says(&["not exist", "n't exist", "不存在"]);
    error.kind == ErrorKind::Conflict || (error.kind == ErrorKind::Usage && taken && !missing)
}

#[cfg(test)]
mod tests;
