use super::{Home, fixtures, source};

const VE: &str = ".volcengine/config.json";
const HCLOUD: &str = ".hcloud/config.json";
const TENCENT: &str = ".tencentcloud/credentials";
const HUAWEI: &str = ".huaweicloud/credentials";
const LEGACY: &str = ".volc/credentials";

/// A profile of ve with those members.
fn ve(members: &str) -> String {
    format!(r#"{{"current":"a","profiles":{{"a":{{{members}}}}}}}"#)
}

#[test]
fn ve_logins_that_are_over_name_the_command() {
    let over = |home: Home, name: &str, command: &str| {
        let error = home.error("ve", Some(name));
        assert_eq!(error.code.as_deref(), Some("ExpiredCredentials"), "{error}");
        assert!(
            error.hints[0].contains(&format!("'{command}'")),
            "{error:?}"
        );
    };
    let fixture = || Home::new().with("ve/config.json", VE);
    over(
        fixture().at("2030-03-17T17:46:40Z"),
        "company",
        "ve sso login",
    );
    over(fixture(), "console", "ve login");
    let cache = std::fs::read_dir(fixtures().join("ve/login/cache"))
        .expect("a folder")
        .next()
        .expect("a file")
        .expect("a name")
        .file_name()
        .into_string()
        .expect("a text");
    let there = format!(".volcengine/login/cache/{cache}");
    let home = fixture().with(&format!("ve/login/cache/{cache}"), &there);
    over(home.at("2030-03-17T20:00:00Z"), "console", "ve login");
    let keyless = ve(r#""mode":"sso","sts-expiration":1900000000"#);
    over(Home::new().put(VE, keyless), "a", "ve sso login");

    let good = r#""issued_at":"2029-12-30T23:30:00Z","expires_in":3600"#;
    for (text, expected) in [
        (
            format!(r#"{{"access_token":"not-real",{good}}}"#),
            "access_token in",
        ),
        (format!(r#"{{"access_token":7,{good}}}"#), "access_token in"),
        (format!("{{{good}}}"), "access_token in"),
        (
            format!(r#"{{"access_token":{{}},{good}}}"#),
            "session_token in",
        ),
        (
            format!(r#"{{"access_token":{{"session_token":"not-real"}},{good}}}"#),
            "access_key_id in",
        ),
        (r#"{"issued_at":"not-real"}"#.to_owned(), "issued_at in"),
        (
            r#"{"issued_at":"2029-12-30T23:30:00Z"}"#.to_owned(),
            "expires_in in",
        ),
        (
            r#"{"issued_at":"2029-12-30T23:30:00Z","expires_in":9223372036854775807}"#.to_owned(),
            "expires_in in",
        ),
        ("not-real".to_owned(), "is not JSON"),
    ] {
        let error = fixture().put(&there, &text).error("ve", Some("console"));
        assert!(error.message.contains(expected), "{text}: {error}");
    }
}

#[test]
fn a_profile_that_is_not_there_is_told_with_those_that_are() {
    let ve = Home::new().with("ve/config.json", VE);
    let error = ve.error("ve", Some("prood"));
    assert!(error.message.contains("'prood'"), "{error}");
    assert!(error.hints[0].contains("'prod', 'temporary'"), "{error:?}");
    let error = ve.set("VOLCENGINE_PROFILE", "prood").error("ve", None);
    assert!(error.message.contains("which VOLCENGINE_PROFILE names"));
    let without = Home::new()
        .set("VOLCENGINE_PROFILE", "prod")
        .error("ve", None);
    assert!(without.message.starts_with("VOLCENGINE_PROFILE names"));

    let tccli = || Home::new().with("tccli/onbox.credential", ".tccli/onbox.credential");
    for wanted in ["other", "../../etc/x", "a b", ""] {
        let error = tccli().error("tccli", Some(wanted));
        assert!(error.hints[0].contains("'onbox'"), "{error:?}");
    }
    assert!(matches!(tccli().login("tccli", None), Ok(None)));
    tccli().set("TCCLI_PROFILE", "other").error("tccli", None);
    Home::new()
        .set("TCCLI_PROFILE", "other")
        .error("tccli", None);
    let odd = tccli()
        .put(".tccli/a b.credential", "{}")
        .error("tccli", Some("a b"));
    assert!(odd.hints[0].contains("kpctl auth import"), "{odd:?}");

    let koocli = Home::new().with("hcloud/config.json", HCLOUD);
    let error = koocli.error("koocli", Some("x"));
    assert!(error.hints[0].contains("'other-account'"), "{error:?}");
    koocli.error("koocli", Some("empty"));
    Home::new().set("HW_PROFILE", "x").error("koocli", None);

    for (word, fixture, path) in [
        ("tencent-sdk", "tencentcloud/credentials", TENCENT),
        ("huawei-sdk", "huaweicloud/credentials", HUAWEI),
        ("volcengine-legacy", "volc/credentials", LEGACY),
    ] {
        let error = Home::new().with(fixture, path).error(word, Some("x"));
        assert!(error.message.contains("no profile 'x'"), "{error}");
    }
}

#[test]
fn what_is_no_readable_file_is_an_error_and_no_other_source() {
    let variables = [
        ("ve", VE, "VOLCENGINE_CLI_CONFIG_FILE"),
        ("tencent-sdk", TENCENT, "TENCENTCLOUD_CREDENTIALS_FILE"),
        ("huawei-sdk", HUAWEI, "HUAWEICLOUD_SDK_CREDENTIALS_FILE"),
        ("koocli", HCLOUD, "HW_SHARED_CONFIG_FILE"),
    ];
    for (word, path, variable) in variables {
        let folder = Home::new().put(&format!("{path}/inside"), "");
        assert!(folder.error(word, None).message.contains("is a folder"));
        let large = Home::new().put(path, vec![b' '; (4 << 20) + 1]);
        assert!(large.error(word, None).message.contains("4 MiB"));
        let latin = Home::new().put(path, b"[default]\nx = \xe9\n");
        assert!(latin.error(word, None).message.contains("UTF-8"));
        // A file in the place of the folder: there is no such file.
        let parent = path.split('/').next().expect("a folder");
        let flat = Home::new().put(parent, "");
        assert!(matches!(flat.login(word, None), Ok(None)), "{word}");

        let gone = Home::new().set(variable, "/nowhere/at/all");
        let error = gone.error(word, None);
        assert!(error.hints[0].contains(variable), "{error:?}");
        let nothing = Home::new().set(variable, "/dev/null");
        assert!(matches!(nothing.login(word, None), Ok(None)), "{word}");
        let terminal = Home::new().set(variable, "/dev/zero");
        assert!(terminal.error(word, None).message.contains("plain file"));
    }
    let cloud = source("ve").cloud;
    let denied =
        super::super::read::unreadable(cloud, "FILE", std::io::ErrorKind::PermissionDenied);
    assert_eq!(denied.message, "FILE cannot be read: permission denied");
}
