mod broken;
mod forms;
mod good;

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use tempfile::TempDir;

use super::super::{Credential, Login, Recipe, World};
use super::{FILES, FileSource};
use crate::config::Env;
use crate::error::Error;
use crate::secret::Secret;

/// A home folder with files in it, and an environment.
struct Home {
    folder: TempDir,
    env: Vec<(String, String)>,
    now: DateTime<Utc>,
}

impl Home {
    fn new() -> Self {
        Self {
            folder: TempDir::new().expect("a folder"),
            env: Vec::new(),
            now: at("2029-12-31T00:00:00Z"),
        }
    }

    /// With a file of tests/vendor-files at that place.
    fn with(self, fixture: &str, path: &str) -> Self {
        let text = fs::read(fixtures().join(fixture)).expect(fixture);
        self.put(path, text)
    }

    fn put(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
        self
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    fn at(mut self, now: &str) -> Self {
        self.now = at(now);
        self
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn see<T>(&self, look: impl FnOnce(&World<'_>) -> T) -> T {
        let env: Env = self.env.iter().cloned().collect();
        look(&World {
            env: &env,
            home: Some(self.folder.path()),
            now: self.now,
        })
    }

    fn login(&self, word: &str, wanted: Option<&str>) -> Result<Option<Login>, Error> {
        self.see(|world| (source(word).login)(world, wanted))
    }

    fn good(&self, word: &str, wanted: Option<&str>) -> Login {
        self.login(word, wanted).expect("good").expect("present")
    }

    /// The error, which must name no secret: every made-up one and every made-up id holds `not-real`.
    fn error(&self, word: &str, wanted: Option<&str>) -> Error {
        let error = self.login(word, wanted).expect_err("broken");
        let shown = format!("{error:?} {error}");
        assert!(!shown.contains("not-real"), "{shown}");
        assert_eq!(error.exit_code(), 4, "{error}");
        assert_eq!(error.cloud, Some(source(word).cloud), "{error}");
        assert!(error.code.is_some(), "{error}");
        error
    }

    fn profiles(&self, word: &str) -> Vec<String> {
        self.see(|world| (source(word).profiles)(world))
            .expect("good")
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vendor-files")
}

fn at(time: &str) -> DateTime<Utc> {
    time.parse().expect("a time")
}

fn source(word: &str) -> &'static FileSource {
    let all: &'static [FileSource] = const { &FILES };
    all.iter().find(|file| file.word == word).expect(word)
}

/// Id, secret and token of a recipe that is a key pair, or has one at its bottom.
fn keys(recipe: &Recipe) -> (&str, &str, Option<&str>) {
    match recipe {
        Recipe::Ready(held) => match &held.credential {
            Credential::AccessKey {
                id,
                secret,
                session_token,
            } => (
                id,
                secret.expose(),
                session_token.as_ref().map(Secret::expose),
            ),
            other => panic!("no key pair: {other}"),
        },
        Recipe::Role(base, _) => keys(base),
        other => panic!("no key pair: {other:?}"),
    }
}

#[test]
fn nothing_is_read_where_nothing_is() {
    let home = Home::new();
    // A machine may have a file for all who work on it.
    let is_bare = |file: &&FileSource| {
        file.word != "tencent-sdk" || !Path::new("/etc/tencentcloud/credentials").exists()
    };
    for file in FILES.iter().filter(is_bare) {
        assert!(
            matches!(home.login(file.word, None), Ok(None)),
            "{}",
            file.word
        );
        assert!(matches!(home.login(file.word, Some("x")), Ok(None)));
        assert!(home.profiles(file.word).is_empty());
        assert!(home.see(|world| (file.place)(world)).is_some());
        assert!(!file.tool.is_empty());
    }
    let env = Env::default();
    let homeless = World {
        env: &env,
        home: None,
        now: home.now,
    };
    for file in FILES.iter().filter(is_bare) {
        assert!(matches!((file.login)(&homeless, None), Ok(None)));
        assert!(matches!((file.profiles)(&homeless), Ok(names) if names.is_empty()));
        (file.place)(&homeless);
    }
}

#[test]
fn the_clouds_follow_their_order_and_the_words_differ() {
    let clouds: Vec<_> = FILES.iter().map(|file| file.cloud).collect();
    assert!(
        clouds.is_sorted_by_key(|cloud| crate::model::CloudId::ALL.iter().position(|c| c == cloud))
    );
    let words: std::collections::BTreeSet<_> = FILES.iter().map(|file| file.word).collect();
    assert_eq!(words.len(), FILES.len());
}
