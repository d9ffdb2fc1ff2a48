//! The path and query that are signed are the bytes that are sent, whatever they hold.

use kpctl::http::reqwest::Reqwest;
use kpctl::http::{Endpoint, Method, Request, Transport};
use kpctl::sign::escape::escape;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Sends one request and returns its head as it came over the socket.
async fn head_on_the_socket(path: String, query: String, body: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let port = listener.local_addr().expect("bound").port();
    let receive = async {
        let (mut stream, _) = listener.accept().await.expect("accepts");
        let mut bytes = Vec::new();
        let mut buffer = [0; 4_096];
        while !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
            let count = stream.read(&mut buffer).await.expect("reads");
            bytes.extend_from_slice(&buffer[..count]);
        }
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .await
            .expect("writes");
        // The body may follow in the same read.
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let request = Request {
        method: Method::POST,
        endpoint: Endpoint::parse(&format!("http://127.0.0.1:{port}"), false).expect("loopback"),
        path,
        query,
        headers: Vec::new(),
        body,
    };
    let transport = Reqwest::default();
    let (head, reply) = tokio::join!(receive, transport.send(&request));
    reply.expect("answered");
    head
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_is_signed_is_what_is_sent(
        segments in proptest::collection::vec("\\PC{1,12}", 0..4),
        pairs in proptest::collection::vec(("\\PC{0,8}", "\\PC{0,16}"), 0..5),
        body in proptest::collection::vec(any::<u8>(), 0..64),
    ) {
        // Segments that are dots alone change the route; the clouds' modules refuse them.
        let segments: Vec<_> = segments.iter().filter(|segment| *segment != "." && *segment != "..").collect();
        let path = segments.iter().fold(String::new(), |path, segment| format!("{path}/{}", escape(segment)));
        let path = if path.is_empty() { "/".to_owned() } else { path };
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
        let query = pairs.join("&");
        let target = if query.is_empty() { path.clone() } else { format!("{path}?{query}") };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let head = runtime.block_on(head_on_the_socket(path, query, body));
        let line = head.lines().next().unwrap_or_default();
        prop_assert_eq!(line, format!("POST {target} HTTP/1.1"));
    }
}

#[test]
fn a_path_that_would_be_rewritten_is_not_sent() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    for (path, query) in [
        ("/a/../b", ""),
        ("/a/%2e%2e/b", ""),
        ("/a b", ""),
        ("/a", "x='"),
        ("/密", ""),
    ] {
        let request = Request {
            method: Method::GET,
            // Nothing listens there; a refusal before the connection is what is tested.
            endpoint: Endpoint::parse("http://127.0.0.1:9", false).expect("loopback"),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        let error = runtime
            .block_on(Reqwest::default().send(&request))
            .expect_err(path);
        assert_eq!(
            error.stage,
            kpctl::http::Stage::Build,
            "{path}?{query}: {error:?}"
        );
    }
}
