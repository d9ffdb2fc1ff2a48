//! Nonsense is answered, and reads leave the file alone.

use std::path::PathBuf;

use serde_json::json;

use super::super::Options;
use super::super::clock;
use super::super::credentials::{TENCENT_SECRET_ID, TENCENT_SECRET_KEY};
use super::super::dispatch::Sandbox;
use super::super::request::Request;
use super::fixture::*;

/// One read of each kind.
fn reads() -> Vec<Request> {
    let mut requests = vec![
        volcengine(
            "ecs",
            "2020-04-01",
            "DescribeKeyPairs",
            "MaxResults=3&KeyPairNames.1=a",
        ),
        volcengine(
            "ecs",
            "2020-04-01",
            "DescribeInstances",
            "KeyPairName=prod-web",
        ),
        volcengine("ecs", "2020-04-01", "DescribeRegions", ""),
        volcengine("sts", "2018-01-01", "GetCallerIdentity", ""),
        tencent(
            "cvm",
            "2017-03-12",
            "DescribeKeyPairs",
            &json!({ "KeyIds": ["skey-9p0o8i7u"] }),
        ),
        tencent(
            "cvm",
            "2017-03-12",
            "DescribeInstances",
            &json!({ "Limit": 100 }),
        ),
        tencent("cvm", "2017-03-12", "DescribeRegions", &json!({})),
        tencent(
            "region",
            "2022-06-27",
            "DescribeRegions",
            &json!({ "Product": "cvm" }),
        ),
        tencent("sts", "2018-08-13", "GetCallerIdentity", &json!({})),
        huawei("POST", "/v1.0/{p}/kms/list-keys", r#"{"key_spec":"ALL"}"#),
        huawei(
            "POST",
            "/v1.0/{p}/kms/describe-key",
            r#"{"key_id":"0d0466b0-e727-4d9c-b35d-f84bb474a37f"}"#,
        ),
    ];
    for path in [
        "/v3/projects?name=cn-north-4",
        "/v5/caller-identity",
        "/v3/{p}/keypairs?limit=1",
        "/v3/{p}/keypairs/KeyPair-ops_1",
        "/v1/{p}/cloud-phone/servers?limit=1",
        "/v1/{p}/cloud-phone/servers/a550ac820fd7768dd2468569ef985411",
        "/v1/{p}/cloud-phone/jobs?request_id=x",
        "/v4/user/keys?limit=1",
    ] {
        requests.push(huawei("GET", path, ""));
    }
    requests
}

#[test]
fn reads_leave_the_file_alone() {
    let folder = std::env::temp_dir().join(format!("kpctl-sandbox-reads-{}", std::process::id()));
    let path: PathBuf = folder.join("state.json");
    let options = Options {
        state_file: Some(path.clone()),
        ..Options::default()
    };
    let sandbox = Sandbox::open(options).expect("opened");
    let times = || {
        let lock = folder.join("state.json.lock");
        [&path, &lock].map(|path| {
            std::fs::metadata(path)
                .expect("there")
                .modified()
                .expect("time")
        })
    };
    let before = times();
    for request in reads() {
        let answer = sandbox.answer(&request);
        assert_eq!(
            (answer.reply.status, answer.reply.code),
            (200, None),
            "{request:?}"
        );
        assert_eq!(times(), before, "{request:?}");
    }
    let _best_effort = std::fs::remove_dir_all(&folder);
}

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % bound.max(1)
    }

    /// Cuts something out of a text, or puts something into it.
    fn spoil(&mut self, text: &str) -> String {
        let mut letters: Vec<char> = text.chars().collect();
        let place = self.below(letters.len() + 1);
        let end = (place + self.below(8)).min(letters.len());
        let inserted = [
            "",
            "%",
            "%2",
            "=",
            "&",
            ".",
            "/",
            ";",
            ",",
            "\u{0}",
            "é",
            "[",
            "}",
            "99999999999999999999",
            "null",
            " ",
        ];
        let inserted = inserted[self.below(inserted.len())];
        letters.splice(place..end, inserted.chars());
        letters.into_iter().collect()
    }
}

#[test]
fn nonsense_is_answered() {
    let fixture = Fixture::new();
    let mut numbers = Numbers(7);
    let requests = reads();
    for round in 0..4000 {
        let mut request = requests[round % requests.len()].clone();
        match numbers.below(5) {
            0 => request.path = numbers.spoil(&request.path),
            1 => request.query = numbers.spoil(&request.query),
            2 => request.method = numbers.spoil(&request.method),
            3 => {
                request.body = numbers
                    .spoil(&String::from_utf8_lossy(&request.body))
                    .into();
            }
            _ => {
                let place = numbers.below(request.headers.len());
                let (name, value) = request.headers[place].clone();
                request.headers[place] = (name, numbers.spoil(&value));
            }
        }
        let got = fixture.send(&request);
        assert!(
            got.body.is_object() && got.status < 500,
            "{request:?}: {} {}",
            got.status,
            got.body
        );
    }
}

#[test]
fn signed_nonsense_is_answered_too() {
    let fixture = Fixture::new();
    let mut numbers = Numbers(11);
    let disassociate = ("DisassociateInstancesKeyPairs", "2017-03-12");
    for _ in 0..500 {
        let query = numbers.spoil("KeyPairNames.1=a&KeyPairNames.2=b&MaxResults=3&NextToken=YQ%3D%3D&TagFilters.1.Key=k&ClientToken=t");
        let body = numbers.spoil(r#"{"InstanceIds":["ins-4t6y8u2i"],"KeyIds":["skey-9p0o8i7u"],"ForceStop":true,"Limit":1,"Filters":[{"Name":"zone","Values":["a"]}]}"#);
        let path =
            numbers.spoil("/v1/{p}/cloud-phone/servers?limit=1&offset=1&status=5&create_since=1");
        let kms = numbers.spoil(r#"{"key_id":"0d0466b0-e727-4d9c-b35d-f84bb474a37f","pending_days":"7","sequence":"0d0466b0-e727-4d9c-b35d-f84bb474a37f"}"#);
        let mut requests = vec![
            huawei("GET", &path, ""),
            huawei("POST", "/v1.0/{p}/kms/schedule-key-deletion", &kms),
            huawei("PUT", "/v1/{p}/cloud-phone/servers/open-access", &kms),
        ];
        for action in ["DescribeKeyPairs", "DescribeInstances", "DeleteKeyPairs"] {
            requests.push(volcengine("ecs", "2020-04-01", action, &query));
        }
        let key_pair = numbers.spoil("KeyPairName=ci-deploy&InstanceIds.1=i-ycweb00001&Description=a%E5%AF%86&PublicKey=ssh-rsa%20AAAAB3NzaC1yc2EAAAABAwAAAAED&Tags.1.Key=k&Tags.1.Value=v&ResourceType=keypair&ResourceIds.1=kp-a&TagKeys.1=k&ForceStop=true");
        for action in [
            "ImportKeyPair",
            "AttachKeyPair",
            "DetachKeyPair",
            "ModifyKeyPairAttribute",
            "RebootInstances",
            "CreateTags",
            "DeleteTags",
            "DescribeTags",
        ] {
            requests.push(volcengine("ecs", "2020-04-01", action, &key_pair));
        }
        let mut request = tencent(
            "cvm",
            "2017-03-12",
            "DisassociateInstancesKeyPairs",
            &json!({}),
        );
        request
            .headers
            .retain(|(name, _)| name == "content-type" || name == "x-tc-region");
        request.body = body.into();
        let key = (TENCENT_SECRET_ID, TENCENT_SECRET_KEY);
        requests.push(sign_tencent(
            request,
            key,
            "cvm",
            disassociate,
            clock::now(),
        ));
        for request in requests {
            let got = fixture.send(&request);
            assert!(
                got.body.is_object() && got.status < 500,
                "{request:?}: {} {}",
                got.status,
                got.body
            );
        }
    }
}
