use super::Home;

const VE: &str = ".volcengine/config.json";
const TCCLI: &str = ".tccli/default.credential";
const HCLOUD: &str = ".hcloud/config.json";
const TENCENT: &str = ".tencentcloud/credentials";
const HUAWEI: &str = ".huaweicloud/credentials";
const LEGACY: &str = ".volc/credentials";

/// Every broken file leads to an error with these words.
fn all_broken(word: &str, path: &str, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let home = Home::new().put(path, text);
        let error = home.error(word, None);
        assert!(error.message.contains(expected), "{text}: {error}");
        assert_eq!(error.code.as_deref(), Some("BrokenCredentials"), "{text}");
        let file = home.path(path).display().to_string();
        assert!(error.message.contains(&file), "{text}: {error}");
    }
}

/// A profile of ve with those members.
fn ve(members: &str) -> String {
    format!(r#"{{"current":"a","profiles":{{"a":{{{members}}}}}}}"#)
}

fn koocli(members: &str) -> String {
    format!(r#"{{"current":"a","authEncrypt":"False","profiles":[{{"name":"a",{members}}}]}}"#)
}

#[test]
fn ve_files_that_cannot_be_used() {
    let profiles: Vec<(String, &str)> = [
        (r#""access-key":"AKLTnot-real""#, "profiles.a.secret-key in"),
        (r#""secret-key":"not-real""#, "profiles.a.access-key in"),
        (r#""access-key":7,"secret-key":"not-real""#, "access-key in"),
        (r#""access-key":"AKLTnot-real x","secret-key":"not-real""#, "holds a blank"),
        (r#""access-key":"AKLTnot-real","secret-key":"not-real\u0007""#, "secret-key in"),
        (r#""access-key":"AKLT****real","secret-key":"not-real""#, "is a masked value"),
        (r#""access-key":"AKIDnot-real","secret-key":"not-real""#, "a key id of tencent"),
        (r#""mode":"not-real-mode""#, "mode in"),
        (r#""mode":7"#, "is not a text"),
        (r#""mode":"ramrolearn""#, "access-key in"),
        (r#""mode":"ramrolearn","access-key":"AKLTnot-real","secret-key":"not-real""#, "account-id in"),
        (r#""mode":"ramrolearn","access-key":"AKLTnot-real","secret-key":"not-real","account-id":"1""#, "role-name in"),
        (r#""mode":"oidc""#, "role-trn in"),
        (r#""mode":"oidc","role-trn":"trn:x""#, "oidc-token-file in"),
        (r#""mode":"ecsrole""#, "role-name in"),
        (r#""mode":"console-login""#, "login-session in"),
        (r#""mode":"sso","sts-expiration":"soon""#, "is not a whole number"),
        (r#""mode":"sso","sts-expiration":1900000000,"access-key":"AKTPnot-real""#, "secret-key in"),
        (r#""access-key":"AKLTnot-real","secret-key":"not-real","region":[]"#, "region in"),
    ]
    .into_iter()
    .map(|(members, expected)| (ve(members), expected))
    .collect();
    let mut cases: Vec<(&str, &str)> = profiles
        .iter()
        .map(|(text, why)| (text.as_str(), *why))
        .collect();
    cases.extend([
        ("{\"a\": not-real", "is not JSON (line 1, column 8)"),
        ("[]", "is not a JSON object"),
        (r#"{"current":{}}"#, "current in"),
        (r#"{"profiles":[]}"#, "profiles in"),
        (
            r#"{"current":"a","profiles":{"a":"not-real"}}"#,
            "profiles.a in",
        ),
        (
            r#"{"current":"b","profiles":{"a":{}}}"#,
            "there is no profile 'b'",
        ),
        (
            r#"{"current":"b","profiles":null}"#,
            "which it calls the current one",
        ),
    ]);
    all_broken("ve", VE, &cases);
}

#[test]
fn tccli_files_that_cannot_be_used() {
    all_broken(
        "tccli",
        TCCLI,
        &[
            ("", "is not JSON"),
            ("not-real", "is not JSON"),
            ("[]", "is not a JSON object"),
            (r#"{"secretId":"AKIDnot-real"}"#, "secretKey in"),
            (r#"{"secretKey":"not-real"}"#, "secretId in"),
            (
                r#"{"secretId":" AKIDnot-real","secretKey":"not-real"}"#,
                "holds a blank",
            ),
            (
                r#"{"secretId":"AKIDnot-real","secretKey":"not****real"}"#,
                "masked",
            ),
            (
                r#"{"secretId":"AKLTnot-real","secretKey":"not-real"}"#,
                "a key id of volcengine",
            ),
            (
                r#"{"secretId":"AKIDnot-real","secretKey":"not-real","token":"not-real x"}"#,
                "token in",
            ),
            (r#"{"type":"not-real"}"#, "type in"),
            (r#"{"role-arn":"qcs::x"}"#, "role-arn in"),
            (r#"{"type":"oauth"}"#, "secretId in"),
            (
                r#"{"type":"sso","secretId":"AKIDnot-real","secretKey":"not-real"}"#,
                "expiresAt in",
            ),
            (
                r#"{"type":"sso","secretId":"AKIDnot-real","secretKey":"not-real","expiresAt":"x"}"#,
                "whole number",
            ),
            (
                r#"{"type":"sso","secretId":"AKIDnot-real","secretKey":"not-real","expiresAt":9223372036854775807}"#,
                "no time",
            ),
        ],
    );
    for (name, command) in [
        ("browser", "tccli auth login"),
        ("company", "tccli sso login"),
    ] {
        let file = format!("tccli/{name}.credential");
        let home = Home::new()
            .with(&file, &format!(".{file}"))
            .at("2030-03-17T17:46:40Z");
        let error = home.error("tccli", Some(name));
        assert_eq!(error.code.as_deref(), Some("ExpiredCredentials"));
        assert!(error.hints[0].contains(command), "{error:?}");
    }
    let home = Home::new().with("tccli/default.credential", TCCLI);
    let home = home.put(".tccli/default.configure", r#"{"_sys_param":7}"#);
    assert!(home.error("tccli", None).message.contains("_sys_param in"));
    let folder = Home::new().set("TENCENTCLOUD_SHARED_CREDENTIALS_DIR", "/nowhere/at/all");
    folder.error("tccli", None);
}

#[test]
fn ini_files_that_cannot_be_used() {
    all_broken(
        "tencent-sdk",
        TENCENT,
        &[
            (
                "[default]\nsecret_id = AKIDnot-real\nnot-real\n",
                "line 3 of",
            ),
            ("secret_id = AKIDnot-real\n", "line 1 of"),
            ("[default\nsecret_id = AKIDnot-real\n", "line 1 of"),
            ("[default]\n[default]\n", "line 2 of"),
            (
                "[default]\nsecret_id=a\nSECRET_ID = AKIDnot-real\n",
                "line 3 of",
            ),
            ("[other]\nsecret_id = AKIDnot-real\n", "under [default]"),
            (
                "[default]\nsecret_id = AKIDnot-real\n",
                "secret_key of [default] in",
            ),
            (
                "[default]\nsecret_id = AKIDnot-real # x\nsecret_key = not-real\n",
                "holds a blank",
            ),
            (
                "[default]\nsecret_id = AKTPnot-real\nsecret_key = not-real\n",
                "a key id of volcengine",
            ),
        ],
    );
    all_broken(
        "volcengine-legacy",
        LEGACY,
        &[
            ("[other]\n", "no section [default]"),
            (
                "[default]\naccess_key_id = AKLTnot-real\n",
                "secret_access_key of",
            ),
            (
                "[default]\naccess_key_id = AKIDnot-real\nsecret_access_key = not-real\n",
                "a key id of tencent",
            ),
        ],
    );
    all_broken(
        "volcengine-legacy",
        ".volc/config",
        &[
            ("not-real", "is not JSON"),
            (r#"{"ak":"AKLTnot-real"}"#, "sk in"),
        ],
    );
    all_broken(
        "huawei-sdk",
        HUAWEI,
        &[
            ("[basic]\n", "no ak under [basic]"),
            (
                "[global]\nak = NOTREAL\nsk = not-real\n",
                "has only [global]",
            ),
            ("[else]\nak = NOTREAL\n", "no section [basic]"),
            ("[basic]\nak = NOTREAL\n", "sk of [basic]"),
            (
                "[basic]\nak = AKIDnot-real\nsk = not-real\n",
                "a key id of tencent",
            ),
            ("[basic]\nidp_id = not-real\n", "id_token_file of"),
            ("[basic]\nid_token_file = not-real\n", "idp_id of"),
            (
                "[basic]\nak=NOTREAL\nsk=not-real\nidp_id=x\nid_token_file=y\n",
                "holds both",
            ),
        ],
    );
}

#[test]
fn koocli_files_that_cannot_be_used() {
    let keys = r#""accessKeyId":"NOTREAL","secretAccessKey":"not-real""#;
    let profiles: Vec<(String, &str)> = [
        (
            r#""accessKeyId":"NOTREAL""#.to_owned(),
            "secretAccessKey in",
        ),
        (
            r#""accessKeyId":"AKLTnot-real","secretAccessKey":"not-real""#.to_owned(),
            "a key id of volcengine",
        ),
        (
            r#""accessKeyId":"8NV****IOV","secretAccessKey":"****""#.to_owned(),
            "masked",
        ),
        (r#""mode":"not-real""#.to_owned(), "mode in"),
        (r#""mode":"SSO""#.to_owned(), "ssoAuth.stsToken in"),
        (
            r#""mode":"SSO","ssoAuth":{"stsToken":{}}"#.to_owned(),
            "ssoAuth.stsToken in",
        ),
        (r#""agencyName":"x""#.to_owned(), "agencyName in"),
        (format!(r#"{keys},"agencyName":"x""#), "agencyDomainId or"),
        (
            r#""agencyName":"x","agencyDomainName":"y""#.to_owned(),
            "agencyName in",
        ),
    ]
    .into_iter()
    .map(|(members, expected)| (koocli(&members), expected))
    .collect();
    let mut cases: Vec<(&str, &str)> = profiles
        .iter()
        .map(|(text, why)| (text.as_str(), *why))
        .collect();
    cases.extend([
        ("not-real", "is not JSON"),
        (r#"{"profiles":{}}"#, "profiles in"),
        (r#"{"profiles":["not-real"]}"#, "profiles in"),
        (r#"{"profiles":[{"mode":"AKSK"}]}"#, "profiles[0].name in"),
    ]);
    all_broken("koocli", HCLOUD, &cases);
}

#[test]
fn koocli_keys_are_keys_only_where_it_plainly_says_so() {
    let with = |flag: &str| {
        let keys = r#""accessKeyId":"NOTREAL","secretAccessKey":"not-real""#;
        let text = format!(r#"{{"current":"a",{flag}"profiles":[{{"name":"a",{keys}}}]}}"#);
        Home::new().put(HCLOUD, text)
    };
    for flag in [
        "",
        r#""authEncrypt":true,"#,
        r#""authEncrypt":"TRUE","#,
        r#""authEncrypt":0,"#,
        r#""authEncrypt":"no","#,
    ] {
        let error = with(flag).error("koocli", None);
        assert!(error.message.contains("authEncrypt in"), "{flag}: {error}");
        assert!(error.hints[0].contains("--cli-auth-encrypt=false"));
    }
    for flag in [r#""authEncrypt":false,"#, r#""authEncrypt":"False","#] {
        with(flag).good("koocli", None);
    }
    let fixture = Home::new().with("hcloud/encrypted.json", HCLOUD);
    fixture.error("koocli", None);
}
