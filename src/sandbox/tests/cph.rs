//! Rules of cloud phone servers (spec huawei-codearts-cph 6).

use serde_json::{Value, json};

use super::super::state::Tracked;
use super::fixture::*;

const SERVERS: [&str; 3] = [
    "a550ac820fd7768dd2468569ef985411",
    "b661bd931fe8879ee3579670fa096522",
    "c772ce042af9980ff4680781ab1a7633",
];

fn change(fixture: &Fixture, changes: &[(&str, &str)]) -> Got {
    let servers: Vec<Value> = changes
        .iter()
        .map(|(id, name)| json!({ "server_id": id, "keypair_name": name }))
        .collect();
    let body = json!({ "servers": servers }).to_string();
    fixture.huawei("PUT", "/v1/{p}/cloud-phone/servers/open-access", &body)
}

#[test]
fn cph_jobs_run_for_two_looks() {
    let fixture = Fixture::new();
    let got = change(
        &fixture,
        &[
            (SERVERS[0], "KeyPair-ops_2"),
            (SERVERS[1], "ghost"),
            (SERVERS[2], "KeyPair-ops_2"),
            ("nobody", "KeyPair-ops_2"),
        ],
    );
    let jobs = got.body["jobs"].as_array().expect("jobs").clone();
    assert_eq!(
        (got.status, &jobs[2]["error_code"], &jobs[3]["error_code"]),
        (200, &json!("CPS.1028"), &json!("CPS.0016"))
    );
    assert!(jobs[2].get("job_id").is_none());
    let path = format!(
        "/v1/{{p}}/cloud-phone/jobs/{}",
        jobs[0]["job_id"].as_str().expect("id")
    );
    let detail = format!("/v1/{{p}}/cloud-phone/servers/{}", SERVERS[0]);
    let key_pair = || fixture.huawei("GET", &detail, "").body["keypair_name"].clone();
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push((
            fixture.huawei("GET", &path, "").body["status"].clone(),
            key_pair(),
        ));
    }
    let expected = [
        (1, "KeyPair-ops_1"),
        (1, "KeyPair-ops_1"),
        (2, "KeyPair-ops_2"),
        (2, "KeyPair-ops_2"),
    ];
    assert_eq!(
        seen,
        expected.map(|(status, name)| (json!(status), json!(name)))
    );

    let list = format!(
        "/v1/{{p}}/cloud-phone/jobs?request_id={}",
        got.body["request_id"].as_str().expect("id")
    );
    for expected in [[2, 1], [2, 1], [2, -1]] {
        let jobs = fixture.huawei("GET", &list, "").body["jobs"].clone();
        assert_eq!(
            [jobs[0]["status"].as_i64(), jobs[1]["status"].as_i64()],
            expected.map(Some)
        );
        if expected[1] == -1 {
            assert!(
                jobs[1]["error_msg"]
                    .as_str()
                    .expect("text")
                    .contains("ghost"),
                "{jobs}"
            );
        }
    }
    let missing = fixture.huawei("GET", "/v1/{p}/cloud-phone/jobs/none", "");
    assert_eq!((missing.status, missing.code()), (404, "CPS.0011"));
    assert_eq!(
        fixture.huawei("GET", "/v1/{p}/cloud-phone/jobs", "").status,
        400
    );
    assert_eq!(fixture.sandbox.journal().entries[0].items.len(), 4);
}

#[test]
fn cph_lists_and_limits() {
    let fixture = Fixture::new();
    let names = |query: &str| {
        let got = fixture.huawei("GET", &format!("/v1/{{p}}/cloud-phone/servers{query}"), "");
        let servers = got.body["servers"].as_array().cloned().unwrap_or_default();
        servers
            .iter()
            .map(|server| server["server_name"].as_str().expect("name").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names(""),
        ["cph-prod-1", "cph-test-2", "cph-test-1"],
        "newest first"
    );
    assert_eq!(names("?server_name=test&limit=1&offset=1"), ["cph-test-1"]);
    assert_eq!(names("?status=8"), ["cph-prod-1"]);
    assert_eq!(names("?network_version=v1"), ["cph-prod-1"]);
    assert_eq!(names("?phone_model_name=rs1.xlarge"), ["cph-prod-1"]);
    assert_eq!(names(&format!("?server_id={}", SERVERS[1])), ["cph-test-2"]);
    let second = 1_767_323_045; // 2026-01-02T03:04:05Z
    assert_eq!(
        names(&format!("?create_since={second}&create_until={second}")),
        ["cph-test-2"]
    );
    for (query, code) in [
        ("status=x", "CPS.0010"),
        ("create_since=x", "APIGW.0201"),
        ("offset=-1", "CPS.0002"),
    ] {
        let path = format!("/v1/{{p}}/cloud-phone/servers?{query}");
        assert_eq!(fixture.huawei("GET", &path, "").code(), code);
    }
    let ids = vec!["x"; 21].join(",");
    let path = format!("/v1/{{p}}/cloud-phone/jobs?request_ids={ids}");
    assert_eq!(fixture.huawei("GET", &path, "").status, 400);
    assert_eq!(
        fixture
            .huawei("GET", "/v1/{p}/cloud-phone/servers?limit=101", "")
            .code(),
        "CPS.0002"
    );
    let too_many = vec![(SERVERS[0], "KeyPair-ops_2"); 101];
    assert_eq!(change(&fixture, &too_many).status, 400);
    assert_eq!(change(&fixture, &[]).status, 400);
}

#[test]
fn cph_quirks() {
    let fixture = Fixture::with(
        &[],
        &[
            "cph-unknown-server-refuses-call",
            "cph-jobs-forgotten",
            "cph-jobs-reordered",
        ],
    );
    let refused = change(
        &fixture,
        &[(SERVERS[0], "KeyPair-ops_2"), ("nobody", "KeyPair-ops_2")],
    );
    assert_eq!(
        (
            refused.status,
            refused.code(),
            &refused.body["failures"][0]["server_id"]
        ),
        (400, "CPS.0016", &json!("nobody"))
    );
    let jobs = |state: &mut Tracked| state.huawei.projects[0].jobs.len();
    assert_eq!(
        fixture.sandbox.with_state(jobs).expect("state"),
        0,
        "nothing happened"
    );
    let got = change(
        &fixture,
        &[(SERVERS[0], "KeyPair-ops_2"), (SERVERS[1], "KeyPair-ops_2")],
    );
    assert_eq!(got.body["jobs"][0]["server_id"], SERVERS[1]);
    let path = format!(
        "/v1/{{p}}/cloud-phone/jobs/{}",
        got.body["jobs"][0]["job_id"].as_str().expect("id")
    );
    let seen: Vec<u16> = (0..4)
        .map(|_| fixture.huawei("GET", &path, "").status)
        .collect();
    assert_eq!(seen, [200, 200, 404, 404]);
}

#[test]
fn a_server_has_numbers_where_numbers_belong() {
    let fixture = Fixture::new();
    let path = format!("/v1/{{p}}/cloud-phone/servers/{}", SERVERS[0]);
    let shown = fixture.huawei("GET", &path, "").body;
    assert!(shown["metadata"]["charging_mode"].is_i64());
    let volume = &shown["share_volume_info"];
    assert!(volume["volume_type"].is_string(), "{volume}");
    assert!(volume["size"].is_i64() && volume["version"].is_i64());
}
