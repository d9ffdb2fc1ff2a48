//! Lines are appended, survive a cut, and make room; runs are read as far as they got.

use std::fs;
use std::io::Write as _;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Answer, Item, Journal, Problem, Sent, State, runs};
use crate::time::Clock;

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn journal(folder: &std::path::Path, at: DateTime<Utc>) -> Journal {
    Journal::open(
        folder.to_owned(),
        Clock::Fixed(at),
        "volcengine key-pair delete",
    )
    .expect("opens")
}

fn sent(digest: &str, token: &str) -> Sent {
    Sent {
        operation: "DeleteKeyPairs".to_owned(),
        digest: digest.to_owned(),
        token: Some(token.to_owned()),
        ..Sent::default()
    }
}

fn item(name: &str) -> Item {
    Item {
        address: format!("volcengine:env/cn-beijing/key-pair/{name}"),
        ..Item::default()
    }
}

#[test]
fn a_run_is_read_as_it_was_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = journal(folder.path(), now());
    whole.begin(vec![item("a"), item("b")]).expect("written");
    let call = whole.sending(sent("d", "t")).expect("written");
    whole.answered(call, Answer::default());
    whole.end(0, vec![item("a")]);
    let cut = journal(folder.path(), now());
    cut.begin(vec![item("c")]).expect("written");
    cut.sending(sent("e", "u")).expect("written");
    let runs = runs(folder.path().to_owned()).expect("readable");
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0].state, State::Ended { exit_code: 0 });
    assert_eq!((runs[0].items.len(), runs[0].unanswered().count()), (1, 0));
    assert_eq!(runs[1].state, State::CutOff);
    assert_eq!((runs[1].items.len(), runs[1].unanswered().count()), (1, 1));
    assert!(whole.trouble().is_none());
}

#[test]
fn nothing_is_written_for_what_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let idle = journal(folder.path(), now());
    idle.end(0, vec![item("a")]);
    assert!(runs(folder.path().to_owned()).expect("readable").is_empty());
}

/// Whatever byte a run is killed at, the lines before it are there and those after it are whole.
#[test]
fn a_line_that_was_cut_off_swallows_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = journal(folder.path(), now());
    first.begin(vec![item("a")]).expect("written");
    let file = fs::read_dir(folder.path())
        .expect("a folder")
        .next()
        .expect("one")
        .expect("readable")
        .path();
    let whole = fs::read(&file).expect("readable");
    first.sending(sent("d", "t")).expect("written");
    let both = fs::read(&file).expect("readable");
    for cut in whole.len()..both.len() {
        fs::write(&file, &both[..cut]).expect("written");
        let next = journal(folder.path(), now());
        next.begin(vec![item("b")]).expect("written");
        let runs = runs(folder.path().to_owned()).expect("readable");
        assert_eq!(runs.len(), 2, "cut at {cut}");
        let sent = usize::from(cut + 1 == both.len());
        assert_eq!(runs[0].calls.len(), sent, "cut at {cut}");
    }
}

#[test]
fn a_token_is_used_again_for_an_unanswered_request_of_the_last_minutes() {
    let folder = tempfile::tempdir().expect("a folder");
    let cut = journal(folder.path(), now());
    cut.sending(sent("d", "old")).expect("written");
    let call = cut.sending(sent("e", "answered")).expect("written");
    cut.answered(call, Answer::default());
    let call = cut.sending(sent("f", "lost")).expect("written");
    let problem = Problem {
        kind: "network".to_owned(),
        code: None,
        maybe_done: true,
    };
    let lost = Answer {
        error: Some(problem),
        ..Answer::default()
    };
    cut.answered(call, lost);
    let later = |minutes| journal(folder.path(), now() + TimeDelta::minutes(minutes));
    let next = later(9);
    assert_eq!(next.unanswered_token("d").as_deref(), Some("old"));
    assert_eq!(next.unanswered_token("e"), None, "it was answered");
    assert_eq!(next.unanswered_token("f").as_deref(), Some("lost"));
    assert_eq!(next.unanswered_token("g"), None, "another request");
    assert_eq!(later(11).unanswered_token("d"), None, "too old");
    assert_eq!(cut.unanswered_token("d"), None, "its own run knows better");
    // Once it was sent again and answered, it is over.
    let call = next.sending(sent("d", "old")).expect("written");
    next.answered(call, Answer::default());
    assert_eq!(later(9).unanswered_token("d"), None);
}

#[test]
fn a_month_has_its_file_and_a_full_one_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let begin = |at| {
        journal(folder.path(), at)
            .begin(Vec::new())
            .expect("written");
    };
    begin(now());
    begin(now() + TimeDelta::days(40));
    let names = || {
        let entries = fs::read_dir(folder.path()).expect("a folder");
        let names = entries.map(|entry| entry.expect("readable").file_name());
        let mut names: Vec<_> = names
            .map(|name| name.into_string().expect("plain"))
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(), ["2024-10.jsonl", "2024-11.jsonl"]);
    let mut full = fs::File::options()
        .append(true)
        .open(folder.path().join("2024-10.jsonl"))
        .expect("there");
    let line = vec![b'x'; 1 << 20];
    for _ in 0..33 {
        full.write_all(&line).expect("written");
    }
    begin(now());
    assert_eq!(
        names(),
        ["2024-10.2.jsonl", "2024-10.jsonl", "2024-11.jsonl"]
    );
    // Other files are nobody's business, and the oldest make room.
    fs::write(folder.path().join("notes.jsonl"), "mine").expect("written");
    for month in 0..20 {
        begin(now() + TimeDelta::days(60 + 31 * month));
    }
    let names = names();
    assert_eq!(names.len(), 17, "{names:?}");
    assert!(
        names.contains(&"notes.jsonl".to_owned()) && !names.contains(&"2024-10.jsonl".to_owned())
    );
}

#[cfg(unix)]
#[test]
fn it_is_for_its_owner_alone_and_says_when_it_cannot_be_written() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let inner = folder.path().join("deep/journal");
    journal(&inner, now()).begin(Vec::new()).expect("written");
    let mode =
        |path: &std::path::Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(
        (mode(&inner), mode(&inner.join("2024-10.jsonl"))),
        (0o700, 0o600)
    );

    let file = folder.path().join("file");
    fs::write(&file, "").expect("written");
    let error =
        Journal::open(file.join("journal"), Clock::Fixed(now()), "x").expect_err("no folder");
    assert_eq!(error.exit_code(), 2);
    let hints = error.hints.join(" ");
    assert!(
        hints.contains("KPCTL_STATE_DIR") && hints.contains("KPCTL_JOURNAL=off"),
        "{hints}"
    );
}
