//! Several regions of one account: what each answers, and what goes wrong in one only.

use serde_json::{Value, json};

use super::super::clock;
use super::super::credentials::*;
use super::super::request::Request;
use super::super::state::huawei::{EcsServer, KeyPair, KmsKey, Project, Server, Task};
use super::fixture::*;

const SHANGHAI: &str = "11112222333344445555666677778888";
const SUB_PROJECT: &str = "22223333444455556666777788889999";

/// The demo fleet with a second project, and a sub-project in the region of the first.
fn with_projects(faults: &[&str]) -> Fixture {
    let fixture = Fixture::with(faults, &[]);
    let shanghai = Project {
        id: SHANGHAI.to_owned(),
        name: "cn-east-3".to_owned(),
        kms_keys: vec![KmsKey {
            id: "9a9a9a9a-0000-4000-8000-000000000001".to_owned(),
            spec: "AES_256".to_owned(),
            state: "2".to_owned(),
            ..KmsKey::default()
        }],
        key_pairs: vec![KeyPair {
            name: "east-ops".to_owned(),
            public_key: super::super::seed::public_keys::OPS.to_owned(),
            ..KeyPair::default()
        }],
        servers: vec![Server {
            id: "1".repeat(32),
            name: "cph-east".to_owned(),
            ..Server::default()
        }],
        ecs_servers: vec![EcsServer::default()],
        tasks: vec![Task {
            id: "7a7a7a7a-0000-4000-8000-000000000001".to_owned(),
            status: "FAILED".to_owned(),
            server_name: "east".to_owned(),
            ..Task::default()
        }],
        ..Project::default()
    };
    let sub_project = Project {
        id: SUB_PROJECT.to_owned(),
        name: "cn-north-4_payroll".to_owned(),
        ..Project::default()
    };
    fixture
        .sandbox
        .with_state(|state| state.huawei.projects.extend([shanghai, sub_project]))
        .expect("in memory");
    fixture
}

/// The texts of one member down a list.
fn texts(list: &Value, pointer: &str) -> Vec<String> {
    let items = list.as_array().expect("a list").iter();
    items
        .map(|item| item.pointer(pointer).and_then(Value::as_str).expect("text"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_service_answers_for_the_project_of_the_path() {
    let fixture = with_projects(&[]);
    let projects = fixture.huawei("GET", "/v3/projects", "").body;
    assert_eq!(
        texts(&projects["projects"], "/name"),
        ["cn-north-4", "cn-east-3", "cn-north-4_payroll"]
    );
    let named = fixture
        .huawei("GET", "/v3/projects?name=cn-east-3", "")
        .body;
    assert_eq!(texts(&named["projects"], "/id"), [SHANGHAI]);

    let get = |path: &str| {
        fixture
            .huawei("GET", &path.replace("{s}", SHANGHAI), "")
            .body
    };
    let pairs = get("/v3/{s}/keypairs");
    assert_eq!(texts(&pairs["keypairs"], "/keypair/name"), ["east-ops"]);
    let servers = get("/v1/{s}/cloud-phone/servers");
    assert_eq!(texts(&servers["servers"], "/server_name"), ["cph-east"]);
    let tasks = get("/v3/{s}/failed-tasks");
    assert_eq!(texts(&tasks["tasks"], "/server_name"), ["east"]);
    let keys = fixture.huawei("POST", &format!("/v1.0/{SHANGHAI}/kms/list-keys"), "{}");
    let id = "9a9a9a9a-0000-4000-8000-000000000001";
    assert_eq!(keys.body["keys"], json!([id]));

    // The first project is as it was, and knows nothing of the other's.
    let described = format!("{{\"key_id\":\"{id}\"}}");
    let of_first = fixture.huawei("POST", "/v1.0/{p}/kms/describe-key", &described);
    assert_eq!((of_first.status, of_first.code()), (404, "KMS.0207"));
    assert_eq!(
        fixture
            .huawei("GET", "/v3/{p}/keypairs/east-ops", "")
            .code(),
        "KPS.4016"
    );
    let listed = fixture.huawei("GET", "/v3/{p}/keypairs", "").body;
    assert_eq!(listed["keypairs"].as_array().map(Vec::len), Some(3));

    // Deleting in one leaves the other alone.
    let path = format!("/v3/{SHANGHAI}/keypairs/KeyPair-ops_1");
    assert_eq!(fixture.huawei("DELETE", &path, "").code(), "KPS.4016");
    let path = format!("/v3/{SHANGHAI}/keypairs/east-ops");
    assert_eq!(fixture.huawei("DELETE", &path, "").status, 204);
    assert_eq!(fixture.huawei_project(|project| project.key_pairs.len()), 3);

    // The user's keys are in no project.
    let user_keys = fixture.huawei("GET", "/v4/user/keys", "").body;
    assert_eq!(user_keys["total"], 4);
}

/// The statuses of four lists of key pairs: of two Volcengine regions, and of two Tencent ones.
fn four(fixture: &Fixture) -> [String; 4] {
    let volcengine = |region: &str| {
        let request = Request {
            headers: Vec::new(),
            ..volcengine("ecs", "2020-04-01", "DescribeKeyPairs", "")
        };
        let key = (VOLCENGINE_ACCESS_KEY, VOLCENGINE_SECRET_KEY);
        fixture.send(&sign_volcengine(request, key, region, "ecs", clock::now()))
    };
    let tencent = |region: &str| {
        let mut request = tencent("cvm", "2017-03-12", "DescribeKeyPairs", &json!({}));
        // The region is not signed.
        for (name, value) in &mut request.headers {
            if name == "x-tc-region" {
                region.clone_into(value);
            }
        }
        fixture.send(&request)
    };
    [
        volcengine("cn-beijing"),
        volcengine("cn-shanghai"),
        tencent("ap-guangzhou"),
        tencent("ap-shanghai"),
    ]
    .map(|got| got.code().to_owned())
}

#[test]
fn a_rule_with_a_region_leaves_the_others_alone() {
    let fixture = Fixture::with(
        &[
            "volcengine/cn-shanghai.DescribeKeyPairs@2=denied",
            "tencent/ap-shanghai.*@*=region-disabled",
        ],
        &[],
    );
    assert_eq!(four(&fixture), ["", "", "", "UnsupportedRegion"]);
    // The second of that region, though the fourth of its operation.
    assert_eq!(
        four(&fixture),
        ["", "AccessDenied", "", "UnsupportedRegion"]
    );
    assert_eq!(four(&fixture), ["", "", "", "UnsupportedRegion"]);
    let journal = fixture.sandbox.journal();
    let regions: Vec<_> = journal.entries[..4]
        .iter()
        .map(|entry| entry.region.as_deref().unwrap_or_default())
        .collect();
    assert_eq!(
        regions,
        ["cn-beijing", "cn-shanghai", "ap-guangzhou", "ap-shanghai"]
    );
}

#[test]
fn with_huawei_cloud_the_project_tells_the_region() {
    let fixture = with_projects(&[
        "huawei/cn-east-3.*@*=region-disabled",
        "huawei/cn-north-4.ListKeypairs@2=denied",
    ]);
    let list = |project: &str| {
        let got = fixture.huawei("GET", &format!("/v3/{project}/keypairs"), "");
        (got.status, got.code().to_owned())
    };
    let fine = (200, String::new());
    assert_eq!(list(HUAWEI_PROJECT_ID), fine);
    assert_eq!(list(SHANGHAI), (403, "APIGW.0802".to_owned()));
    // A sub-project is in the region of its name.
    assert_eq!(list(SUB_PROJECT), (403, "KPS.9003".to_owned()));
    assert_eq!(list(HUAWEI_PROJECT_ID), fine);
    let keys = fixture.huawei("POST", &format!("/v1.0/{SHANGHAI}/kms/list-keys"), "{}");
    assert_eq!(keys.code(), "APIGW.0802");
    // Nothing says where these are meant to be.
    assert_eq!(fixture.huawei("GET", "/v3/projects", "").status, 200);
    assert_eq!(fixture.huawei("GET", "/v4/user/keys", "").status, 200);
}

#[test]
fn where_there_is_no_project_the_header_or_the_host_may_tell_the_region() {
    let fixture = with_projects(&["huawei/cn-east-3.ListUserKeys@*=denied"]);
    let send = |header: Option<(&str, &str)>, host: &str| {
        let mut request = Request {
            method: "GET".to_owned(),
            path: "/v4/user/keys".to_owned(),
            ..Request::default()
        };
        if let Some(header) = header {
            headers(&mut request, &[header]);
        }
        let key = (HUAWEI_ACCESS_KEY, HUAWEI_SECRET_KEY);
        let signed = sign_huawei_at(request, host, key, clock::now());
        fixture.send(&signed).status
    };
    assert_eq!(send(None, "127.0.0.1:1"), 200);
    assert_eq!(send(None, "codehub-ext.cn-east-3.myhuaweicloud.com"), 401);
    assert_eq!(send(None, "codehub-ext.cn-north-4.myhuaweicloud.com"), 200);
    assert_eq!(send(Some(("x-project-id", SHANGHAI)), "127.0.0.1:1"), 401);
    let own = ("x-project-id", HUAWEI_PROJECT_ID);
    assert_eq!(send(Some(own), "127.0.0.1:1"), 200);
}

#[test]
fn an_account_without_the_region_is_told_so() {
    let fixture = Fixture::with(
        &[
            "volcengine.*@*=region-disabled",
            "tencent.*@*=region-disabled",
            "huawei.*@*=region-disabled",
        ],
        &[],
    );
    let got = fixture.ecs("DescribeKeyPairs", "");
    assert_eq!((got.status, got.code()), (403, "ServiceNotActivated"));
    let message = got.body["ResponseMetadata"]["Error"]["Message"].as_str();
    assert!(message.is_some_and(|text| text.contains("cn-beijing")));
    let got = fixture.cvm("DescribeKeyPairs", &json!({}));
    assert_eq!((got.status, got.code()), (200, "UnsupportedRegion"));
    for path in [
        "/v3/{p}/keypairs",
        "/v4/user/keys",
        "/v1/{p}/cloud-phone/servers",
    ] {
        let got = fixture.huawei("GET", path, "");
        assert_eq!((got.status, got.code()), (403, "APIGW.0802"), "{path}");
    }
}
