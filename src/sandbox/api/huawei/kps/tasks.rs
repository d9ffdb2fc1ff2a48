//! Tasks: what comes of a change of a binding.

use serde_json::{Value, json};

use super::super::state::{Project, Task};
use super::{
    Call, Items, Operation, Quirk, Refusal, Reply, bad_request, change, limit, number, read,
};

/// Waiting to begin.
pub(super) const READY: &str = "READY";
const RUNNING: &str = "RUNNING";
const SUCCESS: &str = "SUCCESS";
const FAILED: &str = "FAILED";
/// The operation that takes a key away; all others put one.
pub(super) const UNBIND: &str = "UNBIND";

/// Page size when none is asked for.
const DEFAULT_LIMIT: usize = 1000;

pub(super) const LIST_KEYPAIR_TASK: Operation = read(
    "ListKeypairTask",
    "/v3/{project_id}/tasks/{task_id}",
    Items::Path("task_id"),
    list_keypair_task,
);

pub(super) const LIST_RUNNING_TASK: Operation = read(
    "ListRunningTask",
    "/v3/{project_id}/running-tasks",
    Items::None,
    list_running_task,
);

pub(super) const LIST_FAILED_TASK: Operation = read(
    "ListFailedTask",
    "/v3/{project_id}/failed-tasks",
    Items::None,
    list_failed_task,
);

pub(super) const DELETE_FAILED_TASK: Operation = change(
    "DeleteFailedTask",
    ("DELETE", "/v3/{project_id}/failed-tasks/{task_id}"),
    Items::Path("task_id"),
    delete_failed_task,
);

pub(super) const DELETE_ALL_FAILED_TASK: Operation = change(
    "DeleteAllFailedTask",
    ("DELETE", "/v3/{project_id}/failed-tasks"),
    Items::None,
    delete_all_failed_task,
);

/// Each look takes one step, so that tests need no clock: ready, running, done. No other operation takes one.
fn list_keypair_task(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let unknown = || bad_request("KPS.0001", "The task id is invalid");
    let id = call.path("task_id");
    let place = call.project()?.tasks.iter().position(|task| task.id == id);
    let index = place.ok_or_else(unknown)?;
    if !is_finished(&call.project()?.tasks[index]) {
        step(call.project_mut()?, index);
    }
    let task = &call.project()?.tasks[index];
    if is_finished(task) && call.ctx.has(Quirk::KpsTasksForgotten) {
        return Err(unknown());
    }
    Ok(Reply::json(
        200,
        &json!({ "server_id": task.server_id, "task_id": task.id, "task_status": status(task) }),
    ))
}

/// `RUNNING_RESET` and the like.
fn status(task: &Task) -> String {
    format!("{}_{}", task.status, task.operation)
}

fn is_finished(task: &Task) -> bool {
    matches!(task.status.as_str(), SUCCESS | FAILED)
}

fn step(project: &mut Project, index: usize) {
    let task = &mut project.tasks[index];
    task.looks += 1;
    match task.looks {
        1 => {}
        2 => RUNNING.clone_into(&mut task.status),
        _ => finish(project, index),
    }
}

fn finish(project: &mut Project, index: usize) {
    let task = &mut project.tasks[index];
    let server = project
        .ecs_servers
        .iter_mut()
        .find(|server| server.id == task.server_id);
    let Some(server) = server.filter(|_| task.error_message.is_empty()) else {
        if task.error_message.is_empty() {
            "The server does not exist".clone_into(&mut task.error_message);
        }
        FAILED.clone_into(&mut task.status);
        return;
    };
    SUCCESS.clone_into(&mut task.status);
    server.authorized_key.clone_from(&task.public_key);
    if task.operation == UNBIND {
        server.key_pair_name.clear();
    } else {
        server.key_pair_name.clone_from(&task.key_pair_name);
    }
    if task.disables_password {
        server.password_login = false;
    }
}

fn list_running_task(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    list(call, |task| !is_finished(task), members)
}

fn list_failed_task(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    list(
        call,
        |task| task.status == FAILED,
        |task| {
            let mut failed = members(task);
            failed["task_error_code"] = match task.error_code.as_str() {
                "" => Value::Null,
                code => code.into(),
            };
            failed["task_error_msg"] = task.error_message.as_str().into();
            failed
        },
    )
}

fn list(
    call: &Call<'_>,
    is_asked: impl Fn(&Task) -> bool,
    document: impl Fn(&Task) -> Value,
) -> Result<Reply, Refusal> {
    let (limit, offset) = (limit(call, DEFAULT_LIMIT)?, number(call, "offset", 0)?);
    let tasks: Vec<&Task> = call
        .project()?
        .tasks
        .iter()
        .filter(|task| is_asked(task))
        .collect();
    let page: Vec<Value> = tasks
        .iter()
        .skip(offset)
        .take(limit)
        .map(|task| document(task))
        .collect();
    Ok(Reply::json(
        200,
        &json!({ "total": tasks.len(), "tasks": page }),
    ))
}

fn members(task: &Task) -> Value {
    json!({
        "task_id": task.id,
        "operate_type": status(task),
        "task_time": task.created_at.to_string(),
        "server_name": task.server_name,
        "server_id": task.server_id,
        "keypair_name": task.key_pair_name,
    })
}

fn delete_failed_task(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let id = call.path("task_id");
    let place = call
        .project()?
        .tasks
        .iter()
        .position(|task| task.id == id && task.status == FAILED);
    let index = place.ok_or_else(|| bad_request("KPS.0005", "The failed task does not exist"))?;
    call.project_mut()?.tasks.remove(index);
    Ok(Reply::empty(200))
}

fn delete_all_failed_task(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    call.project_mut()?
        .tasks
        .retain(|task| task.status != FAILED);
    Ok(Reply::empty(200))
}
