//! A server that means harm, between the real binary and the sandbox: whatever it answers, the
//! command ends, says what is known and no more, and shows no terminal anything but text.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;

use crate::fixture::{Output, World};
use crate::hostile_replies::{self as replies, BODIES, Case, EXCHANGES};

/// What is written instead of an answer.
pub(crate) type Act = dyn Fn(&mut TcpStream) -> io::Result<()> + Send + Sync;

/// A server that acts where a request names this action, and passes all others to the sandbox. Its
/// endpoint.
pub(crate) fn hostile(world: &World, action: &'static str, act: Arc<Act>) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let sandbox = world.port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let act = Arc::clone(&act);
            thread::spawn(move || converse(stream, sandbox, action, &*act));
        }
    });
    format!("http://127.0.0.1:{port}")
}

/// One request; the end of its answer is the end of the connection, however it came about.
fn converse(stream: TcpStream, sandbox: u16, action: &str, act: &Act) -> io::Result<()> {
    let mut client = stream.try_clone()?;
    let (head, body) = request(&mut BufReader::new(stream))?;
    if head.contains(action) {
        act(&mut client)?;
        return client.shutdown(Shutdown::Write);
    }
    let mut server = TcpStream::connect(("127.0.0.1", sandbox))?;
    let head = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    server.write_all(head.as_bytes())?;
    server.write_all(&body)?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    client.write_all(&answer)?;
    client.shutdown(Shutdown::Both)
}

fn request(stream: &mut BufReader<TcpStream>) -> io::Result<(String, Vec<u8>)> {
    let mut head = String::new();
    let mut length = 0;
    while stream.read_line(&mut head)? > 2 {
        let line = head.lines().last().unwrap_or_default();
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok((head, body))
}

const LIST: [&str; 3] = ["volcengine", "key-pair", "list"];
const DELETE: [&str; 5] = ["volcengine", "key-pair", "delete", "old-laptop", "--yes"];

/// A command's data may take this much in KiB: the limit of an answer, and as much again and a half.
const MEMORY: u32 = 200 << 10;

/// Runs a command against that endpoint with bounded time, and bounded memory where the system can.
pub(crate) fn run(world: &World, url: &str, arguments: &[&str]) -> Output {
    let more = ["--endpoint-url", url, "--timeout", "5s"];
    let plain = world.command(&[arguments, &more].concat());
    let mut shell = Command::new("sh");
    let limit = if cfg!(target_os = "linux") {
        format!("ulimit -d {MEMORY} && exec \"$@\"")
    } else {
        "exec \"$@\"".to_owned()
    };
    shell.args(["-c", &limit, "sh"]).arg(plain.get_program());
    shell.args(plain.get_args()).env_clear();
    for (name, value) in plain.get_envs() {
        shell.env(name, value.expect("a value"));
    }
    shell.env("PATH", "/usr/bin:/bin");
    let folder = plain.get_current_dir().expect("a folder");
    let done = shell.current_dir(folder).stdin(Stdio::null()).output();
    let done = done.expect("kpctl runs");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    let output = Output {
        code: done.status.code().unwrap_or(-1),
        stdout: text(done.stdout),
        stderr: text(done.stderr),
    };
    check_text(&output);
    output
}

/// Nothing that drives a terminal or hides in a text, and no more than somebody reads.
#[track_caller]
fn check_text(output: &Output) {
    for text in [&output.stdout, &output.stderr] {
        let raw = |letter: char| {
            (letter.is_control() && !matches!(letter, '\n' | '\t'))
                || replies::HIDDEN.contains(&letter)
        };
        assert!(!text.contains(raw), "{output:#?}");
    }
    assert!(
        output.stderr.len() < 10_000,
        "{} bytes",
        output.stderr.len()
    );
    assert!(!output.stderr.contains("panicked"), "{output:#?}");
    // A line that a service wrote would pass for kpctl's own.
    let forged = output
        .stderr
        .lines()
        .any(|line| line.starts_with(replies::FORGED));
    assert!(!forged, "{output:#?}");
}

/// A list that the server spoils is one error and no list.
#[track_caller]
fn list_fails(world: &World, (name, act): Case, formats: &[&str]) {
    let url = hostile(world, "Action=DescribeKeyPairs", act);
    for format in formats {
        let output = run(world, &url, &[&LIST[..], &["-o", format]].concat());
        assert!(matches!(output.code, 2 | 4..=7), "{name}: {output:#?}");
        assert_eq!(output.stdout, "", "{name}");
        let lines = output.stderr.lines();
        let errors =
            lines.filter(|line| line.starts_with("error: ") || line.contains(r#""kind":"Error""#));
        assert_eq!(errors.count(), 1, "{name}: {output:#?}");
    }
}

/// A change whose answer the server spoils is not made, and nobody says that it is.
#[track_caller]
fn change_is_not_claimed(world: &World, (name, act): Case) {
    let url = hostile(world, "Action=DeleteKeyPairs", act);
    let output = run(world, &url, &[&DELETE[..], &["-o", "json"]].concat());
    assert!(matches!(output.code, 1..=10), "{name}: {output:#?}");
    let document = output.json();
    let item = &document["items"][0];
    let status = item["status"].as_str().unwrap_or_default();
    assert!(
        matches!(status, "unverified" | "running" | "failed" | "denied"),
        "{name}: {document:#}"
    );
    assert!(item["error"].is_object(), "{name}: {document:#}");
    assert!(
        document["complete"] == false || status != "unverified",
        "{name}"
    );
}

/// Each case in a world of its own, all at once: most of the time is spent waiting for another try.
fn each(cases: Vec<Case>, at_once: usize, formats: &[&str]) {
    let mut cases = cases.into_iter().peekable();
    while cases.peek().is_some() {
        let some: Vec<Case> = cases.by_ref().take(at_once).collect();
        thread::scope(|scope| {
            for case in some {
                scope.spawn(move || {
                    let world = World::served(&[]);
                    list_fails(&world, case.clone(), formats);
                    change_is_not_claimed(&world, case);
                });
            }
        });
    }
}

#[test]
fn a_body_that_is_no_answer_is_an_error() {
    each(
        BODIES.iter().map(replies::body_case).collect(),
        8,
        &["json", "tsv"],
    );
}

#[test]
fn a_broken_exchange_is_an_error() {
    each(
        EXCHANGES.iter().map(replies::exchange_case).collect(),
        20,
        &["json"],
    );
}

#[test]
fn an_answer_without_end_is_cut_off() {
    each(replies::endless(), 3, &["tsv"]);
}
