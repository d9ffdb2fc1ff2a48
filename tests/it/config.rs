//! The config file, through the binary.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use proptest::prelude::*;
use serde_json::json;

use crate::fixture::{Output, World};

pub(crate) const FILE: &str = "\
# mine
[default]
volcengine = \"prod\"   # the usual one

[profiles.prod]
cloud = \"volcengine\"
# the capital
region = \"cn-beijing\"   # not Shanghai

[groups]
fleet = [\"prod\"]

# at the end
";

/// A world whose config file is `config.toml` in its folder, not made yet.
pub(crate) fn world() -> World {
    let world = World::empty();
    let path = world.path("config.toml").display().to_string();
    world.with("KPCTL_CONFIG", &path)
}

pub(crate) fn with_file(text: &str) -> World {
    let world = world();
    std::fs::write(world.path("config.toml"), text).expect("writes");
    set_mode(&world.path("config.toml"), 0o644);
    world
}

pub(crate) fn text(world: &World) -> String {
    std::fs::read_to_string(world.path("config.toml")).expect("a file")
}

pub(crate) fn mode(path: &Path) -> u32 {
    let metadata = std::fs::metadata(path).expect("it is there");
    metadata.permissions().mode() & 0o777
}

pub(crate) fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("sets");
}

pub(crate) fn set(world: &World, pairs: &[&str]) -> Output {
    world.run(&[&["config", "set"], pairs].concat())
}

pub(crate) fn get(world: &World, key: &str) -> Output {
    world.run(&["config", "get", key])
}

/// The names in the folder of the config file.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().into_string().expect("plain names"));
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn the_path_is_told_whether_or_not_there_is_a_file() {
    let world = World::empty();
    let told = world.run(&["config", "path"]).code(0).stdout;
    let usual = world.path(".config/kpctl/config.toml");
    assert_eq!(told, format!("{}\n", usual.display()));
    let world = world.with("XDG_CONFIG_HOME", "/x");
    assert_eq!(
        world.run(&["config", "path"]).stdout,
        "/x/kpctl/config.toml\n"
    );
    let world = world.with("KPCTL_CONFIG", "/y");
    assert_eq!(world.run(&["config", "path"]).stdout, "/y\n");
    for option in [&["--sandbox"][..], &["-o", "tsv"], &["-p", "a"], &["-v"]] {
        let refused = world.run(&[&["config", "path"], option].concat()).code(2);
        assert!(refused.stderr.contains("does nothing here"), "{refused:?}");
    }
}

#[test]
fn a_new_file_and_its_folder_are_for_their_owner() {
    let world = World::empty();
    get(&world, "profiles.prod.region").code(5);
    let folder = world.path(".config");
    assert!(!folder.exists(), "reading makes nothing");
    set(&world, &["profiles.prod.region", "x"]).code(2);
    assert!(!folder.exists(), "what is refused makes nothing");

    set(
        &world,
        &[
            "profiles.prod.cloud",
            "volc",
            "profiles.prod.region",
            "cn-beijing",
        ],
    )
    .code(0);
    let file = folder.join("kpctl/config.toml");
    assert_eq!((mode(&file), mode(&folder.join("kpctl"))), (0o600, 0o700));
    let written = std::fs::read_to_string(file).expect("a file");
    assert_eq!(
        written,
        "[profiles.prod]\ncloud = \"volc\"\nregion = \"cn-beijing\"\n"
    );
}

#[test]
fn comments_order_and_mode_are_kept() {
    let world = with_file(FILE);
    set_mode(&world.path("config.toml"), 0o640);
    set(&world, &["profiles.prod.region", "cn-shanghai"]).code(0);
    set(
        &world,
        &["profiles.hw.cloud", "huawei", "groups.fleet", "prod, hw"],
    )
    .code(0);
    set(
        &world,
        &["profiles.prod.endpoints.iam", "https://iam.example.com"],
    )
    .code(0);
    assert_eq!(
        text(&world),
        "\
# mine
[default]
volcengine = \"prod\"   # the usual one

[profiles.prod]
cloud = \"volcengine\"
# the capital
region = \"cn-shanghai\"   # not Shanghai

[profiles.prod.endpoints]
iam = \"https://iam.example.com\"

[profiles.hw]
cloud = \"huawei\"

[groups]
fleet = [\"prod\", \"hw\"]

# at the end
"
    );
    assert_eq!(mode(&world.path("config.toml")), 0o640);
    assert_eq!(
        names(world.path("").as_path()),
        ["config.toml", "config.toml.lock"]
    );

    let world = with_file(&FILE.replace('\n', "\r\n"));
    set(&world, &["profiles.prod.region", "cn-shanghai"]).code(0);
    let expected = FILE
        .replace("cn-beijing", "cn-shanghai")
        .replace('\n', "\r\n");
    assert_eq!(text(&world), expected);
}

#[test]
fn tables_of_every_form_are_changed_in_place() {
    for (before, key, value, after) in [
        (
            "profiles = { a = { cloud = \"volc\" } }\n",
            "profiles.a.endpoints.ecs",
            "https://h",
            "profiles = { a = { cloud = \"volc\", endpoints = { ecs = \"https://h\" } } }\n",
        ),
        (
            "profiles.a.cloud = \"volc\"\n",
            "profiles.a.endpoints.ecs",
            "https://h",
            "profiles.a.cloud = \"volc\"\nprofiles.a.endpoints.ecs = \"https://h\"\n",
        ),
        (
            "[profiles]\na = { cloud = \"volc\" } # first\n",
            "profiles.a.region",
            "r",
            "[profiles]\na = { cloud = \"volc\" , region = \"r\" } # first\n",
        ),
        (
            "[profiles.a]\ncloud = 'volc'",
            "profiles.a.regions",
            "[\"r\", 's']",
            "[profiles.a]\ncloud = 'volc'\nregions = [\"r\", \"s\"]\n",
        ),
    ] {
        let world = with_file(before);
        set(&world, &[key, value]).code(0);
        let written = text(&world);
        let plain = |text: &str| text.replace(" ,", ",");
        assert_eq!(plain(&written), plain(after));
    }
}

#[test]
fn a_value_is_read_back_in_every_form() {
    let world = with_file(FILE);
    for (key, told) in [
        ("profiles.prod.region", "cn-beijing\n"),
        ("groups.fleet", "prod\n"),
        ("default", "[default]\nvolcengine = \"prod\"\n"),
        (
            "profiles",
            "[profiles.prod]\ncloud = \"volcengine\"\nregion = \"cn-beijing\"\n",
        ),
    ] {
        assert_eq!(get(&world, key).code(0).stdout, told, "{key}");
    }
    let json = world
        .run(&["config", "get", "profiles", "-o", "json"])
        .code(0)
        .json();
    assert_eq!(
        json["prod"],
        json!({"cloud": "volcengine", "region": "cn-beijing"})
    );
    let part = world
        .run(&["config", "get", "profiles.prod", "--query", "region"])
        .code(0);
    assert_eq!(part.json(), "cn-beijing");
    world
        .run(&["config", "get", "profiles", "-o", "csv"])
        .code(2);
    let absent = get(&world, "profiles.prod.domain").code(5);
    assert_eq!(absent.stdout, "");
    assert!(
        absent.stderr.contains("'profiles.prod.domain' is not set"),
        "{absent:?}"
    );
    let unknown = get(&world, "profiles.prod.regoin").code(2);
    assert!(
        unknown.stderr.contains("Did you mean 'region'?"),
        "{unknown:?}"
    );
}

#[test]
fn a_table_that_was_got_is_a_part_of_a_file() {
    let rules = "[[protect]]\nnames = [\"a\", \"b\"]\nreason = 'why \"so\"'\n\n[[protect]]\ntags = [\"k=v\"]\n";
    let world = with_file(rules);
    assert_eq!(get(&world, "protect").code(0).stdout, rules);
    let profile =
        "[profiles.\"a.b\"]\ncloud = \"volc\"\n\n[profiles.\"a.b\".credentials]\nsource = \"ve\"\n";
    let world = with_file(profile);
    assert_eq!(get(&world, "profiles").code(0).stdout, profile);
    assert_eq!(get(&world, "profiles.\"a.b\"").code(0).stdout, profile);
}

#[test]
fn what_is_taken_away_is_gone_and_no_more() {
    let world = with_file(FILE);
    let unset = |key: &str| world.run(&["config", "unset", key]);
    unset("profiles.prod.region").code(0);
    assert!(text(&world).contains("# at the end") && !text(&world).contains("cn-beijing"));
    unset("profiles.prod.region").code(5);
    let refused = unset("profiles.prod").code(2);
    assert!(
        refused.stderr.contains("names the profile 'prod'"),
        "{refused:?}"
    );
    unset("profiles.nobody.cloud").code(5);
    unset("groups").code(0);
    unset("default.volcengine").code(0);
    unset("profiles.prod").code(0);
    assert_eq!(get(&world, "profiles.prod").code(5).stdout, "");
}

#[test]
fn what_would_break_the_file_is_refused() {
    let world = with_file(FILE);
    for (pairs, word) in [
        (&["default.volcengine", "nobody"][..], "line 3 of"),
        (&["profiles.new.region", "cn-beijing"], "has no 'cloud'"),
        (&["profiles.prod.region", "a b"], "cannot be in it"),
        (&["profiles.prod.region", ""], "is empty"),
        (
            &["profiles.prod.cloud", "tencent"],
            "is for tencent, not for volcengine",
        ),
        (
            &["profiles.prod.credentials.source", "tccli"],
            "is for tencent",
        ),
        (&["profiles.env.cloud", "huawei"], "gives itself"),
        (&["groups.fleet", "[\"prod\""], "is no list"),
        (&["groups.fleet", "prod,"], "is empty"),
        (&["profiles.prod", "x"], "is a table"),
        (&["profiles.prod.regoin", "x"], "Did you mean 'region'?"),
        (&["protect.names", "x"], "have no names"),
        (
            &[
                "profiles.prod.region",
                "cn-shanghai",
                "profiles.prod.domain",
            ],
            "has no value",
        ),
        (
            &[
                "profiles.prod.region",
                "cn-shanghai",
                "profiles.prod.domain",
                "-",
                "groups.fleet",
                "-",
            ],
            "more than once",
        ),
        // All or none.
        (
            &[
                "profiles.prod.region",
                "cn-shanghai",
                "profiles.prod.domain",
                "x",
            ],
            "cannot be in it",
        ),
    ] {
        let refused = set(&world, pairs).code(2);
        assert!(refused.stderr.contains(word), "{refused:?}");
        assert_eq!(text(&world), FILE);
    }
    assert_eq!(names(world.path("").as_path()), ["config.toml"]);
}

#[test]
fn a_broken_file_is_told_with_its_line_and_can_be_mended() {
    let world = with_file("[profiles.prod]\ncloud = \"volc\"\nregion = 'a b'\n");
    let told = get(&world, "profiles.prod.cloud").code(2);
    assert!(
        told.stderr.contains("'region' in [profiles.prod]"),
        "{told:?}"
    );
    assert!(told.stderr.contains("line 3 of"), "{told:?}");
    set(&world, &["profiles.prod.region", "cn-beijing"]).code(0);
    get(&world, "profiles.prod.cloud").code(0);

    let world = with_file("[profiles.prod]\ncloud = \"volc\ncanary-key = x\n");
    for told in [
        get(&world, "groups"),
        set(&world, &["default.volcengine", "prod"]),
    ] {
        let told = told.code(2);
        assert!(told.stderr.contains("line 2, column"), "{told:?}");
        assert!(!told.stderr.contains("canary"), "{told:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn what_is_set_is_what_is_got(
        name in "[a-z][A-Za-z0-9_.-]{0,8}x",
        reason in "[^\\p{C}\\p{Z}-][^\\p{C}]{0,20}",
        command in prop::collection::vec("[^\\p{C}\\p{Z}][^\\p{C}]{0,9}", 1..4),
    ) {
        let world = with_file(FILE);
        let key = |last: &str| format!("profiles.\"{name}\".{last}");
        let list = serde_json::Value::from(command.clone()).to_string();
        let (cloud, source) = (key("cloud"), key("credentials.source"));
        let (words, id) = (key("credentials.command"), key("credentials.role"));
        set(&world, &[&cloud, "tencent", &source, "process", &words, &list]).code(0);
        let got = get(&world, &words).code(0).stdout;
        prop_assert_eq!(got.lines().collect::<Vec<_>>(), command);
        let run = ["config", "unset", &words];
        world.run(&run).code(2);
        let run = ["config", "unset", &key("credentials")];
        world.run(&run).code(0);
        set(&world, &["--", &source, "instance-role", &id, &reason]).code(0);
        let got = get(&world, &id).code(0).stdout;
        prop_assert_eq!(got, format!("{reason}\n"));
        prop_assert!(text(&world).starts_with("# mine\n[default]\n"));
    }
}
