//! Deleting key pairs (spec volcengine 4.4): names only, at most 100 a request, a result for each
//! name inside an HTTP 200, proven by reading the list back.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::ecs::{self, DeleteKeyPairs, KeyPair};
use super::look;
use super::names::{self, chunks};
use super::wire::VolcengineWire;
use crate::cloud::change::{Batch, Change, Survey};
use crate::cloud::client::{Client, Preview};
use crate::cloud::deletion;
use crate::error::{Error, ErrorKind, Fate};
use crate::http::BoxFuture;
use crate::model::{Outcome, Resource, Status};
use crate::random;

/// Deletes key pairs of one region.
pub(super) struct Deletion<'a> {
    client: &'a Client<VolcengineWire>,
    /// What the user typed, one for each outcome.
    ids: Vec<String>,
    /// The names to send, one for each outcome; differs from `ids` where an id was resolved.
    names: Vec<String>,
    /// Items that look like ids and could not be resolved, because the look was denied.
    unresolved: HashSet<usize>,
    /// The user's own token; good for one request.
    client_token: Option<String>,
}

impl<'a> Deletion<'a> {
    pub(super) fn new(
        client: &'a Client<VolcengineWire>,
        ids: Vec<String>,
        client_token: Option<String>,
    ) -> Result<Self, Error> {
        ids.iter().try_for_each(|id| names::check(id))?;
        if let Some(token) = &client_token {
            if token.is_empty()
                || token.len() > ecs::LONGEST_TOKEN
                || !token.bytes().all(|b| b.is_ascii_graphic())
            {
                return Err(Error::usage(
                    "--client-token takes 1 to 64 ASCII characters without blanks",
                ));
            }
            if chunks(&(0..ids.len()).collect::<Vec<_>>(), &ids).len() > 1 {
                return Err(Error::usage(
                    "--client-token is good for one request, and these names need several",
                )
                .hint("Leave it out: every request gets a token of its own."));
            }
        }
        Ok(Self {
            client,
            names: ids.clone(),
            ids,
            unresolved: HashSet::new(),
            client_token,
        })
    }

    /// `kp-…` may be a name or an id. Found as a name it is one; else it is looked up as an id and
    /// replaced by its name.
    async fn resolve(&mut self, survey: &mut Survey) -> Result<(), Error> {
        let suspects: Vec<usize> = (0..self.ids.len())
            .filter(|&item| look::may_be_id(&self.ids[item]))
            .collect();
        if suspects.is_empty() {
            return Ok(());
        }
        let texts: Vec<String> = suspects
            .iter()
            .map(|&item| self.ids[item].clone())
            .collect();
        let found = match look::find(self.client, &texts).await {
            Ok(found) => found,
            Err(error) if error.kind == ErrorKind::Permission => {
                survey.warnings.push(format!(
                    "arguments that start with kp- are taken as names: looking whether they are ids is denied ({error})"
                ));
                self.unresolved.extend(suspects);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        for item in suspects {
            let id = &self.ids[item];
            let Some(pair) = found.pairs.get(id) else {
                survey.outcomes[item].seen(Status::Absent);
                continue;
            };
            let name = &pair.known.name;
            if name != id {
                survey
                    .notes
                    .push(format!("{id} is the key pair named {name}"));
                survey.outcomes[item].address = self.client.scope.address(Resource::KeyPair, name);
                self.names[item].clone_from(name);
            }
        }
        Ok(())
    }

    /// Which of these names are listed.
    async fn listed(&self, names: &[String]) -> Result<HashSet<String>, Error> {
        let pairs = look::named(self.client, names).await?;
        let names = pairs.into_iter().map(|pair| pair.known.name);
        Ok(names.collect())
    }

    fn request(&self, batch: &Batch, client_token: String) -> DeleteKeyPairs {
        let mut seen = HashSet::new();
        let names = batch
            .iter()
            .map(|&item| &self.names[item])
            .filter(|name| seen.insert(*name));
        DeleteKeyPairs {
            key_pair_names: names.cloned().collect(),
            client_token,
        }
    }

    fn record(&self, item: usize, outcome: &mut Outcome, result: Option<Error>) {
        match result {
            None => outcome.status = Status::Deleted,
            Some(error) => match error.code.as_deref() {
                Some("InvalidKeyPair.NotFound") if self.unresolved.contains(&item) => {
                    outcome.fail(Status::Unverified, error);
                }
                Some("InvalidKeyPair.NotFound") => outcome.status = Status::Absent,
                Some("InvalidKeyPair.InUse") => outcome.fail(Status::InUse, error),
                _ => outcome.fail(Status::of_error(error.kind), error),
            },
        }
    }

    async fn add_holders(&self, sent: &[usize], outcomes: &mut [Outcome]) -> Vec<String> {
        let mut warnings = Vec::new();
        for &item in sent {
            if outcomes[item].status != Status::InUse {
                continue;
            }
            let name = &self.names[item];
            let pair = KeyPair {
                name: name.clone(),
                ..KeyPair::default()
            };
            match look::holders(self.client, &pair).await {
                Ok(holders) => {
                    let address = |id| self.client.scope.address(Resource::Instance, id);
                    outcomes[item].held_by = Some(holders.ids.into_iter().map(address).collect());
                }
                Err(error) => {
                    warnings.push(format!("cannot see which instances hold {name}: {error}"));
                    break;
                }
            }
        }
        warnings
    }
}

impl Change for Deletion<'_> {
    fn purpose(&self) -> String {
        "delete key pairs".to_owned()
    }

    fn asks(&self) -> bool {
        true
    }

    fn survey(&mut self) -> BoxFuture<'_, Result<Survey, Error>> {
        Box::pin(async {
            let scope = &self.client.scope;
            let mut survey = Survey {
                outcomes: self
                    .ids
                    .iter()
                    .map(|id| Outcome::draft(scope.address(Resource::KeyPair, id), None))
                    .collect(),
                ..Survey::default()
            };
            self.resolve(&mut survey).await?;
            Ok(survey)
        })
    }

    fn waves(&self, ready: &[usize]) -> Vec<Vec<Batch>> {
        vec![chunks(ready, &self.names)]
    }

    fn preview<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<Vec<Preview>, Error>> {
        Box::pin(async {
            let token = match &self.client_token {
                Some(token) => token.clone(),
                None => random::token()?,
            };
            Ok(vec![
                self.client.preview(&self.request(batch, token)).await?,
            ])
        })
    }

    fn send<'a>(
        &'a mut self,
        batch: &'a Batch,
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            // A second request, for items that were throttled, is another request: other token.
            let token = if let Some(token) = self.client_token.take() {
                token
            } else {
                let request = self.request(batch, String::new());
                self.client.token(&request).await?
            };
            let answer = self.client.call(&self.request(batch, token)).await?;
            let details = answer.value.operation_details;
            let results: HashMap<String, Option<Error>> = details
                .into_iter()
                .map(|item| {
                    (
                        item.key_pair_name,
                        item.error.map(|error| error.explain(None)),
                    )
                })
                .collect();
            for &item in batch {
                let outcome = &mut outcomes[item];
                outcome.error = None;
                outcome.request_id.clone_from(&answer.request_id);
                // Whether names differ by case is not documented (spec volcengine 10, question 3).
                let name = &self.names[item];
                let result = results.get(name).or_else(|| {
                    Some(
                        results
                            .iter()
                            .find(|(other, _)| other.eq_ignore_ascii_case(name))?
                            .1,
                    )
                });
                let Some(result) = result else {
                    outcome.fail(Status::Unverified, silent());
                    continue;
                };
                let result = result.clone().map(|error| {
                    error.with(|details| {
                        details.operation = Some("DeleteKeyPairs");
                        details.region = Some(self.client.scope.region.clone());
                        details.request_id.clone_from(&answer.request_id);
                    })
                });
                self.record(item, outcome, result);
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
            let mut names: Vec<String> =
                sent.iter().map(|&item| self.names[item].clone()).collect();
            let mut listed = self.listed(&names).await?;
            for look in 1..deletion::LOOKS {
                let lags = |item: &&usize| {
                    deletion::may_lag(&outcomes[**item], listed.contains(&self.names[**item]))
                };
                names = sent
                    .iter()
                    .filter(lags)
                    .map(|&item| self.names[item].clone())
                    .collect();
                let wait = Duration::from_secs(u64::from(look));
                if names.is_empty() || !self.client.courier().pause(wait).await {
                    break;
                }
                let again = self.listed(&names).await?;
                listed.retain(|name| !names.contains(name) || again.contains(name));
            }
            let mut unclear = Vec::new();
            for &item in sent {
                let doubted = outcomes[item].status == Status::Unverified;
                // Nobody looked before, so that what is gone after a lost answer may never have been.
                deletion::compare(
                    &mut outcomes[item],
                    listed.contains(&self.names[item]),
                    false,
                );
                if doubted && outcomes[item].status == Status::Absent {
                    unclear.push(self.names[item].as_str());
                }
            }
            let mut warnings = self.add_holders(sent, outcomes).await;
            if !unclear.is_empty() {
                warnings.push(format!(
                    "an answer was lost, so that nobody can tell whether this run deleted what is gone now: {}",
                    unclear.join(", ")
                ));
            }
            Ok(warnings)
        })
    }
}

fn silent() -> Error {
    Error::new(ErrorKind::Server, "the answer does not mention this item").fate(Fate::Unknown)
}
