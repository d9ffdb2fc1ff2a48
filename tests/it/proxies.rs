//! Proxies, through the real binary: when they are asked, what they may want, and what is said when
//! they do not help.

use crate::fixture::World;
use crate::gateway::{Authority, HOST, Manners, Proxy, Valid, answers};
use crate::network::{delete, fails, failure, text, url_of};

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
    let stranger = Authority::new().serve("127.0.0.1", Valid::Now, world.port());
    let mute = answers(b"");
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
            format!("https://127.0.0.1:{stranger}"),
            format!(
                "the proxy 127.0.0.1:{stranger} has a certificate that is from an authority that \
                 is not trusted here"
            ),
            "--ca-bundle or SSL_CERT_FILE",
        ),
        (
            format!("http://127.0.0.1:{mute}"),
            format!("the proxy 127.0.0.1:{mute} closed the connection before it was ready"),
            "Check HTTPS_PROXY",
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
fn plain_http_goes_through_a_proxy_without_a_tunnel() {
    let world = World::served(&[]);
    let proxy = Proxy::new(Manners::Says("407 Proxy Authentication Required"));
    let url = format!("http://{HOST}:{}", world.port());
    let plain = [
        &url_of(&url)[..],
        &["--insecure-endpoint", "--timeout", "1s"],
    ]
    .concat();
    let address = format!("127.0.0.1:{}", proxy.port);
    let output = world.run_with("HTTP_PROXY", &format!("http://{address}"), &plain);
    let sentence = format!("the proxy {address} wants a login");
    fails(&world, output, &sentence, "HTTP_PROXY");
    assert!(
        proxy
            .asked()
            .iter()
            .all(|line| line.starts_with("GET http://")),
        "{:?}",
        proxy.asked()
    );
    let output = world.run_with("HTTP_PROXY", "http://127.0.0.1:9", &plain);
    let sentence = "the proxy 127.0.0.1:9 refuses connections";
    fails(&world, output, sentence, "HTTP_PROXY");
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
