//! What cannot be read: it is named, costs bounded time, and takes nothing away from the rest.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;
use std::time::{Duration, Instant};

use kpctl::sandbox::credentials as fake;
use serde_json::{Value, json};

use crate::fleet_served::{addresses, counts, planned, served, sorted, texts, unseen};
use crate::fleet_world::{KEYS, rsa_line, rsa_places};

fn pair(scope: &str, kind: &str) -> (String, String) {
    (scope.to_owned(), kind.to_owned())
}

#[test]
fn one_region_refuses_and_one_hangs_and_all_others_are_whole() {
    let faults = [
        "--fault",
        "volcengine/cn-shanghai.*@*=denied",
        "--fault",
        "tencent/ap-tokyo.*@*=hang",
    ];
    let world = served(&faults);
    let began = Instant::now();
    let output = world.run(&["ls", "-o", "json", "--timeout", "4s"]).code(10);
    assert!(
        began.elapsed() < Duration::from_secs(15),
        "{:?}",
        began.elapsed()
    );
    let closed = [("volcengine", "cn-shanghai"), ("tencent", "ap-tokyo")];
    let is_open = |cloud: &str, region: &str| !closed.contains(&(cloud, region));
    let expected = planned(|key| is_open(key.cloud, key.region));
    assert_eq!(addresses(&output), expected);
    let document = output.json();
    assert_eq!(document["complete"], false);
    assert_eq!(
        unseen(&document),
        [
            pair("tencent:env/ap-tokyo/key-pair", "timeout"),
            pair("tencent:env/ap-tokyo/lighthouse-key-pair", "timeout"),
            pair("volcengine:env/cn-shanghai/key-pair", "permission"),
        ]
    );
    let searched = texts(&document["searched"]);
    assert!(
        !searched
            .iter()
            .any(|place| place.contains("cn-shanghai") || place.contains("tokyo"))
    );

    let places = rsa_places("env");
    let found = world.run(&["find", &rsa_line(), "-o", "json", "--timeout", "4s"]);
    let is_seen = |place: &String| !place.contains("cn-shanghai") && !place.contains("ap-tokyo");
    assert_eq!(
        addresses(&found.code(10)),
        sorted(places.into_iter().filter(is_seen))
    );

    let text = world.run(&["ls", "--timeout", "4s"]).code(10);
    let told = text.stderr.matches("not read: ").count();
    assert_eq!(told, 3, "{}", text.stderr);
}

/// Rows of the others come while one hangs, also when the one is asked first, with a key that no answer has
/// proved good yet.
#[test]
fn rows_stream_while_a_region_hangs() {
    for hanging in [
        "tencent/ap-tokyo",
        "tencent/ap-guangzhou",
        "volcengine/cn-beijing",
    ] {
        let world = served(&["--fault", &format!("{hanging}.DescribeKeyPairs@*=hang")]);
        let (cloud, region) = hanging.split_once('/').expect("two parts");
        let scope = format!("{cloud}/*/key-pair");
        // Long: the test ends it.
        let arguments = ["ls", "-o", "names", "--on", &scope, "--timeout", "10min"];
        let mut child = world
            .command(&arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let expected =
            planned(|key| key.cloud == cloud && key.resource == "key-pair" && key.region != region);
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut read = Vec::new();
        // Would block for ever, and the runner says so.
        while read.len() < expected.len() {
            read.push(lines.next().expect("more").expect("UTF-8"));
        }
        assert_eq!(sorted(read), expected, "{hanging}");
        assert!(
            child.try_wait().expect("a child").is_none(),
            "it still waits"
        );
        child.kill().expect("killed");
        child.wait().expect("ended");
    }
}

/// With a list of regions that nobody names, the first request of a key is the one for that list.
#[test]
fn a_first_region_that_hangs_holds_up_the_others_for_a_moment_only() {
    let world = served(&["--fault", "huawei/cn-north-4.*@*=hang"]);
    let began = Instant::now();
    let regions = [
        "cn-north-4",
        "cn-north-9",
        "ap-southeast-1",
        "ap-southeast-2",
    ];
    let scopes: Vec<String> = regions
        .map(|region| format!("huawei/{region}/key-pair"))
        .into();
    let scopes = scopes.join(",");
    let output = world.run(&["ls", "-o", "json", "--on", &scopes, "--timeout", "9s"]);
    assert!(began.elapsed() < Duration::from_secs(20));
    let expected = planned(|key| {
        key.cloud == "huawei" && key.resource == "key-pair" && key.region != "cn-north-4"
    });
    assert_eq!(addresses(&output.code(10)), expected);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_a_hanging_list_at_once_and_keeps_what_was_read() {
    use rustix::process::{Pid, Signal, kill_process};
    let world = served(&["--fault", "tencent/ap-tokyo.*@*=hang"]);
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut child = world
            .command(&["ls", "-o", "ndjson"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let expected = planned(|key| (key.cloud, key.region) != ("tencent", "ap-tokyo"));
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        let mut line = String::new();
        for _ in 0..expected.len() {
            stdout.read_line(&mut line).expect("a line");
        }
        kill_process(Pid::from_child(&child), signal).expect("sent");
        let began = Instant::now();
        let status = child.wait().expect("ends");
        assert!(began.elapsed() < Duration::from_secs(5));
        assert_eq!(status.code(), Some(code));
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).expect("read");
        let end: Value = serde_json::from_str(rest.trim()).expect("the end alone");
        assert_eq!(end["kind"], "End");
        assert_eq!(end["complete"], false);
        assert_eq!(unseen(&end).len(), 2, "{end}");
        assert_eq!(line.lines().count(), expected.len());
    }
}

#[test]
fn a_document_of_an_interrupted_list_has_what_was_read() {
    use rustix::process::{Pid, Signal, kill_process};
    let world = served(&["--fault", "tencent/ap-tokyo.*@*=hang"]);
    let child = world
        .command(&["ls", "-o", "json", "--usage"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    // All that answer have answered.
    let mut before = 0;
    loop {
        std::thread::sleep(Duration::from_millis(700));
        let now = world.requests().len();
        if now == before && now > 20 {
            break;
        }
        before = now;
    }
    kill_process(Pid::from_child(&child), Signal::INT).expect("sent");
    let done = child.wait_with_output().expect("ends");
    assert_eq!(done.status.code(), Some(130));
    let document: Value = serde_json::from_slice(&done.stdout).expect("a document");
    assert_eq!(document["complete"], false);
    let count = document["items"].as_array().map(Vec::len);
    assert_eq!(count, Some(KEYS - 30), "all but those of Tokyo");
}

#[test]
fn a_list_of_regions_that_is_closed_leaves_the_known_table_and_is_a_gap() {
    let world = served(&["--fault", "tencent.DescribeRegions@*=denied"]);
    let output = world.run(&["ls", "-o", "json", "--on", "tencent"]).code(10);
    let document = output.json();
    assert_eq!(addresses(&output), planned(|key| key.cloud == "tencent"));
    let gaps = unseen(&document);
    assert!(
        gaps.contains(&pair("tencent:env/*/key-pair", "permission")),
        "{gaps:?}"
    );
    let text = world.run(&["ls", "--on", "tencent"]).code(10);
    assert!(
        text.stderr.contains("tencent:env/*/key-pair"),
        "{}",
        text.stderr
    );
    assert!(text.stderr.contains("DescribeRegions"), "{}", text.stderr);
}

#[test]
fn a_region_that_the_account_lacks_is_a_fact_and_one_dim_line() {
    let faults = [
        "--fault",
        "tencent/ap-tokyo.*@*=region-disabled",
        "--fault",
        "volcengine/cn-guangzhou.*@*=region-disabled",
    ];
    let world = served(&faults);
    let output = world.run(&["ls", "-o", "json"]).code(0);
    let document = output.json();
    assert_eq!(document["complete"], true, "{:#}", document["unseen"]);
    assert_eq!(document["unseen"], json!([]));
    let not_enabled = document["not_enabled"].as_array().expect("a list");
    let scopes: Vec<String> = sorted(not_enabled.iter().map(|one| {
        assert!(one["reason"].is_string(), "{one}");
        one["scope"].as_str().expect("a scope").to_owned()
    }));
    for scope in [
        "tencent:env/ap-tokyo/key-pair",
        "volcengine:env/cn-guangzhou/key-pair",
    ] {
        assert!(scopes.contains(&scope.to_owned()), "{scopes:?}");
    }
    let text = world.run(&["ls"]).code(0);
    for region in ["ap-tokyo", "cn-guangzhou"] {
        let lines = text.stderr.lines().filter(|line| line.contains(region));
        assert_eq!(lines.count(), 1, "{}", text.stderr);
    }
}

#[test]
fn a_wrong_secret_is_sent_once_to_each_cloud() {
    let world = served(&[])
        .with("VOLCENGINE_SECRET_KEY", "wrong")
        .with("TENCENTCLOUD_SECRET_KEY", "wrong")
        .with("HUAWEICLOUD_SDK_SK", "wrong");
    for command in [
        &["ls"][..],
        &["find", &rsa_line()],
        &["snapshot"],
        &["audit"],
    ] {
        let before = world.requests().len();
        let output = world.run(command).code(4);
        assert_eq!(output.stdout, "");
        let sent = world.journal().split_off(before);
        let of = |cloud: &str| {
            let own = sent.iter().filter(|request| request["cloud"] == cloud);
            own.count()
        };
        let each = ["volcengine", "tencent", "huawei"].map(of);
        assert_eq!(each, [1, 1, 1], "{command:?}: {sent:#?}");
    }
    // One cloud's key is wrong: the others are read.
    let world = world
        .with("VOLCENGINE_SECRET_KEY", fake::VOLCENGINE_SECRET_KEY)
        .with("HUAWEICLOUD_SDK_SK", fake::HUAWEI_SECRET_KEY);
    let output = world.run(&["ls", "-o", "json"]).code(10);
    assert_eq!(addresses(&output), planned(|key| key.cloud != "tencent"));
    let gaps = unseen(&output.json());
    assert!(
        gaps.iter()
            .all(|(scope, kind)| scope.starts_with("tencent") && kind == "credentials")
    );
    assert!(!gaps.is_empty());
    assert!(counts(&world).contains_key("DescribeRegions"));
}
