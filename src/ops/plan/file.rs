//! A plan in a file. Its digest is made of everything in it, so that a single letter more is another
//! plan.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{Account, Call, Fact, Plan, Planned, Revoked, from_json, to_json};
use crate::cloud::change::Risk;
use crate::error::Error;
use crate::model::{Address, Scope};

const SCHEMA: &str = "kpctl/v1";
const KIND: &str = "Plan";
/// The severe consequences, by their flags.
const RISKS: [Risk; 4] = [
    Risk::PowerCut,
    Risk::HardStop,
    Risk::Lockout,
    Risk::PrivateKeySent,
];

/// The plan as a document, with its digest.
pub fn text(plan: &Plan) -> Result<String, Error> {
    let mut document = document(plan)?;
    let digest = digest_of(&document);
    document.insert("digest".into(), digest.into());
    Ok(format!("{:#}\n", Value::Object(document)))
}

/// The digest of a plan: 64 hexadecimal digits.
pub fn digest(plan: &Plan) -> Result<String, Error> {
    Ok(digest_of(&document(plan)?))
}

fn digest_of(document: &Map<String, Value>) -> String {
    // Members stand in one order, and texts are escaped in one way.
    let text = Value::Object(document.clone()).to_string();
    hex::encode(Sha256::digest(text))
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn document(plan: &Plan) -> Result<Map<String, Value>, Error> {
    let mut steps = Vec::new();
    for step in &plan.steps {
        let mut changes = Vec::new();
        for planned in step {
            changes.push(json!({
                "scope": planned.scope.to_string(),
                "service": planned.service,
                "request": to_json(&planned.request)?,
                "calls": planned.calls.iter().map(call).collect::<Vec<_>>(),
            }));
        }
        steps.push(Value::from(changes));
    }
    let accepted: Vec<&str> = plan.accepted.iter().map(|risk| risk.flag()).collect();
    let accounts = plan.accounts.iter().map(|account| {
        json!({
            "cloud": account.cloud.name(),
            "profile": account.profile,
            "account": account.account,
        })
    });
    let facts = plan.facts.iter().map(|fact| {
        json!({
            "address": fact.address,
            "there": fact.is_there,
            "key": fact.key,
            "holds": fact.holds,
            "state": fact.state,
        })
    });
    let document = json!({
        "schema": SCHEMA,
        "kind": KIND,
        "command": plan.command,
        "reason": plan.reason,
        "made_at": instant(plan.made_at),
        "expires_at": instant(plan.expires_at),
        "sandbox": plan.sandbox,
        "endpoint": plan.endpoint,
        "accounts": accounts.collect::<Vec<_>>(),
        "accepted": accepted,
        "max_changes": plan.max_changes,
        "max_stops": plan.max_stops,
        "wait": plan.wait,
        "verify": plan.verify,
        "revoked": plan.revoked.as_ref().map(revoked),
        "facts": facts.collect::<Vec<_>>(),
        "steps": steps,
        "notes": plan.notes,
    });
    match document {
        Value::Object(document) => Ok(document),
        _ => Ok(Map::new()),
    }
}

fn call(call: &Call) -> Value {
    json!({
        "service": call.service,
        "operation": call.operation,
        "method": call.method,
        "url": call.url,
        "body": call.body,
    })
}

fn revoked(revoked: &Revoked) -> Value {
    let unseen = revoked.unseen.iter();
    let unseen: Vec<Value> = unseen
        .map(|(place, why)| json!({ "scope": place, "reason": why }))
        .collect();
    json!({
        "fingerprint": revoked.fingerprint,
        "public_key": revoked.public_key,
        "scopes": revoked.scopes,
        "places": revoked.places,
        "unseen": unseen,
        "verify_cmd": revoked.verify_cmd,
    })
}

/// Reads a plan, whose digest must be that of what it says. `name` is what errors call the file.
pub fn parse(text: &str, name: &str) -> Result<(Plan, String), Error> {
    let complain = |why: &str| {
        Error::usage(format!("'{name}' is no plan that can be used: {why}"))
            .code("BrokenPlan")
            .hint("Make a new one with --plan FILE; a plan is never edited.")
    };
    let value: Value =
        serde_json::from_str(text).map_err(|_| complain("it is no JSON, or breaks off"))?;
    let Value::Object(mut document) = value else {
        return Err(complain("it is no document"));
    };
    if document.get("kind").and_then(Value::as_str) != Some(KIND) {
        return Err(complain("it is no document of kind Plan"));
    }
    if document.get("schema").and_then(Value::as_str) != Some(SCHEMA) {
        return Err(complain("its form is not that of this kpctl"));
    }
    let Some(Value::String(told)) = document.remove("digest") else {
        return Err(complain("it has no digest"));
    };
    let digest = digest_of(&document);
    if told != digest {
        return Err(complain("it was changed after it was made"));
    }
    let plan = plan(&document).ok_or_else(|| complain("it lacks what a plan has"))??;
    // What it says must be all that it says: nothing may be read over.
    if super::digest(&plan)? != digest {
        return Err(complain("it says more than this kpctl understands"));
    }
    // Of a member that stands there twice one reader sees the first, and another the last.
    if !compact(text).eq(compact(&super::text(&plan)?)) {
        return Err(complain("it says something twice, or in another form"));
    }
    Ok((plan, digest))
}

/// The letters of JSON without the blanks that mean nothing.
fn compact(text: &str) -> impl Iterator<Item = char> {
    let (mut is_text, mut is_escaped) = (false, false);
    text.chars().filter(move |&letter| {
        let counts = is_text || !letter.is_ascii_whitespace();
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = is_text,
            '"' => is_text = !is_text,
            _ => {}
        }
        counts
    })
}

/// `None`: a member is missing or has another form.
fn plan(document: &Map<String, Value>) -> Option<Result<Plan, Error>> {
    let text = |name: &str| document.get(name)?.as_str().map(str::to_owned);
    let at = |name: &str| {
        let instant = DateTime::parse_from_rfc3339(document.get(name)?.as_str()?).ok()?;
        Some(instant.to_utc())
    };
    let truth = |name: &str| document.get(name)?.as_bool();
    let number = |name: &str| match document.get(name)? {
        Value::Null => Some(None),
        value => Some(Some(usize::try_from(value.as_u64()?).ok()?)),
    };
    let list = |name: &str| document.get(name)?.as_array();
    let accepted: Option<Vec<Risk>> = list("accepted")?
        .iter()
        .map(|flag| RISKS.into_iter().find(|risk| flag == risk.flag()))
        .collect();
    let accounts: Option<Vec<Account>> = list("accounts")?.iter().map(account).collect();
    let facts: Option<Vec<Fact>> = list("facts")?.iter().map(fact).collect();
    let notes: Option<Vec<String>> = list("notes")?.iter().map(string).collect();
    let mut steps = Vec::new();
    for step in list("steps")? {
        let mut changes = Vec::new();
        for change in step.as_array()? {
            match planned(change)? {
                Ok(planned) => changes.push(planned),
                Err(error) => return Some(Err(error)),
            }
        }
        steps.push(changes);
    }
    let revoked = match document.get("revoked")? {
        Value::Null => None,
        value => Some(revoked_of(value)?),
    };
    Some(Ok(Plan {
        command: text("command")?,
        reason: text("reason"),
        made_at: at("made_at")?,
        expires_at: at("expires_at")?,
        sandbox: truth("sandbox")?,
        endpoint: text("endpoint"),
        accounts: accounts?,
        accepted: accepted?,
        max_changes: number("max_changes")?,
        max_stops: number("max_stops")?,
        wait: truth("wait")?,
        verify: truth("verify")?,
        steps,
        facts: facts?,
        notes: notes?,
        revoked,
    }))
}

fn string(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn account(value: &Value) -> Option<Account> {
    Some(Account {
        cloud: value.get("cloud")?.as_str()?.parse().ok()?,
        profile: string(value.get("profile")?)?,
        account: string(value.get("account")?)?,
    })
}

fn fact(value: &Value) -> Option<Fact> {
    let holds = match value.get("holds")? {
        Value::Null => None,
        list => Some(list.as_array()?.iter().map(string).collect::<Option<_>>()?),
    };
    Some(Fact {
        address: string(value.get("address")?)?,
        is_there: value.get("there")?.as_bool()?,
        key: value.get("key")?.as_str().map(str::to_owned),
        holds,
        state: value.get("state")?.as_str().map(str::to_owned),
    })
}

fn planned(value: &Value) -> Option<Result<Planned, Error>> {
    let scope = scope(value.get("scope")?.as_str()?)?;
    let service = string(value.get("service")?)?;
    let calls: Option<Vec<Call>> = value
        .get("calls")?
        .as_array()?
        .iter()
        .map(call_of)
        .collect();
    let calls = calls?;
    Some(from_json(value.get("request")?).map(|request| Planned {
        scope,
        service,
        request,
        calls,
    }))
}

/// A scope is an address without its last two parts.
fn scope(text: &str) -> Option<Scope> {
    let address: Address = format!("{text}/key-pair/-").parse().ok()?;
    Some(address.scope)
}

fn call_of(value: &Value) -> Option<Call> {
    Some(Call {
        service: string(value.get("service")?)?,
        operation: string(value.get("operation")?)?,
        method: string(value.get("method")?)?,
        url: string(value.get("url")?)?,
        body: value.get("body")?.as_str().map(str::to_owned),
    })
}

fn revoked_of(value: &Value) -> Option<Revoked> {
    let texts = |name: &str| -> Option<Vec<String>> {
        value.get(name)?.as_array()?.iter().map(string).collect()
    };
    let unseen: Option<Vec<(String, String)>> = value
        .get("unseen")?
        .as_array()?
        .iter()
        .map(|entry| Some((string(entry.get("scope")?)?, string(entry.get("reason")?)?)))
        .collect();
    Some(Revoked {
        fingerprint: string(value.get("fingerprint")?)?,
        public_key: value.get("public_key")?.as_str().map(str::to_owned),
        scopes: texts("scopes")?,
        places: texts("places")?,
        unseen: unseen?,
        verify_cmd: value.get("verify_cmd")?.as_str().map(str::to_owned),
    })
}
