//! A made-up service for the tests of this folder.

use std::cell::RefCell;
use std::rc::Rc;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::Volcengine;
use crate::cloud::change::{Change, Survey};
use crate::cloud::testing::connection;
use crate::error::{Error, Fate};
use crate::http::{BoxFuture, Courier, Reply, Request, Stage, Transport, TransportError};
use crate::model::{CloudId, Outcome, ResultClass, Status};

/// A request as the service sees it: the action and its parameters in the order of their names.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) action: String,
    parameters: Vec<(String, String)>,
}

impl Asked {
    /// A parameter; empty when it was not sent.
    pub(super) fn get(&self, name: &str) -> &str {
        let mut parameters = self.parameters.iter();
        let found = parameters.find(|(other, _)| other == name);
        found.map_or("", |(_, value)| value)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.parameters.iter().any(|(other, _)| other == name)
    }

    /// The members of a list.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let member = |n: &usize| self.has(&format!("{name}.{n}"));
        let members = (1..).take_while(member);
        members
            .map(|n| self.get(&format!("{name}.{n}")).to_owned())
            .collect()
    }
}

/// What the service answers: null is an answer that gets lost, `{"Error": …}` a refusal of the
/// whole request, all else a result.
type Answers = dyn Fn(&Asked) -> Value;

struct Service {
    answers: Box<Answers>,
    asked: Rc<RefCell<Vec<Asked>>>,
}

impl Transport for Service {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, TransportError>> {
        Box::pin(async {
            let decode = |text: &str| {
                let text = percent_decode_str(text).decode_utf8();
                text.expect("UTF-8").into_owned()
            };
            let pair = |pair: &str| {
                let (name, value) = pair.split_once('=').expect("a pair");
                (decode(name), decode(value))
            };
            let mut asked = Asked {
                action: String::new(),
                parameters: request.query.split('&').map(pair).collect(),
            };
            asked.action = asked.get("Action").to_owned();
            self.asked.borrow_mut().push(asked.clone());
            let mut answer = (self.answers)(&asked);
            if answer.is_null() {
                return Err(TransportError::new(Stage::Exchange, "reset"));
            }
            let error = answer["Error"].take();
            let status = if error.is_null() { 200 } else { 400 };
            let metadata = json!({"RequestId": format!("r-{}", asked.action), "Error": error});
            Ok(Reply {
                status,
                headers: http::HeaderMap::new(),
                body: json!({"ResponseMetadata": metadata, "Result": answer})
                    .to_string()
                    .into(),
            })
        })
    }
}

/// A region of a made-up service, and what was sent to it.
pub(super) struct Rig {
    pub(super) cloud: Volcengine,
    pub(super) courier: Rc<Courier>,
    asked: Rc<RefCell<Vec<Asked>>>,
}

impl Rig {
    pub(super) fn new(answers: impl Fn(&Asked) -> Value + 'static) -> Self {
        let asked = Rc::default();
        let service = Service {
            answers: Box::new(answers),
            asked: Rc::clone(&asked),
        };
        let courier = Rc::new(Courier::new(Box::new(service)));
        let connection = connection(CloudId::Volcengine, "cn-beijing", Rc::clone(&courier));
        let cloud = Volcengine::new(connection);
        Self {
            cloud,
            courier,
            asked,
        }
    }

    /// The requests for an action so far.
    pub(super) fn asked(&self, action: &str) -> Vec<Asked> {
        let asked = self.asked.borrow();
        let its = asked.iter().filter(|asked| asked.action == action);
        its.cloned().collect()
    }
}

/// A refusal, of a whole request or of one item.
pub(super) fn refusal(code: &str) -> Value {
    json!({"Error": {"Code": code, "Message": "no"}})
}

/// One page of a list.
pub(super) fn page(name: &str, items: &[Value]) -> Value {
    json!({name: items, "NextToken": ""})
}

/// What a change comes to when it is looked at, sent, read back and finished.
pub(super) struct Course {
    pub(super) survey: Survey,
    pub(super) outcomes: Vec<Outcome>,
    pub(super) warnings: Vec<String>,
}

impl Course {
    /// Does as `ops` does; what an error says of a batch is written down as there.
    pub(super) async fn run(change: &mut dyn Change) -> Result<Self, Error> {
        let survey = change.survey().await?;
        let mut outcomes = survey.outcomes.clone();
        let drafts: Vec<usize> = (0..outcomes.len())
            .filter(|&item| outcomes[item].status == Status::Skipped)
            .collect();
        for batch in change.waves(&drafts).into_iter().flatten() {
            if let Err(error) = change.send(&batch, &mut outcomes).await {
                for item in batch {
                    let status = match error.fate {
                        Fate::Unknown => Status::Unverified,
                        Fate::NotDone => Status::of_error(error.kind),
                    };
                    outcomes[item].fail(status, error.clone());
                }
            }
        }
        let worth_a_look = |item: &usize| {
            let outcome = &outcomes[*item];
            outcome.status == Status::Unverified || outcome.status.class() == ResultClass::Done
        };
        let sent: Vec<usize> = drafts.iter().copied().filter(worth_a_look).collect();
        let mut warnings = Vec::new();
        if !sent.is_empty() {
            warnings.extend(change.prove(&sent, &mut outcomes).await?);
        }
        warnings.extend(change.finish(&drafts, &mut outcomes).await);
        Ok(Self {
            survey,
            outcomes,
            warnings,
        })
    }

    pub(super) fn statuses(&self) -> Vec<(Status, bool)> {
        let outcomes = self.outcomes.iter();
        outcomes
            .map(|outcome| (outcome.status, outcome.verified))
            .collect()
    }
}
