//! What is no key, refused before anything is sent; and private keys, of which the public half is all that is used.

use serde_json::json;

use crate::fleet_import::OPS;
use crate::fleet_served::{addresses, served, sorted, unseen};
use crate::fleet_world::ed25519_places;

#[test]
fn what_is_no_key_to_import_is_refused_and_nothing_is_sent() {
    let world = served(&[]);
    let private = world.secret_file("id", include_str!("../keys/ed25519-openssh"));
    std::fs::write(world.path("key.pub"), OPS).expect("written");
    std::fs::write(world.path("text"), "hello").expect("written");
    std::fs::write(world.path("empty"), "").expect("written");
    let everywhere = ["--name", "ops", "--on", "*"];
    for file in [private.as_str(), "text", "empty", "none.pub", "."] {
        world
            .run(&[&["import", file], &everywhere[..]].concat())
            .code(2);
    }
    for arguments in [
        &["import", "key.pub", "--name", "ops"][..],
        &["import", "key.pub", "--on", "*"],
        &["import", "key.pub", "--name", "", "--on", "*"],
        &["import", "key.pub", "--name", "!!!", "--on", "*"],
        &[
            "import",
            "key.pub",
            "--name",
            "ops",
            "--on",
            "tencent/ap-tokyo/instance",
        ],
        &[
            "import", "key.pub", "--name", "ops", "--on", "*", "-o", "names",
        ],
        &[
            "import", "key.pub", "--name", "ops", "--on", "*", "-r", "ap-tokyo",
        ],
    ] {
        world.run(arguments).code(2);
    }
    let sent = world.requests();
    let harmless = ["DescribeRegions", "KeystoneListProjects", "ListRegions"];
    // A name that has no legal form is seen once the kinds are known; no key is read.
    let others: Vec<_> = sent
        .iter()
        .filter(|name| !harmless.contains(&name.as_str()))
        .collect();
    assert!(others.is_empty(), "{others:?}");
    let input = world.run_with_input(
        &[
            "import",
            "-",
            "--name",
            "ops",
            "--on",
            "huawei/cn-north-4",
            "-o",
            "json",
        ],
        OPS.as_bytes(),
    );
    let document = input.code(0).json();
    assert_eq!(document["items"][0]["status"], json!("imported"));
    assert!(document.get("unseen").is_none() || unseen(&document).is_empty());
}

#[test]
fn what_is_no_key_to_find_is_refused_and_nothing_is_sent() {
    let world = served(&[]);
    let write =
        |name: &str, bytes: &[u8]| std::fs::write(world.path(name), bytes).expect("written");
    write("text", b"hello");
    write("empty", b"");
    write("binary", &[0, 159, 146, 150, 0]);
    write("two.pub", format!("{OPS}{OPS}").as_bytes());
    write("cut.pub", &OPS.as_bytes()[..60]);
    let half = include_str!("../keys/ed25519-openssh");
    world.secret_file("cut", &half[..half.len() / 2]);
    world.secret_file("locked", include_str!("../keys/rsa-2048-pkcs8-locked"));
    for key in [
        "text",
        "empty",
        "binary",
        "two.pub",
        "cut.pub",
        "cut",
        "locked",
        "none.pub",
        "/",
        "",
        "SHA256:",
        "SHA256:abc",
        "MD5:00",
        "00:11",
        "c8e2",
        "ssh-rsa",
        "ssh-rsa AAAA",
        "ssh-dss",
        "id_rsa",
    ] {
        let output = world.run(&["find", key, "-o", "json"]);
        let error = output.code(2).error();
        assert_eq!(error["kind"], "usage", "{key}");
        assert!(error["hint"].is_string(), "{key}: {error}");
    }
    for input in [
        &b""[..],
        b"\n",
        b"hello",
        b"SHA256:",
        &[0xff, 0xfe],
        b"-----BEGIN OPENSSH PRIVATE KEY-----\n",
    ] {
        world
            .run_with_input(&["find", "-", "-o", "json"], input)
            .code(2);
    }
    // A digest that is none is told as one.
    let error = world
        .run(&["find", "SHA256:abc", "-o", "json"])
        .code(2)
        .error();
    assert!(
        error["message"].to_string().contains("fingerprint"),
        "{error}"
    );
    world.run(&["find"]).code(2);
    assert_eq!(world.requests(), Vec::<String>::new());
}

#[test]
fn a_private_key_is_read_here_and_that_is_said() {
    let world = served(&[]);
    let half = include_str!("../keys/ed25519-openssh");
    let file = world.secret_file("id", half);
    let text = world.run(&["find", &file]).code(0);
    assert!(
        text.stderr
            .contains("is a private key: it was read here and is sent nowhere"),
        "{}",
        text.stderr
    );
    let output = world.run(&["find", &file, "-o", "json", "-v"]).code(0);
    assert_eq!(addresses(&output), sorted(ed25519_places("env")));
    let line = half.lines().nth(2).expect("a line");
    assert!(!output.stderr.contains(line) && !output.stdout.contains(line));
    assert!(
        !world
            .journal()
            .iter()
            .any(|request| request.to_string().contains(line))
    );
    // One that everybody can read is warned about.
    let open = world.path("open");
    std::fs::write(&open, half).expect("written");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(&open, mode).expect("set");
    let text = world.run(&["find", "open"]).code(0);
    assert!(text.stderr.contains("warning: "), "{}", text.stderr);
}
