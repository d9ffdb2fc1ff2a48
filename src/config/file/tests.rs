//! What the file may say, and how mistakes in it are told.

use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;

use super::{Config, CredentialSource, Domain, VendorFile};
use crate::error::{Error, ErrorKind};
use crate::model::CloudId;

const PATH: &str = "/home/a/config.toml";
const CANARY: &str = "canary-secret";

fn read(text: &str) -> Result<Config, Error> {
    Config::parse(text, Path::new(PATH))
}

/// The error of a text, with its hints. It must name the file.
#[track_caller]
fn complaint(text: &str) -> String {
    let error = read(text).expect_err(text);
    assert_eq!(error.kind, ErrorKind::Usage, "{error}");
    assert!(error.message.contains(PATH), "{error}");
    let whole = format!("{error} {}", error.hints.join(" "));
    assert!(!whole.contains(CANARY), "{whole}");
    whole
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
    assert_eq!(config.protect[0].tags[0], ("keep".into(), "true".into()));
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
fn wrong_credentials_are_named_and_never_quoted() {
    for (cloud, lines, told) in [
        ("volc", "profile = \"x\"", "(line 3 of"),
        ("volc", "source = \"canary-secret\"", "names no source"),
        ("volc", "source = \"key\"", "Did you mean 'keys'?"),
        (
            "volc",
            "source = \"enviroment\"",
            "Did you mean 'environment'?",
        ),
        (
            "volc",
            "source = \"keys\"\naccess-key-id = \"A\"",
            "has no 'secret-access-key'",
        ),
        (
            "volc",
            "source = \"keys\"\nsecret-access-key = \"canary-secret\"",
            "has no 'access-key-id'",
        ),
        (
            "volc",
            "source = \"keys\"\nsecret-access-kay = \"canary-secret\"",
            "Did you mean 'secret-access-key'?",
        ),
        (
            "volc",
            "source = \"keys\"\nsession-token = 1\nsecret-access-key = 7",
            "(line",
        ),
        (
            "volc",
            "source = \"keys\"\nsecret-access-key = \"\"\naccess-key-id = \"A\"",
            "is empty (line 5",
        ),
        (
            "volc",
            "source = \"environment\"\ntoken-file = \"/canary-secret\"",
            "does not belong to the source 'environment'",
        ),
        (
            "volc",
            "source = \"process\"\ncommand = \"canary-secret\"",
            "must be a list",
        ),
        (
            "volc",
            "source = \"process\"\ncommand = [\" \", \"canary-secret\"]",
            "names no program",
        ),
        ("volc", "source = \"process\"", "has no 'command'"),
        (
            "volc",
            "source = \"process\"\ncommand = [\"canary-secret\"]\ntimeout = \"5m\"",
            "is no duration",
        ),
        (
            "volc",
            "source = \"role\"\nrole = \"r\"\nagency-domain-id = \"d\"",
            "is for huawei",
        ),
        (
            "volc",
            "source = \"role\"\nrole = \"r\"\npolicy = \"canary-secret\"",
            "no JSON",
        ),
        (
            "volc",
            "source = \"oidc\"\ntoken-file = \"/t\"",
            "has no 'role'",
        ),
        ("hw", "source = \"oidc\"", "has no 'token-file'"),
        (
            "hw",
            "source = \"token\"\ntoken-file = \"canary-secret\"",
            "no whole path",
        ),
        (
            "hw",
            "source = \"role\"\nrole = \"agency\"",
            "agency-domain-id",
        ),
        ("hw", "source = \"password\"\nuser = \"u\"", "neither"),
        (
            "hw",
            "source = \"password\"\nuser = \"u\"\npassword = \"canary-secret\"",
            "no key 'password'",
        ),
        (
            "hw",
            "source = \"password\"\nuser = \"u\"\ndomain-id = \"a\"\ndomain-name = \"b\"",
            "beside",
        ),
        ("tc", "source = \"password\"", "for huawei"),
        (
            "tc",
            "source = \"keys\"\nsecret-access-key = \"canary-secret",
            "not ended",
        ),
        (
            "tc",
            "source = \"keys\"\nsecret-access-key = canary-secret",
            "(line 5, column",
        ),
    ] {
        let text = format!("[profiles.a]\ncloud = \"{cloud}\"\n[profiles.a.credentials]\n{lines}");
        let told_here = complaint(&text);
        assert!(told_here.contains(told), "{lines}: {told_here}");
    }
}

#[test]
fn wrong_tables_are_named_with_their_line() {
    let two = "[profiles.v]\ncloud = \"volc\"\n[profiles.h]\ncloud = \"hw\"\n";
    for (text, told) in [
        ("\n\nx", "line 3, column"),
        ("[a]\n[a]\n", "stands twice (line 2"),
        ("\nprofile = 1", "there is no key 'profile' (line 2"),
        (
            "[profiles.a]\ncloud = \"volc\"\nregoin = \"x\"",
            "'regoin' in [profiles.a] (line 3",
        ),
        (
            "[profiles.a]\ncloud = \"volc\"\nregoin = \"x\"",
            "Did you mean 'region'?",
        ),
        (
            "[profiles.a]\ncloud = \"volc\"\nregion = 3",
            "of the type integer (line 3",
        ),
        (
            "[profiles.a]\ncloud = \"volc\"\nregions = [\n\"a\",\n1]",
            "of the type integer (line 5",
        ),
        (
            "[profiles.a]\ncloud = \"volc\"\nregions = []",
            "is empty (line 3",
        ),
        (
            "[profiles.a]\ncloud = \"volc\"\nregion = \"a/b\"",
            "cannot be in it (line 3",
        ),
        (
            "[profiles.a]\ncloud = \"aws\"",
            "volcengine, tencent, huawei",
        ),
        ("\n[profiles.a]\n", "has no 'cloud' (line 2"),
        ("profiles.a = 1", "must be a table"),
        ("profiles = 1", "must be a table"),
        ("[profiles.'a b']\ncloud = \"volc\"", "no name may have"),
        ("[profiles.env]\ncloud = \"volc\"", "gives itself"),
        ("[profiles.'ve.x']\ncloud = \"volc\"", "gives itself"),
        (
            "[profiles.a]\ncloud = \"volc\"\nproject-id = \"a\"",
            "is for huawei",
        ),
        (
            "[profiles.a]\ncloud = \"volc\"\nendpoint = \"ecs.example.com\"",
            "is no endpoint (line 3",
        ),
        (
            "[profiles.a]\ncloud = \"volc\"\nendpoint = \"https://u:canary-secret@h\"",
            "is no endpoint",
        ),
        (
            "[profiles.a]\ncloud = \"volc\"\nendpoints = { IAM = \"https://h\" }",
            "is no service",
        ),
        (
            "[profiles.a]\ncloud = \"volc\"\ndomain = \"eu\"",
            "cannot be in it",
        ),
        (
            "[default]\nvolc = \"a\"",
            "there is no key 'volc' in [default] (line 2",
        ),
        (
            &format!("{two}[default]\nvolcengine = \"h\""),
            "is for huawei, not for volcengine (line 6",
        ),
        (
            &format!("{two}[default]\nvolcengine = \"vv\""),
            "Known are v.",
        ),
        (
            &format!("{two}[groups]\na = [\"v\",\n\"x\"]"),
            "not there (line 7",
        ),
        (&format!("{two}[groups]\na = []"), "is empty"),
        (&format!("{two}[groups]\n'@' = [\"v\"]"), "no name may have"),
        (
            "[[protect]]\nreason = \"x\"",
            "[[protect]] protects nothing (line 1",
        ),
        ("[[protect]]\nnames = []", "is empty (line 2"),
        (
            "[[protect]]\nnames = [\"a\"]\n[[protect]]\n",
            "protects nothing (line 3",
        ),
        ("[[protect]]\nnames = [\"\"]", "is empty"),
        ("[[protect]]\nname = [\"a\"]", "Did you mean 'names'?"),
        ("[[protect]]\ntags = [\"keep\"]", "KEY=VALUE"),
        (
            "[[protect]]\nfingerprints = [\"SHA256:x\"]",
            "no fingerprint (line 2",
        ),
        ("[protect]\nnames = [\"a\"]", "list of tables"),
    ] {
        let told_here = complaint(text);
        assert!(told_here.contains(told), "{text}: {told_here}");
    }
    for name in ["env-2", "sandbox.x", "vex", "ve-prod", "a.b", "tccli2"] {
        read(&format!("[profiles.'{name}']\ncloud = \"volc\"")).expect(name);
    }
}

#[test]
fn a_role_needs_a_base_that_has_an_end() {
    let profile = |name: &str, cloud: &str, from: &str| {
        format!(
            "[profiles.{name}]\ncloud = \"{cloud}\"\n[profiles.{name}.credentials]\n\
             source = \"role\"\nrole = \"a:b\"\nfrom = \"{from}\"\n"
        )
    };
    let base = "[profiles.base]\ncloud = \"volc\"\n";
    let chain = [
        profile("a", "volc", "b"),
        profile("b", "volc", "base"),
        base.into(),
    ]
    .concat();
    read(&chain).expect("a chain");
    for (text, told) in [
        (profile("a", "volc", "a"), "circle (line 6"),
        (
            [profile("a", "volc", "b"), profile("b", "volc", "a")].concat(),
            "circle (line 12",
        ),
        (
            // The first profile leads into a circle that it is no part of.
            [
                profile("a", "volc", "b"),
                profile("b", "volc", "c"),
                profile("c", "volc", "b"),
            ]
            .concat(),
            "circle (line 18",
        ),
        (profile("a", "volc", "base"), "not there (line 6"),
        (
            [profile("a", "tc", "base"), base.into()].concat(),
            "is for volcengine, not for tencent (line 6",
        ),
    ] {
        let told_here = complaint(&text);
        assert!(told_here.contains(told), "{told_here}");
    }
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
