//! New pairs (spec volcengine 4.0 to 4.2).

use rsa::pkcs1::DecodeRsaPrivateKey as _;
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};

use super::super::super::request::encode;
use super::super::super::seed::public_keys;
use super::super::super::state::volcengine::{KeyPair, Region};
use super::super::super::{clock, fingerprint};
use super::super::fixture::*;
use super::{described, refused};

/// `ImportKeyPair` of a good RSA key under a name, with more parameters.
fn import(fixture: &Fixture, name: &str, more: &str) -> Got {
    let name = encode(name);
    let key = encode(public_keys::OPS);
    fixture.ecs(
        "ImportKeyPair",
        &format!("KeyPairName={name}&PublicKey={key}&{more}"),
    )
}

fn import_key(fixture: &Fixture, key: &str) -> Got {
    let key = encode(key);
    fixture.ecs("ImportKeyPair", &format!("KeyPairName=new&PublicKey={key}"))
}

/// The region as it is kept.
fn beijing(fixture: &Fixture) -> Region {
    fixture
        .sandbox
        .with_state(|state| state.volcengine.regions["cn-beijing"].clone())
        .expect("state")
}

#[test]
fn creates_a_pair_and_keeps_only_the_public_half() {
    let fixture = Fixture::new();
    let before = clock::volcengine(clock::now());
    let got = fixture.ecs(
        "CreateKeyPair",
        "KeyPairName=new.pair-1&Description=%E7%94%9F%E4%BA%A7%EF%BC%8Cweb%20servers&ProjectName=web_1&Tags.1.Key=env&Tags.1.Value=prod&Tags.2.Key=bare",
    );
    assert_eq!(got.status, 200, "{}", got.body);
    let result = &got.body["Result"];
    let private_key = result["PrivateKey"].as_str().expect("private key");
    assert!(private_key.starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
    let key = rsa::PrivateKey::from_pkcs1_pem(private_key).expect("PKCS#1");
    assert_eq!(key.n_bytes().len(), 256, "2048 bits");

    let region = beijing(&fixture);
    let pair = region.key_pair("new.pair-1").expect("kept");
    let (_, blob) = fingerprint::parse(&pair.public_key).expect("OpenSSH line");
    assert!(blob.ends_with(&key.n_bytes()), "the halves belong together");
    let kept = serde_json::to_string(&region).expect("JSON");
    assert!(!kept.contains("PRIVATE"), "the state holds a private key");

    let shown = described(&fixture, "new.pair-1");
    assert_eq!(shown["KeyPairId"], result["KeyPairId"]);
    assert_eq!(shown["FingerPrint"], result["FingerPrint"]);
    assert_eq!(
        result["FingerPrint"],
        fingerprint::md5_hex(&pair.public_key)
    );
    assert_eq!(shown["Description"], "生产，web servers");
    assert_eq!(shown["ProjectName"], "web_1");
    assert_eq!(
        shown["Tags"],
        json!([{ "Key": "env", "Value": "prod" }, { "Key": "bare", "Value": "" }])
    );
    let created_at = shown["CreatedAt"].as_str().expect("time");
    assert!(before.as_str() <= created_at && created_at.ends_with("+08:00"));
    assert_eq!(shown["CreatedAt"], shown["UpdatedAt"]);
    let entries = fixture.sandbox.journal().entries.clone();
    assert_eq!(
        (entries[0].effect, entries[0].items.clone()),
        ("change", vec!["new.pair-1".to_owned()])
    );
}

#[test]
fn a_repeated_create_has_no_private_key_but_the_same_pair() {
    let fixture = Fixture::new();
    let query = "KeyPairName=once&ClientToken=c1";
    let first = fixture.ecs("CreateKeyPair", query).body["Result"].take();
    let again = fixture.ecs("CreateKeyPair", query).body["Result"].take();
    assert!(first["PrivateKey"].is_string());
    assert_eq!(again.get("PrivateKey"), None);
    for member in ["KeyPairName", "KeyPairId", "FingerPrint"] {
        assert_eq!(first[member], again[member]);
    }
    assert!(!format!("{:?}", beijing(&fixture)).contains("PRIVATE"));
    let other_name = fixture.ecs("CreateKeyPair", "KeyPairName=twice&ClientToken=c1");
    let other_operation = import(&fixture, "once", "ClientToken=c1");
    let without = fixture.ecs("CreateKeyPair", "KeyPairName=once");
    for (got, code) in [
        (other_name, "IdempotentParameterMismatch"),
        (other_operation, "IdempotentParameterMismatch"),
        (without, "InvalidKeyPairName.Duplicate"),
    ] {
        assert_eq!(refused(&got), (400, code));
    }

    let generous = Fixture::with(
        &[],
        &[
            "volcengine-repeated-create-in-full",
            "volcengine-private-key-escaped",
        ],
    );
    let first = generous.ecs("CreateKeyPair", query).body["Result"].take();
    let again = generous.ecs("CreateKeyPair", query).body["Result"].take();
    assert_eq!(first, again);
    let private_key = first["PrivateKey"].as_str().expect("private key");
    assert!(private_key.starts_with("-----BEGIN RSA PRIVATE KEY-----\\nMII"));
    assert!(!private_key.contains('\n'));
}

#[test]
fn imports_what_is_a_public_key() {
    for (key, fingerprint) in [
        (
            public_keys::OPS.to_owned(),
            "ad2d7f98d10a975a49836d0df7ab6d3b",
        ),
        (
            format!("{}\r\n", public_keys::OPS),
            "ad2d7f98d10a975a49836d0df7ab6d3b",
        ),
        (
            public_keys::DEV.to_owned(),
            "e03d6174b6a70c536100b0a16ebea0ff",
        ),
        (ECDSA.to_owned(), "5c481cb59a3a0710407dd3475d56efbe"),
    ] {
        let fixture = Fixture::new();
        let got = import_key(&fixture, &key);
        assert_eq!(got.status, 200, "{key}: {}", got.body);
        let result = &got.body["Result"];
        assert_eq!(result["FingerPrint"], fingerprint, "{key}");
        assert_eq!(result.get("PrivateKey"), None);
        let shown = described(&fixture, "new");
        assert_eq!(shown["KeyPairId"], result["KeyPairId"]);
        assert_eq!(shown["FingerPrint"], fingerprint);
        let kept = beijing(&fixture);
        assert_eq!(
            kept.key_pair("new").map(|pair| pair.public_key.as_str()),
            Some(key.trim_end())
        );
        let removed = fixture.ecs("DeleteKeyPairs", "KeyPairNames.1=new");
        assert_eq!(
            removed.body["Result"]["OperationDetails"][0]["Error"],
            Value::Null
        );
    }
}

/// Made with ssh-keygen, its private half thrown away.
const ECDSA: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBMEd2kZNexyl0MIuCEEUC00RhuxRX1nelIFhuKKwYWn656wwP/G/dK6uArCybJHoju0AeEQIwUHMrF7wO0xAoBM= build@example.com";

#[test]
fn refuses_what_is_no_public_key() {
    let fixture = Fixture::new();
    let cut = &public_keys::OPS[..200];
    let two_lines = format!("{}\n{}", public_keys::OPS, public_keys::DEV);
    let dss = public_keys::OPS.replace("ssh-rsa", "ssh-dss");
    for key in [
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----\n",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----\n",
        "ssh-rsa AAAAB3NzaC1yc2E=",
        "hello",
        cut,
        &two_lines,
        &dss,
    ] {
        let got = import_key(&fixture, key);
        assert_eq!(refused(&got), (400, "InvalidPublicKey.Malformed"), "{key}");
    }
    for query in ["KeyPairName=new", "KeyPairName=new&PublicKey="] {
        let got = fixture.ecs("ImportKeyPair", query);
        assert_eq!(refused(&got), (400, "MissingParameter.PublicKey"));
    }
    assert_eq!(beijing(&fixture).key_pairs.len(), 14, "nothing was kept");

    let strict = Fixture::with(&[], &["volcengine-rsa-only"]);
    for key in [public_keys::DEV, ECDSA] {
        let got = import_key(&strict, key);
        assert_eq!(refused(&got), (400, "InvalidPublicKey.Malformed"), "{key}");
    }
    assert_eq!(import_key(&strict, public_keys::OPS).status, 200);
}

#[test]
fn names_have_a_rule() {
    let fixture = Fixture::new();
    let longest = "n".repeat(64);
    for name in [
        "ab",
        "a.b-c.d",
        "ssh_key_pair",
        "2026",
        "Prod-Web",
        &longest,
    ] {
        let got = import(&fixture, name, "");
        assert_eq!(got.status, 200, "{name}: {}", got.body);
    }
    let too_long = "n".repeat(65);
    for name in [
        "a",
        &too_long,
        "-ab",
        "ab-",
        ".ab",
        "ab.",
        "a--b",
        "a..b",
        "a b",
        "a/b",
        "密钥对",
    ] {
        let got = import(&fixture, name, "");
        assert_eq!(
            refused(&got),
            (400, "InvalidKeyPairName.Malformed"),
            "{name}"
        );
    }
    assert_eq!(
        refused(&import(&fixture, "", "")),
        (400, "MissingParameter.KeyPairName")
    );
    let created = fixture.ecs("CreateKeyPair", "Description=x");
    assert_eq!(refused(&created), (400, "MissingParameter.KeyPairName"));
    let strict = Fixture::with(&[], &["volcengine-underscore-refused"]);
    assert_eq!(
        refused(&import(&strict, "ssh_key_pair", "")),
        (400, "InvalidKeyPairName.Malformed")
    );
    assert_eq!(import(&strict, "ssh-key-pair", "").status, 200);
}

#[test]
fn descriptions_projects_and_tags_have_rules() {
    let fixture = Fixture::new();
    let long = |letter: &str, count: usize| letter.repeat(count);
    let tags = |count: usize| {
        (1..=count)
            .map(|number| format!("Tags.{number}.Key=k{number}&"))
            .collect::<Vec<_>>()
            .concat()
    };
    for (more, code) in [
        ("Description=1st", "InvalidKeyPairDescription.Malformed"),
        ("Description=a%0Ab", "InvalidKeyPairDescription.Malformed"),
        ("Description=what%3F", "InvalidKeyPairDescription.Malformed"),
        (
            &format!("Description={}", long("a", 256)),
            "InvalidKeyPairDescription.Malformed",
        ),
        ("ProjectName=a%20b", "InvalidProjectName.Malformed"),
        (
            &format!("ProjectName={}", long("p", 65)),
            "InvalidProjectName.Malformed",
        ),
        ("Tags.1.Key=VOLC%3Aa", "InvalidTagKey.Malformed"),
        ("Tags.1.Key=sys%3Aa", "InvalidTagKey.Malformed"),
        ("Tags.1.Key=", "InvalidTagKey.Malformed"),
        ("Tags.1.Key=a%23", "InvalidTagKey.Malformed"),
        (
            &format!("Tags.1.Key={}", long("k", 129)),
            "InvalidTagKey.Malformed",
        ),
        ("Tags.1.Key=a&Tags.1.Value=%23", "InvalidTagValue.Malformed"),
        ("Tags.1.Key=a&Tags.2.Key=a", "InvalidTagKey.Duplicate"),
        (&tags(21), "LimitExceeded.MaximumTags"),
        ("Tags.2.Key=a", "InvalidArgument"),
        ("Tags.1.Value=a", "InvalidArgument"),
        ("Tags.1.Key=a&Tags.1.Key=b", "InvalidArgument"),
    ] {
        let got = import(&fixture, "new", more);
        assert_eq!(refused(&got), (400, code), "{more}");
    }
    for (index, more) in [
        &format!("Description={}&ProjectName=a_b.c-D1", long("a", 255)),
        "Description=&ProjectName=",
        "Description=%E5%AF%86%E9%92%A5%E3%80%82a_b-c%3Dd%2C1.2",
        &tags(20),
        &format!(
            "Tags.1.Key={}&Tags.1.Value=",
            long("密", 128).replace('密', "%E5%AF%86")
        ),
        "Tags.1.Key=%20_.%3A%2F%3D%2B-%40",
    ]
    .into_iter()
    .enumerate()
    {
        let got = import(&fixture, &format!("good-{index}"), more);
        assert_eq!(got.status, 200, "{more}: {}", got.body);
    }
    assert_eq!(described(&fixture, "good-1")["ProjectName"], "default");
}

#[test]
fn a_name_is_taken_once_per_region() {
    let fixture = Fixture::new();
    assert_eq!(
        refused(&import(&fixture, "ci-deploy", "")),
        (400, "InvalidKeyPairName.Duplicate")
    );
    assert_eq!(
        import(&fixture, "dr-site", "").status,
        200,
        "Shanghai has that one, Beijing has not"
    );
    let other = Fixture::with(
        &[],
        &[
            "volcengine-duplicate-conflict",
            "volcengine-delete-eventual",
        ],
    );
    assert_eq!(
        refused(&import(&other, "ci-deploy", "")),
        (409, "KeyPairAlreadyExist")
    );
    other.ecs("DeleteKeyPairs", "KeyPairNames.1=ci-deploy");
    assert_eq!(
        import(&other, "ci-deploy", "").status,
        200,
        "a deleted pair that is still listed is in nobody's way"
    );
}

#[test]
fn a_region_has_room_for_500() {
    for (quirks, code) in [
        (&[][..], "QuotaExceeded.KeyPairs"),
        (
            &["volcengine-quota-as-limit"],
            "LimitExceeded.MaximumKeyPairs",
        ),
    ] {
        let fixture = Fixture::with(&[], quirks);
        let fill = |state: &mut super::super::super::state::Tracked| {
            let region = state.volcengine.regions.get_mut("cn-beijing");
            let pairs = &mut region.expect("region").key_pairs;
            for number in pairs.len()..499 {
                pairs.push(KeyPair {
                    id: format!("kp-many{number}"),
                    name: format!("many-{number}"),
                    ..KeyPair::default()
                });
            }
        };
        fixture.sandbox.with_state(fill).expect("state");
        assert_eq!(import(&fixture, "last", "").status, 200);
        assert_eq!(refused(&import(&fixture, "over", "")), (400, code));
        let created = fixture.ecs("CreateKeyPair", "KeyPairName=over");
        assert_eq!(refused(&created), (400, code), "one limit for both");
        fixture.ecs("DeleteKeyPairs", "KeyPairNames.1=last");
        assert_eq!(import(&fixture, "over", "").status, 200);
    }
}
