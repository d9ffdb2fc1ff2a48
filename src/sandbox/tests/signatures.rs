//! Who is let in, and what the others are told.

use chrono::TimeDelta;
use serde_json::json;

use super::super::clock;
use super::super::credentials::*;
use super::super::request::Request;
use super::fixture::*;

fn change_header(mut request: Request, name: &str, change: impl Fn(&str) -> String) -> Request {
    for (candidate, value) in &mut request.headers {
        if candidate == name {
            *value = change(value);
        }
    }
    request
}

#[test]
fn the_permanent_keys_are_let_in_everywhere() {
    let fixture = Fixture::new();
    let caller = fixture.send(&volcengine("sts", "2018-01-01", "GetCallerIdentity", ""));
    assert_eq!(caller.body["Result"]["AccountId"], 2_100_000_000);
    let caller = fixture.send(&tencent(
        "sts",
        "2018-08-13",
        "GetCallerIdentity",
        &json!({}),
    ));
    assert_eq!(caller.body["Response"]["AccountId"], "100000000001");
    let caller = fixture.huawei("GET", "/v5/caller-identity", "");
    assert_eq!(
        caller.body["account_id"],
        "d0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
    );
    let projects = fixture.huawei("GET", "/v3/projects?name=cn-north-4", "");
    assert_eq!(projects.body["projects"][0]["id"], HUAWEI_PROJECT_ID);
    let none = fixture.huawei("GET", "/v3/projects?name=cn-east-3", "");
    assert_eq!(none.body["projects"], json!([]));
    assert!(fixture.log().is_empty());
}

#[test]
fn volcengine_refusals() {
    let fixture = Fixture::new();
    let fine = || volcengine("ecs", "2020-04-01", "DescribeKeyPairs", "");
    let key = (VOLCENGINE_ACCESS_KEY, VOLCENGINE_SECRET_KEY);
    let at = |minutes| {
        let request = Request {
            headers: Vec::new(),
            ..fine()
        };
        sign_volcengine(
            request,
            key,
            VOLCENGINE_REGION,
            "ecs",
            clock::now() + TimeDelta::minutes(minutes),
        )
    };
    let signed_as = |key| {
        sign_volcengine(
            Request {
                headers: Vec::new(),
                ..fine()
            },
            key,
            VOLCENGINE_REGION,
            "ecs",
            clock::now(),
        )
    };
    let authorization = |change: fn(&str) -> String| change_header(fine(), "authorization", change);
    let temporary = |token: Option<&str>| {
        let mut request = Request {
            headers: Vec::new(),
            ..fine()
        };
        if let Some(token) = token {
            headers(&mut request, &[("x-security-token", token)]);
        }
        let key = (
            VOLCENGINE_TEMPORARY_ACCESS_KEY,
            VOLCENGINE_TEMPORARY_SECRET_KEY,
        );
        sign_volcengine(request, key, VOLCENGINE_REGION, "ecs", clock::now())
    };
    let mut wrong_hash = fine();
    headers(&mut wrong_hash, &[("x-content-sha256", "00")]);
    let bare = Request {
        headers: Vec::new(),
        ..fine()
    };
    for (request, status, code, stage) in [
        (fine(), 200, "", ""),
        (at(14), 200, "", ""),
        (at(16), 403, "InvalidTimestamp", "timestamp"),
        (at(-16), 403, "InvalidTimestamp", "timestamp"),
        (
            bare,
            401,
            "MissingAuthenticationToken",
            "authorization header",
        ),
        (
            signed_as((VOLCENGINE_ACCESS_KEY, "wrong")),
            401,
            "SignatureDoesNotMatch",
            "signature",
        ),
        (
            signed_as(("AKLTnobody", "wrong")),
            401,
            "InvalidAccessKey",
            "credential",
        ),
        (
            authorization(|header| header.replace(", Signature=", ", Sig=")),
            401,
            "MissingSignature",
            "authorization header",
        ),
        (
            authorization(|header| header.replace("/request", "")),
            400,
            "InvalidCredential",
            "authorization header",
        ),
        (
            authorization(|header| header.replace("SignedHeaders=host;", "SignedHeaders=")),
            401,
            "SignatureDoesNotMatch",
            "signed headers",
        ),
        (
            authorization(|header| header.replace("/20", "/19")),
            401,
            "SignatureDoesNotMatch",
            "credential scope",
        ),
        (wrong_hash, 401, "SignatureDoesNotMatch", "payload hash"),
        (temporary(Some(VOLCENGINE_TEMPORARY_TOKEN)), 200, "", ""),
        (
            temporary(Some("another")),
            401,
            "InvalidSecretToken",
            "credential",
        ),
        (temporary(None), 401, "InvalidAccessKey", "credential"),
    ] {
        let lines = fixture.log().len();
        let got = fixture.send(&request);
        assert_eq!((got.status, got.code()), (status, code), "{stage}");
        if !stage.is_empty() {
            let log = fixture.log();
            assert_eq!(log.len(), lines + 1);
            assert!(
                log[lines].contains(&format!("first difference: {stage} (")),
                "{}",
                log[lines]
            );
            assert!(
                log[lines].starts_with("volcengine DescribeKeyPairs refused: "),
                "{}",
                log[lines]
            );
            let request_id = got.body["ResponseMetadata"]["RequestId"]
                .as_str()
                .expect("id");
            assert!(
                request_id[..14].bytes().all(|byte| byte.is_ascii_digit()),
                "{request_id}"
            );
        }
    }
    let everything = fixture.log().concat();
    for secret in [
        VOLCENGINE_SECRET_KEY,
        VOLCENGINE_TEMPORARY_SECRET_KEY,
        VOLCENGINE_TEMPORARY_TOKEN,
    ] {
        assert!(!everything.contains(secret));
    }
}

#[test]
fn tencent_refusals() {
    let fixture = Fixture::new();
    let plain = || {
        let mut request = Request {
            headers: Vec::new(),
            ..tencent("cvm", "2017-03-12", "DescribeKeyPairs", &json!({}))
        };
        headers(
            &mut request,
            &[
                ("content-type", "application/json"),
                ("x-tc-region", TENCENT_REGION),
            ],
        );
        request
    };
    let call = ("DescribeKeyPairs", "2017-03-12");
    let key = (TENCENT_SECRET_ID, TENCENT_SECRET_KEY);
    let at = |minutes| {
        sign_tencent(
            plain(),
            key,
            "cvm",
            call,
            clock::now() + TimeDelta::minutes(minutes),
        )
    };
    let fine = || at(0);
    let temporary = |token: &str| {
        let mut request = plain();
        headers(&mut request, &[("x-tc-token", token)]);
        sign_tencent(
            request,
            (TENCENT_TEMPORARY_SECRET_ID, TENCENT_TEMPORARY_SECRET_KEY),
            "cvm",
            call,
            clock::now(),
        )
    };
    let named = |product, call| sign_tencent(plain(), key, product, call, clock::now());
    let region = |value: &str| change_header(fine(), "x-tc-region", |_| value.to_owned());
    let mut without_signature = plain();
    headers(
        &mut without_signature,
        &[("x-tc-action", "DescribeKeyPairs")],
    );
    let old = Request {
        method: "GET".to_owned(),
        path: "/".to_owned(),
        query: "Action=DescribeKeyPairs&SecretId=a&Signature=b&Nonce=1".to_owned(),
        ..Request::default()
    };
    for (request, code) in [
        (fine(), ""),
        (at(4), ""),
        (at(6), "AuthFailure.SignatureExpire"),
        (at(-6), "AuthFailure.SignatureExpire"),
        (
            sign_tencent(
                plain(),
                (TENCENT_SECRET_ID, "wrong"),
                "cvm",
                call,
                clock::now(),
            ),
            "AuthFailure.SignatureFailure",
        ),
        (
            sign_tencent(plain(), ("AKIDnobody", "wrong"), "cvm", call, clock::now()),
            "AuthFailure.SecretIdNotFound",
        ),
        (
            change_header(fine(), "authorization", |header| {
                header.replace("content-type;", "")
            }),
            "AuthFailure.SignatureFailure",
        ),
        (
            change_header(fine(), "authorization", |header| {
                header.replace("/20", "/19")
            }),
            "AuthFailure.SignatureFailure",
        ),
        (
            change_header(fine(), "authorization", |header| {
                header.replace("SignedHeaders", "Headers")
            }),
            "AuthFailure.InvalidAuthorization",
        ),
        (temporary(TENCENT_TEMPORARY_TOKEN), ""),
        (temporary("another"), "AuthFailure.TokenFailure"),
        (without_signature, "AuthFailure.InvalidAuthorization"),
        (old, "AuthFailure.SignatureFailure"),
        (named("nope", call), "NoSuchProduct"),
        (named("cvm", ("Nope", "2017-03-12")), "InvalidAction"),
        (
            named("cvm", ("DescribeKeyPairs", "2001-01-01")),
            "NoSuchVersion",
        ),
        (region(""), "MissingParameter"),
        (region("mars-north"), "UnsupportedRegion"),
    ] {
        let got = fixture.send(&request);
        assert_eq!((got.status, got.code()), (200, code), "{}", got.body);
    }
    let late = fixture.send(&at(-6));
    let message = late.body["Response"]["Error"]["Message"]
        .as_str()
        .expect("message");
    assert!(
        message.contains(&format!(
            "the server time {}",
            &clock::now().timestamp().to_string()[..7]
        )),
        "{message}"
    );
}

#[test]
fn huawei_refusals() {
    let fixture = Fixture::new();
    let plain = || Request {
        method: "GET".to_owned(),
        path: "/v4/user/keys".to_owned(),
        ..Request::default()
    };
    let key = (HUAWEI_ACCESS_KEY, HUAWEI_SECRET_KEY);
    let at = |minutes| sign_huawei(plain(), key, clock::now() + TimeDelta::minutes(minutes));
    let with = |name: &str, value: &str| {
        let mut request = plain();
        headers(&mut request, &[(name, value)]);
        request
    };
    let temporary = |request| {
        sign_huawei(
            request,
            (HUAWEI_TEMPORARY_ACCESS_KEY, HUAWEI_TEMPORARY_SECRET_KEY),
            clock::now(),
        )
    };
    let unknown_path = sign_huawei(
        Request {
            path: "/v4/user/kees".to_owned(),
            ..plain()
        },
        key,
        clock::now(),
    );
    let unsigned_date = change_header(at(0), "authorization", |header| {
        header.replace(";x-sdk-date", "")
    });
    for (request, status, text) in [
        (at(0), 200, ""),
        (at(14), 200, ""),
        (at(16), 401, "signature expired, signature time:"),
        (at(-16), 401, ",server time:"),
        (
            sign_huawei(plain(), (HUAWEI_ACCESS_KEY, "wrong"), clock::now()),
            401,
            "verify aksk signature fail, canonicalRequest:GET|/v4/user/keys/||host:",
        ),
        (
            sign_huawei(plain(), ("NOBODY", "wrong"), clock::now()),
            401,
            "Get secretKey failed,ak:NOBODY,err:ak not exist",
        ),
        (unsigned_date, 401, "verify aksk signature fail"),
        (with("x-auth-token", HUAWEI_AUTH_TOKEN), 200, ""),
        (with("x-auth-token", "another"), 401, "decrypt token fail"),
        (plain(), 401, "x-auth-token not found"),
        (
            temporary(with("x-security-token", HUAWEI_TEMPORARY_TOKEN)),
            200,
            "",
        ),
        (temporary(plain()), 401, "decrypt token fail"),
        (unknown_path, 404, "The API does not exist"),
    ] {
        let got = fixture.send(&request);
        let message = got.body["error_msg"].as_str().unwrap_or_default();
        assert_eq!(got.status, status, "{text}: {}", got.body);
        assert!(message.contains(text), "{text}: {message}");
    }
}

#[test]
fn five_wrong_signatures_in_a_row_lock_a_huawei_key() {
    let fixture = Fixture::new();
    let plain = || Request {
        method: "GET".to_owned(),
        path: "/v4/user/keys".to_owned(),
        ..Request::default()
    };
    let wrong = || {
        fixture.send(&sign_huawei(
            plain(),
            (HUAWEI_ACCESS_KEY, "wrong"),
            clock::now(),
        ))
    };
    let right = || fixture.huawei("GET", "/v4/user/keys", "");
    for _ in 0..4 {
        assert_eq!(wrong().status, 401);
    }
    assert_eq!(right().status, 200, "a right one starts the count anew");
    for _ in 0..5 {
        assert!(
            wrong().body["error_msg"]
                .as_str()
                .expect("text")
                .contains("verify aksk")
        );
    }
    let locked = right();
    assert_eq!(locked.status, 401);
    assert!(
        locked.body["error_msg"]
            .as_str()
            .expect("text")
            .contains("AK access failed to reach the limit,forbidden")
    );
    let other_key = {
        let mut request = plain();
        headers(
            &mut request,
            &[("x-security-token", HUAWEI_TEMPORARY_TOKEN)],
        );
        sign_huawei(
            request,
            (HUAWEI_TEMPORARY_ACCESS_KEY, HUAWEI_TEMPORARY_SECRET_KEY),
            clock::now(),
        )
    };
    assert_eq!(
        fixture.send(&other_key).status,
        200,
        "only that key is locked"
    );
    let lock = |state: &mut super::super::state::Tracked| {
        for failures in state.huawei.access_keys.values_mut() {
            failures.locked_until = clock::now().timestamp() - 1;
        }
    };
    fixture.sandbox.with_state(lock).expect("state");
    assert_eq!(right().status, 200, "after five minutes it is open again");
}
