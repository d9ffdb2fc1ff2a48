//! What the file may say, and how mistakes in it are told.

mod mistakes;

use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;

use super::{Config, CredentialSource, Domain, VendorFile};
use crate::error::Error;
use crate::model::CloudId;

const PATH: &str = "/home/a/config.toml";
const CANARY: &str = "canary-secret";

fn read(text: &str) -> Result<Config, Error> {
    Config::parse(text, Path::new(PATH))
}

/// A profile of that cloud with these lines as its credentials.
fn source(cloud: &str, lines: &str) -> Result<CredentialSource, Error> {
    let text = format!("[profiles.a]\ncloud = \"{cloud}\"\n[profiles.a.credentials]\n{lines}");
    Ok(read(&text)?.profiles["a"].credentials.clone())
}

#[test]
fn the_example_of_the_page_is_right() {
    let page = include_str!("../../../docs/config.md");
    let example = page.split("```toml\n").nth(1).expect("an example");
    let example = example.split("```").next().expect("its end");
    let config = read(example).expect("the example is read");
    assert_eq!(config.default[&CloudId::Volcengine], "prod");
    let prod = &config.profiles["prod"];
    assert_eq!(prod.region.as_deref(), Some("cn-beijing"));
    assert_eq!(prod.regions.len(), 2);
    assert_eq!(prod.expect_account.as_deref(), Some("2100000000"));
    assert!(config.profiles.len() > 2 && config.groups["fleet"].len() == 2);
    assert!(config.protect[0].names[0].fits("break-glass-1"));
    assert_eq!(config.protect[0].fingerprints.len(), 1);
    assert_eq!(
        config.protect[0].tags[0],
        ("keep".into(), Some("true".into()))
    );
    assert!(!config.has_secrets());
    for key in super::key::PROFILE
        .iter()
        .chain(&super::key::CREDENTIAL_KEYS)
    {
        assert!(page.contains(&format!("`{key}`")), "{key} is missing");
    }
}

#[test]
fn nothing_is_an_empty_config() {
    for text in [
        "",
        "\u{feff}",
        "\n# only words\n",
        "[profiles]\n[groups]\n[default]\n",
    ] {
        let config = read(text).expect(text);
        assert!(config.profiles.is_empty() && config.protect.is_empty());
        assert_eq!(config.path, Path::new(PATH));
    }
}

#[test]
fn a_profile_is_read_whole() {
    let config = read(
        "\n[profiles.eu]\ncloud = \"hw\"\nregion = \"eu-west-101\"\nendpoint = \"https://a.example:8443\"\n\
         endpoints = { iam = \"http://127.0.0.1:1\" }\ndomain = \"myhuaweicloud.eu\"\nproject-id = \"0a1b\"\n",
    );
    let config = config.expect("it is right");
    let profile = &config.profiles["eu"];
    assert_eq!((profile.cloud, profile.line), (CloudId::Huawei, 2));
    assert_eq!(profile.endpoint.as_deref(), Some("https://a.example:8443"));
    assert_eq!(profile.endpoints["iam"], "http://127.0.0.1:1");
    assert_eq!(profile.domain.as_deref(), Some("myhuaweicloud.eu"));
    assert_eq!(profile.project_id.as_deref(), Some("0a1b"));
    assert!(matches!(profile.credentials, CredentialSource::Unsaid));
}

#[test]
fn every_source_is_read() {
    let keys = "source = \"keys\"\naccess-key-id = \"AK\"\nsecret-access-key = \"canary-secret\"";
    let keys = source("tc", keys).expect("keys");
    assert!(!format!("{keys:?}").contains(CANARY));
    let CredentialSource::Keys {
        secret_access_key, ..
    } = keys
    else {
        panic!("{keys:?}");
    };
    assert_eq!(secret_access_key.expose(), CANARY);

    for file in VendorFile::ALL {
        let lines = format!("source = \"{}\"\nprofile = \"x\"", file.name());
        match source(file.cloud().name(), &lines).expect("their own") {
            CredentialSource::Vendor {
                file: read,
                profile,
            } => {
                assert_eq!((read, profile.as_deref()), (file, Some("x")));
            }
            other => panic!("{other:?}"),
        }
        for other in CloudId::ALL
            .into_iter()
            .filter(|cloud| *cloud != file.cloud())
        {
            let error = source(other.name(), &lines).expect_err("another cloud's");
            assert!(
                error.message.contains(&format!("for {}", file.cloud())),
                "{error}"
            );
        }
    }

    match source("volc", "source = \"process\"\ncommand = [\"p\", \"\"]").expect("process") {
        CredentialSource::Process { command, timeout } => {
            assert_eq!(
                (command, timeout),
                (vec!["p".into(), String::new()], Duration::from_secs(30))
            );
        }
        other => panic!("{other:?}"),
    }
    let lines = "source = \"role\"\nrole = \"ops\"\nduration = \"1h\"\nagency-domain-name = \"d\"";
    match source("huawei", lines).expect("role") {
        CredentialSource::Role(role) => {
            assert_eq!(role.agency_domain, Some(Domain::Name("d".into())));
            assert_eq!(role.duration, Some(Duration::from_secs(3_600)));
        }
        other => panic!("{other:?}"),
    }
    for (cloud, lines) in [
        ("volc", "source = \"environment\""),
        ("volc", "source = \"instance-role\""),
        ("tc", "source = \"oidc\"\nrole = \"r\"\ntoken-file = \"/t\""),
        ("hw", "source = \"oidc\"\ntoken-file = \"~/t\""),
        (
            "hw",
            "source = \"password\"\nuser = \"u\"\ndomain-id = \"d\"",
        ),
        ("hw", "source = \"token\"\ntoken-file = \"/t\""),
        (
            "tc",
            "source = \"role\"\nrole = \"r\"\npolicy = '{\"a\":1}'",
        ),
    ] {
        source(cloud, lines).expect(lines);
    }
}

#[test]
fn rules_may_stand_in_one_line() {
    let config = read("protect = [{ names = [\"a\"] },\n{ tags = [\"a=b=c\"] }]").expect("rules");
    let [first, second] = &config.protect[..] else {
        panic!("{config:?}");
    };
    assert!(first.names[0].fits("a"));
    assert_eq!(second.tags, [("a".into(), Some("b=c".into()))]);
}

proptest! {
    #[test]
    fn no_text_ends_the_program(text in "(?s)[\\[\\]a-c.=\"'\n{},# \u{e9}1]{0,60}|.{0,200}") {
        let _ = read(&text);
        let _ = text.parse::<super::KeyPath>();
    }

    #[test]
    fn no_value_in_the_place_of_another_ends_the_program(
        key in prop::sample::select(&super::key::PROFILE[..]),
        value in "\"[a-z:/.]{0,9}\"|[0-9]{1,3}|\\[\"?[a-z]{0,3}\"?\\]|\\{ ?[a-z]{0,3} = \"x\" \\}|true|1979-05-27",
    ) {
        let text = format!("[profiles.a]\ncloud = \"hw\"\n{key} = {value}\n");
        if let Err(error) = read(&text) {
            prop_assert!(error.message.contains("(line "), "{}", error);
        }
    }
}
