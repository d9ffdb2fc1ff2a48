//! The metadata services of instances.

use super::super::super::reply::Delivery;
use super::*;

const VOLCENGINE_TTL: &str = "x-volc-ecs-metadata-token-ttl-seconds";
const VOLCENGINE_TOKEN: &str = "x-volc-ecs-metadata-token";
const VOLCENGINE_ROLES: &str = "/volcstack/latest/iam/security_credentials";
const TENCENT_ROLES: &str = "/latest/meta-data/cam/security-credentials/";
const HUAWEI_KEYS: &str = "/openstack/latest/securitykey";

fn volcengine_token(fixture: &Fixture) -> String {
    let asked = [(VOLCENGINE_TTL, "21600")];
    let got = fixture.send(&metadata("PUT", "/latest/api/token", &asked));
    assert_eq!(got.status, 200);
    text(&got)
}

fn huawei_token(fixture: &Fixture) -> Got {
    let asked = [("x-metadata-token-ttl-seconds", "21600")];
    fixture.send(&metadata("PUT", "/meta-data/latest/api/token", &asked))
}

fn get(fixture: &Fixture, path: &str, added: &[(&str, &str)]) -> Got {
    fixture.send(&metadata("GET", path, added))
}

/// What one round of each cloud ends with.
fn rounds(fixture: &Fixture) -> [Got; 3] {
    let token = volcengine_token(fixture);
    let path = format!("{VOLCENGINE_ROLES}/{VOLCENGINE_ROLE_NAME}");
    let volcengine = get(fixture, &path, &[(VOLCENGINE_TOKEN, &token)]);
    let tencent = get(fixture, &format!("{TENCENT_ROLES}{TENCENT_ROLE_NAME}"), &[]);
    [volcengine, tencent, get(fixture, HUAWEI_KEYS, &[])]
}

#[test]
fn volcengine_names_its_role_and_gives_keys() {
    let fixture = Fixture::new();
    let token = volcengine_token(&fixture);
    assert!(token.contains(ISSUED_MARK));
    let with = [(VOLCENGINE_TOKEN, token.as_str())];
    let list = format!("{VOLCENGINE_ROLES}?type=user&format=json");
    assert_eq!(
        get(&fixture, &list, &with).body,
        json!([VOLCENGINE_ROLE_NAME])
    );
    let got = get(&fixture, VOLCENGINE_ROLES, &with);
    assert_eq!(text(&got), VOLCENGINE_ROLE_NAME, "without format, lines");

    let [got, ..] = rounds(&fixture);
    assert!(got.body["ExpiredTime"].is_string());
    let names = ["AccessKeyId", "SecretAccessKey", "SessionToken"];
    let keys = Keys::read(&got.body, names);
    let got = ask_volcengine(&fixture, &keys, Some(&keys.token));
    assert_eq!(got.body["Result"]["AccountId"], 2_100_000_000);

    let (huawei, role) = (
        text(&huawei_token(&fixture)),
        format!("{VOLCENGINE_ROLES}/{VOLCENGINE_ROLE_NAME}"),
    );
    for path in [list.as_str(), &role] {
        for added in [vec![], vec![(VOLCENGINE_TOKEN, huawei.as_str())]] {
            assert_eq!(get(&fixture, path, &added).status, 401, "{path}");
        }
    }
    let other = format!("{VOLCENGINE_ROLES}/other");
    assert_eq!(get(&fixture, &other, &with).status, 404);
    for seconds in ["0", "21601", "x"] {
        let asked = [(VOLCENGINE_TTL, seconds)];
        let got = fixture.send(&metadata("PUT", "/latest/api/token", &asked));
        assert_eq!(got.status, 400, "{seconds}");
    }
    let got = fixture.send(&metadata("PUT", "/latest/api/token", &[]));
    assert_eq!(got.status, 400);
}

#[test]
fn tencent_names_its_role_and_gives_keys() {
    let fixture = Fixture::new();
    assert_eq!(text(&get(&fixture, TENCENT_ROLES, &[])), TENCENT_ROLE_NAME);
    let [_, got, _] = rounds(&fixture);
    assert_eq!(got.body["Code"], "Success");
    let end = chrono::DateTime::parse_from_rfc3339(got.body["Expiration"].as_str().expect("text"));
    assert_eq!(end.expect("time").timestamp(), got.body["ExpiredTime"]);
    let keys = Keys::read(&got.body, ["TmpSecretId", "TmpSecretKey", "Token"]);
    let got = ask_tencent(&fixture, &keys, Some(&keys.token));
    assert_eq!(got.body["Response"]["AccountId"], "100000000001");
    let other = format!("{TENCENT_ROLES}other");
    assert_eq!(get(&fixture, &other, &[]).status, 404);
}

#[test]
fn huawei_gives_keys_with_a_good_token_or_none() {
    let fixture = Fixture::new();
    let got = huawei_token(&fixture);
    let token = text(&got);
    let good = [("x-metadata-token", token.as_str())];
    for added in [good.as_slice(), &[]] {
        let got = get(&fixture, HUAWEI_KEYS, added);
        assert_eq!(got.status, 200);
        let keys = Keys::huawei(&got);
        let got = ask_huawei(&fixture, &keys, Some(&keys.token));
        assert_eq!(got.body["account_id"], HUAWEI_DOMAIN_ID);
    }
    let other = [("x-metadata-token", "other")];
    assert_eq!(get(&fixture, HUAWEI_KEYS, &other).status, 401);
    let got = fixture.send(&metadata("PUT", "/meta-data/latest/api/token", &[]));
    assert_eq!(got.status, 400);
}

#[test]
fn metadata_tokens_end() {
    let rules = [
        "volcengine.MetadataRoleName@2=skew",
        "huawei.MetadataCredentials@2=skew",
    ];
    let fixture = Fixture::living(LIFE, &rules, &[]);
    let (volcengine, huawei) = (volcengine_token(&fixture), text(&huawei_token(&fixture)));
    let ask = || {
        [
            get(
                &fixture,
                VOLCENGINE_ROLES,
                &[(VOLCENGINE_TOKEN, &volcengine)],
            )
            .status,
            get(&fixture, HUAWEI_KEYS, &[("x-metadata-token", &huawei)]).status,
        ]
    };
    assert_eq!(ask(), [200, 200]);
    assert_eq!(ask(), [401, 401]);
}

#[test]
fn there_may_be_no_role() {
    let status = |quirk: &str| {
        let fixture = Fixture::with(&[], &[quirk]);
        let token = volcengine_token(&fixture);
        let names = [
            get(
                &fixture,
                &format!("{VOLCENGINE_ROLES}?format=json"),
                &[(VOLCENGINE_TOKEN, &token)],
            ),
            get(&fixture, TENCENT_ROLES, &[]),
        ];
        (
            names.map(|got| got.status),
            rounds(&fixture).map(|got| got.status),
        )
    };
    assert_eq!(status("no-instance-role"), ([404, 404], [404, 404, 404]));
    assert_eq!(
        status("volcengine-empty-role-list"),
        ([200, 200], [404, 200, 200])
    );
    assert_eq!(
        status("huawei-no-agency-401"),
        ([200, 200], [200, 200, 401])
    );
    let fixture = Fixture::with(&[], &["huawei-no-agency-401"]);
    let [.., got] = rounds(&fixture);
    assert!(text(&got).contains("Cloud Service Agency"));
    let fixture = Fixture::with(&[], &["huawei-metadata-without-tokens"]);
    assert_eq!(huawei_token(&fixture).status, 404);
    assert_eq!(get(&fixture, HUAWEI_KEYS, &[]).status, 200);
}

#[test]
fn what_comes_through_a_proxy_is_refused() {
    let fixture = Fixture::new();
    for path in [TENCENT_ROLES, HUAWEI_KEYS, VOLCENGINE_ROLES] {
        let forwarded = get(&fixture, path, &[("x-forwarded-for", "192.0.2.1")]);
        assert_eq!(forwarded.status, 403, "{path}");
        let whole = Request {
            has_whole_url: true,
            ..metadata("GET", path, &[])
        };
        assert_eq!(fixture.send(&whole).status, 403, "{path}");
    }
}

#[test]
fn other_paths_and_methods_are_not_found() {
    let fixture = Fixture::new();
    for (method, path) in [
        ("GET", "/latest/meta-data/instance-id"),
        ("POST", HUAWEI_KEYS),
        ("GET", "/latest/api/token"),
        ("GET", "/volcstack/latest/iam/security_credentials/a/b"),
    ] {
        let got = fixture.send(&metadata(method, path, &[]));
        assert_eq!(got.status, 404, "{path}");
        let entries = &fixture.sandbox.journal().entries;
        let last = entries.last().expect("an entry");
        assert_eq!(last.operation, format!("{method} {path}"));
    }
}

/// Rounds can be counted, and every step can go wrong.
#[test]
fn steps_have_names() {
    let rules = [
        "volcengine.MetadataToken@2=slow:60000",
        "volcengine.MetadataRoleName@1=500",
        "tencent.MetadataCredentials@1=broken-json",
        "huawei.MetadataCredentials@1=expired-token",
        "volcengine.AssumeRole@1=500",
        "tencent.AssumeRole@1=internal",
        "huawei.CreateTemporaryAccessKeyByAgency@1=503",
        "huawei.MetadataToken@1=reset-before",
    ];
    let fixture = Fixture::with(&rules, &[]);
    let [volcengine, tencent, huawei] = rounds(&fixture);
    assert_eq!(
        [volcengine.status, tencent.status, huawei.status],
        [200, 200, 401]
    );
    assert!(tencent.body.is_null(), "half of it is no JSON");
    let got = get(&fixture, VOLCENGINE_ROLES, &[]);
    assert_eq!(got.status, 500);
    let asked = [(VOLCENGINE_TTL, "60")];
    let got = fixture.send(&metadata("PUT", "/latest/api/token", &asked));
    assert_eq!(got.answer.delay, Duration::from_secs(60));
    assert_eq!(huawei_token(&fixture).answer.delivery, Delivery::Closed);
    assert_eq!(assume_volcengine(&fixture, "").status, 500);
    assert_eq!(
        assume_tencent(&fixture, &json!({})).code(),
        "InternalServerError"
    );
    assert_eq!(by_agency(&fixture).status, 503);

    let journal = fixture.sandbox.journal();
    let asked: Vec<_> = journal
        .entries
        .iter()
        .take(3)
        .map(|entry| (entry.cloud, entry.operation.as_str(), entry.items.join(",")))
        .collect();
    let role = VOLCENGINE_ROLE_NAME.to_owned();
    assert_eq!(
        asked,
        [
            ("volcengine", "MetadataToken", String::new()),
            ("volcengine", "MetadataCredentials", role.clone()),
            ("tencent", "MetadataCredentials", role),
        ]
    );
}
