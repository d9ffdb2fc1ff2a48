use std::sync::atomic::{AtomicU64, Ordering};

use super::*;

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("kpctl-sandbox-{}-{number}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn file(&self) -> PathBuf {
        self.0.join("inner").join("state.json")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _best_effort = fs::remove_dir_all(&self.0);
    }
}

fn rename_user(store: &mut Store, name: &str) {
    let name = name.to_owned();
    store
        .transaction(|state| state.huawei.user_name = name)
        .expect("written");
}

fn user_name(store: &mut Store) -> String {
    store
        .transaction(|state| state.huawei.user_name.clone())
        .expect("read")
}

#[test]
fn an_absent_file_starts_from_the_demo_fleet() {
    let folder = Folder::new();
    let path = folder.file();
    assert_eq!(
        read(&path).expect("seed").volcengine.account_id,
        2_100_000_000
    );
    assert!(!path.exists(), "reading makes no file");
    let mut store = Store::open(Some(&path)).expect("opened");
    assert!(path.exists());
    rename_user(&mut store, "changed");
    assert_eq!(read(&path).expect("state").huawei.user_name, "changed");
    remove(&path).expect("removed");
    remove(&path).expect("again");
    assert_eq!(user_name(&mut store), "sandbox", "a running server notices");
    assert!(path.exists());
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let path = folder.file();
    Store::open(Some(&path)).expect("opened");
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&beside(&path, ".lock")), 0o600);
    assert_eq!(mode(path.parent().expect("folder")), 0o700);
}

#[test]
fn two_processes_see_each_other_at_once() {
    let folder = Folder::new();
    let path = folder.file();
    let mut one = Store::open(Some(&path)).expect("one");
    let mut two = Store::open(Some(&path)).expect("two");
    for round in 0..50 {
        // Same length, same moment: only the revision tells.
        let name = format!("{round:04}");
        rename_user(&mut one, &name);
        assert_eq!(user_name(&mut two), name);
        let name = format!("{:04}", round + 5000);
        rename_user(&mut two, &name);
        assert_eq!(user_name(&mut one), name);
    }
}

#[test]
fn no_change_is_lost_between_writers() {
    let folder = Folder::new();
    let path = folder.file();
    Store::open(Some(&path)).expect("made");
    let writers: Vec<_> = (0..4)
        .map(|_| {
            let path = path.clone();
            std::thread::spawn(move || {
                let mut store = Store::open(Some(&path)).expect("opened");
                for _ in 0..25 {
                    let add = |state: &mut Tracked| state.volcengine.account_id += 1;
                    store.transaction(add).expect("written");
                }
            })
        })
        .collect();
    for writer in writers {
        writer.join().expect("no panic");
    }
    assert_eq!(
        read(&path).expect("state").volcengine.account_id,
        2_100_000_100
    );
}

#[test]
fn reads_write_nothing_and_are_cheap() {
    let folder = Folder::new();
    let path = folder.file();
    let mut store = Store::open(Some(&path)).expect("opened");
    let before = fs::metadata(&path)
        .expect("there")
        .modified()
        .expect("time");
    let start = std::time::Instant::now();
    for _ in 0..100 {
        user_name(&mut store);
    }
    assert!(start.elapsed().as_millis() < 100, "{:?}", start.elapsed());
    assert_eq!(
        fs::metadata(&path)
            .expect("there")
            .modified()
            .expect("time"),
        before
    );
}

#[test]
fn a_strange_file_is_left_alone() {
    let folder = Folder::new();
    let path = folder.file();
    Store::open(Some(&path)).expect("made");
    fs::write(&path, "{").expect("written");
    let problem = Store::open(Some(&path)).err().expect("strange");
    assert!(matches!(problem, SandboxError::Format { .. }), "{problem}");
    assert_eq!(fs::read_to_string(&path).expect("text"), "{");
    remove(&path).expect("reset helps");
    Store::open(Some(&path)).expect("opened");
}

#[test]
fn a_half_written_temporary_file_does_no_harm() {
    let folder = Folder::new();
    let path = folder.file();
    Store::open(Some(&path)).expect("made");
    fs::write(beside(&path, ".new"), "{\"half").expect("written");
    let mut store = Store::open(Some(&path)).expect("opened");
    rename_user(&mut store, "whole");
    assert_eq!(read(&path).expect("state").huawei.user_name, "whole");
}
