//! Sockets and HTTP framing.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::answer_body::{AnswerBody, Closed};
use super::dispatch::{Answer, Sandbox};
use super::reply::{Delivery, Reply};
use super::request::Request;
use super::{Options, SandboxError};

/// Largest body that is read: the largest that any of the clouds takes (spec huawei 2.4).
const MOST_BODY_BYTES: usize = 12 * 1024 * 1024;

/// A running sandbox. Dropping it stops it from accepting connections.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    accepting: JoinHandle<Infallible>,
}

impl Server {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The endpoint of all clouds.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Serves for ever.
    pub async fn wait(mut self) {
        // The accept loop never ends by itself; this returns only when its runtime goes away.
        let _ended = (&mut self.accepting).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Starts a sandbox on the current tokio runtime, of either kind.
pub async fn start(options: Options) -> Result<Server, SandboxError> {
    let port = options.port;
    let listening = async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    let (listener, address) = listening
        .await
        .map_err(|source| SandboxError::Listen { port, source })?;
    let sandbox = Arc::new(Sandbox::open(options)?);
    Ok(Server {
        address,
        accepting: tokio::spawn(accept(listener, sandbox)),
    })
}

async fn accept(listener: TcpListener, sandbox: Arc<Sandbox>) -> Infallible {
    // Dropped together with this task, which is how connections with nothing more to come learn of it.
    let (_running, stopped) = watch::channel(());
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Answers are small and must not wait for an acknowledgement.
                let _without_it_is_slower = stream.set_nodelay(true);
                tokio::spawn(serve(stream, Arc::clone(&sandbox), stopped.clone()));
            }
            // Out of file handles, most likely: others have to be closed first.
            Err(_) => sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn serve(stream: TcpStream, sandbox: Arc<Sandbox>, stopped: watch::Receiver<()>) {
    let service = service_fn(move |request| handle(Arc::clone(&sandbox), stopped.clone(), request));
    let connection = http1::Builder::new()
        .keep_alive(true)
        .header_read_timeout(None) // an idle client is not a slow one
        .serve_connection(TokioIo::new(stream), service);
    // A connection that ends badly is the client's to report, or was asked for by a fault rule.
    let _outcome = connection.await;
}

async fn handle(
    sandbox: Arc<Sandbox>,
    mut stopped: watch::Receiver<()>,
    request: http::Request<Incoming>,
) -> Result<http::Response<AnswerBody>, Closed> {
    let answer = match read(request).await {
        Some(request) => sandbox.answer(&request),
        None => Answer {
            reply: Reply::html(413, "Content Too Large"),
            delivery: Delivery::Whole,
            delay: Duration::ZERO,
        },
    };
    if !answer.delay.is_zero() {
        sleep(answer.delay).await;
    }
    match answer.delivery {
        Delivery::Closed => Err(Closed),
        Delivery::Withheld => {
            // When the client goes away, the connection is dropped, and this with it.
            let _until_the_server_stops = stopped.changed().await;
            Err(Closed)
        }
        _ => respond(answer),
    }
}

/// `None` when the body is too large or breaks off.
async fn read(request: http::Request<Incoming>) -> Option<Request> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, MOST_BODY_BYTES).collect().await.ok()?;
    let headers = head
        .headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect();
    Some(Request {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers,
        body: body.to_bytes(),
        has_whole_url: head.uri.authority().is_some(),
    })
}

fn respond(answer: Answer) -> Result<http::Response<AnswerBody>, Closed> {
    let Answer {
        reply, delivery, ..
    } = answer;
    let mut response = http::Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(*name, value);
    }
    if delivery == Delivery::Cut {
        response = response.header("content-length", reply.body.len());
    }
    response
        .body(AnswerBody::of(reply.body, delivery))
        .map_err(|_| Closed)
}
