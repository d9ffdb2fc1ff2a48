//! Taking public keys off the caller's CodeArts Repo account (spec huawei-codearts-cph 3): the list
//! comes first, because nothing is documented about the answer to an id that is not there, and
//! because a number alone tells nobody which key it is.

use std::collections::HashSet;

use super::{DeleteSshKey, ListUserKeys, SshKey};
use crate::cloud::change::{Batch, Change, Survey};
use crate::cloud::client::{Client, Preview};
use crate::cloud::deletion;
use crate::cloud::huawei::wire::HuaweiWire;
use crate::cloud::pages;
use crate::error::{Error, ErrorKind};
use crate::http::BoxFuture;
use crate::model::{CloudId, Outcome, RepositoryKeys, Resource, Status};
use crate::sshkey::Fingerprint;

/// Which keys.
enum Choice {
    Ids(Vec<u64>),
    Title(String),
    Fingerprint(Fingerprint),
}

/// Deletes keys of the calling user.
pub(in crate::cloud::huawei) struct Deletion<'a> {
    client: &'a Client<HuaweiWire>,
    choice: Choice,
    /// What to delete, one for each outcome; known after the look.
    ids: Vec<u64>,
    /// Why the look was denied.
    blind: Option<Error>,
}

impl<'a> Deletion<'a> {
    pub(in crate::cloud::huawei) fn new(
        client: &'a Client<HuaweiWire>,
        keys: RepositoryKeys,
    ) -> Result<Self, Error> {
        let choice = match keys {
            RepositoryKeys::Ids(ids) if ids.contains(&0) => {
                return Err(Error::usage("'0' cannot be the id of a key").cloud(CloudId::Huawei));
            }
            RepositoryKeys::Ids(ids) => Choice::Ids(ids.into_iter().map(u64::from).collect()),
            RepositoryKeys::Title(title) => Choice::Title(title),
            RepositoryKeys::Fingerprint(text) => Choice::Fingerprint(text.parse()?),
        };
        Ok(Self {
            client,
            choice,
            ids: Vec::new(),
            blind: None,
        })
    }

    fn request(&self, item: usize) -> DeleteSshKey {
        DeleteSshKey {
            key_id: self.ids[item],
        }
    }

    async fn list(&self) -> Result<Vec<SshKey>, Error> {
        let keys = pages::all(self.client, ListUserKeys::default()).await?;
        Ok(keys.into_iter().map(|key| key.known).collect())
    }

    async fn listed(&self) -> Result<HashSet<u64>, Error> {
        Ok(self.list().await?.iter().filter_map(SshKey::id).collect())
    }
}

impl Change for Deletion<'_> {
    fn purpose(&self) -> String {
        "delete SSH keys from your CodeArts Repo account".to_owned()
    }

    fn asks(&self) -> bool {
        true
    }

    fn survey(&mut self) -> BoxFuture<'_, Result<Survey, Error>> {
        Box::pin(async {
            let mut survey = Survey::default();
            let list = match (self.list().await, &self.choice) {
                (Ok(keys), _) => Some(keys),
                (Err(error), Choice::Ids(_)) if error.kind == ErrorKind::Permission => {
                    survey.warnings.push(format!(
                        "your keys cannot be listed (codeartsrepo::getUserSetting), so nothing can be verified: {error}"
                    ));
                    self.blind = Some(error);
                    None
                }
                (Err(error), _) => return Err(error),
            };
            self.ids = match &self.choice {
                Choice::Ids(ids) => ids.clone(),
                choice => vec![select(list.as_deref().unwrap_or_default(), choice)?],
            };
            for id in &self.ids {
                let address = self
                    .client
                    .scope
                    .address(Resource::CodeartsKey, id.to_string());
                let mut outcome = Outcome::draft(address, None);
                if let Some(keys) = &list {
                    match keys.iter().find(|key| key.id() == Some(*id)) {
                        Some(key) => {
                            survey.notes.push(format!("{id} is {}", key.description()));
                            outcome.public_key = key.public_key().map(|key| key.line());
                            outcome.kept_name = Some(key.title().to_owned());
                        }
                        None => outcome.seen(Status::Absent),
                    }
                }
                survey.outcomes.push(outcome);
            }
            Ok(survey)
        })
    }

    fn preview<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<Vec<Preview>, Error>> {
        Box::pin(async move {
            let mut previews = Vec::new();
            for &item in batch {
                previews.push(self.client.preview(&self.request(item)).await?);
            }
            Ok(previews)
        })
    }

    fn send<'a>(
        &'a mut self,
        batch: &'a Batch,
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            for &item in batch {
                let outcome = &mut outcomes[item];
                outcome.error = None;
                match self.client.call(&self.request(item)).await {
                    Ok(answer) => {
                        outcome.status = Status::Deleted;
                        outcome.request_id = answer.request_id;
                    }
                    Err(error) if error.kind == ErrorKind::NotFound => {
                        deletion::not_there(outcome, &error);
                    }
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        })
    }

    fn prove<'a>(
        &'a mut self,
        sent: &'a [usize],
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<Vec<String>, Error>> {
        Box::pin(async move {
            if let Some(error) = &self.blind {
                return Err(error.clone());
            }
            let listed = deletion::read_back(
                self.client.courier(),
                sent,
                outcomes,
                async || self.listed().await,
                |listed, item| listed.contains(&self.ids[item]),
            )
            .await?;
            for &item in sent {
                deletion::compare(&mut outcomes[item], listed.contains(&self.ids[item]), true);
            }
            Ok(Vec::new())
        })
    }
}

/// The only key with this title or fingerprint. Titles are not unique, and to delete the wrong one
/// of two keys locks somebody out.
fn select(keys: &[SshKey], choice: &Choice) -> Result<u64, Error> {
    let (matches, what): (Vec<&SshKey>, String) = match choice {
        Choice::Title(title) => (
            keys.iter().filter(|key| key.title() == title).collect(),
            format!("the title {title:?}"),
        ),
        Choice::Fingerprint(fingerprint) => (
            keys.iter().filter(|key| key.matches(fingerprint)).collect(),
            format!("the fingerprint {fingerprint}"),
        ),
        Choice::Ids(_) => (Vec::new(), "these ids".to_owned()),
    };
    let found: Vec<(u64, &SshKey)> = matches
        .into_iter()
        .filter_map(|key| Some((key.id()?, key)))
        .collect();
    match found.as_slice() {
        [(id, _)] => Ok(*id),
        [] => {
            let error = Error::new(ErrorKind::NotFound, format!("none of your keys has {what}"))
                .hint(format!(
                    "You have {} keys; the console lists them.",
                    keys.len()
                ))
                .cloud(CloudId::Huawei);
            let error = match choice {
                Choice::Fingerprint(Fingerprint::Sha1(_)) => error.hint(
                    "A SHA-1 may be that of a private key, which cannot be compared: use the SHA-256.",
                ),
                _ => error,
            };
            let unreadable = keys.iter().filter(|key| key.public_key().is_none()).count();
            Err(match choice {
                Choice::Fingerprint(_) if unreadable > 0 => error.hint(format!(
                    "{unreadable} of them could not be compared, because the service shows no readable key."
                )),
                _ => error,
            })
        }
        several => {
            let list: Vec<String> = several
                .iter()
                .map(|(id, key)| format!("{id} {}", key.description()))
                .collect();
            Err(Error::usage(format!(
                "several of your keys have {what}: {}",
                list.join(", ")
            ))
            .hint("Delete by id.")
            .cloud(CloudId::Huawei))
        }
    }
}

#[cfg(test)]
mod tests;
