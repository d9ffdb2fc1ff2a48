//! The pages about credentials and permissions say what is there, and their examples can be used.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use kpctl::config::Config;
use serde_json::Value;

const PERMISSIONS: &str = include_str!("../../docs/permissions.md");
const CREDENTIALS: &str = include_str!("../../docs/credentials.md");
const CONFIG: &str = include_str!("../../docs/config.md");

/// The fenced blocks of a language.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    let starts = page.split(fence.as_str()).skip(1);
    starts
        .map(|rest| rest.split("```").next().expect("a first part"))
        .collect()
}

#[test]
fn every_example_of_a_config_file_is_one() {
    let examples: Vec<_> = [blocks(CREDENTIALS, "toml"), blocks(CONFIG, "toml")].concat();
    assert!(examples.len() > 10, "{}", examples.len());
    for example in examples {
        if let Err(error) = Config::parse(example, Path::new("example")) {
            panic!("{error}\n{example}");
        }
    }
}

#[test]
fn every_operation_is_on_the_page_of_permissions() {
    let operations = operations();
    assert!(operations.len() == 3, "{operations:?}");
    for (cloud, names) in operations {
        assert!(names.len() > 8, "{cloud}: {names:?}");
        for name in names {
            let is_word = |part: &str| part == name;
            let mut words = PERMISSIONS.split(|c: char| !c.is_ascii_alphanumeric());
            assert!(words.any(is_word), "{cloud}: {name} is missing");
        }
    }
}

#[test]
fn policies_allow_what_there_is() {
    let operations = operations();
    let policies = blocks(PERMISSIONS, "json");
    assert_eq!(policies.len(), 8);
    for text in policies {
        let policy: Value = serde_json::from_str(text).expect("JSON");
        let statement = [&policy["Statement"][0], &policy["statement"][0]]
            .into_iter()
            .find(|statement| statement.is_object())
            .expect("a statement");
        let effect = [&statement["Effect"], &statement["effect"]];
        assert!(
            effect
                .iter()
                .any(|word| *word == "Allow" || *word == "allow")
        );
        let actions = [&statement["Action"], &statement["action"]];
        let actions = actions.iter().find_map(|list| list.as_array());
        for action in actions.expect("actions") {
            let action = action.as_str().expect("a text");
            let (service, rest) = action.split_once(':').expect("SERVICE:ACTION");
            // Where actions are named after operations, each is one of kpctl's.
            let cloud = match service {
                "cvm" | "lighthouse" => "tencent",
                "ecs" => "volcengine",
                "sts" => continue,
                _ => {
                    let mentioned = PERMISSIONS.matches(&format!("\"{action}\"")).count();
                    assert!(mentioned > 0 && !rest.is_empty(), "{action}");
                    continue;
                }
            };
            assert!(operations[cloud].contains(&rest.to_owned()), "{action}");
        }
    }
}

/// The names of all operations, by cloud.
fn operations() -> BTreeMap<&'static str, Vec<String>> {
    let mut all = BTreeMap::new();
    for cloud in ["volcengine", "tencent", "huawei"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("src/cloud")
            .join(cloud);
        let mut names = Vec::new();
        collect(&folder, &mut names);
        all.insert(cloud, names);
    }
    all
}

fn collect(folder: &Path, names: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let name = entry.file_name().into_string().expect("plain names");
        if path.is_dir() {
            if name != "tests" {
                collect(&path, names);
            }
        } else if !name.ends_with("tests.rs") && name != "testing.rs" {
            let text = fs::read_to_string(&path).expect("readable");
            let constants = text.lines().filter_map(|line| {
                line.trim()
                    .strip_prefix("const NAME: &'static str = \"")?
                    .split('"')
                    .next()
            });
            names.extend(constants.map(str::to_owned));
        }
    }
}
