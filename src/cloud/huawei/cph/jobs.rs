//! Jobs of cloud phone servers (spec huawei-codearts-cph 6.2). A job does not name the request that
//! it came from, so that requests are asked for one by one: only thus does an id that nobody knows
//! stand out from those beside it.

use std::collections::HashSet;

use super::servers::may_be_id;
use super::{Job, ListJobs, ShowJob};
use crate::cloud::huawei::session::Session;
use crate::cloud::reply::Listed;
use crate::error::{Error, ErrorKind};
use crate::model::{CloudId, Facts, Listing, Record};

const KEPT: &str = "How long the service keeps finished jobs is not documented; check the ids and the region (-r).";

/// The jobs of these requests; ids of single jobs are understood, too. Ids that the service does
/// not know are an error when there is no other, else a warning.
pub(in crate::cloud::huawei) async fn list(
    session: &Session,
    ids: &[String],
) -> Result<Listing, Error> {
    if let Some(id) = ids.iter().find(|id| !may_be_id(id)) {
        let id = id.escape_debug();
        let error = Error::usage(format!("'{id}' cannot be the id of a request or a job"));
        return Err(error.cloud(CloudId::Huawei));
    }
    let mut listing = Listing::default();
    let mut known = HashSet::new();
    let mut unknown: Vec<&str> = Vec::new();
    for id in ids {
        let jobs = jobs(session, id).await?;
        if jobs.is_empty() {
            unknown.push(id);
        }
        for job in jobs {
            let job_id = job.known.id.clone().unwrap_or_default();
            // A request may be named beside a job of its own.
            if job_id.is_empty() || known.insert(job_id.clone()) {
                listing.records.push(Record {
                    scope: session.client.scope.clone(),
                    address: None,
                    id: job_id,
                    facts: Facts::Task(job.known.facts()),
                    raw: job.raw,
                });
            }
        }
    }
    if unknown.is_empty() {
        return Ok(listing);
    }
    let message = format!(
        "the service knows no job of the request or job {}",
        unknown.join(", ")
    );
    if listing.records.is_empty() {
        return Err(Error::new(ErrorKind::NotFound, message)
            .hint(KEPT)
            .cloud(CloudId::Huawei)
            .with(|details| details.region = Some(session.client.scope.region.clone())));
    }
    listing.warnings.push(format!("{message}. {KEPT}"));
    Ok(listing)
}

/// The jobs of one request, or the job of that id; none when the service knows neither. How the list
/// tells an unknown request is not documented: it may be empty or refused.
async fn jobs(session: &Session, id: &str) -> Result<Vec<Listed<Job>>, Error> {
    let refusal = match session.all(ListJobs::of(&[id.to_owned()])).await {
        Ok(jobs) if !jobs.is_empty() => return Ok(jobs),
        Ok(_) => None,
        Err(error) if error.kind == ErrorKind::NotFound => None,
        Err(error) if error.kind == ErrorKind::Usage => Some(error),
        Err(error) => return Err(error),
    };
    let job_id = id.to_owned();
    match session.call(&ShowJob { job_id }).await {
        Ok(answer) => {
            let mut job = answer.value;
            job.known.id.get_or_insert_with(|| id.to_owned());
            Ok(vec![job])
        }
        Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Usage) => {
            // A list that was refused for another reason than the id says nothing about it.
            refusal.map_or(Ok(Vec::new()), Err)
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
