//! Mistakes in the file: each is named with its line, and no secret is quoted.

use super::{CANARY, PATH, read};
use crate::error::ErrorKind;

/// The error of a text, with its hints. It must name the file.
#[track_caller]
fn complaint(text: &str) -> String {
    let error = read(text).expect_err(text);
    assert_eq!(error.kind, ErrorKind::Usage, "{error}");
    assert!(error.message.contains(PATH), "{error}");
    let whole = format!("{error} {}", error.hints.join(" "));
    assert!(!whole.contains(CANARY), "{whole}");
    whole
}

#[test]
fn wrong_credentials_are_named_and_never_quoted() {
    for (cloud, lines, told) in [
        ("volc", "profile = \"x\"", "(line 3 of"),
        ("volc", "source = \"canary-secret\"", "names no source"),
        ("volc", "source = \"key\"", "Did you mean 'keys'?"),
        (
            "volc",
            "source = \"enviroment\"",
            "Did you mean 'environment'?",
        ),
        (
            "volc",
            "source = \"keys\"\naccess-key-id = \"A\"",
            "has no 'secret-access-key'",
        ),
        (
            "volc",
            "source = \"keys\"\nsecret-access-key = \"canary-secret\"",
            "has no 'access-key-id'",
        ),
        (
            "volc",
            "source = \"keys\"\nsecret-access-kay = \"canary-secret\"",
            "Did you mean 'secret-access-key'?",
        ),
        (
            "volc",
            "source = \"keys\"\nsession-token = 1\nsecret-access-key = 7",
            "(line",
        ),
        (
            "volc",
            "source = \"keys\"\nsecret-access-key = \"\"\naccess-key-id = \"A\"",
            "is empty (line 5",
        ),
        (
            "volc",
            "source = \"environment\"\ntoken-file = \"/canary-secret\"",
            "does not belong to the source 'environment'",
        ),
        (
            "volc",
            "source = \"process\"\ncommand = \"canary-secret\"",
            "must be a list",
        ),
        (
            "volc",
            "source = \"process\"\ncommand = [\" \", \"canary-secret\"]",
            "names no program",
        ),
        ("volc", "source = \"process\"", "has no 'command'"),
        (
            "volc",
            "source = \"process\"\ncommand = [\"canary-secret\"]\ntimeout = \"5m\"",
            "is no duration",
        ),
        (
            "volc",
            "source = \"role\"\nrole = \"r\"\nagency-domain-id = \"d\"",
            "is for huawei",
        ),
        (
            "volc",
            "source = \"role\"\nrole = \"r\"\npolicy = \"canary-secret\"",
            "no JSON",
        ),
        (
            "volc",
            "source = \"oidc\"\ntoken-file = \"/t\"",
            "has no 'role'",
        ),
        ("hw", "source = \"oidc\"", "has no 'token-file'"),
        (
            "hw",
            "source = \"token\"\ntoken-file = \"canary-secret\"",
            "no whole path",
        ),
        (
            "hw",
            "source = \"role\"\nrole = \"agency\"",
            "agency-domain-id",
        ),
        ("hw", "source = \"password\"\nuser = \"u\"", "neither"),
        (
            "hw",
            "source = \"password\"\nuser = \"u\"\npassword = \"canary-secret\"",
            "no key 'password'",
        ),
        (
            "hw",
            "source = \"password\"\nuser = \"u\"\ndomain-id = \"a\"\ndomain-name = \"b\"",
            "beside",
        ),
        ("tc", "source = \"password\"", "for huawei"),
        (
            "tc",
            "source = \"keys\"\nsecret-access-key = \"canary-secret",
            "not ended",
        ),
        (
            "tc",
            "source = \"keys\"\nsecret-access-key = canary-secret",
            "(line 5, column",
        ),
    ] {
        let text = format!("[profiles.a]\ncloud = \"{cloud}\"\n[profiles.a.credentials]\n{lines}");
        let told_here = complaint(&text);
        assert!(told_here.contains(told), "{lines}: {told_here}");
    }
}

#[test]
fn wrong_tables_are_named_with_their_line() {
    let two = "[profiles.v]\ncloud = \"volc\"\n[profiles.h]\ncloud = \"hw\"\n";
    for (text, told) in [
        ("\n\nx", "line 3, column"),
        ("[a]\n[a]\n", "stands twice (line 2"),
        ("\nprofile = 1", "there is no key 'profile' (line 2"),
        (
            "[profiles.a]\ncloud = \"volc\"\nregoin = \"x\"",
            "'regoin' in [profiles.a] (line 3",
        ),
        (
            "[profiles.a]\ncloud = \"volc\"\nregoin = \"x\"",
            "Did you mean 'region'?",
        ),
        (
            "[profiles.a]\ncloud = \"volc\"\nregion = 3",
            "of the type integer (line 3",
        ),
        (
            "[profiles.a]\ncloud = \"volc\"\nregions = [\n\"a\",\n1]",
            "of the type integer (line 5",
        ),
        (
            "[profiles.a]\ncloud = \"volc\"\nregions = []",
            "is empty (line 3",
        ),
        (
            "[profiles.a]\ncloud = \"volc\"\nregion = \"a/b\"",
            "cannot be in it (line 3",
        ),
        (
            "[profiles.a]\ncloud = \"aws\"",
            "volcengine, tencent, huawei",
        ),
        ("\n[profiles.a]\n", "has no 'cloud' (line 2"),
        ("profiles.a = 1", "must be a table"),
        ("profiles = 1", "must be a table"),
        ("[profiles.'a b']\ncloud = \"volc\"", "no name may have"),
        ("[profiles.env]\ncloud = \"volc\"", "gives itself"),
        ("[profiles.'ve.x']\ncloud = \"volc\"", "gives itself"),
        (
            "[profiles.a]\ncloud = \"volc\"\nproject-id = \"a\"",
            "is for huawei",
        ),
        (
            "[profiles.a]\ncloud = \"volc\"\nendpoint = \"ecs.example.com\"",
            "is no endpoint (line 3",
        ),
        (
            "[profiles.a]\ncloud = \"volc\"\nendpoint = \"https://u:canary-secret@h\"",
            "is no endpoint",
        ),
        (
            "[profiles.a]\ncloud = \"volc\"\nendpoints = { IAM = \"https://h\" }",
            "is no service",
        ),
        (
            "[profiles.a]\ncloud = \"volc\"\ndomain = \"eu\"",
            "cannot be in it",
        ),
        (
            "[default]\nvolc = \"a\"",
            "there is no key 'volc' in [default] (line 2",
        ),
        (
            &format!("{two}[default]\nvolcengine = \"h\""),
            "is for huawei, not for volcengine (line 6",
        ),
        (
            &format!("{two}[default]\nvolcengine = \"vv\""),
            "Known are v.",
        ),
        (
            &format!("{two}[groups]\na = [\"v\",\n\"x\"]"),
            "not there (line 7",
        ),
        (&format!("{two}[groups]\na = []"), "is empty"),
        (&format!("{two}[groups]\n'@' = [\"v\"]"), "no name may have"),
        (
            "[[protect]]\nreason = \"x\"",
            "[[protect]] protects nothing (line 1",
        ),
        ("[[protect]]\nnames = []", "is empty (line 2"),
        (
            "[[protect]]\nnames = [\"a\"]\n[[protect]]\n",
            "protects nothing (line 3",
        ),
        ("[[protect]]\nnames = [\"\"]", "is empty"),
        ("[[protect]]\nname = [\"a\"]", "Did you mean 'names'?"),
        ("[[protect]]\ntags = [\"=keep\"]", "KEY=VALUE"),
        (
            "[[protect]]\nfingerprints = [\"SHA256:x\"]",
            "no fingerprint (line 2",
        ),
        ("[protect]\nnames = [\"a\"]", "list of tables"),
    ] {
        let told_here = complaint(text);
        assert!(told_here.contains(told), "{text}: {told_here}");
    }
    for name in ["env-2", "sandbox.x", "vex", "ve-prod", "a.b", "tccli2"] {
        read(&format!("[profiles.'{name}']\ncloud = \"volc\"")).expect(name);
    }
}

#[test]
fn a_role_needs_a_base_that_has_an_end() {
    let profile = |name: &str, cloud: &str, from: &str| {
        format!(
            "[profiles.{name}]\ncloud = \"{cloud}\"\n[profiles.{name}.credentials]\n\
             source = \"role\"\nrole = \"a:b\"\nfrom = \"{from}\"\n"
        )
    };
    let base = "[profiles.base]\ncloud = \"volc\"\n";
    let chain = [
        profile("a", "volc", "b"),
        profile("b", "volc", "base"),
        base.into(),
    ]
    .concat();
    read(&chain).expect("a chain");
    for (text, told) in [
        (profile("a", "volc", "a"), "circle (line 6"),
        (
            [profile("a", "volc", "b"), profile("b", "volc", "a")].concat(),
            "circle (line 12",
        ),
        (
            // The first profile leads into a circle that it is no part of.
            [
                profile("a", "volc", "b"),
                profile("b", "volc", "c"),
                profile("c", "volc", "b"),
            ]
            .concat(),
            "circle (line 18",
        ),
        (profile("a", "volc", "base"), "not there (line 6"),
        (
            [profile("a", "tc", "base"), base.into()].concat(),
            "is for volcengine, not for tencent (line 6",
        ),
    ] {
        let told_here = complaint(&text);
        assert!(told_here.contains(told), "{told_here}");
    }
}

#[test]
fn deep_nesting_is_an_error_and_no_more() {
    for text in ["[", "{ a = "] {
        let told = complaint(&format!("x = {}", text.repeat(100_000)));
        assert!(told.contains("(line 1, column"), "{told}");
    }
    let told = complaint(&format!("{}x = 1", "a.".repeat(100_000)));
    assert!(told.contains("nested too deep"), "{told}");
}
