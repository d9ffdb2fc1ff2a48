//! Adding key pairs, for every service that has them: importing a public key, or letting the cloud
//! make a pair. What is there already decides: the same key under that name is a success, another
//! key is a conflict, and a lost answer is found out by looking, never by asking twice.

use std::time::Duration;

use super::change::{Batch, Change, Survey};
use super::client::Preview;
use super::deletion::LOOKS;
use crate::error::{Error, ErrorKind, Fate};
use crate::http::{BoxFuture, Courier};
use crate::model::{Material, NewKeyPair, Outcome, Record, Resource, Scope, Status};
use crate::random;
use crate::secret::Secret;

/// What to do about a name that something else has.
const TAKEN: &str = "Choose another name, or delete that one first.";

/// A service that key pairs can be added to. It only maps; the order of things is in [`Additions`].
pub(super) trait Registry {
    /// The kind of thing that it holds.
    const RESOURCE: Resource;
    /// The service holds a public key once only, whatever its name.
    const KEYS_ARE_UNIQUE: bool;

    /// Where it is.
    fn scope(&self) -> &Scope;

    /// The conditions under which it is called.
    fn courier(&self) -> &Courier;

    /// Judges a new pair before anything is sent: the vendor's rules for names and keys. What is
    /// certainly refused is an error, what may be is a warning.
    fn check(&self, pair: &NewKeyPair) -> Result<Vec<String>, Error>;

    /// What is there that has the pair's name, or, where keys are unique, the pair's key. Where
    /// names are not unique, only the latter.
    async fn rivals(&self, pair: &NewKeyPair) -> Result<Vec<Record>, Error>;

    /// Adds the pair, once. `client_token` stays the same for the same pair.
    async fn add(&self, pair: &NewKeyPair, client_token: &str) -> Result<Added, Error>;

    /// What follows once the pair of this id is there and its private half, if it came, is kept:
    /// the description, where that takes a call of its own. An error stands beside the outcome.
    async fn complete(&self, _pair: &NewKeyPair, _id: &str) -> Result<(), Error> {
        Ok(())
    }

    /// The first request that [`Self::add`] would make.
    async fn preview(&self, pair: &NewKeyPair, client_token: &str) -> Result<Preview, Error>;

    /// The command that deletes the thing of this id, for hints.
    fn deletion_command(&self, id: &str) -> String {
        let (cloud, region) = (self.scope().cloud, &self.scope().region);
        format!("kpctl {cloud} {} delete {id} -r {region}", Self::RESOURCE)
    }
}

/// What a service answers to an addition.
#[derive(Debug, Default)]
pub(super) struct Added {
    /// The handle of the new pair, where the answer tells.
    pub(super) id: Option<String>,
    /// The request that made it.
    pub(super) request_id: Option<String>,
    /// The private half, if the cloud made the pair.
    pub(super) private_key: Option<Secret>,
}

/// Adds key pairs to one service; one outcome for each pair, addressed by its name until the
/// service has given it an id.
pub(super) struct Additions<R> {
    registry: R,
    pairs: Vec<NewKeyPair>,
    client_tokens: Vec<String>,
    warnings: Vec<String>,
}

impl<R: Registry> Additions<R> {
    /// Checks the pairs; nothing is sent.
    pub(super) fn new(registry: R, pairs: Vec<NewKeyPair>) -> Result<Self, Error> {
        let mut warnings = Vec::new();
        let mut client_tokens = Vec::new();
        for (at, pair) in pairs.iter().enumerate() {
            warnings.extend(registry.check(pair)?);
            client_tokens.push(random::token()?);
            if pairs[..at].iter().any(|other| other.name == pair.name) {
                return Err(Error::usage(format!(
                    "'{}' is given to two keys",
                    pair.name.escape_debug()
                )));
            }
        }
        Ok(Self {
            registry,
            pairs,
            client_tokens,
            warnings,
        })
    }

    /// What the pair that was asked for is, when it is there now.
    fn goal(pair: &NewKeyPair) -> Status {
        if pair.is_fresh || pair.public_key.is_none() {
            Status::Created
        } else {
            Status::Imported
        }
    }

    /// The thing that is the pair itself, among what is there.
    fn same<'r>(pair: &NewKeyPair, rivals: &'r [Record]) -> Option<&'r Record> {
        let key = pair.public_key.as_ref()?;
        let is_it = |record: &&Record| record.material().is(key) == Some(true);
        let mut found = rivals.iter().filter(is_it);
        let by_name = found.clone().find(|record| record.name() == pair.name);
        // Where a key may be there twice, one under another name is another thing.
        by_name.or_else(|| found.next().filter(|_| R::KEYS_ARE_UNIQUE))
    }

    /// Decides a pair whose name or key is taken.
    fn meet(&self, pair: &NewKeyPair, rivals: &[Record], outcome: &mut Outcome) {
        if let Some(record) = Self::same(pair, rivals) {
            self.point_to(pair, record, outcome);
            outcome.seen(Status::Exists);
        } else if let Some(record) = rivals.first() {
            let what = match (record.material(), &pair.public_key) {
                (_, None) | (Material::Key(_), _) => "another key pair",
                (Material::Digest(_), _) => "a key pair with another fingerprint",
                (Material::Unknown, _) => "a key pair whose key cannot be seen",
            };
            let name = pair.name.escape_debug();
            let error = Error::new(ErrorKind::Conflict, format!("{what} is named {name}"))
                .code("NameTaken")
                .hint(TAKEN)
                .cloud(self.registry.scope().cloud);
            outcome.fail(Status::Conflict, error);
            outcome.verified = true;
            if pair.is_fresh {
                // The key that was made for this is thrown away.
                outcome.fingerprint = None;
            }
        }
    }

    /// Writes down which thing an outcome is about.
    fn point_to(&self, pair: &NewKeyPair, record: &Record, outcome: &mut Outcome) {
        outcome.address = self.registry.scope().address(R::RESOURCE, &record.id);
        let told = record.name() != record.id || pair.name != record.id;
        outcome.name = told.then(|| record.name().to_owned());
    }

    /// Adds one pair and keeps what only this answer tells.
    async fn add(&mut self, item: usize, outcome: &mut Outcome) -> Result<(), Error> {
        let result = self.add_once(item, outcome).await;
        match (&result, self.pairs[item].spare_name.take()) {
            (Err(error), Some(spare)) if is_taken_elsewhere(error) => {
                self.client_tokens[item] = random::token()?;
                self.pairs[item].name = spare;
                self.add_once(item, outcome).await
            }
            _ => result,
        }
    }

    async fn add_once(&self, item: usize, outcome: &mut Outcome) -> Result<(), Error> {
        let pair = &self.pairs[item];
        let added = match self.registry.add(pair, &self.client_tokens[item]).await {
            Ok(added) => added,
            // Not every service has a code for a name that is taken: some only call the request wrong.
            Err(error) if matches!(error.kind, ErrorKind::Conflict | ErrorKind::Usage) => {
                return self.look_at_conflict(pair, error, outcome).await;
            }
            // Cut off by the command's own end: nobody looks what came of it.
            Err(error)
                if pair.public_key.is_none()
                    && error.fate == Fate::Unknown
                    && self.registry.courier().is_over() =>
            {
                return Err(error.hint(UNSEEN));
            }
            Err(error) => return Err(error),
        };
        outcome.error = None;
        outcome.request_id = added.request_id;
        outcome.status = Self::goal(pair);
        let id = added.id;
        if let Some(id) = &id {
            outcome.address = self.registry.scope().address(R::RESOURCE, id);
            outcome.name = (*id != pair.name).then(|| pair.name.clone());
        }
        if pair.public_key.is_some() && pair.is_fresh {
            outcome.private_key_file = pair.keeper.as_ref().map(|keeper| keeper.place.clone());
        }
        if pair.public_key.is_none() {
            let kept = match (&added.private_key, &pair.keeper) {
                (Some(private_key), Some(keeper)) => keeper
                    .keep(private_key)
                    .map(|()| outcome.private_key_file = Some(keeper.place.clone())),
                _ => Err(Error::new(
                    ErrorKind::Server,
                    "the answer holds no private key",
                )),
            };
            if let Err(error) = kept {
                outcome.error = Some(self.lost(&outcome.address.id, &error.message));
                return Ok(());
            }
        }
        if let Some(id) = id {
            outcome.error = self.registry.complete(pair, &id).await.err();
        }
        Ok(())
    }

    /// A refusal as a duplicate may speak of this very call's first try, of another program, or of
    /// a pair that is the same.
    async fn look_at_conflict(
        &self,
        pair: &NewKeyPair,
        error: Error,
        outcome: &mut Outcome,
    ) -> Result<(), Error> {
        let ours = error.after_lost_answer || error.fate == Fate::Unknown;
        let Ok(rivals) = self.registry.rivals(pair).await else {
            return Err(error);
        };
        match Self::same(pair, &rivals) {
            Some(record) => {
                outcome.error = None;
                outcome.request_id.clone_from(&error.request_id);
                self.point_to(pair, record, outcome);
                outcome.seen(if ours {
                    Self::goal(pair)
                } else {
                    Status::Exists
                });
                if ours {
                    outcome.error = self.registry.complete(pair, &record.id).await.err();
                }
                Ok(())
            }
            // Made by the try whose answer was lost, and the private half went with the answer.
            None if ours && pair.public_key.is_none() && !rivals.is_empty() => {
                self.point_to(pair, &rivals[0], outcome);
                outcome.seen(Status::Created);
                outcome.error = Some(self.lost(&rivals[0].id, "the answer was lost"));
                Ok(())
            }
            None => {
                let is_taken = rivals.iter().any(|record| record.name() == pair.name);
                Err(error.with(|details| {
                    details.fate = Fate::NotDone;
                    if is_taken {
                        details.kind = ErrorKind::Conflict;
                        details.hints.insert(0, TAKEN.to_owned());
                    }
                }))
            }
        }
    }

    fn lost(&self, id: &str, why: &str) -> Error {
        Error::new(
            ErrorKind::Server,
            format!("the key pair exists, but its private key is not in safety: {why}"),
        )
        .code("PrivateKeyLost")
        .hint(format!(
            "The cloud gives it out once only. Delete the pair and make it again: {}",
            self.registry.deletion_command(id)
        ))
        .cloud(self.registry.scope().cloud)
    }

    /// Looks for a pair that was added, or may have been, and decides its outcome.
    fn compare(&self, pair: &NewKeyPair, rivals: &[Record], outcome: &mut Outcome) {
        let done = matches!(outcome.status, Status::Created | Status::Imported);
        let found = match &pair.public_key {
            Some(_) => Self::same(pair, rivals),
            None => rivals.iter().find(|record| {
                // By its id where the answer gave one.
                record.id == outcome.address.id || record.name() == pair.name
            }),
        };
        match (found, done) {
            (Some(record), true) => {
                self.point_to(pair, record, outcome);
                outcome.verified = true;
            }
            (Some(record), false) => {
                self.point_to(pair, record, outcome);
                outcome.error = pair
                    .public_key
                    .is_none()
                    .then(|| self.lost(&record.id, "the answer was lost"));
                outcome.seen(Self::goal(pair));
            }
            (None, true) => {
                let what = if rivals.is_empty() {
                    "the service says that it was added, but it is not listed"
                } else {
                    "the service says that it was added, but lists its name with another key"
                };
                let error = Error::new(ErrorKind::Server, what)
                    .hint("Lists may lag behind: look again later with list.")
                    .cloud(self.registry.scope().cloud);
                outcome.fail(Status::Unverified, error);
            }
            (None, false) => outcome.seen(Status::Failed),
        }
    }
}

/// Whether a name or key is taken by something that this place does not show. After a lost answer it may be
/// taken by this very pair, which a list that lags does not show yet.
fn is_taken_elsewhere(error: &Error) -> bool {
    error.kind == ErrorKind::Conflict
        && !error.after_lost_answer
        && error.fate == Fate::NotDone
        && !error.hints.iter().any(|hint| hint == TAKEN)
}

/// Of a pair that the cloud was to make, when nobody saw whether it did.
const UNSEEN: &str = "If the cloud made the pair, nobody has its private key: look with list, delete it, and make it again.";

impl<R: Registry> Change for Additions<R> {
    fn purpose(&self) -> String {
        format!("add {}s", R::RESOURCE.name().replace('-', " "))
    }

    fn asks(&self) -> bool {
        false
    }

    fn survey(&mut self) -> BoxFuture<'_, Result<Survey, Error>> {
        Box::pin(async {
            let mut survey = Survey {
                warnings: self.warnings.clone(),
                ..Survey::default()
            };
            for pair in &self.pairs {
                let address = self.registry.scope().address(R::RESOURCE, &pair.name);
                let mut outcome = Outcome::draft(address, None);
                outcome.fingerprint = pair.public_key.as_ref().map(|key| key.sha256().to_string());
                match self.registry.rivals(pair).await {
                    Ok(rivals) => self.meet(pair, &rivals, &mut outcome),
                    // The service itself refuses a name that is taken.
                    Err(error) if error.kind == ErrorKind::Permission => {
                        survey.warnings.push(format!(
                            "whether {} is there already cannot be seen: {error}",
                            pair.name
                        ));
                    }
                    Err(error) => return Err(error),
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
                let token = &self.client_tokens[item];
                previews.push(self.registry.preview(&self.pairs[item], token).await?);
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
                self.add(item, &mut outcomes[item]).await?;
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
            for &item in sent {
                let pair = &self.pairs[item];
                let mut rivals = self.registry.rivals(pair).await?;
                for look in 1..LOOKS {
                    let wait = Duration::from_secs(u64::from(look));
                    if !rivals.is_empty() || !self.registry.courier().pause(wait).await {
                        break;
                    }
                    rivals = self.registry.rivals(pair).await?;
                }
                let outcome = &mut outcomes[item];
                let was_answered = outcome.status == Self::goal(pair);
                self.compare(pair, &rivals, outcome);
                let is_found = outcome.status == Self::goal(pair) && outcome.error.is_none();
                if is_found && !was_answered {
                    // The answer was lost, and so was what should have followed it.
                    let id = outcome.address.id.clone();
                    outcome.error = self.registry.complete(pair, &id).await.err();
                }
            }
            Ok(Vec::new())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{TAKEN, is_taken_elsewhere};
    use crate::error::{Error, ErrorKind, Fate};

    #[test]
    fn another_name_is_tried_only_when_something_else_has_this_one() {
        let taken = || Error::new(ErrorKind::Conflict, "taken").fate(Fate::NotDone);
        assert!(is_taken_elsewhere(&taken()));
        assert!(!is_taken_elsewhere(&taken().hint(TAKEN)));
        assert!(!is_taken_elsewhere(&taken().fate(Fate::Unknown)));
        let ours = taken().with(|details| details.after_lost_answer = true);
        assert!(!is_taken_elsewhere(&ours));
    }
}
