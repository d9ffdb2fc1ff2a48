//! The structure that the format and the services that read it ask for. The whole was checked against
//! the schema that OASIS publishes.

use serde_json::Value;

use super::{SarifLevel, SarifLog, SarifNotification, SarifResult, SarifRule};

fn rule(id: &str, level: SarifLevel) -> SarifRule {
    SarifRule {
        id: id.to_owned(),
        summary: "A key is short".to_owned(),
        explanation: "Make a new one.".to_owned(),
        level,
        is_on: true,
    }
}

fn result(rule: &str, subject: &str, waived: Option<&str>) -> SarifResult {
    SarifResult {
        rule: rule.to_owned(),
        level: SarifLevel::Error,
        subject: subject.to_owned(),
        related: vec!["tencent:prod/ap-guangzhou/key-pair/skey-1".to_owned()],
        message: "'[a](b)\u{202e}' is short".to_owned(),
        fix: Some(format!("kpctl volcengine key-pair delete {subject}")),
        fingerprint: "ab".repeat(32),
        waived: waived.map(str::to_owned),
    }
}

fn log(waived: Option<&str>) -> SarifLog {
    SarifLog {
        rules: vec![
            rule("old-key", SarifLevel::Warning),
            rule("weak-key", SarifLevel::Error),
        ],
        results: vec![
            result(
                "weak-key",
                "volcengine:prod/cn-beijing/key-pair/a%2Fb",
                waived,
            ),
            result("old-key", "tencent:prod/*/key-pair", None),
        ],
        notifications: vec![SarifNotification {
            level: SarifLevel::Warning,
            message: "a place could not be read".to_owned(),
        }],
        is_complete: false,
    }
}

fn parsed(log: &SarifLog) -> Value {
    let text = log.to_text();
    assert!(!text.contains('\u{202e}'), "nothing turns the text around");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn a_log_names_tool_rules_and_run() {
    let log = parsed(&log(None));
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "kpctl");
    assert_eq!(
        run["tool"]["driver"]["semanticVersion"],
        env!("CARGO_PKG_VERSION")
    );
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    assert_eq!(rules.len(), 2);
    for rule in rules {
        for text in ["shortDescription", "fullDescription", "help"] {
            assert!(
                rule[text]["text"]
                    .as_str()
                    .is_some_and(|text| !text.is_empty())
            );
        }
    }
    assert_eq!(rules[1]["name"], "WeakKey");
    assert_eq!(rules[0]["defaultConfiguration"]["level"], "warning");
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notification = &invocation["toolExecutionNotifications"][0];
    assert_eq!(notification["message"]["text"], "a place could not be read");
    assert_eq!(notification["level"], "warning");
}

#[test]
fn each_result_has_a_rule_and_a_file_that_services_accept() {
    let log = parsed(&log(None));
    let results = log["runs"][0]["results"].as_array().expect("results");
    assert_eq!(results[0]["ruleIndex"], 1);
    assert_eq!(results[1]["ruleIndex"], 0);
    for result in results {
        let locations = result["locations"].as_array().expect("locations");
        let related = result["relatedLocations"].as_array().expect("locations");
        assert_eq!((locations.len(), related.len()), (1, 1));
        for location in locations.iter().chain(related) {
            let physical = &location["physicalLocation"];
            let path = physical["artifactLocation"]["uri"]
                .as_str()
                .expect("a path");
            let url = http::Uri::try_from(format!("https://example.com/{path}")).expect("a URI");
            assert_eq!(url.path(), format!("/{path}"));
            assert!(!path.contains(':') && !path.starts_with('/'), "{path}");
            assert_eq!(physical["region"]["startLine"], 1);
            assert_eq!(location["logicalLocations"][0]["kind"], "resource");
        }
        let fingerprint = &result["partialFingerprints"]["primaryLocationLineHash"];
        assert!(
            fingerprint
                .as_str()
                .is_some_and(|text| text.starts_with("abab"))
        );
        assert!(result.get("suppressions").is_none());
        let text = result["message"]["text"].as_str().expect("a text");
        assert!(!text.contains("]("), "no link: {text}");
    }
    let name = &results[0]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"];
    assert_eq!(name, "volcengine:prod/cn-beijing/key-pair/a%2Fb");
    let path = &results[1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(path, "tencent/prod/*/key-pair");
}

#[test]
fn waived_results_are_suppressed_and_the_others_say_that_they_are_not() {
    let log = parsed(&log(Some("replaced in January")));
    let results = &log["runs"][0]["results"];
    let suppression = &results[0]["suppressions"][0];
    assert_eq!(suppression["kind"], "external");
    assert_eq!(suppression["status"], "accepted");
    assert_eq!(suppression["justification"], "replaced in January");
    assert_eq!(results[1]["suppressions"], Value::Array(Vec::new()));
}

#[test]
fn a_log_without_findings_has_an_empty_list() {
    let log = parsed(&SarifLog::default());
    assert_eq!(log["runs"][0]["results"], Value::Array(Vec::new()));
}
