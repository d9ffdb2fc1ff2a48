//! The config file, through the binary.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use proptest::prelude::*;
use serde_json::json;

use crate::fixture::{Output, World};

/// A secret that stands in the file and nowhere else.
const SECRET: &str = "canary-of-the-config-file";

const FILE: &str = "\
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
fn world() -> World {
    let world = World::empty();
    let path = world.path("config.toml").display().to_string();
    world.with("KPCTL_CONFIG", &path)
}

fn with_file(text: &str) -> World {
    let world = world();
    std::fs::write(world.path("config.toml"), text).expect("writes");
    set_mode(&world.path("config.toml"), 0o644);
    world
}

fn text(world: &World) -> String {
    std::fs::read_to_string(world.path("config.toml")).expect("a file")
}

fn mode(path: &Path) -> u32 {
    let metadata = std::fs::metadata(path).expect("it is there");
    metadata.permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("sets");
}

fn set(world: &World, pairs: &[&str]) -> Output {
    world.run(&[&["config", "set"], pairs].concat())
}

fn get(world: &World, key: &str) -> Output {
    world.run(&["config", "get", key])
}

/// The names in the folder of the config file.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().into_string().expect("plain names"));
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// A file with a secret in it, made through the command.
fn with_secret() -> World {
    let world = world();
    let keys = "profiles.ci.credentials";
    let id = format!("{keys}.access-key-id");
    let (source, secret) = (
        format!("{keys}.source"),
        format!("{keys}.secret-access-key"),
    );
    let pairs = [
        "profiles.ci.cloud",
        "tencent",
        &source,
        "keys",
        &id,
        "AKID1",
        &secret,
        "-",
    ];
    let arguments = [&["config", "set"], &pairs[..]].concat();
    world
        .run_with_input(&arguments, format!("{SECRET}\n").as_bytes())
        .code(0);
    assert!(text(&world).contains(&format!("secret-access-key = \"{SECRET}\"\n")));
    world
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

#[test]
fn a_secret_is_never_shown_nor_taken_from_the_command_line() {
    let world = with_secret();
    let mut seen = String::new();
    for arguments in [
        &["config", "get", "profiles.ci.credentials.secret-access-key"][..],
        &["config", "get", "profiles"],
        &["config", "get", "profiles.ci", "-o", "json"],
    ] {
        let told = world.run(arguments).code(0);
        assert!(told.stdout.contains("(redacted)"), "{told:?}");
        seen.push_str(&told.stdout);
    }
    assert!(seen.contains("AKID1"), "the rest is shown");
    let before = text(&world);
    for key in ["secret-access-key", "session-token"] {
        let key = format!("profiles.ci.credentials.{key}");
        let refused = set(&world, &[&key, SECRET]).code(2);
        assert!(refused.stderr.contains("seen by others"), "{refused:?}");
        seen.push_str(&refused.stderr);
    }
    let empty = [
        "config",
        "set",
        "profiles.ci.credentials.session-token",
        "-",
    ];
    seen.push_str(&world.run_with_input(&empty, b"\n").code(2).stderr);
    assert_eq!(text(&world), before);

    // A file that is broken beside its secret.
    std::fs::write(
        world.path("config.toml"),
        before.replace("AKID1\"", "AKID1"),
    )
    .expect("writes");
    seen.push_str(&get(&world, "profiles").code(2).stderr);
    std::fs::write(world.path("config.toml"), before.replace("tencent", "aws")).expect("writes");
    seen.push_str(&get(&world, "profiles").code(2).stderr);
    assert!(!seen.contains(SECRET), "{seen}");
}

#[test]
fn a_secret_that_others_can_read_is_refused() {
    let world = with_secret();
    let file = world.path("config.toml");
    assert_eq!(mode(&file), 0o600);
    for open in [0o640, 0o604, 0o602] {
        set_mode(&file, open);
        for told in [
            get(&world, "profiles.ci.cloud"),
            set(&world, &["profiles.ci.region", "r"]),
        ] {
            let told = told.code(4);
            assert!(told.stderr.contains(&format!("mode 0{open:o}")), "{told:?}");
            let hint = format!("chmod 600 '{}'", file.display());
            assert!(told.stderr.contains(&hint), "{told:?}");
        }
    }
    // Without a secret anybody may read it, until one is to be put in.
    let world = with_file(FILE);
    get(&world, "groups.fleet").code(0);
    let keys = "profiles.prod.credentials";
    let (source, id, secret) = (
        format!("{keys}.source"),
        format!("{keys}.access-key-id"),
        format!("{keys}.secret-access-key"),
    );
    let arguments = ["config", "set", &source, "keys", &id, "AK", &secret, "-"];
    world.run_with_input(&arguments, SECRET.as_bytes()).code(4);
    assert_eq!(text(&world), FILE);
}

#[test]
fn what_is_no_file_of_ours_is_one_clear_error() {
    let long = format!("# {}\n", "x".repeat(1 << 20));
    for (bytes, word) in [
        (&b"# \xff\n"[..], "not UTF-8 in line 1"),
        (long.as_bytes(), "longer than 1 MiB"),
    ] {
        let world = world();
        std::fs::write(world.path("config.toml"), bytes).expect("writes");
        for told in [
            get(&world, "groups"),
            set(&world, &["profiles.a.cloud", "volc"]),
        ] {
            let told = told.code(2);
            assert!(told.stderr.contains(word), "{told:?}");
        }
    }
    let world = world();
    std::fs::create_dir(world.path("config.toml")).expect("makes");
    let told = get(&world, "groups").code(2);
    assert!(told.stderr.contains("is a folder"), "{told:?}");

    let world = self::world().with("KPCTL_CONFIG", "/dev/null");
    get(&world, "groups").code(5);
    let told = set(&world, &["profiles.a.cloud", "volc"]).code(2);
    assert!(
        told.stderr.contains("no file that can be changed"),
        "{told:?}"
    );
}

#[test]
fn a_link_is_followed_and_kept() {
    let world = world();
    std::fs::create_dir(world.path("dotfiles")).expect("makes");
    symlink("dotfiles/real", world.path("config.toml")).expect("links");
    for region in ["a", "b"] {
        set(
            &world,
            &["profiles.p.cloud", "volc", "profiles.p.region", region],
        )
        .code(0);
        let link = std::fs::symlink_metadata(world.path("config.toml")).expect("it is there");
        assert!(link.is_symlink());
        assert_eq!(
            get(&world, "profiles.p.region").stdout,
            format!("{region}\n")
        );
    }
    assert_eq!(names(&world.path("dotfiles")), ["real", "real.lock"]);

    symlink("loop", world.path("loop")).expect("links");
    let path = world.path("loop").display().to_string();
    let world = world.with("KPCTL_CONFIG", &path);
    set(&world, &["profiles.p.cloud", "volc"]).code(2);
}

#[test]
fn changes_at_once_lose_nothing() {
    let world = world();
    let processes: Vec<_> = (0..12)
        .map(|number| {
            let key = format!("profiles.p{number}.cloud");
            let mut command = world.command(&["config", "set", &key, "volc"]);
            command.spawn().expect("kpctl starts")
        })
        .collect();
    for mut process in processes {
        assert!(process.wait().expect("kpctl ends").success());
    }
    let profiles = world
        .run(&["config", "get", "profiles", "-o", "json"])
        .code(0)
        .json();
    assert_eq!(profiles.as_object().map(serde_json::Map::len), Some(12));
}

#[test]
fn a_change_waits_for_the_lock() {
    let world = with_file(FILE);
    let lock = std::fs::File::create(world.path("config.toml.lock")).expect("a file");
    lock.lock().expect("locks");
    let mut waiting = world
        .command(&["config", "set", "profiles.prod.region", "late"])
        .spawn()
        .expect("kpctl starts");
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(waiting.try_wait().expect("it runs").is_none());
    assert_eq!(text(&world), FILE);
    // What another one wrote meanwhile stays.
    let other = FILE.replace("# mine", "# yours");
    std::fs::write(world.path("config.toml"), &other).expect("writes");
    drop(lock);
    assert!(waiting.wait().expect("it ends").success());
    assert_eq!(text(&world), other.replace("cn-beijing", "late"));
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
