//! What goes over a real socket.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::request::Request;
use super::super::{Options, Server, start};
use super::fixture::*;

/// A server in a thread of its own, as the command line runs it; it ends with the process.
fn serve(faults: &[&str]) -> SocketAddr {
    let options = Options {
        faults: faults
            .iter()
            .map(|rule| rule.parse().expect(rule))
            .collect(),
        ..Options::default()
    };
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("runtime");
        runtime.block_on(async {
            let server = start(options).await.expect("start");
            assert_eq!(server.url(), format!("http://{}", server.address()));
            sender.send(server.address()).expect("address");
            server.wait().await;
        });
    });
    receiver.recv().expect("address")
}

pub(super) fn text(request: &Request) -> Vec<u8> {
    let query = if request.query.is_empty() {
        String::new()
    } else {
        format!("?{}", request.query)
    };
    let mut lines = vec![format!(
        "{} {}{query} HTTP/1.1",
        request.method, request.path
    )];
    let headers = request.headers.iter();
    lines.extend(headers.map(|(name, value)| format!("{name}: {value}")));
    lines.push(format!("content-length: {}\r\n\r\n", request.body.len()));
    [lines.join("\r\n").as_bytes(), &request.body].concat()
}

/// Sends a request on a new connection and reads to its end.
fn exchange(address: SocketAddr, request: &Request) -> String {
    let mut stream = TcpStream::connect(address).expect("connect");
    stream
        .set_read_timeout(Some(Duration::from_millis(300)))
        .expect("timeout");
    stream.write_all(&text(request)).expect("write");
    let mut answer = Vec::new();
    let _until_closed_or_idle = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn list() -> Request {
    volcengine("ecs", "2020-04-01", "DescribeKeyPairs", "MaxResults=3")
}

#[test]
fn answers_look_like_http() {
    let address = serve(&[]);
    let answer = exchange(address, &list()).to_ascii_lowercase();
    assert!(answer.starts_with("http/1.1 200 ok\r\n"), "{answer}");
    assert_eq!(answer.matches("\r\ndate: ").count(), 1, "{answer}");
    assert!(
        answer.contains("\r\ncontent-type: application/json\r\n"),
        "{answer}"
    );
    assert!(answer.contains("\r\nx-tt-logid: "), "{answer}");
    let deleted = exchange(address, &huawei("DELETE", "/v4/user/keys/31001", ""));
    assert!(
        deleted.starts_with("HTTP/1.1 204 No Content\r\n"),
        "{deleted}"
    );
}

#[test]
fn one_connection_takes_many_requests_quickly() {
    let address = serve(&[]);
    let mut stream = TcpStream::connect(address).expect("connect");
    stream.set_nodelay(true).expect("nodelay");
    let start = Instant::now();
    for _ in 0..50 {
        stream.write_all(&text(&list())).expect("write");
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).expect("head");
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).expect("text").to_ascii_lowercase();
        let (_, rest) = head.split_once("content-length: ").expect("length");
        let length: usize = rest
            .split("\r\n")
            .next()
            .expect("length")
            .parse()
            .expect("number");
        let mut body = vec![0; length];
        stream.read_exact(&mut body).expect("body");
    }
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn deliveries_break_as_asked() {
    let address = serve(&[
        "volcengine.DescribeKeyPairs@1=reset-before",
        "volcengine.DescribeKeyPairs@2=reset-after",
        "volcengine.DescribeKeyPairs@3=truncated",
        "volcengine.DescribeKeyPairs@4=empty",
        "volcengine.DescribeKeyPairs@5=503",
        "volcengine.DescribeKeyPairs@6=redirect",
        "volcengine.DescribeKeyPairs@7=slow:150",
    ]);
    assert_eq!(exchange(address, &list()), "");
    assert_eq!(exchange(address, &list()), "");
    let cut = exchange(address, &list());
    let (head, body) = cut.split_once("\r\n\r\n").expect("head");
    let (_, length) = head.split_once("content-length: ").expect("length");
    let length: usize = length
        .split("\r\n")
        .next()
        .expect("length")
        .parse()
        .expect("number");
    assert!(
        !body.is_empty() && body.len() < length,
        "{} of {length}",
        body.len()
    );
    assert!(exchange(address, &list()).contains("content-length: 0\r\n"));
    assert!(exchange(address, &list()).contains("retry-after: 1\r\n"));
    assert!(exchange(address, &list()).contains("location: http://127.0.0.1:1/\r\n"));
    let start = Instant::now();
    assert!(exchange(address, &list()).contains("KeyPairs"));
    assert!(start.elapsed() >= Duration::from_millis(150));
}

#[test]
fn a_dribbled_answer_is_whole_and_an_endless_one_is_left_by_its_reader() {
    let address = serve(&[
        "volcengine.DescribeKeyPairs@1=dribble",
        "volcengine.DescribeKeyPairs@2=endless",
    ]);
    let dribbled = exchange(address, &list());
    let (_, body) = dribbled.split_once("\r\n\r\n").expect("a head");
    let document: Value = serde_json::from_str(body).expect("the whole answer");
    assert!(document["Result"]["KeyPairs"].is_array());

    let mut stream = TcpStream::connect(address).expect("connect");
    stream.write_all(&text(&list())).expect("write");
    let mut most = vec![0; 4 << 20];
    stream.read_exact(&mut most).expect("more than is wanted");
    drop(stream);
    assert!(exchange(address, &list()).contains("KeyPairs"));
}

fn control(address: SocketAddr, method: &str, name: &str, body: &Value) -> Value {
    let request = Request {
        method: method.to_owned(),
        path: format!("/_sandbox/{name}"),
        headers: vec![("host".to_owned(), "x".to_owned())],
        body: if body.is_null() {
            String::new()
        } else {
            body.to_string()
        }
        .into(),
        ..Request::default()
    };
    let answer = exchange(address, &request);
    let (_, body) = answer.split_once("\r\n\r\n").expect("body");
    serde_json::from_str(body).expect("JSON")
}

#[test]
fn tests_can_look_inside() {
    let address = serve(&[]);
    let mut state = control(address, "GET", "state", &Value::Null);
    let pairs = &mut state["volcengine"]["regions"]["cn-beijing"]["key_pairs"];
    *pairs = (0..230)
        .map(|number| json!({ "id": format!("kp-{number}"), "name": format!("n{number}") }))
        .collect();
    control(address, "POST", "state", &state);
    let all = exchange(
        address,
        &volcengine("ecs", "2020-04-01", "DescribeKeyPairs", "MaxResults=500"),
    );
    assert_eq!(all.matches("\"KeyPairId\"").count(), 230);
    exchange(address, &list());
    let requests = control(address, "GET", "requests", &Value::Null);
    let expected = json!({ "cloud": "volcengine", "region": "cn-beijing", "operation": "DescribeKeyPairs", "effect": "read", "status": 200, "code": null, "items": [] });
    assert_eq!(requests, json!([expected, expected]));
    assert!(control(address, "POST", "state", &json!({ "volcengine": 1 }))["error"].is_string());
    assert!(control(address, "GET", "nope", &Value::Null)["error"].is_string());
}

#[test]
fn a_dropped_server_accepts_no_more() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("runtime");
    runtime.block_on(async {
        let server: Server = start(Options::default()).await.expect("start");
        let address = server.address();
        drop(server);
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert!(tokio::net::TcpStream::connect(address).await.is_err());
        let busy = start(Options::default()).await.expect("start");
        let taken = start(Options {
            port: busy.address().port(),
            ..Options::default()
        })
        .await;
        assert!(
            taken
                .expect_err("in use")
                .to_string()
                .contains("cannot listen on 127.0.0.1")
        );
    });
}

/// As a proxy gets it: the metadata services see that, everybody else does not care.
#[test]
fn a_whole_url_is_no_path() {
    let address = serve(&[]);
    for (path, begin) in [
        (
            "/latest/meta-data/cam/security-credentials/",
            "HTTP/1.1 200",
        ),
        (
            "http://127.0.0.1/latest/meta-data/cam/security-credentials/",
            "HTTP/1.1 403",
        ),
        ("http://127.0.0.1/_sandbox/requests", "HTTP/1.1 200"),
    ] {
        let mut request = Request {
            method: "GET".to_owned(),
            path: path.to_owned(),
            ..Request::default()
        };
        headers(&mut request, &[("host", "127.0.0.1")]);
        let answer = exchange(address, &request);
        assert!(answer.starts_with(begin), "{path}: {answer}");
    }
}
