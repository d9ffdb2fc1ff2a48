use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::PublicKey;
use crate::sshkey::Form;

// spec huawei-codearts-cph 3.6
const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH0wPUlYiYO21+OoJKbe7zNzHcAt+3aVQyLFFIM6L3iP dev@example.com";
const ECDSA: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBDkFDCt77upvNzjmoHeLulNJOFThFOk+WBnAEw5BvtupPFKJYQolsWY3Hyp2y3u3MbTEl5uJAZRLnBlBSzvyLrg= ci@example.com";

fn rsa(bits: usize) -> String {
    let mut blob = b"\0\0\0\x07ssh-rsa\0\0\0\x03\x01\0\x01".to_vec();
    let length = bits / 8 + 1;
    blob.extend(u32::try_from(length).unwrap().to_be_bytes());
    blob.push(0);
    blob.extend(std::iter::repeat_n(0xc5, length - 1));
    format!("ssh-rsa {}", STANDARD.encode(blob))
}

#[test]
fn the_published_fingerprints_come_out() {
    let fingerprints = [
        (
            ED25519,
            "SHA256:WcMvjRo1t0uDYNlfRPjt8l7Wy/1HbpLwTkulhpNc3hc",
        ),
        (ECDSA, "SHA256:xgJroPeeNiGMKY8ulUPeXU/0UQmk7AFyk0uPmLxdUKA"),
    ];
    for (line, fingerprint) in fingerprints {
        let key = PublicKey::parse(line).expect(line);
        assert_eq!(key.sha256().to_string(), fingerprint);
        assert!(key.matches(&fingerprint.parse().expect(fingerprint)));
        assert!(key.matches(&key.md5()));
        assert_eq!(key.bits(), Some(256));
    }
    let key = PublicKey::parse(ED25519).expect("a key");
    assert!(!key.matches(&fingerprints[1].1.parse().expect("a fingerprint")));
    assert_eq!(
        (key.kind(), key.comment()),
        ("ssh-ed25519", "dev@example.com")
    );
}

/// The digests come from openssl over the files of tests/keys.
#[test]
fn every_form_of_fingerprint_is_told() {
    let key = |name: &str| {
        let path = format!("{}/tests/keys/{name}.pub", env!("CARGO_MANIFEST_DIR"));
        PublicKey::parse(&std::fs::read_to_string(path).expect(name)).expect(name)
    };
    let table = [
        (
            "rsa-3072-openssh",
            "68bac053f16e3f8631456d7ceaa3cc40",
            Form::Md5Spki,
        ),
        (
            "rsa-3072-openssh",
            "9c22c4ace703b18b2e568a67cdba99bdfb07c026",
            Form::Sha1Spki,
        ),
        (
            "rsa-3072-openssh",
            "6f5f6d70753c8f623ca75f6b00b84c1d51a801a5b57c4dcd12210ea0056bc4a9",
            Form::Sha256Spki,
        ),
        (
            "rsa-3072-openssh",
            "24e7bdbb73f7c9ddb29cc240bf5add8e",
            Form::Md5Pkcs1,
        ),
        (
            "rsa-3072-openssh",
            "dc84e83a055a58649c84541ac706b85561663165",
            Form::Sha1Pkcs1,
        ),
        (
            "rsa-3072-openssh",
            "0ce3941117c35b870036bb6ed801cd94aee6a9ef5d3218371ad9459ae9b3ba56",
            Form::Sha256Pkcs1,
        ),
        (
            "rsa-3072-openssh",
            "SHA1:R5pTs2HJA72JwfHMIKdkHg0J+cQ",
            Form::Sha1,
        ),
        (
            "rsa-3072-openssh",
            "bc:1d:f5:6c:a4:ed:a9:52:d7:15:63:a7:4c:fa:46:4c",
            Form::Md5,
        ),
        (
            "ecdsa-256-openssh",
            "4b2ccc21aa4c34431a07038659613666",
            Form::Md5Spki,
        ),
        (
            "ecdsa-521-openssh",
            "392135a075a0ebef1dba31ee7ed53b86",
            Form::Md5Spki,
        ),
        (
            "ed25519-openssl-pkcs8",
            "7cec183cf827f046dbe22da3b41b1494",
            Form::Md5Spki,
        ),
        (
            "ed25519-openssh",
            "SHA256:Ck2o79CA+sK3O9Q3ARt9MX9QrYg+dzqDKJw4iKSlmyI",
            Form::Sha256,
        ),
    ];
    for (name, text, form) in table {
        let fingerprint = text.parse().expect(text);
        assert_eq!(key(name).form_of(&fingerprint), Some(form), "{name} {text}");
        assert!(key(name).matches(&fingerprint));
        assert!(!key("ecdsa-384-openssh-locked").matches(&fingerprint));
    }
    assert_eq!(key("ed25519-openssh").fingerprint(Form::Md5Pkcs1), None);
}

#[test]
fn a_line_is_what_was_read_and_never_two() {
    let key = PublicKey::parse(ED25519).expect("a key");
    assert_eq!(key.line(), ED25519);
    let bare = key.without_comment();
    assert_eq!(
        Some(bare.line().as_str()),
        ED25519.strip_suffix(" dev@example.com")
    );
    assert!(bare.same_material(&key) && bare != key);
    let other = key.with_comment(" two\nssh-rsa AAAA\r\n");
    assert_eq!(other.comment(), "two ssh-rsa AAAA");
    assert_eq!(PublicKey::parse(&other.line()).expect("one line"), other);
    assert!(!key.same_material(&PublicKey::parse(ECDSA).expect("a key")));
}

#[test]
fn white_space_comments_and_line_ends_do_not_matter() {
    let key = PublicKey::parse(ED25519).expect("a key");
    let (kind, base64) = (key.kind(), ED25519.split(' ').nth(1).expect("base64"));
    for (text, comment) in [
        (format!("{ED25519}\r\n"), "dev@example.com"),
        (format!("\u{feff}\r\n# note\n  {kind}\t {base64}  \n\n"), ""),
        (format!("{kind} {base64} two  words \n"), "two  words"),
        (format!("{kind} {base64} 构建机"), "构建机"),
    ] {
        let read = PublicKey::parse(&text).expect(&text);
        assert_eq!(
            (read.blob(), read.comment()),
            (key.blob(), comment),
            "{text}"
        );
    }
}

#[test]
fn bits_are_counted_in_the_modulus() {
    for bits in [1024, 2048, 4096] {
        let key = PublicKey::parse(&rsa(bits)).expect("a key");
        assert_eq!(key.bits(), u32::try_from(bits).ok());
    }
}

#[test]
fn a_key_that_lost_its_tail_or_has_another_one_is_no_key() {
    for line in [ED25519.to_owned(), ECDSA.to_owned(), rsa(2048)] {
        let key = PublicKey::parse(&line).expect("a key");
        let (kind, blob) = (key.kind(), key.blob());
        let read = |blob: &[u8]| PublicKey::parse(&format!("{kind} {}", STANDARD.encode(blob)));
        for length in 0..blob.len() {
            read(&blob[..length]).expect_err("a part");
        }
        read(&[blob, &[0]].concat()).expect_err("more");
        assert!(read(blob).expect("all of it").same_material(&key));
    }
}

#[test]
fn a_private_key_is_recognised_and_never_shown() {
    for text in [
        "-----BEGIN OPENSSH PRIVATE KEY-----\ncanary\n-----END OPENSSH PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY-----\ncanary\n",
        "PuTTY-User-Key-File-3: ssh-ed25519\ncanary\n",
    ] {
        let error = PublicKey::parse(text).expect_err(text);
        assert!(error.message.contains("private key"), "{error}");
        assert!(!format!("{error:?}").contains("canary"));
    }
}

#[test]
fn what_is_no_key_is_refused() {
    let other_type = ED25519.replacen("ssh-ed25519", "ssh-rsa", 1);
    let two = format!("{ED25519}\n{ECDSA}\n");
    for text in [
        "",
        "\n# only a note\n",
        "ssh-rsa",
        "ssh-rsa !!!",
        "ssh-rsa AAAA",
        "ssh-rsa //////8=",
        "ssh-ed25519-cert-v01@openssh.com AAAA",
        "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        &other_type,
        &two,
    ] {
        assert!(PublicKey::parse(text).is_err(), "{text}");
    }
}

#[test]
fn nothing_in_a_line_drives_a_terminal() {
    // Found by a fuzzer: the type is a word of the file, too.
    let blob = b"\0\0\0\x08ssh-\x1b[2J";
    let line = format!("ssh-\u{1b}[2J {}", STANDARD.encode(blob));
    let error = PublicKey::parse(&line).expect_err("no type");
    assert!(error.message.contains("type"), "{error}");
    assert!(PublicKey::from_blob(b"\0\0\0\x01\x1b".to_vec(), "").is_err());
    let key = PublicKey::parse(&format!("{ED25519}\u{1b}]0;x\u{7} y")).expect("a key");
    assert_eq!(key.comment(), "dev@example.com ]0;x  y");
}
