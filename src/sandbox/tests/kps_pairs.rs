//! Key pairs of KPS: list, create, import, delete, describe (spec huawei 7).

use serde_json::{Value, json};

use super::super::fingerprint;
use super::super::seed::public_keys;
use super::super::state::huawei::KeyPair;
use super::fixture::*;

const STRAY: &str = include_str!("../../../tests/keys/stray-ed25519.pub");
const DSS: &str = "ssh-dss AAAAB3NzaC1kc3MAAAABAQAAAAEDAAAAAQUAAAABBw==";

fn create(fixture: &Fixture, members: &Value) -> Got {
    fixture.kps("POST", "keypairs", &json!({ "keypair": members }))
}

/// The members of a refusal in the flat shape.
fn flat(code: &str, message: &str) -> Value {
    json!({ "error_code": code, "error_msg": message })
}

#[test]
fn created_pairs_come_with_their_private_key_once() {
    let fixture = Fixture::new();
    let got = create(&fixture, &json!({ "name": "new-1", "type": "ssh" }));
    assert_eq!(got.status, 200, "{}", got.body);
    let pair = &got.body["keypair"];
    let public_key = pair["public_key"].as_str().expect("text");
    let private_key = pair["private_key"].as_str().expect("text");
    assert!(public_key.ends_with(" Generated-by-Nova\n"), "{public_key}");
    assert!(private_key.starts_with("-----BEGIN RSA PRIVATE KEY-----\n"));
    assert_eq!(pair["fingerprint"], fingerprint::md5_colons(public_key));
    assert_eq!(pair["user_id"], "6c2a33b1b8474d0dbac0a24297127525");

    let shown = fixture.kps("GET", "keypairs/new-1", &Value::Null);
    let shown = &shown.body["keypair"];
    assert_eq!(
        (&shown["scope"], &shown["id"], &shown["is_key_protection"]),
        (&json!("user"), &json!(4), &json!(false))
    );
    assert_eq!(
        (
            &shown["algorithm"],
            &shown["key_id"],
            &shown["update_time"],
            shown["create_time"].to_string().len()
        ),
        (&json!("ssh-rsa"), &Value::Null, &Value::Null, 13)
    );
    assert!(shown.get("private_key").is_none());
    let entry = &fixture.sandbox.journal().entries[0];
    assert_eq!(
        (entry.operation.as_str(), &entry.items),
        ("CreateKeypair", &vec!["new-1".to_owned()])
    );
}

#[test]
fn imported_pairs_keep_their_public_key() {
    let fixture = Fixture::new();
    let wish =
        json!({ "name": "stray", "public_key": STRAY, "scope": "domain", "user_id": "whoever" });
    let got = create(&fixture, &wish);
    assert_eq!(
        got.body["keypair"],
        json!({
            "name": "stray",
            "type": "ssh",
            "public_key": STRAY.trim(),
            "fingerprint": fingerprint::md5_colons(STRAY),
            "user_id": "6c2a33b1b8474d0dbac0a24297127525",
        })
    );
    let list = fixture.kps("GET", "keypairs", &Value::Null);
    assert_eq!(list.body["keypairs"][3]["keypair"]["scope"], "domain");
    let accepted = [
        DSS,
        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBDkFDCt77upvNzjmoHeLulNJOFThFOk+WBnAEw5BvtupPFKJYQolsWY3Hyp2y3u3MbTEl5uJAZRLnBlBSzvyLrg=",
        public_keys::CI,
    ];
    for (number, public_key) in accepted.into_iter().enumerate() {
        let wish = json!({ "name": format!("type-{number}"), "public_key": public_key });
        assert_eq!(create(&fixture, &wish).status, 200, "{public_key}");
    }
}

#[test]
fn what_is_wrong_with_a_pair_is_not_said() {
    let fixture = Fixture::new();
    let short_rsa = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAwCAAQ==";
    for members in [
        Value::Null,
        json!({}),
        json!({ "name": "" }),
        json!({ "name": 1 }),
        json!({ "name": "with blank" }),
        json!({ "name": "密钥" }),
        json!({ "name": "x".repeat(256) }),
        json!({ "name": "x", "type": "x509" }),
        json!({ "name": "x", "scope": "account" }),
        json!({ "name": "x", "public_key": "-----BEGIN RSA PRIVATE KEY-----" }),
        json!({ "name": "x", "public_key": short_rsa }),
        json!({ "name": "x", "public_key": format!("{DSS}\n{DSS}") }),
        json!({ "name": "x", "public_key": "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t" }),
    ] {
        let got = create(&fixture, &members);
        assert_eq!(
            (got.status, &got.body),
            (400, &flat("KPS.0002", "参数错误")),
            "{members}"
        );
    }
    assert_eq!(
        fixture.huawei("POST", "/v3/{p}/keypairs", "{").code(),
        "KPS.0002"
    );
    let foreign = json!({ "name": "x", "public_key": STRAY, "user_id": "someone" });
    assert_eq!(create(&fixture, &foreign).code(), "KPS.0006");
    let longest = json!({ "name": "x".repeat(255), "public_key": STRAY });
    assert_eq!(create(&fixture, &longest).status, 200);
    assert_eq!(fixture.huawei_project(|project| project.key_pairs.len()), 4);
}

#[test]
fn a_name_is_taken_once() {
    let fixture = Fixture::with(&[], &["kps-name-64"]);
    fixture.huawei_project(|project| {
        project.key_pairs.push(KeyPair {
            id: 9,
            name: "theirs".to_owned(),
            scope: "user".to_owned(),
            user_id: "somebody else".to_owned(),
            public_key: STRAY.to_owned(),
            ..KeyPair::default()
        });
    });
    let import =
        |name: &str, scope: &str| json!({ "name": name, "scope": scope, "public_key": STRAY });
    let taken = create(&fixture, &import("KeyPair-ops_1", "user"));
    assert_eq!(
        (taken.status, &taken.body),
        (
            400,
            &flat("KPS.0002", "Key pair 'KeyPair-ops_1' already exists.")
        )
    );
    assert_eq!(
        create(&fixture, &import("KeyPair-ops_1", "domain")).status,
        400
    );
    assert_eq!(create(&fixture, &import("theirs", "domain")).status, 400);

    // Nobody sees another user's private pair, so its name is free for a private one.
    let list = fixture.kps("GET", "keypairs", &Value::Null);
    assert_eq!(list.body["page_info"]["current_count"], 3);
    for method in ["GET", "DELETE"] {
        let got = fixture.kps(method, "keypairs/theirs", &Value::Null);
        assert_eq!(got.code(), "KPS.4016", "{method}");
    }
    assert_eq!(create(&fixture, &import("theirs", "user")).status, 200);
    assert_eq!(
        fixture
            .kps("DELETE", "keypairs/theirs", &Value::Null)
            .status,
        204
    );
    let left = fixture.huawei_project(|project| project.key_pairs[3].user_id.clone());
    assert_eq!(left, "somebody else");

    assert_eq!(
        create(&fixture, &import(&"x".repeat(65), "user")).code(),
        "KPS.0002"
    );
    assert_eq!(
        create(&fixture, &import(&"x".repeat(64), "user")).status,
        200
    );
    let fixture = Fixture::with(&[], &["kps-duplicate-409"]);
    let taken = create(&fixture, &import("KeyPair-ops_1", "user"));
    assert_eq!(
        (taken.status, &taken.body),
        (
            409,
            &json!({ "conflictingRequest": { "message": "Key pair 'KeyPair-ops_1' already exists.", "code": 409 } })
        )
    );
}

#[test]
fn pairs_are_deleted_and_described_by_name() {
    let fixture = Fixture::new();
    let described = fixture.kps(
        "PUT",
        "keypairs/KeyPair-dev_01",
        &json!({ "keypair": { "description": "开发" } }),
    );
    assert_eq!(
        (described.status, described.answer.reply.body.len()),
        (200, 0)
    );
    let shown = fixture.kps("GET", "keypairs/KeyPair-dev_01", &Value::Null);
    assert_eq!(shown.body["keypair"]["description"], "开发");
    assert!(shown.body["keypair"]["update_time"].is_u64());
    for (name, body, code) in [
        ("KeyPair-dev_01", json!({ "keypair": {} }), "KPS.0002"),
        ("KeyPair-dev_01", json!({ "description": "x" }), "KPS.0002"),
        (
            "ghost",
            json!({ "keypair": { "description": "x" } }),
            "KPS.4016",
        ),
    ] {
        let got = fixture.kps("PUT", &format!("keypairs/{name}"), &body);
        assert_eq!((got.status, got.code()), (400, code), "{body}");
    }

    // Bound to servers and named by cloud phones: deleted all the same.
    let delete = || fixture.kps("DELETE", "keypairs/KeyPair-ops_1", &Value::Null);
    let gone = delete();
    assert_eq!((gone.status, gone.answer.reply.body.len()), (204, 0));
    assert_eq!((delete().status, delete().code()), (400, "KPS.4016"));
    let server = fixture.huawei_project(|project| project.ecs_servers[1].clone());
    assert_eq!(
        (
            server.key_pair_name.as_str(),
            server.authorized_key.as_str()
        ),
        ("KeyPair-ops_1", public_keys::OPS)
    );
    let phones = fixture.huawei("GET", "/v1/{p}/cloud-phone/servers", "");
    assert_eq!(phones.body["servers"][0]["keypair_name"], "KeyPair-ops_1");

    let fixture = Fixture::with(&[], &["kps-missing-404"]);
    for (method, body) in [
        ("GET", Value::Null),
        ("DELETE", Value::Null),
        ("PUT", json!({ "keypair": { "description": "x" } })),
    ] {
        let got = fixture.kps(method, "keypairs/ghost", &body);
        assert_eq!((got.status, got.code()), (404, "KPS.4016"), "{method}");
    }
}

#[test]
fn lists_stop_at_fifty() {
    let fixture = Fixture::with(&[], &["kps-frozen-state-text"]);
    fixture.huawei_project(|project| {
        for number in 0..60 {
            let mut pair = project.key_pairs[0].clone();
            pair.name = format!("many-{number}");
            project.key_pairs.push(pair);
        }
    });
    let first = fixture.kps("GET", "keypairs", &Value::Null);
    let info = &first.body["page_info"];
    assert_eq!(
        (&info["current_count"], &info["next_marker"]),
        (&json!(50), &json!("many-46"))
    );
    assert_eq!(first.body["keypairs"][0]["keypair"]["frozen_state"], "0");
    let last = fixture.kps("GET", "keypairs?marker=many-46", &Value::Null);
    let info = &last.body["page_info"];
    assert_eq!(
        (
            &info["current_count"],
            &info["next_marker"],
            &info["previous_marker"]
        ),
        (&json!(13), &Value::Null, &json!("many-47"))
    );
    for query in ["limit=0", "limit=x", "limit=-1", "marker=ghost"] {
        let got = fixture.kps("GET", &format!("keypairs?{query}"), &Value::Null);
        assert_eq!((got.status, got.code()), (400, "KPS.0002"), "{query}");
    }
}

#[test]
fn batches_import_what_they_can() {
    let fixture = Fixture::with(&["huawei.BatchImportKeypair@2=throttled-item"], &[]);
    let wish = |name: &str| json!({ "keypair": { "name": name, "public_key": STRAY } });
    let batch = json!([
        wish("one"),
        wish("one"),
        { "keypair": { "name": "made" } },
        wish("two"),
        { "keypair": "nonsense" },
    ]);
    let got = fixture.kps("POST", "keypairs/batch-import", &batch);
    assert_eq!(got.status, 200);
    let names = |list: &str, pointer: &str| -> Vec<Value> {
        let items = got.body[list].as_array().expect("list").iter();
        items
            .map(|item| item.pointer(pointer).cloned().expect(pointer))
            .collect()
    };
    assert_eq!(
        names("succeeded_keypairs", "/keypair/name"),
        ["one", "two"].map(Value::from)
    );
    assert_eq!(
        names("failed_keypairs", "/keypair_name"),
        [json!("one"), json!("made"), Value::Null]
    );
    assert_eq!(
        names("failed_keypairs", "/failed_reason")[0],
        "Key pair 'one' already exists."
    );
    assert_eq!(
        fixture.sandbox.journal().entries[0].items,
        ["one", "one", "made", "two"]
    );
    let throttled = fixture.kps(
        "POST",
        "keypairs/batch-import",
        &json!([wish("three"), wish("four")]),
    );
    assert_eq!(
        (
            &throttled.body["failed_keypairs"][0]["keypair_name"],
            throttled.body["succeeded_keypairs"]
                .as_array()
                .expect("list")
                .len()
        ),
        (&json!("three"), 1)
    );
    for body in [json!([]), json!({ "keypairs": [] }), Value::Null] {
        let got = fixture.kps("POST", "keypairs/batch-import", &body);
        assert_eq!(got.code(), "KPS.0002", "{body}");
    }
}
