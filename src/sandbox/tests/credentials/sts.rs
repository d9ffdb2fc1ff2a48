//! STS of Volcengine and Tencent Cloud.

use super::*;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const JSON: (&str, &str) = ("content-type", "application/json");

fn with_oidc(fixture: &Fixture, form: &str) -> Got {
    let query = "Action=AssumeRoleWithOIDC&Version=2018-01-01";
    fixture.send(&post("/", query, &[FORM], form))
}

fn with_web_identity(fixture: &Fixture, authorization: &str, body: &Value) -> Got {
    let added = [
        JSON,
        ("authorization", authorization),
        ("x-tc-action", "AssumeRoleWithWebIdentity"),
        ("x-tc-version", "2018-08-13"),
        ("x-tc-region", TENCENT_REGION),
    ];
    fixture.send(&post("/", "", &added, &body.to_string()))
}

#[test]
fn volcengine_assumes_a_role() {
    let fixture = Fixture::new();
    let got = assume_volcengine(&fixture, "DurationSeconds=900&Policy=%7B%7D");
    assert_eq!(got.status, 200);
    let result = &got.body["Result"];
    assert_eq!(
        result["AssumedRoleUser"]["Trn"],
        "trn:sts::2100000000:assumed-role/sandbox-role/test"
    );
    let time = |name: &str| {
        let text = result["Credentials"][name].as_str().expect(name);
        chrono::DateTime::parse_from_rfc3339(text).expect(name)
    };
    let life = time("ExpiredTime") - time("CurrentTime");
    assert_eq!(life.num_seconds(), 900);
    assert_eq!(
        fixture.sandbox.journal().entries[0].items,
        [VOLCENGINE_ROLE_TRN]
    );
}

#[test]
fn volcengine_refuses_what_does_not_fit() {
    let fixture = Fixture::new();
    let trn = ASSUME.split('&').next().expect("RoleTrn");
    for (query, status, code) in [
        ("RoleSessionName=test", 400, "MissingParameter.RoleTrn"),
        (trn, 400, "MissingParameter.RoleSessionName"),
        (
            "RoleTrn=sandbox-role&RoleSessionName=test",
            400,
            "InvalidRoleTrn.Malformed",
        ),
        (
            "RoleTrn=trn%3Aiam%3A%3A2100000000%3Arole%2Fother&RoleSessionName=test",
            404,
            "RoleNotExist",
        ),
        (
            &format!("{trn}&RoleSessionName=a%20b"),
            400,
            "InvalidRoleSessionName.Malformed",
        ),
        (
            &format!("{ASSUME}&DurationSeconds=899"),
            400,
            "InvalidDurationSeconds.Malformed",
        ),
        (
            &format!("{ASSUME}&DurationSeconds=43201"),
            400,
            "InvalidDurationSeconds.Malformed",
        ),
        (
            &format!("{ASSUME}&Policy=nope"),
            400,
            "InvalidPolicy.Malformed",
        ),
    ] {
        let got = fixture.send(&volcengine("sts", "2018-01-01", "AssumeRole", query));
        assert_eq!((got.status, got.code()), (status, code), "{query}");
    }
    let unsigned = post("/", "Action=AssumeRole&Version=2018-01-01", &[FORM], ASSUME);
    let got = fixture.send(&unsigned);
    assert_eq!(got.code(), "MissingAuthenticationToken");
}

#[test]
fn volcengine_trusts_one_oidc_token() {
    let fixture = Fixture::new();
    let proven = format!("{ASSUME}&OIDCToken={VOLCENGINE_OIDC_TOKEN}");
    let got = with_oidc(&fixture, &proven);
    assert_eq!(got.status, 200, "{}", got.body);
    assert!(got.body["Result"]["Credentials"]["Expiration"].is_string());
    assert!(got.body["Result"]["Credentials"]["ExpiredTime"].is_null());
    let keys = Keys::volcengine(&got);
    let got = ask_volcengine(&fixture, &keys, Some(&keys.token));
    assert_eq!(got.body["Result"]["AccountId"], 2_100_000_000);

    for (form, code) in [
        (ASSUME.to_owned(), "MissingParameter.OIDCToken"),
        (format!("{ASSUME}&OIDCToken=other"), "InvalidOIDCToken"),
    ] {
        assert_eq!(with_oidc(&fixture, &form).code(), code);
    }
    let query = format!("Action=AssumeRoleWithOIDC&Version=2018-01-01&{proven}");
    let got = fixture.send(&metadata("GET", &format!("/?{query}"), &[]));
    assert_eq!(got.code(), "InvalidActionOrVersion", "not in a URL");
    let mut signed = post(
        "/",
        "Action=AssumeRoleWithOIDC&Version=2018-01-01",
        &[FORM],
        &proven,
    );
    headers(&mut signed, &[("authorization", "HMAC-SHA256 nonsense")]);
    let got = fixture.send(&signed);
    assert_eq!(got.status, 401, "a signature that comes is looked at");
}

#[test]
fn tencent_assumes_a_role() {
    let fixture = Fixture::new();
    let got = assume_tencent(
        &fixture,
        &json!({ "Policy": "%7B%22version%22%3A%222.0%22%7D" }),
    );
    let response = &got.body["Response"];
    let end = chrono::DateTime::parse_from_rfc3339(response["Expiration"].as_str().expect("text"));
    assert_eq!(end.expect("time").timestamp(), response["ExpiredTime"]);

    for (more, code) in [
        (json!({ "RoleArn": null }), "MissingParameter"),
        (json!({ "RoleSessionName": null }), "MissingParameter"),
        (
            json!({ "RoleArn": "sandbox-role" }),
            "InvalidParameter.ResouceError",
        ),
        (
            json!({ "RoleArn": "qcs::cam::uin/100000000001:roleName/other" }),
            "ResourceNotFound.RoleNotFound",
        ),
        (
            json!({ "RoleSessionName": "a" }),
            "InvalidParameter.ParamError",
        ),
        (
            json!({ "RoleSessionName": "a/b" }),
            "InvalidParameter.ParamError",
        ),
        (
            json!({ "DurationSeconds": 43_201 }),
            "InvalidParameter.OverTimeError",
        ),
        (
            json!({ "DurationSeconds": 0 }),
            "InvalidParameter.OverTimeError",
        ),
        (
            json!({ "Policy": "%7Bnope" }),
            "InvalidParameter.StrategyFormatError",
        ),
        (json!({ "Other": 1 }), "UnknownParameter"),
    ] {
        assert_eq!(assume_tencent(&fixture, &more).code(), code, "{more}");
    }
}

#[test]
fn tencent_trusts_one_web_identity() {
    let fixture = Fixture::new();
    let proven = |provider: &str, token: &str| {
        json!({
            "ProviderId": provider,
            "WebIdentityToken": token,
            "RoleArn": TENCENT_ROLE_ARN,
            "RoleSessionName": "test",
            "DurationSeconds": 7_200,
        })
    };
    let good = proven(TENCENT_PROVIDER_ID, TENCENT_OIDC_TOKEN);
    let keys = Keys::tencent(&with_web_identity(&fixture, "SKIP", &good));
    let got = ask_tencent(&fixture, &keys, Some(&keys.token));
    assert_eq!(got.body["Response"]["AccountId"], "100000000001");

    for (body, code) in [
        (
            proven(TENCENT_PROVIDER_ID, "other"),
            "InvalidParameter.WebIdentityTokenError",
        ),
        (
            proven("other", TENCENT_OIDC_TOKEN),
            "InvalidParameter.ParamError",
        ),
        (json!({}), "MissingParameter"),
    ] {
        let got = with_web_identity(&fixture, "SKIP", &body);
        assert_eq!(got.code(), code, "{body}");
    }
    let got = with_web_identity(&fixture, "skip", &good);
    assert_eq!(got.code(), "AuthFailure.InvalidAuthorization");

    // What has to be signed is not opened by that word.
    let added = [
        JSON,
        ("authorization", "SKIP"),
        ("x-tc-action", "GetCallerIdentity"),
        ("x-tc-version", "2018-08-13"),
    ];
    let got = fixture.send(&post("/", "", &added, "{}"));
    assert_eq!(got.code(), "AuthFailure.InvalidAuthorization");
}
