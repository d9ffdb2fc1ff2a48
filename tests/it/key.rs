//! Keys on this machine, through the binary.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use serde_json::{Value, json};

use crate::fixture::{CANARY, World};

fn mode(path: &Path) -> u32 {
    let metadata = std::fs::metadata(path).expect("it is there");
    metadata.permissions().mode() & 0o777
}

/// A file of `tests/keys` in this world, as private as it should be.
fn copy(world: &World, name: &str) -> String {
    let from = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/keys")
        .join(name);
    let to = world.path(name);
    std::fs::copy(from, &to).expect(name);
    std::fs::set_permissions(to, std::fs::Permissions::from_mode(0o600)).expect(name);
    name.to_owned()
}

/// No line of the private half may stand in an output. In front stands the public half, which may
/// look the same there.
fn assert_hidden(world: &World, file: &str, output: &str) {
    let text = std::fs::read_to_string(world.path(file)).expect(file);
    let lines: Vec<&str> = text.lines().filter(|line| line.len() > 20).collect();
    for line in &lines[lines.len() / 2..lines.len() - 1] {
        assert!(!output.contains(*line), "a line of {file} came out");
    }
}

#[test]
fn a_new_key_is_private_and_told() {
    let world = World::empty();
    for (file, options, bits) in [
        ("plain", &["--comment", "构建机 a@b"][..], 256),
        ("rsa", &["--type", "rsa-3072", "--format", "pkcs1"], 3072),
        ("pkcs8", &["--type", "rsa-3072", "--format", "pkcs8"], 3072),
    ] {
        let done = world
            .run(&[&["key", "generate", file], options].concat())
            .code(0);
        assert_eq!(mode(&world.path(file)), 0o600);
        let half = format!("{file}.pub");
        assert_eq!(mode(&world.path(&half)) & 0o133, 0);
        let line = std::fs::read_to_string(world.path(&half)).expect("a public half");
        let told: Vec<&str> = done.stdout.lines().collect();
        assert_eq!((told[0], told.len()), (line.trim_end(), 2));
        assert_hidden(&world, file, &done.stdout);
        for name in [file, &half] {
            let item = &world
                .run(&["key", "fingerprint", name, "-o", "json"])
                .code(0)
                .json()["items"][0];
            assert_eq!(item["sha256"], told[1], "{name}");
            assert_eq!(item["bits"], bits);
        }
    }
    let comment = ["key", "fingerprint", "plain", "--query", "items[0].comment"];
    assert_eq!(world.run(&comment).code(0).json(), "构建机 a@b");
}

#[test]
fn nothing_is_overwritten() {
    let world = World::empty();
    for taken in ["key", "key.pub"] {
        std::fs::write(world.path(taken), "mine").expect("writes");
        let refused = world.run(&["key", "generate", "key", "-o", "json"]).code(2);
        let message = refused.error()["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(message.contains(&format!("'{taken}' exists")), "{message}");
        assert_eq!(
            std::fs::read_to_string(world.path(taken)).expect("reads"),
            "mine"
        );
        std::fs::remove_file(world.path(taken)).expect("removes");
    }
    symlink(world.path("elsewhere"), world.path("key")).expect("links");
    world.run(&["key", "generate", "key"]).code(2);
    assert!(!world.path("elsewhere").exists() && !world.path("key.pub").exists());
    world.run(&["key", "generate", "no/folder"]).code(2);

    let source = copy(&world, "rsa-2048-pem");
    std::fs::write(world.path("out"), "mine").expect("writes");
    for form in ["openssh", "public"] {
        world
            .run(&["key", "convert", &source, "--to", form, "--out", "out"])
            .code(2);
    }
    assert_eq!(
        std::fs::read_to_string(world.path("out")).expect("reads"),
        "mine"
    );
}

#[test]
fn a_passphrase_locks_and_never_comes_out() {
    let world = World::empty();
    let input = format!("{CANARY}\n");
    let locked = [
        "key",
        "generate",
        "key",
        "--comment",
        "a@b",
        "--passphrase-file",
        "-",
    ];
    world.run_with_input(&locked, input.as_bytes()).code(0);

    let item = |arguments: &[&str], input: &str| -> Value {
        let done = world.run_with_input(arguments, input.as_bytes()).code(0);
        done.json()["items"][0].clone()
    };
    let outside = item(&["key", "fingerprint", "key", "-o", "json"], "");
    assert_eq!(
        (&outside["comment"], &outside["type"]),
        (&Value::Null, &json!("ssh-ed25519"))
    );
    let opened = [
        "key",
        "fingerprint",
        "key",
        "-o",
        "json",
        "--passphrase-file",
        "-",
    ];
    let opened = item(&opened, &input);
    assert_eq!(
        (&opened["comment"], &opened["sha256"]),
        (&json!("a@b"), &outside["sha256"])
    );

    let convert = [
        "key",
        "convert",
        "key",
        "--to",
        "pkcs8",
        "--out",
        "out",
        "--passphrase-file",
        "-",
    ];
    let wrong = world.run_with_input(&convert, b"another canary\n").code(2);
    assert!(wrong.stderr.contains("does not open") && !wrong.stderr.contains("canary"));
    assert!(!world.path("out").exists());
    // Without a word about it the lock stays.
    world.run_with_input(&convert, input.as_bytes()).code(0);
    let head = |file: &str| std::fs::read_to_string(world.path(file)).expect(file);
    assert!(head("out").starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    let bare = [
        "key",
        "convert",
        "out",
        "--to",
        "openssh",
        "--out",
        "bare",
        "--no-passphrase",
    ];
    let bare = [&bare[..], &["--passphrase-file", "-"]].concat();
    world.run_with_input(&bare, input.as_bytes()).code(0);
    assert_eq!(mode(&world.path("bare")), 0o600);
    let bare = item(&["key", "fingerprint", "bare", "-o", "json"], "");
    assert_eq!(bare["sha256"], outside["sha256"]);

    let another = ["key", "convert", "out", "--to", "openssh", "--out", "other"];
    for nobody in [
        &["key", "generate", "third", "--passphrase"][..],
        &another[..],
    ] {
        let asked = world.run(&[nobody, &["--no-input"]].concat()).code(2);
        assert!(asked.stderr.contains("passphrase"), "{asked:?}");
    }
    let empty = ["key", "generate", "other", "--passphrase-file", "-"];
    world.run_with_input(&empty, b"\n").code(2);
    assert!(!world.path("other").exists());
}

#[test]
fn fingerprints_are_those_of_other_programs() {
    let world = World::empty();
    let file = copy(&world, "rsa-2048-pem");
    let list = world
        .run(&["key", "fingerprint", &file, "-o", "json"])
        .code(0)
        .json();
    for (name, value) in [
        ("schema", "kpctl/v1"),
        ("kind", "List"),
        ("command", "key fingerprint"),
    ] {
        assert_eq!(list[name], value);
    }
    assert_eq!(
        (&list["complete"], &list["warnings"]),
        (&json!(true), &json!([]))
    );
    let item = &list["items"][0];
    assert_eq!(
        item["md5_spki"],
        "MD5:de:07:ef:52:b0:14:84:35:6a:c7:0f:7d:ca:cd:af:5d"
    );
    assert_eq!(
        item["sha1_pkcs8"],
        "SHA1:95:db:8b:1b:47:73:bf:60:a7:a3:b0:40:7e:dd:b1:0c:75:a7:09:8c"
    );

    let half = copy(&world, "rsa-2048-pem.pub");
    let input = std::fs::read(world.path(&half)).expect("reads");
    let rows = world
        .run_with_input(&["key", "fingerprint", "-", &file, "-o", "tsv"], &input)
        .code(0);
    let rows: Vec<Vec<&str>> = rows
        .stdout
        .lines()
        .map(|row| row.split('\t').collect())
        .collect();
    assert_eq!((rows.len(), rows[0].len()), (2, 14));
    assert_eq!((rows[0][0], rows[0][3]), ("-", "rsa-2048-pem@fixture"));
    assert_eq!(rows[0][4..13], rows[1][4..13], "both halves have the same");
    assert_eq!(
        (rows[0][13], rows[1][13]),
        ("", item["sha1_pkcs8"].as_str().expect("text"))
    );

    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(world.path(&file), open).expect("sets");
    let warned = world.run(&["key", "fingerprint", &file]).code(0);
    assert!(
        warned.stderr.contains("open to others (mode 0644)"),
        "{warned:?}"
    );
    let warned = world
        .run(&["key", "fingerprint", &file, "-o", "json"])
        .code(0);
    assert_eq!(warned.json()["warnings"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_private_key_is_never_written_to_stdout() {
    let world = World::empty();
    let file = copy(&world, "rsa-2048-pem");
    for form in ["openssh", "pkcs1", "pkcs8"] {
        let refused = world.run(&["key", "convert", &file, "--to", form]).code(2);
        assert_eq!(refused.stdout, "");
        assert!(refused.stderr.contains("--out FILE"), "{refused:?}");
        let done = world
            .run(&[
                "key", "convert", &file, "--to", form, "--out", form, "-o", "json",
            ])
            .code(0);
        assert_eq!(done.json()["items"][0]["file"], form);
        assert_eq!(mode(&world.path(form)), 0o600);
        assert_hidden(&world, form, &format!("{}{}", done.stdout, done.stderr));
    }
    let text = |file: &str| std::fs::read_to_string(world.path(file)).expect(file);
    assert!(text("pkcs1") == text(&file), "PKCS#1 came out otherwise");
    let half = world
        .run(&[
            "key",
            "convert",
            "openssh",
            "--to",
            "public",
            "--comment",
            "a b",
        ])
        .code(0);
    let given = copy(&world, "rsa-2048-pem.pub");
    let expected = text(&given).replace("rsa-2048-pem@fixture", "a b");
    assert_eq!(half.stdout, expected);
}

#[test]
fn wrong_files_and_options_are_told() {
    let world = World::empty();
    let half = copy(&world, "ed25519-openssh.pub");
    let ecdsa = copy(&world, "ecdsa-256-pem");
    for (arguments, word) in [
        (
            &["key", "convert", &half, "--to", "openssh", "--out", "o"][..],
            "public key",
        ),
        (
            &["key", "convert", &ecdsa, "--to", "openssh", "--out", "o"],
            "ECDSA",
        ),
        (&["key", "fingerprint", &ecdsa], "'ecdsa-256-pem'"),
        (&["key", "fingerprint", "none"], "cannot read 'none'"),
        (
            &["key", "fingerprint", &half, "-o", "names"],
            "have no addresses",
        ),
        (&["key", "fingerprint", "-", "-"], "more than once"),
        (
            &["key", "convert", &half, "--to", "public", "--no-passphrase"],
            "no passphrase",
        ),
        (&["key", "generate", "o", "--format", "pkcs1"], "RSA"),
    ] {
        let refused = world.run(arguments).code(2);
        assert!(refused.stderr.contains(word), "{refused:#?}");
        assert!(!world.path("o").exists() && !world.path("o.pub").exists());
    }
    let refused = world.run_with_input(&["key", "fingerprint", "-"], CANARY.as_bytes());
    assert_eq!(refused.code, 2);
}
