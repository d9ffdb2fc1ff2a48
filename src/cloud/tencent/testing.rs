//! A made-up service for the tests of this folder: it answers by action and parameters.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::{Value, json};

use super::wire::TencentWire;
use crate::cloud::change::{Change, Survey};
use crate::cloud::client::Client;
use crate::cloud::testing::connection;
use crate::error::Fate;
use crate::http::{BoxFuture, Courier, Reply, Request, Stage, Transport, TransportError};
use crate::model::{CloudId, Outcome, Status};

/// What the service answers to an action and its parameters; null is an answer that gets lost.
type Answers = dyn Fn(&str, &Value) -> Value;

struct Service {
    answers: Box<Answers>,
    asked: Rc<RefCell<Vec<(String, Value)>>>,
}

impl Transport for Service {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, TransportError>> {
        Box::pin(async {
            let action = request
                .headers
                .iter()
                .find(|header| header.name == "x-tc-action");
            let action = action.expect("an action").value.expose();
            let body: Value = serde_json::from_slice(&request.body).expect("a JSON body");
            self.asked
                .borrow_mut()
                .push((action.to_owned(), body.clone()));
            match (self.answers)(action, &body) {
                Value::Null => Err(TransportError::new(Stage::Exchange, "reset")),
                response => Ok(Reply {
                    status: 200,
                    headers: http::HeaderMap::new(),
                    body: json!({"Response": response}).to_string().into(),
                }),
            }
        })
    }
}

/// A client of a made-up service, and the list of what was sent to it.
pub(super) struct Rig {
    pub(super) client: Client<TencentWire>,
    pub(super) courier: Rc<Courier>,
    pub(super) asked: Rc<RefCell<Vec<(String, Value)>>>,
}

impl Rig {
    pub(super) fn new(answers: impl Fn(&str, &Value) -> Value + 'static) -> Self {
        let asked = Rc::default();
        let service = Service {
            answers: Box::new(answers),
            asked: Rc::clone(&asked),
        };
        let courier = Rc::new(Courier::new(Box::new(service)));
        let connection = connection(CloudId::Tencent, "ap-guangzhou", Rc::clone(&courier));
        Self {
            client: Client::new(connection),
            courier,
            asked,
        }
    }

    /// The parameters of each call of an action so far.
    pub(super) fn asked_for(&self, action: &str) -> Vec<Value> {
        let asked = self.asked.borrow();
        let calls = asked.iter().filter(|(name, _)| name == action);
        calls.map(|(_, body)| body.clone()).collect()
    }
}

/// A refusal.
pub(super) fn refusal(code: &str) -> Value {
    json!({"Error": {"Code": code, "Message": "m"}, "RequestId": "r-refused"})
}

/// One page of a list: those with the wanted ids, or all when none are named.
pub(super) fn page(name: &str, all: &[Value], id: &str, ids: &Value, body: &Value) -> Value {
    let found: Vec<_> = match ids.as_array() {
        Some(wanted) => all
            .iter()
            .filter(|item| wanted.contains(&item[id]))
            .collect(),
        None => all.iter().collect(),
    };
    let number = |name: &str| usize::try_from(body[name].as_u64().expect(name)).expect(name);
    let (offset, limit) = (number("Offset"), number("Limit"));
    assert!(limit <= 100, "the service takes 100 at most");
    let part: Vec<_> = found.iter().skip(offset).take(limit).collect();
    json!({name: part, "TotalCount": found.len(), "RequestId": "r-list"})
}

pub(super) fn instance_page(all: &[Value], body: &Value) -> Value {
    page("InstanceSet", all, "InstanceId", &body["InstanceIds"], body)
}

pub(super) fn key_page(all: &[Value], body: &Value) -> Value {
    page("KeyPairSet", all, "KeyId", &body["KeyIds"], body)
}

pub(super) fn statuses(outcomes: &[Outcome]) -> Vec<Status> {
    outcomes.iter().map(|outcome| outcome.status).collect()
}

/// Looks, sends, waits and reads back, as `ops` does without its fallbacks: what the look before
/// found, with all warnings, and what became of the items.
pub(super) async fn carry_out(change: &mut dyn Change) -> (Survey, Vec<Outcome>) {
    let mut survey = change.survey().await.expect("everything can be read");
    let mut outcomes = std::mem::take(&mut survey.outcomes);
    let drafts = with_status(&outcomes, Status::Skipped);
    if drafts.is_empty() {
        return (survey, outcomes);
    }
    (change.prepare(&drafts, &mut outcomes).await).expect("machines can be prepared");
    let ready = with_status(&outcomes, Status::Skipped);
    for wave in change.waves(&ready) {
        for batch in wave {
            if let Err(error) = change.send(&batch, &mut outcomes).await {
                let status = match error.fate {
                    Fate::Unknown => Status::Unverified,
                    Fate::NotDone => Status::of_error(error.kind),
                };
                for item in batch {
                    outcomes[item].fail(status, error.clone());
                }
            }
        }
        for _ in 0..100 {
            let open = with_status(&outcomes, Status::Running);
            if open.is_empty() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_secs(5)).await;
            (change.poll(&open, &mut outcomes).await).expect("it can be looked at");
        }
    }
    (change.prove(&ready, &mut outcomes).await).expect("it can be read back");
    let left = change.finish(&drafts, &mut outcomes).await;
    survey.warnings.extend(left);
    (survey, outcomes)
}

fn with_status(outcomes: &[Outcome], status: Status) -> Vec<usize> {
    (0..outcomes.len())
        .filter(|&item| outcomes[item].status == status)
        .collect()
}
