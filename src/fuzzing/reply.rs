//! Answers of services. The first three bytes choose cloud, request and status; the rest is the body.

use std::cell::Cell;
use std::rc::Rc;

use super::check_error;
use crate::cloud::testing::{connection, decode};
use crate::cloud::{connect, home_region};
use crate::http::{BoxFuture, Courier, Reply, Request, Stage, Transport, TransportError};
use crate::model::{CloudId, ListRequest, Resource};

const STATUSES: [u16; 12] = [200, 201, 204, 302, 400, 401, 403, 404, 407, 429, 500, 503];

/// Pages that are answered before the line breaks.
const PAGES: u32 = 4;

fn choice<T: Clone>(byte: u8, of: &[T]) -> T {
    // From `a`, so that a kept input can be read and written by hand.
    of[usize::from(byte.wrapping_sub(b'a')) % of.len()].clone()
}

fn answer(status: u8, body: &[u8]) -> Reply {
    Reply {
        status: choice(status, &STATUSES),
        headers: http::HeaderMap::new(),
        body: body.to_vec().into(),
    }
}

/// What is no success is an error, and a success is one JSON value or nothing.
pub(super) fn error_body(bytes: &[u8]) {
    let [cloud, known, status, body @ ..] = bytes else {
        return;
    };
    let reply = answer(*status, body);
    let is_success = (200..300).contains(&reply.status);
    match decode(choice(*cloud, &CloudId::ALL), known % 2 == 1, &reply) {
        Ok(_) => {
            assert!(is_success, "{}", reply.status);
            let is_json = serde_json::from_slice::<serde_json::Value>(body).is_ok();
            assert!(is_json || body.trim_ascii().is_empty());
        }
        Err(error) => check_error(&error),
    }
}

/// A service that has the same answer to everything.
struct Parrot {
    reply: Reply,
    left: Cell<u32>,
}

impl Transport for Parrot {
    fn send<'a>(&'a self, _: &'a Request) -> BoxFuture<'a, Result<Reply, TransportError>> {
        Box::pin(async {
            match self.left.get().checked_sub(1) {
                Some(left) => {
                    self.left.set(left);
                    Ok(self.reply.clone())
                }
                None => Err(TransportError::new(Stage::Exchange, "reset")),
            }
        })
    }
}

enum Ask {
    Account,
    List(ListRequest),
    Show(Resource),
}

/// Whole lists, single things and the account, through the clouds' own code.
pub(super) fn list_reply(bytes: &[u8]) {
    let [cloud, ask, status, body @ ..] = bytes else {
        return;
    };
    let reply = answer(*status, body);
    let is_success = (200..300).contains(&reply.status);
    let courier = Courier {
        // Nothing is tried again.
        deadline: Some(tokio::time::Instant::now()),
        ..Courier::new(Box::new(Parrot {
            reply,
            left: Cell::new(PAGES),
        }))
    };
    let cloud = choice(*cloud, &CloudId::ALL);
    let mut connection = connection(cloud, home_region(cloud), Rc::new(courier));
    connection.login.project_id = Some("0123456789abcdef0123456789abcdef".to_owned());
    let provider = connect(connection);
    let two = || vec!["one".to_owned(), "two".to_owned()];
    let asks = [
        || Ask::List(ListRequest::KeyPairs(Resource::KeyPair)),
        || Ask::List(ListRequest::Instances),
        || Ask::List(ListRequest::KeyPairs(Resource::LighthouseKeyPair)),
        || Ask::List(ListRequest::KmsKeys),
        || Ask::List(ListRequest::CphServers),
        || Ask::List(ListRequest::CodeartsKeys),
        || Ask::List(ListRequest::RunningTasks),
        || Ask::List(ListRequest::FailedTasks),
        || Ask::Show(Resource::KeyPair),
        || Ask::Account,
    ];
    let index = usize::from(ask.wrapping_sub(b'a')) % (asks.len() + 2);
    let ask = match asks.get(index) {
        Some(ask) => ask(),
        None if index == asks.len() => Ask::List(ListRequest::CphJobs(two())),
        None => Ask::List(ListRequest::Tasks(two())),
    };
    let result = with_runtime(async {
        match ask {
            Ask::Account => provider.account().await.map(drop),
            Ask::List(request) => provider.list(request).await.map(drop),
            Ask::Show(resource) => provider.show(resource, "one").await.map(drop),
        }
    });
    match result {
        Ok(()) => {
            assert!(is_success);
            assert!(!body.trim_ascii().is_empty(), "nothing is no list");
        }
        Err(error) => check_error(&error),
    }
}

fn with_runtime<T>(work: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
    }
    RUNTIME.with(|runtime| runtime.block_on(work))
}
