//! Deleting key pairs (spec volcengine 4.4): names only, at most 100 a request, a result for each
//! name inside an HTTP 200, proven by reading the list back.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::ecs::{self, DeleteKeyPairs, DescribeInstances, DescribeKeyPairs, KeyPair};
use super::names::{can_be_name, chunks};
use super::wire::VolcengineWire;
use crate::cloud::change::{Batch, Change, Survey};
use crate::cloud::client::{Client, Preview};
use crate::cloud::{deletion, pages};
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
        if let Some(id) = ids.iter().find(|id| !can_be_name(id)) {
            return Err(Error::usage(format!(
                "'{}' cannot be the name of a key pair",
                id.chars().take(80).collect::<String>().escape_debug()
            )));
        }
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
            .filter(|&item| self.ids[item].starts_with("kp-"))
            .collect();
        for chunk in suspects.chunks(ecs::MOST_NAMES) {
            let texts: Vec<String> = chunk.iter().map(|&item| self.ids[item].clone()).collect();
            let pairs = match self.look_up(&texts).await {
                Ok(pairs) => pairs,
                Err(error) if error.kind == ErrorKind::Permission => {
                    survey.warnings.push(format!(
                        "arguments that start with kp- are taken as names: looking whether they are ids is denied ({error})"
                    ));
                    self.unresolved.extend(chunk);
                    continue;
                }
                Err(error) => return Err(error),
            };
            for &item in chunk {
                let id = &self.ids[item];
                if pairs.iter().any(|pair| &pair.key_pair_name == id) {
                    continue;
                }
                match pairs.iter().find(|pair| &pair.key_pair_id == id) {
                    Some(pair) => {
                        self.names[item].clone_from(&pair.key_pair_name);
                        survey
                            .notes
                            .push(format!("{id} is the key pair named {}", pair.key_pair_name));
                        let name = pair.key_pair_name.clone();
                        survey.outcomes[item].address =
                            self.client.scope.address(Resource::KeyPair, name);
                    }
                    None => survey.outcomes[item].seen(Status::Absent),
                }
            }
        }
        Ok(())
    }

    async fn look_up(&self, texts: &[String]) -> Result<Vec<KeyPair>, Error> {
        let mut pairs = self.read(DescribeKeyPairs::named(texts)).await?;
        let is_name = |text: &&String| pairs.iter().any(|pair| pair.key_pair_name == **text);
        let others: Vec<String> = texts
            .iter()
            .filter(|text| !is_name(text))
            .cloned()
            .collect();
        if others.is_empty() {
            return Ok(pairs);
        }
        match self.read(DescribeKeyPairs::with_ids(&others)).await {
            Ok(found) => pairs.extend(found),
            // A text that the service does not take for an id is a name that is not there.
            Err(error) if error.kind == ErrorKind::Usage => {}
            Err(error) => return Err(error),
        }
        Ok(pairs)
    }

    /// Reads a filtered list. A service that refuses unknown names instead of leaving them out
    /// (not documented either way) is asked for the whole list.
    async fn read(&self, filtered: DescribeKeyPairs) -> Result<Vec<KeyPair>, Error> {
        match pages::all(self.client, filtered).await {
            Err(error) if error.kind == ErrorKind::NotFound => {
                pages::all(self.client, DescribeKeyPairs::all()).await
            }
            result => result,
        }
    }

    /// Which of these names are listed.
    async fn listed(&self, names: &[String]) -> Result<HashSet<String>, Error> {
        let mut listed = HashSet::new();
        for chunk in chunks(&(0..names.len()).collect::<Vec<_>>(), names) {
            let chunk: Vec<String> = chunk.iter().map(|&at| names[at].clone()).collect();
            let pairs = self.read(DescribeKeyPairs::named(&chunk)).await?;
            listed.extend(pairs.into_iter().map(|pair| pair.key_pair_name));
        }
        Ok(listed)
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
            match pages::all(self.client, DescribeInstances::holding(name)).await {
                Ok(instances) => {
                    let holders = instances
                        .into_iter()
                        .filter(|instance| &instance.key_pair_name == name);
                    let scope = &self.client.scope;
                    outcomes[item].held_by = Some(
                        holders
                            .map(|found| scope.address(Resource::Instance, found.instance_id))
                            .collect(),
                    );
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
            let token = match self.client_token.take() {
                Some(token) => token,
                None => random::token()?,
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
