//! Tokens and temporary keys of IAM and STS of Huawei Cloud.

use super::*;

const TOKENS: &str = "/v3/auth/tokens";
const SECURITY_TOKENS: &str = "/v3.0/OS-CREDENTIAL/securitytokens";
const ID_TOKENS: &str = "/v3.0/OS-AUTH/id-token/tokens";

fn login(password: &str, scope: &Value) -> String {
    let user = json!({ "name": HUAWEI_IAM_USER, "password": password, "domain": { "name": HUAWEI_DOMAIN_NAME } });
    let identity = json!({ "methods": ["password"], "password": { "user": user } });
    let mut auth = json!({ "identity": identity });
    if !scope.is_null() {
        auth["scope"] = scope.clone();
    }
    json!({ "auth": auth }).to_string()
}

fn by_password(fixture: &Fixture, scope: &Value) -> Got {
    fixture.send(&post(TOKENS, "", &[], &login(HUAWEI_IAM_PASSWORD, scope)))
}

fn subject_token(got: &Got) -> String {
    let mut headers = got.answer.reply.headers.iter();
    let found = headers.find(|(name, _)| *name == "x-subject-token");
    found.expect("X-Subject-Token").1.clone()
}

fn with_token(fixture: &Fixture, path: &str, token: &str) -> Got {
    let path = path.replace("{p}", HUAWEI_PROJECT_ID);
    fixture.send(&metadata("GET", &path, &[("x-auth-token", token)]))
}

#[test]
fn a_password_gets_a_token() {
    let fixture = Fixture::new();
    let got = by_password(&fixture, &json!({ "project": { "name": HUAWEI_REGION } }));
    assert_eq!(got.status, 201);
    let told = &got.body["token"];
    assert_eq!(told["methods"], json!(["password"]));
    assert_eq!(told["project"]["id"], HUAWEI_PROJECT_ID);
    assert_eq!(told["user"]["name"], HUAWEI_IAM_USER);
    assert!(told["catalog"].is_array());
    let time = |name: &str| {
        let text = told[name].as_str().expect(name);
        chrono::DateTime::parse_from_rfc3339(text).expect(name)
    };
    assert_eq!((time("expires_at") - time("issued_at")).num_hours(), 24);
    let token = subject_token(&got);
    assert!(token.len() > 9_000 && token.contains(ISSUED_MARK));
    assert_eq!(with_token(&fixture, "/v3/{p}/keypairs", &token).status, 200);
    let got = with_token(&fixture, "/v5/caller-identity", &token);
    assert_eq!(got.body["account_id"], HUAWEI_DOMAIN_ID);

    let body = login(HUAWEI_IAM_PASSWORD, &Value::Null);
    let got = fixture.send(&post(TOKENS, "nocatalog=true", &[], &body));
    assert!(got.body["token"].get("catalog").is_none());
}

#[test]
fn passwords_and_scopes_have_to_be_right() {
    let fixture = Fixture::new();
    let got = fixture.send(&post(TOKENS, "", &[], &login("wrong", &Value::Null)));
    assert_eq!(got.status, 401);
    assert_eq!(got.body["error"]["code"], 401);
    assert_eq!(got.body["error"]["title"], "Unauthorized");
    let other = login(HUAWEI_IAM_PASSWORD, &Value::Null).replace("\"sandbox\"", "\"other\"");
    for (body, status) in [
        (other, 401),
        ("nonsense".to_owned(), 400),
        ("{}".to_owned(), 400),
        (
            login(
                HUAWEI_IAM_PASSWORD,
                &json!({ "project": { "name": "cn-east-3" } }),
            ),
            401,
        ),
        (
            login(HUAWEI_IAM_PASSWORD, &json!({ "domain": { "id": "0" } })),
            401,
        ),
    ] {
        let got = fixture.send(&post(TOKENS, "", &[], &body));
        assert_eq!(got.status, status, "{body}");
    }
    let fixture = Fixture::with(&[], &["iam-wrong-password-flat"]);
    let got = fixture.send(&post(TOKENS, "", &[], &login("wrong", &Value::Null)));
    assert_eq!((got.status, got.code()), (401, "IAM.0062"));
    assert_eq!(got.body["error_code"], "IAM.0062");
}

#[test]
fn tokens_reach_no_further_than_their_scope() {
    let fixture = Fixture::new();
    let both =
        json!({ "project": { "id": HUAWEI_PROJECT_ID }, "domain": { "name": HUAWEI_DOMAIN_NAME } });
    let token = subject_token(&by_password(&fixture, &both));
    let got = with_token(&fixture, "/v3/{p}/keypairs", &token);
    assert_eq!(got.status, 200, "the project wins");
    let domain = json!({ "domain": { "id": HUAWEI_DOMAIN_ID } });
    for scope in [domain, Value::Null] {
        let token = subject_token(&by_password(&fixture, &scope));
        assert_eq!(with_token(&fixture, "/v3/projects", &token).status, 200);
        let got = with_token(&fixture, "/v3/{p}/keypairs", &token);
        assert_eq!(got.code(), "KPS.9003", "{scope}");
        assert!(!fixture.log().join("").contains(ISSUED_MARK));
    }
}

#[test]
fn tokens_end() {
    let rules = [
        "huawei.KeystoneListProjects@2=skew",
        "huawei.ListUserKeys@1=skew",
        "huawei.CreateTemporaryAccessKeyByToken@1=skew",
    ];
    let fixture = Fixture::living(LIFE, &rules, &[]);
    let project = json!({ "project": { "name": HUAWEI_REGION } });
    let token = subject_token(&by_password(&fixture, &project));
    let ask = |path| with_token(&fixture, path, &token);
    assert_eq!(ask("/v3/projects").status, 200);
    let got = ask("/v3/projects");
    assert_eq!((got.status, got.code()), (401, "APIGW.0301"));
    let message = got.body["error_msg"].as_str().expect("text");
    assert!(
        message.contains("token expires, expires_at: 20"),
        "{message}"
    );
    assert_eq!(ask("/v4/user/keys").code(), "DEV.00000003");
    let body =
        json!({ "auth": { "identity": { "methods": ["token"], "token": { "id": token } } } });
    let got = fixture.send(&post(SECURITY_TOKENS, "", &[], &body.to_string()));
    assert_eq!((got.status, got.code()), (401, "IAM.0066"));
    let got = with_token(&fixture, "/v3/projects", HUAWEI_AUTH_TOKEN);
    assert_eq!(got.status, 200, "the fixed one does not end");
}

#[test]
fn an_agency_gets_keys() {
    let fixture = Fixture::new();
    let got = by_agency(&fixture);
    assert_eq!(got.status, 201);
    let end = got.body["credential"]["expires_at"].as_str().expect("text");
    assert_eq!(end.len(), "2026-01-08T03:50:07.574000Z".len());
    let entries = &fixture.sandbox.journal().entries;
    assert_eq!(entries[0].operation, "CreateTemporaryAccessKeyByAgency");
    assert_eq!(entries[0].items, [HUAWEI_AGENCY_NAME]);
}

#[test]
fn agencies_have_to_be_right() {
    let fixture = Fixture::new();
    let good = json!({ "agency_name": HUAWEI_AGENCY_NAME, "domain_id": HUAWEI_DOMAIN_ID, "duration_seconds": 86_400 });
    for (change, status, code) in [
        (json!({}), 201, ""),
        (json!({ "duration_seconds": 899 }), 400, "IAM.0007"),
        (json!({ "duration_seconds": 86_401 }), 400, "IAM.0007"),
        (json!({ "agency_name": "other" }), 404, "IAM.0004"),
        (json!({ "domain_id": "other" }), 404, "IAM.0004"),
        (json!({ "domain_id": null }), 400, "IAM.0007"),
        (json!({ "agency_name": null }), 400, "IAM.0007"),
    ] {
        let mut asked = good.clone();
        for (name, value) in change.as_object().expect("members") {
            asked[name] = value.clone();
        }
        let body =
            json!({ "auth": { "identity": { "methods": ["assume_role"], "assume_role": asked } } });
        let got = fixture.huawei("POST", SECURITY_TOKENS, &body.to_string());
        assert_eq!((got.status, got.code()), (status, code), "{change}");
        let got = fixture.send(&post(SECURITY_TOKENS, "", &[], &body.to_string()));
        assert_eq!(got.code(), "APIGW.0301", "unsigned");
    }
    let got = fixture.huawei("POST", SECURITY_TOKENS, "{}");
    assert_eq!(got.code(), "IAM.0011");
}

#[test]
fn federation_gets_a_token_and_then_keys() {
    let fixture = Fixture::new();
    let id_token = |text: &str| json!({ "auth": { "id_token": { "id": text } } }).to_string();
    let provider = ("x-idp-id", HUAWEI_IDP_ID);
    let got = fixture.send(&post(
        ID_TOKENS,
        "",
        &[provider],
        &id_token(HUAWEI_OIDC_TOKEN),
    ));
    assert_eq!(got.status, 201);
    assert_eq!(got.body["token"]["methods"], json!(["mapped"]));
    let token = subject_token(&got);
    let got = with_token(&fixture, "/v3/{p}/keypairs", &token);
    assert_eq!(got.code(), "KPS.9003", "it has no scope");

    let asked = |member: Value| {
        json!({ "auth": { "identity": { "methods": ["token"], "token": member } } }).to_string()
    };
    let in_body = asked(json!({ "id": token, "duration_seconds": 21_600 }));
    let in_header = asked(json!({ "duration_seconds": 900 }));
    for request in [
        post(SECURITY_TOKENS, "", &[], &in_body),
        post(SECURITY_TOKENS, "", &[("x-auth-token", &token)], &in_header),
    ] {
        let got = fixture.send(&request);
        assert_eq!(got.status, 201, "{}", got.body);
        let keys = Keys::huawei(&got);
        let got = ask_huawei(&fixture, &keys, Some(&keys.token));
        assert_eq!(
            got.body["principal_urn"],
            format!("iam::{HUAWEI_DOMAIN_ID}:user:sandbox")
        );
        let journal = fixture.sandbox.journal();
        let before = &journal.entries[journal.entries.len() - 2];
        assert_eq!(before.operation, "CreateTemporaryAccessKeyByToken");
    }

    let other = asked(json!({ "id": "other" }));
    let got = fixture.send(&post(SECURITY_TOKENS, "", &[], &other));
    assert_eq!((got.status, got.code()), (401, "IAM.0067"));
    let got = fixture.huawei("POST", SECURITY_TOKENS, &in_header);
    assert_eq!(
        (got.status, got.code()),
        (401, "IAM.0001"),
        "no token at all"
    );
    for (added, body, status, code) in [
        (vec![provider], id_token("other"), 401, "IAM.0067"),
        (vec![provider], "{}".to_owned(), 400, "IAM.0011"),
        (vec![], id_token(HUAWEI_OIDC_TOKEN), 400, "IAM.0007"),
        (
            vec![("x-idp-id", "other")],
            id_token(HUAWEI_OIDC_TOKEN),
            404,
            "IAM.0004",
        ),
    ] {
        let got = fixture.send(&post(ID_TOKENS, "", &added, &body));
        assert_eq!((got.status, got.code()), (status, code));
    }
}

#[test]
fn sts_assumes_agencies() {
    let fixture = Fixture::new();
    let good = json!({
        "agency_urn": HUAWEI_AGENCY_URN,
        "agency_session_name": "test",
        "provider_urn": HUAWEI_PROVIDER_URN,
        "id_token": HUAWEI_OIDC_TOKEN,
    });
    let (signed, unsigned) = ("/v5/agencies/assume", "/v5/agencies/assume-with-oidc");
    let send = |body: &str| {
        [
            fixture.huawei("POST", signed, body),
            fixture.send(&post(unsigned, "", &[], body)),
        ]
    };
    let names = ["access_key_id", "secret_access_key", "security_token"];
    let urn = format!("sts::{HUAWEI_DOMAIN_ID}:assumed-agency:sandbox-agency/test");
    let [plain, with_oidc] = send(&good.to_string());
    for got in [&plain, &with_oidc] {
        assert_eq!(got.status, 200, "{}", got.body);
        assert_eq!(got.body["assumed_agency"]["urn"], urn);
        assert!(got.body["credentials"]["expiration"].is_string());
        let keys = Keys::read(&got.body["credentials"], names);
        let got = ask_huawei(&fixture, &keys, Some(&keys.token));
        assert_eq!(got.body["account_id"], HUAWEI_DOMAIN_ID);
        assert_eq!(got.body["principal_urn"], urn);
    }
    assert_eq!(with_oidc.body["provider"], HUAWEI_PROVIDER_URN);
    for (change, codes) in [
        (json!({ "duration_seconds": 899 }), ["IAM.0007", "IAM.0007"]),
        (
            json!({ "duration_seconds": 43_201 }),
            ["IAM.0007", "IAM.0007"],
        ),
        (json!({ "duration_seconds": 43_200 }), ["", ""]),
        (
            json!({ "agency_session_name": "a" }),
            ["IAM.0007", "IAM.0007"],
        ),
        (
            json!({ "agency_session_name": "a b" }),
            ["IAM.0007", "IAM.0007"],
        ),
        (json!({ "agency_urn": null }), ["IAM.0007", "IAM.0007"]),
        (json!({ "agency_urn": "other" }), ["IAM.0004", "IAM.0004"]),
        (json!({ "id_token": "other" }), ["", "IAM.0067"]),
        (json!({ "id_token": null }), ["", "IAM.0007"]),
        (json!({ "provider_urn": "other" }), ["", "IAM.0004"]),
    ] {
        let mut body = good.clone();
        for (name, value) in change.as_object().expect("members") {
            body[name] = value.clone();
        }
        let got = send(&body.to_string()).map(|got| got.code().to_owned());
        assert_eq!(got, codes, "{change}");
    }
    let got = fixture.send(&post(signed, "", &[], &good.to_string()));
    assert_eq!(got.code(), "APIGW.0301", "unsigned");

    // With temporary keys an hour is the most.
    for (seconds, status) in [(3_600, 200), (3_601, 400)] {
        let mut body = good.clone();
        body["duration_seconds"] = seconds.into();
        let token = ("x-security-token", HUAWEI_TEMPORARY_TOKEN);
        let request = post(signed, "", &[token], &body.to_string());
        let key = (HUAWEI_TEMPORARY_ACCESS_KEY, HUAWEI_TEMPORARY_SECRET_KEY);
        let got = fixture.send(&sign_huawei(request, key, clock::now()));
        assert_eq!(got.status, status, "{seconds}");
    }
}
