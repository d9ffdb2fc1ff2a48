//! Project ids that were looked up, kept on disk between commands.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::iam;
use crate::random;
use crate::sign::sha256_hex;

/// The file in the cache folder.
const FILE: &str = "huawei-project-ids.json";
/// How many projects are kept. Test servers on ports of their own would fill the file otherwise.
/// All regions of a few accounts fit.
const MOST: usize = 256;

/// The kept project of one access key in one region. It is a convenience: whatever goes wrong with
/// it is no error.
pub(super) struct ProjectCache {
    folder: PathBuf,
    key: String,
}

impl ProjectCache {
    pub(super) fn new(folder: &Path, access_key: &str, host: &str, region: &str) -> Self {
        let key = sha256_hex([access_key, host, region].join("\n").as_bytes());
        Self {
            folder: folder.to_owned(),
            key,
        }
    }

    pub(super) fn read(&self) -> Option<String> {
        self.entries()
            .remove(&self.key)
            .filter(|id| iam::is_plain(id))
    }

    /// Keeps the id, or forgets it.
    pub(super) fn write(&self, id: Option<String>) {
        let mut entries = self.entries();
        if entries.len() >= MOST {
            entries.clear();
        }
        match id {
            Some(id) => entries.insert(self.key.clone(), id),
            None => entries.remove(&self.key),
        };
        let _ = self.replace(&entries);
    }

    /// Keeps the ids of many regions, in one write.
    pub(super) fn write_all(found: &[(Self, String)]) {
        let Some((cache, _)) = found.first() else {
            return;
        };
        let before = cache.entries();
        let mut entries = before.clone();
        if entries.len() + found.len() > MOST {
            entries.clear();
        }
        let found = found.iter().take(MOST);
        entries.extend(found.map(|(cache, id)| (cache.key.clone(), id.clone())));
        if entries != before {
            let _ = cache.replace(&entries);
        }
    }

    fn entries(&self) -> BTreeMap<String, String> {
        let bytes = fs::read(self.folder.join(FILE)).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// A new file takes the place of the old one, so that nobody ever reads half of it.
    fn replace(&self, entries: &BTreeMap<String, String>) -> io::Result<()> {
        let mut builder = DirBuilder::new();
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
            builder.mode(0o700);
            options.mode(0o600);
        }
        builder.recursive(true).create(&self.folder)?;
        let name = random::token().map_err(|error| io::Error::other(error.to_string()))?;
        let draft = self.folder.join(format!("{FILE}.{name}"));
        let result = options
            .open(&draft)
            .and_then(|mut file| file.write_all(&serde_json::to_vec(entries)?))
            .and_then(|()| fs::rename(&draft, self.folder.join(FILE)));
        if result.is_err() {
            let _ = fs::remove_file(&draft);
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{FILE, ProjectCache as Cache};

    #[test]
    fn many_entries_are_written_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = |region: &str| Cache::new(folder.path(), "AK", "iam.example.com", region);
        cache("old").write(Some("p0".to_owned()));
        let entry = |n: usize| (cache(&format!("r{n}")), format!("p{n}"));
        Cache::write_all(&(1..4).map(entry).collect::<Vec<_>>());
        assert_eq!(cache("old").read().as_deref(), Some("p0"));
        assert_eq!(cache("r3").read().as_deref(), Some("p3"));
        Cache::write_all(&[]);
        Cache::write_all(&(0..super::MOST * 2).map(entry).collect::<Vec<_>>());
        assert_eq!(cache("r1").entries().len(), super::MOST);
    }

    #[test]
    fn entries_are_kept_apart_and_broken_files_are_ignored() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("deep/er");
        let cache = Cache::new(&inner, "AK", "iam.example.com", "cn-north-4");
        let other = Cache::new(&inner, "AK", "127.0.0.1:1", "cn-north-4");
        assert_eq!(cache.read(), None);
        cache.write(Some("p1".to_owned()));
        other.write(Some("p2".to_owned()));
        assert_eq!(
            (cache.read().as_deref(), other.read().as_deref()),
            (Some("p1"), Some("p2"))
        );
        cache.write(None);
        assert_eq!((cache.read(), other.read().as_deref()), (None, Some("p2")));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path| fs::metadata(path).expect("a file").permissions().mode() & 0o777;
            assert_eq!(
                (mode(inner.clone()), mode(inner.join(FILE))),
                (0o700, 0o600)
            );
        }
        assert_eq!(
            fs::read_dir(&inner).expect("a folder").count(),
            1,
            "no draft is left behind"
        );
        for broken in ["", "{", "[]", r#"{"a":1}"#] {
            fs::write(inner.join(FILE), broken).expect("written");
            assert_eq!(other.read(), None, "{broken}");
        }
        cache.write(Some("{project_id}".to_owned()));
        assert_eq!(cache.read(), None, "what is no id is never used");
        for port in 0..2 * super::MOST {
            let cache = Cache::new(&inner, "AK", &format!("127.0.0.1:{port}"), "cn-north-4");
            cache.write(Some("p".to_owned()));
            assert_eq!(cache.read().as_deref(), Some("p"));
            assert!(cache.entries().len() <= super::MOST);
        }
    }
}
