use std::path::Path;

use super::{Home, at, keys};
use crate::auth::{Domain, Recipe, Sealed};

fn ve() -> Home {
    Home::new().with("ve/config.json", ".volcengine/config.json")
}

const CACHED: &str = "cc0c71357b7d4797cc93c43c2f71f4bb52c55a41";

#[test]
fn ve_hands_over_keys_as_they_stand() {
    let home = ve();
    let login = home.good("ve", None);
    assert_eq!(login.profile, "ve.prod");
    assert_eq!(login.region.as_deref(), Some("cn-beijing"));
    assert_eq!(login.endpoints.all, None);
    let file = home.path(".volcengine/config.json");
    assert_eq!(
        login.source,
        format!("the ve profile 'prod' ({})", file.display())
    );
    let pair = ("AKLTnot-real-prod", "not-real-prod-secret-key", None);
    assert_eq!(keys(&login.recipe), pair);
    let login = home.good("ve", Some("temporary"));
    assert_eq!(keys(&login.recipe).2, Some("not-real-session-token"));
    assert_eq!(login.endpoints.all, None);
    assert_eq!(home.profiles("ve").len(), 8);
}

#[test]
fn ve_modes_become_recipes() {
    let home = ve();
    match home.good("ve", Some("role")).recipe {
        Recipe::Role(base, role) => {
            assert_eq!(keys(&base).0, "AKLTnot-real-role");
            assert_eq!(role.name, "trn:iam::2100000001:role/ops");
        }
        other => panic!("{other:?}"),
    }
    match home.good("ve", Some("pod")).recipe {
        Recipe::WebIdentity(identity) => {
            let role = identity.role.expect("a role");
            assert_eq!(role.name, "trn:iam::2100000001:role/pod");
            assert!(
                matches!(identity.token, Sealed::File(path) if path == Path::new("/var/run/secrets/oidc/token"))
            );
        }
        other => panic!("{other:?}"),
    }
    let recipe = home.good("ve", Some("onbox")).recipe;
    assert!(matches!(recipe, Recipe::InstanceRole { role: Some(role) } if role == "box"));
}

#[test]
fn ve_logins_count_until_they_end() {
    let cache = format!("ve/login/cache/{CACHED}.json");
    let home = ve().with(&cache, &format!(".volcengine/login/cache/{CACHED}.json"));
    let end = |recipe: &Recipe| match recipe {
        Recipe::Ready(held) => held.expires_at,
        other => panic!("{other:?}"),
    };
    let sso = home.good("ve", Some("company")).recipe;
    assert_eq!(end(&sso), Some(at("2030-03-17T17:46:40Z")));
    assert_eq!(keys(&sso).2, Some("not-real-sso-token"));
    let console = home.good("ve", Some("console")).recipe;
    assert_eq!(end(&console), Some(at("2030-03-17T20:00:00Z")));
    assert_eq!(keys(&console).1, "not-real-console-secret-key");

    // Elsewhere by the variable, and as a text in place of the object.
    let inner = r#"{\"access_key_id\":\"AKTPnot-real\",\"secret_access_key\":\"not-real-s\",\"session_token\":\"not-real-t\"}"#;
    let text = format!(
        r#"{{"access_token":"{inner}","issued_at":"2029-12-30T23:30:00Z","expires_in":3600}}"#
    );
    let moved = ve().put(&format!("moved/{CACHED}.json"), text);
    let folder = moved.path("moved").display().to_string();
    let moved = moved.set("VOLCENGINE_LOGIN_CACHE_DIRECTORY", &folder);
    let console = moved.good("ve", Some("console")).recipe;
    assert_eq!(keys(&console).0, "AKTPnot-real");
}

#[test]
fn ve_writes_the_end_of_a_login_in_any_unit() {
    for end in [
        "1900000000",
        "1900000000000",
        "1900000000000000",
        "1900000000000000000",
    ] {
        let text = format!(
            r#"{{"current":"a","profiles":{{"a":{{"mode":"SSO","access-key":" AKTPnot-real ","secret-key":"not-real-s","session-token":"not-real-t","sts-expiration":{end}}}}}}}"#
        );
        let home = Home::new().put(".volcengine/config.json", text);
        match home.good("ve", None).recipe {
            Recipe::Ready(held) => {
                assert_eq!(held.expires_at, Some(at("2030-03-17T17:46:40Z")));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn ve_takes_the_variable_before_the_current_profile() {
    let older = ve().set("VOLCSTACK_PROFILE", "role");
    assert_eq!(older.good("ve", None).profile, "ve.role");
    let both = older.set("VOLCENGINE_PROFILE", "temporary");
    assert_eq!(both.good("ve", None).profile, "ve.temporary");
    assert_eq!(both.good("ve", Some("prod")).profile, "ve.prod");
    let last =
        r#"{"profiles":{"default":{"access-key":"AKLTnot-real","secret-key":"not-real-s"}}}"#;
    let home = Home::new().put(".volcengine/config.json", last);
    assert_eq!(home.good("ve", None).profile, "ve.default");
}

#[test]
fn a_name_that_cannot_stand_in_an_address_is_the_bare_word_when_current() {
    let error = ve().error("ve", Some("中文"));
    assert!(error.hints[0].contains("kpctl auth import"), "{error:?}");
    let text = r#"{"current":"中文","profiles":{"中文":{"access-key":"AKLTnot-real","secret-key":"not-real-s"}}}"#;
    let home = Home::new().put(".volcengine/config.json", text);
    assert_eq!(home.good("ve", None).profile, "ve");
}

#[test]
fn what_ve_writes_before_anything_is_set_is_no_source() {
    for text in [
        "",
        "\n",
        "{}",
        r#"{"current":null,"profiles":null}"#,
        r#"{"current":"a","profiles":{"a":{"mode":"ak","access-key":"","secret-key":null,"region":"cn-beijing"}}}"#,
    ] {
        let home = Home::new().put(".volcengine/config.json", text);
        assert!(matches!(home.login("ve", None), Ok(None)), "{text}");
    }
    let home = Home::new().with("ve/fresh.json", ".volcengine/config.json");
    assert!(matches!(home.login("ve", None), Ok(None)));
    assert!(home.profiles("ve").is_empty());
}

#[test]
fn the_older_volcengine_files_are_read_in_order() {
    let word = "volcengine-legacy";
    let json = Home::new().with("volc/config", ".volc/config");
    let login = json.good(word, None);
    assert_eq!(login.profile, word);
    assert_eq!(keys(&login.recipe).0, "AKLTnot-real-legacy-json");
    assert!(
        json.see(|world| (super::source(word).place)(world))
            .is_some_and(|path| path.ends_with("config"))
    );
    let both = json.with("volc/credentials", ".volc/credentials");
    let login = both.good(word, Some("default"));
    assert_eq!(keys(&login.recipe).0, "AKLTnot-real-legacy-ini");
    assert_eq!(both.profiles(word), ["default"]);
    assert!(
        both.see(|world| (super::source(word).place)(world))
            .is_some_and(|path| path.ends_with("credentials"))
    );
    let empty = both.put(".volc/credentials", "# nothing\n");
    assert_eq!(
        keys(&empty.good(word, None).recipe).0,
        "AKLTnot-real-legacy-json"
    );
}

fn tccli() -> Home {
    ["default", "ops", "onbox", "browser", "company"]
        .iter()
        .fold(Home::new(), |home, name| {
            home.with(
                &format!("tccli/{name}.credential"),
                &format!(".tccli/{name}.credential"),
            )
        })
        .with("tccli/default.configure", ".tccli/default.configure")
        .with("tccli/ops.configure", ".tccli/ops.configure")
}

#[test]
fn tccli_profiles_of_every_type() {
    let home = tccli();
    let login = home.good("tccli", None);
    assert_eq!(login.profile, "tccli.default");
    assert_eq!(login.region.as_deref(), Some("ap-guangzhou"));
    assert_eq!(login.endpoints.all, None);
    assert!(login.source.starts_with("the tccli profile 'default' (/"));
    assert_eq!(keys(&login.recipe).1, "not-real-tccli-secret-key");
    match home.good("tccli", Some("ops")).recipe {
        Recipe::Role(base, role) => {
            assert_eq!(keys(&base).2, Some("not-real-tccli-token"));
            assert_eq!(role.name, "qcs::cam::uin/100000000001:roleName/ops");
            assert_eq!(role.session_name.as_deref(), Some("kpctl-test"));
        }
        other => panic!("{other:?}"),
    }
    let recipe = home.good("tccli", Some("onbox")).recipe;
    assert!(matches!(recipe, Recipe::InstanceRole { role: None }));
    for (name, secret) in [
        ("browser", "not-real-oauth-secret-key"),
        ("company", "not-real-sso-secret-key"),
    ] {
        match home.good("tccli", Some(name)).recipe {
            Recipe::Ready(held) => {
                assert_eq!(held.expires_at, Some(at("2030-03-17T17:46:40Z")));
                assert_eq!(keys(&Recipe::Ready(held)).1, secret);
            }
            other => panic!("{other:?}"),
        }
    }
    let names = ["browser", "company", "default", "onbox", "ops"];
    assert_eq!(home.profiles("tccli"), names);
}

#[test]
fn tccli_profile_and_folder_come_from_variables() {
    let home = tccli().set("TENCENTCLOUD_PROFILE", "onbox");
    assert_eq!(home.good("tccli", None).profile, "tccli.onbox");
    let home = home.set("TCCLI_PROFILE", "ops");
    assert_eq!(home.good("tccli", None).profile, "tccli.ops");
    let home = Home::new()
        .with("tccli/default.credential", "moved/default.credential")
        .set("TENCENTCLOUD_SHARED_CREDENTIALS_DIR", "~/moved");
    assert_eq!(home.good("tccli", None).region, None);
    // A first command without keys leaves such a file.
    let home = Home::new().put(".tccli/default.credential", "{}");
    assert!(matches!(home.login("tccli", None), Ok(None)));
}

#[test]
fn the_tencent_sdk_file_is_the_persons_and_then_the_machines() {
    let word = "tencent-sdk";
    let home = Home::new().with("tencentcloud/credentials", "system");
    let system = home.path("system");
    let read = |home: &Home| {
        home.see(|world| super::super::tencent_sdk::login_beside(world, None, &system))
            .expect("good")
            .expect("present")
    };
    assert_eq!(keys(&read(&home).recipe).1, "not-real-sdk-secret-key");
    let own = "\u{feff}[default]\r\n; a comment\r\nSecret_Id = \"AKIDnot-real-own\"\r\nsecret_key=not-real-own\r\n";
    let home = home.put(".tencentcloud/credentials", own);
    let login = read(&home);
    assert_eq!(login.profile, word);
    assert_eq!(
        keys(&login.recipe),
        ("AKIDnot-real-own", "not-real-own", None)
    );
    let named = home.set(
        "TENCENTCLOUD_CREDENTIALS_FILE",
        &system.display().to_string(),
    );
    let login = named.good(word, Some("default"));
    assert_eq!(keys(&login.recipe).1, "not-real-sdk-secret-key");
    assert_eq!(named.profiles(word), ["default"]);
    assert_eq!(
        named.see(|world| (super::source(word).place)(world)),
        Some(system.clone())
    );
}

#[test]
fn the_huawei_sdk_file_gives_what_is_under_basic() {
    let word = "huawei-sdk";
    let home = Home::new().with("huaweicloud/credentials", ".huaweicloud/credentials");
    let login = home.good(word, None);
    assert_eq!(login.profile, word);
    assert_eq!(
        login.project_id.as_deref(),
        Some("0123456789abcdef0123456789abcdef")
    );
    let pair = (
        "NOTREALHUAWEISDKAK01",
        "not-real-huawei-sdk-secret-key",
        Some("not-real-huawei-sdk-token"),
    );
    assert_eq!(keys(&login.recipe), pair);
    assert_eq!(home.profiles(word), ["basic"]);
    let home = Home::new().with("huaweicloud/federated", "elsewhere");
    let path = home.path("elsewhere").display().to_string();
    let home = home.set("HUAWEICLOUD_SDK_CREDENTIALS_FILE", &path);
    match home.good(word, Some("basic")).recipe {
        Recipe::WebIdentity(identity) => {
            assert!(identity.role.is_none());
            assert_eq!(identity.provider.as_deref(), Some("example-idp"));
            assert!(matches!(identity.token, Sealed::File(_)));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn koocli_profiles_of_every_mode() {
    let home = Home::new().with("hcloud/config.json", ".hcloud/config.json");
    let login = home.good("koocli", None);
    assert_eq!(login.profile, "koocli.default");
    assert_eq!(login.region.as_deref(), Some("cn-north-4"));
    assert!(login.project_id.is_some());
    assert_eq!(keys(&login.recipe).1, "not-real-koocli-secret-key");
    let recipe = home.good("koocli", Some("onbox")).recipe;
    assert!(matches!(recipe, Recipe::InstanceRole { role: None }));
    let sso = home.good("koocli", Some("company")).recipe;
    assert_eq!(keys(&sso).2, Some("not-real-koocli-sso-token"));
    match home.good("koocli", Some("other-account")).recipe {
        Recipe::Role(base, role) => {
            assert_eq!(keys(&base).0, "NOTREALKOOCLIAK00003");
            assert_eq!(role.name, "ops-agency");
            assert_eq!(role.domain, Some(Domain::Name("ExampleAccount".to_owned())));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(home.profiles("koocli").len(), 5);
    let home = home.set("HW_PROFILE", "onbox");
    assert_eq!(home.good("koocli", None).profile, "koocli.onbox");
    let moved = Home::new().with("hcloud/config.json", "moved.json");
    let moved = moved.set("HW_SHARED_CONFIG_FILE", "~/moved.json");
    assert_eq!(moved.good("koocli", None).profile, "koocli.default");
}

#[test]
fn koocli_needs_no_keys_for_an_agency_of_the_server() {
    let home = Home::new().with("hcloud/encrypted.json", ".hcloud/config.json");
    assert!(home.good("koocli", Some("onbox")).region.is_some());
    for text in [
        "",
        "{}",
        r#"{"current":"default","profiles":[{"name":"default","mode":"AKSK"}]}"#,
    ] {
        let home = Home::new().put(".hcloud/config.json", text);
        assert!(matches!(home.login("koocli", None), Ok(None)), "{text}");
    }
    let by_id = r#"{"current":"a","authEncrypt":false,"profiles":[{"name":"a","accessKeyId":"NOTREAL","secretAccessKey":"not-real","agencyName":"x","agencyDomainId":"d1","agencyDomainName":"d"}]}"#;
    let home = Home::new().put(".hcloud/config.json", by_id);
    match home.good("koocli", None).recipe {
        Recipe::Role(_, role) => assert_eq!(role.domain, Some(Domain::Id("d1".to_owned()))),
        other => panic!("{other:?}"),
    }
}
