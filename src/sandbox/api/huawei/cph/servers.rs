//! Servers: list, detail, and the change of their key pairs.

use serde_json::{Map, Value, json};

use super::super::state::{Job, Server};
use super::super::{
    Call, Effect, Items, Operation, Quirk, Refusal, Reply, Service, clock, identifiers,
};
use super::{bad_request, jobs, paging};

/// How many servers one call may name; the card has only that neighbouring calls allow 100.
const MOST_SERVERS: usize = 100;
/// Longest server id in bytes.
const MOST_ID_BYTES: usize = 32;
/// Status of a frozen server.
const FROZEN: i64 = 8;

/// Spec huawei-codearts-cph 6.1.
pub(crate) const UPDATE_KEYPAIR: Operation = Operation {
    service: Service::Cph,
    name: "UpdateKeypair",
    method: "PUT",
    path: "/v1/{project_id}/cloud-phone/servers/open-access",
    effect: Effect::Change,
    items: Items::Body(&["servers", "*", "server_id"]),
    has_item_errors: true,
    run: update_keypair,
};

/// Spec huawei-codearts-cph 6.3.
pub(crate) const LIST_CLOUD_PHONE_SERVERS: Operation = Operation {
    service: Service::Cph,
    name: "ListCloudPhoneServers",
    method: "GET",
    path: "/v1/{project_id}/cloud-phone/servers",
    effect: Effect::Read,
    items: Items::None,
    has_item_errors: false,
    run: list_cloud_phone_servers,
};

/// Spec huawei-codearts-cph 6.3.
pub(crate) const SHOW_CLOUD_PHONE_SERVER_DETAIL: Operation = Operation {
    service: Service::Cph,
    name: "ShowCloudPhoneServerDetail",
    method: "GET",
    path: "/v1/{project_id}/cloud-phone/servers/{server_id}",
    effect: Effect::Read,
    items: Items::Path("server_id"),
    has_item_errors: false,
    run: show_cloud_phone_server_detail,
};

/// Makes one job per server; a server that cannot be changed gets an error in place of a job, inside HTTP 200.
fn update_keypair(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let changes = changes(call)?;
    let ctx = call.ctx;
    let mut answers = Vec::new();
    let mut made = Vec::new();
    for (index, (server_id, key_pair_name)) in changes.into_iter().enumerate() {
        let error = if ctx.throttle_item && index == 0 {
            Some(("CPS.1027", "The server is being scaled."))
        } else {
            refusal_of_server(
                call.project()?
                    .servers
                    .iter()
                    .find(|server| server.id == server_id),
            )
        };
        if let Some((code, message)) = error {
            answers
                .push(json!({ "server_id": server_id, "error_code": code, "error_msg": message }));
            continue;
        }
        let job = Job {
            id: identifiers::hex32(),
            request_id: ctx.request_id.to_owned(),
            server_id,
            key_pair_name,
            status: jobs::RUNNING,
            begin_time: clock::utc(ctx.now),
            ..Job::default()
        };
        answers.push(json!({ "server_id": job.server_id, "job_id": job.id }));
        made.push(job);
    }
    if ctx.has(Quirk::CphUnknownServerRefusesCall) {
        let failures: Vec<Value> = answers
            .iter()
            .filter(|answer| answer.get("error_code").is_some())
            .cloned()
            .collect();
        if !failures.is_empty() {
            return Err(bad_request("CPS.0016", "server_id is invalid.").with_failures(failures));
        }
    }
    if !made.is_empty() {
        call.project_mut()?.jobs.append(&mut made);
    }
    if ctx.has(Quirk::CphJobsReordered) {
        answers.reverse();
    }
    Ok(Reply::json(
        200,
        &json!({ "request_id": ctx.request_id, "jobs": answers }),
    ))
}

/// Server ids and key pair names out of the body.
fn changes(call: &Call<'_>) -> Result<Vec<(String, String)>, Refusal> {
    let body = call
        .body()
        .ok_or_else(|| Refusal::bad_request("the body is not a JSON object"))?;
    let servers = body
        .get("servers")
        .and_then(Value::as_array)
        .filter(|servers| (1..=MOST_SERVERS).contains(&servers.len()))
        .ok_or_else(|| Refusal::bad_request("servers must be a list of 1 to 100 objects"))?;
    let text = |server: &Value, name: &str| {
        server
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
            .ok_or_else(|| Refusal::bad_request(&format!("{name} must be a string")))
    };
    servers
        .iter()
        .map(|server| Ok((text(server, "server_id")?, text(server, "keypair_name")?)))
        .collect()
}

fn refusal_of_server(server: Option<&Server>) -> Option<(&'static str, &'static str)> {
    match server {
        None => Some(("CPS.0016", "server_id is invalid.")),
        Some(server) if server.status == FROZEN => Some(("CPS.1028", "The server is frozen.")),
        Some(_) => None,
    }
}

/// Newest first. `create_since` and `create_until` are UNIX seconds (the card has it from one client only).
fn list_cloud_phone_servers(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let (offset, limit) = paging(call)?;
    let status: Option<i64> = match call.query("status") {
        None => None,
        Some(text) => {
            let number = text
                .parse()
                .map_err(|_| bad_request("CPS.0010", "status is invalid."))?;
            Some(number)
        }
    };
    let part_of_name = call.query("server_name").unwrap_or_default();
    let is_asked = |asked: Option<String>, value: &str| asked.is_none_or(|asked| asked == value);
    let bound = |name: &str| match call.query(name) {
        None => Ok(None),
        Some(text) => text
            .parse::<i64>()
            .map(Some)
            .map_err(|_| Refusal::bad_request(&format!("{name} must be a number"))),
    };
    let (since, until) = (bound("create_since")?, bound("create_until")?);
    let mut servers: Vec<&Server> = call
        .project()?
        .servers
        .iter()
        .filter(|server| {
            let created = seconds(&server.create_time);
            server.name.contains(&part_of_name)
                && is_asked(call.query("server_id"), &server.id)
                && is_asked(call.query("network_version"), &server.network_version)
                && is_asked(call.query("phone_model_name"), &server.phone_model_name)
                && status.is_none_or(|status| server.status == status)
                && since.is_none_or(|since| created >= since)
                && until.is_none_or(|until| created <= until)
        })
        .collect();
    servers.sort_by(|left, right| right.create_time.cmp(&left.create_time));
    let page: Vec<Value> = servers
        .iter()
        .skip(offset)
        .take(limit)
        .map(|found| Value::Object(server(call, found)))
        .collect();
    Ok(Reply::json(
        200,
        &json!({ "request_id": call.ctx.request_id, "count": servers.len(), "servers": page }),
    ))
}

fn show_cloud_phone_server_detail(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let id = call.path("server_id");
    if id.len() > MOST_ID_BYTES {
        return Err(bad_request("CPS.0016", "server_id is invalid."));
    }
    let servers = &call.project()?.servers;
    let found = servers
        .iter()
        .find(|server| server.id == id)
        .ok_or_else(|| bad_request("CPS.0016", "server_id is invalid."))?;
    let mut details = server(call, found);
    let mut add = |name: &str, value: Value| details.insert(name.to_owned(), value);
    add("band_widths", json!([]));
    add("volumes", json!([]));
    add(
        "share_volume_info",
        json!({ "volume_type": "SSD", "size": 100, "version": 1 }),
    );
    add("security_groups", json!([]));
    add("request_id", call.ctx.request_id.into());
    Ok(Reply::json(200, &Value::Object(details)))
}

fn server(call: &Call<'_>, server: &Server) -> Map<String, Value> {
    let document = json!({
        "server_name": server.name,
        "server_id": server.id,
        "server_model_name": "physical.kg1.4xlarge.cp",
        "phone_model_name": server.phone_model_name,
        "keypair_name": server.key_pair_name,
        "status": server.status,
        "network_version": server.network_version,
        "vpc_id": "7a1f0c52-9d3e-4b6a-8c27-5e4d3b2a1f09",
        "cidr": "192.168.0.0/16",
        "vpc_cidr": "192.168.0.0/16",
        "subnet_id": "8b201d63-ae4f-4c7b-9d38-6f5e4c3b2010",
        "subnet_cidr": "192.168.0.0/24",
        "addresses": [{ "server_ip": server.private_ip, "public_ip": server.public_ip }],
        "resource_project_id": call.path("project_id"),
        "availability_zone": server.availability_zone,
        "metadata": { "order_id": "CS2601020304ABCDE", "product_id": "00301-15000-0--0", "charging_mode": 1 },
        "enterprise_project_id": "0",
        "create_time": server.create_time,
        "update_time": server.update_time,
    });
    match document {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// UNIX seconds of `YYYY-MM-DDTHH:MM:SSZ`; 0 for what is not in that form.
fn seconds(time: &str) -> i64 {
    chrono::DateTime::parse_from_rfc3339(time).map_or(0, |time| time.timestamp())
}
