//! `kpctl api`: any operation, by the rules of all others.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::fixture::{CANARY, Output, World};

fn api(world: &World, arguments: &[&str]) -> Output {
    world.run(&[&["api"], arguments].concat())
}

fn api_with(world: &World, arguments: &[&str], body: &Value) -> Output {
    let arguments = [&["api"], arguments, &["--json", "-"]].concat();
    world.run_with_input(&arguments, body.to_string().as_bytes())
}

#[test]
fn reads_of_each_cloud_answer_with_the_vendors_own_object() {
    let world = World::sandboxed();
    let answer = api(
        &world,
        &[
            "volc",
            "ecs",
            "DescribeKeyPairs",
            "KeyPairNames.1=ci-deploy",
        ],
    );
    let pairs = answer.code(0).json();
    assert_eq!(pairs["KeyPairs"][0]["KeyPairName"], "ci-deploy");

    let words = [
        "Filters.0.Name=instance-state",
        "Filters.0.Values.1=STOPPED",
    ];
    let answer = api(
        &world,
        &[
            &["tencent", "cvm", "DescribeInstances", "Limit=1"],
            &words[..],
        ]
        .concat(),
    );
    let instances = answer.code(0).json();
    assert_eq!(instances["InstanceSet"].as_array().map(Vec::len), Some(1));
    assert_eq!(instances["InstanceSet"][0]["InstanceState"], "STOPPED");

    let path = "/v1/{project_id}/cloud-phone/servers";
    let answer = api(
        &world,
        &["huawei", "cph", "GET", path, "limit=1", "--query", "count"],
    );
    assert_eq!(answer.code(0).stdout, "3\n");
    let body = json!({"key_id": "0d0466b0-e727-4d9c-b35d-f84bb474a37f"});
    let path = "/v1.0/{project_id}/kms/describe-key";
    let answer = api_with(&world, &["hw", "kms", "POST", path], &body);
    assert_eq!(answer.code(0).json()["key_info"]["key_id"], body["key_id"]);
}

#[test]
fn all_pages_are_read_with_small_pages_too() {
    let world = World::served(&[]);
    let count = |arguments: &[&str], list: &str| {
        let before = world.requests().len();
        let answer = api(&world, &[arguments, &["--all-pages"]].concat())
            .code(0)
            .json();
        let fields = answer.as_object().expect("an object");
        assert_eq!(fields.len(), 1, "one list: {answer}");
        let items = answer[list].as_array().expect("a list");
        let unique: std::collections::HashSet<_> = items.iter().map(Value::to_string).collect();
        assert_eq!(unique.len(), items.len(), "{answer}");
        (items.len(), world.requests().len() - before)
    };
    let pairs = ["volcengine", "ecs", "DescribeKeyPairs"];
    let (all, _) = count(&pairs, "KeyPairs");
    assert!(all > 10, "past the default page");
    let small = count(&[&pairs[..], &["MaxResults=5"]].concat(), "KeyPairs");
    assert_eq!(small, (all, all.div_ceil(5)));

    let pairs = ["tencent", "cvm", "DescribeKeyPairs"];
    let (all, _) = count(&pairs, "KeyPairSet");
    assert!(all > 20, "past the default page");
    let (small, calls) = count(&[&pairs[..], &["Limit=7"]].concat(), "KeyPairSet");
    assert!(
        small == all && calls >= all.div_ceil(7),
        "{small} in {calls}"
    );

    for (service, path, list) in [
        ("kms", "/v3/{project_id}/keypairs", "keypairs"),
        ("cph", "/v1/{project_id}/cloud-phone/servers", "servers"),
        ("codearts", "/v4/user/keys", "keys"),
    ] {
        let (all, _) = count(&["huawei", service, "GET", path], list);
        let (small, calls) = count(&["huawei", service, "GET", path, "limit=1"], list);
        assert!(
            small == all && calls >= all && all > 1,
            "{path}: {small} of {all}"
        );
    }
}

#[test]
fn an_unknown_operation_is_asked_about_and_nothing_is_sent_without_a_yes() {
    let world = World::served(&[]);
    let delete = [
        "volcengine",
        "ecs",
        "DeleteKeyPairs",
        "KeyPairNames.1=old-laptop",
    ];
    let unheard = ["tencent", "cvm", "DescribeSomethingNew"];
    let remove = ["huawei", "codearts", "DELETE", "/v4/user/keys/31001"];
    for call in [&delete[..], &unheard, &remove] {
        let output = api(&world, &[call, &["--error-format", "json"]].concat()).code(9);
        assert_eq!(output.error()["code"], "ConsentMissing");
    }
    assert_eq!(world.requests(), Vec::<String>::new());
    // The vendor has the last word on what it does not know.
    let output = api(
        &world,
        &[&unheard[..], &["--yes", "--error-format", "json"]].concat(),
    );
    let error = output.code(2).error();
    assert_eq!(error["operation"], "DescribeSomethingNew");
    assert_eq!(
        (&error["cloud"], &error["region"]),
        (&json!("tencent"), &json!("ap-guangzhou"))
    );
    assert!(
        error["request_id"].is_string() && error["code"].is_string(),
        "{error}"
    );
    let answer = api(&world, &[&delete[..], &["--yes"]].concat())
        .code(0)
        .json();
    assert_eq!(answer["OperationDetails"][0]["Error"], Value::Null);
    api(&world, &[&remove[..], &["--yes"]].concat()).code(0);
    assert_eq!(
        world.requests().last().map(String::as_str),
        Some("DeleteSshKey")
    );
}

#[test]
fn a_power_cut_wants_its_flag_and_the_flag_wants_a_power_cut() {
    let world = World::served(&[]);
    let detach = [
        "tencent",
        "cvm",
        "DisassociateInstancesKeyPairs",
        "KeyIds.0=skey-9p0o8i7u",
        "InstanceIds.0=ins-8k2j5h7g",
        "ForceStop=true",
        "--error-format",
        "json",
    ];
    let hint = |arguments: &[&str]| {
        let error = api(&world, &[&detach[..], arguments].concat())
            .code(9)
            .error();
        error["hint"].as_str().expect("a hint").to_owned()
    };
    let both = hint(&[]);
    assert!(both.contains("--yes and --force-stop"), "{both}");
    assert!(both.contains("instance/ins-8k2j5h7g"), "{both}");
    assert!(hint(&["--yes"]).contains("then add --force-stop"));
    assert_eq!(world.requests(), Vec::<String>::new());
    let plan = api(&world, &[&detach[..], &["--dry-run"]].concat())
        .code(0)
        .json();
    let body = plan["calls"][0]["request"]["body"]
        .as_str()
        .expect("a body");
    assert!(body.contains(r#""ForceStop":true"#), "{body}");
    assert!(
        plan["warnings"][0]
            .as_str()
            .is_some_and(|text| text.contains("--force-stop"))
    );
    api(&world, &[&detach[..], &["--yes", "--force-stop"]].concat()).code(0);
    // A private key in a body is severe, too.
    let import =
        json!({"keypair": {"key_protection": {"private_key": "-----BEGIN PRIVATE KEY-----"}}});
    let call = [
        "huawei",
        "kms",
        "POST",
        "/v3/{project_id}/keypairs/private-key/import",
        "--yes",
        "--error-format",
        "json",
    ];
    let error = api_with(&world, &call, &import).code(9).error();
    assert!(
        error["hint"]
            .as_str()
            .is_some_and(|hint| hint.contains("--send-private-key")),
        "{error}"
    );
    let soft = [
        "tencent",
        "cvm",
        "StartInstances",
        "InstanceIds.0=ins-8k2j5h7g",
    ];
    api(&world, &[&soft[..], &["--yes", "--force-stop"]].concat()).code(2);
    assert_eq!(world.requests(), ["DisassociateInstancesKeyPairs"]);
}

#[test]
fn a_dry_run_shows_the_request_without_secrets_and_sends_nothing() {
    let world = World::served(&[]);
    let body = json!({"KeyName": "n", "Password": CANARY, "PublicKey": "ssh-rsa A"});
    let call = ["tencent", "cvm", "ImportKeyPair", "--dry-run", "-v"];
    let plan = api_with(&world, &call, &body).code(0).json();
    assert_eq!(
        (&plan["kind"], &plan["command"]),
        (&json!("Plan"), &json!("api"))
    );
    let request = &plan["calls"][0]["request"];
    let shown: Value =
        serde_json::from_str(request["body"].as_str().expect("a body")).expect("JSON");
    assert_eq!(shown["Password"], "(redacted)");
    assert_eq!(request["headers"]["authorization"], "(redacted)");
    let call = [
        "volcengine",
        "ecs",
        "ModifyInstanceAttribute",
        "--dry-run",
        "-v",
    ];
    let plan = api_with(&world, &call, &body).code(0);
    assert!(plan.stdout.contains("Password=(redacted)"), "{plan:?}");
    assert_eq!(world.requests(), Vec::<String>::new());
    // The trace of a call that is sent holds no more.
    let call = [
        "volcengine",
        "ecs",
        "ModifyInstanceAttribute",
        "--yes",
        "-v",
    ];
    let sent = api_with(&world, &call, &body);
    assert!(sent.stderr.contains("Password=(redacted)"), "{sent:?}");
}

#[test]
fn a_private_key_has_a_place_before_anything_is_sent() {
    let world = World::served(&[]);
    let create = [
        "tencent",
        "cvm",
        "CreateKeyPair",
        "KeyName=made",
        "ProjectId=0",
        "--yes",
    ];
    let (key, whole) = (world.path("key"), world.path("whole.json"));
    let (key_text, whole_text) = (key.display().to_string(), whole.display().to_string());
    let output = api(&world, &[&create[..], &["--error-format", "json"]].concat());
    assert_eq!(output.code(2).error()["code"], "NoPlaceForPrivateKey");
    std::fs::write(&key, "mine").expect("writes");
    api(
        &world,
        &[&create[..], &["--private-key-file", &key_text]].concat(),
    )
    .code(2);
    assert_eq!(std::fs::read_to_string(&key).expect("reads"), "mine");
    assert_eq!(world.requests(), Vec::<String>::new());

    std::fs::remove_file(&key).expect("removes");
    let output = api(
        &world,
        &[&create[..], &["--private-key-file", &key_text]].concat(),
    )
    .code(0);
    assert_eq!(output.json()["KeyPair"]["PrivateKey"], "(redacted)");
    let written = std::fs::read_to_string(&key).expect("reads");
    assert!(written.starts_with("-----BEGIN") && written.ends_with("-----\n"));
    let mode = std::fs::metadata(&key)
        .expect("is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);

    // The name is taken: no key comes, and no empty file stays.
    let again = world.path("again").display().to_string();
    api(
        &world,
        &[&create[..], &["--private-key-file", &again]].concat(),
    )
    .code(6);
    assert!(!world.path("again").exists());

    let other = [
        "tencent",
        "cvm",
        "CreateKeyPair",
        "KeyName=other",
        "ProjectId=0",
        "--yes",
    ];
    let output = api(&world, &[&other[..], &["--out", &whole_text]].concat()).code(0);
    assert_eq!(output.stdout, "");
    let answer: Value =
        serde_json::from_slice(&std::fs::read(&whole).expect("reads")).expect("JSON");
    let private = answer["KeyPair"]["PrivateKey"].as_str();
    assert!(private.is_some_and(|key| key.starts_with("-----BEGIN")));
}

#[test]
fn a_lost_answer_of_a_change_is_not_sent_again_and_says_what_it_may_have_done() {
    let world = World::served(&["--fault", "volcengine.DeleteKeyPairs@1=reset-after"]);
    let call = [
        "volcengine",
        "ecs",
        "DeleteKeyPairs",
        "KeyPairNames.1=old-laptop",
    ];
    let output = api(
        &world,
        &[&call[..], &["--yes", "--error-format", "json"]].concat(),
    );
    let error = output.code(7).error();
    assert!(
        error["hint"]
            .as_str()
            .is_some_and(|hint| hint.contains("may have been carried out")),
        "{error}"
    );
    assert_eq!(world.requests(), ["DeleteKeyPairs"]);

    let world = World::served(&["--fault", "volcengine.DescribeKeyPairs@1=reset-after"]);
    api(&world, &["volcengine", "ecs", "DescribeKeyPairs"]).code(0);
    assert_eq!(world.requests().len(), 2, "a read goes again");
}

#[test]
fn wrong_input_is_a_usage_error_and_nothing_is_sent() {
    let world = World::served(&[]);
    let wrong: &[&[&str]] = &[
        &["aws", "ec2", "DescribeKeyPairs"],
        &["volcengine", "ecs"],
        &["volcengine", "EC/S", "DescribeKeyPairs"],
        &["volcengine", "ecs", "Describe KeyPairs"],
        &["volcengine", "ecs", "DescribeKeyPairs", "KeyPairName"],
        &["volcengine", "ecs", "DescribeKeyPairs", "A=1", "A=2"],
        &["volcengine", "ecs", "DescribeKeyPairs", "A:=nonsense"],
        &["volcengine", "vpc", "DescribeVpcs"],
        &["volcengine", "ecs", "DescribeKeyPairs", "-o", "table"],
        &["volcengine", "ecs", "DescribeKeyPairs", "--query", "["],
        &["volcengine", "ecs", "DescribeKeyPairs", "--json", "{}"],
        &[
            "volcengine",
            "ecs",
            "DescribeKeyPairs",
            "--json",
            "@no-such-file",
        ],
        &["volcengine", "ecs", "DescribeRegions", "--all-pages"],
        &["tencent", "cvm", "DescribeKeyPairs", "Limit=ten"],
        &[
            "tencent",
            "cvm",
            "DescribeKeyPairs",
            "KeyIds.0=a",
            "KeyIds.2=b",
        ],
        &["huawei", "kms", "GET"],
        &["huawei", "kms", "GET", "/v3/{project_id}/../secrets"],
        &["huawei", "kms", "GET", "/v3/{project}/keypairs"],
        &["huawei", "kms", "FETCH", "/v3/{project_id}/keypairs"],
        &["huawei", "kms", "GET", "https://example.com/v3"],
        &[
            "huawei",
            "kms",
            "GET",
            "/v4/user/keys",
            "--api-version",
            "v4",
        ],
    ];
    for arguments in wrong {
        let output = api(&world, arguments).code(2);
        assert_eq!(output.stdout, "", "{arguments:?}");
    }
    let broken = world.run_with_input(
        &[
            "api",
            "volcengine",
            "ecs",
            "DescribeKeyPairs",
            "--json",
            "-",
        ],
        format!("{{\"Password\": \"{CANARY}").as_bytes(),
    );
    assert_eq!(broken.code(2).stdout, "");
    assert_eq!(world.requests(), Vec::<String>::new());
}

/// Answers one request on a port of its own.
fn answer_once(content_type: &'static str, body: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let mut request = [0; 8192];
        let _ = stream.read(&mut request);
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        let _ = stream.write_all(head.as_bytes());
        let _ = stream.write_all(body);
    });
    format!("http://127.0.0.1:{port}")
}

#[test]
fn a_download_goes_to_a_file_and_secrets_of_any_answer_are_not_shown() {
    let world = World::empty()
        .with("HUAWEICLOUD_SDK_AK", "AKIDEXAMPLEEXAMPLE")
        .with("HUAWEICLOUD_SDK_SK", "not-a-real-secret-key");
    let get = |url: &str, arguments: &[&str]| {
        let call = [
            "huawei",
            "any",
            "GET",
            "/v1/thing",
            "-r",
            "cn-north-4",
            "--endpoint-url",
            url,
        ];
        api(&world, &[&call[..], arguments].concat())
    };
    let zip = b"PK\x03\x04\x00\xff";
    let lost = get(&answer_once("application/zip", zip), &[]).code(1);
    assert!(
        lost.stdout.is_empty() && lost.stderr.contains("--out"),
        "{lost:?}"
    );
    let file = world.path("keys.zip");
    get(
        &answer_once("application/zip", zip),
        &["--out", &file.display().to_string()],
    )
    .code(0);
    assert_eq!(std::fs::read(&file).expect("reads"), zip);

    let secret =
        br#"{"credential":{"access":"A","secret":"canary-secret-that-must-not-come-out"}}"#;
    let shown = get(&answer_once("application/json", secret), &[]).code(0);
    assert_eq!(
        shown.json()["credential"],
        json!({"access": "A", "secret": "(redacted)"})
    );
    assert!(shown.stderr.contains("/credential/secret"), "{shown:?}");
    // A proxy's page is no answer.
    get(
        &answer_once("text/html", b"<html>hello</html>"),
        &["--timeout", "2s"],
    )
    .code(7);
}

#[test]
fn items_refused_inside_a_success_are_no_success() {
    let world = World::sandboxed();
    let delete = |names: &[&str]| {
        let names: Vec<_> = names
            .iter()
            .enumerate()
            .map(|(at, name)| format!("KeyPairNames.{}={name}", at + 1))
            .collect();
        let mut words = vec!["volcengine", "ecs", "DeleteKeyPairs", "--yes"];
        words.extend(names.iter().map(String::as_str));
        api(&world, &words)
    };
    // One reason for all that was refused is the code.
    let refused = delete(&["prod-web"]).code(6);
    assert!(
        refused.stderr.contains("1 of 1 items"),
        "{}",
        refused.stderr
    );
    let answer = refused.json();
    let code = answer["OperationDetails"][0]["Error"]["Code"].as_str();
    assert!(code.is_some_and(|code| !code.is_empty()), "{answer}");
    let mixed = delete(&["ci-deploy", "prod-web"]).code(3);
    assert!(mixed.stderr.contains("1 of 2 items"), "{}", mixed.stderr);
    let listed = api(&world, &["volcengine", "ecs", "DescribeKeyPairs"]);
    assert!(!listed.code(0).stdout.contains("\"ci-deploy\""));
}

#[test]
fn a_protect_rule_holds_for_any_operation() {
    let world = World::served(&[]);
    let config = world.path("config.toml");
    std::fs::write(
        &config,
        "[[protect]]\nnames = [\"old-*\"]\nreason = \"for a test\"\n",
    )
    .expect("written");
    let world = world.with("KPCTL_CONFIG", config.to_str().expect("plain"));
    let delete = |name: &str| {
        let name = format!("KeyPairNames.1={name}");
        world.run(&["api", "volcengine", "ecs", "DeleteKeyPairs", &name, "--yes"])
    };
    let output = delete("old-laptop").code(6);
    assert!(output.stderr.contains("for a test"), "{output:#?}");
    assert_eq!(world.requests(), ["DescribeKeyPairs"]);
    delete("prod-nobody").code(5);
    // What is read is not protected.
    let read = [
        "api",
        "volcengine",
        "ecs",
        "DescribeKeyPairs",
        "KeyPairNames.1=old-laptop",
    ];
    world.run(&read).code(0);
}
