//! Files: those of other programs, and the journal.

use std::fs;
use std::path::{Path, PathBuf};

use super::check_error;
use crate::auth::{self, Profiles, World};
use crate::config::{Config, Env};
use crate::error::Error;
use crate::journal::{self, Entry};
use crate::model::CloudId;

/// Each program's word in addresses, its cloud, and the file that is written.
const FILES: [(&str, CloudId, &str); 8] = [
    ("ve", CloudId::Volcengine, ".volcengine/config.json"),
    ("volc", CloudId::Volcengine, ".volc/config"),
    ("volc", CloudId::Volcengine, ".volc/credentials"),
    ("tccli", CloudId::Tencent, ".tccli/default.credential"),
    ("tccli", CloudId::Tencent, ".tccli/default.configure"),
    (
        "tencentcloud",
        CloudId::Tencent,
        ".tencentcloud/credentials",
    ),
    ("hcloud", CloudId::Huawei, ".hcloud/config.json"),
    ("huaweicloud", CloudId::Huawei, ".huaweicloud/credentials"),
];

/// Nobody's config file.
#[derive(Default)]
struct NoConfig(Config);

impl Profiles for NoConfig {
    fn config(&self) -> Result<&Config, Error> {
        Ok(&self.0)
    }
}

/// A folder of this thread's own, with that file in it and nothing else.
fn folder_with(name: &str, bytes: &[u8]) -> PathBuf {
    let thread = format!("{:?}", std::thread::current().id());
    let thread: String = thread.chars().filter(char::is_ascii_digit).collect();
    let own = format!("kpctl-fuzz-{}-{thread}", std::process::id());
    let folder = std::env::temp_dir().join(own);
    // Not there at first.
    let _ = fs::remove_dir_all(&folder);
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap_or(&folder)).expect("made");
    fs::write(path, bytes).expect("written");
    folder
}

fn remove(folder: &Path) {
    fs::remove_dir_all(folder).expect("removed");
}

/// The first byte chooses the program.
pub(super) fn vendor_file(bytes: &[u8]) {
    let [choice, text @ ..] = bytes else {
        return;
    };
    let (program, cloud, path) = FILES[usize::from(choice.wrapping_sub(b'a')) % FILES.len()];
    let home = folder_with(path, text);
    let env = Env::default();
    let world = World {
        env: &env,
        home: Some(&home),
        now: chrono::DateTime::UNIX_EPOCH,
    };
    let config = NoConfig::default();
    if let Err(error) = auth::login(cloud, None, &world, &config) {
        check_error(&error);
    }
    match auth::file_profiles(program, &world) {
        Ok(found) => {
            let profiles = found.map(|(_, profiles)| profiles).unwrap_or_default();
            for profile in profiles.iter().take(8) {
                let name = format!("{program}.{profile}");
                if let Err(error) = auth::login(cloud, Some(&name), &world, &config) {
                    check_error(&error);
                }
            }
        }
        Err(error) => check_error(&error),
    }
    remove(&home);
}

/// A journal with any lines is read: those that are none of its own are left out.
pub(super) fn journal(bytes: &[u8]) {
    let folder = folder_with("2026-01.jsonl", bytes);
    let runs = journal::runs(folder.clone()).expect("readable");
    let begun = bytes.split(|byte| *byte == b'\n').count();
    assert!(runs.len() <= begun);
    for run in &runs {
        assert!(run.unanswered().count() <= run.calls.len());
    }
    remove(&folder);
    for line in bytes.split(|byte| *byte == b'\n') {
        if let Ok(entry) = serde_json::from_slice::<Entry>(line) {
            let written = serde_json::to_vec(&entry).expect("written");
            let again = serde_json::from_slice::<Entry>(&written);
            assert_eq!(again.ok(), Some(entry));
        }
    }
}
