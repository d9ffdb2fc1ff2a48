//! The floors of the house: nothing points up (docs/architecture.md).

use std::path::Path;

/// For each room, the rooms that it may use. What is not listed may use nothing of the crate.
const MAY_USE: [(&str, &[&str]); 23] = [
    ("main", &["run"]),
    ("lib", &["cli", "context", "error", "output", "stop"]),
    (
        "cli",
        &[
            "ops", "cloud", "output", "context", "config", "auth", "http", "model", "sandbox",
            "sshkey", "error", "secret", "time", "io", "journal", "stop", "snapshot",
        ],
    ),
    ("snapshot", &["output", "model", "sshkey", "error", "time"]),
    (
        "ops",
        &[
            "cloud", "http", "model", "sshkey", "secret", "error", "journal", "random", "time",
            "toml",
        ],
    ),
    (
        "cloud",
        &[
            "sign", "http", "auth", "config", "model", "sshkey", "error", "journal", "secret",
            "time", "random",
        ],
    ),
    (
        "output",
        &["cloud", "model", "sshkey", "error", "io", "time"],
    ),
    (
        "auth",
        &["config", "http", "model", "error", "secret", "time"],
    ),
    ("http", &["error", "journal", "secret", "stop", "time"]),
    ("journal", &["error", "model", "random", "time"]),
    ("sign", &[]),
    // The file says clouds, patterns, fingerprints, durations and secrets: it hands out no bare texts.
    (
        "config",
        &[
            "model", "sshkey", "error", "secret", "time", "toml", "random",
        ],
    ),
    ("context", &["config", "io", "time"]),
    ("model", &["sshkey", "secret", "error"]),
    ("sshkey", &["secret", "error"]),
    ("error", &["model"]),
    ("secret", &[]),
    ("time", &["error"]),
    ("toml", &["error"]),
    ("io", &["error", "secret"]),
    ("stop", &[]),
    // Not in the program: what fuzzers and one test of theirs call.
    (
        "fuzzing",
        &[
            "auth", "cloud", "config", "error", "http", "io", "journal", "model", "ops", "output",
            "snapshot", "secret", "sign", "sshkey", "time",
        ],
    ),
    ("random", &["error"]),
];

#[test]
fn no_floor_uses_one_above_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    visit(&source, &mut |file| {
        let inside = file.strip_prefix(&source).expect("inside src");
        let room = inside
            .components()
            .next()
            .expect("a name")
            .as_os_str()
            .to_str()
            .expect("plain names");
        let room = room.trim_end_matches(".rs");
        if room == "sandbox" {
            return;
        }
        let allowed = MAY_USE.iter().find(|(name, _)| *name == room);
        let allowed = allowed
            .unwrap_or_else(|| panic!("{room} is not in the table of floors"))
            .1;
        for used in rooms_named_in(&std::fs::read_to_string(file).expect("readable")) {
            if used != room && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{} uses {used}", inside.display()));
            }
        }
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The sandbox is a second opinion: it shares nothing with the client, and the client's own rooms
/// do not know it.
#[test]
fn the_sandbox_stands_alone() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sandbox");
    visit(&source, &mut |file| {
        let text = std::fs::read_to_string(file).expect("readable");
        for used in rooms_named_in(&text) {
            assert_eq!(used, "sandbox", "{} uses crate::{used}", file.display());
        }
    });
}

/// A vendor's folder knows no other vendor's.
#[test]
fn vendors_do_not_know_each_other() {
    let vendors = ["volcengine", "tencent", "huawei"];
    for vendor in vendors {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("src/cloud")
            .join(vendor);
        visit(&folder, &mut |file| {
            let text = std::fs::read_to_string(file).expect("readable");
            for other in vendors.into_iter().filter(|other| *other != vendor) {
                assert!(
                    !text.contains(&format!("cloud::{other}")),
                    "{} uses {other}",
                    file.display()
                );
            }
        });
    }
}

fn rooms_named_in(text: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for line in text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
    {
        for part in line.split("crate::").skip(1) {
            let name: String = part
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect();
            if !name.is_empty() {
                rooms.push(name);
            }
        }
    }
    rooms
}

fn visit(folder: &Path, see: &mut dyn FnMut(&Path)) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            visit(&path, see);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            see(&path);
        }
    }
}
