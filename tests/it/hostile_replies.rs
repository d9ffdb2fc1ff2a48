//! What the hostile server answers.

use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::Arc;

use crate::hostile::Act;

/// Its name, and what is done.
pub(crate) type Case = (String, Arc<Act>);

/// Marks that turn the direction of writing, and letters without width or ink.
pub(crate) const HIDDEN: [char; 8] = [
    '\u{ad}',
    '\u{200b}',
    '\u{200f}',
    '\u{202e}',
    '\u{2066}',
    '\u{3164}',
    '\u{feff}',
    '\u{e0041}',
];

/// How lines begin that the server would like to be taken for kpctl's.
pub(crate) const FORGED: &str = "hint: run this";

/// Waits between tries are short where this is said.
const SERVER: &str = "Server: kpctl-sandbox\r\n";

/// Bodies of a 200, under the name of what is wrong with them.
pub(crate) const BODIES: [(&str, &[u8]); 24] = [
    ("nothing", b""),
    ("blanks", b" \r\n\t "),
    ("null", b"null"),
    ("a list", b"[]"),
    ("a text", b"\"deleted\""),
    ("no metadata", b"{}"),
    ("no JSON", b"<html>\x1b]0;owned\x07\x1b[2J</html>"),
    ("invalid UTF-8", b"{\"ResponseMetadata\":{\"RequestId\":\"\xff\xfe\xc0\xaf\"},\"Result\":{\"KeyPairs\":[]}}"),
    ("a lone surrogate", br#"{"ResponseMetadata":{"RequestId":"\ud800"},"Result":{"KeyPairs":[]}}"#),
    ("NUL bytes", b"\0\0\0\0{}"),
    ("a byte-order mark", b"\xef\xbb\xbf{\"ResponseMetadata\":{},\"Result\":{\"KeyPairs\":[]}}"),
    ("two documents", br#"{"ResponseMetadata":{},"Result":{"KeyPairs":[]}}{}"#),
    ("a member twice", br#"{"ResponseMetadata":{"RequestId":"r"},"Result":{"KeyPairs":[{"KeyPairName":"a"}],"KeyPairs":[]}}"#),
    ("an error twice", br#"{"ResponseMetadata":{"Error":{"Code":"InternalError"},"Error":null},"Result":{"KeyPairs":[]}}"#),
    ("out of range", br#"{"ResponseMetadata":{},"Result":{"KeyPairs":[],"X":1e999}}"#),
    ("a list that is null", br#"{"ResponseMetadata":{},"Result":{"KeyPairs":null}}"#),
    ("a list that is a text", br#"{"ResponseMetadata":{},"Result":{"KeyPairs":"none"}}"#),
    ("a list that is an object", br#"{"ResponseMetadata":{},"Result":{"KeyPairs":{}}}"#),
    ("a list of lists", br#"{"ResponseMetadata":{},"Result":{"KeyPairs":[[],null,7]}}"#),
    ("a result that is a list", br#"{"ResponseMetadata":{},"Result":[]}"#),
    ("an id that is a list", br#"{"ResponseMetadata":{"RequestId":[]},"Result":{"KeyPairs":[]}}"#),
    ("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\xae\x05\0\x43\xbf\xa6\xa3\x02\0\0\0"),
    ("an error that is an object", br#"{"ResponseMetadata":{"Error":{"Code":{},"Message":[]}}}"#),
    ("a forged message", "{\"ResponseMetadata\":{\"RequestId\":\"r\\nhint: run this\",\"Error\":{\"Code\":\"Odd\\nhint: run this\",\"Message\":\"a\\u001b[31m\\u202e\\u200b\\u00ad\\u3164\\udb40\\udc41\\nhint: run this\\r\\nhint: run this\"}}}".as_bytes()),
];

pub(crate) fn body_case((name, body): &(&str, &'static [u8])) -> Case {
    let body = *body;
    let act = move |stream: &mut TcpStream| {
        let length = body.len();
        let head = format!("HTTP/1.1 200 OK\r\n{SERVER}Content-Length: {length}\r\n\r\n");
        stream.write_all(&[head.as_bytes(), body].concat())
    };
    ((*name).to_owned(), Arc::new(act))
}

/// Whole exchanges.
pub(crate) const EXCHANGES: [(&str, &str); 20] = [
    ("no HTTP", "220 mail.example ESMTP\r\n\r\n"),
    ("TLS", "\x15\x03\x01\0\x02\x02\x28"),
    ("nothing at all", ""),
    ("half a head", "HTTP/1.1 200 OK\r\nContent-Le"),
    (
        "a status without end",
        "HTTP/1.1 99999999999999999999 OK\r\n\r\n",
    ),
    (
        "a length that lies",
        "HTTP/1.1 200 OK\r\nContent-Length: 4096\r\n\r\n{\"ResponseMetadata\":{},\"Result\":{\"KeyPairs\":[]}}",
    ),
    (
        "two lengths",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 48\r\n\r\n{\"ResponseMetadata\":{},\"Result\":{\"KeyPairs\":[]}}",
    ),
    (
        "a length below zero",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{\"ResponseMetadata\":{},\"Result\":{\"KeyPairs\":[]}}",
    ),
    (
        "a length of 2^64",
        "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\n{}",
    ),
    (
        "chunks broken off",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n30\r\n{\"ResponseMetadata\":{},\"Result\":{\"KeyPairs\":[]}}",
    ),
    (
        "chunks that are none",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    ),
    (
        "a chunk of 2^64",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}",
    ),
    (
        "no content, with some",
        "HTTP/1.1 204 No Content\r\nServer: kpctl-sandbox\r\n\r\n{\"ResponseMetadata\":{},\"Result\":{\"KeyPairs\":[]}}",
    ),
    ("HTTP/1.0 and nothing", "HTTP/1.0 200 OK\r\n\r\n"),
    (
        "only early hints",
        "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n",
    ),
    (
        "another protocol",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n{\"ResponseMetadata\":{},\"Result\":{\"KeyPairs\":[]}}",
    ),
    (
        "gzip that nobody asked for",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nServer: kpctl-sandbox\r\nContent-Length: 3\r\n\r\n\x1f\x0b\x08",
    ),
    (
        "a redirect",
        "HTTP/1.1 307 Temporary Redirect\r\nServer: kpctl-sandbox\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    ),
    (
        "an eternity and odd dates",
        "HTTP/1.1 429 Slow\r\nServer: kpctl-sandbox\r\nRetry-After: 18446744073709551615\r\nDate: Fri, 31 Dec 9999 23:59:59 GMT\r\nSet-Cookie: a=b\x1b\r\nContent-Length: 0\r\n\r\n",
    ),
    (
        "more than an eternity",
        "HTTP/1.1 503 No\r\nServer: kpctl-sandbox\r\nRetry-After: 99999999999999999999\r\nDate: Sat, 01 Jan 0000 00:00:00 GMT\r\nX-Tt-Logid: \u{e9}\u{ff}\r\nContent-Length: 2\r\n\r\n{}",
    ),
];

pub(crate) fn exchange_case((name, text): &(&str, &'static str)) -> Case {
    let text = *text;
    let act = move |stream: &mut TcpStream| stream.write_all(text.as_bytes());
    ((*name).to_owned(), Arc::new(act))
}

/// A gigabyte of a piece, unless the other side has enough.
fn gigabyte(stream: &mut TcpStream, head: &str, piece: &[u8]) -> io::Result<()> {
    stream.write_all(format!("HTTP/1.1 200 OK\r\n{SERVER}{head}").as_bytes())?;
    let block = piece.repeat((1 << 20) / piece.len());
    for _ in 0..1024 {
        stream.write_all(&block)?;
    }
    Ok(())
}

pub(crate) fn whole(stream: &mut TcpStream, body: &[u8]) -> io::Result<()> {
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\n{SERVER}Content-Length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)
}

/// More than anybody can hold.
pub(crate) fn endless() -> Vec<Case> {
    let case = |name: &str, act: fn(&mut TcpStream) -> io::Result<()>| -> Case {
        (name.to_owned(), Arc::new(act))
    };
    vec![
        case("a gigabyte, announced", |stream| {
            gigabyte(stream, "Content-Length: 1073741824\r\n\r\n", b" ")
        }),
        case("a gigabyte until the end", |stream| {
            gigabyte(stream, "\r\n", b"[0,")
        }),
        case("a gigabyte in chunks", |stream| {
            gigabyte(
                stream,
                "Transfer-Encoding: chunked\r\n\r\n",
                b"4\r\n[[[[\r\n",
            )
        }),
        case("a gigabyte of headers", |stream| {
            gigabyte(stream, "", b"X-A: b\r\n")
        }),
        case("a header of a gigabyte", |stream| {
            gigabyte(stream, "X-A: ", b"b")
        }),
        case("a gigabyte of early answers", |stream| {
            gigabyte(stream, "\r\n", b"HTTP/1.1 100 Continue\r\n\r\n")
        }),
        case("100,000 levels", |stream| whole(stream, &[b'['; 100_000])),
        case("twenty million values", |stream| {
            let values = "0,".repeat(20_000_000);
            let body =
                format!(r#"{{"ResponseMetadata":{{}},"Result":{{"KeyPairs":[{values}0]}}}}"#);
            whole(stream, body.as_bytes())
        }),
        case("a message of thirty megabytes", |stream| {
            let message = "x".repeat(30 << 20);
            let body = format!(
                r#"{{"ResponseMetadata":{{"Error":{{"Code":"Odd","Message":"{message}"}}}}}}"#
            );
            whole(stream, body.as_bytes())
        }),
    ]
}
