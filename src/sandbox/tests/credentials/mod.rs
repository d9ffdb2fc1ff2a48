//! Where temporary credentials come from, and how long they are good for.

mod huawei;
mod metadata;
mod sessions;
mod sts;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::super::clock;
use super::super::credentials::*;
use super::super::request::Request;
use super::fixture::*;

/// Id, secret and session token as given out by any endpoint.
#[derive(Clone, Debug, PartialEq)]
struct Keys {
    id: String,
    secret: String,
    token: String,
}

impl Keys {
    fn read(value: &Value, [id, secret, token]: [&str; 3]) -> Self {
        let text = |name: &str| value[name].as_str().expect(name).to_owned();
        Self {
            id: text(id),
            secret: text(secret),
            token: text(token),
        }
    }

    fn volcengine(got: &Got) -> Self {
        let names = ["AccessKeyId", "SecretAccessKey", "SessionToken"];
        Self::read(&got.body["Result"]["Credentials"], names)
    }

    fn tencent(got: &Got) -> Self {
        let names = ["TmpSecretId", "TmpSecretKey", "Token"];
        Self::read(&got.body["Response"]["Credentials"], names)
    }

    fn huawei(got: &Got) -> Self {
        let names = ["access", "secret", "securitytoken"];
        Self::read(&got.body["credential"], names)
    }

    fn pair(&self) -> (&str, &str) {
        (&self.id, &self.secret)
    }
}

/// Shorter than the step of the clock that a `skew` rule makes, so that nobody has to wait for an end.
const LIFE: Option<Duration> = Some(Duration::from_secs(600));

const ASSUME: &str = "RoleTrn=trn%3Aiam%3A%3A2100000000%3Arole%2Fsandbox-role&RoleSessionName=test";

fn assume_volcengine(fixture: &Fixture, more: &str) -> Got {
    let query = format!("{ASSUME}&{more}");
    fixture.send(&volcengine("sts", "2018-01-01", "AssumeRole", &query))
}

fn assume_tencent(fixture: &Fixture, more: &Value) -> Got {
    let mut body = json!({ "RoleArn": TENCENT_ROLE_ARN, "RoleSessionName": "test" });
    for (name, value) in more.as_object().expect("members") {
        body[name] = value.clone();
    }
    fixture.send(&tencent("sts", "2018-08-13", "AssumeRole", &body))
}

fn by_agency(fixture: &Fixture) -> Got {
    let body = json!({ "auth": { "identity": {
        "methods": ["assume_role"],
        "assume_role": { "agency_name": HUAWEI_AGENCY_NAME, "domain_name": HUAWEI_DOMAIN_NAME },
    } } });
    let path = "/v3.0/OS-CREDENTIAL/securitytokens";
    fixture.huawei("POST", path, &body.to_string())
}

/// A POST without a signature.
fn post(path: &str, query: &str, added: &[(&str, &str)], body: &str) -> Request {
    let mut request = Request {
        method: "POST".to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        body: body.to_owned().into(),
        ..Request::default()
    };
    headers(&mut request, added);
    request
}

/// A request of a metadata service, or any other without signature and body.
fn metadata(method: &str, path: &str, added: &[(&str, &str)]) -> Request {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    Request {
        method: method.to_owned(),
        ..post(path, query, added, "")
    }
}

fn text(got: &Got) -> String {
    String::from_utf8(got.answer.reply.body.to_vec()).expect("text")
}

/// Who the holder of these keys is; without a token when that is asked for.
fn ask_volcengine(fixture: &Fixture, keys: &Keys, token: Option<&str>) -> Got {
    fixture.send(&who_volcengine(keys, token, clock::now()))
}

fn ask_tencent(fixture: &Fixture, keys: &Keys, token: Option<&str>) -> Got {
    fixture.send(&who_tencent(keys, token, clock::now()))
}

fn ask_huawei(fixture: &Fixture, keys: &Keys, token: Option<&str>) -> Got {
    fixture.send(&who_huawei(keys, token, clock::now()))
}

fn who_volcengine(keys: &Keys, token: Option<&str>, now: DateTime<Utc>) -> Request {
    let path = "/?Action=GetCallerIdentity&Version=2018-01-01";
    let mut request = metadata("GET", path, &[]);
    if let Some(token) = token {
        headers(&mut request, &[("x-security-token", token)]);
    }
    sign_volcengine(request, keys.pair(), VOLCENGINE_REGION, "sts", now)
}

fn who_tencent(keys: &Keys, token: Option<&str>, now: DateTime<Utc>) -> Request {
    let mut request = post("/", "", &[("content-type", "application/json")], "{}");
    if let Some(token) = token {
        headers(&mut request, &[("x-tc-token", token)]);
    }
    let operation = ("GetCallerIdentity", "2018-08-13");
    sign_tencent(request, keys.pair(), "sts", operation, now)
}

fn who_huawei(keys: &Keys, token: Option<&str>, now: DateTime<Utc>) -> Request {
    let mut request = metadata("GET", "/v5/caller-identity", &[]);
    if let Some(token) = token {
        headers(&mut request, &[("x-security-token", token)]);
    }
    sign_huawei(request, keys.pair(), now)
}
