//! Certificates, addresses and names, through the real binary: what works, and what is said
//! when it does not. Nothing leaves this machine.

use std::path::Path;

use serde_json::Value;

use crate::fixture::{Output, World};
use crate::gateway::{Authority, Valid, answers, forward, loopback, loopback_v6};

const DELETE: [&str; 9] = [
    "volcengine",
    "key-pair",
    "delete",
    "ci-deploy",
    "--yes",
    "--error-format",
    "json",
    "-o",
    "json",
];

/// Deletes a key pair at that endpoint.
pub(crate) fn delete(world: &World, url: &str, more: &[&str]) -> Output {
    world.run(&[&DELETE[..], &["--endpoint-url", url], more].concat())
}

/// The same in words.
pub(crate) fn url_of(url: &str) -> Vec<&str> {
    [&DELETE[..], &["--endpoint-url", url]].concat()
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// The deletion failed before anything was sent, which is known and said, with this sentence and
/// this next step.
#[track_caller]
pub(crate) fn fails(world: &World, output: Output, sentence: &str, step: &str) {
    let error = failure(output, "network");
    let part = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    assert!(
        part("message").contains(sentence),
        "no '{sentence}' in {error}"
    );
    assert!(part("hint").contains(step), "no '{step}' in {error}");
    assert_eq!(world.requests(), Vec::<String>::new());
}

/// The error of the one item, which is known to be where it was.
#[track_caller]
pub(crate) fn failure(output: Output, kind: &str) -> Value {
    let document = output.code(7).json();
    let item = &document["items"][0];
    assert_eq!(item["status"], "failed", "{document}");
    assert_eq!(item["error"]["kind"], kind, "{document}");
    item["error"].clone()
}

#[test]
fn an_authority_is_trusted_when_it_is_named() {
    let (world, authority) = (World::served(&[]), Authority::new());
    let port = authority.serve("127.0.0.1", Valid::Now, world.port());
    let url = format!("https://127.0.0.1:{port}");
    let file = authority.file(&world);

    let list = ["volcengine", "key-pair", "list", "--endpoint-url", &url];
    let error = world
        .run(&[&list[..], &["--error-format", "json"]].concat())
        .code(7)
        .error();
    assert_eq!(error["retryable"], false, "it does not mend itself");
    let stranger = delete(&world, &url, &[]);
    fails(
        &world,
        stranger,
        "its certificate is from an authority that is not trusted here",
        "--ca-bundle or SSL_CERT_FILE",
    );
    delete(&world, &url, &["--ca-bundle", text(&file)]).code(0);
    let seen = world.requests().len();
    assert!(seen > 1, "it looked and deleted");
    let world = world.with("SSL_CERT_FILE", text(&file));
    delete(&world, &url, &[]).code(0);
    assert!(world.requests().len() > seen);
}

/// Where the system checks certificates itself, its own store counts.
#[cfg(all(unix, not(target_vendor = "apple")))]
#[test]
fn folders_of_authorities_are_read_too() {
    let (world, authority) = (World::served(&[]), Authority::new());
    let port = authority.serve("127.0.0.1", Valid::Now, world.port());
    let url = format!("https://127.0.0.1:{port}");
    let folder = world.path("authorities");
    std::fs::create_dir(&folder).expect("a folder");
    let empty = world.run_with("SSL_CERT_DIR", text(&folder), &url_of(&url));
    let error = empty.code(2).error();
    let message = error["message"].as_str().unwrap_or_default();
    assert!(message.starts_with("SSL_CERT_DIR is '"), "{error}");
    assert_eq!(world.requests(), Vec::<String>::new());
    std::fs::rename(authority.file(&world), folder.join("a.pem")).expect("moves");
    world
        .run_with("SSL_CERT_DIR", text(&folder), &url_of(&url))
        .code(0);
    assert!(world.requests().len() > 1);
}

/// Where the system checks certificates itself, its own store counts.
#[cfg(all(unix, not(target_vendor = "apple")))]
#[test]
fn without_any_authority_nobody_is_trusted() {
    let world = World::served(&[]);
    let file = world.path("broken.pem");
    let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    std::fs::write(&file, pem).expect("writes");
    let output = world.run_with("SSL_CERT_FILE", text(&file), &url_of("https://127.0.0.1:9"));
    fails(
        &world,
        output,
        "cannot connect to 127.0.0.1:9: no certificate authority is known here",
        "SSL_CERT_FILE",
    );
}

#[test]
fn a_file_of_authorities_that_is_none_is_told_before_anything_is_sent() {
    let world = World::served(&[]).with("SSL_CERT_FILE", "/no/such/authorities.pem");
    // Nothing is encrypted on this machine, so that it does not matter.
    world.run(&DELETE).code(0);
    let seen = world.requests().len();
    for file in ["/no/such/authorities.pem", ""] {
        let error = world
            .run_with("SSL_CERT_FILE", file, &url_of("https://127.0.0.1:9"))
            .code(2)
            .error();
        let message = error["message"].as_str().unwrap_or_default();
        assert!(message.starts_with("SSL_CERT_FILE is '"), "{error}");
    }
    assert_eq!(world.requests().len(), seen);
    let embedded = World::sandboxed().with("SSL_CERT_FILE", "/no/such/authorities.pem");
    embedded.run(&DELETE).code(0);
}

#[test]
fn a_certificate_with_a_fault_is_refused_and_the_fault_is_named() {
    let (world, authority) = (World::served(&[]), Authority::new());
    let file = authority.file(&world);
    let trusting = ["--ca-bundle", text(&file)];
    for (name, valid, sentence, step) in [
        (
            "other.example",
            Valid::Now,
            "its certificate is for other.example",
            "Check --endpoint-url and the region",
        ),
        (
            "127.0.0.1",
            Valid::Past,
            "its certificate expired on 2021-03-04",
            "This machine's clock says 2",
        ),
        (
            "127.0.0.1",
            Valid::Future,
            "its certificate is not valid before 2190-05-06",
            "This machine's clock says 2",
        ),
    ] {
        let port = authority.serve(name, valid, world.port());
        let output = delete(&world, &format!("https://127.0.0.1:{port}"), &trusting);
        fails(&world, output, sentence, step);
    }
}

#[test]
fn tls_is_of_version_1_2_or_newer() {
    let (world, authority) = (World::served(&[]), Authority::new());
    let file = authority.file(&world);
    let trusting = ["--ca-bundle", text(&file)];
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let port = authority.serve_versions("127.0.0.1", Valid::Now, world.port(), &[version]);
        let seen = world.requests().len();
        delete(&world, &format!("https://127.0.0.1:{port}"), &trusting).code(0);
        assert!(world.requests().len() > seen, "{version:?}");
    }
    let world = World::served(&[]);
    for (answer, sentence, step) in [
        // The fatal alert protocol_version, as a server of TLS 1.0 or 1.1 sends it.
        (
            &b"\x15\x03\x01\x00\x02\x02\x46"[..],
            "speaks no TLS of version 1.2 or newer",
            "brought up to date",
        ),
        // The same for handshake_failure.
        (
            b"\x15\x03\x03\x00\x02\x02\x28",
            "refused the TLS handshake",
            "brought up to date",
        ),
        (
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            "does not speak TLS on this port",
            "the port of --endpoint-url",
        ),
    ] {
        let url = format!("https://127.0.0.1:{}", answers(answer));
        fails(&world, delete(&world, &url, &[]), sentence, step);
    }
    let url = format!("https://127.0.0.1:{}", answers(b""));
    let output = delete(&world, &url, &["--timeout", "1s"]);
    fails(&world, output, "closed the connection", "Check the network");
}

#[test]
fn a_change_that_was_given_up_failed_only_when_it_was_never_sent() {
    let world = World::served(&[]);
    // The system takes the connection, and nobody ever reads from it.
    let silent = loopback();
    let port = silent.local_addr().expect("bound").port();
    let url = format!("http://127.0.0.1:{port}");
    let deaf = delete(&world, &url, &["--timeout", "1s"]);
    let item = deaf.code(7).json()["items"][0].clone();
    assert_eq!(item["status"], "running", "nobody knows: {item}");
    // The same over TLS has not got as far as a request.
    let url = format!("https://127.0.0.1:{port}");
    let error = failure(delete(&world, &url, &["--timeout", "1s"]), "timeout");
    assert!(
        error["message"].to_string().contains("--timeout"),
        "{error}"
    );
    assert_eq!(world.requests(), Vec::<String>::new());
}

#[test]
fn version_6_addresses_work() {
    let (world, authority) = (World::served(&[]), Authority::new());
    let (Some(plain), Some(secure)) = (loopback_v6(), loopback_v6()) else {
        #[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
        {
            println!("skipped: this machine has no address ::1");
        }
        return;
    };
    let port = forward(plain, world.port());
    delete(&world, &format!("http://[::1]:{port}"), &[]).code(0);
    let seen = world.requests().len();
    assert!(seen > 1);
    let port = authority.serve_on(
        secure,
        "::1",
        Valid::Now,
        world.port(),
        rustls::ALL_VERSIONS,
    );
    let file = authority.file(&world);
    let url = format!("https://[::1]:{port}");
    delete(&world, &url, &["--ca-bundle", text(&file)]).code(0);
    assert!(world.requests().len() > seen);
}

#[test]
fn who_cannot_be_reached_is_told_from_who_is_not_known() {
    let world = World::served(&[]);
    // Bound and let go: nothing listens there.
    let free = loopback().local_addr().expect("bound").port();
    for (url, sentence, step) in [
        (
            "https://no-such-host.invalid".to_owned(),
            "cannot connect to no-such-host.invalid: no address is known for this name",
            "the region (-r) or --endpoint-url",
        ),
        (
            format!("https://127.0.0.1:{free}"),
            "it refuses connections",
            "Check the network",
        ),
    ] {
        let output = delete(&world, &url, &["--timeout", "1s"]);
        fails(&world, output, sentence, step);
    }
}
