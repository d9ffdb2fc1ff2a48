//! Sockets and HTTP framing.

use std::convert::Infallible;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{Sleep, sleep};

use super::dispatch::{Answer, Sandbox};
use super::reply::{Delivery, Reply};
use super::request::Request;
use super::{Options, SandboxError};

/// Largest body that is read: the largest that any of the clouds takes (spec huawei 2.4).
const MOST_BODY_BYTES: usize = 12 * 1024 * 1024;

/// Between the last byte of a cut answer and the end of its connection, so that the bytes get out first.
const CUT_AFTER: Duration = Duration::from_millis(30);

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
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Answers are small and must not wait for an acknowledgement.
                let _without_it_is_slower = stream.set_nodelay(true);
                tokio::spawn(serve(stream, Arc::clone(&sandbox)));
            }
            // Out of file handles, most likely: others have to be closed first.
            Err(_) => sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn serve(stream: TcpStream, sandbox: Arc<Sandbox>) {
    let service = service_fn(move |request| handle(Arc::clone(&sandbox), request));
    let connection = http1::Builder::new()
        .keep_alive(true)
        .header_read_timeout(None) // an idle client is not a slow one
        .serve_connection(TokioIo::new(stream), service);
    // A connection that ends badly is the client's to report, or was asked for by a fault rule.
    let _outcome = connection.await;
}

/// The end of a connection in place of an answer.
#[derive(Debug)]
struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("closed by a fault rule")
    }
}

impl std::error::Error for Closed {}

async fn handle(
    sandbox: Arc<Sandbox>,
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
    if answer.delivery == Delivery::Closed {
        return Err(Closed);
    }
    respond(answer)
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
    let body = if delivery == Delivery::Cut {
        response = response.header("content-length", reply.body.len());
        AnswerBody {
            data: Some(reply.body.slice(..reply.body.len() / 2)),
            cut: Some(Box::pin(sleep(CUT_AFTER))),
        }
    } else {
        AnswerBody {
            data: Some(reply.body),
            cut: None,
        }
    };
    response.body(body).map_err(|_| Closed)
}

/// An answer in one piece, or the first part of one and then an error, which closes the connection.
struct AnswerBody {
    data: Option<Bytes>,
    cut: Option<Pin<Box<Sleep>>>,
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Closed;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Closed>>> {
        if let Some(data) = self.data.take().filter(|data| !data.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        match &mut self.cut {
            None => Poll::Ready(None),
            Some(wait) => wait.as_mut().poll(context).map(|()| Some(Err(Closed))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.cut.is_none() && self.data.as_ref().is_none_or(Bytes::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        match (&self.cut, &self.data) {
            (None, Some(data)) => SizeHint::with_exact(data.len() as u64),
            (None, None) => SizeHint::with_exact(0),
            (Some(_), _) => SizeHint::default(),
        }
    }
}
