//! A server that takes a request and never answers.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::super::request::Request;
use super::super::{Options, Server, start};
use super::fixture::*;
use super::wire::text;

/// Long enough for an answer, were there one.
const A_WHILE: Duration = Duration::from_millis(200);
/// What is not there by now does not come.
const PATIENCE: Duration = Duration::from_secs(20);

async fn hanging() -> Server {
    let rule = "volcengine/cn-beijing.DeleteKeyPairs@1=hang";
    let options = Options {
        faults: vec![rule.parse().expect("a rule")],
        ..Options::default()
    };
    start(options).await.expect("start")
}

async fn asked(server: &Server) -> TcpStream {
    let request = volcengine(
        "ecs",
        "2020-04-01",
        "DeleteKeyPairs",
        "KeyPairNames.1=dev-1",
    );
    let mut stream = TcpStream::connect(server.address()).await.expect("connect");
    stream.write_all(&text(&request)).await.expect("write");
    stream
}

/// Whether nothing at all comes for a while.
async fn is_silent(stream: &mut TcpStream) -> bool {
    timeout(A_WHILE, stream.read_u8()).await.is_err()
}

fn run(work: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("runtime")
        .block_on(work);
}

#[test]
fn nothing_is_done_and_no_byte_comes() {
    run(async {
        let server = hanging().await;
        let mut stream = asked(&server).await;
        assert!(is_silent(&mut stream).await);
        // Others are served meanwhile, and see that nothing was done.
        let mut other = TcpStream::connect(server.address()).await.expect("connect");
        let look = Request {
            method: "GET".to_owned(),
            path: "/_sandbox/requests".to_owned(),
            headers: vec![
                ("host".to_owned(), "x".to_owned()),
                ("connection".to_owned(), "close".to_owned()),
            ],
            ..Request::default()
        };
        other.write_all(&text(&look)).await.expect("write");
        let mut answer = String::new();
        other.read_to_string(&mut answer).await.expect("an answer");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a head");
        let requests: Value = serde_json::from_str(body).expect("JSON");
        assert_eq!(requests[0]["operation"], "DeleteKeyPairs");
        assert_eq!(requests[0]["region"], "cn-beijing");
        assert_eq!(requests[0]["status"], Value::Null, "no status went out");
        let mut again = asked(&server).await;
        let mut begin = [0; 12];
        again.read_exact(&mut begin).await.expect("an answer");
        assert_eq!(&begin, b"HTTP/1.1 200");
        assert!(is_silent(&mut stream).await);
    });
}

#[test]
fn a_client_that_goes_away_leaves_nothing_behind() {
    run(async {
        let server = hanging().await;
        let tasks = || {
            tokio::runtime::Handle::current()
                .metrics()
                .num_alive_tasks()
        };
        let idle = tasks();
        let mut stream = asked(&server).await;
        assert!(is_silent(&mut stream).await);
        assert_eq!(tasks(), idle + 1, "its connection");
        drop(stream);
        let gone = async {
            while tasks() > idle {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, gone).await.expect("the task ends");
    });
}

#[test]
fn a_server_that_stops_lets_go_of_its_clients() {
    run(async {
        let server = hanging().await;
        let mut stream = asked(&server).await;
        assert!(is_silent(&mut stream).await);
        drop(server);
        let mut rest = Vec::new();
        let ended = timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
        ended
            .expect("the connection ends")
            .expect("and does so in order");
        assert!(rest.is_empty());
    });
}
