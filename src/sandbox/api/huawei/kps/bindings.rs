//! Pairs on servers: put there, replaced, taken away (spec huawei 7, "Associate semantics").
//!
//! The service edits root's `authorized_keys` over SSH, or on the disk of a stopped server. Whether that will work is
//! decided when the task is made, so that no password and no private key is kept; it shows when the task ends.

use serde_json::{Map, Value, json};

use super::super::state::{EcsServer, Task};
use super::{
    Call, Items, Operation, Quirk, Refusal, Reply, bad_request, change, find, fingerprint,
    identifiers, invalid, key_material, required, tasks, text,
};

/// How many items one batch may have.
const MOST_ITEMS: usize = 10;
/// Longest public key text in bytes that a server can take.
const MOST_KEY_BYTES: usize = 1024;
/// Where servers listen.
const SSH_PORT: u64 = 22;
/// A server that runs.
const ACTIVE: &str = "ACTIVE";
/// Parts of the names of systems on which none of this works.
const UNFIT_SYSTEMS: [&str; 8] = [
    "windows",
    "coreos",
    "freebsd",
    "euler",
    "kylin v10",
    "uniontech",
    "uos",
    "centos stream 8",
];

pub(super) const ASSOCIATE_KEYPAIR: Operation = change(
    "AssociateKeypair",
    ("POST", "/v3/{project_id}/keypairs/associate"),
    Items::Body(&["server", "id"]),
    associate_keypair,
);

pub(super) const BATCH_ASSOCIATE_KEYPAIR: Operation = Operation {
    has_item_errors: true,
    ..change(
        "BatchAssociateKeypair",
        ("POST", "/v3/{project_id}/keypairs/batch-associate"),
        Items::Body(&["batch_keypairs", "*", "server", "id"]),
        batch_associate_keypair,
    )
};

pub(super) const DISASSOCIATE_KEYPAIR: Operation = change(
    "DisassociateKeypair",
    ("POST", "/v3/{project_id}/keypairs/disassociate"),
    Items::Body(&["server", "id"]),
    disassociate_keypair,
);

/// Why a server is refused: a code and a message.
type Refused = (&'static str, &'static str);

/// What proves that the caller may change a running server. Not kept.
enum Proof {
    Password(String),
    /// The public half of the private key that was sent, if it was one.
    KeyPair(Option<Vec<u8>>),
}

/// One server, and what is to become of it.
struct Wish {
    /// Name and public key; `None` to unbind.
    key_pair: Option<(String, String)>,
    server_id: String,
    proof: Option<Proof>,
    disables_password: bool,
    port: u64,
}

impl Wish {
    fn associate(call: &Call<'_>, document: &Value) -> Result<Self, Refusal> {
        let members = document.as_object().ok_or_else(invalid)?;
        let name = required(members, "keypair_name")?;
        let mut wish = Self::server(members)?;
        let pair = &call.project()?.key_pairs[find(call, name)?];
        wish.key_pair = Some((name.to_owned(), pair.public_key.trim().to_owned()));
        Ok(wish)
    }

    /// The `server` of a body.
    fn server(members: &Map<String, Value>) -> Result<Self, Refusal> {
        let server = members
            .get("server")
            .and_then(Value::as_object)
            .ok_or_else(invalid)?;
        let proof = match server.get("auth") {
            None | Some(Value::Null) => None,
            Some(Value::Object(auth)) => {
                let key = required(auth, "key")?;
                Some(match required(auth, "type")? {
                    "password" => Proof::Password(key.to_owned()),
                    "keypair" => Proof::KeyPair(key_material::public_blob(key)),
                    _ => return Err(invalid()),
                })
            }
            Some(_) => return Err(invalid()),
        };
        let disables_password = match server.get("disable_password") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(is_wanted)) => *is_wanted,
            Some(_) => return Err(invalid()),
        };
        let port = match server.get("port") {
            None | Some(Value::Null) => SSH_PORT,
            Some(port) => port
                .as_u64()
                .filter(|port| (1..=65535).contains(port))
                .ok_or_else(invalid)?,
        };
        Ok(Self {
            key_pair: None,
            server_id: required(server, "id")?.to_owned(),
            proof,
            disables_password,
            port,
        })
    }

    /// What the service calls it.
    fn operation(&self, server: &EcsServer) -> &'static str {
        match (&self.key_pair, &self.proof) {
            (None, _) => tasks::UNBIND,
            (Some(_), None) => "RESET",
            (Some(_), Some(_)) if server.key_pair_name.is_empty() => "BIND",
            (Some(_), Some(_)) => "REPLACE",
        }
    }

    /// Why it is going to fail: a code, often none, and a message.
    fn failure(&self, server: &EcsServer) -> Option<Refused> {
        let system = server.os.to_ascii_lowercase();
        if UNFIT_SYSTEMS.iter().any(|unfit| system.contains(unfit)) {
            return Some(("", "The operating system is not supported"));
        }
        if let Some((_, public_key)) = &self.key_pair
            && public_key.len() > MOST_KEY_BYTES
        {
            return Some(("", "The public key is too long"));
        }
        match (&self.proof, server.status == ACTIVE) {
            (None, false) => None,
            (None, true) => Some(("", "Update public key error")),
            (Some(_), false) => Some(("", "The server is not running")),
            (Some(_), true) if !server.ssh_open || self.port != SSH_PORT => {
                Some(("", "Connect to server failed"))
            }
            (Some(Proof::Password(password)), true) => {
                let is_right = server.password_login && *password == server.password;
                (!is_right).then_some(("", "Password authentication failed"))
            }
            (Some(Proof::KeyPair(blob)), true) => {
                let bound = fingerprint::parse(&server.authorized_key).map(|(_, blob)| blob);
                let is_right = blob.is_some() && *blob == bound;
                (!is_right).then_some(("KPS.6009", "Key pair verification failed"))
            }
        }
    }

    /// Why the service does not even try.
    fn refused(&self, call: &Call<'_>) -> Result<Option<Refused>, Refusal> {
        let Some(server) = server(call, &self.server_id)? else {
            return Ok(Some(("KPS.0002", "The server does not exist")));
        };
        let is_unbound = server.key_pair_name.is_empty();
        if self.key_pair.is_none() && is_unbound {
            return Ok(Some(("KPS.0002", "No key pair is bound to the server")));
        }
        let lacks_proof = self.proof.is_none() && server.status == ACTIVE;
        if lacks_proof && call.ctx.has(Quirk::KpsRunningWithoutAuth400) {
            return Ok(Some(("KPS.0002", "auth is required for a running server")));
        }
        Ok(None)
    }

    /// A task of its own; answers the id.
    fn begin(&self, call: &mut Call<'_>) -> Result<String, Refusal> {
        let server = server(call, &self.server_id)?.ok_or_else(Refusal::internal_error)?;
        let (key_pair_name, public_key) = match &self.key_pair {
            Some((name, public_key)) => (name.clone(), public_key.clone()),
            None => (server.key_pair_name.clone(), String::new()),
        };
        let (error_code, error_message) = self.failure(server).unwrap_or_default();
        let task = Task {
            id: identifiers::uuid(),
            operation: self.operation(server).to_owned(),
            status: tasks::READY.to_owned(),
            server_id: server.id.clone(),
            server_name: server.name.clone(),
            key_pair_name,
            public_key,
            disables_password: self.disables_password,
            looks: 0,
            created_at: call.ctx.now.timestamp_millis(),
            error_code: error_code.to_owned(),
            error_message: error_message.to_owned(),
        };
        let id = task.id.clone();
        call.project_mut()?.tasks.push(task);
        Ok(id)
    }
}

fn server<'c>(call: &'c Call<'_>, id: &str) -> Result<Option<&'c EcsServer>, Refusal> {
    let servers = &call.project()?.ecs_servers;
    Ok(servers.iter().find(|server| server.id == id))
}

fn associate_keypair(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let document = call.document().ok_or_else(invalid)?;
    let wish = Wish::associate(call, &document)?;
    one(call, 200, &wish)
}

fn disassociate_keypair(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let wish = Wish::server(&call.body().ok_or_else(invalid)?)?;
    one(call, 202, &wish)
}

fn one(call: &mut Call<'_>, status: u16, wish: &Wish) -> Result<Reply, Refusal> {
    let answer = match wish.refused(call)? {
        None => json!({ "task_id": wish.begin(call)? }),
        Some((code, message)) if call.ctx.has(Quirk::KpsRefusedIn2xx) => json!({
            "server_id": wish.server_id,
            "status": "FAILED",
            "error_code": code,
            "error_msg": message,
        }),
        Some((code, message)) => return Err(bad_request(code, message)),
    };
    Ok(Reply::json(status, &answer))
}

/// The same pair on running servers that have none. A server that cannot have it gets an error in place of a task, inside
/// HTTP 200.
fn batch_associate_keypair(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    let body = call.body().ok_or_else(invalid)?;
    let items = body
        .get("batch_keypairs")
        .and_then(Value::as_array)
        .filter(|items| (1..=MOST_ITEMS).contains(&items.len()))
        .ok_or_else(invalid)?;
    let name = |item: &Value| {
        text(item.as_object()?, "keypair_name")
            .ok()?
            .map(str::to_owned)
    };
    if items.iter().any(|item| name(item) != name(&items[0])) {
        return Err(invalid());
    }
    let wishes = items
        .iter()
        .map(|item| Wish::associate(call, item))
        .collect::<Result<Vec<_>, _>>()?;
    let mut answers = Vec::new();
    for (index, wish) in wishes.iter().enumerate() {
        let is_repeated = wishes[..index]
            .iter()
            .any(|earlier| earlier.server_id == wish.server_id);
        let refused = if call.ctx.throttle_item && index == 0 {
            Some(("APIGW.0308", "The throttling threshold has been reached"))
        } else if is_repeated {
            Some(("KPS.0002", "The server is named twice"))
        } else {
            wish.refused(call)?.or(unfit_for_batch(call, wish)?)
        };
        let id = &wish.server_id;
        answers.push(match refused {
            Some((code, message)) => {
                json!({ "server_id": id, "status": "Failed", "error_code": code, "error_msg": message })
            }
            None => json!({ "server_id": id, "task_id": wish.begin(call)?, "status": "SUCCESS" }),
        });
    }
    Ok(Reply::json(200, &json!({ "tasks": answers })))
}

fn unfit_for_batch(call: &Call<'_>, wish: &Wish) -> Result<Option<Refused>, Refusal> {
    Ok(match server(call, &wish.server_id)? {
        Some(server) if server.status != ACTIVE => Some(("KPS.0002", "The server is not running")),
        Some(server) if !server.key_pair_name.is_empty() => {
            Some(("KPS.0002", "A key pair is bound to the server"))
        }
        _ => None,
    })
}
