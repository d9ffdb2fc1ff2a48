//! Jobs: what came of a change (spec huawei-codearts-cph 6.2).

use serde_json::{Value, json};

use super::super::state::{Job, Project};
use super::super::{Call, Effect, Items, Operation, Quirk, Refusal, Reply, Service, Shape, clock};
use super::{or_null, paging};

/// Still at work.
pub(crate) const RUNNING: i64 = 1;
const SUCCESS: i64 = 2;
const FAILED: i64 = -1;

/// How many looks see a job running.
const LOOKS_RUNNING: u32 = 2;
/// How many requests may be asked for at once.
const MOST_REQUEST_IDS: usize = 20;

/// By the ids of requests.
pub(crate) const LIST_JOBS: Operation = Operation {
    service: Service::Cph,
    name: "ListJobs",
    method: "GET",
    path: "/v1/{project_id}/cloud-phone/jobs",
    effect: Effect::Read,
    items: Items::None,
    has_item_errors: false,
    run: list_jobs,
};

/// By its own id.
pub(crate) const SHOW_JOB: Operation = Operation {
    service: Service::Cph,
    name: "ShowJob",
    method: "GET",
    path: "/v1/{project_id}/cloud-phone/jobs/{job_id}",
    effect: Effect::Read,
    items: Items::Path("job_id"),
    has_item_errors: false,
    run: show_job,
};

/// `request_ids` wins over `request_id`; there is no total.
fn list_jobs(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (offset, limit) = paging(call)?;
    let asked = call
        .query("request_ids")
        .or_else(|| call.query("request_id"))
        .ok_or_else(|| Refusal::bad_request("request_id or request_ids is required"))?;
    let request_ids: Vec<&str> = asked.split(',').collect();
    if request_ids.len() > MOST_REQUEST_IDS {
        return Err(Refusal::bad_request("more than 20 request_ids"));
    }
    let is_asked = |job: &Job| request_ids.contains(&job.request_id.as_str());
    let places: Vec<usize> = call
        .project()?
        .jobs
        .iter()
        .enumerate()
        .filter(|(_, found)| is_asked(found) && !is_forgotten(call, found))
        .map(|(index, _)| index)
        .skip(offset)
        .take(limit)
        .collect();
    let mut jobs = Vec::new();
    for index in places {
        look(call, index)?;
        let found = &call.project()?.jobs[index];
        if !is_forgotten(call, found) {
            jobs.push(job(found));
        }
    }
    if call.ctx.has(Quirk::CphJobsReordered) {
        jobs.reverse();
    }
    Ok(Reply::json(
        200,
        &json!({ "request_id": call.ctx.request_id, "jobs": jobs }),
    ))
}

fn show_job(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let not_found = || Refusal::new(Shape::Cph, 404, "CPS.0011", "The job does not exist.");
    let id = call.path("job_id");
    let place = call.project()?.jobs.iter().position(|job| job.id == id);
    let index = place.ok_or_else(not_found)?;
    look(call, index)?;
    let found = &call.project()?.jobs[index];
    if is_forgotten(call, found) {
        return Err(not_found());
    }
    let mut answer = job(found);
    answer["request_id"] = call.ctx.request_id.into();
    Ok(Reply::json(200, &answer))
}

fn is_forgotten(call: &Call<'_>, job: &Job) -> bool {
    job.status != RUNNING && call.ctx.has(Quirk::CphJobsForgotten)
}

/// Work goes on when somebody looks, so that tests need no clock. Only looks at the job count.
fn look(call: &mut Call<'_>, index: usize) -> Result<(), Refusal> {
    if call.project()?.jobs[index].status != RUNNING {
        return Ok(());
    }
    let now = clock::utc(call.ctx.now);
    let project = call.project_mut()?;
    project.jobs[index].looks += 1;
    if project.jobs[index].looks > LOOKS_RUNNING {
        finish(project, index, now);
    }
    Ok(())
}

fn finish(project: &mut Project, index: usize, now: String) {
    let job = &mut project.jobs[index];
    job.end_time.clone_from(&now);
    let has_key_pair = project
        .key_pairs
        .iter()
        .any(|pair| pair.name == job.key_pair_name);
    let server = project
        .servers
        .iter_mut()
        .find(|server| server.id == job.server_id);
    match server {
        Some(server) if has_key_pair => {
            job.status = SUCCESS;
            server.key_pair_name.clone_from(&job.key_pair_name);
            server.update_time = now;
        }
        // No code for this was found in any document.
        Some(_) => fail(
            job,
            "CPS.0003",
            format!("The key pair {} does not exist.", job.key_pair_name),
        ),
        None => fail(job, "CPS.0016", "server_id is invalid.".to_owned()),
    }
}

fn fail(job: &mut Job, code: &str, message: String) {
    job.status = FAILED;
    code.clone_into(&mut job.error_code);
    job.error_message = message;
}

/// A job does not name the request that it came from.
fn job(job: &Job) -> Value {
    json!({
        "job_id": job.id,
        "begin_time": job.begin_time,
        "end_time": or_null(&job.end_time),
        "status": job.status,
        "server_id": job.server_id,
        "error_code": or_null(&job.error_code),
        "error_msg": or_null(&job.error_message),
        "execute_msg": null,
    })
}
