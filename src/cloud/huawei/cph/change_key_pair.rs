//! Giving cloud phone servers other key pairs (spec huawei-codearts-cph 6): a result for each
//! server inside an HTTP 200, then a job for each, whose success is the only evidence. Equal names
//! prove nothing, because a pair that was made again under its name holds another key.

mod checks;
mod verdict;

use std::collections::HashMap;
use std::time::Duration;

use checks::{check, oddities};
use verdict::{
    compare, may_ask_one_by_one, of_refusal, pair_of, record, silent, state_of, vanished,
};

use super::{
    Assignment, Job, ListCloudPhoneServers, ListJobs, MOST_REQUESTS, MOST_SERVERS, Reception,
    Server, ServerJob, ShowCloudPhoneServerDetail, ShowJob, UpdateKeypair,
};
use crate::cloud::change::{Batch, Change, Others, Survey, Waiting, apart};
use crate::cloud::client::Preview;
use crate::cloud::huawei::session::Session;
use crate::cloud::reply::Listed;
use crate::error::{Error, ErrorKind};
use crate::http::BoxFuture;
use crate::model::{CloudId, Outcome, Resource, Status};

/// How often a job may be unknown before that is taken as final: it may not be listed yet, and how
/// long finished ones stay is not documented.
const MISSES: u32 = 3;
/// How often a server is looked at that does not show its new pair yet.
const LOOKS: u32 = 4;

/// Changes the key pairs of servers in one project.
pub(in crate::cloud::huawei) struct Replacement<'a> {
    session: &'a Session,
    /// Server and pair, one for each outcome.
    assignments: Vec<(String, String)>,
    /// The id under which the jobs of an item are listed.
    requests: Vec<Option<String>>,
    /// How often the job of an item was not found.
    misses: Vec<u32>,
}

impl<'a> Replacement<'a> {
    pub(in crate::cloud::huawei) fn new(
        session: &'a Session,
        assignments: Vec<(String, String)>,
    ) -> Result<Self, Error> {
        let assignments = check(assignments).map_err(|error| error.cloud(CloudId::Huawei))?;
        Ok(Self {
            session,
            requests: vec![None; assignments.len()],
            misses: vec![0; assignments.len()],
            assignments,
        })
    }

    fn request(&self, batch: &Batch) -> UpdateKeypair {
        let assignment = |item: &usize| {
            let (server_id, keypair_name) = self.assignments[*item].clone();
            Assignment {
                server_id,
                keypair_name,
            }
        };
        UpdateKeypair {
            servers: batch.iter().map(assignment).collect(),
        }
    }

    /// Writes down what is there before. Only for the record: whoever may change servers need not
    /// be allowed to list them.
    async fn add_before(&self, survey: &mut Survey) -> Result<(), Error> {
        let servers = match self.session.all(ListCloudPhoneServers::default()).await {
            Ok(servers) => servers,
            Err(error) if matches!(error.kind, ErrorKind::Credentials | ErrorKind::Usage) => {
                return Err(error);
            }
            Err(error) => {
                survey.warnings.push(format!(
                    "what the servers have now is not known, listing them (cph:servers:list) failed: {error}"
                ));
                return Ok(());
            }
        };
        let by_id: HashMap<&str, &Server> = servers
            .iter()
            .filter_map(|server| Some((server.known.id.as_deref()?, &server.known)))
            .collect();
        for (item, (id, name)) in self.assignments.iter().enumerate() {
            let Some(server) = by_id.get(id.as_str()) else {
                survey.warnings.push(format!(
                    "server {id} is not among those listed; sent all the same"
                ));
                continue;
            };
            survey.outcomes[item].before = Some(state_of(server));
            let now = server.key_pair().unwrap_or("no key pair that is shown");
            survey.notes.push(format!("{id}: from {now} to {name}"));
        }
        Ok(())
    }

    /// Jobs of these items by job id: with one call for many, or one for each where the list
    /// cannot be had.
    async fn jobs(&self, open: &[usize]) -> Result<HashMap<String, Job>, Error> {
        let mut requests: Vec<String> = open
            .iter()
            .filter_map(|&item| self.requests[item].clone())
            .collect();
        requests.sort();
        requests.dedup();
        let mut jobs = HashMap::new();
        for chunk in requests.chunks(MOST_REQUESTS) {
            match self.session.all(ListJobs::of(chunk)).await {
                Ok(found) => {
                    let named = |job: Listed<Job>| Some((job.known.id.clone()?, job.known));
                    jobs.extend(found.into_iter().filter_map(named));
                }
                Err(error) if may_ask_one_by_one(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(jobs)
    }

    /// The server as it is now.
    async fn look(&self, item: usize) -> Result<Server, Error> {
        let server_id = self.assignments[item].0.clone();
        Ok(self
            .session
            .call(&ShowCloudPhoneServerDetail { server_id })
            .await?
            .value
            .known)
    }

    /// Whether another look may show what the first did not.
    fn may_lag(&self, item: usize, outcome: &Outcome) -> bool {
        let wanted = Some(self.assignments[item].1.as_str());
        let shown = pair_of(outcome.after.as_ref());
        match outcome.status {
            Status::Changed => shown != wanted,
            Status::Unverified => {
                shown != wanted
                    && pair_of(outcome.before.as_ref()).is_some_and(|name| Some(name) != wanted)
            }
            _ => false,
        }
    }
}

impl Change for Replacement<'_> {
    fn purpose(&self) -> String {
        let name = self
            .assignments
            .first()
            .map_or("", |(_, name)| name.as_str());
        let server = if self.assignments.len() == 1 {
            "a cloud phone server"
        } else {
            "cloud phone servers"
        };
        if self.assignments.iter().all(|(_, other)| other == name) {
            format!("change the key pair of {server} to {name}")
        } else {
            format!("change the key pairs of {server}")
        }
    }

    fn asks(&self) -> bool {
        true
    }

    fn others(&self) -> Others {
        Others::Dropped
    }

    fn survey(&mut self) -> BoxFuture<'_, Result<Survey, Error>> {
        Box::pin(async {
            self.session.find_project().await?;
            let scope = &self.session.client.scope;
            let draft = |(id, _): &(String, String)| {
                Outcome::draft(scope.address(Resource::CphServer, id), None)
            };
            let mut survey = Survey {
                outcomes: self.assignments.iter().map(draft).collect(),
                notes: vec![
                    "the change affects all phones on a server: to connect, their users need the new private key"
                        .to_owned(),
                ],
                warnings: oddities(&self.assignments),
                ..Survey::default()
            };
            self.add_before(&mut survey).await?;
            Ok(survey)
        })
    }

    fn waves(&self, ready: &[usize]) -> Vec<Vec<Batch>> {
        vec![ready.chunks(MOST_SERVERS).map(<[usize]>::to_vec).collect()]
    }

    fn preview<'a>(&'a self, batch: &'a Batch) -> BoxFuture<'a, Result<Vec<Preview>, Error>> {
        Box::pin(async move { Ok(vec![self.session.preview(&self.request(batch)).await?]) })
    }

    fn send<'a>(
        &'a mut self,
        batch: &'a Batch,
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let answer = self.session.call(&self.request(batch)).await?;
            let listed_under = answer
                .value
                .request_id
                .or_else(|| answer.request_id.clone());
            for &item in batch {
                let id = self.assignments[item].0.as_str();
                let is_its = |job: &&ServerJob| job.server_id.as_deref() == Some(id);
                let reception = answer
                    .value
                    .jobs
                    .iter()
                    .find(is_its)
                    .map(ServerJob::reception);
                let outcome = &mut outcomes[item];
                outcome.error = None;
                outcome.job_id = None;
                outcome.request_id.clone_from(&answer.request_id);
                self.requests[item].clone_from(&listed_under);
                self.misses[item] = 0;
                match reception {
                    Some(Reception::Job(job)) => {
                        outcome.status = Status::Running;
                        outcome.job_id = Some(job);
                    }
                    Some(Reception::Refused(error)) => {
                        let error = self.locate(error, answer.request_id.as_deref());
                        outcome.fail(of_refusal(&error), error);
                    }
                    Some(Reception::Silent) | None => {
                        let error = self.locate(silent(), answer.request_id.as_deref());
                        outcome.fail(Status::Unverified, error);
                    }
                }
            }
            Ok(())
        })
    }

    /// One by one, each server gets an answer of its own.
    fn split(&self, batch: &Batch) -> Vec<Batch> {
        apart(batch)
    }

    /// Spec huawei-codearts-cph 6.2; Terraform waits 10 s before the first look and 30 min in all.
    fn waiting(&self) -> Option<Waiting> {
        Some(Waiting {
            first: Duration::from_secs(5),
            longest: Duration::from_secs(20),
            limit: Duration::from_secs(30 * 60),
        })
    }

    fn poll<'a>(
        &'a mut self,
        open: &'a [usize],
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            // An item without a job was not taken on: there is nothing to look at.
            let under_way: Vec<usize> = open
                .iter()
                .copied()
                .filter(|&item| outcomes[item].job_id.is_some())
                .collect();
            let mut jobs = self.jobs(&under_way).await?;
            for item in under_way {
                let Some(job_id) = outcomes[item].job_id.clone() else {
                    continue;
                };
                let job = match jobs.remove(&job_id) {
                    Some(job) => Some(job),
                    None => match self.session.call(&ShowJob { job_id }).await {
                        Ok(answer) => Some(answer.value.known),
                        Err(error) if error.kind == ErrorKind::NotFound => None,
                        Err(error) => return Err(error),
                    },
                };
                let outcome = &mut outcomes[item];
                if let Some(job) = job {
                    self.misses[item] = 0;
                    record(outcome, job.progress(), |error| self.locate(error, None));
                    continue;
                }
                self.misses[item] += 1;
                if self.misses[item] >= MISSES {
                    outcome.fail(Status::Unverified, self.locate(vanished(), None));
                }
            }
            Ok(())
        })
    }

    /// Reads the servers back. The job has proven the change already, so that a look that is denied
    /// takes nothing away; a look that shows another pair does.
    fn prove<'a>(
        &'a mut self,
        sent: &'a [usize],
        outcomes: &'a mut [Outcome],
    ) -> BoxFuture<'a, Result<Vec<String>, Error>> {
        Box::pin(async move {
            let mut pending = sent.to_vec();
            let mut unread: HashMap<usize, Error> = HashMap::new();
            for look in 1..=LOOKS {
                for &item in &pending {
                    match self.look(item).await {
                        Ok(server) => {
                            unread.remove(&item);
                            outcomes[item].after = Some(state_of(&server));
                        }
                        Err(error) => {
                            unread.insert(item, error);
                        }
                    }
                }
                pending.retain(|item| {
                    !unread.contains_key(item) && self.may_lag(*item, &outcomes[*item])
                });
                let wait = Duration::from_secs(u64::from(look));
                let more = look < LOOKS && !pending.is_empty();
                if !more || !self.session.client.courier().pause(wait).await {
                    break;
                }
            }
            for &item in sent {
                if !unread.contains_key(&item) {
                    compare(&mut outcomes[item], &self.assignments[item].1);
                } else if outcomes[item].status == Status::Changed {
                    outcomes[item].verified = true;
                }
            }
            let mut warnings: Vec<String> = Vec::new();
            if let Some((&item, error)) = unread.iter().min_by_key(|(item, _)| **item) {
                let id = &self.assignments[item].0;
                let count = unread.len();
                warnings.push(format!(
                    "{count} of the servers could not be read back, {id} for one; whether a pair is changed is told by its job alone: {error}"
                ));
            }
            Ok(warnings)
        })
    }
}

impl Replacement<'_> {
    fn locate(&self, error: Error, request_id: Option<&str>) -> Error {
        error.with(|details| {
            details.cloud = Some(CloudId::Huawei);
            details.service = Some("cph");
            details.operation = Some("UpdateKeypair");
            details.region = Some(self.session.client.scope.region.clone());
            details.request_id = request_id.map(str::to_owned);
        })
    }
}

#[cfg(test)]
mod tests;
