//! Certificates, proxies, addresses and names, through the real binary: what works, and what is said
//! when it does not. Nothing leaves this machine.

use std::path::Path;

use serde_json::Value;

use crate::fixture::{Output, World};
use crate::gateway::{
    Authority, HOST, Manners, Proxy, Valid, answers, forward, loopback, loopback_v6,
};

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
fn delete(world: &World, url: &str, more: &[&str]) -> Output {
    world.run(&[&DELETE[..], &["--endpoint-url", url], more].concat())
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// The deletion failed before anything was sent, which is known and said, with this sentence and
/// this next step.
#[track_caller]
fn fails(world: &World, output: Output, sentence: &str, step: &str) {
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
fn failure(output: Output, kind: &str) -> Value {
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

fn url_of(url: &str) -> Vec<&str> {
    [&DELETE[..], &["--endpoint-url", url]].concat()
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
fn a_proxy_is_asked_for_a_tunnel() {
    let (world, authority) = (World::served(&[]), Authority::new());
    let file = authority.file(&world);
    let port = authority.serve(HOST, Valid::Now, world.port());
    let url = format!("https://{HOST}:{port}");
    let proxy = Proxy::new(Manners::Open);
    let world = world
        .with("HTTPS_PROXY", &format!("http://127.0.0.1:{}", proxy.port))
        .with("SSL_CERT_FILE", text(&file));
    delete(&world, &url, &[]).code(0);
    assert!(world.requests().len() > 1);
    let tunnel = format!("CONNECT {HOST}:{port} HTTP/1.1");
    assert!(proxy.asked().iter().all(|line| *line == tunnel));
    assert!(!proxy.asked().is_empty());

    // A fault behind the tunnel is the server's own.
    let seen = world.requests().len();
    let old = authority.serve(HOST, Valid::Past, world.port());
    let output = delete(&world, &format!("https://{HOST}:{old}"), &[]);
    let message = failure(output, "network")["message"].to_string();
    assert!(message.contains("its certificate expired on"), "{message}");
    assert_eq!(world.requests().len(), seen);
}

#[test]
fn a_proxy_may_want_a_login() {
    let (world, authority) = (World::served(&[]), Authority::new());
    let file = authority.file(&world);
    let port = authority.serve(HOST, Valid::Now, world.port());
    let url = format!("https://{HOST}:{port}");
    // jo and a password of these tests, in Base64.
    let proxy = Proxy::new(Manners::Login("Basic am86cHIweHktcGFzcw=="));
    let address = format!("127.0.0.1:{}", proxy.port);
    let world = world
        .with("SSL_CERT_FILE", text(&file))
        .with("HTTPS_PROXY", &format!("http://{address}"));
    let without = delete(&world, &url, &[]);
    fails(
        &world,
        without,
        &format!("the proxy {address} wants a login"),
        "HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT",
    );
    for wrong in ["wrong-pass", "pr0xy-pas"] {
        let world_url = format!("http://jo:{wrong}@{address}");
        let output = world.run_with("HTTPS_PROXY", &world_url, &url_of(&url));
        assert!(!output.stderr.contains(wrong), "{output:?}");
        fails(&world, output, "wants a login", "HTTPS_PROXY=");
    }
    let login = format!("http://jo:pr0xy-pass@{address}");
    let verbose = [&url_of(&url)[..], &["-v"]].concat();
    let output = world.run_with("HTTPS_PROXY", &login, &verbose).code(0);
    for secret in ["pr0xy-pass", "am86cHIweHktcGFzcw"] {
        assert!(!output.stderr.contains(secret), "{output:?}");
        assert!(!output.stdout.contains(secret), "{output:?}");
    }
    // Nor does it come out when the proxy is not there.
    let gone = "http://jo:pr0xy-pass@127.0.0.1:9";
    let late = [&url_of(&url)[..], &["-v", "--timeout", "1s"]].concat();
    let output = world.run_with("HTTPS_PROXY", gone, &late).code(7);
    assert!(!output.stderr.contains("pr0xy-pass"), "{output:?}");
}

#[test]
fn a_proxy_that_does_not_help_is_named() {
    let world = World::served(&[]);
    let url = format!("https://{HOST}:{}", world.port());
    let short = [&url_of(&url)[..], &["--timeout", "1s"]].concat();
    let refusing = Proxy::new(Manners::Says("403 Forbidden"));
    let silent = Proxy::new(Manners::Silent);
    for (proxy, sentence, step) in [
        (
            format!("http://127.0.0.1:{}", refusing.port),
            format!(
                "the proxy 127.0.0.1:{} refuses to connect to it",
                refusing.port
            ),
            "Have the proxy allow kpctl-test.example",
        ),
        (
            "http://127.0.0.1:9".to_owned(),
            "the proxy 127.0.0.1:9 refuses connections".to_owned(),
            "list kpctl-test.example in NO_PROXY",
        ),
        (
            "http://no-such-proxy.invalid:3128".to_owned(),
            "the proxy no-such-proxy.invalid:3128 has a name without an address".to_owned(),
            "Check HTTPS_PROXY",
        ),
    ] {
        let output = world.run_with("HTTPS_PROXY", &proxy, &short);
        fails(&world, output, &sentence, step);
    }
    // One that never answers holds a command no longer than its time.
    let proxy = format!("http://127.0.0.1:{}", silent.port);
    let error = failure(world.run_with("HTTPS_PROXY", &proxy, &short), "timeout");
    assert!(
        error["message"].to_string().contains("--timeout"),
        "{error}"
    );
    assert_eq!(silent.asked().len(), 1);
    assert_eq!(world.requests(), Vec::<String>::new());
}

#[test]
fn no_proxy_names_hosts_domains_and_networks() {
    let world = World::served(&[]);
    let proxy = Proxy::new(Manners::Says("403 Forbidden"));
    let world = world.with("HTTPS_PROXY", &format!("http://127.0.0.1:{}", proxy.port));
    let name = format!("https://{HOST}:{}", world.port());
    // An address that is no loopback address by its number, and yet never leaves the machine.
    let address = format!("https://0.0.0.0:{}", world.port());
    for (url, list, goes_by) in [
        (&name, "kpctl-test.example", true),
        (&name, "other.example, kpctl-test.example", true),
        (&name, "example", true),
        (&name, ".example", true),
        (&name, "*", true),
        (&name, "test.example", false),
        (&name, "*.example", false),
        (&name, "kpctl-test.example.com", false),
        (&name, "", false),
        (&address, "0.0.0.0", true),
        (&address, "10.0.0.0/8,0.0.0.0/8", true),
        (&address, "10.0.0.0/8", false),
    ] {
        let before = proxy.asked().len();
        let short = [&url_of(url)[..], &["--timeout", "1s"]].concat();
        world.run_with("NO_PROXY", list, &short).code(7);
        let asked = proxy.asked().len() > before;
        assert_eq!(asked, !goes_by, "{url} with NO_PROXY={list}");
    }
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
