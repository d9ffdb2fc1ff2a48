//! Further names of KMS keys (spec huawei 6).

use serde_json::{Value, json};

use super::fixture::*;

const PENDING: &str = "0d0466b0-e727-4d9c-b35d-f84bb474a37f";
const ENABLED: &str = "3c7d9e1f-5a2b-4c4d-8e6f-8091a2b3c4d5";
const DISABLED: &str = "4d8e0f2a-6b3c-4d5e-9f70-91a2b3c4d5e6";
const DEFAULT: &str = "5e9f1a3b-7c4d-4e6f-8a81-a2b3c4d5e6f7";

fn aliases(fixture: &Fixture, method: &str, rest: &str, body: &Value) -> Got {
    let path = format!("/v1.0/{{p}}/kms/{rest}");
    let text = match body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    fixture.huawei(method, &path, &text)
}

fn create(fixture: &Fixture, key_id: &str, alias: &str) -> Got {
    let body = json!({ "key_id": key_id, "alias": alias });
    aliases(fixture, "POST", "aliases", &body)
}

/// The names on a page, and the marker of the next.
fn names(fixture: &Fixture, query: &str) -> (Vec<String>, String) {
    let got = aliases(fixture, "GET", &format!("aliases{query}"), &Value::Null);
    assert_eq!(got.status, 200, "{}", got.body);
    let pages = got.body.as_array().expect("a list of pages");
    assert_eq!(pages.len(), 1);
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let records = pages[0]["aliases"].as_array().expect("aliases");
    let info = &pages[0]["page_info"];
    assert_eq!(info["current_count"], records.len());
    let names = records.iter().map(|record| text(&record["alias"]));
    (names.collect(), text(&info["next_marker"]))
}

#[test]
fn an_alias_is_made_moved_and_deleted() {
    let fixture = Fixture::new();
    let made = create(&fixture, ENABLED, "alias/one");
    assert_eq!(made.status, 201, "{}", made.body);
    for name in ["domain_id", "alias_urn", "create_time", "update_time"] {
        assert!(made.body[name].is_string(), "{name}");
    }
    assert_eq!(made.body["key_id"], ENABLED);
    assert_eq!(create(&fixture, DISABLED, "alias/one").code(), "KMS.1104");
    let body = json!({ "alias": "alias/one", "target_key_id": DISABLED });
    let moved = aliases(&fixture, "POST", "alias/associate", &body);
    assert_eq!(
        (moved.status, &moved.body["key_id"]),
        (200, &json!(DISABLED))
    );
    let listed = |id: &str| names(&fixture, &format!("?key_id={id}")).0;
    assert_eq!(
        (listed(ENABLED), listed(DISABLED)),
        (Vec::new(), vec!["alias/one".to_owned()])
    );
    let body = |id: &str| json!({ "aliases": ["alias/one"], "key_id": id });
    let delete = |id: &str| aliases(&fixture, "DELETE", "aliases", &body(id));
    assert_eq!(delete(ENABLED).code(), "KMS.1101", "of another key");
    assert_eq!(delete(DISABLED).status, 204);
    assert_eq!(delete(DISABLED).code(), "KMS.1101", "gone");
    assert_eq!(names(&fixture, "").0, Vec::<String>::new());
}

#[test]
fn aliases_come_in_pages() {
    let fixture = Fixture::new();
    for number in 0..5 {
        let made = create(&fixture, ENABLED, &format!("alias/{number}"));
        assert_eq!(made.status, 201);
    }
    let (first, marker) = names(&fixture, "?limit=3");
    assert_eq!((first.len(), marker.as_str()), (3, "3"));
    let (second, marker) = names(&fixture, "?limit=3&marker=3");
    assert_eq!(
        (second, marker.as_str()),
        (vec!["alias/3".to_owned(), "alias/4".to_owned()], "")
    );
    for (query, code) in [
        ("?limit=0", "KMS.1601"),
        ("?limit=x", "KMS.1601"),
        ("?marker=x", "KMS.1602"),
        ("?key_id=x", "KMS.0205"),
    ] {
        let got = aliases(&fixture, "GET", &format!("aliases{query}"), &Value::Null);
        assert_eq!((got.status, got.code()), (400, code), "{query}");
    }
}

#[test]
fn an_alias_needs_a_fit_key_and_a_name() {
    let fixture = Fixture::new();
    for (id, alias, code) in [
        (PENDING, "alias/x", "KMS.0210"),
        (DEFAULT, "alias/x", "KMS.0211"),
        ("x", "alias/x", "KMS.0205"),
        (ENABLED, "", "KMS.1101"),
    ] {
        assert_eq!(create(&fixture, id, alias).code(), code, "{id} {alias}");
    }
    for (method, rest, body, code) in [
        ("POST", "aliases", json!({ "key_id": ENABLED }), "KMS.0204"),
        (
            "POST",
            "alias/associate",
            json!({ "alias": "alias/x" }),
            "KMS.0204",
        ),
        (
            "POST",
            "alias/associate",
            json!({ "alias": "alias/x", "target_key_id": ENABLED }),
            "KMS.1101",
        ),
        (
            "DELETE",
            "aliases",
            json!({ "aliases": [], "key_id": ENABLED }),
            "KMS.0204",
        ),
    ] {
        let got = aliases(&fixture, method, rest, &body);
        assert_eq!((got.status, got.code()), (400, code), "{method} {body}");
    }
}
