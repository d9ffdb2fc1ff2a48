//! The policies in tests/policies: the good ones mean what they say, and each bad one gives the error
//! that its first line tells.

use std::path::Path;
use std::time::Duration;

use super::{Level, Policy, Rule, now};

const DAY: Duration = Duration::from_secs(86_400);

fn folder(name: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/policies")
        .join(name);
    let files = std::fs::read_dir(folder).expect("a folder").flatten();
    files
        .map(|file| {
            let text = std::fs::read_to_string(file.path()).expect("readable");
            (file.file_name().to_string_lossy().into_owned(), text)
        })
        .collect()
}

#[test]
fn each_mistake_is_named_with_its_line() {
    let files = folder("bad");
    assert!(files.len() >= 28, "{}", files.len());
    for (name, text) in files {
        let expected = text
            .lines()
            .next()
            .expect("a line")
            .trim_start_matches("# ");
        let (message, hint) = expected.split_once('|').unwrap_or((expected, ""));
        let error = Policy::parse(&text, "policy.toml").expect_err(&name);
        assert!(
            error.message.starts_with(message.trim()),
            "{name}: {}",
            error.message
        );
        let hints = error.hints.join(" ");
        assert!(hints.starts_with(hint.trim()), "{name}: {hints}");
        assert_eq!(error.exit_code(), 2, "{name}");
    }
}

#[test]
fn good_policies_are_read() {
    for (name, text) in folder("good") {
        for text in [
            text.clone(),
            text.replace('\n', "\r\n"),
            format!("\u{feff}{text}"),
        ] {
            Policy::parse(&text, &name).expect(&name);
        }
    }
}

fn good(name: &str) -> Policy {
    let files = folder("good");
    let (_, text) = files
        .iter()
        .find(|(file, _)| file == name)
        .expect("the file");
    Policy::parse(text, name).expect("a policy")
}

#[test]
fn every_option_is_taken() {
    let policy = good("everything.toml");
    assert_eq!(policy.fail_level, Level::Error);
    assert_eq!(policy.level(Rule::DifferentNamesOneKey), None);
    assert_eq!(policy.level(Rule::SameNameDifferentKeys), Some(Level::Note));
    assert_eq!(policy.level(Rule::UnusedKey), Some(Level::Warning));
    assert_eq!(policy.levels.len(), Rule::ALL.len() - 1);
    assert_eq!(policy.min_rsa_bits, 3_072);
    assert_eq!(policy.forbidden_types, ["ssh-dss", "ecdsa-sha2-nistp256"]);
    assert_eq!(policy.max_age, 180 * DAY);
    assert_eq!(policy.unused_after, Some(30 * DAY));
    assert_eq!(policy.owner_tags, ["owner", "cost-centre"]);
    assert_eq!(policy.kms_window, 14 * DAY);
    assert_eq!(policy.quota_above, 90);
    let ends: Vec<String> = policy
        .waivers
        .iter()
        .map(|waiver| waiver.expires.to_rfc3339())
        .collect();
    assert_eq!(
        ends,
        ["2027-02-01T00:00:00+00:00", "2027-03-31T10:00:00+00:00"]
    );
    assert!(policy.waivers.iter().all(|waiver| waiver.expires > now()));
}

#[test]
fn what_is_not_said_is_as_ever() {
    let (empty, default) = (good("empty.toml"), Policy::default());
    assert_eq!(format!("{empty:?}"), format!("{default:?}"));
    let short = good("short.toml");
    assert_eq!(short.level(Rule::NoOwner), None);
    assert_eq!(short.level(Rule::OldKey), Some(Level::Warning));
    assert_eq!(short.max_age, 90 * DAY);
    assert_eq!(short.waivers[0].line, 3);
}

#[test]
fn the_page_shows_a_policy_and_every_rule() {
    let page = include_str!("../../../../docs/audit.md");
    let policy = page
        .split("```toml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let policy = Policy::parse(policy.expect("a policy"), "docs/audit.md").expect("a good one");
    assert_eq!(policy.waivers.len(), 1);
    for rule in Rule::ALL {
        let row = format!("| `{rule}` | {} |", rule.default_level());
        assert!(page.contains(&row), "{row}");
    }
}
