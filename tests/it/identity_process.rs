//! Credentials that a program prints: nothing of what it prints comes out.

use kpctl::sandbox::credentials as fake;

use crate::fixture::{CANARY, Output, World};
use crate::identity::{HUAWEI, TENCENT, VOLCENGINE, configured, count, list, profile};

/// A profile whose program is this script of the shell.
fn config(cloud: &crate::identity::Cloud, script: &str) -> String {
    let command = format!("command = [\"sh\", \"-c\", '''{script}''']");
    profile("vault", cloud, "process", &[&command, "timeout = \"1s\""])
}

fn volcengine(more: &str) -> String {
    let (id, secret) = (fake::VOLCENGINE_ACCESS_KEY, fake::VOLCENGINE_SECRET_KEY);
    format!(
        "printf %s '{{\"Version\":1,\"AccessKeyId\":\"{id}\",\"SecretAccessKey\":\"{secret}\"{more}}}'"
    )
}

fn refused(script: &str) -> (World, Output) {
    let world = configured(&[], &config(&VOLCENGINE, script));
    let output = list(&world, &VOLCENGINE, &["-p", "vault"]).code(4);
    assert_eq!(world.requests(), Vec::<String>::new(), "{script}");
    (world, output)
}

#[test]
fn what_it_prints_is_used_and_asked_for_once() {
    let runs = "echo run >> runs; ";
    let good = configured(
        &[],
        &config(&VOLCENGINE, &format!("{runs}{}", volcengine(""))),
    );
    let output = list(&good, &VOLCENGINE, &["-p", "vault"]).code(0);
    assert!(
        output.json()["items"]
            .to_string()
            .contains("volcengine:vault/")
    );
    let told = std::fs::read_to_string(good.path("runs")).expect("it ran");
    assert_eq!(told, "run\n");

    let token = format!(
        "printf %s '{{\"Version\":1,\"AccessKeyId\":\"{}\",\"SecretAccessKey\":\"{}\",\"SessionToken\":\"{}\",\"Expiration\":\"2999-01-01T00:00:00Z\"}}'",
        fake::TENCENT_TEMPORARY_SECRET_ID,
        fake::TENCENT_TEMPORARY_SECRET_KEY,
        fake::TENCENT_TEMPORARY_TOKEN
    );
    let world = configured(&[], &config(&TENCENT, &token));
    list(&world, &TENCENT, &["-p", "vault"]).code(0);

    let huawei = format!("printf %s '{{\"Token\":\"{}\"}}'", fake::HUAWEI_AUTH_TOKEN);
    let world = configured(&[], &config(&HUAWEI, &huawei));
    let world = world.with("HUAWEICLOUD_SDK_PROJECT_ID", fake::HUAWEI_PROJECT_ID);
    list(&world, &HUAWEI, &["-p", "vault"]).code(0);
}

#[test]
fn it_is_run_again_when_a_service_calls_its_keys_expired() {
    let script = format!("echo run >> runs; {}", volcengine(""));
    let fault = ["--fault", "volcengine.DescribeKeyPairs@1=expired-token"];
    let world = configured(&fault, &config(&VOLCENGINE, &script));
    list(&world, &VOLCENGINE, &["-p", "vault"]).code(0);
    let told = std::fs::read_to_string(world.path("runs")).expect("it ran");
    assert_eq!(told, "run\nrun\n");
    assert_eq!(count(&world, "DescribeKeyPairs"), 2);
}

#[test]
fn what_is_no_credential_ends_the_command() {
    for (script, says) in [
        (format!("echo {CANARY}"), "did not print one JSON object"),
        (
            format!("echo '\"{CANARY}\"'"),
            "did not print one JSON object",
        ),
        (
            format!("{}; echo {CANARY}", volcengine("")),
            "did not print one JSON object",
        ),
        (format!("{}; exit 1", volcengine("")), "ended with 1"),
        (volcengine(",\"Expiration\":\"soon\""), "no RFC 3339 time"),
        (
            volcengine(",\"Expiration\":\"2001-01-01T00:00:00Z\""),
            "expired already",
        ),
        (
            format!("printf %s '{{\"Token\":\"{CANARY}\"}}'"),
            "printed no AccessKeyId",
        ),
        (
            format!("printf %s '{{\"AccessKeyId\":\"AKLT{CANARY}\"}}'"),
            "printed no AccessKeyId",
        ),
    ] {
        let (_world, output) = refused(&script);
        let error = output.error();
        let text = error["message"].as_str().expect("a message");
        assert!(text.contains(says), "{text}");
    }
}

#[test]
fn one_that_never_ends_is_killed() {
    let (world, output) = refused(&format!("echo $$ > pid; echo {CANARY}; exec sleep 600"));
    let error = output.error();
    let text = error["message"].as_str().expect("a message");
    assert!(text.contains("did not end within 1 s"), "{text}");
    let pid = std::fs::read_to_string(world.path("pid")).expect("it ran");
    let state = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
    // Killed it may still wait for somebody to hear of it, as a zombie.
    assert!(
        state.is_err() || state.is_ok_and(|text| text.contains(") Z")),
        "it still runs"
    );
}

#[test]
fn one_that_is_not_there_is_named() {
    let text = profile(
        "vault",
        &VOLCENGINE,
        "process",
        &["command = [\"no-such-program\"]"],
    );
    let world = configured(&[], &text);
    let error = list(&world, &VOLCENGINE, &["-p", "vault"]).code(4).error();
    let text = error["message"].as_str().expect("a message");
    assert!(text.contains("'no-such-program' does not start"), "{text}");
}
