//! A sandbox in memory, and a signer for it.
//!
//! The signer takes the canonical request from the check itself: that the check is right is proven by the vectors.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::super::credentials::*;
use super::super::dispatch::{Answer, Sandbox};
use super::super::request::Request;
use super::super::state::huawei::Project;
use super::super::verify::{self, hmac, sha256_hex};
use super::super::{Log, Options, clock};

/// A sandbox whose log can be read.
pub(super) struct Fixture {
    pub(super) sandbox: Sandbox,
    log: Arc<Mutex<Vec<String>>>,
}

/// What came back, read as JSON.
pub(super) struct Got {
    pub(super) status: u16,
    pub(super) body: Value,
    pub(super) answer: Answer,
}

impl Got {
    /// The vendor's code of a refusal.
    pub(super) fn code(&self) -> &str {
        self.answer.reply.code.as_deref().unwrap_or_default()
    }
}

impl Fixture {
    pub(super) fn new() -> Self {
        Self::with(&[], &[])
    }

    pub(super) fn with(faults: &[&str], quirks: &[&str]) -> Self {
        Self::living(None, faults, quirks)
    }

    /// One whose temporary credentials live that long.
    pub(super) fn living(lifetime: Option<Duration>, faults: &[&str], quirks: &[&str]) -> Self {
        let log = Arc::new(Mutex::new(Vec::new()));
        let lines = Arc::clone(&log);
        let options = Options {
            faults: faults
                .iter()
                .map(|rule| rule.parse().expect(rule))
                .collect(),
            quirks: quirks
                .iter()
                .map(|name| name.parse().expect(name))
                .collect(),
            credential_lifetime: lifetime,
            log: Some(Log::new(move |line: &str| {
                lines.lock().expect("log").push(line.to_owned());
            })),
            ..Options::default()
        };
        Self {
            sandbox: Sandbox::open(options).expect("in memory"),
            log,
        }
    }

    pub(super) fn log(&self) -> Vec<String> {
        self.log.lock().expect("log").clone()
    }

    pub(super) fn send(&self, request: &Request) -> Got {
        let answer = self.sandbox.answer(request);
        Got {
            status: answer.reply.status,
            body: serde_json::from_slice(&answer.reply.body).unwrap_or_default(),
            answer,
        }
    }

    /// A GET to ECS in cn-beijing.
    pub(super) fn ecs(&self, action: &str, query: &str) -> Got {
        self.send(&volcengine("ecs", "2020-04-01", action, query))
    }

    /// A POST to CVM in ap-guangzhou.
    pub(super) fn cvm(&self, action: &str, body: &Value) -> Got {
        self.send(&tencent("cvm", "2017-03-12", action, body))
    }

    /// A request to KPS: the path after the project, the body if there is one.
    pub(super) fn kps(&self, method: &str, path: &str, body: &Value) -> Got {
        let text = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        self.huawei(method, &format!("/v3/{{p}}/{path}"), &text)
    }

    /// The one Huawei Cloud project, to look at or to change.
    pub(super) fn huawei_project<T>(&self, work: impl FnOnce(&mut Project) -> T) -> T {
        self.sandbox
            .with_state(|state| work(&mut state.huawei.projects[0]))
            .expect("in memory")
    }

    /// Any request to Huawei Cloud; `{p}` in the path is the project.
    pub(super) fn huawei(&self, method: &str, path: &str, body: &str) -> Got {
        self.send(&huawei(method, path, body))
    }
}

/// Adds headers.
pub(super) fn headers(request: &mut Request, added: &[(&str, &str)]) {
    for (name, value) in added {
        request
            .headers
            .push(((*name).to_owned(), (*value).to_owned()));
    }
}

pub(in crate::sandbox) fn volcengine(
    service: &str,
    version: &str,
    action: &str,
    query: &str,
) -> Request {
    let request = Request {
        method: "GET".to_owned(),
        path: "/".to_owned(),
        query: format!("Action={action}&Version={version}&{query}"),
        ..Request::default()
    };
    let key = (VOLCENGINE_ACCESS_KEY, VOLCENGINE_SECRET_KEY);
    sign_volcengine(request, key, VOLCENGINE_REGION, service, clock::now())
}

pub(super) fn sign_volcengine(
    mut request: Request,
    (id, secret): (&str, &str),
    region: &str,
    service: &str,
    now: DateTime<Utc>,
) -> Request {
    let date = clock::basic(now);
    let scope = format!("{}/{region}/{service}/request", &date[..8]);
    headers(&mut request, &[("host", "127.0.0.1:1"), ("x-date", &date)]);
    let mut signed: Vec<&str> = request
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    signed.sort_unstable();
    let begin = format!(
        "HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={}, Signature=",
        signed.join(";")
    );
    headers(&mut request, &[("authorization", &begin)]);
    let keys = [verify::Key {
        id,
        secret,
        token: request.header("x-security-token"),
    }];
    let denial = verify::volcengine::check(&request, &keys, None).expect_err("no signature yet");
    let canonical = denial.canonical_request.expect("canonical request");
    let to_sign = format!(
        "HMAC-SHA256\n{date}\n{scope}\n{}",
        sha256_hex(canonical.as_bytes())
    );
    let key = scope
        .split('/')
        .fold(secret.as_bytes().to_vec(), |key, part| hmac(&key, part));
    finish(request, &begin, &hmac(&key, &to_sign))
}

pub(in crate::sandbox) fn tencent(
    product: &str,
    version: &str,
    action: &str,
    body: &Value,
) -> Request {
    let mut request = Request {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        body: body.to_string().into(),
        ..Request::default()
    };
    headers(
        &mut request,
        &[
            ("content-type", "application/json"),
            ("x-tc-region", TENCENT_REGION),
        ],
    );
    let key = (TENCENT_SECRET_ID, TENCENT_SECRET_KEY);
    sign_tencent(request, key, product, (action, version), clock::now())
}

pub(super) fn sign_tencent(
    mut request: Request,
    (id, secret): (&str, &str),
    product: &str,
    (action, version): (&str, &str),
    now: DateTime<Utc>,
) -> Request {
    let time = now.timestamp().to_string();
    let scope = format!("{}/{product}/tc3_request", now.format("%Y-%m-%d"));
    let common = [
        ("host", "127.0.0.1:1"),
        ("x-tc-action", action),
        ("x-tc-version", version),
        ("x-tc-timestamp", &time),
    ];
    headers(&mut request, &common);
    let begin = format!(
        "TC3-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders=content-type;host, Signature="
    );
    headers(&mut request, &[("authorization", &begin)]);
    let keys = [verify::Key {
        id,
        secret,
        token: request.header("x-tc-token"),
    }];
    let denial = verify::tencent::check(&request, &keys, None).expect_err("no signature yet");
    let canonical = denial.canonical_request.expect("canonical request");
    let to_sign = format!(
        "TC3-HMAC-SHA256\n{time}\n{scope}\n{}",
        sha256_hex(canonical.as_bytes())
    );
    let start = format!("TC3{secret}").into_bytes();
    let key = scope.split('/').fold(start, |key, part| hmac(&key, part));
    finish(request, &begin, &hmac(&key, &to_sign))
}

pub(in crate::sandbox) fn huawei(method: &str, path: &str, body: &str) -> Request {
    let path = path.replace("{p}", HUAWEI_PROJECT_ID);
    let (path, query) = path.split_once('?').unwrap_or((&path, ""));
    let request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        body: body.to_owned().into(),
        ..Request::default()
    };
    sign_huawei(
        request,
        (HUAWEI_ACCESS_KEY, HUAWEI_SECRET_KEY),
        clock::now(),
    )
}

pub(super) fn sign_huawei(request: Request, key: (&str, &str), now: DateTime<Utc>) -> Request {
    sign_huawei_at(request, "127.0.0.1:1", key, now)
}

pub(super) fn sign_huawei_at(
    mut request: Request,
    host: &str,
    (id, secret): (&str, &str),
    now: DateTime<Utc>,
) -> Request {
    let date = clock::basic(now);
    headers(&mut request, &[("host", host), ("x-sdk-date", &date)]);
    let mut signed: Vec<&str> = request
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    signed.sort_unstable();
    let begin = format!(
        "SDK-HMAC-SHA256 Access={id}, SignedHeaders={}, Signature=",
        signed.join(";")
    );
    headers(&mut request, &[("authorization", &begin)]);
    let keys = [verify::Key {
        id,
        secret,
        token: request.header("x-security-token"),
    }];
    let denial = verify::huawei::check(&request, &keys, None).expect_err("no signature yet");
    let canonical = denial.canonical_request.expect("canonical request");
    let to_sign = format!(
        "SDK-HMAC-SHA256\n{date}\n{}",
        sha256_hex(canonical.as_bytes())
    );
    finish(request, &begin, &hmac(secret.as_bytes(), &to_sign))
}

fn finish(mut request: Request, begin: &str, signature: &[u8]) -> Request {
    request.headers.retain(|(name, _)| name != "authorization");
    let header = format!("{begin}{}", hex::encode(signature));
    headers(&mut request, &[("authorization", &header)]);
    request
}
