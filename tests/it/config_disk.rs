//! The config file on the disk: secrets in it, who may read it, links, and several processes at once.

use std::os::unix::fs::symlink;

use crate::config::{FILE, get, mode, names, set, set_mode, text, with_file, world};
use crate::fixture::World;

/// A secret that stands in the file and nowhere else.
const SECRET: &str = "canary-of-the-config-file";

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

    let null = World::empty().with("KPCTL_CONFIG", "/dev/null");
    get(&null, "groups").code(5);
    // A socket stands for all devices: a test that could replace one would harm the machine.
    let folder = tempfile::TempDir::new().expect("a folder");
    let place = folder.path().join("socket");
    let _socket = std::os::unix::net::UnixListener::bind(&place).expect("binds");
    let odd = World::empty().with("KPCTL_CONFIG", place.to_str().expect("plain"));
    for told in [
        get(&odd, "groups"),
        set(&odd, &["profiles.a.cloud", "volc"]),
    ] {
        let told = told.code(2);
        assert!(told.stderr.contains("not a plain file"), "{told:?}");
    }
    assert!(!std::fs::metadata(&place).expect("there").is_file());
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
