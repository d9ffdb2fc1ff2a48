use std::path::Path;

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};

use super::{KeyFormat, KeyType, PrivateKey};
use crate::secret::Secret;
use crate::sshkey::{Fingerprint, Form, PublicKey};

const PASSPHRASE: &str = "throw-away";

/// Files that ssh-keygen and openssl made (tests/keys).
const READ: [&str; 14] = [
    "ecdsa-256-openssh",
    "ecdsa-384-openssh-locked",
    "ecdsa-521-openssh",
    "ed25519-openssh",
    "ed25519-openssh-locked",
    "ed25519-openssl-pkcs8",
    "ed25519-openssl-pkcs8-locked",
    "rsa-2048-aes256-pem-locked",
    "rsa-2048-pem",
    "rsa-2048-pem-locked",
    "rsa-2048-pkcs8",
    "rsa-2048-pkcs8-locked",
    "rsa-3072-openssh",
    "rsa-3072-openssh-locked",
];

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/keys")
        .join(name);
    std::fs::read_to_string(path).expect(name)
}

fn private(name: &str) -> Secret {
    Secret::new(file(name))
}

fn public(name: &str) -> PublicKey {
    PublicKey::parse(&file(&format!("{name}.pub"))).expect(name)
}

fn passphrase() -> Secret {
    Secret::new(PASSPHRASE.to_owned())
}

fn fingerprint(text: &str) -> Fingerprint {
    text.parse().expect(text)
}

#[test]
fn files_of_other_programs_are_read() {
    for name in READ {
        let (text, locked) = (private(name), name.ends_with("-locked"));
        assert_eq!(PrivateKey::is_locked(&text).expect(name), locked, "{name}");
        let key = PrivateKey::parse(&text, Some(&passphrase())).expect(name);
        let read = key.public().expect(name);
        assert!(read.same_material(&public(name)), "{name}");
        if name.contains("-openssh") {
            assert_eq!(read, public(name), "{name}: the comment, too");
        }
        if !locked {
            PrivateKey::parse(&text, None).expect(name);
            continue;
        }
        let error = PrivateKey::parse(&text, None).expect_err(name);
        assert!(error.message.contains("locked"), "{name}: {error}");
        let wrong = Secret::new("canary".to_owned());
        let error = PrivateKey::parse(&text, Some(&wrong)).expect_err(name);
        assert!(error.message.contains("does not open"), "{name}: {error}");
        assert!(!format!("{error:?}").contains("canary"));
    }
}

#[test]
fn a_locked_openssh_key_tells_its_public_half() {
    for name in [
        "ed25519-openssh-locked",
        "rsa-3072-openssh-locked",
        "ecdsa-384-openssh-locked",
    ] {
        let read = PrivateKey::public_of(&private(name), None).expect(name);
        assert_eq!(read, public(name).without_comment());
        let read = PrivateKey::public_of(&private(name), Some(&passphrase())).expect(name);
        assert_eq!(read, public(name));
    }
    assert!(PrivateKey::public_of(&private("rsa-2048-pem-locked"), None).is_err());
}

#[test]
fn what_cannot_be_read_names_the_next_step() {
    for name in ["ecdsa-256-pem", "ecdsa-256-pkcs8"] {
        let error = PrivateKey::parse(&private(name), None).expect_err(name);
        assert!(error.message.contains("ECDSA"), "{error}");
        assert!(error.hints[0].contains("ssh-keygen -p"), "{error:?}");
    }
    let public = private("ed25519-openssh.pub");
    let error = PrivateKey::parse(&public, None).expect_err("public");
    assert!(error.message.contains("public key"), "{error}");
    let putty = Secret::new("PuTTY-User-Key-File-3: ssh-ed25519\n".to_owned());
    let error = PrivateKey::parse(&putty, None).expect_err("PuTTY");
    assert!(error.hints[0].contains("puttygen"), "{error:?}");
}

#[test]
fn a_damaged_key_is_refused_and_never_shown() {
    for name in READ.iter().filter(|name| !name.ends_with("-locked")) {
        let text = file(name);
        // One letter in the private exponent or the seed.
        let at = text.len() * if name.contains("openssh") { 65 } else { 40 } / 100;
        let at = at + usize::from(&text[at..=at] == "\n");
        let other = if &text[at..=at] == "A" { "B" } else { "A" };
        let damaged = format!("{}{other}{}", &text[..at], &text[at + 1..]);
        let part = &damaged[at..at + 20];
        // Nothing in PKCS#8 tells a changed Ed25519 seed from another key, and whether the halves of an
        // ECDSA key belong together is not computed.
        if let Err(error) = PrivateKey::parse(&Secret::new(damaged.clone()), None) {
            assert!(!format!("{error:?}").contains(part), "{error:?}");
        } else {
            assert!(
                name.starts_with("ed25519-openssl") || name.starts_with("ecdsa"),
                "{name}"
            );
        }
    }
}

#[test]
fn a_lock_that_takes_days_is_refused_at_once() {
    let kept = |name: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/private_key");
        Secret::new(std::fs::read_to_string(Path::new(folder).join(name)).expect(name))
    };
    for (name, says) in [
        ("scrypt", "passphrase does not open"),
        ("scrypt_nothing", "too long"),
        ("scrypt_terabytes", "too long"),
        ("pbkdf2", "passphrase does not open"),
        ("pbkdf2_for_days", "too long"),
        ("bcrypt_for_days", "too long"),
    ] {
        let error = PrivateKey::parse(&kept(name), Some(&passphrase())).expect_err(name);
        assert!(error.message.contains(says), "{name}: {error}");
    }
}

#[test]
fn literal_line_ends_of_a_vendors_sample_are_read() {
    let text = file("rsa-2048-pem");
    for text in [
        text.replace('\n', "\\n"),
        text.replace('\n', "\r\n"),
        text.trim_end().to_owned(),
    ] {
        let key = PrivateKey::parse(&Secret::new(text), None).expect("a key");
        let read = key.public().expect("a public half");
        assert!(read.same_material(&public("rsa-2048-pem")));
    }
}

/// The digests come from openssl over the same files.
#[test]
fn aws_knows_a_key_by_other_fingerprints() {
    let key = PrivateKey::parse(&private("rsa-2048-pem"), None).expect("a key");
    let half = key.public().expect("a public half");
    let imported = fingerprint("de:07:ef:52:b0:14:84:35:6a:c7:0f:7d:ca:cd:af:5d");
    let created = fingerprint("95:db:8b:1b:47:73:bf:60:a7:a3:b0:40:7e:dd:b1:0c:75:a7:09:8c");
    assert_eq!(half.form_of(&imported), Some(Form::Md5Spki));
    assert_eq!(half.form_of(&created), None);
    assert_eq!(key.form_of(&created), Some(Form::Sha1Pkcs8));
    assert!(half.matches(&imported));
}

#[test]
fn every_form_is_written_and_read_back() {
    let keys = [
        PrivateKey::generate(KeyType::Ed25519, "构建机 a@b").expect("Ed25519"),
        PrivateKey::generate(KeyType::Rsa3072, "a@b").expect("RSA"),
        PrivateKey::parse(&private("rsa-2048-pem"), None).expect("a key"),
        PrivateKey::parse(&private("ecdsa-521-openssh"), None).expect("a key"),
    ];
    let passphrase = passphrase();
    for key in keys {
        let half = key.public().expect("a public half");
        for format in [KeyFormat::OpenSsh, KeyFormat::Pkcs1, KeyFormat::Pkcs8] {
            for lock in [None, Some(&passphrase)] {
                let written = key.write(format, lock);
                let possible = match format {
                    KeyFormat::OpenSsh => true,
                    KeyFormat::Pkcs1 => half.kind() == "ssh-rsa" && lock.is_none(),
                    KeyFormat::Pkcs8 => !half.kind().starts_with("ecdsa"),
                };
                assert_eq!(written.is_ok(), possible, "{} as {format:?}", half.kind());
                let Ok(text) = written else { continue };
                assert!(text.expose().ends_with("PRIVATE KEY-----\n"));
                assert_eq!(
                    PrivateKey::is_locked(&text).expect("readable"),
                    lock.is_some()
                );
                let back = PrivateKey::parse(&text, lock).expect("reads back");
                let again = back.public().expect("a public half");
                assert!(again.same_material(&half), "{} as {format:?}", half.kind());
                let keeps = format == KeyFormat::OpenSsh;
                assert_eq!(again.comment(), if keeps { half.comment() } else { "" });
                // The private half, too, and not only the public one.
                let form = if half.kind().starts_with("ecdsa") {
                    KeyFormat::OpenSsh
                } else {
                    KeyFormat::Pkcs8
                };
                let plain = |key: &PrivateKey| {
                    let text = key
                        .clone()
                        .with_comment("")
                        .write(form, None)
                        .expect("writes");
                    crate::sshkey::pem::Pem::read(text.expose())
                        .expect("a block")
                        .bytes
                        .to_vec()
                };
                let same = plain(&back) == plain(&key);
                assert!(same, "{} as {format:?} changed", half.kind());
            }
        }
    }
}

#[test]
fn pkcs1_of_a_read_key_is_what_openssl_wrote() {
    let text = private("rsa-2048-pem");
    let key = PrivateKey::parse(&text, None).expect("a key");
    let written = key.write(KeyFormat::Pkcs1, None).expect("writes");
    assert!(written == text, "the file came out otherwise");
    let pkcs8 = key.write(KeyFormat::Pkcs8, None).expect("writes");
    let back = PrivateKey::parse(&pkcs8, None).expect("a key");
    assert!(back.write(KeyFormat::Pkcs1, None).expect("writes") == text);
    let other = private("ed25519-openssl-pkcs8");
    let key = PrivateKey::parse(&other, None).expect("a key");
    assert!(key.write(KeyFormat::Pkcs8, None).expect("writes") == other);
}

#[test]
fn new_keys_differ_and_show_nothing() {
    let make = || PrivateKey::generate(KeyType::Ed25519, "a").expect("a key");
    let (one, two) = (make(), make());
    let halves = [one.public().expect("one"), two.public().expect("two")];
    assert!(!halves[0].same_material(&halves[1]));
    assert_eq!(format!("{one:?}"), "PrivateKey(redacted)");
    let empty = Secret::new(String::new());
    assert!(one.write(KeyFormat::OpenSsh, Some(&empty)).is_err());
    let big = PrivateKey::generate(KeyType::Rsa4096, "").expect("a key");
    assert_eq!(big.public().expect("a half").bits(), Some(4096));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_seed_and_no_comment_is_lost(seed in any::<[u8; 32]>(), comment: String) {
        let material = super::Material::Ed25519(seed.into());
        let key = PrivateKey::of(material, &comment);
        let half = key.public().expect("a public half");
        assert_eq!(PublicKey::parse(&half.line()).expect("a line"), half);
        for format in [KeyFormat::OpenSsh, KeyFormat::Pkcs8] {
            let text = key.write(format, None).expect("writes");
            let back = PrivateKey::parse(&text, None).expect("reads");
            let super::Material::Ed25519(read) = &back.material else {
                panic!("another type")
            };
            assert_eq!(**read, seed);
            if format == KeyFormat::OpenSsh {
                assert_eq!(back.comment(), half.comment());
            }
        }
    }

    #[test]
    fn no_garbage_makes_it_panic(
        label in prop_oneof![
            Just("OPENSSH PRIVATE KEY"),
            Just("RSA PRIVATE KEY"),
            Just("PRIVATE KEY"),
            Just("ENCRYPTED PRIVATE KEY"),
        ],
        bytes in any::<Vec<u8>>(),
        magic in any::<bool>().prop_map(|magic| if magic { &b"openssh-key-v1\0"[..] } else { b"" }),
    ) {
        let text = crate::sshkey::pem::write(label, &[magic, &bytes].concat());
        let _ = PrivateKey::is_locked(&text);
        assert!(PrivateKey::parse(&text, Some(&passphrase())).is_err());
    }
}
