//! A transport with answers written down in advance, for the tests of this folder.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::path::Path;
use std::rc::Rc;

use super::session::Session;
use crate::cloud::change::Change;
use crate::cloud::client::Client;
use crate::cloud::testing::connection;
use crate::error::Error;
use crate::http::{BoxFuture, Courier, Reply, Request, Stage, Transport, TransportError};
use crate::model::{CloudId, Outcome, Status};
use crate::time::Pace;

/// An answer that never comes.
pub(super) const LOST: (u16, &str) = (0, "");

/// Answers in the order in which they are given, and what was asked.
#[derive(Clone)]
pub(super) struct Script {
    replies: Rc<RefCell<VecDeque<(u16, String)>>>,
    requests: Rc<RefCell<Vec<Request>>>,
}

impl Script {
    pub(super) fn new(replies: &[(u16, &str)]) -> Self {
        let replies = replies
            .iter()
            .map(|(status, body)| (*status, (*body).to_owned()))
            .collect();
        Self {
            replies: Rc::new(RefCell::new(replies)),
            requests: Rc::default(),
        }
    }

    /// Method, path and query of each request so far.
    pub(super) fn lines(&self) -> Vec<String> {
        let requests = self.requests.borrow();
        let line = |request: &Request| {
            let url = request.url();
            let start = request.endpoint.to_string().len();
            format!("{} {}", request.method, &url[start..])
        };
        requests.iter().map(line).collect()
    }

    /// The body of a request.
    pub(super) fn body(&self, number: usize) -> serde_json::Value {
        serde_json::from_slice(&self.requests.borrow()[number].body).expect("a JSON body")
    }
}

impl Transport for Script {
    fn send<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Reply, TransportError>> {
        Box::pin(async move {
            self.requests.borrow_mut().push(request.clone());
            let next = self.replies.borrow_mut().pop_front();
            match next.expect("one request more than there are answers") {
                (0, _) => Err(TransportError::new(Stage::Exchange, "lost")),
                (status, body) => Ok(Reply {
                    status,
                    headers: http::HeaderMap::new(),
                    body: body.into(),
                }),
            }
        })
    }
}

/// A session in cn-north-4 that talks to the script.
pub(super) fn session(
    script: &Script,
    project_id: Option<&str>,
    cache_folder: Option<&Path>,
) -> Session {
    let courier = Courier::new(Box::new(script.clone()));
    courier.pace.set(Pace::SANDBOX);
    let mut connection = connection(CloudId::Huawei, "cn-north-4", Rc::new(courier));
    connection.login.project_id = project_id.map(str::to_owned);
    let client = Client::new(connection);
    Session::new(client, cache_folder.map(Path::to_owned))
}

/// Looks and sends, as `ops` does; what an error says of a batch is left to the test.
pub(super) async fn survey_and_send(
    change: &mut dyn Change,
) -> Result<(Vec<Outcome>, Vec<Error>), Error> {
    let mut outcomes = change.survey().await?.outcomes;
    let drafts: Vec<usize> = (0..outcomes.len())
        .filter(|&item| outcomes[item].status == Status::Skipped)
        .collect();
    let mut errors = Vec::new();
    for batch in change.waves(&drafts).into_iter().flatten() {
        errors.extend(change.send(&batch, &mut outcomes).await.err());
    }
    Ok((outcomes, errors))
}

/// Reads back all outcomes that were sent, as `ops` does.
pub(super) async fn prove(
    change: &mut dyn Change,
    outcomes: &mut [Outcome],
) -> Result<Vec<String>, Error> {
    let sent: Vec<usize> = (0..outcomes.len())
        .filter(|&item| !outcomes[item].verified)
        .collect();
    change.prove(&sent, outcomes).await
}
