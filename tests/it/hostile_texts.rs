//! Names, messages and whole lists from a server that means harm: they are shown as text, cell by
//! cell, and a list that is shown is whole.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::fixture::World;
use crate::hostile::{hostile, run};
use crate::hostile_replies::{HIDDEN, whole};

const TEXTS: [&str; 12] = [
    "a\u{1b}[31mred\u{1b}]0;owned\u{7}",
    "two\nhint: run this\r\nerror: no",
    "a\tb\tc",
    "\u{202e}gnp.exe\u{2066}",
    "ci\u{200b}-deploy\u{ad}\u{3164}\u{feff}\u{e0041}",
    "\u{9b}2J\u{85}\u{2028}",
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@sum(1)",
    "\t=1",
    "＝1",
];

/// A cloud, what is in the head of its request for key pairs, a pair, and a page of them.
struct Service {
    cloud: &'static str,
    action: &'static str,
    item: fn(&str) -> Value,
    page: fn(Vec<Value>) -> Value,
}

const SERVICES: [Service; 3] = [
    Service {
        cloud: "volcengine",
        action: "Action=DescribeKeyPairs",
        item: |text| {
            json!({"KeyPairId": text, "KeyPairName": text, "Description": text, "FingerPrint": text,
                "CreatedAt": text, "UpdatedAt": text, "ProjectName": text, "Tags": [{"Key": text, "Value": text}]})
        },
        page: |items| json!({"ResponseMetadata": {"RequestId": "r"}, "Result": {"KeyPairs": items, "NextToken": ""}}),
    },
    Service {
        cloud: "tencent",
        action: "x-tc-action: DescribeKeyPairs",
        item: |text| {
            json!({"KeyId": text, "KeyName": text, "ProjectId": 0, "Description": text, "PublicKey": text,
                "AssociatedInstanceIds": [text], "CreatedTime": text, "Tags": [{"Key": text, "Value": text}]})
        },
        page: |items| {
            let count = items.len();
            json!({"Response": {"TotalCount": count, "KeyPairSet": items, "RequestId": "r"}})
        },
    },
    Service {
        cloud: "huawei",
        action: "/keypairs",
        item: |text| {
            json!({"keypair": {"name": text, "type": text, "scope": text, "public_key": text,
                "fingerprint": text, "is_key_protection": false, "frozen_state": text}})
        },
        page: |items| json!({"keypairs": items, "page_info": {"current_count": items.len(), "next_marker": null}}),
    },
];

/// A server whose answer to that action can be changed. Its endpoint, and the answer.
fn service(world: &World, action: &'static str) -> (String, Arc<Mutex<String>>) {
    let answer = Arc::new(Mutex::new(String::new()));
    let said = Arc::clone(&answer);
    let act = move |stream: &mut std::net::TcpStream| {
        let body = said.lock().expect("nobody panics").clone();
        whole(stream, body.as_bytes())
    };
    (hostile(world, action, Arc::new(act)), answer)
}

fn set(answer: &Mutex<String>, value: &Value) {
    *answer.lock().expect("nobody panics") = value.to_string();
}

#[test]
fn names_are_cells_and_nothing_more() {
    let world = World::served(&[]);
    for Service {
        cloud,
        action,
        item,
        page,
    } in SERVICES
    {
        let (url, answer) = service(&world, action);
        set(
            &answer,
            &page(TEXTS.iter().map(|text| item(text)).collect()),
        );
        let list = |format| {
            run(&world, &url, &[cloud, "key-pair", "list", "-o", format])
                .code(0)
                .stdout
        };
        let count = TEXTS.len();
        assert_eq!(list("table").lines().count(), count + 1, "{cloud}");
        assert_eq!(list("names").lines().count(), count, "{cloud}");
        assert_eq!(list("ndjson").lines().count(), count + 1, "{cloud}");
        let table = list("tsv");
        let cells: Vec<_> = table.lines().map(|line| line.split('\t').count()).collect();
        assert_eq!(cells, vec![cells[0]; count], "{cloud}");
        let items = serde_json::from_str::<Value>(&list("json")).expect("JSON")["items"].take();
        let names = items.as_array().expect("items").iter();
        let names: Vec<_> = names
            .map(|item| item["name"].as_str().unwrap_or_default())
            .collect();
        assert_eq!(names, TEXTS, "{cloud}: documents say it as it is");
        let text = list("csv");
        // What a spreadsheet sees: cells that begin where a line or a comma does, and quotes gone.
        let starts = text
            .split(['\n', ',', '"'])
            .filter_map(|cell| cell.chars().next());
        let formulas = starts.filter(|first| "=+-@\t\r＝＋－＠".contains(*first));
        assert_eq!(formulas.count(), 0, "{cloud}: {text}");
    }
}

/// What is no page is an error in every cloud, and so is one that says two things.
#[test]
fn no_wrong_answer_is_an_empty_list() {
    for Service {
        cloud,
        action,
        item,
        page,
    } in SERVICES
    {
        let world = World::served(&[]);
        let (url, answer) = service(&world, action);
        let empty = page(Vec::new()).to_string();
        let list = ["KeyPairs", "KeyPairSet", "keypairs"]
            .into_iter()
            .find(|name| empty.contains(&format!("\"{name}\":")))
            .expect("a list");
        let full = page(vec![item("ops")]).to_string();
        let instead = |text: &str| empty.replace("[]", text);
        let twice = full.replace(
            &format!("\"{list}\":"),
            &format!("\"{list}\":[],\"{list}\":"),
        );
        for text in [
            String::new(),
            "null".to_owned(),
            "[]".to_owned(),
            "{}".to_owned(),
            "7".to_owned(),
            format!("{empty}{empty}"),
            empty[..empty.len() - 1].to_owned(),
            instead("null"),
            instead("{}"),
            instead("\"\""),
            instead("[null]"),
            empty.replacen('{', "{\"more\":1e999,", 1),
            empty.replacen('{', &format!("{{\"more\":{}", "[".repeat(100_000)), 1),
            twice,
        ] {
            answer.lock().expect("nobody panics").clone_from(&text);
            let output = run(&world, &url, &[cloud, "key-pair", "list", "-o", "json"]);
            let start: String = text.chars().take(300).collect();
            assert!(
                matches!(output.code, 4..=7) && output.stdout.is_empty(),
                "{cloud} {start}: {output:#?}"
            );
        }
        // The page itself is one.
        answer.lock().expect("nobody panics").clone_from(&empty);
        let output = run(&world, &url, &[cloud, "key-pair", "list", "-o", "json"]);
        assert_eq!(output.code(0).json()["items"], json!([]), "{cloud}");
    }
}

/// Every member of a pair takes every wrong type: what can be read is shown with nothing left out, and
/// the rest is an error.
#[test]
fn a_member_of_a_wrong_type_hides_no_item() {
    let world = World::served(&[]);
    let wrong = [
        Value::Null,
        json!(7),
        json!(-0.0),
        json!(1e300),
        json!(u64::MAX),
        json!({"a": 1}),
        json!([[]]),
        json!(true),
        json!(""),
    ];
    for Service {
        cloud,
        action,
        item,
        page,
    } in SERVICES
    {
        let (url, answer) = service(&world, action);
        let good = item("ops");
        let inner = good.get("keypair").unwrap_or(&good);
        for name in inner.as_object().expect("an object").keys() {
            for wrong in &wrong {
                let mut bad = item("other");
                let members = if bad.get("keypair").is_some() {
                    &mut bad["keypair"]
                } else {
                    &mut bad
                };
                members[name] = wrong.clone();
                set(&answer, &page(vec![good.clone(), bad]));
                let output = run(&world, &url, &[cloud, "key-pair", "list", "-o", "json"]);
                let what = format!("{cloud} {name} {wrong}: {output:#?}");
                if output.code == 0 {
                    assert_eq!(
                        output.json()["items"].as_array().map(Vec::len),
                        Some(2),
                        "{what}"
                    );
                } else {
                    assert!(
                        matches!(output.code, 4..=7) && output.stdout.is_empty(),
                        "{what}"
                    );
                    assert!(!output.stderr.contains("\"ops\""), "{what}");
                }
            }
        }
    }
}

/// The server's words wherever they come out: errors, results, the record, the checks.
#[test]
fn messages_are_text_wherever_they_are_shown() {
    let words: String = TEXTS.concat();
    let refusal = json!({"ResponseMetadata": {"RequestId": words, "Error": {"Code": words, "Message": words}}});
    for action in [
        "Action=DescribeKeyPairs",
        "Action=DeleteKeyPairs",
        "Action=GetCallerIdentity",
    ] {
        let world = World::served(&[]);
        let (url, answer) = service(&world, action);
        set(&answer, &refusal);
        for format in ["table", "tsv", "csv", "json", "ndjson"] {
            let delete = [
                "volcengine",
                "key-pair",
                "delete",
                "old-laptop",
                "--yes",
                "-o",
                format,
            ];
            let output = run(&world, &url, &delete);
            assert_eq!(output.code == 0, action.contains("Caller"), "{output:#?}");
            for command in [&["auth", "status"][..], &["doctor"]] {
                run(&world, &url, &[command, &["-o", format]].concat());
            }
            for command in [&["log"][..], &["log", "--command", "delete"]] {
                let output = world.run(&[command, &["-o", format]].concat()).code(0);
                assert!(
                    !output
                        .stdout
                        .contains(|letter| letter == '\u{1b}' || HIDDEN.contains(&letter))
                );
            }
            if action.contains("Caller") {
                break;
            }
        }
        let api = ["api", "volcengine", "ecs", "DescribeKeyPairs"];
        run(&world, &url, &api);
        let runs = world.run(&["log", "-o", "json"]).code(0).json();
        let id = runs["items"][0]["run"].as_str().expect("a run").to_owned();
        for format in ["table", "tsv", "csv", "json"] {
            let output = world.run(&["log", &id, "-o", format]).code(0);
            let text = [output.stdout, output.stderr].concat();
            assert!(
                !text.contains(|letter| letter == '\u{1b}' || HIDDEN.contains(&letter)),
                "{text}"
            );
        }
    }
}
